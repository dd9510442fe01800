"""What the ERP made of a document is told where it is not what the plan said."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from atoosync_lab.applying.importing import Found
from atoosync_lab.applying.kinds import Documents
from atoosync_lab.model.documents import FoundDocument
from atoosync_lab.model.events import Level
from atoosync_lab.model.i18n import Message

DAY = dt.date(2026, 11, 3)
LATER = DAY + dt.timedelta(days=2)


def told_of(**seen: Any) -> list[Message]:
    """What the journal gets beyond the document itself."""
    told: list[Message] = []
    ctx: Any = SimpleNamespace(
        done=lambda row, code, **facts: None,
        record=lambda stage, code, params, *, level, record: (
            told.append(Message(f"{code}", params)) if level is Level.WARNING and record == "7" else pytest.fail(code)
        ),
    )
    totals = SimpleNamespace(excl_tax=Decimal("10.00"), incl_tax=Decimal("12.00"))
    item: Any = SimpleNamespace(
        row=SimpleNamespace(key="7", entity="order", label=""), payload=SimpleNamespace(date=DAY, totals=totals)
    )
    found = FoundDocument(token="T", number="F7", remote_id="1", **seen)
    erp: Any = None
    Documents(ctx, erp).confirmed(item, Found("1", "F7", found), existed=False)
    return told


@pytest.mark.spec("ORD-10")
@pytest.mark.parametrize("dated", [None, DAY])
def test_document_that_is_as_planned_is_told_once(dated: dt.date | None) -> None:
    assert told_of(excl_tax=Decimal("10.00"), incl_tax=Decimal("12.00"), dated=dated) == []
    assert told_of() == [], "an ERP that tells neither"


@pytest.mark.spec("ORD-02", "ORD-10")
def test_day_that_the_erp_moved_on_is_told_with_both_days() -> None:
    (message,) = told_of(dated=LATER)
    assert message.code == "confirm.dated_later"
    french, english = message.text("fr"), message.text("en")
    assert all(day in french for day in ("03/11/2026", "05/11/2026", "F7"))
    assert all(day in english for day in ("03 Nov 2026", "05 Nov 2026", "F7"))
    assert "un jour" in Message(message.code, {**message.params, "actual_day": "un jour"}).text("fr")


@pytest.mark.spec("ORD-21")
def test_totals_that_differ_are_told_one_by_one() -> None:
    told = told_of(excl_tax=Decimal("10.01"), incl_tax=Decimal("12.00"))
    assert [(m.code, m.params["actual"]) for m in told] == [("confirm.total_differs.excl_tax", "10.01")]
