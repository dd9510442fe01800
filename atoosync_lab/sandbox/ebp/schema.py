"""Kinds of columns, columns and tables of a folder, and the compact notation in which `tables.py` states them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, and so how it is stored, filtered and shown.

    CODE is a text that identifies something: the folder decides whether its case matters. DEC is a number with up to
    six decimals, stored in millionths. DECX is the same, but shown as text with twelve decimals, as some EBP
    columns are. DATE is local time of Europe/Paris.
    """

    CODE = "code"
    TEXT = "text"
    UUID = "uuid"
    INT = "int"
    BOOL = "bool"
    DEC = "dec"
    DECX = "decx"
    DATE = "date"
    BIN = "bin"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: EBP's name.
        kind: What it holds.
        length: Longest text, 0 when not limited.
        target: Table whose `Id` it holds, when it is a link.
        custom: Whether it is a custom field (`xx_`).
    """

    name: str
    kind: Kind
    length: int = 0
    target: str | None = None
    custom: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, and which of them are indexed beside the key `Id`."""

    name: str
    columns: tuple[Column, ...]
    indexes: tuple[str, ...] = ()
    by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    def links(self) -> dict[str, Column]:
        """Columns that link to another table, by the names a dotted join may use.

        `Item.UnitId` is reached as `Unit`; `Item.FamilyId` as `Family` and, after its table, as `ItemFamily`.
        """
        found: dict[str, Column] = {}
        linking = [column for column in self.columns if column.target]
        for column in linking:
            found.setdefault(column.name.removesuffix("Id").rstrip("_"), column)
        for column in linking:
            found.setdefault(column.target or "", column)
        return found

    def with_custom(self, custom: tuple[Column, ...]) -> Table:
        """The table with the custom fields of a folder after its own columns."""
        return Table(self.name, self.columns + custom, self.indexes) if custom else self


_WORD = re.compile(r"^(?P<name>\w+)=(?P<kind>[a-z]+)(?P<length>\d*)(?:>(?P<target>\w+))?$")
SYSTEM_COLUMNS = "sysCreatedDate=date sysModifiedDate=date sysCreatedUser=text60 sysModifiedUser=text60"
"""Every EBP table ends with these."""


def parse_columns(notation: str) -> tuple[Column, ...]:
    """Read columns from words such as `Id=code40`, `VatId=uuid>Vat`, `Weight=dec`.

    Raises:
        ValueError: when a word is not understood.
    """
    columns = []
    for word in notation.split():
        found = _WORD.match(word)
        if found is None:
            raise ValueError(f"column notation not understood: {word!r}")
        columns.append(Column(found["name"], Kind(found["kind"]), int(found["length"] or 0), found["target"]))
    return tuple(columns)


def table(name: str, notation: str, *, indexes: str = "") -> Table:
    """A table from its notation; the system columns are added."""
    return Table(name, parse_columns(f"{notation} {SYSTEM_COLUMNS}"), tuple(indexes.split()))
