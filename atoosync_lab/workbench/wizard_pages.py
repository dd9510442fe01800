"""What each page of the creation wizard looks like; what they know and do is in `creating`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs.creating import system_title
from atoosync_lab.settings import functions
from atoosync_lab.settings.functions import Functions

BAR = ("kind", "erp", "shop", "functions", "options", "name")
"""Steps as the bar shows them; the options are a page for each function that has some."""

ERPS = ("ebp", "tryton", "acumatica", "xrpflex", "itool", "quickbooks")
SHOPS = ("prestashop", "woocommerce", "shopify", "magento", "bigcommerce", "orderlion", "oasis", "other")

ICONS = {
    "products": "box", "customers": "person", "orders": "cart", "quotes": "document",
    "sales": "cart", "accounting": "percent",
}  # fmt: skip

_WAYS = {"products": "out", "customers": "out", "orders": "in", "quotes": "both"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card a person may choose."""

    field: str
    value: str
    """Empty: a box of its own; else one of several, of which one is chosen."""
    code: str
    """Below it stand `.text` and `.more`."""
    title: str = ""
    """Name on the card; empty: that of `code`."""
    shape: str
    on: bool
    locked: Message | None = None
    way: str = ""
    """Direction of the data: `out` to the shop, `in` to the ERP, `both`."""
    follows: str = ""
    """What the next step will ask, when it is on."""


def card(shown: Card) -> Html:
    """A card: box, icon, name, direction, what it does, why it is locked, more details."""
    off = shown.locked is not None
    name = f"wz-{shown.field}-{shown.value}".rstrip("-")
    box = tag(
        "input",
        type="radio" if shown.value else "checkbox",
        name_=f"wz-{shown.field}" if shown.value else None,
        value=shown.value or None,
        id=name,
        class_="radio" if shown.value else "box box-l",
        checked=shown.on and not off,
        disabled=off,
        data_at_field=shown.field,
        data_at_key=name,
        aria_describedby=f"{name}-text",
    )
    head = tag(
        "span",
        box,
        tag("span", icon(shown.shape, "l"), class_="fi"),
        tag("span", shown.title or translate(shown.code), class_="fname grow"),
        tag("span", icon("lock", "s"), translate("wizard.locked"), class_="lock") if off else _way(shown.way),
        class_="top",
    )
    text = tag("span", translate(f"{shown.code}.text"), class_="ft", id=f"{name}-text")
    reason = tag("p", icon("info"), tag("span", str(shown.locked)), class_="fn") if shown.locked is not None else None
    follows = tag("p", icon("tick"), tag("span", shown.follows), class_="fn") if shown.follows and shown.on else None
    more = tag(
        "details",
        tag("summary", translate("wizard.more"), data_at_key=f"{name}-more"),
        tag("p", translate(f"{shown.code}.more")),
    )
    look = f"fcard{' on' if shown.on and not off else ''}{' off' if off else ''}"
    return tag("div", tag("label", head, text, for_=name), reason, follows, more, class_=look)


def _way(way: str) -> Html | None:
    if not way:
        return None
    if way == "both":
        return tag("span", translate("wizard.both_ways"), class_="dir")
    ends = [("database", translate("wizard.erp")), ("store", translate("wizard.shop"))]
    (shape1, first), (shape2, second) = ends if way == "out" else reversed(ends)
    return tag("span", icon(shape1, "s"), first, icon("arrow", "s"), icon(shape2, "s"), second, class_="dir")


def cards(title: str, shown: Sequence[Card], *, three: bool = False) -> Html:
    """The cards of a page, as one group."""
    role = "radiogroup" if shown and shown[0].value else "group"
    return tag(
        "div", *[card(c) for c in shown], class_=f"fgrid{' fgrid-3' if three else ''}", role=role, aria_label=title
    )


def bar(now: str, done: Sequence[str]) -> Html:
    """The numbered steps; those done have a tick."""
    parts: list[Html] = []
    for number, step in enumerate(BAR, 1):
        if number > 1:
            parts.append(tag("li", class_="step-line", aria_hidden="true"))
        look = "now" if step == now else "done" if step in done else ""
        dot = tag("span", icon("tick", "s") if look == "done" else str(number), class_="dot")
        parts.append(
            tag(
                "li", dot, tag("span", translate(f"wizard.step.{step}"), class_="word"), class_=f"step {look}".strip(),
                aria_current="step" if look == "now" else None,
            )
        )  # fmt: skip
    return tag("div", tag("ol", *parts, class_="steps", aria_label=translate("wizard.steps")), class_="wz-h")


def summary(kind: str, erp: str, shop: str, chosen: Functions, name: str, left: Sequence[str]) -> Html:
    """The column that fills up: both systems, what goes between them, what was answered, what is left."""
    on = [group for group in functions.GROUPS if functions.is_on(chosen, group)]
    facts = [
        ("kind", translate(f"wizard.kind.{kind}") if kind else ""),
        ("erp", system_title("erp", erp) if erp else ""),
        ("shop", system_title("shop", shop) if shop else ""),
        ("functions", ", ".join(translate(f"wizard.short.{group}") for group in on) if "functions" not in left else ""),
        ("name", name),
        ("left", (translate("wizard.then") + " ").join(translate(f"wizard.left.{step}") for step in left)),
    ]
    listed = [
        part for key, value in facts if value for part in (tag("dt", translate(f"wizard.fact.{key}")), tag("dd", value))
    ]
    return tag(
        "aside",
        tag("h3", translate("wizard.so_far"), class_="b"),
        _flow(erp, shop, on if "functions" not in left else ()) if erp and shop else None,
        tag("dl", *listed, class_="facts", style="margin-top:18px"),
        tag("p", icon("info"), tag("span", translate("wizard.writes_nothing")), class_="say"),
        class_="wz-s",
    )


def _flow(erp: str, shop: str, on: Sequence[str]) -> Html:
    """Both systems and an arrow for each function between them."""
    lines: list[Html] = []
    for number, group in enumerate(on):
        y = 26 + 26 * number
        inwards = _WAYS[group] == "in"
        lines.append(tag("path", d=f"M76 {y}H9M13 {y - 4}l-4 4 4 4" if inwards else f"M8 {y}h67M71 {y - 4}l4 4-4 4"))
        lines.append(tag("text", translate(f"wizard.short.{group}"), x="42", y=str(y - 7)))
    words = [translate(f"wizard.flow.{group}") for group in on]
    ways = tag(
        "svg", *lines, viewBox=f"-2 0 88 {max(40, 14 + 26 * len(on))}", class_="ways", role="img",
        aria_label=", ".join(words) or translate("wizard.flow.none"),
    )  # fmt: skip
    return tag(
        "div",
        tag("div", icon("database", "l"), system_title("erp", erp), class_="node"),
        ways,
        tag("div", icon("store", "l"), system_title("shop", shop), class_="node"),
        class_="flow",
    )


def page(bar_html: Html, title: str, sub: str, body: Html, error: Message | None, side: Html, foot: Html) -> Html:
    """The wizard's frame round one page."""
    wrong = tag("p", icon("barred"), tag("span", str(error)), class_="err", role="alert") if error is not None else None
    main = tag("div", tag("h2", title, class_="wz-q"), tag("p", sub, class_="sub"), body, wrong, class_="wz-m")
    return tag("section", bar_html, tag("div", main, side, class_="wz-b"), foot, class_="card wz")


def foot(back: str, onward: str, *, last: bool) -> Html:
    """Previous, cancel, next; the next button names the step it leads to."""
    previous = (
        tag(
            "button", icon("left"), back, type="button", class_="btn", data_at_do="back", data_at_key="wz-back",
            aria_label=translate("wizard.back_to", {"step": back}),
        )
        if back
        else None
    )  # fmt: skip
    return tag(
        "div",
        previous,
        tag("span", class_="right"),
        tag(
            "button", translate("wizard.cancel"), type="button", class_="btn btn-q", data_at_do="cancel",
            data_at_key="wz-cancel",
        ),
        tag(
            "button", join(icon("plus"), onward) if last else join(onward, icon("right")), type="button",
            class_="btn btn-1 btn-l", data_at_do="next", data_at_key="wz-next",
        ),
        class_="wz-f",
    )  # fmt: skip
