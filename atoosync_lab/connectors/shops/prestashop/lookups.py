"""Small lists that records point into, each read once a connector: currencies, countries, taxes, brands."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

from atoosync_lab.connectors.shops.prestashop import wire
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
        return {r["id"]: (text_of(r, "name"), parse_decimal(r.get("rate")) or Decimal(0)) for r in found.records}

    @cached_property
    def brands(self) -> dict[str, str]:
        """Manufacturer id -> name."""
        return self._codes("manufacturers", "name")

    @cached_property
    def configuration(self) -> dict[str, str]:
        """The shop's settings that matter here, by name."""
        names = "PS_GIFT_WRAPPING_TAX_RULES_GROUP|PS_CURRENCY_DEFAULT|PS_LANG_DEFAULT|PS_HOME_CATEGORY|PS_TIMEZONE"
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

    def _codes(self, resource: str, field: str) -> dict[str, str]:
        found = self._client.get(resource, [("display", f"[id,{field}]")])
        return {r["id"]: text_of(r, field) for r in found.records}


def text_of(record: wire.Record, field: str) -> str:
    """A field that may have languages: the first language's text."""
    languages = record.languages.get(field)
    if languages:
        return next(iter(languages.values()))
    return record.get(field)
