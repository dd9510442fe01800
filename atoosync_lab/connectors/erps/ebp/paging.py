"""Reading a table page by page, each record once, with proof that it ends (A06, A07).

Pages go on after the last key (`order_by > last`), so that records which come and go meanwhile move none of the others
out of sight. Where `order_by` is not unique its last value is read again and known records are dropped. A folder that
refuses or ignores such a condition is paged by offset, which is what public clients of the API do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from atoosync_lab.connectors.erps.ebp import facts, filters
from atoosync_lab.connectors.erps.ebp.values import Row, text
from atoosync_lab.model.errors import ConnectionFailedError, Facts, RefusedError
from atoosync_lab.model.filters import Comparison, Filter, Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked of one table."""

    table: str
    columns: tuple[str, ...]
    order_by: str = "Id"
    """Sort column, ascending (A06); pages go on after its last value."""
    key: tuple[str, ...] = ()
    """Columns that tell two records apart; empty: `order_by`, which is then unique."""
    where: Filter | None = None
    since: datetime | None = None

    def identities(self, page: list[Row]) -> list[tuple[str, ...]]:
        """What tells the records of a page apart."""
        return [tuple(text(row, column) for column in self.key or (self.order_by,)) for row in page]

    def after(self, last: str) -> Query:
        """The same query from the last value of its sort column on."""
        unique = len(self.key or (self.order_by,)) == 1
        position = Comparison(self.order_by, Operator.GT if unique else Operator.GE, (last,))
        return replace(self, where=filters.both(self.where, position))


Fetch = Callable[[Query, int], tuple[list[Row], int | None]]
"""Reads one page of a query from an offset; its records, and how many fit the query if the answer says so."""


def pages(fetch: Fetch, query: Query, on_offset: Callable[[], None]) -> Iterator[list[Row]]:
    """Read all pages.

    Args:
        fetch: reads one page.
        query: what is asked.
        on_offset: told when pages cannot be continued by key.

    Raises:
        ConnectionFailedError: a page comes again, or an empty one where records are left: it would never end.
        RefusedError: from `fetch`.
    """
    page, total = fetch(query, 0)
    firsts: set[tuple[str, ...]] = set()
    edge: set[tuple[str, ...]] = set()
    while True:
        keys = query.identities(page)
        fresh = [row for row, key in zip(page, keys, strict=True) if key not in edge]
        if page and (keys[0] in firsts or not fresh):
            raise _stuck(query)
        if fresh:
            yield fresh
        if _complete(query, page, len(page), total):
            return
        firsts.add(keys[0])
        last = text(page[-1], query.order_by)
        edge = {key for row, key in zip(page, keys, strict=True) if text(row, query.order_by) == last}
        following = _continued(fetch, query, last, firsts)
        if following is None:
            on_offset()
            yield from _by_offset(fetch, query, keys)
            return
        page, total = following


def _continued(
    fetch: Fetch, query: Query, last: str, firsts: set[tuple[str, ...]]
) -> tuple[list[Row], int | None] | None:
    """The page after the last key; None when the very first such question shows that the folder does not do that."""
    try:
        page, total = fetch(query.after(last), 0)
    except RefusedError:
        if len(firsts) > 1:
            raise
        return None
    ignored = len(firsts) == 1 and page and query.identities(page[:1])[0] in firsts
    return None if ignored else (page, total)


def _by_offset(fetch: Fetch, query: Query, read: list[tuple[str, ...]]) -> Iterator[list[Row]]:
    """Pages after the first one, by offset."""
    known, firsts, offset = set(read), {read[0]}, len(read)
    while True:
        page, total = fetch(query, offset)
        if not page:
            return
        keys = query.identities(page)
        if keys[0] in firsts:
            raise _stuck(query)
        firsts.add(keys[0])
        fresh = [row for row, key in zip(page, keys, strict=True) if key not in known]
        if fresh:
            yield fresh
        known.update(keys)
        offset += len(page)
        if _complete(query, page, offset, total):
            return


def _complete(query: Query, page: list[Row], seen: int, total: int | None) -> bool:
    if total is None:
        return len(page) < facts.PAGE_SIZE
    if not page and total > seen:
        raise _stuck(query)
    return seen >= total


def _stuck(query: Query) -> ConnectionFailedError:
    known = Facts(system=facts.SYSTEM, operation=query.table)
    return ConnectionFailedError("ebp.paging_stuck", facts=known, table=query.table)
