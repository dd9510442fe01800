"""What a suite is given: a sandbox as it sees it, the faults it plays, what stands for time and for limits."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from atoosync_lab.connectors.base import Connector, ReadRequest, Scope
from atoosync_lab.model.ports import Tokens

Rule = Mapping[str, Any]

PASSING_FAULTS: dict[str, Rule] = {
    "latency": {"kind": "latency", "value": 0.2},
    "rate_limited": {"kind": "status", "value": {"status": 429, "headers": {"Retry-After": "7"}}},
    "server_error": {"kind": "status", "value": 500},
    "bad_gateway_page": {"kind": "html", "value": 502},
    "maintenance": {"kind": "status", "value": 503},
    "cut": {"kind": "cut", "value": 0.5},
    "dropped": {"kind": "drop_before"},
    "lost_answer": {"kind": "timeout_after", "value": 0},
}
"""Faults that strike one call and are gone at the next."""


class Faulty(Protocol):
    """A server on which faults can be set; `sandbox.servers.RunningSandbox` is one."""

    def faults(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Add rules as `sandbox.common.rules.FaultRule` describes them; an empty list removes all."""


class Waits:
    """Stands for `time.sleep`: notes how long a connector wanted to wait, in seconds."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        """Wait, or rather not."""
        self.seconds.append(seconds)


class CountingLimiter:
    """Lets every call pass and counts it."""

    def __init__(self) -> None:
        self.passed = 0

    def acquire(self) -> float:
        """See `model.ports.Limiter`."""
        self.passed += 1
        return 0.0


class MemoryTokens:
    """A token store of one process, for the connectors of tests; empty until something is saved."""

    def __init__(self) -> None:
        self._held: Tokens | None = None
        self._refreshing = False
        self._lock = threading.RLock()

    def load(self) -> Tokens | None:
        """See `model.ports.TokenStore`."""
        return self._held

    def save(self, tokens: Tokens) -> None:
        """See `model.ports.TokenStore`."""
        self._held = tokens

    def clear(self) -> None:
        """See `model.ports.TokenStore`."""
        self._held = None

    def lock(self) -> AbstractContextManager[Any]:
        """See `model.ports.TokenStore`."""
        return self._lock

    def mark_refreshing(self, refreshing: bool) -> None:
        """See `model.ports.TokenStore`."""
        self._refreshing = refreshing

    def was_refreshing(self) -> bool:
        """See `model.ports.TokenStore`."""
        return self._refreshing


class Rig(ABC):
    """A sandbox of one system, as a suite sees it.

    Attributes:
        server: the running sandbox.
        reads: HTTP method of its read calls.
        list_path: regular expression of the calls that read `scope`.
        write_path: regular expression of its write calls, tested on the path with its query.
        scope, kind: what the reading tests read: more than one page of it.
    """

    server: Faulty
    reads: str = "GET"
    list_path: str
    scope: Scope = Scope.PRODUCTS
    kind: type[Any]

    @abstractmethod
    def connect(self, *, waits: Waits | None = None, limiter: CountingLimiter | None = None) -> Connector:
        """A connector that may do everything."""

    @abstractmethod
    def connect_badly(self) -> Connector:
        """A connector whose key or sign-in the remote refuses."""

    @abstractmethod
    def expected_ids(self) -> set[str]:
        """Records of `scope` as `ident` names them, seen without the connector."""

    def ident(self, record: Any) -> str:
        """What tells a record from all others of the scope."""
        return str(record.remote_id)

    @abstractmethod
    def move(self, read: Sequence[str]) -> None:
        """Remove one of the records read so far and add one: the rows of all later pages move up."""

    @abstractmethod
    def touch(self) -> tuple[str, ReadRequest]:
        """Change a record; its id, and a request for what changed since just before."""

    def fault(self, rule: Rule, path: str, **more: Any) -> None:
        """Let a rule strike the calls of a path, once."""
        self.server.faults([{"path": path, **rule, **more}])
