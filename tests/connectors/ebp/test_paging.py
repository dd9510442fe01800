"""Pages of a table that changes while it is read, on folders that do less than they should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.connectors.erps.ebp import facts
from atoosync_lab.connectors.erps.ebp.paging import Query, pages
from atoosync_lab.connectors.erps.ebp.values import Row
from atoosync_lab.model.errors import ConnectionFailedError, RefusedError
from atoosync_lab.model.filters import Comparison, Operator

pytestmark = pytest.mark.spec("ERP-01")
BY_ID = Query(table="Item", columns=("Id",))
BY_ITEM = Query(
    table="StockItem", columns=("ItemId", "StorehouseId"), order_by="ItemId", key=("ItemId", "StorehouseId")
)


@dataclass
class Folder:
    """A table in memory."""

    rows: list[dict[str, str]]
    position: str = "applied"
    """What happens to `order_by > last`: applied, refused, ignored."""
    says_total: bool = True
    between: list[Callable[[], None]] = field(default_factory=list)
    calls: int = 0
    offsets: int = 0

    def fetch(self, query: Query, offset: int) -> tuple[list[Row], int | None]:
        if self.calls and self.between:
            self.between.pop(0)()
        self.calls += 1
        where = query.where
        if isinstance(where, Comparison) and self.position == "refused":
            raise RefusedError("ebp.refused")
        found = sorted(self.rows, key=lambda row: row[query.order_by])
        if isinstance(where, Comparison) and self.position == "applied":
            last = where.values[0]
            strict = where.operator is Operator.GT
            found = [r for r in found if r[query.order_by] > last or (r[query.order_by] == last and not strict)]
        return list(found[offset : offset + facts.PAGE_SIZE]), len(found) if self.says_total else None

    def read(self, query: Query) -> list[Row]:
        return [row for page in pages(self.fetch, query, self._by_offset) for row in page]

    def _by_offset(self) -> None:
        self.offsets += 1


def _items(count: int) -> list[dict[str, str]]:
    return [{"Id": f"{n:05d}"} for n in range(count)]


@given(st.integers(0, 450), st.sampled_from(["applied", "refused", "ignored"]), st.booleans())
def test_every_record_comes_once_in_the_fewest_calls(count: int, position: str, says_total: bool) -> None:
    folder = Folder(_items(count), position, says_total)
    assert [row["Id"] for row in folder.read(BY_ID)] == [row["Id"] for row in _items(count)]
    if position == "applied" and says_total:
        assert folder.calls == max(1, -(-count // facts.PAGE_SIZE))
    assert folder.offsets == (position != "applied" and count > facts.PAGE_SIZE - (not says_total))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_records_that_share_their_sort_value_come_once(houses: list[int]) -> None:
    rows = [{"ItemId": f"{i:03d}", "StorehouseId": str(h)} for i, count in enumerate(houses) for h in range(count)]
    found = Folder(rows).read(BY_ITEM)
    assert sorted(BY_ITEM.identities(found)) == sorted(BY_ITEM.identities([*rows]))


@pytest.mark.pitfall("PB-34")
@given(st.data())
def test_records_that_stay_are_seen_whatever_comes_and_goes(data: st.DataObject) -> None:
    staying = {row["Id"] for row in _items(350)}
    folder = Folder(_items(350))

    def change() -> None:
        gone = set(data.draw(st.lists(st.sampled_from([r["Id"] for r in folder.rows]), max_size=20)))
        staying.difference_update(gone)
        folder.rows = [r for r in folder.rows if r["Id"] not in gone]
        folder.rows += [{"Id": f"{n:05d}b"} for n in data.draw(st.lists(st.integers(0, 350), max_size=20, unique=True))]

    folder.between = [change]
    seen = [row["Id"] for row in folder.read(BY_ID)]
    assert len(seen) == len(set(seen))
    assert staying <= set(seen)


def test_page_that_comes_again_ends_the_read_with_an_error() -> None:
    page = [*_items(facts.PAGE_SIZE)]
    with pytest.raises(ConnectionFailedError) as stuck:
        list(pages(lambda query, offset: (list(page), 1000), BY_ID, lambda: None))
    assert stuck.value.code == "ebp.paging_stuck"


def test_empty_page_where_records_are_left_is_no_end() -> None:
    with pytest.raises(ConnectionFailedError):
        list(pages(lambda query, offset: ([], 5), BY_ID, lambda: None))


def test_page_cut_short_by_the_server_is_continued() -> None:
    folder = Folder(_items(30))

    def short(query: Query, offset: int) -> tuple[list[Row], int | None]:
        page, total = folder.fetch(query, offset)
        return page[:7], total

    assert len([row for page in pages(short, BY_ID, lambda: None) for row in page]) == 30
