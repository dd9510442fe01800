"""New products: looked up by SKU, then made under our own number, so that none is made twice (PB-20)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from atoosync_lab.connectors.base import Outcome, ProductWrite, WriteResult
from atoosync_lab.connectors.shops.shopify import answers, facts, inputs, operations, paging
from atoosync_lab.connectors.shops.shopify.batches import Reply, Run, chunks
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient, Warn
from atoosync_lab.connectors.shops.shopify.gids import gid, number
from atoosync_lab.connectors.shops.shopify.lookups import Lookups
from atoosync_lab.connectors.shops.shopify.outcomes import BLOCKED, done, refused
from atoosync_lab.model.errors import AtooSyncError, Facts, InvalidRecordError, OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.keys import product_key


class Creator:
    """Makes products in one shop.

    A SKU is neither unique nor an identifier, and the search for it lags behind. So each product carries the article's
    code in a metafield whose values are unique: `productSet` finds the product by it, or makes it.
    """

    def __init__(self, client: ShopifyClient, lookups: Lookups, warn: Warn) -> None:
        self._client, self._lookups, self._warn = client, lookups, warn
        self._defined = False

    def create(self, writes: Sequence[ProductWrite], run: Run) -> dict[str, WriteResult]:
        """Make those that are not there; those that are there are adopted.

        Raises:
            UnsentError, RateLimitedError, ThrottledError, ConnectionFailedError, OutcomeUnknownError: nothing was
                made.
        """
        results: dict[str, WriteResult] = {}
        wanted = []
        for write in writes:
            if write.kind == "product":
                wanted.append(write)
            else:
                results[write.key] = refused(write.key, Message("shopify.variant_not_created", {"record": write.key}))
        if not wanted:
            return results
        results.update(self._find([w.key for w in wanted]))
        ready: list[tuple[ProductWrite, dict[str, Any]]] = []
        for write in wanted:
            if write.key in results:
                continue
            try:
                ready.append((write, self._input(write)))
            except RefusedError as error:
                results[write.key] = refused(write.key, error)
        replies = run.send(
            operations.create,
            ready,
            lambda n, item: {f"k{n}": _identity(item[0].key), f"i{n}": item[1]},
            facts.CREATE_ALIASES,
        )
        shown: dict[str, str] = {}
        for (write, made), reply in zip(ready, replies, strict=True):
            result = self._result(write.key, reply)
            results[write.key] = result
            if result.outcome is Outcome.DONE and made["status"] == "ACTIVE":
                shown[result.target_id] = write.key
        for identifier, reply in publish(run, self._lookups, list(shown), self._warn).items():
            # The product is there: the next run finishes it.
            left, key = reply.failed(shown[identifier], identifier), shown[identifier]
            told = Message("shopify.not_published", {"id": identifier, "cause": str(left.error)})
            results[key] = dataclasses.replace(left, error=told)
        return results

    def _find(self, keys: Sequence[str]) -> dict[str, WriteResult]:
        """What the shop holds under these codes, for those that are not free to be made."""
        self._define()
        units: dict[str, list[Mapping[str, Any]]] = {}
        wanted = set(keys)
        for part in chunks(keys, facts.SKU_TERMS):
            # A space behind a SKU is part of it for an exact search, and of no meaning for us.
            search = " OR ".join(f"sku:{_quoted(sku)}" for key in part for sku in (key, f"{key} "))
            for nodes in paging.pages(self._client, operations.SKUS, "productVariants", facts.MAX_ARRAY, query=search):
                for node in nodes:
                    # The search ignores case and finds parts of words: what counts is decided here (PB-27).
                    key = product_key(node.get("sku"))
                    if key in wanted:
                        units.setdefault(key, []).append(node)
        found = {}
        for key, nodes in units.items():
            product = nodes[0]["product"]
            if len(nodes) > 1:
                found[key] = refused(key, Message("shopify.reference_twice", {"record": key}))
            elif not product["hasOnlyDefaultVariant"]:
                found[key] = refused(key, Message("shopify.reference_of_variant", {"record": key}))
            else:
                found[key] = done(key, number(str(product["id"])))
        return {**found, **self._made_before([key for key in keys if key not in found])}

    def _made_before(self, keys: Sequence[str]) -> dict[str, WriteResult]:
        """Products under our own number, which no search index delays."""
        found = {}
        for part in chunks(keys, facts.LOOKUP_ALIASES):
            given = {f"k{n}": _identity(key) for n, key in enumerate(part)}
            data = self._client.query(operations.by_key(len(part)), given).data
            for n, key in enumerate(part):
                node = data.get(f"m{n}")
                if node is None:
                    continue
                skus = [product_key(v.get("sku")) for v in node["variants"]["nodes"]]
                identifier = number(str(node["id"]))
                if key in skus:
                    found[key] = done(key, identifier)
                else:
                    told = {"record": key, "id": identifier, "now": ", ".join(skus)}
                    found[key] = refused(key, Message("shopify.reference_changed", told), identifier)
        return found

    def _define(self) -> None:
        """The definition of our metafield, made once a shop; an existing one is what is wanted."""
        if self._defined:
            return
        definition = {
            "namespace": facts.KEY_NAMESPACE,
            "key": facts.KEY_NAME,
            "type": facts.KEY_TYPE,
            "ownerType": "PRODUCT",
            "name": "Atoo-Sync",
        }
        answer = self._client.mutate(operations.DEFINE_KEY, {"definition": definition}, absolute=True)
        payload = answer.data.get("metafieldDefinitionCreate")
        errors = [e for e in answers.user_errors(payload) if e.code not in facts.TAKEN_CODES]
        if payload is None or errors:
            text = errors[0].message if errors else "metafieldDefinitionCreate"
            noted = Facts(system=facts.SYSTEM, operation="DefineKey", remote_code=errors[0].code if errors else "")
            raise OutcomeUnknownError("shopify.key_refused", text=text, facts=noted)
        self._defined = True

    def _result(self, key: str, reply: Reply) -> WriteResult:
        product = (reply.payload or {}).get("product")
        if reply.ok and product:
            return done(key, number(str(product["id"])))
        if reply.failure is None or not isinstance(reply.failure, OutcomeUnknownError):
            return reply.failed(key)
        try:
            found = self._made_before([key]).get(key)
        except AtooSyncError:
            found = None
        return found or reply.failed(key)

    def _input(self, write: ProductWrite) -> dict[str, Any]:
        """Everything of a new product; lists are whole, for `productSet` removes what they leave out."""
        language = self._lookups.language if len({t.partition("@")[2] for t in write.texts}) > 1 else ""
        made = inputs.sheet(write, language)
        made.setdefault("title", write.key)
        made.setdefault("status", "DRAFT")
        if not made.get("handle"):
            made.pop("handle", None)
        if joined := made.pop("collectionsToJoin", None):
            made["collections"] = joined
        unit = inputs.unit(write)
        item = {"sku": write.values.get("reference", write.key), **unit.pop("inventoryItem", {}), "tracked": True}
        option, value = facts.DEFAULT_OPTION
        made["metafields"] = [{**_identity(write.key), "type": facts.KEY_TYPE}]
        made["productOptions"] = [{"name": option, "values": [{"name": value}]}]
        variant = {"optionValues": [{"optionName": option, "name": value}], "inventoryItem": item, **unit}
        made["variants"] = [variant]
        return made


def publish(run: Run, lookups: Lookups, products: Sequence[str], warn: Warn) -> dict[str, Reply]:
    """Show products in the shop's own site; an ACTIVE product that no publication shows is invisible.

    Returns:
        Product id -> reply, for those that could not be shown.
    """
    if not products:
        return {}
    try:
        publication = lookups.publication
    except (*BLOCKED, OutcomeUnknownError) as error:
        return {product: Reply(failure=error) for product in products}
    if not publication:
        warn(InvalidRecordError("shopify.no_publication"))
        return {}
    replies = run.send(
        operations.publish,
        products,
        lambda n, product: {f"i{n}": gid("Product", product)},
        facts.PRICE_ALIASES,
        shared={"to": [{"publicationId": publication}]},
    )
    return {product: reply for product, reply in zip(products, replies, strict=True) if not reply.ok}


def _identity(key: str) -> dict[str, str]:
    return {"namespace": facts.KEY_NAMESPACE, "key": facts.KEY_NAME, "value": key}


def _quoted(text: str) -> str:
    """A term of a search, whatever signs it holds."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
