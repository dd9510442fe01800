"""The registry of flows: what each reads, how it is planned and applied, and what it needs of the systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from atoosync_lab.connectors.base import Capability, Scope
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.planning.articles import plan_articles
from atoosync_lab.planning.context import CatalogueContext
from atoosync_lab.planning.plan import PlanWriter
from atoosync_lab.planning.prices import plan_prices
from atoosync_lab.planning.status import plan_status
from atoosync_lab.planning.stocks import plan_stocks

PlanCatalogue = Callable[[CatalogueContext, PlanWriter], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow a person can run."""

    name: str
    kind: str
    """`catalogue` (ERP to shop) or `orders` (shop to ERP)."""
    erp_scopes: tuple[Scope, ...]
    shop_scopes: tuple[Scope, ...]
    shop_needs: frozenset[Capability] = frozenset()
    erp_needs: frozenset[Capability] = frozenset()
    plan: PlanCatalogue | None = None
    mark: str = ""
    """Name of the last-transfer mark it reads; empty: none."""
    moves_mark: bool = True
    """A run moves the mark. New articles alone must not: changed ones would no longer be due."""

    counts_orders: bool = False
    """It writes quantities: pieces of orders that the ERP does not have yet are read too (PB-59)."""
    images: bool = False
    """Sheets are written, and with them the images of the articles, where profile and systems say so (ART-30)."""
    lease: str = ""
    """Task that only one run may do at a time; flows that write the same records share it."""

    @property
    def task(self) -> str:
        """Name of the lease."""
        return self.lease or self.name

    @property
    def title(self) -> str:
        """Message id of its one name in cards, schedules, journal and mails (RUN-04)."""
        return f"flow.{self.name}"


_CATALOGUE = (Scope.PRODUCTS, Scope.STOCKS)


def _catalogue(
    name: str, plan: PlanCatalogue, writes: Capability, *, reads: Capability = Capability.READ_PRODUCTS, **more: Any
) -> Flow:
    """A flow from the ERP's catalogue to the shop's."""
    return Flow(
        name=name,
        kind="catalogue",
        erp_scopes=_CATALOGUE,
        shop_scopes=_CATALOGUE,
        shop_needs=frozenset({writes}),
        erp_needs=frozenset({reads}),
        plan=plan,
        **{"mark": name, **more},
    )


FLOWS: Mapping[str, Flow] = {
    flow.name: flow
    for flow in (
        _catalogue("articles", plan_articles, Capability.WRITE_PRODUCTS, counts_orders=True, images=True),
        _catalogue(
            "articles-new",
            plan_articles,
            Capability.WRITE_PRODUCTS,
            counts_orders=True,
            images=True,
            lease="articles",
            mark="articles",
            moves_mark=False,
        ),
        _catalogue("prices", plan_prices, Capability.WRITE_PRICES),
        _catalogue("stocks", plan_stocks, Capability.WRITE_STOCKS, reads=Capability.READ_STOCKS, counts_orders=True),
        _catalogue("article-status", plan_status, Capability.WRITE_STATUS),
        Flow(
            name="orders",
            kind="orders",
            erp_scopes=(Scope.PRODUCTS, Scope.CUSTOMERS),
            shop_scopes=(Scope.ORDERS,),
            shop_needs=frozenset({Capability.READ_ORDERS}),
            erp_needs=frozenset({Capability.IMPORT_DOCUMENTS}),
        ),
        Flow(
            name="credit-notes",
            lease="orders",
            kind="orders",
            erp_scopes=(Scope.PRODUCTS, Scope.CUSTOMERS),
            shop_scopes=(Scope.CREDIT_SLIPS, Scope.ORDERS),
            shop_needs=frozenset({Capability.READ_CREDIT_SLIPS}),
            erp_needs=frozenset({Capability.IMPORT_DOCUMENTS}),
        ),
        Flow(
            name="order-status",
            lease="orders",
            kind="order-status",
            erp_scopes=(),
            shop_scopes=(),
            shop_needs=frozenset({Capability.WRITE_ORDER_STATUS}),
            erp_needs=frozenset({Capability.IMPORT_DOCUMENTS}),
        ),
    )
}


def get(name: str) -> Flow:
    """The flow of that name.

    Raises:
        SettingsError: there is none; the message lists them.
    """
    if name not in FLOWS:
        raise SettingsError("flow.unknown", flow=name, known=", ".join(FLOWS))
    return FLOWS[name]
