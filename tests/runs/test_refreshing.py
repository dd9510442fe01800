"""Refreshing the reference lists: what is gone but used stays, marked; what is new is listed (SVC-06)."""

from __future__ import annotations

from itertools import product

import pytest

from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists
from atoosync_lab.runs.refreshing import GONE, merge

NAME = ListName.TAXES


def lists(*ids: str, **extra: str) -> ReferenceLists:
    return ReferenceLists(lists={NAME: tuple(ListItem(id=i, label=f"Taxe {i}", extra=dict(extra)) for i in ids)})


@pytest.mark.spec("SVC-06")
@pytest.mark.parametrize(("before", "fresh", "used"), list(product((0, 1), repeat=3)))
def test_each_value_is_kept_marked_added_or_dropped(before: int, fresh: int, used: int) -> None:
    """Every combination of: known before, still there, named by the profile. A second value is always there."""
    old = lists("1", *(["2"] if before else []))
    new = lists("1", *(["2"] if fresh else []))
    merged, added, gone = merge(old, new, {"2"} if used else set())
    item = merged.item(NAME, "2")
    lost = bool(before and not fresh and used)
    assert (item is not None) == (bool(fresh) or lost)
    assert (item is not None and GONE in item.extra) == lost
    assert added == ({NAME.value: ("Taxe 2",)} if fresh and not before else {})
    assert gone == ({NAME.value: ("Taxe 2",)} if lost else {})
    assert merged.item(NAME, "1") is not None


@pytest.mark.spec("SVC-06")
def test_gone_value_keeps_the_day_it_went_until_it_comes_back() -> None:
    first, _, _ = merge(lists("1", "2"), lists("1"), {"2"})
    item = first.item(NAME, "2")
    assert item is not None
    dated = first.model_copy(
        update={"lists": {NAME: (*first.get(NAME)[:1], item.model_copy(update={"extra": {GONE: "2026-01-02"}}))}}
    )
    second, added, _ = merge(dated, lists("1"), {"2"})
    again = second.item(NAME, "2")
    assert again is not None
    assert again.extra[GONE] == "2026-01-02"
    assert added == {}
    back, _, gone = merge(second, lists("1", "2"), {"2"})
    returned = back.item(NAME, "2")
    assert returned is not None
    assert GONE not in returned.extra
    assert gone == {}


@pytest.mark.spec("SVC-06")
def test_gone_value_that_nothing_names_any_more_is_dropped() -> None:
    kept, _, _ = merge(lists("1", "2"), lists("1"), {"2"})
    dropped, _, gone = merge(kept, lists("1"), set())
    assert dropped.item(NAME, "2") is None
    assert gone == {}


@pytest.mark.spec("SVC-06")
def test_first_reading_lists_nothing_as_new() -> None:
    _, added, _ = merge(ReferenceLists(), lists("1", "2"), set())
    assert added == {}
