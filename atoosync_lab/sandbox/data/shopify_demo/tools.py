"""What the orders of the demonstration's Shopify shop are made with: lines by code, who pays how, after-sales acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.data.demo.people import Person, people
from atoosync_lab.sandbox.data.shopify_demo.facts import (
    ABROAD_RATES,
    CARD,
    COLISSIMO,
    FRENCH_RATES,
    FRENCH_TAX,
    OVERSEAS_POSTCODE,
    OVERSEAS_TAX,
    PRICES,
    RATES,
)
from atoosync_lab.sandbox.data.shopify_demo.shop import DemoShop, Sold, address, email
from atoosync_lab.sandbox.shopify.amounts import Discount
from atoosync_lab.sandbox.shopify.order_rules import RefundLine, add_refund, close_empty, refund_parts, settle
from atoosync_lab.sandbox.shopify.seed import SeedLine, SeedOrder, SeedPayment, SeedShipping, insert_orders
from atoosync_lab.sandbox.shopify.values import Row, compact, instant, money

Rates = tuple[tuple[str, str], ...]
ORDINARY, FULFILLED, CLOSED = "", "fulfilled", "closed"
_STEP = timedelta(hours=20)
"""Between an order and its parcel, and between that and the archive."""


@dataclass(frozen=True)
class Line:
    """A line of an order.

    Attributes:
        code: Code of the folder, or our name of a product that only the shop has.
        quantity: Pieces.
        price: Of a piece in the order's terms (with tax, unless the order's prices are without); None: the product's.
    """

    code: str
    quantity: int = 1
    price: Decimal | None = None


@dataclass(frozen=True)
class Case:
    """An order to make.

    Attributes:
        name: What is special about it; empty for an ordinary one.
        days: Days before today.
        person: Number of the buyer.
        lines: Its lines.
        gateway: Payment method; the whole total is paid with it.
        payments: What was paid instead, where that is not it.
        carrier: Title of the shipping method; empty: nothing is sent.
        shipping: Its price in the order's terms, where it is not the usual one.
        discounts: Codes and other discounts.
        reached: How far it came after it was paid.
        currency: What the buyer saw.
        more: Further values of the seed.
        hour: Hour of the day.
    """

    name: str
    days: int
    person: int
    lines: Sequence[Line]
    gateway: str = CARD
    payments: Sequence[SeedPayment] | None = None
    carrier: str = COLISSIMO
    shipping: Decimal | None = None
    discounts: Sequence[Discount] = ()
    reached: str = ORDINARY
    currency: str = "EUR"
    more: Mapping[str, Any] = field(default_factory=dict)
    hour: int = 10


class Maker:
    """Makes orders and refunds for a shop that has its goods."""

    def __init__(self, shop: DemoShop) -> None:
        self.shop = shop
        self.people: dict[int, Person] = {person.number: person for person in people()}

    def make(self, case: Case, minute: int) -> int:
        """An order as the shop's checkout makes it, sent and archived as far as it came; its id."""
        at = self.shop.at(case.days, case.hour, minute)
        (number,) = insert_orders(self.shop.state, [self._seed(case, at)])
        if case.payments is not None:
            # An authorisation that was given back is no longer one.
            self._settled(number, instant(at))
        if case.reached:
            sent = self._later(at, 1)
            self.send(number, sent)
            if case.reached == CLOSED:
                moment = instant(self._later(at, 2))
                self.shop.state.update("orders", number, {"closed_at": moment, "updated_at": moment})
        return number

    def _later(self, at: datetime, steps: int) -> datetime:
        """Some steps after a moment, but never in the future of the demonstration."""
        return min(at + steps * _STEP, self.shop.at(0, 6))

    def _seed(self, case: Case, at: datetime) -> SeedOrder:
        person = self.people[case.person]
        place = address(person)
        more: dict[str, Any] = {
            "email": email(person), "billing": place, "delivery": place if case.carrier else None, **case.more,
        }  # fmt: skip
        exempt, included = bool(more.get("tax_exempt")), bool(more.get("taxes_included", True))
        shipping: list[SeedShipping] = []
        if case.carrier:
            # Deliveries are taxed like most goods of the country.
            rates = () if exempt else rates_at(person, "20")
            price = PRICES[case.carrier] if case.shipping is None else case.shipping
            if not rates and included and case.shipping is None:
                price = Decimal(money(price / Decimal("1.2")))
            shipping.append(SeedShipping(case.carrier, price, case.carrier, rates))
        return SeedOrder(
            lines=[self._line(line, person, exempt=exempt, included=included) for line in case.lines], at=at,
            customer=self.shop.buyers[case.person], shipping=shipping, discounts=tuple(case.discounts),
            payments=tuple(case.payments) if case.payments is not None else (SeedPayment(case.gateway),),
            presentment=(case.currency, RATES[case.currency]) if case.currency != "EUR" else None,
            **more,
        )  # fmt: skip

    def _line(self, line: Line, person: Person, *, exempt: bool, included: bool) -> SeedLine:
        sold = self.shop.sold[line.code]
        rates = () if exempt else rates_at(person, sold.vat)
        return SeedLine(
            title=sold.title, quantity=line.quantity, variant=sold.variant, product=sold.product,
            price=_price(sold, untaxed=not rates or not included) if line.price is None else line.price,
            sku=sold.sku or None, variant_title=sold.variant_title or None, rates=rates,
        )  # fmt: skip

    def order(self, number: int) -> Row:
        """The stored row of an order.

        Raises:
            KeyError: when there is none.
        """
        row = self.shop.state.get("orders", number)
        if row is None:
            raise KeyError(number)
        return row

    def lines(self, number: int) -> list[Row]:
        """The stored lines of an order."""
        return self.shop.state.rows("line_items", "order_id = ? ORDER BY id", number)

    def send(self, number: int, at: datetime, pieces: Sequence[int] | None = None) -> None:
        """Send an order's goods in one parcel.

        Args:
            number: The order.
            at: When.
            pieces: Of each line; None sends all that is left.
        """
        state, moment = self.shop.state, instant(at)
        order, lines = self.order(number), self.lines(number)
        counts = [row["current_quantity"] for row in lines] if pieces is None else pieces
        parts = []
        for row, count in zip(lines, counts, strict=True):
            state.update("line_items", row["id"], {"fulfilled_quantity": row["fulfilled_quantity"] + count})
            state.db.execute(
                "UPDATE fulfillment_order_lines SET remaining_quantity = remaining_quantity - ? WHERE line_item_id = ?",
                (count, row["id"]),
            )
            parts.append({"id": state.part_id(), "line_item_id": row["id"], "quantity": count})
        places = state.rows("fulfillment_orders", "order_id = ?", number)
        tracked = {"company": "Colissimo", "number": f"6A{number % 10**11:011d}", "url": None}
        state.insert(
            "fulfillments",
            {"order_id": number, "name": f"{order['name']}-F1", "location_id": places[0]["location_id"],
             "tracking": compact([tracked]), "lines": compact(parts),
             "fulfillment_order_ids": compact([row["id"] for row in places]), "created_at": moment,
             "updated_at": moment},
        )  # fmt: skip
        close_empty(state, number, moment)
        self._settled(number, moment)

    def edit(self, number: int, place: int, taken: int) -> None:
        """Take pieces off a line as the merchant edits an order: Shopify notes that as a refund without money."""
        line = self.lines(number)[place]
        moment = instant(datetime.fromisoformat(self.order(number)["created_at"]) + timedelta(hours=1))
        add_refund(self.shop.state, self.order(number), [RefundLine(line["id"], taken, "CANCEL")], at=moment)
        self._settled(number, moment)

    def tip(self, number: int, amount: Decimal) -> None:
        """A tip given with a paid order: part of the total, of no line, and paid with the rest."""
        row, state = self.order(number), self.shop.state
        more = {
            name: money(Decimal(row[name]) + amount)
            for name in ("tip", "total", "current_total", "received")
        }  # fmt: skip
        state.update("orders", number, more)
        state.db.execute("UPDATE transactions SET amount = ? WHERE order_id = ?", (more["total"], number))

    def refund(
        self, number: int, days: int, lines: Sequence[tuple[int, int]] = (), *, shipping: bool = False,
        goodwill: Decimal | None = None, note: str | None = None,
    ) -> int:  # fmt: skip
        """Refund an order, with the money, and return the refund's id.

        Args:
            number: The order.
            days: Days before today.
            lines: Place of a line on the order, and pieces given back.
            shipping: Whether the shipping is given back too.
            goodwill: Money without any line.
            note: What the merchant wrote.
        """
        state, row, moment = self.shop.state, self.order(number), self.shop.stored(days, 15)
        held = self.lines(number)
        wanted = [RefundLine(held[place]["id"], pieces, "RETURN") for place, pieces in lines]
        back = Decimal(row["total_shipping"]) if shipping else Decimal(0)
        worth = sum((Decimal(part["subtotal"]) for part in refund_parts(state, row, wanted)), back)
        paid = worth if goodwill is None else goodwill
        sale = state.one("transactions", "order_id = ? AND kind IN ('SALE', 'CAPTURE') ORDER BY id", number)
        payments = [{"gateway": sale["gateway"], "amount": money(paid), "parent_id": sale["id"]}] if sale else []
        made = add_refund(state, row, wanted, shipping=back, payments=payments, note=note, at=moment)
        self._settled(number, moment)
        return made

    def _settled(self, number: int, moment: str) -> None:
        settle(self.shop.state, number, touch=False)
        self.shop.state.update("orders", number, {"updated_at": moment})


def rates_at(person: Person, vat: str) -> Rates:
    """Taxes of a sale to a person, by title and share; none where the shop charges none."""
    country, postcode = person.place.country, person.place.postcode
    if vat == "0":
        return ()
    if country == "FR" and postcode.startswith(OVERSEAS_POSTCODE):
        return ((OVERSEAS_TAX, "0.085"),)
    if country in FRENCH_RATES:
        return ((FRENCH_TAX, str(Decimal(vat) / 100)),)
    return (ABROAD_RATES[country],) if country in ABROAD_RATES else ()


def _price(sold: Sold, *, untaxed: bool) -> Decimal:
    """The price of a piece; without the French tax where none is charged, or where prices are without."""
    price = Decimal(sold.price)
    return Decimal(money(price / (1 + Decimal(sold.vat) / 100))) if untaxed else price
