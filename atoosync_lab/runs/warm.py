"""Kernels started beforehand, with the package imported: a page begins at once, and each kernel serves one run only.

They live in one child process a worker (`runs/runner.py`), and die with it: on Linux the system ends them, elsewhere
each watches its parent.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import queue
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from atoosync_lab.model.errors import AtooSyncError, StopError

READY_WITHIN = 120.0
"""Seconds a kernel may take to be ready, on a machine that is busy with other runs."""
RETRY_AFTER = 5.0
_PAGE = ".".join(("atoosync_lab", "workbench", "running"))

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """This process ends when its parent does, however that ended.

    Args:
        parent: process id of the parent, as it knows it itself: one that died meanwhile has left us to another.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    if sys.platform == "linux":
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


def prepare(parent: int) -> None:
    """In a fresh kernel: tie it to its parent, then do everything that the first page would have to do once.

    Args:
        parent: process id of the parent.
    """
    die_with_parent(parent)
    # pyarrow takes pandas in when it first makes a table; httpx reads the certificates of the machine.
    import pandas  # noqa: F401
    import pyarrow

    from atoosync_lab.connectors.http import trusted
    from atoosync_lab.model.i18n import LANGUAGES, catalogue
    from atoosync_lab.runs.workspace import Workspace
    from atoosync_lab.snapshots import duck

    # A page that cannot be imported is told by the run that needs it, with its reason, in its executed copy.
    with contextlib.suppress(ImportError):
        importlib.import_module(_PAGE)
    pyarrow.Table.from_pylist([{"x": 1}])
    trusted()
    # Both: whatever the reader's language, exports are written in each.
    for language in LANGUAGES:
        catalogue(language)
    duck.connect().close()
    with contextlib.suppress(AtooSyncError):
        Workspace.open().close()


class KernelPool:
    """Ready kernels.

    Args:
        size: kernels kept ready.
        env: variables of their processes.
        on_ready: told whenever a kernel becomes ready, from another thread.
    """

    def __init__(self, size: int, env: Mapping[str, str], on_ready: Callable[[], None] = lambda: None) -> None:
        self._env, self._on_ready = dict(env), on_ready
        self._ready: queue.Queue[Any] = queue.Queue()
        self._wanted: queue.Queue[bool] = queue.Queue()
        self._closing = threading.Event()
        self._failure = ""
        self._sockets, self._started = Path(tempfile.mkdtemp(prefix="atoo-")), 0
        for _ in range(max(1, size)):
            self._wanted.put(True)
        # One thread starts them all and outlives them: the system ties a child's life to the very thread that made it.
        self._keeper = threading.Thread(target=self._keep, name="kernel keeper", daemon=True)
        self._keeper.start()

    def take(self, env: Mapping[str, str]) -> Any:
        """A ready kernel for one run, with these variables set in it; another one is started in its place.

        Raises:
            StopError: no kernel can be started on this machine.
        """
        deadline = time.monotonic() + READY_WITHIN
        while True:
            try:
                kernel, client = self._ready.get(timeout=max(0.1, deadline - time.monotonic()))
            except queue.Empty:
                raise StopError("kernel.none", cause=self._failure or "-") from None
            if kernel.is_alive():
                break
            client.stop_channels()
            self._wanted.put(True)
        try:
            lines = [f"os.environ[{name!r}] = {value!r}" for name, value in env.items()]
            _execute(client, "\n".join(("import os", *lines, "del os")))
        finally:
            client.stop_channels()
        # From here on nbclient speaks to it, which is asynchronous.
        kernel.client_class = "jupyter_client.asynchronous.AsyncKernelClient"
        return kernel

    def give_back(self, kernel: Any) -> None:
        """The run has ended: its kernel ends, and only now is another one started, when the machine is free for it."""
        with contextlib.suppress(Exception):
            kernel.shutdown_kernel(now=True)
        with contextlib.suppress(Exception):
            kernel.cleanup_resources()
        self._wanted.put(True)

    def wait_ready(self, seconds: float) -> bool:
        """Wait until a kernel is ready."""
        deadline = time.monotonic() + seconds
        while self._ready.empty() and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self._ready.empty()

    def close(self) -> None:
        """End the kernels that wait."""
        self._closing.set()
        self._wanted.put(False)
        self._keeper.join(READY_WITHIN)
        while not self._ready.empty():
            kernel, client = self._ready.get_nowait()
            client.stop_channels()
            with contextlib.suppress(Exception):
                kernel.shutdown_kernel(now=True)
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _keep(self) -> None:
        while self._wanted.get() and not self._closing.is_set():
            try:
                self._ready.put(self._start())
                self._on_ready()
            except Exception as error:  # noqa: BLE001 - tried again, and told when a run needs it
                self._failure = type(error).__name__
                if not self._closing.wait(RETRY_AFTER):
                    self._wanted.put(True)

    def _start(self) -> tuple[Any, Any]:
        """A kernel with the client that speaks to it until a run takes it: a new one would wait for it once more."""
        from jupyter_client.manager import KernelManager

        kernel = KernelManager(kernel_name="python3")
        if sys.platform != "win32":
            # Nothing of a run passes over a port that others on this machine could read. Each kernel has sockets of its
            # own: by default they are named alike in the current folder, and two workers would hear each other.
            self._started += 1
            kernel.transport, kernel.ip = "ipc", str(self._sockets / f"k{self._started}")
        kernel.start_kernel(env={**os.environ, **self._env})
        client = kernel.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=READY_WITHIN)
            _execute(client, f"from {__name__} import prepare as _p; _p({os.getpid()}); del _p")
        except BaseException:
            client.stop_channels()
            with contextlib.suppress(Exception):
                kernel.shutdown_kernel(now=True)
            raise
        return kernel, client


def _execute(client: Any, code: str) -> None:
    """Run a line in a kernel, unseen: it neither counts nor stays in the history.

    Raises:
        StopError: the kernel refused it.
    """
    answer = client.execute_interactive(
        code, silent=True, store_history=False, allow_stdin=False, timeout=READY_WITHIN, output_hook=lambda _: None
    )
    if answer["content"]["status"] != "ok":
        raise StopError("kernel.none", cause=str(answer["content"].get("ename", "")))
