"""Nothing of the HTTP library comes through: every exception becomes ours, and says if the remote may have acted."""

from __future__ import annotations

import inspect

import httpx
import pytest

from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.connectors.http_errors import TRANSLATED, translate
from atoosync_lab.model.errors import (
    AtooSyncError,
    ConnectionFailedError,
    Facts,
    OutcomeUnknownError,
    RetryError,
    UnsentError,
)
from atoosync_lab.model.i18n import catalogue

ALL = sorted(
    {e for _, e in inspect.getmembers(httpx, inspect.isclass) if issubclass(e, Exception)}, key=lambda e: e.__name__
)
UNSENT = {httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError}
ADDRESS = {httpx.InvalidURL, httpx.UnsupportedProtocol}


def make(kind: type[Exception]) -> Exception:
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("GET", "http://x")
        return httpx.HTTPStatusError("broken", request=request, response=httpx.Response(500, request=request))
    if kind in (httpx.ResponseNotRead, httpx.RequestNotRead, httpx.StreamConsumed, httpx.StreamClosed):
        return kind()
    return kind("broken")


def test_the_list_is_not_empty() -> None:
    assert len(ALL) > 20
    assert all(issubclass(kind, TRANSLATED) for kind in ALL)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_exception_of_the_library_is_translated(kind: type[Exception]) -> None:
    error = translate(make(kind), host="shop.example", facts=Facts())
    assert isinstance(error, AtooSyncError)
    expected = UnsentError if kind in UNSENT else ConnectionFailedError if kind in ADDRESS else OutcomeUnknownError
    assert type(error) is expected
    for language in ("fr", "en"):
        assert error.code in catalogue(language)._catalog  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_exception_of_the_library_ends_at_the_client(kind: type[Exception], method: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise make(kind)

    http = HttpClient("http://shop.example", system="t", speed=0, transport=httpx.MockTransport(fail))
    with pytest.raises(AtooSyncError) as caught:
        http.request(method, "x")
    repeated = isinstance(caught.value, RetryError) and (method == "GET" or isinstance(caught.value, UnsentError))
    assert http.calls == (4 if repeated and caught.value.code != "http.proxy" else 1)
    assert caught.value.__cause__ is None
