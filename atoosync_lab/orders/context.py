"""What building a document needs beside the order and the settings; the planner reads it from captures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from atoosync_lab.model.documents import DocumentRules, NewCustomer
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.keys import product_key
from atoosync_lab.settings.orders import StatusRule

FindItem = Callable[[Sequence[str]], str | None]
"""The ERP's article id for the first candidate it knows, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChoice:
    """The ERP customer of a document."""

    code: str
    new: NewCustomer | None = None
    """To be created first; None: it exists."""
    found_by: str = ""
    """`payment`, `guest`, `single`, `siret`, `email`, `vat_number`, `link` or `new`."""
    name: str = ""
    """Name printed on the document."""
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildContext:
    """Facts about the folder and the shop at the moment of the plan."""

    today: date
    timezone: ZoneInfo
    find_item: FindItem
    vat: Mapping[str, Decimal]
    """ERP VAT id -> rate in percent, in the folder's order."""
    customer: CustomerChoice
    carrier_names: Mapping[str, str] = field(default_factory=dict)
    """Shop carrier id -> name."""
    payment_methods: Mapping[str, str] = field(default_factory=dict)
    """Technical name of a shop method -> name that people know; used in messages."""
    shop_currency: str = "EUR"
    erp_currency: str = ""
    """Currency of the folder; empty: not known, taken as the shop's."""
    status_rule: StatusRule | None = None
    """Rule of the order's status; None: looked up in the settings."""
    rules: DocumentRules = field(default_factory=DocumentRules)
    """How the ERP computes a document, and what it can hold."""
    territories: bool = True
    """A document of the ERP says the territory of its sale: a country without one is held."""


def item_finder(articles: Mapping[str, str] | Iterable[str], *, case_insensitive: bool = False) -> FindItem:
    """Look-up of shop references among the ERP's articles (ART-05: exact, without surrounding spaces).

    Args:
        articles: article id by reference; or the references alone, where they are the ids.
        case_insensitive: the folder treats `abc` and `ABC` as one article. A reference that differs from another by
            case alone is then found by its exact spelling only.
    """
    pairs = articles.items() if isinstance(articles, Mapping) else ((i, i) for i in articles)
    exact = {product_key(reference): item for reference, item in pairs}
    folded: dict[str, str | None] = {}
    if case_insensitive:
        for key, item in exact.items():
            folded[key.casefold()] = None if key.casefold() in folded else item

    def find(candidates: Sequence[str]) -> str | None:
        for candidate in candidates:
            key = product_key(candidate)
            if not key:
                continue
            found = exact.get(key) or (folded.get(key.casefold()) if case_insensitive else None)
            if found is not None:
                return found
        return None

    return find
