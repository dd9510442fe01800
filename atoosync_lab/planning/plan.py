"""A plan: a frozen file of rows that a person can read before anything is written.

`plans/<profile>/<id>.duckdb` holds `plan` (what it was made from), `row` (what would happen) and `unchanged` (keys that
are equal on both sides: counted, shown on demand). Preview and apply read the same rows; only the last step differs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import uuid_utils

from atoosync_lab.model.errors import SettingsError, StorageError
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.points import into_place
from atoosync_lab.planning.notes import Note, notes_of
from atoosync_lab.snapshots import duck


class Action(StrEnum):
    """What a plan row does. « Held » is `block`."""

    CREATE = "create"
    UPDATE = "update"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    LINK = "link"
    SKIP = "skip"
    BLOCK = "block"


FOLDER = "plans"
"""Name of the folder in sentences."""

WRITES = (Action.CREATE, Action.UPDATE, Action.ACTIVATE, Action.DEACTIVATE, Action.LINK)

ROW_COLUMNS = {
    "seq": "BIGINT",
    "action": "VARCHAR",
    "entity": "VARCHAR",
    "key": "VARCHAR",
    "parent": "VARCHAR",
    "target_id": "VARCHAR",
    "label": "VARCHAR",
    "changes": "VARCHAR",
    "reason": "VARCHAR",
    "params": "VARCHAR",
    "units": "BIGINT",
    "fingerprint": "VARCHAR",
    "payload": "VARCHAR",
}
_UNCHANGED = "entity VARCHAR, key VARCHAR, target_id VARCHAR, reason VARCHAR"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One row of a plan."""

    seq: int
    action: Action
    entity: str
    """`product`, `image` (all images of a product), `price`, `stock`, `status`, `order`, `credit_note`, `customer`,
    `settlement`, `order_status`."""
    key: str
    """Key people know: reference, shop order id."""
    parent: str = ""
    """Key of the row this one waits for (a settlement waits for its order)."""
    target_id: str = ""
    label: str = ""
    changes: tuple[tuple[str, str | None, str | None], ...] = ()
    """(field, before, after)."""
    reason: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    units: int = 0
    fingerprint: str = ""
    payload: str = ""
    """JSON: all that the write needs."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a person should know beside the reason."""
        if not (self.params.get("notes") or self.params.get("warnings")):
            return ()
        return notes_of(self.params, [name for name, _, _ in self.changes])

    def reason_text(self, language: str | None = None) -> str:
        """The reason as a sentence, its notes behind it."""
        return " ".join(
            [translate(self.reason, self.params, language), *(n.message.text(language) for n in self.notes)]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMeta:
    """What a plan was made from, and what it will cost."""

    id: str
    profile: str
    flow: str
    made_at: datetime
    who: str = ""
    captures: Mapping[str, str] = field(default_factory=dict)
    """Side -> capture id."""
    settings: str = ""
    """Fingerprint of the profile's settings."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """Last-transfer marks to set once the plan is applied: name -> instant (ISO)."""
    calls: int = 0
    """Remote calls that applying will take."""
    minutes: float = 0.0
    """Time they take under the remotes' own limits."""
    filter: str = ""
    warnings: tuple[Mapping[str, Any], ...] = ()
    reverses: str = ""
    """Id of the applied plan that this one takes back; empty: an ordinary plan."""
    replays: str = ""
    """Key of the one record that was planned again from its kept capture; empty: an ordinary plan."""


class PlanWriter:
    """Collects the rows of a plan and freezes it."""

    def __init__(self, folder: Path, profile: str) -> None:
        self.id = str(uuid_utils.uuid7())
        self._folder = folder / profile
        self._temporary = self._folder / f"{self.id}.duckdb.tmp"
        self.con = duck.create(self._temporary, FOLDER)
        body = ", ".join(f"{name} {kind}" for name, kind in ROW_COLUMNS.items())
        try:
            with duck.writing(FOLDER):
                duck.create_tables(self.con, {"row": body, "unchanged": _UNCHANGED})
        except BaseException:
            self.abandon()
            raise
        self._buffer: list[PlanRow] = []
        self._unchanged: list[tuple[str, str, str, str]] = []

    def add_unchanged(self, entity: str, key: str, target_id: str, reason: str) -> None:
        """Count a record that is left alone because both sides agree already."""
        self._unchanged.append((entity, key, target_id, reason))

    def add(self, row: PlanRow) -> None:
        """Append one row (flows that compute in Python)."""
        self._buffer.append(row)
        if len(self._buffer) >= 2_000:
            self._flush()

    def _flush(self) -> None:
        with duck.writing(FOLDER):
            self._write_buffers()

    def _write_buffers(self) -> None:
        rows, self._buffer = self._buffer, []
        same, self._unchanged = self._unchanged, []
        if same:
            table = pa.table(dict(zip(("entity", "key", "target_id", "reason"), zip(*same, strict=True), strict=True)))
            self.con.register("incoming_same", table)
            self.con.execute("INSERT INTO unchanged SELECT * FROM incoming_same").fetchall()
            self.con.unregister("incoming_same")
        if not rows:
            return
        table = pa.table(
            {
                "seq": pa.array([r.seq for r in rows], pa.int64()),
                "action": [str(r.action) for r in rows],
                "entity": [r.entity for r in rows],
                "key": [r.key for r in rows],
                "parent": [r.parent for r in rows],
                "target_id": [r.target_id for r in rows],
                "label": [r.label for r in rows],
                "changes": [dump_changes(r.changes) for r in rows],
                "reason": [r.reason for r in rows],
                "params": [json.dumps(dict(r.params), ensure_ascii=False, default=str) for r in rows],
                "units": pa.array([r.units for r in rows], pa.int64()),
                "fingerprint": [r.fingerprint for r in rows],
                "payload": [r.payload for r in rows],
            }
        )
        self.con.register("incoming_rows", table)
        self.con.execute("INSERT INTO row SELECT * FROM incoming_rows").fetchall()
        self.con.unregister("incoming_rows")

    def next_seq(self) -> int:
        """The number after the last row's."""
        self._flush()
        return int(self.con.execute("SELECT coalesce(max(seq), 0) + 1 FROM row").fetchall()[0][0])

    def tallied(self) -> dict[tuple[str, str], int]:
        """Rows so far by action and entity."""
        self._flush()
        counted = self.con.execute("SELECT action, entity, count(*) FROM row GROUP BY ALL").fetchall()
        return {(action, entity): rows for action, entity, rows in counted}

    def finish(self, meta: PlanMeta) -> Plan:
        """Freeze the plan: written whole, renamed, read-only."""
        self._flush()
        path = self._folder / f"{self.id}.duckdb"
        try:
            with duck.writing(FOLDER):
                for alias in ("erp", "shop"):
                    self.con.execute(f"DETACH DATABASE IF EXISTS {alias}")
                told = {
                    name: json.dumps(getattr(meta, name), default=_plain, ensure_ascii=False) for name in _META_FIELDS
                }
                duck.keep_names(self.con, "plan", told)
                self.con.execute("CHECKPOINT").fetchall()
                self.con.close()
                os.chmod(self._temporary, 0o444)
                into_place(self._temporary, path)
        except BaseException:
            self.abandon()
            raise
        return Plan.open(path)

    def abandon(self) -> None:
        """Drop the temporary file."""
        duck.discard(self.con, self._temporary)


_META_FIELDS = (
    "id",
    "profile",
    "flow",
    "made_at",
    "who",
    "captures",
    "settings",
    "marks",
    "calls",
    "minutes",
    "filter",
    "warnings",
    "reverses",
    "replays",
)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def dump_changes(changes: Sequence[tuple[str, str | None, str | None]]) -> str:
    """Changes as the JSON text of the `changes` column."""
    return json.dumps([{"field": f, "before": b, "after": a} for f, b, a in changes], ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Count:
    """Rows of one action and reason."""

    action: str
    entity: str
    reason: str
    rows: int
    units: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A frozen plan, read from its file."""

    meta: PlanMeta
    path: Path
    reader: duck.Reader = field(compare=False, repr=False)

    @classmethod
    def open(cls, path: Path) -> Plan:
        """Open a plan file.

        Raises:
            StorageError: the file is no complete plan.
        """
        if not path.is_file():
            raise StorageError("plan.missing", plan=path.stem)
        reader = duck.Reader(path)
        try:
            with reader.cursor() as con:
                rows = con.execute("SELECT name, value FROM plan").fetchall()
        except duckdb.Error as error:
            raise StorageError("capture.unreadable", path=path.name) from error
        values = {name: json.loads(value) for name, value in rows}
        values["made_at"] = datetime.fromisoformat(values["made_at"])
        values["warnings"] = tuple(values["warnings"])
        return cls(PlanMeta(**values), path, reader)

    def counts(self) -> list[Count]:
        """Rows by action, entity and reason; unchanged records as `skip`."""
        rows = self._sql(
            "SELECT action, entity, reason, count(*), sum(units)::BIGINT FROM row GROUP BY ALL"
            " UNION ALL SELECT 'skip', entity, reason, count(*), 0 FROM unchanged GROUP BY ALL ORDER BY 1, 2, 3"
        )
        return [Count(*r) for r in rows]

    def by_action(self) -> dict[str, int]:
        """Rows an action, every action named, zeros too."""
        totals = dict.fromkeys((a.value for a in Action), 0)
        for count in self.counts():
            totals[count.action] += count.rows
        return totals

    def units(self) -> int:
        """Quota units that applying will use."""
        return sum(c.units or 0 for c in self.counts())

    def rows(
        self,
        *,
        actions: Sequence[str] = (),
        entities: Sequence[str] = (),
        fields: Sequence[str] = (),
        search: str = "",
        offset: int = 0,
        limit: int | None = None,
        payload: bool = False,
    ) -> Iterator[PlanRow]:
        """Rows in order, filtered and paged in DuckDB. `payload` only where the write needs it: it is large.

        Args:
            actions: only these actions.
            entities: only these kinds of record.
            fields: only rows that change one of these fields, in any language of the shop.
            search: part of the key or of the name.
            offset: rows passed over.
            limit: rows given at most.
            payload: give the payload too.
        """
        where, params = _where(actions, entities, search, fields)
        columns = ", ".join(c if payload or c != "payload" else "'' AS payload" for c in ROW_COLUMNS)
        page = f" LIMIT {int(limit)}" if limit is not None else ""
        sql = f"SELECT {columns} FROM row WHERE {where} ORDER BY seq{page} OFFSET {int(offset)}"
        with self.reader.cursor() as con:
            result = con.execute(sql, params)
            while batch := result.fetchmany(500):
                for values in batch:
                    yield _row(values)

    def count(
        self,
        *,
        actions: Sequence[str] = (),
        entities: Sequence[str] = (),
        fields: Sequence[str] = (),
        search: str = "",
    ) -> int:
        """How many rows `rows` gives for the same filter."""
        where, params = _where(actions, entities, search, fields)
        return int(self._sql(f"SELECT count(*) FROM row WHERE {where}", params)[0][0])

    def listed_by_action(self) -> dict[str, int]:
        """Listed rows an action, every action named; records that are equal on both sides are not listed."""
        found = dict(self._sql("SELECT action, count(*) FROM row GROUP BY ALL"))
        return {action.value: int(found.get(action.value, 0)) for action in Action}

    def changed_fields(self, action: Action = Action.UPDATE) -> dict[str, int]:
        """Field -> rows of an action that change it; a field counts once a row, whatever the shop's languages."""
        rows = self._sql(
            "SELECT field, count(*) FROM (SELECT DISTINCT seq, split_part(unnest("
            "json_extract_string(changes, '$[*].field')), '@', 1) AS field FROM row WHERE action = ?) GROUP BY ALL",
            [action.value],
        )
        return dict(rows)

    def unchanged(self, *, search: str = "", offset: int = 0, limit: int = 1000) -> list[tuple[str, str, str]]:
        """(entity, key, reason) of records that are equal on both sides, in the order of their keys."""
        return self._sql(
            "SELECT entity, key, reason FROM unchanged WHERE contains(lower(key), lower(?))"
            f" ORDER BY key LIMIT {int(limit)} OFFSET {int(offset)}",
            [search],
        )

    def unchanged_among(self, keys: Sequence[str]) -> list[str]:
        """Those of these keys that are equal on both sides; their images apart, which are records of their own."""
        sql = "SELECT DISTINCT key FROM unchanged WHERE entity <> 'image' AND list_contains(?, key) ORDER BY key"
        with self.reader.cursor() as con:
            return [str(row[0]) for row in con.execute(sql, [list(keys)]).fetchall()] if keys else []

    def count_unchanged(self, search: str = "") -> int:
        """How many records `unchanged` gives for the same search."""
        sql = "SELECT count(*) FROM unchanged WHERE contains(lower(key), lower(?))"
        return int(self._sql(sql, [search])[0][0])

    def _sql(self, sql: str, params: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        with self.reader.cursor() as con:
            return con.execute(sql, list(params)).fetchall()


def _where(
    actions: Sequence[str], entities: Sequence[str], search: str, fields: Sequence[str] = ()
) -> tuple[str, list[str]]:
    """The filter of rows as a SQL condition with its values."""
    where, params = ["TRUE"], list[str]()
    for column, wanted in (("action", actions), ("entity", entities)):
        if wanted:
            where.append(f"{column} IN ({', '.join('?' * len(wanted))})")
            params += wanted
    if fields:
        where.append(
            "list_has_any(list_transform(json_extract_string(changes, '$[*].field'), lambda f: split_part(f, '@', 1)),"
            f" [{', '.join('?' * len(fields))}])"
        )
        params += fields
    if search:
        where.append("(contains(lower(key), lower(?)) OR contains(lower(label), lower(?)))")
        params += [search, search]
    return " AND ".join(where), params


def _row(values: tuple[Any, ...]) -> PlanRow:
    data: dict[str, Any] = dict(zip(ROW_COLUMNS, values, strict=True))
    data["action"] = Action(data["action"])
    data["changes"] = tuple((c["field"], c["before"], c["after"]) for c in json.loads(data["changes"] or "[]"))
    data["params"] = json.loads(data["params"] or "{}")
    filled: dict[str, Any] = {k: v if v is not None else "" for k, v in data.items()}
    return PlanRow(**filled)


def find(folder: Path, profile: str, plan_id: str) -> Plan:
    """The plan with this id, or an unambiguous beginning of it.

    Raises:
        SettingsError: none, or several.
        StorageError: its file is no complete plan.
    """
    # Compared, not globbed: what a person types is no pattern and no path.
    paths = [p for p in sorted((folder / profile).glob("*.duckdb")) if plan_id and p.stem.startswith(plan_id)]
    if len(paths) != 1:
        raise SettingsError("plan.not_found", plan=plan_id, count=len(paths))
    return Plan.open(paths[0])


def listed(folder: Path, profile: str) -> list[Plan]:
    """Plans of a profile, newest first."""
    found = []
    for path in sorted((folder / profile).glob("*.duckdb"), reverse=True):
        try:
            found.append(Plan.open(path))
        except StorageError:
            continue
    return found
