"""The sandbox answers recorded requests as the real shops did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from tests.sandbox.prestashop.golden import Replay

LEAST = 0.95


@pytest.mark.spec("BEY-10")
@pytest.mark.parametrize(("version", "file"), [("9", "prestashop-9.1.4.jsonl"), ("1.7.7", "prestashop-1.7.7.2.jsonl")])
def test_recorded_exchanges_are_answered_alike(
    version: str, file: str, shared: Path, start: Callable[[str], RunningSandbox], capsys: pytest.CaptureFixture[str]
) -> None:
    results = list(Replay(start(version)).run(shared / "data" / "golden" / file))
    failed = [(name, differences) for name, differences in results if differences]
    with capsys.disabled():
        print(f"\n{file}: {len(results) - len(failed)} of {len(results)} agree")
        for name, differences in failed:
            print(f"  {name}: {differences[0][:200]}" + (f" (+{len(differences) - 1})" if len(differences) > 1 else ""))
    assert len(results) > 300
    assert len(results) - len(failed) >= LEAST * len(results)
