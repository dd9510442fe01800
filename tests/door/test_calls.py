"""Calls at the door over real HTTP: proved, noted before they are answered, told apart, refused with a sentence."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from atoosync_lab.door.app import LONGEST
from atoosync_lab.model.errors import StorageError
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.store.deliveries import Arrival, Deliveries, Delivery
from tests.door.helpers import PASSWORD, SECRET, OpenDoor, basic, create, opened, shopify, signed, woocommerce

pytestmark = pytest.mark.spec("SHOP-12")
JSON = {"Content-Type": "application/json"}
PING = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "WooCommerce/9.9.5 Hookshot"}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    with Workspace.open(tmp_path_factory.mktemp("door") / "home") as workspace, opened(workspace) as door:
        yield door


@pytest.fixture
def profile(door: OpenDoor, request: pytest.FixtureRequest) -> str:
    """A profile of its own a test, whose shop is named by the test's mark, Shopify by default."""
    marker = request.node.get_closest_marker("parametrize")
    system = request.node.callspec.params.get("system", "shopify") if marker else "shopify"
    name = "p" + hashlib.sha1(request.node.nodeid.encode()).hexdigest()[:12]
    create(door.workspace, name, system, "boutique" if system == "shopify" else "https://shop.example/")
    door.workspace.secrets.set(name, "shop.webhook_secret", SECRET)
    return name


DELIVERIES = {"shopify": shopify, "woocommerce": woocommerce}


@pytest.mark.parametrize("system", sorted(DELIVERIES))
def test_signed_delivery_is_noted_and_answered_within_the_time(door: OpenDoor, profile: str, system: str) -> None:
    begun = time.monotonic()
    body, headers = DELIVERIES[system](41)
    answer = door.post(profile, body, headers)
    assert answer.status_code == 200
    assert time.monotonic() - begun < 4
    [noted] = door.noted(profile)
    assert (noted.order, noted.state.value, noted.arrivals) == ("41", "noted", 1)
    assert noted.due_at is not None
    assert (noted.due_at - noted.received_at).total_seconds() == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("system", sorted(DELIVERIES))
def test_wrong_signature_notes_nothing_and_says_why(door: OpenDoor, profile: str, system: str) -> None:
    body, headers = DELIVERIES[system](41, secret="another secret")
    answer = door.post(profile, body, headers)
    tampered = door.post(profile, DELIVERIES[system](41)[0].replace(b"41", b"42"), DELIVERIES[system](41)[1])
    assert [answer.status_code, tampered.status_code] == [401, 401]
    assert answer.json()["code"] == "door.signature_wrong"
    assert "secret" in answer.json()["error"]
    assert SECRET not in answer.text
    assert not door.noted(profile)


def test_empty_signature_is_a_wrong_one_even_when_no_secret_is_known(door: OpenDoor, profile: str) -> None:
    body, headers = shopify(41)
    assert door.post(profile, body, {**headers, "X-Shopify-Hmac-Sha256": ""}).status_code == 401
    door.workspace.secrets.delete(profile, "shop.webhook_secret")
    answer = door.post(profile, body, {**headers, "X-Shopify-Hmac-Sha256": ""})
    assert (answer.status_code, answer.json()["code"]) == (401, "door.secret_missing")
    assert not door.noted(profile)


def test_client_secret_of_the_app_signs_too(door: OpenDoor, profile: str) -> None:
    door.workspace.secrets.delete(profile, "shop.webhook_secret")
    door.workspace.secrets.set(profile, "shop.client_secret", "shpss_of_the_app")
    body, headers = shopify(41, secret="shpss_of_the_app")
    assert door.post(profile, body, headers).status_code == 200


def test_delivery_of_another_shop_of_the_same_app_is_refused(door: OpenDoor, profile: str) -> None:
    body, headers = shopify(41)
    answer = door.post(profile, body, {**headers, "X-Shopify-Shop-Domain": "autre.myshopify.com"})
    assert (answer.status_code, answer.json()["code"]) == (400, "door.other_shop")
    assert not door.noted(profile)


@pytest.mark.pitfall("PB-21")
def test_same_delivery_at_the_same_instant_is_noted_once(door: OpenDoor, profile: str) -> None:
    body, headers = shopify(41)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: door.post(profile, body, headers).status_code, range(6)))
    assert answers == [200] * 6
    [noted] = door.noted(profile)
    assert (noted.state.value, noted.arrivals) == ("noted", 6)


@pytest.mark.pitfall("PB-21")
@pytest.mark.parametrize("system", sorted(DELIVERIES))
def test_same_content_under_another_id_is_a_duplicate_another_content_is_not(
    door: OpenDoor, profile: str, system: str
) -> None:
    make = DELIVERIES[system]
    first, second = ("orders/create", "orders/updated") if system == "shopify" else ("order.created", "order.updated")
    for body, headers in (
        make(41, topic=first, number="1"),
        make(41, topic=second, number="2"),
        make(41, topic=second, number="3", note="changed"),
        make(42, topic=second, number="4"),
    ):
        assert door.post(profile, body, headers).status_code == 200
    noted = door.noted(profile)
    assert [each.state.value for each in noted] == ["noted", "duplicate", "noted", "noted"]
    assert noted[1].same_as == noted[0].id


@pytest.mark.parametrize("system", ["woocommerce"])
def test_two_orders_of_one_second_are_two_deliveries_though_the_shop_gives_both_one_id(
    door: OpenDoor, profile: str, system: str
) -> None:
    for order in (41, 42):
        body, headers = woocommerce(order, number="the same second")
        assert door.post(profile, body, headers).status_code == 200
    assert [each.order for each in door.noted(profile) if each.state.value == "noted"] == ["41", "42"]


@pytest.mark.parametrize("system", ["woocommerce"])
def test_sign_of_life_of_a_new_hook_is_answered_and_takes_one_row(door: OpenDoor, profile: str, system: str) -> None:
    for number in (7, 8, 9):
        assert door.post(profile, f"webhook_id={number}".encode(), PING).status_code == 200
    [noted] = door.noted(profile)
    assert (noted.topic, noted.state.value, noted.arrivals, noted.order) == ("ping", "ignored", 3, "")
    assert door.post(profile, b"webhook_id=7&order=41", PING).status_code == 401


@pytest.mark.parametrize(
    ("topic", "order"),
    [("orders/delete", 41), ("products/update", 41), ("orders/create", "41"), ("orders/create", 0), ("x" * 300, 41)],
)
def test_what_is_about_no_order_is_answered_and_runs_nothing(
    door: OpenDoor, profile: str, topic: str, order: int
) -> None:
    body, headers = shopify(order, topic=topic)
    assert door.post(profile, body, headers).status_code == 200
    [noted] = door.noted(profile)
    assert (noted.state.value, noted.order, noted.due_at) == ("ignored", "", None)


@pytest.mark.parametrize("body", [b"", b"[]", b"no JSON", b"\xff\xfe", b"[" * 100_000])
def test_content_that_is_no_delivery_is_refused(door: OpenDoor, profile: str, body: bytes) -> None:
    headers = {**JSON, "X-Shopify-Topic": "orders/create", "X-Shopify-Hmac-Sha256": signed(body)}
    answer = door.post(profile, body, headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "door.not_a_delivery")


def test_delivery_while_the_import_is_off_is_noted_held_and_told(door: OpenDoor) -> None:
    create(door.workspace, "off", "shopify", functions={"orders": {"enabled": False}})
    door.workspace.secrets.set("off", "shop.webhook_secret", SECRET)
    assert door.post("off", *shopify(41)).status_code == 200
    [noted] = door.noted("off")
    assert noted.state.value == "held"
    assert noted.reason is not None
    assert noted.reason.code == "function.off"
    assert door.said[-1].code == "door.said.held"


def test_call_without_signature_needs_the_password_which_is_never_empty(door: OpenDoor) -> None:
    create(door.workspace, "presta", "prestashop")
    for given, code in (
        ({}, "door.unsigned"),
        (basic(""), "door.password_missing"),
        (basic("x"), "door.password_missing"),
    ):
        answer = door.post("presta", b'{"order": "775"}', {**JSON, **given})
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert "WWW-Authenticate" in answer.headers
    door.workspace.secrets.set("presta", "door.password", "court")
    assert door.post("presta", b'{"order": "775"}', {**JSON, **basic("court")}).status_code == 401
    door.workspace.secrets.set("presta", "door.password", PASSWORD)
    assert door.post("presta", b'{"order": "775"}', {**JSON, **basic(PASSWORD)}).status_code == 200
    form = {"Content-Type": "application/x-www-form-urlencoded", **basic(PASSWORD)}
    assert door.post("presta", b"order=776", form).status_code == 200
    assert door.post("presta", b"order=776", form).status_code == 200
    assert door.post("presta", b"order=../etc", form).json()["code"] == "door.no_order_named"
    assert [(each.order, each.state.value) for each in door.noted("presta")] == [
        ("775", "noted"), ("776", "noted"), ("776", "duplicate"),
    ]  # fmt: skip
    codes = [door.post("presta", b"order=777", {**form, **basic("faux")}).status_code for _ in range(7)]
    assert codes == [401] * 5 + [429] * 2
    assert PASSWORD not in "".join(map(str, door.said))


def test_lists_of_the_profile_turn_away_before_anything_is_taken(door: OpenDoor) -> None:
    create(door.workspace, "listed", "shopify", door={"ips": "203.0.113.0/24, 198.51.100.7"})
    door.workspace.secrets.set("listed", "shop.webhook_secret", SECRET)
    answer = door.post("listed", *shopify(41))
    assert (answer.status_code, answer.json()["code"]) == (403, "door.not_allowed")
    with opened(door.workspace, proxies=("127.0.0.1",)) as behind:
        body, headers = shopify(41)
        assert behind.post("listed", body, {**headers, "X-Forwarded-For": "203.0.113.8"}).status_code == 200
        spoofed = {**headers, "X-Forwarded-For": "203.0.113.8, 192.0.2.1"}
        assert behind.post("listed", body, spoofed).status_code == 403


def test_host_list_is_resolved(door: OpenDoor) -> None:
    create(door.workspace, "hosted", "shopify", door={"hosts": "localhost"})
    door.workspace.secrets.set("hosted", "shop.webhook_secret", SECRET)
    assert door.post("hosted", *shopify(41)).status_code == 200


@pytest.mark.parametrize("path", ["/", "/hooks", "/hooks/", "/hooks/nobody", "/hooks/..%2f..", "/hooks/A%20B", "/x"])
def test_other_addresses_do_not_exist(door: OpenDoor, path: str) -> None:
    answer = httpx.post(door.url + path, content=b"{}")
    assert (answer.status_code, answer.json()["code"]) == (404, "door.unknown_profile")


def test_other_verbs_are_told_what_to_do_and_health_is_answered(door: OpenDoor, profile: str) -> None:
    for verb in ("GET", "PUT", "DELETE"):
        answer = httpx.request(verb, f"{door.url}/hooks/{profile}")
        assert (answer.status_code, answer.json()["code"]) == (405, "door.post_only")
    found = httpx.get(f"{door.url}/health")
    assert (found.status_code, found.json()) == (200, {"status": "ok"})
    assert "uvicorn" not in str(found.headers).lower()


def test_content_beyond_the_limit_is_refused_whether_it_says_so_or_not(door: OpenDoor, profile: str) -> None:
    assert door.post(profile, b"x" * (LONGEST + 1), JSON).status_code == 413

    def parts() -> Iterator[bytes]:
        for _ in range(LONGEST // 65536 + 2):
            yield b"x" * 65536

    answer = httpx.post(f"{door.url}/hooks/{profile}", content=parts(), headers=JSON, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (413, "door.too_long")


def test_slow_content_and_a_locked_store_are_answered_in_time_and_nothing_is_lost(door: OpenDoor, profile: str) -> None:
    with opened(door.workspace, within=0.4) as quick:
        parts = urlsplit(quick.url)
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as slow:
            head = f"POST /hooks/{profile} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{"
            slow.sendall(head.encode())
            assert slow.recv(100).startswith(b"HTTP/1.1 503")
        body, headers = shopify(41)
        with door.workspace.store.begin() as tx:
            tx.execute(text("UPDATE deliveries SET arrivals = arrivals WHERE 0"))
            assert quick.post(profile, body, headers).json()["code"] == "door.too_slow"
        answer = quick.post(profile, body, headers)
    assert answer.status_code == 200
    assert {each.identity for each in door.noted(profile)} == {"w-1"}


def test_delivery_that_cannot_be_kept_is_not_answered_200(
    door: OpenDoor, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Deliveries, arrival: Arrival, wait: object = None) -> Delivery:
        raise StorageError("store.full", path="store")

    monkeypatch.setattr(Deliveries, "note", full)
    answer = door.post(profile, *shopify(41))
    assert (answer.status_code, answer.json()["code"]) == (503, "store.full")


@pytest.mark.spec("SEC-01")
def test_no_secret_and_no_content_reaches_what_the_door_says_or_keeps(
    door: OpenDoor, profile: str, tmp_path: Path
) -> None:
    canary = "kanarienvogel@example.test"
    body, headers = shopify(41, email=canary)
    door.post(profile, body, headers)
    door.post(profile, *shopify(42, secret="wrong secret"))
    told = json.dumps([[str(each), dict(each.params)] for each in door.said], default=str)
    with door.workspace.store.read() as connection:
        kept = str(connection.execute(text("SELECT * FROM deliveries")).all())
    for secret in (SECRET, canary, headers["X-Shopify-Hmac-Sha256"], "wrong secret"):
        assert secret not in told
        assert secret not in kept
    assert SECRET not in repr(door.workspace.secrets)
