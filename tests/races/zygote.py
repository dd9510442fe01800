"""Several commands at the same instant: a process that has imported all, and forks one child a command.

It reads JSON lines `{"env": {...}, "commands": [{"arguments": [...], "delay": s, "out": path}]}`, and answers each with
the exit statuses. The children wait for one another before they begin.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from tests.races import hooks


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    arguments: tuple[str, ...]
    status: int
    output: str
    """Standard output and errors."""


class Zygote:
    """Runs commands at the same time. Use it as a context manager.

    Args:
        home: home folder of the commands.
        env: further environment.
        shell: command that prepares the place and then becomes the command behind it.
    """

    def __init__(self, home: Path, env: Mapping[str, str] | None = None, *, shell: Sequence[str] = ()) -> None:
        self.home = home
        self._env = {"ATOOSYNC_HOME": str(home), "ATOOSYNC_LANG": "fr", **(env or {})}
        self._shell = list(shell)
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [*self._shell, sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def race(
        self, *commands: Sequence[str], delays: Sequence[float] = (), env: Mapping[str, str] | None = None
    ) -> list[Ended]:
        """Run commands at the same instant, each after its own delay; how each ended."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory(prefix="race-") as folder:
            asked: list[dict[str, Any]] = [
                {"arguments": list(c), "delay": delays[n] if n < len(delays) else 0.0, "out": f"{folder}/{n}"}
                for n, c in enumerate(commands)
            ]
            self._process.stdin.write(json.dumps({"env": {**self._env, **(env or {})}, "commands": asked}) + "\n")
            self._process.stdin.flush()
            statuses = json.loads(self._process.stdout.readline())
            return [
                Ended(tuple(a["arguments"]), status, Path(a["out"]).read_text(encoding="utf-8", errors="replace"))
                for a, status in zip(asked, statuses, strict=True)
            ]


def _child(command: Mapping[str, Any], env: Mapping[str, str], gate: int) -> None:
    """Wait for the gate, then be the command; never returns."""
    os.read(gate, 1)
    time.sleep(command["delay"])
    target = os.open(command["out"], os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.environ.update(env)
    status = 70
    try:
        from atoosync_lab.cli.main import app

        hooks.install(env)
        app(list(command["arguments"]))
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException as error:  # noqa: BLE001 - whatever it was, the harness is told
        print(f"{type(error).__name__}: {error}")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def serve(commands: IO[str], answers: IO[str]) -> None:
    """Run what is asked until the line is closed."""
    import duckdb  # noqa: F401 - imported once, for all children
    import pyarrow  # noqa: F401

    import atoosync_lab.cli.main
    import atoosync_lab.connectors.erps.ebp.connector
    import atoosync_lab.connectors.shops.prestashop.connector
    import atoosync_lab.runs.run  # noqa: F401

    for line in commands:
        asked = json.loads(line)
        reader, writer = os.pipe()
        children = []
        for command in asked["commands"]:
            pid = os.fork()
            if pid == 0:
                os.close(writer)
                _child(command, asked["env"], reader)
            children.append(pid)
        os.close(reader)
        # The end of the pipe opens the gate for all of them at once.
        os.close(writer)
        answers.write(json.dumps([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin, os.fdopen(os.dup(1), "w", encoding="utf-8"))
