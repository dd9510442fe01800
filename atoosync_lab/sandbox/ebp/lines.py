"""Lines of imported documents: read, checked, and computed one by one. The hot loop of an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.ebp.folder import FolderState
from atoosync_lab.sandbox.ebp.headings import LINE
from atoosync_lab.sandbox.ebp.importfile import Codes, ImportFile, RecordRefusedError, read_number
from atoosync_lab.sandbox.ebp.totals import ZERO, net_unit, rounded, split
from atoosync_lab.sandbox.ebp.values import from_millionths, to_millionths

_HUNDRED = Decimal(100)
_LENGTHS = {heading.title: heading.length for heading in LINE}


@dataclass(slots=True)
class ReadLine:
    """A line that was accepted.

    Attributes:
        item_id: Article, as the folder writes it.
        vat_id: VAT code.
        rate: VAT rate in per cent.
        amount: Rounded amount in the document's basis.
        quantity: Stored quantity (millionths).
        storehouse: Warehouse of the line, when given.
        stored: Values of `LineReader.columns`.
    """

    item_id: str
    vat_id: str
    rate: Decimal
    amount: Decimal
    quantity: int
    storehouse: str | None
    stored: tuple[Any, ...]


class LineReader:
    """Reads the lines of one file.

    Args:
        state: The folder.
        file: The file; the articles it names are looked up at once.
        codes: Codes of the folder.
    """

    columns = [
        "LineType", "ItemId", "Description", "DescriptionClear", "Quantity", "RealQuantity", "UnitId",
        "SalePriceVatExcluded", "SalePriceVatIncluded", "Discounts0_UnitDiscountRate", "Discounts0_UnitDiscountAmount",
        "NetPriceVatExcluded", "NetPriceVatIncluded", "NetAmountVatExcludedWithDiscount",
        "NetAmountVatIncludedWithDiscount", "VatId", "VatAmount", "DeliveryState", "DeliveredQuantity",
        "InvoicedQuantity", "RemainingQuantityToDeliver", "RemainingQuantityToInvoice",
    ]  # fmt: skip

    def __init__(self, state: FolderState, file: ImportFile, codes: Codes) -> None:
        self._codes = codes
        self._at = [file.index.get(heading.title, -1) for heading in LINE]
        item = file.index["Ligne - Code article"]
        named = {row[item] for row in file.rows if row[item]}
        self._items = codes.fetch("Item", ["Id", "Caption", "UnitId"], named)
        rates = state.connection.execute("SELECT Id, Rate FROM Vat")
        self.rates: dict[str, Decimal] = {row[0]: from_millionths(row[1] or 0) for row in rates}
        # Shop files repeat few prices and quantities very often.
        self._numbers: dict[str, Decimal] = {}

    def read(self, rows: Sequence[Sequence[str]], cents: Decimal, *, tax_inclusive: bool) -> list[ReadLine]:
        """The lines of one document.

        Args:
            rows: Its rows; those whose line columns are all empty carry no line.
            cents: Smallest amount of the currency.
            tax_inclusive: Whether prices include tax.

        Raises:
            RecordRefusedError: the first value that does not fit, or `ERR_NO_LINE`.
        """
        at = [position for position in self._at if position >= 0]
        lines = [self._line(row, cents, tax_inclusive) for row in rows if any(row[position] for position in at)]
        if not lines:
            raise RecordRefusedError("ERR_NO_LINE", "Le document n'a pas de ligne")
        return lines

    def _line(self, row: Sequence[str], cents: Decimal, tax_inclusive: bool) -> ReadLine:
        code, text, quantity_text, net_text, gross_text, rate_text, discount_text, vat_id, place_text = (
            row[position] if position >= 0 else "" for position in self._at
        )
        self._check_texts(code, text, vat_id, place_text)
        item = self._items.get(self._codes.fold(code))
        if item is None:
            raise RecordRefusedError("ERR_ITEM", f"L'article {code} n'existe pas")
        rate = self.rates.get(vat_id)
        if rate is None:
            raise RecordRefusedError("ERR_VAT", f"Le code TVA {vat_id} n'existe pas")
        storehouse = self._codes.storehouse(place_text) if place_text else None
        if place_text and storehouse is None:
            raise RecordRefusedError("ERR_UNKNOWN_CODE", f"Ligne - Code dépôt : le code {place_text} n'existe pas")
        quantity = self._required("Ligne - Quantité", quantity_text)
        if quantity <= 0:
            raise RecordRefusedError("ERR_NUMBER", f"Ligne - Quantité : {quantity_text} n'est pas positif")
        price = self._required(*(("Ligne - PV TTC", gross_text) if tax_inclusive else ("Ligne - PV HT", net_text)))
        discount_rate = self._number("Ligne - % remise", rate_text) if rate_text else ZERO
        if not ZERO <= discount_rate <= _HUNDRED:
            raise RecordRefusedError("ERR_NUMBER", f"Ligne - % remise : {rate_text} n'est pas entre 0 et 100")
        discount = self._number("Ligne - Remise unitaire", discount_text) if discount_text else ZERO
        unit = net_unit(price, discount_rate, discount)
        amount = rounded(quantity * unit, cents)
        excluded, vat = split(amount, rate, cents, tax_inclusive=tax_inclusive)
        factor = 1 + rate / _HUNDRED
        if tax_inclusive:
            prices, units = (price / factor, price), (unit / factor, unit)
        else:
            prices, units = (price, price * factor), (unit, unit * factor)
        stored = to_millionths(quantity)
        return ReadLine(
            item[0], vat_id, rate, amount, stored, storehouse,
            (
                0, item[0], text or item[1], text or item[1], stored, stored, item[2],
                to_millionths(prices[0]), to_millionths(prices[1]),
                to_millionths(discount_rate), to_millionths(discount),
                to_millionths(units[0]), to_millionths(units[1]),
                to_millionths(excluded), to_millionths(excluded + vat),
                vat_id, to_millionths(vat), 0, 0, 0, stored, stored,
            ),
        )  # fmt: skip

    def _check_texts(self, code: str, text: str, vat_id: str, place: str) -> None:
        if not code:
            raise RecordRefusedError("ERR_REQUIRED", "Ligne - Code article est obligatoire")
        if not vat_id:
            raise RecordRefusedError("ERR_REQUIRED", "Ligne - Code TVA est obligatoire")
        for title, value in (
            ("Ligne - Code article", code),
            ("Ligne - Description", text),
            ("Ligne - Code TVA", vat_id),
            ("Ligne - Code dépôt", place),
        ):
            if len(value) > _LENGTHS[title]:
                raise RecordRefusedError("ERR_LENGTH", f"{title} : {len(value)} caractères, {_LENGTHS[title]} au plus")

    def _required(self, title: str, text: str) -> Decimal:
        if not text:
            raise RecordRefusedError("ERR_REQUIRED", f"{title} est obligatoire")
        return self._number(title, text)

    def _number(self, title: str, text: str) -> Decimal:
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = read_number(title, text)
        return number
