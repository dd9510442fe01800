"""The one HTTP client: limits, retries, traces, redirects and errors, the same for every connector.

Reads are tried again; a write goes out once, and once more only when it is proved that nothing reached the remote
(engine.md, sections 5 and 6). Any answer a connector can judge is handed to it: 2xx, 3xx without a place to go, 4xx.
"""

from __future__ import annotations

import functools
import ssl
import threading
import time
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from atoosync_lab.connectors.http_answers import (
    BODILESS,
    looks_like_html,
    parse_date,
    refuse_html,
    request_id,
    retry_after,
)
from atoosync_lab.connectors.http_errors import LASTING, TRANSLATED, connection_failed, status_error, translate
from atoosync_lab.connectors.redaction import Redactor, guard_library_logs
from atoosync_lab.model.errors import (
    AtooSyncError,
    ConnectionFailedError,
    Facts,
    OutcomeUnknownError,
    RateLimitedError,
    RetryError,
    UnsentError,
)
from atoosync_lab.model.points import point, watched
from atoosync_lab.model.ports import Limiter, Trace, TraceSink

IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD = frozenset({307, 308})
_MOST_REDIRECTS = 5
_FIRST_WAIT = 2.0
"""Seconds before the second try; doubled each time (2, 4, 8: ebp.md A05)."""
_LONGEST_WAIT = 60.0
"""A `Retry-After` beyond this is handed to the caller instead of being slept through."""

__all__ = ["HttpClient", "connection_failed", "looks_like_html", "refuse_html", "retry_after"]

Auth = httpx.Auth | Callable[[httpx.Request], httpx.Request]


@functools.cache
def trusted() -> ssl.SSLContext:
    """What httpx trusts by default, read once a process: each reading of the certificates takes a tenth of a second."""
    return httpx.create_ssl_context()


class HttpClient:
    """Calls one remote. Safe for several threads; one instance a remote and run.

    Args:
        base_url: address that paths are relative to.
        system: name of the system, for facts and traces.
        auth: what signs a request; may call the remote itself (httpx.Auth flows).
        limiter: passed before every try; None: no limit.
        trace: where exchanges are noted; None: nowhere.
        debug: traces carry redacted headers and bodies.
        timeout: seconds for reading and writing; connecting takes at most 10.
        verify: TLS verification, as httpx takes it.
        transport: replaces the network (tests, recordings).
        max_tries: tries of a call that may be repeated.
        speed: a sandbox divides the waits between tries by it; 0: no waits.
        headers: sent with every call.
        redactor: knows the secrets of this profile.
        sleep: waits between tries.

    Raises:
        ConnectionFailedError: `base_url` is no http(s) address.
    """

    def __init__(
        self,
        base_url: str,
        *,
        system: str,
        auth: Auth | None = None,
        limiter: Limiter | None = None,
        trace: TraceSink | None = None,
        debug: bool = False,
        timeout: float = 60.0,
        verify: Any = True,
        transport: httpx.BaseTransport | None = None,
        max_tries: int = 4,
        speed: float = 1.0,
        headers: Mapping[str, str] | None = None,
        redactor: Redactor | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        guard_library_logs()
        self.system = system
        self.redactor = redactor or Redactor()
        self._base = _parse(base_url)
        self._limiter, self._trace, self._debug = limiter, trace, debug
        self._max_tries, self._speed, self._sleep = max_tries, speed, sleep
        self._lock = threading.Lock()
        self._calls = 0
        self._server_clock: tuple[datetime, float] | None = None
        """The remote's time at a moment of the steady clock: this machine's own may be set meanwhile."""
        limits = httpx.Timeout(timeout, connect=min(timeout, 10.0))
        certificates = trusted() if verify is True else verify

        def client(keepalive: int) -> httpx.Client:
            pool = httpx.Limits(max_connections=20, max_keepalive_connections=keepalive)
            return httpx.Client(
                auth=auth, timeout=limits, headers=headers, follow_redirects=False,
                verify=certificates, limits=pool, transport=transport,
            )  # fmt: skip

        try:
            self._reused = client(10)
        except UnicodeEncodeError:
            raise ConnectionFailedError("http.credential_characters", host=self.host) from None
        # A server may close an idle connection at the moment we write to it, which leaves doubt: writes that must not
        # be repeated get a connection of their own.
        self._fresh = client(0)

    def __repr__(self) -> str:
        return f"HttpClient({self.system!r}, {self.host!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    @property
    def host(self) -> str:
        """Host of the remote, with its port when it is not the usual one."""
        return self._base.netloc.decode("ascii")

    @property
    def calls(self) -> int:
        """Calls sent so far, repeated tries and redirects included."""
        return self._calls

    def server_time(self) -> datetime | None:
        """The remote's clock now, from the `Date` of its last answer; None before the first one."""
        seen = self._server_clock
        return None if seen is None else seen[0] + timedelta(seconds=time.monotonic() - seen[1])

    def close(self) -> None:
        """Close all connections."""
        self._reused.close()
        self._fresh.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | str | None = None,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        idempotent: bool | None = None,
        retry: bool = True,
        returns: Container[int] = (),
        timeout: float | None = None,
        check: Callable[[httpx.Response], None] | None = None,
    ) -> httpx.Response:
        """Make one call and return the answer, read to its end.

        Args:
            method: HTTP method.
            path: relative to the base address, or an absolute address of the same origin.
            params: query; None leaves a query in `path` alone.
            headers: further headers.
            content: body as bytes or text.
            data: form fields.
            files: multipart files, in memory, as httpx takes them.
            idempotent: repeating does no harm; None: by the method (GET, HEAD, OPTIONS, PUT, DELETE).
            retry: False: a single try, whatever happens.
            returns: statuses among 408, 425, 429 and 5xx that the caller judges itself.
            timeout: seconds, instead of the client's.
            check: looks at each answer that came whole, and raises when its content cannot be used: a RetryError makes
                another try, where repeating does no harm.

        Raises:
            UnsentError: nothing reached the remote.
            OutcomeUnknownError: time-out, cut answer, 408, 425 or 5xx: it may have acted.
            RateLimitedError: 429; `retry_after` in seconds if it says so.
            ConnectionFailedError: the address is wrong or leads elsewhere; nothing was done.
            ApiBudgetError: from the limiter.
        """
        method = method.upper()
        repeat = method in IDEMPOTENT_METHODS if idempotent is None else idempotent
        client = self._reused if repeat else self._fresh
        options: dict[str, Any] = {
            "params": params, "headers": headers, "content": content, "data": data, "files": files,
        }  # fmt: skip
        if timeout is not None:
            options["timeout"] = httpx.Timeout(timeout, connect=min(timeout, 10.0))

        def attempt() -> httpx.Response:
            answer = self._follow(client, method, self._address(path), options, returns, repeat)
            if check is not None:
                check(answer)
            return answer

        if not retry or self._max_tries < 2:
            return attempt()
        retrying = Retrying(
            stop=stop_after_attempt(self._max_tries),
            retry=retry_if_exception(lambda error: _worth_another(error, repeat)),
            wait=self._wait,
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(attempt)

    def _address(self, path: str) -> httpx.URL:
        if "://" in path:
            url = _parse(path)
            if not _same_host(url, self._base):
                raise ValueError(f"address outside {self.host}: {self.redactor.url(path)}")
            return url
        return httpx.URL(str(self._base).rstrip("/") + "/" + path.lstrip("/"))

    def _follow(
        self, client: httpx.Client, method: str, url: httpx.URL, options: dict[str, Any], returns: Container[int],
        repeat: bool,
    ) -> httpx.Response:  # fmt: skip
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._once(client, method, url, options, returns)
            if answer.status_code not in _REDIRECTS or "location" not in answer.headers:
                return answer
            target = _parse(urljoin(str(answer.request.url), answer.headers["location"]))
            where = self.redactor.url(str(target))
            facts = self._facts(method, url, status=answer.status_code)
            if method not in BODILESS and answer.status_code not in _KEEP_METHOD:
                # 302 and 303 are also how a server says "done, now look there": a write may have happened.
                doubt = not repeat and answer.status_code != 301
                kind = OutcomeUnknownError if doubt else ConnectionFailedError
                raise kind("http.redirect_loses_body", facts=facts, host=self.host, address=where)
            if not _same_host(target, self._base):
                raise ConnectionFailedError("http.redirect_elsewhere", facts=facts, host=self.host, address=where)
            # The query is part of the new address already: giving `params` again would double or drop it.
            url, options = target, {**options, "params": None}
        raise ConnectionFailedError("http.redirect_loop", facts=self._facts(method, url), host=self.host)

    def _once(
        self, client: httpx.Client, method: str, url: httpx.URL, options: dict[str, Any], returns: Container[int]
    ) -> httpx.Response:
        try:
            request = client.build_request(method, url, **options)
        except UnicodeEncodeError:
            # Its text would show the value; the cause is always a credential pasted with a foreign character.
            raise ConnectionFailedError("http.credential_characters", host=self.host) from None
        if watched():
            request.extensions = {**request.extensions, "trace": _left}
        if self._limiter is not None:
            self._limiter.acquire()
        with self._lock:
            self._calls += 1
        started, at = time.monotonic(), datetime.now(UTC)
        answer: httpx.Response | None = None
        failure: AtooSyncError | None = None
        try:
            point("http.before")
            answer = client.send(request, stream=True)
            point("http.sent")
            try:
                answer.read()
            finally:
                answer.close()
            point("http.after")
        except TRANSLATED as error:
            detail = self.redactor.text(f"{type(error).__name__}: {error}")[:500]
            failure = translate(error, host=self.host, facts=self._facts(method, url, detail=detail))
        except UnicodeEncodeError:
            failure = ConnectionFailedError("http.credential_characters", host=self.host)
        if failure is None and answer is not None:
            self._note_clock(answer, (started + time.monotonic()) / 2)
            failure = self._judge(answer, method, url, returns)
        self._note(at, request, answer, time.monotonic() - started, failure)
        if failure is not None:
            # The library's own error may carry the request with its credentials: it ends here.
            raise failure from None
        assert answer is not None
        return answer

    def _judge(
        self, answer: httpx.Response, method: str, url: httpx.URL, returns: Container[int]
    ) -> AtooSyncError | None:
        status = answer.status_code
        if (status not in (408, 425, 429) and status < 500) or status in returns:
            return None
        detail = self.redactor.body(answer.content, url.path, 500)
        facts = self._facts(method, url, status=status, detail=detail, request_id=request_id(answer))
        return status_error(status, host=self.host, facts=facts, retry_after=retry_after(answer))

    def _facts(
        self, method: str, url: httpx.URL, *, status: int | None = None, detail: str = "", request_id: str = ""
    ) -> Facts:
        operation = self.redactor.text(f"{method} {url.path}")
        return Facts(system=self.system, operation=operation, status=status, detail=detail, request_id=request_id)

    def _note_clock(self, answer: httpx.Response, middle: float) -> None:
        """Note the remote's clock; `middle`: half-way between call and answer, by the steady clock."""
        stated = parse_date(answer.headers.get("date", ""))
        if stated is not None:
            # The header is cut to the second and was written on the way back: half of each is the best guess.
            self._server_clock = (stated + timedelta(seconds=0.5), middle)

    def _note(
        self, at: datetime, request: httpx.Request, answer: httpx.Response | None, seconds: float,
        failure: AtooSyncError | None,
    ) -> None:  # fmt: skip
        if self._trace is None:
            return
        path = request.url.path
        received = answer.content if answer is not None and answer.is_stream_consumed else b""
        detail = ""
        if self._debug:
            parts = [str(self.redactor.headers(request.headers)), self.redactor.body(_sent(request), path)]
            if answer is not None:
                parts += [str(self.redactor.headers(answer.headers)), self.redactor.body(received, path)]
            detail = "\n".join(parts)
        self._trace.write(
            Trace(
                at=at, system=self.system, method=request.method, path=self.redactor.text(path),
                status=answer.status_code if answer is not None else None, seconds=seconds,
                sent_bytes=int(request.headers.get("content-length", 0)), received_bytes=len(received),
                error=failure.code if failure else "", detail=detail,
            )
        )  # fmt: skip

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RateLimitedError) and error.retry_after is not None:
            return error.retry_after
        wait: float = min(_FIRST_WAIT * 2.0 ** (state.attempt_number - 1), _LONGEST_WAIT)
        return wait / self._speed if self._speed > 0 else 0.0


def _sent(request: httpx.Request) -> bytes:
    """The body as it was sent; what came from a stream that is used up is left out."""
    try:
        return request.read()
    except httpx.StreamError:
        return b""


def _left(event: str, info: Mapping[str, Any]) -> None:
    """What the transport tells of a request (httpcore's `trace`): its last byte has left, nothing has come back."""
    if "send_request_body" in event and event.endswith("complete"):
        point("http.left")


def _worth_another(error: BaseException, repeat: bool) -> bool:
    if not isinstance(error, RetryError) or error.code in LASTING:
        return False
    if isinstance(error, RateLimitedError) and (error.retry_after or 0.0) > _LONGEST_WAIT:
        return False
    return repeat or isinstance(error, UnsentError)


def _parse(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
        if url.scheme in ("http", "https") and url.host:
            return url
    except httpx.InvalidURL:
        pass
    host = address.partition("?")[0].rpartition("@")[2]
    raise ConnectionFailedError("http.address", host=host)


def _same_host(target: httpx.URL, base: httpx.URL) -> bool:
    """Same host and port, or the same host moved from http to https. Never from https back to http."""
    if target.host != base.host:
        return False
    if (target.scheme, target.port) == (base.scheme, base.port):
        return True
    return base.scheme == "http" and target.scheme == "https"
