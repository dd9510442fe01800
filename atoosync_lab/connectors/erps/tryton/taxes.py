"""Taxes of a sale with their rates: a tax may be made of others, each for a span of days (a rate that was changed)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from atoosync_lab.connectors.erps.tryton import values
from atoosync_lab.connectors.erps.tryton.values import Row, number, text
from atoosync_lab.model.money import ZERO, plain
from atoosync_lab.model.reference_lists import ListItem

FIELDS = (
    "name", "description", "type", "rate", "parent", "active", "start_date", "end_date", "group.kind", "group.code",
)  # fmt: skip
_SALE = ("sale", "both", "")
"""Kinds of tax groups that a sale may have; a tax without group may stand anywhere. [SRC: account/tax.py]"""
_DEEPEST = 10


def sale_taxes(rows: Iterable[Row], today: date) -> tuple[ListItem, ...]:
    """Taxes that a line of a sale may carry, with what they take today in percent.

    Args:
        rows: all taxes, as `FIELDS` asks for them.
        today: the day whose rate counts.
    """
    parts: dict[int, list[Row]] = defaultdict(list)
    heads: list[Row] = []
    for row in rows:
        parent = row.get("parent")
        if isinstance(parent, int):
            parts[parent].append(row)
        else:
            heads.append(row)
    return tuple(
        ListItem(
            id=str(row["id"]),
            label=text(row, "name") or str(row["id"]),
            rate=_percent(row, parts, today, 0),
            code=text(row, "description"),
            active=values.flag(row, "active") is not False and _holds(row, today),
            extra={"group": text(row, "group.code")},
        )
        for row in heads
        if text(row, "group.kind") in _SALE
    )


def _holds(row: Row, today: date) -> bool:
    start, end = row.get("start_date"), row.get("end_date")
    return (not isinstance(start, date) or start <= today) and (not isinstance(end, date) or today <= end)


def _percent(row: Row, parts: Mapping[int, Sequence[Row]], today: date, depth: int) -> Decimal | None:
    """Percent of a tax; None for a fixed amount, which is no rate."""
    kind = text(row, "type")
    if kind == "percentage":
        rate = number(row, "rate")
        return None if rate is None else Decimal(plain(rate * 100))
    if kind != "none" or depth > _DEEPEST:
        return None
    rates = [_percent(part, parts, today, depth + 1) for part in parts.get(int(row["id"]), ()) if _holds(part, today)]
    found = [rate for rate in rates if rate is not None]
    return sum(found, ZERO) if len(found) == len(rates) else None
