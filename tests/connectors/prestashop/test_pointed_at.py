"""Lists that orders and products point into: cart rules, taxes, states, carriers, payment modules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.catalogue import Product
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.model.sales import Address, OrderDiscount, OrderLine
from atoosync_lab.sandbox.prestashop.seed import SeedLine, SeedVoucher, set_config
from tests.connectors.prestashop.helpers import Shop, fresh, make_order, product, read


def _voucher(shop: Shop, bound_to: int) -> int:
    (rule,) = shop.insert("cart_rules", {"name": f"Bon {next(fresh)}", "reduction_product": bound_to, "active": 1})
    return int(rule)


def _order_with(shop: Shop, *rules: int) -> str:
    vouchers = [SeedVoucher(f"Bon {rule}", amount=Decimal(1), line=0, rule=rule) for rule in rules]
    with shop.state() as state:
        return str(make_order(state, vouchers=vouchers))


@pytest.mark.spec("ORD-09")
class TestBoundVouchers:
    @pytest.mark.parametrize(("bound_to", "expected"), [(1, "1"), (0, ""), (-1, ""), (-2, "")])
    def test_only_a_voucher_of_one_named_product_names_it(self, shop9: Shop, bound_to: int, expected: str) -> None:
        order = _order_with(shop9, _voucher(shop9, bound_to))
        (found,) = read(shop9.connect(), Scope.ORDERS, ReadRequest(ids=(order,)))[OrderDiscount]
        assert found.product_id == expected

    def test_rules_of_a_page_take_one_call_and_are_not_asked_for_again(self, shop9: Shop) -> None:
        rules = [_voucher(shop9, 1) for _ in range(3)]
        orders = [_order_with(shop9, *rules) for _ in range(4)]
        connector = shop9.connect(sizes={"detail_page": 2})
        shop9.server.reset_calls()
        found = read(connector, Scope.ORDERS, ReadRequest(ids=tuple(orders)))[OrderDiscount]
        assert [d.product_id for d in found] == ["1"] * 12
        assert shop9.calls("orders") == {"GET orders": 2}
        # Two rules a call by the settings; the second page names the same three.
        assert shop9.calls("cart_rules") == {"GET cart_rules": 2}

    def test_orders_without_vouchers_ask_for_no_rules(self, shop9: Shop) -> None:
        with shop9.state() as state:
            order = str(make_order(state))
        connector = shop9.connect()
        shop9.server.reset_calls()
        read(connector, Scope.ORDERS, ReadRequest(ids=(order,)))
        assert shop9.calls("cart_rules") == {}

    def test_rules_are_asked_for_in_the_shop_of_the_orders(self, shop9: Shop) -> None:
        order = _order_with(shop9, _voucher(shop9, 1))
        sent: list[httpx.URL] = []

        class Noting(httpx.HTTPTransport):
            def handle_request(self, request: httpx.Request) -> httpx.Response:
                sent.append(request.url)
                return super().handle_request(request)

        read(shop9.connect(transport=Noting()), Scope.ORDERS, ReadRequest(ids=(order,), shops=("1",)))
        rules = [url for url in sent if url.path.endswith("/cart_rules")]
        assert [url.params.get("id_shop") for url in rules] == ["1"]


@pytest.mark.spec("ART-12")
def test_since_brings_products_modified_at_the_mark(shop: Shop) -> None:
    (made,) = shop.insert("products", product(f"Since{next(fresh)}", date_upd="2032-01-01 12:00:00"))
    mark = datetime(2032, 1, 1, 11, 0, tzinfo=UTC)

    def since(moment: datetime) -> list[str]:
        found = read(shop.connect(), Scope.PRODUCTS, ReadRequest(since=moment))[Product]
        return [p.remote_id for p in found if p.kind == "product"]

    assert since(mark) == [made]
    assert since(mark + timedelta(seconds=1)) == []


@pytest.mark.spec("ORD-04")
@pytest.mark.parametrize(("main", "name"), [("1", "VAT {n}"), ("2", "TVA {n}")])
def test_tax_is_named_in_the_main_language_of_the_shop(shop: Shop, main: str, name: str) -> None:
    number = next(fresh)
    (tax,) = shop.insert("taxes", {"rate": "7.000", "active": 1, "name": {1: f"VAT {number}", 2: f"TVA {number}"}})
    with shop.state() as state:
        before = state.config("PS_LANG_DEFAULT")
        line = SeedLine(0, 1, price=Decimal(4), name="Divers", taxes=[int(tax)])
        order = str(make_order(state, lines=[line]))
        set_config(state, "PS_LANG_DEFAULT", main)
    (found,) = read(shop.connect(), Scope.ORDERS, ReadRequest(ids=(order,)))[OrderLine]
    with shop.state() as state:
        set_config(state, "PS_LANG_DEFAULT", before)
    assert found.tax_name == name.format(n=number)


@pytest.mark.spec("ORD-01")
def test_address_names_its_state(shop9: Shop) -> None:
    (province,) = shop9.insert("states", {"name": "Ontario", "iso_code": "ON", "id_country": 4, "active": 1})
    (address,) = shop9.insert(
        "addresses",
        {"id_customer": 1, "alias": "A", "id_country": 4, "id_state": int(province), "lastname": "Essai",
         "firstname": "Camille", "address1": "1 rue d’Essai", "city": "Ottawa", "postcode": "K1A 0A1"},
    )  # fmt: skip
    with shop9.state() as state:
        order = str(make_order(state, invoice_address=int(address)))
    found = {a.remote_id: a.state for a in read(shop9.connect(), Scope.ORDERS, ReadRequest(ids=(order,)))[Address]}
    assert found == {address: "Ontario", "1": ""}


@pytest.mark.spec("ORD-06", "SVC-06")
def test_deleted_carrier_keeps_its_name_for_old_orders_but_is_no_choice(shop9: Shop) -> None:
    name = f"Colis {next(fresh)}"
    (old, new) = shop9.insert(
        "carriers", {"name": name, "active": 1, "deleted": 1}, {"name": name, "active": 1, "deleted": 0}
    )
    found = {i.id: (i.label, i.active) for i in shop9.connect().reference_lists().get(ListName.CARRIERS)}
    assert (found[old], found[new]) == ((name, False), (name, True))


@pytest.mark.spec("SVC-06", "ORD-07")
def test_payment_module_seen_on_an_order_is_a_choice_under_its_shown_name(shop9: Shop) -> None:
    module = f"essai{next(fresh)}"
    with shop9.state() as state:
        make_order(state, module=module, payment="Paiement d’essai")
    item = shop9.connect().reference_lists().item(ListName.PAYMENT_METHODS, module)
    assert item is not None
    assert item.label == "Paiement d’essai"
