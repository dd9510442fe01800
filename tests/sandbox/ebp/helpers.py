"""A small client of the EBP sandbox, its data, and import files in the layout of the contract."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from atoosync_lab.sandbox.ebp.seed import MAIN_STOREHOUSE, VAT_FR_20, FolderState
from atoosync_lab.sandbox.servers import RunningSandbox

FOLDER = "184976"
GESCOM = "/gescom/api/v1"
IMPORT = f"/import/api/v1/Folders/{FOLDER}"
FORMATS = {"Customer": "AtooSync Client", "SaleDocument": "AtooSync Document", "Settlement": "AtooSync Règlement"}


def load_articles(state: Path) -> None:
    """Two hundred and fifty articles, one customer, stock of the first article."""
    with FolderState.open(state, FOLDER, name="Bréval Test") as folder:
        folder.insert_many(
            "Item",
            [
                {
                    "Id": f"ART{number:03d}",
                    "Caption": f"Article n° {number}",
                    "ItemType": 0,
                    "ActiveState": number % 2,
                    "AllowPublishOnWeb": True,
                    "SalePriceVatExcluded": Decimal("12.345678"),
                    "Weight": Decimal("0.25"),
                    "UnitId": "U",
                    "FamilyId": "DECO",
                    "VatId": VAT_FR_20,
                    "sysModifiedDate": f"2026-03-{1 + number // 10:02d}T08:00:00",
                }
                for number in range(250)
            ],
        )
        folder.insert_many(
            "Item", [{"Id": "PHOTO", "Caption": "Avec image", "ItemImage": b"\x89PNG", "ActiveState": 0}]
        )
        folder.insert_many("Customer", [{"Id": "CLI1", "Name": "Bréval SARL", "MainInvoicingAddress_City": "Rennes"}])
        folder.insert_many(
            "StockItem",
            [{"Id": "S1", "ItemId": "ART001", "StorehouseId": MAIN_STOREHOUSE, "RealStock": 10, "VirtualStock": 10}],
        )


@dataclass
class Api:
    """Signed-in client of the sandbox."""

    server: RunningSandbox
    http: httpx.Client

    def query(self, table: str, **parameters: Any) -> httpx.Response:
        """A GenericQuery."""
        return self.http.get(f"{GESCOM}/Folders/{FOLDER}/GenericQuery", params={"TableName": table, **parameters})

    def results(self, table: str, **parameters: Any) -> list[dict[str, Any]]:
        """Records of a GenericQuery that must succeed."""
        answer = self.query(table, **parameters)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["results"]
        return found

    def send(self, category: str, content: bytes, format_name: str | None = None) -> str:
        """Hand in a file and return its import id."""
        answer = self.http.post(
            f"{IMPORT}/createImport",
            data={"category": category, "format": format_name or FORMATS.get(category, "?")},
            files={"file": ("import.csv", content)},
        )
        assert answer.status_code == 202, answer.text
        found: str = answer.json()["importId"]
        return found

    def outcome(self, import_id: str) -> dict[str, Any]:
        """Status of an import once it is over."""
        for _ in range(400):
            found: dict[str, Any] = self.http.get(f"{IMPORT}/Status", params={"importId": import_id}).json()
            if found["status"] in ("Completed", "Error"):
                return found
            time.sleep(0.01)
        raise AssertionError(f"import {import_id} did not end: {found}")

    def run(self, category: str, content: bytes, format_name: str | None = None) -> dict[str, Any]:
        """Hand in a file and wait for its end."""
        return self.outcome(self.send(category, content, format_name))

    def settings(self, **values: Any) -> None:
        """Change switches."""
        self.server.admin("POST", "/_admin/ebp/settings", values)


def csv_file(titles: Sequence[str], *rows: Sequence[str]) -> bytes:
    """An import file in the layout of the contract."""

    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if any(each in text for each in ';"\r\n') else text

    lines = [";".join(map(quoted, row)) for row in (titles, *rows)]
    return b"\xef\xbb\xbf" + "".join(f"{line}\r\n" for line in lines).encode()


DOCUMENT_TITLES = [
    "Document - Type", "Document - Date", "Document - Référence", "Document - Clé Atoo", "Document - Code client",
    "Document - Facturation TTC", "Document - Frais de port HT", "Document - Frais de port TTC",
    "Document - Code TVA port", "Ligne - Code article", "Ligne - Quantité", "Ligne - PV HT", "Ligne - PV TTC",
    "Ligne - % remise", "Ligne - Remise unitaire", "Ligne - Code TVA",
]  # fmt: skip


def document_row(reference: str, **values: str) -> list[str]:
    """A row of a document file; `values` are by short names."""
    row = {
        "type": "4", "date": "25/11/2026", "reference": reference, "key": "", "customer": "CLI1", "incl": "0",
        "ship": "", "ship_incl": "", "ship_vat": "", "item": "ART001", "quantity": "1", "price": "", "price_incl": "",
        "rate": "",
        "discount": "", "vat": VAT_FR_20, **values,
    }  # fmt: skip
    return list(row.values())
