"""Pivot batches to Webservice calls: PATCH batches from 8, whole records before; a bad record stops no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lxml import etree

from atoosync_lab.connectors.base import (
    Outcome,
    PriceWrite,
    ProductWrite,
    StatusWrite,
    StockWrite,
    WriteResult,
)
from atoosync_lab.connectors.shops.prestashop import facts, wire
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient, split
from atoosync_lab.connectors.shops.prestashop.creation import Creator, by_field
from atoosync_lab.connectors.shops.prestashop.outcomes import BLOCKED, holds, in_doubt, refused, unsent
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.money import plain

Fields = Mapping[str, Any]
Item = tuple[str, str, Fields]
"""Key, id in the shop, nodes to set."""
Send = Callable[[str, Sequence[Item]], None]

FIELDS = {
    "reference": "reference",
    "price_excl_tax": "price",
    "tax_id": "id_tax_rules_group",
    "active": "active",
    "barcode": "ean13",
    "category_id": "id_category_default",
    "weight": "weight",
}
"""Pivot field -> node."""
VARIANT_FIELDS = ("reference", "price_excl_tax", "barcode", "weight")
KINDS = (("product", "products", "product"), ("variant", "combinations", "combination"))
"""Kind of a pivot product, resource, node."""


class Writer:
    """Writes the catalogue of one shop.

    A shop that can no longer be written to ends a batch: records already sent keep their results, the others come back
    as not sent. When nothing was sent at all, the cause is raised.
    """

    def __init__(self, client: PrestaShopClient, creator: Creator) -> None:
        self._client, self._creator = client, creator

    # --- Products ------------------------------------------------------------------------------------------------

    def products(self, batch: Sequence[ProductWrite]) -> list[WriteResult]:
        """Creations one by one, updates in batches a resource.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        results: dict[str, WriteResult] = {}
        try:
            self._create([w for w in batch if not w.target_id], results)
            for kind, resource, node in KINDS:
                updates = [w for w in batch if w.target_id and w.kind == kind]
                items = []
                for write in updates:
                    try:
                        items.append((write.key, write.target_id, self._fields(write)))
                    except (RefusedError, OutcomeUnknownError) as error:
                        # The brand could not be made; this sheet waits for the next plan.
                        results[write.key] = refused(write.key, error, write.target_id)
                for result in self._absolute(resource, node, items):
                    results[result.key] = result
        except BLOCKED as error:
            if not results:
                raise
            return [results.get(w.key) or unsent(w.key, error, w.target_id) for w in batch]
        return [results[w.key] for w in batch]

    def _create(self, writes: Sequence[ProductWrite], results: dict[str, WriteResult]) -> None:
        for write in (w for w in writes if w.kind != "product"):
            results[write.key] = refused(write.key, Message("prestashop.variant_not_created", {"record": write.key}))
        wanted = [w for w in writes if w.kind == "product"]
        if wanted:
            results.update(self._creator.find(list(dict.fromkeys(w.key for w in wanted))))
        for write in wanted:
            if write.key not in results:
                results[write.key] = self._creator.create(write)

    def _fields(self, write: ProductWrite) -> Fields:
        """Nodes of an update.

        Raises:
            RefusedError, OutcomeUnknownError: its brand cannot be made.
        """
        allowed = FIELDS if write.kind == "product" else {f: FIELDS[f] for f in VARIANT_FIELDS}
        fields: dict[str, Any] = {allowed[f]: v for f, v in write.values.items() if f in allowed}
        if write.kind == "product":
            if "brand" in write.values:
                fields["id_manufacturer"] = self._creator.brand(write.values["brand"])
            fields.update(by_field(write.texts))
        return fields

    # --- Prices, stocks, statuses --------------------------------------------------------------------------------

    def prices(self, batch: Sequence[PriceWrite]) -> list[WriteResult]:
        """Base prices of products, impacts of variants.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        results: dict[str, WriteResult] = {}
        for kind, resource, node in KINDS:
            items = [(w.key, w.target_id, {"price": plain(w.price)}) for w in batch if w.kind == kind]
            try:
                results.update((r.key, r) for r in self._absolute(resource, node, items))
            except BLOCKED as error:
                if not results:
                    raise
                results.update((key, unsent(key, error, target)) for key, target, _ in items)
        return [results[w.key] for w in batch]

    def stocks(self, batch: Sequence[StockWrite]) -> list[WriteResult]:
        """Quantities. Before 8 the row is read and sent back whole: without its shop it would disappear, without its
        location lose it.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        items = [(w.key, w.target_id, {"quantity": str(w.quantity)}) for w in batch]
        return _ordered(batch, self._absolute("stock_availables", "stock_available", items))

    def status(self, batch: Sequence[StatusWrite]) -> list[WriteResult]:
        """Activate and deactivate.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        items = [(w.key, w.target_id, {"active": "1" if w.active else "0"}) for w in batch]
        return _ordered(batch, self._absolute("products", "product", items))

    def main_image(self, key: str, product: str, image: str) -> WriteResult:
        """Choose the main image of a product.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: it was not sent.
        """
        return self._absolute("products", "product", [(key, product, {"id_default_image": image})])[0]

    # --- Absolute values -----------------------------------------------------------------------------------------

    def _absolute(self, resource: str, node: str, items: Sequence[Item]) -> list[WriteResult]:
        """Set fields by id: PATCH from 8 where the key may; else whole records are read, changed and sent back."""

        def patch(name: str, part: Sequence[Item]) -> None:
            body = wire.build(node, [{"id": target, **fields} for _, target, fields in part])
            self._client.write("PATCH", name, body, absolute=True)

        done = [WriteResult(key=k, outcome=Outcome.DONE, target_id=target) for k, target, fields in items if not fields]
        filled = [item for item in items if item[2]]
        send: Send = patch if self._client.patches(resource) else self._read_change_put
        return done + self._bisected(resource, filled, send)

    def _read_change_put(self, resource: str, part: Sequence[Item]) -> None:
        wanted = {target: fields for _, target, fields in part}
        originals = self._client.elements(resource, [("display", "full"), ("filter[id]", f"[{'|'.join(wanted)}]")])
        found = {_id(element) for element in originals}
        if missing := [target for target in wanted if target not in found]:
            raise RefusedError("prestashop.gone", resource=resource, id=", ".join(missing))

        def change(element: etree._Element) -> None:
            for name, value in wanted[_id(element)].items():
                wire.set_node(element, name, value)

        body = wire.rebuild(originals, facts.READ_ONLY.get(resource, frozenset()), change)
        self._client.write("PUT", resource, body, absolute=True)

    def _bisected(self, resource: str, items: Sequence[Item], send: Send) -> list[WriteResult]:
        """Send a batch; when the shop refuses it, halve it until the bad record stands alone.

        Values are absolute, so records that were stored before the refusal may be sent again.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        results: list[WriteResult] = []
        waiting = [list(items)] if items else []
        tried = False
        while waiting:
            part = waiting.pop()
            try:
                send(resource, part)
            except BLOCKED as error:
                if not tried:
                    raise
                left = [item for items in (part, *reversed(waiting)) for item in items]
                return results + [unsent(key, error, target) for key, target, _ in left]
            except RefusedError as error:
                if len(part) == 1:
                    results.append(refused(part[0][0], error, part[0][1]))
                else:
                    waiting += _halves(part)
            except OutcomeUnknownError as error:
                settled, again = self._after_doubt(resource, part, error)
                results += settled
                waiting += again
            else:
                results += [WriteResult(key=key, outcome=Outcome.DONE, target_id=target) for key, target, _ in part]
            tried = True
        return results

    def _after_doubt(
        self, resource: str, part: Sequence[Item], error: OutcomeUnknownError
    ) -> tuple[list[WriteResult], list[list[Item]]]:
        """The answer was lost: one look at the shop tells what it took.

        Returns:
            Results, and parts to send again: a 500 that the shop itself answered is mostly one record's fault.
        """
        try:
            held = self._held(resource, part)
        except AtooSyncError:
            return [in_doubt(key, target) for key, target, _ in part], []
        done = [WriteResult(key=k, outcome=Outcome.DONE, target_id=target) for k, target, _ in part if target in held]
        left = [item for item in part if item[1] not in held]
        if not left or error.facts.status != 500:
            return done + [in_doubt(key, target) for key, target, _ in left], []
        if len(left) > 1:
            return done, _halves(left)
        return [*done, refused(left[0][0], error, left[0][1])], []

    def _held(self, resource: str, part: Sequence[Item]) -> set[str]:
        """Ids of the records that hold the values sent."""
        wanted = {target: fields for _, target, fields in part}
        names = dict.fromkeys(name for fields in wanted.values() for name in fields)
        held = set()
        for ids in split(list(wanted), len(wanted), facts.FILTER_BYTES):
            query = [("display", f"[{','.join(('id', *names))}]"), ("filter[id]", f"[{'|'.join(ids)}]")]
            records = self._client.get(resource, query).records
            held |= {r["id"] for r in records if holds(r, wanted.get(r["id"], {}))}
        return held


def _halves(part: Sequence[Item]) -> list[list[Item]]:
    """Two halves in the order of a stack: the first one is taken first."""
    middle = len(part) // 2
    return [list(part[middle:]), list(part[:middle])]


def _id(element: etree._Element) -> str:
    return (element.findtext("id") or element.get("id") or "").strip()


def _ordered(batch: Sequence[StockWrite | StatusWrite], results: Sequence[WriteResult]) -> list[WriteResult]:
    by_key = {r.key: r for r in results}
    return [by_key[w.key] for w in batch]
