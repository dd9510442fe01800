"""Signatures, keys, and what hosts do between the client and the shop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.woocommerce.install import WRITE_KEY, WRITE_SECRET
from tests.sandbox.woocommerce.client import Tls, signed

PATH = "/wp-json/wc/v3/taxes/classes"
REFUSED = (401, "woocommerce_rest_authentication_error")


@pytest.fixture(scope="module")
def plain(shop: RunningSandbox) -> Iterator[httpx.Client]:
    """A client without TLS and without keys."""
    with httpx.Client(base_url=shop.url, timeout=10) as client:
        yield client


def _verdict(answer: httpx.Response) -> tuple[int, Any]:
    data = answer.json()
    return answer.status_code, data.get("code") if isinstance(data, dict) else None


def test_signature_is_taken_once_and_with_both_digests(shop: RunningSandbox, plain: httpx.Client) -> None:
    for digest in ("HMAC-SHA1", "HMAC-SHA256"):
        query = signed("GET", shop.url + PATH, {}, digest=digest)
        assert _verdict(plain.get(PATH, params=query)) == (200, None)
        assert _verdict(plain.get(PATH, params=query)) == REFUSED
    query = signed("GET", shop.url + PATH, {}, digest="HMAC-SHA512")
    assert _verdict(plain.get(PATH, params=query)) == REFUSED


def test_signature_covers_method_address_values_and_time(shop: RunningSandbox, plain: httpx.Client) -> None:
    good = signed("GET", shop.url + PATH, {"_fields": "slug"})
    assert _verdict(plain.get(PATH, params={**good, "_fields": "name"})) == REFUSED
    for query in (
        signed("POST", shop.url + PATH, {}),
        signed("GET", shop.url.replace("127.0.0.1", "localhost") + PATH, {}),
        signed("GET", shop.url + PATH, {}, age=901),
        signed("GET", shop.url + PATH, {}, secret="cs_other"),
        signed("GET", shop.url + PATH, {}, key="ck_other"),
    ):
        assert _verdict(plain.get(PATH, params=query)) == REFUSED
    assert _verdict(plain.get(PATH, params=signed("GET", shop.url + PATH, {}, age=890))) == (200, None)


def test_of_equal_names_in_the_query_the_last_is_signed(shop: RunningSandbox, plain: httpx.Client) -> None:
    query = signed("GET", shop.url + PATH, {"_fields": "slug"})
    pairs = [("_fields", "name"), *query.items()]
    assert plain.get(PATH, params=pairs).json()[0] == {"slug": "standard"}


def test_keys_are_read_over_tls_alone(plain: httpx.Client, tls: Tls) -> None:
    keys = {"consumer_key": WRITE_KEY, "consumer_secret": WRITE_SECRET}
    assert _verdict(plain.get(PATH, auth=(WRITE_KEY, WRITE_SECRET))) == (401, "woocommerce_rest_cannot_view")
    assert _verdict(plain.get(PATH, params=keys)) == (401, "woocommerce_rest_cannot_view")
    with tls.client(auth=None, path="") as client:
        assert _verdict(client.get(PATH, params=keys)) == (200, None)
        assert _verdict(client.get(PATH, auth=(WRITE_KEY, "cs_wrong"))) == REFUSED
        assert _verdict(client.get(PATH, auth=("ck_wrong", "cs_x"))) == (401, "woocommerce_rest_cannot_view")
        # With pretty addresses on, keys are not read where the route stands in the query.
        answer = client.get("/", params={"rest_route": "/wc/v3/taxes/classes", **keys})
        assert _verdict(answer) == (401, "woocommerce_rest_cannot_view")


def test_switches_play_hosts_and_plugins(shop: RunningSandbox, plain: httpx.Client, tls: Tls) -> None:
    def switched(**values: Any) -> None:
        shop.admin("POST", "/_admin/switches", values)

    def read() -> httpx.Response:
        return plain.get(PATH, params=signed("GET", shop.url + PATH, {}))

    try:
        switched(firewall=True)
        assert (read().status_code, read().headers["content-type"][:9]) == (403, "text/html")
        switched(firewall=False, notice=True)
        assert read().text.startswith("<br />")
        assert read().text.endswith("]")
        switched(notice=False, redirect_https=True)
        assert read().headers["location"].startswith(tls.url + PATH)
        switched(redirect_https=False, plain_permalinks=True)
        assert read().status_code == 404
        query = signed("GET", shop.url + "/", {"rest_route": "/wc/v3/taxes/classes"})
        assert plain.get("/", params=query).status_code == 200
        switched(plain_permalinks=False, clock=3600)
        assert _verdict(read()) == REFUSED
        switched(clock=0, home="http://shop.example.test")
        assert _verdict(read()) == REFUSED
        switched(home="", read_only=True)
        written = signed("POST", shop.url + PATH, {})
        assert _verdict(plain.post(PATH, params=written, json={"name": "x"})) == REFUSED
    finally:
        switched(firewall=False, notice=False, redirect_https=False, plain_permalinks=False, clock=0, home="",
                 read_only=False)  # fmt: skip
    assert read().status_code == 200


def test_common_faults_work_here(shop: RunningSandbox, plain: httpx.Client) -> None:
    shop.faults([{"kind": "status", "value": {"status": 429, "headers": {"Retry-After": "2"}}, "path": "classes"}])
    first = plain.get(PATH)
    assert (first.status_code, first.headers["retry-after"]) == (429, "2")
    shop.faults([{"kind": "error_after_save", "method": "POST"}])
    query = signed("POST", shop.url + PATH, {})
    assert plain.post(PATH, params=query, json={"name": "Apres coup"}).status_code == 500
    names = plain.get(PATH, params=signed("GET", shop.url + PATH, {"_fields": "slug"})).json()
    assert {"slug": "apres-coup"} in names
