"""The registry of flows: what each reads, how it is planned and applied, and what it needs of the systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
    """Name of the last-transfer mark it moves; empty: none."""

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

FLOWS: Mapping[str, Flow] = {
    flow.name: flow
    for flow in (
        Flow(
            name="articles",
            kind="catalogue",
            erp_scopes=_CATALOGUE,
            shop_scopes=_CATALOGUE,
            shop_needs=frozenset({Capability.WRITE_PRODUCTS}),
            erp_needs=frozenset({Capability.READ_PRODUCTS}),
            plan=plan_articles,
            mark="articles",
        ),
        Flow(
            name="articles-new",
            lease="articles",
            kind="catalogue",
            erp_scopes=_CATALOGUE,
            shop_scopes=_CATALOGUE,
            shop_needs=frozenset({Capability.WRITE_PRODUCTS}),
            erp_needs=frozenset({Capability.READ_PRODUCTS}),
            plan=plan_articles,
            mark="articles",
        ),
        Flow(
            name="prices",
            kind="catalogue",
            erp_scopes=_CATALOGUE,
            shop_scopes=_CATALOGUE,
            shop_needs=frozenset({Capability.WRITE_PRICES}),
            erp_needs=frozenset({Capability.READ_PRODUCTS}),
            plan=plan_prices,
            mark="prices",
        ),
        Flow(
            name="stocks",
            kind="catalogue",
            erp_scopes=_CATALOGUE,
            shop_scopes=_CATALOGUE,
            shop_needs=frozenset({Capability.WRITE_STOCKS}),
            erp_needs=frozenset({Capability.READ_STOCKS}),
            plan=plan_stocks,
            mark="stocks",
        ),
        Flow(
            name="article-status",
            kind="catalogue",
            erp_scopes=_CATALOGUE,
            shop_scopes=_CATALOGUE,
            shop_needs=frozenset({Capability.WRITE_STATUS}),
            erp_needs=frozenset({Capability.READ_PRODUCTS}),
            plan=plan_status,
            mark="article-status",
        ),
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
