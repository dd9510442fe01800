"""New products and brands: looked up before they are made, and again when the answer was lost (PB-20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atoosync_lab.connectors.base import Outcome, ProductWrite, WriteResult
from atoosync_lab.connectors.shops.prestashop import facts, wire
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient, split
from atoosync_lab.connectors.shops.prestashop.lookups import Lookups
from atoosync_lab.connectors.shops.prestashop.outcomes import refused
from atoosync_lab.model.errors import AtooSyncError, Facts, OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.keys import product_key

DEFAULT_HOME = "2"
"""Home category of a new shop, where the configuration names none. [C]"""
_FILTER_SIGNS = "[]|"
"""Signs of the filter grammar, which has no way to escape them. [C]"""
_LOOKED_UP = 100
"""References a look-up."""


class Creator:
    """Makes products and brands in one shop, one at a time: parallel creations deadlock (I#12740)."""

    def __init__(self, client: PrestaShopClient, lookups: Lookups) -> None:
        self._client, self._lookups = client, lookups
        self._made_brands: dict[str, str] = {}

    def find(self, keys: Sequence[str]) -> dict[str, WriteResult]:
        """What the shop holds under these references, for those that are not free to be created.

        Case is checked here: the shop's filter ignores it (PB-27). Variants are looked at too: two of a reference could
        not be told apart afterwards (PB-28).

        Raises:
            AtooSyncError: the shop cannot be read.
        """
        found: dict[str, WriteResult] = {}
        usable = []
        for key in keys:
            if any(sign in key for sign in _FILTER_SIGNS):
                found[key] = refused(key, Message("prestashop.reference_characters", {"record": key}))
            else:
                usable.append(key)
        products = self._ids("products", usable)
        variants = self._ids("combinations", usable)
        for key in usable:
            ids = products.get(key, [])
            if len(ids) + len(variants.get(key, [])) > 1:
                found[key] = refused(key, Message("prestashop.reference_twice", {"record": key}))
            elif key in variants:
                found[key] = refused(key, Message("prestashop.reference_of_variant", {"record": key}))
            elif ids:
                found[key] = WriteResult(key=key, outcome=Outcome.DONE, target_id=ids[0])
        return found

    def _ids(self, resource: str, keys: Sequence[str]) -> dict[str, list[str]]:
        wanted = set(keys)
        found: dict[str, list[str]] = {}
        for part in split(keys, _LOOKED_UP, facts.FILTER_BYTES):
            # A single `12,5` would be read as a range; in a list it is a value.
            listed = part if len(part) > 1 else part * 2
            query = [("display", "[id,reference]"), ("filter[reference]", f"[{'|'.join(listed)}]")]
            for record in self._client.get(resource, query).records:
                key = product_key(record.get("reference"))
                if key in wanted:
                    found.setdefault(key, []).append(record["id"])
        return found

    def create(self, write: ProductWrite) -> WriteResult:
        """Create a product whose reference was found free.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was made, the shop cannot be written to.
        """
        try:
            body = wire.build("product", [self._record(write)])
            made = self._client.write("POST", "products", body, absolute=False)
            return WriteResult(key=write.key, outcome=Outcome.DONE, target_id=_made_id(made, "products"))
        except RefusedError as error:
            return refused(write.key, error)
        except OutcomeUnknownError as error:
            return self._after_doubt(write.key, error)

    def _after_doubt(self, key: str, error: OutcomeUnknownError) -> WriteResult:
        """The answer was lost: what the shop holds now decides.

        What is not found stays unknown after a time-out, for the shop may still be at work; an error that the shop
        stated itself came after its work, so then the record was refused.
        """
        try:
            found = self.find([key]).get(key)
        except AtooSyncError:
            return WriteResult(key=key, outcome=Outcome.UNKNOWN, error=error.message)
        if found is not None:
            return found
        if error.facts.remote_code:
            return refused(key, error)
        return WriteResult(key=key, outcome=Outcome.UNKNOWN, error=error.message)

    def _record(self, write: ProductWrite) -> Mapping[str, Any]:
        """Every field a new product needs: the shop gives no defaults to what a POST leaves out."""
        values = write.values
        category = values.get("category_id") or self._lookups.configuration.get("PS_HOME_CATEGORY") or DEFAULT_HOME
        record: dict[str, Any] = {
            "id_category_default": category,
            "id_tax_rules_group": values.get("tax_id", "0"),
            "reference": values.get("reference", write.key),
            "ean13": values.get("barcode", ""),
            "price": values.get("price_excl_tax", "0"),
            "weight": values.get("weight", "0"),
            "state": "1",
            "active": values.get("active", "1"),
            "available_for_order": "1",
            "show_price": "1",
            "minimal_quantity": "1",
            "visibility": "both",
            "condition": "new",
        }
        if self._client.version.product_type:
            record["product_type"] = "standard"
        if values.get("brand"):
            record["id_manufacturer"] = self.brand(values["brand"])
        texts = by_field(write.texts)
        names = texts.setdefault("name", {})
        rewrites = texts.setdefault("link_rewrite", {})
        # A language without a name would show an empty one.
        default = names.get(self._lookups.main_language) or next(iter(names.values()), write.key)
        texts["name"] = names = {**dict.fromkeys(self._lookups.languages, default), **names}
        for language, name in names.items():
            # An omitted URL is a 500 in 1.7.7 on PHP 7.4. [LIVE]
            rewrites[language] = rewrites.get(language) or facts.slug(name) or facts.slug(write.key) or "article"
        record.update(texts)
        record["associations"] = {"categories": ("category", [category])}
        return record

    def brand(self, name: str) -> str:
        """Id of the brand of that name, made when the shop has none; empty name: no brand.

        Names are not unique in the shop, so it is looked up first.

        Raises:
            RefusedError, OutcomeUnknownError: the shop did not take it.
        """
        if not name:
            return "0"
        known = next((i for i, n in self._lookups.brands.items() if n == name), None)
        if known or name in self._made_brands:
            return known or self._made_brands[name]
        body = wire.build("manufacturer", [{"name": name, "active": "1"}])
        try:
            made = _made_id(self._client.write("POST", "manufacturers", body, absolute=False), "manufacturers")
        except OutcomeUnknownError:
            query = [("display", "[id,name]"), ("sort", "[id_DESC]"), ("limit", "20")]
            newest = self._client.get("manufacturers", query).records
            same = next((r["id"] for r in newest if r.get("name") == name), None)
            if same is None:
                raise
            made = same
        self._made_brands[name] = made
        return made


def by_field(texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """`field@language` texts as field -> language -> text."""
    found: dict[str, dict[str, str]] = {}
    for name, text in texts.items():
        field, _, language = name.partition("@")
        found.setdefault(field, {})[language] = text
    return found


def _made_id(document: wire.Document, resource: str) -> str:
    """Id of the record that a POST made.

    Raises:
        OutcomeUnknownError: the answer does not say it.
    """
    made = document.records[0].get("id") if document.records else ""
    if not made:
        noted = Facts(system=facts.SYSTEM, operation=f"POST {resource}", detail="answer without id")
        raise OutcomeUnknownError("prestashop.server_error", status=201, facts=noted)
    return made
