"""EBP joins the suite of all connectors."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope, SubmissionReport
from atoosync_lab.connectors.erps.ebp import EbpConnector, EbpCredentials
from atoosync_lab.model.catalogue import Product
from atoosync_lab.sandbox.ebp.seed import FolderState, ensure_default_folders
from atoosync_lab.sandbox.ebp.settings import CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY
from atoosync_lab.sandbox.servers import RunningSandbox, start
from tests.connectors.ebp.conftest import fill
from tests.connectors.ebp.helpers import (
    CREDENTIALS,
    FOLDER,
    MemoryTokens,
    document,
    settings_of,
    signed_in,
    token,
    wait_for,
)
from tests.connectors.suite import CountingLimiter, ErpRig, ErpSuite, Waits

pytestmark = pytest.mark.spec("ERP-01")
_numbers = count(7_000_000)


class EbpRig(ErpRig):
    list_path = "GenericQuery.*TableName=Item&|GenericQuery.*TableName=Item$"
    write_path = "createImport"
    scope = Scope.PRODUCTS
    kind = Product
    secrets = (CLIENT_SECRET, SUBSCRIPTION_KEY)

    def __init__(self, server: RunningSandbox) -> None:
        self.server = server

    def connect(
        self,
        *,
        waits: Waits | None = None,
        limiter: CountingLimiter | None = None,
        credentials: EbpCredentials = CREDENTIALS,
    ) -> EbpConnector:
        tokens = MemoryTokens(signed_in(self.server))
        connector = EbpConnector(settings_of(self.server), credentials, tokens, limiter=limiter)
        if waits:
            connector._http._sleep = waits
        return connector

    def connect_badly(self) -> EbpConnector:
        return self.connect(credentials=EbpCredentials(CLIENT_ID, CLIENT_SECRET, "0" * 32))

    def _rows(self, **content: Any) -> Any:
        return self.server.admin("POST", "/_admin/ebp/rows", {"folder": FOLDER, "table": "Item", **content})

    def expected_ids(self) -> set[str]:
        return {row["Id"] for row in self._rows()["rows"]}

    def _add(self, name: str) -> None:
        self._rows(insert=[{"Id": name, "Caption": name, "ActiveState": 0}])

    def move(self, read: Sequence[str]) -> None:
        self._rows(key=read[-5], delete=True)
        self._add(f"ZZMOVE{next(_numbers)}")

    def touch(self) -> tuple[str, ReadRequest]:
        time.sleep(0.01)
        since = datetime.now(UTC)
        time.sleep(0.01)
        name = f"ZZNEW{next(_numbers)}"
        self._add(name)
        return name, ReadRequest(since=since)

    def documents(self, connector: EbpConnector) -> list[Any]:
        batch = []
        for place in range(4):
            number = next(_numbers)
            reference = connector.reference_for(f"Web {number}", f"{number:014d}")
            item = "NOPE" if place == 2 else "EM001"
            batch.append((document(number, item=item, lines=place + 1), token(number, reference)))
        return batch

    def finish(self, connector: EbpConnector, submission: str, keys: Sequence[str]) -> SubmissionReport:
        return wait_for(connector, submission, keys)

    def settle(self) -> None:
        # Imports of a sandbox without waits end within some milliseconds.
        time.sleep(0.5)


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """A folder of its own: the suite adds and removes articles."""
    state = tmp_path_factory.mktemp("ebp-suite")
    ensure_default_folders(state)
    with FolderState.open(state, FOLDER) as folder:
        fill(folder)
    with start("ebp", state, speed=0) as running:
        yield running


class TestEbp(ErpSuite):
    @pytest.fixture
    def rig(self, own_server: RunningSandbox) -> EbpRig:
        return EbpRig(own_server)
