"""Results of writes: what a refusal says, what was not sent, what is in doubt."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.connectors.base import Outcome, WriteResult
from atoosync_lab.connectors.shops.shopify.answers import ThrottledError, UserError
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError, RateLimitedError, UnsentError
from atoosync_lab.model.i18n import Message

BLOCKED = (UnsentError, RateLimitedError, ThrottledError, ConnectionFailedError)
"""Nothing was sent, and the next record would meet the same."""


def done(key: str, target: str) -> WriteResult:
    """The shop holds the record as it was asked."""
    return WriteResult(key=key, outcome=Outcome.DONE, target_id=target)


def refused(key: str, cause: AtooSyncError | Message, target: str = "") -> WriteResult:
    """The shop, or a check before it, refuses one record."""
    if isinstance(cause, Message):
        return WriteResult(key=key, outcome=Outcome.REFUSED, target_id=target, error=cause)
    message = cause.message
    if text := message.params.get("text"):
        message = Message("shopify.record_refused", {"record": key, "text": text})
    code = cause.facts.remote_code
    return WriteResult(key=key, outcome=Outcome.REFUSED, target_id=target, error=message, remote_code=code)


def told(key: str, errors: Sequence[UserError], target: str = "") -> WriteResult:
    """The shop's own sentences about one record."""
    text = "; ".join(dict.fromkeys(e.message for e in errors))
    message = Message("shopify.record_refused", {"record": key, "text": text})
    return WriteResult(key=key, outcome=Outcome.REFUSED, target_id=target, error=message, remote_code=errors[0].code)


def unsent(key: str, cause: AtooSyncError, target: str = "") -> WriteResult:
    """Not sent, because the shop could not be written to any more."""
    return WriteResult(key=key, outcome=Outcome.UNSENT, target_id=target, error=cause.message)


def in_doubt(key: str, target: str = "") -> WriteResult:
    """Sent, and not confirmed."""
    message = Message("shopify.not_confirmed", {"record": key})
    return WriteResult(key=key, outcome=Outcome.UNKNOWN, target_id=target, error=message)
