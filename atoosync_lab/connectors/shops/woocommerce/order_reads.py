"""Orders with all that belongs to them, their pieces, and refunds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from atoosync_lab.connectors.base import Chunk, ReadRequest
from atoosync_lab.connectors.shops.woocommerce import facts, refunds, wire
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.shops.woocommerce.lookups import Lookups
from atoosync_lab.connectors.shops.woocommerce.order_records import OrderRecords, buyer_id, is_guest
from atoosync_lab.connectors.shops.woocommerce.paging import Pager
from atoosync_lab.connectors.shops.woocommerce.unreadable import UNREADABLE, Maker, Warn
from atoosync_lab.connectors.shops.woocommerce.windows import Window, numeric
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.errors import ConnectionFailedError
from atoosync_lab.model.sales import (
    Address,
    CreditSlip,
    CreditSlipLine,
    Customer,
    Order,
    OrderDiscount,
    OrderLine,
    OrderPieces,
    Payment,
)
from atoosync_lab.settings.connection import ShopConnection

_EXACT = [("dp", str(facts.PRICE_PLACES))]
"""Amounts before they are rounded for show: cents of lines and of their taxes do not add up to what was paid."""
_KINDS = (Order, OrderLine, OrderDiscount, Payment, Address, Customer)


class OrderReader:
    """Reads orders, pieces and refunds of one shop.

    Args:
        client: the API.
        lookups: the shop's lists.
        settings: the profile's shop side.
        warn: told of records that cannot be read.
    """

    def __init__(self, client: WooClient, lookups: Lookups, settings: ShopConnection, warn: Warn) -> None:
        self._client, self._lookups, self._settings, self._maker = client, lookups, settings, Maker(warn)
        self._sizes = settings.sizes
        self._pager = Pager(client, settings.sizes.page_size, settings.sizes.concurrency)

    def _order_records(self) -> OrderRecords:
        rate = self._settings.options.get(facts.RATE_OPTION, "").strip()
        return OrderRecords(self._lookups, language=self._client.language, rate_meta=rate)

    def orders(self, request: ReadRequest) -> Iterator[Chunk]:
        """Orders with lines, fees, payments, addresses and buyers."""
        records = self._order_records()
        query = [*_EXACT, ("include_meta", ",".join(records.meta_keys))]
        seen: set[str] = set()
        for page in self._order_pages(request, facts.ORDER_FIELDS, query):
            accounts = self._accounts(page, seen)
            chunk: dict[type[Any], list[Any]] = {kind: [] for kind in _KINDS}
            for record in page:
                self._add_order(record, records, accounts, seen, chunk)
            yield chunk

    def _add_order(
        self, record: Json, records: OrderRecords, accounts: dict[str, Json], seen: set[str],
        chunk: dict[type[Any], list[Any]],
    ) -> None:  # fmt: skip
        """An order with all that belongs to it, or nothing of it: half an order would be a wrong document."""
        try:
            lines, discounts = records.lines(record)
            order = records.order(record, lines, discounts)
            payment = records.payment(record)
            addresses = records.addresses(record)
            buyer = buyer_id(record)
            customer = None if buyer in seen else records.customer(record, accounts.get(buyer))
        except UNREADABLE as error:
            self._maker.note("orders", record, error)
            return
        chunk[Order].append(order)
        chunk[OrderLine] += lines
        chunk[OrderDiscount] += discounts
        chunk[Payment] += [payment] if payment else []
        chunk[Address] += {a.remote_id: a for a in addresses}.values()
        if customer is not None:
            seen.add(buyer)
            chunk[Customer].append(customer)

    def _accounts(self, page: Sequence[Json], seen: set[str]) -> dict[str, Json]:
        """Accounts of the buyers of a page that no earlier page brought; none where the key may not see them."""
        wanted = {wire.identifier(r, "customer_id") for r in page if not is_guest(r)} - seen
        if not wanted:
            return {}
        try:
            pages = self._pager.chosen(
                "customers", facts.CUSTOMER_FIELDS, sorted(wanted, key=numeric), [("role", "all")]
            )
            return {wire.identifier(r): r for rows in pages for r in rows}
        except ConnectionFailedError as error:
            if error.code != "woocommerce.right_missing":
                raise
            return {}

    def _order_pages(
        self, request: ReadRequest, fields: str, query: Sequence[tuple[str, str]] = ()
    ) -> Iterator[list[Json]]:
        window = Window(request, self._client.version, self._settings.timezone)
        if request.ids:
            ids = [i for i in sorted(request.ids, key=numeric) if i.isdigit() and i != "0"]
            pages = self._pager.chosen("orders", fields, ids, query)
        else:
            # A list of statuses is taken only where every one is known; one that a plug-in brought and that is gone
            # would refuse the whole list.
            known = [s for s in request.statuses if s in self._lookups.statuses] if request.statuses else []
            if request.statuses and not known:
                return
            chosen = [("status", ",".join(known))] if known else []
            pages = self._pager.pages("orders", fields, [*query, *chosen, *window.listed])
        for page in pages:
            if kept := [r for r in page if window.takes(r, request)]:
                yield kept

    def pieces(self, request: ReadRequest) -> Iterator[Chunk]:
        """Products and quantities of orders."""
        for page in self._order_pages(request, facts.PIECES_FIELDS):
            wanted = [r for r in page if wire.identifier(r) not in request.known]
            made = self._maker.made(wanted, "orders", OrderRecords.pieces)
            yield {OrderPieces: [piece for pieces in made for piece in pieces]}

    # --- Refunds -------------------------------------------------------------------------------------------------

    def slips(self, request: ReadRequest) -> Iterator[Chunk]:
        """Refunds."""
        records = self._order_records()
        window = Window(request, self._client.version, self._settings.timezone)
        for page in self._refund_pages(request, window):
            wanted = [r for r in page if window.takes(r, request) and not refunds.is_nothing(r)]
            if request.ids:
                wanted = [r for r in wanted if wire.identifier(r) in request.ids]
            bare = sorted({refunds.order_of(r) for r in wanted if refunds.needs_order(r)} - {""}, key=numeric)
            orders = {
                wire.identifier(o): o for rows in self._pager.chosen("orders", facts.ORDER_FIELDS, bare, _EXACT)
                for o in rows
            }  # fmt: skip
            made = self._maker.made(wanted, "refunds", _slip_maker(orders, records))
            yield {CreditSlip: [s for s, _ in made], CreditSlipLine: [line for _, lines in made for line in lines]}

    def _refund_pages(self, request: ReadRequest, window: Window) -> Iterator[list[Json]]:
        """Refunds of all orders from 9.0; before, those of each order that was changed since the first day wanted."""
        if self._client.version.refund_list:
            yield from self._pager.pages("refunds", facts.REFUND_FIELDS, [*_EXACT, *window.listed])
            return
        fields = facts.REFUND_FIELDS.replace(",_links", "")
        for page in self._pager.pages("orders", facts.REFUNDED_ORDER_FIELDS, window.changed_since_creation):
            with ThreadPoolExecutor(self._sizes.concurrency, "refunds") as pool:
                ids = [wire.identifier(o) for o in page if wire.rows(o, "refunds")]
                found = pool.map(
                    lambda i: [
                        {**row, "parent_id": i}
                        for rows in self._pager.pages(f"orders/{i}/refunds", fields, _EXACT, ahead=0) for row in rows
                    ],
                    ids,
                )  # fmt: skip
                yield [row for rows in found for row in rows]


def _slip_maker(orders: dict[str, Json], records: OrderRecords) -> Callable[[Json], refunds.Slip]:
    return lambda row: refunds.slip(row, orders.get(refunds.order_of(row)), records)
