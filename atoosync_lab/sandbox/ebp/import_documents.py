"""Import of sale documents: lines, totals, numbers, and the stock that customer orders reserve."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal, localcontext
from itertools import groupby
from typing import Any

from atoosync_lab.sandbox.ebp.folder import FolderState, insert_sql
from atoosync_lab.sandbox.ebp.headings import DOCUMENT
from atoosync_lab.sandbox.ebp.importfile import (
    MAX_RECORDS,
    Codes,
    FileRefusedError,
    ImportFile,
    RecordRefusedError,
    read_values,
)
from atoosync_lab.sandbox.ebp.lines import LineReader, ReadLine
from atoosync_lab.sandbox.ebp.numbering import Numbering
from atoosync_lab.sandbox.ebp.tables import DOCUMENT_TYPES, VAT_SLOTS
from atoosync_lab.sandbox.ebp.totals import Totals, document_totals
from atoosync_lab.sandbox.ebp.values import IdMaker, from_millionths, now_text, to_millionths

Refusal = dict[str, Any]
ORDER = 4
INVOICES = (2, 9)
_PRECISION = 60
_TYPE = re.compile(r"[0-9]{1,3}")
"""Digits of intermediate results: quantity x price x discount must stay exact until it is rounded to cents."""

_GROUPS = [
    (f"{side}{part}_", f"Main{side}{part}_") for side in ("Invoicing", "Delivery") for part in ("Address", "Contact")
]
_STOCK = """
UPDATE StockItem SET OrderedQuantity = COALESCE(OrderedQuantity, 0) + moved.quantity,
    VirtualStock = COALESCE(VirtualStock, 0) - moved.quantity, sysModifiedDate = ?
FROM moved WHERE StockItem.ItemId = moved.item AND StockItem.StorehouseId = moved.storehouse
"""
# A stock movement leaves the article's modification date alone (assumption A09 of the reference).
_ITEM_STOCK = """
UPDATE Item SET OrderedQuantity = COALESCE(OrderedQuantity, 0) + moved.quantity,
    VirtualStock = COALESCE(VirtualStock, 0) - moved.quantity
FROM (SELECT item, SUM(quantity) AS quantity FROM moved GROUP BY item) AS moved WHERE Item.Id = moved.item
"""


class DocumentImport:
    """One file of sale documents, inside the transaction of the caller.

    Args:
        state: The folder.
        file: The file.
    """

    def __init__(self, state: FolderState, file: ImportFile) -> None:
        self._state = state
        self._file = file
        self._codes = Codes(state)
        self._picks = file.picks(DOCUMENT)
        self._now = now_text()
        self._make_id = IdMaker()
        self._numbering = Numbering(state)
        self._stock: dict[tuple[str, str], int] = defaultdict(int)
        self._headers: list[dict[str, Any]] = []
        self._lines: list[tuple[Any, ...]] = []
        self._currencies = dict(state.connection.execute("SELECT Id, COALESCE(DecimalCount, 2) FROM CurrencyTable"))
        self._rates = dict(state.connection.execute("SELECT Id, ConversionRate FROM CurrencyTable"))
        main = state.connection.execute("SELECT Id FROM Storehouse ORDER BY Main DESC, rowid LIMIT 1").fetchone()
        self._main_storehouse: str | None = main[0] if main else None
        self._reader = LineReader(state, file, self._codes)

    def run(self) -> tuple[int, list[Refusal]]:
        """Write what is accepted; return how many documents that is, and the refusals.

        Raises:
            FileRefusedError: `ERR_TOO_MANY`.
        """
        index = self._file.index
        reference, key = index["Document - Référence"], index.get("Document - Clé Atoo", index["Document - Référence"])
        groups = [
            list(group)
            for _, group in groupby(enumerate(self._file.rows, 1), key=lambda each: (each[1][reference], each[1][key]))
        ]
        if len(groups) > MAX_RECORDS:
            raise FileRefusedError("ERR_TOO_MANY", f"{len(groups)} documents, {MAX_RECORDS} au plus")
        self._load_customers([group[0][1] for group in groups])
        refused: list[Refusal] = []
        with localcontext(prec=_PRECISION):
            for group in groups:
                try:
                    self._document([row for _, row in group])
                except RecordRefusedError as error:
                    refused.append(
                        {
                            "row": group[0][0],
                            "reference": group[0][1][reference],
                            "errorCode": error.code,
                            "errorMessage": str(error),
                        }
                    )
        self._write()
        return len(groups) - len(refused), refused

    def _load_customers(self, first_rows: Sequence[Sequence[str]]) -> None:
        position = self._file.index["Document - Code client"]
        table = self._state.table("Customer")
        columns = [column.name for column in table.columns]
        found = self._codes.fetch("Customer", columns, {row[position] for row in first_rows if row[position]})
        self._customers = {row[0]: dict(zip(columns, row, strict=True)) for row in found.values()}
        self._codes.set("Customer", self._customers)

    def _document(self, rows: Sequence[Sequence[str]]) -> None:
        header = read_values(self._picks, rows[0], self._codes)
        kind = _document_type(header.pop("DocumentType"))
        if header.get("DocumentState", "Accepté") != "Accepté":
            raise RecordRefusedError("ERR_UNKNOWN_CODE", f"Document - État : {header['DocumentState']} est inconnu")
        tax_inclusive = bool(header.setdefault("PriceWithTaxBased", 0))
        self._fill_in(header)
        cents = Decimal(1).scaleb(-self._currencies[header["CurrencyId"]])
        storehouse = header.get("StorehouseId")
        lines = self._reader.read(rows, cents, tax_inclusive=tax_inclusive)
        shipping = self._shipping(header, tax_inclusive=tax_inclusive)
        amounts = [(line.vat_id, line.rate, line.amount) for line in lines]
        totals = document_totals(amounts, shipping, cents, tax_inclusive=tax_inclusive)
        if len(totals.rates) > VAT_SLOTS:
            raise RecordRefusedError("ERR_TOO_MANY_RATES", f"{len(totals.rates)} taux de TVA, {VAT_SLOTS} au plus")
        number, prefix, suffix = self._numbering.take(kind, header["SerialId"], header.get("DocumentNumber"))
        header.update(
            Id=self._make_id(), DocumentType=kind, DocumentNumber=number, NumberPrefix=prefix, NumberSuffix=suffix,
            NotesClear=header.get("Notes"), sysCreatedDate=self._now, sysModifiedDate=self._now,
        )  # fmt: skip
        _put_totals(header, totals, kind)
        self._headers.append(header)
        self._keep_lines(header["Id"], lines, storehouse, kind)

    def _fill_in(self, header: dict[str, Any]) -> None:
        """Values that the folder gives to what the file leaves empty."""
        customer = self._customers[header["CustomerId"]]
        header.setdefault("CustomerName", customer["Name"])
        header.setdefault("SerialId", self._numbering.default_serial)
        header.setdefault("StorehouseId", customer["StorehouseId"] or self._main_storehouse)
        header.setdefault("CurrencyId", self._state.meta["currency"])
        header["CurrencyConversionRate"] = self._rates[header["CurrencyId"]]
        for name in ("TerritorialityId", "ColleagueId", "SettlementModeId", "ShippingId"):
            header.setdefault(name, customer[name])
        for prefix, source in _GROUPS:
            if not any(name.startswith(prefix) for name in header):
                header.update({prefix + n.removeprefix(source): v for n, v in customer.items() if n.startswith(source)})

    def _shipping(self, header: dict[str, Any], *, tax_inclusive: bool) -> tuple[str, Decimal, Decimal] | None:
        included = header.pop("(shipping incl.)", None)
        stored = included if tax_inclusive else header.get("ShippingAmountVatExcluded")
        header["ShippingAmountVatExcluded"] = 0
        if not stored:
            return None
        vat_id = header.get("ShippingVatId")
        if vat_id is None:
            raise RecordRefusedError("ERR_VAT", "Document - Code TVA port est obligatoire avec des frais de port")
        return vat_id, self._reader.rates[vat_id], from_millionths(stored)

    def _keep_lines(self, document_id: str, lines: Sequence[ReadLine], storehouse: str | None, kind: int) -> None:
        for order, line in enumerate(lines, 1):
            place = line.storehouse or storehouse
            self._lines.append((self._make_id(), document_id, order, place, self._now, self._now, *line.stored))
            if kind == ORDER and place:
                self._stock[line.item_id, place] += line.quantity

    def _write(self) -> None:
        """Insert everything in few statements, and move the stock once."""
        connection = self._state.connection
        names: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for header in self._headers:
            names[tuple(header)].append(tuple(header.values()))
        for columns, batch in names.items():
            connection.executemany(insert_sql("SaleDocument", list(columns)), batch)
        own = ["Id", "DocumentId", "LineOrder", "StorehouseId", "sysCreatedDate", "sysModifiedDate"]
        connection.executemany(insert_sql("SaleDocumentLine", own + self._reader.columns), self._lines)
        self._numbering.save()
        if self._stock:
            connection.execute(
                "CREATE TEMP TABLE IF NOT EXISTS moved"
                " (item TEXT, storehouse TEXT, quantity INTEGER, PRIMARY KEY (item, storehouse))"
            )
            connection.execute("DELETE FROM moved")
            connection.executemany(
                "INSERT INTO moved VALUES (?, ?, ?)", [(*place, quantity) for place, quantity in self._stock.items()]
            )
            connection.execute(_STOCK, (self._now,))
            connection.execute(_ITEM_STOCK)


def _document_type(text: str) -> int:
    if not _TYPE.fullmatch(text) or int(text) not in DOCUMENT_TYPES:
        raise RecordRefusedError("ERR_UNKNOWN_CODE", f"Document - Type : {text} est inconnu")
    return int(text)


def _put_totals(header: dict[str, Any], totals: Totals, kind: int) -> None:
    excluded = to_millionths(totals.excluded - totals.shipping_excluded)
    included = to_millionths(totals.included)
    header.update(
        ShippingAmountVatExcluded=to_millionths(totals.shipping_excluded),
        AmountVatExcluded=excluded,
        AmountVatExcludedWithDiscount=excluded,
        AmountVatExcludedWithDiscountAndShipping=to_millionths(totals.excluded),
        VatAmount=to_millionths(totals.vat),
        AmountVatIncluded=included,
        DepositAmount=0,
        TotalDueAmount=included,
        CommitmentsBalanceDue=included if kind in INVOICES else 0,
    )
    for slot, total in enumerate(totals.rates):
        prefix = f"DetailVatAmount{slot}_"
        header[prefix + "DetailVatId"] = total.vat_id
        header[prefix + "DetailVatRate"] = to_millionths(total.rate)
        header[prefix + "DetailAmountVatExcluded"] = to_millionths(total.excluded)
        header[prefix + "DetailVatAmount"] = to_millionths(total.vat)


__all__ = ["DocumentImport", "Refusal"]
