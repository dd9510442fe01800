"""Fixtures of the tests about the repository itself."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.repo.tree import ROOT


@pytest.fixture(scope="session", autouse=True)
def _git_checkout() -> None:
    """These tests are about what git keeps; an unpacked archive has nothing to say."""
    if shutil.which("git") is None or subprocess.run(["git", "rev-parse"], cwd=ROOT, capture_output=True).returncode:
        pytest.skip("not a git checkout")
