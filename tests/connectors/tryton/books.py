"""Documents, customers and settlements for the demonstration's company, and what its books say of them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.model.documents import (
    DocumentKind,
    DocumentLine,
    DocumentTotals,
    LineRole,
    NewCustomer,
    PostalAddress,
    SalesDocument,
    Settlement,
)
from atoosync_lab.orders import totals
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.store.ledger import make_token

DAY = dt.date(2026, 11, 3)
CUSTOMER, OTHER_CUSTOMER = "CLI00001", "CLI00004"
GOODS, MORE_GOODS, SHIPPING = "9", "18", "384"
"""Product ids of SUC-0006, SUC-0015 and ZPORT, a service."""
NORMAL, REDUCED, SERVICES = "1", "7", "2"
"""Tax ids: 20 % on goods, 5.5 % on goods, 20 % on services."""
HOME = PostalAddress(
    name="Fléchard Inès",
    address1="12 rue des Lilas",
    address2="bâtiment C",
    postcode="69003",
    city="Lyon",
    country="FR",
    contact_name="Fléchard",
    contact_first_name="Inès",
)
_NUMBERS = itertools.count(1)


def fresh(prefix: str = "w") -> str:
    """A key that no other test of this process uses."""
    return f"{prefix}{next(_NUMBERS)}"


def token(key: str, reference: str = "", flow: str = "orders") -> Token:
    """Identity of a record, as the ledger makes it; each process has a generation of its own on a fresh database."""
    made = make_token("books", flow, key, 1)
    return Token(key=key, token=made, reference=reference or f"WEB {key} [{made}]")


def line(
    item: str = GOODS, quantity: str = "2", price: str = "10.005", vat: str = NORMAL, rate: str = "20", **more: Any
) -> DocumentLine:
    """A line of goods at 20 %."""
    return DocumentLine(
        role=LineRole.PRODUCT,
        item=item,
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        vat_id=vat,
        vat_rate=Decimal(rate),
        **more,
    )


def document(erp: TrytonConnector, kind: DocumentKind, lines: Sequence[DocumentLine], **more: Any) -> SalesDocument:
    """A document with the totals that the planner foresees."""
    given: dict[str, Any] = {"customer": CUSTOMER, "invoicing": HOME, "delivery": HOME, "date": DAY, **more}
    foreseen: DocumentTotals = totals.document_totals(lines, None, False, erp.rules)
    key = given.pop("key", "") or fresh()
    return SalesDocument(
        key=key,
        kind=kind,
        reference=f"WEB {key}",
        lines=tuple(lines),
        totals=foreseen,
        truth=foreseen.incl_tax,
        **given,
    )


def with_tokens(documents: Sequence[SalesDocument]) -> list[tuple[SalesDocument, Token]]:
    """Documents as a submission takes them."""
    return [(d, token(d.key)) for d in documents]


def customer(**more: Any) -> tuple[NewCustomer, Token]:
    """A company with a depot, and its token."""
    key = fresh("c")
    given: dict[str, Any] = {
        "key": key,
        "code": f"WEB{key.upper()}",
        "name": f"Atelier {key}",
        "natural_person": False,
        "siren": "732829320",
        "nic": "00074",
        "vat_number": "FR 44 732 829 320",
        "invoicing": PostalAddress(
            name=f"Atelier {key}", address1="4 quai Sarrail", postcode="69006", city="Lyon", country="FR",
            email="compta@exemple.fr", phone="04 72 00 00 00",
        ),
        "delivery": PostalAddress(
            name="Dépôt", address1="1 rue Basse", postcode="38000", city="Grenoble", country="FR",
            contact_name="Roy", contact_first_name="Léa", mobile="06 12 34 56 78",
        ),
        **more,
    }  # fmt: skip
    made = NewCustomer(**given)
    return made, token(key, made.code, "customers")


def settlement(amount: str, means: str, key: str = "", **more: Any) -> tuple[Settlement, Token]:
    """A payment by card, and its token."""
    key = key or fresh("s")
    paid = Settlement(
        key=key, amount=Decimal(amount), date=dt.date(2026, 11, 5), payment_means=means, reference=f"CB {key}", **more
    )
    return paid, token(key, flow="settlements")


def sale(rpc: Rpc, found: Token) -> dict[str, Any]:
    """The one sale of a token as the database has it."""
    fields = [
        "state", "number", "description", "sale_date", "comment", "carrier", "warehouse", "payment_term", "currency",
        "invoice_address", "shipment_address", "untaxed_amount", "total_amount", "invoices", "shipments",
        "shipment_returns", "invoice_state", "lines",
    ]  # fmt: skip
    rows = rpc.read("sale.sale", [["reference", "=", found.reference]], fields)
    assert len(rows) == 1, f"{len(rows)} sales of {found.reference}"
    return rows[0]


def balances(rpc: Rpc, move: int) -> dict[str, Decimal]:
    """Debit less credit of an entry, by account."""
    found: dict[str, Decimal] = {}
    for row in rpc.read("account.move.line", [["move", "=", move]], ["account.code", "debit", "credit"]):
        code = row["account."]["code"]
        found[code] = found.get(code, Decimal(0)) + row["debit"] - row["credit"]
    return found
