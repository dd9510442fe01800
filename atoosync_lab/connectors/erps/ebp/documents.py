"""Sales documents to rows of an import file: one row a line, the header repeated on each (docs/ebp-import.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.ebp import csv_file, facts
from atoosync_lab.connectors.erps.ebp.csv_file import cell
from atoosync_lab.model.documents import DocumentLine, PostalAddress, SalesDocument

_HEADER = (
    "Document - Type",
    "Document - Numéro du document",
    "Document - Date",
    "Document - Référence",
    "Document - Souche",
    "Document - Code dépôt",
    "Document - État",
    "Document - Code client",
    "Document - Nom du client",
    "Document - Code commercial",
    "Document - Code territorialité",
    "Document - Facturation TTC",
    "Document - Code devise",
    "Document - Code mode de règlement",
    "Document - Code moyen de paiement",
    "Document - Code frais de port",
    "Document - Frais de port HT",
    "Document - Frais de port TTC",
    "Document - Code TVA port",
    "Document - Notes",
)
_LINE = (
    "Ligne - Code article",
    "Ligne - Description",
    "Ligne - Quantité",
    "Ligne - PV HT",
    "Ligne - PV TTC",
    "Ligne - % remise",
    "Ligne - Remise unitaire",
    "Ligne - Code TVA",
)
_KEY = "Document - Clé Atoo"


def address_headings(prefix: str, place: str) -> list[str]:
    """Headings of an address and its contact, e.g. `Document - Ville (livraison)`."""
    return [f"{prefix} - {name} {place}" for name, _, _ in facts.ADDRESS_HEADINGS]


def address_cells(address: PostalAddress) -> list[str]:
    """Cells under `address_headings`."""
    return [cell(getattr(address, name), length) for _, name, length in facts.ADDRESS_HEADINGS]


def headings(with_key: bool) -> list[str]:
    """Headings of a document file; the token's column only where the folder has the custom field."""
    return [
        *_HEADER,
        *([_KEY] if with_key else []),
        *address_headings("Document", facts.INVOICING),
        *address_headings("Document", facts.DELIVERY),
        *_LINE,
    ]


def document_file(documents: Sequence[tuple[SalesDocument, Token]], *, with_key: bool) -> bytes:
    """The import file of some documents.

    Raises:
        ValueError: too many documents, or two that the ERP could not tell apart.
    """
    if len(documents) > facts.MAX_IMPORT_RECORDS:
        raise ValueError(f"{len(documents)} documents, at most {facts.MAX_IMPORT_RECORDS} in a file")
    identities = {(token.reference, token.token if with_key else "") for _, token in documents}
    if len(identities) != len(documents):
        raise ValueError("two documents of a file carry the same reference and token")
    return csv_file.file_bytes(headings(with_key), _rows(documents, with_key))


def _rows(documents: Sequence[tuple[SalesDocument, Token]], with_key: bool) -> Iterator[str]:
    for document, token in documents:
        header = csv_file.row(_header(document, token, with_key))
        for line in document.lines:
            yield header + csv_file.SEPARATOR + csv_file.row(_line(line, document.tax_inclusive))


def _header(document: SalesDocument, token: Token, with_key: bool) -> list[str]:
    shipping = csv_file.number_or_empty(document.shipping_amount)
    gross = document.tax_inclusive
    return [
        str(facts.DOCUMENT_TYPES[document.kind]),
        cell(document.number),
        csv_file.day(document.date),
        # Never cut: the reference is what the document is found by.
        cell(token.reference),
        cell(document.series),
        cell(document.warehouse),
        cell(document.state),
        cell(document.customer),
        cell(document.customer_name, 60),
        cell(document.sales_representative),
        cell(document.territoriality),
        csv_file.switch(gross),
        cell(document.currency),
        cell(document.payment_terms),
        cell(document.payment_means),
        cell(document.shipping_mode),
        "" if gross else shipping,
        shipping if gross else "",
        cell(document.shipping_vat_id) if shipping else "",
        cell(document.notes, 2000),
        *([cell(token.token)] if with_key else []),
        *address_cells(document.invoicing),
        *address_cells(document.delivery),
    ]


def _line(line: DocumentLine, tax_inclusive: bool) -> list[str]:
    price = csv_file.number(line.unit_price)
    return [
        cell(line.item),
        cell(line.label, 2000),
        csv_file.number(line.quantity),
        "" if tax_inclusive else price,
        price if tax_inclusive else "",
        csv_file.number_or_empty(line.discount_percent),
        csv_file.number_or_empty(line.discount_amount),
        cell(line.vat_id),
    ]
