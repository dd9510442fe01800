"""An unmodified client of other people works against the sandbox, signed without TLS and with keys over TLS."""

from __future__ import annotations

from typing import Any

import pytest
import woocommerce

from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.woocommerce.install import READ_KEY, READ_SECRET, WRITE_KEY, WRITE_SECRET
from tests.sandbox.woocommerce.client import Tls

pytestmark = pytest.mark.spec("BEY-10")


@pytest.fixture(params=["http", "https", "https-query"])
def client(request: pytest.FixtureRequest, shop: RunningSandbox, tls: Tls, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client over each way in."""
    # The client takes no file of authorities: requests reads it from the environment.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.certificate)
    url = shop.url if request.param == "http" else tls.url
    return woocommerce.API(
        url, WRITE_KEY, WRITE_SECRET, version="wc/v3", timeout=30, query_string_auth=request.param == "https-query"
    )


def test_client_makes_reads_changes_and_deletes_a_product(client: Any, request: pytest.FixtureRequest) -> None:
    sku = f"PY-{request.node.callspec.id}"
    made = client.post("products", {"name": "Thé", "sku": sku, "regular_price": "12.50"})
    assert made.status_code == 201
    number = made.json()["id"]
    found = client.get("products", params={"sku": sku.lower(), "_fields": "id,sku"}).json()
    assert found == [{"id": number, "sku": sku}]
    assert client.put(f"products/{number}", {"regular_price": "13"}).json()["price"] == "13"
    answer = client.get("products", params={"include": f"{number}", "per_page": 100, "search": "Thé"})
    assert answer.headers["X-WP-Total"] == "1"
    assert client.delete(f"products/{number}", params={"force": True}).status_code == 200
    assert client.get(f"products/{number}").json()["code"] == "woocommerce_rest_product_invalid_id"


def test_client_sends_a_batch(client: Any, request: pytest.FixtureRequest) -> None:
    sku = f"PYB-{request.node.callspec.id}"
    answer = client.post("products/batch", {"create": [{"name": "a", "sku": sku}, {"name": "b", "sku": sku}]})
    first, second = answer.json()["create"]
    assert first["sku"] == sku
    assert (second["id"], second["error"]["code"]) == (0, "product_invalid_sku")


def test_client_asks_for_the_schema(client: Any) -> None:
    answer = client.options("products")
    assert answer.status_code == 200
    assert answer.json()["methods"] == ["GET", "POST"]


def test_signature_of_a_list_or_an_empty_value_fails_without_tls(shop: RunningSandbox) -> None:
    client = woocommerce.API(shop.url, WRITE_KEY, WRITE_SECRET, version="wc/v3", timeout=30)
    for params in ({"include": [1, 2]}, {"search": ""}):
        answer = client.get("products", params=params)
        assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_authentication_error")
    assert client.get("products", params={"include": "1,2", "search": "é +~&"}).status_code == 200


def test_read_key_reads_and_is_refused_to_write(shop: RunningSandbox) -> None:
    client = woocommerce.API(shop.url, READ_KEY, READ_SECRET, version="wc/v3", timeout=30)
    assert client.get("products").status_code == 200
    refused = client.post("products", {"name": "x"})
    assert refused.status_code == 401
    assert "write permissions" in refused.json()["message"]
