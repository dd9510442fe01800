"""Products, variations, terms, trash, batches: what the shop does to what it is given."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from tests.sandbox.woocommerce.client import PNG, images


def _made(api: httpx.Client, path: str, **fields: Any) -> Any:
    answer = api.post(path, json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_sku_in_the_trash_blocks_and_is_not_found(api: httpx.Client) -> None:
    number = _made(api, "products", name="Corbeille", sku="CB-1")["id"]
    assert api.delete(f"products/{number}").json()["status"] == "publish"
    assert api.delete(f"products/{number}").status_code == 410
    assert api.get("products", params={"sku": "CB-1"}).json() == []
    assert [row["id"] for row in api.get("products", params={"sku": "cb-1", "status": "trash"}).json()] == [number]
    again = api.post("products", json={"name": "x", "sku": "CB-1"}).json()
    assert again["code"] == "woocommerce_rest_product_not_created"
    back = api.put(f"products/{number}", json={"status": "draft"}).json()
    assert (back["status"], [m["key"] for m in back["meta_data"]]) == (
        "draft", ["_wp_trash_meta_status", "_wp_trash_meta_time"],
    )  # fmt: skip


def test_batch_runs_in_order_keeps_places_and_takes_nothing_back(api: httpx.Client, shop: RunningSandbox) -> None:
    one = _made(api, "products", name="Un", sku="LOT-1")["id"]
    answer = api.post(
        "products/batch",
        json={
            "delete": [0, one, 999999],
            "update": [{"id": one, "regular_price": 7}, {"id": 999998}],
            "create": [{"name": "Deux", "sku": "LOT-2"}, {"name": "Trois", "sku": "lot-1"}],
        },
    ).json()
    assert list(answer) == ["create", "update", "delete"]
    assert answer["create"][1]["error"]["data"]["resource_id"] == one
    assert answer["update"][0]["regular_price"] == "7"
    assert answer["update"][1]["error"]["data"]["status"] == 400
    assert [item["id"] for item in answer["delete"]] == [one, 999999]
    assert api.get("products", params={"sku": "LOT-2"}).json() != []
    assert api.post("products/batch", json={"update": [{"id": n} for n in range(101)]}).status_code == 413
    shop.admin("POST", "/_admin/switches", {"batch_limit": 2})
    assert api.post("products/batch", json={"update": [{"id": n} for n in range(3)]}).status_code == 413
    shop.admin("POST", "/_admin/switches", {"batch_limit": 0})


def test_batch_does_not_check_arguments(api: httpx.Client) -> None:
    number = _made(api, "products", name="Sans controle", sku="SC-1")["id"]
    assert api.put(f"products/{number}", json={"regular_price": 5}).status_code == 400
    assert api.put(f"products/{number}", json={"status": "actif"}).status_code == 400
    changed = api.post(
        "products/batch", json={"update": [{"id": number, "status": "actif", "regular_price": 5}]}
    ).json()
    assert (changed["update"][0]["status"], changed["update"][0]["regular_price"]) == ("draft", "5")


def test_variable_product_lives_from_its_variations(api: httpx.Client) -> None:
    attribute = _made(api, "products/attributes", name="Poids")["id"]
    parent = _made(
        api, "products", name="Confiture", type="variable", sku="CF", regular_price="99",
        attributes=[
            {"id": attribute, "variation": True, "options": ["250 g", "500 g"]}, {"name": "Note", "options": ["x"]},
        ],
    )  # fmt: skip
    assert (parent["regular_price"], parent["stock_status"]) == ("", "outofstock")
    path = f"products/{parent['id']}/variations"
    option = [{"id": attribute, "option": "250 g"}, {"name": "Note", "option": "x"}]
    variation = _made(
        api, path, sku="CF-250", regular_price="4.50", attributes=option, stock_quantity=3, manage_stock=True
    )
    assert [item["option"] for item in variation["attributes"]] == ["250 g"]
    assert variation["tax_class"] == "parent"
    assert api.get(f"{path}/{variation['id']}").json()["tax_class"] == ""
    read = api.get(f"products/{parent['id']}").json()
    assert (read["price"], read["stock_status"], read["variations"]) == ("4.50", "instock", [variation["id"]])
    found = api.get("products", params={"sku": "cf-250"}).json()[0]
    assert (found["type"], found["parent_id"]) == ("variation", parent["id"])
    refused = api.put(f"products/{variation['id']}", json={"regular_price": "5"})
    assert (refused.status_code, refused.json()["code"]) == (404, "woocommerce_rest_invalid_product_id")
    api.put(f"products/{parent['id']}", json={"manage_stock": True, "stock_quantity": 8})
    api.put(f"{path}/{variation['id']}", json={"manage_stock": False})
    read = api.get(f"{path}/{variation['id']}").json()
    assert (read["manage_stock"], read["stock_quantity"]) == ("parent", 8)


def test_images_are_fetched_and_kept_by_id(api: httpx.Client, shop: RunningSandbox) -> None:
    number = _made(api, "products", name="Image", sku="IMG-1")["id"]
    with images() as address:
        first = api.put(f"products/{number}", json={"images": [{"src": f"{address}/bol.png", "alt": "Bol"}]}).json()
        kept = api.put(f"products/{number}", json={"images": [{"id": first["images"][0]["id"]}]}).json()
        again = api.put(f"products/{number}", json={"images": [{"src": f"{address}/bol.png"}]}).json()
        text = api.put(f"products/{number}", json={"images": [{"src": f"{address}/texte.png"}]})
        failed = api.post("products", json={"sku": "IMG-2", "images": [{"src": f"{address}/absent.png"}]})
    assert kept["images"][0] == first["images"][0]
    assert again["images"][0]["id"] != first["images"][0]["id"]
    path = httpx.URL(first["images"][0]["src"]).path
    assert path.startswith("/wp-content/uploads/")
    assert httpx.get(shop.url + path).content == PNG
    assert text.json()["code"] == failed.json()["code"] == "woocommerce_product_image_upload_error"
    assert api.get("products", params={"sku": "IMG-2"}).json() == []


def test_lists_replace_meta_merges_and_brands_do_not_empty(api: httpx.Client) -> None:
    brand = _made(api, "products/brands", name="Marque")["id"]
    tag = _made(api, "products/tags", name="Bio & co")
    assert tag["name"] == "Bio &amp; co"
    product = _made(
        api,
        "products",
        name="Listes",
        brands=[{"id": brand}],
        tags=[{"id": tag["id"]}],
        meta_data=[{"key": "a", "value": 1}],
    )
    changed = api.put(
        f"products/{product['id']}",
        json={"brands": [], "tags": [], "categories": [], "meta_data": [{"key": "b", "value": {"x": [1]}}]},
    ).json()
    assert [item["id"] for item in changed["brands"]] == [brand]
    assert changed["tags"] == []
    assert [item["slug"] for item in changed["categories"]] == ["uncategorized"]
    assert [(item["key"], item["value"]) for item in changed["meta_data"]] == [("a", 1), ("b", {"x": [1]})]


def test_times_are_told_twice_and_filters_are_strict(api: httpx.Client) -> None:
    product = _made(api, "products", name="Temps", sku="TPS")
    local, gmt = product["date_modified"], product["date_modified_gmt"]
    assert local != gmt

    def found(**params: Any) -> int:
        answer = api.get("products", params={"include": str(product["id"]), **params})
        assert answer.status_code == 200, answer.text
        return len(answer.json())

    assert found(modified_after=local) == 0
    assert found(modified_after=gmt, dates_are_gmt="true") == 0
    assert found(modified_after="2020-01-01T00:00:00") == 1
    assert found(modified_before=local) == 0
    assert api.get("products", params={"modified_after": "2020-01-01"}).status_code == 400
    # A description is told with paragraphs to readers, and as it is to those who write.
    api.put(f"products/{product['id']}", json={"description": "une\nligne"})
    assert api.get(f"products/{product['id']}").json()["description"] == "<p>une<br />\nligne</p>\n"
    edit = api.get(f"products/{product['id']}", params={"context": "edit"}).json()
    assert edit["description"] == "une\nligne"


@pytest.mark.parametrize(
    ("params", "status"),
    [({"per_page": 101}, 400), ({"page": 0}, 400), ({"orderby": "sku"}, 400), ({"inconnu": "x"}, 200)],
)
def test_arguments_of_lists_are_checked(api: httpx.Client, params: dict[str, Any], status: int) -> None:
    assert api.get("products", params=params).status_code == status


def test_fields_leave_links_to_single_records_alone(api: httpx.Client) -> None:
    product = _made(api, "products", name="Champs", sku="CH")
    one = api.get(f"products/{product['id']}", params={"_fields": "sku,dimensions.width,absent"}).json()
    assert set(one) == {"sku", "dimensions", "_links"}
    assert api.get("products", params={"sku": "CH", "_fields": "sku"}).json() == [{"sku": "CH"}]
