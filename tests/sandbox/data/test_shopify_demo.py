"""The demonstration's Shopify shop: the same at every load, every amount as the system itself would state it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.connectors.shops.shopify import statuses
from atoosync_lab.connectors.shops.shopify.plugin import PLUGIN
from atoosync_lab.sandbox.data.demo.catalogue import articles
from atoosync_lab.sandbox.data.demo.load import DemoReport
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.data.online_retail import RetailReport
from atoosync_lab.sandbox.data.shop_data import shop_data
from atoosync_lab.sandbox.data.shopify_demo.facts import PRICES, RATES, SHIPPING_MODES, UNMAPPED_TAXES, facts
from atoosync_lab.sandbox.data.shopify_demo.goods import AMBIGUOUS, COPIED
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.sandbox.shopify.values import opened
from atoosync_lab.settings import Profile

pytestmark = pytest.mark.spec("BEY-10")
TODAY = date(2026, 11, 25)
TABLES = (
    "locations", "products", "variants", "inventory_levels", "collection_products", "files", "customers", "orders",
    "line_items", "transactions", "refunds", "fulfillment_orders", "fulfillment_order_lines", "fulfillments",
)  # fmt: skip
Loaded = tuple[Path, DemoReport]


def fill(folder: Path) -> Loaded:
    report = load("demo", folder / "shop", folder / "erp", shop="shopify", today=TODAY)
    assert isinstance(report, DemoReport)
    return folder, report


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return fill(tmp_path_factory.mktemp("shopify-demo"))


@pytest.fixture(scope="module")
def shop(loaded: Loaded) -> Iterator[ShopState]:
    state = ShopState.open(loaded[0] / "shop")
    yield state
    state.close()


def order(shop: ShopState, loaded: Loaded, name: str) -> dict[str, Any]:
    found = shop.get("orders", loaded[1].special_orders[name])
    assert found is not None
    return found


def lines(shop: ShopState, loaded: Loaded, name: str) -> list[dict[str, Any]]:
    return shop.rows("line_items", "order_id = ? ORDER BY id", loaded[1].special_orders[name])


def test_two_loads_of_one_day_are_alike(loaded: Loaded, shop: ShopState, tmp_path: Path) -> None:
    folder, report = fill(tmp_path)
    assert json.dumps(asdict(report), default=str) == json.dumps(asdict(loaded[1]), default=str)
    other = ShopState.open(folder / "shop")
    try:
        for table in TABLES:
            assert other.rows(table) == shop.rows(table), table
    finally:
        other.close()


def test_there_is_as_much_as_a_small_business_has(loaded: Loaded) -> None:
    assert loaded[1].counts == {
        "erp_articles": 386,
        "erp_stock_rows": 742,
        "erp_customers": 86,
        "shop_products": 249,
        "shop_variants": 284,
        "shop_customers": 109,
        "shop_orders": 150,
        "shop_line_items": 465,
        "shop_refunds": 9,
    }


def test_another_day_moves_every_date_with_it(loaded: Loaded, shop: ShopState) -> None:
    ages = [row[0] for row in shop.db.execute("SELECT julianday('2026-11-26') - julianday(created_at) FROM orders")]
    assert min(ages) > 1
    assert max(ages) < 61
    after = "SELECT COUNT(*) FROM {} WHERE updated_at > '2026-11-25T05:00:00Z'"
    for table in ("products", "variants", "customers", "orders"):
        assert shop.value(after.format(table)) == 0, table


def test_profile_names_what_the_shop_has(loaded: Loaded, shop: ShopState) -> None:
    profile = Profile.model_validate(shop_data("shopify").demo_settings("http://127.0.0.1:1", "http://x", speed=0))
    maps = profile.orders.maps
    seen = {
        f"{tax['title']}|{(Decimal(tax['rate']) * 100).normalize():f}"
        for row in shop.rows("orders")
        for tax in opened(row, "tax_lines")
    }
    assert seen == {*maps.taxes, *UNMAPPED_TAXES}
    sent = {line["title"] for row in shop.rows("orders") for line in opened(row, "shipping_lines")}
    assert set(maps.carriers) == set(SHIPPING_MODES)
    assert sent == set(PRICES)
    paid = {row["gateway"] for row in shop.rows("transactions")}
    assert paid == set(facts()["payment_methods"])
    assert {key.partition("|")[0] for key in maps.payments} == paid - set(facts()["unmapped_payment_methods"])
    assert set(profile.orders.statuses) <= set(statuses.LABELS)
    assert {profile.orders.status_update.delivery_note, profile.orders.status_update.invoice} <= statuses.WRITABLE
    assert {row["presentment_currency"] for row in shop.rows("orders")} == {None, *RATES}
    with FolderState.open(loaded[0] / "erp", profile.erp.folder) as folder:
        assert set(maps.taxes.values()) <= {row["Id"] for row in folder.rows("Vat")}
        assert {rule.payment_means for rule in maps.payments.values()} <= {
            row["Id"] for row in folder.rows("PaymentType")
        }
    assert set(shop_data("shopify").credentials) == set(PLUGIN.credentials[0])


def test_shop_holds_what_time_makes_of_a_catalogue(shop: ShopState) -> None:
    known = {article.key: article for article in articles()}
    skus = [row["sku"] for row in shop.rows("variants")]
    assert {sku for sku in skus if sku and sku.strip() not in known} == {"VIEUX-001", "VIEUX-002", "PARTENAIRE-7"}
    assert skus.count(None) == 3
    assert [sku for sku in skus if sku and sku.strip() == AMBIGUOUS] == [AMBIGUOUS, f"{AMBIGUOUS} "]
    assert skus.count(COPIED) == 2
    prices = {row["sku"]: Decimal(row["price"]) for row in shop.rows("variants") if row["sku"] in known}
    usual = {a.key: (a.price * (1 + Decimal(a.vat) / 100)).quantize(Decimal("0.01")) for a in known.values()}
    assert 10 < sum(1 for sku, price in prices.items() if abs(price - usual[sku]) > Decimal("0.01")) < 60
    assert shop.value("SELECT COUNT(*) FROM products WHERE status = 'DRAFT'") > 5
    assert shop.value("SELECT COUNT(*) FROM products WHERE title LIKE '%(nouveau)'") > 5
    drafts = {row["sku"] for row in shop.query("SELECT v.sku FROM variants v JOIN products p ON p.id = v.product_id"
                                               " WHERE p.status = 'ACTIVE'")}  # fmt: skip
    assert any(not known[sku].sellable for sku in drafts if sku in known)


@pytest.mark.pitfall("PB-28")
def test_masters_have_a_variant_for_each_article_but_one(shop: ShopState) -> None:
    wanted = {article.key for article in articles() if article.master}
    rows = shop.query("SELECT sku FROM variants WHERE options <> '[]' AND sku IS NOT NULL")
    assert wanted - {row["sku"] for row in rows} == {"CABAS-03"}


def test_amounts_are_those_of_the_shop_itself(loaded: Loaded, shop: ShopState) -> None:
    """Totals are the sum of lines and shipping; taxes, rounded on each, are within them or come on top."""
    for row in shop.rows("orders"):
        own = shop.rows("line_items", "order_id = ?", row["id"])
        goods = sum(Decimal(x["price"]) * x["quantity"] - _sum(x, "discount_allocations", "amount") for x in own)
        sent = opened(row, "shipping_lines")
        freight = sum(Decimal(x["price"]) for x in sent)
        less = sum(Decimal(part["amount"]) for x in sent for part in x["discount_allocations"])
        tax = sum(_sum(x, "tax_lines", "price") for x in own)
        tax += sum(Decimal(part["price"]) for x in sent for part in x["tax_lines"])
        extra = Decimal(row["tip"]) + _sum(row, "additional_fees", "price")
        assert Decimal(row["subtotal"]) == goods
        assert Decimal(row["total_tax"]) == tax
        assert Decimal(row["total"]) == goods + freight - less + extra + (0 if row["taxes_included"] else tax)


def _sum(row: dict[str, Any], column: str, name: str) -> Decimal:
    return sum((Decimal(item[name]) for item in opened(row, column)), Decimal(0))


def test_special_orders_stand_as_their_names_say(loaded: Loaded, shop: ShopState) -> None:
    def of(name: str) -> dict[str, Any]:
        return order(shop, loaded, name)

    assert (of("shipping_with_tax")["total"], of("shipping_with_tax")["total_tax"]) == ("30.90", "5.15")
    assert of("prices_without_tax")["total"] == "46.64"
    assert of("coupon_over_two_rates")["total"] == "71.10"
    assert (of("fully_discounted_line")["total"], of("zero_order")["total"]) == ("30.00", "0.00")
    assert of("zero_order")["financial_status"] == "PAID"
    assert not shop.rows("transactions", "order_id = ?", of("zero_order")["id"])
    edited = of("edited_before_import")
    assert (edited["total"], edited["current_total"], edited["received"]) == ("120.00", "60.00", "60.00")
    assert lines(shop, loaded, "edited_before_import")[0]["current_quantity"] == 1
    assert of("captured_in_part")["financial_status"] == "PARTIALLY_PAID"
    assert of("authorised_not_captured")["financial_status"] == "AUTHORIZED"
    assert of("authorisation_voided")["financial_status"] == "VOIDED"
    assert of("sent_in_part")["fulfillment_status"] == "PARTIALLY_FULFILLED"
    assert of("returned_with_shipping")["financial_status"] == "REFUNDED"
    refund = shop.one("refunds", "order_id = ?", of("returned_after_a_coupon")["id"])
    assert refund is not None
    assert refund["total"] == "120.00"
    assert of("guest")["customer_id"] is None
    nobody = of("guest_without_name")
    assert (nobody["customer_id"], nobody["email"]) == (None, None)
    (gone,) = [line for line in lines(shop, loaded, "deleted_product") if line["sku"] == "OLD-1"]
    assert shop.get("products", gone["product_id"]) is None
    assert of("intra_eu_without_tax")["total_tax"] == "0.00"


@pytest.mark.spec("ORD-33")
def test_part_of_the_real_year_adds_up(shared: Path, tmp_path: Path) -> None:
    report = load("online-retail", tmp_path / "shop", tmp_path / "erp", shop="shopify", shared=shared, limit=300)
    assert isinstance(report, RetailReport)
    state = ShopState.open(tmp_path / "shop")
    try:
        sold = state.rows("orders", "financial_status = 'PAID'")
        back = state.rows("orders", "financial_status = 'REFUNDED'")
        assert (len(sold), len(back)) == (report.orders.documents, report.credit_slips.documents)
        assert state.value("SELECT COUNT(*) FROM line_items") == report.orders.lines + report.credit_slips.lines
        assert sum(Decimal(row["subtotal"]) for row in sold) == report.orders.amount
        assert sum(Decimal(row["subtotal"]) for row in back) == -report.credit_slips.amount
        assert state.value("SELECT COUNT(*) FROM refunds") == len(back)
        assert sum(Decimal(row["total"]) for row in state.rows("refunds")) == sum(Decimal(r["total"]) for r in back)
        for row in [*sold, *back]:
            own = state.rows("line_items", "order_id = ?", row["id"])
            assert Decimal(row["total_tax"]) == sum(_sum(line, "tax_lines", "price") for line in own)
            paid = state.rows("transactions", "order_id = ? AND kind = 'SALE'", row["id"])
            assert [item["amount"] for item in paid] == ([row["total"]] if row["total"] != "0.00" else [])
        first = state.one("orders", "name = '#536365'")
        assert first is not None
        # 139.12 without tax; the file's times are London's, in December the same as UTC.
        assert (first["created_at"], first["subtotal"]) == ("2010-12-01T08:26:00Z", "139.12")
    finally:
        state.close()
    settings = Profile.model_validate(shop_data("shopify").retail_settings("http://127.0.0.1:1", "http://x", speed=0))
    assert set(settings.orders.statuses) <= set(statuses.LABELS)


def test_a_version_that_the_sandbox_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no Shopify API 1999-01"):
        load("demo", tmp_path / "shop", tmp_path / "erp", shop="shopify", version="1999-01", today=TODAY)
