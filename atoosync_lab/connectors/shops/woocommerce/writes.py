"""Pivot batches to calls: products together, variations by product; a bad record stops no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atoosync_lab.connectors.base import PriceWrite, ProductWrite, StatusWrite, StockWrite, WriteResult
from atoosync_lab.connectors.shops.woocommerce import facts
from atoosync_lab.connectors.shops.woocommerce.batches import Batcher, Item
from atoosync_lab.connectors.shops.woocommerce.creation import Creator
from atoosync_lab.connectors.shops.woocommerce.outcomes import BLOCKED, refused, unsent
from atoosync_lab.connectors.shops.woocommerce.values import Values, checked_number
from atoosync_lab.model.errors import OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.money import plain

Placed = tuple[str, Item]
"""Id of the product whose variation it is, empty for a product; the change."""


class Writer:
    """Writes the catalogue of one shop.

    A shop that can no longer be written to ends a batch: records already sent keep their results, the others come back
    as not sent. When nothing was sent at all, the cause is raised.
    """

    def __init__(self, batcher: Batcher, creator: Creator, values: Values) -> None:
        self._batcher, self._creator, self._values = batcher, creator, values

    def products(self, batch: Sequence[ProductWrite]) -> list[WriteResult]:
        """Creations after a look-up, then updates.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        results: dict[str, WriteResult] = {}
        try:
            self._create([w for w in batch if not w.target_id], results)
            placed: list[Placed] = []
            for write in (w for w in batch if w.target_id):
                try:
                    placed.append((_parent(write), Item(write.key, write.target_id, self._fields(write))))
                except (RefusedError, OutcomeUnknownError) as error:
                    # A value the shop would not take, or a brand that could not be made.
                    results[write.key] = refused(write.key, error, write.target_id)
            self._change("product_update", placed, results)
        except BLOCKED as error:
            if not results:
                raise
            return [results.get(w.key) or unsent(w.key, error, w.target_id) for w in batch]
        return [results[w.key] for w in batch]

    def _create(self, writes: Sequence[ProductWrite], results: dict[str, WriteResult]) -> None:
        for write in (w for w in writes if w.kind != "product"):
            results[write.key] = refused(write.key, Message("woocommerce.variation_not_created", {"record": write.key}))
        wanted = [w for w in writes if w.kind == "product"]
        if wanted:
            results.update(self._creator.find(list(dict.fromkeys(w.key for w in wanted))))
            self._creator.create([w for w in wanted if w.key not in results], results)

    def _fields(self, write: ProductWrite) -> Mapping[str, Any]:
        fields = self._values.fields(write)
        if write.kind == "product" and "brand" in write.values:
            fields.update(self._creator.brands_of(write.values["brand"]))
        return fields

    def prices(self, batch: Sequence[PriceWrite]) -> list[WriteResult]:
        """Base prices; a sale price stays as it is.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        results: dict[str, WriteResult] = {}
        placed: list[Placed] = []
        for write in batch:
            try:
                price = checked_number(write.key, "regular_price", plain(write.price))
            except RefusedError as error:
                results[write.key] = refused(write.key, error, write.target_id)
            else:
                placed.append((_parent(write), Item(write.key, write.target_id, {"regular_price": price})))
        return self._written("price", batch, placed, results)

    def stocks(self, batch: Sequence[StockWrite]) -> list[WriteResult]:
        """Quantities; the shop counts the record from then on.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        placed = []
        for write in batch:
            variant = write.row.get("variant_id", "")
            parent = write.row.get("product_id", "") if variant else ""
            fields = {"manage_stock": True, "stock_quantity": write.quantity}
            placed.append((parent, Item(write.key, write.target_id, fields)))
        return self._written("stock", batch, placed, {})

    def status(self, batch: Sequence[StatusWrite]) -> list[WriteResult]:
        """Publish, or make a draft.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        placed = [
            ("", Item(w.key, w.target_id, {"status": facts.PUBLISHED if w.active else facts.HIDDEN})) for w in batch
        ]
        return self._written("status", batch, placed, {})

    def _written(
        self,
        kind: str,
        batch: Sequence[PriceWrite | StockWrite | StatusWrite],
        placed: Sequence[Placed],
        results: dict[str, WriteResult],
    ) -> list[WriteResult]:
        """Results in the order asked.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        try:
            self._change(kind, placed, results)
        except BLOCKED as error:
            if not results:
                raise
            results.update((i.key, unsent(i.key, error, i.target)) for _, i in placed if i.key not in results)
        return [results[w.key] for w in batch]

    def _change(self, kind: str, placed: Sequence[Placed], results: dict[str, WriteResult]) -> None:
        """Change products, then variations; each one's result goes into `results`."""
        products = [item for parent, item in placed if not parent]
        groups: dict[str, list[Item]] = {}
        for parent, item in placed:
            if parent:
                groups.setdefault(f"products/{parent}/variations", []).append(item)
        if products:
            results.update((r.key, r) for r in self._batcher.send(kind, "products", products))
        if groups:
            results.update((r.key, r) for r in self._batcher.send_groups(f"{kind}_variation", groups))


def _parent(write: ProductWrite | PriceWrite) -> str:
    return write.parent_id if write.kind == "variant" else ""
