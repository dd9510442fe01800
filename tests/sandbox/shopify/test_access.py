"""Tokens, scopes, versions, errors of HTTP."""

from __future__ import annotations

import httpx
import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.shopify.install import CLIENT_ID, CLIENT_SECRET, READ_TOKEN
from tests.sandbox.shopify.conftest import Start
from tests.sandbox.shopify.helpers import LATEST, Api

pytestmark = pytest.mark.spec("BEY-10")
NAME = "{ shop { name } }"


def test_unknown_token_is_401_with_a_bare_text(shop: RunningSandbox) -> None:
    for token in (None, "shpat_other"):
        answer = Api(shop, token).post(NAME)
        assert answer.status_code == 401
        assert answer.json()["errors"].startswith("[API] Invalid API key or access token")
        assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("asked", "served"), [("2026-10", "2026-10"), ("2025-10", "2025-10"), ("2024-01", "2025-10"), ("unstable", LATEST)]
)
def test_header_tells_the_version_served(api: Api, asked: str, served: str) -> None:
    answer = api.post(NAME, version=asked)
    assert answer.status_code == 200
    assert answer.headers["X-Shopify-API-Version"] == served


@pytest.mark.parametrize("version", ["2026-11", "latest", "2027-01"])
def test_what_is_no_version_is_404(api: Api, version: str) -> None:
    answer = api.post(NAME, version=version)
    assert answer.status_code == 404
    assert answer.json() == {"errors": "Not Found"}


def _grant(url: str, **values: str) -> httpx.Response:
    given = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"} | values
    return httpx.post(f"{url}/admin/oauth/access_token", data=given)


def test_credentials_give_a_token_for_a_day_that_can_end_at_once(shop: RunningSandbox) -> None:
    answer = _grant(shop.url).json()
    assert 86_000 < answer["expires_in"] <= 86_400
    assert "write_products" in answer["scope"].split(",")
    client = Api(shop, answer["access_token"])
    assert client.data(NAME)
    assert shop.admin("POST", "/_admin/expire")["expired"] >= 1
    assert client.post(NAME).status_code == 401


@pytest.mark.parametrize(
    ("values", "code"),
    [({"client_secret": "x"}, "invalid_client"), ({"grant_type": "password"}, "unsupported_grant_type")],
)
def test_wrong_credentials_give_no_token(shop: RunningSandbox, values: dict[str, str], code: str) -> None:
    answer = _grant(shop.url, **values)
    assert answer.status_code == 400
    assert answer.json()["error"] == code


def test_missing_scope_denies_the_field_and_the_mutation(shop: RunningSandbox) -> None:
    client = Api(shop, READ_TOKEN)
    answer = client.full("{ companies(first: 1) { nodes { id } } }")
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert answer["errors"][0]["message"] == (
        "Access denied for companies field. Required access: `read_companies` access scope."
    )
    denied = client.full('mutation { productDelete(input: {id: "gid://shopify/Product/1"}) { deletedProductId } }')
    assert denied["data"] == {"productDelete": None}
    assert "write_products" in denied["errors"][0]["extensions"]["requiredAccess"]


def test_scopes_can_be_changed_while_the_shop_runs(shop: RunningSandbox) -> None:
    shop.admin("POST", "/_admin/tokens", {"token": "shpat_small", "scopes": ["read_products"]})
    client = Api(shop, "shpat_small")
    assert client.data("{ products(first: 1) { nodes { id } } }")
    assert client.full("{ orders(first: 1) { nodes { id } } }")["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def test_protected_customer_data_comes_back_null_with_an_error(shop: RunningSandbox, api: Api) -> None:
    order = {"lines": [{"title": "Tea"}], "email": "a@example.test", "delivery": {"city": "Lyon"}}
    (made,) = shop.admin("POST", "/_admin/seed/orders", {"orders": [order]})["result"]
    query = (
        f'{{ order(id: "gid://shopify/Order/{made}") {{ name email shippingAddress {{ city }} customer {{ id }} }} }}'
    )
    shop.admin("POST", "/_admin/settings", {"protected_customer_data": False})
    try:
        answer = api.full(query)
    finally:
        shop.admin("POST", "/_admin/settings", {"protected_customer_data": True})
    found = answer["data"]["order"]
    assert found.pop("name").startswith("#")
    assert set(found.values()) == {None}
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"ACCESS_DENIED"}
    assert api.data(query)["order"]["shippingAddress"] == {"city": "Lyon"}


def test_shop_can_be_frozen(shop: RunningSandbox, api: Api) -> None:
    shop.admin("POST", "/_admin/settings", {"frozen": True})
    try:
        assert api.post(NAME).status_code == 402
    finally:
        shop.admin("POST", "/_admin/settings", {"frozen": False})
    assert api.post(NAME).status_code == 200


def test_documents_are_judged_by_the_schema(api: Api) -> None:
    wrong = api.full("{ shop { nickname } }")["errors"][0]
    assert wrong["message"] == "Field 'nickname' doesn't exist on type 'Shop'"
    assert wrong["extensions"] == {"code": "undefinedField", "typeName": "Shop", "fieldName": "nickname"}
    assert "data" not in api.full("{ shop {")
    variable = api.full("query($id: ID!) { product(id: $id) { id } }", {})["errors"][0]
    assert variable["extensions"]["code"] == "INVALID_VARIABLE"
    later = "query($id: ID!) { bulkOperation(id: $id) { id } }"
    assert "errors" not in api.full(later, {"id": "gid://shopify/BulkOperation/1"})
    assert "errors" in api.full(later, {"id": "gid://shopify/BulkOperation/1"}, "2025-10")


def test_aliases_fragments_directives_and_introspection(api: Api) -> None:
    query = """
    query Q($more: Boolean!) {
      one: shop { ...Names email @include(if: $more) }
      kind: __typename
      __schema { queryType { name } }
      __type(name: "Shop") { kind }
    }
    fragment Names on Shop { title: name ... on Shop { currencyCode } __typename }
    """
    found = api.data(query, {"more": False})
    assert found == {
        "one": {"title": "Boutique", "currencyCode": "EUR", "__typename": "Shop"},
        "kind": "QueryRoot",
        "__schema": {"queryType": {"name": "QueryRoot"}},
        "__type": {"kind": "OBJECT"},
    }


def test_faults_of_this_server(shop: RunningSandbox, api: Api) -> None:
    for kind, status, code in (
        ("throttled", 200, "THROTTLED"),
        ("internal_error", 200, "INTERNAL_SERVER_ERROR"),
        ("expired_token", 401, None),
        ("locked", 423, None),
    ):
        shop.faults([{"kind": kind}])
        answer = api.post(NAME)
        errors = answer.json()["errors"]
        assert answer.status_code == status
        assert (errors[0]["extensions"]["code"] if isinstance(errors, list) else None) == code
        assert api.post(NAME).status_code == 200


def test_internal_error_may_come_after_the_work_was_done(shop: RunningSandbox, api: Api) -> None:
    shop.faults([{"kind": "internal_error_after"}])
    answer = api.full('mutation { productCreate(product: {title: "Ghost tea"}) { product { id } } }')
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert (
        len(api.data("{ products(first: 2, query: \"title:'Ghost tea'\") { nodes { id } } }")["products"]["nodes"]) == 1
    )


def test_newest_version_can_be_an_older_one(start: Start) -> None:
    client = Api(start(0, "--version", "2026-04"))
    assert client.post(NAME, version="2026-04").status_code == 200
    assert client.post(NAME, version="2026-07").status_code == 404
