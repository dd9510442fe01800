"""What other records are read by: the shop's terms, its location, language, publication, and the app's scopes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from atoosync_lab.connectors.shops.shopify import facts, operations
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient
from atoosync_lab.connectors.shops.shopify.gids import number
from atoosync_lab.model.errors import ConnectionFailedError, RefusedError


class Lookups:
    """Facts of one shop, each asked for once.

    Args:
        client: the shop.
        location: id of the location whose stock counts; empty: the primary one.
    """

    def __init__(self, client: ShopifyClient, location: str) -> None:
        self._client, self._chosen = client, location.strip()

    @cached_property
    def shop(self) -> Mapping[str, Any]:
        """The `shop` object."""
        found: Mapping[str, Any] = self._client.query(operations.SHOP).data["shop"]
        return found

    @property
    def prices_incl_tax(self) -> bool:
        """The catalogue holds prices with tax."""
        return bool(self.shop["taxesIncluded"])

    @property
    def currency(self) -> str:
        """ISO code of the shop's currency."""
        return str(self.shop["currencyCode"])

    @cached_property
    def scopes(self) -> frozenset[str]:
        """Scopes that the app was given."""
        installed = self._client.query(operations.SCOPES).data["currentAppInstallation"]
        return frozenset(str(s["handle"]) for s in installed["accessScopes"])

    def may(self, scope: str) -> bool:
        """The app holds a scope."""
        return facts.holds_scope(self.scopes, scope)

    @cached_property
    def locations(self) -> tuple[Mapping[str, Any], ...]:
        """Every location, those out of use too."""
        return tuple(self._client.query(operations.LOCATIONS).data["locations"]["nodes"])

    @cached_property
    def location(self) -> str:
        """Full id of the location whose stock counts.

        Raises:
            ConnectionFailedError: the chosen one is gone, or there is none.
        """
        active = [place for place in self.locations if place["isActive"]]
        if self._chosen:
            found = next((p for p in active if number(str(p["id"])) == number(self._chosen)), None)
            if found is None:
                raise ConnectionFailedError("shopify.location_gone", location=self._chosen)
            return str(found["id"])
        if not active:
            raise ConnectionFailedError("shopify.no_location")
        return str(next((p for p in active if p["isPrimary"]), active[0])["id"])

    @cached_property
    def locales(self) -> tuple[Mapping[str, Any], ...]:
        """Languages of the shop; empty without the scope for them."""
        try:
            return tuple(self._client.query(operations.LOCALES).data["shopLocales"])
        except (ConnectionFailedError, RefusedError):
            # A scope of comfort: without it the texts are taken for French (facts.FALLBACK_LOCALE).
            return ()

    @property
    def language(self) -> str:
        """Language id of the product texts: the shop's own language."""
        return next((str(found["locale"]) for found in self.locales if found["primary"]), facts.FALLBACK_LOCALE)

    @cached_property
    def publication(self) -> str:
        """Full id of the publication of the shop's own site; empty when it cannot be told.

        Raises:
            RetryError: Shopify cannot be reached.
        """
        try:
            found = self._client.query(operations.PUBLICATIONS).data["publications"]["nodes"]
        except ConnectionFailedError:
            return ""
        named = [p for p in found if str(p["name"]).strip().lower() in facts.ONLINE_STORE_NAMES]
        return str(named[0]["id"]) if named else ""
