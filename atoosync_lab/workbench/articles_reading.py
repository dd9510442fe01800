"""What the last ERP capture says to a person who sets up articles: samples of fields, how many articles a filter keeps.

No remote call is made here: a page may ask at every key stroke.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from atoosync_lab.connectors.base import Scope
from atoosync_lab.mapping import rtf
from atoosync_lab.planning import selection
from atoosync_lab.planning.context import CatalogueContext
from atoosync_lab.runs.session import Session
from atoosync_lab.settings import Profile
from atoosync_lab.snapshots import captures, duck
from atoosync_lab.snapshots.captures import Capture

SAMPLE_LENGTH = 60
"""Characters of a field's content beside its name: enough to recognise it."""
Found = TypeVar("Found")

_NOWHERE = Path()
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One real article, to show what each ERP field holds."""

    reference: str
    at: datetime
    fields: Mapping[str, str]
    """ERP field -> its content as one line of plain text, at most `SAMPLE_LENGTH` characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many articles of the last capture a set of filters keeps."""

    kept: int
    total: int
    at: datetime


class Reading:
    """What a page shows of the last capture and of the ERP's lists, read once until it is told to look again.

    A page paints at every key stroke: the capture never changes, so that one answer a question is enough.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.again()

    def again(self) -> None:
        """Forget what was read: there may be a newer capture, or lists read again."""
        self._found: dict[Hashable, Any] = {}

    @property
    def sample(self) -> Sample | None:
        """One real article; None: the ERP was not read yet."""
        return self._once("sample", lambda: sample(self._capture))

    @property
    def vat(self) -> Mapping[str, int] | None:
        """ERP VAT id -> articles that carry it; None: the ERP was not read yet."""
        return self._once("vat", lambda: articles_by_vat(self._capture))

    def check(self, expression: str) -> None:
        """Make sure that a filter is understood.

        Raises:
            FilterError: it is not; the message shows the right form.
        """
        check_filter(self._profile, expression)

    def kept(
        self,
        filter: str,
        *,
        published_only: bool,
        active_only: bool = True,
        since: datetime | None = None,
        strictly_after: bool = False,
    ) -> Kept | None:
        """How many articles would be taken, see `kept`; None: the ERP was not read yet.

        Raises:
            FilterError: the filter is not understood.
        """
        capture = self._capture
        if capture is None:
            self.check(filter)
            return None
        return self._once(
            (filter, published_only, active_only, since, strictly_after),
            lambda: kept(
                capture,
                self._profile,
                filter=filter,
                published_only=published_only,
                active_only=active_only,
                since=since,
                strictly_after=strictly_after,
            ),
        )

    @property
    def _capture(self) -> Capture | None:
        return self._once("capture", lambda: last_capture(self._session))

    @property
    def _profile(self) -> Profile:
        return self._once("profile", lambda: self._session.profile)

    def _once(self, key: Hashable, find: Callable[[], Found]) -> Found:
        if key not in self._found:
            self._found[key] = find()
        found: Found = self._found[key]
        return found


def last_capture(session: Session) -> Capture | None:
    """The newest capture of the ERP that holds articles."""
    return captures.latest(session.workspace.home.captures, session.profile_id, "erp", (Scope.PRODUCTS,))


def sample(capture: Capture | None) -> Sample | None:
    """The article that says most about its fields: an active, published one with the most of them filled.

    Returns:
        None when the ERP was not read yet, or holds no article.
    """
    if capture is None:
        return None
    con = duck.connect(capture.path, read_only=True)
    try:
        rows = con.execute(
            "SELECT key, fields FROM product WHERE key <> '' ORDER BY coalesce(active AND web_published, FALSE) DESC,"
            " len(list_filter(map_values(fields), lambda v: v <> '')) DESC, key LIMIT 1"
        ).fetchall()
    finally:
        con.close()
    if not rows:
        return None
    reference, fields = rows[0]
    return Sample(reference=reference, at=capture.finished_at, fields={k: shortened(v) for k, v in fields.items() if v})


def shortened(raw: str) -> str:
    """A field's content as one line of plain text, cut with an ellipsis."""
    line = " ".join(rtf.to_text(raw).split())
    return line if len(line) <= SAMPLE_LENGTH else line[: SAMPLE_LENGTH - 1].rstrip() + "…"


def check_filter(profile: Profile, expression: str) -> None:
    """Make sure that a filter is understood; nothing is read.

    Raises:
        FilterError: it is not; the message shows the right form.
    """
    # The parser names columns by the profile's lists alone: no capture is needed to say whether it understands.
    selection.filter_sql(_context(profile, None), expression)


def kept(
    capture: Capture,
    profile: Profile,
    *,
    filter: str,
    published_only: bool,
    active_only: bool = True,
    since: datetime | None = None,
    strictly_after: bool = False,
) -> Kept:
    """How many articles of the last capture would be taken.

    Args:
        capture: a capture of the ERP's articles.
        profile: the settings to try, saved or not; its ERP lists name the columns of the filter.
        filter: filter expression; empty: none.
        published_only: only those published on the web.
        active_only: leave out dormant and blocked ones.
        since: only those modified at or after this moment.
        strictly_after: `since` itself does not count (stocks).

    Raises:
        FilterError: the filter is not understood.
    """
    condition, values = selection.filter_sql(_context(profile, capture), filter)
    parts = [f"coalesce(({condition}), FALSE)", "p.key <> ''"]
    if active_only:
        parts.append("coalesce(p.active, FALSE)")
    if published_only:
        parts.append("coalesce(p.web_published, FALSE)")
    if since is not None:
        # A date the ERP does not state counts as changed: the planner takes such an article too.
        parts.append(f"coalesce(p.modified_at {'>' if strictly_after else '>='} ?::TIMESTAMPTZ, TRUE)")
        values = [*values, since.isoformat()]
    con = duck.connect(capture.path, read_only=True)
    try:
        row = con.execute(
            f"SELECT count(*) FILTER ({' AND '.join(parts)}), count(*) FROM product p", values
        ).fetchall()[0]
    finally:
        con.close()
    return Kept(kept=int(row[0]), total=int(row[1]), at=capture.finished_at)


def articles_by_vat(capture: Capture | None) -> dict[str, int] | None:
    """ERP VAT id -> articles that carry it; None when the ERP was not read yet."""
    if capture is None:
        return None
    con = duck.connect(capture.path, read_only=True)
    try:
        rows = con.execute("SELECT coalesce(tax_id, ''), count(*) FROM product GROUP BY ALL ORDER BY ALL").fetchall()
    finally:
        con.close()
    return {vat: int(count) for vat, count in rows if vat}


def _context(profile: Profile, capture: Capture | None) -> CatalogueContext:
    """What the planner's own filter needs, so that a count here and a plan later cannot disagree."""
    empty = capture or Capture(
        id="", path=_NOWHERE, profile=profile.id, side="erp", system="", mode="full", base="", scopes=(), request={},
        started_at=_EPOCH, finished_at=_EPOCH, counts={}, read={}, warnings=(), calls=0,
    )  # fmt: skip
    return CatalogueContext(profile=profile, flow="articles", erp=empty, shop=empty, now=datetime.now(UTC))
