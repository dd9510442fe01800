"""Batches fit the shop: measured time decides, a time-out halves, a dead shop is not asked for ever."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from atoosync_lab.connectors.base import Outcome
from atoosync_lab.connectors.shops.woocommerce import facts
from atoosync_lab.connectors.shops.woocommerce.batches import Batcher, BatchSize, Item
from atoosync_lab.model.errors import ConnectionFailedError
from tests.connectors.woocommerce.fakes import FakeShop, as_json, failure


def items(number: int) -> list[Item]:
    return [Item(f"K{n}", str(n), {"regular_price": "1.5"}) for n in range(1, number + 1)]


def body(request: httpx.Request) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(request.content)["update"]
    return found


def taken(request: httpx.Request) -> httpx.Response:
    return as_json({"update": body(request)})


class Sizes:
    """A shop that notes the sizes of the batches it gets."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response] = taken, seconds: float = 0.0) -> None:
        self.seen: list[int] = []
        self.answer, self.seconds, self.now = answer, seconds, 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(len(body(request)))
        self.now += self.seconds * self.seen[-1]
        return self.answer(request)

    def batcher(self) -> Batcher:
        shop = FakeShop(**{"products/batch": self, "products": as_json([])})
        batcher = Batcher(shop.client(), 2)
        batcher._sizes["price"] = BatchSize(clock=lambda: self.now)
        return batcher


def test_fast_shop_gets_larger_batches_up_to_the_limit() -> None:
    shop = Sizes(seconds=0.001)
    results = shop.batcher().send("price", "products", items(400))
    assert [r.outcome for r in results] == [Outcome.DONE] * 400
    assert [r.key for r in results] == [i.key for i in items(400)]
    assert shop.seen == [25, 50, 100, 100, 100, 25]
    assert max(shop.seen) == facts.BATCH_MAX


def test_slow_shop_gets_smaller_ones() -> None:
    shop = Sizes(seconds=1.0)
    shop.batcher().send("price", "products", items(50))
    assert shop.seen == [25, 8, 8, 8, 1]


def test_time_out_halves_and_never_grows_back() -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        if len(body(request)) > 10:
            raise httpx.ReadTimeout("slow", request=request)
        return taken(request)

    shop = Sizes(slow)
    results = shop.batcher().send("price", "products", items(40))
    assert {r.outcome for r in results} == {Outcome.DONE}
    assert shop.seen[:3] == [25, 12, 6]
    assert max(shop.seen[2:]) <= 6


def test_batch_that_the_shop_finds_too_large_is_halved() -> None:
    def narrow(request: httpx.Request) -> httpx.Response:
        many = len(body(request)) > 20
        return failure(413, "woocommerce_rest_request_entity_too_large") if many else taken(request)

    shop = Sizes(narrow)
    results = shop.batcher().send("price", "products", items(30))
    assert {r.outcome for r in results} == {Outcome.DONE}
    assert shop.seen[:2] == [25, 12]
    assert max(shop.seen[1:]) == 12


def test_record_that_breaks_its_batch_is_isolated() -> None:
    def fatal(request: httpx.Request) -> httpx.Response:
        if any(row["id"] == 7 for row in body(request)):
            return failure(500, "internal_server_error")
        return taken(request)

    results = Sizes(fatal).batcher().send("price", "products", items(25))
    assert [r.key for r in results if r.outcome is not Outcome.DONE] == ["K7"]
    assert len(results) == 25


def test_shop_that_fails_at_everything_is_soon_left_alone() -> None:
    shop = Sizes(lambda request: failure(500, "internal_server_error"))
    results = shop.batcher().send("price", "products", items(300))
    assert len(results) == 300
    assert Outcome.DONE not in {r.outcome for r in results}
    assert {r.outcome for r in results} == {Outcome.UNKNOWN, Outcome.UNSENT}
    assert len(shop.seen) < 12


def test_shop_that_cannot_even_be_read_is_left_at_once() -> None:
    shop = Sizes(lambda request: failure(500, "internal_server_error"))
    down = FakeShop(**{"products/batch": shop, "products": failure(503, "maintenance")})
    results = Batcher(down.client(), 2).send("price", "products", items(300))
    assert [r.outcome for r in results] == [Outcome.UNKNOWN] * 25 + [Outcome.UNSENT] * 275
    assert shop.seen == [25] * 4


def test_firewall_in_the_middle_leaves_the_rest_unsent() -> None:
    shop = Sizes()

    def once(request: httpx.Request) -> httpx.Response:
        return taken(request) if len(shop.seen) < 2 else httpx.Response(403, text="<html>blocked</html>")

    shop.answer = once
    results = shop.batcher().send("price", "products", items(60))
    assert [r.outcome for r in results] == [Outcome.DONE] * 25 + [Outcome.UNSENT] * 35
    with pytest.raises(ConnectionFailedError):
        shop.batcher().send("price", "products", items(3))


def test_value_that_the_shop_drops_in_silence_is_told() -> None:
    def drops(request: httpx.Request) -> httpx.Response:
        return as_json({"update": [{**row, "regular_price": "", "type": "variable"} for row in body(request)]})

    (result,) = Sizes(drops).batcher().send("price", "products", items(1))
    assert result.outcome is Outcome.REFUSED
    assert result.error is not None
    assert result.error.code == "woocommerce.price_of_variable"


def test_answer_that_lacks_a_record_leaves_it_in_doubt() -> None:
    short = Sizes(lambda request: as_json({"update": body(request)[:1]}))
    assert [r.outcome for r in short.batcher().send("price", "products", items(2))] == [Outcome.DONE, Outcome.UNKNOWN]


def test_refusal_after_a_lost_answer_is_not_taken_for_unsent() -> None:
    shop = Sizes()

    def lost_then_blocked(request: httpx.Request) -> httpx.Response:
        return (
            failure(500, "internal_server_error")
            if len(shop.seen) == 1
            else httpx.Response(403, text="<html>no</html>")
        )

    shop.answer = lost_then_blocked
    assert [r.outcome for r in shop.batcher().send("price", "products", items(1))] == [Outcome.UNKNOWN]
