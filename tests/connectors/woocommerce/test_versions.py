"""The oldest version that is served, and one that lists all variations at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.connectors.base import Outcome, ProductWrite, ReadRequest, Scope
from atoosync_lab.connectors.shops.woocommerce import facts
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.model.sales import CreditSlip, CreditSlipLine, Customer, Order
from atoosync_lab.sandbox.servers import start
from atoosync_lab.sandbox.woocommerce.state import ShopState
from tests.connectors.woocommerce.helpers import PRODUCTS, VARIATIONS, Shop, fresh, read, seed
from tests.connectors.woocommerce.test_setup import causes, told


def running(folder: Path, version: str) -> Iterator[Shop]:
    state = ShopState.open(folder, version)
    seed(state)
    state.db.close()
    with start("woocommerce", folder, version=version, speed=0) as server:
        shop = Shop(server)
        yield shop
        shop.close()


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    yield from running(tmp_path_factory.mktemp("woo-3.5"), "3.5")


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    yield from running(tmp_path_factory.mktemp("woo-10.3"), "10.3.0")


def sold(shop: Shop) -> tuple[list[Product], list[Stock]]:
    connector = shop.connect(sizes={"page_size": 20})
    return read(connector, Scope.PRODUCTS)[Product], read(connector, Scope.STOCKS)[Stock]


@pytest.mark.spec("SHOP-02")
class TestOldest:
    def test_check_tells_what_is_lacking(self, old: Shop) -> None:
        report = old.connect().check()
        assert causes(report) == []
        sentence = told(report, "version").text("fr")
        for word in ("dates de modification", "remboursements", "codes-barres", "marques"):
            assert word in sentence

    def test_catalogue_and_orders_are_read_whole(self, old: Shop) -> None:
        products, stocks = sold(old)
        assert len(products) == PRODUCTS + 1 + VARIATIONS
        assert len(stocks) == PRODUCTS + VARIATIONS
        found = read(old.connect(), Scope.ORDERS)
        assert len(found[Order]) == 12
        assert len(found[Customer]) == 5

    def test_period_is_kept_though_dates_are_in_the_sites_time(self, old: Shop) -> None:
        (order,) = old.orders(1, created="2026-07-01T22:30:00")
        at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)

        def within(low: datetime, high: datetime) -> list[str]:
            request = ReadRequest(created_from=low, created_to=high)
            return [o.remote_id for o in read(old.connect(), Scope.ORDERS, request).get(Order, [])]

        second = timedelta(seconds=1)
        assert within(at, at) == [order]
        assert within(at + second, at + timedelta(days=1)) == within(at - timedelta(days=1), at - second) == []

    def test_refunds_are_read_order_by_order(self, old: Shop) -> None:
        (order,) = old.orders(1)
        line = old.rows("orders", "id = ?", (order,))[0]["line_items"][0]["id"]
        body = {"api_refund": False, "line_items": [{"id": line, "quantity": 1, "refund_total": 5}]}
        old.connect()._client.create(f"orders/{order}/refunds", body)
        found = read(old.connect(), Scope.CREDIT_SLIPS)
        assert [s.order_id for s in found[CreditSlip]] == [order]
        assert [(x.order_line_id, x.amount_excl_tax) for x in found[CreditSlipLine]] == [(str(line), 5)]

    def test_values_the_version_has_no_field_for_are_left_out_and_told(self, old: Shop) -> None:
        connector = old.connect()
        assert "barcode" not in facts.text_rules(facts.Version.parse("3.5"))
        name = f"V{next(fresh)}"
        values = {"reference": name, "barcode": "3760000000999", "brand": "Maison", "price_excl_tax": "2"}
        (result,) = connector.write_products([ProductWrite(key=name, values=values, texts={"name@fr": name})])
        assert result.outcome is Outcome.DONE
        assert [w.code for w in connector.warnings] == ["woocommerce.left_out_barcode", "woocommerce.left_out_brand"]
        assert all(w.message.text("fr") != w.code for w in connector.warnings)
        assert "barcode" not in connector.text_rules

    def test_what_changed_since_is_everything(self, old: Shop) -> None:
        later = ReadRequest(since=datetime.now(UTC) + timedelta(days=1))
        assert len(read(old.connect(), Scope.PRODUCTS, later)[Product]) >= PRODUCTS


def test_all_variations_come_in_one_list_from_10_3(new: Shop) -> None:
    products, stocks = sold(new)
    (parent,) = [p.remote_id for p in products if p.reference == "TS"]
    variants: Any = {p.reference: p.parent_id for p in products if p.kind == "variant"}
    assert variants == {f"TS-{n}": parent for n in range(1, VARIATIONS + 1)}
    assert {s.product_id for s in stocks if s.variant_id} == {parent}
    assert not any("{" in path and "/variations" in path for path in new.calls())


def test_lists_of_a_shop_hold_what_mapping_pages_need(new: Shop) -> None:
    lists = new.connect().reference_lists()
    assert [(t.label, t.rate) for t in lists.get(ListName.TAXES)] == [("TVA 20", 20), ("TVA 5,5", 5.5)]
    classes = {c.id: c.rate for c in lists.get(ListName.TAX_RULE_GROUPS)}
    assert classes["standard"] == 20
    assert [c.code for c in lists.get(ListName.CURRENCIES) if c.active] == ["EUR"]
    assert {s.id for s in lists.get(ListName.STATUSES)} >= {"processing", "completed"}
    assert [language.extra for language in lists.get(ListName.LANGUAGES)] == [{"default": "1"}]
    assert {g.id for g in lists.get(ListName.PAYMENT_METHODS)} >= {"bacs", "cheque", "cod"}
    assert [f.label for f in lists.get(ListName.FAMILIES)][-1] == "Thés & cie"
    assert "FR" in {c.id for c in lists.get(ListName.COUNTRIES) if c.active}
    assert "flat_rate" in {c.id for c in lists.get(ListName.CARRIERS)}
    assert lists.prices_incl_tax is False
    assert lists.version == "10.3.0"
