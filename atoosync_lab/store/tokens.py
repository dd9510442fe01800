"""OAuth tokens of one side of a profile: encrypted, and refreshed by one process at a time (SEC-03)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from atoosync_lab.model.errors import BusyError
from atoosync_lab.model.ports import Tokens
from atoosync_lab.store.engine import Store, upsert
from atoosync_lab.store.leases import acquire
from atoosync_lab.store.secrets import Secrets
from atoosync_lab.store.tables import token_refreshes
from atoosync_lab.store.types import now

LONGEST_WAIT = 60.0
"""Seconds a process waits for another one's refresh (`model.ports.TokenStore.lock`)."""

_LOCK_TTL = 120.0
"""A refresh that takes longer than this was frozen; a dead one is replaced at once."""
_POLL = 0.05


class ProfileTokens:
    """`model.ports.TokenStore` for one side of a profile.

    Args:
        store: the state store.
        secrets: the encrypted values.
        profile: profile id.
        side: `shop` or `erp`.
        sleep: waits between two looks at the lock.
    """

    def __init__(
        self, store: Store, secrets: Secrets, profile: str, side: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._store, self._secrets, self._sleep = store, secrets, sleep
        self._profile, self._side = profile, side
        self._field = f"{side}.tokens"

    def __repr__(self) -> str:
        return f"ProfileTokens({self._profile!r}, {self._side!r})"

    def load(self) -> Tokens | None:
        """The stored pair, or None before the first sign-in."""
        text = self._secrets.get(self._profile, self._field)
        if text is None:
            return None
        held = json.loads(text)
        return Tokens(held["access"], held["refresh"], datetime.fromisoformat(held["expires_at"]))

    def save(self, tokens: Tokens) -> None:
        """Store a new pair, durably, and end the refresh it came from, both or none."""
        text = json.dumps(
            {"access": tokens.access, "refresh": tokens.refresh, "expires_at": tokens.expires_at.isoformat()}
        )
        with self._store.begin() as tx:
            self._secrets.set(self._profile, self._field, text, tx)
            tx.execute(self._mark_row(delete(token_refreshes)))

    def clear(self) -> None:
        """Forget the pair: a new sign-in is needed."""
        with self._store.begin() as tx:
            self._secrets.delete(self._profile, self._field, tx)
            tx.execute(self._mark_row(delete(token_refreshes)))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock round a refresh, across processes and threads.

        Raises:
            BusyError: the holder did not end within 60 s.
        """
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            try:
                lease = acquire(self._store, self._profile, f"tokens/{self._side}", who="", ttl=_LOCK_TTL)
                break
            except BusyError:
                if time.monotonic() >= deadline:
                    raise BusyError("token.locked", profile=self._profile) from None
                self._sleep(_POLL)
        with lease:
            yield

    def mark_refreshing(self, refreshing: bool) -> None:
        """Remember that a refresh was begun, or that it ended without a new pair."""
        with self._store.begin() as tx:
            if refreshing:
                row = {"profile": self._profile, "side": self._side, "since": now()}
                upsert(tx, token_refreshes, [row], update=("since",))
            else:
                tx.execute(self._mark_row(delete(token_refreshes)))

    def was_refreshing(self) -> bool:
        """A refresh was begun and never ended. Ask while holding the lock."""
        with self._store.read() as connection:
            return connection.execute(self._mark_row(select(token_refreshes.c.since))).first() is not None

    def _mark_row(self, statement: Any) -> Any:
        return statement.where(token_refreshes.c.profile == self._profile, token_refreshes.c.side == self._side)
