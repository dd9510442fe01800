"""The fault middleware, over real HTTP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from atoosync_lab.sandbox.common.faults import FaultMiddleware, struck

pytestmark = pytest.mark.spec("BEY-10")


@pytest.fixture(scope="module")
def written() -> list[str]:
    return []


@pytest.fixture(scope="module")
def base_url(written: list[str]) -> Iterator[str]:
    async def things(request: Request) -> Response:
        if request.method == "POST":
            written.append((await request.body()).decode())
            return JSONResponse({"id": len(written)}, 201)
        rule = struck(request.scope, "moving_pages")
        return JSONResponse({"moving": None if rule is None else rule.value})

    async def text(request: Request) -> Response:
        return PlainTextResponse("0123456789" * 100)

    routes = [
        Route("/things/{id}", things, methods=["GET", "POST"]),
        Route("/text", text),
    ]
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(FaultMiddleware(Starlette(routes=routes), speed=10), log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def http(base_url: str, written: list[str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base_url, timeout=5) as client:
        client.delete("/_admin/faults")
        client.delete("/_admin/calls")
        written.clear()
        yield client


def plan(http: httpx.Client, **rule: object) -> None:
    assert http.post("/_admin/faults", json=[rule]).status_code == 201


def test_calls_pass_untouched_without_rules(http: httpx.Client) -> None:
    assert http.get("/things/1").json() == {"moving": None}


def test_status_rule_strikes_after_some_calls_and_only_so_often(
    http: httpx.Client,
) -> None:
    value = {"status": 429, "headers": {"Retry-After": "2"}, "body": {"title": "Quota"}}
    plan(http, kind="status", value=value, after=1, times=2, path="^/things")
    answers = [http.get("/things/1") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 200]
    assert answers[1].headers["Retry-After"] == "2"
    assert answers[1].json() == {"title": "Quota"}


def test_rule_looks_at_method_and_body(http: httpx.Client, written: list[str]) -> None:
    plan(http, kind="status", value=503, method="post", body="bad")
    assert http.get("/things/1").status_code == 200
    assert http.post("/things/1", content="good").status_code == 201
    assert http.post("/things/1", content="a bad one").status_code == 503
    assert http.post("/things/1", content="a bad one").status_code == 201
    assert written == ["good", "a bad one"]


def test_timeout_after_commits_the_write_and_withholds_the_answer(http: httpx.Client, written: list[str]) -> None:
    plan(http, kind="timeout_after", method="POST", value=1)
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/things/1", content="kept")
    assert written == ["kept"]


def test_client_that_gives_up_first_still_finds_its_write(http: httpx.Client, written: list[str]) -> None:
    plan(http, kind="timeout_after", method="POST", value=20)
    with pytest.raises(httpx.ReadTimeout):
        http.post("/things/1", content="kept", timeout=0.3)
    assert written == ["kept"]


def test_drop_before_never_reaches_the_application(http: httpx.Client, written: list[str]) -> None:
    plan(http, kind="drop_before", method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/things/1", content="lost")
    assert written == []


def test_cut_answer_is_seen_as_broken(http: httpx.Client) -> None:
    plan(http, kind="cut", path="/text")
    with http.stream("GET", "/text") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-length"] == "1000"
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()


def test_html_error_page_comes_with_its_status(http: httpx.Client) -> None:
    plan(http, kind="html", value={"status": 502})
    answer = http.get("/things/1")
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")
    assert "<html>" in answer.text


def test_latency_is_divided_by_the_speed(http: httpx.Client) -> None:
    plan(http, kind="latency", value=3)
    begun = time.monotonic()
    assert http.get("/things/1").status_code == 200
    assert 0.29 <= time.monotonic() - begun < 2


def test_unknown_kinds_reach_the_application(http: httpx.Client) -> None:
    plan(http, kind="moving_pages", value=17)
    assert http.get("/things/1").json() == {"moving": 17}
    assert http.get("/things/1").json() == {"moving": None}


def test_rules_can_be_listed_and_cleared(http: httpx.Client) -> None:
    plan(http, kind="status", value=500, times=None)
    http.get("/things/1")
    (shown,) = http.get("/_admin/faults").json()
    assert (shown["hits"], shown["times"]) == (1, None)
    http.delete("/_admin/faults")
    assert http.get("/things/1").status_code == 200


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"kind": "status", "colour": "red"},
        {"kind": "x", "path": "("},
        {"kind": "x", "times": -1},
    ],
)
def test_bad_rule_is_refused(http: httpx.Client, rule: dict[str, object]) -> None:
    assert http.post("/_admin/faults", json=[{"kind": "status", "value": 500}, rule]).status_code == 400
    assert http.get("/_admin/faults").json() == []


def test_calls_are_counted_by_template_without_admin_calls(http: httpx.Client) -> None:
    for path in (
        "/things/1",
        "/things/22",
        "/things/0a6f2d54-9c1b-4b4e-8a53-111122223333",
        "/text",
    ):
        http.get(path)
    assert http.get("/_admin/calls").json() == {
        "total": 4,
        "calls": {"GET /text": 1, "GET /things/{}": 3},
    }
    http.delete("/_admin/calls")
    assert http.get("/_admin/calls").json()["total"] == 0


def test_health_answers(http: httpx.Client) -> None:
    assert http.get("/_admin/health").json() == {"status": "ok"}


@pytest.mark.parametrize("kind", ["timeout", "drop", "reset"])
@pytest.mark.parametrize("place", ["before", "after"])
def test_silence_close_and_reset_come_before_or_after_the_write(
    http: httpx.Client, written: list[str], kind: str, place: str
) -> None:
    plan(http, kind=f"{kind}_{place}", method="POST", value=0.5)
    with pytest.raises(httpx.ReadError if kind == "reset" else httpx.RemoteProtocolError):
        http.post("/things/1", content="kept")
    assert written == (["kept"] if place == "after" else [])
    assert http.post("/things/1", content="next").status_code == 201


def test_silence_ends_when_the_client_gives_up(http: httpx.Client, written: list[str]) -> None:
    plan(http, kind="timeout_before", method="POST", value=600)
    with pytest.raises(httpx.ReadTimeout):
        http.post("/things/1", content="lost", timeout=0.2)
    assert written == []


def test_short_answer_states_the_length_it_has(http: httpx.Client) -> None:
    plan(http, kind="short", path="/text", value=0.25)
    answer = http.get("/text")
    assert (answer.status_code, len(answer.content)) == (200, 250)


def test_compressed_answer_that_lacks_its_end(http: httpx.Client) -> None:
    plan(http, kind="gzip_cut", path="/text", value=0.7)
    try:
        content = http.get("/text").content
    except httpx.DecodingError:
        return
    assert len(content) < 1000


def test_wrong_type_keeps_the_content(http: httpx.Client) -> None:
    plan(http, kind="wrong_type", path="/text")
    answer = http.get("/text")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.content == b"0123456789" * 100
