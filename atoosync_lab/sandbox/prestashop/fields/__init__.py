"""The field tables of the Webservice resources, restated as data: one JSON file a resource.

A file holds the newest form of each field. `since` and `until` bound the versions that know it (`until` is the last
one), and
`before9` holds the attributes that differ in versions before 9. Source: `schema=synopsis` of 1.7.7.2 and 9.1.4;
version 8
is 9 without the fields marked `since: 9`, with those that only 9 dropped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

Version = Literal["1.7.7", "8", "9"]
VERSIONS: tuple[Version, ...] = ("1.7.7", "8", "9")
FULL_VERSION: Mapping[str, str] = MappingProxyType({"1.7.7": "1.7.7.2", "8": "8.1.7", "9": "9.1.4"})
"""What the shop of each profile says in its `PSWS-Version` header."""

Kind = Literal["int", "bool", "decimal", "datetime", "date", "text"]
_LIST_NODES = {
    "order_slip": "order_slips",
    "product_customization_fields": "customization_fields",
    "stock_movements": "stock_mvts",
}


@dataclass(frozen=True)
class Field:
    """One field of a resource.

    Attributes:
        name: Name of the XML node.
        kind: How the shop stores it; decides zero value, comparison and JSON type.
        format: Name of the shop's validation rule, or None.
        size: Longest text that the rule accepts, or None.
        required: Refused when absent (code 41).
        read_only: Refused when sent (code 93).
        computed: Has a getter: cannot be filtered or sorted.
        language: One text per language.
        link: Resource whose address the node carries.
        nullable: May be null rather than zero.
        scale: Decimals shown, for kind `decimal`.
    """

    name: str
    kind: Kind = "text"
    format: str | None = None
    size: int | None = None
    required: bool = False
    read_only: bool = False
    computed: bool = False
    language: bool = False
    link: str | None = None
    nullable: bool = False
    scale: int = 6


@dataclass(frozen=True)
class Part:
    """One node of an association item."""

    name: str
    required: bool = False
    read_only: bool = False
    link: str | None = None


@dataclass(frozen=True)
class Association:
    """A list inside a record; `virtual` ones have no resource of their own and their items carry no address."""

    name: str
    node: str
    parts: tuple[Part, ...]
    api: str | None = None
    virtual: bool = False


@dataclass(frozen=True)
class Resource:
    """A resource of one version."""

    name: str
    node: str
    fields: Mapping[str, Field]
    associations: Mapping[str, Association] = field(default_factory=dict)

    @property
    def list_node(self) -> str:
        """Name of the node around a list of records."""
        return _LIST_NODES.get(self.name, self.name)


def rank(version: Version) -> int:
    """Place of a version in the order of release."""
    return VERSIONS.index(version)


def _known(raw: Mapping[str, Any], version: Version) -> bool:
    return rank(raw.get("since", "1.7.7")) <= rank(version) <= rank(raw.get("until", "9"))


def _field(raw: Mapping[str, Any], version: Version) -> Field:
    merged = {k: v for k, v in raw.items() if k not in ("since", "until", "before9")}
    if rank(version) < rank("9"):
        merged.update(raw.get("before9", {}))
    for flag in ("required", "read_only", "computed", "language", "nullable"):
        merged[flag] = bool(merged.get(flag))
    return Field(**merged)


def _association(raw: Mapping[str, Any]) -> Association:
    parts = tuple(Part(**part) for part in raw["fields"])
    return Association(raw["name"], raw["node"], parts, raw.get("api"), bool(raw.get("virtual")))


@lru_cache(maxsize=len(VERSIONS))
def catalogue(version: Version) -> Mapping[str, Resource]:
    """All resources of a version by name, in alphabetical order.

    Raises:
        ValueError: when the version is none of VERSIONS.
    """
    if version not in VERSIONS:
        raise ValueError(f"unknown version {version!r}; known: {', '.join(VERSIONS)}")
    found: dict[str, Resource] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".json"):
            continue
        raw = json.loads(file.read_text(encoding="utf-8"))
        if _known(raw, version):
            known = [_field(item, version) for item in raw["fields"] if _known(item, version)]
            lists = [_association(item) for item in raw["associations"] if _known(item, version)]
            found[raw["resource"]] = Resource(
                raw["resource"],
                raw["node"],
                MappingProxyType({item.name: item for item in known}),
                MappingProxyType({item.name: item for item in lists}),
            )
    return MappingProxyType(found)
