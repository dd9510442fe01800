"""Flows « Import des commandes » and credit notes: which documents are created, which exist, which are held and why.

Documents are built by `orders/`, one by one; this module decides about each order once and writes the rows: the
document, the customer it needs, its settlements and the shop status to set, each with its units of quota.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from atoosync_lab.mapping import periods
from atoosync_lab.model.documents import DocumentRules, NewCustomer, SalesDocument, Settlement
from atoosync_lab.model.events import Level
from atoosync_lab.model.money import plain
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.orders.build import build_document
from atoosync_lab.orders.bundle import OrderBundle, SlipBundle
from atoosync_lab.orders.context import BuildContext, CustomerChoice, FindItem, item_finder
from atoosync_lab.orders.credit_notes import build_credit_note
from atoosync_lab.orders.customers import CustomerResolver
from atoosync_lab.orders.edits import OrderContent, content_of, edit
from atoosync_lab.orders.reasons import Built, Held
from atoosync_lab.planning.customer_index import CapturedCustomers
from atoosync_lab.planning.notes import Note, dumped
from atoosync_lab.planning.order_reading import OrderReader
from atoosync_lab.planning.plan import Action, PlanRow, PlanWriter
from atoosync_lab.settings import Profile
from atoosync_lab.snapshots import duck
from atoosync_lab.snapshots.captures import Capture

DOCUMENT: TypeAdapter[SalesDocument] = TypeAdapter(SalesDocument)
CUSTOMER: TypeAdapter[NewCustomer] = TypeAdapter(NewCustomer)
SETTLEMENT: TypeAdapter[Settlement] = TypeAdapter(Settlement)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersContext:
    """Input of the order flows."""

    profile: Profile
    flow: str
    """`orders` or `credit-notes`."""
    shop: Capture
    erp: Capture
    now: datetime
    ledger: Mapping[str, str] = field(default_factory=dict)
    """Shop order (or slip) id -> state of its ledger row."""
    imported: Mapping[str, str] = field(default_factory=dict)
    """Shop order (or slip) id -> ERP document number, of finished rows."""
    contents: Mapping[str, str] = field(default_factory=dict)
    """Shop order id -> content that was imported (`orders.edits`), of finished rows that have it."""
    linked_customers: Mapping[str, str] = field(default_factory=dict)
    """Buyer key -> customer code created by an earlier run."""
    keys: tuple[str, ...] = ()
    """Only these orders; empty: all."""
    vat: Mapping[str, Decimal] = field(default_factory=dict)
    """ERP VAT id -> rate."""
    erp_currency: str = ""
    rules: DocumentRules = field(default_factory=DocumentRules)
    """How the ERP computes a document, and what it can hold."""
    credit_notes: bool = True
    """The ERP can take credit notes."""
    territories: bool = True
    """As `BuildContext.territories`."""


_STATES: Mapping[str, tuple[Action, str]] = {
    "DONE": (Action.SKIP, "order.imported"),
    "REVIEW": (Action.BLOCK, "order.in_review"),
    "UNKNOWN": (Action.BLOCK, "order.outcome_unknown"),
    "SENT": (Action.BLOCK, "order.outcome_unknown"),
    "SENDING": (Action.BLOCK, "order.outcome_unknown"),
}
"""What a ledger state means for the plan; INTENT and REFUSED orders are planned again."""


class _Rows:
    """Numbers the rows and writes them."""

    def __init__(self, out: PlanWriter) -> None:
        self._out = out
        self._seq = itertools.count(1)
        self._customers: set[str] = set()

    def add(self, action: Action, entity: str, key: str, reason: str, **values: Any) -> None:
        self._out.add(PlanRow(seq=next(self._seq), action=action, entity=entity, key=key, reason=reason, **values))

    def existing(self, entity: str, key: str, target: str, reason: str) -> None:
        """An order imported before: counted, kept by key."""
        self._out.add_unchanged(entity, key, target, reason)

    def customer(self, new: NewCustomer, parent: str) -> None:
        """One row a new customer, however many orders name it."""
        if new.key in self._customers:
            return
        self._customers.add(new.key)
        self.add(
            Action.CREATE,
            "customer",
            new.key,
            "customer.new",
            label=new.name,
            parent=parent,
            units=1,
            params={"code": new.code, "name": new.name, "order": parent},
            changes=(("code", None, new.code), ("name", None, new.name)),
            payload=CUSTOMER.dump_json(new).decode(),
        )


def find_items(capture: Capture, *, case_sensitive: bool) -> FindItem:
    """Look-up of shop references among the articles of an ERP capture."""
    con = duck.connect()
    try:
        duck.attach(con, capture.path, "erp")
        # Two articles of one reference are left out: neither may be guessed.
        found = con.execute(
            "SELECT key, min(remote_id) FROM erp.product WHERE key <> '' GROUP BY key"
            " HAVING count(DISTINCT remote_id) = 1 ORDER BY key"
        ).fetchall()
    finally:
        con.close()
    return item_finder(dict(found), case_insensitive=not case_sensitive)


def plan_orders(
    ctx: OrdersContext, out: PlanWriter, check: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Fill `out` with the rows of the order flow.

    Args:
        ctx: captures, settings, ledger.
        out: the plan being written.
        check: told how many orders of how many are decided; raises to stop.
    """
    make = _Builder(ctx)
    rows = _Rows(out)
    reader = OrderReader(ctx.shop.path)
    read = set()
    try:
        total = reader.count()
        for done, bundle in enumerate(reader.bundles(), 1):
            make.order(bundle, rows)
            read.add(bundle.order.remote_id)
            check(done, total)
    finally:
        reader.close()
    _left_behind(ctx, read, rows, "order", "order")


def _left_behind(ctx: OrdersContext, read: Set[str], rows: _Rows, entity: str, param: str) -> None:
    """Records that were to be sent when a run died, or that a person let go again, and that are no longer read."""
    if ctx.keys:
        return
    for key in sorted(key for key, state in ctx.ledger.items() if state == "INTENT" and key not in read):
        rows.add(Action.BLOCK, entity, key, f"{entity}.left_behind", label=key, params={param: key, "page": ""})


def plan_credit_notes(
    ctx: OrdersContext, out: PlanWriter, check: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Fill `out` with the rows of the credit-note flow (ORD-33)."""
    make = _Builder(ctx)
    rows = _Rows(out)
    reader = OrderReader(ctx.shop.path)
    read = set()
    try:
        for done, bundle in enumerate(reader.slips(), 1):
            make.slip(bundle, rows)
            read.add(bundle.slip.remote_id)
            check(done, done)
    finally:
        reader.close()
    _left_behind(ctx, read, rows, "credit_note", "slip")


class _Builder:
    """Decides about one order or slip after the other."""

    def __init__(self, ctx: OrdersContext) -> None:
        self._ctx = ctx
        profile = ctx.profile
        self._settings = profile.orders
        self._zone = ZoneInfo(profile.timezone)
        index = CapturedCustomers(ctx.erp.path, ctx.linked_customers)
        self._resolver = CustomerResolver(profile.customers, profile.orders, index, ctx.rules.texts)
        self._find = find_items(ctx.erp, case_sensitive=profile.erp.case_sensitive)
        self._window = periods.window(self._settings.period, ctx.shop.started_at, profile.timezone)
        self._carriers = {i.id: i.label for i in profile.shop_lists.get(ListName.CARRIERS)}
        self._methods = {i.code or i.id: i.label for i in profile.shop_lists.get(ListName.PAYMENT_METHODS)}
        currencies = profile.shop_lists.get(ListName.CURRENCIES)
        self._shop_currency = next((c.code for c in currencies if c.extra.get("default") == "1"), "EUR")

    def order(self, bundle: OrderBundle, rows: _Rows) -> None:
        order = bundle.order
        label = f"{order.reference} {_buyer(bundle)}".strip()
        if self._edited(bundle, rows, label) or self._known(rows, "order", order.remote_id, label):
            return
        if order.status_id not in self._settings.statuses:
            status = self._status_name(order.status_id)
            rows.add(Action.SKIP, "order", order.remote_id, "order.status_not_selected", label=label,
                     params={"order": order.remote_id, "status": status})  # fmt: skip
            return
        moment = order.modified_at if self._settings.reading.date_field == "modified" else order.created_at
        first, after = self._window
        if moment is not None and ((first and moment < first) or (after and moment >= after)):
            rows.add(Action.SKIP, "order", order.remote_id, "order.out_of_period", label=label,
                     params={"order": order.remote_id})  # fmt: skip
            return
        choice = self._resolver.resolve(bundle)
        if isinstance(choice, Held):
            self._held(rows, "order", order.remote_id, label, choice)
            return
        built = build_document(bundle, self._settings, self._build_context(choice), self._ctx.profile.customers)
        if isinstance(built, Held):
            self._held(rows, "order", order.remote_id, label, built)
            return
        content = content_of(bundle).dump()
        self._create(rows, "order", label, built, len(bundle.lines), order.status_id, content)

    def slip(self, bundle: SlipBundle, rows: _Rows) -> None:
        slip = bundle.slip
        label = f"{bundle.order.order.reference} {_buyer(bundle.order)}".strip() if bundle.order else slip.order_id
        if self._known(rows, "credit_note", slip.remote_id, label):
            return
        if not self._ctx.credit_notes:
            rows.add(Action.BLOCK, "credit_note", slip.remote_id, "credit_note.not_served", label=label,
                     params={"slip": slip.remote_id})  # fmt: skip
            return
        choice: CustomerChoice | Held = Held(())
        if bundle.order is not None:
            choice = self._resolver.resolve(bundle.order)
        if isinstance(choice, Held) and choice.reasons:
            self._held(rows, "credit_note", slip.remote_id, label, choice)
            return
        context = self._build_context(choice if isinstance(choice, CustomerChoice) else CustomerChoice(code=""))
        built = build_credit_note(bundle, self._settings, context, self._ctx.profile.customers)
        if isinstance(built, Held):
            self._held(rows, "credit_note", slip.remote_id, label, built)
            return
        self._create(rows, "credit_note", label, built, len(bundle.lines))

    def _edited(self, bundle: OrderBundle, rows: _Rows, label: str) -> bool:
        """The order was imported and has been edited in the shop since: it waits for a person (PB-23)."""
        key = bundle.order.remote_id
        imported, number = self._ctx.contents.get(key), self._ctx.imported.get(key, "")
        if imported is None or not number or (self._ctx.keys and key not in self._ctx.keys):
            return False
        told = edit(OrderContent.load(imported), content_of(bundle), order=key, number=number)
        if told is None:
            return False
        rows.add(Action.BLOCK, "order", key, told.code, label=label, target_id=number, params=dict(told.params))
        return True

    def _known(self, rows: _Rows, entity: str, key: str, label: str) -> bool:
        """The order was decided before, or was not asked for."""
        if self._ctx.keys and key not in self._ctx.keys:
            return True
        known = _STATES.get(self._ctx.ledger.get(key, ""))
        if known is None:
            return False
        action, reason = known
        if action is Action.SKIP:
            rows.existing(entity, key, self._ctx.imported.get(key, ""), reason)
        else:
            rows.add(action, entity, key, reason, label=label, params={"order": key})
        return True

    def _status_name(self, status_id: str) -> str:
        item = self._ctx.profile.shop_lists.item(ListName.STATUSES, status_id)
        return item.label if item else status_id

    def _build_context(self, choice: CustomerChoice) -> BuildContext:
        return BuildContext(
            today=self._ctx.now.astimezone(self._zone).date(),
            timezone=self._zone,
            find_item=self._find,
            vat=self._ctx.vat,
            customer=choice,
            carrier_names=self._carriers,
            payment_methods=self._methods,
            shop_currency=self._shop_currency,
            erp_currency=self._ctx.erp_currency,
            rules=self._ctx.rules,
            territories=self._ctx.territories,
        )

    @staticmethod
    def _held(rows: _Rows, entity: str, key: str, label: str, held: Held) -> None:
        first = held.reasons[0]
        reasons = [{"code": r.code, "params": dict(r.message.params), "page": r.page} for r in held.reasons]
        params = {**first.message.params, "page": first.page, "field": first.field, "reasons": reasons}
        rows.add(Action.BLOCK, entity, key, first.code, label=label, params=params)

    def _create(
        self, rows: _Rows, entity: str, label: str, built: Built, lines: int, status: str = "", content: str = ""
    ) -> None:
        document = built.document
        if built.new_customer is not None:
            rows.customer(built.new_customer, document.key)
        difference = built.difference.message()
        changes = [
            ("kind", None, document.kind.value),
            ("date", None, document.date.isoformat()),
            ("customer", None, f"{document.customer} {document.customer_name}".strip()),
            ("lines", None, str(lines)),
            ("excl_tax", None, plain(document.totals.excl_tax)),
            ("incl_tax", None, plain(document.totals.incl_tax)),
            ("shop_total", None, plain(document.truth)),
        ]
        if built.difference.amount:
            changes.append(("difference", None, plain(built.difference.amount)))
        notes = [Note(warning) for warning in built.warnings]
        if difference is not None:
            # What the shop's own rounding makes is in order; the rest is worth a look.
            notes.insert(0, Note(difference, Level.WARNING if built.difference.unexplained else Level.INFO))
        rows.add(
            Action.CREATE,
            entity,
            document.key,
            "order.new" if entity == "order" else "credit_note.new",
            label=label,
            units=1,
            params={"order": document.key, "notes": dumped(notes), "content": content},
            changes=tuple(changes),
            payload=DOCUMENT.dump_json(document).decode(),
        )
        for settlement in document.settlements:
            rows.add(
                Action.CREATE,
                "settlement",
                f"{document.key}/{settlement.key}",
                "settlement.new",
                parent=document.key,
                label=settlement.reference,
                units=1,
                params={"order": document.key, "amount": plain(settlement.amount)},
                changes=(("amount", None, plain(settlement.amount)), ("date", None, settlement.date.isoformat())),
                payload=SETTLEMENT.dump_json(settlement).decode(),
            )
        if document.shop_status and entity == "order":
            rows.add(
                Action.UPDATE,
                "order_status",
                document.key,
                "order_status.after_import",
                parent=document.key,
                label=label,
                units=1,
                params={"order": document.key, "status": self._status_name(document.shop_status)},
                changes=(("status", self._status_name(status), self._status_name(document.shop_status)),),
                payload=json.dumps({"status": document.shop_status, "from": status}),
            )


def _buyer(bundle: OrderBundle) -> str:
    address = bundle.invoicing or bundle.delivery
    if address is None:
        return ""
    return address.company or f"{address.first_name} {address.last_name}".strip()


def documents(rows: Iterator[PlanRow]) -> Iterator[tuple[PlanRow, SalesDocument]]:
    """Document rows with their documents, read back from the plan."""
    for row in rows:
        yield row, DOCUMENT.validate_json(row.payload)
