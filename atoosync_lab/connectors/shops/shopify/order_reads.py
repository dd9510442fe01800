"""Orders, their pieces and their refunds: by pages, or as one file from a number on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from atoosync_lab.connectors.base import Chunk, ReadRequest
from atoosync_lab.connectors.shops.shopify import bulk, facts, operations, paging
from atoosync_lab.connectors.shops.shopify.batches import chunks
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient, Warn
from atoosync_lab.connectors.shops.shopify.gids import kind, number
from atoosync_lab.connectors.shops.shopify.lookups import Lookups
from atoosync_lab.connectors.shops.shopify.order_records import (
    Records,
    needs_refunds,
    order_records,
    pieces,
    refunded_pieces,
)
from atoosync_lab.connectors.shops.shopify.product_records import instant
from atoosync_lab.connectors.shops.shopify.reads import USABLE, full_ids, moment, unreadable
from atoosync_lab.connectors.shops.shopify.slip_records import slip
from atoosync_lab.connectors.shops.shopify.statuses import status_of
from atoosync_lab.model.errors import AtooSyncError, InvalidRecordError
from atoosync_lab.model.sales import CreditSlip, CreditSlipLine, Customer, OrderPieces
from atoosync_lab.settings.connection import BatchSizes

Node = Mapping[str, Any]
_SKEW = timedelta(seconds=facts.SKEW)
_NODE_FACTOR = 4
"""An order asked for by id costs about this many times one of a page: a page of n is charged as floor(2 ln n) nodes."""


class OrderReader:
    """Reads orders and refunds of one shop."""

    def __init__(self, client: ShopifyClient, lookups: Lookups, sizes: BatchSizes, warn: Warn) -> None:
        self._client, self._lookups, self._sizes, self._warn = client, lookups, sizes, warn

    # --- Orders ---------------------------------------------------------------------------------------------------

    def orders(self, request: ReadRequest) -> Iterator[Chunk]:
        """Orders with all that belongs to them; a buyer once.

        Raises:
            ConnectionFailedError: also where the app may not see buyers: an order without its buyer would be wrong.
            RetryError: after the last try.
        """
        buyers: set[str] = set()
        for whole in self._whole(request):
            yield self._chunk(whole, buyers)

    def _whole(self, request: ReadRequest) -> Iterator[list[tuple[Node, list[Node], list[Node]]]]:
        """Headers with lines and shipping lines, a page at a time."""
        if request.ids:
            yield from self._by_ids(full_ids("Order", request.ids))
            return
        search = self._search(request)
        scanned = paging.pages(self._client, operations.ORDER_SCAN, "orders", facts.ORDER_SCAN_PAGE, query=search)
        total, wanted = 0, []
        for nodes in scanned:
            total += len(nodes)
            wanted += [str(node["id"]) for node in nodes if _chosen(node, request)]
        if len(wanted) >= facts.BULK_ORDERS_FROM:
            try:
                result = bulk.run_query(self._client, operations.bulk_orders(search, pieces=False))
            except bulk.BusyError:
                pass
            else:
                yield from self._from_file(result, request)
                return
        if not wanted:
            return
        if len(wanted) * _NODE_FACTOR < total:
            yield from self._by_ids(wanted)
            return
        size = min(self._sizes.page_size, facts.ORDER_PAGE)
        given = {"lines": facts.LINES_INLINE}
        for nodes in paging.pages(self._client, operations.ORDERS, "orders", size, query=search, variables=given):
            yield [self._with_lines(node) for node in nodes if _chosen(node, request)]

    def _by_ids(self, ids: Sequence[str]) -> Iterator[list[tuple[Node, list[Node], list[Node]]]]:
        given = {"lines": facts.LINES_INLINE}
        for nodes in paging.by_ids(self._client, operations.ORDERS_BY_ID, ids, facts.ORDERS_BY_ID, given):
            yield [self._with_lines(node) for node in nodes]

    def _with_lines(self, node: Node) -> tuple[Node, list[Node], list[Node]]:
        lines = paging.rest(self._client, operations.MORE_LINES, "order", "lineItems", node)
        return node, lines, list(node["shippingLines"]["nodes"])

    def _from_file(
        self, result: bulk.ResultFile, request: ReadRequest
    ) -> Iterator[list[tuple[Node, list[Node], list[Node]]]]:
        children = result.children()
        page = []
        for node in result.parents():
            if not _chosen(node, request):
                continue
            own = children.of(node["id"])
            lines = [child for child in own if kind(str(child["id"])) == "LineItem"]
            shipping = [child for child in own if kind(str(child["id"])) == "ShippingLine"]
            page.append((node, lines, shipping))
            if len(page) >= facts.MAX_ARRAY:
                yield page
                page = []
        if page:
            yield page

    def _chunk(self, whole: Sequence[tuple[Node, list[Node], list[Node]]], buyers: set[str]) -> Chunk:
        edited = [str(node["id"]) for node, lines, _ in whole if needs_refunds(node, lines)]
        refunded: dict[str, dict[str, int]] = {}
        for nodes in paging.by_ids(self._client, operations.REFUNDS, edited, facts.SLIP_ORDERS):
            refunded.update((str(node["id"]), refunded_pieces(node)) for node in nodes)
        chunk: Records = {}
        for node, lines, shipping in whole:
            try:
                made = order_records(node, lines, shipping, refunded.get(str(node["id"])))
            except USABLE as error:
                self._warn(unreadable("orders", node, error))
                continue
            made[Customer] = [c for c in made[Customer] if c.remote_id not in buyers]
            buyers.update(c.remote_id for c in made[Customer])
            for cls, records in made.items():
                chunk.setdefault(cls, []).extend(records)
        return chunk

    # --- Pieces ---------------------------------------------------------------------------------------------------

    def pieces(self, request: ReadRequest) -> Iterator[Chunk]:
        """Products and quantities of orders; nothing of buyers is asked for.

        Raises:
            ConnectionFailedError, RetryError: they cannot be read.
        """
        for nodes in self._piece_pages(request):
            found: list[OrderPieces] = []
            for node, lines in nodes:
                try:
                    found += pieces(node, lines)
                except USABLE as error:
                    self._warn(unreadable("orders", node, error))
            yield {OrderPieces: found}

    def _piece_pages(self, request: ReadRequest) -> Iterator[list[tuple[Node, list[Node]]]]:
        given = {"lines": facts.LINES_INLINE}
        client = self._client

        def unknown(node: Node) -> bool:
            return number(str(node["id"])) not in request.known

        def with_lines(node: Node) -> tuple[Node, list[Node]]:
            return node, paging.rest(client, operations.MORE_PIECES, "order", "lineItems", node)

        if request.ids:
            ids = [i for i in full_ids("Order", request.ids) if number(i) not in request.known]
            for nodes in paging.by_ids(client, operations.PIECES_BY_ID, ids, facts.PIECES_BY_ID, given):
                yield [with_lines(node) for node in nodes]
            return
        search = self._search(request)
        counted = client.query(operations.ORDER_COUNT, {"query": search or None}).data["ordersCount"]
        if counted and int(counted["count"]) >= facts.BULK_PIECES_FROM:
            try:
                result = bulk.run_query(client, operations.bulk_orders(search, pieces=True))
            except bulk.BusyError:
                pass
            else:
                children = result.children()
                asked = [node for node in result.parents() if unknown(node) and _chosen(node, request)]
                for page in chunks(asked, facts.MAX_ARRAY):
                    yield [(node, children.of(node["id"])) for node in page]
                return
        for nodes in paging.pages(
            client, operations.PIECES, "orders", facts.PIECES_PAGE, query=search, variables=given
        ):
            yield [with_lines(node) for node in nodes if unknown(node) and _chosen(node, request)]

    # --- Refunds --------------------------------------------------------------------------------------------------

    def slips(self, request: ReadRequest) -> Iterator[Chunk]:
        """Refunds that paid money back. A refund moves the modification date of its order, by which it is found.

        Raises:
            ConnectionFailedError, RetryError: they cannot be read.
        """
        parts = ["(financial_status:refunded OR financial_status:partially_refunded)"]
        start = request.since or request.created_from
        if start is not None:
            parts.append(f"updated_at:>='{moment(start - _SKEW)}'")
        self._tell_wall(start)
        scanned = paging.pages(
            self._client, operations.REFUNDED, "orders", facts.REFUNDED_PAGE, query=" AND ".join(parts)
        )
        wanted = [
            str(node["id"])
            for nodes in scanned
            for node in nodes
            if any(_within(refund, request) for refund in node["refunds"])
        ]
        for nodes in paging.by_ids(self._client, operations.REFUNDS, wanted, facts.SLIP_ORDERS):
            slips: list[CreditSlip] = []
            lines: list[CreditSlipLine] = []
            for node in nodes:
                for refund in node["refunds"]:
                    if not _within(refund, request):
                        continue
                    try:
                        made = slip(node, refund)
                    except USABLE as error:
                        self._warn(unreadable("refunds", refund, error))
                        continue
                    if made is not None:
                        slips.append(made[0])
                        lines += made[1]
            yield {CreditSlip: slips, CreditSlipLine: lines}

    # --- Which orders ---------------------------------------------------------------------------------------------

    def _search(self, request: ReadRequest) -> str:
        parts = []
        if request.since is not None:
            parts.append(f"updated_at:>='{moment(request.since - _SKEW)}'")
        else:
            if request.created_from is not None:
                parts.append(f"created_at:>='{moment(request.created_from)}'")
            if request.created_to is not None:
                parts.append(f"created_at:<'{moment(request.created_to)}'")
        self._tell_wall(request.since or request.created_from)
        return " AND ".join(parts)

    def _tell_wall(self, start: datetime | None) -> None:
        """Say aloud that older orders are left out without a word (facts.ORDER_WINDOW_DAYS)."""
        now = self._client.server_time() or datetime.now(UTC)
        if start is not None and start >= now - timedelta(days=facts.ORDER_WINDOW_DAYS):
            return
        try:
            walled = not self._lookups.may(facts.ALL_ORDERS_SCOPE)
        except AtooSyncError:
            return
        if walled:
            self._warn(InvalidRecordError("shopify.sixty_days", days=facts.ORDER_WINDOW_DAYS))


def _chosen(node: Node, request: ReadRequest) -> bool:
    return not request.statuses or status_of(node) in request.statuses


def _within(refund: Node, request: ReadRequest) -> bool:
    """A refund made, or changed, in the period asked for."""
    if request.ids:
        return number(str(refund["id"])) in request.ids
    if request.since is not None:
        changed = instant(refund.get("updatedAt"))
        return changed is None or changed >= request.since - _SKEW
    made = instant(refund.get("createdAt") or refund.get("updatedAt"))
    if made is None:
        return True
    return (request.created_from is None or made >= request.created_from) and (
        request.created_to is None or made < request.created_to
    )
