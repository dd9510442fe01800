"""A shop made of answers, for what no running shop would do on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.shops.woocommerce.connector import WooCommerceConnector
from atoosync_lab.settings.connection import BatchSizes, ShopConnection

KEY, SECRET = "ck_" + "1" * 40, "cs_" + "2" * 40
Answering = Callable[[httpx.Request], httpx.Response]


def no_wait(seconds: float) -> None:
    """Waits between tries are not what these tests are about."""


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """An answer as the API writes it."""
    return httpx.Response(
        status, content=json.dumps(value), headers={"content-type": "application/json", **(headers or {})}
    )


def failure(status: int, code: str, message: str = "No.") -> httpx.Response:
    """An error document."""
    return as_json({"code": code, "message": message, "data": {"status": status}}, status)


def page(status: int = 200, title: str = "Maintenance") -> httpx.Response:
    """A web page."""
    text = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><p>{title}</p></body></html>"
    return httpx.Response(status, content=text, headers={"content-type": "text/html"})


class FakeShop:
    """Answers by resource: the part of the path after `wc/v3/`, `index` for the list of namespaces."""

    def __init__(self, **answers: Answering | httpx.Response) -> None:
        self.seen: list[httpx.Request] = []
        self.answers: dict[str, Answering | httpx.Response] = {
            "index": as_json({"name": "Essai", "namespaces": ["wp/v2", "wc/v2", "wc/v3"]}),
            "system_status": as_json({"environment": {"version": "9.9.5", "language": "fr_FR"}}),
            "taxes/classes": as_json([{"slug": "standard", "name": "Taux normal"}]),
            "products/batch": as_json([]),
            **answers,
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.seen.append(request)
        path = request.url.path
        route = request.url.params.get("rest_route")
        if route is not None:
            path = f"/wp-json{route}"
        resource = path.partition("/wc/v3/")[2] or "index"
        found = self.answers.get(resource, failure(404, "rest_no_route"))
        answer = found(request) if callable(found) else found
        # An answer is read once: each request gets its own.
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)

    def settings(self, url: str = "https://shop.test/", **more: Any) -> ShopConnection:
        """Settings of a profile for it."""
        return ShopConnection(system="woocommerce", url=url, sizes=BatchSizes(**more.pop("sizes", {})), **more)

    def client(self, url: str = "https://shop.test/", **more: Any) -> WooClient:
        """Its API client."""
        transport = httpx.MockTransport(self)
        return WooClient(self.settings(url, **more), KEY, SECRET, transport=transport, sleep=no_wait)

    def connect(self, url: str = "https://shop.test/", **more: Any) -> WooCommerceConnector:
        """A connector on it."""
        transport = httpx.MockTransport(self)
        return WooCommerceConnector(self.settings(url, **more), KEY, SECRET, transport=transport, sleep=no_wait)
