"""Values of a map in a profile: read for its rows, written back with nothing else of the profile moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.settings import Profile
from atoosync_lab.store.profiles import Change
from atoosync_lab.workbench.mapping_rows import Kind, MapRow, MapSpec, Values

_LISTS = ("shop_lists", "erp_lists")
"""Parts of the profile that a refresh changes: no setting of anybody's."""


def setting(document: Mapping[str, Any], path: str) -> Any:
    """Value of a dotted setting in a profile's document."""
    for name in path.split("."):
        document = document[name]
    return document


def read(spec: MapSpec, profile: Profile, rows: Sequence[MapRow]) -> Values:
    """The values saved for these rows."""
    document = profile.model_dump(mode="json")
    entries = setting(document, spec.path)
    found: Values = {}
    for row in rows:
        if row.path:
            found[row.id] = {spec.targets[0].column: str(setting(document, row.path) or "")}
        elif spec.nested:
            rule = entries.get(row.id)
            found[row.id] = {
                t.column: t.empty if rule is None else _text(setting(rule, t.column)) for t in spec.targets
            }
        else:
            found[row.id] = {spec.targets[0].column: str(entries.get(row.id, ""))}
    return found


def defaults(spec: MapSpec, profile: Profile) -> dict[str, str]:
    """Setting -> value of every default."""
    document = profile.model_dump(mode="json")
    return {t.default: _text(setting(document, t.default)) for t in spec.targets if t.default}


def write(
    spec: MapSpec, profile: Profile, rows: Mapping[str, MapRow], changes: Values, fallback: Mapping[str, str]
) -> Profile:
    """A profile with changed rows and defaults in it; nothing else of it moves.

    Args:
        spec: the map.
        profile: the settings as saved last.
        rows: rows by id.
        changes: changed cells only; a row left without any value goes out of the map.
        fallback: changed defaults, setting -> value.

    Raises:
        pydantic.ValidationError: a value does not fit its setting.
    """
    document = profile.model_dump(mode="json")
    entries = setting(document, spec.path)
    for row_id, cells in changes.items():
        row = rows.get(row_id)
        if row is not None and row.path:
            _place(document, row.path, next(iter(cells.values())))
        elif spec.nested:
            _set_rule(spec, entries, row_id, cells)
        else:
            value = next(iter(cells.values()))
            if value:
                entries[row_id] = value
            else:
                entries.pop(row_id, None)
    for path, value in fallback.items():
        _place(document, path, value)
    return Profile.model_validate(document)


@dataclass(slots=True)
class Conflict:
    """What somebody else changed meanwhile in the rows that are changed here."""

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    """Row -> column -> the value saved by the other."""
    defaults: dict[str, str] = field(default_factory=dict)


def conflicts(base: Values, theirs: Values, changes: Values) -> Conflict:
    """Cells that both sides changed, to different values."""
    found = Conflict()
    for row_id, cells in changes.items():
        for column, value in cells.items():
            now = theirs.get(row_id, {}).get(column, "")
            if now != base.get(row_id, {}).get(column, "") and now != value:
                found.rows.setdefault(row_id, {})[column] = now
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)


def _typed(spec: MapSpec, column: str, value: str) -> Any:
    target = spec.target(column)
    return bool(value) if target is not None and target.kind is Kind.SWITCH else value


def _set_rule(spec: MapSpec, entries: dict[str, Any], row_id: str, cells: Mapping[str, str]) -> None:
    known = row_id in entries
    rule = dict(entries.get(row_id) or _empty_rule(spec))
    rule.update({column: _typed(spec, column, value) for column, value in cells.items()})
    if spec.presence:
        gone = not rule.get(spec.presence)
        if not known:
            rule.update({t.column: t.initial for t in spec.targets if t.initial and not rule.get(t.column)})
    else:
        gone = rule == _empty_rule(spec) or not _chosen(spec, rule)
    if gone:
        entries.pop(row_id, None)
    else:
        entries[row_id] = rule


def _empty_rule(spec: MapSpec) -> dict[str, Any]:
    return {t.column: _typed(spec, t.column, t.empty) for t in spec.targets}


def _chosen(spec: MapSpec, rule: Mapping[str, Any]) -> bool:
    """A rule of which nothing but a switch is left says nothing."""
    return any(rule.get(t.column) for t in spec.targets if t.kind is not Kind.SWITCH)


def _place(document: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for name in parents:
        document = document[name]
    document[last] = value


def saved_since(session: Session, revision: int, paths: Sequence[str], *, always: bool = False) -> tuple[Change, ...]:
    """What others saved since a revision, newest first; empty: nothing that has to be read first.

    The same person's other blocks of the page, and lists that were read again, are no other opinion.

    Args:
        session: the opened profile.
        revision: the revision that was read.
        paths: settings that are edited here.
        always: the store refused to save: whatever was saved counts.
    """
    since = [c for c in session.workspace.profiles.history(session.profile_id) if c.revision > revision]
    settings = [c for c in since if any(not name.startswith(_LISTS) for name in c.fields())]
    mine = all(change.who == whoami() for change in settings)
    touched = any(name.startswith(tuple(paths)) for change in settings for name in change.fields())
    if not always and (not settings or (mine and not touched)):
        return ()
    return tuple(settings or since)
