"""Protocols by which a lower room is served by a higher one; `runs/` wires them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Limiter(Protocol):
    """Shared call limit of one remote, across processes."""

    def acquire(self) -> float:
        """Reserve the next slot, wait for it, and return the seconds waited.

        Raises:
            ApiBudgetError: the remote's day is used up.
        """
        ...


@dataclass(frozen=True, slots=True)
class Tokens:
    """An OAuth token pair."""

    access: str
    refresh: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "Tokens(***)"


class TokenStore(Protocol):
    """Encrypted tokens of one profile side, with a lock held by one process at a time."""

    def load(self) -> Tokens | None:
        """The stored pair, or None before the first sign-in."""
        ...

    def save(self, tokens: Tokens) -> None:
        """Store a new pair, durably, before it is used."""
        ...

    def clear(self) -> None:
        """Forget the pair: a new sign-in is needed."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Cross-process lock round a refresh. Waits for the holder, at most 60 s."""
        ...

    def mark_refreshing(self, refreshing: bool) -> None:
        """Remember that a refresh was begun, so that a crash in it is noticed and the token is not replayed."""
        ...

    def was_refreshing(self) -> bool:
        """A refresh was begun and never ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One HTTP exchange, redacted."""

    at: datetime
    system: str
    method: str
    path: str
    """Without query."""
    status: int | None
    seconds: float
    sent_bytes: int
    received_bytes: int
    error: str = ""
    detail: str = ""
    """Redacted headers and bodies, in debug mode only."""


class TraceSink(Protocol):
    """Where exchanges are noted."""

    def write(self, trace: Trace) -> None:
        """Note one exchange."""
        ...


class CancelToken(Protocol):
    """Asked between records: did a person press Stop?"""

    def requested(self) -> bool:
        """True once Stop was pressed."""
        ...
