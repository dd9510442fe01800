"""Tryton joins the suite of all connectors, on a real server behind a door that can fail."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope, SubmissionReport, Token
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.connectors.erps.tryton.plugin import PLUGIN
from atoosync_lab.connectors.plugins import ErpPlugin
from atoosync_lab.connectors.testing.rigs import Rule
from atoosync_lab.model.documents import (
    DocumentKind,
    DocumentLine,
    DocumentTotals,
    LineRole,
    PostalAddress,
    SalesDocument,
)
from atoosync_lab.model.sales import Customer
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.server import TrytonServer
from tests.connectors.suite import CountingLimiter, ErpRig, ErpSuite, PluginSuite, Waits
from tests.connectors.tryton.connecting import connect, started
from tests.connectors.tryton.faulty import FaultyServer, faulty

PARTY = "model.party.party"
ADDRESS = PostalAddress(name="Doe John", address1="3 rue de l'Écluse", postcode="29200", city="Brest", country="FR")
FREE = 40
_numbers = itertools.count(1)


class TrytonRig(ErpRig):
    """Faults are told by method: every call goes to one path."""

    list_path = r"party\.party\.search_read"
    write_path = r"sale\.sale\.create"
    scope = Scope.CUSTOMERS
    kind = Customer

    def __init__(self, tryton: TrytonServer, server: FaultyServer, rpc: Rpc) -> None:
        self.tryton, self.server, self.rpc = tryton, server, rpc
        self.secrets = (tryton.password,)
        # Parties that nothing holds, so that one can be removed, on both sides of the end of a page.
        self.page = len(self.expected_ids()) + FREE // 2
        self._add(FREE)

    def connect(
        self, *, waits: Waits | None = None, limiter: CountingLimiter | None = None, password: str = ""
    ) -> TrytonConnector:
        connector = connect(self.tryton, self.server.url, limiter=limiter, password=password)
        connector._client.page_size = self.page
        if waits:
            connector._http._sleep = connector._login._sleep = waits
        return connector

    def connect_badly(self) -> TrytonConnector:
        return self.connect(password="not-the-password")

    def fault(self, rule: Rule, path: str, **more: Any) -> None:
        self.server.faults([{"body": path, **rule, **more, "method": "POST"}])

    def expected_ids(self) -> set[str]:
        return {str(row["code"]) for row in self.rpc.read("party.party", [], ["code"], active_test=False)}

    def move(self, read: Sequence[str]) -> None:
        [row] = self.rpc.read("party.party", [("code", "=", read[-1])], ["code"])
        self.rpc.call(f"{PARTY}.delete", [row["id"]])
        self._add()

    def _add(self, number: int = 1) -> list[str]:
        codes = [f"ZZ{name}" for name in itertools.islice(_numbers, number)]
        self.rpc.create("party.party", [{"name": code, "code": code} for code in codes])
        return codes

    def touch(self) -> tuple[str, ReadRequest]:
        since = datetime.now(UTC)
        time.sleep(0.01)
        return self._add()[0], ReadRequest(since=since)

    def documents(self, connector: TrytonConnector) -> list[Any]:
        batch = []
        tax = next(t.id for t in connector.reference_lists().lists["vat_codes"] if t.rate == Decimal("5.5"))
        [article] = self.rpc.read("product.product", [("code", "=", "SUC-0001")], ["code"])
        for place in range(4):
            token = f"{next(_numbers):014d}"
            lines = place + 1
            net = Decimal(10) * lines
            vat = net * Decimal("0.055")
            line = DocumentLine(
                role=LineRole.PRODUCT, item="999999999" if place == 2 else str(article["id"]), quantity=Decimal(1),
                unit_price=Decimal(10), vat_id=tax, vat_rate=Decimal("5.5"),
            )  # fmt: skip
            totals = DocumentTotals(excl_tax=net, vat=vat, incl_tax=net + vat, by_rate=())
            document = SalesDocument(
                key=token, kind=DocumentKind.ORDER, date=date(2026, 11, 25), reference=f"Web {token}",
                customer="CLI00042", invoicing=ADDRESS, delivery=ADDRESS, lines=(line,) * lines, totals=totals,
                truth=totals.incl_tax,
            )  # fmt: skip
            reference = connector.reference_for(f"Web {token}", token)
            batch.append((document, Token(key=token, token=token, reference=reference)))
        return batch

    def finish(self, connector: TrytonConnector, submission: str, keys: Sequence[str]) -> SubmissionReport:
        return connector.submission(submission, keys)

    def settle(self) -> None:
        """Nothing to wait for: a sending has ended when it returns."""


@pytest.fixture(scope="module")
def rig_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonRig]:
    """A server of its own: the suite adds and removes parties."""
    own = started(tmp_path_factory.mktemp("tryton-suite"))
    with own, faulty(own.url) as door, own.rpc() as rpc:
        yield TrytonRig(own, door, rpc)


class TestTryton(ErpSuite):
    @pytest.fixture
    def rig(self, rig_of_module: TrytonRig) -> TrytonRig:
        return rig_of_module


class TestTrytonPlugin(PluginSuite):
    @pytest.fixture
    def plugin(self) -> ErpPlugin:
        return PLUGIN
