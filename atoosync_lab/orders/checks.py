"""What is missing in the order settings, before any order is read: warnings that name the page (ORD-08, SVC-18)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from atoosync_lab.orders.context import FindItem
from atoosync_lab.orders.reasons import PAGE_ARTICLES, Findings, Reason
from atoosync_lab.orders.special import MISSING
from atoosync_lab.settings.orders import OrderSettings


def check_settings(settings: OrderSettings, find_item: FindItem, vat: Mapping[str, Decimal]) -> tuple[Reason, ...]:
    """Special articles that orders may need and that are not chosen, or that the ERP no longer has.

    An order is held only when it needs one of them; this list says so beforehand. The difference article is required
    with ORD-21 alone.

    Args:
        settings: the order tabs of the profile.
        find_item: look-up of the ERP's articles.
        vat: ERP VAT id -> rate.
    """
    findings = Findings("")
    articles, options = settings.articles, settings.options
    wanted = {
        "misc": articles.misc,
        "gift_wrap": articles.gift_wrap,
        "shipping": articles.shipping,
        "discount": articles.discount,
    }
    if options.difference_line:
        wanted["difference"] = articles.difference
        rate = vat.get(articles.difference_vat) if articles.difference_vat else min(vat.values(), default=None)
        if rate is None or rate != 0:
            findings.hold("orders.difference_vat_missing", PAGE_ARTICLES, "difference_vat", articles.difference_vat)
    for name, item in wanted.items():
        if not item:
            findings.hold(MISSING[name], PAGE_ARTICLES, f"article_{name}", "")
        elif find_item((item,)) is None:
            findings.hold("orders.article_unknown", PAGE_ARTICLES, f"article_{name}", item)
    for vat_id, item in articles.discounts.items():
        if item and find_item((item,)) is None:
            findings.hold("orders.article_unknown", PAGE_ARTICLES, f"article_discount_{vat_id}", item)
    return findings.reasons
