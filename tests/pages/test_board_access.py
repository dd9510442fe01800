"""A visitor who sends anything but what the pages offer: by raw requests and on the kernel's raw channel."""

from __future__ import annotations

import itertools
import json
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from atoosync_lab.boards.access import LONGEST, V1
from atoosync_lab.boards.reading import Journals
from atoosync_lab.boards.records import Wanted
from atoosync_lab.runs.clients import Clients
from atoosync_lab.runs.workspace import Workspace
from tests.boards.test_access import v1
from tests.pages.servers import Server, voila

PASSWORD = "Velo-Nord-2026-ouvre"
LONG = 120.0
"""Seconds a page may take on a machine that is busy with other tests."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in visitor, with the kernel of an opened page."""

    http: httpx.Client
    url: str
    kernel: str
    page: str

    @property
    def cookies(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    def channel(self, *, cookie: bool = True, origin: str | None = None) -> ClientConnection:
        """The kernel's channel, as a page opens it."""
        address = f"{self.url.replace('http', 'ws')}api/kernels/{self.kernel}/channels?session_id=s"
        headers = {"Cookie": self.cookies} if cookie else {}
        given = {"Origin": origin} if origin else {}
        return connect(address, additional_headers={**headers, **given}, subprotocols=[Subprotocol(V1)], max_size=None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Iterator[Server]:
    """The server of a client who may see one of the two profiles."""
    with Workspace.open(home) as workspace:
        clients = Clients(workspace)
        clients.add("velo-nord", ["velo"], PASSWORD, name="Vélo Nord SARL")
        file = clients.file("velo-nord")
    with voila(tmp_path_factory.mktemp("client"), home / "exports" / "velo", client=file) as started:
        yield started


def sign_in(http: httpx.Client, url: str, password: str) -> httpx.Response:
    form = http.get(f"{url}login").text
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', form)
    assert xsrf is not None
    return http.post(f"{url}login?next=%2F", data={"_xsrf": xsrf[1], "password": password})


def plain(page: str) -> str:
    """A page with the letters that its JSON writes as numbers."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), page)


@pytest.fixture(scope="module")
def visit(server: Server) -> Iterator[Visit]:
    with httpx.Client(timeout=LONG) as http:
        assert sign_in(http, server.url, PASSWORD).headers["location"] == "/"
        page = plain(http.get(f"{server.url}voila/render/journal.ipynb").text)
        config = re.search(r'id="jupyter-config-data"[^>]*>\s*(\{.*?\})\s*</script>', page, re.DOTALL)
        assert config is not None
        yield Visit(http, server.url, json.loads(config[1])["kernelId"], page)


@pytest.mark.spec("SEC-02")
def test_stranger_is_asked_to_sign_in_in_french_everywhere(server: Server) -> None:
    with httpx.Client(timeout=LONG) as http:
        for path in ("", "voila/render/home.ipynb", "voila/render/run.ipynb?run=x", "voila/tree", "anything"):
            answer = http.get(f"{server.url}{path}")
            assert answer.status_code == 302, path
            assert "/login" in answer.headers["location"], path
        page = http.get(f"{server.url}login").text
        assert "Vélo Nord SARL" in page
        assert '<label for="password">Mot de passe</label>' in page
        refused = sign_in(http, server.url, "pas-le-bon-mot")
        assert refused.status_code == 401
        assert "Ce mot de passe n’est pas le bon" in refused.text
        assert 'aria-invalid="true" aria-describedby="wrong"' in refused.text
        http.cookies.set("atoosync-board-velo-nord", "2|1:0|10:1700000000|24:forged|4:e30=|deadbeef")
        assert http.get(f"{server.url}voila/render/home.ipynb").status_code == 302


@pytest.mark.spec("SEC-02")
def test_page_holds_no_source_and_no_other_profile(visit: Visit) -> None:
    assert "atoosync_lab.boards" not in visit.page
    assert "Vélo Nord" in visit.page
    assert "Calanques" not in visit.page
    policy = visit.http.get(f"{visit.url}voila/render/nothing.ipynb").headers["content-security-policy"]
    assert "default-src 'self'" in policy


@pytest.mark.spec("SEC-02")
@pytest.mark.parametrize(
    "path",
    [
        "api/contents", "api/contents/home.ipynb", "api/kernels", "api/kernelspecs", "api/sessions", "api/terminals",
        "api/config/x", "api/status", "api/me", "lab", "tree", "terminals/1", "files/home.ipynb", "edit/home.ipynb",
        "voila/tree", "voila/tree/", "voila/api/contents/", "voila/files/home.ipynb",
        "voila/static/../../etc/passwd", "voila/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "voila/templates/atoo/static/..%2f..%2f..%2f..%2fserver.py", "voila/render/../../client.json",
        "voila/render/nothing.ipynb", "voila/render/",
        "voila/render/%2e%2e%2fclient.json", "voila/labextensions/..%2f..%2fetc%2fpasswd", "atoo/client.json",
        "voila/execution/00000000-0000-0000-0000-000000000000",
    ],
)  # fmt: skip
def test_addresses_that_are_no_page_are_closed(visit: Visit, path: str) -> None:
    status, text = raw(visit, "GET", path)
    assert status in (400, 403, 404), f"{path}: {status}"
    assert "cells" not in text
    assert "argon2" not in text
    assert "root:" not in text


def raw(visit: Visit, method: str, path: str) -> tuple[int, str]:
    """A request whose path no client library has put right."""
    where = urlsplit(visit.url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=LONG) as line:
        head = f"{method} /{path} HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: {visit.cookies}\r\nConnection: close\r\n"
        line.sendall(f"{head}\r\n".encode())
        answer = b""
        while part := line.recv(65_536):
            answer += part
    text = answer.decode("utf-8", "replace")
    return int(text.split(" ", 2)[1]), text


@pytest.mark.spec("SEC-02")
def test_error_page_is_french_and_a_kernel_cannot_be_ended(visit: Visit) -> None:
    status, text = raw(visit, "GET", "nulle-part")
    assert status == 404
    assert "Cette page n’existe pas." in text
    assert "Traceback" not in text
    for method in ("DELETE", "POST", "PATCH", "PUT"):
        assert raw(visit, method, f"api/kernels/{visit.kernel}")[0] in (403, 404, 405)
        assert raw(visit, method, f"api/kernels/{visit.kernel}/restart")[0] in (403, 404, 405)
    seen = visit.http.get(f"{visit.url}api/kernels/{visit.kernel}")
    assert seen.json() == {"id": visit.kernel, "name": "python3"}


@pytest.mark.spec("SEC-02")
def test_another_clients_run_and_profile_are_not_to_be_had(visit: Visit, home: Path) -> None:
    foreign = Journals(home / "exports" / "calanques").runs(Wanted())[0].id
    asked = f"run={foreign}&ATOOSYNC_BOARD=/&profile=calanques"
    page = plain(visit.http.get(f"{visit.url}voila/render/run.ipynb?{asked}").text)
    assert "Cette exécution n’est pas dans vos tableaux de bord." in page
    assert "Calanques" not in page
    journal = plain(visit.http.get(f"{visit.url}voila/render/journal.ipynb?{asked}").text)
    assert "laissé de côté" in journal
    assert "Calanques" not in journal


def replies(
    channel: ClientConnection, wanted: str, seconds: float, heard: list[str] | None = None
) -> list[dict[str, Any]]:
    """Messages up to the reply to a request; `heard` gets the ids of all requests that anything answers."""
    found: list[dict[str, Any]] = []
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        try:
            message = channel.recv(timeout=left)
        except TimeoutError:
            break
        assert isinstance(message, bytes)
        count = int.from_bytes(message[:8], "little")
        offsets = [int.from_bytes(message[8 * at : 8 * at + 8], "little") for at in range(1, count + 1)]
        parts = [message[a:b] for a, b in itertools.pairwise(offsets)]
        header, parent, content = (json.loads(parts[at]) for at in (1, 2, 4))
        if heard is not None:
            heard.append(str(parent.get("msg_id")))
        if parent.get("msg_id") == wanted:
            found.append({"kind": header["msg_type"], "content": content})
            if header["msg_type"].endswith("_reply"):
                break
    return found


def drain(channel: ClientConnection) -> None:
    """Hear all that comes, until the channel is closed."""
    while True:
        channel.recv(timeout=20.0)


@pytest.mark.spec("SEC-02")
def test_raw_channel_runs_no_code_and_hears_only_the_page(visit: Visit, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    code = f"open({str(trace)!r}, 'w').write('x')"
    with visit.channel() as channel:
        names = (f"ours-{number}" for number in itertools.count())

        def say(kind: str, content: dict[str, Any], where: str = "shell") -> str:
            name = next(names)
            channel.send(v1(where, kind, content, name=name))
            return name

        def widgets() -> set[str]:
            heard = replies(channel, say("comm_info_request", {"target_name": "jupyter.widget"}), LONG)
            [info] = [each for each in heard if each["kind"] == "comm_info_reply"]
            return set(info["content"]["comms"])

        before = widgets()
        assert before
        ask = {"silent": False, "store_history": False, "user_expressions": {"x": code}, "allow_stdin": False}
        refused = [say("execute_request", {"code": code, **ask}, where) for where in ("shell", "control")]
        refused += [say("shutdown_request", {"restart": True}, where) for where in ("shell", "control")]
        refused.append(say("complete_request", {"code": "import o", "cursor_pos": 8}))
        refused.append(say("inspect_request", {"code": "open", "cursor_pos": 2, "detail_level": 1}))
        state = {"state": {"_model_module": "@jupyter-widgets/controls", "_model_name": "TextModel"}}
        refused.append(say("comm_open", {"comm_id": "mine", "target_name": "jupyter.widget", "data": state}))
        refused.append(say("comm_open", {"comm_id": "mine2", "target_name": "other", "data": {}}))
        for comm in before:
            for content in ({"do": "__init__", "value": ""}, {"do": "_paint"}, {"field": "x", "value": "y"}, "x", 7):
                say("comm_msg", {"comm_id": comm, "data": {"method": "custom", "content": content}})
            evil = {"method": "update", "state": {"html": "<b>ours</b>"}, "buffer_paths": []}
            refused.append(say("comm_msg", {"comm_id": comm, "data": evil}))
        # The kernel answers in order: what was not answered before the next request was never heard.
        heard: list[str] = []
        ours = say("comm_info_request", {"target_name": "jupyter.widget"})
        after = replies(channel, ours, LONG, heard)
        assert set(after[-1]["content"]["comms"]) == before, "a widget was added or lost"
        assert not set(heard) & set(refused)
        assert not trace.exists()


@pytest.mark.spec("SEC-02")
@pytest.mark.parametrize(
    "message",
    [b"\x00" * 40, b"not a message at all, but long enough", "{}", v1("shell", "x", {"y": "z" * LONGEST})],
    ids=["zeros", "text in bytes", "text", "too long"],
)
def test_channel_is_closed_on_what_is_no_message(visit: Visit, message: bytes | str) -> None:
    with visit.channel() as channel:
        channel.send(message)
        with pytest.raises(ConnectionClosed) as caught:
            drain(channel)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code in (1008, 1009)


@pytest.mark.spec("SEC-02")
def test_channel_is_refused_to_strangers_and_to_other_sites(visit: Visit) -> None:
    for given in ({"cookie": False}, {"origin": "http://elsewhere.example"}):
        with pytest.raises(InvalidStatus) as caught:
            visit.channel(**given)
        assert caught.value.response.status_code == 403


@pytest.mark.spec("SEC-02")
def test_signing_out_ends_the_visit(server: Server) -> None:
    with httpx.Client(timeout=LONG) as http:
        sign_in(http, server.url, PASSWORD)
        assert http.get(f"{server.url}").headers["location"].endswith("/voila/render/home.ipynb")
        out = http.get(f"{server.url}logout")
        assert "Vous êtes déconnecté." in http.get(f"{server.url}{out.headers['location'].lstrip('/')}").text
        assert http.get(server.url).status_code == 302
        assert "/login" in http.get(server.url).headers["location"]
