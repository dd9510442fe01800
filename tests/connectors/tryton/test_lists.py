"""Reference lists of a real Tryton, and what becomes of those that are closed or not there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.erps.tryton import lists, taxes
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.model.errors import ConnectionFailedError
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists
from tests.connectors.tryton.answers import Refusal, Server

pytestmark = pytest.mark.spec("SVC-06")


@pytest.fixture(scope="module")
def found(erp: TrytonConnector) -> ReferenceLists:
    before = erp.calls
    read = erp.reference_lists()
    assert erp.calls - before < 25
    assert erp.warnings == []
    return read


def labels(read: ReferenceLists, name: ListName) -> set[str]:
    return {item.label for item in read.get(name)}


def test_lists_hold_what_the_mapping_pages_need(found: ReferenceLists) -> None:
    assert {item.code for item in found.get(ListName.WAREHOUSES)} == {"DEP1", "DEP2"}
    assert {"Comptant", "30 jours"} <= labels(found, ListName.PAYMENT_TERMS)
    assert {"Détail", "Gros"} == labels(found, ListName.PRICE_CATEGORIES)
    assert "Banque principale" in labels(found, ListName.PAYMENT_MEANS) or len(found.get(ListName.PAYMENT_MEANS)) > 1
    assert any(label.startswith("Colissimo") for label in labels(found, ListName.SHIPPING_MODES))
    assert {"FR", "BE", "CH"} <= {item.code for item in found.get(ListName.COUNTRIES)}
    assert "Cafés" in labels(found, ListName.FAMILIES)
    assert not any("%" in label for label in labels(found, ListName.FAMILIES)), "accounting categories are no families"
    assert found.version == "8.2"


def test_currencies_are_known_by_code_and_the_company_s_is_told(found: ReferenceLists) -> None:
    currencies = found.get(ListName.CURRENCIES)
    assert {"EUR", "GBP"} <= {item.id for item in currencies}
    assert [item.id for item in currencies if item.extra.get("default") == "1"] == ["EUR"]


@pytest.mark.spec("ART-08")
def test_taxes_are_those_of_sales_with_their_rates(found: ReferenceLists) -> None:
    codes = found.get(ListName.VAT_CODES)
    assert {item.rate for item in codes} >= {Decimal(rate) for rate in ("20", "10", "8.5", "5.5", "2.1", "0")}
    assert not any("Achat" in item.label for item in codes)
    assert all(item.rate is not None for item in codes)


def test_fields_of_articles_are_named_in_the_user_s_language(found: ReferenceLists) -> None:
    fields = {item.id: item.label for item in found.get(ListName.PRODUCT_FIELDS)}
    assert fields["name"] == "Nom"
    assert fields["attribute_marque"] == "Marque"
    assert fields["category"] not in ("category", "tryton.field.category")
    assert not {"quantity", "list_price", "image_url"} & set(fields)


def test_list_that_is_closed_is_empty_and_named() -> None:
    server = lists_of({"model.party.category.search_read": [], "model.account.tax.search_read": closed("Taxe")})
    client = server.client()
    found = lists.reference_lists(client, "8.2")
    assert found.get(ListName.VAT_CODES) == ()
    assert found.get(ListName.WAREHOUSES) == (ListItem(id="4", label="Dépôt", code="D"),)
    [warning] = server.warnings
    assert warning.code == "tryton.list_closed"
    assert "account.tax" in warning.message.text("fr")
    assert warning.message.text("en") != warning.message.text("fr")


def test_list_of_a_module_that_is_not_there_is_empty_and_no_fault() -> None:
    server = lists_of({})
    found = lists.reference_lists(server.client(), "8.2")
    assert found.get(ListName.SHIPPING_MODES) == ()
    assert server.warnings == []
    assert "model.carrier.search_read" not in server.seen


def test_sign_in_that_is_refused_ends_the_reading() -> None:
    server = lists_of({"common.db.login": closed("x")})
    with pytest.raises(ConnectionFailedError):
        lists.reference_lists(server.client(), "8.2")


def closed(name: str) -> Refusal:
    return Refusal("UserError", [f"Vous n'êtes pas autorisé à accéder à « {name} ».", "", None])


def lists_of(more: dict[str, Any]) -> Server:
    """A database with few modules."""
    modules = ("account", "company", "currency", "party", "product", "stock")
    return Server(
        {
            "model.ir.module.search_read": [{"id": n, "name": name} for n, name in enumerate(modules, 1)],
            "model.ir.lang.search_read": [{"id": 1, "name": "Français", "code": "fr"}],
            "model.stock.location.search_read": [{"id": 4, "name": "Dépôt", "code": "D", "active": 1}],
            "model.product.category.search_read": [],
            "model.currency.currency.search_read": [{"id": 1, "name": "Euro", "code": "EUR"}],
            "model.company.company.search_read": [{"id": 1, "currency.": {"code": "EUR"}}],
            "model.account.tax.search_read": [],
            "model.product.product.fields_get": {"name": {"type": "char", "string": "Nom"}},
            **more,
        }
    )


# --- Rates -----------------------------------------------------------------------------------------------------------


def tax(key: int, *, kind: str = "none", rate: str | None = None, parent: int | None = None, **more: Any) -> Any:
    return {
        "id": key, "name": f"T{key}", "type": kind, "rate": None if rate is None else Decimal(rate), "parent": parent,
        "active": 1, "group.": {"kind": "sale", "code": "G"}, **more,
    }  # fmt: skip


def rates(rows: list[Any], today: date = date(2026, 11, 29)) -> dict[str, Decimal | None]:
    return {item.id: item.rate for item in taxes.sale_taxes(rows, today)}


def test_rate_of_a_tax_is_that_of_the_day() -> None:
    rows = [
        tax(1),
        tax(2, kind="percentage", rate="0.196", parent=1, end_date=date(2013, 12, 31)),
        tax(3, kind="percentage", rate="0.2", parent=1, start_date=date(2014, 1, 1)),
    ]
    assert rates(rows) == {"1": Decimal(20)}
    assert rates(rows, date(2013, 12, 31)) == {"1": Decimal("19.6")}


def test_taxes_that_apply_together_are_summed() -> None:
    rows = [
        tax(1),
        tax(2, kind="percentage", rate="0.2", parent=1),
        tax(3, parent=1),
        tax(4, kind="percentage", rate="-0.2", parent=3),
    ]
    assert rates(rows) == {"1": Decimal(0)}


def test_fixed_amount_is_no_rate() -> None:
    rows = [tax(1, kind="fixed"), tax(2), tax(3, kind="fixed", parent=2), tax(4, kind="percentage", rate="0.021")]
    assert rates(rows) == {"1": None, "2": None, "4": Decimal("2.1")}


def test_taxes_of_purchases_and_those_out_of_use_are_told_apart() -> None:
    rows = [
        tax(1, kind="percentage", rate="0.2", **{"group.": {"kind": "purchase"}}),
        tax(2, kind="percentage", rate="0.2", **{"group.": {"kind": "both"}}),
        tax(3, kind="percentage", rate="0.2", **{"group.": None}),
        tax(4, kind="percentage", rate="0.2", active=0),
        tax(5, kind="percentage", rate="0.2", end_date=date(2020, 1, 1)),
    ]
    found = {item.id: item.active for item in taxes.sale_taxes(rows, date(2026, 1, 1))}
    assert found == {"2": True, "3": True, "4": False, "5": False}


def test_tree_that_closes_on_itself_ends() -> None:
    rows = [tax(1), tax(2, parent=2)]
    assert rates([*rows, tax(3, parent=1)]) == {"1": Decimal(0)}
