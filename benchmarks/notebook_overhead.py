"""A scheduled run with nothing to do: its page in a kernel that waits ready, against plain papermill."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import papermill
import psutil
import uuid_utils

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.runs.notebooks import pages_folder
from atoosync_lab.runs.queue import RunSpec
from atoosync_lab.runs.runner import Runner

FLOW = "stocks"
TIMES = 3
REST = 1.0
"""Seconds between two runs, once the next kernel is ready; a schedule leaves it five minutes at least."""


def run(folder: Path) -> Mapping[str, object]:
    """Execute the run page in turn both ways, over sandboxes where everything is up to date."""
    with started(folder / "home", speed=2000.0) as demo:
        demo.run(FLOW)
        runner = Runner(demo.workspace, 1)
        runner.start()
        try:
            if not runner.wait_ready():
                raise RuntimeError("no kernel became ready")
            watch = Watch(runner)
            warm, plain = [], []
            _in_a_ready_kernel(demo, runner)  # the first one also imports papermill
            for _ in range(TIMES):
                runner.wait_ready()
                time.sleep(REST)
                with watch:
                    warm.append(_seconds(lambda: _in_a_ready_kernel(demo, runner)))
                plain.append(_seconds(lambda: _by_papermill(demo, folder)))
        finally:
            runner.stop()
    seconds, papermill_seconds = statistics.median(warm), statistics.median(plain)
    return {
        "seconds": round(seconds, 2),
        "papermill_seconds": round(papermill_seconds, 2),
        "ratio": round(seconds / papermill_seconds, 2),
        "peak_mib": round(watch.peak / 2**20),
        "runs": TIMES,
    }


def _in_a_ready_kernel(demo: Demo, runner: Runner) -> None:
    runner.execute(RunSpec(profile=demo.profile.id, flow=FLOW, who="bench"))


def _by_papermill(demo: Demo, folder: Path) -> None:
    """The same page and the same run, by papermill as it comes."""
    os.environ["ATOOSYNC_HOME"] = str(demo.home)
    papermill.execute_notebook(
        str(pages_folder() / "run.ipynb"),
        str(folder / "plain.ipynb"),
        parameters={
            "profile": demo.profile.id, "flow": FLOW, "dry_run": False, "run_id": str(uuid_utils.uuid7()),
        },
        progress_bar=False,
    )  # fmt: skip


def _seconds(work: Callable[[], None]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


class Watch:
    """Memory of the runner and its kernels while a run goes on: what they hold alone, shared pages by their share."""

    def __init__(self, runner: Runner) -> None:
        self._runner, self.peak = runner, 0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> None:
        self._ended.clear()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> None:
        process = psutil.Process(self._runner.pid)
        while not self._ended.wait(0.1):
            held = 0
            for each in (process, *process.children(recursive=True)):
                try:
                    memory = each.memory_full_info()
                except psutil.Error:
                    continue  # it ended between the two looks
                held += getattr(memory, "pss", memory.rss)
            self.peak = max(self.peak, held)
