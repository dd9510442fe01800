"""What every shop is held to: results tell the truth, bad records stop no others, nothing is doubled."""

# The names of the tests say what they hold a connector to.
# ruff: noqa: D102

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from atoosync_lab.connectors.base import Outcome, ShopConnector, WriteResult
from atoosync_lab.connectors.testing.reading import ConnectorSuite
from atoosync_lab.connectors.testing.rigs import PASSING_FAULTS, CountingLimiter, Rig, Waits
from atoosync_lab.model.errors import AtooSyncError


@dataclass(frozen=True)
class Task:
    """A write of some records, of which `good` can be stored and `bad` cannot.

    Attributes:
        name: name of the kind of write.
        write: sends records of the batch to the shop.
        records: batch, by key, in order.
        bad: keys the shop refuses.
        held: keys that the shop holds now as the batch wants it, seen without the connector.
        path: regular expression of the write calls.
        doubles: how many records of a key there are in the shop; more than one is a failure.
    """

    name: str
    write: Callable[[ShopConnector, Sequence[Any]], list[WriteResult]]
    records: Mapping[str, Any]
    bad: frozenset[str]
    held: Callable[[], set[str]]
    path: str
    doubles: Callable[[str], int] = lambda key: 1

    @property
    def good(self) -> dict[str, Any]:
        """Records that can be stored."""
        return {k: r for k, r in self.records.items() if k not in self.bad}


TASKS = (
    pytest.param("product_create", marks=pytest.mark.spec("ART-01")),
    pytest.param("product_update", marks=pytest.mark.spec("ART-01")),
    pytest.param("price", marks=pytest.mark.spec("ART-03")),
    pytest.param("stock", marks=pytest.mark.spec("ART-04")),
    pytest.param("status", marks=pytest.mark.spec("ART-05")),
    pytest.param("order_status", marks=pytest.mark.spec("ORD-24")),
)


class ShopRig(Rig):
    """A shop; its write tasks are made anew for each test, so that no test finds the values of another."""

    @abstractmethod
    def connect(self, *, waits: Waits | None = None, limiter: CountingLimiter | None = None) -> ShopConnector:
        """A connector that may do everything."""

    @abstractmethod
    def task(self, name: str) -> Task:
        """A task with five records, the third of which is bad."""


class ShopSuite(ConnectorSuite):
    """Writing to a shop: results tell the truth, bad records stop no others, nothing is doubled."""

    @pytest.fixture(params=TASKS)
    def task(self, rig: ShopRig, request: pytest.FixtureRequest) -> Task:
        return rig.task(request.param)

    def truthful(self, task: Task, results: Sequence[WriteResult], keys: Sequence[str]) -> None:
        """Results come in the order asked and say what the shop holds."""
        assert [r.key for r in results] == list(keys)
        held = task.held()
        for result in results:
            if result.outcome is Outcome.DONE:
                assert result.key in held, "told as done"
                assert result.target_id
            elif result.outcome in (Outcome.REFUSED, Outcome.UNSENT):
                assert result.key not in held, f"told as {result.outcome}"
            if result.outcome is not Outcome.DONE:
                assert result.error is not None
                assert result.error.text("fr") != result.error.code
        assert all(task.doubles(key) <= 1 for key in keys)

    def test_one_bad_record_in_a_batch_stops_no_other(self, rig: ShopRig, task: Task) -> None:
        results = task.write(rig.connect(), list(task.records.values()))
        self.truthful(task, results, list(task.records))
        assert {r.key for r in results if r.outcome is Outcome.REFUSED} == task.bad
        assert task.held() == set(task.good)

    def test_repeated_write_changes_and_doubles_nothing(self, rig: ShopRig, task: Task) -> None:
        connector = rig.connect()
        good = task.good
        first = task.write(connector, list(good.values()))
        again = task.write(rig.connect(), list(good.values()))
        assert [(r.key, r.outcome, r.target_id) for r in again] == [(r.key, r.outcome, r.target_id) for r in first]
        self.truthful(task, again, list(good))
        assert all(task.doubles(key) == 1 for key in good)

    @pytest.mark.pitfall("PB-20")
    @pytest.mark.parametrize("fault", PASSING_FAULTS)
    def test_fault_in_a_write_is_told_truly_and_the_next_run_ends_it(
        self, rig: ShopRig, task: Task, fault: str
    ) -> None:
        good = task.good
        rig.fault(PASSING_FAULTS[fault], task.path, method=None)
        try:
            results = task.write(rig.connect(waits=Waits()), list(good.values()))
        except AtooSyncError:
            # Raised only when nothing was sent.
            assert not task.held()
        else:
            self.truthful(task, results, list(good))
        rig.server.faults([])
        self.truthful(task, task.write(rig.connect(), list(good.values())), list(good))
        assert task.held() == set(good)

    @pytest.mark.parametrize("fault", ["server_error", "maintenance", "rate_limited", "dropped", "lost_answer"])
    def test_shop_that_fails_in_the_middle_of_a_batch_leaves_true_results(
        self, rig: ShopRig, task: Task, fault: str
    ) -> None:
        good = task.good
        # The second write call and all that follow: earlier records stay done.
        rig.fault(PASSING_FAULTS[fault], task.path, after=1, times=None)
        keys, results = list(good), []
        for part in (keys[:2], keys[2:]):
            try:
                results += task.write(rig.connect(waits=Waits()), [good[k] for k in part])
            except AtooSyncError:
                # Raised only when nothing of the part was sent.
                assert not set(part) & task.held()
        self.truthful(task, results, [r.key for r in results])
        rig.server.faults([])
        task.write(rig.connect(), list(good.values()))
        assert task.held() == set(good)
        assert all(task.doubles(key) == 1 for key in good)

    @pytest.mark.parametrize("rows", [1, 100_000])
    def test_a_write_holds_no_fewer_records_than_the_settings_say(self, rig: ShopRig, rows: int) -> None:
        """A connector may ask for larger writes, never for smaller ones."""
        shop = rig.connect()
        kinds = ("product", "price", "stock", "status", "order_status")
        assert all(shop.batch_size(kind, rows, 20) >= 20 for kind in kinds)

    def test_calls_of_a_write_are_foreseen(self, rig: ShopRig, task: Task) -> None:
        connector = rig.connect()
        connector.reference_lists()
        good = list(task.good.values())
        before = connector.calls
        task.write(connector, good)
        assert connector.calls - before <= connector.calls_for(task.name, len(good))
