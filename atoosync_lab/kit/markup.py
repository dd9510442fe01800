"""HTML that is safe by construction: every text is escaped unless it was built here.

Product names, customer names and messages of remote systems are foreign text; no page concatenates strings into HTML.
"""

from __future__ import annotations

from html import escape
from typing import Final


class Html(str):
    """A piece of HTML that was built here; everything else is text and gets escaped."""

    __slots__ = ()


Part = str | int | None
"""A child of an element: Html as it is, text and numbers escaped, None left out."""

_VOID: Final = frozenset({"input", "br", "col", "hr", "img"})


def join(*parts: Part) -> Html:
    """Parts one after the other."""
    return Html("".join(_piece(part) for part in parts))


def tag(name: str, *parts: Part, **attributes: str | int | bool | None) -> Html:
    """An element: `tag("td", text, class_="num")`.

    Args:
        name: element name.
        *parts: children.
        **attributes: a trailing underscore is dropped, others become hyphens; None and False are left out.
    """
    written = "".join(
        f" {_name(key)}" if value is True else f' {_name(key)}="{escape(str(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*parts)}</{name}>")


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _piece(part: Part) -> str:
    if part is None:
        return ""
    return str(part) if isinstance(part, Html) else escape(str(part))
