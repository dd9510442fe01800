"""A stand-in for a Tryton server: answers written in a test, in the forms that a real server 8.2 gives."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.session import TrytonCredentials, TrytonSession
from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.model.errors import InvalidRecordError
from atoosync_lab.model.ports import TraceSink

PASSWORD = "un-mot-de-passe"
CREDENTIALS = TrytonCredentials("import", PASSWORD)
PREFERENCES = {"company": 1, "companies": [1], "language": "fr"}
PAGE = "<!doctype html>\n<html lang=en><title>Maintenance</title></html>"

Handler = Callable[[list[Any]], Any]


class Refusal:
    """An `error` member instead of a result."""

    def __init__(self, *error: Any) -> None:
        self.error = list(error)


class Server:
    """Answers by method; an answer is a value, a `Refusal`, an `httpx.Response`, an exception, or makes one of those.

    Attributes:
        seen: methods that were called, in order.
        sessions: sign-ins so far; only the newest session is taken.
    """

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.answers: dict[str, Any] = {"model.res.user.get_preferences": PREFERENCES, **(answers or {})}
        self.seen: list[str] = []
        self.bodies: list[Any] = []
        self.sessions = 0
        self.valid = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        assert set(body) == {"id", "method", "params"}, "errors would come as pages otherwise"
        method = body["method"]
        self.seen.append(method)
        self.bodies.append(body)
        if method == "common.db.login" and method not in self.answers:
            self.sessions, self.valid = self.sessions + 1, True
            return self._json(body, {"result": [7, f"secret-session-{self.sessions}", None]})
        if method.startswith("model.") and not self.valid:
            return httpx.Response(401, headers={"WWW-Authenticate": 'Basic realm="Tryton"'})
        found = self.answers[method]
        if callable(found):
            found = found(body["params"])
        if isinstance(found, Exception):
            raise found
        if isinstance(found, httpx.Response):
            return found
        return self._json(body, {"error": found.error} if isinstance(found, Refusal) else {"result": found})

    @staticmethod
    def _json(body: Mapping[str, Any], content: Mapping[str, Any]) -> httpx.Response:
        return httpx.Response(200, json={"id": body["id"], **content})

    def client(self, database: str = "essai", *, trace: TraceSink | None = None) -> TrytonClient:
        """A client of this server, without waits; its warnings are in `warnings`."""
        self.warnings: list[InvalidRecordError] = []
        http = HttpClient(
            "http://erp.example", system="tryton", transport=httpx.MockTransport(self), speed=0, trace=trace
        )
        return TrytonClient(http, TrytonSession(http, database, CREDENTIALS), database, self.warnings.append)
