"""What the orders of the demonstration are made with: lines by code, who pays how, after-sales acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.data.demo.catalogue import Article, articles
from atoosync_lab.sandbox.data.demo.facts import CHRONOPOST, COLISSIMO, COURIER, PICK_UP, STATES
from atoosync_lab.sandbox.data.demo.shop import DemoShop
from atoosync_lab.sandbox.data.shop_tools import keep_slip_line, last_slip_line
from atoosync_lab.sandbox.prestashop.amounts import Pair, taxed
from atoosync_lab.sandbox.prestashop.checkout import add_payment
from atoosync_lab.sandbox.prestashop.seed import SeedLine, SeedOrder, association_text, fixed, insert_many

SHIPPING = {PICK_UP: Decimal(0), COLISSIMO: Decimal("5.75"), CHRONOPOST: Decimal("9.90"), COURIER: Decimal("6.50")}
"""Net price of each carrier."""
METHODS = {
    "stripe_official": "Carte bancaire",
    "paypal": "PayPal",
    "ps_wirepayment": "Virement bancaire",
    "ps_checkpayment": "Chèque",
    "alma": "Paiement en 3 fois",
    "free_order": "Commande gratuite",
}
"""Name that people read, by payment module."""
PAID, PREPARING, SHIPPED, DELIVERED = (STATES[name] for name in ("paid", "preparing", "shipped", "delivered"))
TWENTY = Decimal(20)


@dataclass(frozen=True)
class Case:
    """An order to make.

    Attributes:
        name: What is special about it; empty for an ordinary one.
        days: Days before today.
        person: Number of the buyer.
        lines: Its lines.
        module: Payment module.
        carrier: Id of the carrier.
        states: States passed through.
        paid: Whether the total was received; payments made later are added afterwards.
        more: Further values of the seed.
        hour: Hour of the day.
    """

    name: str
    days: int
    person: int
    lines: Sequence[SeedLine]
    module: str = "stripe_official"
    carrier: int = COLISSIMO
    states: Sequence[int] = (PAID,)
    paid: bool = True
    more: dict[str, Any] = field(default_factory=dict)
    hour: int = 10


class Maker:
    """Makes lines and orders for a shop that has its goods."""

    def __init__(self, shop: DemoShop) -> None:
        self.shop = shop
        self.articles: dict[str, Article] = {article.key: article for article in articles()}

    def line(self, code: str, quantity: int = 1, **values: Any) -> SeedLine:
        """The line of a code of the folder (or of the shop alone)."""
        product, variant = self.shop.variants.get(code) or (self.shop.products[code], 0)
        if variant and ("price" in values or "taxes" in values):
            values.setdefault("reference", code)
        return SeedLine(product, quantity, variant, **values)

    def priced(self, code: str, quantity: int, taxes: Sequence[int]) -> SeedLine:
        """A line at the list price with exactly these taxes (none: sold without tax)."""
        return self.line(code, quantity, price=self.articles[code].price, taxes=tuple(taxes))

    def seed(self, case: Case, minute: int) -> SeedOrder:
        """The seed of a case."""
        customer, addresses = self.shop.buyers[case.person]
        method = METHODS[case.module]
        row = self.shop.state.get("customers", customer)
        values: dict[str, Any] = {
            "address": addresses[-1],
            "invoice_address": addresses[0],
            "carrier": case.carrier,
            "shipping": SHIPPING.get(case.carrier, Decimal("7.50")),
            "language": row["id_lang"] if row else 2,
            "module": case.module,
            "payment": method,
            "payments": ((method, None),) if case.paid else (),
            "states": tuple(case.states),
            "date": self.shop.moment(case.days, case.hour, minute),
            "move_stock": case.days <= 15,
            **case.more,
        }
        return SeedOrder(customer, lines=list(case.lines), **values)

    def order(self, number: int) -> dict[str, Any]:
        """The stored row of an order.

        Raises:
            KeyError: when there is none.
        """
        row = self.shop.state.get("orders", number)
        if row is None:
            raise KeyError(number)
        return row

    def pay(self, number: int, parts: Sequence[tuple[str, Decimal | None]]) -> None:
        """Add payments to an order; None stands for what is still due."""
        row = self.order(number)
        received = Decimal(0)
        for method, amount in parts:
            value = Decimal(row["total_paid"]) - received if amount is None else amount
            received += value
            add_payment(
                self.shop.state,
                row["reference"],
                row["id_currency"],
                value,
                method,
                row["conversion_rate"],
                row["date_add"],
            )
        self.shop.state.update("orders", number, {"total_paid_real": fixed(received)})

    def message(self, number: int, text: str) -> None:
        """What the buyer wrote when ordering: the shop keeps it in two places."""
        row = self.order(number)
        customer = self.shop.state.get("customers", row["id_customer"]) or {"email": ""}
        base = {"id_order": number, "id_customer": row["id_customer"], "date_add": row["date_add"]}
        insert_many(self.shop.state, "messages", [{**base, "message": text}])
        thread = {**base, "id_lang": row["id_lang"], "id_contact": 0, "id_shop": 1, "email": customer["email"]}
        thread |= {"token": f"demo{number:08d}", "status": "open", "date_upd": row["date_add"]}
        (made,) = insert_many(self.shop.state, "customer_threads", [thread])
        row = {"id_customer_thread": made, "message": text, "date_add": row["date_add"], "date_upd": row["date_add"]}
        insert_many(self.shop.state, "customer_messages", [row])

    def track(self, number: int) -> None:
        """Give the parcel of a shipped order its number."""
        parcel = self.shop.state.one("order_carriers", "id_order = ?", number)
        if parcel:
            self.shop.state.update("order_carriers", parcel["id"], {"tracking_number": f"6A{number:011d}"})

    def slip(
        self,
        number: int,
        days: int,
        lines: Sequence[tuple[int, int]],
        *,
        shipping: bool = False,
        wrong_rate: bool = False,
    ) -> int:
        """Make a credit slip and return its id.

        Args:
            number: The order.
            days: Days before today.
            lines: Place of a line on the order, and pieces given back.
            shipping: Whether the shipping is given back too.
            wrong_rate: State tax on shipping that the order does not have, as the shop is known to do.
        """
        state, row = self.shop.state, self.order(number)
        details = state.rows("order_details", "id_order = ? ORDER BY id", number)
        rows: list[list[Any]] = []
        last = last_slip_line(state)
        products = freight = Pair()
        for count, (place, pieces) in enumerate(lines, 1):
            part = _pair(details[place], "unit_price").times(Decimal(pieces)).rounded(2)
            products = products + part
            rows.append([last + count, details[place]["id"], pieces, fixed(part.excl), fixed(part.incl)])
        if shipping:
            freight = _pair(row, "total_shipping")
        if wrong_rate:
            freight = taxed(freight.excl, TWENTY).rounded(2)
        date = self.shop.moment(days, 15)
        given_back = sum(pieces for _, pieces in lines)
        made = state.insert(
            "order_slip",
            {
                "id_customer": row["id_customer"],
                "id_order": number,
                "conversion_rate": row["conversion_rate"],
                "partial": int(not shipping or given_back < sum(detail["product_quantity"] for detail in details)),
                "total_products_tax_excl": fixed(products.excl),
                "total_products_tax_incl": fixed(products.incl),
                "total_shipping_tax_excl": fixed(freight.excl),
                "total_shipping_tax_incl": fixed(freight.incl),
                "amount": fixed(products.incl),
                "shipping_cost": int(shipping),
                "shipping_cost_amount": fixed(freight.incl),
                "order_slip_type": 1,
                "date_add": date,
                "date_upd": date,
                "a_order_slip_details": association_text(rows),
            },
        )
        keep_slip_line(state, last + len(rows))
        return made


def _pair(row: Mapping[str, Any], name: str) -> Pair:
    return Pair(Decimal(row[f"{name}_tax_excl"]), Decimal(row[f"{name}_tax_incl"]))
