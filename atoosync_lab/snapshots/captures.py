"""Captures: immutable files of what one side held at one moment, and the catalogue of them.

`captures/<profile>/<side>/<utc>-<id>.duckdb`. A capture is written as `.tmp`, checkpointed, closed, renamed and made
read-only: a half-written one is never seen.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uuid_utils

from atoosync_lab.connectors.base import Connector, ReadRequest, Scope
from atoosync_lab.model.catalogue import ArticleImage, ImageContent
from atoosync_lab.model.errors import InvalidRecordError, SettingsError, StorageError
from atoosync_lab.model.points import into_place
from atoosync_lab.model.records import table_name
from atoosync_lab.snapshots import duck, tables
from atoosync_lab.snapshots.contents import Contents

FLUSH_ROWS = 2_000
"""Records of a kind that are written together, while the next pages are read."""
SIDES = ("erp", "shop")
STAMP = "%Y%m%dT%H%M%SZ"
"""Beginning of a file's name: the moment, UTC, so that names sort by age."""
FOLDER = "captures"
"""Name of the folder in sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What is known of one capture file."""

    id: str
    path: Path
    profile: str
    side: str
    system: str
    mode: str
    """`full`, `since`, or `window` (orders of a period: complete for that period only)."""
    base: str
    scopes: tuple[str, ...]
    request: dict[str, Any]
    started_at: datetime
    """By the remote's clock: the instant a last-transfer mark may move to."""
    finished_at: datetime
    counts: dict[str, int]
    """Rows the file holds, by table."""
    read: dict[str, int]
    """Rows that were read for it; fewer than it holds when it was completed from a base."""
    warnings: tuple[dict[str, Any], ...]
    calls: int
    shape: str = ""
    """Columns of its tables, as `tables.shape` names them."""

    @property
    def current(self) -> bool:
        """Its tables have the columns that this version reads; one that has not is replaced by reading all again."""
        return self.shape == tables.shape()


class CaptureWriter:
    """Receives chunks and ends as one immutable file.

    A thread of its own writes: what is written takes as long as what is read, and waits for nothing of it. One write is
    under way at most; its trouble is raised by the next one, or by `finish`.

    Raises:
        StorageError: disk full or folder not writable; the temporary file is removed.
    """

    def __init__(self, folder: Path, *, profile: str, side: str) -> None:
        self.id = str(uuid_utils.uuid7())
        self._folder = folder / profile / side
        stamp = datetime.now(UTC).strftime(STAMP)
        self.path = self._folder / f"{stamp}-{self.id}.duckdb"
        self._temporary = self.path.with_suffix(".duckdb.tmp")
        self._contents = Contents.of(folder, profile)
        self._buffers: dict[type[Any], list[Any]] = {}
        self.counts: dict[str, int] = {}
        self._con = duck.create(self._temporary, FOLDER)
        self._thread = ThreadPoolExecutor(1, "capture")
        self._writing: Future[None] | None = None
        try:
            with duck.writing(FOLDER):
                tables.create_tables(self._con)
        except BaseException:
            self.abandon()
            raise

    def add(self, chunk: Any) -> None:
        """Buffer a chunk's records; full buffers are written. Contents of images go to their folder at once."""
        for cls, rows in chunk.items():
            if cls is ImageContent:
                self._contents.keep(rows)
                continue
            buffer = self._buffers.setdefault(cls, [])
            buffer.extend(rows)
            if len(buffer) >= FLUSH_ROWS:
                self._flush(cls)

    def values(self, cls: type[Any], column: str) -> tuple[str, ...]:
        """Distinct texts of a column among the records added so far, in stable order."""
        self._flush(cls)
        self._written()
        found = self._con.execute(
            f"SELECT DISTINCT {tables.quote(column)} FROM {tables.quote(table_name(cls))} WHERE {tables.quote(column)}"
            " <> '' ORDER BY 1"
        ).fetchall()
        return tuple(row[0] for row in found)

    def _flush(self, cls: type[Any]) -> None:
        rows = self._buffers.pop(cls, [])
        name = table_name(cls)
        self.counts[name] = self.counts.get(name, 0) + len(rows)
        self._written()
        self._writing = self._thread.submit(self._insert, cls, rows)

    def _insert(self, cls: type[Any], rows: list[Any]) -> None:
        with duck.writing(FOLDER):
            tables.insert(self._con, cls, rows)

    def _written(self) -> None:
        """Wait for the write under way, and raise what went wrong with it."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def finish(self, meta: dict[str, Any], base: Path | None = None) -> Capture:
        """Write what is buffered, complete from `base`, and turn the file into a capture."""
        for cls in list(self._buffers):
            self._flush(cls)
        self._written()
        self._thread.shutdown()
        with duck.writing(FOLDER):
            if base is not None:
                duck.attach(self._con, base, "base")
                tables.merge_base(self._con, "base")
                self._con.execute("DETACH base")
            held = {**self.counts, **tables.counts(self._con)}
            told = {**meta, "counts": held, "read": self.counts, "id": self.id, "shape": tables.shape()}
            duck.keep_names(self._con, "capture", {name: tables.dumps(value) for name, value in told.items()})
            self._con.execute("CHECKPOINT").fetchall()
            self._con.close()
            os.chmod(self._temporary, 0o444)
            into_place(self._temporary, self.path)
        return _capture(self.path, json.loads(tables.dumps(told)))

    def abandon(self) -> None:
        """Drop the temporary file."""
        self._thread.shutdown()
        duck.discard(self._con, self._temporary)


def take(
    connector: Connector,
    folder: Path,
    *,
    profile: str,
    side: str,
    scopes: Iterable[tuple[Scope, ReadRequest | Callable[[CaptureWriter], ReadRequest]]],
    mode: str = "full",
    base: Capture | None = None,
    on_rows: Callable[[Scope, int], None] = lambda scope, rows: None,
    check: Callable[[], None] = lambda: None,
) -> Capture:
    """Read the scopes of one side into a new capture.

    Args:
        connector: where to read.
        folder: the captures folder.
        profile: profile id.
        side: `shop` or `erp`.
        scopes: what to read, in order; a function makes its request from what was read before it.
        mode: `full`, `since` (completed from `base`) or `window`.
        base: the capture that a `since` read completes.
        on_rows: told after each chunk how many rows of a scope were read.
        check: called between chunks; raises to stop (nothing is kept then).

    Raises:
        StorageError, and whatever the connector raises. No file is left behind.
    """
    wanted = list(scopes)
    started = connector.server_time()
    before = connector.calls
    writer = CaptureWriter(folder, profile=profile, side=side)
    try:
        requests: list[tuple[Scope, ReadRequest]] = []
        for scope, given in wanted:
            request = given if isinstance(given, ReadRequest) else given(writer)
            requests.append((scope, request))
            for chunk in connector.read(scope, request):
                writer.add(chunk)
                on_rows(scope, sum(len(rows) for cls, rows in chunk.items() if cls is not ImageContent))
                check()
        meta = {
            "profile": profile,
            "side": side,
            "system": connector.system,
            "mode": mode,
            "base": base.id if base else "",
            "scopes": [scope.value for scope, _ in wanted],
            "request": {scope.value: _request_meta(request) for scope, request in requests},
            "started_at": started.astimezone(UTC).isoformat(),
            "finished_at": datetime.now(UTC).isoformat(),
            "warnings": [_warning(w) for w in connector.warnings],
            "calls": connector.calls - before,
        }
        connector.warnings.clear()
        return writer.finish(meta, base.path if base and mode == "since" else None)
    except BaseException:
        writer.abandon()
        raise


def _warning(error: InvalidRecordError) -> dict[str, Any]:
    return {"code": error.code, "params": dict(error.message.params), "record": error.facts.record}


def _request_meta(request: ReadRequest) -> dict[str, Any]:
    return {
        "since": request.since.isoformat() if request.since else None,
        "created_from": request.created_from.isoformat() if request.created_from else None,
        "created_to": request.created_to.isoformat() if request.created_to else None,
        "statuses": list(request.statuses),
        "ids": len(request.ids),
    }


def read_meta(path: Path) -> Capture:
    """Open a capture's metadata.

    Raises:
        StorageError: the file is no complete capture.
    """
    with duck.Glances() as glances:
        return _read(glances, path)


def _read(glances: duck.Glances, path: Path) -> Capture:
    told = glances.names(path, "capture")
    return _capture(path, {name: json.loads(value) for name, value in told.items()})


def _capture(path: Path, meta: Mapping[str, Any]) -> Capture:
    """A capture from what its file says of itself."""
    return Capture(
        id=meta["id"],
        path=path,
        profile=meta["profile"],
        side=meta["side"],
        system=meta["system"],
        mode=meta["mode"],
        base=meta["base"],
        scopes=tuple(meta["scopes"]),
        request=meta["request"],
        started_at=datetime.fromisoformat(meta["started_at"]),
        finished_at=datetime.fromisoformat(meta["finished_at"]),
        counts=meta["counts"],
        read=meta["read"],
        warnings=tuple(meta["warnings"]),
        calls=meta["calls"],
        shape=meta.get("shape", ""),
    )


def each(folder: Path, profile: str, side: str) -> Iterator[Capture]:
    """Captures of a side, newest first, opened one by one as they are asked for; unreadable ones are passed over."""
    with duck.Glances() as glances:
        for path in sorted((folder / profile / side).glob("*.duckdb"), reverse=True):
            try:
                yield _read(glances, path)
            except StorageError:
                continue


def listed(folder: Path, profile: str, side: str | None = None) -> list[Capture]:
    """Captures of a profile, newest first. Unreadable files are left out here and reported when opened by name."""
    found = [capture for one in ((side,) if side else SIDES) for capture in each(folder, profile, one)]
    return sorted(found, key=lambda c: c.finished_at, reverse=True)


def latest(folder: Path, profile: str, side: str, scopes: Iterable[Scope], *, complete: bool = True) -> Capture | None:
    """The newest capture of a side that holds all these scopes; `complete` leaves out windows."""
    wanted = {s.value for s in scopes}
    for capture in each(folder, profile, side):
        if not capture.current:
            continue
        if wanted <= set(capture.scopes) and (not complete or capture.mode != "window"):
            return capture
    return None


def known_images(folder: Path, profile: str) -> dict[tuple[str, str], ArticleImage]:
    """Images of the ERP as last captured, by article and image id; those whose content is not here are left out.

    Raises:
        StorageError: the capture cannot be read.
    """
    last = latest(folder, profile, "erp", [Scope.IMAGES])
    if last is None:
        return {}
    contents = Contents.of(folder, profile)
    with duck.Reader(last.path).cursor() as con:
        rows = con.execute("SELECT * FROM article_image").fetchall()
        names = [column[0] for column in con.description or ()]
    found = [ArticleImage(**dict(zip(names, row, strict=True))) for row in rows]
    return {(i.article_id, i.image_id): i for i in found if i.version and contents.has(i.digest)}


def get(folder: Path, profile: str, capture_id: str) -> Capture:
    """The capture with this id (or unambiguous beginning of it).

    Raises:
        SettingsError: none, or several.
    """
    found = [c for c in listed(folder, profile) if c.id.startswith(capture_id)]
    if len(found) != 1:
        raise SettingsError("capture.not_found", capture=capture_id, count=len(found))
    return found[0]


def drop_old(folder: Path, profile: str, *, keep: timedelta, now: datetime, used: Iterable[str] = ()) -> int:
    """Retention: remove captures older than `keep`, the newest of each side and those in `used` excepted.

    The age stands in the file's name: nothing is opened, and unreadable files go like the others.
    """
    kept = set(used)
    limit = (now - keep).astimezone(UTC).strftime(STAMP)
    removed = 0
    for side in SIDES:
        for path in sorted((folder / profile / side).glob("*.duckdb"), reverse=True)[1:]:
            stamp, _, capture_id = path.stem.partition("-")
            if stamp < limit and capture_id not in kept:
                path.unlink(missing_ok=True)
                removed += 1
    if removed:
        removed += Contents.of(folder, profile).drop_unused((folder / profile / "erp").glob("*.duckdb"), now)
    return removed
