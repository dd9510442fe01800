"""States of an order as one closed list: Shopify has no free status, only payment, fulfilment, closing and cancelling.

The first that fits is taken. An order that was shipped before it was paid is `fulfilled`, one that is archived is
`closed`, whatever it was before; money that went back counts once all of it did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNPAID = "unpaid"
AUTHORIZED = "authorized"
PARTIALLY_PAID = "partially_paid"
PAID = "paid"
VOIDED = "voided"
PARTIALLY_REFUNDED = "partially_refunded"
PARTIALLY_FULFILLED = "partially_fulfilled"
FULFILLED = "fulfilled"
CLOSED = "closed"
REFUNDED = "refunded"
CANCELLED = "cancelled"

LABELS: Mapping[str, str] = {
    UNPAID: "shopify.status.unpaid",
    AUTHORIZED: "shopify.status.authorized",
    PARTIALLY_PAID: "shopify.status.partially_paid",
    PAID: "shopify.status.paid",
    VOIDED: "shopify.status.voided",
    PARTIALLY_REFUNDED: "shopify.status.partially_refunded",
    PARTIALLY_FULFILLED: "shopify.status.partially_fulfilled",
    FULFILLED: "shopify.status.fulfilled",
    CLOSED: "shopify.status.closed",
    REFUNDED: "shopify.status.refunded",
    CANCELLED: "shopify.status.cancelled",
}
"""Every status id, in the order of an order's life -> message id of its label."""

WRITABLE = frozenset({PAID, FULFILLED, CLOSED, CANCELLED})
"""Statuses that a call can bring about; the others follow from what buyers and tills do."""

_BY_PAYMENT = {
    "AUTHORIZED": AUTHORIZED,
    "PARTIALLY_PAID": PARTIALLY_PAID,
    "PAID": PAID,
    "PARTIALLY_REFUNDED": PARTIALLY_REFUNDED,
    "REFUNDED": REFUNDED,
    "EXPIRED": VOIDED,
    "VOIDED": VOIDED,
}
_BY_FULFILMENT = {"FULFILLED": FULFILLED, "PARTIALLY_FULFILLED": PARTIALLY_FULFILLED}


def status_of(node: Mapping[str, Any]) -> str:
    """The status of an order that was read with its dates and both displayed states."""
    if node.get("cancelledAt"):
        return CANCELLED
    payment = _BY_PAYMENT.get(node.get("displayFinancialStatus") or "", UNPAID)
    if payment == REFUNDED:
        return REFUNDED
    if node.get("closedAt"):
        return CLOSED
    return _BY_FULFILMENT.get(node.get("displayFulfillmentStatus") or "", payment)


def is_paid(node: Mapping[str, Any]) -> bool:
    """All that is due was received, or was and went back."""
    return node.get("displayFinancialStatus") in ("PAID", "PARTIALLY_REFUNDED", "REFUNDED")


def is_fulfilled(node: Mapping[str, Any]) -> bool:
    """All goods have left."""
    return node.get("displayFulfillmentStatus") == "FULFILLED"
