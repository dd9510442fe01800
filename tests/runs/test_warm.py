"""Kernels that wait ready: one run each, nothing left of it for the next, dead with their parent."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest

from atoosync_lab.runs.engine import PageEngine
from atoosync_lab.runs.warm import KernelPool

pytest.importorskip("papermill")


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelPool]:
    made = KernelPool(1, {"ATOOSYNC_HOME": str(tmp_path_factory.mktemp("home")), "ATOOSYNC_IN_WORKER": "1"})
    assert made.wait_ready(120)
    yield made
    made.close()


def executed(pool: KernelPool, folder: Path, source: str, **env: str) -> str:
    """What a page of one cell prints, run in a kernel of the pool; secrets called `s3cret` are masked."""
    import papermill
    from papermill.engines import papermill_engines

    papermill_engines.register("test-warm", PageEngine)
    page = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source)],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )
    nbformat.write(page, folder / "in.ipynb")

    def clean(notebook: object) -> None:
        for cell in notebook.cells:  # type: ignore[attr-defined]
            for output in cell.get("outputs", []):
                if "text" in output:
                    output["text"] = output["text"].replace("s3cret", "…")

    papermill.execute_notebook(
        str(folder / "in.ipynb"), str(folder / "out.ipynb"), engine_name="test-warm", progress_bar=False,
        clean=clean, env=dict(os.environ), kernels=pool, own_env=env,
    )  # fmt: skip
    cells = nbformat.read(folder / "out.ipynb", as_version=4).cells
    return "".join(output.get("text", "") for cell in cells for output in cell.outputs)


def test_each_page_gets_a_kernel_of_its_own_that_ends_with_it(pool: KernelPool, tmp_path: Path) -> None:
    look = (
        "import os, sys\n"
        "print(os.getpid(), os.environ.get('ATOOSYNC_WHO'), 'left' in globals(), 'pandas' in sys.modules, 's3cret')\n"
        "left = 1"
    )
    first = executed(pool, tmp_path, look, ATOOSYNC_WHO="camille").split()
    assert first[1:] == ["camille", "False", "True", "…"], "its own variables, nothing of others, imported already"
    deadline = time.monotonic() + 10
    while psutil.pid_exists(int(first[0])) and psutil.Process(int(first[0])).status() != "zombie":
        assert time.monotonic() < deadline, "the kernel outlives its run"
        time.sleep(0.05)
    second = executed(pool, tmp_path, look).split()
    assert second[0] != first[0]
    assert second[1:3] == ["None", "False"]


def test_kernels_are_spoken_to_in_a_folder_of_the_pool_alone(pool: KernelPool) -> None:
    """Named by default alike in the current folder, the kernels of two workers would hear each other."""
    assert pool.wait_ready(120)
    folder = pool._sockets
    assert folder.stat().st_mode & 0o077 == 0
    assert len([path for path in folder.iterdir() if path.is_socket()]) >= 5


@pytest.mark.skipif(sys.platform != "linux", reason="the system ends children of a killed parent on Linux alone")
def test_child_of_a_killed_parent_ends_at_once() -> None:
    child = "import os, time; from atoosync_lab.runs.warm import die_with_parent; die_with_parent(os.getppid()); "
    child += "print('tied', flush=True); time.sleep(60)"
    parent = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', sys.argv[1]], stdout=subprocess.PIPE)\n"
        "child.stdout.readline(); print(child.pid, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", parent, child], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie":
        assert time.monotonic() < deadline, "the child outlives its parent"
        time.sleep(0.02)


def test_process_whose_parent_is_gone_already_ends_itself() -> None:
    code = "from atoosync_lab.runs.warm import die_with_parent; die_with_parent(1 << 22); print('still here')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
