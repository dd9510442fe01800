"""A shop and an ERP so small that one run takes a moment, kept as folders to be copied back before every case."""

from __future__ import annotations

import json
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox.common.runner import ADDRESS_FILE
from atoosync_lab.sandbox.data.shop_data import shop_data
from tests.crash.erps import Erp
from tests.crash.forks import Ended, Forks
from tests.crash.shops import Shop

PROFILE = "demo"
_KEPT = "erp-kept"
"""Folder of a case that holds what the ERP's lasting server is put back to."""


@dataclass(slots=True)
class World:
    """Both sandboxes over one copy of a prepared state.

    Attributes:
        shop: the shop's part.
        erp: the ERP's part.
        folder: bases are kept below it, and the one copy that is in use.
        forks: starts commands and sandboxes.
        ports: of the shop and of the ERP; the profile names them.
    """

    shop: Shop
    erp: Erp
    folder: Path
    forks: Forks
    ports: tuple[int, int]
    bases: Mapping[str, Callable[[World], None]]
    """How each state is made, when it is wanted first."""
    special: dict[str, str] = field(default_factory=dict)
    """Shop order ids by what is special about them."""
    _serving: list[Callable[[], None]] = field(default_factory=list)
    """How the servers are ended that are started for each case."""
    _lasting: list[Callable[[], None]] = field(default_factory=list)
    """The same of those that outlive cases."""

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
        """State folder of the ERP; beside the cases where its server outlives them."""
        if self.erp.lasting:
            return self.folder / self.erp.system
        return self.home / "sandbox" / self.erp.system

    def restore(self, base: str) -> None:
        """Begin a case: the named state, made when it is wanted first, both servers freshly started on it."""
        if not (self.folder / base).exists():
            self.bases[base](self)
        self.halt()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.folder / base, self.home)
        self.serve()
        if self.erp.lasting:
            self.erp.idle(self.erp_state)
            self.erp.put_back(self.home / _KEPT, self.erp_state)

    def keep(self, base: str) -> None:
        """Keep the present state under a name."""
        self.halt()
        if self.erp.lasting:
            self.erp.idle(self.erp_state)
            self.erp.keep(self.erp_state, self.home / _KEPT)
        shutil.copytree(self.home, self.folder / base)

    def serve(self) -> None:
        """Start what does not run of both servers, and wait until they answer."""
        shop, erp = self.ports
        args = [*shop_data(self.shop.system).args, *self.shop.arguments]
        process = self.forks.serve(
            self.shop.system,
            ["--state", str(self.shop_state), "--port", str(shop), *args],
            self.shop_state / "server.log",
        )
        self._serving = [partial(self.forks.stop, process)]
        if not self._lasting:
            held = self._lasting if self.erp.lasting else self._serving
            held.append(self.erp.serve(self.forks, self.erp_state, erp))
        for port in self.ports:
            _answering(port)

    def halt(self) -> None:
        """End the servers that are started for each case."""
        for end in self._serving:
            end()
        self._serving = []
        for state in (self.shop_state, self.erp_state):
            (state / ADDRESS_FILE).unlink(missing_ok=True)

    def close(self) -> None:
        """End all servers."""
        self.halt()
        for end in self._lasting:
            end()
        self._lasting = []

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
def opened(
    shop: Shop, erp: Erp, folder: Path, forks: Forks, bases: Mapping[str, Callable[[World], None]]
) -> Iterator[World]:
    """A world in an empty folder, whose states are made as they are wanted."""
    folder.mkdir(parents=True, exist_ok=True)
    world = World(shop, erp, folder, forks, _free_ports(), bases)
    try:
        yield world
    finally:
        world.close()


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
        except urllib.error.HTTPError:
            # A server that has no such page answers all the same.
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
