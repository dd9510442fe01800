"""How often what the maps relate was used: counted in SQL over the last reading of the shop's orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from atoosync_lab.model.errors import StorageError
from atoosync_lab.runs import flows
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.what_if import last_captures
from atoosync_lab.settings.orders import payment_map_key, tax_map_key
from atoosync_lab.snapshots import duck
from atoosync_lab.snapshots.captures import Capture
from atoosync_lab.workbench.held import Waiting, held

DAYS = 90
"""Days back from the reading that are counted."""

SETTLED = "settled"
"""Counts of the names that payments bear: such a row serves settlements alone and may be missing."""

_NO_COUNTS: Mapping[str, int] = MappingProxyType({})

_ADDRESS = (
    "LEFT JOIN shop.address a ON a.remote_id ="
    " CASE WHEN o.delivery_address_id NOT IN ('', '0') THEN o.delivery_address_id ELSE o.invoicing_address_id END"
)
_TAXES = (
    "SELECT name, rate, count(DISTINCT id) FROM ("
    " SELECT l.tax_name AS name, l.tax_rate AS rate, o.remote_id AS id"
    " FROM recent o JOIN shop.order_line l ON l.order_id = o.remote_id WHERE l.tax_rate IS NOT NULL"
    " UNION ALL SELECT shipping_tax_name, shipping_tax_rate, remote_id FROM recent"
    " WHERE shipping_tax_rate > 0 AND shipping_incl_tax <> 0 AND shipping_tax_name <> ''"
    " UNION ALL SELECT '', 0, o.remote_id FROM recent o JOIN shop.order_line l ON l.order_id = o.remote_id"
    " WHERE l.tax_rate IS NULL AND l.unit_price_excl_tax = l.unit_price_incl_tax) GROUP BY ALL"
)
_COUNTED = {
    "countries": (
        "SELECT CASE WHEN a.country = 'GB' AND upper(trim(a.postcode)) LIKE 'BT%' THEN 'XI' ELSE a.country END,"
        f" count(*) FROM recent o {_ADDRESS} GROUP BY ALL"
    ),
    "carriers": "SELECT carrier_id, count(*) FROM recent o GROUP BY ALL",
    "currencies": "SELECT currency, count(*) FROM recent o GROUP BY ALL",
    "statuses": "SELECT status_id, count(*) FROM recent o GROUP BY ALL",
}
# An order of 0.00 needs no payment method.
_METHODS = {
    "module": "SELECT payment_module, currency, count(*) FROM recent o WHERE total_incl_tax <> 0 GROUP BY ALL",
    "label": "SELECT payment_label, currency, count(*) FROM recent o WHERE total_incl_tax <> 0 GROUP BY ALL",
    "payment": (
        "SELECT coalesce(p.method, o.payment_label), o.currency, count(DISTINCT o.remote_id) FROM recent o"
        " LEFT JOIN shop.payment p ON p.order_reference = o.reference WHERE o.total_incl_tax <> 0 GROUP BY ALL"
    ),
}
_PAYMENTS_TOO = (
    "SELECT p.method, o.currency, count(DISTINCT o.remote_id) FROM recent o"
    " JOIN shop.payment p ON p.order_reference = o.reference WHERE p.method <> '' GROUP BY ALL"
)


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts of one reading."""

    capture: Capture | None = None
    since: datetime | None = None
    """The oldest order counted."""
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Map -> row id -> orders."""
    amounts: Mapping[str, tuple[Decimal, str]] = field(default_factory=dict)
    """Order -> its total with tax, and the currency of it."""

    waiting: dict[str, tuple[Waiting, ...]] = field(default_factory=dict)
    """Flow -> what its newest plan holds, looked up once for all maps of a page."""

    def held(self, session: Session, flow: str) -> tuple[Waiting, ...]:
        """Records that the newest plan of a flow holds."""
        if flow not in self.waiting:
            self.waiting[flow] = tuple(held(session, flow))
        return self.waiting[flow]

    def of(self, name: str) -> Mapping[str, int]:
        """Orders by row id of one map."""
        return self.counts.get(name, _NO_COUNTS)

    def orders(self, name: str, row_id: str) -> int:
        """Orders that used a row."""
        found = self.of(name).get(row_id, 0)
        return found or (self.of(SETTLED).get(row_id, 0) if name == "payments" else 0)


def usage(session: Session) -> Usage:
    """Count over the newest capture that holds a period of orders; without one, nothing is known."""
    found = last_captures(session.workspace, session.profile_id, flows.get("orders"))
    if found is None:
        return Usage()
    try:
        return counted(found["shop"], session)
    except StorageError:
        return Usage()


def counted(capture: Capture, session: Session) -> Usage:
    """The counts of one capture.

    Raises:
        StorageError: the capture cannot be read.
    """
    reading, settlements = session.profile.orders.reading, session.profile.orders.settlements
    after = capture.finished_at - timedelta(days=DAYS)
    con = duck.connect()
    try:
        duck.attach(con, capture.path, "shop")
        con.execute(
            'CREATE TEMP TABLE recent AS SELECT * FROM shop."order" WHERE created_at >= ?::TIMESTAMPTZ',
            [after.isoformat()],
        ).fetchall()
        counts = {
            name: {str(key or ""): int(n) for key, n in con.execute(sql).fetchall()} for name, sql in _COUNTED.items()
        }
        counts["taxes"] = {
            tax_map_key(name or "", rate or Decimal(0)): int(n) for name, rate, n in con.execute(_TAXES).fetchall()
        }
        methods = con.execute(_METHODS[reading.method_source]).fetchall()
        counts["payments"] = {payment_map_key(method or "", currency): int(n) for method, currency, n in methods}
        if settlements.create and settlements.from_payments:
            paid = con.execute(_PAYMENTS_TOO).fetchall()
            counts[SETTLED] = {payment_map_key(method, currency): int(n) for method, currency, n in paid}
        totals = con.execute("SELECT remote_id, total_incl_tax, currency FROM recent").fetchall()
        amounts = {order: (amount, currency) for order, amount, currency in totals}
        oldest = con.execute("SELECT min(created_at) FROM recent").fetchall()[0][0]
    finally:
        con.close()
    return Usage(capture, oldest, counts, amounts)
