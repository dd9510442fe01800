"""Applying a plan: the only way to write to a shop or an ERP. Takes a plan as it is; no option alters it."""

from __future__ import annotations

from atoosync_lab.applying.catalogue import apply_catalogue
from atoosync_lab.applying.context import ApplyContext
from atoosync_lab.applying.orders import apply_orders
from atoosync_lab.model.errors import SettingsError


def apply_plan(ctx: ApplyContext, kind: str) -> None:
    """Write the rows of a plan.

    Args:
        ctx: the plan and everything applying needs.
        kind: kind of its flow: `catalogue`, `orders` or `order-status`.

    Raises:
        SettingsError: a side the plan writes to is not connected.
        StoppedError, QuotaReachedError, RetryError, SignInRequiredError: the run ends; what was done stays done.
    """
    if ctx.shop is None:
        raise SettingsError("settings.shop_missing", profile=ctx.profile.id)
    if kind == "orders":
        if ctx.erp is None:
            raise SettingsError("settings.erp_missing", profile=ctx.profile.id)
        apply_orders(ctx, ctx.shop, ctx.erp)
    else:
        apply_catalogue(ctx, ctx.shop)
