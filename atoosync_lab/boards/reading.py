"""The exports a dashboard may read. It knows neither the store nor its secrets: folders of files are all it is given.

`ATOOSYNC_BOARD` names these folders (several as in a search path), each either with a folder a profile or one profile's
own. The address of a page never widens them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from atoosync_lab.boards import live
from atoosync_lab.boards.records import Balance, Daily, Line, Planned, Run, Shown, Wanted
from atoosync_lab.model.errors import StorageError
from atoosync_lab.model.i18n import current_language
from atoosync_lab.snapshots import duck

FILE = "journal.duckdb"
LAYOUT = "2"
"""Layout of the exports this version reads."""

GOING = ("waiting", "running")
"""States of a run that has not ended."""

_COLUMNS = (
    "id", "flow", "state", "started_at", "ended_at", "updated_at", "total", "ok", "failed", "ignored", "blocked",
    "plan_id", "who", "notebook", "message", "lines",
)  # fmt: skip
_TABLES = ("run", "entry", "daily", "balance", "planned")


def folders(env: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The folders this process may read: `ATOOSYNC_BOARD`, else the exports of this machine's workbench."""
    given = env.get("ATOOSYNC_BOARD")
    if given:
        return tuple(Path(each) for each in given.split(os.pathsep) if each)
    return (Path(env.get("ATOOSYNC_HOME") or "data") / "exports",)


class Journals:
    """The exports in some folders, read as one.

    Args:
        roots: the folders.
        language: language of the sentences; None: that of the process.
    """

    def __init__(self, *roots: Path, language: str | None = None) -> None:
        self._roots = roots
        self._language = language or current_language()
        self._stamp: tuple[tuple[str, int], ...] | None = None
        self._con: duckdb.DuckDBPyConnection | None = None
        self._shown: list[Shown] = []

    def profiles(self) -> list[Shown]:
        """Profiles by name; a file that cannot be read is left out, the others are shown."""
        self._refresh()
        return list(self._shown)

    def stamp(self) -> tuple[tuple[str, int], ...]:
        """Changes when an export is renewed, or a run that goes on says something."""
        return (*self._written(), *live.stamp(self._folders()))

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
        where, params = self._where(wanted.without_state())
        return dict(self._ask(f"SELECT state, count(*) FROM {{run}} WHERE {where} GROUP BY state", params))

    def runs(self, wanted: Wanted, *, offset: int = 0, limit: int = 20) -> list[Run]:
        """Runs, newest first."""
        where, params = self._where(wanted)
        return self._runs(f"{where} ORDER BY started_at DESC, id DESC LIMIT {int(limit)} OFFSET {int(offset)}", params)

    def run(self, run_id: str) -> Run | None:
        """One run, going on or ended; None when no export of these folders holds it."""
        for run in self.going():
            if run.id == run_id:
                return run
        found = self._runs("id = ?", [run_id])
        return found[0] if found else None

    def going(self) -> list[Run]:
        """Runs that go on, the newest first: from their live files, else as last exported."""
        by_folder = {shown.path.parent: shown for shown in self.profiles()}
        said = [live.run(path, by_folder[path.parent.parent]) for path in live.paths(list(by_folder))]
        known = {run.id: run for run in said if run is not None}
        # A live file outlives a run whose process died: the journal has the last word on how it ended.
        ended = {run.id for run in self._runs("ended_at IS NOT NULL AND list_contains(?, id)", [list(known)])}
        exported = {run.id: run for run in self._runs(f"state IN {GOING}", [])}
        found = [run for run in {**exported, **known}.values() if run.id not in ended]
        return sorted(found, key=lambda run: run.started_at, reverse=True)

    def latest(self) -> list[Run]:
        """The last ended run of each task of each profile, newest first."""
        first = "row_number() OVER (PARTITION BY profile, flow ORDER BY started_at DESC) = 1"
        return self._runs(f"ended_at IS NOT NULL QUALIFY {first} ORDER BY started_at DESC", [])

    def lines(self, run: Run) -> list[Line]:
        """The lines of a run, in order."""
        if run.ended_at is None:
            said = live.lines(run.profile.path.parent / "live" / f"{run.id}.json", self._language)
            if said:
                return said
        sql = f"SELECT said_at, level, record, text_{self._language} FROM {{entry}} WHERE run = ? AND profile = ?"
        rows = self._ask(f"{sql} ORDER BY seq", [run.id, run.profile.id])
        return [Line(at=at, level=level, record=record, text=text) for at, level, record, text in rows]

    def daily(self, first: date, last: date, profile: str = "") -> list[Daily]:
        """Records a day, kind and profile of a time, both ends included."""
        mine, params = ("AND profile = ?", [profile]) if profile else ("", [])
        sql = "SELECT profile, day, side, kind, records FROM {daily} WHERE day BETWEEN ? AND ?"
        return [Daily(*row) for row in self._ask(f"{sql} {mine} ORDER BY day", [first, last, *params])]

    def first_day(self) -> date | None:
        """The first day of which anything is known; None: nothing yet."""
        rows = self._ask("SELECT min(day) FROM {daily}", [])
        return rows[0][0] if rows else None

    def balances(self) -> list[Balance]:
        """Both counters of each profile."""
        sql = "SELECT profile, counter, starts, resets, bought, used FROM {balance}"
        return [Balance(*row) for row in self._ask(sql, [])]

    def planned(self, now: datetime) -> list[Planned]:
        """Scheduled tasks: the next start of each after a moment, or that it is paused."""
        sql = (
            "SELECT profile, flow, paused, min(starts_at) FROM {planned} WHERE paused OR starts_at > ?"
            " GROUP BY profile, schedule, flow, paused ORDER BY 4 NULLS LAST"
        )
        return [Planned(*row) for row in self._ask(sql, [now])]

    def _runs(self, tail: str, params: Sequence[Any]) -> list[Run]:
        columns = ", ".join(("profile", *_COLUMNS, f"message_{self._language} AS cause"))
        rows = self._ask(f"SELECT {columns} FROM {{run}} WHERE {tail}", params)
        profiles = {p.id: p for p in self._shown}
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
        if wanted.since is not None:
            where.append("started_at >= ?")
            params.append(wanted.since)
        if wanted.text:
            text = f"text_{self._language}"
            where.append(
                f"(contains(lower(message_{self._language}), lower(?)) OR starts_with(id, lower(?)) OR EXISTS ("
                f"SELECT 1 FROM {{entry}} e WHERE e.run = id AND (contains(lower(e.{text}), lower(?))"
                " OR contains(lower(e.record), lower(?)))))"
            )
            params += [wanted.text] * 4
        return " AND ".join(where), params

    def _ask(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Ask all exports as one; the files as they are now, and nothing else of the disk."""
        self._refresh()
        if self._con is None or not self._shown:
            return []
        tables = {
            name: "(" + " UNION ALL ".join(
                f"SELECT '{p.id.replace(chr(39), chr(39) * 2)}' AS profile, * FROM {p.alias}.{name}"
                for p in self._shown
            ) + ")"
            for name in _TABLES
        }  # fmt: skip
        return self._con.execute(sql.format(**tables), list(params)).fetchall()

    def _folders(self) -> list[Path]:
        """The folders of profiles there are, in the given ones."""
        found: list[Path] = []
        for root in self._roots:
            found += [root] if (root / FILE).is_file() else [path.parent for path in sorted(root.glob(f"*/{FILE}"))]
        return found

    def _written(self) -> tuple[tuple[str, int], ...]:
        found = []
        for folder in self._folders():
            try:
                found.append((str(folder), (folder / FILE).stat().st_mtime_ns))
            except FileNotFoundError:
                continue
        return tuple(found)

    def _refresh(self) -> None:
        """Open the files anew when one was renewed; an export is never changed in place."""
        now = self._written()
        if now == self._stamp:
            return
        if self._con is not None:
            self._con.close()
        self._stamp, self._con, self._shown = now, duck.connect(), []
        for number, (folder, _) in enumerate(now):
            shown = _attached(self._con, Path(folder) / FILE, f"j{number}")
            if shown is not None and shown.id not in {each.id for each in self._shown}:
                self._shown.append(shown)
        self._con.execute("SET enable_external_access=false")
        self._shown.sort(key=lambda p: (p.name.casefold(), p.id))


def _attached(con: duckdb.DuckDBPyConnection, path: Path, alias: str) -> Shown | None:
    try:
        duck.attach(con, path, alias)
        facts = dict(con.execute(f"SELECT k, v FROM {alias}.fact").fetchall())
    except (StorageError, duckdb.Error):
        return None
    if facts.get("format") != LAYOUT:
        return None
    return Shown(
        id=facts["profile"], name=facts["name"], zone=facts["zone"], kind=facts["kind"], shop=facts["shop"],
        shop_version=facts["shop_version"], erp=facts["erp"], to_check=int(facts["to_check"]),
        exported_at=datetime.fromisoformat(facts["exported_at"]), path=path, alias=alias,
    )  # fmt: skip
