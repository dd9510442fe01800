"""One suite for all connectors: what a flow relies on, whatever the system.

A connector joins with a class and a rig, which says how its sandbox is started, looked into and disturbed:

    class TestMyShop(ShopSuite):
        @pytest.fixture
        def rig(self, my_shop: RunningSandbox) -> ShopRig:
            return MyRig(my_shop)

What a connector cannot do is told by its capabilities, never by its name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import (
    Capability,
    Connector,
    ErpConnector,
    Outcome,
    ReadRequest,
    Scope,
    ShopConnector,
    WriteResult,
)
from atoosync_lab.model.errors import (
    AskError,
    AtooSyncError,
    ConnectionFailedError,
    OutcomeUnknownError,
    RefusedError,
    RetryError,
)
from atoosync_lab.sandbox.servers import RunningSandbox

Rule = Mapping[str, Any]

PASSING_FAULTS: dict[str, Rule] = {
    "latency": {"kind": "latency", "value": 0.2},
    "rate_limited": {"kind": "status", "value": {"status": 429, "headers": {"Retry-After": "7"}}},
    "server_error": {"kind": "status", "value": 500},
    "bad_gateway_page": {"kind": "html", "value": 502},
    "maintenance": {"kind": "status", "value": 503},
    "cut": {"kind": "cut", "value": 0.5},
    "dropped": {"kind": "drop_before"},
    "lost_answer": {"kind": "timeout_after", "value": 0},
}
"""Faults that strike one call and are gone at the next."""


class Waits:
    """Stands for `time.sleep`: notes how long a connector wanted to wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


class CountingLimiter:
    """Lets every call pass and counts it."""

    def __init__(self) -> None:
        self.passed = 0

    def acquire(self) -> float:
        self.passed += 1
        return 0.0


class Rig(ABC):
    """A sandbox of one system, as a suite sees it.

    Attributes:
        server: the running sandbox.
        reads: HTTP method of its read calls.
        list_path: regular expression of the calls that read `scope`.
        write_path: regular expression of its write calls, tested on the path with its query.
        scope, kind: what the reading tests read: more than one page of it.
    """

    server: RunningSandbox
    reads: str = "GET"
    list_path: str
    scope: Scope = Scope.PRODUCTS
    kind: type[Any]

    @abstractmethod
    def connect(self, *, waits: Waits | None = None, limiter: CountingLimiter | None = None) -> Connector:
        """A connector that may do everything."""

    @abstractmethod
    def connect_badly(self) -> Connector:
        """A connector whose key or sign-in the remote refuses."""

    @abstractmethod
    def expected_ids(self) -> set[str]:
        """Records of `scope` as `ident` names them, seen without the connector."""

    def ident(self, record: Any) -> str:
        """What tells a record from all others of the scope."""
        return str(record.remote_id)

    @abstractmethod
    def move(self, read: Sequence[str]) -> None:
        """Remove one of the records read so far and add one: the rows of all later pages move up."""

    @abstractmethod
    def touch(self) -> tuple[str, ReadRequest]:
        """Change a record; its id, and a request for what changed since just before."""

    def fault(self, rule: Rule, path: str, **more: Any) -> None:
        """Let a rule strike the calls of a path, once."""
        self.server.faults([{"path": path, **rule, **more}])


class ConnectorSuite:
    """Reading, limits and faults: every connector."""

    @pytest.fixture
    def rig(self) -> Rig:
        raise NotImplementedError("a suite is joined with a rig")

    @pytest.fixture(autouse=True)
    def _undisturbed(self, rig: Rig) -> Iterator[None]:
        rig.server.faults([])
        yield
        rig.server.faults([])

    def read(self, rig: Rig, connector: Connector, request: ReadRequest | None = None) -> list[str]:
        """Ids of a whole read, in order."""
        chunks = connector.read(rig.scope, request or ReadRequest())
        return [rig.ident(r) for chunk in chunks for r in chunk.get(rig.kind, ())]

    def test_every_record_is_read_once_in_stable_order(self, rig: Rig) -> None:
        connector = rig.connect()
        found = self.read(rig, connector)
        assert len(found) == len(set(found))
        assert set(found) == rig.expected_ids()
        assert self.read(rig, connector) == found
        assert connector.warnings == []

    def test_read_since_brings_what_changed(self, rig: Rig) -> None:
        connector = rig.connect()
        if Capability.READ_SINCE not in connector.capabilities:
            pytest.skip("the system does not tell what changed since")
        changed, request = rig.touch()
        found = self.read(rig, connector, request)
        assert changed in found
        assert len(found) < len(rig.expected_ids())

    @pytest.mark.pitfall("PB-34")
    def test_pages_that_move_while_they_are_read_skip_and_double_nothing(self, rig: Rig) -> None:
        before = rig.expected_ids()
        chunks = rig.connect().read(rig.scope, ReadRequest())
        found = [rig.ident(r) for r in next(chunks).get(rig.kind, ())]
        assert 1 < len(found) < len(before), "one page of several"
        rig.move(found)
        found += [rig.ident(r) for chunk in chunks for r in chunk.get(rig.kind, ())]
        after = rig.expected_ids()
        assert len(before - after) == len(after - before) == 1, "the rig moved nothing"
        assert len(found) == len(set(found))
        assert before & after <= set(found) <= before | after

    @pytest.mark.parametrize("fault", PASSING_FAULTS)
    def test_passing_fault_loses_no_record_of_a_read(self, rig: Rig, fault: str) -> None:
        waits = Waits()
        connector = rig.connect(waits=waits)
        rig.fault(PASSING_FAULTS[fault], rig.list_path)
        found = self.read(rig, connector)
        assert len(found) == len(set(found))
        assert set(found) == rig.expected_ids()
        if fault == "rate_limited":
            assert 7.0 in waits.seconds, "Retry-After is obeyed"

    @pytest.mark.parametrize("fault", ["server_error", "rate_limited", "dropped", "cut"])
    def test_lasting_fault_ends_a_read_with_a_typed_error(self, rig: Rig, fault: str) -> None:
        connector = rig.connect(waits=Waits())
        rig.fault(PASSING_FAULTS[fault], rig.list_path, times=None)
        before = connector.calls
        with pytest.raises((RetryError, ConnectionFailedError)) as raised:
            self.read(rig, connector)
        assert raised.value.message.text("fr") != raised.value.code
        assert connector.calls - before <= 30, "tries come to an end"

    def test_page_instead_of_data_ends_a_read_with_a_typed_error(self, rig: Rig) -> None:
        connector = rig.connect(waits=Waits())
        rig.fault({"kind": "html", "value": 200, "times": None}, rig.list_path)
        with pytest.raises((RetryError, ConnectionFailedError)):
            self.read(rig, connector)

    @pytest.mark.spec("SVC-05")
    def test_refused_sign_in_is_told_by_read_and_by_check(self, rig: Rig) -> None:
        connector = rig.connect_badly()
        with pytest.raises((ConnectionFailedError, AskError)):
            self.read(rig, connector)
        report = connector.check()
        assert not report.ok
        for check in report.checks:
            assert check.message.text("fr") != check.message.code
            assert check.message.text("en") != check.message.code

    @pytest.mark.spec("SVC-05")
    def test_check_of_a_good_connection_passes_everything(self, rig: Rig) -> None:
        report = rig.connect().check()
        assert [c.message.text("en") for c in report.checks if not c.ok] == []
        assert report.checks

    @pytest.mark.spec("SVC-05")
    @pytest.mark.parametrize("fault", ["server_error", "maintenance", "bad_gateway_page", "dropped", "cut"])
    def test_check_never_raises(self, rig: Rig, fault: str) -> None:
        connector = rig.connect(waits=Waits())
        rig.fault(PASSING_FAULTS[fault], ".", times=None)
        report = connector.check()
        assert not report.ok
        assert all(c.message.text("fr") != c.message.code for c in report.checks)

    def test_every_call_passes_the_limiter(self, rig: Rig) -> None:
        limiter = CountingLimiter()
        connector = rig.connect(limiter=limiter)
        self.read(rig, connector)
        assert limiter.passed == connector.calls > 1

    def test_read_that_is_given_up_leaves_the_connector_usable(self, rig: Rig) -> None:
        connector = rig.connect()
        chunks = connector.read(rig.scope, ReadRequest())
        next(chunks)
        chunks.close()  # type: ignore[attr-defined]
        assert set(self.read(rig, connector)) == rig.expected_ids()

    @pytest.mark.spec("SVC-06")
    def test_reference_lists_have_labels_and_distinct_ids(self, rig: Rig) -> None:
        lists = rig.connect().reference_lists()
        assert lists.lists
        for name, items in lists.lists.items():
            ids = [i.id for i in items]
            assert len(ids) == len(set(ids)), name
            assert all(i.id and i.label for i in items), name

    def test_server_time_is_aware(self, rig: Rig) -> None:
        assert rig.connect().server_time().utcoffset() is not None

    def test_key_is_not_in_the_repr(self, rig: Rig) -> None:
        connector = rig.connect()
        for secret in self.secrets(rig):
            assert secret not in repr(connector) + repr(vars(connector))

    def secrets(self, rig: Rig) -> Sequence[str]:
        """Secrets the rig's connector was given."""
        return getattr(rig, "secrets", ())


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

    def test_calls_of_a_write_are_foreseen(self, rig: ShopRig, task: Task) -> None:
        connector = rig.connect()
        connector.reference_lists()
        good = list(task.good.values())
        before = connector.calls
        task.write(connector, good)
        assert connector.calls - before <= connector.calls_for(task.name, len(good))


class ErpRig(Rig):
    """An ERP that imports files; batches hold three good documents and a bad one between them."""

    @abstractmethod
    def connect(self, *, waits: Waits | None = None, limiter: CountingLimiter | None = None) -> ErpConnector:
        """A connector that may do everything."""

    @abstractmethod
    def documents(self, connector: ErpConnector) -> list[Any]:
        """Four `(SalesDocument, Token)` never sent before; the third is refused."""

    @abstractmethod
    def finish(self, connector: ErpConnector, submission: str, keys: Sequence[str]) -> Any:
        """Wait until the import has ended; its report."""

    @abstractmethod
    def settle(self) -> None:
        """Wait until every import the ERP accepted has ended."""

    write_path: str


class ErpSuite(ConnectorSuite):
    """Import files: bad records are named, the others found, and errors say whether it may be sent again."""

    @pytest.mark.spec("ORD-10")
    def test_bad_document_stops_no_other(self, rig: ErpRig) -> None:
        connector = rig.connect()
        batch = rig.documents(connector)
        keys = [d.key for d, _ in batch]
        report = rig.finish(connector, connector.submit_documents(batch), keys)
        assert [r.key for r in report.refused] == [keys[2]]
        found = connector.find_documents([t for _, t in batch])
        assert set(found) == {t.token for d, t in batch if d.key != keys[2]}
        for document, token in batch:
            if token.token in found:
                assert found[token.token].incl_tax == document.totals.incl_tax
                assert isinstance(found[token.token].incl_tax, Decimal)

    @pytest.mark.spec("ORD-10")
    @pytest.mark.parametrize("fault", PASSING_FAULTS)
    def test_error_of_a_submission_says_whether_it_may_be_sent_again(self, rig: ErpRig, fault: str) -> None:
        connector = rig.connect(waits=Waits())
        batch = [b for i, b in enumerate(rig.documents(connector)) if i != 2]
        rig.fault(PASSING_FAULTS[fault], rig.write_path, method="POST")
        sent, proved_unsent = False, False
        try:
            connector.submit_documents(batch)
            sent = True
        except OutcomeUnknownError:
            pass
        except RefusedError:
            proved_unsent = True
        except AtooSyncError:
            proved_unsent = True
        rig.server.faults([])
        rig.settle()
        found = rig.connect().find_documents([t for _, t in batch])
        assert len(found) in (0, len(batch)), "a file is imported once, or not at all"
        if sent:
            assert len(found) == len(batch)
        if proved_unsent:
            assert not found

    @pytest.mark.spec("ORD-10")
    def test_what_was_never_sent_is_not_found(self, rig: ErpRig) -> None:
        connector = rig.connect()
        assert connector.find_documents([t for _, t in rig.documents(connector)]) == {}
