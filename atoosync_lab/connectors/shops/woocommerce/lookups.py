"""Small lists that records point into, each read once a connector."""

from __future__ import annotations

from functools import cached_property

from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.shops.woocommerce.paging import Pager
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.errors import ConnectionFailedError, RefusedError

_DENIED = ("woocommerce.right_missing",)


class Lookups:
    """Lists of one shop; read when first asked for."""

    def __init__(self, client: WooClient) -> None:
        self._client = client
        self._pager = Pager(client, facts.PAGE_MAX, 0)

    @cached_property
    def settings(self) -> dict[str, str]:
        """Settings of the groups general and tax, by id; empty where the key's user may not see them."""
        found: dict[str, str] = {}
        for group in ("general", "tax"):
            for row in self.optional(f"settings/{group}", [("_fields", "id,value")]):
                value = row.get("value")
                found[wire.text(row, "id")] = value if isinstance(value, str) else ""
        return found

    @property
    def currency(self) -> str:
        """ISO code of the shop's currency; empty when it does not say."""
        return self.settings.get("woocommerce_currency", "")

    @property
    def rounds_at_subtotal(self) -> bool:
        """Taxes are rounded once for the basket, not on each line."""
        return self.settings.get("woocommerce_tax_round_at_subtotal") == "yes"

    @cached_property
    def tax_classes(self) -> dict[str, str]:
        """Slug -> name."""
        rows = self._client.get("taxes/classes", [("_fields", "slug,name")]).records
        return {wire.text(r, "slug"): wire.plain_text(r, "name") for r in rows}

    @cached_property
    def taxes(self) -> dict[str, Json]:
        """Rate id -> rate."""
        fields = "id,country,state,rate,name,priority,compound,class"
        return {wire.identifier(r): r for page in self._pager.pages("taxes", fields) for r in page}

    @cached_property
    def statuses(self) -> dict[str, str]:
        """Order statuses, those of plug-ins too: slug -> name. The report's list exists in every version. [LIVE]"""
        rows = self.optional("reports/orders/totals", [("_fields", "slug,name")])
        found = {wire.text(r, "slug"): wire.plain_text(r, "name") or wire.text(r, "slug") for r in rows}
        return found or {status: status for status in facts.STATUSES}

    @cached_property
    def categories(self) -> dict[str, Json]:
        """Category id -> category."""
        pages = self._pager.pages("products/categories", "id,name,parent,slug")
        return {wire.identifier(r): r for page in pages for r in page}

    @cached_property
    def brands(self) -> dict[str, str]:
        """Brand id -> name; empty before 9.4."""
        if not self._client.version.brands:
            return {}
        try:
            pages = list(self._pager.pages("products/brands", "id,name"))
        except RefusedError:
            return {}
        return {wire.identifier(r): wire.plain_text(r, "name") for page in pages for r in page}

    def optional(self, resource: str, query: list[tuple[str, str]]) -> list[Json]:
        """A list that a version may lack, or a key's user may not see: empty then.

        Raises:
            ConnectionFailedError, RetryError: every other cause.
        """
        try:
            return self._client.get(resource, query).records
        except RefusedError:
            return []
        except ConnectionFailedError as error:
            if error.code not in _DENIED:
                raise
            return []
