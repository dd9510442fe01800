"""Points, tokens, errors in their layers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.plugins import Services
from atoosync_lab.connectors.shops.shopify import answers, facts
from atoosync_lab.connectors.shops.shopify.bucket import Bucket
from atoosync_lab.connectors.shops.shopify.connector import ShopifyConnector
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.errors import ConnectionFailedError, OutcomeUnknownError, RefusedError, RetryError
from atoosync_lab.model.ports import Tokens, Trace
from atoosync_lab.sandbox.shopify.install import CLIENT_ID, CLIENT_SECRET, DEFAULT_TOKEN
from atoosync_lab.settings.connection import ShopConnection
from tests.connectors.shopify.helpers import Shop, read
from tests.connectors.suite import Waits

GRANTED = {"shop.client_id": CLIENT_ID, "shop.client_secret": CLIENT_SECRET}


def status(available: float, requested: int = 100) -> dict[str, Any]:
    throttle = {"maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": 100.0}
    return {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": throttle}


def test_bucket_waits_for_what_lacks_and_no_longer() -> None:
    now = [0.0]
    bucket = Bucket(clock=lambda: now[0])
    assert bucket.wait_for("Products", 300) == 0.0, "nothing is known yet"
    bucket.note("Products", status(50, requested=350))
    assert bucket.wait_for("Products", 1) == pytest.approx(3.0), "what it cost the last time"
    assert bucket.wait_for("Unknown", 100) == pytest.approx(0.5)
    now[0] = 2.0
    assert bucket.wait_for("Products", 1) == pytest.approx(1.0)
    now[0] = 60.0
    assert bucket.available == 2000.0
    assert bucket.after_throttled(status(50, requested=350)) == pytest.approx(3.0)


@pytest.mark.pitfall("PB-35")
def test_throttled_read_waits_and_loses_nothing(shop: Shop) -> None:
    waits = Waits()
    connector = shop.connect(sleep=waits)
    expected = read(connector, Scope.STOCKS)
    shop.server.faults([{"kind": "throttled", "body": "query Stocks", "times": 3}])
    assert read(connector, Scope.STOCKS) == expected
    assert len(waits.seconds) == 3
    assert min(waits.seconds) > 0


def test_lasting_throttling_ends_with_a_sentence(shop: Shop) -> None:
    shop.server.faults([{"kind": "throttled", "times": None}])
    with pytest.raises(RetryError) as raised:
        read(shop.connect(), Scope.STOCKS)
    assert raised.value.code == "shopify.throttled"


def test_internal_error_of_a_read_is_tried_again(shop: Shop) -> None:
    expected = read(shop.connect(), Scope.STOCKS)
    shop.server.faults([{"kind": "internal_error", "body": "query Stocks", "times": 2}])
    assert read(shop.connect(), Scope.STOCKS) == expected
    shop.server.faults([{"kind": "internal_error", "body": "query Stocks", "times": None}])
    with pytest.raises(OutcomeUnknownError):
        read(shop.connect(), Scope.STOCKS)


def test_dear_page_is_halved(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read(shop.connect(), Scope.PRODUCTS)
    ids = tuple(p.remote_id for p in expected[Product] if p.kind == "product")
    # By id each product costs some 30 points: so many at once are refused.
    monkeypatch.setattr(facts, "PRODUCTS_BY_ID", 100)
    found = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=ids))
    assert found == expected


# --- Tokens -----------------------------------------------------------------------------------------------------------


class Kept:
    """Keeps tokens in memory, as the store keeps them in its file."""

    def __init__(self) -> None:
        self.tokens: Tokens | None = None
        self.saved = 0

    def load(self) -> Tokens | None:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        self.tokens, self.saved = tokens, self.saved + 1

    def clear(self) -> None:
        self.tokens = None

    @contextmanager
    def lock(self) -> Iterator[None]:
        yield

    def mark_refreshing(self, refreshing: bool) -> None:
        """Not needed: a grant replays nothing."""

    def was_refreshing(self) -> bool:
        return False


def test_granted_token_is_kept_and_used_by_the_next_run(shop: Shop) -> None:
    kept = Kept()
    for _ in range(2):
        assert read(shop.connect(secrets=GRANTED, services=Services(tokens=kept)), Scope.STOCKS)
    assert kept.saved == 1
    assert kept.tokens is not None
    assert timedelta(hours=23) < kept.tokens.expires_at - datetime.now(UTC) < timedelta(hours=25)


def test_token_that_ends_soon_is_renewed_before_it_does(shop: Shop) -> None:
    kept = Kept()
    soon = datetime.now(UTC) + timedelta(seconds=facts.TOKEN_MARGIN - 1)
    kept.tokens = Tokens(access="shpat_old", refresh="", expires_at=soon)
    assert read(shop.connect(secrets=GRANTED, services=Services(tokens=kept)), Scope.STOCKS)
    assert kept.tokens.access != "shpat_old"


def test_token_refused_in_the_middle_of_a_run_is_renewed_once(shop: Shop) -> None:
    kept = Kept()
    connector = shop.connect(secrets=GRANTED, services=Services(tokens=kept))
    expected = read(connector, Scope.STOCKS)
    assert shop.server.admin("POST", "/_admin/expire")["expired"] >= 1
    assert read(connector, Scope.STOCKS) == expected
    assert kept.saved == 2
    shop.server.faults([{"kind": "expired_token", "times": None}])
    calls = connector.calls
    with pytest.raises(ConnectionFailedError) as raised:
        read(connector, Scope.STOCKS)
    assert raised.value.code == "shopify.token_refused"
    assert connector.calls - calls == 3, "one call, one grant, one call"


def test_secrets_are_in_no_trace_and_no_error(shop: Shop) -> None:
    traces: list[Trace] = []

    class Sink:
        def write(self, trace: Trace) -> None:
            traces.append(trace)

    kept = Kept()
    settings = ShopConnection(system="shopify", url=shop.server.url, debug=True)
    connector = ShopifyConnector(settings, GRANTED, Services(trace=Sink(), tokens=kept))
    read(connector, Scope.STOCKS)
    connector.close()
    assert kept.tokens is not None
    shown = repr(traces) + repr(vars(connector)) + repr(kept.tokens)
    for secret in (CLIENT_SECRET, kept.tokens.access):
        assert secret not in shown
    assert any("query Stocks" in t.detail for t in traces)


# --- Layers of errors -------------------------------------------------------------------------------------------------


def answered(status: int, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = headers or {"content-type": "application/json"}
    return httpx.Response(status, content=content, headers=kind, request=httpx.Request("POST", "https://s.test/x"))


def test_numbers_are_exact() -> None:
    body = answers.parse(answered(200, b'{"data": {"rate": 0.055, "n": 1.10}}'), "X")
    assert body["data"] == {"rate": Decimal("0.055"), "n": Decimal("1.10")}


@pytest.mark.parametrize(
    ("errors", "kind", "code"),
    [
        ([{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], answers.ThrottledError, "shopify.throttled"),
        (
            [{"message": "Access denied for orders field. Required access: `read_orders` access scope.",
              "extensions": {"code": "ACCESS_DENIED"}}],
            ConnectionFailedError, "shopify.scope_missing",
        ),
        (
            [{"message": "This app is not approved to access the Customer object. See"
              " https://shopify.dev/docs/apps/launch/protected-customer-data",
              "extensions": {"code": "ACCESS_DENIED"}}],
            ConnectionFailedError, "shopify.protected_data",
        ),
        (
            [{"message": "B2B requires the Shopify Plus plan.", "extensions": {"code": "ACCESS_DENIED"}}],
            ConnectionFailedError, "shopify.plan_lacks",
        ),
        (
            [{"message": "Field 'x' doesn't exist on type 'Shop'", "extensions": {"code": "undefinedField"}}],
            ConnectionFailedError, "shopify.version_differs",
        ),
        (
            [{"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "r"}}],
            OutcomeUnknownError, "shopify.server_error",
        ),
        ("Not Found", RefusedError, "shopify.refused"),
        ([{"message": "The shop is inactive", "extensions": {"code": "SHOP_INACTIVE"}}], ConnectionFailedError,
         "shopify.frozen"),
    ],
)  # fmt: skip
def test_each_error_of_the_top_level_has_its_kind(errors: Any, kind: type[Exception], code: str) -> None:
    with pytest.raises(kind) as raised:
        answers.judge({"errors": errors}, "X")
    assert raised.value.code == code  # type: ignore[attr-defined]
    assert raised.value.message.text("en") != code  # type: ignore[attr-defined]


def test_half_an_answer_is_no_answer() -> None:
    for content in (b'{"data": {"shop": ', b"", b"[]"):
        with pytest.raises(OutcomeUnknownError):
            answers.parse(answered(200, content), "X")
    with pytest.raises(RefusedError) as raised:
        answers.parse(answered(400, {"errors": {"query": "Required parameter missing"}}), "X")
    assert "query: Required parameter missing" in raised.value.message.text("fr")


def test_errors_beside_data_are_told_unless_they_are_looked_at() -> None:
    failed = {"message": "boom", "path": ["m1"], "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    body = {"data": {"m0": {"userErrors": []}, "m1": None}, "errors": [failed]}
    answer = answers.judge(body, "X", partial=True)
    assert answer.error_at("m0") is None
    assert answer.error_at("m1") is not None
    with pytest.raises(OutcomeUnknownError):
        answers.judge(body, "X")


def test_file_is_fetched_without_the_token_and_never_in_the_clear(shop: Shop) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"{}")

    connector = ShopifyConnector(
        ShopConnection(url="ma-boutique"), {"shop.access_token": DEFAULT_TOKEN}, transport=httpx.MockTransport(answer)
    )
    client = connector._client
    assert client.download("https://storage.example.test/result.jsonl?sig=1") == b"{}"
    assert facts.TOKEN_HEADER not in seen[0].headers
    with pytest.raises(ConnectionFailedError):
        client.download("http://storage.example.test/result.jsonl")
    connector.close()
    assert len(seen) == 1


def test_stock_row_says_where_and_how_it_is_held(shop: Shop) -> None:
    rows = {row.remote_id: row for row in read(shop.connect(), Scope.STOCKS)[Stock]}
    location = str(shop.rows("locations", "1 ORDER BY id")[0]["id"])
    assert {row.warehouse_id for row in rows.values()} == {location}
    assert {row.depends for row in rows.values()} >= {"stocked"}
    sizes = [r for r in rows.values() if r.variant_id is not None]
    assert sorted(int(r.quantity) for r in sizes if r.product_id == sizes[0].product_id) == [0, 1, 2]
