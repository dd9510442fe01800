"""A Carnet shop played over real HTTP, in a thread of the tests: its data are looked at and changed past the API."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atoosync_lab.sandbox.common.faults import FaultMiddleware
from atoosync_lab.sandbox.common.rules import FaultBook

KEY = "carnet-key-of-the-owner"
FIRST_DAY = datetime(2026, 1, 1, 8, tzinfo=UTC)
LISTS: dict[str, list[dict[str, Any]]] = {
    "taxes": [{"id": "normal", "label": "TVA 20 %", "rate": "20"}, {"id": "low", "label": "TVA 5,5 %", "rate": "5.5"}],
    "statuses": [{"id": status, "label": status.capitalize()} for status in ("new", "paid", "sent", "cancelled")],
    "languages": [{"id": "fr", "label": "Français", "code": "fr", "default": True}],
    "currencies": [{"id": "EUR", "label": "Euro", "code": "EUR", "default": True}],
    "countries": [{"id": "FR", "label": "France", "code": "FR"}],
    "carriers": [{"id": "post", "label": "La Poste"}],
    "payment_methods": [{"id": "card", "label": "Carte", "code": "card"}],
}
STATUSES = {status["id"] for status in LISTS["statuses"]}


class CarnetShop:
    """The data of a shop and the server that gives them out."""

    def __init__(self) -> None:
        self.version = "2.1"
        self.products: dict[int, dict[str, Any]] = {}
        self.orders: dict[int, dict[str, Any]] = {}
        self.url = ""
        self._ids = count(1)
        self._book = FaultBook()

    def faults(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """As `sandbox.servers.RunningSandbox.faults`."""
        if rules:
            self._book.add(rules)
        else:
            self._book.clear()

    # --- Data ----------------------------------------------------------------------------------------------------

    def add_product(self, reference: str, **more: Any) -> int:
        """A product as the merchant would have made it."""
        number = next(self._ids)
        usual = {
            "reference": reference, "name": {"fr": f"Article {reference}"}, "description": {}, "price": "12.50",
            "tax": "normal", "barcode": "", "brand": "", "weight": "0.2", "shelf": "", "shown": True, "quantity": 5,
        }  # fmt: skip
        self.products[number] = {"id": number, **usual, **more, "changed_at": datetime.now(UTC).isoformat()}
        return number

    def change_product(self, number: int, **values: Any) -> None:
        """Change it now."""
        self.products[number] |= {**values, "changed_at": datetime.now(UTC).isoformat()}

    def add_order(self, *, status: str = "paid", buyer: int = 1, **more: Any) -> int:
        """An order of two pieces at 10 without tax, and shipping at 5."""
        number = next(self._ids)
        at = (FIRST_DAY + timedelta(hours=number)).isoformat()
        person = {"last_name": "Essai", "first_name": "Camille"}
        address = {**person, "street": "1 rue d’Essai", "postcode": "29200", "city": "Brest", "country": "FR"}
        usual = {
            "number": f"C{number}", "created_at": at, "changed_at": at, "status": status, "history": [status],
            "currency": "EUR", "language": "fr", "carrier": "post", "payment_method": "card", "note": "",
            "buyer": {"id": buyer, "email": f"essai{buyer}@example.test", "company": "", **person},
            "invoicing_address": {**address, "phone": ""}, "delivery_address": {**address, "phone": ""},
            "lines": [
                {"id": number, "product": 1, "reference": "P001", "label": "Article P001", "quantity": 2,
                 "price_excl_tax": "10.00", "price_incl_tax": "12.00", "total_excl_tax": "20.00",
                 "total_incl_tax": "24.00", "tax": "normal", "tax_rate": "20"},
            ],
            "payments": [{"id": number, "amount": "30.00", "method": "card", "at": at}],
            "shipping_excl_tax": "5.00", "shipping_incl_tax": "6.00", "shipping_tax_rate": "20",
            "total_excl_tax": "25.00", "total_incl_tax": "30.00",
        }  # fmt: skip
        self.orders[number] = {"id": number, **usual, **more}
        return number

    # --- Answers -------------------------------------------------------------------------------------------------

    def app(self) -> Any:
        """The application, with its faults."""
        routes = [
            Route("/v1/shop", self._signed(lambda request, body: (200, {"version": self.version, **LISTS}))),
            Route("/v1/products", self._signed(lambda request, body: self._page(request, self.products))),
            Route("/v1/products", self._signed(self._create), methods=["POST"]),
            Route("/v1/products/{id:int}", self._signed(self._patch), methods=["PATCH"]),
            Route("/v1/orders", self._signed(lambda request, body: self._page(request, self.orders))),
            Route("/v1/orders/{id:int}/status", self._signed(self._status), methods=["PUT"]),
        ]
        return FaultMiddleware(Starlette(routes=routes), speed=0, faults=self._book)

    def _signed(self, answer: Callable[[Request, dict[str, Any]], tuple[int, Any]]) -> Callable[..., Any]:
        async def endpoint(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {KEY}":
                return JSONResponse({"error": "key"}, 401)
            status, content = answer(request, await request.json() if await request.body() else {})
            return JSONResponse(content, status)

        return endpoint

    def _page(self, request: Request, table: Mapping[int, dict[str, Any]]) -> tuple[int, Any]:
        asked = request.query_params
        limit = min(int(asked["limit"]), 200)
        ids = {int(number) for number in asked["ids"].split(",")} if "ids" in asked else None
        statuses = set(asked["statuses"].split(",")) if "statuses" in asked else None

        def wanted(row: dict[str, Any]) -> bool:
            return (
                row["id"] > int(asked["after"])
                and (ids is None or row["id"] in ids)
                and (statuses is None or row["status"] in statuses)
                and row["changed_at"] >= asked.get("changed_since", "")
                and asked.get("created_from", "") <= row.get("created_at", "") < asked.get("created_to", "9")
            )

        rows = [row for number, row in sorted(table.items()) if wanted(row)]
        return 200, {"records": rows[:limit], "more": len(rows) > limit}

    def _create(self, request: Request, body: dict[str, Any]) -> tuple[int, Any]:
        taken = [row["id"] for row in self.products.values() if row["reference"] == body.get("reference")]
        if taken:
            return 409, {"error": "reference_taken", "id": taken[0]}
        new: dict[str, Any] = {"quantity": 0, **body}
        return self._invalid(body) or (201, self.products[self.add_product(**new)])

    def _patch(self, request: Request, body: dict[str, Any]) -> tuple[int, Any]:
        number = request.path_params["id"]
        if number not in self.products:
            return 404, {"error": "unknown", "text": f"no product {number}"}
        if (refused := self._invalid(body)) is not None:
            return refused
        texts = {
            name: {**self.products[number][name], **body[name]} for name in ("name", "description") if name in body
        }
        self.change_product(number, **{**body, **texts})
        return 200, self.products[number]

    @staticmethod
    def _invalid(body: Mapping[str, Any]) -> tuple[int, Any] | None:
        for name in ("price", "weight"):
            try:
                usable = Decimal(body.get(name, "0")) >= 0
            except InvalidOperation:
                usable = False
            if not usable:
                return 422, {"error": "invalid", "field": name, "text": f"{name} is no amount."}
        return None

    def _status(self, request: Request, body: dict[str, Any]) -> tuple[int, Any]:
        row = self.orders.get(request.path_params["id"])
        if row is None:
            return 404, {"error": "unknown", "text": "no such order"}
        if body["status"] not in STATUSES:
            return 422, {"error": "invalid", "field": "status", "text": "no such status"}
        if row["status"] == body["status"]:
            return 200, row
        if body["only_from"] and row["status"] not in body["only_from"]:
            return 409, {"error": "moved_on", "text": f"the order is {row['status']}"}
        row |= {"status": body["status"], "history": [*row["history"], body["status"]]}
        return 200, row


@contextmanager
def running(shop: CarnetShop) -> Iterator[CarnetShop]:
    """The shop, answering on a free port of this machine."""
    # With the protocol named, asyncio switches Nagle's algorithm off: without, each answer would wait 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    shop.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(shop.app(), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield shop
    finally:
        server.should_exit = True
        thread.join(5)
        listener.close()
