"""What an answer says beside its data: a page where data was due, when to come back, its date and request id."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from atoosync_lab.model.errors import ConnectionFailedError, Facts, OutcomeUnknownError

BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that write nothing and carry no body."""


def refuse_html(answer: httpx.Response, *, expected: str, system: str, wrote: bool | None = None) -> None:
    """Raise when a page came where data was expected: a wrong path, a maintenance page, a firewall's question.

    Args:
        answer: the answer.
        expected: what should have come, e.g. `XML`.
        system: for the facts.
        wrote: the call may have written something; None: by the method.

    Raises:
        ConnectionFailedError: a read got a page.
        OutcomeUnknownError: a write got a page with a success status.
    """
    if not looks_like_html(answer):
        return
    url = answer.request.url
    writes = answer.request.method not in BODILESS if wrote is None else wrote
    facts = Facts(system=system, operation=f"{answer.request.method} {url.path}", status=answer.status_code)
    kind = OutcomeUnknownError if writes and answer.is_success else ConnectionFailedError
    raise kind("http.html", facts=facts, host=url.netloc.decode("ascii"), expected=expected)


def looks_like_html(answer: httpx.Response) -> bool:
    """True when the answer is a web page, whatever its header says."""
    head = answer.content[:500].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return True
    return answer.headers.get("content-type", "").lower().startswith("text/html") and not head.startswith(
        (b"<?xml", b"<prestashop", b"{", b"[")
    )


def retry_after(answer: httpx.Response) -> float | None:
    """Seconds of a `Retry-After` header, given as seconds or as a date; None without a usable one."""
    text = answer.headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        moment = parse_date(text)
    else:
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    if moment is None:
        return None
    now = parse_date(answer.headers.get("date", "")) or datetime.now(UTC)
    return max((moment - now).total_seconds(), 0.0)


def parse_date(text: str) -> datetime | None:
    """An HTTP date as an aware moment; None when it is none."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def request_id(answer: httpx.Response) -> str:
    """The id under which the remote noted the call, for its support; empty without one."""
    for name in ("x-request-id", "x-correlation-id", "request-id", "apim-request-id"):
        if name in answer.headers:
            return str(answer.headers[name])[:100]
    return ""
