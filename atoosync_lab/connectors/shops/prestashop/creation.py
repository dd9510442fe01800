"""New products and brands: looked up before they are made, and again when the answer was lost (PB-20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atoosync_lab.connectors.base import Outcome, ProductWrite, WriteResult
from atoosync_lab.connectors.shops.prestashop import facts, wire
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient
from atoosync_lab.connectors.shops.prestashop.lookups import Lookups, text_of
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.keys import product_key

DEFAULT_HOME = "2"
"""Home category of a new shop, where the configuration names none. [C]"""


class Creator:
    """Makes products and brands in one shop, one at a time: parallel creations deadlock (I#12740)."""

    def __init__(self, client: PrestaShopClient, lookups: Lookups) -> None:
        self._client, self._lookups = client, lookups
        self._made_brands: dict[str, str] = {}

    def create(self, write: ProductWrite) -> WriteResult:
        """Create a product unless the shop has its reference already: then that one is taken.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was made, the shop cannot be written to.
        """
        try:
            found = self._find(write.key)
        except RefusedError as error:
            return WriteResult(key=write.key, outcome=Outcome.REFUSED, error=error.message)
        if found is not None:
            return found
        try:
            body = wire.build("product", [self._record(write)])
            document = self._client.write("POST", "products", body, absolute=False)
        except RefusedError as error:
            message = Message(
                "prestashop.record_refused", {"record": write.key, "text": error.message.params.get("text", "")}
            )
            return WriteResult(
                key=write.key, outcome=Outcome.REFUSED, error=message, remote_code=error.facts.remote_code
            )
        except OutcomeUnknownError as error:
            return self._after_doubt(write.key, error)
        return WriteResult(key=write.key, outcome=Outcome.DONE, target_id=document.records[0]["id"])

    def _find(self, key: str) -> WriteResult | None:
        """The product with this reference, case checked here: the shop's filter ignores it.

        Variants are looked at too.

        Raises:
            RefusedError: the reference cannot be looked up.
        """
        if any(c in key for c in "[]|"):
            raise RefusedError("prestashop.reference_characters", record=key)
        for resource in ("products", "combinations"):
            query = [("display", "[id,reference]"), ("filter[reference]", f"[{key}]")]
            same = [r for r in self._client.get(resource, query).records if product_key(r.get("reference")) == key]
            if len(same) > 1:
                message = Message("prestashop.reference_twice", {"record": key})
                return WriteResult(key=key, outcome=Outcome.REFUSED, error=message)
            if same:
                return WriteResult(key=key, outcome=Outcome.DONE, target_id=same[0]["id"])
        return None

    def _after_doubt(self, key: str, error: OutcomeUnknownError) -> WriteResult:
        """The answer was lost: what the shop holds now decides."""
        try:
            found = self._find(key)
        except AtooSyncError:
            found = None
        return found or WriteResult(key=key, outcome=Outcome.UNKNOWN, error=error.message)

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
        texts: dict[str, dict[str, str]] = {}
        for name, text in write.texts.items():
            field, _, language = name.partition("@")
            texts.setdefault(field, {})[language] = text
        rewrites = texts.setdefault("link_rewrite", {})
        for language, name in texts.get("name", {}).items():
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
            document = self._client.write("POST", "manufacturers", body, absolute=False)
        except OutcomeUnknownError:
            found = self._client.get(
                "manufacturers", [("display", "[id,name]"), ("sort", "[id_DESC]"), ("limit", "20")]
            )
            same = next((r["id"] for r in found.records if text_of(r, "name") == name), None)
            if same is None:
                raise
            self._made_brands[name] = same
            return same
        self._made_brands[name] = document.records[0]["id"]
        return self._made_brands[name]
