"""Signatures over plain http: RFC 5849 by hand, a fresh nonce a try, the shop's clock instead of ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from atoosync_lab.connectors.shops.woocommerce.oauth import OneLegged, signature
from atoosync_lab.model.errors import ConnectionFailedError
from tests.connectors.woocommerce.fakes import KEY, SECRET, FakeShop, as_json, failure

URL = "http://shop.test:8080/wp-json/wc/v3/products"


def signed(url: str, at: datetime | None = None) -> httpx.Request:
    request = httpx.Request("GET", url)
    return next(OneLegged(KEY, SECRET, lambda: at).auth_flow(request))


def test_signature_is_that_of_the_base_string_written_by_hand() -> None:
    pairs = [("sku", "A B,é"), ("_fields", "id"), ("oauth_nonce", "n"), ("oauth_timestamp", "7")]
    base = (
        "GET&http%3A%2F%2Fshop.test%3A8080%2Fwp-json%2Fwc%2Fv3%2Fproducts&"
        "_fields%3Did%26oauth_nonce%3Dn%26oauth_timestamp%3D7%26sku%3DA%2520B%252C%25C3%25A9"
    )
    expected = base64.b64encode(hmac.new(b"cs_x&", base.encode(), hashlib.sha256).digest()).decode()
    assert signature("get", URL + "?ignored=1", pairs, "cs_x") == expected


def test_secret_never_travels_and_each_try_has_its_own_nonce() -> None:
    first, second = signed(URL + "?search=a/b&page=2"), signed(URL + "?search=a/b&page=2")
    assert SECRET not in str(first.url)
    assert first.url.params["search"] == "a/b"
    assert first.url.params["oauth_nonce"] != second.url.params["oauth_nonce"]
    assert first.url.params["oauth_signature_method"] == "HMAC-SHA256"


def test_shop_clock_is_taken_once_it_is_known() -> None:
    at = datetime(2020, 1, 2, tzinfo=UTC)
    assert signed(URL, at).url.params["oauth_timestamp"] == str(int(at.timestamp()))


def test_fields_of_an_earlier_signature_are_not_signed_again() -> None:
    again = signed(str(signed(URL).url))
    assert [name for name, _ in again.url.params.multi_items()].count("oauth_nonce") == 1


class Strict:
    """Refuses a time more than 15 minutes off its own clock, which is an hour ahead of ours."""

    def __init__(self, offset: timedelta, lenient: bool = True) -> None:
        self.offset, self.lenient = offset, lenient

    def __call__(self, request: httpx.Request) -> httpx.Response:
        now = datetime.now(UTC) + self.offset
        stamp = datetime.fromtimestamp(int(request.url.params["oauth_timestamp"]), UTC)
        answer = as_json([{"slug": "standard", "name": "N"}])
        if abs((now - stamp).total_seconds()) > 900 or not self.lenient:
            answer = failure(401, "woocommerce_rest_authentication_error", "Horodatage invalide.")
        answer.headers["date"] = format_datetime(now, usegmt=True)
        return answer


@pytest.mark.pitfall("PB-35")
@pytest.mark.parametrize("hours", [-1, 1])
def test_wrong_clock_of_ours_is_made_good_by_the_first_answer(hours: int) -> None:
    shop = FakeShop(**{"taxes/classes": Strict(timedelta(hours=hours))})
    client = shop.client("http://shop.test/")
    assert client.get("taxes/classes").records
    assert len(shop.seen) == 2, "the first try taught the shop's time"
    assert client.get("taxes/classes").records
    assert len(shop.seen) == 3
    assert len({r.url.params["oauth_nonce"] for r in shop.seen}) == 3


def test_refused_signature_is_not_tried_for_ever() -> None:
    shop = FakeShop(**{"taxes/classes": Strict(timedelta(), lenient=False)})
    with pytest.raises(ConnectionFailedError) as raised:
        shop.client("http://shop.test/").get("taxes/classes")
    assert raised.value.code == "woocommerce.key_refused"
    assert len(shop.seen) == 2
