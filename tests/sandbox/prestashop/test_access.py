"""Keys, rights, addresses, faults and restarts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY, READ_KEY
from atoosync_lab.sandbox.prestashop.state import ShopState, StateVersionError
from atoosync_lab.sandbox.servers import RunningSandbox
from tests.sandbox.prestashop.helpers import codes, create, names, tag

pytestmark = pytest.mark.spec("BEY-10")


def test_a_call_without_key_gets_plain_text(shop: RunningSandbox) -> None:
    answer = httpx.get(shop.url + "/api/")
    assert answer.status_code == 401
    assert not answer.text.startswith("<")
    assert "PSWS-Version" not in answer.headers
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(("key", "expected"), [("SHORT", {18}), ("X" * 32, {20, 21}), ("", {17})])
def test_a_wrong_key_is_told_by_its_code(shop: RunningSandbox, key: str, expected: set[int]) -> None:
    answer = httpx.get(shop.url + "/api/zones", auth=(key, ""))
    assert answer.status_code == 401
    assert codes(answer) == expected


def test_key_in_the_query_helps_where_the_host_drops_the_header(shop: RunningSandbox) -> None:
    shop.faults([{"kind": "strip_authorization", "times": None}])
    try:
        assert httpx.get(shop.url + "/api/zones", auth=(DEFAULT_KEY, "")).status_code == 401
        assert httpx.get(shop.url + "/api/zones", params={"ws_key": DEFAULT_KEY}).status_code == 200
    finally:
        shop.faults([])


def test_rights_are_checked_by_resource_and_method(shop: RunningSandbox) -> None:
    key = "ONLYZONESONLYZONESONLYZONESONLYZ"
    shop.admin("POST", "/_admin/keys", {"key": key, "rights": {"zones": ["GET"], "stock_availables": ["POST"]}})
    with httpx.Client(base_url=shop.url, auth=(key, "")) as client:
        assert client.get("/api/zones").status_code == 200
        assert codes(client.get("/api/products")) == {26}
        refused = client.post("/api/zones", content="<prestashop/>")
        assert (refused.status_code, codes(refused)) == (405, {25})
        forbidden = client.post("/api/stock_availables", content="<prestashop/>")
        assert (forbidden.status_code, codes(forbidden)) == (405, {101})
        listed = client.get("/api/").text
        assert "<zones xlink:href=" in listed
        assert "<products" not in listed


def test_the_read_key_cannot_write(shop: RunningSandbox) -> None:
    answer = httpx.post(shop.url + "/api/tags", auth=(READ_KEY, ""), content=tag("non"))
    assert (answer.status_code, codes(answer)) == (405, {25})


def test_the_shop_also_answers_in_a_folder(api: httpx.Client) -> None:
    answer = api.get("/sub/api/zones/1")
    assert answer.headers["PSWS-Version"] == "9.1.4"
    assert "/sub/api/languages/" in api.get("/sub/api/countries/8").text


def test_an_unknown_shop_is_a_redirect_to_the_front_page(api: httpx.Client) -> None:
    answer = api.get("/api/zones", params={"id_shop": "7"})
    assert answer.status_code == 302
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_disabled_webservice_answers_503(start: Callable[..., RunningSandbox]) -> None:
    shop = start("9")
    shop.admin("POST", "/_admin/shop/set_config", {"name": "PS_WEBSERVICE", "value": "0"})
    answer = httpx.get(shop.url + "/api/zones", auth=(DEFAULT_KEY, ""))
    assert (answer.status_code, codes(answer)) == (503, {22})


def test_patch_is_unknown_before_version_8(start: Callable[..., RunningSandbox]) -> None:
    for version, expected in (("1.7.7", 405), ("8", 200)):
        shop = start(version)
        with httpx.Client(base_url=shop.url, auth=(DEFAULT_KEY, "")) as client:
            record = create(client, "tags", tag("x"))
            body = f"<prestashop><tag><id>{record}</id><name>y</name></tag></prestashop>"
            assert client.patch(f"/api/tags/{record}", content=body).status_code == expected


def test_an_error_may_come_although_the_record_is_stored(shop: RunningSandbox, api: httpx.Client) -> None:
    shop.faults([{"kind": "error_after_save", "method": "POST"}])
    answer = api.post("/api/tags", content=tag("malgre"))
    assert (answer.status_code, codes(answer)) == (500, {2})
    assert names(api.get("/api/tags", params={"filter[name]": "[malgre]", "display": "full"}), "tag") == ["malgre"]


def test_a_page_may_move_while_the_list_is_read(shop: RunningSandbox, api: httpx.Client) -> None:
    ids = [create(api, "tags", tag(f"bouge{n}")) for n in range(3)]
    query = {"filter[name]": "%[bouge]%", "sort": "[id_ASC]", "display": "full"}
    shop.faults([{"kind": "moving_pages", "path": "tags", "value": {"delete": ids[0]}}])
    assert names(api.get("/api/tags", params={**query, "limit": "0,1"}), "tag") == ["bouge0"]
    # The offset now skips a record: what a reader by offset would miss.
    assert names(api.get("/api/tags", params={**query, "limit": "1,2"}), "tag") == ["bouge2"]


def test_text_before_the_xml_comes_with_another_type(shop: RunningSandbox, api: httpx.Client) -> None:
    shop.faults([{"kind": "php_text"}])
    answer = api.get("/api/zones")
    assert answer.headers["Content-Type"].startswith("application/javascript")
    assert answer.text.lstrip().startswith("Warning")
    assert answer.text.rstrip().endswith("</prestashop>")


def test_a_shop_survives_a_restart_and_keeps_its_version(start: Callable[..., RunningSandbox], tmp_path: Path) -> None:
    first = start("8", tmp_path)
    with httpx.Client(base_url=first.url, auth=(DEFAULT_KEY, "")) as client:
        record = create(client, "tags", tag("reste"))
    first.kill()
    second = start("8", tmp_path)
    answer = httpx.get(f"{second.url}/api/tags/{record}", auth=(DEFAULT_KEY, ""))
    assert "reste" in answer.text
    second.stop()
    with pytest.raises(StateVersionError, match="version 8"):
        ShopState.open(tmp_path, "9")


def test_reset_brings_the_empty_shop_back(start: Callable[..., RunningSandbox]) -> None:
    shop = start("9")
    with httpx.Client(base_url=shop.url, auth=(DEFAULT_KEY, "")) as client:
        record = create(client, "tags", tag("part"))
        shop.admin("POST", "/_admin/reset")
        assert client.get(f"/api/tags/{record}").status_code == 404
        assert client.get("/api/countries/8").status_code == 200


@pytest.mark.parametrize("verb", ["OPTIONS", "TRACE", "BREW"])
def test_an_unknown_verb_is_answered_by_the_webservice(api: httpx.Client, verb: str) -> None:
    answer = api.request(verb, "/api/zones")
    assert (answer.status_code, codes(answer)) == (405, {23})


def test_shutdown_ends_the_process(start: Callable[..., RunningSandbox]) -> None:
    shop = start("9")
    assert shop.admin("POST", "/_admin/shutdown") == {"result": "ok"}
    shop.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(shop.url)
