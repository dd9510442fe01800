"""An unmodified client of other people works against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError

import pytest
import shopify

from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.shopify.install import DEFAULT_TOKEN

pytestmark = pytest.mark.spec("BEY-10")


@pytest.fixture
def session(shop: RunningSandbox) -> Iterator[Any]:
    """Makes sessions of the client; its settings, which are of the whole process, are put back."""
    kept = (shopify.Session.protocol, shopify.Session.port, shopify.Session.myshopify_domain)
    # The client forces the host to be a name below this domain: 127 below 0.0.1 is this machine.
    shopify.Session.protocol, shopify.Session.port, shopify.Session.myshopify_domain = "http", shop.port, "0.0.1"

    def begin(token: str = DEFAULT_TOKEN, version: str = "2026-04") -> None:
        shopify.ShopifyResource.activate_session(shopify.Session("127.0.0.1", version, token))

    yield begin
    shopify.ShopifyResource.clear_session()
    shopify.Session.protocol, shopify.Session.port, shopify.Session.myshopify_domain = kept


def test_client_reads_and_writes(session: Any) -> None:
    session()
    client = shopify.GraphQL()
    made = json.loads(
        client.execute(
            "mutation Make($p: ProductCreateInput!) { productCreate(product: $p) { product { id handle } userErrors "
            "{ message } } } query Other { shop { name } }",
            {"p": {"title": "From the client"}},
            "Make",
        )
    )
    product = made["data"]["productCreate"]["product"]
    assert product["handle"] == "from-the-client"
    read = json.loads(client.execute("query($id: ID!) { product(id: $id) { title } }", {"id": product["id"]}))
    assert read["data"]["product"]["title"] == "From the client"
    assert read["extensions"]["cost"]["requestedQueryCost"] == 1


def test_client_raises_for_a_bad_token(session: Any, capsys: pytest.CaptureFixture[str]) -> None:
    session("shpat_wrong")
    with pytest.raises(HTTPError) as caught:
        shopify.GraphQL().execute("{ shop { name } }")
    assert caught.value.code == 401


def test_client_asks_for_any_quarter(session: Any) -> None:
    session(version="2024-10")
    found = json.loads(shopify.GraphQL().execute("{ shop { name } }"))
    assert found["data"]["shop"]["name"] == "Boutique"
