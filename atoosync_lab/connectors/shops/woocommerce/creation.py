"""New products and brands: looked up before they are made, in the trash too, and again after a lost answer (PB-20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atoosync_lab.connectors.base import ProductWrite, WriteResult
from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.batches import Batcher
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.shops.woocommerce.lookups import Lookups
from atoosync_lab.connectors.shops.woocommerce.outcomes import done, in_doubt, refused, told
from atoosync_lab.connectors.shops.woocommerce.values import Values, new_product
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.keys import product_key

_KIND = "create"
_LOOK_UP_FIELDS = "id,sku,parent_id,type"


class Creator:
    """Makes products and brands in one shop, a batch after the other: two writers of one SKU would double it (I#27295).

    Args:
        client: the API.
        lookups: the shop's lists.
        batcher: knows how many records a batch may hold.
        values: makes fields.
    """

    def __init__(self, client: WooClient, lookups: Lookups, batcher: Batcher, values: Values) -> None:
        self._client, self._lookups, self._batcher, self._values = client, lookups, batcher, values
        self._made_brands: dict[str, str] = {}

    def find(self, keys: Sequence[str], *, trash: bool = True) -> dict[str, WriteResult]:
        """What the shop holds under these references, for those that are not free to be created.

        The shop's own look-up ignores case, and so does its rule that SKUs are unique: a reference that differs by case
        alone cannot be created there (PB-27). A variation's SKU is found too (PB-28). What lies in the trash still
        blocks its SKU.

        Raises:
            AtooSyncError: the shop cannot be read.
        """
        found: dict[str, WriteResult] = {}
        usable = []
        for key in keys:
            if any(sign in key for sign in facts.REFERENCE_SIGNS):
                found[key] = refused(key, Message("woocommerce.reference_characters", {"record": key}))
            else:
                usable.append(key)
        held = self._held(usable)
        for key in usable:
            if (result := _found(key, held.get(key.casefold(), []))) is not None:
                found[key] = result
        left = [key for key in usable if key not in found]
        if trash and left:
            trashed = self._held(left, [("status", "trash")])
            for key in left:
                if rows := trashed.get(key.casefold()):
                    params = {"record": key, "id": wire.identifier(rows[0])}
                    found[key] = refused(key, Message("woocommerce.reference_in_trash", params))
        return found

    def _held(self, keys: Sequence[str], more: Sequence[tuple[str, str]] = ()) -> dict[str, list[Json]]:
        """Products and variations by reference, case put aside."""
        found: dict[str, list[Json]] = {}
        for part in wire.split(keys, facts.LOOKED_UP, facts.FILTER_BYTES):
            page = 1
            while True:
                query = [
                    ("sku", ",".join(part)), ("_fields", _LOOK_UP_FIELDS), ("orderby", "id"), ("order", "asc"),
                    ("per_page", str(facts.PAGE_MAX)), ("page", str(page)), *more,
                ]  # fmt: skip
                rows = self._client.get("products", query).records
                for row in rows:
                    found.setdefault(product_key(wire.text(row, "sku")).casefold(), []).append(row)
                if len(rows) < facts.PAGE_MAX:
                    break
                page += 1
        return found

    def create(self, writes: Sequence[ProductWrite], results: dict[str, WriteResult]) -> None:
        """Create products whose references were found free; each result goes into `results` as soon as it is known.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing more can be sent.
        """
        size = self._batcher.size_of(_KIND)
        waiting: list[tuple[ProductWrite, dict[str, Any]]] = []
        for write in writes:
            try:
                waiting.append((write, new_product(write, self._fields(write))))
            except (RefusedError, OutcomeUnknownError) as error:
                results[write.key] = refused(write.key, error)
        while waiting:
            part, waiting = waiting[: size.size], waiting[size.size :]
            started = size.clock()
            try:
                answer = self._client.batch("products", {"create": [fields for _, fields in part]}, absolute=False)
            except RefusedError as error:
                if error.facts.status == facts.TOO_LARGE and len(part) > 1:
                    size.too_long(len(part))
                    waiting = [*part, *waiting]
                    continue
                results.update((w.key, refused(w.key, error)) for w, _ in part)
            except OutcomeUnknownError as error:
                if error.code == "http.timeout":
                    size.too_long(len(part))
                self._after_doubt([w.key for w, _ in part], results)
            else:
                size.took(len(part), size.clock() - started)
                self._judge([w for w, _ in part], wire.rows(answer, "create"), results)

    def _fields(self, write: ProductWrite) -> dict[str, Any]:
        fields = self._values.fields(write)
        if brand := write.values.get("brand"):
            fields.update(self.brands_of(brand))
        return fields

    def _judge(self, part: Sequence[ProductWrite], rows: Sequence[Json], results: dict[str, WriteResult]) -> None:
        doubtful = []
        for place, write in enumerate(part):
            row = rows[place] if place < len(rows) else {}
            error, made = wire.nested(row, "error"), wire.identifier(row)
            if error:
                results[write.key] = told(write.key, "", error)
            elif made:
                results[write.key] = done(write.key, made)
            else:
                doubtful.append(write.key)
        if doubtful:
            self._after_doubt(doubtful, results)

    def _after_doubt(self, keys: Sequence[str], results: dict[str, WriteResult]) -> None:
        """The answer was lost: what the shop holds now decides; what is not seen stays unknown: it may be at work."""
        try:
            found = self.find(keys, trash=False)
        except AtooSyncError:
            found = {}
        results.update((key, found.get(key) or in_doubt(key)) for key in keys)

    # --- Brands --------------------------------------------------------------------------------------------------

    def brands_of(self, name: str) -> Mapping[str, Any]:
        """The field that gives a product the brand of that name, made when the shop has none; empty name: no brand.

        Before 9.4 the core has no brands: the value is left out.

        Raises:
            RefusedError, OutcomeUnknownError: the shop did not take it.
        """
        if not self._client.version.brands:
            self._values.lacking.add("brand")
            return {}
        return {"brands": [{"id": int(self._brand(name))}] if name else []}

    def _brand(self, name: str) -> str:
        known = next((i for i, n in self._lookups.brands.items() if n == name), None)
        if known or name in self._made_brands:
            return known or self._made_brands[name]
        try:
            made = wire.identifier(self._client.create("products/brands", {"name": name}))
        except RefusedError as error:
            if error.facts.remote_code != facts.TERM_EXISTS:
                raise
            made = self._brand_anew(name)
        except OutcomeUnknownError:
            made = self._brand_anew(name)
            if not made:
                raise
        if not made:
            raise RefusedError("woocommerce.brand_refused", brand=name)
        self._made_brands[name] = made
        return made

    def _brand_anew(self, name: str) -> str:
        """Id of a brand that was not in the list before; case is put aside, as the shop does."""
        query = [("search", name), ("_fields", "id,name"), ("per_page", str(facts.PAGE_MAX))]
        rows = self._client.get("products/brands", query).records
        same = [r for r in rows if wire.plain_text(r, "name").casefold() == name.casefold()]
        return wire.identifier(same[0]) if same else ""


def _found(key: str, rows: Sequence[Json]) -> WriteResult | None:
    """What stands in the way of a creation, or the product that is there already; None: the reference is free."""
    exact = [r for r in rows if product_key(wire.text(r, "sku")) == key]
    variants = [r for r in exact if wire.identifier(r, "parent_id")]
    if len(exact) > 1 and len(variants) < len(exact) - 1:
        return refused(key, Message("woocommerce.reference_twice", {"record": key}))
    products = [r for r in exact if r not in variants]
    if products:
        return done(key, wire.identifier(products[0]))
    if variants:
        return refused(key, Message("woocommerce.reference_of_variation", {"record": key}))
    if rows:
        other = wire.text(rows[0], "sku")
        return refused(key, Message("woocommerce.reference_case", {"record": key, "other": other}))
    return None
