"""Access tokens: a permanent one, or 24 h ones of the client-credentials grant, renewed before their end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import httpx

from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.connectors.http_answers import looks_like_html
from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.model.errors import ConnectionFailedError, Facts, OutcomeUnknownError
from atoosync_lab.model.ports import Tokens, TokenStore


class TokenSource(Protocol):
    """Where the token of a request comes from."""

    def current(self) -> str:
        """A token that is good now.

        Raises:
            ConnectionFailedError: the app is refused. RetryError: Shopify cannot be reached.
        """
        ...

    def renew(self, refused: str) -> bool:
        """Get another token than the one that was refused; False: there is no other."""
        ...


class FixedToken:
    """The permanent token of an app made in the back office."""

    def __init__(self, token: str) -> None:
        self._token = token.strip()

    def __repr__(self) -> str:
        return "FixedToken(***)"

    def current(self) -> str:
        """The token."""
        return self._token

    def renew(self, refused: str) -> bool:
        """There is no other."""
        return False


class GrantedToken:
    """Tokens of the client-credentials grant of an app of the shop's own organisation.

    Args:
        http: calls the shop, without a token.
        client_id: of the app.
        client_secret: of the app.
        store: where the token is kept between runs; None: in this object alone.
        clock: the time now, aware.
        learned: told each new token, so that it is masked everywhere.
    """

    def __init__(
        self,
        http: HttpClient,
        client_id: str,
        client_secret: str,
        *,
        store: TokenStore | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        learned: Callable[[str], None] = lambda token: None,
    ) -> None:
        self._http, self._id, self._secret = http, client_id.strip(), client_secret.strip()
        self._store, self._clock, self._learned = store, clock, learned
        self._held: Tokens | None = None
        self._margin = facts.TOKEN_MARGIN

    def __repr__(self) -> str:
        return "GrantedToken(***)"

    def current(self) -> str:
        """The token, renewed when it ends soon."""
        return self._good(self._held) or self._renewed("")

    def renew(self, refused: str) -> bool:
        """Get a new token, unless another process has just done so."""
        return self._renewed(refused) != refused

    def _good(self, tokens: Tokens | None, refused: str = "") -> str:
        """The token when it lasts long enough and is not the refused one; else empty."""
        if tokens is None or not tokens.access or tokens.access == refused:
            return ""
        ends = tokens.expires_at - timedelta(seconds=self._margin)
        return tokens.access if self._clock() < ends else ""

    def _renewed(self, refused: str) -> str:
        if self._store is None:
            return self._keep(self._grant())
        with self._store.lock():
            stored = self._store.load()
            if stored is not None and self._good(stored, refused):
                return self._keep(stored)
            fresh = self._grant()
            self._store.save(fresh)
        return self._keep(fresh)

    def _keep(self, tokens: Tokens) -> str:
        self._learned(tokens.access)
        self._held = tokens
        return tokens.access

    def _grant(self) -> Tokens:
        form = {"client_id": self._id, "client_secret": self._secret, "grant_type": "client_credentials"}
        # A grant writes nothing that matters: asking twice gives another token.
        answer = self._http.request("POST", facts.TOKEN_PATH, data=form, idempotent=True)
        noted = Facts(system=facts.SYSTEM, operation=f"POST {facts.TOKEN_PATH}", status=answer.status_code)
        body = _object(answer)
        if not answer.is_success:
            raise ConnectionFailedError(_refusal(answer, body), host=self._http.host, facts=noted)
        access = body.get("access_token")
        if not access:
            raise OutcomeUnknownError("shopify.cut", facts=noted)
        life = int(str(body.get("expires_in") or facts.TOKEN_LIFE))
        # A life shorter than the margin (sandboxes) would otherwise ask for a token at each call.
        self._margin = min(facts.TOKEN_MARGIN, life / 10)
        return Tokens(access=str(access), refresh="", expires_at=self._clock() + timedelta(seconds=life))


def _object(answer: httpx.Response) -> dict[str, object]:
    if looks_like_html(answer):
        return {}
    try:
        body = json.loads(answer.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _refusal(answer: httpx.Response, body: dict[str, object]) -> str:
    """Message of a refused grant. [DOC: client-credentials-grant]"""
    if answer.status_code == 402:
        return "shopify.frozen"
    if answer.status_code == 404 or not body:
        return "shopify.wrong_address"
    if body.get("error") == "shop_not_permitted":
        return "shopify.app_elsewhere"
    return "shopify.client_refused"
