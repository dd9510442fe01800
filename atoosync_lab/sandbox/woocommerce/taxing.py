"""Tax rates of a place, and the tax of an amount, as the shop works them out.

Source: `class-wc-tax.php` (rates, `calc_tax`) and the totals that a shop of version 9.9.5 answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.sandbox.woocommerce.texts import ZERO, amount, rounded, rounded_down


@dataclass(frozen=True)
class Place:
    """Where tax is due."""

    country: str
    state: str = ""
    postcode: str = ""
    city: str = ""


class Rules:
    """The tax settings of the shop, read once for one calculation.

    Attributes:
        active: Taxes are calculated at all.
        gross: Prices are entered with tax.
        at_subtotal: Taxes are rounded in the sum, not per line.
        decimals: Decimals of amounts.
    """

    def __init__(self, state: ShopState) -> None:
        self.active = state.flag("woocommerce_calc_taxes")
        self.gross = state.flag("woocommerce_prices_include_tax")
        self.at_subtotal = state.flag("woocommerce_tax_round_at_subtotal")
        self.decimals = int(state.option("woocommerce_price_num_decimals"))
        self.based_on = state.option("woocommerce_tax_based_on")
        self.shipping_class = state.option("woocommerce_shipping_tax_class")
        country, _, region = state.option("woocommerce_default_country").partition(":")
        self.base = Place(country, region)
        self.classes = ["", *(row["slug"] for row in state.rows("tax_classes"))]
        self._rates = state.rows("taxes", order="priority, position, id")
        self._known: dict[tuple[Place, str, bool], list[Row]] = {}

    def rate(self, number: int) -> Row | None:
        """A rate by its id."""
        return next((rate for rate in self._rates if rate["id"] == number), None)

    def place(self, order: Row) -> Place:
        """Where an order is taxed: delivery, else invoice, else the shop."""
        kind = self.based_on
        if kind == "shipping" and not order["shipping"].get("country"):
            kind = "billing"
        address = order.get(kind) if kind in ("shipping", "billing") else None
        if not address or not address.get("country"):
            return self.base
        return Place(address["country"], address.get("state", ""), address.get("postcode", ""), address.get("city", ""))

    def rates(self, place: Place, tax_class: str, *, shipping: bool = False) -> list[Row]:
        """Rates that hold there: of each priority the first that fits."""
        asked = (place, tax_class, shipping)
        if asked not in self._known:
            self._known[asked] = self._rates_of(place, tax_class, shipping)
        return self._known[asked]

    def _rates_of(self, place: Place, tax_class: str, shipping: bool) -> list[Row]:
        found: dict[int, Row] = {}
        for rate in self._rates:
            if rate["class"] != (tax_class or "standard") or not _fits(rate, place):
                continue
            held = found.get(rate["priority"])
            if held is None or _weight(rate) > _weight(held):
                found[rate["priority"]] = rate
        rates = [found[priority] for priority in sorted(found)]
        return [rate for rate in rates if rate["shipping"]] if shipping else rates

    def rounded_line(self, tax: Decimal) -> Decimal:
        """A tax as lines are rounded: not at all when the sum is."""
        return tax if self.at_subtotal else self.rounded_tax(tax)

    def rounded_tax(self, tax: Decimal) -> Decimal:
        """A tax at the shop's decimals; with gross prices a half goes down."""
        return rounded_down(tax, self.decimals) if self.gross else rounded(tax, self.decimals)


def _fits(rate: Row, place: Place) -> bool:
    if rate["country"] and rate["country"] != place.country:
        return False
    if rate["state"] and rate["state"] != place.state:
        return False
    postcodes, cities = rate.get("postcodes") or [], rate.get("cities") or []
    if postcodes and not any(_postcode(str(wanted), place.postcode) for wanted in postcodes):
        return False
    return not cities or place.city.upper() in {str(city).upper() for city in cities}


def _postcode(wanted: str, given: str) -> bool:
    if "..." in wanted:
        low, high = wanted.split("...", 1)
        return low.isdecimal() and high.isdecimal() and given.isdecimal() and int(low) <= int(given) <= int(high)
    if wanted.endswith("*"):
        return given.upper().startswith(wanted[:-1].upper())
    return wanted.upper() == given.upper()


def _weight(rate: Row) -> tuple[int, int, int]:
    return (int(bool(rate["country"])), int(bool(rate["state"])), len(rate.get("postcodes") or []))


def taxes_of(value: Decimal, rates: Sequence[Row], *, included: bool = False) -> dict[int, Decimal]:
    """Tax by rate, at six decimals. `included`: the value holds the taxes."""
    if included:
        return _included(value, rates)
    found: dict[int, Decimal] = {}
    for rate in rates:
        if not rate["compound"]:
            found[rate["id"]] = found.get(rate["id"], ZERO) + value * amount(rate["rate"]) / 100
    before = sum(found.values(), ZERO)
    for rate in rates:
        if rate["compound"]:
            tax = (value + before) * amount(rate["rate"]) / 100
            found[rate["id"]] = tax
            before += tax
    return {number: rounded(tax) for number, tax in found.items()}


def _included(value: Decimal, rates: Sequence[Row]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    rest = value
    for rate in reversed([rate for rate in rates if rate["compound"]]):
        tax = rest - rest / (1 + amount(rate["rate"]) / 100)
        found[rate["id"]] = tax
        rest -= tax
    simple = [rate for rate in rates if not rate["compound"]]
    total = sum((amount(rate["rate"]) for rate in simple), ZERO)
    for rate in simple:
        found[rate["id"]] = rest * amount(rate["rate"]) / (100 + total)
    return {number: rounded(tax) for number, tax in found.items()}


def sum_of(taxes: Mapping[int, Decimal]) -> Decimal:
    """All taxes together."""
    return sum(taxes.values(), ZERO)


def net_price(rules: Rules, product: Row, price: str, quantity: Decimal, tax_class: str) -> Decimal:
    """The net price of a quantity; gross prices lose the taxes of the shop's own place."""
    line = amount(price) * max(quantity, ZERO)
    if not (rules.gross and rules.active) or (product.get("tax_status") or "taxable") != "taxable":
        return line
    return line - sum_of(taxes_of(line, rules.rates(rules.base, tax_class), included=True))
