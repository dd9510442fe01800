"""Pages that hold still while rows come and go (PB-34), and that come to an end whatever the shop does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from atoosync_lab.connectors.shops.woocommerce.paging import Pager
from atoosync_lab.model.errors import ConnectionFailedError
from tests.connectors.woocommerce.fakes import FakeShop, as_json


class Rows:
    """A list of ids, changed at will."""

    def __init__(self, ids: list[int], after: dict[int, Callable[[list[int]], Any]] | None = None) -> None:
        self.ids, self.after, self.asked = ids, after or {}, 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        size, offset = int(request.url.params["per_page"]), int(request.url.params["offset"])
        found = [{"id": i} for i in self.ids[offset : offset + size]]
        total = str(len(self.ids))
        self.asked += 1
        if change := self.after.get(self.asked):
            change(self.ids)
        return as_json(found, headers={"X-WP-Total": total})


def read(rows: Callable[[httpx.Request], httpx.Response], *, size: int = 10, ahead: int = 0) -> list[int]:
    pager = Pager(FakeShop(products=rows).client(), size, ahead)
    return [row["id"] for page in pager.pages("products", "id") for row in page]


@pytest.mark.parametrize("ahead", [0, 1, 3])
@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 19, 20, 100])
def test_every_row_comes_once(number: int, ahead: int) -> None:
    rows = Rows(list(range(1, number + 1)))
    assert read(rows, ahead=ahead) == list(range(1, number + 1))
    assert rows.asked <= number // 9 + 1


@pytest.mark.pitfall("PB-34")
@pytest.mark.parametrize("ahead", [0, 2])
@pytest.mark.parametrize("gone", [1, 3, 12])
def test_rows_that_go_while_pages_are_read_skip_nothing(gone: int, ahead: int) -> None:
    ids = list(range(1, 51))

    def remove(left: list[int]) -> None:
        del left[:gone]

    assert read(Rows(ids, {1: remove}), ahead=ahead) == [*range(1, 11), *range(max(10, gone) + 1, 51)]


@pytest.mark.pitfall("PB-34")
def test_rows_that_come_back_below_double_nothing() -> None:
    ids = list(range(20, 60))
    found = read(Rows(ids, {1: lambda left: left.__setitem__(slice(0, 0), range(1, 15))}))
    assert found == list(range(20, 60))


def test_new_rows_at_the_end_are_read_too() -> None:
    ids = list(range(1, 15))
    assert read(Rows(ids, {1: lambda left: left.extend(range(15, 30))})) == list(range(1, 30))


def test_rows_that_go_at_the_very_end_leave_the_rest() -> None:
    ids = list(range(1, 21))
    assert read(Rows(ids, {1: lambda left: left.__delitem__(slice(0, 15))})) == [*range(1, 11), *range(16, 21)]


def test_shop_that_repeats_its_page_does_not_read_for_ever() -> None:
    def same(request: httpx.Request) -> httpx.Response:
        return as_json([{"id": i} for i in range(1, 11)], headers={"X-WP-Total": "1000"})

    with pytest.raises(ConnectionFailedError) as raised:
        read(same)
    assert raised.value.code == "woocommerce.page_repeated"


def test_shop_that_does_not_sort_is_told() -> None:
    def mixed(request: httpx.Request) -> httpx.Response:
        return as_json([{"id": i} for i in (5, 3, 9, 1, 2, 4, 6, 7, 8, 10)], headers={"X-WP-Total": "1000"})

    with pytest.raises(ConnectionFailedError):
        read(mixed)
