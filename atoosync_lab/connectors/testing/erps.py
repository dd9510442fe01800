"""What every ERP is held to: bad records are named, the others found, errors say whether it may be sent again."""

# The names of the tests say what they hold a connector to.
# ruff: noqa: D102

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import ErpConnector
from atoosync_lab.connectors.testing.reading import ConnectorSuite
from atoosync_lab.connectors.testing.rigs import PASSING_FAULTS, CountingLimiter, Rig, Waits
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError, RefusedError


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
