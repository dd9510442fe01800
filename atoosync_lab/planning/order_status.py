"""Flow « Mise à jour des commandes »: the shop status of orders whose ERP document has become the next one (ORD-24)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.planning.plan import Action, PlanRow, PlanWriter
from atoosync_lab.settings import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusContext:
    """Input of the flow."""

    profile: Profile
    documents: Mapping[str, tuple[str, DocumentKind]]
    """Shop order id -> (number of our document, the furthest kind it has become), transformed ones only."""
    sent: Mapping[str, str]
    """Shop order id -> status this flow set last."""


_BECAME = {
    DocumentKind.QUOTE: "order_status.became_quote",
    DocumentKind.ORDER: "order_status.became_order",
    DocumentKind.DELIVERY_NOTE: "order_status.became_delivery_note",
    DocumentKind.INVOICE: "order_status.became_invoice",
    DocumentKind.CREDIT_NOTE: "order_status.became_credit_note",
}


def plan_order_status(ctx: StatusContext, out: PlanWriter) -> None:
    """Fill `out`: one row an order whose document was transformed."""
    update = ctx.profile.orders.status_update
    wanted = {
        DocumentKind.QUOTE: update.quote,
        DocumentKind.ORDER: update.order,
        DocumentKind.DELIVERY_NOTE: update.delivery_note,
        DocumentKind.INVOICE: update.invoice,
    }
    for seq, (order, (number, kind)) in enumerate(sorted(ctx.documents.items()), 1):
        status = wanted.get(kind, "")
        item = ctx.profile.shop_lists.item(ListName.STATUSES, status)
        params = {"order": order, "number": number, "kind": kind.value, "status": item.label if item else status}
        if not status:
            out.add(PlanRow(seq=seq, action=Action.SKIP, entity="order_status", key=order, label=number,
                            reason="order_status.not_mapped", params=params))  # fmt: skip
        elif ctx.sent.get(order) == status:
            out.add_unchanged("order_status", order, order, "plan.unchanged")
        else:
            out.add(
                PlanRow(
                    seq=seq,
                    action=Action.UPDATE,
                    entity="order_status",
                    key=order,
                    target_id=order,
                    label=number,
                    reason=_BECAME[kind],
                    params=params,
                    changes=(("status", ctx.sent.get(order), str(params["status"])),),
                    units=1,
                    fingerprint=status,
                    payload=json.dumps({"status": status}),
                )
            )
