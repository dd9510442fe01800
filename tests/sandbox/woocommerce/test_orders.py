"""Orders: their sums, their stock, their statuses, refunds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from tests.sandbox.woocommerce.client import tls_of

FRENCH = {"country": "FR", "city": "Dole", "postcode": "39100", "email": "a@example.test"}


@pytest.fixture(scope="module")
def server(start: Any) -> RunningSandbox:
    """A shop of its own with two rates."""
    found: RunningSandbox = start()
    found.admin("POST", "/_admin/shop/add_tax", {"rate": "20", "name": "TVA 20"})
    reduced = {"rate": "5.5", "name": "TVA 5.5", "tax_class": "reduced-rate", "shipping": False}
    found.admin("POST", "/_admin/shop/add_tax", reduced)
    return found


@pytest.fixture(scope="module")
def api(server: RunningSandbox) -> Iterator[httpx.Client]:
    """A client on it over TLS."""
    with tls_of(server).client() as client:
        yield client


def _product(api: httpx.Client, sku: str, price: str, **more: Any) -> int:
    answer = api.post("products", json={"name": sku, "sku": sku, "regular_price": price, **more})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def _order(api: httpx.Client, **fields: Any) -> Any:
    answer = api.post("orders", json={"billing": FRENCH, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("at_subtotal", "gross", "total", "tax"),
    # By hand. Per line: 7.80 + 1.01 + 17.99 and 0.43 + 0.06 + 3.60; in the sum: 26.796969 + 4.082383; gross prices:
    # 7.40 + 0.95 + 14.99 and 0.41 + 0.05 + 3.00.
    [("no", "no", "30.89", "4.09"), ("yes", "no", "30.88", "4.08"), ("no", "yes", "26.80", "3.46")],
)
def test_sums_follow_the_rounding_options(
    api: httpx.Client, at_subtotal: str, gross: str, total: str, tax: str
) -> None:
    name = f"{at_subtotal}{gross}"
    goods = [
        _product(api, f"A{name}", "1.114567", tax_class="reduced-rate"),
        _product(api, f"B{name}", "0.335", tax_class="reduced-rate"),
        _product(api, f"C{name}", "17.99"),
    ]
    settings = {"woocommerce_tax_round_at_subtotal": at_subtotal, "woocommerce_prices_include_tax": gross}
    try:
        for key, value in settings.items():
            api.put(f"settings/tax/{key}", json={"value": value})
        lines = [{"product_id": n, "quantity": quantity} for n, quantity in zip(goods, (7, 3, 1), strict=True)]
        order = _order(api, line_items=lines)
    finally:
        for key in settings:
            api.put(f"settings/tax/{key}", json={"value": "no"})
    assert (order["total"], order["total_tax"]) == (total, tax)
    assert order["prices_include_tax"] is (gross == "yes")
    # The price of a piece is a binary division of the net line, as the shop's own.
    assert order["line_items"][0]["price"] == (1.1145669999999999 if gross == "no" else 1.0564615714285714)


def test_coupon_is_handed_out_in_whole_cents_and_a_refused_one_leaves_the_order(api: httpx.Client) -> None:
    goods = [_product(api, f"CP{n}", price) for n, price in enumerate(("10.05", "0.99", "3.33"))]
    api.post("coupons", json={"code": "DIX", "discount_type": "percent", "amount": "10"})
    lines = [{"product_id": number, "quantity": 1} for number in goods]
    order = _order(api, line_items=lines, coupon_lines=[{"code": "dix"}])
    # 144 cents of 1437: 100 + 9 + 33 are whole, two are left for the two dearest lines.
    assert [line["total"] for line in order["line_items"]] == ["9.04", "0.90", "2.99"]
    assert (order["discount_total"], order["coupon_lines"][0]["discount"]) == ("1.44", "1.44")
    before = api.get("orders").headers["X-WP-Total"]
    refused = api.post("orders", json={"line_items": lines, "coupon_lines": [{"code": "ABSENT"}]})
    assert refused.json()["code"] == "woocommerce_rest_invalid_coupon"
    assert int(api.get("orders").headers["X-WP-Total"]) == int(before) + 1


def test_negative_fee_is_spread_over_the_rates_and_cut_at_zero(api: httpx.Client) -> None:
    reduced, normal = _product(api, "F1", "10", tax_class="reduced-rate"), _product(api, "F2", "30")
    lines = [{"product_id": reduced, "quantity": 1}, {"product_id": normal, "quantity": 1}]
    order = _order(api, line_items=lines, fee_lines=[{"name": "Geste", "total": "-4"}])
    # A quarter of the fee at 5.5 %, the rest at 20 %.
    assert order["fee_lines"][0]["total_tax"] == "-0.66"
    assert order["total"] == "41.89"
    free = _order(api, line_items=lines, fee_lines=[{"name": "Remise", "total": "-900"}])
    assert (free["total"], free["fee_lines"][0]["total"]) == ("0.00", "-40.00")


def test_statuses_move_the_stock_once(api: httpx.Client) -> None:
    number = _product(api, "ST", "5", manage_stock=True, stock_quantity=10)

    def stock() -> int:
        return int(api.get(f"products/{number}", params={"_fields": "stock_quantity"}).json()["stock_quantity"])

    order = _order(api, line_items=[{"product_id": number, "quantity": 3}])
    path = f"orders/{order['id']}"
    assert (order["status"], stock()) == ("pending", 10)
    paid = api.put(path, json={"set_paid": True}).json()
    assert (paid["status"], paid["date_paid"] is not None, stock()) == ("processing", True, 7)
    api.put(path, json={"status": "completed"})
    assert stock() == 7
    api.put(path, json={"status": "cancelled"})
    assert stock() == 10
    assert api.put(path, json={"status": "expediee"}).status_code == 400
    batch = api.post("orders/batch", json={"update": [{"id": order["id"], "status": "expediee"}]}).json()
    assert batch["update"][0]["status"] == "pending"


def test_line_edits_recalculate_but_a_quantity_alone_keeps_the_total(api: httpx.Client) -> None:
    number = _product(api, "LN", "10")
    order = _order(api, line_items=[{"product_id": number, "quantity": 2}])
    path, line = f"orders/{order['id']}", order["line_items"][0]["id"]
    changed = api.put(path, json={"line_items": [{"id": line, "quantity": 5}]}).json()
    assert (changed["total"], changed["line_items"][0]["price"]) == ("24.00", 4)
    changed = api.put(path, json={"line_items": [{"product_id": number, "quantity": 1}]}).json()
    assert changed["total"] == "36.00"
    changed = api.put(path, json={"line_items": [{"id": line, "quantity": 0}]}).json()
    assert (changed["total"], len(changed["line_items"])) == ("12.00", 1)
    other = api.put(path, json={"line_items": [{"id": line, "quantity": 1}]})
    assert (other.status_code, other.json()["code"]) == (400, "woocommerce_rest_invalid_item_id")


def test_refunds_lower_what_is_left_and_restock(api: httpx.Client) -> None:
    number = _product(api, "RF", "10", manage_stock=True, stock_quantity=5)
    order = _order(api, line_items=[{"product_id": number, "quantity": 2}], set_paid=True)
    path, line = f"orders/{order['id']}", order["line_items"][0]
    tax = line["taxes"][0]["id"]
    items = [{"id": line["id"], "quantity": 1, "refund_total": 10, "refund_tax": [{"id": tax, "refund_total": 2}]}]
    money = api.post(f"{path}/refunds", json={"line_items": items})
    assert (money.status_code, money.json()["data"]) == (500, 500)
    made = api.post(f"{path}/refunds", json={"line_items": items, "api_refund": False}).json()
    assert (made["amount"], made["line_items"][0]["quantity"]) == ("12.00", -1)
    assert api.get(f"products/{number}").json()["stock_quantity"] == 4
    read = api.get(path).json()
    assert (read["total"], read["refunds"][0]["total"], read["status"]) == ("24.00", "-12.00", "processing")
    assert api.post(f"{path}/refunds", json={"amount": "13", "api_refund": False}).status_code == 500
    api.put(path, json={"status": "refunded"})
    refunds = api.get(f"{path}/refunds").json()
    assert sorted(item["amount"] for item in refunds) == ["12.00", "12.00"]


def test_guests_decimals_and_pages(api: httpx.Client) -> None:
    number = _product(api, "DP", "1.114567", tax_class="reduced-rate")
    order = _order(api, line_items=[{"sku": "dp", "quantity": 7}])
    assert (order["customer_id"], order["line_items"][0]["product_id"]) == (0, number)
    fine = api.get(f"orders/{order['id']}", params={"dp": 6}).json()
    assert (fine["line_items"][0]["total"], fine["line_items"][0]["total_tax"]) == ("7.801969", "0.430000")
    past = api.get("orders", params={"page": 99})
    assert (past.json(), past.headers["X-WP-Total"]) == ([], "0")
    assert api.post("orders", json={"line_items": [{"name": "x", "total": "1"}]}).status_code == 400


def test_notes_of_customers_are_sent(api: httpx.Client, server: RunningSandbox) -> None:
    order = _order(api)
    api.post(f"orders/{order['id']}/notes", json={"note": "Parti", "customer_note": True})
    mails = server.admin("GET", "/_admin/mails")
    assert ("customer_note", "a@example.test") in {(mail["template"], mail["recipient"]) for mail in mails}
