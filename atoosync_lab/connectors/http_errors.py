"""What went wrong below, told in our own errors: the one place that knows httpx's exceptions.

What counts is whether the remote may have acted. Until a connection stands nothing has left (`UnsentError`); from the
first byte on the outcome is unknown (`OutcomeUnknownError`), whatever the exception is called.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

import httpx

from atoosync_lab.model.errors import (
    AtooSyncError,
    ConnectionFailedError,
    Facts,
    OutcomeUnknownError,
    RateLimitedError,
    UnsentError,
)

_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_ADDRESS = (httpx.UnsupportedProtocol, httpx.InvalidURL)

TRANSLATED: tuple[type[Exception], ...] = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
"""Roots of every exception that httpx raises."""

LASTING = frozenset({"http.tls_expired", "http.tls_hostname", "http.tls_untrusted", "http.tls", "http.proxy"})
"""Causes that the same call will meet again at once: not worth another try."""

_UNSENT_CODES = {
    errno.ECONNREFUSED: "http.refused",
    errno.ENETUNREACH: "http.unreachable",
    errno.EHOSTUNREACH: "http.unreachable",
    errno.ETIMEDOUT: "http.connect_timeout",
}

_TLS_EXPIRED = 10
_TLS_HOSTNAME = frozenset({62, 64})
"""OpenSSL verify codes (x509_vfy.h): certificate has expired; host name or IP address mismatch."""


def translate(error: Exception, *, host: str, facts: Facts) -> AtooSyncError:
    """Our error for one of httpx's.

    Args:
        error: what httpx raised.
        host: host name for the sentence.
        facts: facts of the call; `detail` must be redacted already.
    """
    if isinstance(error, _ADDRESS):
        return ConnectionFailedError("http.address", facts=facts, host=host)
    if isinstance(error, httpx.LocalProtocolError) and "Illegal header" in str(error):
        # h11 checks headers before it writes: nothing left. Its text holds the value, so it is never shown.
        return ConnectionFailedError("http.credential_characters", facts=Facts(operation=facts.operation), host=host)
    if isinstance(error, _UNSENT):
        return UnsentError(_unsent_code(error), facts=facts, host=host)
    return OutcomeUnknownError(_unknown_code(error), facts=facts, host=host)


def status_error(status: int, *, host: str, facts: Facts, retry_after: float | None) -> AtooSyncError:
    """Our error for an answer that is no answer: 408, 425, 429 and 5xx."""
    if status == 429:
        return RateLimitedError("http.rate_limited", retry_after=retry_after, facts=facts, host=host)
    code = "http.maintenance" if status == 503 else "http.server_error"
    error = OutcomeUnknownError(code, facts=facts, host=host, status=status)
    return error


def connection_failed(error: AtooSyncError) -> ConnectionFailedError:
    """The same cause as a failed connection test (SVC-05)."""
    if isinstance(error, ConnectionFailedError):
        return error
    return ConnectionFailedError(error.code, facts=error.facts, **error.message.params)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it; httpx and httpcore keep the system's own error there."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _unsent_code(error: Exception) -> str:
    if isinstance(error, httpx.PoolTimeout):
        return "http.pool"
    if isinstance(error, httpx.ProxyError):
        return "http.proxy"
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code == _TLS_EXPIRED:
                return "http.tls_expired"
            return "http.tls_hostname" if cause.verify_code in _TLS_HOSTNAME else "http.tls_untrusted"
        if isinstance(cause, ssl.SSLError):
            return "http.tls"
        if isinstance(cause, socket.gaierror):
            return "http.dns"
        if isinstance(cause, OSError) and cause.errno in _UNSENT_CODES:
            return _UNSENT_CODES[cause.errno]
    return "http.connect_timeout" if isinstance(error, httpx.TimeoutException) else "http.connect"


def _unknown_code(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "http.timeout"
    if isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError)):
        return "http.cut"
    return "http.unreadable"
