"""Sheets go in calls of their own size; a call that cannot be made loses nothing of those before it."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from atoosync_lab.applying.catalogue import _write_sheets
from atoosync_lab.connectors.base import Outcome, ProductWrite, WriteResult
from atoosync_lab.model.errors import StoppedError, UnsentError
from atoosync_lab.planning.plan import Action, PlanRow
from atoosync_lab.settings import Profile

PAYLOAD: dict[str, Any] = {"kind": "product", "parent_id": "", "values": [{"k": "barcode", "v": "1"}], "texts": []}


class Shop:
    """Takes sheets until it cannot be reached."""

    def __init__(self, reachable: int) -> None:
        self.reachable, self.calls = reachable, list[int]()

    def write_products(self, batch: Sequence[ProductWrite]) -> list[WriteResult]:
        if len(self.calls) == self.reachable:
            raise UnsentError("http.unreachable", host="shop")
        self.calls.append(len(batch))
        return [WriteResult(key=w.key, outcome=Outcome.DONE, target_id=w.target_id) for w in batch]


def written(shop: Shop, rows: int, check: Any = lambda: None) -> dict[str, Outcome]:
    profile = Profile.model_validate({"id": "test", "name": "Test", "shop": {"sizes": {"products": 2}}})
    sheets = [
        (PlanRow(seq=n, action=Action.UPDATE, entity="product", key=f"A{n}", target_id=str(n)), PAYLOAD)
        for n in range(1, rows + 1)
    ]
    ctx: Any = SimpleNamespace(profile=profile, check=check)
    found = _write_sheets(ctx, shop, sheets)
    return {key: result.outcome for key, result in found.items()}


@pytest.mark.spec("ART-01")
def test_sheets_go_in_calls_of_their_size() -> None:
    shop = Shop(reachable=9)
    assert set(written(shop, 5).values()) == {Outcome.DONE}
    assert shop.calls == [2, 2, 1]


@pytest.mark.spec("RUN-01")
def test_what_follows_a_call_that_could_not_be_made_is_not_sent() -> None:
    found = written(Shop(reachable=1), 5)
    assert [key for key, outcome in found.items() if outcome is Outcome.DONE] == ["A1", "A2"]
    assert [key for key, outcome in found.items() if outcome is Outcome.UNSENT] == ["A3", "A4", "A5"]
    with pytest.raises(UnsentError):
        written(Shop(reachable=0), 5)


@pytest.mark.spec("RUN-03")
def test_stop_between_two_calls_keeps_what_was_written() -> None:
    def stop() -> None:
        raise StoppedError("run.stopped")

    found = written(Shop(reachable=9), 3, stop)
    assert found == {"A1": Outcome.DONE, "A2": Outcome.DONE, "A3": Outcome.UNSENT}
