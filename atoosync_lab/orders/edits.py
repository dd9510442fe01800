"""Edits of an order after its import: what was imported is kept, and compared with what the shop says now (PB-23).

Nothing is written again and nothing is imported twice: a person decides. Status, addresses and payments are no edits:
they move by themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from atoosync_lab.model.i18n import Message
from atoosync_lab.model.money import ZERO, plain
from atoosync_lab.orders.bundle import OrderBundle


@dataclass(frozen=True, slots=True)
class OrderContent:
    """What was charged for what, in the order's own currency."""

    total: Decimal
    pieces: Mapping[str, Decimal]
    """Quantity by reference, or by label where the shop knows no reference."""

    def dump(self) -> str:
        """JSON, the same for the same content."""
        pieces = {name: plain(quantity) for name, quantity in sorted(self.pieces.items())}
        return json.dumps({"total": plain(self.total), "pieces": pieces}, ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> OrderContent:
        """Read back what `dump` wrote."""
        data: dict[str, Any] = json.loads(text)
        return cls(Decimal(data["total"]), {name: Decimal(quantity) for name, quantity in data["pieces"].items()})


def content_of(bundle: OrderBundle) -> OrderContent:
    """The content of an order as it was read."""
    pieces: dict[str, Decimal] = {}
    for line in bundle.lines:
        name = line.reference or line.label
        pieces[name] = pieces.get(name, ZERO) + line.quantity
    return OrderContent(bundle.order.total_incl_tax, pieces)


def edit(before: OrderContent, after: OrderContent, *, order: str, number: str) -> Message | None:
    """What was edited since the import as a sentence; None: nothing.

    Args:
        before: the content that was imported.
        after: the content now.
        order: id of the shop's order.
        number: number of its document in the ERP.
    """
    names = [*before.pieces, *(name for name in after.pieces if name not in before.pieces)]
    moved = [(name, before.pieces.get(name, ZERO), after.pieces.get(name, ZERO)) for name in names]
    lines = "".join(f", {name} : {plain(was)} → {plain(now)}" for name, was, now in moved if was != now)
    if before.total == after.total and not lines:
        return None
    facts = {"order": order, "number": number, "charged": plain(before.total), "actual": plain(after.total)}
    return Message("orders.edited_since_import", {**facts, "lines": lines})
