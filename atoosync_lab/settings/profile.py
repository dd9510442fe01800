"""A profile: one shop, one ERP and every setting that links them (SVC-01)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from atoosync_lab.model.reference_lists import ReferenceLists
from atoosync_lab.settings.articles import ArticleSettings
from atoosync_lab.settings.base import Settings
from atoosync_lab.settings.connection import ErpConnection, ShopConnection
from atoosync_lab.settings.customers import CustomerSettings
from atoosync_lab.settings.door import DoorSettings
from atoosync_lab.settings.functions import Functions
from atoosync_lab.settings.orders import OrderSettings


class ProfileKind(StrEnum):
    """Kinds of profiles."""

    SALES = "sales"
    ACCOUNTING = "accounting"


class Subscription(Settings):
    """Bought units of the two counters (SVC-08); None: not counted."""

    exports: Annotated[int, Field(ge=0)] | None = None
    imports: Annotated[int, Field(ge=0)] | None = None


class Profile(Settings):
    """Every setting of one link between a shop and an ERP. No behaviour, no secrets."""

    version: Literal[1] = 1
    """Version of this document's shape."""
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,49}$")]
    """Slug, fixed at creation."""
    name: Annotated[str, Field(min_length=1, max_length=100)]
    kind: ProfileKind = ProfileKind.SALES
    timezone: str = "Europe/Paris"
    """Decides days, periods and schedules."""
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Days that captures and plans, and the personal data in them, are kept; the newest of each side stays."""
    functions: Functions = Functions()
    """What is switched on (SVC-07); a flow of a function that is off is refused."""
    shop: ShopConnection = ShopConnection()
    erp: ErpConnection = ErpConnection()
    articles: ArticleSettings = ArticleSettings()
    customers: CustomerSettings = CustomerSettings()
    orders: OrderSettings = OrderSettings()
    door: DoorSettings = DoorSettings()
    subscription: Subscription = Subscription()
    shop_lists: ReferenceLists = ReferenceLists()
    erp_lists: ReferenceLists = ReferenceLists()
