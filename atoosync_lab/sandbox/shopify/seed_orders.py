"""Orders for `seed`: amounts and states are worked out, then everything is written table by table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify.amounts import ZERO, Discount, Line, Totals, calculate
from atoosync_lab.sandbox.shopify.order_rules import RefundLine, add_refund, settle
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.sandbox.shopify.values import clean_tags, compact, instant, money


@dataclass(frozen=True)
class SeedLine:
    """A line; `rates` are taxes by title (the shop's usual VAT when None)."""

    title: str
    quantity: int = 1
    price: Any = "10.00"
    variant: int | None = None
    product: int | None = None
    sku: str | None = None
    variant_title: str | None = None
    vendor: str | None = None
    rates: tuple[tuple[str, Any], ...] | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    gift_card: bool = False
    requires_shipping: bool = True


@dataclass(frozen=True)
class SeedShipping:
    """A shipping line."""

    title: str = "Standard"
    price: Any = "5.90"
    code: str | None = "Standard"
    rates: tuple[tuple[str, Any], ...] | None = None


@dataclass(frozen=True)
class SeedPayment:
    """A payment; amount None is what is still open. `kind` AUTHORIZATION is not yet money."""

    gateway: str = "shopify_payments"
    amount: Any = None
    kind: str = "SALE"
    status: str = "SUCCESS"


@dataclass(frozen=True)
class SeedRefund:
    """A refund: places of lines with pieces, an amount of shipping, and money (None: what that is worth)."""

    lines: tuple[tuple[int, int], ...] = ()
    shipping: Any = "0"
    amount: Any = None
    restock: str = "NO_RESTOCK"
    note: str | None = None


@dataclass(frozen=True)
class SeedOrder:
    """An order.

    Attributes:
        lines: Its lines.
        at: When it was placed (aware); None is now.
        sent: Whether all of it was sent.
        fees: Title and amount of additional fees.
        presentment: Currency and rate that the customer saw.
    """

    lines: Sequence[SeedLine]
    at: datetime | None = None
    customer: int | None = None
    email: str | None = None
    phone: str | None = None
    shipping: Sequence[SeedShipping] = ()
    discounts: Sequence[Discount] = ()
    payments: Sequence[SeedPayment] = (SeedPayment(),)
    refunds: Sequence[SeedRefund] = ()
    sent: bool = False
    cancelled: bool = False
    closed: bool = False
    test: bool = False
    taxes_included: bool = True
    tax_exempt: bool = False
    currency: str = "EUR"
    presentment: tuple[str, Any] | None = None
    billing: Mapping[str, Any] | None = None
    delivery: Mapping[str, Any] | None = None
    note: str | None = None
    tags: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    po_number: str | None = None
    source_name: str = "web"
    fees: tuple[tuple[str, Any], ...] = ()
    name: str | None = None
    company: tuple[int, int] | None = None
    metafields: tuple[tuple[str, str, str, str], ...] = field(default_factory=tuple)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> SeedOrder:
        """An order from JSON: lists of mappings for lines, shipping, payments, refunds and discounts."""
        values: dict[str, Any] = {name: _tuples(value) for name, value in given.items()}
        kinds: dict[str, Any] = {
            "lines": SeedLine,
            "shipping": SeedShipping,
            "payments": SeedPayment,
            "refunds": SeedRefund,
        }
        for name, kind in kinds.items():
            if name in given:
                values[name] = [kind(**{key: _tuples(value) for key, value in item.items()}) for item in given[name]]
        if "discounts" in given:
            values["discounts"] = [
                Discount(**{**item, "value": Decimal(str(item["value"])), "lines": tuple(item.get("lines", ()))})
                for item in given["discounts"]
            ]
        if given.get("at"):
            values["at"] = datetime.fromisoformat(given["at"])
        return cls(**values)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


_ORDER = ("id", "number", "name", "created_at", "updated_at", "processed_at", "closed_at", "cancelled_at",
          "cancel_reason", "test", "currency", "presentment_currency", "presentment_rate", "taxes_included",
          "tax_exempt", "customer_id", "company_id", "company_location_id", "email", "phone", "note", "tags",
          "custom_attributes", "po_number", "source_name", "billing_address", "shipping_address", "shipping_lines",
          "tax_lines", "discount_codes", "discount_applications", "additional_fees", "subtotal", "total_discounts",
          "total_tax", "total_shipping", "total", "current_subtotal", "current_discounts", "current_tax",
          "current_shipping", "current_total", "received", "financial_status", "fulfillment_status")  # fmt: skip
_LINE = ("id", "order_id", "product_id", "variant_id", "title", "variant_title", "sku", "vendor", "quantity",
         "current_quantity", "fulfilled_quantity", "price", "discount_allocations", "tax_lines", "custom_attributes",
         "requires_shipping", "is_gift_card")  # fmt: skip
_PAYMENT = ("order_id", "kind", "status", "gateway", "amount", "currency", "payment_id", "test", "manual", "created_at",
            "processed_at")  # fmt: skip
_FULFILLMENT_ORDER = ("id", "order_id", "location_id", "status", "created_at", "updated_at")
_FULFILLMENT_LINE = ("fulfillment_order_id", "line_item_id", "total_quantity", "remaining_quantity")
_FULFILLMENT = ("order_id", "name", "location_id", "lines", "fulfillment_order_ids", "created_at", "updated_at")


def insert_orders(state: ShopState, orders: Iterable[SeedOrder]) -> list[int]:
    """Insert orders with lines, taxes, discounts, payments, refunds and fulfillment; gives their ids."""
    with state.writing():
        return _Orders(state).add(orders)


class _Orders:
    def __init__(self, state: ShopState) -> None:
        self._state = state
        self._ids = {
            name: int(state.value("SELECT seq FROM sqlite_sequence WHERE name = ?", name) or 0)
            for name in ("orders", "line_items", "fulfillment_orders")
        }
        self._number = int(state.setting("next_order_number"))
        self._prefix = str(state.setting("order_prefix"))
        self._location = state.value("SELECT MIN(id) FROM locations")
        rate = Decimal(str(state.setting("default_tax_rate")))
        self._rates = (("TVA", rate),) if rate else ()
        self._variants: dict[int, tuple[int | None, str | None]] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def _next(self, table: str) -> int:
        self._ids[table] += 1
        return self._ids[table]

    def _put(self, table: str, row: tuple[Any, ...]) -> None:
        self._rows.setdefault(table, []).append(row)

    def add(self, orders: Iterable[SeedOrder]) -> list[int]:
        made, refunded = [], []
        for order in orders:
            number = self._one(order)
            made.append(number)
            if order.refunds:
                refunded.append((number, order))
            if len(made) % 5000 == 0:
                self._flush()
        self._flush()
        self._state.set_setting("next_order_number", self._number)
        for number, order in refunded:
            self._refund(number, order)
        return made

    def _flush(self) -> None:
        for table, names in (
            ("orders", _ORDER), ("line_items", _LINE), ("transactions", _PAYMENT),
            ("fulfillment_orders", _FULFILLMENT_ORDER), ("fulfillment_order_lines", _FULFILLMENT_LINE),
            ("fulfillments", _FULFILLMENT),
            ("metafields", ("owner_type", "owner_id", "namespace", "key", "type", "value", "created_at", "updated_at")),
        ):  # fmt: skip
            self._state.insert_rows(table, names, self._rows.pop(table, []))

    def _one(self, given: SeedOrder) -> int:
        number = self._next("orders")
        at = instant(given.at) if given.at else self._state.now()
        none: tuple[tuple[str, Any], ...] = ()
        usual = none if given.tax_exempt else self._rates
        lines = [Line(Decimal(str(item.price)), item.quantity, _rates(item.rates, usual)) for item in given.lines]
        shipping = [Line(Decimal(str(item.price)), 1, _rates(item.rates, usual)) for item in given.shipping]
        more = sum((Decimal(str(amount)) for _, amount in given.fees), ZERO)
        totals = calculate(lines, shipping, given.discounts, taxes_included=given.taxes_included, more=more)
        numbers = [self._line(number, item, line, given) for item, line in zip(given.lines, lines, strict=True)]
        self._delivery(number, numbers, given, at)
        received, status = self._payments(number, given, totals, at)
        self._put("orders", self._head(number, given, at, (lines, shipping), totals, (received, status)))
        self._number += 1
        for item in given.metafields:
            self._put("metafields", ("ORDER", number, *item, at, at))
        return number

    def _head(
        self,
        number: int,
        given: SeedOrder,
        at: str,
        parts: tuple[list[Line], list[Line]],
        totals: Totals,
        paid: tuple[Decimal, str],
    ) -> tuple[Any, ...]:
        lines, shipping = parts
        code, rate = given.presentment or (None, None)
        company, place = given.company or (None, None)
        amounts = [
            money(value) for value in (totals.subtotal, totals.discounts, totals.tax, totals.shipping, totals.total)
        ]
        cancelled = at if given.cancelled else None
        return (
            number, self._number, given.name or f"{self._prefix}{self._number}", at, at, at,
            at if given.closed or given.cancelled else None, cancelled, "CUSTOMER" if given.cancelled else None,
            int(given.test), given.currency, code, None if rate is None else str(rate), int(given.taxes_included),
            int(given.tax_exempt), given.customer, company, place, given.email, given.phone, given.note,
            compact(clean_tags(given.tags)), compact([{"key": k, "value": v} for k, v in given.attributes]),
            given.po_number, given.source_name, _address(given.billing or given.delivery), _address(given.delivery),
            compact(self._shipping(given, shipping)), compact(_summed([*lines, *shipping])),
            compact([item.title for item in given.discounts if item.kind == "code"]),
            compact([_application(item) for item in given.discounts]),
            compact([{"id": number + place, "name": name, "price": money(amount), "tax_lines": []}
                     for place, (name, amount) in enumerate(given.fees)]),
            *amounts, *amounts, money(paid[0]), paid[1], "FULFILLED" if given.sent else "UNFULFILLED",
        )  # fmt: skip

    def _shipping(self, given: SeedOrder, lines: list[Line]) -> list[dict[str, Any]]:
        if not lines:
            return []
        numbers = self._state.part_ids(len(lines))
        return [
            {"id": numbers[place], "title": item.title, "code": item.code, "price": money(item.price),
             "tax_lines": _taxes(line), "discount_allocations": _allocations(line)}
            for place, (item, line) in enumerate(zip(given.shipping, lines, strict=True))
        ]  # fmt: skip

    def _line(self, order: int, item: SeedLine, line: Line, given: SeedOrder) -> int:
        number = self._next("line_items")
        product, sku = item.product, item.sku
        if item.variant is not None and (product is None or sku is None):
            if item.variant not in self._variants:
                row = self._state.get("variants", item.variant)
                self._variants[item.variant] = (row["product_id"], row["sku"]) if row else (None, None)
            known = self._variants[item.variant]
            product, sku = product if product is not None else known[0], sku if sku is not None else known[1]
        self._put(
            "line_items",
            (number, order, product, item.variant, item.title, item.variant_title, sku, item.vendor, item.quantity,
             item.quantity, item.quantity if given.sent else 0, money(item.price), compact(_allocations(line)),
             compact(_taxes(line)), compact([{"key": k, "value": v} for k, v in item.attributes]),
             int(item.requires_shipping), int(item.gift_card)),
        )  # fmt: skip
        return number

    def _delivery(self, order: int, lines: list[int], given: SeedOrder, at: str) -> None:
        number = self._next("fulfillment_orders")
        status = "CLOSED" if given.sent or given.cancelled else "OPEN"
        self._put("fulfillment_orders", (number, order, self._location, status, at, at))
        parts = []
        for line, item in zip(lines, given.lines, strict=True):
            left = 0 if given.sent or given.cancelled else item.quantity
            self._put("fulfillment_order_lines", (number, line, item.quantity, left))
            parts.append({"id": line, "line_item_id": line, "quantity": item.quantity})
        if given.sent:
            name = f"{given.name or f'{self._prefix}{self._number}'}-F1"
            self._put("fulfillments", (order, name, self._location, compact(parts), compact([number]), at, at))

    def _payments(self, order: int, given: SeedOrder, totals: Totals, at: str) -> tuple[Decimal, str]:
        received, held = ZERO, False
        for item in given.payments:
            amount = totals.total - received if item.amount is None else Decimal(str(item.amount))
            self._put(
                "transactions",
                (order, item.kind, item.status, item.gateway, money(amount), given.currency, f"pay{order}",
                 int(given.test), int(item.gateway == "manual"), at, at),
            )  # fmt: skip
            if item.status == "SUCCESS":
                received += amount if item.kind in ("SALE", "CAPTURE") else ZERO
                held = held or item.kind == "AUTHORIZATION"
        if received >= totals.total and (received > 0 or totals.total == 0):
            return received, "PAID"
        return received, "PARTIALLY_PAID" if received > 0 else "AUTHORIZED" if held else "PENDING"

    def _refund(self, number: int, given: SeedOrder) -> None:
        lines = [row["id"] for row in self._state.rows("line_items", "order_id = ? ORDER BY id", number)]
        at = instant((given.at or self._state.clock()) + timedelta(minutes=30))
        for refund in given.refunds:
            order = self._state.get("orders", number)
            assert order is not None
            wanted = [RefundLine(lines[place], count, refund.restock, self._location) for place, count in refund.lines]
            shipping = Decimal(str(refund.shipping))
            before = Decimal(order["current_total"])
            # First without money, to learn what goods and shipping are worth.
            made = add_refund(self._state, order, wanted, shipping=shipping, note=refund.note, at=at)
            changed = self._state.get("orders", number)
            assert changed is not None
            worth = before - Decimal(changed["current_total"])
            amount = worth if refund.amount is None else Decimal(str(refund.amount))
            sale = self._state.one("transactions", "order_id = ? AND kind IN ('SALE', 'CAPTURE') ORDER BY id", number)
            if sale is not None and amount:
                row = {"order_id": number, "refund_id": made, "parent_id": sale["id"], "kind": "REFUND",
                       "gateway": sale["gateway"], "amount": money(amount), "currency": given.currency,
                       "created_at": at, "processed_at": at}  # fmt: skip
                self._state.insert("transactions", row)
                self._state.update("refunds", made, {"total": money(amount)})
            settle(self._state, number, touch=False)
            self._state.update("orders", number, {"updated_at": at})


def _rates(
    given: tuple[tuple[str, Any], ...] | None, usual: tuple[tuple[str, Any], ...]
) -> tuple[tuple[str, Decimal], ...]:
    return tuple((title, Decimal(str(rate))) for title, rate in (usual if given is None else given))


def _taxes(line: Line) -> list[dict[str, Any]]:
    return [{"title": title, "rate": str(rate), "price": money(amount)} for title, rate, amount in line.taxes]


def _allocations(line: Line) -> list[dict[str, Any]]:
    return [{"application": number, "amount": money(amount)} for number, amount in line.allocations]


def _summed(lines: list[Line]) -> list[dict[str, Any]]:
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        for title, rate, amount in line.taxes:
            sums[title, rate] = sums.get((title, rate), ZERO) + amount
    return [{"title": title, "rate": str(rate), "price": money(amount)} for (title, rate), amount in sums.items()]


def _application(item: Discount) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "title": item.title,
        "code": item.title,
        "value": str(item.value),
        "value_kind": item.value_kind,
        "allocation_method": "EACH" if item.target == "line" else "ACROSS",
        "target_selection": "EXPLICIT" if item.target == "line" else "ALL",
        "target_type": "SHIPPING_LINE" if item.target == "shipping" else "LINE_ITEM",
    }


def _address(given: Mapping[str, Any] | None) -> str | None:
    return None if given is None else compact(dict(given))
