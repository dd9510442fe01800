"""The worker's child that executes pages: it owns the warm kernels, and lives and dies with its worker.

They speak in JSON lines over the child's standard input and output: `{"run": {...}}` one way, `{"ended": run id}` the
other, with the error that ended the run when there was one. An end of the input is the end of the worker.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, Queue
from typing import IO, Any

from atoosync_lab.model import errors
from atoosync_lab.model.errors import AtooSyncError, StopError
from atoosync_lab.runs.inline import request_of
from atoosync_lab.runs.notebooks import run_notebook
from atoosync_lab.runs.queue import IN_WORKER, RunSpec
from atoosync_lab.runs.warm import READY_WITHIN, KernelPool, die_with_parent
from atoosync_lab.runs.workspace import Workspace


class Runner:
    """The worker's end: starts the child, hands runs to it, waits for each.

    Args:
        workspace: the workbench; the child opens the same one.
        size: runs at a time, and kernels kept ready.
    """

    def __init__(self, workspace: Workspace, size: int) -> None:
        self._home, self._size = str(workspace.home.root), size
        self._lock = threading.Lock()
        self._waiting: dict[str, Queue[dict[str, Any]]] = {}
        self._child: subprocess.Popen[str] | None = None
        self._ready = threading.Event()

    @property
    def pid(self) -> int | None:
        """Process id of the child."""
        return self._child.pid if self._child is not None else None

    def start(self) -> None:
        """Start the child. Call it from the main thread: the child's life is tied to the thread that made it."""
        command = [sys.executable, "-m", __name__, str(os.getpid()), str(self._size)]
        self._ready.clear()
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # A Ctrl-C in the terminal is the worker's affair: it asks the runs to stop, they end by themselves.
            start_new_session=True,
            env={**os.environ, "ATOOSYNC_HOME": self._home, IN_WORKER: "1"},
        )
        threading.Thread(target=self._listen, args=(self._child,), name="runner answers", daemon=True).start()

    def alive(self) -> bool:
        """The child lives."""
        return self._child is not None and self._child.poll() is None

    def wait_ready(self, seconds: float = READY_WITHIN) -> bool:
        """Wait until a kernel is ready: the first one, or the one that follows the last run begun."""
        return self._ready.wait(seconds)

    def execute(self, spec: RunSpec) -> None:
        """Execute a run by its page, and wait for its end.

        Raises:
            AtooSyncError: what ended the run, as it was raised there; or the child died.
        """
        answer: Queue[dict[str, Any]] = Queue()
        with self._lock:
            self._waiting[spec.run_id] = answer
        try:
            self._ready.clear()
            self._send({"run": spec.document()})
            while True:
                try:
                    told = answer.get(timeout=1.0)
                    break
                except Empty:
                    if not self.alive():
                        raise StopError("runner.died") from None
        finally:
            with self._lock:
                self._waiting.pop(spec.run_id, None)
        if told.get("error"):
            raise _error(told["error"])

    def stop(self, seconds: float = 10.0) -> None:
        """End the child and its kernels."""
        child = self._child
        if child is None:
            return
        if child.stdin is not None and not child.stdin.closed:
            with contextlib.suppress(OSError):  # it is gone already
                child.stdin.close()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _send(self, told: Mapping[str, Any]) -> None:
        child = self._child
        if child is None or child.stdin is None or child.poll() is not None:
            raise StopError("runner.died")
        try:
            with self._lock:
                child.stdin.write(json.dumps(told) + "\n")
                child.stdin.flush()
        except OSError as error:
            raise StopError("runner.died") from error

    def _listen(self, child: subprocess.Popen[str]) -> None:
        for line in child.stdout or ():
            try:
                told = json.loads(line)
            except ValueError:
                continue  # a library printed something
            if told.get("ready"):
                self._ready.set()
            with self._lock:
                waiting = self._waiting.get(str(told.get("ended", "")))
            if waiting is not None:
                waiting.put(told)


def _error(told: Mapping[str, Any]) -> AtooSyncError:
    kind = getattr(errors, str(told.get("type")), StopError)
    error: AtooSyncError = kind(told["code"], **told.get("params", {}))
    return error


class _Child:
    """The child's end."""

    def __init__(self, size: int, commands: IO[str], answers: IO[str]) -> None:
        self._workspace = Workspace.open()
        self._commands, self._answers = commands, answers
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(max_workers=max(1, size), thread_name_prefix="page")
        own = {"ATOOSYNC_HOME": str(self._workspace.home.root), IN_WORKER: "1"}
        self._imports = threading.Thread(target=_import_papermill, name="imports", daemon=True)
        _import_clients()
        self._kernels = KernelPool(size, own, lambda: self._say({"ready": True}))

    def serve(self) -> None:
        """Execute what is asked until the worker closes the line."""
        self._imports.start()
        for line in self._commands:
            told = json.loads(line)
            if "run" in told:
                self._threads.submit(self._run, RunSpec.read(told["run"]))
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._kernels.close()

    def _run(self, spec: RunSpec) -> None:
        told: dict[str, Any] = {"ended": spec.run_id}
        # Two threads that import packages which import each other may each wait for the other's half.
        self._imports.join()
        try:
            run_notebook(self._workspace, request_of(spec), plan=spec.plan, kernels=self._kernels)
        except AtooSyncError as error:
            params = {k: v if isinstance(v, int | float | bool) else str(v) for k, v in error.message.params.items()}
            told["error"] = {"type": type(error).__name__, "code": error.code, "params": params}
        except BaseException as error:  # noqa: BLE001 - told to the worker, whatever it was
            told["error"] = {"type": "StopError", "code": "run.unexpected", "params": {"kind": type(error).__name__}}
        self._say(told)

    def _say(self, told: Mapping[str, Any]) -> None:
        with self._lock:
            self._answers.write(json.dumps(told) + "\n")
            self._answers.flush()


def _import_clients() -> None:
    """What starting a kernel takes in: done before any thread begins, so that no two threads import it at once."""
    import jupyter_client.asynchronous
    import jupyter_client.blocking
    import jupyter_client.manager  # noqa: F401


def _import_papermill() -> None:
    """It takes more than a second: done before the first run needs it."""
    import papermill.engines  # noqa: F401


def main() -> None:
    """Entry of the child: `python -m atoosync_lab.runs.runner WORKER_PID SIZE`."""
    die_with_parent(int(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What libraries print must not be taken for an answer.
    os.dup2(2, 1)
    _Child(int(sys.argv[2]), sys.stdin, answers).serve()


if __name__ == "__main__":
    main()
