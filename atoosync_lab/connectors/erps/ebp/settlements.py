"""Settlements to rows of an import file (docs/ebp-import.md, A31)."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.ebp import csv_file, facts
from atoosync_lab.connectors.erps.ebp.csv_file import cell
from atoosync_lab.model.documents import DocumentKind, Settlement

SettlementRow = tuple[Settlement, Token, str, str, DocumentKind]
"""Settlement, its token, customer code, document number, kind of the document."""

_HEADINGS = (
    "Règlement - Code client",
    "Règlement - Date",
    "Règlement - Montant",
    "Règlement - Code moyen de paiement",
    "Règlement - Code banque",
    "Règlement - Code devise",
    "Règlement - Référence",
    "Règlement - Numéro du document",
    "Règlement - Acompte",
)
_KEY = "Règlement - Clé Atoo"
_BEFORE_INVOICE = (DocumentKind.QUOTE, DocumentKind.ORDER)


def headings(with_key: bool) -> list[str]:
    """Headings of a settlement file."""
    return [*_HEADINGS, *([_KEY] if with_key else [])]


def settlement_file(settlements: Sequence[SettlementRow], *, with_key: bool, as_deposit: bool) -> bytes:
    """The import file of some settlements.

    Args:
        settlements: what to write.
        with_key: the folder has our custom field.
        as_deposit: what is paid before the invoice is written as a deposit (acompte).

    Raises:
        ValueError: too many settlements.
    """
    if len(settlements) > facts.MAX_IMPORT_RECORDS:
        raise ValueError(f"{len(settlements)} settlements, at most {facts.MAX_IMPORT_RECORDS} in a file")
    return csv_file.file_bytes(
        headings(with_key), (csv_file.row(_cells(row, with_key, as_deposit)) for row in settlements)
    )


def _cells(row: SettlementRow, with_key: bool, as_deposit: bool) -> list[str]:
    settlement, token, customer, document, kind = row
    return [
        cell(customer),
        csv_file.day(settlement.date),
        csv_file.number(settlement.amount),
        cell(settlement.payment_means),
        cell(settlement.treasury),
        cell(settlement.currency),
        cell(token.reference),
        cell(document),
        csv_file.switch(as_deposit and kind in _BEFORE_INVOICE),
        *([cell(token.token)] if with_key else []),
    ]
