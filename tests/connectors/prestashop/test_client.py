"""Paging that ends, pages with a broken record, answers judged by their first code: on a scripted shop."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient, split
from atoosync_lab.connectors.shops.prestashop.connector import PrestaShopConnector
from atoosync_lab.model.catalogue import Product
from atoosync_lab.model.errors import (
    AtooSyncError,
    ConnectionFailedError,
    OutcomeUnknownError,
    RefusedError,
    RetryError,
)
from atoosync_lab.settings.connection import BatchSizes, ShopConnection
from tests.connectors.prestashop.helpers import no_wait

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'
SETTINGS = ShopConnection(url="http://shop.test/", version="9.1.4", sizes=BatchSizes(page_size=10))
Answer = Callable[[httpx.Request], httpx.Response]


def xml(inner: str, status: int = 200) -> httpx.Response:
    """An answer of the Webservice."""
    return httpx.Response(status, content=f"{HEAD}{inner}</prestashop>", headers={"Content-Type": "text/xml"})


def rows(ids: list[int], resource: str = "products", node: str = "product") -> str:
    """A list of records."""
    made = "".join(f"<{node}><id>{i}</id><reference>R{i}</reference><active>1</active></{node}>" for i in ids)
    return f"<{resource}>{made}</{resource}>"


def listing(ids: list[int]) -> Answer:
    """A shop that keeps the filter grammar for ids."""

    def answer(request: httpx.Request) -> httpx.Response:
        if "products" not in request.url.path:
            return xml(f"<{request.url.path.rsplit('/', 1)[1]}></{request.url.path.rsplit('/', 1)[1]}>")
        after = re.fullmatch(r">\[(\d+)\]", request.url.params.get("filter[id]", ">[0]"))
        assert after is not None
        left = [i for i in ids if i > int(after[1])]
        return xml(rows(left[: int(request.url.params["limit"])]))

    return answer


def client(answer: Answer) -> PrestaShopClient:
    """A client on a scripted shop."""
    return PrestaShopClient(SETTINGS, "K" * 32, transport=httpx.MockTransport(answer), sleep=no_wait)


def connector(answer: Answer) -> PrestaShopConnector:
    """A connector on a scripted shop."""
    return PrestaShopConnector(SETTINGS, "K" * 32, transport=httpx.MockTransport(answer), sleep=no_wait)


class TestPaging:
    @pytest.mark.pitfall("PB-34")
    @pytest.mark.pitfall("PB-54")
    @given(st.sets(st.integers(1, 500), max_size=80))
    def test_every_id_comes_once_in_no_more_calls_than_pages(self, ids: set[int]) -> None:
        shop = client(listing(sorted(ids)))
        found = [r["id"] for page in shop.pages("products", "id", [], 10) for r in page.records]
        assert found == [str(i) for i in sorted(ids)]
        assert shop.http.calls <= max(1, -(-len(ids) // 10))

    def test_shop_that_repeats_its_page_is_an_error_not_an_endless_read(self) -> None:
        shop = client(lambda request: xml(rows(list(range(1, 12)))))
        with pytest.raises(ConnectionFailedError) as raised:
            list(shop.pages("products", "id", [], 10))
        assert raised.value.code == "prestashop.page_repeated"
        assert shop.http.calls <= 3

    def test_page_of_broken_records_only_is_an_error(self) -> None:
        broken = "".join("<product><name>a & b</name></product>" for _ in range(11))
        shop = client(lambda request: xml(f"<products>{broken}</products>"))
        with pytest.raises(ConnectionFailedError) as raised:
            list(shop.pages("products", "id", [], 10))
        assert raised.value.code == "prestashop.page_unreadable"

    @given(st.lists(st.text("0123456789", min_size=1, max_size=20)), st.integers(1, 50), st.integers(21, 200))
    def test_parts_hold_every_value_in_order_within_their_bounds(
        self, values: list[str], size: int, longest: int
    ) -> None:
        parts = list(split(values, size, longest))
        assert [v for part in parts for v in part] == values
        assert all(len(part) <= size and len("|".join(part)) <= longest for part in parts)


class TestBrokenRecords:
    @pytest.mark.pitfall("PB-32")
    @pytest.mark.parametrize(
        "bad",
        ["<product><id>5</id><reference>a & b</reference></product>",
         "<product><id>5</id><date_add>hier</date_add></product>"],
    )  # fmt: skip
    def test_one_bad_record_gives_the_others_and_a_warning_that_names_it(self, bad: str) -> None:
        good = rows([1, 2, 3, 4, 6, 7, 8, 9]).removesuffix("</products>")

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/products"):
                return xml(f"{good}{bad}</products>")
            return xml("<x></x>")

        shop = connector(answer)
        found = [p.remote_id for chunk in shop.read(Scope.PRODUCTS, ReadRequest()) for p in chunk[Product]]
        assert sorted(found) == ["1", "2", "3", "4", "6", "7", "8", "9"]
        (warning,) = shop.warnings
        assert warning.code == "prestashop.unreadable_record"
        assert "5" in warning.message.text("fr")

    def test_order_without_a_total_is_a_warning_not_an_order_of_zero(self) -> None:
        order = "<order><id>7</id><date_add>2026-01-01 10:00:00</date_add><reference>A</reference></order>"

        def answer(request: httpx.Request) -> httpx.Response:
            return xml(f"<orders>{order}</orders>" if request.url.path.endswith("/orders") else "<x></x>")

        shop = connector(answer)
        chunks = list(shop.read(Scope.ORDERS, ReadRequest()))
        assert all(not records for chunk in chunks for records in chunk.values())
        assert [w.facts.record for w in shop.warnings] == ["7"]


ERRORS = "<errors><error><code>{}</code><message>Non</message></error><error><code>3</code></error></errors>"


class TestErrors:
    @pytest.mark.parametrize(
        ("code", "status", "error", "message"),
        [
            (32, 500, RefusedError, "prestashop.refused"),
            (85, 400, RefusedError, "prestashop.refused"),
            (20, 401, ConnectionFailedError, "prestashop.key_refused"),
            (18, 401, ConnectionFailedError, "prestashop.key_short"),
            (26, 401, ConnectionFailedError, "prestashop.right_missing"),
            (25, 405, ConnectionFailedError, "prestashop.right_missing"),
            (132, 403, ConnectionFailedError, "prestashop.shop_denied"),
        ],
    )
    def test_first_code_decides_whatever_the_status_says(
        self, code: int, status: int, error: type[AtooSyncError], message: str
    ) -> None:
        shop = client(lambda request: xml(ERRORS.format(code), status))
        with pytest.raises(error) as raised:
            shop.get("products")
        assert raised.value.code == message
        assert raised.value.facts.remote_code == str(code)

    @pytest.mark.parametrize("code", [2, 3, 86])
    def test_notice_after_a_write_leaves_doubt(self, code: int) -> None:
        shop = client(lambda request: xml(ERRORS.format(code), 500))
        with pytest.raises(OutcomeUnknownError):
            shop.write("POST", "products", b"<prestashop/>", absolute=False)
        assert shop.http.calls == 1

    def test_empty_404_is_never_taken_for_an_empty_list(self) -> None:
        with pytest.raises(ConnectionFailedError) as raised:
            client(lambda request: httpx.Response(404)).get("products")
        assert raised.value.code == "prestashop.wrong_path"

    def test_cut_document_is_asked_again_and_never_shown_as_short(self) -> None:
        whole = xml(rows([1, 2, 3])).content
        answers = [whole[:150], whole]
        shop = client(lambda request: httpx.Response(200, content=answers.pop(0)))
        assert len(shop.get("products").records) == 3
        shop = client(lambda request: httpx.Response(200, content=whole[:150]))
        with pytest.raises(RetryError):
            shop.get("products")

    def test_write_is_never_sent_twice_by_itself(self) -> None:
        shop = client(lambda request: httpx.Response(502))
        with pytest.raises(OutcomeUnknownError):
            shop.write("POST", "order_histories", b"<prestashop/>", absolute=False)
        assert shop.http.calls == 1

    def test_key_goes_as_user_with_an_empty_password_and_never_in_the_address(self) -> None:
        seen: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            return xml("<products></products>")

        client(answer).get("products")
        assert seen[0].headers["Authorization"] == httpx.BasicAuth("K" * 32, "")._auth_header
        assert "K" * 32 not in str(seen[0].url)
        assert not any("json" in value.lower() for value in seen[0].headers.values() if isinstance(value, str))


class TestPageInstead:
    """A page of HTML with status 200 where the Webservice should answer."""

    @staticmethod
    def shop_with_a_page_first(version: str) -> PrestaShopClient:
        answers = iter([httpx.Response(200, html="<html><body>Maintenance</body></html>"), xml(rows([7]))])
        settings = SETTINGS.model_copy(update={"version": version})
        transport = httpx.MockTransport(lambda request: next(answers))
        return PrestaShopClient(settings, "K" * 32, transport=transport, sleep=no_wait)

    def test_shop_that_answered_at_the_last_test_is_asked_again(self) -> None:
        assert [r["id"] for r in self.shop_with_a_page_first("9.1.4").get("products").records] == ["7"]

    def test_only_a_write_that_may_be_repeated_is_sent_again(self) -> None:
        assert self.shop_with_a_page_first("9.1.4").write("PATCH", "products", b"<a/>", absolute=True).records
        with pytest.raises(OutcomeUnknownError):
            self.shop_with_a_page_first("9.1.4").write("POST", "products", b"<a/>", absolute=False)

    def test_address_that_never_answered_is_wrong_at_once(self) -> None:
        with pytest.raises(ConnectionFailedError) as caught:
            self.shop_with_a_page_first("").get("products")
        assert caught.value.code == "prestashop.no_webservice"
