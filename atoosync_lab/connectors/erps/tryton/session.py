"""Sign-in at a database: a session of the server, begun when it is first needed and begun again when it is over."""

from __future__ import annotations

import base64
import contextlib
import threading
from dataclasses import dataclass, field

import httpx

from atoosync_lab.connectors.erps.tryton import answers, facts, values
from atoosync_lab.connectors.erps.tryton.errors import status_error
from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError, Facts, RefusedError, SettingsError

LANGUAGE = "fr"
"""Language of the questions a sign-in may ask; nobody sees them but in an error's details."""


@dataclass(frozen=True, slots=True)
class TrytonCredentials:
    """Name and password of a user of the database; never shown."""

    login: str
    password: str = field(repr=False)


class TrytonSession:
    """The session of one connector. Safe for several threads.

    Args:
        http: client of the server.
        database: name of the database.
        credentials: of the user.
    """

    def __init__(self, http: HttpClient, database: str, credentials: TrytonCredentials) -> None:
        self._http = http
        self._database = database
        self._credentials = credentials
        self._lock = threading.Lock()
        self._header = ""
        self.user = 0
        """Id of the user; 0 before the first sign-in."""

    def __repr__(self) -> str:
        return f"TrytonSession({self._database!r})"

    def header(self) -> str:
        """The value of `Authorization`; signs in when that was not done yet.

        Raises:
            ConnectionFailedError: see `_sign_in`.
            RetryError: the server was not reached, or did not answer.
        """
        return self._header or self.renewed("")

    def renewed(self, refused: str) -> str:
        """A header other than the one that was refused; another thread may have made it already."""
        with self._lock:
            if self._header == refused:
                self._header = self._sign_in()
            return self._header

    def _sign_in(self) -> str:
        """Sign in; a call that may be repeated, since a session nobody uses ends by itself.

        Raises:
            SettingsError: no database is chosen.
            ConnectionFailedError: name or password are wrong, the database is unknown, or the server asks for more than
                a password.
        """
        if not self._database:
            raise SettingsError("tryton.database_not_chosen")
        login, password = self._credentials.login, self._credentials.password
        body = {"id": 0, "method": facts.LOGIN, "params": [login, {"password": password}, LANGUAGE]}
        found: list[object] = [None]

        def check(answer: httpx.Response) -> None:
            if answer.is_success:
                found[0] = answers.parse(answer, facts.LOGIN, passing=False)

        answer = self._http.request(
            "POST", facts.rpc_path(self._database), content=values.encode(body),
            headers={"Content-Type": "application/json"}, idempotent=True, check=check,
        )  # fmt: skip
        if answer.status_code in facts.LOST_SESSION:
            known = Facts(system=facts.SYSTEM, operation=facts.LOGIN, status=answer.status_code)
            raise ConnectionFailedError("tryton.sign_in_refused", facts=known, login=login)
        if not answer.is_success:
            raise _failed(status_error(answer, facts.LOGIN, self._database))
        try:
            result = answers.result_of(found[0], facts.LOGIN, wrote=False)
            user, token = int(result[0]), str(result[1])
        except RefusedError as error:
            raise _failed(error) from error
        except (TypeError, ValueError, LookupError) as error:
            raise ConnectionFailedError("tryton.not_tryton", operation=facts.LOGIN) from error
        self.user = user
        proof = base64.b64encode(f"{login}:{user}:{token}".encode()).decode("ascii")
        for secret in (token, proof):
            self._http.redactor.add(secret)
        return f"Session {proof}"

    def end(self) -> None:
        """Sign out, if signed in; whatever comes of it, the session is forgotten."""
        header, self._header = self._header, ""
        if not header:
            return
        body = {"id": 0, "method": facts.LOGOUT, "params": []}
        with contextlib.suppress(AtooSyncError):
            self._http.request(
                "POST", facts.rpc_path(self._database), content=values.encode(body), retry=False, idempotent=True,
                headers={"Content-Type": "application/json", "Authorization": header}, timeout=facts.LOGOUT_TIMEOUT,
            )  # fmt: skip


def _failed(error: AtooSyncError) -> AtooSyncError:
    """The cause as a failed connection: no record is to blame for a sign-in."""
    if isinstance(error, RefusedError):
        return ConnectionFailedError(error.code, facts=error.facts, **error.message.params)
    return error
