"""A full disk, at whatever file it is met."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from atoosync_lab.cli.demo_steps import started
from tests.races.scenarios import Racing, orders_of
from tests.races.world import twice
from tests.races.zygote import Ended, Zygote

DISK = 160
"""MiB of the small disk."""
ROOM = 24 * 1024
SAID = "Le disque est plein"
FREE = (0, 60, 900, 8, 400, 1500, 2200, 3000)
"""KiB left: for nothing, a line of the journal, a capture, a plan, what follows."""


def can_mount(folder: Path) -> bool:
    """This machine lets us mount a small disk that nobody else sees."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    command = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def small_disk(home: Path, source: Path) -> list[str]:
    """A command that mounts a small disk of its own over `home`, fills it from `source`, and becomes what follows."""
    script = (
        f'mount -t tmpfs -o size={DISK}m,mode=700 none "{home}" && cp -a "{source}/." "{home}/" && exec "$@"'
    )  # fmt: skip
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"]


@contextmanager
def on_small_disk(folder: Path) -> Iterator[Racing]:
    """A demonstration, and a zygote whose home is a copy of its home on a small disk."""
    with ExitStack() as stack:
        demo = stack.enter_context(started(folder / "home", speed=2000.0))
        place, source = folder / "small", folder / "source"
        place.mkdir()
        racing = Racing.prepared(demo, Zygote(place))
        demo.workspace.close()
        shutil.copytree(demo.home, source, ignore=shutil.ignore_patterns("sandbox"))
        racing.zygote = stack.enter_context(Zygote(place, shell=small_disk(place, source)))
        yield racing


def go(racing: Racing, command: list[str], kib: int) -> Ended:
    """A command with so much room on its disk."""
    return racing.zygote.race(command, env={"RACE_FREE": f"{racing.zygote.home}:{kib}"})[0]


def clear(ended: Ended) -> bool:
    """It came to its end, or said in a sentence that the disk is full."""
    if ended.status == 0:
        return True
    return "Traceback" not in ended.output and SAID in " ".join(ended.output.split())


def disk_full(racing: Racing, kib: int) -> list[str]:
    """Import orders and update prices with too little room, then with enough; what was wrong."""
    keys = racing.keys(2)
    met = {"orders": go(racing, orders_of(keys), kib), "prices": go(racing, ["run", "prices"], kib)}
    wrong = [f"{f}, {kib} KiB: {e.status} {e.output[-1500:]}" for f, e in met.items() if not clear(e)]
    wrong += twice(racing.demo)
    for command in (orders_of(keys), ["run", "prices"]):
        again = go(racing, command, ROOM)
        if again.status not in (0, 1):
            wrong.append(f"{kib} KiB, then enough: {again.status} {again.output[-1500:]}")
    # Where the disk was full between « sending » and the sending itself, only a person may say that nothing left.
    if 0 in racing.held(keys).values():
        go(racing, orders_of(keys), ROOM)
    for key in (key for key, count in racing.held(keys).items() if count == 0):
        asked = go(racing, ["review", "send", key, "--yes"], ROOM)
        if asked.status != 0:
            wrong.append(f"{kib} KiB: order {key} is neither in the ERP nor in review: {asked.output[-500:]}")
    if 0 in racing.held(keys).values():
        go(racing, orders_of(keys), ROOM)
    wrong += [f"{kib} KiB: order {k}: {n} documents" for k, n in racing.held(keys).items() if n != 1]
    return wrong + twice(racing.demo)
