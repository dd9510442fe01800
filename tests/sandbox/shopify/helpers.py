"""Short ways to talk to the sandbox in tests."""

from __future__ import annotations

import time
from typing import Any

import httpx

from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.shopify.install import DEFAULT_TOKEN

LATEST = "2026-10"
FIRST_LOCATION = "gid://shopify/Location/100000000001"


class Api:
    """A client of one shop.

    Args:
        shop: The server.
        token: Access token.
    """

    def __init__(self, shop: RunningSandbox, token: str | None = DEFAULT_TOKEN) -> None:
        self.shop = shop
        headers = {"X-Shopify-Access-Token": token} if token else {}
        self.http = httpx.Client(base_url=shop.url, headers=headers, timeout=20)

    def post(self, query: str, variables: Any = None, version: str = LATEST, **headers: str) -> httpx.Response:
        """The raw answer."""
        body = {"query": query, "variables": variables or {}}
        return self.http.post(f"/admin/api/{version}/graphql.json", json=body, headers=headers)

    def full(self, query: str, variables: Any = None, version: str = LATEST, **headers: str) -> dict[str, Any]:
        """The JSON of an answer with status 200."""
        answer = self.post(query, variables, version, **headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def data(self, query: str, variables: Any = None, version: str = LATEST) -> Any:
        """The data of an answer without errors."""
        found = self.full(query, variables, version)
        assert "errors" not in found, found["errors"]
        return found["data"]

    def payload(self, query: str, variables: Any = None, version: str = LATEST) -> Any:
        """The only payload of a mutation that was carried out."""
        (found,) = self.data(query, variables, version).values()
        assert not found["userErrors"], found["userErrors"]
        return found

    def refusals(self, query: str, variables: Any = None, version: str = LATEST) -> list[str]:
        """Codes (messages without one) of the user errors of a mutation."""
        (found,) = self.data(query, variables, version).values()
        return [error.get("code") or error["message"] for error in found["userErrors"]]

    def finished(self, operation: str) -> Any:
        """A bulk operation, once it has ended."""
        for _ in range(600):
            row = self.data(
                "query($id: ID!) { bulkOperation(id: $id) { status errorCode objectCount rootObjectCount url } }",
                {"id": operation},
            )["bulkOperation"]
            if row["status"] not in ("CREATED", "RUNNING", "CANCELING"):
                return row
            time.sleep(0.02)
        raise AssertionError("the bulk operation does not end")


SET_PRODUCT = """
mutation Up($who: ProductSetIdentifiers, $in: ProductSetInput!) {
  productSet(identifier: $who, input: $in, synchronous: true) {
    product {
      id handle title status tags options { id name values }
      variants(first: 50) { nodes { id title sku price inventoryQuantity inventoryItem { id tracked } } }
      metafields(first: 10) { nodes { namespace key value } }
      media(first: 10) { nodes { id alt } }
    }
    userErrors { code field message }
  }
}
"""


def sized(*sizes: str, **each: Any) -> dict[str, Any]:
    """Options and variants of a product that comes in sizes."""
    return {
        "productOptions": [{"name": "Size", "values": [{"name": size} for size in sizes]}],
        "variants": [{"optionValues": [{"optionName": "Size", "name": size}], **each} for size in sizes],
    }
