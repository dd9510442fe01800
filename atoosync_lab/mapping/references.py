"""Matching of references between two sides (ART-05, PB-27): exact, case kept, surrounding spaces ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from atoosync_lab.model.keys import product_key


def by_key(references: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Product key -> ids of the records that bear it, from (id, reference) pairs; empty references are left out."""
    found: dict[str, list[str]] = {}
    for record_id, reference in references:
        if key := product_key(reference):
            found.setdefault(key, []).append(record_id)
    return {key: tuple(ids) for key, ids in found.items()}


def ambiguous(keys: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The keys that several records bear: none of them may be written, all are listed."""
    return {key: ids for key, ids in keys.items() if len(ids) > 1}


@dataclass(frozen=True, slots=True)
class Matches:
    """What of one side was found on the other."""

    found: Mapping[str, str] = field(default_factory=dict)
    """Key -> the one id on the other side."""
    absent: tuple[str, ...] = ()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Key -> its several ids on the other side."""


def match(wanted: Iterable[str], others: Iterable[tuple[str, str]]) -> Matches:
    """Find each wanted reference among the (id, reference) pairs of the other side."""
    keys = by_key(others)
    found: dict[str, str] = {}
    absent: list[str] = []
    several: dict[str, tuple[str, ...]] = {}
    for key in dict.fromkeys(filter(None, map(product_key, wanted))):
        ids = keys.get(key, ())
        if len(ids) == 1:
            found[key] = ids[0]
        elif ids:
            several[key] = ids
        else:
            absent.append(key)
    return Matches(found, tuple(absent), several)
