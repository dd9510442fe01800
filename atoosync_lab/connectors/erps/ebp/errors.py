"""EBP's error answers to typed errors. Bodies are read leniently (A36): JSON of the known shape, else plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from atoosync_lab.connectors.erps.ebp import facts, values
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError, Facts, RefusedError

_ABOUT_KEY = re.compile(r"subscription|abonnement", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error answer says."""

    status: int
    code: str
    text: str

    @property
    def about_key(self) -> bool:
        """A 401 that is about the subscription key, not about the token."""
        return bool(_ABOUT_KEY.search(f"{self.code} {self.text}"))

    def column(self, asked: Iterable[str]) -> str | None:
        """The one of the asked columns that a refusal names (A15); the longest, where one name holds another."""
        if self.status != 400:
            return None
        words = set(re.findall(r"\w+", self.text))
        named = [column for column in asked if column in words]
        return max(named, key=len) if named else None


def problem_of(response: httpx.Response) -> Problem:
    """Read an error answer."""
    code, text = "", ""
    try:
        body: Any = values.parse_json(response.text)
    except ValueError:
        body = None
    if isinstance(body, dict):
        details = body.get("errors")
        first = details[0] if isinstance(details, list) and details and isinstance(details[0], dict) else {}
        code = str(first.get("errorCode") or body.get("errorType") or body.get("statusCode") or "")
        text = str(first.get("errorMessage") or body.get("message") or body.get("title") or "")
    else:
        text = " ".join(_TAG.sub(" ", response.text).split())
    return Problem(response.status_code, code, text[:_LONGEST])


def error_of(problem: Problem, operation: str, folder: str) -> AtooSyncError:
    """The typed error of a refusal that nothing can mend."""
    known = Facts(
        system=facts.SYSTEM, operation=operation, status=problem.status, remote_code=problem.code, detail=problem.text
    )
    if problem.status == 401:
        return ConnectionFailedError("ebp.key_refused", facts=known)
    if problem.status == 403:
        return ConnectionFailedError("ebp.no_right", facts=known, operation=operation, text=problem.text)
    if problem.status == 404 and folder:
        return ConnectionFailedError("ebp.folder_not_found", facts=known, folder=folder)
    return RefusedError("ebp.refused", facts=known, operation=operation, status=problem.status, text=problem.text)
