"""From a held row of a plan to what mends it: the page, its block, and for maps the one row to be related.

Every problem carries its cure. `cure` says where, `InlineMap` relates the missing value right beside the held row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from atoosync_lab.kit import links
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.money import parse_decimal
from atoosync_lab.planning.plan import PlanRow
from atoosync_lab.runs.session import Session
from atoosync_lab.settings.orders import tax_map_key

ORDERS = "orders.ipynb"
IMPORT = "import.ipynb"
ARTICLES = "articles.ipynb"


class CureKind(StrEnum):
    """What has to be done."""

    MAP = "map"
    """A value is to be related; `InlineMap` does it."""
    SETTING = "setting"
    """A setting is to be chosen or changed."""
    SHOP = "shop"
    """The record itself is to be looked at in the shop."""
    ERP = "erp"
    """The record itself is to be looked at in the ERP."""
    REVIEW = "review"
    """A person says what became of a record that was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """What mends one reason."""

    kind: CureKind
    code: str
    """The reason."""
    label: str
    """What the link or button says, in words."""
    notebook: str = ""
    """File of the page; empty: no page of ours mends it."""
    block: str = ""
    """Block of that page."""
    key: str = ""
    """Row of the map, or the setting's name."""
    columns: tuple[str, ...] = ()
    """Columns of the map that miss a value; empty: all that must have one."""

    def link(self, text: str = "", class_: str = "link") -> Html | None:
        """The link to the page, None where there is none."""
        if not self.notebook:
            return None
        return links.notebook(self.notebook, text or self.label, class_=class_, key=f"cure-{self.block}-{self.key}")


_MAPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "orders.tax_unmapped": ("taxes", ()),
    "orders.tax_unnamed": ("taxes", ()),
    "orders.zero_tax_unmapped": ("taxes", ()),
    "orders.vat_gone": ("taxes", ()),
    "orders.country_unmapped": ("countries", ("with_tax",)),
    "orders.country_unmapped_untaxed": ("countries", ("without_tax",)),
    "orders.carrier_unmapped": ("carriers", ()),
    "orders.payment_unmapped": ("payments", ("payment_terms", "payment_means")),
    "orders.currency_unmapped": ("currencies", ()),
    "orders.shop_currency_differs": ("currencies", ()),
    "product.tax_not_mapped": ("article_taxes", ()),
}
"""Reasons that one row of a map mends."""

_BLOCK_OF_PAGE: Mapping[str, tuple[str, str]] = {
    "orders.maps.taxes": (ORDERS, "taxes"),
    "orders.maps.countries": (ORDERS, "countries"),
    "orders.maps.carriers": (ORDERS, "carriers"),
    "orders.maps.payments": (ORDERS, "payments"),
    "orders.maps.currencies": (ORDERS, "currencies"),
    "orders.articles": (ORDERS, "articles"),
    "orders.options": (ORDERS, "options"),
    "orders.header": (ORDERS, "header"),
    "orders.statuses": (IMPORT, "statuses"),
    "customers": (ORDERS, "customers"),
}

_OTHERS: Mapping[str, tuple[CureKind, str, str]] = {
    "order.status_not_selected": (CureKind.SETTING, IMPORT, "statuses"),
    "order.out_of_period": (CureKind.SETTING, IMPORT, "period"),
    "order.left_behind": (CureKind.SETTING, IMPORT, "period"),
    "credit_note.left_behind": (CureKind.SETTING, IMPORT, "period"),
    "order.in_review": (CureKind.REVIEW, "", ""),
    "order.outcome_unknown": (CureKind.REVIEW, "", ""),
    "product.no_reference": (CureKind.ERP, "", ""),
    "product.reference_too_long": (CureKind.ERP, "", ""),
    "product.duplicate_in_erp": (CureKind.ERP, "", ""),
    "product.ambiguous_in_shop": (CureKind.SHOP, "", ""),
    "product.case_twin": (CureKind.ERP, "", ""),
}
"""Reasons that name no page of the settings."""


def cures(session: Session, row: PlanRow) -> tuple[Cure, ...]:
    """What mends a held row: one cure a reason, in the plan's order, each once.

    Args:
        session: the opened profile.
        row: a row of a plan; one that is not held has no cure, unless it was left out by a setting.
    """
    found = dict.fromkeys(cure for code, params in reasons(row) if (cure := _cure(session, code, params)) is not None)
    return tuple(found)


def cure(session: Session, row: PlanRow) -> Cure | None:
    """What mends the first reason of a row."""
    return next(iter(cures(session, row)), None)


def reasons(row: PlanRow) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(code, fields) of every reason of a row."""
    several = row.params.get("reasons") or ()
    if not several:
        yield row.reason, row.params
    for reason in several:
        yield str(reason["code"]), {"page": reason.get("page", ""), **reason.get("params", {})}


def map_row(code: str, params: Mapping[str, Any]) -> tuple[str, str] | None:
    """(map, row) that a reason is about; None: it is about no map."""
    if code not in _MAPS:
        return None
    name = _MAPS[code][0]
    value = str(params.get("value", ""))
    if code == "product.tax_not_mapped":
        value = str(params.get("vat", ""))
    elif code == "orders.vat_gone":
        value = tax_map_key(str(params.get("name", "")), parse_decimal(str(params.get("rate", ""))) or Decimal(0))
    return name, value


def columns_of(code: str) -> tuple[str, ...]:
    """Columns of the map that a reason is about; empty: all that must have a value."""
    return _MAPS[code][1] if code in _MAPS else ()


def _cure(session: Session, code: str, params: Mapping[str, Any]) -> Cure | None:
    mapped = map_row(code, params)
    if mapped is not None:
        name, key = mapped
        page, block = (ARTICLES, "taxes") if name == "article_taxes" else (ORDERS, name)
        if name == "carriers" and session.profile.orders.maps.carriers_by == "name" and key.isdigit():
            # The shop no longer names this carrier: only the default serves it.
            return Cure(kind=CureKind.SETTING, code=code, label=_label(block), notebook=page, block=block)
        label = translate(f"cure.map.{name}")
        return Cure(
            kind=CureKind.MAP, code=code, label=label, notebook=page, block=block, key=key, columns=_MAPS[code][1]
        )  # fmt: skip
    if code in _OTHERS:
        kind, page, block = _OTHERS[code]
        label = _label(block) if block else translate(f"cure.{kind.value}")
        return Cure(kind=kind, code=code, label=label, notebook=page, block=block)
    setting = str(params.get("page") or "")
    if setting in _BLOCK_OF_PAGE:
        page, block = _BLOCK_OF_PAGE[setting]
        key = str(params.get("field") or "")
        return Cure(kind=CureKind.SETTING, code=code, label=_label(block), notebook=page, block=block, key=key)
    if code.startswith("orders."):
        return Cure(kind=CureKind.SHOP, code=code, label=translate("cure.shop"))
    return None


def _label(block: str) -> str:
    """« Ouvrir Commandes, Options »."""
    return translate("cure.open", {"block": translate(f"cure.block.{block}")})


def pill_link(one: Cure) -> Html:
    """A cure in one line: a link where a page mends it, else what to do."""
    return one.link() or tag("span", one.label, class_="t2")
