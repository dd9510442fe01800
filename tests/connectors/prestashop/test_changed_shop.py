"""A shop that is not as the profile was saved: updated since, with an older key, or several shops in one."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from atoosync_lab.connectors.base import Outcome, PriceWrite, ReadRequest, Scope, StockWrite
from atoosync_lab.connectors.shops.prestashop.connector import PrestaShopConnector
from atoosync_lab.connectors.shops.prestashop.facts import Version, needed_rights
from atoosync_lab.model.catalogue import Product
from atoosync_lab.model.sales import OrderDiscount, OrderLine
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from atoosync_lab.sandbox.prestashop.seed import SeedLine, SeedVoucher
from atoosync_lab.settings.connection import ShopConnection
from tests.connectors.prestashop.helpers import Shop, fresh, make_order, no_wait, product, read

OLD_KEY = "B" * 32


def _old_key(shop: Shop) -> None:
    """A key with the rights that a shop before 8 could give: no PATCH."""
    needed = needed_rights(Version.parse("1.7.7")) | {"order_cart_rules": ("get",), "cart_rules": ("get",)}
    rights = {resource: [m.upper() for m in methods] for resource, methods in needed.items()}
    shop.server.admin("POST", "/_admin/keys", {"key": OLD_KEY, "rights": rights})


class TestUpdatedShop:
    @pytest.mark.spec("SVC-05", "ART-01")
    @pytest.mark.parametrize("saved", ["8.1.0", "1.7.7.2"])
    def test_products_are_read_by_the_version_the_shop_has_now(self, shop9: Shop, saved: str) -> None:
        found = read(shop9.connect(settings={"version": saved}), Scope.PRODUCTS)[Product]
        assert any(p.reference == "P120" for p in found)

    @pytest.mark.spec("ORD-01")
    def test_vouchers_are_read_though_the_saved_version_had_none(self, shop9: Shop) -> None:
        with shop9.state() as state:
            order = make_order(state, vouchers=[SeedVoucher("Bienvenue", amount=Decimal(3))])
        connector = shop9.connect(settings={"version": "1.7.7.2"})
        found = read(connector, Scope.ORDERS, ReadRequest(ids=(str(order),)))[OrderDiscount]
        assert [d.name for d in found] == ["Bienvenue"]

    def test_version_is_asked_for_once_a_connector(self, shop9: Shop) -> None:
        connector = shop9.connect(settings={"version": "9.1.4"})
        for _ in range(3):
            read(connector, Scope.STOCKS, ReadRequest(ids=("1",)))
        assert shop9.calls().get("GET ") == 1


class TestKeyWithoutPatch:
    @pytest.mark.spec("ART-03", "ART-04")
    def test_whole_records_are_sent_back_and_nothing_else_changes(self, shop9: Shop) -> None:
        _old_key(shop9)
        (target,) = shop9.insert("products", product(f"K{next(fresh)}", quantity=5))
        (stock,) = shop9.rows("stock_availables", "id_product = ?", int(target))
        before = shop9.row("products", target)
        connector = shop9.connect(OLD_KEY)
        row = {"remote_id": str(stock["id"]), "product_id": target}
        results = connector.write_prices(
            [PriceWrite(key="K", target_id=target, kind="product", price_excl_tax=Decimal("7.5"))]
        ) + connector.write_stocks([StockWrite(key="K", target_id=str(stock["id"]), quantity=9, row=row)])
        assert [r.outcome for r in results] == [Outcome.DONE] * 2
        after = shop9.row("products", target)
        assert {n for n in after if after[n] != before[n]} <= {"price", "date_upd"}
        assert after["price"] == "7.500000"
        assert shop9.row("stock_availables", stock["id"]) == {**stock, "quantity": 9}
        assert not any(call.startswith("PATCH") for call in shop9.calls())

    @pytest.mark.spec("SVC-05")
    def test_connection_test_accepts_put_in_its_place(self, shop9: Shop) -> None:
        _old_key(shop9)
        report = shop9.connect(OLD_KEY).check()
        assert report.ok, [str(c.message) for c in report.checks if not c.ok]


class TestSeveralShops:
    @pytest.mark.spec("ORD-01")
    @pytest.mark.parametrize(("shops", "named"), [(("2",), "2"), (("1", "2"), "all"), ((), "1")])
    @pytest.mark.parametrize("scope", [Scope.ORDERS, Scope.CREDIT_SLIPS])
    def test_every_call_names_the_shops_asked_for(
        self, shop9: Shop, scope: Scope, shops: tuple[str, ...], named: str
    ) -> None:
        seen: list[httpx.Request] = []
        # The sandbox holds a single shop: what is sent is looked at, then answered for that one.
        network = httpx.HTTPTransport()

        def answer(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            alone = request.url.copy_remove_param("id_shop").copy_remove_param("filter[id_shop]")
            return network.handle_request(
                httpx.Request(request.method, alone, headers=request.headers, content=request.read())
            )

        settings = ShopConnection(url=shop9.server.url, shop_id="1", version="9.1.4")
        connector = PrestaShopConnector(settings, DEFAULT_KEY, transport=httpx.MockTransport(answer), sleep=no_wait)
        read(connector, scope, ReadRequest(shops=shops))
        connector.close()
        sold = {"orders", "order_details", "addresses", "customers", "order_payments", "order_slip"}
        asked = [r for r in seen if r.url.path.rsplit("/", 1)[1] in sold]
        assert asked
        assert {r.url.params.get_list("id_shop")[0] for r in asked} == {named}
        assert all(len(r.url.params.get_list("id_shop")) == 1 for r in asked)


class TestLineWithoutTax:
    @pytest.mark.spec("ORD-04")
    @pytest.mark.parametrize(("group", "rate"), [(1, None), (0, Decimal(0))])
    def test_taxed_line_without_a_named_tax_is_not_exempt(self, shop9: Shop, group: int, rate: Decimal | None) -> None:
        with shop9.state() as state:
            line = SeedLine(1, 2, price=Decimal(10), tax_rules_group=group)
            order = make_order(state, lines=[line])
            with state.writing():
                state.db.execute("UPDATE order_details SET a_taxes = '' WHERE id_order = ?", (order,))
        (found,) = read(shop9.connect(), Scope.ORDERS, ReadRequest(ids=(str(order),)))[OrderLine]
        assert (found.unit_price_excl_tax == found.unit_price_incl_tax) == (rate is not None)
        assert found.tax_rate == rate
