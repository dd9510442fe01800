"""Shop taxes become ERP VAT ids (ORD-04): the key is name and rate; an unmapped pair takes the default or holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from atoosync_lab.model.money import HUNDRED, ZERO, parse_decimal, plain
from atoosync_lab.model.sales import OrderLine
from atoosync_lab.orders.reasons import PAGE_SHOP, PAGE_TAXES, Findings
from atoosync_lab.settings.orders import MapSettings, tax_map_key

_ROUNDING = Decimal("0.01")
"""A stated tax may differ from base x rate by the rounding of both amounts."""


@dataclass(frozen=True, slots=True)
class Vat:
    """An ERP VAT id with its rate."""

    id: str
    rate: Decimal
    """Percent."""


class TaxBook:
    """Resolves the taxes of one order; each pair of name and rate is looked up once.

    Args:
        maps: the maps of the profile.
        vat: ERP VAT id -> rate.
        lines: lines of the order: amounts whose rate is not stated take one of these rates first.
        findings: where missing maps are noted.
    """

    def __init__(self, maps: MapSettings, vat: Mapping[str, Decimal], lines: Sequence[OrderLine], findings: Findings):
        self._maps = maps
        self._vat = vat
        self._findings = findings
        self._cache: dict[tuple[str, Decimal], Vat | None] = {}
        self.rates_differ = False
        """A shop tax is related to an ERP VAT of another rate."""
        stated = {(line.tax_name, line.tax_rate) for line in lines if line.tax_rate is not None}
        self._named = sorted(stated, key=lambda pair: (pair[1] or ZERO, pair[0]))
        self._rates = tuple(dict.fromkeys(r for _, r in self._named if r is not None))

    def of_line(self, line: OrderLine) -> Vat | None:
        """VAT of an order line, or None when the order is held for it.

        A line that states no rate: no tax when its prices are equal; else the known rate that fits its prices, never
        when ecotax is in them (it carries a rate of its own).
        """
        rate = line.tax_rate
        if rate is None:
            if line.unit_price_excl_tax == line.unit_price_incl_tax:
                if not line.unit_price_excl_tax and self._rates:
                    # A free line without a stated tax: any VAT of the order gives 0.00 and adds no rate to it.
                    return self.of("", self._rates[-1])
                rate = ZERO
            else:
                found = None if line.ecotax else self.fitting(line.total_excl_tax, line.total_incl_tax)
                if found is None:
                    self._findings.hold(
                        "orders.tax_rate_unknown", PAGE_SHOP, "tax", line.tax_name or line.reference or line.label
                    )
                    return None
                rate = found
        return self.of(line.tax_name, rate)

    def of(self, name: str, rate: Decimal) -> Vat | None:
        """VAT of a shop tax by name and rate, or None when the order is held for it."""
        key = (name, rate)
        if key not in self._cache:
            self._cache[key] = self._resolve(name, rate)
        return self._cache[key]

    def charge_rate(self, rate: Decimal | None, excl: Decimal, incl: Decimal) -> Decimal | None:
        """Rate of shipping, wrapping or another charge: the stated one unless the amounts contradict it, else the one
        that fits them; None: no single rate fits.
        """
        return rate if rate is not None and fits(excl, incl, rate) else self.fitting(excl, incl)

    def fitting(self, excl: Decimal, incl: Decimal) -> Decimal | None:
        """The known rate that fits an amount with and without tax: of this order first, then of the map and the ERP."""
        if excl == incl:
            return ZERO
        known = (rate for rate, _ in self._map_rates())
        for rates in (self._rates, tuple(dict.fromkeys((*known, *self._vat.values())))):
            near = [r for r in rates if r and fits(excl, incl, r)]
            if near:
                return min(near, key=lambda r: (abs(excl * r / HUNDRED - (incl - excl)), r))
        return None

    def _map_rates(self) -> list[tuple[Decimal, str]]:
        """(rate, ERP VAT id) of each row of the map."""
        pairs = ((parse_decimal(key.rpartition("|")[2]), vat_id) for key, vat_id in self._maps.taxes.items())
        return [(rate, vat_id) for rate, vat_id in pairs if rate is not None]

    def _resolve(self, name: str, rate: Decimal) -> Vat | None:
        vat_id = self._mapped(name, rate)
        if not vat_id:
            code = "orders.tax_unmapped" if name else ("orders.tax_unnamed" if rate else "orders.zero_tax_unmapped")
            self._findings.hold(code, PAGE_TAXES, "tax", tax_map_key(name, rate), name=name, rate=plain(rate))
            return None
        erp_rate = self._vat.get(vat_id)
        if erp_rate is None:
            self._findings.hold("orders.vat_gone", PAGE_TAXES, "tax", vat_id, name=name, rate=plain(rate))
            return None
        if erp_rate != rate:
            self.rates_differ = True
            self._findings.warn(
                "orders.vat_rate_differs",
                tax_map_key(name, rate),
                name=name,
                rate=plain(rate),
                erp_rate=plain(erp_rate),
            )
        return Vat(vat_id, erp_rate)

    def _mapped(self, name: str, rate: Decimal) -> str:
        maps = self._maps
        found = maps.taxes.get(tax_map_key(name, rate), "")
        if found:
            return found
        if not rate:
            if maps.zero_tax:
                return maps.zero_tax
            # The default of taxed sales must not put VAT on what the shop sold without.
            return maps.default_tax if self._vat.get(maps.default_tax) == 0 else ""
        if not name:
            # Shipping and wrapping state a rate, no name: the tax of the goods at that rate, else the only one mapped.
            for line_name, line_rate in self._named:
                if line_name and line_rate == rate and (vat := self.of(line_name, rate)) is not None:
                    return vat.id
            same = {vat_id for r, vat_id in self._map_rates() if r == rate} - {""}
            if len(same) == 1:
                return same.pop()
        return maps.default_tax


def fits(excl: Decimal, incl: Decimal, rate: Decimal) -> bool:
    """The two amounts belong to the rate, within the rounding of both."""
    # Both amounts may be rounded: half a cent on incl., and half a cent with its tax on excl.
    return abs(excl * (1 + rate / HUNDRED) - incl) <= _ROUNDING + _ROUNDING * rate / HUNDRED
