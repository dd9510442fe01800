"""Pivot batches to Webservice calls: PATCH batches from 8, whole records before; a bad record never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lxml import etree

from atoosync_lab.connectors.base import (
    OrderStatusWrite,
    Outcome,
    PriceWrite,
    ProductWrite,
    StatusWrite,
    StockWrite,
    WriteResult,
)
from atoosync_lab.connectors.shops.prestashop import facts, wire
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient
from atoosync_lab.connectors.shops.prestashop.creation import Creator
from atoosync_lab.connectors.shops.prestashop.lookups import Lookups
from atoosync_lab.model.errors import (
    AtooSyncError,
    ConnectionFailedError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    UnsentError,
)
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.money import plain

Record = Mapping[str, Any]

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


class Writer:
    """Writes to one shop."""

    def __init__(self, client: PrestaShopClient, lookups: Lookups, creator: Creator) -> None:
        self._client, self._lookups, self._creator = client, lookups, creator

    # --- Products ------------------------------------------------------------------------------------------------

    def products(self, batch: Sequence[ProductWrite]) -> list[WriteResult]:
        """Creations one by one, updates in batches a resource."""
        results: dict[str, WriteResult] = {}
        for write in batch:
            if not write.target_id:
                results[write.key] = self._creator.create(write)
        for kind, resource, node in (("product", "products", "product"), ("variant", "combinations", "combination")):
            updates = [w for w in batch if w.target_id and w.kind == kind]
            records = []
            for write in updates:
                record = self._record(write)
                if isinstance(record, Message):
                    results[write.key] = WriteResult(key=write.key, outcome=Outcome.REFUSED, error=record)
                else:
                    records.append((write.key, write.target_id, record))
            for result in self._absolute(resource, node, records):
                results[result.key] = result
        return [results[w.key] for w in batch]

    def _record(self, write: ProductWrite) -> Record | Message:
        """Nodes of an update; a brand that cannot be made is a refusal of that record."""
        allowed = FIELDS if write.kind == "product" else {f: FIELDS[f] for f in VARIANT_FIELDS}
        record: dict[str, Any] = {allowed[f]: v for f, v in write.values.items() if f in allowed}
        if "brand" in write.values and write.kind == "product":
            try:
                record["id_manufacturer"] = self._creator.brand(write.values["brand"])
            except AtooSyncError as error:
                return error.message
        if write.kind == "product":
            record.update(by_field(write.texts))
        return record

    def prices(self, batch: Sequence[PriceWrite]) -> list[WriteResult]:
        """Base prices of products, impacts of variants."""
        results = []
        for kind, resource, node in (("product", "products", "product"), ("variant", "combinations", "combination")):
            records = [(w.key, w.target_id, {"price": plain(w.price_excl_tax)}) for w in batch if w.kind == kind]
            results += self._absolute(resource, node, records)
        return _ordered(batch, results)

    def stocks(self, batch: Sequence[StockWrite]) -> list[WriteResult]:
        """Quantities; the row's shop and group are sent as read, for a row without them disappears."""
        records: list[tuple[str, str, Record]] = []
        for write in batch:
            row = write.row
            record = {
                "id_product": row.get("product_id", ""),
                "id_product_attribute": row.get("variant_id", "") or "0",
                "id_shop": row.get("warehouse_id", ""),
                "id_shop_group": row.get("warehouse_group", ""),
                "quantity": str(write.quantity),
                "depends_on_stock": row.get("depends", "0"),
                "out_of_stock": row.get("out_of_stock", "2"),
            }
            if self._client.version.patch:
                record = {"quantity": str(write.quantity)}
            records.append((write.key, write.target_id, record))
        if self._client.version.patch:
            return _ordered(batch, self._absolute("stock_availables", "stock_available", records))
        return _ordered(batch, self._bisected("stock_availables", records, self._whole_stock))

    def _whole_stock(self, resource: str, part: Sequence[tuple[str, str, Record]]) -> None:
        """Before 8: every field of a stock row is known, so it is sent whole without reading it again."""
        body = wire.build("stock_available", [{"id": target, **record} for _, target, record in part])
        self._client.write("PUT", resource, body, absolute=True)

    def status(self, batch: Sequence[StatusWrite]) -> list[WriteResult]:
        """Activate and deactivate."""
        records: list[tuple[str, str, Record]] = [
            (w.key, w.target_id, {"active": "1" if w.active else "0"}) for w in batch
        ]
        return _ordered(batch, self._absolute("products", "product", records))

    # --- Absolute values -----------------------------------------------------------------------------------------

    def _absolute(self, resource: str, node: str, records: Sequence[tuple[str, str, Record]]) -> list[WriteResult]:
        """Set fields of records by id: PATCH from 8, else the records are read, changed and sent back whole."""

        def patch(name: str, part: Sequence[tuple[str, str, Record]]) -> None:
            body = wire.build(node, [{"id": target, **record} for _, target, record in part])
            self._client.write("PATCH", name, body, absolute=True)

        empty = [r for r in records if not r[2]]
        done = [WriteResult(key=key, outcome=Outcome.DONE, target_id=target) for key, target, _ in empty]
        filled = [r for r in records if r[2]]
        return done + self._bisected(resource, filled, patch if self._client.version.patch else self._read_change_put)

    def _read_change_put(self, resource: str, part: Sequence[tuple[str, str, Record]]) -> None:
        wanted = {target: record for _, target, record in part}
        query = [("display", "full"), ("filter[id]", f"[{'|'.join(wanted)}]")]
        originals = self._client.elements(resource, query)
        found = {(e.findtext("id") or e.get("id") or "").strip() for e in originals}
        if missing := [target for target in wanted if target not in found]:
            raise RefusedError("prestashop.gone", resource=resource, id=", ".join(missing))

        def change(element: etree._Element) -> None:
            for name, value in wanted[(element.findtext("id") or "").strip()].items():
                set_node(element, name, value)

        body = wire.rebuild(originals, facts.READ_ONLY.get(resource, frozenset()), change)
        self._client.write("PUT", resource, body, absolute=True)

    def _bisected(
        self,
        resource: str,
        records: Sequence[tuple[str, str, Record]],
        send: Callable[[str, Sequence[tuple[str, str, Record]]], None],
    ) -> list[WriteResult]:
        """Send a batch; when the shop refuses it, halve it until the bad record stands alone.

        Values are absolute, so records that were stored before the refusal may be sent again.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: the shop cannot be written to at all.
        """
        if not records:
            return []
        try:
            send(resource, records)
        except (UnsentError, RateLimitedError, ConnectionFailedError):
            raise
        except (RefusedError, OutcomeUnknownError) as error:
            if len(records) > 1:
                middle = len(records) // 2
                first = self._bisected(resource, records[:middle], send)
                return first + self._bisected(resource, records[middle:], send)
            key, target, _ = records[0]
            outcome = Outcome.REFUSED if isinstance(error, RefusedError) else Outcome.UNKNOWN
            return [
                WriteResult(
                    key=key,
                    outcome=outcome,
                    target_id=target,
                    error=Message(
                        "prestashop.record_refused",
                        {"record": key, "text": error.message.params.get("text", str(error))},
                    ),
                    remote_code=error.facts.remote_code,
                )
            ]
        return [WriteResult(key=key, outcome=Outcome.DONE, target_id=target) for key, target, _ in records]

    # --- Orders --------------------------------------------------------------------------------------------------

    def order_status(self, batch: Sequence[OrderStatusWrite]) -> list[WriteResult]:
        """Look at all orders in one call, then add one history row an order that is to be moved.

        Never a PUT of an order: it resets what it does not carry, and below 8 mails the buyer again.
        """
        query = [
            ("display", "[id,current_state]"),
            ("filter[id]", f"[{'|'.join(dict.fromkeys(w.order_id for w in batch))}]"),
        ]
        states = {r["id"]: r.get("current_state") for r in self._client.get("orders", query).records}
        return [self._move(write, states.get(write.order_id)) for write in batch]

    def _move(self, write: OrderStatusWrite, state: str | None) -> WriteResult:
        if state is None:
            error = Message("prestashop.gone", {"resource": "orders", "id": write.order_id})
            return WriteResult(key=write.key, outcome=Outcome.REFUSED, error=error)
        if state == write.status_id:
            return WriteResult(key=write.key, outcome=Outcome.DONE, target_id=write.order_id)
        if write.only_from and state not in write.only_from:
            error = Message("prestashop.status_moved_on", {"order": write.order_id, "status": state})
            return WriteResult(key=write.key, outcome=Outcome.REFUSED, error=error)
        body = wire.build("order_history", [{"id_order": write.order_id, "id_order_state": write.status_id}])
        try:
            self._client.write("POST", "order_histories", body, absolute=False)
        except RefusedError as error:
            return WriteResult(
                key=write.key, outcome=Outcome.REFUSED, error=error.message, remote_code=error.facts.remote_code
            )
        except OutcomeUnknownError as error:
            return WriteResult(key=write.key, outcome=Outcome.UNKNOWN, error=error.message)
        return WriteResult(key=write.key, outcome=Outcome.DONE, target_id=write.order_id)


def by_field(texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """`field@language` texts as field -> language -> text."""
    found: dict[str, dict[str, str]] = {}
    for name, text in texts.items():
        field, _, language = name.partition("@")
        found.setdefault(field, {})[language] = text
    return found


def set_node(element: etree._Element, name: str, value: Any) -> None:
    """Set a plain field or the languages of a text, keeping languages that are not given."""
    node = element.find(name)
    if node is None:
        node = etree.SubElement(element, name)
    if not isinstance(value, Mapping):
        for child in list(node):
            node.remove(child)
        node.text = str(value)
        return
    for language, text in value.items():
        found = next((c for c in node if c.get("id") == language), None)
        if found is None:
            found = etree.SubElement(node, "language", id=language)
        found.text = text


def _ordered(batch: Sequence[Any], results: Sequence[WriteResult]) -> list[WriteResult]:
    by_key = {r.key: r for r in results}
    return [by_key[w.key] for w in batch]
