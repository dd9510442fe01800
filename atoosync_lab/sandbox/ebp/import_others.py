"""Imports of customers and of settlements: one row a record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from atoosync_lab.sandbox.ebp.folder import FolderState, insert_sql
from atoosync_lab.sandbox.ebp.headings import CUSTOMER, SETTLEMENT
from atoosync_lab.sandbox.ebp.import_documents import Refusal
from atoosync_lab.sandbox.ebp.importfile import (
    MAX_RECORDS,
    Codes,
    FileRefusedError,
    ImportFile,
    RecordRefusedError,
    read_values,
)
from atoosync_lab.sandbox.ebp.reference import TERRITORY_FR
from atoosync_lab.sandbox.ebp.values import IdMaker, now_text

_ASSOCIATED = {
    1: "AssociatedQuoteId",
    2: "AssociatedInvoiceId",
    4: "AssociatedOrderId",
    6: "AssociatedDeliveryId",
    9: "AssociatedCreditMemoId",
}


class RowImport(ABC):
    """A file whose records are single rows, inside the transaction of the caller.

    Args:
        state: The folder.
        file: The file.
    """

    reference_title = ""

    def __init__(self, state: FolderState, file: ImportFile) -> None:
        self.state = state
        self.file = file
        self.codes = Codes(state)
        self.now = now_text()
        self.make_id = IdMaker()

    @abstractmethod
    def record(self, row: Sequence[str]) -> None:
        """Write one record.

        Raises:
            RecordRefusedError: when it is refused; nothing of it was written.
        """

    def run(self) -> tuple[int, list[Refusal]]:
        """Write what is accepted; return how many records that is, and the refusals.

        Raises:
            FileRefusedError: `ERR_TOO_MANY`.
        """
        if len(self.file.rows) > MAX_RECORDS:
            raise FileRefusedError("ERR_TOO_MANY", f"{len(self.file.rows)} enregistrements, {MAX_RECORDS} au plus")
        refused: list[Refusal] = []
        position = self.file.index[self.reference_title]
        for number, row in enumerate(self.file.rows, 1):
            try:
                self.record(row)
            except RecordRefusedError as error:
                refused.append(
                    {"row": number, "reference": row[position], "errorCode": error.code, "errorMessage": str(error)}
                )
        return len(self.file.rows) - len(refused), refused

    def insert(self, table: str, values: dict[str, Any]) -> None:
        """Insert a row with its system dates."""
        values = {**values, "sysCreatedDate": self.now, "sysModifiedDate": self.now}
        self.state.connection.execute(insert_sql(table, list(values)), tuple(values.values()))


class CustomerImport(RowImport):
    """Customers; a code that exists refuses the record."""

    reference_title = "Client - Code"

    def __init__(self, state: FolderState, file: ImportFile) -> None:
        super().__init__(state, file)
        self._picks = file.picks(CUSTOMER)
        # A customer of another country still gets the folder's own territory unless the file says otherwise.
        self._territory = self.codes.find("Territoriality", TERRITORY_FR)

    def record(self, row: Sequence[str]) -> None:
        """Write one customer."""
        values = read_values(self._picks, row, self.codes)
        found = self.state.connection.execute("SELECT 1 FROM Customer WHERE Id = ?", (values["Id"],)).fetchone()
        if found is not None:
            raise RecordRefusedError("ERR_DUPLICATE_CODE", f"Le client {values['Id']} existe déjà")
        values.setdefault("TerritorialityId", self._territory)
        values.setdefault("CurrencyId", self.state.meta["currency"])
        own_delivery = any(name.startswith("MainDelivery") for name in values)
        values.update(
            UniqueId=self.make_id(), Type=1, ActiveState=0, UseInvoicingAddressAsDeliveryAddress=int(not own_delivery)
        )
        values.setdefault("NaturalPerson", 0)
        self.insert("Customer", values)


class SettlementImport(RowImport):
    """Settlements; one that names an invoice is assigned to it."""

    reference_title = "Règlement - Référence"

    def __init__(self, state: FolderState, file: ImportFile) -> None:
        super().__init__(state, file)
        self._picks = file.picks(SETTLEMENT)

    def record(self, row: Sequence[str]) -> None:
        """Write one settlement."""
        values = read_values(self._picks, row, self.codes)
        amount: int = values["Amount"]
        if not amount:
            raise RecordRefusedError("ERR_NUMBER", "Règlement - Montant : 0 n'est pas accepté")
        number = values.pop("(document)", None)
        document = self._document(number) if number else None
        name = self.state.connection.execute("SELECT Name FROM Customer WHERE Id = ?", (values["ThirdId"],)).fetchone()
        values.setdefault("CurrencyId", self.state.meta["currency"])
        values.setdefault("IsDeposit", 0)
        values.update(Id=self.make_id(), ThirdName=name[0], CurrencyAmount=amount, RemainingAmount=amount, IsUnpaid=0)
        if document is not None:
            key, kind = document
            values[_ASSOCIATED[kind]] = key
            values["RemainingAmount"] = 0
            self._assign(values["Id"], key, kind, amount, deposit=bool(values["IsDeposit"]))
        self.insert("SaleSettlement", values)

    def _document(self, number: str) -> tuple[str, int]:
        found = self.state.connection.execute(
            "SELECT Id, DocumentType FROM SaleDocument WHERE DocumentNumber = ? ORDER BY rowid LIMIT 1", (number,)
        ).fetchone()
        if found is None:
            raise RecordRefusedError("ERR_UNKNOWN_CODE", f"Règlement - Numéro du document : {number} n'existe pas")
        return found[0], found[1]

    def _assign(self, settlement: str, document: str, kind: int, amount: int, *, deposit: bool) -> None:
        """Take the amount off what is due on the document."""
        if deposit:
            change = "DepositAmount = COALESCE(DepositAmount, 0) + ?"
        elif kind in (2, 9):
            change = "CommitmentsBalanceDue = COALESCE(CommitmentsBalanceDue, 0) - ?"
        else:
            return
        statement = f"UPDATE SaleDocument SET {change}, sysModifiedDate = ? WHERE Id = ?"
        self.state.connection.execute(statement, (amount, self.now, document))
        association = {
            "Id": self.make_id(), "SettlementId": settlement, "CommitmentId": document, "AssignedAmount": amount,
        }  # fmt: skip
        self.insert("SaleSettlementCommitmentAssociation", association)
