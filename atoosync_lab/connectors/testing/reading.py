"""Reading, limits and faults: what every connector is held to."""

# The names of the tests say what they hold a connector to.
# ruff: noqa: D102

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from atoosync_lab.connectors.base import Capability, Connector, ReadRequest
from atoosync_lab.connectors.testing.rigs import PASSING_FAULTS, CountingLimiter, Rig, Waits
from atoosync_lab.model.errors import AskError, ConnectionFailedError, RetryError


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
