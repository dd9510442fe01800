"""The sandbox answers recorded requests as the real shop did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from tests.sandbox.woocommerce.golden import Replay, closure, read_exchanges

LEAST = 0.95
FILE = "woocommerce-9.9.5.jsonl"


@pytest.mark.spec("BEY-10")
def test_recorded_exchanges_are_answered_alike(
    shared: Path, start: Callable[..., RunningSandbox], capsys: pytest.CaptureFixture[str]
) -> None:
    with Replay(start()) as replay:
        results = list(replay.run(shared / "data" / "golden" / FILE))
    failed = [(name, differences) for name, differences in results if differences]
    with capsys.disabled():
        print(f"\n{FILE}: {len(results) - len(failed)} of {len(results)} agree")
        for name, differences in failed:
            print(f"  {name}: {differences[0][:200]}" + (f" (+{len(differences) - 1})" if len(differences) > 1 else ""))
    assert len(results) > 250
    assert len(results) - len(failed) >= LEAST * len(results)


EVERY = 12
"""Of so many exchanges one is replayed alone here; all of them are by the measurement `golden`."""


@pytest.mark.spec("BEY-10")
def test_an_exchange_agrees_in_a_shop_that_saw_nothing_but_what_it_needs(
    shared: Path, start: Callable[..., RunningSandbox]
) -> None:
    server = start()
    exchanges = read_exchanges(shared / "data" / "golden" / FILE)
    server.admin("POST", "/_admin/keep/empty")
    failed = {}
    chosen = exchanges[::EVERY]
    with Replay(server) as replay:
        for exchange in chosen:
            needed = closure(exchanges, exchange["name"])
            server.admin("POST", "/_admin/restore/empty")
            replay.forget()
            for earlier in exchanges:
                if earlier["name"] in needed:
                    replay.one(earlier, check=False)
            outcome = replay.one(exchange)
            if outcome.differences:
                failed[exchange["name"]] = outcome.differences[0]
    assert len(chosen) - len(failed) >= LEAST * len(chosen), failed
