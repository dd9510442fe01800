"""Results of writes: what a refusal says, what was not sent, and which values the shop holds after a lost answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atoosync_lab.connectors.base import Outcome, WriteResult
from atoosync_lab.connectors.shops.prestashop import wire
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError, RateLimitedError, UnsentError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.money import parse_decimal

BLOCKED = (UnsentError, RateLimitedError, ConnectionFailedError)
"""Nothing was sent, and the next record would meet the same."""


def refused(key: str, cause: AtooSyncError | Message, target: str = "") -> WriteResult:
    """The shop refuses one record; its own sentence is shown."""
    if isinstance(cause, Message):
        return WriteResult(key=key, outcome=Outcome.REFUSED, target_id=target, error=cause)
    message = cause.message
    if text := message.params.get("text"):
        message = Message("prestashop.record_refused", {"record": key, "text": text})
    return WriteResult(
        key=key, outcome=Outcome.REFUSED, target_id=target, error=message, remote_code=cause.facts.remote_code
    )


def unsent(key: str, cause: AtooSyncError, target: str = "") -> WriteResult:
    """Not sent, because the shop could not be written to any more."""
    return WriteResult(key=key, outcome=Outcome.UNSENT, target_id=target, error=cause.message)


def in_doubt(key: str, target: str) -> WriteResult:
    """Sent, not confirmed, and not (yet) seen in the shop."""
    message = Message("prestashop.not_confirmed", {"record": key})
    return WriteResult(key=key, outcome=Outcome.UNKNOWN, target_id=target, error=message)


def holds(record: wire.Record, wanted: Mapping[str, Any]) -> bool:
    """True when a record as read holds the values that were sent."""
    for name, value in wanted.items():
        if isinstance(value, Mapping):
            held = record.languages.get(name, {})
            if any(held.get(language, "") != str(text) for language, text in value.items()):
                return False
        elif not _same(record.get(name), str(value)):
            return False
    return True


def _same(held: str, sent: str) -> bool:
    if held == sent:
        return True
    first, second = parse_decimal(held), parse_decimal(sent)
    # Money comes back with six decimals.
    return first is not None and second is not None and round(first, 6) == round(second, 6)
