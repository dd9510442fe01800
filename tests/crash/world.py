"""A shop and an ERP so small that one run takes a moment, kept as folders to be copied back before every case."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox.common.runner import ADDRESS_FILE
from atoosync_lab.sandbox.data.demo.facts import FOLDER
from atoosync_lab.sandbox.data.shop_data import shop_data
from atoosync_lab.sandbox.ebp.folder import folder_path
from atoosync_lab.sandbox.ebp.seed import FolderState
from tests.crash.forks import Ended, Forks
from tests.crash.shops import Shop

PROFILE = "demo"
SPEED = 2000.0
"""Divides the ERP's waits: what was sent and is not seen counts as doubtful for 0.45 s, then goes to review."""
SETTLES = 900.0 / SPEED


@dataclass(slots=True)
class World:
    """Both sandboxes over one copy of a prepared state.

    Attributes:
        shop: the shop's part.
        folder: bases are kept below it, and the one copy that is in use.
        forks: starts commands and sandboxes.
        ports: of the shop and of the ERP; the profile names them.
    """

    shop: Shop
    folder: Path
    forks: Forks
    ports: tuple[int, int]
    bases: Mapping[str, Callable[[World], None]]
    """How each state is made, when it is wanted first."""
    special: dict[str, str] = field(default_factory=dict)
    """Shop order ids by what is special about them."""
    _serving: list[int] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """The workbench of the present case."""
        return self.folder / "case"

    @property
    def shop_state(self) -> Path:
        """State folder of the shop."""
        return self.home / "sandbox" / self.shop.system

    @property
    def erp_state(self) -> Path:
        """State folder of the ERP."""
        return self.home / "sandbox" / "ebp"

    def restore(self, base: str) -> None:
        """Begin a case: the named state, made when it is wanted first, both servers freshly started on it."""
        if not (self.folder / base).exists():
            self.bases[base](self)
        self.halt()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.folder / base, self.home)
        self.serve()

    def keep(self, base: str) -> None:
        """Keep the present state under a name."""
        self.halt()
        shutil.copytree(self.home, self.folder / base)

    def serve(self) -> None:
        """Start both sandboxes and wait until they answer."""
        shop, erp = self.ports
        args = [*shop_data(self.shop.system).args, *self.shop.arguments]
        self._serving = [
            self.forks.serve(
                self.shop.system,
                ["--state", str(self.shop_state), "--port", str(shop), *args],
                self.shop_state / "server.log",
            ),
            self.forks.serve(
                "ebp",
                ["--state", str(self.erp_state), "--port", str(erp), "--auto-sign-in", "--speed", str(SPEED)],
                self.erp_state / "server.log",
            ),
        ]
        for port in self.ports:
            _answering(port)

    def halt(self) -> None:
        """End both sandboxes."""
        if self._serving:
            self.forks.stop(*self._serving)
            self._serving = []
        for state in (self.shop_state, self.erp_state):
            (state / ADDRESS_FILE).unlink(missing_ok=True)

    def command(self, *arguments: str, **env: str) -> Ended:
        """Run `atoosync` on the present state."""
        return self.forks.run(arguments, {"ATOOSYNC_HOME": str(self.home), "ATOOSYNC_WHO": "crash", **env})

    def json(self, *arguments: str) -> Any:
        """What a command prints with `--json`."""
        ended = self.command(*arguments, "--json")
        return json.loads(ended.output.strip().splitlines()[-1])

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """The workbench of the present case, to look into."""
        with Workspace.open(self.home) as opened:
            yield opened

    @contextmanager
    def erp(self) -> Iterator[FolderState]:
        """The folder itself, not through the product."""
        with closing(FolderState(folder_path(self.erp_state, FOLDER))) as opened:
            yield opened

    def idle(self) -> None:
        """Wait until the ERP has worked off every file that it was handed."""
        deadline = time.monotonic() + 30
        with closing(sqlite3.connect(self.erp_state / "server.sqlite", timeout=30)) as queue:
            while queue.execute("SELECT count(*) FROM import WHERE state IN ('Waiting', 'Running')").fetchone()[0]:
                if time.monotonic() > deadline:
                    raise TimeoutError("the ERP sandbox does not come to the end of its imports")
                time.sleep(0.01)


@contextmanager
def opened(shop: Shop, folder: Path, forks: Forks, bases: Mapping[str, Callable[[World], None]]) -> Iterator[World]:
    """A world in an empty folder, whose states are made as they are wanted."""
    folder.mkdir(parents=True, exist_ok=True)
    world = World(shop, folder, forks, _free_ports(), bases)
    try:
        yield world
    finally:
        world.halt()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _answering(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_admin/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
