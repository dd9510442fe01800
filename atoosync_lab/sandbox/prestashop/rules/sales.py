"""Carts, orders, their states, parcels and credit slips."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.prestashop.checkout import order_from_cart
from atoosync_lab.sandbox.prestashop.errors import PlainError
from atoosync_lab.sandbox.prestashop.order_states import enter_state, post_mail
from atoosync_lab.sandbox.prestashop.state import Row, ShopState, association_text
from atoosync_lab.sandbox.prestashop.values import fixed, int_prefix
from atoosync_lab.sandbox.prestashop.writing import Rules, Write

_CART_USED = "Cart cannot be loaded or an order has already been placed using this cart"
_HEADER = (
    "id_address_delivery",
    "id_address_invoice",
    "id_cart",
    "id_currency",
    "id_lang",
    "id_customer",
    "id_carrier",
    "module",
    "payment",
    "recyclable",
    "mobile_theme",
)
_REFERENCE_LENGTH = 9


def stopped(state: ShopState, text: str = "") -> PlainError:
    """PHP stopped: version 9 answers nothing, older ones one line of text."""
    return PlainError(500, "" if state.at_least("8") else text)


class Carts(Rules):
    """Carts: rows sorted by product, without an address of their own."""

    def associate(self, write: Write, name: str, items: list[dict[str, str]]) -> bool:
        """Replace the rows."""
        parts = ("id_product", "id_product_attribute", "id_address_delivery", "id_customization", "quantity")
        rows = [[int_prefix(item.get(part, "")) for part in parts] for item in items]
        for row in rows:
            row[2] = 0
        write.state.update("carts", write.record, {"a_cart_rows": association_text(sorted(rows))})
        return True


class Orders(Rules):
    """Orders: a POST goes through the payment module; `current_state` has a setter that writes the history."""

    def modify(self, write: Write) -> None:
        """Let the setters of `current_state` and `shipping_number` act before the record is stored."""
        if write.creating:
            return
        state, sent = write.state, write.sent
        if "shipping_number" in sent:
            parcel = state.one("order_carriers", "id_order = ?", write.record)
            if parcel:
                state.update("order_carriers", parcel["id"], {"tracking_number": sent["shipping_number"]})
        wanted = int_prefix(sent.get("current_state", ""))
        if not wanted or (wanted == write.before["current_state"] and state.at_least("8")):
            return
        if state.get("order_states", wanted) is None:
            raise stopped(state)
        state.insert("order_histories", {"id_order": write.record, "id_order_state": wanted, "date_add": state.now()})
        enter_state(state, write.record, wanted, mail=not state.at_least("8"))
        if write.method == "PATCH":
            write.before = state.get("orders", write.record) or write.before

    def check(self, write: Write) -> None:
        """Keep what the database keeps of a long reference before version 9."""
        write.values.pop("shipping_number", None)
        if not write.state.at_least("9") and "reference" in write.values:
            write.values["reference"] = write.values["reference"][:_REFERENCE_LENGTH]

    def create(self, write: Write) -> int:
        """Make the order of the cart."""
        state, values = write.state, write.values
        write.echo = {"current_state": ""}
        cart = state.get("carts", values["id_cart"])
        if cart is None or state.one("orders", "id_cart = ?", values["id_cart"]):
            raise stopped(state, _CART_USED)
        customer = state.get("customers", values["id_customer"])
        modules = json.loads(state.db.execute("SELECT value FROM _meta WHERE name = 'payment_modules'").fetchone()[0])
        if customer is None or not customer["secure_key"] or values["module"] not in modules:
            raise PlainError(500)
        header: Row = {name: values[name] for name in _HEADER if name in values}
        currency = state.get("currencies", values["id_currency"])
        header.update(
            secure_key=customer["secure_key"],
            gift=cart["gift"],
            gift_message=cart["gift_message"],
            conversion_rate=currency["conversion_rate"] if currency else fixed(1),
        )
        try:
            return order_from_cart(state, cart, header, Decimal(write.sent["total_paid"]))
        except KeyError as error:
            raise stopped(state) from error

    def remove(self, state: ShopState, record: int) -> None:
        """Delete the order with its lines and history."""
        for table in ("order_details", "order_histories", "order_carriers"):
            state.db.execute(f"DELETE FROM {table} WHERE id_order = ?", (record,))
        state.delete("orders", record)


class OrderHistories(Rules):
    """A new history row puts the order into the state."""

    def check(self, write: Write) -> None:
        """Stop, as PHP does, at an order or state that does not exist."""
        if not write.creating:
            return
        if (
            write.state.get("orders", write.number("id_order")) is None
            or write.state.get("order_states", write.number("id_order_state")) is None
        ):
            raise stopped(write.state, "Can't load Order status")

    def saved(self, write: Write) -> None:
        """Enter the state; `sendemail=1` mails the buyer."""
        if write.creating:
            mail = write.params.get("sendemail") == "1"
            enter_state(write.state, write.number("id_order"), write.number("id_order_state"), mail=mail)


class OrderCarriers(Rules):
    """Parcels: `sendemail=1` sends the in-transit mail of a carrier with a tracking address."""

    def saved(self, write: Write) -> None:
        """Mail the buyer."""
        state = write.state
        row: dict[str, Any] | None = state.get("order_carriers", write.record)
        if row is None or write.params.get("sendemail") != "1" or not row["tracking_number"]:
            return
        carrier, order = state.get("carriers", row["id_carrier"]), state.get("orders", row["id_order"])
        customer = state.get("customers", order["id_customer"]) if order else None
        if carrier and carrier["url"] and customer:
            post_mail(state, "in_transit", customer["email"], row["id_order"])


class OrderSlips(Rules):
    """Credit slips store the amounts sent and touch nothing else."""

    def associate(self, write: Write, name: str, items: list[dict[str, str]]) -> bool:
        """Number the lines."""
        state = write.state
        last = int(
            state.db.execute(
                "SELECT COALESCE(MAX(CAST(value AS INTEGER)), 0) FROM _meta WHERE name = 'last_slip_line'"
            ).fetchone()[0]
        )
        rows: list[list[Any]] = []
        for number, item in enumerate(items, last + 1):
            amounts = [fixed(item.get(part) or "0") for part in ("amount_tax_excl", "amount_tax_incl")]
            rows.append(
                [
                    number,
                    int_prefix(item.get("id_order_detail", "")),
                    int_prefix(item.get("product_quantity", "")),
                    *amounts,
                ]
            )
        state.update("order_slip", write.record, {"a_order_slip_details": association_text(rows)})
        state.db.execute("INSERT OR REPLACE INTO _meta VALUES ('last_slip_line', ?)", (str(last + len(items)),))
        return True
