"""Orders of the API as pivot records: header, lines, fees, payment, buyer and addresses, exact to the last decimal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.lookups import Lookups
from atoosync_lab.connectors.shops.woocommerce.order_taxes import OrderTaxes
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.keys import guest_key, product_key
from atoosync_lab.model.money import HUNDRED, ZERO, quantize, six
from atoosync_lab.model.sales import Address, Customer, Order, OrderDiscount, OrderLine, OrderPieces, Payment

_ONE = Decimal(1)


class OrderRecords:
    """Makes pivot records; lists that orders point into are read once.

    Args:
        lookups: the shop's lists.
        language: id of the shop's language.
        rate_meta: a meta key that keeps an order's rate, besides the known ones.
    """

    def __init__(self, lookups: Lookups, *, language: str, rate_meta: str = "") -> None:
        self._lookups, self._language = lookups, language
        own = (facts.RateKey(rate_meta),) if rate_meta else ()
        self._rate_keys = (*own, *facts.RATE_KEYS)

    @property
    def meta_keys(self) -> list[str]:
        """Meta of orders that are looked at."""
        return [
            *(k.key for k in self._rate_keys), *facts.VAT_NUMBER_KEYS, *facts.SIRET_KEYS, *facts.INVOICE_KEYS,
        ]  # fmt: skip

    def order(self, record: Json, lines: Sequence[OrderLine], discounts: Sequence[OrderDiscount]) -> Order:
        """A header; totals of goods are those of its lines, coupons are in the lines' prices already.

        Raises:
            ValueError: a date or an amount is missing or no number.
        """
        created = wire.moment(record, "date_created_gmt")
        if created is None:
            raise ValueError("date_created_gmt is empty")
        total, tax = wire.amount(record, "total"), wire.amount(record, "total_tax")
        shipping, shipping_tax = wire.amount(record, "shipping_total"), wire.amount(record, "shipping_tax")
        name, rate = self._shipping_tax(record)
        billing, delivery = self.addresses(record)
        currency = wire.text(record, "currency")
        return Order(
            remote_id=wire.identifier(record),
            reference=wire.text(record, "number") or wire.identifier(record),
            created_at=created,
            modified_at=wire.moment(record, "date_modified_gmt"),
            invoice_number=wire.meta(record, facts.INVOICE_KEYS),
            status_id=wire.text(record, "status"),
            currency=currency,
            conversion_rate=self._conversion_rate(record, currency),
            language=self._language,
            customer_id=buyer_id(record),
            is_guest=is_guest(record),
            invoicing_address_id=billing.remote_id,
            delivery_address_id=delivery.remote_id,
            carrier_id=carrier_id(record),
            payment_module=wire.text(record, "payment_method"),
            payment_label=wire.plain_text(record, "payment_method_title"),
            total_products_excl_tax=sum((x.total_excl_tax for x in lines), ZERO),
            total_products_incl_tax=sum((x.total_incl_tax for x in lines), ZERO),
            discounts_excl_tax=sum((x.amount_excl_tax for x in discounts), ZERO),
            discounts_incl_tax=sum((x.amount_incl_tax for x in discounts), ZERO),
            shipping_excl_tax=shipping,
            shipping_incl_tax=shipping + shipping_tax,
            shipping_tax_name=name,
            shipping_tax_rate=rate,
            total_excl_tax=total - tax,
            total_incl_tax=total,
            total_paid_real=total if wire.moment(record, "date_paid_gmt") else ZERO,
            rounding="total" if self._lookups.rounds_at_subtotal else "line",
            note=wire.text(record, "customer_note"),
        )

    def _conversion_rate(self, record: Json, currency: str) -> Decimal:
        """Units of the order's currency for one of the shop's; a foreign order that states none has no usable one."""
        own = self._lookups.currency
        if not own or currency == own:
            return _ONE
        for key in self._rate_keys:
            rate = wire.decimal({"": wire.meta(record, (key.key,))}, "")
            if rate is not None and rate > 0:
                return six(1 / rate) if key.inverse else rate
        return facts.UNKNOWN_RATE

    def _shipping_tax(self, record: Json) -> tuple[str, Decimal | None]:
        """Name and rate of the tax on shipping, where all shipping lines share one."""
        taxes = OrderTaxes(record, lambda: self._lookups.taxes)
        found = {(t.name, t.rate) for row in wire.rows(record, "shipping_lines") for t in (taxes.of(row),)
                 if wire.amount(row, "total")}  # fmt: skip
        return found.pop() if len(found) == 1 else ("", None)

    def lines(self, record: Json) -> tuple[list[OrderLine], list[OrderDiscount]]:
        """Lines and fees; fees below zero are discounts.

        Raises:
            ValueError: an amount is missing or no number.
        """
        taxes = OrderTaxes(record, lambda: self._lookups.taxes)
        gross = record.get("prices_include_tax") is True
        goods = wire.rows(record, "line_items")
        lines = [self._line(record, row, place, taxes, gross) for place, row in enumerate(goods)]
        discounts: list[OrderDiscount] = []
        for place, row in enumerate(wire.rows(record, "fee_lines"), len(goods)):
            amount = wire.amount(row, "total")
            if amount < 0:
                discounts.append(
                    OrderDiscount(
                        remote_id=wire.identifier(row),
                        order_id=wire.identifier(record),
                        name=wire.plain_text(row, "name"),
                        amount_excl_tax=-amount,
                        amount_incl_tax=-amount - wire.amount(row, "total_tax"),
                    )
                )
            elif amount:
                lines.append(self._line(record, row, place, taxes, gross))
        return lines, discounts

    @staticmethod
    def _line(record: Json, row: Json, place: int, taxes: OrderTaxes, gross: bool) -> OrderLine:
        """A line of goods, or a fee: the one has a quantity."""
        goods = "quantity" in row
        quantity = wire.amount(row, "quantity") if goods else _ONE
        total = wire.amount(row, "total")
        tax = taxes.of(row)
        # Prices with tax: only the tax before its rounding gives the price of the catalogue again. [LIVE]
        incl = total + (tax.exact if gross else wire.amount(row, "total_tax"))
        listed = wire.amount(row, "subtotal") if goods else total
        listed_tax = (wire.decimal(row, "subtotal_tax") or ZERO) if goods else ZERO
        by = quantity or _ONE
        reduced = goods and listed > total
        percent = quantize((1 - total / listed) * HUNDRED) if reduced and listed else ZERO
        return OrderLine(
            remote_id=wire.identifier(row),
            order_id=wire.identifier(record),
            position=place,
            kind="product" if goods else "fee",
            product_id=wire.identifier(row, "product_id") or None,
            variant_id=wire.identifier(row, "variation_id") or None,
            reference=wire.text(row, "sku"),
            barcode=wire.text(row, "global_unique_id"),
            label=wire.plain_text(row, "name"),
            quantity=quantity,
            unit_price_excl_tax=six(total / by),
            unit_price_incl_tax=six(incl / by),
            total_excl_tax=total,
            total_incl_tax=incl,
            list_price_excl_tax=six(listed / by),
            discount_percent=percent,
            discount_amount_excl_tax=six((listed - total) / by) if reduced else ZERO,
            discount_amount_incl_tax=six((listed + listed_tax - incl) / by) if reduced else ZERO,
            tax_name=tax.name,
            tax_rate=tax.rate,
            tax_ids=tax.ids,
        )

    @staticmethod
    def pieces(record: Json) -> list[OrderPieces]:
        """Products and quantities of an order."""
        return [
            OrderPieces(
                remote_id=wire.identifier(row),
                order_id=wire.identifier(record),
                product_id=wire.identifier(row, "product_id"),
                variant_id=wire.identifier(row, "variation_id") or None,
                reference=wire.text(row, "sku"),
                key=product_key(wire.text(row, "sku")),
                quantity=wire.amount(row, "quantity"),
            )
            for row in wire.rows(record, "line_items")
        ]

    @staticmethod
    def payment(record: Json) -> Payment | None:
        """What the shop was paid; None before the money came: authorised alone leaves `date_paid` empty (PB-25)."""
        paid = wire.moment(record, "date_paid_gmt")
        total = wire.amount(record, "total")
        if paid is None or not total:
            return None
        return Payment(
            remote_id=f"{wire.identifier(record)}-payment",
            order_reference=wire.text(record, "number") or wire.identifier(record),
            amount=total,
            currency=wire.text(record, "currency"),
            method=wire.text(record, "payment_method"),
            transaction_id=wire.text(record, "transaction_id"),
            paid_at=paid,
        )

    @staticmethod
    def addresses(record: Json) -> tuple[Address, Address]:
        """Invoicing and delivery address; one record where both are equal, or nothing is delivered."""
        order, buyer = wire.identifier(record), buyer_id(record)
        billing = _address(wire.nested(record, "billing"), f"{order}-billing", buyer)
        billing = replace(billing, vat_number=wire.meta(record, facts.VAT_NUMBER_KEYS))
        shipping = _address(wire.nested(record, "shipping"), f"{order}-shipping", buyer)
        empty = not any((shipping.last_name, shipping.company, shipping.address1, shipping.city, shipping.postcode))
        bare = replace(billing, remote_id=shipping.remote_id, vat_number="")
        if empty or shipping in (bare, replace(bare, phone="")):
            return billing, billing
        return billing, shipping

    def customer(self, record: Json, account: Json | None) -> Customer:
        """The buyer: the account, or what the order says of a guest or of an account that is gone."""
        billing = wire.nested(record, "billing")
        source = account or {}
        own = wire.nested(source, "billing")
        return Customer(
            remote_id=buyer_id(record),
            email=wire.text(source, "email") or wire.text(billing, "email"),
            last_name=wire.plain_text(source, "last_name") or wire.plain_text(billing, "last_name"),
            first_name=wire.plain_text(source, "first_name") or wire.plain_text(billing, "first_name"),
            company=wire.plain_text(own, "company") or wire.plain_text(billing, "company"),
            siret=wire.meta(source, facts.SIRET_KEYS) or wire.meta(record, facts.SIRET_KEYS),
            vat_number=wire.meta(record, facts.VAT_NUMBER_KEYS),
            is_guest=is_guest(record),
            language=self._language,
            modified_at=wire.moment(source, "date_modified_gmt"),
        )


def is_guest(record: Json) -> bool:
    """The buyer has no account."""
    return not wire.identifier(record, "customer_id")


def buyer_id(record: Json) -> str:
    """Id of the account; a guest is the buyer of this order alone, under the key that flows give such buyers."""
    return wire.identifier(record, "customer_id") or guest_key(wire.identifier(record))


def carrier_id(record: Json) -> str:
    """How it is sent: the method of a zone (`flat_rate:3`), or the method alone where the order names no zone."""
    for row in wire.rows(record, "shipping_lines"):
        method, instance = wire.text(row, "method_id"), wire.identifier(row, "instance_id")
        if method:
            # Old versions wrote both into the method.
            return f"{method}:{instance}" if instance and ":" not in method else method
    return ""


def _address(row: Json, remote_id: str, buyer: str) -> Address:
    return Address(
        remote_id=remote_id,
        customer_id=buyer,
        company=wire.plain_text(row, "company"),
        last_name=wire.plain_text(row, "last_name"),
        first_name=wire.plain_text(row, "first_name"),
        address1=wire.plain_text(row, "address_1"),
        address2=wire.plain_text(row, "address_2"),
        postcode=wire.text(row, "postcode"),
        city=wire.plain_text(row, "city"),
        state=wire.text(row, "state"),
        country=wire.text(row, "country"),
        phone=wire.text(row, "phone"),
    )
