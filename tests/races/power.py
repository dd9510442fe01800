"""Power lost between two commits: the files as they lay at that moment are taken up by another process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.store.ledger import Proof, State
from tests.races.scenarios import Racing, orders_of
from tests.races.world import twice
from tests.races.zygote import Ended, Zygote

MOMENTS = (
    "ledger:sending:2", "ledger:accepted:2", "ledger:done:2", "store.inside:12",
    "ledger:intended:1", "ledger:sent:2", "ledger:dependents:1", "ledger:sending:1", "ledger:accepted:1",
    "ledger:status_sending:1",
)  # fmt: skip
"""Where the power goes: among customers, documents, settlements, statuses, and within a transaction."""


def copied_at(demo: Demo, zygote: Zygote, command: list[str], moment: str, copy: Path) -> Ended:
    """Stop the command at a moment, copy the files as they lie, and never let it go on."""
    noted = copy.with_suffix(".pid")
    ended: list[Ended] = []

    def go() -> None:
        ended.extend(zygote.race(command, env={"RACE_STOP": moment, "RACE_PID": str(noted)}))

    thread = threading.Thread(target=go)
    thread.start()
    while thread.is_alive() and not stopped(noted):
        time.sleep(0.02)
    # By another process: one that has the store open loses its locks with the first plain close of that file.
    script = "import shutil, sys; shutil.copytree(*sys.argv[1:], ignore=shutil.ignore_patterns('sandbox', '*-shm'))"
    subprocess.run([sys.executable, "-c", script, str(demo.home), str(copy)], check=True)
    if thread.is_alive():
        os.kill(int(noted.read_text(encoding="ascii")), signal.SIGKILL)
    thread.join()
    return ended[0]


def stopped(noted: Path) -> bool:
    """The process that noted itself is stopped."""
    try:
        fields = Path(f"/proc/{noted.read_text(encoding='ascii')}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return fields.rpartition(")")[2].split()[0] == "T"


def settle(home: Path) -> None:
    """A person lets what is in review be sent again: each is looked up once more first."""
    with Workspace.open(home) as workspace:
        for row in workspace.ledger.open_rows("demo", states=[State.REVIEW]):
            workspace.ledger.move([row], State.INTENT, proof=Proof.PERSON, who="test")


def power_lost(racing: Racing, moment: str, folder: Path) -> list[str]:
    """Lose the power at a moment, go on from a copy of the files, then from the files themselves; what was wrong."""
    demo, keys = racing.demo, racing.keys(2)
    copy = folder / "copy"
    ended = copied_at(demo, racing.zygote, orders_of(keys), moment, copy)
    if ended.status != -signal.SIGKILL:
        return [f"{moment} was never passed: {ended.status} {ended.output[-500:]}"]
    wrong: list[str] = []
    with Zygote(copy) as zygote:
        for _ in range(3):
            again = zygote.race(orders_of(keys))[0]
            if again.status not in (0, 1):
                wrong.append(f"{moment}: {again.status} {again.output[-1500:]}")
            wrong += twice(demo)
            if set(racing.held(keys).values()) == {1}:
                break
            settle(copy)
    # The machine that lost its power comes back with what it knew then: it finds all there, too.
    settle(demo.home)
    back = racing.zygote.race(orders_of(keys))[0]
    if back.status not in (0, 1):
        wrong.append(f"{moment}, back: {back.status} {back.output[-1500:]}")
    wrong += [f"{moment}: order {k}: {n} documents" for k, n in racing.held(keys).items() if n != 1]
    return wrong + twice(demo)
