"""A process that has imported everything once and forks a child for each command or sandbox: a case costs no start-up.

Run as `python -m tests.crash.forks`, it reads one JSON request a line and answers with one line. `Forks` is its client.
The children are processes of their own: a SIGKILL there is the SIGKILL of a command started from a terminal.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import typer

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
"""Seconds after which a command counts as hung; it is killed, and the case fails."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    """Exit status; -9 when it was killed."""
    output: str
    """What it printed: on both streams, or on the first alone when they were asked for apart."""
    errors: str = ""
    """What it printed on the second stream, where they were asked for apart."""

    @property
    def killed(self) -> bool:
        """Ended by SIGKILL."""
        return self.code == -signal.SIGKILL


class Forks:
    """The client: starts the process that forks, and ends it with all its children."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.forks"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("ATOOSYNC_")},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def run(self, arguments: Sequence[str], env: Mapping[str, str], *, apart: bool = False) -> Ended:
        """Run `atoosync` with these arguments and variables to its end; `apart` keeps its two streams apart."""
        answer = self._ask({"run": list(arguments), "env": dict(env), "apart": apart})
        return Ended(answer["code"], answer["output"], answer["errors"])

    def serve(self, kind: str, arguments: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> int:
        """Start a sandbox; its process. It answers a moment later."""
        asked = {"serve": kind, "arguments": list(arguments), "log": str(log), "env": dict(env or {})}
        return int(self._ask(asked)["pid"])

    def ended(self, pid: int) -> int | None:
        """Exit status of a sandbox; None while it runs."""
        status: int | None = self._ask({"ended": pid})["status"]
        return status

    def stop(self, *pids: int) -> None:
        """Kill sandboxes at once."""
        self._ask({"stop": list(pids)})

    def close(self) -> None:
        """End the process and its children."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the forking process has ended")
        found: dict[str, Any] = json.loads(line)
        return found


def _child(work: Callable[[], None], log: Path, env: Mapping[str, str], errors: Path | None = None) -> int:
    """Fork; the child does the work with its output in a file, and never comes back."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(handle, 1)
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) if errors else handle, 2)
        os.environ.update(env)
        work()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 the child must never come back into the parent's code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@functools.cache
def _atoosync() -> Any:
    """The command line, built once."""
    from atoosync_lab.cli.main import app

    return typer.main.get_command(app)


def _command(arguments: Sequence[str]) -> None:
    _atoosync()(args=list(arguments), prog_name="atoosync", standalone_mode=True)


def _sandbox(kind: str, arguments: Sequence[str]) -> None:
    os.setsid()
    sys.argv = [kind, *arguments]
    importlib.import_module(f"atoosync_lab.sandbox.{kind}.__main__").main()


def _wait(pid: int) -> int:
    """Exit status of a child; it is killed when it hangs."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return 124
        time.sleep(0.005)


def _warm() -> None:
    """Import, once, what every child needs; nothing is opened and no thread started."""
    import pyarrow

    import atoosync_lab.sandbox.ebp.__main__
    import atoosync_lab.sandbox.prestashop.__main__  # noqa: F401
    from atoosync_lab.connectors.http import trusted
    from atoosync_lab.model.i18n import LANGUAGES, translate

    _atoosync()
    trusted()
    # pyarrow looks for pandas at its first array.
    pyarrow.table({"x": pyarrow.array(["x"], type=pyarrow.string())})
    for language in LANGUAGES:
        translate("run.started", language=language)


def _handle(request: Mapping[str, Any], output: Path, sandboxes: dict[int, int | None]) -> dict[str, Any]:
    if "run" in request:
        errors = output.with_name("errors") if request["apart"] else None
        output.unlink(missing_ok=True)
        pid = _child(lambda: _command(request["run"]), output, request["env"], errors)
        code = _wait(pid)
        said = [path.read_text(encoding="utf-8", errors="replace") if path else "" for path in (output, errors)]
        return {"code": code, "output": said[0], "errors": said[1]}
    if "serve" in request:
        pid = _child(lambda: _sandbox(request["serve"], request["arguments"]), Path(request["log"]), request["env"])
        sandboxes[pid] = None
        return {"pid": pid}
    if "ended" in request:
        return {"status": _status(request["ended"], sandboxes)}
    _end(request["stop"], sandboxes)
    return {}


def _status(pid: int, sandboxes: dict[int, int | None], options: int = os.WNOHANG) -> int | None:
    """Exit status of a sandbox, asked of the system once; None while it runs."""
    if sandboxes[pid] is None:
        found, status = os.waitpid(pid, options)
        sandboxes[pid] = os.waitstatus_to_exitcode(status) if found else None
    return sandboxes[pid]


def _end(pids: Sequence[int], sandboxes: dict[int, int | None]) -> None:
    for pid in pids:
        if _status(pid, sandboxes) is None:
            os.kill(pid, signal.SIGKILL)
            _status(pid, sandboxes, 0)


def main() -> None:
    """Answer requests until the input ends; then end the sandboxes."""
    _warm()
    sandboxes: dict[int, int | None] = {}
    with tempfile.TemporaryDirectory(prefix="forks-") as folder:
        try:
            for line in sys.stdin:
                answer = _handle(json.loads(line), Path(folder) / "output", sandboxes)
                sys.stdout.write(json.dumps(answer) + "\n")
                sys.stdout.flush()
        finally:
            _end(list(sandboxes), sandboxes)


if __name__ == "__main__":
    main()
