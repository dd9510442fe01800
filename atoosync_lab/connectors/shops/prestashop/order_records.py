"""Order, line, voucher, payment, slip, buyer and address records of the Webservice as pivot records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from atoosync_lab.connectors.shops.prestashop import facts
from atoosync_lab.connectors.shops.prestashop.dates import ShopClock
from atoosync_lab.connectors.shops.prestashop.lookups import Lookups
from atoosync_lab.connectors.shops.prestashop.wire import Record
from atoosync_lab.model.keys import product_key
from atoosync_lab.model.money import HUNDRED, ZERO, parse_decimal
from atoosync_lab.model.sales import (
    Address,
    CreditSlip,
    CreditSlipLine,
    Customer,
    Order,
    OrderDiscount,
    OrderLine,
    OrderPieces,
    Payment,
)


def amount(record: Record | Mapping[str, str], field: str) -> Decimal:
    """An amount the record must state.

    Raises:
        ValueError: it is not there, or no number: an order is never read with a guessed amount.
    """
    values = record.values if isinstance(record, Record) else record
    value = parse_decimal(values.get(field))
    if value is None:
        raise ValueError(f"{field}: {values.get(field)!r}")
    return value


class OrderRecords:
    """Makes pivot records; lists that records point into are read once."""

    def __init__(self, lookups: Lookups, clock: ShopClock) -> None:
        self._lookups, self._clock = lookups, clock

    def _moment(self, record: Record, field: str) -> datetime:
        moment = self._clock.instant(record.get(field))
        if moment is None:
            raise ValueError(f"{field} is empty")
        return moment

    def order(self, record: Record, countries: Mapping[str, str]) -> Order:
        """A header; `countries` are the ISO codes of the addresses read so far (gift wrapping is taxed by country)."""
        wrapping = amount(record, "total_wrapping_tax_incl")
        tax = self._wrapping_tax(countries.get(record.get("id_address_delivery"), "")) if wrapping else None
        currency = record.get("id_currency")
        return Order(
            remote_id=record["id"],
            reference=record.get("reference"),
            shop_id=record.get("id_shop"),
            created_at=self._moment(record, "date_add"),
            modified_at=self._clock.instant(record.get("date_upd")),
            invoiced_at=self._clock.instant(record.get("invoice_date")),
            invoice_number=record.get("invoice_number") if record.get("invoice_number") != "0" else "",
            status_id=record.get("current_state"),
            currency=self._lookups.currencies.get(currency, currency),
            conversion_rate=amount(record, "conversion_rate"),
            language=self._lookups.languages.get(record.get("id_lang"), ""),
            customer_id=record.get("id_customer"),
            invoicing_address_id=record.get("id_address_invoice"),
            delivery_address_id=record.get("id_address_delivery"),
            carrier_id=record.get("id_carrier"),
            payment_module=record.get("module"),
            payment_label=record.get("payment"),
            total_products_excl_tax=amount(record, "total_products"),
            total_products_incl_tax=amount(record, "total_products_wt"),
            discounts_excl_tax=amount(record, "total_discounts_tax_excl"),
            discounts_incl_tax=amount(record, "total_discounts_tax_incl"),
            shipping_excl_tax=amount(record, "total_shipping_tax_excl"),
            shipping_incl_tax=amount(record, "total_shipping_tax_incl"),
            shipping_tax_rate=parse_decimal(record.get("carrier_tax_rate")),
            wrapping_excl_tax=amount(record, "total_wrapping_tax_excl"),
            wrapping_incl_tax=wrapping,
            wrapping_tax_name=tax[0] if tax else "",
            wrapping_tax_rate=tax[1] if tax else None,
            total_excl_tax=amount(record, "total_paid_tax_excl"),
            total_incl_tax=amount(record, "total_paid_tax_incl"),
            total_paid_real=amount(record, "total_paid_real"),
            rounding=facts.ROUND_TYPES.get(record.get("round_type"), "line"),
            rounding_mode=facts.ROUND_MODES.get(record.get("round_mode"), "half_up"),
            note=record.get("note"),
        )

    def _wrapping_tax(self, country: str) -> tuple[str, Decimal] | None:
        ids = {code: number for number, code in self._lookups.countries.items()}
        return self._lookups.wrapping_taxes.get(ids.get(country, ""))

    def line(self, record: Record) -> OrderLine:
        """A line, its taxes by name and rate: several taxes are one pair with the joint rate."""
        ids = tuple(t.get("id", "") for t in record.links.get("taxes", []) if t.get("id", "") not in ("", "0"))
        name, rate = self._tax(ids, record.get("tax_computation_method"))
        excl, incl = amount(record, "unit_price_tax_excl"), amount(record, "unit_price_tax_incl")
        ecotax = parse_decimal(record.get("ecotax")) or ZERO
        if not ids and excl != incl and not ecotax:
            # Taxed, but the shop names no tax: not exempt. `orders.taxes` finds the rate from the amounts.
            rate = None
        product = record.get("product_id")
        variant = record.get("product_attribute_id")
        percent = parse_decimal(record.get("reduction_percent")) or ZERO
        group = parse_decimal(record.get("group_reduction")) or ZERO
        if group:
            percent = HUNDRED - (HUNDRED - percent) * (HUNDRED - group) / HUNDRED
        return OrderLine(
            remote_id=record["id"],
            order_id=record["id_order"],
            position=int(record["id"]),
            product_id=product if product not in ("", "0") else None,
            variant_id=variant if variant not in ("", "0") else None,
            reference=record.get("product_reference"),
            barcode=record.get("product_ean13"),
            label=record.get("product_name"),
            quantity=amount(record, "product_quantity"),
            unit_price_excl_tax=excl,
            unit_price_incl_tax=incl,
            total_excl_tax=amount(record, "total_price_tax_excl"),
            total_incl_tax=amount(record, "total_price_tax_incl"),
            list_price_excl_tax=parse_decimal(record.get("original_product_price")),
            discount_percent=percent,
            discount_amount_excl_tax=parse_decimal(record.get("reduction_amount_tax_excl")) or ZERO,
            discount_amount_incl_tax=parse_decimal(record.get("reduction_amount_tax_incl")) or ZERO,
            tax_name=name,
            tax_rate=rate,
            tax_ids=ids,
            ecotax=ecotax,
            weight=parse_decimal(record.get("product_weight")),
        )

    @staticmethod
    def pieces(record: Record) -> OrderPieces:
        """A line's product and quantity."""
        product, variant = record.get("product_id"), record.get("product_attribute_id")
        reference = record.get("product_reference")
        return OrderPieces(
            remote_id=record["id"],
            order_id=record["id_order"],
            product_id=product if product != "0" else "",
            variant_id=variant if variant not in ("", "0") else None,
            reference=reference,
            key=product_key(reference),
            quantity=amount(record, "product_quantity"),
        )

    def _tax(self, ids: tuple[str, ...], method: str) -> tuple[str, Decimal | None]:
        if not ids:
            return "", ZERO
        taxes = [self._lookups.taxes.get(i) for i in ids]
        known = [t for t in taxes if t is not None]
        if len(known) != len(taxes):
            # A tax that the list does not hold: the rate is worked out from the amounts by `orders.taxes`.
            return "", None
        if len(known) == 1:
            return known[0]
        name = " + ".join(n for n, _ in known)
        if method == facts.ONE_AFTER_ANOTHER:
            factor = Decimal(1)
            for _, rate in known:
                factor *= 1 + rate / HUNDRED
            return name, (factor - 1) * HUNDRED
        return name, sum((rate for _, rate in known), ZERO)

    def discount(self, record: Record, products: Mapping[str, str]) -> OrderDiscount | None:
        """A voucher; None for one that was taken off the order again.

        Args:
            record: row of the order.
            products: cart rule id -> the only product that the rule takes its amount off.
        """
        if record.get("deleted") == "1":
            return None
        return OrderDiscount(
            remote_id=record["id"],
            order_id=record["id_order"],
            name=record.get("name"),
            amount_excl_tax=amount(record, "value_tax_excl"),
            amount_incl_tax=amount(record, "value"),
            free_shipping=record.get("free_shipping") == "1",
            product_id=products.get(record.get("id_cart_rule"), ""),
        )

    def payment(self, record: Record) -> Payment:
        """A payment; found by the order's reference alone."""
        currency = record.get("id_currency")
        return Payment(
            remote_id=record["id"],
            order_reference=record.get("order_reference"),
            amount=amount(record, "amount"),
            currency=self._lookups.currencies.get(currency, currency),
            conversion_rate=parse_decimal(record.get("conversion_rate")) or Decimal(1),
            method=record.get("payment_method"),
            transaction_id=record.get("transaction_id"),
            paid_at=self._clock.instant(record.get("date_add")),
        )

    def address(self, record: Record) -> Address:
        """An address as the order points at it."""
        country, state = record.get("id_country"), record.get("id_state")
        return Address(
            remote_id=record["id"],
            customer_id=record.get("id_customer"),
            company=record.get("company"),
            last_name=record.get("lastname"),
            first_name=record.get("firstname"),
            address1=record.get("address1"),
            address2=record.get("address2"),
            postcode=record.get("postcode"),
            city=record.get("city"),
            state=self._lookups.states.get(state, "") if state not in ("", "0") else "",
            country=self._lookups.countries.get(country, ""),
            phone=record.get("phone"),
            mobile=record.get("phone_mobile"),
            vat_number=record.get("vat_number"),
            other=record.get("other"),
        )

    def customer(self, record: Record) -> Customer:
        """A buyer account."""
        return Customer(
            remote_id=record["id"],
            email=record.get("email"),
            last_name=record.get("lastname"),
            first_name=record.get("firstname"),
            company=record.get("company"),
            siret=record.get("siret"),
            is_guest=record.get("is_guest") == "1",
            active=record.get("active") == "1",
            group_id=record.get("id_default_group"),
            language=self._lookups.languages.get(record.get("id_lang"), ""),
            modified_at=self._clock.instant(record.get("date_upd")),
        )

    def slip(self, record: Record) -> CreditSlip:
        """A credit slip."""
        return CreditSlip(
            remote_id=record["id"],
            order_id=record["id_order"],
            customer_id=record.get("id_customer"),
            created_at=self._moment(record, "date_add"),
            modified_at=self._clock.instant(record.get("date_upd")),
            conversion_rate=parse_decimal(record.get("conversion_rate")) or Decimal(1),
            products_excl_tax=amount(record, "total_products_tax_excl"),
            products_incl_tax=amount(record, "total_products_tax_incl"),
            shipping_excl_tax=amount(record, "total_shipping_tax_excl"),
            shipping_incl_tax=amount(record, "total_shipping_tax_incl"),
            partial=record.get("partial") == "1",
        )

    @staticmethod
    def slip_lines(record: Record) -> list[CreditSlipLine]:
        """The returned lines of a slip."""
        return [
            CreditSlipLine(
                slip_id=record["id"],
                order_line_id=row.get("id_order_detail", ""),
                position=position,
                quantity=amount(row, "product_quantity"),
                amount_excl_tax=amount(row, "amount_tax_excl"),
                amount_incl_tax=amount(row, "amount_tax_incl"),
            )
            for position, row in enumerate(record.links.get("order_slip_details", []))
        ]
