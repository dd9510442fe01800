"""The demonstration is the same at every load, coherent on both sides, and states amounts as a real shop would."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from prestapyt import PrestaShopWebServiceDict

from atoosync_lab.sandbox.data.demo import demo_settings, facts
from atoosync_lab.sandbox.data.demo.catalogue import articles, ean13
from atoosync_lab.sandbox.data.demo.order_cases import SHARED_REFERENCE
from atoosync_lab.sandbox.data.demo.people import people
from atoosync_lab.sandbox.data.demo.texts import rtf
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.sandbox.ebp.settings import SUBSCRIPTION_KEY
from atoosync_lab.sandbox.prestashop.amounts import Basket, Line, Pair, amounts
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from atoosync_lab.sandbox.prestashop.seed import ShopState
from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.settings import Profile
from tests.sandbox.data.conftest import TODAY, Demo, load_demo

pytestmark = pytest.mark.spec("BEY-10")


@pytest.fixture(scope="module")
def folder(demo: Demo) -> Iterator[FolderState]:
    with FolderState.open(demo.erp, facts()["folder"]) as found:
        yield found


def dump(demo: Demo) -> bytes:
    """Everything that a profile can read, but ids and moments that the systems themselves make."""
    state = ShopState.open(demo.shop)
    tables = (
        "products",
        "combinations",
        "customers",
        "addresses",
        "orders",
        "order_details",
        "order_payments",
        "order_slip",
    )
    found: dict[str, Any] = {name: state.rows(name) for name in tables}
    state.close()
    with FolderState.open(demo.erp, facts()["folder"]) as folder:
        for table in ("Item", "StockItem", "Customer"):
            found[table] = folder.rows(table)
    return json.dumps([found, asdict(demo.report)], default=str, sort_keys=True).encode()


def test_two_loads_of_one_day_are_alike_to_the_byte(demo: Demo, tmp_path: Path) -> None:
    assert dump(load_demo(tmp_path)) == dump(demo)
    assert json.dumps(facts()) == json.dumps(facts())


def test_there_is_as_much_as_a_small_business_has(demo: Demo) -> None:
    assert demo.report.counts == {
        "erp_articles": 386,
        "erp_stock_rows": 742,
        "erp_customers": 86,
        "shop_products": 250,
        "shop_combinations": 46,
        "shop_customers": 120,
        "shop_orders": 150,
        "shop_order_details": 431,
        "shop_order_slip": 5,
    }


@pytest.mark.parametrize("version", ["8", "1.7.7"])
def test_older_shops_hold_the_same(demo: Demo, tmp_path: Path, version: str) -> None:
    assert load_demo(tmp_path, version).report == demo.report


def test_articles_are_of_every_kind_that_folders_hold() -> None:
    listed = articles()
    codes = [article.code for article in listed]
    assert len(codes) == len(set(codes))
    assert {article.vat for article in listed} == {"20", "10", "5.5", "2.1", "0"}
    assert Counter(article.state for article in listed).keys() == {0, 1, 2, 3}
    assert sum(1 for code in codes if code != code.strip()) == 3
    folded = Counter(code.casefold() for code in codes)
    assert sum(1 for count in folded.values() if count > 1) == 2
    assert any(article.main < 0 for article in listed)
    assert any(article.main % 1 for article in listed)
    assert any(-article.price.as_tuple().exponent == 6 for article in listed)  # type: ignore[operator]
    assert any(not article.tracked and article.family for article in listed)
    assert any(not article.published and article.state == 0 and article.family for article in listed)
    assert sum(1 for article in listed if article.ecotax) == 8
    assert len({article.master for article in listed} - {""}) == 12
    assert max(len(article.names[0]) for article in listed) == 80


def test_barcodes_end_in_their_check_digit() -> None:
    assert ean13("400638133393") == "4006381333931"
    for article in articles():
        assert not article.barcode or article.barcode == ean13(article.barcode[:12])


def test_rich_text_escapes_what_is_not_ascii() -> None:
    text = rtf(["*Café* à 12 € {lot}", "œuf 🥚"])
    assert text.isascii()
    assert r"{\b Caf\'e9} \'e0 12 \'80 \{lot\}\par \'9cuf \u-10178?\u-8870?\par}" in text


def test_buyers_cover_what_makes_customers_hard_to_find() -> None:
    found = people()
    assert len(found) == 120
    assert sum(1 for person in found if person.known) == 60
    assert sum(1 for person in found if person.guest) == 11
    assert {person.place.country for person in found} >= {"FR", "DE", "GB", "CH", "US", "RE", "MC", "NO"}
    assert any(len(person.place.street) > 40 for person in found)
    mails = Counter(person.email.casefold() for person in found if person.guest)
    assert mails["test.invite@exemple.test"] == 2


def test_company_numbers_pass_their_check_and_belong_to_nobody() -> None:
    numbers = [person.siret for person in people() if person.siret]
    assert len(numbers) == len(set(numbers)) == 26
    for number in numbers:
        assert number.startswith("00")
        assert len(number) == 14
        for part in (number[:9], number):
            digits = [int(each) * (1 + place % 2) for place, each in enumerate(reversed(part))]
            assert sum(each - 9 if each > 9 else each for each in digits) % 10 == 0


def test_known_buyers_are_found_by_email_siret_or_vat_number(folder: FolderState) -> None:
    rows = {row["Id"]: row for row in folder.rows("Customer")}
    for person in people():
        if not person.known:
            assert person.code not in rows
            continue
        row = rows[person.code]
        assert str(row["MainInvoicingContact_Email"]).casefold() == person.email.casefold()
        assert f"{row['Siren'] or ''}{row['Nic'] or ''}" == person.siret
        assert (row["IntracommunityVATNumber"] or "") == person.vat_number
    shared = Counter(row["MainInvoicingContact_Email"] for row in rows.values())
    assert shared["comptoir6@exemple.test"] == 2


def test_facts_are_what_the_states_hold(shop_state: ShopState, folder: FolderState) -> None:
    found = facts()
    names = {
        f"{shop_state.text(row['name'], 2)}|{Decimal(row['rate']).normalize():f}" for row in shop_state.rows("taxes")
    }
    assert names >= {*found["taxes"], *found["unmapped_taxes"]}
    groups = {str(row["id"]): row["name"] for row in shop_state.rows("tax_rule_groups")}
    for rate, group in found["tax_rule_groups"].items():
        assert f"({rate}%)" in groups[group]
    assert {str(row["id"]): row["name"] for row in shop_state.rows("carriers")} == found["carriers"]
    assert {row["iso_code"]: str(row["id"]) for row in shop_state.rows("languages")} == found["languages"]
    assert {row["iso_code"]: str(row["id"]) for row in shop_state.rows("currencies")} == found["currencies"]
    states = {str(row["id"]): row for row in shop_state.rows("order_states")}
    assert states[found["states"]["paid"]]["paid"] == 1
    assert states[found["states"]["shipped"]]["shipped"] == 1
    assert shop_state.text(states[found["states"]["cancelled"]]["name"], 2) == "Annulé"
    assert shop_state.config("PS_LANG_DEFAULT") == found["languages"]["fr"]
    items = {row["Id"] for row in folder.rows("Item")}
    assert items >= set(found["special_articles"].values())
    vat = {row["Id"]: row["Rate"] for row in folder.rows("Vat")}
    assert {rate: vat[found["vat"][rate]] for rate in ("20", "10", "5.5", "2.1", "0", "8.5")} == {
        rate: Decimal(rate) for rate in ("20", "10", "5.5", "2.1", "0", "8.5")
    }
    assert {row["Id"] for row in folder.rows("Storehouse")} == set(found["warehouses"].values())
    assert found["guest_account"] in {row["Id"] for row in folder.rows("Customer")}


def test_profile_of_the_demonstration_is_valid_and_names_what_exists(folder: FolderState) -> None:
    profile = Profile.model_validate(demo_settings("http://127.0.0.1:8702", "http://127.0.0.1:8701"))
    assert profile.shop.url == "http://127.0.0.1:8702/"
    maps = profile.orders.maps
    vat = {row["Id"] for row in folder.rows("Vat")}
    assert {*maps.taxes.values(), maps.zero_tax, *profile.articles.products.taxes} <= vat
    assert set(maps.carriers.values()) <= {row["Id"] for row in folder.rows("Shipping")}
    rules = [*maps.countries.values(), maps.default_country]
    territories = {row["Id"] for row in folder.rows("Territoriality")}
    assert {text for rule in rules for text in (rule.with_tax, rule.without_tax) if text} <= territories
    for rule in maps.payments.values():
        assert rule.payment_terms in {row["Id"] for row in folder.rows("SettlementMode")}
        assert rule.payment_means in {row["Id"] for row in folder.rows("PaymentType")}
    columns = set(folder.table("Item").by_name)
    texts = [profile.articles.products.texts, *profile.articles.products.texts_by_language.values()]
    assert {name for text in texts for name in text.model_dump().values() if name} <= columns


def basket_of(state: ShopState, order: dict[str, Any]) -> Basket:
    """What the calculator needs, taken from the stored order alone."""
    rates = {row["id"]: Decimal(row["rate"]) for row in state.rows("taxes")}
    lines = []
    for row in state.rows("order_details", "id_order = ? ORDER BY id", order["id"]):
        ecotax = Decimal(row["ecotax"])
        rate = sum((rates[tax] for (tax,) in state.association(row, "taxes")), Decimal(0))
        net = Decimal(row["unit_price_tax_excl"]) - ecotax
        lines.append(Line(net, rate, row["product_quantity"], ecotax, Decimal(row["ecotax_tax_rate"])))
    return Basket(lines, round_type=order["round_type"], round_mode=order["round_mode"])


def stated(row: dict[str, Any], name: str, *, excl: str = "_tax_excl", incl: str = "_tax_incl") -> Pair:
    return Pair(Decimal(row[f"{name}{excl}"]), Decimal(row[f"{name}{incl}"]))


def test_every_order_states_what_the_calculator_says(shop_state: ShopState) -> None:
    orders = shop_state.rows("orders")
    for order in orders:
        basket = basket_of(shop_state, order)
        found = amounts(basket)
        details = shop_state.rows("order_details", "id_order = ? ORDER BY id", order["id"])
        assert [stated(row, "total_price") for row in details] == [line.total for line in found.lines]
        assert stated(order, "total_products", excl="", incl="_wt") == found.products
        rules = shop_state.rows("order_cart_rules", "id_order = ?", order["id"])
        vouchers = sum((stated(row, "value", incl="") for row in rules), Pair())
        assert stated(order, "total_discounts") == vouchers.rounded(2)
        # The total is worked out anew from the unrounded lines; only rounding each item changes what is summed.
        exact = [line.unit.times(Decimal(line.quantity)) for line in basket.lines]
        summed = sum((line.total for line in found.lines) if order["round_type"] == 1 else exact, Pair())
        whole = summed + stated(order, "total_shipping") + stated(order, "total_wrapping") - vouchers
        paid = Pair(max(whole.excl, Decimal(0)), max(whole.incl, Decimal(0))).rounded(2)
        assert stated(order, "total_paid") == paid
        assert order["total_paid"] == order["total_paid_tax_incl"]
    assert {order["round_type"] for order in orders} == {1, 2, 3}


def test_orders_are_one_to_sixty_days_old_and_ids_follow_time(shop_state: ShopState) -> None:
    moments = [datetime.fromisoformat(order["date_add"]) for order in shop_state.rows("orders")]
    assert moments == sorted(moments)
    assert timedelta(1) <= TODAY - moments[-1].date() <= TODAY - moments[0].date() <= timedelta(60)
    assert sum(1 for moment in moments if moment.date() > TODAY - timedelta(15)) == 109


def test_orders_of_every_awkward_kind_are_there(demo: Demo, shop_state: ShopState) -> None:
    special = demo.report.special_orders
    order = {name: shop_state.get("orders", number) or {} for name, number in special.items()}
    lines = {
        name: shop_state.rows("order_details", "id_order = ? ORDER BY id", number) for name, number in special.items()
    }

    assert len(order) == 71
    assert (order["zero_order"]["total_paid"], order["zero_order"]["module"]) == ("0.000000", "free_order")
    assert not shop_state.rows("order_payments", "order_reference = ?", order["zero_order"]["reference"])
    assert len(lines["sixty_lines"]) == 60
    assert lines["deleted_product"][1]["product_id"] == 0
    assert order["shared_reference_a"]["reference"] == order["shared_reference_b"]["reference"] == SHARED_REFERENCE
    (payment,) = shop_state.rows("order_payments", "order_reference = ?", SHARED_REFERENCE)
    both = (order["shared_reference_a"], order["shared_reference_b"])
    assert Decimal(payment["amount"]) == sum(Decimal(row["total_paid"]) for row in both)
    assert len(shop_state.rows("order_payments", "order_reference = ?", order["several_payments"]["reference"])) == 3
    assert Decimal(order["several_payments"]["total_paid_real"]) == Decimal(order["several_payments"]["total_paid"])
    assert Decimal(order["part_paid"]["total_paid_real"]) == 60 < Decimal(order["part_paid"]["total_paid"])
    assert order["intra_eu_without_tax"]["total_paid_tax_excl"] == order["intra_eu_without_tax"]["total_paid_tax_incl"]
    assert [order[name]["conversion_rate"] for name in ("pounds", "dollars", "francs_not_mapped")] == [
        "0.850000", "1.100000", "0.950000",
    ]  # fmt: skip
    assert Decimal(order["gift_wrap"]["total_wrapping_tax_incl"]) == 3
    assert any(Decimal(line["ecotax"]) for line in lines["ecotax"])
    (bound,) = shop_state.rows("order_cart_rules", "id_order = ?", special["three_for_two_percent"])
    rule = shop_state.get("cart_rules", bound["id_cart_rule"]) or {}
    assert rule["reduction_product"] == lines["three_for_two_percent"][0]["product_id"]
    assert {line["product_reference"] for line in lines["sixty_lines"]} <= {article.key for article in articles()}
    assert Decimal(lines["fully_discounted_line"][1]["total_price_tax_incl"]) == 0
    assert order["free_shipping"]["total_discounts"] == order["free_shipping"]["total_shipping"]
    assert order["carrier_deleted"]["id_carrier"] == 99
    assert shop_state.get("carriers", 99) is None
    assert "🎁" in shop_state.rows("messages", "id_order = ?", special["message_with_emoji"])[0]["message"]
    assert {order[name]["current_state"] for name in ("cancelled", "payment_error", "awaiting_wire")} == {6, 8, 10}
    assert Decimal(lines["four_decimals"][0]["unit_price_tax_excl"]) == Decimal("0.1234")


def test_credit_slips_are_partial_whole_and_with_shipping(demo: Demo, shop_state: ShopState) -> None:
    slips = shop_state.rows("order_slip")
    special = demo.report.special_orders
    assert Counter(slip["id_order"] for slip in slips)[special["returned_in_two_slips"]] == 2
    whole = next(slip for slip in slips if slip["id_order"] == special["returned_with_shipping"])
    assert (whole["partial"], Decimal(whole["total_shipping_tax_incl"])) == (0, Decimal("6.90"))
    numbers = [line[0] for slip in slips for line in shop_state.association(slip, "order_slip_details")]
    assert numbers == list(range(1, len(numbers) + 1))
    wrong = next(slip for slip in slips if slip["id_order"] == special["returned_without_tax"])
    assert Decimal(wrong["total_shipping_tax_incl"]) > Decimal(wrong["total_shipping_tax_excl"])
    assert wrong["total_products_tax_incl"] == wrong["total_products_tax_excl"]


def test_shop_has_drifted_from_the_folder(shop_state: ShopState) -> None:
    known = {article.key: article for article in articles()}
    products = {row["reference"]: row for row in shop_state.rows("products")}
    simple = {code: row for code, row in products.items() if code in known}
    assert len([code for code in products if code.strip() not in known]) == 12 + 4
    assert sum(1 for code in products if code.strip() == "DOUBLE-01") == 2
    drifted = sum(1 for code, row in simple.items() if Decimal(row["price"]) != known[code].price)
    assert 10 < drifted < 45
    assert any(row["active"] and known[code].state for code, row in simple.items())
    assert any(not row["active"] and known[code].sellable for code, row in simple.items())
    assert any("(nouveau)" in shop_state.text(row["name"], 2) for row in simple.values())


def test_pictures_are_small_pngs_and_each_product_has_one_cover(shop_state: ShopState) -> None:
    rows = shop_state.db.execute("SELECT id_owner, cover, data FROM _images").fetchall()
    assert len({row[0] for row in rows}) == 20
    assert sum(row[1] for row in rows) == 20
    for _, _, data in rows:
        assert len(data) < 500
        with Image.open(io.BytesIO(data)) as picture:
            assert (picture.format, picture.size) == ("PNG", (24, 24))


def test_prestapyt_lists_the_shop(shop_server: RunningSandbox) -> None:
    client = PrestaShopWebServiceDict(f"{shop_server.url}/api", DEFAULT_KEY)
    products = client.get("products", options={"display": "[id,reference]", "limit": "1000"})["products"]["product"]
    assert len(products) == 250
    orders = client.get("orders", options={"display": "[id]", "limit": "1000"})["orders"]["order"]
    assert len(orders) == 150
    first = client.get("products", products[20]["id"])["product"]
    assert {int(text["attrs"]["id"]) for text in first["name"]["language"]} == {1, 2, 3}


def test_generic_query_sees_the_articles(erp_server: RunningSandbox) -> None:
    token = erp_server.admin("POST", "/_admin/ebp/sign-in")["access_token"]
    headers = {"Authorization": f"Bearer {token}", "ebp-subscription-key": SUBSCRIPTION_KEY}
    path = f"/gescom/api/v1/Folders/{facts()['folder']}/GenericQuery"
    found: dict[str, Any] = {}
    with httpx.Client(base_url=erp_server.url, headers=headers, timeout=10) as http:
        for page in range(4):
            answer = http.get(path, params={"TableName": "Item", "Offset": page * 100, "Limit": 100})
            assert answer.status_code == 200, answer.text
            found |= {row["Id"]: row for row in answer.json()["results"]}
    assert set(found) == {article.code for article in articles()}
    assert found["TABLIER-05"]["xx_RefMaitre"] == "TABLIER"
    assert found["TABLIER-05"]["LocalizableCaption_3"].startswith("Küchenschürze")
    assert found["TABLIER-05"]["DesCom"].startswith("{\\rtf1")


def test_dates_follow_the_date_given(tmp_path: Path) -> None:
    load("demo", tmp_path / "shop", tmp_path / "erp", today=date(2027, 3, 1))
    state = ShopState.open(tmp_path / "shop")
    last = state.rows("orders")[-1]
    state.close()
    assert last["date_add"].startswith("2027-02-28")
