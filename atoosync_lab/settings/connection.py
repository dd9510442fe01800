"""Tabs « Configuration de votre site web » and « Configuration de votre ERP »: addresses and options.

Secrets are elsewhere, encrypted, under the profile's id (SEC-01).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator

from atoosync_lab.settings.base import Settings


class BatchSizes(Settings):
    """Advanced options (SVC-04): how much goes into one call, and how many calls at once."""

    page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    """Records a page when the shop is read."""
    detail_page: Annotated[int, Field(ge=1, le=500)] = 100
    """Orders whose details are read in one call."""
    products: Annotated[int, Field(ge=1, le=100)] = 20
    """Products a write call."""
    prices: Annotated[int, Field(ge=1, le=500)] = 50
    """Prices a write call."""
    stocks: Annotated[int, Field(ge=1, le=500)] = 100
    """Stock rows a write call."""
    import_file: Annotated[int, Field(ge=1, le=200)] = 200
    """Documents, customers or settlements an ERP import file."""
    concurrency: Annotated[int, Field(ge=1, le=8)] = 2
    """Read calls at once. More helps only when the shop answers slowly."""


class ShopConnection(Settings):
    """How to reach the shop."""

    system: str = "prestashop"
    url: Annotated[str, Field(max_length=500)] = ""
    """Address of the shop; completed to the API path."""
    shop_id: str = ""
    """Shop of a multi-shop installation; empty: the one of the address."""
    version: str = ""
    """As read at the last test; empty: unknown."""
    timezone: str = "Europe/Paris"
    """Zone of the shop's dates."""
    prices_incl_tax: bool = False
    """The shop's catalogue holds prices with tax, as read at the last refresh."""
    price_decimals: Annotated[int, Field(ge=0, le=6)] = 6
    """Decimals that the shop's catalogue keeps of a price, as read at the last refresh."""
    options: dict[str, str] = {}
    """Settings of this system alone, by the names its connector gives (`connectors.plugins.OptionField`)."""
    debug: bool = False
    """Full redacted HTTP traces (SVC-10)."""
    sizes: BatchSizes = BatchSizes()

    @field_validator("options", mode="before")
    @classmethod
    def _chosen(cls, options: Any) -> Any:
        """What was left to its default is not kept."""
        return {k: v for k, v in options.items() if v not in (None, "")} if isinstance(options, dict) else options

    @field_validator("url")
    @classmethod
    def _complete(cls, url: str) -> str:
        """Scheme and final slash are added (SHOP-10)."""
        url = url.strip()
        if not url:
            return url
        if "://" not in url:
            url = "https://" + url
        return url if url.endswith("/") else url + "/"


class ErpConnection(Settings):
    """How to reach the ERP."""

    system: str = "ebp"
    login_url: str = "https://api-login.ebp.com"
    api_url: str = "https://api-developpeurs.ebp.com"
    redirect_uri: str = "http://localhost:3333"
    """Exact text registered with the ERP's publisher (ebp.md A01)."""
    pkce: bool = False
    """Sign in with PKCE, S256 (ebp.md A02)."""
    folder: str = ""
    """Id of the folder (dossier)."""
    timezone: str = "Europe/Paris"
    speed: Annotated[float, Field(ge=0)] = 1.0
    """1 for a live folder; a sandbox divides every wait and limit by it (0: no waits at all)."""
    calls_per_second: Annotated[int, Field(ge=1)] = 1
    calls_per_day: Annotated[int, Field(ge=1)] = 10_000
    reserve_percent: Annotated[int, Field(ge=0, le=50)] = 5
    """Share of the day's calls kept unused (ebp.md A04)."""
    case_sensitive: bool = True
    """The folder tells `abc` from `ABC` in article codes."""
    settlements: Annotated[str, Field(pattern="^(import|deposit|off)$")] = "off"
    """How settlements are written (ebp.md A31, A38)."""
    debug: bool = False
