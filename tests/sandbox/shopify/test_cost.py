"""Points: what operations cost, and what happens when there are none left."""

from __future__ import annotations

import pytest

from atoosync_lab.sandbox.shopify.bucket import Buckets
from atoosync_lab.sandbox.shopify.facts import BUCKET, RESTORE_RATE
from tests.sandbox.shopify.conftest import Start
from tests.sandbox.shopify.helpers import Api

pytestmark = pytest.mark.spec("BEY-10")


def _cost(api: Api, query: str, variables: object = None) -> tuple[int, int]:
    cost = api.full(query, variables)["extensions"]["cost"]
    return cost["requestedQueryCost"], cost["actualQueryCost"]


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ shop { name currencyCode } }", (1, 1)),
        ("{ shop { name plan { displayName } } }", (2, 2)),
        ("{ shop { name shopAddress { city } } }", (1, 1)),
        # 2 for the connection, and floor(2 ln 10) nodes of one point; none is there.
        ('{ products(first: 10, query: "title:nothing") { nodes { id } } }', (6, 2)),
        ('{ products(first: 250, query: "title:nothing") { nodes { id } pageInfo { endCursor } } }', (13, 2)),
    ],
)
def test_cost_of_queries(api: Api, query: str, cost: tuple[int, int]) -> None:
    assert _cost(api, query) == cost


def test_cost_of_the_published_example(api: Api) -> None:
    query = "query($id: ID!) { product(id: $id) { variants(first: 250) { nodes { inventoryItem { id tracked } } } } }"
    assert _cost(api, query, {"id": "gid://shopify/Product/1"}) == (25, 1)


def test_mutation_costs_ten_whatever_it_returns(api: Api) -> None:
    query = 'mutation { a: productDelete(input: {id: "gid://shopify/Product/1"}) { userErrors { message } } '
    query += 'b: productDelete(input: {id: "gid://shopify/Product/1"}) { userErrors { message } } }'
    assert _cost(api, query) == (20, 20)


def test_too_dear_a_query_is_refused_before_it_runs(api: Api) -> None:
    nested = "{ products(first: 250) { nodes { variants(first: 250) { nodes { product { id } media(first: 250) "
    nested += "{ nodes { id } } } } } } }"
    answer = api.full(nested)
    assert "data" not in answer
    error = answer["errors"][0]
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["cost"] > error["extensions"]["maxCost"] == 1000
    assert str(error["extensions"]["cost"]) in error["message"]


def test_arrays_and_pages_have_an_end(api: Api) -> None:
    ids = ["gid://shopify/Product/1"] * 251
    answer = api.full("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})
    assert answer["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert "errors" in api.full("{ products(first: 251) { nodes { id } } }")
    assert "errors" in api.full("{ products { nodes { id } } }")
    assert "errors" not in api.full("{ products(last: 250) { nodes { id } } }")


def test_costs_of_fields_are_told_on_demand(api: Api) -> None:
    answer = api.full("{ products(first: 10) { nodes { id } } }", **{"Shopify-GraphQL-Cost-Debug": "1"})
    fields = {tuple(item["path"]): item for item in answer["extensions"]["cost"]["fields"]}
    assert fields["products",]["requestedTotalCost"] == 6
    assert fields["products", "nodes", "id"]["requestedTotalCost"] == 0


def test_bucket_empties_and_answers_throttled_with_200(start: Start) -> None:
    # A slow shop: next to nothing is restored while the test runs.
    shop = start(0.001, "--plan", "basic")
    client = Api(shop)
    query = "{ products(first: 250) { nodes { variants(first: 250) { nodes { product { id } } } } } }"
    for _ in range(3):
        # What was reserved and not used comes back.
        cost = client.full(query)["extensions"]["cost"]
        assert cost["actualQueryCost"] == 2 < cost["requestedQueryCost"]
        assert cost["throttleStatus"]["currentlyAvailable"] > BUCKET["basic"] - 10
    one = 'orderOpen(input: {id: "gid://shopify/Order/1"}) { userErrors { message } }'
    many = "mutation { " + " ".join(f"m{n}: {one}" for n in range(50)) + " }"
    for _ in range(5):
        answer = client.full(many)
        if "errors" in answer:
            break
    assert "data" not in answer
    assert answer["errors"][0]["message"] == "Throttled"
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    cost = answer["extensions"]["cost"]
    assert cost["actualQueryCost"] is None
    assert cost["throttleStatus"]["maximumAvailable"] == BUCKET["basic"]
    assert cost["throttleStatus"]["restoreRate"] == RESTORE_RATE["basic"]
    assert cost["throttleStatus"]["currentlyAvailable"] < cost["requestedQueryCost"] == 500
    spent = shop.admin("GET", "/_admin/points")
    assert spent["spent"] == 3 * 2 + 3 * 500
    assert spent["throttled"] == 1
    # Another token has a bucket of its own.
    shop.admin("POST", "/_admin/tokens", {"token": "shpat_two", "scopes": ["read_products"]})
    assert "data" in Api(shop, "shpat_two").full("{ shop { name } }")
    shop.admin("DELETE", "/_admin/points")
    assert "data" in client.full("{ shop { name } }")


def test_bucket_restores_by_plan_and_speed() -> None:
    now = [0.0]
    for plan, speed in (("basic", 1.0), ("plus", 3.0)):
        buckets = Buckets(speed, lambda: now[0])
        buckets.empty("t", plan)  # type: ignore[arg-type]
        assert not buckets.take("t", plan, 1)  # type: ignore[arg-type]
        now[0] += 2
        restored = int(2 * RESTORE_RATE[plan] * speed)  # type: ignore[index]
        assert buckets.take("t", plan, restored)  # type: ignore[arg-type]
        assert not buckets.take("t", plan, 1)  # type: ignore[arg-type]
