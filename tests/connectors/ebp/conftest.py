"""A running EBP sandbox with a small catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from atoosync_lab.connectors.erps.ebp import EbpConnector
from atoosync_lab.sandbox.ebp.seed import (
    MAIN_STOREHOUSE,
    SECOND_STOREHOUSE,
    VAT_FR_20,
    FolderState,
    ensure_default_folders,
)
from atoosync_lab.sandbox.servers import RunningSandbox, start
from tests.connectors.ebp.helpers import FOLDER, connect

PLAIN_FOLDER = "184978"
"""A folder without our custom field."""
ARTICLES = 250


def fill(folder: FolderState) -> None:
    """Articles, their stock in two storehouses, two customers."""
    rows = [
        {
            "Id": f"EM{n:03d}" if n <= 200 else f"ZZ{n:03d}",
            "Caption": f"Article {n}",
            "ActiveState": 1 if n % 10 == 0 else 0,
            "AllowPublishOnWeb": n % 2 == 1,
            "ManageStock": True,
            "SalePriceVatExcluded": Decimal("12.345678"),
            "VatId": VAT_FR_20,
            "BarCode": "0012345678905",
            "Weight": Decimal("0.250"),
        }
        for n in range(1, ARTICLES + 1)
    ]
    folder.insert_many("Item", rows)
    folder.insert_many(
        "StockItem",
        [
            {"ItemId": row["Id"], "StorehouseId": house, "RealStock": Decimal(5), "VirtualStock": Decimal("4.5"),
             "OrderedQuantity": Decimal(1), "SuppliersOrderedQuantity": Decimal("0.5")}
            for row in rows
            for house in (MAIN_STOREHOUSE, SECOND_STOREHOUSE)
        ],
    )  # fmt: skip
    folder.insert_many(
        "Customer",
        [
            {"Id": "CLI1", "Name": "Client un", "ActiveState": 0, "Siren": "732829320", "Nic": "00074",
             "MainInvoicingContact_Email": "un@exemple.fr", "IntracommunityVATNumber": "FR44732829320"},
            {"Id": "CLI2", "Name": "Client deux", "ActiveState": 2, "Siren": "73282932000074"},
        ],
    )  # fmt: skip


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    state: Path = tmp_path_factory.mktemp("ebp-connector")
    ensure_default_folders(state)
    with FolderState.open(state, FOLDER) as folder:
        fill(folder)
    with FolderState.open(state, PLAIN_FOLDER, name="Bréval sans champ", short_name="INV30", atoo_key=False) as folder:
        fill(folder)
    with start("ebp", state, speed=0) as running:
        yield running


@pytest.fixture
def sandbox(server: RunningSandbox) -> Iterator[RunningSandbox]:
    """The server, as it was before once the test has ended."""
    before = server.admin("GET", "/_admin/ebp/settings")
    server.faults([])
    yield server
    server.faults([])
    server.admin("POST", "/_admin/ebp/settings", before)
    server.admin("DELETE", "/_admin/ebp/quota")


@pytest.fixture
def erp(sandbox: RunningSandbox) -> Iterator[EbpConnector]:
    """A signed-in connector."""
    connector = connect(sandbox)
    yield connector
    connector.close()
