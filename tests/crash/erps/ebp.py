"""EBP: see `base.Erp`."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from atoosync_lab.connectors.erps.ebp.facts import DOCUMENT_TYPES
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.sandbox.data.demo.facts import FOLDER, SPECIAL_ARTICLES
from atoosync_lab.sandbox.ebp.folder import folder_path
from atoosync_lab.sandbox.ebp.seed import FolderState
from tests.crash.forks import Forks
from tests.crash.shops import Fact

NEW_ARTICLES = ("SUC-0001", "SUC-0002", "SUC-0005")
"""In the ERP alone."""
_LINKS = ("Quote", "Order", "Delivery", "Invoice", "CreditMemo")


@contextmanager
def opened(state: Path) -> Iterator[FolderState]:
    """The folder itself, not through the product."""
    with closing(FolderState(folder_path(state, FOLDER))) as folder:
        yield folder


class Ebp:
    """See `base.Erp`."""

    system = "ebp"
    speed = 2000.0
    settles = 900.0 / speed
    """What was sent and is not seen counts as doubtful for so long, then goes to review."""
    lasting = False

    def serve(self, forks: Forks, state: Path, port: int) -> Callable[[], None]:
        """See `base.Erp`."""
        args = ["--state", str(state), "--port", str(port), "--auto-sign-in", "--speed", str(self.speed)]
        return partial(forks.stop, forks.serve("ebp", args, state / "server.log"))

    def settings(self, document: Mapping[str, Any], state: Path, port: int) -> dict[str, Any]:
        """See `base.Erp`; profiles are written in its ids."""
        return dict(document)

    def keep(self, state: Path, kept: Path) -> None:
        """See `base.Erp`; its files are kept with the rest."""

    def put_back(self, kept: Path, state: Path) -> None:
        """See `base.Erp`; its files are put back with the rest."""

    def trim(self, state: Path, wanted: Collection[str]) -> set[str]:
        """See `base.Erp`: those of the orders and of special lines, and a few that the shop does not have yet."""
        kept = {*wanted, *NEW_ARTICLES, *SPECIAL_ARTICLES.values()}
        with opened(state) as erp:
            with erp.transaction() as connection:
                for row in erp.rows("Item"):
                    if row["Id"].strip() not in kept:
                        connection.execute("DELETE FROM Item WHERE Id = ?", (row["Id"],))
                        connection.execute("DELETE FROM StockItem WHERE ItemId = ?", (row["Id"],))
            for place, code in enumerate(sorted(kept & set(wanted))):
                # Every other price differs from the shop's, so that there is something to write.
                found = erp.rows("Item", {"Id": code})
                if found and place % 2 == 0:
                    price = found[0]["SalePriceVatExcluded"] + Decimal("1.10")
                    erp.update("Item", code, {"SalePriceVatExcluded": price})
            for code in NEW_ARTICLES:
                erp.update("Item", code, {"AllowPublishOnWeb": True, "ActiveState": 0})
            return {row["Id"].strip() for row in erp.rows("Item")}

    def idle(self, state: Path) -> None:
        """See `base.Erp`: every file that it was handed is worked off."""
        deadline = time.monotonic() + 30
        with closing(sqlite3.connect(state / "server.sqlite", timeout=30)) as queue:
            while queue.execute("SELECT count(*) FROM import WHERE state IN ('Waiting', 'Running')").fetchone()[0]:
                if time.monotonic() > deadline:
                    raise TimeoutError("the ERP sandbox does not come to the end of its imports")
                time.sleep(0.01)

    def holds(self, state: Path) -> Iterable[Fact]:
        """See `base.Erp`."""
        with opened(state) as erp:
            lines = Counter(str(row["DocumentId"]) for row in erp.rows("SaleDocumentLine"))
            by_id = {}
            for row in erp.rows("SaleDocument"):
                by_id[row["Id"]] = row["xx_AtooKey"] or row["DocumentNumber"]
                yield (
                    "document", row["xx_AtooKey"] or row["DocumentNumber"], row["DocumentType"], row["CustomerId"],
                    str(row["AmountVatExcluded"]), str(row["AmountVatIncluded"]), lines[str(row["Id"])],
                )  # fmt: skip
            for row in erp.rows("SaleSettlement"):
                of = [by_id.get(row[f"Associated{name}Id"], "?") for name in _LINKS if row[f"Associated{name}Id"]]
                yield ("settlement", row["xx_AtooKey"], row["ThirdId"], str(row["Amount"]), row["PaymentTypeId"], *of)
            for row in erp.rows("Customer"):
                if row["xx_AtooKey"]:
                    yield ("customer", row["xx_AtooKey"], row["Id"], row["Name"])

    def tokens(self, state: Path) -> set[str]:
        """See `base.Erp`."""
        with opened(state) as erp:
            return {row["xx_AtooKey"] for t in ("Customer", "SaleDocument", "SaleSettlement") for row in erp.rows(t)}

    def number_of(self, state: Path, token: str) -> str:
        """See `base.Erp`."""
        with opened(state) as erp:
            for table, column in (("SaleDocument", "DocumentNumber"), ("SaleSettlement", "Id"), ("Customer", "Id")):
                for row in erp.rows(table, {"xx_AtooKey": token}):
                    return str(row[column])
        return ""

    def transform(self, state: Path, numbers: Collection[str], kind: DocumentKind) -> None:
        """See `base.Erp`."""
        mark = "FA" if kind is DocumentKind.INVOICE else "BL"
        with opened(state) as erp:
            for row in erp.rows("SaleDocument"):
                if row["DocumentNumber"] in numbers:
                    next_one = {
                        **row, "Id": f"{mark[0]}{row['Id'][1:]}", "DocumentType": DOCUMENT_TYPES[kind],
                        "DocumentNumber": f"{mark}{row['DocumentNumber']}",
                        "OriginDocumentNumber": row["DocumentNumber"], "OriginDocumentType": row["DocumentType"],
                        "xx_AtooKey": "", "Reference": "",
                    }  # fmt: skip
                    erp.insert_many("SaleDocument", [next_one])
