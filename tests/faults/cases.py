"""The table of cases: which fault, in which flow, on which side and sort of call, where, and whether it lasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Side = Literal["shop", "erp"]
Aim = Literal["read", "write", "poll", "login"]
Place = Literal["first", "middle", "last"]


@dataclass(frozen=True)
class Flow:
    """One flow a person can run, and the scene it starts from."""

    name: str
    scene: str
    dry_run: bool = False
    """A capture and a plan alone."""
    of: str = ""
    """Name of the product's flow; empty: `name`."""

    @property
    def command(self) -> str:
        """What is run."""
        return self.of or self.name


FLOWS = {
    flow.name: flow
    for flow in (
        Flow("capture-articles", "start", dry_run=True, of="articles"),
        Flow("capture-orders", "start", dry_run=True, of="orders"),
        Flow("articles", "start"),
        Flow("prices", "start"),
        Flow("stocks", "start"),
        Flow("article-status", "start"),
        Flow("orders", "start"),
        Flow("credit-notes", "imported"),
        Flow("order-status", "transformed"),
    )
}

AIMS: Mapping[tuple[Side, Aim], Mapping[str, str]] = {
    ("shop", "read"): {"method": "GET", "path": "^/api"},
    ("shop", "write"): {"path": "^/api/(products|combinations|stock_availables|order_histories|manufacturers)$"},
    ("erp", "read"): {"method": "GET", "path": "^/gescom"},
    ("erp", "write"): {"method": "POST", "path": "createImport"},
    ("erp", "poll"): {"method": "GET", "path": "/Status"},
    ("erp", "login"): {"method": "POST", "path": "/connect/token"},
}
"""Calls of each sort. Every read of the shop has a query, so that a bare path is a write."""


@dataclass(frozen=True)
class Kind:
    """A sort of fault as a rule of the sandboxes."""

    name: str
    rule: Mapping[str, Any]
    harmless: bool = False
    """The caller gets the right answer in the end."""
    silent: bool = False
    """The caller must have little patience, or the case would take long."""
    replayed: bool = False
    """Even a write is sent again at once."""


def _status(status: int, **more: Any) -> dict[str, Any]:
    return {"kind": "status", "value": {"status": status, **more}}


KINDS = {
    kind.name: kind
    for kind in (
        Kind("latency", {"kind": "latency", "value": 0.2}, harmless=True),
        Kind("429", _status(429)),
        Kind("429-advice", _status(429, headers={"Retry-After": "0.05"})),
        Kind("500", _status(500)),
        Kind("502-html", {"kind": "html", "value": {"status": 502}}),
        Kind("200-html", {"kind": "html", "value": {"status": 200}}),
        Kind("503", _status(503)),
        Kind("cut", {"kind": "cut", "value": 0.6}),
        Kind("short", {"kind": "short", "value": 0.6}),
        Kind("empty", {"kind": "short", "value": 0.000001}),
        Kind("gzip-cut", {"kind": "gzip_cut", "value": 0.6}),
        Kind("wrong-type", {"kind": "wrong_type"}, harmless=True),
        Kind("timeout-before", {"kind": "timeout_before", "value": 120}, silent=True),
        Kind("timeout-after", {"kind": "timeout_after", "value": 120}, silent=True),
        Kind("drop-before", {"kind": "drop_before"}),
        Kind("drop-after", {"kind": "drop_after"}),
        Kind("reset-before", {"kind": "reset_before"}),
        Kind("reset-after", {"kind": "reset_after"}),
        Kind("token-expired", {"kind": "expired_token"}, replayed=True),
    )
}


@dataclass(frozen=True)
class Case:
    """One cell of the table."""

    flow: str
    side: Side
    aim: Aim
    kind: str
    place: Place = "first"
    lasting: bool = False

    def __str__(self) -> str:
        return f"{self.flow} {self.side}-{self.aim} {self.kind} {self.place}{' lasting' if self.lasting else ''}"

    @property
    def may_wait(self) -> bool:
        """A call that is not repeated within a run: its record may have to wait for the next one, or for a person."""
        kind = KINDS[self.kind]
        single = self.aim in ("write", "login") and not (self.side == "shop" and self.flow in ABSOLUTE)
        return single and not kind.harmless and not kind.replayed


ABSOLUTE = frozenset({"prices", "stocks", "article-status"})
"""Flows whose writes to the shop may be repeated at will."""


def rules(case: Case, count: int) -> list[dict[str, Any]]:
    """The rules of a case, for its side.

    Args:
        case: the case.
        count: calls of this sort in an undisturbed run.
    """
    after = {"first": 0, "middle": count // 2, "last": max(count - 1, 0)}[case.place]
    aim = AIMS[case.side, case.aim]
    fault = {**aim, **KINDS[case.kind].rule, "after": after, "times": None if case.lasting else 1}
    # Nobody signs in anew before the token is refused.
    return [{**AIMS["erp", "read"], "kind": "expired_token"}, fault] if case.aim == "login" else [fault]


def probes(side: Side) -> list[dict[str, Any]]:
    """Rules that only count the calls of each sort."""
    return [{"kind": "latency", "value": 0, "after": 10**9, **aim} for (s, _), aim in AIMS.items() if s == side]


def storm(side: Side, count: int, turn: int) -> list[dict[str, Any]]:
    """Single faults of many kinds, on every second read of a side: each read is tried again by a call of its own.

    Args:
        side: the side.
        count: reads of it in an undisturbed run.
        turn: number of the storm; each begins with other kinds, so that a few storms hold all.
    """
    kinds = [kind for kind in KINDS.values() if not (side == "shop" and kind.name == "token-expired")]
    order = sorted(range(len(kinds)), key=lambda n: (n - turn * 4) % len(kinds))
    chosen = [kinds[n] for n in order][: max(count // 2, 1)]
    return [{**AIMS[side, "read"], **kind.rule, "after": 2 * place} for place, kind in enumerate(chosen)]


_LOGINS = ("prices", "orders")
_LOGIN_KINDS = tuple(kind for kind in KINDS if kind != "token-expired")
_BOTH = (False, True)
_PLACES: tuple[Place, ...] = ("first", "middle", "last")


def cases(counts: Mapping[str, Mapping[tuple[Side, Aim], int]]) -> Iterator[Case]:
    """The table: every kind on every sort of call of every flow.

    Where each write counts (imports, creations, order histories) every kind strikes at every place. Where calls may be
    repeated at will, the places take turns from kind to kind, and every second kind also lasts.

    Args:
        counts: calls of each sort in an undisturbed run of each flow.
    """
    for number, (flow, by_aim) in enumerate(counts.items()):
        for (side, aim), count in by_aim.items():
            if aim == "login":
                if flow in _LOGINS:
                    yield from (Case(flow, side, aim, k, lasting=lasting) for k in _LOGIN_KINDS for lasting in _BOTH)
                continue
            places: list[Place] = list(_PLACES[: min(count, 3)])
            counting = aim == "write" and not (side == "shop" and flow in ABSOLUTE)
            for turn, kind in enumerate(KINDS.values(), number):
                if not places or (kind.name == "token-expired" and side == "shop"):
                    continue
                once = places if counting else [places[turn % len(places)]]
                yield from (Case(flow, side, aim, kind.name, place) for place in once)
                if counting or turn % 2:
                    yield Case(flow, side, aim, kind.name, places[turn // 2 % len(places)], lasting=True)


__all__ = ["AIMS", "FLOWS", "KINDS", "Case", "Flow", "Kind", "cases", "probes", "rules", "storm"]
