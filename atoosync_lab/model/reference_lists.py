"""Reference lists of a shop or ERP: what mapping pages choose from (SVC-06)."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ListName(StrEnum):
    """Names of the lists; each system gives those it has."""

    TAXES = "taxes"
    TAX_RULE_GROUPS = "tax_rule_groups"
    COUNTRIES = "countries"
    CARRIERS = "carriers"
    PAYMENT_METHODS = "payment_methods"
    CURRENCIES = "currencies"
    STATUSES = "statuses"
    LANGUAGES = "languages"
    GROUPS = "groups"
    SHOPS = "shops"
    VAT_CODES = "vat_codes"
    WAREHOUSES = "warehouses"
    FAMILIES = "families"
    CUSTOMER_FAMILIES = "customer_families"
    PRICE_CATEGORIES = "price_categories"
    REPRESENTATIVES = "representatives"
    NUMBER_SERIES = "number_series"
    PAYMENT_TERMS = "payment_terms"
    PAYMENT_MEANS = "payment_means"
    SHIPPING_MODES = "shipping_modes"
    TERRITORIALITIES = "territorialities"
    PRODUCT_FIELDS = "product_fields"
    """Text fields of the article, standard and custom."""
    CUSTOM_FIELDS = "custom_fields"
    FOLDERS = "folders"


class ListItem(BaseModel):
    """One choice of a list."""

    model_config = ConfigDict(frozen=True)

    id: str
    label: str
    rate: Decimal | None = None
    """Taxes and VAT codes: percent."""
    code: str = ""
    """Second key where people use one: ISO code, module name, custom-field column."""
    active: bool = True
    extra: dict[str, str] = {}


class ReferenceLists(BaseModel):
    """All lists of one side at one moment."""

    model_config = ConfigDict(frozen=True)

    lists: dict[ListName, tuple[ListItem, ...]] = {}
    version: str = ""
    """Version the system states."""
    prices_incl_tax: bool | None = None
    """Shop: its catalogue holds prices with tax; None: it does not say."""
    price_decimals: int | None = None
    """Shop: decimals its catalogue keeps of a price; None: it does not say."""

    def get(self, name: ListName) -> tuple[ListItem, ...]:
        """Items of a list, empty when the system has none."""
        return self.lists.get(name, ())

    def item(self, name: ListName, item_id: str) -> ListItem | None:
        """The item with that id."""
        return next((i for i in self.get(name) if i.id == item_id), None)
