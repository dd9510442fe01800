"""Tokens: permanent ones, and those of the client-credentials grant, which end after a day."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from atoosync_lab.sandbox.shopify.context import implied
from atoosync_lab.sandbox.shopify.facts import TOKEN_LIFE
from atoosync_lab.sandbox.shopify.install import CLIENT_ID, CLIENT_SECRET
from atoosync_lab.sandbox.shopify.state import ShopState


@dataclass(frozen=True)
class Session:
    """Whose request it is.

    Attributes:
        token: The access token.
        scopes: Its scopes, with those they imply.
    """

    token: str
    scopes: frozenset[str]


def session_of(state: ShopState, token: str | None) -> Session | None:
    """The session of a token, or None for one that is unknown or over."""
    row = state.one("tokens", "token = ?", token) if token else None
    if row is None or token is None or (row["expires"] is not None and row["expires"] <= state.now()):
        return None
    return Session(token, implied([scope for scope in row["scopes"].split(",") if scope]))


class GrantError(Exception):
    """A refused grant.

    Attributes:
        status: HTTP status.
        code: OAuth error code.
        description: Text for people.
    """

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status, self.code, self.description = status, code, description


def grant(state: ShopState, values: dict[str, str], speed: float) -> dict[str, object]:
    """A token of the client-credentials grant.

    Args:
        state: The shop.
        values: `client_id`, `client_secret`, `grant_type`.
        speed: Divides the life of the token; 0 leaves it whole.

    Raises:
        GrantError: wrong credentials or another kind of grant.
    """
    if values.get("grant_type") != "client_credentials":
        raise GrantError(400, "unsupported_grant_type", "The grant type is not supported.")
    if values.get("client_id") != CLIENT_ID or values.get("client_secret") != CLIENT_SECRET:
        raise GrantError(400, "invalid_client", "Client authentication failed.")
    life = TOKEN_LIFE / speed if speed > 0 else TOKEN_LIFE
    token = "shpat_" + secrets.token_hex(16)
    scopes = ",".join(state.setting("app_scopes"))
    state.insert("tokens", {"token": token, "expires": state.now(life), "scopes": scopes})
    return {"access_token": token, "scope": scopes, "expires_in": max(1, int(life.total_seconds())) - 1}


def expire_all(state: ShopState) -> int:
    """End all tokens that have an end; says how many."""
    past = state.now(timedelta(seconds=-1))
    return state.db.execute("UPDATE tokens SET expires = ? WHERE expires IS NOT NULL", (past,)).rowcount


def set_scopes(state: ShopState, token: str, scopes: list[str]) -> None:
    """Give a token these scopes; an unknown token is made, without end."""
    expires = state.value("SELECT expires FROM tokens WHERE token = ?", token)
    state.db.execute("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?)", (token, expires, ",".join(scopes)))
