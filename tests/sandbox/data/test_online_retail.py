"""The real year arrives whole: every sale and cancellation to the thousandth; what is no sale is named and counted."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from prestapyt import PrestaShopWebServiceDict

from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.data.online_retail import FOLDER, Figures, RetailReport, retail_file, retail_settings
from atoosync_lab.sandbox.data.retail_profile import GUEST_CODE, VAT_UK_0, VAT_UK_20
from atoosync_lab.sandbox.data.retail_source import CANCELLATION, CORRECTION, SALE, Code, RetailSource
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from atoosync_lab.sandbox.prestashop.seed import ShopState
from atoosync_lab.sandbox.servers import start
from atoosync_lab.settings import Profile

pytestmark = pytest.mark.spec("BEY-10")
LIMIT = 300


@pytest.fixture(scope="module")
def year(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RetailReport]:
    """The whole year; seconds, not minutes."""
    folder = tmp_path_factory.mktemp("year")
    report = load("online-retail", folder / "shop", folder / "erp", shared=shared)
    assert isinstance(report, RetailReport)
    return folder, report


@pytest.fixture(scope="module")
def shop(year: tuple[Path, RetailReport]) -> Iterator[ShopState]:
    state = ShopState.open(year[0] / "shop")
    yield state
    state.close()


@pytest.fixture(scope="module")
def folder(year: tuple[Path, RetailReport]) -> Iterator[FolderState]:
    with FolderState.open(year[0] / "erp", FOLDER) as found:
        yield found


def test_parts_have_their_control_figures_and_make_the_whole_file(year: tuple[Path, RetailReport]) -> None:
    report = year[1]
    assert report.orders == Figures(20_725, 531_282, Decimal("10655622.484"))
    assert report.credit_slips == Figures(3_836, 9_288, Decimal("-896812.490"))
    assert report.corrections == Figures(1_336, 1_336, Decimal(0))
    assert report.adjustments == Figures(3, 3, Decimal("-11062.060"))
    assert len(report.adjustment_numbers) == 3
    parts = (report.orders, report.credit_slips, report.corrections, report.adjustments)
    assert sum(part.documents for part in parts) == 25_900
    assert sum(part.lines for part in parts) == 541_909
    assert sum(part.amount for part in parts) == Decimal("9747747.934")
    assert (report.articles, report.customers, report.ambiguous_codes) == (4_070, 4_372, ())


def thousandths(state: ShopState, column: str, source: str) -> Decimal:
    """The exact sum of an amount: texts of six decimals, added as whole millionths."""
    sql = f"SELECT SUM(CAST(REPLACE({column}, '.', '') AS INTEGER)) FROM {source}"
    return Decimal(state.db.execute(sql).fetchone()[0]) / 1_000_000


def test_shop_holds_every_line_to_the_thousandth(shop: ShopState) -> None:
    joined = "order_details d JOIN orders o ON o.id = d.id_order WHERE o.current_state = {}"
    assert thousandths(shop, "d.total_price_tax_excl", joined.format(2)) == Decimal("10655622.484")
    assert thousandths(shop, "d.total_price_tax_excl", joined.format(7)) == Decimal("896812.490")
    assert shop.db.execute("SELECT COUNT(*) FROM orders WHERE current_state = 2").fetchone()[0] == 20_725
    assert shop.db.execute("SELECT COUNT(*) FROM order_details").fetchone()[0] == 531_282 + 9_288
    assert shop.db.execute("SELECT SUM(json_array_length(a_order_slip_details)) FROM order_slip").fetchone()[0] == 9_288
    assert thousandths(shop, "total_products_tax_excl", "order_slip") == Decimal("896812.490")


def test_totals_are_rounded_once_and_only_home_sales_carry_tax(shop: ShopState) -> None:
    home = shop.db.execute("SELECT id FROM countries WHERE iso_code = 'GB'").fetchone()[0]
    rows = shop.db.execute(
        "SELECT o.total_paid_tax_excl, o.total_paid_tax_incl, o.round_type, a.id_country = ?,"
        " SUM(CAST(REPLACE(d.total_price_tax_excl, '.', '') AS INTEGER)), MIN(d.a_taxes), MAX(d.a_taxes)"
        " FROM orders o JOIN addresses a ON a.id = o.id_address_delivery JOIN order_details d ON d.id_order = o.id"
        " GROUP BY o.id",
        (home,),
    ).fetchall()
    assert len(rows) == 20_725 + 3_836
    cent = Decimal("0.01")
    for excl, incl, kind, at_home, millionths, first_tax, last_tax in rows:
        exact = Decimal(millionths) / 1_000_000
        assert kind == 3
        assert Decimal(excl) == exact.quantize(cent, "ROUND_HALF_UP")
        assert Decimal(incl) == (exact * (Decimal("1.2") if at_home else 1)).quantize(cent, "ROUND_HALF_UP")
        assert first_tax == last_tax == ("[[1]]" if at_home else "[]")


def test_every_sale_is_paid_by_one_wire_and_nothing_is_paid_for_nothing(shop: ShopState) -> None:
    wrong = shop.db.execute(
        "SELECT COUNT(*) FROM orders o LEFT JOIN (SELECT order_reference, COUNT(*) AS n, MIN(amount) AS amount"
        " FROM order_payments GROUP BY order_reference) p ON p.order_reference = o.reference WHERE o.current_state = 2"
        " AND CASE WHEN o.total_paid = '0.000000' THEN p.n IS NOT NULL ELSE p.n <> 1 OR p.amount <> o.total_paid END"
    ).fetchone()
    assert wrong[0] == 0
    free = shop.db.execute("SELECT COUNT(*) FROM orders WHERE current_state = 2 AND module = 'free_order'").fetchone()
    assert free[0] == 766
    paid_back = "SELECT COUNT(*) FROM order_payments WHERE order_reference LIKE 'C%'"
    assert shop.db.execute(paid_back).fetchone()[0] == 0


def test_order_keeps_the_files_numbers_times_and_repeated_lines(shop: ShopState) -> None:
    order = shop.get("orders", 536365)
    assert order is not None
    assert (order["reference"], order["date_add"], order["id_customer"]) == ("536365", "2010-12-01 08:26:00", 17850)
    assert (order["total_paid_tax_excl"], order["total_paid"]) == ("139.120000", "166.940000")
    (longest,) = shop.db.execute(
        "SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM order_details GROUP BY id_order)"
    ).fetchone()
    assert longest == 1_114
    repeated = shop.db.execute(
        "SELECT COUNT(*) FROM (SELECT 1 FROM order_details GROUP BY id_order, product_reference HAVING COUNT(*) > 1)"
    ).fetchone()
    assert repeated[0] > 1_000
    small = shop.db.execute("SELECT COUNT(*) FROM order_details WHERE unit_price_tax_excl = '0.001000'").fetchone()
    assert small[0] == 4


def test_slip_lines_belong_to_the_order_made_for_them(shop: ShopState) -> None:
    rows = shop.db.execute(
        "SELECT s.id, s.id_order, json_extract(l.value, '$[3]'), d.id_order, d.total_price_tax_excl, d.product_quantity"
        " FROM order_slip s, json_each(s.a_order_slip_details) l"
        " JOIN order_details d ON d.id = json_extract(l.value, '$[1]')"
    ).fetchall()
    assert len(rows) == 9_288
    for slip, order, amount, of_line, total, pieces in rows:
        assert slip == order == of_line
        assert amount == total
        assert pieces > 0


def test_guests_have_one_account_a_country_and_the_rest_an_email_of_their_own(
    shop: ShopState, year: tuple[Path, RetailReport]
) -> None:
    guests = shop.rows("customers", "is_guest = 1")
    assert len(guests) == year[1].guests == 9
    assert len(shop.rows("customers", "is_guest = 0")) == 4_372
    assert (shop.get("customers", 17850) or {})["email"] == "17850@retail.test"
    several = shop.db.execute(
        "SELECT COUNT(*) FROM (SELECT id_customer FROM addresses GROUP BY id_customer HAVING COUNT(*) > 1)"
    ).fetchone()
    assert several[0] == 8


def test_what_is_no_goods_is_sold_as_a_virtual_product_and_not_published(shop: ShopState, folder: FolderState) -> None:
    virtual = {row["reference"] for row in shop.rows("products", "is_virtual = 1")}
    assert virtual >= {
        "POST",
        "DOT",
        "C2",
        "M",
        "m",
        "D",
        "S",
        "B",
        "BANK CHARGES",
        "AMAZONFEE",
        "CRUK",
        "gift_0001_20",
    }
    assert not virtual & {"PADS", "85123A", "DCGSSBOY"}
    items = {row["Id"]: row for row in folder.rows("Item")}
    assert len(items) == 4_070 + 5
    assert {code for code, row in items.items() if not row["AllowPublishOnWeb"]} - virtual == {
        "ZDIVERS", "ZECART", "ZEMBAL", "ZPORT", "ZREMISE",
    }  # fmt: skip
    assert {"M", "m"} <= items.keys()
    assert items["85123A"]["SalePriceVatExcluded"] == Decimal("2.95")


def test_code_is_goods_by_its_form() -> None:
    def goods(code: str) -> bool:
        return Code(code, "", Decimal(0)).goods

    assert all(map(goods, ("85123A", "22423", "15056BL", "PADS", "DCGS0003")))
    assert not any(map(goods, ("POST", "C2", "M", "gift_0001_10", "BANK CHARGES")))


def test_profile_of_the_year_is_valid_and_names_what_exists(folder: FolderState) -> None:
    profile = Profile.model_validate(retail_settings("http://127.0.0.1:1", "http://127.0.0.1:2"))
    rates = {row["Id"]: row["Rate"] for row in folder.rows("Vat")}
    assert (rates[VAT_UK_20], rates[VAT_UK_0]) == (20, 0)
    assert {*profile.orders.maps.taxes.values(), profile.orders.maps.zero_tax} == {VAT_UK_20, VAT_UK_0}
    assert profile.orders.reading.guest_account == GUEST_CODE
    assert GUEST_CODE in {row["Id"] for row in folder.rows("Customer")}
    items = {row["Id"] for row in folder.rows("Item")}
    articles = profile.orders.articles
    assert {articles.misc, articles.difference, articles.gift_wrap, articles.shipping, articles.discount} <= items
    assert folder.meta["currency"] == profile.orders.maps.currencies["GBP"] == "GBP"
    rules = (*profile.orders.maps.countries.values(), profile.orders.maps.default_country)
    territories = {row["Id"] for row in folder.rows("Territoriality")}
    assert {text for rule in rules for text in (rule.with_tax, rule.without_tax)} <= territories


@pytest.mark.pitfall("PB-27")
def test_folder_that_ignores_case_cannot_hold_112_codes(shared: Path, tmp_path: Path) -> None:
    report = load(
        "online-retail", tmp_path / "shop", tmp_path / "erp", shared=shared, limit=LIMIT, case_sensitive=False
    )
    assert isinstance(report, RetailReport)
    assert len(report.ambiguous_codes) == 112
    assert report.articles == 4_070 - 112
    with FolderState.open(tmp_path / "erp", FOLDER) as folder:
        held = {row["Id"] for row in folder.rows("Item")}
    assert not held & set(report.ambiguous_codes)
    assert {code.casefold() for code in report.ambiguous_codes} <= {code.casefold() for code in held}


def test_limit_takes_the_first_documents_of_the_file(shared: Path, tmp_path: Path) -> None:
    report = load("online-retail", tmp_path / "shop", tmp_path / "erp", version="1.7.7", shared=shared, limit=LIMIT)
    assert isinstance(report, RetailReport)
    parts = (report.orders, report.credit_slips, report.corrections, report.adjustments)
    assert sum(part.documents for part in parts) == LIMIT
    state = ShopState.open(tmp_path / "shop")
    numbers = [row["reference"] for row in state.rows("orders")]
    slips = [row["id"] for row in state.rows("order_slip")]
    state.close()
    assert len(numbers) == report.orders.documents + report.credit_slips.documents
    assert numbers[0] == "536365"
    assert slips[0] == 536379
    assert len(slips) == report.credit_slips.documents


def test_prestapyt_reads_the_year_from_a_running_shop(year: tuple[Path, RetailReport]) -> None:
    with start("prestashop", year[0] / "shop", speed=0) as running:
        client = PrestaShopWebServiceDict(f"{running.url}/api", DEFAULT_KEY)
        order = client.get("orders", 536365)["order"]
        assert len(order["associations"]["order_rows"]["order_row"]) == 7
        slip = client.get("order_slip", 536379)["order_slip"]
        assert slip["total_products_tax_excl"] == "27.500000"
        currency = client.get("currencies", 1)["currency"]
        assert currency["iso_code"] == "GBP"


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"online-retail\.parquet"):
        RetailSource(tmp_path / "online-retail.parquet")
    with pytest.raises(FileNotFoundError, match="ATOOSYNC_SHARED"):
        load("online-retail", tmp_path / "shop", tmp_path / "erp", shared=tmp_path)
    assert not (tmp_path / "shop").exists()


def test_a_month_holds_its_own_documents_and_no_other(shared: Path) -> None:
    with RetailSource(retail_file(shared), month="2011-11") as month:
        assert month.figures(SALE) == Figures(2_884, 83_498, Decimal("1509496.330"))
        assert month.figures(CANCELLATION) == Figures(441, 1_076, Decimal("-47740.080"))
        assert month.figures(CORRECTION).documents == 137
        assert {row[3][:7] for row in month.headers()} == {"2011-11"}
        assert len(month.codes()) == 4_070


def test_documents_are_chosen_by_their_numbers(shared: Path) -> None:
    with RetailSource(retail_file(shared), numbers=["579777", "C579757"]) as source:
        assert [row[1] for row in source.headers()] == ["C579757", "579777"]
        assert source.figures(SALE).lines == 687
