"""A record that the shop has moved beyond what was asked: told, given back in units, and not asked for again."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from atoosync_lab.applying.catalogue import _send
from atoosync_lab.connectors.base import Outcome, WriteResult
from atoosync_lab.model.i18n import Message
from atoosync_lab.planning.plan import Action, PlanRow


@pytest.mark.spec("ORD-24")
@pytest.mark.pitfall("PB-24")
def test_status_left_alone_is_told_costs_nothing_and_is_not_due_again() -> None:
    told: list[tuple[str, str]] = []
    units: list[int] = []
    noted: dict[str, str] = {}
    rows = [
        PlanRow(seq=n, action=Action.UPDATE, entity="order_status", key=str(n), target_id=str(n), fingerprint="3")
        for n in (1, 2)
    ]
    back = Message("prestashop.status_goes_back", {"order": "1"})
    results = [
        WriteResult(key="1", outcome=Outcome.LEFT, target_id="1", error=back),
        WriteResult(key="2", outcome=Outcome.DONE, target_id="2"),
    ]
    ctx: Any = SimpleNamespace(
        profile=SimpleNamespace(id="velo"),
        plan=SimpleNamespace(meta=SimpleNamespace(flow="order-status")),
        clock=lambda: datetime.now(UTC),
        quota=SimpleNamespace(
            count=lambda profile, number, counter: units.append(number),
            give_back=lambda profile, number, counter: units.append(-number),
        ),
        links=SimpleNamespace(note_sent=lambda profile, flow, sent: noted.update({f.key: f.md5 for f in sent})),
        left=lambda row, message: told.append((row.key, message.code)),
        done=lambda row, code, **facts: told.append((row.key, code)),
        failed=lambda row, message: pytest.fail(message.code),
    )
    _send(ctx, [(row, {}) for row in rows], lambda batch: results)
    assert told == [("1", "prestashop.status_goes_back"), ("2", "apply.order_status.update")]
    assert units == [2, -1]
    assert noted == {"1": "3", "2": "3"}, "neither is planned again"
