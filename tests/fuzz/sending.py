"""Requests that schemathesis makes from a description, sent to a running server; what it may answer to any of them."""

from __future__ import annotations

import json
import random
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from lxml import etree
from schemathesis.core.result import Ok

SLOWEST = 10.0
"""Seconds after which no answer is a hang."""
Judge = Callable[[httpx.Response], str]
"""Says what is wrong with an answer; empty: nothing."""


@dataclass
class Tried:
    """What came of it: requests sent, and failures by what is wrong."""

    cases: int = 0
    failures: dict[str, str] = field(default_factory=dict)


def send(
    described: Mapping[str, Any],
    url: str,
    judge: Judge,
    *,
    log: Path,
    examples: int,
    seconds: float,
    start: int = 0,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    most: int = 10_000,
) -> Tried:
    """Send requests of every operation in random order, until the time or `most` operations are over.

    Args:
        described: OpenAPI description.
        url: the server.
        judge: judges each answer.
        log: log of the server, where a traceback is a failure of its own.
        examples: requests of an operation at a time.
        seconds: about how long.
        start: decides what is sent.
        headers: sent with each request.
        auth: user and password.
        most: operations tried.
    """
    tried = Tried()
    read = len(_log(log))
    schema = schemathesis.openapi.from_dict(dict(described))
    operations: list[Any] = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    chance = random.Random(start)
    ends = time.monotonic() + seconds
    with httpx.Client(base_url=url, headers=dict(headers or {}), auth=auth, timeout=SLOWEST) as client:
        while time.monotonic() < ends and most > 0:
            chance.shuffle(operations)
            for operation in operations:
                if time.monotonic() >= ends or most <= 0:
                    break
                most -= 1
                _operation(operation, client, judge, tried, examples, chance.randrange(1 << 30), ends)
    new = _log(log)[read:]
    for part in new.split("Traceback")[1:]:
        last = [line for line in part.splitlines() if line and not line.startswith((" ", "INFO", "["))]
        tried.failures.setdefault(f"traceback: {last[1] if len(last) > 1 else last[:1]}", part[-1_500:])
    return tried


def _log(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _operation(
    operation: Any, client: httpx.Client, judge: Judge, tried: Tried, examples: int, number: int, ends: float
) -> None:
    @seed(number)
    @settings(
        max_examples=examples, phases=[Phase.generate], database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        if time.monotonic() >= ends:
            return
        request = _request(case, client)
        if request is None:
            return
        tried.cases += 1
        try:
            wrong = judge(client.send(request))
        except httpx.TimeoutException:
            wrong = "no answer"
        except httpx.RemoteProtocolError as error:
            wrong = f"no HTTP: {error}"
        if wrong:
            named = f"{operation.method.upper()} {operation.path}: {wrong}"
            tried.failures.setdefault(named[:160], f"{request.method} {request.url} {request.content[:500]!r}")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one()


def _request(case: Any, client: httpx.Client) -> httpx.Request | None:
    """The request of a case; None when it cannot be written as HTTP at all."""
    try:
        sent = case.as_transport_kwargs(base_url=str(client.base_url).rstrip("/"))
        data, files = sent.get("data"), sent.get("files")
        return client.build_request(
            sent["method"],
            sent["url"],
            params=sent.get("params"),
            headers=dict(sent.get("headers") or {}),
            content=data if isinstance(data, (str, bytes)) else None,
            data={name: str(value) for name, value in data.items()} if isinstance(data, dict) else None,
            files=[(name, _part(value)) for name, value in files] if files else None,
        )
    except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError, TypeError, ValueError):
        return None


def _part(value: Any) -> Any:
    """A part of a form as httpx takes it."""
    if isinstance(value, tuple):
        return tuple(value)
    return value if isinstance(value, (str, bytes)) else (None, str(value))


def of_shop(answer: httpx.Response) -> str:
    """The shop answers documents, or its own errors: also its 500 is a document with a code, or nothing at all."""
    if answer.status_code >= 500:
        if not answer.content:
            return ""  # PHP that died
        try:
            found = [node.text for node in etree.fromstring(answer.content).iterfind("errors/error/code")]
        except etree.XMLSyntaxError:
            found = [error["code"] for error in _json(answer).get("errors", [])]
        return "" if found else f"{answer.status_code} without a code: {answer.text[:80]!r}"
    if answer.content and "xml" in answer.headers.get("content-type", ""):
        try:
            etree.fromstring(answer.content)
        except etree.XMLSyntaxError as error:
            return f"{answer.status_code} not well formed: {error}"
    if answer.content and "json" in answer.headers.get("content-type", "") and _json(answer) is _NONE:
        return f"{answer.status_code} no JSON"
    return ""


_NONE: dict[str, Any] = {}


def _json(answer: httpx.Response) -> Any:
    try:
        return json.loads(answer.content)
    except ValueError:
        return _NONE


def of_erp(answer: httpx.Response) -> str:
    """The ERP answers JSON, pages of its sign-in, files; an error has its code, and none is a 500."""
    if answer.status_code >= 500:
        return f"{answer.status_code}: {answer.text[:80]!r}"
    if answer.status_code >= 400 and "json" in answer.headers.get("content-type", ""):
        return "" if isinstance(_json(answer), dict) and _json(answer) else f"{answer.status_code} without a code"
    return ""


def of_board(answer: httpx.Response) -> str:
    """The dashboards' server answers pages, files, redirects to itself, refusals; nothing of a traceback shows."""
    if answer.status_code >= 500:
        return f"{answer.status_code}: {answer.text[:80]!r}"
    if "Traceback" in answer.text:
        return "a traceback shows"
    target = answer.headers.get("location", "")
    if target.startswith("//") or (target and not target.startswith("/")):
        return f"leads elsewhere: {target[:60]!r}"
    return ""
