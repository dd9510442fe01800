"""What keeps several processes on one SQLite file from tearing it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from atoosync_lab.runs.backup import backup
from atoosync_lab.runs.workspace import Workspace


def locks(path: Path) -> int:
    """Locks that this process holds on a file (proc(5), `/proc/locks`)."""
    inode = str(path.stat().st_ino)
    rows = [row.split() for row in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
    return sum(1 for row in rows if str(os.getpid()) in row and row[5].rpartition(":")[2] == inode)


@pytest.mark.spec("SEC-05")
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc/locks")
def test_a_backup_leaves_this_process_its_locks_on_the_store(tmp_path: Path) -> None:
    """A plain open and close of the file takes them away, and another process may then remove the log under us."""
    with Workspace.open(tmp_path / "home") as space:
        space.profiles.list()
        before = locks(space.home.store)
        if not before:
            pytest.skip("this system does not show its locks")
        backup(space.home.root, tmp_path / "a.zip")
        assert locks(space.home.store) == before
        space.home.store.open("rb").close()
        assert locks(space.home.store) < before, "the danger is real"
