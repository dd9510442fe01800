"""No secret in errors, traces, logs or `repr`, whatever way it travels (SEC-01)."""

from __future__ import annotations

import base64
import logging
import socket
import traceback

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.connectors.redaction import MASK, Redactor
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError
from atoosync_lab.model.ports import Trace

pytestmark = pytest.mark.spec("SEC-01")

CANARY = "CANARY-5f2e9c41/é+x"
BASIC = base64.b64encode(f"{CANARY}:".encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "GET https://shop/api/orders?ws_key=CANARYPLAIN&display=full",
        "https://user:CANARYPLAIN@shop/api",
        "grant_type=refresh_token&refresh_token=CANARYPLAIN&client_secret=CANARYPLAIN",
        '{"access_token": "CANARYPLAIN", "expires_in": 3600, "refresh_token":"CANARYPLAIN"}',
        "{'client_secret': 'CANARYPLAIN'}",
        "Authorization: Basic CANARYPLAIN",
        "Authorization: Bearer CANARYPLAIN.x-y",
        "ebp-subscription-key: CANARYPLAIN",
        "<customer><passwd><![CDATA[CANARYPLAIN]]></passwd></customer>",
        "http://localhost:3333/?code=CANARYPLAIN&state=1",
    ],
)
def test_secrets_are_known_by_the_names_they_travel_under(text: str) -> None:
    assert "CANARYPLAIN" not in Redactor().text(text)
    assert MASK in Redactor().text(text)


@pytest.mark.parametrize(
    "text", ["<error><code><![CDATA[87]]></code></error>", "GET /api/orders", "3 orders of 12", "postcode=75011"]
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert Redactor().text(text) == text


@given(
    secret=st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=6, max_size=40).filter(
        lambda s: len(s.strip()) >= 6
    ),
    before=st.text(max_size=10),
    after=st.text(max_size=10),
)
def test_a_known_value_is_masked_in_every_form(secret: str, before: str, after: str) -> None:
    redactor = Redactor([secret])
    shown = secret.strip()
    forms = [shown, str(httpx.QueryParams({"x": shown}))[2:], base64.b64encode(f"{shown}:".encode()).decode()]
    for form in forms:
        assert form not in redactor.text(f"{before}|{form}|{after}").replace(before, "").replace(after, "")


def test_short_values_do_not_eat_the_text() -> None:
    assert Redactor(["", "  ", "abc"]).text("abc") == "abc"


def test_a_redactor_does_not_show_what_it_knows() -> None:
    assert CANARY not in repr(Redactor([CANARY]))
    assert CANARY not in str(Redactor([CANARY]).__class__)


class Traces:
    def __init__(self) -> None:
        self.seen: list[Trace] = []

    def write(self, trace: Trace) -> None:
        self.seen.append(trace)


def signed(request: httpx.Request) -> httpx.Request:
    request.headers["Authorization"] = f"Basic {BASIC}"
    request.headers["ebp-subscription-key"] = "CANARYKEY"
    request.url = request.url.copy_add_param("ws_key", CANARY)
    return request


def echo(request: httpx.Request) -> httpx.Response:
    """A server that tells everything it was sent, and sets a cookie."""
    body = f"{request.url} {request.headers} {request.read().decode()} password='{CANARY}' CANARYKEY"
    status = 200 if request.url.path.endswith("ok") else 500
    return httpx.Response(status, text=body, headers={"Set-Cookie": "s=CANARYCOOKIE"})


def cut(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError(f"reading {request.url} {request.headers['Authorization']} CANARYKEY")


@pytest.mark.parametrize("server", [echo, cut])
@pytest.mark.parametrize("path", ["ok", "broken"])
def test_the_canary_is_in_no_error_trace_or_log(
    server: httpx.MockTransport, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    traces = Traces()
    http = HttpClient(
        "https://shop.example/api",
        system="test",
        auth=signed,
        trace=traces,
        debug=True,
        transport=httpx.MockTransport(server),  # type: ignore[arg-type]
        redactor=Redactor([CANARY, "CANARYKEY"]),
        speed=0,
    )
    shown = [repr(http)]
    try:
        http.request("POST", path, data={"client_secret": CANARY})
    except AtooSyncError as error:
        shown += [str(error), repr(error), repr(error.facts), "".join(traceback.format_exception(error))]
    text = " ".join([*shown, repr(traces.seen), caplog.text])
    assert traces.seen
    assert traces.seen[0].detail
    for canary in (CANARY, "CANARY-5f2e9c41", BASIC, "CANARYKEY", "CANARYCOOKIE"):
        assert canary not in text


def test_the_body_of_a_token_call_is_never_traced() -> None:
    traces = Traces()
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text="opaque CANARYTOKEN"))
    http = HttpClient("https://login.example", system="t", trace=traces, debug=True, transport=transport)
    http.request("POST", "connect/token", content=b"opaque CANARYCODE")
    assert "CANARY" not in repr(traces.seen)


@pytest.mark.parametrize("key", ["CANARY\nkey", "CANARY-é-key"])
def test_a_key_with_a_forbidden_character_is_told_without_being_shown(key: str) -> None:
    def call(address: str, headers: dict[str, str]) -> None:
        HttpClient(address, system="t", speed=0, timeout=1).request("GET", "x", headers=headers)

    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(ConnectionFailedError) as caught:
        call(f"http://127.0.0.1:{listener.getsockname()[1]}", {"X-Api-Key": key})
    assert caught.value.code == "http.credential_characters"
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.facts)
    assert "CANARY" not in shown


def test_a_forbidden_character_in_a_header_of_every_call_is_told_at_once() -> None:
    with pytest.raises(ConnectionFailedError) as caught:
        HttpClient("http://127.0.0.1:9", system="t", headers={"X-Api-Key": f"{CANARY}é"})
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_ordinary_log_lines_of_the_library_lose_their_keys(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    HttpClient("https://shop.example", system="t", transport=transport).request("GET", "x?ws_key=CANARY12")
    assert "shop.example" in caplog.text
    assert "CANARY12" not in caplog.text
