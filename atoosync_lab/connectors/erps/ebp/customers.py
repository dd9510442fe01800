"""New customers to rows of an import file (docs/ebp-import.md)."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.ebp import csv_file, facts
from atoosync_lab.connectors.erps.ebp.csv_file import cell
from atoosync_lab.connectors.erps.ebp.documents import address_cells, address_headings
from atoosync_lab.model.documents import NewCustomer

_HEADINGS = (
    "Client - Code",
    "Client - Nom",
    "Client - Civilité",
    "Client - Particulier",
    "Client - SIREN",
    "Client - NIC",
    "Client - N° TVA intracommunautaire",
    "Client - Code famille",
    "Client - Code catégorie tarifaire",
    "Client - Code commercial",
    "Client - Code territorialité",
    "Client - Compte comptable",
    "Client - Compte auxiliaire",
)
_KEY = "Client - Clé Atoo"


def headings(with_key: bool) -> list[str]:
    """Headings of a customer file."""
    return [
        *_HEADINGS,
        *([_KEY] if with_key else []),
        *address_headings("Client", facts.INVOICING),
        *address_headings("Client", facts.DELIVERY),
    ]


def customer_file(customers: Sequence[tuple[NewCustomer, Token]], *, with_key: bool) -> bytes:
    """The import file of some customers.

    Raises:
        ValueError: too many customers, or one code twice.
    """
    if len(customers) > facts.MAX_IMPORT_RECORDS:
        raise ValueError(f"{len(customers)} customers, at most {facts.MAX_IMPORT_RECORDS} in a file")
    if len({customer.code for customer, _ in customers}) != len(customers):
        raise ValueError("two customers of a file have the same code")
    return csv_file.file_bytes(
        headings(with_key), (csv_file.row(_cells(customer, token, with_key)) for customer, token in customers)
    )


def _cells(customer: NewCustomer, token: Token, with_key: bool) -> list[str]:
    return [
        cell(customer.code),
        cell(customer.name, 60),
        cell(customer.title, 25),
        csv_file.switch(customer.natural_person),
        cell(customer.siren),
        cell(customer.nic),
        cell(customer.vat_number),
        cell(customer.family),
        cell(customer.price_category),
        cell(customer.sales_representative),
        cell(customer.territoriality),
        cell(customer.account),
        cell(customer.auxiliary_account),
        *([cell(token.token)] if with_key else []),
        *address_cells(customer.invoicing),
        *address_cells(customer.delivery),
    ]
