"""How a shop's webhooks are told apart, proved and registered: what its plug-in says of them.

A delivery is a signal and no data: the order itself is read through the API, as always.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from atoosync_lab.model.errors import InvalidRecordError

if TYPE_CHECKING:
    from atoosync_lab.connectors.plugins import Services
    from atoosync_lab.settings.connection import ShopConnection

SECRET = "shop.webhook_secret"
"""Credential that deliveries are signed with."""

Headers = Mapping[str, str]
"""Headers of a delivery by their names in small letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What a delivery says."""

    identity: str
    """What the shop tells it from its other deliveries by; the same again is the same delivery."""
    topic: str
    order: str = ""
    """Id of the order that was made or changed; empty: it is about something that is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """An address registered in the shop."""

    id: str
    topic: str
    address: str
    active: bool = True
    """The shop delivers to it."""


class Hooks(Protocol):
    """The addresses registered in a shop, through its API."""

    def list(self) -> Sequence[Hook]:
        """Every one that the key may see.

        Raises:
            ConnectionFailedError, RetryError: the shop cannot be read.
        """
        ...

    def create(self, topic: str, address: str, secret: str) -> Hook:
        """Register an address; `secret` signs its deliveries, where the shop lets us choose it.

        Raises:
            RefusedError: the shop refuses it. OutcomeUnknownError: it may be registered: list again.
            ConnectionFailedError, RetryError: it is not registered.
        """
        ...

    def renew(self, hook: Hook, secret: str) -> Hook:
        """Deliver to it again, signed with this secret.

        Raises:
            As `create`; repeating does no harm.
        """
        ...

    def close(self) -> None:
        """Close network connections."""
        ...


def _never(headers: Headers, body: bytes) -> bool:
    return False


def _ours(headers: Headers, url: str) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRules:
    """The webhooks of a shop system."""

    topics: tuple[str, ...]
    """Topics to register, as its deliveries name them."""
    limit: float
    """Seconds within which the shop wants its answer."""
    signature: str
    """Header with the signature, in small letters."""
    sign: Callable[[str, bytes], str]
    """The signature of a body under a secret."""
    read: Callable[[Headers, bytes], Signal]
    """What a proved delivery says. Raises `InvalidRecordError`: it is not one."""
    trial: Callable[[bytes], Headers]
    """Headers of a delivery about nothing, without its signature: it tries the way and the secret."""
    hooks: Callable[[ShopConnection, Mapping[str, str], Services], Hooks]
    """Opens what registers addresses; calls nothing."""
    ping: Callable[[Headers, bytes], bool] = _never
    """A sign of life without signature, which only wants to be answered."""
    from_here: Callable[[Headers, str], bool] = _ours
    """A proved delivery is of the shop at this address; one secret may sign for several shops."""
    chosen_secret: bool = True
    """The secret is ours to choose; else it is the one that the shop shows."""
    other_secrets: tuple[str, ...] = ()
    """Credentials of the connection that sign too."""
    label: str = "door.field.secret"
    """Message id of the label of the secret; `<label>.help` is its help line."""
    steps: int = 0
    """Steps by which a person registers an address: messages `<system>.hook_step.1` and so on."""


def hmac_base64(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of the bytes as they came, in base64."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode("ascii")


def proved(rules: WebhookRules, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
    """The signature is that of one of these secrets; the time taken tells nothing of them."""
    given = headers.get(rules.signature, "").strip().encode()
    found = [hmac.compare_digest(given, rules.sign(secret, body).encode()) for secret in secrets if secret]
    return any(found)


def document(body: bytes, system: str) -> Mapping[str, Any]:
    """The JSON object of a body.

    Raises:
        InvalidRecordError: it is none.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidRecordError("door.not_a_delivery", system=system)
    return found


def digest(body: bytes) -> str:
    """What tells one content from another."""
    return hashlib.sha256(body).hexdigest()


def number(value: object) -> str:
    """An id as text; empty for what is no whole number above zero, or longer than any id is."""
    if not isinstance(value, int) or isinstance(value, bool):
        return ""
    return str(value) if 0 < value < 10**18 else ""
