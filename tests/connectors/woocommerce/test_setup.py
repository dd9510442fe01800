"""The connection test names the precise cause, in the user's words."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from atoosync_lab.connectors.base import ConnectionReport, ReadRequest, Scope
from atoosync_lab.connectors.shops.woocommerce.connector import WooCommerceConnector
from atoosync_lab.connectors.shops.woocommerce.plugin import PLUGIN
from atoosync_lab.model.errors import ConnectionFailedError, RetryError
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.ports import Trace
from tests.connectors.woocommerce.fakes import KEY, SECRET, FakeShop, as_json, failure, page

GOOD = {"index": as_json({"name": "x", "namespaces": ["wc/v3"]})}


def causes(report: ConnectionReport) -> list[str]:
    """Message ids of what failed."""
    assert report.ok == (not [c for c in report.checks if not c.ok])
    for check in report.checks:
        for language in ("fr", "en"):
            sentence = check.message.text(language)
            assert sentence != check.message.code
            assert not set("{‹") & set(sentence)
    return [c.message.code for c in report.checks if not c.ok]


def told(report: ConnectionReport, name: str) -> Any:
    """The message of a check."""
    return next(c.message for c in report.checks if c.name == f"woocommerce.check.{name}")


def redirected(request: httpx.Request) -> httpx.Response:
    return httpx.Response(301, headers={"location": str(request.url.copy_with(host="www.shop.test"))})


def by_rest_route(request: httpx.Request) -> httpx.Response:
    return GOOD["index"] if "rest_route" in request.url.params else page(404, "Introuvable")


@pytest.mark.spec("SVC-05")
@pytest.mark.spec("SHOP-02")
class TestCheck:
    @pytest.mark.parametrize("url", ["https://shop.test/", "http://shop.test/", "https://shop.test/wp-json/wc/v3/"])
    def test_good_connection_tells_its_version(self, url: str) -> None:
        shop = FakeShop()
        report = shop.connect(url).check()
        assert causes(report) == []
        assert report.version == "9.9.5"
        assert [c.name.rpartition(".")[2] for c in report.checks] == ["reach", "key", "version", "rights", "clock"]
        assert [r.content for r in shop.seen if r.method == "POST"] == [b"{}"], "the test writes nothing"

    @pytest.mark.parametrize(
        ("answers", "cause"),
        [
            ({"index": page(404)}, "no_api"),
            ({"index": page(200, "Bientôt")}, "no_api"),
            ({"index": as_json({"namespaces": ["wp/v2"]})}, "inactive"),
            ({"index": as_json({"namespaces": ["wp/v2", "wc/v1", "wc/v2"]})}, "version_too_old"),
            (
                {"index": failure(401, "rest_not_logged_in"), "taxes/classes": failure(401, "rest_not_logged_in")},
                "rest_closed",
            ),
            ({"index": page(403, "Wordfence")}, "firewall"),
            ({"taxes/classes": failure(401, "woocommerce_rest_authentication_error")}, "key_refused"),
            ({"taxes/classes": failure(401, "woocommerce_rest_cannot_view")}, "key_refused"),
            ({"taxes/classes": failure(403, "woocommerce_rest_cannot_view")}, "right_missing"),
            ({"taxes/classes": page(403, "Forbidden")}, "firewall"),
            ({"taxes/classes": page(401, "Login")}, "site_locked"),
            ({"products/batch": failure(401, "woocommerce_rest_authentication_error")}, "key_reads_only"),
            ({"products/batch": failure(403, "woocommerce_rest_cannot_batch")}, "right_missing"),
            ({"products/batch": page(403, "Blocked")}, "firewall"),
            ({"system_status": as_json({"environment": {"version": "3.4.8"}})}, "version_too_old"),
        ],
    )
    def test_each_cause_has_its_sentence(self, answers: dict[str, Any], cause: str) -> None:
        assert causes(FakeShop(**answers).connect().check()) == [f"woocommerce.{cause}"]

    def test_api_closed_to_visitors_alone_is_no_trouble(self) -> None:
        shop = FakeShop(index=failure(401, "rest_not_logged_in"))
        assert causes(shop.connect().check()) == []
        assert "authorization" not in shop.seen[0].headers, "WordPress would take the keys for its own passwords"
        assert "authorization" in shop.seen[1].headers

    def test_redirecting_address_is_told_with_the_final_one(self) -> None:
        report = FakeShop(index=redirected).connect().check()
        assert causes(report) == ["http.redirect_elsewhere"]
        assert "https://www.shop.test/" in report.checks[0].message.text("fr")

    def test_shop_that_moved_to_https_is_told_its_address(self) -> None:
        def to_https(request: httpx.Request) -> httpx.Response:
            if request.url.scheme == "https":
                return GOOD["index"]
            return httpx.Response(301, headers={"location": str(request.url.copy_with(scheme="https"))})

        report = FakeShop(index=to_https).connect("http://shop.test/").check()
        assert causes(report) == ["woocommerce.redirected"]
        assert report.checks[0].message.params["address"] == "https://shop.test/"

    def test_plain_permalinks_are_used_and_told(self) -> None:
        shop = FakeShop(index=by_rest_route)
        report = shop.connect().check()
        assert causes(report) == []
        assert told(report, "reach").code == "woocommerce.plain_permalinks"
        assert shop.seen[-1].url.params["rest_route"] == "/wc/v3/products/batch"

    def test_plain_permalinks_are_found_by_a_first_read_too(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            return as_json({"environment": {"version": "9.9.5"}}) if "rest_route" in request.url.params else page(404)

        shop = FakeShop(index=by_rest_route, system_status=answer, products=as_json([]))
        connector = shop.connect()
        assert list(connector.read(Scope.PRODUCTS, ReadRequest())) == []
        assert shop.seen[-1].url.params["rest_route"] == "/wc/v3/products"

    def test_host_that_strips_the_header_is_told(self) -> None:
        def in_query(request: httpx.Request) -> httpx.Response:
            ok = request.url.params.get("consumer_secret") == SECRET
            return as_json([]) if ok else failure(401, "woocommerce_rest_cannot_view")

        assert causes(FakeShop(**{"taxes/classes": in_query}).connect().check()) == ["woocommerce.header_stripped"]

    @pytest.mark.parametrize(("hours", "cause"), [(0, "key_refused_http"), (2, "signature_clock")])
    def test_refused_signature_tells_the_clock_where_that_may_be_it(self, hours: int, cause: str) -> None:
        def refused(request: httpx.Request) -> httpx.Response:
            answer = failure(401, "woocommerce_rest_authentication_error")
            answer.headers["date"] = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
            return answer

        report = FakeShop(**{"taxes/classes": refused}).connect("http://shop.test/").check()
        assert causes(report) == [f"woocommerce.{cause}"]

    def test_other_clock_is_told_and_does_no_harm(self) -> None:
        def late(request: httpx.Request) -> httpx.Response:
            answer = as_json([{"slug": "standard"}])
            answer.headers["date"] = format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)
            return answer

        report = FakeShop(**{"taxes/classes": late}).connect().check()
        assert causes(report) == []
        assert told(report, "clock").code == "woocommerce.clock_corrected"

    def test_version_tells_what_it_lacks(self) -> None:
        old = as_json({"environment": {"version": "3.5.10", "language": "fr_FR"}})
        report = FakeShop(system_status=old).connect().check()
        assert causes(report) == []
        assert "les marques (9.4)" in told(report, "version").text("fr")

    def test_key_that_may_not_see_the_version_is_taken(self) -> None:
        report = FakeShop(system_status=failure(403, "woocommerce_rest_cannot_view")).connect().check()
        assert causes(report) == []
        assert told(report, "version").code == "woocommerce.version_unknown"

    def test_notice_around_the_answers_is_told(self) -> None:
        noisy = httpx.Response(200, content='<b>Notice</b>: late\n[{"slug":"standard"}]')
        report = FakeShop(**{"taxes/classes": noisy}).connect().check()
        assert causes(report) == []
        assert told(report, "notice").params["text"] == "Notice : late"


def test_page_where_data_came_before_is_a_passing_trouble() -> None:
    shop = FakeShop(products=page(200))
    connector = shop.connect()
    with pytest.raises(RetryError) as raised:
        list(connector.read(Scope.PRODUCTS, ReadRequest()))
    assert raised.value.code == "woocommerce.page_instead"


@pytest.mark.parametrize("url", ["https://shop.test/", "http://shop.test/"])
def test_secrets_show_in_no_trace_and_no_error(url: str) -> None:
    traces: list[Trace] = []

    class Sink:
        def write(self, trace: Trace) -> None:
            traces.append(trace)

    def echo(request: httpx.Request) -> httpx.Response:
        return failure(400, "rest_invalid_param", f"{request.url} {request.headers.get('authorization')}")

    shop = FakeShop(products=echo)
    connector = WooCommerceConnector(
        shop.settings(url, debug=True), KEY, SECRET, trace=Sink(), transport=httpx.MockTransport(shop)
    )
    with pytest.raises(ConnectionFailedError):
        list(connector.read(Scope.PRODUCTS, ReadRequest()))
    shown = repr(traces) + repr(connector) + repr(vars(connector))
    basic = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    assert traces
    for secret in (SECRET, basic):
        assert secret not in shown


def test_plug_in_names_what_a_key_needs() -> None:
    assert PLUGIN.needed_rights("") == {"API": ("read_write",)}
    assert PLUGIN.missing({"shop.consumer_key": KEY}) == ("shop.consumer_secret",)
    for label in (f.label for f in (*PLUGIN.secrets, *PLUGIN.options)):
        assert translate(label, language="fr") != label
        assert translate(f"{label}.help", language="fr") != f"{label}.help"
