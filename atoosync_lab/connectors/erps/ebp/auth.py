"""Sign-in at EBP: authorization code, rotating refresh token (SEC-03).

A refresh token works once, and using an old one ends the session. So: one process refreshes at a time, it reads the
pair again once it holds the lock, notes that it began, stores the new pair before using it, and never sends a token
again of which nobody knows whether it was used.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from atoosync_lab.connectors.erps.ebp import facts, values
from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.model.errors import (
    ConnectionFailedError,
    Facts,
    OutcomeUnknownError,
    RateLimitedError,
    SignInRequiredError,
    UnsentError,
)
from atoosync_lab.model.points import point
from atoosync_lab.model.ports import Tokens, TokenStore


@dataclass(frozen=True, slots=True)
class EbpCredentials:
    """The three secrets of a profile (A03)."""

    client_id: str
    client_secret: str = field(repr=False)
    subscription_key: str = field(repr=False)

    def __repr__(self) -> str:
        return "EbpCredentials(***)"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that has begun: open `url` in a browser, then give the answer to `EbpAuth.finish`."""

    url: str
    state: str
    verifier: str | None = field(default=None, repr=False)
    """PKCE secret; None without PKCE (A02)."""


def _now() -> datetime:
    return datetime.now(UTC)


class EbpAuth:
    """Keeps a usable access token.

    Args:
        http: client of the login service, without call limit (the quota counts API calls).
        login_url: address of the login service.
        redirect_uri: exact text that EBP has registered (A01).
        credentials: secrets.
        tokens: where the pair lives, shared by all processes.
        now: clock.
    """

    def __init__(
        self,
        http: HttpClient,
        login_url: str,
        redirect_uri: str,
        credentials: EbpCredentials,
        tokens: TokenStore,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._http = http
        self._login_url = login_url.rstrip("/")
        self._redirect_uri = redirect_uri
        self._credentials = credentials
        self._tokens = tokens
        self._now = now
        self._threads = threading.Lock()

    def begin(self, *, pkce: bool = False, login_hint: str = "") -> SignIn:
        """Make the address of the sign-in page, with a state that only this sign-in knows.

        Args:
            pkce: protect the code by S256 (A02).
            login_hint: e-mail to fill in.
        """
        state = secrets.token_urlsafe(24)
        query = {
            "client_id": self._credentials.client_id,
            "redirect_uri": self._redirect_uri,
            "response_type": "code",
            "scope": facts.SCOPES,
            "state": state,
        }
        verifier = None
        if pkce:
            verifier = secrets.token_urlsafe(48)
            digest = hashlib.sha256(verifier.encode("ascii")).digest()
            query["code_challenge"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
            query["code_challenge_method"] = "S256"
        if login_hint:
            query["login_hint"] = login_hint
        return SignIn(f"{self._login_url}{facts.AUTHORIZE_PATH}?{urlencode(query)}", state, verifier)

    def finish(self, sign_in: SignIn, *, state: str, code: str) -> None:
        """Turn the browser's answer into a stored token pair.

        Raises:
            SignInRequiredError: the answer belongs to another sign-in, or its code is refused (5 minutes, one use).
            ConnectionFailedError: client id or secret refused.
            UnsentError, OutcomeUnknownError, RateLimitedError: the login service cannot be reached; sign in again.
        """
        if not secrets.compare_digest(state.encode(), sign_in.state.encode()):
            raise SignInRequiredError("ebp.state_differs", facts=_facts("sign-in"))
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect_uri}
        if sign_in.verifier:
            form["code_verifier"] = sign_in.verifier
        with self._threads, self._tokens.lock():
            asked = self._now()
            answer = self._ask(form)
            if "access_token" not in answer or "refresh_token" not in answer:
                raise SignInRequiredError("ebp.code_refused", facts=_facts("sign-in", answer))
            self._keep(answer, asked, "")

    def access_token(self) -> str:
        """A token that is good for at least another minute; refreshed when needed.

        Raises:
            SignInRequiredError: never signed in, session over, or a refresh was interrupted.
            ConnectionFailedError: client id or secret refused.
            UnsentError, RateLimitedError: the login service cannot be reached now; nothing is lost.
        """
        pair = self._tokens.load()
        if pair is not None and not self._ends(pair):
            return pair.access
        return self._refresh(lambda held: not self._ends(held))

    def after_refusal(self, refused: str) -> str:
        """Another token after the API refused `refused`; the refresh is spared when another process has done it.

        Raises:
            As `access_token`.
        """
        return self._refresh(lambda held: held.access != refused and not self._ends(held))

    def _ends(self, pair: Tokens) -> bool:
        return pair.expires_at - facts.REFRESH_MARGIN <= self._now()

    def _refresh(self, usable: Callable[[Tokens], bool]) -> str:
        with self._threads, self._tokens.lock():
            pair = self._tokens.load()
            if pair is None:
                raise SignInRequiredError("ebp.sign_in_needed", facts=_facts("refresh"))
            if usable(pair):
                return pair.access
            if self._tokens.was_refreshing():
                raise SignInRequiredError("ebp.refresh_interrupted", facts=_facts("refresh"))
            self._tokens.mark_refreshing(True)
            point("ebp.refresh.before")
            asked = self._now()
            try:
                answer = self._ask({"grant_type": "refresh_token", "refresh_token": pair.refresh})
            except (UnsentError, RateLimitedError, ConnectionFailedError):
                # Proved that the token was not used.
                self._tokens.mark_refreshing(False)
                raise
            except OutcomeUnknownError as error:
                # It may have been used: the mark stays, and the token is not sent again.
                raise SignInRequiredError("ebp.refresh_interrupted", facts=error.facts) from error
            point("ebp.refresh.answered")
            if "access_token" not in answer:
                self._tokens.clear()
                self._tokens.mark_refreshing(False)
                raise SignInRequiredError("ebp.session_over", facts=_facts("refresh", answer))
            fresh = self._keep(answer, asked, pair.refresh)
            return fresh.access

    def _keep(self, answer: Mapping[str, Any], asked: datetime, old_refresh: str) -> Tokens:
        """Store a new pair durably, before anyone uses it."""
        try:
            seconds = float(answer.get("expires_in") or facts.DEFAULT_EXPIRY_SECONDS)
        except (TypeError, ValueError):
            seconds = float(facts.DEFAULT_EXPIRY_SECONDS)
        pair = Tokens(
            access=str(answer["access_token"]),
            refresh=str(answer.get("refresh_token") or old_refresh),
            expires_at=asked + timedelta(seconds=seconds),
        )
        for secret in (pair.access, pair.refresh):
            self._http.redactor.add(secret)
        self._tokens.save(pair)
        point("ebp.refresh.saved")
        self._tokens.mark_refreshing(False)
        return pair

    def _ask(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        """One call of the token route; an OAuth refusal is returned, not raised, except that of the client itself."""
        secret = {"client_id": self._credentials.client_id, "client_secret": self._credentials.client_secret}
        response = self._http.request("POST", facts.TOKEN_PATH, data={**form, **secret}, idempotent=False)
        try:
            answer = values.parse_json(response.text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            if response.is_success:
                # The token may be used up, and the new one cannot be read.
                raise OutcomeUnknownError("ebp.login_unreadable", facts=_facts("token", status=response.status_code))
            raise ConnectionFailedError(
                "ebp.login_not_found", facts=_facts("token", status=response.status_code), url=self._login_url
            )
        if answer.get("error") in ("invalid_client", "unauthorized_client"):
            raise ConnectionFailedError("ebp.client_refused", facts=_facts("token", answer, response.status_code))
        return answer


def _facts(operation: str, answer: Mapping[str, Any] | None = None, status: int | None = None) -> Facts:
    code = str(answer.get("error", "")) if answer else ""
    return Facts(system=facts.SYSTEM, operation=operation, status=status, remote_code=code)
