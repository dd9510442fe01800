"""Why an order is held, and what building it gives. Nothing is half-built: the result is a document or its reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from atoosync_lab.model.documents import NewCustomer, SalesDocument
from atoosync_lab.model.i18n import Message
from atoosync_lab.orders.differences import Difference

PAGE_TAXES = "orders.maps.taxes"
PAGE_COUNTRIES = "orders.maps.countries"
PAGE_CARRIERS = "orders.maps.carriers"
PAGE_PAYMENTS = "orders.maps.payments"
PAGE_CURRENCIES = "orders.maps.currencies"
PAGE_ARTICLES = "orders.articles"
PAGE_OPTIONS = "orders.options"
PAGE_HEADER = "orders.header"
PAGE_STATUSES = "orders.statuses"
PAGE_CUSTOMERS = "customers"
PAGE_SHOP = ""
"""No setting cures it: the order itself is to be looked at in the shop."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why an order is held."""

    message: Message
    page: str
    """Settings page that cures it; empty: the order in the shop."""
    field: str
    """What the message is about: `tax`, `item`, `currency`, ..."""
    value: str
    """The value that has no answer."""

    @property
    def code(self) -> str:
        """The message id."""
        return self.message.code


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing is written for this order; all reasons, each once."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A complete document, and what a person should know of it."""

    document: SalesDocument
    new_customer: NewCustomer | None = None
    difference: Difference
    warnings: tuple[Message, ...] = ()


@dataclass(slots=True)
class Findings:
    """Collects all reasons and warnings of one order, each once, in the order they were met."""

    order: str
    """The order's id, named by every message."""
    _reasons: dict[tuple[str, str, str], Reason] = field(default_factory=dict)
    _warnings: dict[tuple[str, str], Message] = field(default_factory=dict)

    def hold(self, code: str, page: str, about: str, value: str, **params: Any) -> None:
        """Note a reason; the same code for the same value counts once."""
        key = (code, about, value)
        if key not in self._reasons:
            message = Message(code, {"order": self.order, "value": value, **params})
            self._reasons[key] = Reason(message, page, about, value)

    def warn(self, code: str, value: str = "", **params: Any) -> None:
        """Note a warning; the same code for the same value counts once."""
        self._warnings.setdefault((code, value), Message(code, {"order": self.order, "value": value, **params}))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """All reasons so far."""
        return tuple(self._reasons.values())

    @property
    def warnings(self) -> tuple[Message, ...]:
        """All warnings so far."""
        return tuple(self._warnings.values())
