"""The exports a dashboard may read. It knows neither the store nor its secrets: a folder of files is all it is given.

`ATOOSYNC_BOARD` names that folder, either with a folder a profile or one profile's own. The address of a page never
widens it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from atoosync_lab.model.errors import StorageError
from atoosync_lab.model.i18n import current_language
from atoosync_lab.snapshots import duck

FILE = "journal.duckdb"
LAYOUT = "2"
"""Layout of the exports this version reads."""

_COLUMNS = (
    "id", "flow", "state", "started_at", "ended_at", "total", "ok", "failed", "ignored", "blocked", "plan_id", "who",
    "notebook", "message", "lines",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A profile whose journal can be read."""

    id: str
    name: str
    zone: str
    exported_at: datetime
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, as exported."""

    profile: Shown
    id: str
    flow: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    total: int
    ok: int
    failed: int
    ignored: int
    blocked: int
    plan_id: str
    who: str
    notebook: str
    message: str
    lines: int
    cause: str
    """Sentence that ended it, in the reader's language; empty: it came to its end."""

    @property
    def done(self) -> int:
        """Records dealt with: the n of n / total."""
        return self.ok + self.failed + self.ignored


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a run's log."""

    at: datetime
    level: str
    record: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the reader filters by; empty: all."""

    profile: str = ""
    flow: str = ""
    state: str = ""
    text: str = ""


def folder(env: Mapping[str, str] = os.environ) -> Path:
    """The folder this process may read: `ATOOSYNC_BOARD`, else the exports of this machine's workbench."""
    given = env.get("ATOOSYNC_BOARD")
    return Path(given) if given else Path(env.get("ATOOSYNC_HOME") or "data") / "exports"


class Journals:
    """The journals in a folder.

    Args:
        root: the folder.
        language: language of the sentences; None: that of the process.
    """

    def __init__(self, root: Path, language: str | None = None) -> None:
        self._root = root
        self._language = language or current_language()

    def profiles(self) -> list[Shown]:
        """Profiles by name; a file that cannot be read is left out, the others are shown."""
        own = self._root / FILE
        paths = [own] if own.is_file() else sorted(self._root.glob(f"*/{FILE}"))
        found = [shown for path in paths if (shown := _shown(path)) is not None]
        return sorted(found, key=lambda p: (p.name.casefold(), p.id))

    def stamp(self) -> tuple[tuple[str, int], ...]:
        """Changes when an export is renewed."""
        paths = [self._root / FILE, *sorted(self._root.glob(f"*/{FILE}"))]
        return tuple((path.parent.name, path.stat().st_mtime_ns) for path in paths if path.is_file())

    def flows(self) -> list[str]:
        """Flows that have run."""
        return [row[0] for row in self._ask("SELECT DISTINCT flow FROM {run} ORDER BY flow", [])]

    def count(self, wanted: Wanted) -> int:
        """Runs that answer the filter."""
        where, params = self._where(wanted)
        rows = self._ask(f"SELECT count(*) FROM {{run}} WHERE {where}", params)
        return int(rows[0][0]) if rows else 0

    def by_state(self, wanted: Wanted) -> dict[str, int]:
        """Runs a state, whatever state is wanted."""
        where, params = self._where(Wanted(profile=wanted.profile, flow=wanted.flow, text=wanted.text))
        return dict(self._ask(f"SELECT state, count(*) FROM {{run}} WHERE {where} GROUP BY state", params))

    def runs(self, wanted: Wanted, *, offset: int = 0, limit: int = 20) -> list[Run]:
        """Runs, newest first."""
        where, params = self._where(wanted)
        return self._runs(f"{where} ORDER BY started_at DESC, id DESC LIMIT {int(limit)} OFFSET {int(offset)}", params)

    def run(self, run_id: str) -> Run | None:
        """One run, or None when no export of this folder holds it."""
        found = self._runs("id = ?", [run_id])
        return found[0] if found else None

    def lines(self, run: Run) -> list[Line]:
        """The lines of a run, in order."""
        sql = f"SELECT said_at, level, record, text_{self._language} FROM {{entry}} WHERE run = ? ORDER BY seq"
        rows = self._ask(sql, [run.id], [run.profile])
        return [Line(at=at, level=level, record=record, text=text) for at, level, record, text in rows]

    def _runs(self, tail: str, params: Sequence[Any]) -> list[Run]:
        profiles = {p.id: p for p in self.profiles()}
        columns = ", ".join(("profile", *_COLUMNS, f"message_{self._language} AS cause"))
        rows = self._ask(f"SELECT {columns} FROM {{run}} WHERE {tail}", params, list(profiles.values()))
        names = ("profile", *_COLUMNS, "cause")
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return [Run(**{**run, "profile": profiles[run["profile"]]}) for run in found]

    def _where(self, wanted: Wanted) -> tuple[str, list[Any]]:
        where, params = ["TRUE"], list[Any]()
        for column in ("profile", "flow", "state"):
            value = getattr(wanted, column)
            if value:
                where.append(f"{column} = ?")
                params.append(value)
        if wanted.text:
            text = f"text_{self._language}"
            where.append(
                f"(contains(lower(message_{self._language}), lower(?)) OR starts_with(id, lower(?)) OR EXISTS ("
                f"SELECT 1 FROM {{entry}} e WHERE e.run = id AND (contains(lower(e.{text}), lower(?))"
                " OR contains(lower(e.record), lower(?)))))"
            )
            params += [wanted.text] * 4
        return " AND ".join(where), params

    def _ask(self, sql: str, params: Sequence[Any], profiles: Sequence[Shown] | None = None) -> list[tuple[Any, ...]]:
        """Ask all journals as one; each connection sees the files as they are now, and nothing else of the disk."""
        shown = self.profiles() if profiles is None else profiles
        if not shown:
            return []
        con = duck.connect()
        try:
            for number, profile in enumerate(shown):
                duck.attach(con, profile.path, f"j{number}")
            con.execute("SET enable_external_access=false")
            tables = {
                name: "(" + " UNION ALL ".join(
                    f"SELECT '{p.id.replace(chr(39), chr(39) * 2)}' AS profile, * FROM j{n}.{name}"
                    for n, p in enumerate(shown)
                ) + ")"
                for name in ("run", "entry")
            }  # fmt: skip
            return con.execute(sql.format(**tables), list(params)).fetchall()
        finally:
            con.close()


def _shown(path: Path) -> Shown | None:
    try:
        con = duck.connect(path, read_only=True)
    except StorageError:
        return None
    try:
        facts = dict(con.execute("SELECT k, v FROM fact").fetchall())
    except duckdb.Error:
        return None
    finally:
        con.close()
    if facts.get("format") != LAYOUT:
        return None
    return Shown(
        id=facts["profile"], name=facts["name"], zone=facts["zone"],
        exported_at=datetime.fromisoformat(facts["exported_at"]), path=path,
    )  # fmt: skip
