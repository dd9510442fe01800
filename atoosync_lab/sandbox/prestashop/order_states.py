"""What a new order state entails: validity, invoice, delivery slip, payment, stock, mail."""

from __future__ import annotations

from decimal import Decimal

from atoosync_lab.sandbox.prestashop.state import Row, ShopState
from atoosync_lab.sandbox.prestashop.values import fixed, int_prefix


def enter_state(
    state: ShopState, order: int, new: int, *, date: str | None = None, pay: bool = True, mail: bool = False
) -> None:
    """Put an order into a state, with its side effects (not the history row).

    Args:
        state: The shop.
        order: Id of the order.
        new: Id of the order state.
        date: Shop time; None for now.
        pay: Whether a paid state adds the payment of an order that was not in a paid state.
        mail: Whether the buyer gets the state's mail.

    Raises:
        KeyError: when order or state do not exist.
    """
    row, flags = state.get("orders", order), state.get("order_states", new)
    if row is None or flags is None:
        raise KeyError(f"order {order}, state {new}")
    before = state.get("order_states", row["current_state"])
    now = date or state.now()
    changes: Row = {"current_state": new, "valid": flags["logable"], "date_upd": now}
    if flags["invoice"] and not row["invoice_number"] and state.config("PS_INVOICE", "1") == "1":
        changes.update(_invoice(state, row, now))
    if flags["delivery"] and not row["delivery_number"]:
        number = state.db.execute("SELECT COALESCE(MAX(delivery_number), 0) + 1 FROM orders").fetchone()[0]
        changes.update(delivery_number=number, delivery_date=now)
        invoice = state.one("order_invoices", "id_order = ?", order)
        if invoice:
            state.update("order_invoices", invoice["id"], {"delivery_number": number, "delivery_date": now})
    if pay and flags["paid"] and not (before and before["paid"]):
        # The whole total, even when a part was paid before.
        state.insert(
            "order_payments",
            {
                "order_reference": row["reference"],
                "id_currency": row["id_currency"],
                "amount": row["total_paid"],
                "payment_method": row["payment"],
                "conversion_rate": row["conversion_rate"],
                "date_add": now,
            },
        )
        changes["total_paid_real"] = fixed(Decimal(row["total_paid_real"]) + Decimal(row["total_paid"]))
    state.update("orders", order, changes)
    _move_stock(state, order, before, flags)
    if mail:
        customer = state.get("customers", row["id_customer"])
        template = state.text(flags["template"], row["id_lang"]) if flags["template"] else ""
        if template:
            post_mail(state, template, customer["email"] if customer else "", order)


def lost_states(state: ShopState) -> set[int]:
    """The states (payment error, cancelled) in which an order holds no stock."""
    return {int_prefix(state.config("PS_OS_ERROR", "8")), int_prefix(state.config("PS_OS_CANCELED", "6"))}


def _move_stock(state: ShopState, order: int, before: Row | None, after: Row) -> None:
    """Give the stock back on cancelling, take it again when a lost order revives."""
    lost = lost_states(state)
    if before is None or (before["id"] in lost) == (after["id"] in lost):
        return
    sign = 1 if after["id"] in lost else -1
    if sign < 0 and not after["logable"]:
        return
    for line in state.rows("order_details", "id_order = ? ORDER BY id", order):
        change_stock(state, line["product_id"], line["product_attribute_id"], sign * line["product_quantity"])


def change_stock(state: ShopState, product: int, variant: int, change: int) -> int:
    """Add to a stock row (and the product's total) and return what was there before."""
    row = state.one("stock_availables", "id_product = ? AND id_product_attribute = ?", product, variant)
    if row is None:
        return 0
    state.update("stock_availables", row["id"], {"quantity": row["quantity"] + change})
    if variant:
        recompute_total(state, product)
    return int(row["quantity"])


def recompute_total(state: ShopState, product: int) -> None:
    """Set the row without variant of a product to the sum of its variants."""
    state.db.execute(
        "UPDATE stock_availables SET quantity = (SELECT COALESCE(SUM(v.quantity), 0) FROM stock_availables v"
        " WHERE v.id_product = ?1 AND v.id_product_attribute > 0) WHERE id_product = ?1 AND id_product_attribute = 0",
        (product,),
    )


def post_mail(state: ShopState, template: str, recipient: str, order: int) -> None:
    """Put a mail into the outbox that tests can read."""
    state.db.execute(
        "INSERT INTO _mails (date, template, recipient, id_order) VALUES (?, ?, ?, ?)",
        (state.now(), template, recipient, order),
    )


def _invoice(state: ShopState, row: Row, now: str) -> Row:
    number = state.db.execute("SELECT COALESCE(MAX(invoice_number), 0) + 1 FROM orders").fetchone()[0]
    names = (
        "total_paid_tax_excl",
        "total_paid_tax_incl",
        "total_products",
        "total_products_wt",
        "total_shipping_tax_excl",
        "total_shipping_tax_incl",
        "total_wrapping_tax_excl",
        "total_wrapping_tax_incl",
    )
    invoice = state.insert(
        "order_invoices",
        {
            "id_order": row["id"],
            "number": number,
            "total_discount_tax_excl": row["total_discounts_tax_excl"],
            "total_discount_tax_incl": row["total_discounts_tax_incl"],
            **{name: row[name] for name in names},
            "shop_address": state.config("PS_SHOP_NAME"),
            "date_add": now,
        },
    )
    for table in (
        "order_details",
        "order_carriers",
        *(["order_cart_rules"] if "order_cart_rules" in state.resources else []),
    ):
        state.db.execute(
            f"UPDATE {table} SET id_order_invoice = ? WHERE id_order = ? AND id_order_invoice = 0", (invoice, row["id"])
        )
    return {"invoice_number": number, "invoice_date": now}
