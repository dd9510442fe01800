"""A plan row's changes as people read them: fields in words, before and after, long texts compared by word."""

from __future__ import annotations

import difflib
import re

from atoosync_lab.kit import formats
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.labels import field_name

Change = tuple[str, str | None, str | None]

_LONG = 48
"""Characters from which a text is compared word by word rather than shown twice."""

_WORD = re.compile(r"\s+|[^\s]+")
_MONEY = frozenset({"price_excl_tax", "price_incl_tax", "excl_tax", "incl_tax", "shop_total", "difference", "amount"})
_NUMBERS = frozenset({"quantity", "weight", "lines"})
_SHORT = 28
"""Characters of a value in the closed row; the opened one shows it whole."""


def value_text(field: str, value: str | None, language: str | None = None) -> str:
    """A value as people write it; the empty one is the empty text."""
    if value is None or value == "":
        return ""
    base = field.partition("@")[0]
    if base in _MONEY:
        return formats.quantity(value, language, places=2)
    if base in _NUMBERS:
        return formats.quantity(value, language)
    if value in ("true", "false") and base == "active":
        return translate(f"field.active.{value}", None, language)
    return value


def shown(field: str, value: str | None, language: str | None = None) -> Html:
    """A value, or the word « vide »."""
    text = value_text(field, value, language)
    return join(text) if text else tag("span", translate("field.empty", None, language), class_="nothing")


def inline(changes: tuple[Change, ...], language: str | None = None) -> Html:
    """The closed row: the first change, and how many others there are."""
    if not changes:
        return tag("span", translate("preview.no_change", None, language), class_="t3")
    if all(before is None for _, before, _ in changes) and len(changes) > 1:
        return join(translate("preview.new_fields", {"count": formats.number(len(changes), language)}, language))
    field, before, after = changes[0]
    old, new = (_cut(value_text(field, v, language)) for v in (before, after))
    pair = tag(
        "span",
        field_name(field, language) + " ",
        tag("s", old or translate("field.empty", None, language)),
        icon("arrow"),
        tag("b", new or translate("field.empty", None, language)),
        class_="ba",
    )
    if len(changes) == 1:
        return pair
    code = "preview.and_one" if len(changes) == 2 else "preview.and_others"
    others = translate(code, {"count": formats.number(len(changes) - 1, language)}, language)
    return join(pair, " ", tag("span", others, class_="t3"))


def table(changes: tuple[Change, ...], language: str | None = None) -> Html:
    """The opened row: field, before, after."""
    heads = [
        tag("th", translate(f"preview.head.{h}", None, language), scope="col") for h in ("field", "before", "after")
    ]
    return tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *[_row(change, language) for change in changes]))


def _row(change: Change, language: str | None) -> Html:
    field, before, after = change
    old, new = value_text(field, before, language), value_text(field, after, language)
    if min(len(old), len(new)) >= _LONG:
        left, right = by_word(old, new)
    else:
        left = tag("s", old) if old else shown(field, before, language)
        right = tag("b", new) if new else shown(field, after, language)
    return tag(
        "tr",
        tag("td", field_name(field, language), class_="b", title=field),
        tag("td", left, class_="was"),
        tag("td", right),
        data_field=field,
    )


def by_word(old: str, new: str) -> tuple[Html, Html]:
    """Both texts, with the words that differ marked; any HTML in them is shown as text."""
    left, right = _WORD.findall(old), _WORD.findall(new)
    was, becomes = [], []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        gone, come = "".join(left[i1:i2]), "".join(right[j1:j2])
        was.append(join(gone) if kind == "equal" or not gone else tag("del", gone))
        becomes.append(join(come) if kind == "equal" or not come else tag("ins", come))
    return join(*was), join(*becomes)


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1].rstrip() + "…"
