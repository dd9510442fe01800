"""Whole lists in pages that hold still: rows that come or go meanwhile are neither skipped nor doubled (PB-34).

The API knows pages by number only. So pages go by ascending id and begin one row early: that row must be the last one
of the page before. Where it is not, rows have gone and the pager steps back; rows it has seen are dropped by their id.
An upper bound of the modification date would be worse: a record changed meanwhile would leave the list.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from atoosync_lab.connectors.shops.woocommerce import facts
from atoosync_lab.connectors.shops.woocommerce.client import Answer, Query, WooClient
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.errors import ConnectionFailedError, Facts

Fetch = Callable[[int], Answer]


class Pager:
    """Reads lists of one shop.

    Args:
        client: the API.
        size: records a page.
        ahead: pages asked for while one is worked on.
    """

    def __init__(self, client: WooClient, size: int, ahead: int) -> None:
        self._client, self._size, self._ahead = client, max(2, min(size, facts.PAGE_MAX)), ahead

    def pages(self, resource: str, fields: str, query: Query = (), *, ahead: int | None = None) -> Iterator[list[Json]]:
        """All records that match, by ascending id; an empty list gives no page.

        Raises:
            ConnectionFailedError: the shop repeats a page.
        """

        def fetch(offset: int) -> Answer:
            return self._client.get(
                resource,
                [
                    *query,
                    *([("_fields", fields)] if fields else []),
                    ("orderby", "id"), ("order", "asc"), ("per_page", str(self._size)), ("offset", str(offset)),
                ],
            )  # fmt: skip

        wanted = self._ahead if ahead is None else ahead
        if wanted < 1:
            yield from self._read(resource, fetch, None, 0)
            return
        with ThreadPoolExecutor(wanted, "woocommerce") as pool:
            try:
                yield from self._read(resource, fetch, pool, wanted)
            finally:
                pool.shutdown(cancel_futures=True)

    def _read(self, resource: str, fetch: Fetch, pool: ThreadPoolExecutor | None, ahead: int) -> Iterator[list[Json]]:
        last, offset = 0, 0
        waiting: deque[tuple[int, Future[Answer]]] = deque()
        before: list[int] = []
        while True:
            answer = waiting.popleft()[1].result() if waiting else fetch(offset)
            rows = answer.records
            ids = [_number(row) for row in rows]
            if last and (not ids or ids[0] > last):
                for _, future in waiting:
                    future.cancel()
                waiting.clear()
                offset, rows, answer = self._stepped_back(fetch, offset, last)
                ids = [_number(row) for row in rows]
            full = len(rows) >= self._size
            if full and (ids == before or ids != sorted(ids)):
                # No plug-in of that kind may make a read endless.
                noted = Facts(system=facts.SYSTEM, operation=f"GET {resource}")
                raise ConnectionFailedError("woocommerce.page_repeated", resource=resource, facts=noted)
            before = ids
            more = full and (answer.total is None or offset + len(rows) < answer.total)
            offset += self._size - 1
            if more and pool is not None:
                self._ask_ahead(fetch, pool, waiting, offset, answer.total, ahead)
            new = [row for row, number in zip(rows, ids, strict=True) if number > last or not number]
            last = max(last, *ids) if ids else last
            if new:
                yield new
            if not more:
                return

    def _ask_ahead(
        self, fetch: Fetch, pool: ThreadPoolExecutor, waiting: deque[tuple[int, Future[Answer]]], offset: int,
        total: int | None, ahead: int,
    ) -> None:  # fmt: skip
        """Ask for the pages from `offset` on, as many as may wait and as the list has rows."""
        nearest = waiting[-1][0] + self._size - 1 if waiting else offset
        while len(waiting) < ahead and (nearest == offset or (total is not None and nearest + 1 < total)):
            waiting.append((nearest, pool.submit(fetch, nearest)))
            nearest += self._size - 1

    def _stepped_back(self, fetch: Fetch, offset: int, last: int) -> tuple[int, list[Json], Answer]:
        """The page further down that holds the last row seen, or one before it."""
        while True:
            offset = max(0, offset - self._size // 2)
            answer = fetch(offset)
            rows = answer.records
            if offset == 0 or (rows and _number(rows[0]) <= last):
                return offset, rows, answer

    def chosen(self, resource: str, fields: str, ids: list[str], query: Query = ()) -> Iterator[list[Json]]:
        """The records of these ids that still exist."""
        for start in range(0, len(ids), facts.PAGE_MAX):
            part = ids[start : start + facts.PAGE_MAX]
            answer = self._client.get(
                resource,
                [
                    *query, ("include", ",".join(part)), ("_fields", fields), ("orderby", "id"), ("order", "asc"),
                    ("per_page", str(facts.PAGE_MAX)),
                ],
            )  # fmt: skip
            if answer.records:
                yield answer.records


def _number(row: Json) -> int:
    """A row's id; 0 for one that lacks it."""
    value = row.get("id")
    return value if isinstance(value, int) else 0
