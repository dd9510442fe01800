"""Small lists that records point into, each read once a connector: currencies, countries, states, taxes, brands."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

from atoosync_lab.connectors.shops.prestashop import facts, wire
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient
from atoosync_lab.model.money import parse_decimal

Tax = tuple[str, Decimal]


class Lookups:
    """Lists by id; read when first asked for."""

    def __init__(self, client: PrestaShopClient) -> None:
        self._client = client

    @cached_property
    def currencies(self) -> dict[str, str]:
        """Id -> ISO code."""
        return self._codes("currencies", "iso_code")

    @cached_property
    def countries(self) -> dict[str, str]:
        """Id -> ISO code."""
        return self._codes("countries", "iso_code")

    @cached_property
    def languages(self) -> dict[str, str]:
        """Id -> ISO code."""
        return self._codes("languages", "iso_code")

    @cached_property
    def taxes(self) -> dict[str, Tax]:
        """Id -> (name, rate), deleted ones too: they keep the rates of old orders."""
        found = self._client.get("taxes", [("display", "[id,rate,name]")])
        return {r["id"]: (self.text(r, "name"), parse_decimal(r.get("rate")) or Decimal(0)) for r in found.records}

    @cached_property
    def states(self) -> dict[str, str]:
        """Id of a state or province -> name."""
        return self._codes("states", "name")

    @cached_property
    def brands(self) -> dict[str, str]:
        """Manufacturer id -> name."""
        return self._codes("manufacturers", "name")

    @cached_property
    def configuration(self) -> dict[str, str]:
        """The shop's settings that matter here, by name."""
        names = "|".join(facts.CONFIGURATIONS)
        found = self._client.get("configurations", [("display", "[id,name,value]"), ("filter[name]", f"[{names}]")])
        return {r.get("name"): r.get("value") for r in found.records}

    @cached_property
    def wrapping_taxes(self) -> dict[str, Tax]:
        """Country id -> tax of gift wrapping; the order itself does not say it."""
        group = self.configuration.get("PS_GIFT_WRAPPING_TAX_RULES_GROUP", "")
        if group in ("", "0"):
            return {}
        query = [("display", "[id,id_country,id_tax]"), ("filter[id_tax_rules_group]", f"[{group}]")]
        rules = self._client.get("tax_rules", query)
        return {
            r.get("id_country"): self.taxes[r.get("id_tax")] for r in rules.records if r.get("id_tax") in self.taxes
        }

    @property
    def main_language(self) -> str:
        """Id of the shop's main language; empty when it does not say."""
        return self.configuration.get("PS_LANG_DEFAULT", "")

    def text(self, record: wire.Record, field: str) -> str:
        """A field that may have languages: the main language's text, else the first one."""
        languages = record.languages.get(field)
        if not languages:
            return record.get(field)
        if len(languages) > 1 and self.main_language in languages:
            return languages[self.main_language]
        return next(iter(languages.values()))

    def _codes(self, resource: str, field: str) -> dict[str, str]:
        found = self._client.get(resource, [("display", f"[id,{field}]")])
        return {r["id"]: self.text(r, field) for r in found.records}
