"""Results of writes: what a refusal says, what was not sent, and whether the shop took the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atoosync_lab.connectors.base import Outcome, WriteResult
from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError, RateLimitedError, UnsentError
from atoosync_lab.model.i18n import Message

BLOCKED = (UnsentError, RateLimitedError, ConnectionFailedError)
"""Nothing was sent, and the next record would meet the same."""


def done(key: str, target: str) -> WriteResult:
    """The shop holds it."""
    return WriteResult(key=key, outcome=Outcome.DONE, target_id=target)


def refused(key: str, cause: AtooSyncError | Message, target: str = "", code: str = "") -> WriteResult:
    """The shop refuses one record; its own sentence is shown."""
    if isinstance(cause, Message):
        return WriteResult(key=key, outcome=Outcome.REFUSED, target_id=target, error=cause, remote_code=code)
    message = cause.message
    if text := message.params.get("text"):
        message = Message("woocommerce.record_refused", {"record": key, "text": text})
    return WriteResult(
        key=key, outcome=Outcome.REFUSED, target_id=target, error=message, remote_code=cause.facts.remote_code
    )


def unsent(key: str, cause: AtooSyncError, target: str = "") -> WriteResult:
    """Not sent, because the shop could not be written to any more."""
    return WriteResult(key=key, outcome=Outcome.UNSENT, target_id=target, error=cause.message)


def in_doubt(key: str, target: str = "") -> WriteResult:
    """Sent, not confirmed, and not (yet) seen in the shop."""
    message = Message("woocommerce.not_confirmed", {"record": key})
    return WriteResult(key=key, outcome=Outcome.UNKNOWN, target_id=target, error=message)


def told(key: str, target: str, error: Json) -> WriteResult:
    """What a batch says of a record that it did not take."""
    code = wire.text(error, "code")
    text = wire.words(wire.text(error, "message")) or code
    data = wire.nested(error, "data")
    if code.endswith("_invalid_id"):
        return refused(key, Message("woocommerce.gone", {"record": key, "id": target}), target, code)
    if code == facts.SKU_TAKEN:
        other = wire.text(data, "resource_id")
        return refused(key, Message("woocommerce.reference_taken", {"record": key, "id": other}), target, code)
    if code == facts.NOT_CREATED:
        return refused(key, Message("woocommerce.reference_blocked", {"record": key}), target, code)
    if code == facts.BARCODE_TAKEN:
        return refused(key, Message("woocommerce.barcode_taken", {"record": key}), target, code)
    return refused(key, Message("woocommerce.record_refused", {"record": key, "text": text}), target, code)


def holds(record: Json, wanted: Mapping[str, Any]) -> str:
    """The first field of which the shop holds another value than the one sent; empty: it took all.

    Texts are not compared: WordPress filters and rewrites them.
    """
    for name, value in wanted.items():
        if name not in COMPARED or name not in record:
            continue
        if name == "images":
            held = [wire.identifier(row) for row in wire.rows(record, name)]
            if [wire.identifier(row) for row in value] != [image for image in held if image]:
                return name
        elif name in ("categories", "brands"):
            sent = {wire.identifier(row) for row in value}
            if sent and not sent & {wire.identifier(row) for row in wire.rows(record, name)}:
                return name
        elif name in NUMBERS:
            number = wire.decimal(record, name)
            if number != wire.decimal({name: value}, name):
                return name
        elif wire.text(record, name).strip() != wire.text({name: value}, name).strip():
            return name
    return ""


NUMBERS = frozenset({"regular_price", "weight", "stock_quantity"})
COMPARED = NUMBERS | {
    "sku", "status", "tax_class", "global_unique_id", "manage_stock", "categories", "brands", "images",
}  # fmt: skip
"""Fields whose silent change by the shop is told: what it does not know it drops without a word. [LIVE]"""
