"""What the last captures hold of one record, and which records answer to what a person types (BEY-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atoosync_lab.connectors.base import Scope
from atoosync_lab.model.i18n import Message
from atoosync_lab.runs.flows import FLOWS, Flow
from atoosync_lab.runs.what_if import last_captures
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.snapshots import captures, duck
from atoosync_lab.snapshots.captures import Capture

MOST = 8
"""Records that are proposed for what was typed."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it was read."""

    message: Message
    at: datetime
    facts: tuple[tuple[str, str], ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that answers to what was typed."""

    kind: str
    """`product` or `order`."""
    key: str
    label: str


def ids(shop: Capture, flow: Flow, key: str) -> tuple[str, ...]:
    """The shop's ids of what a person asks for: an order may be asked for by its reference too."""
    if flow.name != "orders":
        return (key,)
    rows = _query(shop, 'SELECT remote_id FROM shop."order" WHERE remote_id = ? OR reference = ?', [key, key])
    return tuple(r[0] for r in rows) or (key,)


def orders_of_customer(shop: Capture, customer: str) -> tuple[str, ...]:
    """Ids of the orders of a shop customer, the newest first."""
    sql = 'SELECT remote_id FROM shop."order" WHERE customer_id = ? ORDER BY created_at DESC, remote_id DESC'
    return tuple(r[0] for r in _query(shop, sql, [customer]))


def read(found: Mapping[str, Capture], flow: Flow, keys: Sequence[str]) -> list[Record]:
    """What was read of a record on both sides; nothing: it is in neither capture."""
    if flow.kind == "catalogue":
        return [record for side in ("erp", "shop") for record in _products(found[side], side, keys[0])]
    if flow.name == "credit-notes":
        return [record for key in keys for record in _slips(found["shop"], key)]
    return [record for key in keys for record in _orders(found["shop"], key)]


def _query(capture: Capture, sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    con = duck.connect()
    try:
        duck.attach(con, capture.path, capture.side)
        return con.execute(sql, params).fetchall()
    finally:
        con.close()


def _facts(**values: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name, _text(value)) for name, value in values.items() if value not in (None, ""))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _products(capture: Capture, side: str, key: str) -> list[Record]:
    name = "label" if side == "erp" else (
        "coalesce(list_first(list_filter(map_values(map_from_entries(list_filter(map_entries(texts),"
        " lambda e: starts_with(e.key, 'name@')))), lambda v: v <> '')), '')"
    )  # fmt: skip
    rows = _query(
        capture,
        f"SELECT remote_id, kind, price_excl_tax::VARCHAR, active, web_published, barcode, modified_at, {name}"
        f" FROM {side}.product WHERE key = ?",
        [key],
    )
    found = []
    for remote_id, kind, price, active, published, barcode, modified, label in rows:
        facts = _facts(id=remote_id, name=label, kind=kind, price_excl_tax=price, active=active,
                       web_published=published, barcode=barcode, modified_at=modified)  # fmt: skip
        message = Message(f"explain.read.{side}", {"key": key, "id": remote_id})
        found.append(Record(message, capture.finished_at, facts, label))
    return found


_BUYER = (
    " LEFT JOIN shop.customer c ON c.remote_id = o.customer_id"
    " LEFT JOIN shop.address a ON a.remote_id = o.invoicing_address_id"
)
_BUYER_NAME = "trim(coalesce(nullif(c.company, ''), concat_ws(' ', c.first_name, c.last_name), ''))"


def _orders(shop: Capture, key: str) -> list[Record]:
    rows = _query(
        shop,
        f"SELECT o.remote_id, o.reference, o.created_at, o.total_incl_tax::VARCHAR, o.currency, o.payment_label,"
        f' {_BUYER_NAME}, a.country FROM shop."order" o{_BUYER} WHERE o.remote_id = ?',
        [key],
    )
    found = []
    for remote_id, reference, created, total, currency, payment, buyer, country in rows:
        facts = _facts(reference=reference, date=created, customer=buyer, country=country,
                       incl_tax=total, currency=currency, payment=payment)  # fmt: skip
        label = " ".join(part for part in (reference, buyer) if part)
        found.append(Record(Message("explain.read.order", {"key": remote_id}), shop.finished_at, facts, label))
    return found


def _slips(shop: Capture, key: str) -> list[Record]:
    rows = _query(
        shop, "SELECT remote_id, order_id, created_at FROM shop.credit_slip WHERE remote_id = ?", [key]
    )  # fmt: skip
    return [
        Record(Message("explain.read.slip", {"key": remote_id}), shop.finished_at, _facts(order=order, date=created))
        for remote_id, order, created in rows
    ]


def candidates(workspace: Workspace, profile: str, text: str, limit: int = MOST) -> tuple[Candidate, ...]:
    """Articles by reference or name, orders by number, reference, buyer's name, company or e-mail; exact ones first."""
    wanted = text.strip()
    if not wanted:
        return ()
    found = [*_some_orders(workspace, profile, wanted, limit), *_some_products(workspace, profile, wanted, limit)]
    return tuple(sorted(found, key=lambda one: wanted not in (one.key, one.label)))[:limit]


def _some_orders(workspace: Workspace, profile: str, text: str, limit: int) -> list[Candidate]:
    found = last_captures(workspace, profile, FLOWS["orders"])
    if found is None:
        return []
    fields = (
        "o.remote_id",
        "o.reference",
        "c.email",
        "c.company",
        "c.last_name",
        "concat_ws(' ', c.first_name, c.last_name)",
    )
    where = " OR ".join(f"contains(lower({field}), lower(?))" for field in fields)
    rows = _query(
        found["shop"],
        f'SELECT o.remote_id, o.reference, {_BUYER_NAME} FROM shop."order" o{_BUYER} WHERE {where}'
        f" ORDER BY (o.remote_id = ? OR o.reference = ?) DESC, o.created_at DESC LIMIT {int(limit)}",
        [*[text] * len(fields), text, text],
    )
    return [Candidate("order", key, " ".join(p for p in (reference, buyer) if p)) for key, reference, buyer in rows]


def _some_products(workspace: Workspace, profile: str, text: str, limit: int) -> list[Candidate]:
    erp = captures.latest(workspace.home.captures, profile, "erp", (Scope.PRODUCTS,))
    if erp is None:
        return []
    rows = _query(
        erp,
        "SELECT key, label FROM erp.product WHERE key <> ''"
        " AND (contains(lower(key), lower(?)) OR contains(lower(label), lower(?)))"
        f" ORDER BY key = ? DESC, key LIMIT {int(limit)}",
        [text, text, text],
    )
    return [Candidate("product", key, label) for key, label in rows]
