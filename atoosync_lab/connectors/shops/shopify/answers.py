"""What an answer of the Admin API says: its data, or one of our errors. The layers are judged from the outside in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from atoosync_lab.connectors.http_answers import looks_like_html, request_id
from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.model.errors import (
    AtooSyncError,
    ConnectionFailedError,
    Facts,
    OutcomeUnknownError,
    RefusedError,
    RetryError,
)

_SCOPE = re.compile(r"\b(?:read|write)_[a-z_]+\b")
_BY_STATUS = {402: "shopify.frozen", 403: "shopify.forbidden", 404: "shopify.wrong_address", 423: "shopify.locked"}
"""Causes that the HTTP status alone tells. [DOC: usage/response-codes]"""


class ThrottledError(RetryError):
    """The bucket of points is empty; nothing was done.

    Attributes:
        cost: `extensions.cost` of the answer.
    """

    def __init__(self, cost: Mapping[str, Any] | None, noted: Facts) -> None:
        super().__init__("shopify.throttled", facts=noted)
        self.cost = cost


@dataclass(frozen=True, slots=True)
class GraphError:
    """One entry of the top-level `errors`."""

    message: str
    code: str = ""
    path: tuple[str, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """Data of an answer, with the errors that left some of it empty."""

    data: Mapping[str, Any]
    errors: tuple[GraphError, ...] = ()

    def error_at(self, alias: str) -> GraphError | None:
        """The error that emptied the field of an alias."""
        return next((e for e in self.errors if e.path and e.path[0] == alias), None)


def parse(answer: httpx.Response, operation: str) -> Mapping[str, Any]:
    """The JSON object of an answer, numbers exact.

    Raises:
        ConnectionFailedError: token, shop or address are refused.
        OutcomeUnknownError: no JSON, or half of one: it may have acted.
        RefusedError: another 4xx.
    """
    status = answer.status_code
    noted = Facts(system=facts.SYSTEM, operation=operation, status=status, request_id=request_id(answer))
    if status == 401:
        raise ConnectionFailedError("shopify.token_refused", facts=noted)
    if status in _BY_STATUS:
        raise ConnectionFailedError(_BY_STATUS[status], host=answer.request.url.host, facts=noted)
    if looks_like_html(answer):
        if answer.is_success:
            raise OutcomeUnknownError("shopify.page", host=answer.request.url.host, facts=noted)
        raise ConnectionFailedError("shopify.no_api", host=answer.request.url.host, status=status, facts=noted)
    try:
        body = json.loads(answer.content, parse_float=Decimal)
    except ValueError as error:
        raise OutcomeUnknownError("shopify.cut", facts=noted) from error
    if not isinstance(body, dict):
        raise OutcomeUnknownError("shopify.cut", facts=noted)
    if not answer.is_success:
        raise RefusedError("shopify.refused", text=_bare(body.get("errors")), code=status, facts=noted)
    return body


def judge(body: Mapping[str, Any], operation: str, *, partial: bool = False) -> Answer:
    """The data of a parsed answer.

    Args:
        body: parsed answer.
        operation: name of the operation.
        partial: the caller looks at errors that left part of the data empty.

    Raises:
        ThrottledError: the bucket is empty.
        ConnectionFailedError: a scope, access to buyers' data or the version lacks.
        OutcomeUnknownError: Shopify failed inside.
        RefusedError: the request itself is refused, e.g. for its cost (facts name the code).
    """
    errors = tuple(_errors(body.get("errors")))
    data = body.get("data")
    if not errors:
        if not isinstance(data, dict):
            raise OutcomeUnknownError("shopify.cut", facts=Facts(system=facts.SYSTEM, operation=operation))
        return Answer(data)
    cost = (body.get("extensions") or {}).get("cost")
    whole = isinstance(data, dict) and any(value is not None for value in data.values())
    if partial and whole:
        return Answer(data or {}, errors)
    raise error_of(errors[0], operation, cost)


def error_of(error: GraphError, operation: str, cost: Mapping[str, Any] | None = None) -> AtooSyncError:
    """Our error for one of the top level."""
    noted = Facts(
        system=facts.SYSTEM, operation=operation, remote_code=error.code, detail=error.message[:500],
        request_id=str(error.extensions.get("requestId", ""))[:100],
    )  # fmt: skip
    text = error.message.lower()
    if error.code == "THROTTLED":
        return ThrottledError(cost, noted)
    if error.code in facts.FROZEN_CODES:
        return ConnectionFailedError("shopify.frozen", facts=noted)
    if any(sign in text for sign in facts.PROTECTED_SIGNS):
        return ConnectionFailedError("shopify.protected_data", facts=noted)
    if error.code == "ACCESS_DENIED":
        wanted = f"{error.extensions.get('requiredAccess', '')} {error.message}"
        scopes = ", ".join(dict.fromkeys(_SCOPE.findall(wanted)))
        if scopes:
            return ConnectionFailedError("shopify.scope_missing", scopes=scopes, facts=noted)
        if any(sign in text for sign in facts.PLAN_SIGNS):
            return ConnectionFailedError("shopify.plan_lacks", text=error.message, facts=noted)
        return ConnectionFailedError("shopify.access_denied", text=error.message, facts=noted)
    if error.code == "INTERNAL_SERVER_ERROR":
        return OutcomeUnknownError("shopify.server_error", facts=noted)
    if error.code in facts.OWN_QUERY_CODES:
        return ConnectionFailedError("shopify.version_differs", text=error.message, facts=noted)
    return RefusedError("shopify.refused", text=error.message, code=error.code or "-", facts=noted)


@dataclass(frozen=True, slots=True)
class UserError:
    """A reason why a mutation did not write something."""

    message: str
    code: str = ""
    field: tuple[str, ...] = ()

    @property
    def place(self) -> int | None:
        """Index of the list entry that it is about."""
        return next((int(part) for part in self.field if part.isdigit()), None)


def user_errors(payload: Mapping[str, Any] | None) -> list[UserError]:
    """The `userErrors` of a payload, whatever their type is called."""
    if not payload:
        return []
    found: Sequence[Mapping[str, Any]] = next(
        (value for name, value in payload.items() if name.lower().endswith("usererrors")), ()
    )
    return [
        UserError(
            message=str(e.get("message") or ""),
            code=str(e.get("code") or ""),
            field=tuple(str(part) for part in e.get("field") or ()),
        )
        for e in found
    ]


def _errors(raw: Any) -> list[GraphError]:
    if not raw:
        return []
    if not isinstance(raw, list):
        return [GraphError(_bare(raw))]
    found = []
    for entry in raw:
        if not isinstance(entry, dict):
            found.append(GraphError(_bare(entry)))
            continue
        more = entry.get("extensions") or {}
        path = tuple(str(p) for p in entry.get("path") or ())
        found.append(GraphError(str(entry.get("message") or ""), str(more.get("code") or ""), path, more))
    return found


def _bare(raw: Any) -> str:
    """`errors` may be a text, or texts by name, where the request did not reach GraphQL."""
    if isinstance(raw, Mapping):
        return "; ".join(f"{k}: {v}" for k, v in raw.items())
    return str(raw or "")


def first_error(line: Mapping[str, Any]) -> GraphError:
    """The error of a line of a bulk result that has no data."""
    return next(iter(_errors(line.get("errors"))), GraphError(""))
