"""Tab « Clients »: how an order finds or creates its ERP customer (CLI-20 to 23, CLI-25)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from atoosync_lab.settings.base import ListId, Settings


class AccountMode(StrEnum):
    """CLI-21 and CLI-22."""

    SINGLE = "single"
    PER_CUSTOMER = "per_customer"
    NONE = "none"


class CustomerSettings(Settings):
    """How buyers become ERP customers."""

    find_by_siret: bool = True
    find_by_email: bool = True
    find_by_vat_number: bool = True
    mode: AccountMode = AccountMode.PER_CUSTOMER
    """One single account for all, or one per customer."""
    single_account: Annotated[str, Field(max_length=20)] = ""
    """ERP customer code used for all orders when `mode` is single."""
    prefix: Annotated[str, Field(max_length=10)] = "WEB"
    length: Annotated[int, Field(ge=4, le=20)] = 10
    """Total length of a new customer code, prefix included."""
    account_mode: AccountMode = AccountMode.NONE
    """Accounting account of new customers: one for all, one per customer, or none."""
    account: Annotated[str, Field(max_length=20)] = ""
    account_prefix: Annotated[str, Field(max_length=10)] = ""
    account_length: Annotated[int, Field(ge=0, le=20)] = 0
    representative: ListId = ""
    family: ListId = ""
    group: ListId = ""
    """Price category of new customers."""
    strip_accents: bool = False
    upper_name: bool = False
    upper_addresses: bool = False
    territoriality_from_document: bool = False
