"""Functions of a profile: what the wizard asks for and the page « Fonctionnalités » changes (SVC-02, SVC-07).

A function that is off loses none of its settings: its tabs are hidden, its flows are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.settings.base import Settings

if TYPE_CHECKING:
    from atoosync_lab.settings.profile import Profile


class ProductFunctions(Settings):
    """From the ERP's articles to the shop."""

    enabled: bool = True
    export: bool = True
    images: bool = False
    documents: bool = False
    variants: bool = False
    """Create variants out of several articles (ART-25); existing ones are updated in any case."""
    stocks: bool = True
    prices: bool = True
    special_prices: bool = False


class CustomerFunctions(Settings):
    """From the ERP's customers to the shop, prospects the other way."""

    enabled: bool = False
    export: bool = False
    groups: bool = False
    prospects: bool = False


class OrderFunctions(Settings):
    """From the shop's orders to the ERP, and their status back."""

    enabled: bool = True
    imports: bool = True
    settlements: bool = True
    updates: bool = True
    invoices: bool = False


class QuoteFunctions(Settings):
    """Quotes, both ways."""

    enabled: bool = False
    imports: bool = False
    exports: bool = False


class Functions(Settings):
    """All functions of a profile."""

    products: ProductFunctions = ProductFunctions()
    customers: CustomerFunctions = CustomerFunctions()
    orders: OrderFunctions = OrderFunctions()
    quotes: QuoteFunctions = QuoteFunctions()


GROUPS: Mapping[str, Sequence[str]] = {
    "products": ("export", "images", "documents", "variants", "stocks", "prices", "special_prices"),
    "customers": ("export", "groups", "prospects"),
    "orders": ("imports", "settlements", "updates", "invoices"),
    "quotes": ("imports", "exports"),
}
"""Functions with their options, in the wizard's order."""

FLOWS: Mapping[str, tuple[str, str]] = {
    "articles": ("products", "export"),
    "articles-new": ("products", "export"),
    "article-status": ("products", "export"),
    "prices": ("products", "prices"),
    "stocks": ("products", "stocks"),
    "orders": ("orders", "imports"),
    "credit-notes": ("orders", "imports"),
    "order-status": ("orders", "updates"),
}
"""The function each flow belongs to."""

_NOT_SERVED = frozenset(
    {
        ("products", "documents"), ("products", "variants"), ("products", "special_prices"),
        ("customers", ""), ("orders", "invoices"),
    }
)  # fmt: skip
"""Functions, or options of one, that this version does not serve yet."""


def is_on(functions: Functions, group: str, option: str = "") -> bool:
    """Whether a function, or one of its options, is switched on.

    Raises:
        AttributeError: there is no such function.
    """
    chosen = getattr(functions, group)
    return bool(chosen.enabled and (not option or getattr(chosen, option)))


def allows(functions: Functions, flow: str) -> bool:
    """Whether the functions switched on include a flow; one that belongs to no function is always allowed."""
    group, option = FLOWS.get(flow, ("", ""))
    return not group or is_on(functions, group, option)


def require(profile: Profile, flow: str) -> None:
    """Make sure that a flow's function is switched on.

    Raises:
        SettingsError: it is off; the message says where to switch it on.
    """
    if not allows(profile.functions, flow):
        group, option = FLOWS[flow]
        name = title(group, option if is_on(profile.functions, group) else "")
        raise SettingsError("function.off", function=name)


def title(group: str, option: str = "") -> str:
    """The name of a function, or of one of its options."""
    return translate(f"function.title.{_path(group, option)}")


def _path(group: str, option: str) -> str:
    return f"{group}.{option}" if option else group


def locked(profile: Profile, group: str, option: str = "") -> Message | None:
    """Why a function, or one of its options, cannot be switched on; None: it can (SVC-07).

    Args:
        profile: systems and subscription decide.
        group: the function.
        option: one of its options.
    """
    if group == "quotes":
        return Message("function.locked.quotes")
    if (group, "") in _NOT_SERVED:
        return Message(f"function.locked.{group}")
    if (group, option) in _NOT_SERVED:
        return Message(f"function.locked.{_path(group, option)}")
    bought = profile.subscription.exports if group in ("products", "customers") else profile.subscription.imports
    if bought == 0:
        exports = group in ("products", "customers")
        return Message("function.locked.no_exports" if exports else "function.locked.no_imports")
    return None


def effective(profile: Profile) -> Profile:
    """The profile as its flows are to see it: options that are off write nothing, whatever their settings say."""
    functions, articles, orders = profile.functions, profile.articles, profile.orders
    if not is_on(functions, "products", "stocks"):
        articles = articles.model_copy(
            update={
                "stocks": articles.stocks.model_copy(update={"warehouses": ()}),
                "update": articles.update.model_copy(update={"quantity": False}),
            }
        )
    if not is_on(functions, "products", "prices"):
        articles = articles.model_copy(update={"update": articles.update.model_copy(update={"price": False})})
    if articles.images.create and not is_on(functions, "products", "images"):
        articles = articles.model_copy(update={"images": articles.images.model_copy(update={"create": False})})
    if not is_on(functions, "orders", "settlements"):
        orders = orders.model_copy(update={"settlements": orders.settlements.model_copy(update={"create": False})})
    if articles is profile.articles and orders is profile.orders:
        return profile
    return profile.model_copy(update={"articles": articles, "orders": orders})


def tabs(functions: Functions) -> tuple[str, ...]:
    """Keys of the settings tabs that the functions switched on ask for (SVC-17)."""
    articles = ("articles",) if is_on(functions, "products") else ()
    orders = ("orders", "import") if is_on(functions, "orders") else ()
    return ("profile", *articles, *orders, "schedules")
