"""The Carnet connector: implements `connectors.base.ShopConnector`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from atoosync_lab.connectors.base import (
    Capability,
    Check,
    Chunk,
    ConnectionReport,
    OrderStatusWrite,
    Outcome,
    PriceWrite,
    ProductWrite,
    ReadRequest,
    Scope,
    StatusWrite,
    StockWrite,
    WriteResult,
)
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.errors import (
    AtooSyncError,
    ConnectionFailedError,
    Facts,
    InvalidRecordError,
    OutcomeUnknownError,
    RateLimitedError,
    StopError,
    UnsentError,
)
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.money import plain
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists
from atoosync_lab.model.sales import Customer, OrderPieces
from atoosync_shop_carnet import facts, records
from atoosync_shop_carnet.client import CarnetClient, Json, Reply

Write = TypeVar("Write", ProductWrite, PriceWrite, StockWrite, StatusWrite, OrderStatusWrite)
Make = Callable[[Json], Any]

_BLOCKED = (UnsentError, RateLimitedError, StopError)
"""Nothing was sent, and the next record would meet the same."""


class CarnetConnector:
    """A Carnet shop.

    Args:
        client: calls to its API.
        page_size: records of an answer wanted.
    """

    system = facts.SYSTEM
    capabilities = frozenset(
        {
            Capability.READ_PRODUCTS,
            Capability.READ_STOCKS,
            Capability.READ_ORDERS,
            Capability.READ_SINCE,
            Capability.WRITE_PRODUCTS,
            Capability.WRITE_PRICES,
            Capability.WRITE_STOCKS,
            Capability.WRITE_STATUS,
            Capability.WRITE_ORDER_STATUS,
            Capability.CREATE_SETTLES_WITHIN,
        }
    )
    text_rules = facts.TEXT_RULES

    def __init__(self, client: CarnetClient, page_size: int) -> None:
        self._client, self._page_size = client, page_size
        self.warnings: list[InvalidRecordError] = []

    @property
    def calls(self) -> int:
        """Calls so far."""
        return self._client.http.calls

    def check(self) -> ConnectionReport:
        """Address, key and version, in a single try: a person is waiting."""
        try:
            version = str(self._client.get("shop", retry=False)["version"])
        except AtooSyncError as error:
            return ConnectionReport((Check(name="carnet.check.key", ok=False, message=error.message),))
        except KeyError:
            unknown = Message("carnet.not_json", {"status": 200})
            return ConnectionReport((Check(name="carnet.check.key", ok=False, message=unknown),))
        recent = _parts(version) >= _parts(facts.OLDEST)
        word = "carnet.version" if recent else "carnet.version_too_old"
        told = Message(word, {"version": version, "oldest": facts.OLDEST})
        key = Check(name="carnet.check.key", ok=True, message=Message("carnet.key_accepted"))
        return ConnectionReport((key, Check(name="carnet.check.version", ok=recent, message=told)), version)

    def reference_lists(self) -> ReferenceLists:
        """All lists, in one call."""
        shop = self._client.get("shop")
        try:
            lists = {name: tuple(map(_item, shop[name.value])) for name in ListName if name.value in shop}
            return ReferenceLists(lists=lists, version=shop["version"], prices_incl_tax=False, price_decimals=2)
        except records.UNREADABLE:
            raise ConnectionFailedError("carnet.not_json", status=200) from None

    def server_time(self) -> datetime:
        """The shop's clock; one call when nothing was asked yet."""
        if self._client.http.server_time() is None:
            self._client.get("shop")
        return self._client.http.server_time() or datetime.now(UTC)

    # --- Reading -------------------------------------------------------------------------------------------------

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        """See `connectors.base.Connector`; scopes that a shop of this kind does not have give nothing."""
        if scope in (Scope.PRODUCTS, Scope.STOCKS):
            kind, make = (Product, records.product) if scope is Scope.PRODUCTS else (Stock, records.stock)
            for page in self._pages("products", request):
                yield {kind: self._made("products", page, make)}
        elif scope is Scope.ORDER_PIECES:
            for page in self._pages("orders", request):
                new = [raw for raw in page if str(raw["id"]) not in request.known]
                yield {OrderPieces: [piece for found in self._made("orders", new, records.pieces) for piece in found]}
        elif scope is Scope.ORDERS:
            seen: set[str] = set()
            for page in self._pages("orders", request):
                yield _joined(self._made("orders", page, records.order), seen)

    def _pages(self, path: str, request: ReadRequest) -> Iterator[list[Json]]:
        if request.ids:
            for start in range(0, len(request.ids), facts.IDS_A_CALL):
                wanted = ",".join(request.ids[start : start + facts.IDS_A_CALL])
                yield from self._client.pages(path, {"ids": wanted}, self._page_size)
            return
        moments = {
            "changed_since": request.since,
            "created_from": request.created_from,
            "created_to": request.created_to,
        }
        query = {name: moment.isoformat() for name, moment in moments.items() if moment is not None}
        if request.statuses:
            query["statuses"] = ",".join(request.statuses)
        yield from self._client.pages(path, query, self._page_size)

    def _made(self, resource: str, page: Sequence[Json], make: Make) -> list[Any]:
        """Pivot records; one that cannot be read is told and does not take its page with it."""
        made = []
        for raw in page:
            try:
                made.append(make(raw))
            except records.UNREADABLE as error:
                noted = Facts(system=facts.SYSTEM, record=str(raw["id"]), detail=repr(error)[:200])
                told = InvalidRecordError("carnet.unreadable_record", resource=resource, id=str(raw["id"]), facts=noted)
                self.warnings.append(told)
        return made

    # --- Writing -------------------------------------------------------------------------------------------------

    def write_products(self, batch: Sequence[ProductWrite]) -> list[WriteResult]:
        """Create and update product sheets."""

        def send(write: ProductWrite) -> WriteResult:
            body: Json = {facts.FIELDS[name]: text for name, text in write.values.items()}
            if "shown" in body:
                body["shown"] = body["shown"] == "1"
            for name, text in write.texts.items():
                field, _, language = name.partition("@")
                body.setdefault(field, {})[language] = text
            if write.target_id:
                return self._changed(write, body)
            reply = self._client.write("POST", "products", {"reference": write.key, **body})
            # Taken: a product of that reference is there, or this is the second try of a lost answer.
            return self._result(write, reply, done=(201, 409), made=str(reply.content.get("id", "")))

        return self._each(batch, send)

    def write_prices(self, batch: Sequence[PriceWrite]) -> list[WriteResult]:
        """Set base prices."""
        return self._each(batch, lambda write: self._changed(write, {"price": plain(write.price)}))

    def write_stocks(self, batch: Sequence[StockWrite]) -> list[WriteResult]:
        """Set quantities."""
        return self._each(batch, lambda write: self._changed(write, {"quantity": write.quantity}))

    def write_status(self, batch: Sequence[StatusWrite]) -> list[WriteResult]:
        """Activate and deactivate."""
        return self._each(batch, lambda write: self._changed(write, {"shown": write.active}))

    def write_order_status(self, batch: Sequence[OrderStatusWrite]) -> list[WriteResult]:
        """Move orders to a status; the shop itself compares the status it has with `only_from`."""

        def send(write: OrderStatusWrite) -> WriteResult:
            body = {"status": write.status_id, "only_from": list(write.only_from)}
            reply = self._client.write("PUT", f"orders/{write.order_id}/status", body)
            return self._result(write, reply, made=write.order_id)

        return self._each(batch, send)

    def _changed(self, write: ProductWrite | PriceWrite | StockWrite | StatusWrite, body: Json) -> WriteResult:
        reply = self._client.write("PATCH", f"products/{write.target_id}", body)
        return self._result(write, reply, made=write.target_id)

    @staticmethod
    def _result(write: Any, reply: Reply, *, made: str, done: tuple[int, ...] = (200,)) -> WriteResult:
        if reply.status in done and made:
            return WriteResult(key=write.key, outcome=Outcome.DONE, target_id=made)
        text = str(reply.content.get("text") or reply.error or reply.status)
        refusal = Message("carnet.record_refused", {"record": write.key, "text": text})
        return WriteResult(
            key=write.key, outcome=Outcome.REFUSED, target_id=made, error=refusal, remote_code=reply.error
        )

    @staticmethod
    def _each(batch: Sequence[Write], send: Callable[[Write], WriteResult]) -> list[WriteResult]:
        """One call a record; when the shop cannot be written to any more, the records left come back as not sent.

        Raises:
            UnsentError, RateLimitedError, StopError: nothing was sent at all.
        """
        results: list[WriteResult] = []
        for place, write in enumerate(batch):
            try:
                results.append(send(write))
            except OutcomeUnknownError as error:
                # Absolute or found again by its reference: the next run settles it.
                results.append(WriteResult(key=write.key, outcome=Outcome.UNKNOWN, error=error.message))
            except _BLOCKED as error:
                if not results:
                    raise
                left = batch[place:]
                unsent = [WriteResult(key=w.key, outcome=Outcome.UNSENT, error=error.message) for w in left]
                return results + unsent
        return results

    def batch_size(self, kind: str, rows: int, usual: int) -> int:
        """See `connectors.base.ShopConnector`."""
        return usual

    def calls_for(self, kind: str, rows: int) -> int:
        """One call a record, whatever its kind."""
        return rows

    def close(self) -> None:
        """Close network connections."""
        self._client.close()


def _item(raw: Json) -> ListItem:
    return ListItem(
        id=str(raw["id"]),
        label=raw["label"],
        code=raw.get("code", ""),
        rate=records.amount(raw["rate"]) if "rate" in raw else None,
        extra={"default": "1"} if raw.get("default") else {},
    )


def _joined(orders: Sequence[Chunk], seen: set[str]) -> Chunk:
    """The orders of a page; a buyer that an earlier one brought is left out."""
    found: dict[type[Any], list[Any]] = {}
    for order in orders:
        for kind, rows in order.items():
            new = [row for row in rows if kind is not Customer or row.remote_id not in seen]
            seen |= {row.remote_id for row in new if kind is Customer}
            found.setdefault(kind, []).extend(new)
    return found


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
