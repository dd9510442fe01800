"""What came back of a call: its result, or one of our errors. Half an answer and a page are told apart from data."""

from __future__ import annotations

from typing import Any

import httpx

from atoosync_lab.connectors.erps.tryton import facts, values
from atoosync_lab.connectors.erps.tryton.errors import error_of, problem_of
from atoosync_lab.connectors.http_answers import looks_like_html, request_id
from atoosync_lab.model.errors import ConnectionFailedError, Facts, OutcomeUnknownError


def parse(answer: httpx.Response, method: str, *, passing: bool) -> Any:
    """The JSON of a success.

    Args:
        answer: an answer with a success status.
        method: as it was called.
        passing: something else than JSON in its place is a passing trouble, worth another try, since JSON has come from
            there before or the call may have written.

    Raises:
        OutcomeUnknownError: half of an answer, or something else in its place: it may have acted.
        ConnectionFailedError: something else than a Tryton server answers.
    """
    try:
        if looks_like_html(answer):
            raise ValueError("a page")
        return values.decode(answer.content.decode("utf-8"))
    except ValueError as error:
        known = Facts(
            system=facts.SYSTEM, operation=method, status=answer.status_code, request_id=request_id(answer),
            detail=answer.text[:200],
        )  # fmt: skip
        if answer.content.lstrip()[:1] in (b"", b"{", b"["):
            raise OutcomeUnknownError("tryton.answer_cut", facts=known, operation=method) from error
        kind = OutcomeUnknownError if passing else ConnectionFailedError
        raise kind("tryton.not_json", facts=known, host=answer.request.url.netloc.decode("ascii")) from error


def result_of(body: Any, method: str, *, wrote: bool) -> Any:
    """The result of a call.

    Raises:
        RefusedError, ConnectionFailedError, OutcomeUnknownError: see `errors.error_of`.
    """
    if isinstance(body, dict) and body.get("error") is not None:
        raise error_of(problem_of(body["error"]), method, wrote=wrote)
    if isinstance(body, dict) and "result" in body:
        return body["result"]
    known = Facts(system=facts.SYSTEM, operation=method, detail=str(body)[:200])
    kind = OutcomeUnknownError if wrote else ConnectionFailedError
    raise kind("tryton.not_tryton", facts=known, operation=method)
