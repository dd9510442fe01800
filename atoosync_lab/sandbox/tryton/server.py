"""A real Tryton server as a process of its own, on a database of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from atoosync_lab.model.errors import Facts, StopError
from atoosync_lab.sandbox.tryton import facts
from atoosync_lab.sandbox.tryton.install import python_of, script_of
from atoosync_lab.sandbox.tryton.rpc import Rpc

HOST = "127.0.0.1"
LOG_FILE = "server.log"
_CONFIG_FILE = "trytond.conf"
_TAKEN = "Address already in use"
_TRIES = 3
"""How often another free port is taken when somebody was faster."""


def launch(place: Path, name: str, *arguments: str) -> list[str]:
    """The command line of a program of the installed environment.

    Args:
        place: The cache folder of the installation.
        name: `trytond` or `trytond-admin`.
        arguments: Its arguments.
    """
    # Python's -O leaves assertions out. One of trytond's (`ModelStorage.__init__`) looks, for each record of a call, at
    # all records of the call: time would grow with the square of a document's lines.
    return [str(python_of(place)), "-O", str(script_of(place, name)), *arguments]


def write_config(state: Path, port: int, *, queued: bool = False) -> Path:
    """Write the server's configuration into its folder and return the path.

    Args:
        state: The server's folder.
        port: Its port.
        queued: Leave what a call puts off, such as printing a posted invoice, to a worker; else the call does it.
    """
    path = state / _CONFIG_FILE
    lines = (
        "[database]", "uri = sqlite://", f"path = {state}", f"language = {facts.LANGUAGE}",
        "[web]", f"listen = {HOST}:{port}", "[session]", "authentications = password",
        "[cache]", f"clean_timeout = {facts.CACHE_TIMEOUT}",
        "[queue]", f"worker = {queued}",
    )  # fmt: skip
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass
class TrytonServer:
    """A server that answers; use as a context manager.

    Attributes:
        state: Folder of its database, configuration and log.
        port: Its port on 127.0.0.1.
        pid: Its process.
    """

    state: Path
    port: int
    pid: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Base address without trailing slash."""
        return f"http://{HOST}:{self.port}"

    @property
    def database(self) -> str:
        """Name of its database."""
        return facts.DATABASE

    @property
    def login(self) -> str:
        """Login of its administrator."""
        return facts.LOGIN

    @property
    def password(self) -> str:
        """Password of its administrator."""
        return facts.PASSWORD

    @property
    def sqlite_path(self) -> Path:
        """The database itself, for judges; read it, never write it."""
        return database_file(self.state)

    def rpc(self) -> Rpc:
        """Sign in as the administrator.

        Raises:
            TrytonRpcError: when the sign-in is refused.
        """
        return Rpc(self.url, self.database, self.login, self.password)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        _signal(self.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(5.0)

    def stop(self, timeout: float = 6.0) -> None:
        """End the process; kill it when it does not end within the timeout (seconds)."""
        _signal(self.pid, signal.SIGTERM)
        try:
            if self._process is not None:
                self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()


def database_file(state: Path) -> Path:
    """The database of a server's folder."""
    return state / f"{facts.DATABASE}.sqlite"


def put_database(template: Path, state: Path) -> None:
    """Copy a template database into a server's folder (created), in place of the one there."""
    state.mkdir(parents=True, exist_ok=True)
    target = database_file(state)
    for end in ("", "-journal", "-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    shutil.copyfile(template, target)


def run(place: Path, state: Path, port: int = 0, *, queued: bool = False, timeout: float = 90.0) -> TrytonServer:
    """Start a server on the database that lies in its folder, and wait until it answers.

    Args:
        place: The cache folder of the installation.
        state: Folder of the database; configuration and log are written there.
        port: Port on 127.0.0.1; 0 takes a free one.
        queued: As `write_config`.
        timeout: Seconds to wait for the first answer.

    Raises:
        StopError: when there is no database, or the process ends or stays silent; the facts hold the end of its log.
    """
    if not database_file(state).is_file():
        # The server itself would start, and refuse each call.
        raise StopError("sandbox.tryton.no_database", folder=str(state))
    for turn in range(_TRIES):
        chosen = port or free_port()
        command = server_command(place, state, chosen, queued=queued)
        log = state / LOG_FILE
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, env=server_env()
            )
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            # A server that finds its port taken says so and does not end.
            if process.poll() is not None or _TAKEN in _tail(log):
                break
            if answers(f"http://{HOST}:{chosen}"):
                return TrytonServer(state, chosen, process.pid, process)
            time.sleep(0.03)
        process.kill()
        process.wait()
        taken = _TAKEN in _tail(log)
        if port or not taken or turn + 1 == _TRIES:
            raise StopError(
                "sandbox.tryton.not_started",
                facts=Facts(system="tryton", operation="start", detail=_tail(log)),
                text=(_tail(log).splitlines() or [""])[-1],
            )
    raise AssertionError("the last turn returns or raises")


def server_command(place: Path, state: Path, port: int, *, queued: bool = False) -> list[str]:
    """Command line of the server; its configuration is written first."""
    config = write_config(state, port, queued=queued)
    return launch(place, "trytond", "--config", str(config), "--database", facts.DATABASE)


def server_env() -> dict[str, str]:
    """Environment of the server's process: nothing of the caller's Python."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    # Moments are kept in UTC; the server warns where the machine's own zone is another one.
    return {**env, "TZ": "UTC"}


def answers(url: str) -> bool:
    """The server takes calls for its database: it loads the modules before it listens."""
    body = json.dumps({"id": 0, "method": "common.server.version", "params": []}).encode()
    request = urllib.request.Request(f"{url}/rpc/", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return True
    except (urllib.error.URLError, OSError):
        return False


def _tail(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")[-1500:].strip()
    except FileNotFoundError:
        return ""


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
