"""Start, find and stop sandbox servers as processes of their own (for tests and for `atoosync sandbox`)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self, get_args

from atoosync_lab.sandbox.common.runner import ADDRESS_FILE

Kind = Literal["ebp", "prestashop", "woocommerce", "shopify", "tryton"]
LOG_FILE = "server.log"


KINDS: tuple[Kind, ...] = get_args(Kind)


def kind_of(name: str) -> Kind:
    """The sandbox of that name.

    Raises:
        ValueError: there is none.
    """
    for kind in KINDS:
        if kind == name:
            return kind
    raise ValueError(f"no sandbox {name!r}; there are {', '.join(KINDS)}")


class SandboxStartError(RuntimeError):
    """The sandbox process ended or did not answer in time; the message holds the end of its log."""


class Process(Protocol):
    """What is asked of a server's process; `subprocess.Popen` is one."""

    pid: int

    def poll(self) -> int | None:
        """Its exit status, or None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it ended.

        Raises:
            subprocess.TimeoutExpired: it did not end within the timeout (seconds).
        """


@dataclass
class RunningSandbox:
    """A sandbox server that answers.

    Attributes:
        kind: Which system it plays.
        state: Folder of its data.
        url: Base address without trailing slash.
        port: Its port on 127.0.0.1.
        pid: Its process.
    """

    kind: str
    state: Path
    url: str
    port: int
    pid: int
    _process: Process | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def admin(self, method: str, path: str, body: Any = None, timeout: float = 10.0) -> Any:
        """Call an administration route (`/_admin/...`) and return its JSON.

        Raises:
            urllib.error.HTTPError: when the server refuses.
        """
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def faults(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Add fault rules (see `common.rules.FaultRule`); an empty list removes all rules."""
        if rules:
            self.admin("POST", "/_admin/faults", list(rules))
        else:
            self.admin("DELETE", "/_admin/faults")

    def calls(self) -> dict[str, int]:
        """Calls so far by method and path template."""
        found: dict[str, int] = self.admin("GET", "/_admin/calls")["calls"]
        return found

    def reset_calls(self) -> None:
        """Start the counts again from zero."""
        self.admin("DELETE", "/_admin/calls")

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        _signal(self.pid, signal.SIGKILL)
        self._reap(5.0)
        (self.state / ADDRESS_FILE).unlink(missing_ok=True)

    def stop(self, timeout: float = 6.0) -> None:
        """End the process; kill it when it does not end within the timeout (seconds)."""
        _signal(self.pid, signal.SIGTERM)
        if not self._reap(timeout):
            self.kill()

    def _reap(self, timeout: float) -> bool:
        if self._process is not None:
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                return False
            return True
        end = time.monotonic() + timeout
        while _alive(self.pid):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True


def start(
    kind: Kind,
    state: Path,
    port: int = 0,
    *,
    version: str | None = None,
    speed: float = 1.0,
    env: Mapping[str, str] | None = None,
    args: Sequence[str] = (),
    timeout: float = 30.0,
) -> RunningSandbox:
    """Start a sandbox as a detached process and wait until it answers.

    Args:
        kind: `ebp`, `prestashop`, `woocommerce`, `shopify` or `tryton`; the last is no server of ours: it has neither
            administration routes nor faults, and its first start installs it, which takes longer than the timeout.
        state: Folder of its data (created); its log is `server.log` there.
        port: Port on 127.0.0.1; 0 takes a free one.
        version: Version of the shop, where the sandbox has several.
        speed: Divides waiting times and quotas; 0 means none.
        env: Further environment variables.
        args: Further arguments of the sandbox's command line.
        timeout: Seconds to wait for the first answer.

    Raises:
        SandboxStartError: when the process ends or stays silent.
    """
    running = find(state)
    if running is not None:
        raise SandboxStartError(f"a sandbox already works on {state}: {running.url} (process {running.pid})")
    state.mkdir(parents=True, exist_ok=True)
    (state / ADDRESS_FILE).unlink(missing_ok=True)
    options = ["--state", str(state), "--port", str(port), "--speed", str(speed)]
    options += [*(["--version", version] if version else []), *args]
    process = _spawn(kind, options, state / LOG_FILE, env or {})
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        status = process.poll()
        if status is not None:
            raise SandboxStartError(f"sandbox {kind} ended with status {status}: {_log_tail(state)}")
        found = find(state)
        if found is not None and found.pid == process.pid and _healthy(found):
            found._process = process
            return found
        time.sleep(0.05)
    _signal(process.pid, signal.SIGKILL)
    process.wait()
    raise SandboxStartError(f"sandbox {kind} did not answer within {timeout} s: {_log_tail(state)}")


def _spawn(kind: Kind, options: Sequence[str], log: Path, env: Mapping[str, str]) -> Process:
    """A server's own process, which outlives this one; what it prints is added to its log."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", f"atoosync_lab.sandbox.{kind}", *options],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env={**os.environ, **env},
        )


def find(state: Path) -> RunningSandbox | None:
    """The server that works on this state folder, or None."""
    try:
        content = json.loads((state / ADDRESS_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if not _alive(content["pid"]):
        return None
    return RunningSandbox(content["kind"], state, content["url"], content["port"], content["pid"])


def stop(state: Path) -> bool:
    """Stop the server of this state folder; False when none runs."""
    found = find(state)
    if found is None:
        return False
    found.stop()
    return True


def _alive(pid: int) -> bool:
    try:
        # A child that has ended stays a zombie until someone asks for its status.
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _healthy(found: RunningSandbox) -> bool:
    try:
        with urllib.request.urlopen(f"{found.url}/_admin/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        # Tryton knows no such route, and listens only when its database is loaded: any answer of its will do.
        return found.kind == "tryton"
    except (urllib.error.URLError, OSError):
        return False


def _log_tail(state: Path) -> str:
    try:
        return (state / LOG_FILE).read_text(encoding="utf-8", errors="replace")[-800:]
    except FileNotFoundError:
        return "(no log)"
