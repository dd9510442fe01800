"""Each cause of a failed connection has its own sentence; lists and address."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.connectors.shops.shopify.address import base_address
from atoosync_lab.connectors.shops.shopify.plugin import PLUGIN
from atoosync_lab.model.catalogue import Product
from atoosync_lab.model.errors import ConnectionFailedError
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.sandbox.shopify.facts import SCOPES
from atoosync_lab.sandbox.shopify.install import CLIENT_ID, CLIENT_SECRET, READ_TOKEN
from atoosync_lab.sandbox.shopify.seed import SeedLine, SeedPayment, SeedShipping
from tests.connectors.shopify.helpers import Shop, failures, order, read

GRANTED = {"shop.client_id": CLIENT_ID, "shop.client_secret": CLIENT_SECRET}


@pytest.mark.spec("SHOP-10")
@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("ma-boutique", "https://ma-boutique.myshopify.com/"),
        ("https://ma-boutique/", "https://ma-boutique.myshopify.com/"),
        ("ma-boutique.myshopify.com", "https://ma-boutique.myshopify.com/"),
        ("http://ma-boutique.myshopify.com/admin/products", "https://ma-boutique.myshopify.com/"),
        ("https://admin.shopify.com/store/ma-boutique/orders", "https://ma-boutique.myshopify.com/"),
        ("http://127.0.0.1:8704/", "http://127.0.0.1:8704/"),
        ("www.ma-boutique.fr", "https://www.ma-boutique.fr/"),
    ],
)
def test_address_is_completed(typed: str, base: str) -> None:
    assert base_address(typed) == base


@pytest.mark.parametrize("typed", ["", "https://", "https://admin.shopify.com/", "ftp://ma-boutique", "https://a:b/"])
def test_what_is_no_address_is_said(typed: str) -> None:
    with pytest.raises(ConnectionFailedError) as raised:
        base_address(typed)
    assert raised.value.code == "shopify.address"


@pytest.mark.spec("SVC-05")
def test_good_connection_tells_what_it_saw(shop: Shop) -> None:
    report = shop.connect().check()
    assert report.ok
    assert report.version == facts.DEFAULT_VERSION
    told = [c.message.text("fr") for c in report.checks]
    assert any("Boutique" in text for text in told)
    assert any("Entrepôt" in text for text in told)


@pytest.mark.spec("SVC-05")
@pytest.mark.parametrize(
    ("kind", "code"),
    [("frozen", "shopify.frozen"), ("locked", "shopify.locked"), ("forbidden", "shopify.forbidden")],
)
def test_state_of_the_shop_is_told_by_its_status(shop: Shop, kind: str, code: str) -> None:
    shop.server.faults([{"kind": kind, "times": None}])
    assert failures(shop.connect()) == [code]
    with pytest.raises(ConnectionFailedError) as raised:
        read(shop.connect(), Scope.STOCKS)
    assert raised.value.code == code


@pytest.mark.spec("SVC-05")
def test_token_and_credentials_are_told_apart(shop: Shop) -> None:
    assert failures(shop.connect("shpat_wrong")) == ["shopify.token_refused"]
    assert failures(shop.connect(secrets={**GRANTED, "shop.client_secret": "wrong"})) == ["shopify.client_refused"]


@pytest.mark.spec("SVC-05")
def test_missing_scope_is_named_by_test_and_by_reading(switched: Shop) -> None:
    switched.scopes(*(s for s in SCOPES if s not in ("write_inventory", "read_all_orders")))
    connector = switched.connect()
    (failed,) = [c for c in connector.check().checks if not c.ok and c.message.code == "shopify.scopes_missing"]
    assert "write_inventory" in failed.message.text("fr")
    with pytest.raises(ConnectionFailedError) as raised:
        read(switched.connect(), Scope.STOCKS)
    assert raised.value.code == "shopify.scope_missing"
    assert "read_inventory" in raised.value.message.text("fr")


@pytest.mark.spec("SVC-05")
def test_read_only_token_is_told_what_it_lacks(shop: Shop) -> None:
    codes = failures(shop.connect(READ_TOKEN))
    assert codes == ["shopify.scopes_missing"]


@pytest.mark.spec("SVC-05")
def test_hidden_buyers_are_told(switched: Shop) -> None:
    switched.settings(protected_customer_data=False)
    assert failures(switched.connect()) == ["shopify.protected_data"]


@pytest.mark.spec("SVC-05")
def test_sixty_days_are_told_without_failing(switched: Shop) -> None:
    switched.scopes(*(s for s in SCOPES if s != "read_all_orders"))
    report = switched.connect().check()
    assert report.ok
    assert "shopify.scopes_sixty_days" in [c.message.code for c in report.checks]


@pytest.mark.spec("SVC-05")
def test_version_out_of_support_is_told_and_worked_with(shop: Shop) -> None:
    connector = shop.connect(options={"api_version": "2024-01"})
    assert failures(connector) == ["shopify.fell_forward"]
    connector.warnings.clear()
    other = shop.connect(options={"api_version": "2024-01"})
    assert read(other, Scope.STOCKS)
    assert [w.code for w in other.warnings] == ["shopify.fell_forward"], "said once"
    assert failures(shop.connect(options={"api_version": "2030-01"})) == ["shopify.wrong_address"]


@pytest.mark.spec("SVC-05")
def test_page_instead_of_json_is_told(shop: Shop) -> None:
    shop.server.faults([{"kind": "html", "value": 200, "times": None}])
    assert failures(shop.connect()) == ["shopify.page"]
    shop.server.faults([])
    shop.server.faults([{"kind": "html", "value": 404, "times": None}])
    assert failures(shop.connect()) == ["shopify.wrong_address"]


@pytest.mark.spec("SVC-05")
def test_chosen_location_must_exist(shop: Shop) -> None:
    assert failures(shop.connect(options={"location": "1"})) == ["shopify.location_gone"]
    second = str(shop.rows("locations", "1 ORDER BY id")[1]["id"])
    assert failures(shop.connect(options={"location": second})) == []


@pytest.mark.spec("SVC-06")
def test_lists_hold_what_the_shop_has_and_recent_orders_show(shop: Shop) -> None:
    shop.orders(
        order(
            lines=[SeedLine("Livre", 1, "10.00", rates=(("TVA réduite", "0.055"),))],
            shipping=[SeedShipping("Chronopost", "9.00", "chrono")],
            payments=[SeedPayment("alma")],
        )
    )
    lists = shop.connect().reference_lists()
    assert lists.prices_incl_tax is True
    assert lists.price_decimals == 2
    assert lists.version == facts.DEFAULT_VERSION
    assert {i.id for i in lists.get(ListName.TAX_RULE_GROUPS)} == {"taxable", "exempt"}
    assert ("TVA réduite", Decimal("5.5")) in [(i.label, i.rate) for i in lists.get(ListName.TAXES)]
    assert lists.item(ListName.CARRIERS, "Chronopost") is not None
    assert {"alma", "shopify_payments"} <= {i.id for i in lists.get(ListName.PAYMENT_METHODS)}
    assert {i.label: i.extra for i in lists.get(ListName.WAREHOUSES)} == {"Entrepôt": {"default": "1"}, "Boutique": {}}
    (language,) = lists.get(ListName.LANGUAGES)
    assert (language.id, language.extra) == ("fr", {"default": "1"})
    assert [i.id for i in lists.get(ListName.CURRENCIES) if i.extra] == ["EUR"]
    assert "FR" in {i.id for i in lists.get(ListName.COUNTRIES)}
    labels = {i.id: i.label for i in lists.get(ListName.STATUSES)}
    assert labels["authorized"] == "Paiement autorisé, non capturé"
    assert len(labels) == 11


def test_plugin_asks_for_one_way_to_sign_in(shop: Shop) -> None:
    assert PLUGIN.missing({"shop.access_token": "x"}) == ()
    assert PLUGIN.missing(GRANTED) == ()
    assert PLUGIN.missing({"shop.client_id": "x"}) in (("shop.access_token",), ("shop.client_secret",))
    rights: dict[str, Any] = dict(PLUGIN.needed_rights(""))
    assert rights["products"] == ("read", "write")


def test_prices_follow_the_shops_setting(switched: Shop) -> None:
    number = str(switched.rows("products", "1 ORDER BY id LIMIT 1")[0]["id"])
    request = ReadRequest(ids=(number,))
    (record,) = read(switched.connect(), Scope.PRODUCTS, request)[Product]
    assert (record.price_incl_tax, record.price_excl_tax) == (Decimal("12.50"), None)
    switched.settings(taxes_included=False)
    (record,) = read(switched.connect(), Scope.PRODUCTS, request)[Product]
    assert (record.price_incl_tax, record.price_excl_tax) == (None, Decimal("12.50"))
