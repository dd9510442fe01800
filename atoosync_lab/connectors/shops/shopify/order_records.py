"""Orders with their lines, payments, addresses and buyers as pivot records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.connectors.shops.shopify.gids import number, number_of
from atoosync_lab.connectors.shops.shopify.order_money import (
    Charged,
    Node,
    charged,
    conversion_rate,
    line_money,
    money,
)
from atoosync_lab.connectors.shops.shopify.product_records import exact, instant
from atoosync_lab.connectors.shops.shopify.statuses import status_of
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.keys import guest_key, product_key
from atoosync_lab.model.money import ZERO
from atoosync_lab.model.sales import Address, Customer, Order, OrderLine, OrderPieces, Payment

Records = dict[type[Any], list[Any]]
Refunded = Mapping[str, int]
"""Line id -> pieces paid back."""


def order_records(node: Node, lines: Sequence[Node], shipping: Sequence[Node], refunded: Refunded | None) -> Records:
    """All records of one order.

    Args:
        node: header.
        lines: its lines.
        shipping: its shipping lines.
        refunded: pieces paid back by line, for an order where that matters (`needs_refunds`); None: no edit removed
            anything.

    Raises:
        KeyError, ValueError, TypeError: it cannot be used; an order is never made with a guessed amount.
    """
    identifier = number(node["id"])
    incl_tax = bool(node["taxesIncluded"])
    currency = str(node["presentmentCurrencyCode"])
    made: list[OrderLine] = []
    for line in lines:
        pieces = (refunded or {}).get(line["id"], 0)
        if refunded is None and money_back(node):
            # Nothing was removed: what is missing was paid back.
            pieces = int(line["quantity"])
        amounts = line_money(line, pieces, currency, incl_tax=incl_tax)
        if amounts is not None:
            made.append(_line(identifier, line, amounts, len(made)))
    ship = [charged(money(s["discountedPriceSet"]), s["taxLines"], incl_tax=incl_tax) for s in _present(shipping)]
    total = _total(node, made, ship, refunded)
    made += _fees(node, identifier, len(made), incl_tax)
    excl = sum((line.total_excl_tax for line in made), ZERO) + sum((s.excl for s in ship), ZERO)
    incl = sum((line.total_incl_tax for line in made), ZERO) + sum((s.incl for s in ship), ZERO)
    tip = money(node["totalTipReceivedSet"])
    if tip and total - incl == tip:
        # A tip given in the shop is part of the total, but of no line. (facts: SH08)
        label = translate("shopify.fee.tip")
        made.append(_fee(f"{identifier}-tip", identifier, len(made), label, Charged(tip, tip, "", ZERO)))
        excl, incl = excl + tip, incl + tip
    payments = _payments(node)
    invoicing, delivery = _addresses(node, identifier)
    customer = _customer(node, identifier)
    goods = [line for line in made if line.kind == "product"]
    same = {(s.tax_name, s.tax_rate) for s in ship}
    shipping_tax = same.pop() if len(same) == 1 else ("", None)
    gateway = next(iter(payments), None)
    names = list(node.get("paymentGatewayNames") or ())
    order = Order(
        remote_id=identifier,
        reference=node["name"],
        created_at=_moment(node["createdAt"]),
        modified_at=instant(node.get("updatedAt")),
        status_id=status_of(node),
        currency=currency,
        conversion_rate=conversion_rate(node),
        language=str(node.get("customerLocale") or "").partition("-")[0],
        customer_id=customer.remote_id if customer else "",
        is_guest=not node.get("customer"),
        invoicing_address_id=invoicing.remote_id if invoicing else "",
        delivery_address_id=delivery.remote_id if delivery else "",
        carrier_id=next((str(s["title"]) for s in _present(shipping)), ""),
        payment_module=gateway.method if gateway else (names[0] if names else ""),
        payment_label=_label(node, gateway) or (names[0] if names else ""),
        total_products_excl_tax=sum((line.total_excl_tax for line in goods), ZERO),
        total_products_incl_tax=sum((line.total_incl_tax for line in goods), ZERO),
        shipping_excl_tax=sum((s.excl for s in ship), ZERO),
        shipping_incl_tax=sum((s.incl for s in ship), ZERO),
        shipping_tax_name=shipping_tax[0],
        shipping_tax_rate=shipping_tax[1],
        total_excl_tax=total - (incl - excl),
        total_incl_tax=total,
        total_paid_real=sum((p.amount for p in payments), ZERO),
        note=_note(node),
    )
    records: Records = {Order: [order], OrderLine: made, Payment: payments}
    records[Address] = [a for a in dict.fromkeys((invoicing, delivery)) if a is not None]
    records[Customer] = [customer] if customer else []
    return records


def pieces(node: Node, lines: Sequence[Node]) -> list[OrderPieces]:
    """Products and quantities of an order's lines, without pieces removed or paid back."""
    found = []
    for line in lines:
        if int(line["currentQuantity"]) > 0:
            product, variant = _sold(line)
            reference = str(line.get("sku") or "")
            found.append(
                OrderPieces(
                    remote_id=number(line["id"]),
                    order_id=number(node["id"]),
                    product_id=product or "",
                    variant_id=variant,
                    reference=reference,
                    key=product_key(reference),
                    quantity=Decimal(int(line["currentQuantity"])),
                )
            )
    return found


def money_back(node: Node) -> bool:
    """Some refund of the order paid money back; a mere refund object does not (an edit makes one too)."""
    return any(money(refund["totalRefundedSet"]) > 0 for refund in node["refunds"])


def needs_refunds(node: Node, lines: Sequence[Node]) -> bool:
    """Pieces are missing, and money went back: only the refunds' own lines tell what was removed and what was paid."""
    return money_back(node) and any(int(line["currentQuantity"]) < int(line["quantity"]) for line in lines)


def refunded_pieces(node: Node) -> dict[str, int]:
    """Line id -> pieces paid back, of an order read with the lines of its refunds."""
    found: dict[str, int] = {}
    for refund in node["refunds"]:
        if money(refund["totalRefundedSet"]) > 0:
            for line in refund["refundLineItems"]["nodes"]:
                key = line["lineItem"]["id"]
                found[key] = found.get(key, 0) + int(line["quantity"])
    return found


def _total(node: Node, lines: Sequence[OrderLine], ship: Sequence[Charged], refunded: Refunded | None) -> Decimal:
    """What the shop charged: after edits, before money went back."""
    if not money_back(node):
        return money(node["currentTotalPriceSet"])
    if refunded is None:
        return money(node["totalPriceSet"])
    # Edited and paid back: neither total is the one; the lines that are left give it.
    return sum((line.total_incl_tax for line in lines), ZERO) + sum((s.incl for s in ship), ZERO)


def _present(shipping: Sequence[Node]) -> Iterator[Node]:
    return (line for line in shipping if not line.get("isRemoved"))


def _sold(line: Node) -> tuple[str | None, str | None]:
    """Product, and variant where the product has several: as the catalogue's records name them."""
    product = line.get("product")
    if not product:
        return None, None
    return number_of(product), None if product["hasOnlyDefaultVariant"] else number_of(line.get("variant")) or None


def _line(order: str, line: Node, amounts: Any, position: int) -> OrderLine:
    product, variant = _sold(line)
    title = str(line.get("variantTitle") or "")
    label = str(line["title"]) + (f" - {title}" if title and title != facts.DEFAULT_OPTION[1] else "")
    return OrderLine(
        remote_id=number(line["id"]),
        order_id=order,
        position=position,
        product_id=product,
        variant_id=variant,
        reference=str(line.get("sku") or ""),
        barcode=str((line.get("variant") or {}).get("barcode") or ""),
        label=label,
        quantity=amounts.quantity,
        unit_price_excl_tax=amounts.unit_excl,
        unit_price_incl_tax=amounts.unit_incl,
        total_excl_tax=amounts.total.excl,
        total_incl_tax=amounts.total.incl,
        list_price_excl_tax=amounts.list_price_excl,
        tax_name=amounts.total.tax_name,
        tax_rate=amounts.total.tax_rate,
    )


def _fees(node: Node, order: str, position: int, incl_tax: bool) -> list[OrderLine]:
    found: list[OrderLine] = []
    for fee in node["additionalFees"]:
        amount = charged(money(fee["price"]), fee["taxLines"], incl_tax=incl_tax)
        found.append(_fee(number(fee["id"]), order, position + len(found), str(fee["name"]), amount))
    duties = money(node.get("currentTotalDutiesSet"))
    if duties:
        label = translate("shopify.fee.duties")
        found.append(_fee(f"{order}-duties", order, position + len(found), label, Charged(duties, duties, "", ZERO)))
    return found


def _fee(identifier: str, order: str, position: int, label: str, amount: Charged) -> OrderLine:
    return OrderLine(
        remote_id=identifier,
        order_id=order,
        position=position,
        kind="fee",
        label=label,
        quantity=Decimal(1),
        unit_price_excl_tax=amount.excl,
        unit_price_incl_tax=amount.incl,
        total_excl_tax=amount.excl,
        total_incl_tax=amount.incl,
        tax_name=amount.tax_name,
        tax_rate=amount.tax_rate,
    )


def _payments(node: Node) -> list[Payment]:
    """Money really received: captures and sales that succeeded, less change given back (PB-25)."""
    rate, reference = conversion_rate(node), str(node["name"])
    found: list[Payment] = []
    change: dict[str, Decimal] = {}
    for transaction in node["transactions"]:
        if transaction["status"] != facts.SUCCESS:
            continue
        gateway = str(transaction.get("gateway") or "")
        amount = transaction["amountSet"]["presentmentMoney"]
        if transaction["kind"] == facts.CHANGE_KIND:
            change[gateway] = change.get(gateway, ZERO) + exact(amount["amount"])
        elif transaction["kind"] in facts.CAPTURED_KINDS:
            found.append(
                Payment(
                    remote_id=number(transaction["id"]),
                    order_reference=reference,
                    amount=exact(amount["amount"]),
                    currency=str(amount["currencyCode"]),
                    conversion_rate=rate,
                    method=gateway,
                    transaction_id=str(transaction.get("paymentId") or ""),
                    paid_at=instant(transaction.get("processedAt") or transaction.get("createdAt")),
                )
            )
    return [_less_change(payment, change) for payment in found]


def _less_change(payment: Payment, change: dict[str, Decimal]) -> Payment:
    taken = min(change.get(payment.method, ZERO), payment.amount)
    if not taken:
        return payment
    change[payment.method] -= taken
    return replace(payment, amount=payment.amount - taken)


def _label(node: Node, payment: Payment | None) -> str:
    """Name of the payment method as the shop shows it."""
    for transaction in node["transactions"]:
        if payment is None or number(transaction["id"]) == payment.remote_id:
            return str(transaction.get("formattedGateway") or transaction.get("gateway") or "")
    return ""


def _addresses(node: Node, order: str) -> tuple[Address | None, Address | None]:
    """Invoicing and delivery address; equal ones are one."""
    buyer = number_of(node.get("customer"))
    billing = _address(node.get("billingAddress"), f"{order}-billing", buyer)
    if billing is not None and node.get("shippingAddress") == node.get("billingAddress"):
        return billing, billing
    return billing, _address(node.get("shippingAddress"), f"{order}-shipping", buyer)


def _address(node: Node | None, identifier: str, buyer: str) -> Address | None:
    if not node:
        return None
    return Address(
        remote_id=identifier,
        customer_id=buyer,
        company=node.get("company") or "",
        last_name=node.get("lastName") or "",
        first_name=node.get("firstName") or "",
        address1=node.get("address1") or "",
        address2=node.get("address2") or "",
        postcode=node.get("zip") or "",
        city=node.get("city") or "",
        state=node.get("province") or "",
        country=node.get("countryCodeV2") or "",
        phone=node.get("phone") or "",
    )


def _customer(node: Node, order: str) -> Customer | None:
    """The buyer's account; for a guest a record of this order alone, which keeps the e-mail (PB-16)."""
    account, address = node.get("customer"), node.get("billingAddress") or node.get("shippingAddress") or {}
    email = str(node.get("email") or "")
    language = str(node.get("customerLocale") or "").partition("-")[0]
    if not account:
        if not email:
            return None
        return Customer(
            remote_id=guest_key(order),
            email=email,
            last_name=address.get("lastName") or "",
            first_name=address.get("firstName") or "",
            company=address.get("company") or "",
            is_guest=True,
            language=language,
        )
    return Customer(
        remote_id=number(account["id"]),
        email=str((account.get("email") or {}).get("emailAddress") or email),
        last_name=account.get("lastName") or address.get("lastName") or "",
        first_name=account.get("firstName") or address.get("firstName") or "",
        company=address.get("company") or "",
        language=str(account.get("locale") or language).partition("-")[0],
        modified_at=instant(account.get("updatedAt")),
    )


def _note(node: Node) -> str:
    """The buyer's note, then what the shop's forms asked for, then the buyer's own order number."""
    parts = [str(node.get("note") or "")]
    parts += [f"{a['key']}: {a.get('value') or ''}" for a in node.get("customAttributes") or ()]
    if node.get("poNumber"):
        parts.append(str(node["poNumber"]))
    return "\n".join(part for part in parts if part)


def _moment(text: str | None) -> Any:
    found = instant(text)
    if found is None:
        raise ValueError("a date is missing")
    return found
