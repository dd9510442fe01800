"""What older and newer shops have, the acts of people at the shop, and loads without HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.woocommerce import product_routes
from atoosync_lab.sandbox.woocommerce.arguments import PRODUCT
from atoosync_lab.sandbox.woocommerce.call import Call
from atoosync_lab.sandbox.woocommerce.crud import Batched, batch
from atoosync_lab.sandbox.woocommerce.errors import StateVersionError
from atoosync_lab.sandbox.woocommerce.order_view import rendered as rendered_orders
from atoosync_lab.sandbox.woocommerce.seed import add_customers, add_orders, add_products, add_tax, add_variations
from atoosync_lab.sandbox.woocommerce.state import ShopState
from tests.sandbox.woocommerce.client import tls_of


def test_oldest_shop_lacks_what_came_later(start: Callable[..., RunningSandbox]) -> None:
    with tls_of(start("3.5")).client() as old:
        product = old.post("products", json={"name": "x", "sku": "V1", "global_unique_id": "123"}).json()
        assert not {"global_unique_id", "brands", "low_stock_amount"} & set(product)
        assert old.get("products/brands").json()["code"] == "rest_no_route"
        answer = old.get("products", params={"modified_after": "2999-01-01T00:00:00"})
        assert [row["id"] for row in answer.json()] == [product["id"]]
        # Before the lock, a SKU in the trash did not block.
        old.delete(f"products/{product['id']}")
        assert old.post("products", json={"name": "y", "sku": "V1"}).status_code == 201


def test_newer_shop_has_parcels_and_lists_variations_across_products(start: Callable[..., RunningSandbox]) -> None:
    server = start("10.3")
    with tls_of(server).client() as new:
        path = f"orders/{new.post('orders', json={'billing': {'email': 'a@example.test'}}).json()['id']}/fulfillments"
        assert new.get(path).json()["code"] == "rest_no_route"
        server.admin("POST", "/_admin/switches", {"fulfillments": True})
        assert new.post(path, json={"meta_data": []}).status_code == 400
        items = {"key": "_items", "value": [{"item_id": 1, "qty": 1}]}
        meta = [items, {"key": "_tracking_number", "value": "6A0"}]
        made = new.post(path, json={"is_fulfilled": True, "meta_data": meta, "notify_customer": True})
        assert (made.status_code, [m["value"] for m in made.json()["meta_data"]][1]) == (201, "6A0")
        changed = new.put(f"{path}/{made.json()['id']}", json={"meta_data": [items]}).json()
        assert [m["key"] for m in changed["meta_data"]] == ["_items"]
        assert [mail["template"] for mail in server.admin("GET", "/_admin/mails")] == ["fulfillment_created"]
        parent = new.post("products", json={"name": "p", "type": "variable"}).json()["id"]
        child = new.post(f"products/{parent}/variations", json={"sku": "N1"}).json()["id"]
        assert [row["id"] for row in new.get("variations", params={"parent_id": parent}).json()] == [child]


def test_folder_keeps_its_version(tmp_path: Path) -> None:
    ShopState.open(tmp_path, "3.5").close()
    with pytest.raises(StateVersionError, match=r"3\.5"):
        ShopState.open(tmp_path, "9.9.5")


def test_people_at_the_shop_change_rows(shop: RunningSandbox, api: httpx.Client) -> None:
    made = api.post("products", json={"name": "Rayon", "sku": "ADM", "manage_stock": True, "stock_quantity": 5}).json()
    rows = shop.admin("POST", "/_admin/rows", {"table": "products", "where": {"sku": "adm"}})["rows"]
    assert [row["id"] for row in rows] == [made["id"]]
    shop.admin("POST", "/_admin/rows", {"table": "products", "id": made["id"], "change": {"stock_quantity": 0}})
    assert api.get(f"products/{made['id']}").json()["stock_status"] == "outofstock"
    acted = shop.admin("POST", "/_admin/act", {"method": "POST", "path": "products", "params": {"sku": "ADM-2"}})
    assert api.get(f"products/{acted['id']}").json()["name"] == "Product"
    shop.faults([{"kind": "changed_before", "method": "PUT",
                  "value": {"table": "products", "id": made["id"], "change": {"stock_quantity": 9}}}])  # fmt: skip
    changed = api.put(f"products/{made['id']}", json={"inventory_delta": -1}).json()
    assert changed["stock_quantity"] == 8
    shop.admin("POST", "/_admin/rows", {"table": "products", "id": made["id"], "delete": True})
    assert api.get(f"products/{made['id']}").status_code == 404


def test_state_is_kept_and_brought_back(shop: RunningSandbox, api: httpx.Client) -> None:
    shop.admin("POST", "/_admin/keep/before")
    made = api.post("products", json={"name": "Passager"}).json()["id"]
    shop.admin("POST", "/_admin/restore/before")
    assert api.get(f"products/{made}").status_code == 404


def test_load_without_http_is_what_the_api_shows(tmp_path: Path) -> None:
    state = ShopState.open(tmp_path)
    with state.writing():
        add_tax(state, "20", "TVA 20")
        simple, parent = add_products(
            state,
            [{"sku": "S", "name": "S", "regular_price": "10", "stock_quantity": 4}, {"name": "P", "type": "variable"}],
        )
        (child,) = add_variations(state, parent, [{"sku": "PV", "regular_price": "3", "options": {"Poids": "250 g"}}])
        (customer,) = add_customers(state, [{"email": "c@example.test"}])
        lines = [{"product_id": simple, "quantity": 2}, {"product_id": parent, "variation_id": child, "quantity": 1}]
        (number,) = add_orders(
            state, [{"customer_id": customer, "billing": {"country": "FR"}, "shipping_total": "5", "lines": lines}]
        )
    order = rendered_orders(Call(state, "GET", "/wc/v3/orders", "http://127.0.0.1"), state.rows("orders"))[0]
    assert (order["id"], order["total"], order["total_tax"]) == (number, "33.60", "5.60")
    assert [line["sku"] for line in order["line_items"]] == ["S", "PV"]
    assert state.row("products", parent)["price"] == "3"  # type: ignore[index]
    state.close()


def test_written_items_take_the_time_that_is_switched_on(tmp_path: Path) -> None:
    state = ShopState.open(tmp_path)
    state.set_option("pause_item", "50")
    state.set_option("pause_image", "1000")
    items = [{"sku": "T1"}, {"sku": "T2", "images": [{"id": 999}]}, {"sku": "T3"}]
    call = Call(state, "POST", "/wc/v3/products/batch", "http://127.0.0.1", params={"create": items})
    parts = Batched(product_routes.create, product_routes.update, product_routes.delete, PRODUCT)
    answer = batch(call, parts)
    # The item that fails takes none; the others each the time of an item without an image to fetch.
    assert answer.pause == 100
    assert answer.data["create"][1]["error"]["code"] == "woocommerce_product_invalid_image_id"
    state.close()
