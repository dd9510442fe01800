"""The sandbox answers recorded requests as the real shop did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from tests.sandbox.woocommerce.golden import read_exchanges, replayed, replayed_alone

pytestmark = pytest.mark.spec("BEY-10")

LEAST = 0.95
FILE = "woocommerce-9.9.5.jsonl"
EVERY = 20
"""Of so many exchanges one is replayed alone here; all of them are by the measurement `golden`."""


def test_recorded_exchanges_are_answered_alike(
    shared: Path, start: Callable[..., RunningSandbox], capsys: pytest.CaptureFixture[str]
) -> None:
    exchanges = read_exchanges(shared / "data" / "golden" / FILE)
    failed = replayed(start(), exchanges)
    with capsys.disabled():
        print(f"\n{FILE}: {len(exchanges) - len(failed)} of {len(exchanges)} agree")
        for name, reason in failed.items():
            print(f"  {name}: {reason[:200]}")
    assert len(exchanges) > 250
    assert len(exchanges) - len(failed) >= LEAST * len(exchanges)


def test_an_exchange_agrees_in_a_shop_that_saw_nothing_but_what_it_needs(
    shared: Path, start: Callable[..., RunningSandbox]
) -> None:
    exchanges = read_exchanges(shared / "data" / "golden" / FILE)
    chosen = exchanges[::EVERY]
    failed = replayed_alone(start(), exchanges, chosen)
    assert len(chosen) - len(failed) >= LEAST * len(chosen), failed
