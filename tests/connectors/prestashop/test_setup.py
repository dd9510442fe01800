"""The connection test names the precise cause, in the user's words; reference lists take few calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from atoosync_lab.connectors.base import Capability, ReadRequest, Scope
from atoosync_lab.connectors.shops.prestashop import facts
from atoosync_lab.connectors.shops.prestashop.dates import ShopClock
from atoosync_lab.model.errors import ConnectionFailedError
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY, READ_KEY
from tests.connectors.prestashop.helpers import Shop, read

KEY = "K" * 32


def causes(report: Any) -> list[str]:
    """Message ids of what failed."""
    assert report.ok == (not [c for c in report.checks if not c.ok])
    for check in report.checks:
        for language in ("fr", "en"):
            assert check.message.text(language) != check.message.code
            assert "{" not in check.message.text(language)
    return [c.message.code for c in report.checks if not c.ok]


@pytest.fixture
def service_off(shop: Shop) -> Iterator[Shop]:
    """The merchant has switched the Webservice off."""
    shop.server.admin("POST", "/_admin/shop/set_config", {"name": "PS_WEBSERVICE", "value": "0"})
    yield shop
    shop.server.admin("POST", "/_admin/shop/set_config", {"name": "PS_WEBSERVICE", "value": "1"})


@pytest.mark.spec("SVC-05")
class TestCheck:
    def test_good_connection_tells_its_version(self, shop: Shop) -> None:
        report = shop.connect().check()
        assert causes(report) == []
        assert report.version.startswith(shop.version)
        assert {c.name for c in report.checks} == {
            "prestashop.check.key", "prestashop.check.version", "prestashop.check.rights", "prestashop.check.clock",
        }  # fmt: skip

    def test_shop_below_a_folder_is_found(self, shop9: Shop) -> None:
        connector = shop9.connect(settings={"url": shop9.server.url + "/sub/"})
        assert causes(connector.check()) == []

    def test_address_given_with_its_api_path_is_taken(self, shop9: Shop) -> None:
        assert causes(shop9.connect(settings={"url": shop9.server.url + "/api/"}).check()) == []

    def test_unknown_host_is_a_dns_cause(self, shop9: Shop) -> None:
        connector = shop9.connect(settings={"url": "http://boutique.invalid/"})
        assert causes(connector.check()) == ["http.dns"]

    def test_nothing_listening_is_a_refused_connection(self, shop9: Shop) -> None:
        assert causes(shop9.connect(settings={"url": "http://127.0.0.1:9/"}).check()) == ["http.refused"]

    def test_plain_server_asked_over_tls_is_a_tls_cause(self, shop9: Shop) -> None:
        connector = shop9.connect(settings={"url": shop9.server.url.replace("http:", "https:")})
        (cause,) = causes(connector.check())
        assert cause.startswith("http.tls")

    def test_wrong_path_is_told(self, shop9: Shop) -> None:
        connector = shop9.connect(settings={"url": shop9.server.url + "/boutique/"})
        (cause,) = causes(connector.check())
        assert cause in ("prestashop.wrong_path", "prestashop.no_webservice")

    def test_unknown_key_is_refused(self, shop: Shop) -> None:
        assert causes(shop.connect("X" * 32).check()) == ["prestashop.key_refused"]

    def test_short_key_is_told_before_any_other_cause(self, shop: Shop) -> None:
        assert causes(shop.connect("TOOSHORT").check()) == ["prestashop.key_short"]

    def test_host_that_strips_the_header_is_told_from_a_wrong_key(self, shop: Shop) -> None:
        shop.server.faults([{"kind": "strip_authorization", "times": None}])
        assert causes(shop.connect().check()) == ["prestashop.header_stripped"]
        assert causes(shop.connect("X" * 32).check()) == ["prestashop.key_refused"]

    def test_service_switched_off_is_told(self, service_off: Shop) -> None:
        connector = service_off.connect()
        assert causes(connector.check()) == ["prestashop.service_off"]
        with pytest.raises(ConnectionFailedError) as raised:
            read(service_off.connect(), Scope.PRODUCTS)
        assert raised.value.code == "prestashop.service_off"

    def test_missing_rights_are_listed_by_resource_and_method(self, shop: Shop) -> None:
        report = shop.connect(READ_KEY).check()
        (failed,) = [c for c in report.checks if not c.ok]
        sentence = failed.message.text("fr")
        write = "PUT" if shop.version == "1.7.7" else "PATCH"
        assert f"products (POST, {write})" in sentence
        assert f"stock_availables ({write})" in sentence
        assert "order_histories (POST)" in sentence
        assert "customers" not in sentence

    def test_right_missing_in_a_read_names_the_resource(self, shop: Shop) -> None:
        rights = {r: ["GET"] for r in ("products", "manufacturers", "languages", "configurations")}
        shop.server.admin("POST", "/_admin/keys", {"key": KEY, "rights": rights})
        with pytest.raises(ConnectionFailedError) as raised:
            read(shop.connect(KEY), Scope.PRODUCTS)
        assert raised.value.code == "prestashop.right_missing"
        assert "combinations" in raised.value.message.text("fr")

    def test_shop_that_does_not_exist_is_told(self, shop9: Shop) -> None:
        connector = shop9.connect(settings={"shop_id": "7"})
        (cause,) = causes(connector.check())
        assert cause in ("prestashop.shop_unknown", "prestashop.no_webservice", "prestashop.wrong_path")
        with pytest.raises(ConnectionFailedError) as raised:
            read(shop9.connect(settings={"shop_id": "7"}), Scope.PRODUCTS)
        assert raised.value.code == "prestashop.shop_unknown"

    def test_version_below_1_7_7_is_refused(self, shop9: Shop) -> None:
        connector = shop9.connect(transport=Rewritten(lambda a: a.headers.update({"PSWS-Version": "1.6.1.10"})))
        assert causes(connector.check()) == ["prestashop.version_too_old"]

    def test_clock_that_is_off_is_told(self, shop9: Shop) -> None:
        late = (datetime.now(UTC) - timedelta(hours=2)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        connector = shop9.connect(transport=Rewritten(lambda a: a.headers.update({"Date": late})))
        assert causes(connector.check()) == ["prestashop.clock_off"]
        assert abs(connector.server_time() - datetime.now(UTC) + timedelta(hours=2)) < timedelta(seconds=30)

    def test_php_text_before_the_answer_does_not_matter(self, shop: Shop) -> None:
        shop.server.faults([{"kind": "php_text", "times": None}])
        assert causes(shop.connect().check()) == []


class Rewritten(httpx.HTTPTransport):
    """A network whose answers are changed on the way: clocks and versions that no sandbox has."""

    def __init__(self, change: Callable[[httpx.Response], None]) -> None:
        super().__init__()
        self._change = change

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        self._change(answer)
        return answer


@pytest.mark.spec("SVC-06")
class TestReferenceLists:
    def test_lists_take_at_most_twelve_calls_each_once(self, shop: Shop) -> None:
        lists = shop.connect().reference_lists()
        calls = shop.calls()
        assert sum(calls.values()) <= 12
        assert set(calls.values()) == {1}
        assert lists.version.startswith(shop.version)

    def test_every_list_of_a_shop_is_there(self, shop: Shop) -> None:
        lists = shop.connect().reference_lists()
        for name in (
            ListName.TAXES, ListName.TAX_RULE_GROUPS, ListName.COUNTRIES, ListName.CARRIERS, ListName.PAYMENT_METHODS,
            ListName.CURRENCIES, ListName.STATUSES, ListName.LANGUAGES, ListName.GROUPS, ListName.SHOPS,
        ):  # fmt: skip
            assert lists.get(name), name
        assert lists.item(ListName.TAXES, "1").rate == Decimal(20)
        assert lists.item(ListName.LANGUAGES, "2").code == "fr"
        assert lists.item(ListName.COUNTRIES, "FR").active
        assert "ps_wirepayment" in {i.id for i in lists.get(ListName.PAYMENT_METHODS)}

    def test_deleted_tax_is_no_choice(self, shop9: Shop) -> None:
        (tax,) = shop9.insert("taxes", {"rate": "19.600", "active": 1, "deleted": 1, "name": "Ancienne"})
        assert shop9.connect().reference_lists().item(ListName.TAXES, tax) is None


class TestFacts:
    @pytest.mark.parametrize(
        ("text", "patch", "rules", "keywords", "supported"),
        [
            ("1.6.1.10", False, False, True, False),
            ("1.7.6.9", False, False, True, False),
            ("1.7.7.2", False, False, True, True),
            ("1.7.8.7", False, True, True, True),
            ("8.1.0", True, True, True, True),
            ("9.1.4", True, True, False, True),
            ("", False, False, True, False),
        ],
    )
    def test_version_says_what_it_can(
        self, text: str, patch: bool, rules: bool, keywords: bool, supported: bool
    ) -> None:
        version = facts.Version.parse(text)
        found = (version.patch, version.cart_rules, version.meta_keywords, version.supported)
        assert found == (patch, rules, keywords, supported)

    def test_text_rules_follow_the_version(self, shop: Shop) -> None:
        connector = shop.connect()
        connector.check()
        rules = connector.text_rules
        assert rules["name"]["max_length"] == 128
        assert set("<>{}") <= set(rules["name"]["forbidden"])
        assert (";" in rules["name"]["forbidden"]) == (shop.version != "9")
        assert rules["description"]["html"]
        assert ("meta_keywords" in rules) == (shop.version != "9")

    def test_capabilities_and_foreseen_calls(self, shop: Shop) -> None:
        connector = shop.connect()
        connector.check()
        assert Capability.WRITE_STOCKS in connector.capabilities
        assert Capability.IMPORT_DOCUMENTS not in connector.capabilities
        assert connector.calls_for("stock", 101) == (4 if shop.version == "1.7.7" else 2)
        assert connector.calls_for("price", 0) == 0

    def test_scope_of_another_side_is_empty(self, shop9: Shop) -> None:
        connector = shop9.connect()
        assert list(connector.read(Scope.DOCUMENTS, ReadRequest())) == []

    def test_key_never_shows(self, shop9: Shop) -> None:
        connector = shop9.connect(settings={"url": "http://127.0.0.1:9/"})
        with pytest.raises(Exception, match=r".") as raised:
            read(connector, Scope.PRODUCTS)
        assert DEFAULT_KEY not in repr(connector) + repr(raised.value) + str(raised.value)


class TestDates:
    CLOCK = ShopClock("Europe/Paris")

    @pytest.mark.parametrize("text", ["", None, "0000-00-00 00:00:00", "0000-00-00"])
    def test_no_date_is_none(self, text: str | None) -> None:
        assert self.CLOCK.instant(text) is None

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-01-15 12:00:00", datetime(2026, 1, 15, 11, tzinfo=UTC)),
            ("2026-07-15 12:00:00", datetime(2026, 7, 15, 10, tzinfo=UTC)),
            # 02:30 does not exist on the last Sunday of March; it exists twice in October: the first is taken.
            ("2026-03-29 02:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
            ("2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ],
    )
    def test_wall_time_becomes_an_instant(self, text: str, expected: datetime) -> None:
        assert self.CLOCK.instant(text) == expected

    @pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Indian/Reunion"])
    def test_no_instant_of_a_year_falls_out_of_a_period_it_is_in(self, zone: str) -> None:
        clock = ShopClock(zone)
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        while moment.year == 2026:
            for minutes in (0, 1, 29, 45, 59, 60, 90):
                later = moment + timedelta(minutes=minutes)
                wall = later.astimezone(clock._zone).replace(tzinfo=None)
                assert clock.lowest_wall(moment) <= wall
                assert clock.highest_wall(later) >= moment.astimezone(clock._zone).replace(tzinfo=None)
            moment += timedelta(minutes=30)

    def test_bounds_are_both_in_the_period(self) -> None:
        start = datetime(2026, 1, 15, 11, tzinfo=UTC)
        end = start + timedelta(hours=1)
        assert self.CLOCK.between(start, end) == "[2026-01-15 12:00:00,2026-01-15 13:00:00]"
        assert self.CLOCK.between(start, None) == ">[2026-01-15 11:59:59]"
        assert self.CLOCK.between(None, end) == "<[2026-01-15 13:00:01]"
        assert self.CLOCK.between(None, None) is None
