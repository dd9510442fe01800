"""Sessions of the login service: codes, access tokens, refresh tokens that live once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
import threading
import time
from typing import Any

from atoosync_lab.sandbox.ebp.errors import ApiError
from atoosync_lab.sandbox.ebp.settings import USER_EMAIL, Settings

CODE_LIFETIME = 300.0
"""Seconds an authorization code lives; it works once."""

DDL = """
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS session (id TEXT PRIMARY KEY, alive INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS code (code TEXT PRIMARY KEY, redirect_uri TEXT, challenge TEXT, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS refresh (
    token TEXT PRIMARY KEY, session TEXT NOT NULL, expires REAL NOT NULL, used INTEGER NOT NULL
);
"""


class GrantError(Exception):
    """A token request that is refused; `str()` is the OAuth error (`invalid_grant`)."""


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class TokenOffice:
    """Issues and checks tokens; everything is kept in the server's database.

    Args:
        connection: Database with the tables of DDL.
        settings: Lifetimes.
    """

    def __init__(self, connection: sqlite3.Connection, settings: Settings) -> None:
        self._connection = connection
        self._settings = settings
        self._lock = threading.Lock()
        connection.execute("INSERT OR IGNORE INTO secret VALUES ('signing', ?)", (secrets.token_hex(32),))
        self._key = bytes.fromhex(connection.execute("SELECT value FROM secret WHERE name = 'signing'").fetchone()[0])

    def issue_code(self, redirect_uri: str | None, challenge: str | None = None) -> str:
        """A new authorization code.

        Args:
            redirect_uri: Address the code is for; the token request must repeat it.
            challenge: PKCE S256 challenge, when the client sent one.
        """
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._connection.execute(
                "INSERT INTO code VALUES (?, ?, ?, ?)", (code, redirect_uri, challenge, time.time() + CODE_LIFETIME)
            )
        return code

    def redeem_code(self, code: str, redirect_uri: str | None, verifier: str | None = None) -> dict[str, Any]:
        """Tokens for a code.

        Raises:
            GrantError: unknown, used or expired code, other redirect address, wrong PKCE verifier.
        """
        with self._lock:
            found = self._connection.execute("SELECT * FROM code WHERE code = ?", (code,)).fetchone()
            self._connection.execute("DELETE FROM code WHERE code = ?", (code,))
            if found is None or found[3] < time.time() or found[1] != redirect_uri:
                raise GrantError("invalid_grant")
            if found[2] and _encode(hashlib.sha256((verifier or "").encode()).digest()) != found[2]:
                raise GrantError("invalid_grant")
            return self._new_session()

    def sign_in(self) -> dict[str, Any]:
        """Tokens of a new session, without code."""
        with self._lock:
            return self._new_session()

    def refresh(self, token: str) -> dict[str, Any]:
        """New tokens for a refresh token, which is used up by this.

        Raises:
            GrantError: unknown or expired token; a token that was used before also ends its whole session.
        """
        with self._lock:
            found = self._connection.execute(
                "SELECT r.session, r.expires, r.used, s.alive"
                " FROM refresh r JOIN session s ON s.id = r.session WHERE token = ?",
                (token,),
            ).fetchone()
            if found is None or not found[3]:
                raise GrantError("invalid_grant")
            session, expires, used, _ = found
            if used:
                self._connection.execute("UPDATE session SET alive = 0 WHERE id = ?", (session,))
                raise GrantError("invalid_grant")
            if expires < time.time():
                raise GrantError("invalid_grant")
            self._connection.execute("UPDATE refresh SET used = 1 WHERE token = ?", (token,))
            return self._pair(session)

    def check(self, token: str) -> None:
        """Check an access token.

        Raises:
            ApiError: 401 when it is forged, expired, or its session has ended.
        """
        head, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._sign(head)):
            raise ApiError(401, "ERR_TOKEN", "Jeton d'accès invalide")
        claims = json.loads(base64.urlsafe_b64decode(head.partition(".")[2] + "=="))
        if claims["exp"] <= time.time():
            raise ApiError(401, "ERR_TOKEN_EXPIRED", "Jeton d'accès expiré")
        alive = self._connection.execute("SELECT alive FROM session WHERE id = ?", (claims["sid"],)).fetchone()
        if alive is None or not alive[0]:
            raise ApiError(401, "ERR_SESSION", "La session est terminée")

    def end_all(self) -> None:
        """End all sessions, as a password change would."""
        with self._lock:
            self._connection.execute("UPDATE session SET alive = 0")

    def _new_session(self) -> dict[str, Any]:
        session = secrets.token_hex(16)
        self._connection.execute("INSERT INTO session VALUES (?, 1)", (session,))
        return self._pair(session)

    def _pair(self, session: str) -> dict[str, Any]:
        refresh = secrets.token_urlsafe(32)
        self._connection.execute(
            "INSERT INTO refresh VALUES (?, ?, ?, 0)", (refresh, session, time.time() + self._settings.refresh_lifetime)
        )
        lifetime = self._settings.token_lifetime
        header = _encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        claims = {
            "sid": session, "exp": time.time() + lifetime, "email": USER_EMAIL,
            "given_name": "Anne", "family_name": "Bréval", "jti": secrets.token_hex(8),
        }  # fmt: skip
        head = f"{header}.{_encode(json.dumps(claims).encode())}"
        return {
            "access_token": f"{head}.{self._sign(head)}",
            "expires_in": int(lifetime),
            "token_type": "Bearer",
            "refresh_token": refresh,
            "scope": "openid profile offline_access",
        }

    def _sign(self, head: str) -> str:
        return _encode(hmac.new(self._key, head.encode(), hashlib.sha256).digest())
