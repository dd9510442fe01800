"""An order whose detail cannot be read is not read without it: it waits, named, and the others come."""

from __future__ import annotations

import httpx
import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.sales import Order
from tests.connectors.prestashop.helpers import Shop, make_order, read


class Spoiled(httpx.HTTPTransport):
    """Rewrites the answers of one resource on their way."""

    def __init__(self, resource: str, old: bytes, new: bytes) -> None:
        super().__init__()
        self._resource, self._old, self._new = resource, old, new

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        content = answer.read()
        if request.url.path.endswith(self._resource):
            content = content.replace(self._old, self._new, 1)
        headers = {k: v for k, v in answer.headers.items() if k not in ("content-length", "content-encoding")}
        return httpx.Response(answer.status_code, headers=headers, content=content)


@pytest.mark.spec("ORD-01")
@pytest.mark.parametrize(
    ("resource", "old", "new"),
    [
        ("order_details", b"<product_quantity><![CDATA[2]]>", b"<product_quantity><![CDATA[deux]]>"),
        ("order_payments", b"<amount><![CDATA[", b"<amount><![CDATA[x"),
    ],
)
def test_order_with_an_unreadable_detail_waits_and_the_others_come(
    shop9: Shop, resource: str, old: bytes, new: bytes
) -> None:
    with shop9.state() as state:
        first, second = (str(make_order(state)) for _ in range(2))
    connector = shop9.connect(transport=Spoiled(resource, old, new))
    found = read(connector, Scope.ORDERS, ReadRequest(ids=(first, second)))
    assert [o.remote_id for o in found[Order]] == [second]
    assert first in [w.facts.record for w in connector.warnings if w.message.params["resource"] == "orders"]
