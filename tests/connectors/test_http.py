"""The HTTP client over real sockets: retries, doubt, redirects, limits, traces."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from atoosync_lab.connectors.http import HttpClient, connection_failed, looks_like_html, refuse_html
from atoosync_lab.model.errors import (
    ApiBudgetError,
    AtooSyncError,
    ConnectionFailedError,
    OutcomeUnknownError,
    RateLimitedError,
    UnsentError,
)
from atoosync_lab.model.ports import Trace

Answer = Callable[[bytes], bytes | None]


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Server:
    """A server that gives scripted answers, one a request; the last one is repeated. None: cut without a word."""

    script: list[bytes | float | None] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def close(self) -> None:
        self._ended.set()
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            while request := self._read(connection):
                self.requests.append(request)
                place = min(len(self.requests), len(self.script)) - 1
                step = self.script[place]
                if isinstance(step, float):
                    self._ended.wait(step)
                    step = None
                if step is None:
                    break
                connection.sendall(step)
                if b"Connection: close" in step:
                    break
        except OSError:
            pass
        finally:
            connection.close()

    def _read(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return b""
            data += part
            if data.startswith(b"\x16"):  # a TLS hello: answered in plain words, as a misconfigured server does
                return data
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


class Traces:
    def __init__(self) -> None:
        self.seen: list[Trace] = []

    def write(self, trace: Trace) -> None:
        self.seen.append(trace)


class Counter:
    def __init__(self, most: int = 1000) -> None:
        self.passed, self.most = 0, most

    def acquire(self) -> float:
        self.passed += 1
        if self.passed > self.most:
            raise ApiBudgetError("limit.day_used_up")
        return 0.0


def client(server: Server, **options: object) -> HttpClient:
    return HttpClient(server.url + "api/", system="test", **{"speed": 0, **options})  # type: ignore[arg-type]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("status", [200, 201, 204, 304, 400, 401, 404, 422])
def test_an_answer_a_connector_can_judge_is_handed_to_it(server: Server, status: int) -> None:
    server.script = [answer(status, b"")]
    assert client(server).request("GET", "items").status_code == status
    assert len(server.requests) == 1


def test_the_path_is_below_the_base_address_and_params_are_sent(server: Server) -> None:
    server.script = [answer()]
    with client(server) as http:
        http.request("GET", "/items", params={"a": "1 2"})
        http.request("GET", "items?b=3")
        http.request("GET", server.url + "elsewhere")
        with pytest.raises(ValueError, match="outside"):
            http.request("GET", "http://other.example/x?token=abc")
    assert [r.split(b" ")[1] for r in server.requests] == [b"/api/items?a=1+2", b"/api/items?b=3", b"/elsewhere"]


@pytest.mark.parametrize("failure", [answer(500), answer(503), answer(429), answer(408), None])
def test_a_read_is_tried_again_until_it_works(server: Server, failure: bytes | None) -> None:
    server.script = [failure, failure, answer(200, b"ok")]
    http = client(server)
    assert http.request("GET", "items").content == b"ok"
    assert http.calls == len(server.requests) == 3


@pytest.mark.parametrize(
    ("failure", "kind", "code"),
    [
        (answer(500), OutcomeUnknownError, "http.server_error"),
        (answer(503), OutcomeUnknownError, "http.maintenance"),
        (answer(408), OutcomeUnknownError, "http.server_error"),
        (answer(425), OutcomeUnknownError, "http.server_error"),
        (answer(429), RateLimitedError, "http.rate_limited"),
        (None, OutcomeUnknownError, "http.cut"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhalf", OutcomeUnknownError, "http.cut"),
        (b"this is no HTTP\r\n\r\n", OutcomeUnknownError, "http.cut"),
        (
            answer(200, b"not gzip", Content_Encoding="gzip"),
            OutcomeUnknownError,
            "http.unreadable",
        ),
        (5.0, OutcomeUnknownError, "http.timeout"),
    ],
)
def test_a_write_in_doubt_is_never_sent_again(
    server: Server, failure: bytes | float | None, kind: type[AtooSyncError], code: str
) -> None:
    server.script = [failure, answer()]
    http = client(server, timeout=0.3)
    with pytest.raises(kind) as caught:
        http.request("POST", "orders", content=b"<order/>")
    assert caught.value.code == code
    assert http.calls == len(server.requests) == 1


def test_a_write_is_sent_again_when_nothing_left(server: Server) -> None:
    port = free_port()
    http = HttpClient(f"http://127.0.0.1:{port}/", system="test", speed=0, max_tries=3)
    with pytest.raises(UnsentError) as caught:
        http.request("POST", "orders", content=b"x")
    assert caught.value.code == "http.refused"
    assert http.calls == 3


def test_a_repeatable_write_is_tried_again_when_the_caller_says_so(server: Server) -> None:
    server.script = [answer(500), answer()]
    assert client(server).request("PATCH", "stock", content=b"5", idempotent=True).status_code == 200
    assert server.requests[0] == server.requests[1]


def test_a_multipart_body_is_sent_whole_each_time(server: Server) -> None:
    server.script = [answer(500), answer()]
    files = {"file": ("orders.csv", b"a;b", "text/csv")}
    client(server).request("POST", "import", data={"category": "x"}, files=files, idempotent=True)
    assert all(b"a;b" in request and b"category" in request for request in server.requests)


def test_no_retry_means_a_single_try(server: Server) -> None:
    server.script = [answer(500), answer()]
    with pytest.raises(OutcomeUnknownError):
        client(server).request("GET", "items", retry=False)
    assert len(server.requests) == 1


def test_tries_end_and_the_last_error_is_told(server: Server) -> None:
    server.script = [answer(502)]
    http = client(server, max_tries=3)
    with pytest.raises(OutcomeUnknownError) as caught:
        http.request("GET", "items")
    assert http.calls == 3
    assert caught.value.facts.status == 502
    assert caught.value.facts.operation == "GET /api/items"


def test_a_status_the_caller_judges_itself_is_handed_over(server: Server) -> None:
    server.script = [answer(500, b"<error/>")]
    assert client(server).request("POST", "items", returns={500}).content == b"<error/>"


def test_waits_double_and_are_divided_by_the_speed(server: Server) -> None:
    waits: list[float] = []
    server.script = [answer(500)]
    for speed in (1.0, 10.0):
        with pytest.raises(OutcomeUnknownError):
            client(server, speed=speed, sleep=waits.append).request("GET", "x")
    assert waits == [2.0, 4.0, 8.0, 0.2, 0.4, 0.8]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed(server: Server, form: str) -> None:
    waits: list[float] = []
    date = "Wed, 25 Nov 2026 10:00:00 GMT"
    text = "7" if form == "seconds" else "Wed, 25 Nov 2026 10:00:07 GMT"
    server.script = [answer(429, Retry_After=text, Date=date), answer()]
    client(server, sleep=waits.append).request("GET", "x")
    assert waits == [7.0]


@pytest.mark.parametrize("text", ["3600", "inf", "nan", "soon"])
def test_a_retry_after_beyond_reason_is_never_slept(server: Server, text: str) -> None:
    waits: list[float] = []
    server.script = [answer(429, Retry_After=text)]
    http = client(server, sleep=waits.append)
    with pytest.raises(RateLimitedError) as caught:
        http.request("GET", "x")
    assert caught.value.retry_after == (3600.0 if text == "3600" else None)
    assert sum(waits) == 0


def test_every_try_passes_the_limiter_and_its_end_stops_the_call(server: Server) -> None:
    server.script = [answer(500)]
    limiter = Counter(most=2)
    http = client(server, limiter=limiter)
    with pytest.raises(ApiBudgetError):
        http.request("GET", "x")
    assert limiter.passed == 3
    assert http.calls == len(server.requests) == 2


def test_a_redirect_of_the_same_host_is_followed_for_reads(server: Server) -> None:
    server.script = [answer(301, b"", Location="/api/items/?a=1"), answer(200, b"ok")]
    assert client(server).request("GET", "items", params={"a": "1"}).content == b"ok"
    assert server.requests[1].startswith(b"GET /api/items/?a=1 ")


def test_a_redirect_that_keeps_the_method_is_followed_for_writes(server: Server) -> None:
    server.script = [answer(308, b"", Location="/other"), answer(200)]
    client(server).request("POST", "items", content=b"body")
    assert server.requests[1].startswith(b"POST /other ")
    assert server.requests[1].endswith(b"body")


@pytest.mark.parametrize(
    ("status", "kind"), [(301, ConnectionFailedError), (302, OutcomeUnknownError), (303, OutcomeUnknownError)]
)
def test_a_redirect_that_would_lose_the_body_is_refused(server: Server, status: int, kind: type[AtooSyncError]) -> None:
    server.script = [answer(status, b"", Location="https://www.shop.example/api/?ws_key=CANARY1")]
    with pytest.raises(kind) as caught:
        client(server).request("POST", "items", content=b"body")
    assert caught.value.code == "http.redirect_loses_body"
    assert "https://www.shop.example/api/" in str(caught.value)
    assert "CANARY1" not in str(caught.value)
    assert len(server.requests) == 1


def test_credentials_do_not_follow_to_another_host(server: Server) -> None:
    other = Server([answer()])
    server.script = [answer(302, b"", Location=other.url)]
    with pytest.raises(ConnectionFailedError) as caught:
        client(server).request("GET", "items")
    other.close()
    assert caught.value.code == "http.redirect_elsewhere"
    assert other.requests == []


def test_an_endless_redirect_ends(server: Server) -> None:
    server.script = [answer(302, b"", Location="/again")]
    with pytest.raises(ConnectionFailedError) as caught:
        client(server).request("GET", "items")
    assert caught.value.code == "http.redirect_loop"


def test_writes_take_a_connection_of_their_own(server: Server) -> None:
    server.script = [answer()]
    http = client(server)
    for _ in range(3):
        http.request("GET", "x")
    assert server.connections == 1
    for _ in range(3):
        http.request("POST", "x", content=b"1")
    assert server.connections == 4


def test_the_clock_of_the_remote_is_known_after_an_answer(server: Server) -> None:
    stated = datetime.now(UTC) + timedelta(hours=3)
    server.script = [answer(Date=f"{stated:%a, %d %b %Y %H:%M:%S} GMT")]
    http = client(server)
    assert http.server_time() is None
    http.request("GET", "x")
    found = http.server_time()
    assert found is not None
    assert abs((found - stated).total_seconds()) < 2


def test_an_exchange_is_traced_without_its_query(server: Server) -> None:
    server.script = [answer(500), answer(200, b"12345")]
    traces = Traces()
    client(server, trace=traces).request("PUT", "items", params={"ws_key": "CANARY1"}, content=b"abc")
    assert [(t.status, t.path, t.sent_bytes, t.received_bytes, t.error) for t in traces.seen] == [
        (500, "/api/items", 3, 2, "http.server_error"),
        (200, "/api/items", 3, 5, ""),
    ]
    assert all(t.detail == "" for t in traces.seen)


def test_a_page_instead_of_data_is_told(server: Server) -> None:
    server.script = [answer(200, b"\n<!DOCTYPE html><title>Maintenance</title>", Content_Type="text/html")]
    http = client(server)
    read = http.request("GET", "items")
    assert looks_like_html(read)
    with pytest.raises(ConnectionFailedError, match="XML"):
        refuse_html(read, expected="XML", system="test")
    written = http.request("POST", "items", content=b"1")
    with pytest.raises(OutcomeUnknownError):
        refuse_html(written, expected="XML", system="test")


def test_data_with_a_wrong_header_is_data(server: Server) -> None:
    server.script = [answer(200, b"<?xml version='1.0'?><prestashop/>", Content_Type="text/html; charset=utf-8")]
    read = client(server).request("GET", "items")
    assert not looks_like_html(read)
    refuse_html(read, expected="XML", system="test")


@pytest.mark.spec("SVC-05")
@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://name.invalid/", "http.dns"),
        ("http://127.0.0.1:{free}/", "http.refused"),
        ("https://127.0.0.1:{plain}/", "http.tls"),
        ("https://127.0.0.1:{selfsigned}/", "http.tls_untrusted"),
    ],
)
def test_why_a_connection_fails_is_told_precisely(server: Server, selfsigned: int, address: str, code: str) -> None:
    server.script = [b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"]
    plain = server.url.rsplit(":", 1)[1].rstrip("/")
    url = address.format(free=free_port(), plain=plain, selfsigned=selfsigned)
    http = HttpClient(url, system="test", speed=0, timeout=3)
    with pytest.raises(UnsentError) as caught:
        http.request("GET", "x")
    failed = connection_failed(caught.value)
    assert failed.code == code
    assert failed.message.text("fr") != code
    assert failed.message.text("en") != code
    assert http.host in str(failed)
    if code.startswith("http.tls"):
        assert http.calls == 1, "a lasting cause is not tried again"


@pytest.fixture(scope="module")
def selfsigned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of a TLS server whose certificate nobody vouches for."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=30))
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                context.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    yield int(listener.getsockname()[1])
    listener.close()


@pytest.mark.parametrize("address", ["ftp://shop.example/", "shop.example", "http://", "http://[::1/", "http://a:b/"])
def test_an_address_that_is_none_is_refused_at_once(address: str) -> None:
    with pytest.raises(ConnectionFailedError) as caught:
        HttpClient(address, system="test")
    assert caught.value.code == "http.address"


def test_connecting_takes_its_time_limit_only() -> None:
    # A listener whose queue is full never answers a connection request.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fill = [socket.socket() for _ in range(4)]
        for each in fill:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        started = time.monotonic()
        with pytest.raises(UnsentError) as caught:
            HttpClient(f"http://127.0.0.1:{port}/", system="t", timeout=0.3, max_tries=1).request("POST", "x")
        for each in fill:
            each.close()
    assert caught.value.code == "http.connect_timeout"
    assert time.monotonic() - started < 3


def test_a_transport_can_take_the_networks_place() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text=request.headers["x-a"]))
    http = HttpClient("http://shop.example", system="test", transport=transport, headers={"X-A": "1"})
    assert http.request("GET", "x").text == "1"
