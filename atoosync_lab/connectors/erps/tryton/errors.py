"""What Tryton refuses, as typed errors.

A call that carries exactly `id`, `method` and `params` is answered with 200 even when it fails; `error` then holds the
name of the server's exception and its arguments, or the text of any other exception (trytond/protocols/jsonrpc.py).
The server undoes all of a call that fails (one transaction a call). Only work that it does after the end of the
transaction, such as processing sales, is not undone: that is told as unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from atoosync_lab.connectors.erps.tryton import facts
from atoosync_lab.model.errors import (
    AtooSyncError,
    ConnectionFailedError,
    Facts,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
)

USER_ERROR, USER_WARNING = "UserError", "UserWarning"
MOVED, RECURSION, LOGIN, CRASH = "ConcurrencyException", "RecursionError", "LoginException", "Exception"
"""`Facts.remote_code` of the errors; the first four prove that nothing was written."""
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """What an answer says went wrong."""

    kind: str
    """Name of the server's exception; `Exception` for one that is not Tryton's own."""
    text: str
    name: str = ""
    """Of a warning: its name; of a sign-in: what is asked for."""


def problem_of(error: Any) -> Problem:
    """Read the `error` of an answer."""
    parts = list(error) if isinstance(error, (list, tuple)) else [error]
    kind = str(parts[0]) if parts else ""
    arguments: Sequence[Any] = parts[1] if len(parts) > 1 and isinstance(parts[1], (list, tuple)) else parts[1:]
    texts = ["" if a is None else str(a) for a in arguments]
    if kind == USER_ERROR:
        return Problem(kind, _joined(texts[:2]))
    if kind in (USER_WARNING, LOGIN):
        return Problem(kind, _joined(texts[1:3] if kind == USER_WARNING else texts[1:2]), texts[0] if texts else "")
    if kind == MOVED:
        return Problem(kind, _joined(texts[:1]))
    if facts.RECURSION.search(kind):
        return Problem(RECURSION, kind[:_LONGEST])
    return Problem(CRASH, kind[:_LONGEST])


def _joined(texts: Sequence[str]) -> str:
    return " ".join(" ".join(text.split()) for text in texts if text.strip())[:_LONGEST]


def error_of(problem: Problem, method: str, *, wrote: bool) -> AtooSyncError:
    """The typed error of a call that failed.

    Args:
        problem: what the server says.
        method: as it was called.
        wrote: the call was to write something.
    """
    known = Facts(
        system=facts.SYSTEM, operation=method, status=200, remote_code=problem.kind, detail=problem.text,
        field=problem.name[: facts.WARNING_NAME],
    )  # fmt: skip
    if problem.kind == USER_ERROR:
        if facts.NO_RIGHT.search(problem.text):
            return ConnectionFailedError("tryton.no_right", facts=known, text=problem.text)
        return RefusedError("tryton.refused", facts=known, text=problem.text)
    if problem.kind == USER_WARNING:
        return RefusedError("tryton.warning", facts=known, text=problem.text, name=known.field)
    if problem.kind == MOVED:
        return RefusedError("tryton.moved", facts=known, text=problem.text)
    if problem.kind == RECURSION:
        return RefusedError("tryton.too_large", facts=known)
    if problem.kind == LOGIN:
        return ConnectionFailedError("tryton.sign_in_more", facts=known, text=problem.text)
    model = method.removeprefix("model.").rpartition(".")[0]
    if problem.text == f"'{model}'":
        return ConnectionFailedError("tryton.no_model", facts=known, model=model)
    kind = OutcomeUnknownError if wrote else RefusedError
    return kind("tryton.crashed", facts=known, operation=method, text=problem.text)


def status_error(answer: httpx.Response, method: str, database: str) -> AtooSyncError:
    """The typed error of a status that is no success; every one of them is told before the method runs."""
    status = answer.status_code
    known = Facts(system=facts.SYSTEM, operation=method, status=status)
    if status == 401:
        return ConnectionFailedError("tryton.session_refused", facts=known)
    if status == 403:
        return ConnectionFailedError("tryton.no_method", facts=known, operation=method)
    if status == 404:
        return ConnectionFailedError("tryton.no_database", facts=known, database=database)
    if status == facts.TOO_MUCH:
        return RefusedError("tryton.too_large", facts=known)
    if status == 429:
        return RateLimitedError("http.rate_limited", facts=known, host=answer.request.url.netloc.decode("ascii"))
    return RefusedError("tryton.status", facts=known, operation=method, status=status)
