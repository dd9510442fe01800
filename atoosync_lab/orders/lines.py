"""Order lines become document lines: article (ORD-12 for unknown ones), net price or discount (ORD-18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from atoosync_lab.model.documents import DocumentLine, LineRole
from atoosync_lab.model.money import HUNDRED, ZERO
from atoosync_lab.model.sales import Order, OrderLine
from atoosync_lab.orders.context import BuildContext
from atoosync_lab.orders.reasons import PAGE_ARTICLES, PAGE_OPTIONS, PAGE_SHOP, Findings
from atoosync_lab.orders.special import MISSING
from atoosync_lab.orders.taxes import TaxBook
from atoosync_lab.orders.totals import line_amount, round_mode, round_price
from atoosync_lab.settings.orders import OrderSettings


@dataclass(frozen=True, slots=True)
class BuiltLine:
    """A document line beside what it would be with prices that are not cut to our precision."""

    line: DocumentLine
    exact_unit: Decimal
    """Net unit as the shop charged it, basis of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMaker:
    """Makes the lines of one order."""

    settings: OrderSettings
    context: BuildContext
    taxes: TaxBook
    findings: Findings

    @property
    def precision(self) -> int:
        """Decimals of unit prices: those of the profile, as far as the ERP keeps them."""
        return min(self.settings.header.price_precision, self.context.rules.price_decimals)

    def product_lines(self, order: Order, lines: Sequence[OrderLine]) -> list[BuiltLine]:
        """A document line for each order line, in the shop's order. Free lines stay: they move stock (PB-07)."""
        built = []
        for line in sorted(lines, key=lambda x: x.position):
            made = self._product_line(order, line)
            if made is not None:
                built.append(made)
        return built

    def _product_line(self, order: Order, line: OrderLine) -> BuiltLine | None:
        if line.quantity <= 0:
            if line.quantity or line.total_incl_tax:
                self.findings.hold("orders.quantity_not_positive", PAGE_SHOP, "quantity", line.reference or line.label)
            return None
        item, role = self.item_of(line)
        vat = self.taxes.of_line(line)
        if not item or vat is None:
            return None
        inclusive = self.settings.options.tax_inclusive
        precision = self.precision
        exact = line.unit_price_incl_tax if inclusive else line.unit_price_excl_tax
        if order.rounding == "item":
            # Such a shop charges the rounded unit, although it still shows six decimals (PB-13).
            exact = round_mode(exact, order.rounding_mode)
        net = round_price(exact, precision)
        plain_line = DocumentLine(
            role=role,
            item=item,
            label=line.label,
            quantity=line.quantity,
            unit_price=net,
            vat_id=vat.id,
            vat_rate=vat.rate,
            origin=line.remote_id,
        )
        if not self.settings.options.net_prices and line.list_price_excl_tax:
            plain_line = self._with_discount(plain_line, line, net, precision)
        return BuiltLine(plain_line, exact)

    def _with_discount(self, made: DocumentLine, line: OrderLine, net: Decimal, precision: int) -> DocumentLine:
        """The list price and a discount that gives the charged price; a surcharge stays in the price."""
        listed = line.list_price_excl_tax or ZERO
        if self.settings.options.tax_inclusive:
            # The shop's own rate: the ERP's may differ, and the charged price carries the shop's.
            rate = line.tax_rate if line.tax_rate is not None else made.vat_rate
            listed = listed * (1 + rate / HUNDRED)
        listed = round_price(listed, precision)
        if listed <= net:
            return made
        percent = line.discount_percent
        if ZERO < percent <= HUNDRED:
            rules = self.context.rules
            by_percent = replace(made, unit_price=listed, discount_percent=percent)
            if line_amount(by_percent, rules) == line_amount(made, rules):
                return by_percent
        return replace(made, unit_price=listed, discount_amount=listed - net)

    def item_of(self, line: OrderLine) -> tuple[str, LineRole]:
        """ERP article of an order line; empty when the order is held for it."""
        if line.kind == "fee":
            return self.special(self.settings.articles.misc, "misc"), LineRole.MISC
        found = self.context.find_item((line.reference,)) if line.reference else None
        if found is not None:
            return found, LineRole.PRODUCT
        wanted = line.reference or line.label
        if not self.settings.options.misc_for_unknown:
            self.findings.hold("orders.item_unknown", PAGE_OPTIONS, "item", wanted, label=line.label)
            return "", LineRole.MISC
        misc = self.special(self.settings.articles.misc, "misc")
        if misc:
            self.findings.warn("orders.item_replaced", wanted, label=line.label, item=misc)
        return misc, LineRole.MISC

    def special(self, item: str, name: str) -> str:
        """A special article, proved to exist; empty when the order is held for it (ORD-08)."""
        if not item:
            self.findings.hold(MISSING[name], PAGE_ARTICLES, f"article_{name}", "")
            return ""
        found = self.context.find_item((item,))
        if found is None:
            self.findings.hold("orders.article_unknown", PAGE_ARTICLES, f"article_{name}", item)
            return ""
        return found
