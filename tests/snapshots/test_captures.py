"""Captures: exact, complete after a merge, never half there, kept as long as the profile says."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.catalogue import Product
from atoosync_lab.model.errors import SettingsError, StopError, StoppedError, StorageError
from atoosync_lab.model.sales import Order, OrderLine
from atoosync_lab.snapshots import captures, diff, duck, tables
from tests.captures import NOW, Given, capture, erp_item, erp_stock

LARGEST = Decimal("123456789012.123456")
_PRICES = st.decimals(min_value=-LARGEST, max_value=LARGEST, places=6, allow_nan=False, allow_infinity=False)


def rows(found: captures.Capture, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    con = duck.connect(found.path, read_only=True)
    try:
        return con.execute(f'SELECT {columns} FROM "{table}" ORDER BY ALL').fetchall()
    finally:
        con.close()


def order(key: str, total: str, lines: int) -> list[Any]:
    """An order with so many lines."""
    head = Order(
        remote_id=key, reference=f"R{key}", created_at=NOW, status_id="2", currency="EUR", total_incl_tax=Decimal(total)
    )
    amounts = dict.fromkeys(
        ("unit_price_excl_tax", "unit_price_incl_tax", "total_excl_tax", "total_incl_tax"), Decimal(total)
    )
    body = [
        OrderLine(remote_id=f"{key}-{n}", order_id=key, label="Article", quantity=Decimal(n + 1), **amounts)
        for n in range(lines)
    ]
    return [head, *body]


@pytest.mark.spec("BEY-04")
@given(st.lists(_PRICES, min_size=20, max_size=20))
@settings(max_examples=5, deadline=None)
def test_amounts_come_back_to_the_last_digit(tmp_path_factory: pytest.TempPathFactory, prices: list[Decimal]) -> None:
    items = [erp_item(f"A{n:02}", price_excl_tax=price) for n, price in enumerate(prices)]
    found = capture(tmp_path_factory.mktemp("exact"), "erp", *items)
    assert [price for _, price in rows(found, "product", "key, price_excl_tax")] == prices


@pytest.mark.spec("BEY-04")
def test_largest_amount_is_no_double(tmp_path: Path) -> None:
    found = capture(tmp_path, "erp", erp_item("A", price_excl_tax=LARGEST))
    assert rows(found, "product", "price_excl_tax") == [(LARGEST,)]


prices = st.sampled_from(["1.00", "2.50", "3.10"])
sides = st.dictionaries(st.sampled_from("ABCDEF"), prices, min_size=1)
changes = st.dictionaries(st.sampled_from("ABCDEFGH"), prices)


@pytest.mark.spec("BEY-04", "SVC-04")
@given(sides, changes)
@settings(max_examples=30, deadline=None)
def test_what_changed_merged_with_the_base_equals_a_full_read(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, str], changed: dict[str, str]
) -> None:
    def records(state: Mapping[str, str]) -> list[Any]:
        return [
            record
            for key, price in state.items()
            for record in (erp_item(key, price_excl_tax=Decimal(price)), erp_stock(key, price))
        ]

    folder = tmp_path_factory.mktemp("merge")
    base = capture(folder, "erp", *records(before))
    since = capture(folder, "erp", *records(changed), mode="since", base=base)
    full = capture(folder, "erp", *records({**before, **changed}))
    for table in ("product", "stock"):
        assert rows(since, table) == rows(full, table)
    assert diff.compare(since.path, full.path) == []
    assert since.counts == full.counts
    assert since.read.get("product", 0) == len(changed)
    assert (since.mode, since.base) == ("since", base.id)


@pytest.mark.spec("BEY-04")
@pytest.mark.parametrize("lines", [0, 1, 3])
def test_changed_order_replaces_all_its_old_lines(tmp_path: Path, lines: int) -> None:
    base = capture(tmp_path, "shop", *order("1", "30", 2), *order("2", "10", 1))
    since = capture(tmp_path, "shop", *order("1", "20", lines), mode="since", base=base)
    assert [r[0] for r in rows(since, "order_line", "remote_id")] == [*(f"1-{n}" for n in range(lines)), "2-0"]
    assert rows(since, "order", "remote_id, total_incl_tax::VARCHAR") == [("1", "20.000000"), ("2", "10.000000")]
    assert since.counts["order_line"] == lines + 1


@pytest.mark.spec("BEY-04")
def test_difference_names_added_removed_and_changed_records(tmp_path: Path) -> None:
    first = capture(tmp_path, "erp", erp_item("A"), erp_item("B"), erp_item("C", price_excl_tax=Decimal("1.5")))
    second = capture(tmp_path, "erp", erp_item("A"), erp_item("C", price_excl_tax=Decimal("1.6")), erp_item("D"))
    found = {d.key.split("/")[-1]: d for d in diff.compare(first.path, second.path)}
    assert {key: d.change for key, d in found.items()} == {"B": "removed", "C": "changed", "D": "added"}
    assert found["C"].fields == (("price_excl_tax", "1.500000", "1.600000"),)
    assert diff.compare(first.path, first.path) == []


class Breaking(Given):
    """Gives one chunk, then the connection breaks."""

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Mapping[type[Any], Sequence[Any]]]:
        yield {Product: [erp_item("A")]}
        raise ConnectionError("cut")


@pytest.mark.spec("RUN-01")
def test_stop_in_the_middle_leaves_no_file(tmp_path: Path) -> None:
    def stop() -> None:
        raise StoppedError("run.stopped")

    with pytest.raises(StopError):
        capture(tmp_path, "erp", erp_item("A"), check=stop)
    with pytest.raises(ConnectionError):
        captures.take(
            Breaking("ebp", []), tmp_path, profile="test", side="erp", scopes=[(Scope.PRODUCTS, ReadRequest())]
        )
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    assert captures.listed(tmp_path, "test") == []


@pytest.mark.spec("BEY-04")
@pytest.mark.parametrize("kept_bytes", [0, 100, 5_000, 300_000])
def test_truncated_capture_is_never_used_and_named_when_opened(tmp_path: Path, kept_bytes: int) -> None:
    whole = capture(tmp_path, "erp", erp_item("A"))
    torn = whole.path.with_name("29990101T000000Z-torn.duckdb")
    torn.write_bytes(whole.path.read_bytes()[:kept_bytes])
    assert captures.listed(tmp_path, "test") == [whole]
    assert captures.latest(tmp_path, "test", "erp", [Scope.PRODUCTS]) == whole
    with pytest.raises(StorageError) as caught:
        captures.read_meta(torn)
    assert torn.name in caught.value.message.text("fr")


def test_capture_cannot_be_changed(tmp_path: Path) -> None:
    assert capture(tmp_path, "erp", erp_item("A")).path.stat().st_mode & 0o222 == 0


@pytest.mark.spec("BEY-04")
def test_capture_is_found_by_an_unambiguous_beginning_alone(tmp_path: Path) -> None:
    first, second = capture(tmp_path, "erp", erp_item("A")), capture(tmp_path, "shop", erp_item("A"))
    assert captures.get(tmp_path, "test", first.id) == first
    shared = first.id[: next(n for n, pair in enumerate(zip(first.id, second.id, strict=True)) if len(set(pair)) > 1)]
    for wrong in (shared, "*", "zzz"):
        with pytest.raises(SettingsError):
            captures.get(tmp_path, "test", wrong)


@pytest.mark.spec("BEY-04")
def test_windows_complete_no_plan(tmp_path: Path) -> None:
    window = capture(tmp_path, "shop", *order("1", "1", 1), mode="window", scopes=[(Scope.ORDERS, ReadRequest())])
    assert captures.latest(tmp_path, "test", "shop", [Scope.ORDERS]) is None
    assert captures.latest(tmp_path, "test", "shop", [Scope.ORDERS], complete=False) == window


def aged(found: captures.Capture, days: int) -> str:
    """Name a capture as if it had been taken so many days before."""
    moment = (datetime.now(UTC) - timedelta(days=days)).strftime(captures.STAMP)
    found.path.rename(found.path.with_name(f"{moment}-{found.id}.duckdb"))
    return found.id


def test_capture_of_another_version_of_the_pivot_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = capture(tmp_path, "erp", erp_item("A"))
    assert captures.latest(tmp_path, "test", "erp", [Scope.PRODUCTS]) == made
    monkeypatch.setattr(tables, "shape", lambda: "another")
    assert captures.latest(tmp_path, "test", "erp", [Scope.PRODUCTS]) is None
    assert captures.get(tmp_path, "test", made.id).current is False


@pytest.mark.spec("BEY-04")
def test_old_captures_go_but_the_newest_of_each_side_stays(tmp_path: Path) -> None:
    old, used, recent, newest = (aged(capture(tmp_path, "erp", erp_item("A")), days) for days in (40, 39, 20, 10))
    lonely = aged(capture(tmp_path, "shop", erp_item("A")), 400)
    removed = captures.drop_old(tmp_path, "test", keep=timedelta(days=30), now=datetime.now(UTC), used=[used])
    assert removed == 1
    assert {c.id for c in captures.listed(tmp_path, "test")} == {used, recent, newest, lonely}
    assert old not in {c.id for c in captures.listed(tmp_path, "test")}


@pytest.mark.spec("BEY-04")
@pytest.mark.skipif(sys.platform == "win32", reason="needs file size limits")
@pytest.mark.parametrize("size", [1_000, 13_000, 300_000, 1_500_000])
def test_full_disk_leaves_nothing_and_says_so(tmp_path: Path, size: int) -> None:
    items = [erp_item(f"R{n}", fields={"note": str(hash(str(n))) * 40}) for n in range(6_000)]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        with pytest.raises(StorageError) as caught:
            capture(tmp_path, "erp", *items)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.code == "storage.disk_full"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_half_written_files_of_dead_processes_go_after_a_day(tmp_path: Path) -> None:
    folder = tmp_path / "test" / "erp"
    folder.mkdir(parents=True)
    dead, living = folder / "a.duckdb.tmp", folder / "b.duckdb.tmp.wal"
    for path in (dead, living):
        path.write_bytes(b"half")
    two_days = datetime.now(UTC).timestamp() - 2 * 86_400
    os.utime(dead, (two_days, two_days))
    capture(tmp_path, "erp", erp_item("A"))
    assert not dead.exists()
    assert living.exists()


def test_naive_instants_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="aware"):
        capture(tmp_path, "erp", erp_item("A", modified_at=datetime(2026, 1, 1)))  # noqa: DTZ001
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_stock_rows_keep_their_warehouse(tmp_path: Path) -> None:
    found = capture(tmp_path, "erp", erp_stock("A", "12.75", "D1"), erp_stock("A", "-3", "D2"))
    assert rows(found, "stock", "warehouse_id, quantity") == [("D1", Decimal("12.75")), ("D2", Decimal("-3"))]
    assert found.counts == {"stock": 2}
