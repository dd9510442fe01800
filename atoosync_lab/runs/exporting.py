"""What a client's dashboard may read: a copy of one profile's journal, without the store and its secrets.

`exports/<profile>/journal.duckdb` is written beside and renamed, so that a reader always sees a whole file. Runs that
have ended are carried over from the last export; only new ones are read from the store, so a run's end pays for itself.
While a run goes on, its own small file beside it tells how far it is (`runs/live.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.model.errors import SettingsError, StorageError
from atoosync_lab.model.i18n import LANGUAGES, Message
from atoosync_lab.model.points import into_place
from atoosync_lab.runs import figures
from atoosync_lab.runs.live import Live, sweep
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.snapshots import duck
from atoosync_lab.store import tallies
from atoosync_lab.store.journal_records import GOING, Entry, Run

FORMAT = "2"
"""Layout of the file: an export of another one is written anew."""

LAST_RUNS = 200
"""Runs a dashboard can look back on."""

LINES_OF_A_RUN = 500
"""Lines kept of one run; where it has more, its warnings and errors come first."""

_RUN = (
    "id VARCHAR, flow VARCHAR, state VARCHAR, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ, updated_at TIMESTAMPTZ,"
    " total BIGINT, ok BIGINT, failed BIGINT, ignored BIGINT, blocked BIGINT, plan_id VARCHAR, who VARCHAR,"
    " notebook VARCHAR, message VARCHAR, message_fr VARCHAR, message_en VARCHAR, lines BIGINT"
)
_ENTRY = (
    "run VARCHAR, seq BIGINT, said_at TIMESTAMPTZ, level VARCHAR, stage VARCHAR, record VARCHAR, action VARCHAR,"
    " code VARCHAR, text_fr VARCHAR, text_en VARCHAR"
)
_TABLES = {
    "run": _RUN,
    "entry": _ENTRY,
    "fact": "k VARCHAR, v VARCHAR",
    "daily": "day DATE, side VARCHAR, kind VARCHAR, records BIGINT",
    "balance": "counter VARCHAR, starts DATE, resets DATE, bought BIGINT, used BIGINT",
    "planned": "schedule VARCHAR, flow VARCHAR, paused BOOLEAN, starts_at TIMESTAMPTZ",
}
"""Tables of an export and their columns."""


def exports_folder(workspace: Workspace) -> Path:
    """Where the exports of all profiles are."""
    return workspace.home.root / "exports"


def live_export(workspace: Workspace, run: Run) -> Live:
    """What tells dashboards of a run that begins; its process notes every line there, and closes it at the end."""
    folder = exports_folder(workspace) / run.profile
    return Live(folder, run, Redactor(workspace.secrets.known_values(run.profile)))


def export_journal(workspace: Workspace, profile_id: str) -> Path:
    """Write the journal of a profile for its dashboards: the last runs with their lines in both languages, figures.

    Called at the end of each run, and when schedules change; the file is complete and never changed in place.

    Raises:
        SettingsError: unknown profile.
        StorageError: disk full, or the folder cannot be written.
    """
    profile = workspace.profiles.get(profile_id)
    folder = exports_folder(workspace) / profile.id
    path = folder / "journal.duckdb"
    temporary = folder / f"journal.{os.getpid()}.duckdb.tmp"
    runs = workspace.journal.list(profile=profile.id, limit=LAST_RUNS)
    redactor = Redactor(workspace.secrets.known_values(profile.id))
    with duck.writing("exports"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    con = duck.create(temporary, "exports")
    try:
        with duck.writing("exports"):
            duck.create_tables(con, _TABLES)
            kept = _carry_over(con, path, [run for run in runs if run.state not in GOING])
            # All the rest together: alone, each statement would wait for the disk.
            con.begin()
            _insert(con, "fact", _facts(workspace, profile).items())
            _insert(con, "run", (_run_row(run, redactor) for run in runs if run.id not in kept))
            fresh = (line for run in runs if run.id not in kept for line in _lines(workspace, run))
            _insert(con, "entry", (_entry_row(line, redactor) for line in fresh))
            _insert(con, "daily", ((d.day, d.side, d.kind, d.records) for d in figures.daily(workspace, profile)))
            balances = figures.balances(workspace, profile)
            _insert(con, "balance", ((b.counter, b.starts, b.resets, b.bought, b.used) for b in balances))
            planned = figures.planned(workspace, profile)
            _insert(con, "planned", ((p.schedule, p.flow, p.paused, p.at) for p in planned))
            con.execute("UPDATE run SET lines = (SELECT count(*) FROM entry WHERE entry.run = run.id)").fetchall()
            con.commit()
            con.execute("CHECKPOINT").fetchall()
            con.close()
            into_place(temporary, path)
    except BaseException:
        duck.discard(con, temporary)
        raise
    sweep(folder, frozenset(run.id for run in runs if run.state in GOING))
    return path


def renew(workspace: Workspace, *profiles: str) -> None:
    """Write the exports of profiles anew after a change; where it fails, the next run's end does it."""
    for profile in dict.fromkeys(profiles):
        with suppress(StorageError, SettingsError):
            export_journal(workspace, profile)


def _facts(workspace: Workspace, profile: Profile) -> dict[str, str]:
    """What a dashboard says of the profile itself."""
    return {
        "format": FORMAT, "profile": profile.id, "name": profile.name, "zone": profile.timezone,
        "kind": profile.kind.value, "shop": profile.shop.system, "shop_version": profile.shop.version,
        "erp": profile.erp.system, "to_check": str(tallies.waiting_for_a_person(workspace.store, profile.id)),
        "exported_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip


def _carry_over(con: duckdb.DuckDBPyConnection, path: Path, ended: Sequence[Run]) -> frozenset[str]:
    """Copy what the last export holds of runs that have not changed since; their ids."""
    if not path.is_file() or not ended:
        return frozenset()
    try:
        duck.attach(con, path, "old")
    except StorageError:
        return frozenset()
    try:
        layout = con.execute("SELECT v FROM old.fact WHERE k = 'format'").fetchone()
        if layout is None or layout[0] != FORMAT:
            return frozenset()
        con.execute("CREATE TEMP TABLE same (id VARCHAR, updated_at TIMESTAMPTZ, state VARCHAR, notebook VARCHAR)")
        _insert(con, "same", ((r.id, r.updated_at, r.state.value, r.notebook) for r in ended))
        con.execute(
            "INSERT INTO run SELECT o.* FROM old.run o JOIN same s ON o.id = s.id AND o.state = s.state"
            " AND o.notebook = s.notebook AND o.updated_at IS NOT DISTINCT FROM s.updated_at"
        ).fetchall()
        con.execute("INSERT INTO entry SELECT e.* FROM old.entry e SEMI JOIN run r ON r.id = e.run").fetchall()
        return frozenset(row[0] for row in con.execute("SELECT id FROM run").fetchall())
    except duckdb.CatalogException:
        return frozenset()
    finally:
        con.execute("DETACH old")


def _lines(workspace: Workspace, run: Run) -> list[Entry]:
    """The lines of a run, in order; of a long one all that went wrong first, then the beginning."""
    journal = workspace.journal
    lines = list(journal.entries(run.id, limit=LINES_OF_A_RUN + 1))
    if len(lines) <= LINES_OF_A_RUN:
        return lines
    chosen = {e.seq: e for e in journal.entries(run.id, levels=("warning", "error"), limit=LINES_OF_A_RUN)}
    for line in lines:
        if len(chosen) >= LINES_OF_A_RUN:
            break
        chosen[line.seq] = line
    return [chosen[seq] for seq in sorted(chosen)]


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    listed = list(rows)
    if not listed:
        return
    names = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]
    columns = zip(*listed, strict=True)
    con.register("incoming", pa.table({name: list(column) for name, column in zip(names, columns, strict=True)}))
    con.execute(f"INSERT INTO {table} SELECT * FROM incoming").fetchall()
    con.unregister("incoming")


def _texts(message: Message | None, redactor: Redactor) -> list[str]:
    return [redactor.text(message.text(language)) if message else "" for language in LANGUAGES]


def _run_row(run: Run, redactor: Redactor) -> tuple[Any, ...]:
    counts = run.counts
    return (
        run.id, run.flow, run.state.value, run.started_at, run.ended_at, run.updated_at, counts.total, counts.ok,
        counts.failed, counts.ignored, counts.blocked, run.plan_id, run.who, run.notebook,
        run.message.code if run.message else "", *_texts(run.message, redactor), 0,
    )  # fmt: skip


def _entry_row(line: Entry, redactor: Redactor) -> tuple[Any, ...]:
    return (
        line.run, line.seq, line.at, line.level, line.stage, redactor.text(line.record), line.action, line.code,
        *_texts(line.message, redactor),
    )  # fmt: skip
