"""Products, variants, stock, metafields, files and collections."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from PIL import Image

from atoosync_lab.sandbox.servers import RunningSandbox
from tests.sandbox.shopify.helpers import FIRST_LOCATION, SET_PRODUCT, Api, sized

pytestmark = pytest.mark.spec("BEY-10")

SET_STOCK = """
mutation S($in: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $in) %s {
  inventoryAdjustmentGroup { id referenceDocumentUri changes { name delta quantityAfterChange } }
  userErrors { code field message } } }
"""
SET_FIELDS = (
    "mutation($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { id value compareDigest } "
)
SET_FIELDS += "userErrors { code field message } } }"


def _set(api: Api, given: dict[str, Any], who: Any = None) -> Any:
    return api.payload(SET_PRODUCT, {"in": given, "who": who})["product"]


def _variants(product: Any) -> dict[str, Any]:
    return {row["title"]: row for row in product["variants"]["nodes"]}


def test_lists_of_product_set_are_declarative_and_other_fields_stay(api: Api) -> None:
    field = {"namespace": "erp", "key": "ref", "type": "single_line_text_field", "value": "R1"}
    made = _set(api, {"title": "Kite", "tags": ["b", "a"], "metafields": [field], **sized("S", "M", price="9.5")})
    assert made["tags"] == ["a", "b"]
    assert [row["price"] for row in made["variants"]["nodes"]] == ["9.50", "9.50"]
    small = _variants(made)["S"]
    again = _set(api, {"metafields": [], **sized("S", "L")}, {"id": made["id"]})
    assert again["title"] == "Kite"
    assert again["tags"] == ["a", "b"]
    assert again["metafields"]["nodes"] == []
    kept = _variants(again)
    assert set(kept) == {"S", "L"}
    assert kept["S"]["id"] == small["id"]
    assert kept["S"]["price"] == "9.50"
    assert kept["L"]["price"] == "0.00"
    untouched = _set(api, {"title": "Kite 2"}, {"id": made["id"]})
    assert set(_variants(untouched)) == {"S", "L"}


def test_identifiers_of_product_set(api: Api) -> None:
    definition = (
        "mutation($d: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $d) { createdDefinition "
    )
    definition += "{ id type { name } capabilities { uniqueValues { enabled } } } userErrors { code message } } }"
    given = {"name": "Code", "namespace": "erp", "key": "item_code", "ownerType": "PRODUCT", "type": "id"}
    created = api.payload(definition, {"d": given})["createdDefinition"]
    assert created["capabilities"]["uniqueValues"]["enabled"]
    custom = {"customId": {"namespace": "erp", "key": "item_code", "value": "C1"}}
    first = _set(api, {"title": "By code"}, custom)
    assert _set(api, {"title": "By code, renamed"}, custom)["id"] == first["id"]
    found = api.data(
        "query($c: UniqueMetafieldValueInput!) { productByIdentifier(identifier: {customId: $c}) { id } }",
        {"c": custom["customId"]},
    )
    assert found["productByIdentifier"]["id"] == first["id"]
    other = _set(api, {"title": "Other"})
    taken = {"m": [{"ownerId": other["id"], "namespace": "erp", "key": "item_code", "value": "C1"}]}
    assert api.refusals(SET_FIELDS, taken) == ["TAKEN"]
    handle = _set(api, {"title": "By handle"}, {"handle": "the-handle"})
    assert handle["handle"] == "the-handle"
    assert api.refusals(SET_PRODUCT, {"in": {"title": "x"}, "who": {"id": "gid://shopify/Product/1"}}) == [
        "PRODUCT_DOES_NOT_EXIST"
    ]


def test_handles_collide_with_a_number_and_are_refused_when_given(api: Api) -> None:
    handles = [_set(api, {"title": "Twin Tea"})["handle"] for _ in range(3)]
    assert handles == ["twin-tea", "twin-tea-1", "twin-tea-2"]
    assert api.refusals(SET_PRODUCT, {"in": {"title": "Third", "handle": "twin-tea"}}) == ["HANDLE_NOT_UNIQUE"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"title": " "}, "INVALID_INPUT"),
        ({"title": "x", "variants": sized("S")["variants"]}, "PRODUCT_OPTIONS_INPUT_MISSING"),
        ({"title": "x", "productOptions": sized("S")["productOptions"]}, "VARIANTS_INPUT_MISSING"),
        ({"title": "x", **sized("S", "S")}, "DUPLICATED_OPTION_VALUE"),
        ({"title": "x", **sized("S"), "variants": sized("S")["variants"] * 2}, "INVALID_VARIANT"),
        ({"title": "x", **sized("S"), "variants": sized("M")["variants"]}, "OPTION_VALUE_DOES_NOT_EXIST"),
        ({"title": "x", **sized("S", price="-1")}, "INVALID_VARIANT"),
    ],
)
def test_refusals_of_product_set_change_nothing(api: Api, given: dict[str, Any], code: str) -> None:
    count = "{ productsCount { count } }"
    before = api.data(count)
    assert api.refusals(SET_PRODUCT, {"in": given}) == [code]
    assert api.data(count) == before


def test_asynchronous_product_set_is_asked_for_later(api: Api) -> None:
    query = "mutation($in: ProductSetInput!) { productSet(input: $in, synchronous: false) { product { id } "
    query += "productSetOperation { id status } userErrors { code message } } }"
    payload = api.payload(query, {"in": {"title": "Later"}})
    assert payload["product"] is None
    ask = "query($id: ID!) { productOperation(id: $id) { status product { title } "
    ask += "... on ProductSetOperation { userErrors { code } } } }"
    for _ in range(400):
        row = api.data(ask, {"id": payload["productSetOperation"]["id"]})["productOperation"]
        if row["status"] == "COMPLETE":
            break
    assert row == {"status": "COMPLETE", "product": {"title": "Later"}, "userErrors": []}


def test_skus_may_be_shared(api: Api) -> None:
    for name in ("One", "Two"):
        _set(api, {"title": name, **sized("S", sku="SAME-1")})
    found = api.data(
        '{ productVariants(first: 5, query: "sku:same-1") { nodes { sku inventoryItem { duplicateSkuCount } } } }'
    )
    assert [row["inventoryItem"]["duplicateSkuCount"] for row in found["productVariants"]["nodes"]] == [1, 1]


def test_variants_change_in_bulk_all_or_none_unless_told(api: Api) -> None:
    product = _set(api, {"title": "Priced", **sized("S", "M")})
    small, medium = (row["id"] for row in product["variants"]["nodes"])
    query = "mutation($p: ID!, $v: [ProductVariantsBulkInput!]!, $part: Boolean) { productVariantsBulkUpdate("
    query += (
        "productId: $p, variants: $v, allowPartialUpdates: $part) { productVariants { id price compareAtPrice sku } "
    )
    query += "userErrors { code field message } } }"
    rows = [{"id": small, "price": "5", "inventoryItem": {"sku": "N-1"}}, {"id": medium, "price": "-5"}]
    assert api.refusals(query, {"p": product["id"], "v": rows}) == ["INVALID_INPUT"]
    part = api.data(query, {"p": product["id"], "v": rows, "part": True})["productVariantsBulkUpdate"]
    assert [row["price"] for row in part["productVariants"]] == ["5.00"]
    assert part["userErrors"][0]["field"] == ["variants", "1", "price"]
    stocked = [{"id": small, "inventoryQuantities": [{"availableQuantity": 1, "locationId": FIRST_LOCATION}]}]
    assert api.refusals(query, {"p": product["id"], "v": stocked}) == ["NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE"]
    drop = "mutation($p: ID!, $v: [ID!]!) { productVariantsBulkDelete(productId: $p, variantsIds: $v) "
    drop += "{ product { variantsCount { count } } userErrors { code message } } }"
    assert api.refusals(drop, {"p": product["id"], "v": [small, medium]}) == ["CANNOT_DELETE_LAST_VARIANT"]
    assert api.payload(drop, {"p": product["id"], "v": [small]})["product"]["variantsCount"]["count"] == 1


def _stocked(api: Api, quantity: int) -> dict[str, Any]:
    each = {"inventoryQuantities": [{"locationId": FIRST_LOCATION, "name": "available", "quantity": quantity}]}
    product = _set(api, {"title": "Stocked", **sized("S", inventoryItem={"tracked": True}, **each)})
    (row,) = product["variants"]["nodes"]
    assert row["inventoryQuantity"] == quantity
    return {"inventoryItemId": row["inventoryItem"]["id"], "locationId": FIRST_LOCATION}


def _stock(api: Api, version: str, line: dict[str, Any], key: str | None = None, **more: Any) -> Any:
    given = {"name": "available", "reason": "correction", "quantities": [line], **more}
    query = SET_STOCK % (f'@idempotent(key: "{key}")' if key else "")
    return api.full(query, {"in": given}, version)


def test_quantities_compare_as_each_version_does(api: Api) -> None:
    line = _stocked(api, 4)
    old = _stock(api, "2025-10", {**line, "quantity": 6})["data"]["inventorySetQuantities"]
    assert old["userErrors"][0]["code"] == "COMPARE_QUANTITY_REQUIRED"
    assert _stock(api, "2025-10", {**line, "quantity": 6, "compareQuantity": 3})["data"]["inventorySetQuantities"][
        "userErrors"
    ][0]["code"] == "COMPARE_QUANTITY_STALE"  # fmt: skip
    ignored = _stock(
        api, "2025-10", {**line, "quantity": 6}, ignoreCompareQuantity=True, referenceDocumentUri="erp://run/1"
    )
    group = ignored["data"]["inventorySetQuantities"]["inventoryAdjustmentGroup"]
    assert group["referenceDocumentUri"] == "erp://run/1"
    assert {"name": "available", "delta": 2, "quantityAfterChange": 6} in group["changes"]
    assert "errors" in _stock(api, "2025-10", {**line, "quantity": 6, "changeFromQuantity": 6})
    middle = _stock(api, "2026-01", {**line, "quantity": 7, "changeFromQuantity": 6})
    assert middle["data"]["inventorySetQuantities"]["userErrors"] == []
    missing = _stock(api, "2026-04", {**line, "quantity": 8, "changeFromQuantity": 7})
    assert missing["errors"][0]["message"].startswith("The @idempotent directive is required")
    assert missing["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert "changeFromQuantity" in _stock(api, "2026-04", {**line, "quantity": 8}, "a")["errors"][0]["message"]
    stale = _stock(api, "2026-04", {**line, "quantity": 8, "changeFromQuantity": 1}, "b")
    assert stale["data"]["inventorySetQuantities"]["userErrors"][0]["code"] == "CHANGE_FROM_QUANTITY_STALE"
    unchecked = _stock(api, "2026-10", {**line, "quantity": 8, "changeFromQuantity": None}, "c")
    assert unchecked["data"]["inventorySetQuantities"]["userErrors"] == []


def test_same_key_gives_the_first_answer_and_moves_nothing(api: Api) -> None:
    line, key = _stocked(api, 4), str(uuid.uuid4())
    first = _stock(api, "2026-10", {**line, "quantity": 9, "changeFromQuantity": 4}, key)
    again = _stock(api, "2026-10", {**line, "quantity": 9, "changeFromQuantity": 4}, key)
    assert first["data"] == again["data"]
    assert first["data"]["inventorySetQuantities"]["inventoryAdjustmentGroup"]
    other = _stock(api, "2026-10", {**line, "quantity": 1, "changeFromQuantity": 9}, key)
    assert other["data"]["inventorySetQuantities"]["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"


def test_items_are_stocked_where_they_were_activated(api: Api, shop: RunningSandbox) -> None:
    line = {**_stocked(api, 1), "locationId": "gid://shopify/Location/100000000002", "quantity": 2}
    refused = _stock(api, "2026-07", {**line, "changeFromQuantity": None}, str(uuid.uuid4()))
    assert refused["data"]["inventorySetQuantities"]["userErrors"][0]["code"] == "ITEM_NOT_STOCKED_AT_LOCATION"
    query = "mutation($i: ID!, $l: ID!) { inventoryActivate(inventoryItemId: $i, locationId: $l, available: 5) "
    query += (
        '@idempotent(key: "act") { inventoryLevel { quantities(names: ["available", "on_hand"]) { name quantity } } '
    )
    query += "userErrors { message } } }"
    made = api.payload(query, {"i": line["inventoryItemId"], "l": line["locationId"]})["inventoryLevel"]
    assert [row["quantity"] for row in made["quantities"]] == [5, 5]


def test_lines_of_stock_are_all_or_none(api: Api) -> None:
    line = _stocked(api, 4)
    rows = [
        {**line, "quantity": 9, "changeFromQuantity": 4},
        {**line, "inventoryItemId": "gid://shopify/InventoryItem/1", "quantity": 1, "changeFromQuantity": None},
    ]
    given = {"name": "available", "reason": "correction", "quantities": rows}
    answer = api.data(SET_STOCK % '@idempotent(key: "none")', {"in": given})["inventorySetQuantities"]
    assert [error["code"] for error in answer["userErrors"]] == ["INVALID_INVENTORY_ITEM"]
    item = api.data("query($id: ID!) { inventoryItem(id: $id) { variant { inventoryQuantity } } }",
                    {"id": line["inventoryItemId"]})  # fmt: skip
    assert item["inventoryItem"]["variant"]["inventoryQuantity"] == 4


def test_metafields_are_set_together_or_not_at_all(api: Api) -> None:
    owner = _set(api, {"title": "Owner"})["id"]
    good = {"ownerId": owner, "namespace": "erp", "key": "weight", "type": "number_integer", "value": "5"}
    assert api.refusals(SET_FIELDS, {"m": [good, {**good, "key": "size", "value": "x"}]}) == ["INVALID_VALUE"]
    read = 'query($id: ID!) { product(id: $id) { metafield(namespace: "erp", key: "weight") { value jsonValue } } }'
    assert api.data(read, {"id": owner})["product"]["metafield"] is None
    (made,) = api.payload(SET_FIELDS, {"m": [good]})["metafields"]
    assert api.data(read, {"id": owner})["product"]["metafield"] == {"value": "5", "jsonValue": 5}
    assert api.refusals(SET_FIELDS, {"m": [{**good, "value": "6", "compareDigest": "x"}]}) == ["STALE_OBJECT"]
    assert api.payload(SET_FIELDS, {"m": [{**good, "value": "6", "compareDigest": made["compareDigest"]}]})
    assert api.refusals(SET_FIELDS, {"m": [good] * 26}) == ["LESS_THAN_OR_EQUAL_TO"]
    untyped = {key: value for key, value in good.items() if key != "type"} | {"key": "other"}
    assert api.refusals(SET_FIELDS, {"m": [untyped]}) == ["BLANK"]


def test_tags_are_added_and_removed_without_touching_others(api: Api) -> None:
    product = _set(api, {"title": "Tagged", "tags": ["Red"]})["id"]
    query = "mutation($id: ID!, $t: [String!]!) { %s(id: $id, tags: $t) { node { ... on Product { tags } } userErrors "
    query += "{ message } } }"
    added = api.payload(query % "tagsAdd", {"id": product, "t": ["blue", "red, Green"]})
    assert added["node"]["tags"] == ["blue", "Green", "Red"]
    left = api.payload(query % "tagsRemove", {"id": product, "t": ["RED"]})
    assert left["node"]["tags"] == ["blue", "Green"]
    found = api.data('{ products(first: 5, query: "tag:green -tag:red tag:BLUE") { nodes { id } } }')
    assert [row["id"] for row in found["products"]["nodes"]] == [product]


def test_files_are_uploaded_processed_and_attached(api: Api) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (12, 7), "red").save(picture, "PNG")
    stage = "mutation($i: [StagedUploadInput!]!) { stagedUploadsCreate(input: $i) { stagedTargets { url resourceUrl "
    stage += "parameters { name value } } userErrors { message } } }"
    given = {"resource": "IMAGE", "filename": "red.png", "mimeType": "image/png", "httpMethod": "POST"}
    (target,) = api.payload(stage, {"i": [given]})["stagedTargets"]
    fields = {row["name"]: row["value"] for row in target["parameters"]}
    assert api.http.post(target["url"], data=fields).status_code == 400
    sent = api.http.post(target["url"], data=fields, files={"file": ("red.png", picture.getvalue(), "image/png")})
    assert sent.status_code == 201
    files = [{"originalSource": target["resourceUrl"], "alt": "Red", "contentType": "IMAGE"}]
    product = _set(api, {"title": "Pictured", "files": files})
    (medium,) = product["media"]["nodes"]
    read = "query($id: ID!) { node(id: $id) { ... on MediaImage { fileStatus image { url width height } } } }"
    image = api.data(read, {"id": medium["id"]})["node"]
    assert (image["fileStatus"], image["image"]["width"], image["image"]["height"]) == ("READY", 12, 7)
    assert api.http.get(image["image"]["url"]).content == picture.getvalue()
    kept = _set(api, {"files": [{"id": medium["id"]}]}, {"id": product["id"]})
    assert [row["id"] for row in kept["media"]["nodes"]] == [medium["id"]]
    assert _set(api, {"files": []}, {"id": product["id"]})["media"]["nodes"] == []


def test_upload_that_never_came_fails_later(api: Api) -> None:
    source = f"{api.shop.url}/_uploads/tmp/1/files/none/x.png"
    query = "mutation($f: [FileCreateInput!]!) { fileCreate(files: $f) { files { id fileStatus fileErrors { code } } "
    query += "userErrors { code message } } }"
    (made,) = api.payload(query, {"f": [{"originalSource": source, "contentType": "IMAGE"}]})["files"]
    assert made["fileStatus"] == "FAILED"
    assert made["fileErrors"]
    assert api.refusals(query, {"f": [{"originalSource": "red.png"}]}) == ["INVALID_IMAGE_SOURCE_URL"]


def test_products_are_visible_once_published(api: Api) -> None:
    product = _set(api, {"title": "Hidden"})["id"]
    publications = api.data("{ publications(first: 5) { nodes { id name } } }")["publications"]["nodes"]
    query = "mutation($id: ID!, $i: [PublicationInput!]!) { %s(id: $id, input: $i) { publishable { ... on Product "
    query += "{ publishedAt resourcePublicationsCount { count } } } userErrors { message } } }"
    every = {"id": product, "i": [{"publicationId": row["id"]} for row in publications]}
    shown = api.payload(query % "publishablePublish", every)["publishable"]
    assert shown["publishedAt"]
    assert shown["resourcePublicationsCount"]["count"] == len(publications) == 2
    hidden = api.payload(query % "publishableUnpublish", every)["publishable"]
    assert hidden == {"publishedAt": None, "resourcePublicationsCount": {"count": 0}}


def test_collections_hold_products(api: Api) -> None:
    product = _set(api, {"title": "Collected"})["id"]
    create = "mutation($i: CollectionInput!) { collectionCreate(input: $i) { collection { id handle productsCount "
    create += "{ count } } userErrors { message } } }"
    made = api.payload(create, {"i": {"title": "Summer", "products": [product]}})["collection"]
    assert made["productsCount"]["count"] == 1
    add = "mutation($id: ID!, $p: [ID!]!) { collectionAddProducts(id: $id, productIds: $p) { collection { id } "
    add += "userErrors { message } } }"
    assert api.refusals(add, {"id": made["id"], "p": [product]}) == ["Product is already in the collection"]
    ids = api.data("query($id: ID!) { product(id: $id) { collections(first: 5) { nodes { id } } } }", {"id": product})
    assert [row["id"] for row in ids["product"]["collections"]["nodes"]] == [made["id"]]


def test_pages_follow_cursors_both_ways(api: Api) -> None:
    for number in range(5):
        _set(api, {"title": f"Page {number}", "vendor": "Pager"})
    query = "query($f: Int, $l: Int, $a: String, $b: String) { products(first: $f, last: $l, after: $a, before: $b, "
    query += (
        'query: "vendor:Pager", sortKey: TITLE) { nodes { title } pageInfo { hasNextPage hasPreviousPage endCursor '
    )
    query += "startCursor } } }"
    first = api.data(query, {"f": 2})["products"]
    second = api.data(query, {"f": 2, "a": first["pageInfo"]["endCursor"]})["products"]
    assert [row["title"] for row in first["nodes"] + second["nodes"]] == [f"Page {n}" for n in range(4)]
    assert first["pageInfo"]["hasNextPage"]
    assert second["pageInfo"]["hasPreviousPage"]
    back = api.data(query, {"l": 1, "b": second["pageInfo"]["startCursor"]})["products"]
    assert [row["title"] for row in back["nodes"]] == ["Page 1"]
    assert "errors" in api.full(query, {"f": 1, "a": "nonsense"})
