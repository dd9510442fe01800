"""The three sorts of records imported into an ERP: customers, documents, settlements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atoosync_lab.applying.context import ApplyContext
from atoosync_lab.applying.importing import Found, Item
from atoosync_lab.connectors.base import ErpConnector, Token
from atoosync_lab.model.documents import DocumentKind, NewCustomer, SalesDocument, Settlement
from atoosync_lab.model.events import Level, Stage
from atoosync_lab.model.money import plain
from atoosync_lab.planning.orders import SETTLEMENT

CUSTOMERS = "customers"
ORDERS = "orders"
CREDIT_NOTES = "credit-notes"
SETTLEMENTS = "settlements"
ORDER_STATUS = "order-status"


@dataclass(slots=True)
class Customers:
    """New customers, confirmed before the documents that name them."""

    ctx: ApplyContext
    erp: ErpConnector
    flow: str = CUSTOMERS

    def submit(self, batch: Sequence[tuple[Item, Token]]) -> str:
        """Send one customer file."""
        return self.erp.submit_customers([(item.payload, token) for item, token in batch])

    def find(self, tokens: Sequence[Token]) -> Mapping[str, Found]:
        """Customers by token."""
        return {token: Found(code, code) for token, code in self.erp.find_customers(tokens).items()}

    def reference(self, item: Item, token: str) -> str:
        """A customer is found by its code where no custom field holds the token."""
        customer: NewCustomer = item.payload
        return customer.code

    def confirmed(self, item: Item, found: Found, *, existed: bool) -> None:
        """Note the customer."""
        self.ctx.done(
            item.row, "apply.customer.linked" if existed else "apply.customer.create", code=found.number,
            name=item.payload.name,
        )  # fmt: skip


@dataclass(slots=True)
class Documents:
    """Orders, invoices, delivery notes, quotes and credit notes."""

    ctx: ApplyContext
    erp: ErpConnector
    flow: str = ORDERS

    def submit(self, batch: Sequence[tuple[Item, Token]]) -> str:
        """Send one document file."""
        return self.erp.submit_documents([(item.payload, token) for item, token in batch])

    def find(self, tokens: Sequence[Token]) -> Mapping[str, Found]:
        """Documents by token, with their totals."""
        return {t: Found(d.remote_id, d.number, d) for t, d in self.erp.find_documents(tokens).items()}

    def reference(self, item: Item, token: str) -> str:
        """The template's text, with the token where the ERP has no field for it."""
        document: SalesDocument = item.payload
        return self.erp.reference_for(document.reference, token)

    def confirmed(self, item: Item, found: Found, *, existed: bool) -> None:
        """Note the document, and any total or day that is not what the plan said."""
        document: SalesDocument = item.payload
        code = "apply.order.linked" if existed else f"apply.{item.row.entity}.create"
        self.ctx.done(item.row, code, number=found.number, label=item.row.label)
        seen = found.detail
        for name, planned, actual in (
            ("excl_tax", document.totals.excl_tax, seen.excl_tax),
            ("incl_tax", document.totals.incl_tax, seen.incl_tax),
        ):
            if actual is not None and actual != planned:
                self.ctx.record(
                    Stage.CONFIRM,
                    f"confirm.total_differs.{name}",
                    {
                        "record": item.row.key,
                        "number": found.number,
                        "planned": plain(planned),
                        "actual": plain(actual),
                    },
                    level=Level.WARNING,
                    record=item.row.key,
                )
        if seen.dated is not None and seen.dated > document.date:
            self.ctx.record(
                Stage.CONFIRM,
                "confirm.dated_later",
                {
                    "record": item.row.key,
                    "number": found.number,
                    "planned_day": document.date.isoformat(),
                    "actual_day": seen.dated.isoformat(),
                },
                level=Level.WARNING,
                record=item.row.key,
            )


@dataclass(frozen=True, slots=True)
class SettlementJob:
    """A settlement with what its file row needs of its document."""

    settlement: Settlement
    customer: str
    kind: DocumentKind
    order: str
    """Key of the order it belongs to."""
    order_flow: str
    number: str = ""
    """Document number, known once the document is there."""

    def dump(self) -> str:
        """JSON for the ledger: a later run sends it without the plan."""
        return json.dumps(
            {
                "settlement": json.loads(SETTLEMENT.dump_json(self.settlement)),
                "customer": self.customer,
                "kind": self.kind.value,
                "order": self.order,
                "order_flow": self.order_flow,
            },
            ensure_ascii=False,
        )

    @classmethod
    def load(cls, text: str, number: str = "") -> SettlementJob:
        """Read back what `dump` wrote."""
        data: dict[str, Any] = json.loads(text)
        return cls(
            settlement=SETTLEMENT.validate_python(data["settlement"]),
            customer=data["customer"],
            kind=DocumentKind(data["kind"]),
            order=data["order"],
            order_flow=data["order_flow"],
            number=number,
        )


@dataclass(slots=True)
class Settlements:
    """Settlements of documents that are there."""

    ctx: ApplyContext
    erp: ErpConnector
    flow: str = SETTLEMENTS

    def submit(self, batch: Sequence[tuple[Item, Token]]) -> str:
        """Send one settlement file."""
        jobs: list[tuple[SettlementJob, Token]] = [(item.payload, token) for item, token in batch]
        return self.erp.submit_settlements([(j.settlement, t, j.customer, j.number, j.kind) for j, t in jobs])

    def find(self, tokens: Sequence[Token]) -> Mapping[str, Found]:
        """Settlements by token."""
        return {token: Found(found, "") for token, found in self.erp.find_settlements(tokens).items()}

    def reference(self, item: Item, token: str) -> str:
        """The label, with the token where the ERP has no field for it."""
        job: SettlementJob = item.payload
        return self.erp.reference_for(job.settlement.reference, token)

    def confirmed(self, item: Item, found: Found, *, existed: bool) -> None:
        """Note the settlement."""
        job: SettlementJob = item.payload
        self.ctx.done(
            item.row, "apply.settlement.create", amount=plain(job.settlement.amount), order=job.order, number=job.number
        )
