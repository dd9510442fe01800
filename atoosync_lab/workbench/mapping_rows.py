"""A map of the settings as rows: what each value of one side becomes on the other, its state, and what suits it.

Pure: profile in, rows out, changed rows in, profile out. The widget is `mapping_table`, the maps of the order tabs
stand in `maps`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from atoosync_lab.model.reference_lists import ListItem
from atoosync_lab.settings import Profile
from atoosync_lab.workbench.likeness import likeness

GONE = "gone"
"""Mark in a list item's `extra` of what the system no longer has, with the day since."""

Values = dict[str, dict[str, str]]
"""Row id -> column -> value; empty: not chosen."""

_NEAR = 0.82
"""Likeness of two names from which one suggests the other."""


class Kind(StrEnum):
    """How a column is filled in."""

    CHOICE = "choice"
    TEXT = "text"
    SWITCH = "switch"


class State(StrEnum):
    """Where a row stands; the order is that of precedence."""

    GONE = "gone"
    RATE = "rate"
    CHANGED = "changed"
    MISSING = "missing"
    DEFAULT = "default"
    DONE = "done"
    IDLE = "idle"
    """Nothing is asked for: a row that may stay empty."""


@dataclass(frozen=True, slots=True)
class Option:
    """One value that may be chosen."""

    value: str
    label: str
    rate: Decimal | None = None
    gone: str = ""
    """Day since which the system no longer has it."""
    note: str = ""
    """Technical name, where people know it."""
    place: str = ""
    """Country or territory it belongs to, where the system says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A column that a person fills in."""

    column: str
    """Name in the grid; in a map of rules, also the field of the rule."""
    title: str
    """Message code of the head."""
    kind: Kind = Kind.CHOICE
    default: str = ""
    """Setting that rows without a value take; empty: there is none."""
    default_title: str = ""
    """Message code of its label."""
    placeholder: str = ""
    """Message code of what an empty cell says."""
    required: bool = True
    """Empty and without default, the row is to be related."""
    empty: str = ""
    """What an entry that is not there stands for."""
    initial: str = ""
    """What a new entry takes where nothing was chosen."""
    width: int | None = None
    optional: bool = False
    """Left out where the page is narrow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """One value of the side that is read."""

    id: str
    """Key in the map."""
    cells: Mapping[str, str]
    """Column -> text shown."""
    rate: Decimal | None = None
    names: tuple[str, ...] = ()
    """Words by which an equal name on the other side is found."""
    path: str = ""
    """Setting of its own, where the row is no entry of the map."""
    gone: str = ""
    """Day since which the side no longer has it."""
    place: str = ""
    """Country it belongs to, as far as its name says."""
    like: str = ""
    """Row that serves it as long as it has no value of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSpec:
    """A map: its rows, its columns, its texts."""

    name: str
    """Short name; message codes of the texts are `map.<name>.title`, `.note`, `.search`, `.empty`."""
    path: str
    """Setting that holds the map: key -> value, or key -> rule when `nested`."""
    heads: tuple[tuple[str, str, str], ...]
    """Columns of the side that is read: (name, message code of the head, kind of the grid)."""
    targets: tuple[Target, ...]
    rows: Callable[[Profile, Sequence[str]], Sequence[MapRow]]
    """Rows of a profile; the second argument: keys that orders use and no list names."""
    options: Callable[[Profile], Mapping[str, Sequence[Option]]]
    """Column -> values that may be chosen."""
    nested: bool = False
    rated: bool = False
    """Rows and values have a rate; equal ones belong together."""
    one_is_enough: bool = False
    """A row with one of the required values, or an entry in the map at all, is related."""
    presence: str = ""
    """Column without whose value a rule goes out of the map; empty: it goes when nothing is left in it."""
    words: Mapping[State, str] = field(default_factory=dict)
    """Message codes of states that are called otherwise here."""
    reread: tuple[str, ...] = ("shop", "erp")
    """Sides whose lists are read again by the button."""
    flow: str = "orders"
    """Flow that shows the effect."""
    used: str = "map.head.used"
    """Message code of the head over the counts."""
    counted: str = "map.counted"
    """Message code of the sentence that says where the counts come from: `at`, `since`."""

    @property
    def asks(self) -> bool:
        """Rows may be lacking something."""
        return any(target.required for target in self.targets)

    def without(self, ignored: Collection[str]) -> MapSpec:
        """The map without the columns of rules that an ERP has no place for.

        Args:
            ignored: Settings by dotted path (`ErpPlugin.ignores`); a column is `<path of the map>.<column>`.
        """
        kept = tuple(target for target in self.targets if f"{self.path}.{target.column}" not in ignored)
        return self if len(kept) == len(self.targets) else replace(self, targets=kept)

    def target(self, column: str) -> Target | None:
        """The column of that name."""
        return next((t for t in self.targets if t.column == column), None)


def options_of(items: Iterable[ListItem], key: Callable[[ListItem], str] = lambda i: i.id) -> tuple[Option, ...]:
    """Items of a reference list as values; technical names that no one types are left out."""
    return tuple(
        Option(
            value=key(item),
            label=item.label,
            rate=item.rate,
            gone=str(item.extra.get(GONE, "")),
            note=item.id if len(item.id) <= 12 and item.id != item.label else "",
            place=str(item.extra.get("TerritorialityId", "")),
        )
        for item in items
        if item.active or item.extra.get(GONE)
    )


def state(
    spec: MapSpec,
    row: MapRow,
    values: Mapping[str, str],
    saved: Mapping[str, str],
    fallback: Mapping[str, str],
    known: Mapping[str, Mapping[str, Option]],
) -> State:
    """Where a row stands.

    Args:
        spec: the map.
        row: the row.
        values: its values now, typed ones included.
        saved: its values as saved.
        fallback: defaults now, setting -> value.
        known: column -> value -> option.
    """
    missing = taken = filled = False
    for target in spec.targets:
        value = values.get(target.column, "")
        if target.kind is not Kind.CHOICE:
            continue
        if value:
            filled = True
            option = known.get(target.column, {}).get(value)
            if option is None or option.gone:
                return State.GONE
            if spec.rated and row.rate is not None and option.rate is not None and option.rate != row.rate:
                return State.RATE
        elif target.required:
            default = "" if row.path else fallback.get(target.default, "")
            missing, taken = missing or not default, taken or bool(default)
    if spec.one_is_enough and (filled or taken):
        missing = False
    if dict(values) != dict(saved):
        return State.CHANGED
    if missing:
        return State.MISSING
    if taken and not (spec.one_is_enough and filled):
        return State.DEFAULT
    return State.DONE if filled else State.IDLE


def suggested(spec: MapSpec, row: MapRow, options: Sequence[Option]) -> tuple[str, ...]:
    """Values that suit a row, the best first: those of its rate, like names first; without rates, like names."""
    fit = [o for o in options if not o.gone and o.value]
    if spec.rated:
        if row.rate is None:
            return ()
        fit = [o for o in fit if o.rate == row.rate]
        return tuple(o.value for o in sorted(fit, key=lambda o: -likeness(row.names, o.label)))
    near = [(likeness(row.names, o.label, o.note, least=_NEAR), o) for o in fit]
    return tuple(o.value for score, o in sorted(near, key=lambda pair: -pair[0]) if score >= _NEAR)


def certain(spec: MapSpec, row: MapRow, options: Sequence[Option]) -> str:
    """The one value that may be set without asking: the only one that suits, or one whose name suits far better.

    A tax of one country is not taken for that of another because their rates are equal.
    """
    by_value = {o.value: o for o in options}
    found = [
        v
        for v in suggested(spec, row, options)
        if not (spec.rated and row.place and by_value[v].place) or row.place == by_value[v].place
    ]
    if len(found) == 1:
        return found[0]
    scores = sorted((likeness(row.names, by_value[v].label, by_value[v].note) for v in found), reverse=True)
    return found[0] if len(scores) > 1 and scores[0] > scores[1] and scores[0] >= 0.5 else ""
