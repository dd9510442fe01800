"""Fault rules: what should go wrong, when, and how often. Pure values; the middleware acts on them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

BUILTIN_KINDS = frozenset(
    {
        "latency", "status", "html", "cut", "short", "gzip_cut", "wrong_type", "timeout_before", "timeout_after",
        "drop_before", "drop_after", "reset_before", "reset_after",
    }
)  # fmt: skip
"""Kinds that the middleware carries out itself; every other kind is handed to the application.

`latency`: slow, then as usual. `status`, `html`: an answer of its own, the application hears nothing. `cut`: the answer
breaks off on the wire. `short`: the answer ends early, with a length that says so. `gzip_cut`: compressed, and the end
of it is missing. `wrong_type`: the right answer under another content type. `timeout_...`, `drop_...`, `reset_...`:
silence, a closed connection, a TCP reset, before or after the application has acted.
"""


class FaultRuleError(ValueError):
    """A fault rule that cannot be understood."""


@dataclass
class FaultRule:
    """One fault to play.

    Attributes:
        kind: One of BUILTIN_KINDS, or a kind that the application knows (`expired_token`, `moving_pages`, ...).
        method: HTTP method it applies to; None for all.
        path: Regular expression searched in the path (with its query string); None for all.
        body: Regular expression searched in the request body (decoded as UTF-8, errors replaced); None for all.
        value: Parameter of the kind: seconds for `latency` and `timeout_...`; a status number, or a mapping with
            `status`, `body`, `headers`, for `status` and `html`; fraction kept for `cut`, `short` and `gzip_cut`
            (default half); the content type for `wrong_type` (default `text/html`).
        times: How many matching requests are hit; None for all.
        after: How many matching requests pass untouched first.
    """

    kind: str
    method: str | None = None
    path: str | None = None
    body: str | None = None
    value: Any = None
    times: int | None = 1
    after: int = 0
    seen: int = 0
    hits: int = 0
    _path: re.Pattern[str] | None = field(default=None, repr=False, compare=False)
    _body: re.Pattern[str] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            self._path = re.compile(self.path) if self.path else None
            self._body = re.compile(self.body) if self.body else None
        except re.error as error:
            raise FaultRuleError(f"bad regular expression in rule {self.kind!r}: {error}") from error

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> FaultRule:
        """Build a rule from its JSON object.

        Raises:
            FaultRuleError: when `kind` is missing, a key is unknown, or a value has the wrong type.
        """
        known = {"kind", "method", "path", "body", "value", "times", "after"}
        unknown = sorted(set(raw) - known)
        if unknown:
            raise FaultRuleError(f"unknown keys {unknown}; known: {sorted(known)}")
        kind = raw.get("kind")
        if not isinstance(kind, str) or not kind:
            raise FaultRuleError("a rule needs a 'kind'")
        times = raw.get("times", 1)
        after = raw.get("after") or 0
        if (times is not None and (not isinstance(times, int) or times < 0)) or not isinstance(after, int) or after < 0:
            raise FaultRuleError("'times' and 'after' are whole numbers, 0 or more ('times' may be null: always)")
        method = raw.get("method")
        return cls(
            kind=kind,
            method=str(method).upper() if method else None,
            path=raw.get("path"),
            body=raw.get("body"),
            value=raw.get("value"),
            times=times,
            after=after,
        )

    @property
    def exhausted(self) -> bool:
        """Whether the rule has played all its hits."""
        return self.times is not None and self.hits >= self.times

    @property
    def needs_body(self) -> bool:
        """Whether the request body must be read to decide."""
        return self._body is not None

    def matches_head(self, method: str, target: str) -> bool:
        """Whether method and path (with query) fit; the body is not looked at."""
        if self.exhausted or (self.method is not None and self.method != method):
            return False
        return self._path is None or self._path.search(target) is not None

    def matches_body(self, body: str) -> bool:
        """Whether the body fits (always true without a body expression)."""
        return self._body is None or self._body.search(body) is not None

    def as_json(self) -> dict[str, Any]:
        """The rule and its counters, as `GET /_admin/faults` shows it."""
        return {
            "kind": self.kind, "method": self.method, "path": self.path, "body": self.body, "value": self.value,
            "times": self.times, "after": self.after, "seen": self.seen, "hits": self.hits,
        }  # fmt: skip


class FaultBook:
    """The rules of one server, safe to use from several threads."""

    def __init__(self) -> None:
        self._rules: list[FaultRule] = []
        self._lock = threading.Lock()

    def add(self, raws: Iterable[Mapping[str, Any]]) -> int:
        """Append rules (all or none) and return how many were added."""
        rules = [FaultRule.parse(raw) for raw in raws]
        with self._lock:
            self._rules.extend(rules)
        return len(rules)

    def clear(self) -> None:
        """Forget all rules."""
        with self._lock:
            self._rules.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """All rules with their counters, in the order they were added."""
        with self._lock:
            return [rule.as_json() for rule in self._rules]

    def candidates(self, method: str, target: str) -> list[FaultRule]:
        """Rules whose method and path fit; cheap when there are none."""
        if not self._rules:
            return []
        with self._lock:
            return [rule for rule in self._rules if rule.matches_head(method, target)]

    def take(self, candidates: list[FaultRule], body: str) -> list[FaultRule]:
        """Count the request on every fitting rule and return those that strike now."""
        striking = []
        with self._lock:
            for rule in candidates:
                if rule.exhausted or not rule.matches_body(body):
                    continue
                rule.seen += 1
                if rule.seen > rule.after:
                    rule.hits += 1
                    striking.append(rule)
        return striking
