"""Bulk operations: files out, files in, limits; webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.shopify.install import CLIENT_SECRET
from tests.sandbox.shopify.conftest import Start
from tests.sandbox.shopify.helpers import Api

pytestmark = pytest.mark.spec("BEY-10")

RUN_QUERY = "mutation($q: String!) { bulkOperationRunQuery(query: $q) { bulkOperation { id status } "
RUN_QUERY += "userErrors { code message } } }"
RUN_MUTATION = (
    "mutation($m: String!, $p: String!, $c: String) { bulkOperationRunMutation(mutation: $m, stagedUploadPath: $p, "
)
RUN_MUTATION += "clientIdentifier: $c) { bulkOperation { id status } userErrors { code message } } }"
STAGE = 'mutation { stagedUploadsCreate(input: [{resource: BULK_MUTATION_VARIABLES, filename: "in.jsonl", mimeType: '
STAGE += (
    '"text/jsonl", httpMethod: POST}]) { stagedTargets { url parameters { name value } } userErrors { message } } }'
)
TITLE = (
    "mutation T($p: ProductUpdateInput!) { productUpdate(product: $p) { product { id title } userErrors { message } } }"
)


@pytest.fixture(scope="module")
def stocked(start: Start) -> tuple[Api, list[dict[str, Any]]]:
    """A shop with three products of two variants each."""
    shop = start()
    products = [
        {
            "title": f"P{n}",
            "options": ["Size"],
            "variants": [{"sku": f"P{n}{s}", "options": [s], "stock": [n]} for s in "SM"],
        }
        for n in range(3)
    ]
    return Api(shop), shop.admin("POST", "/_admin/seed/products", {"products": products})["result"]


def _lines(api: Api, url: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in api.http.get(url).text.splitlines()]


def _upload(api: Api, rows: list[Any]) -> str:
    (target,) = api.payload(STAGE)["stagedTargets"]
    fields = {row["name"]: row["value"] for row in target["parameters"]}
    content = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    assert api.http.post(target["url"], data=fields, files={"file": ("in.jsonl", content.encode())}).status_code == 201
    return fields["key"]


def test_export_has_a_line_for_each_object_with_its_parent(stocked: tuple[Api, list[dict[str, Any]]]) -> None:
    api, made = stocked
    query = "{ products { edges { node { id title variants { edges { node { id sku inventoryItem { id inventoryLevels "
    query += '{ edges { node { id quantities(names: ["available"]) { quantity } } } } } } } } } } } }'
    started = api.payload(RUN_QUERY, {"q": query})["bulkOperation"]
    assert started["status"] == "CREATED"
    row = api.finished(started["id"])
    assert (row["status"], row["objectCount"], row["rootObjectCount"]) == ("COMPLETED", "15", "3")
    lines = _lines(api, row["url"])
    assert [line["title"] for line in lines if "title" in line] == ["P0", "P1", "P2"]
    first = f"gid://shopify/Product/{made[0]['product']}"
    skus = [line["sku"] for line in lines if line.get("__parentId") == first]
    assert skus == ["P0S", "P0M"]
    variant = next(line for line in lines if line.get("sku") == "P2M")
    assert "inventoryLevels" not in variant["inventoryItem"]
    levels = [line for line in lines if line.get("__parentId") == variant["id"]]
    assert [line["quantities"] for line in levels] == [[{"quantity": 2}]]


def test_empty_export_has_no_file(stocked: tuple[Api, list[dict[str, Any]]]) -> None:
    api, _ = stocked
    started = api.payload(RUN_QUERY, {"q": '{ products(query: "title:none") { edges { node { id } } } }'})
    row = api.finished(started["bulkOperation"]["id"])
    assert (row["status"], row["objectCount"], row["url"]) == ("COMPLETED", "0", None)


@pytest.mark.parametrize(
    "query",
    [
        "{ shop { name } }",
        "{ products { edges { node { title variants { edges { node { id } } } } } } }",
        "{ products { edges { node { nothing } } } }",
        "mutation { productDelete(input: {id: 1}) { deletedProductId } }",
    ],
)
def test_what_cannot_be_exported_is_refused(stocked: tuple[Api, list[dict[str, Any]]], query: str) -> None:
    assert stocked[0].refusals(RUN_QUERY, {"q": query}) == ["INVALID"]


def test_export_without_the_scope_fails(stocked: tuple[Api, list[dict[str, Any]]]) -> None:
    api, _ = stocked
    api.shop.admin("POST", "/_admin/tokens", {"token": "shpat_poor", "scopes": ["read_products"]})
    poor = Api(api.shop, "shpat_poor")
    started = poor.payload(RUN_QUERY, {"q": "{ orders { edges { node { id } } } }"})["bulkOperation"]
    row = poor.finished(started["id"])
    assert (row["status"], row["errorCode"], row["url"]) == ("FAILED", "ACCESS_DENIED", None)


def test_import_answers_line_by_line(stocked: tuple[Api, list[dict[str, Any]]]) -> None:
    api, made = stocked
    rows: list[Any] = [{"p": {"id": f"gid://shopify/Product/{item['product']}", "title": "New"}} for item in made]
    rows[1] = "{broken"
    rows.append({"p": {"id": "gid://shopify/Product/1", "title": "x"}})
    rows.append({"p": "x"})
    path = _upload(api, rows)
    started = api.payload(RUN_MUTATION, {"m": TITLE, "p": path, "c": "job-1"})["bulkOperation"]
    # The same client identifier begins nothing new.
    assert api.payload(RUN_MUTATION, {"m": TITLE, "p": path, "c": "job-1"})["bulkOperation"]["id"] == started["id"]
    row = api.finished(started["id"])
    assert (row["status"], row["objectCount"]) == ("COMPLETED", "5")
    lines = _lines(api, row["url"])
    assert [line["__lineNumber"] for line in lines] == [0, 1, 2, 3, 4]
    assert lines[0]["data"]["productUpdate"]["product"]["title"] == "New"
    assert lines[3]["data"]["productUpdate"]["userErrors"][0]["message"] == "Product does not exist"
    assert "errors" in lines[1]
    assert "errors" in lines[4]
    points = api.shop.admin("GET", "/_admin/points")
    assert points["throttled"] == 0


def test_imports_that_cannot_begin(stocked: tuple[Api, list[dict[str, Any]]]) -> None:
    api, _ = stocked
    assert api.refusals(RUN_MUTATION, {"m": TITLE, "p": "tmp/none"}) == ["NO_SUCH_FILE"]
    path = _upload(api, [{"p": {}}])
    assert api.refusals(RUN_MUTATION, {"m": "{ shop { name } }", "p": path}) == ["INVALID_MUTATION"]
    assert api.refusals(RUN_MUTATION, {"m": "mutation { nothing }", "p": path}) == ["INVALID_MUTATION"]


def test_operations_at_a_time_and_their_end(start: Start) -> None:
    # A slow shop: operations wait a long time before they begin.
    api = Api(start(0.01))
    query = {"q": "{ products { edges { node { id } } } }"}
    first = api.payload(RUN_QUERY, query, "2025-10")["bulkOperation"]["id"]
    assert api.refusals(RUN_QUERY, query, "2025-10") == ["OPERATION_IN_PROGRESS"]
    for _ in range(4):
        api.payload(RUN_QUERY, query)
    assert api.refusals(RUN_QUERY, query) == ["LIMIT_REACHED"]
    cancel = "mutation($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { message } } }"
    assert api.payload(cancel, {"id": first})["bulkOperation"]["status"] == "CANCELING"


def test_operations_outlive_the_server(start: Start, tmp_path: Path) -> None:
    server = start(0.01, state=tmp_path)
    api = Api(server)
    started = api.payload(RUN_QUERY, {"q": "{ locations { edges { node { id name } } } }"})["bulkOperation"]["id"]
    server.kill()
    again = Api(start(0, state=tmp_path))
    row = again.finished(started)
    assert (row["status"], row["objectCount"]) == ("COMPLETED", "2")


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


def test_webhooks_are_signed_and_may_come_twice(shop: RunningSandbox, api: Api) -> None:
    receiver = HTTPServer(("127.0.0.1", 0), _Receiver)
    receiver.got = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=receiver.serve_forever, daemon=True)
    thread.start()
    uri = f"http://127.0.0.1:{receiver.server_port}/hook"
    query = "mutation($w: WebhookSubscriptionInput!) { webhookSubscriptionCreate(topic: ORDERS_CREATE, "
    query += "webhookSubscription: $w) { webhookSubscription { id uri topic } userErrors { message } } }"
    try:
        api.payload(query, {"w": {"uri": uri}})
        assert api.refusals(query, {"w": {"uri": uri}}) == ["Address for this topic has already been taken"]
        assert api.refusals(query, {"w": {"uri": "http://shop.example/x"}}) == ["Address is not allowed"]
        sent = shop.admin("POST", "/_admin/webhooks", {"topic": "ORDERS_CREATE", "payload": {"id": 7}, "times": 2})
    finally:
        receiver.shutdown()
        receiver.server_close()
    assert [row["status"] for row in sent["deliveries"]] == [200, 200]
    (first, body), (second, _) = receiver.got  # type: ignore[attr-defined]
    assert first["X-Shopify-Topic"] == "orders/create"
    assert first["X-Shopify-Webhook-Id"] == second["X-Shopify-Webhook-Id"]
    expected = base64.b64encode(hmac.new(CLIENT_SECRET.encode(), body, hashlib.sha256).digest()).decode()
    assert first["X-Shopify-Hmac-Sha256"] == expected
