"""What the last readings say to a person who sets up orders: real orders as examples, articles, customers to choose.

No remote call is made here: a page may ask at every key stroke.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import duckdb

from atoosync_lab.connectors.base import Scope
from atoosync_lab.kit.choices import Choice
from atoosync_lab.kit.fields import FieldError
from atoosync_lab.mapping import templates
from atoosync_lab.model.errors import StorageError
from atoosync_lab.model.keys import product_key
from atoosync_lab.orders.header import merge_values
from atoosync_lab.planning.order_reading import OrderReader
from atoosync_lab.runs import flows
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.what_if import last_captures
from atoosync_lab.snapshots import captures, duck
from atoosync_lab.snapshots.captures import Capture
from atoosync_lab.workbench.mapping_rows import Option
from atoosync_lab.workbench.usage import Usage, usage

SAMPLES = 12
"""Real orders that a template is shown on."""
HITS = 20
"""Suggestions under what is typed."""
ARTICLES = 2_000
"""Articles that the picker of a map holds."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Example:
    """A template filled in with a real order, or with invented values where none was read."""

    text: str
    order: str
    """The order; empty: invented."""


class OrderReading:
    """The last readings of a profile's orders, articles and customers, looked at once until told to look again."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._open: dict[str, duckdb.DuckDBPyConnection] = {}
        self.again()

    def again(self) -> None:
        """Forget what was read: there may be a newer reading."""
        self._found: dict[Hashable, Any] = {}
        self._place = 0
        for con in self._open.values():
            con.close()
        self._open.clear()

    @property
    def usage(self) -> Usage:
        """How often what the maps relate was used."""
        return self._once("usage", lambda: usage(self.session))

    @property
    def values(self) -> Sequence[Mapping[str, str]]:
        """Merge values of some real orders, the newest first."""
        return self._once("values", lambda: _order_values(self.session))

    def next_order(self, _: str = "") -> None:
        """Show templates on another order."""
        self._place += 1

    def example(self, template: str) -> Example:
        """A template as it comes out."""
        if not self.values:
            return Example(templates.preview(template), "")
        values = self.values[self._place % len(self.values)]
        return Example(templates.render(template, values) or values["OI"], values["OI"])

    @property
    def erp(self) -> Capture | None:
        """The newest reading of the ERP's articles and customers."""
        return self._once("erp", lambda: _latest(self.session, (Scope.PRODUCTS,)))

    @property
    def customers(self) -> Capture | None:
        """The newest reading of the ERP's customers."""
        return self._once("customers", lambda: _latest(self.session, (Scope.CUSTOMERS,)))

    def find_items(self, text: str) -> tuple[Choice, ...]:
        """Articles whose reference or name holds what is typed."""
        return self._once(("items", text), lambda: self._search(self.erp, _ITEMS, text))

    def find_customers(self, text: str) -> tuple[Choice, ...]:
        """Customers whose code or name holds what is typed."""
        return self._once(("buyers", text), lambda: self._search(self.customers, _CUSTOMERS, text))

    def check_item(self, reference: str) -> None:
        """Make sure that an article is in the ERP; an empty one is none, and nothing is known without a reading.

        Raises:
            FieldError: it is not.
        """
        if reference and self.erp is not None and not self._has(self.erp, "product", product_key(reference)):
            raise FieldError("order_settings.article_unknown", reference=reference[:80])

    def check_customer(self, code: str) -> None:
        """Make sure that a customer is in the ERP, as `check_item`.

        Raises:
            FieldError: it is not.
        """
        if code and self.customers is not None and not self._has(self.customers, "customer", code):
            raise FieldError("order_settings.customer_unknown", code=code[:80])

    def articles(self) -> tuple[Option, ...]:
        """Articles for the picker of a map: those that are no goods first, for discounts are such."""
        rows = self._once("articles", lambda: self._rows(self.erp, _ARTICLES, [ARTICLES]))
        return tuple(Option(value=str(key), label=str(name), note=str(key)) for key, name in rows)

    def item_name(self, reference: str) -> str:
        """Name of an article; empty where it is not known."""
        return next((c.label for c in self.find_items(reference) if c.value == reference), "")

    def _has(self, capture: Capture, table: str, key: str) -> bool:
        column = "key" if table == "product" else "remote_id"
        sql = f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1"
        return self._once((table, key), lambda: bool(self._rows(capture, sql, [key])))

    def _search(self, capture: Capture | None, sql: str, text: str) -> tuple[Choice, ...]:
        wanted = text.strip().replace("\\", "").replace("%", "").replace("_", "")
        rows = self._rows(capture, sql, [f"%{wanted}%", f"%{wanted}%", f"{wanted}%", HITS])
        return tuple(Choice(str(key), str(name or key)) for key, name in rows)

    def _rows(self, capture: Capture | None, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """Rows of a reading; its file is opened once, for people type letter by letter."""
        if capture is None:
            return []
        try:
            if capture.id not in self._open:
                self._open[capture.id] = duck.connect(capture.path, read_only=True)
            return self._open[capture.id].execute(sql, list(values)).fetchall()
        except (StorageError, duckdb.Error):
            return []

    def _once(self, key: Hashable, find: Callable[[], Found]) -> Found:
        if key not in self._found:
            self._found[key] = find()
        found: Found = self._found[key]
        return found


_ITEMS = (
    "SELECT reference, any_value(coalesce(nullif(label, ''), reference)) FROM product"
    " WHERE reference <> '' AND (reference ILIKE ? OR label ILIKE ?) GROUP BY reference"
    " ORDER BY reference ILIKE ? DESC, reference LIMIT ?"
)
_CUSTOMERS = (
    "SELECT remote_id, any_value(name) FROM customer WHERE remote_id <> '' AND (remote_id ILIKE ? OR name ILIKE ?)"
    " GROUP BY remote_id"
    " ORDER BY remote_id ILIKE ? DESC, remote_id LIMIT ?"
)
_ARTICLES = (
    "SELECT reference, any_value(coalesce(nullif(label, ''), reference)) FROM product"
    " WHERE reference <> '' GROUP BY reference ORDER BY coalesce(bool_or(stock_tracked), FALSE), reference LIMIT ?"
)


def _latest(session: Session, scopes: tuple[Scope, ...]) -> Capture | None:
    return captures.latest(session.workspace.home.captures, session.profile_id, "erp", scopes)


def _order_values(session: Session) -> list[Mapping[str, str]]:
    """Values of orders that have a buyer's name: those say most of a template."""
    found = last_captures(session.workspace, session.profile_id, flows.get("orders"))
    if found is None:
        return []
    zone = ZoneInfo(session.profile.timezone)
    try:
        reader = OrderReader(found["shop"].path)
    except StorageError:
        return []
    try:
        taken = list(islice(reader.bundles(), 200))
    finally:
        reader.close()
    values: list[Mapping[str, str]] = [
        merge_values(b, b.order.created_at.astimezone(zone).date()) for b in reversed(taken)
    ]
    return sorted(values, key=lambda v: not v["CL"])[:SAMPLES]
