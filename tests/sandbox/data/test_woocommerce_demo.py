"""The demonstration and the real year in a WooCommerce shop: the same at every load, in the shop's own amounts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.connectors.shops.woocommerce.facts import UNTRACKED
from atoosync_lab.sandbox.data.demo.catalogue import articles
from atoosync_lab.sandbox.data.demo.load import DemoReport
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.data.online_retail import RetailReport
from atoosync_lab.sandbox.data.woocommerce_demo.facts import CARRIERS, GATEWAYS, TAXES, UNMAPPED_TAXES, facts
from atoosync_lab.sandbox.data.woocommerce_demo.goods import AMBIGUOUS, GONE, WITHOUT_SKUS, with_tax
from atoosync_lab.sandbox.data.woocommerce_shop import DATA
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.sandbox.woocommerce import times
from atoosync_lab.sandbox.woocommerce.orders import STATUSES
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.settings import Profile

pytestmark = pytest.mark.spec("SHOP-02", "BEY-10")
TODAY = date(2026, 11, 25)
D = Decimal


def load_demo(folder: Path) -> DemoReport:
    report = load("demo", folder / "shop", folder / "erp", shop="woocommerce", today=TODAY)
    assert isinstance(report, DemoReport)
    return report


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("woocommerce-demo")


@pytest.fixture(scope="module")
def report(place: Path) -> DemoReport:
    return load_demo(place)


@pytest.fixture(scope="module")
def shop(place: Path, report: DemoReport) -> Iterator[ShopState]:
    assert report
    state = ShopState.open(place / "shop")
    yield state
    state.close()


def order(shop: ShopState, report: DemoReport, name: str) -> Row:
    found = shop.row("orders", report.special_orders[name])
    assert found is not None
    return found


def dump(folder: Path) -> bytes:
    state = ShopState.open(folder / "shop")
    names = ("products", "terms", "attributes", "customers", "orders", "refunds", "coupons", "taxes", "zone_methods")
    found = {name: state.rows(name) for name in (*names, "notes", "images")}
    state.close()
    return json.dumps(found, sort_keys=True).encode()


def test_two_loads_of_one_day_are_alike_to_the_byte(place: Path, report: DemoReport, tmp_path: Path) -> None:
    assert load_demo(tmp_path) == report
    assert dump(tmp_path) == dump(place)


def test_there_is_as_much_as_a_small_business_has(report: DemoReport) -> None:
    assert report.counts == {
        "erp_articles": 386, "erp_stock_rows": 742, "erp_customers": 86, "shop_products": 249, "shop_variations": 48,
        "shop_customers": 108, "shop_orders": 150, "shop_order_lines": 457, "shop_refunds": 7,
    }  # fmt: skip
    assert len(report.special_orders) == 74


def test_profile_names_what_shop_and_folder_hold(place: Path, shop: ShopState) -> None:
    given = DATA.demo_settings("http://127.0.0.1:8703", "http://127.0.0.1:8701", speed=0)
    profile = Profile.model_validate(given)
    maps, products = profile.orders.maps, profile.articles.products
    taxes = {f"{row['name']}|{D(row['rate']).normalize():f}" for row in shop.rows("taxes")}
    assert taxes == {*TAXES, *UNMAPPED_TAXES}
    assert set(maps.taxes) == set(TAXES)
    classes = {"standard", *(row["slug"] for row in shop.rows("tax_classes"))}
    assert set(products.taxes.values()) == classes
    methods = {f"{row['method_id']}:{row['id']}": row["title"] for row in shop.rows("zone_methods")}
    assert methods == {key: title for key, (title, _) in CARRIERS.items()} == facts()["carriers"]
    assert set(maps.carriers) < set(methods)
    assert {key.partition("|")[0] for key in maps.payments} < set(GATEWAYS)
    assert {*profile.orders.statuses, profile.orders.status_update.invoice} <= set(STATUSES)
    with FolderState.open(place / "erp", facts()["folder"]) as folder:
        vat = {row["Id"] for row in folder.rows("Vat")}
        assert {*maps.taxes.values(), maps.zero_tax, *products.taxes} <= vat
        assert set(maps.carriers.values()) <= {row["Id"] for row in folder.rows("Shipping")}


def test_shop_has_drifted_from_the_folder(shop: ShopState) -> None:
    known = {article.key: article for article in articles()}
    rows = {row["sku"]: row for row in shop.rows("products", "type = 'simple'")}
    simple = {sku: row for sku, row in rows.items() if sku in known}
    assert len(simple) == 231
    drifted = sum(1 for sku, row in simple.items() if D(row["regular_price"]) != with_tax(known[sku], known[sku].price))
    assert 10 < drifted < 45
    assert any(row["status"] == "publish" and known[sku].state for sku, row in simple.items())
    assert any(row["status"] == "draft" and known[sku].sellable for sku, row in simple.items())
    assert any("(nouveau)" in row["name"] for row in simple.values())
    counted = {bool(row["manage_stock"]) for row in simple.values()}
    assert counted == {True, False}
    assert UNTRACKED < 0


def test_skus_are_as_old_shops_hold_them(shop: ShopState, report: DemoReport) -> None:
    skus = Counter(row["sku"].strip() for row in shop.rows("products") if row["sku"])
    assert [sku for sku, count in skus.items() if count > 1] == [AMBIGUOUS]
    assert len([row for row in shop.rows("products", "sku = ''") if row["type"] == "simple"]) == 1
    (parent,) = shop.rows("products", "sku = ?", (WITHOUT_SKUS,))
    assert [row["sku"] for row in shop.rows("products", "parent_id = ?", (parent["id"],))] == ["", ""]
    gone = order(shop, report, "deleted_product")["line_items"][1]
    assert gone["product_id"]
    assert shop.row("products", gone["product_id"]) is None
    assert GONE not in skus


def test_orders_state_what_was_complained_about_to_the_cent(shop: ShopState, report: DemoReport) -> None:
    charged = {
        "line_taxes_above_the_sum": "46.63", "shipping_beside_gross_prices": "30.90", "many_small_pieces": "336.10",
        "coupon_over_two_rates": "71.10", "fully_discounted_line": "30.00", "zero_order": "0.00",
        "returned_after_a_coupon": "168.00", "dollars_with_tax": "125.00", "authorised_not_captured": "95.00",
        "edited_before_import": "60.00", "taxes_rounded_on_each_line": "161.15", "taxes_rounded_in_the_sum": "161.16",
    }  # fmt: skip
    assert {name: f"{D(order(shop, report, name)['total']):.2f}" for name in charged} == charged
    shown = order(shop, report, "line_taxes_above_the_sum")
    cents = sum(D(tax["total"]).quantize(D("0.01"), ROUND_HALF_UP) for kind in ("line_items", "shipping_lines")
                for line in shown[kind] for tax in line["taxes"])  # fmt: skip
    assert (cents, D(shown["total"]) - D("35.73") - D("3.13")) == (D("7.78"), D("7.77"))


def test_every_total_is_that_of_its_lines_and_taxes(shop: ShopState) -> None:
    for row in shop.rows("orders"):
        lines = [line for kind in ("line_items", "shipping_lines", "fee_lines") for line in row[kind]]
        whole = sum((D(line["total"]) + D(line["total_tax"]) for line in lines), D(0))
        assert abs(whole - D(row["total"])) <= D("0.005") * (2 * len(lines) + 1)
        assert D(row["total"]) >= 0
        assert D(row["total_tax"]) == sum(
            (D(line["tax_total"]) + D(line["shipping_tax_total"]) for line in row["tax_lines"]), D(0)
        )


def test_orders_of_every_awkward_kind_are_there(shop: ShopState, report: DemoReport) -> None:
    special = {name: order(shop, report, name) for name in report.special_orders}
    assert Counter(row["status"] for row in special.values()) == {
        "processing": 61, "completed": 6, "on-hold": 2, "cancelled": 2, "failed": 1, "pending": 1, "refunded": 1,
    }  # fmt: skip
    assert [special[name]["date_paid"] for name in ("authorised_not_captured", "awaiting_wire")] == [None, None]
    assert special["authorised_not_captured"]["transaction_id"]
    assert {special[name]["customer_id"] for name in ("guest", "guest_same_email", "guest_without_name")} == {0}
    mails = [special[name]["billing"]["email"] for name in ("guest_same_email", "guest_same_email_other_case")]
    assert mails[0] != mails[1] == mails[0].lower()
    assert len(special["sixty_lines"]["line_items"]) == 60
    assert D(special["fully_discounted_line"]["line_items"][1]["total"]) == 0
    assert special["zero_order"]["payment_method"] == ""
    assert len(special["coupon_over_four_rates"]["tax_lines"]) == 4
    assert special["free_shipping"]["shipping_lines"][0]["method_id"] == "free_shipping"
    fees = [special[name]["fee_lines"][0]["total"] for name in ("negative_fee", "gift_wrap_fee")]
    assert fees == ["-4", "2.5"]
    assert special["intra_eu_without_tax"]["tax_lines"] == special["pounds"]["tax_lines"] == []
    assert special["german_tax"]["tax_lines"][0]["label"] == "MwSt."
    assert special["edited_before_import"]["line_items"][0]["quantity"] == 1
    assert "🎁" in special["message_with_emoji"]["customer_note"]
    assert not special["virtual_product"]["shipping_lines"]


def test_refunds_are_by_line_with_shipping_and_bare(shop: ShopState, report: DemoReport) -> None:
    found: dict[int, list[Row]] = {}
    for row in shop.rows("refunds"):
        found.setdefault(row["order_id"], []).append(row)
    by_name = {name: found[number] for name, number in report.special_orders.items() if number in found}
    assert {name: [row["amount"] for row in rows] for name, rows in by_name.items()} == {
        "returned_in_part": ["24.12"], "returned_with_shipping": ["35.1"], "returned_without_tax": ["108.4"],
        "returned_in_two_refunds": ["16.92", "33.84"], "returned_after_a_coupon": ["120"], "refunded_goodwill": ["5"],
    }  # fmt: skip
    assert by_name["refunded_goodwill"][0]["line_items"] == []
    assert order(shop, report, "returned_with_shipping")["status"] == "refunded"


def test_orders_are_one_to_sixty_days_old_and_ids_follow_time(shop: ShopState) -> None:
    rows = shop.rows("orders")
    moments = [datetime.fromisoformat(row["created"]).replace(tzinfo=UTC) for row in rows]
    assert moments == sorted(moments)
    days = [moment.astimezone(times.ZONE).date() for moment in moments]
    assert timedelta(1) <= TODAY - days[-1] <= TODAY - days[0] <= timedelta(60)
    last = datetime(2026, 11, 25, 23, tzinfo=UTC)
    assert all(datetime.fromisoformat(row["modified"]).replace(tzinfo=UTC) <= last for row in rows)


# The real year ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> tuple[ShopState, RetailReport]:
    """The first documents of it."""
    folder = tmp_path_factory.mktemp("woocommerce-year")
    given: dict[str, Any] = {"shop": "woocommerce", "shared": shared, "limit": 150}
    report = load("online-retail", folder / "shop", folder / "erp", **given)
    assert isinstance(report, RetailReport)
    return ShopState.open(folder / "shop"), report


def test_the_year_is_held_to_the_thousandth(year: tuple[ShopState, RetailReport]) -> None:
    state, report = year
    sold, back = state.rows("orders", "status = 'processing'"), state.rows("orders", "status = 'refunded'")
    assert (len(sold), len(back)) == (report.orders.documents, report.credit_slips.documents)
    assert len(sold) > 100 > len(back) > 0
    for rows, figures in ((sold, report.orders), (back, report.credit_slips)):
        lines = [line for row in rows for line in row["line_items"]]
        assert len(lines) == figures.lines
        assert sum(D(line["total"]) for line in lines) == abs(figures.amount)
    refunds = {row["order_id"]: row for row in state.rows("refunds")}
    assert {row["id"]: D(row["total"]) for row in back} == {key: D(row["amount"]) for key, row in refunds.items()}
    given_back = sum(D(line["total"]) for row in refunds.values() for line in row["line_items"])
    assert given_back == report.credit_slips.amount
    assert (report.customers, report.guests) == (4_372, 9)


def test_the_year_keeps_the_files_numbers_and_taxes_home_sales_alone(year: tuple[ShopState, RetailReport]) -> None:
    first = year[0].row("orders", 536365)
    assert first is not None
    assert (first["number"], first["created"], first["customer_id"]) == ("536365", "2010-12-01T08:26:00", 17850)
    assert (first["total"], first["currency"], first["payment_method"]) == ("166.94", "GBP", "bacs")
    for row in year[0].rows("orders"):
        rate = D("1.2") if row["billing"]["country"] == "GB" else D(1)
        exact = sum(D(line["total"]) for line in row["line_items"]) * rate
        assert D(row["total"]) == exact.quantize(D("0.01"), ROUND_HALF_UP)
