"""Quantities: 250 lines a call, each compared with what was read, moved lines looked at once more (ART-04)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from atoosync_lab.connectors.base import StockWrite, WriteResult
from atoosync_lab.connectors.shops.shopify import facts, operations, paging
from atoosync_lab.connectors.shops.shopify.answers import UserError
from atoosync_lab.connectors.shops.shopify.batches import Run, chunks
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient, Warn
from atoosync_lab.connectors.shops.shopify.gids import gid, number
from atoosync_lab.connectors.shops.shopify.lookups import Lookups
from atoosync_lab.connectors.shops.shopify.outcomes import BLOCKED, done, refused, told, unsent
from atoosync_lab.connectors.shops.shopify.product_records import UNSTOCKED, UNTRACKED
from atoosync_lab.model.errors import InvalidRecordError, OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.keys import whole_number


@dataclass
class _Line:
    """One quantity on its way."""

    write: StockWrite
    base: int | None
    """Quantity that it is compared with; None: not known yet."""
    state: str
    looked: bool = False
    """The shop was asked for its quantity after the record was read."""

    @property
    def item(self) -> str:
        """Full id of the inventory item."""
        return gid("InventoryItem", self.write.target_id)


class StockWriter:
    """Writes quantities at one location.

    A call is carried out whole or not at all, so the lines that it complains about are taken out and the others sent
    again. A line whose quantity has moved since it was read is looked at once: what is wanted may be there already
    (a call whose answer was lost); else it is sent again, with a warning, for the ERP's quantity counts.
    """

    def __init__(self, client: ShopifyClient, lookups: Lookups, warn: Warn) -> None:
        self._client, self._lookups, self._warn = client, lookups, warn

    def write(self, batch: Sequence[StockWrite]) -> list[WriteResult]:
        """Set the quantities of a batch.

        Raises:
            UnsentError, RateLimitedError, ThrottledError, ConnectionFailedError, OutcomeUnknownError: nothing was
                sent.
        """
        run = Run(self._client)
        results: dict[str, WriteResult] = {}
        location = self._location(batch)
        lines = [_line(write) for write in batch]
        self._look([line for line in lines if line.base is None], location, run, results)
        for line in lines:
            if line.write.key not in results and line.state == UNTRACKED:
                results[line.write.key] = _not_tracked(line)
        open_lines = [line for line in lines if line.write.key not in results]
        absent = [line for line in open_lines if line.state == UNSTOCKED]
        for part in chunks([line for line in open_lines if line.state != UNSTOCKED], facts.STOCK_LINES):
            absent += self._set(list(part), location, run, results)
        self._activate(absent, location, run, results)
        return [results[w.key] for w in batch]

    def _location(self, batch: Sequence[StockWrite]) -> str:
        """Where the rows were read; else the chosen location."""
        named = {w.row.get("warehouse_id", "") for w in batch} - {""}
        return gid("Location", named.pop()) if len(named) == 1 else self._lookups.location

    # --- Setting --------------------------------------------------------------------------------------------------

    def _set(self, lines: list[_Line], location: str, run: Run, results: dict[str, WriteResult]) -> list[_Line]:
        """Set lines that the location stocks; returns those that it turned out not to stock."""
        absent: list[_Line] = []
        waiting = [lines] if lines else []
        while waiting:
            part = waiting.pop()
            (reply,) = run.send(self._document, [part], lambda _, item: self._variables(item, location), 1)
            if reply.ok:
                results.update((line.write.key, done(line.write.key, line.write.target_id)) for line in part)
            elif reply.failure is not None and (run.blocked is not None or not _refusal(reply.failure)):
                results.update((line.write.key, reply.failed(line.write.key, line.write.target_id)) for line in part)
            else:
                waiting += self._sorted_out(part, list(reply.errors), location, run, results, absent)
        return absent

    def _sorted_out(
        self,
        part: list[_Line],
        errors: list[UserError],
        location: str,
        run: Run,
        results: dict[str, WriteResult],
        absent: list[_Line],
    ) -> list[list[_Line]]:
        """What is to be sent again after a call that was refused."""
        by_place: dict[int, UserError] = {}
        for error in errors:
            if error.place is not None and error.place < len(part):
                by_place.setdefault(error.place, error)
        if not by_place:
            # It does not say which line: halves, until the bad one stands alone.
            if len(part) == 1:
                line = part[0]
                cause = errors or [UserError("inventorySetQuantities")]
                results[line.write.key] = told(line.write.key, cause, line.write.target_id)
                return []
            middle = len(part) // 2
            return [part[middle:], part[:middle]]
        stale = []
        for place, error in by_place.items():
            line = part[place]
            if error.code in facts.STALE_CODES:
                stale.append(line)
            elif error.code in facts.NOT_STOCKED_CODES:
                absent.append(line)
            else:
                results[line.write.key] = told(line.write.key, [error], line.write.target_id)
        rest = [line for place, line in enumerate(part) if place not in by_place]
        again = self._moved(stale, location, run, results)
        return [lines for lines in (rest + again,) if lines]

    def _moved(self, stale: list[_Line], location: str, run: Run, results: dict[str, WriteResult]) -> list[_Line]:
        """Lines whose quantity moved: those that are to be sent again."""
        again = []
        for line in stale:
            if line.looked:
                moved = Message("shopify.stock_moves", {"record": line.write.key})
                results[line.write.key] = refused(line.write.key, moved, line.write.target_id)
        fresh = [line for line in stale if not line.looked]
        before = {line.write.key: line.base for line in fresh}
        self._look(fresh, location, run, results)
        for line in fresh:
            if line.write.key in results:
                continue
            if line.base == line.write.quantity:
                results[line.write.key] = done(line.write.key, line.write.target_id)
                continue
            key = line.write.key
            self._warn(InvalidRecordError("shopify.stock_moved", record=key, was=before[key], now=line.base))
            again.append(line)
        return again

    def _document(self, _: int) -> operations.Operation:
        return operations.set_quantities(self._client.version)

    def _variables(self, lines: Sequence[_Line], location: str) -> dict[str, Any]:
        version = self._client.version
        compared = "changeFromQuantity" if version >= facts.COMPARE_FIELD_SINCE else "compareQuantity"
        quantities = [
            {
                "inventoryItemId": line.item,
                "locationId": location,
                "quantity": line.write.quantity,
                compared: line.base,
            }
            for line in lines
        ]
        given: dict[str, Any] = {
            "input": {
                "name": facts.STOCK_NAME,
                "reason": facts.STOCK_REASON,
                "referenceDocumentUri": facts.STOCK_DOCUMENT,
                "quantities": quantities,
            }
        }
        if version >= facts.IDEMPOTENT_SINCE:
            given["key"] = str(uuid4())
        return given

    # --- Looking and stocking -------------------------------------------------------------------------------------

    def _look(self, lines: Sequence[_Line], location: str, run: Run, results: dict[str, WriteResult]) -> None:
        """The quantities that the shop holds now become the bases of lines; lines without an article are refused."""
        wanted = [line.item for line in lines if whole_number(line.write.target_id) is not None]
        found: dict[str, Mapping[str, Any]] = {}
        try:
            for nodes in paging.by_ids(
                self._client, operations.QUANTITIES, wanted, facts.IDS_PAGE, {"location": location}
            ):
                found.update((number(str(node["id"])), node) for node in nodes)
        except (*BLOCKED, OutcomeUnknownError) as error:
            if not run.tried:
                raise
            results.update((line.write.key, unsent(line.write.key, error, line.write.target_id)) for line in lines)
            return
        for line in lines:
            line.looked = True
            node = found.get(line.write.target_id)
            if node is None:
                gone = Message("shopify.gone", {"resource": "stocks", "id": line.write.target_id})
                results[line.write.key] = refused(line.write.key, gone, line.write.target_id)
                continue
            level = node.get("inventoryLevel")
            line.base = int(level["quantities"][0]["quantity"]) if level and level["quantities"] else 0
            line.state = UNTRACKED if not node["tracked"] else "" if level else UNSTOCKED

    def _activate(self, lines: list[_Line], location: str, run: Run, results: dict[str, WriteResult]) -> None:
        """Begin to stock articles at the location, with their quantity."""
        version = self._client.version
        keyed = version >= facts.IDEMPOTENT_SINCE

        def variables(n: int, line: _Line) -> dict[str, Any]:
            given = {f"i{n}": line.item, f"q{n}": line.write.quantity}
            return {**given, f"key{n}": str(uuid4())} if keyed else given

        replies = run.send(
            lambda count: operations.activate(version, count),
            lines,
            variables,
            facts.PRICE_ALIASES,
            shared={"location": location},
        )
        doubtful = []
        for line, reply in zip(lines, replies, strict=True):
            key, target = line.write.key, line.write.target_id
            results[key] = done(key, target) if reply.ok else reply.failed(key, target)
            if reply.errors and not line.looked:
                doubtful.append(line)
        if not doubtful:
            return
        # It may be stocked by now, by a call whose answer was lost or by hand: then its quantity is set as any other.
        kept = {line.write.key: results.pop(line.write.key) for line in doubtful}
        self._look(doubtful, location, run, results)
        stocked = [line for line in doubtful if line.write.key not in results and line.state == ""]
        for line in doubtful:
            if line.write.key not in results and line not in stocked:
                results[line.write.key] = kept[line.write.key]
        for line in self._set(stocked, location, run, results):
            results[line.write.key] = kept[line.write.key]


def _line(write: StockWrite) -> _Line:
    text = write.row.get("quantity", "").strip()
    try:
        base = int(text) if text else None
    except ValueError:
        base = None
    return _Line(write, base, write.row.get("depends", ""))


def _not_tracked(line: _Line) -> WriteResult:
    message = Message("shopify.not_tracked", {"record": line.write.key})
    return refused(line.write.key, message, line.write.target_id)


def _refusal(error: Exception) -> bool:
    """The request as a whole was refused, before anything was carried out."""
    return isinstance(error, RefusedError)
