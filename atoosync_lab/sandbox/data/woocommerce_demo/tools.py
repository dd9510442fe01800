"""What the orders of the demonstration's WooCommerce shop are made with: the sandbox's own checkout, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.data.demo.catalogue import Article, articles
from atoosync_lab.sandbox.data.demo.people import Person, people
from atoosync_lab.sandbox.data.woocommerce_demo.facts import COLISSIMO, GATEWAYS, RATE_META, RATES
from atoosync_lab.sandbox.data.woocommerce_demo.shop import DemoShop, billing, carrier_line, identity_meta
from atoosync_lab.sandbox.woocommerce import discounts, orders, refunds
from atoosync_lab.sandbox.woocommerce.order_lines import set_lines
from atoosync_lab.sandbox.woocommerce.order_totals import calculate
from atoosync_lab.sandbox.woocommerce.state import Row
from atoosync_lab.sandbox.woocommerce.taxing import Rules, net_price
from atoosync_lab.sandbox.woocommerce.texts import amount, plain

PROCESSING, COMPLETED = ("processing",), ("processing", "completed")
CENT = Decimal("0.01")
_STEP = timedelta(hours=20)
"""Between two statuses of one order."""


@dataclass(frozen=True)
class Line:
    """A line of an order.

    Attributes:
        code: Code of the folder, or SKU of the shop alone.
        quantity: Pieces.
        gross: Price of a piece as the shop shows it; None takes the product's.
        net: Price of a piece without tax, where the shop charged exactly that.
        charged: Net total of the line when the merchant lowered it by hand.
    """

    code: str
    quantity: int = 1
    gross: Decimal | None = None
    net: Decimal | None = None
    charged: Decimal | None = None


@dataclass(frozen=True)
class Case:
    """An order to make.

    Attributes:
        name: What is special about it; empty for an ordinary one.
        days: Days before today.
        person: Number of the buyer.
        lines: Its lines.
        method: Payment method; empty for an order that needs none.
        carrier: Shipping method; empty: nothing is sent.
        statuses: Statuses passed through after `pending`.
        coupons: Codes.
        fees: Name and net amount of each fee.
        currency: Its currency; amounts in another one are the shop's times the rate.
        more: Further fields of the order.
        meta: Further meta data.
        options: Settings of the shop at that time, where they were others.
        shipping_total: Net price of the shipping, where it is not the method's.
        hour: Hour of the day.
    """

    name: str
    days: int
    person: int
    lines: Sequence[Line]
    method: str = "stripe"
    carrier: str = COLISSIMO
    statuses: Sequence[str] = PROCESSING
    coupons: Sequence[str] = ()
    fees: Sequence[tuple[str, Decimal]] = ()
    currency: str = "EUR"
    more: Mapping[str, Any] = field(default_factory=dict)
    meta: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    shipping_total: Decimal | None = None
    hour: int = 10


class Maker:
    """Makes orders and refunds for a shop that has its goods."""

    def __init__(self, shop: DemoShop) -> None:
        self.shop = shop
        self.articles: dict[str, Article] = {article.key: article for article in articles()}
        self.people: dict[int, Person] = {person.number: person for person in people()}

    def make(self, case: Case, minute: int) -> int:
        """An order as the checkout makes it, moved through its statuses; its id."""
        state, clock = self.shop.state, self.shop.clock
        before = {name: state.option(name) for name in case.options}
        clock.at = begun = self.shop.at(case.days, case.hour, minute)
        for name, value in case.options.items():
            state.set_option(name, value)
        row = self._head(case)
        set_lines(
            state, row,
            {
                "line_items": [self._line(case, line) for line in case.lines],
                "shipping_lines": [self._shipping(case)] if case.carrier else [],
                "fee_lines": [{"name": name, "total": plain(net)} for name, net in case.fees],
            },
        )  # fmt: skip
        calculate(state, row)
        state.insert("orders", row)
        if case.coupons:
            discounts.apply(state, row, [{"code": code} for code in case.coupons])
        for place, status in enumerate(case.statuses):
            clock.at = self._reached(begun, place)
            orders.move(state, row, status)
        # The shop set a date of payment when an order without a payment was approved; buyers paid at once.
        if row["date_paid"] and case.method not in ("bacs", "cheque"):
            row["date_paid"] = row["created"]
        row["modified"] = state.now()
        state.update("orders", row)
        for name, value in before.items():
            state.set_option(name, value)
        number: int = row["id"]
        return number

    def _reached(self, begun: datetime, place: int) -> datetime:
        """When an order came into its n-th status: soon after, but never in the future of the demonstration."""
        if place == 0:
            return begun + timedelta(minutes=1)
        return min(begun + place * _STEP, self.shop.at(0, 6))

    def _head(self, case: Case) -> Row:
        state, person = self.shop.state, self.people[case.person]
        address = billing(person)
        row = orders.new_row(state)
        row["id"] = state.reserve("post")
        meta = dict(case.meta)
        if case.currency != "EUR":
            meta.setdefault(RATE_META, RATES[case.currency])
        known = identity_meta(state, person)
        row |= {
            "created": state.now(), "modified": state.now(), "order_key": f"wc_order_demo{row['id']:08d}",
            "customer_id": self.shop.buyers[case.person], "billing": address,
            "shipping": {k: v for k, v in address.items() if k != "email"} if case.carrier else {},
            "currency": case.currency, "created_via": "checkout", "payment_method": case.method,
            "payment_method_title": GATEWAYS.get(case.method, ""),
            "transaction_id": f"tx_{row['id']:010d}" if case.method in ("stripe", "ppcp-gateway", "alma_pnx_3") else "",
            "meta_data": [
                *known, *({"id": state.reserve("meta"), "key": k, "value": v} for k, v in meta.items() if v),
            ],
            **case.more,
        }  # fmt: skip
        return row

    def _rate(self, case: Case) -> Decimal:
        return Decimal(RATES[case.currency]) if case.currency != "EUR" else Decimal(1)

    def _line(self, case: Case, line: Line) -> Row:
        state = self.shop.state
        product, variation = self.shop.variants.get(line.code) or (self.shop.products[line.code], 0)
        row = state.row("products", variation or product) or {}
        parent = state.row("products", product) or row
        item: Row = {"product_id": product, "variation_id": variation, "quantity": line.quantity}
        tax_class = parent["tax_class"] if row["tax_class"] == "parent" else row["tax_class"]
        gross = line.gross
        if gross is None and case.currency != "EUR":
            gross = (amount(row["price"]) * self._rate(case)).quantize(CENT)
        if line.net is not None:
            item["subtotal"] = item["total"] = plain(line.net * line.quantity)
        elif gross is not None:
            total = net_price(Rules(state), row, plain(gross), Decimal(line.quantity), tax_class)
            item["subtotal"] = item["total"] = plain(total)
        if line.charged is not None:
            item["total"] = plain(line.charged)
        return item

    def _shipping(self, case: Case) -> Row:
        total = case.shipping_total
        row = carrier_line(case.carrier, None if total is None else plain(total))
        if case.currency != "EUR":
            row["total"] = plain((amount(row["total"]) * self._rate(case)).quantize(CENT))
        return row

    def order(self, number: int) -> Row:
        """The stored row of an order.

        Raises:
            KeyError: when there is none.
        """
        row = self.shop.state.row("orders", number)
        if row is None:
            raise KeyError(number)
        return row

    def edit(self, number: int, place: int, quantity: int) -> None:
        """Change the pieces of a line as the merchant does in the shop's pages; sums are worked out anew."""
        row = self.order(number)
        line = row["line_items"][place]
        share = Decimal(quantity) / amount(line["quantity"])
        values = {name: plain(amount(line[name]) * share) for name in ("subtotal", "total")}
        set_lines(self.shop.state, row, {"line_items": [{"id": line["id"], "quantity": quantity, **values}]})
        calculate(self.shop.state, row)
        self.shop.state.update("orders", row)

    def refund(
        self, number: int, days: int, lines: Sequence[tuple[int, int]] = (), *, shipping: bool = False,
        goodwill: Decimal | None = None, reason: str = "",
    ) -> int:  # fmt: skip
        """Refund an order and return the refund's id.

        Args:
            number: The order.
            days: Days before today.
            lines: Place of a line on the order, and pieces given back.
            shipping: Whether the shipping is given back too.
            goodwill: An amount with tax without any line.
            reason: What the merchant wrote.
        """
        self.shop.clock.at = self.shop.at(days, 15)
        row = self.order(number)
        items = [_part(row["line_items"][place], pieces) for place, pieces in lines]
        if shipping:
            items += [_part(line, 1) for line in row["shipping_lines"]]
        given: Row = {"line_items": items, "reason": reason}
        if goodwill is not None:
            given["amount"] = plain(goodwill)
        return int(refunds.make(self.shop.state, row, given)["id"])


def _part(line: Row, pieces: int) -> Row:
    """A part of a line as the shop's pages fill it in: amounts in cents, by pieces."""
    share = Decimal(pieces) / amount(line.get("quantity") or 1)
    return {
        "id": line["id"],
        "quantity": pieces if "quantity" in line else 0,
        "refund_total": plain((amount(line["total"]) * share).quantize(CENT)),
        "refund_tax": [
            {"id": tax["id"], "refund_total": plain((amount(tax["total"]) * share).quantize(CENT))}
            for tax in line["taxes"]
        ],
    }
