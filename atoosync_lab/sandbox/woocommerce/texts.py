"""How the shop writes text and numbers: slugs, allowed HTML, paragraphs, decimals, JSON."""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

ZERO = Decimal(0)
PRECISION = 6
"""Decimals kept in calculations (`WC_ROUNDING_PRECISION`)."""

_STEPS = [Decimal(1).scaleb(-places) for places in range(13)]

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"""\s([a-zA-Z-]+)\s*(?:=\s*("[^"]*"|'[^']*'|[^\s>]+))?""")
_ALLOWED = frozenset(
    {
        "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del", "div", "dl",
        "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img",
        "ins", "li", "main", "nav", "ol", "p", "pre", "q", "s", "section", "small", "span", "strike", "strong", "sub",
        "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "video",
    }
)  # fmt: skip
_BLOCK = re.compile(r"^\s*</?(?:p|div|ul|ol|li|table|h[1-6]|blockquote|pre|figure|section|hr|dl)\b", re.IGNORECASE)
_NOT_DECIMAL = re.compile(r"[^0-9.\-]")


@functools.lru_cache(maxsize=8192)
def slug(text: str) -> str:
    """The address form of a title: without accents, small letters, hyphens."""
    plain = unicodedata.normalize("NFKD", re.sub(r"<[^>]*>", "", text).replace("&amp;", "").replace("œ", "oe"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    plain = re.sub(r"[^a-z0-9\s_.-]", "", plain).replace(".", "-")
    return re.sub(r"-+", "-", re.sub(r"\s+", "-", plain.strip())).strip("-")


def _kept_tag(found: re.Match[str]) -> str:
    closing, name, rest = found.groups()
    if name.lower() not in _ALLOWED:
        return ""
    kept = "".join(
        f" {attribute}={value}" if value else f" {attribute}"
        for attribute, value in _ATTRIBUTE.findall(rest)
        if not attribute.lower().startswith("on") and "javascript:" not in value.lower()
    )
    return f"<{closing}{name}{kept}{' /' if rest.rstrip().endswith('/') else ''}>"


def allowed_html(text: str) -> str:
    """The text with the tags and attributes that posts may hold; scripts lose their tags, not their content."""
    return _TAG.sub(_kept_tag, text) if "<" in text else text


def term_name(text: str) -> str:
    """The name of a category, tag, brand or term as it is stored: no tags, ampersands as entities."""
    plain = re.sub(r"<[^>]*>", "", text).strip()
    return re.sub(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|\w+);)", "&amp;", plain)


@functools.lru_cache(maxsize=4096)
def paragraphs(text: str) -> str:
    """The text as the shop displays it: plain blocks become paragraphs (descriptions in the context `view`)."""
    if not text.strip():
        return ""
    blocks = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        blocks.append(block if _BLOCK.match(block) else "<p>" + block.replace("\n", "<br />\n") + "</p>")
    return "\n".join(blocks) + "\n"


def given_decimal(value: Any) -> str:
    """An amount as the shop takes it: what is no digit, point or minus is dropped (`5,50` becomes `550`)."""
    if isinstance(value, bool) or value is None:
        return ""
    return _cleaned(str(value))


# Prices and rates of a shop repeat: most amounts have been seen before.
@functools.lru_cache(maxsize=65536)
def _cleaned(text: str) -> str:
    kept = _NOT_DECIMAL.sub("", text)
    try:
        Decimal(kept)
    except InvalidOperation:
        return ""
    return kept


def amount(value: Any) -> Decimal:
    """A stored or given amount as a number; 0 for what is none."""
    return _number(value if type(value) is str else given_decimal(value))


@functools.lru_cache(maxsize=65536)
def _number(text: str) -> Decimal:
    kept = _cleaned(text)
    return Decimal(kept) if kept else ZERO


@functools.lru_cache(maxsize=65536)
def plain(value: Decimal) -> str:
    """Without zeros at the end: `2.67`, `12`."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def rounded(value: Decimal, places: int = PRECISION) -> Decimal:
    """Half away from zero, as PHP rounds."""
    return value.quantize(_STEPS[places], ROUND_HALF_UP)


def rounded_down(value: Decimal, places: int) -> Decimal:
    """Half towards zero: discounts, and taxes of prices that include them."""
    return value.quantize(_STEPS[places], ROUND_HALF_DOWN)


def fixed(value: Any, places: int = 2) -> str:
    """An amount with that many decimals (12 at most), as answers show it."""
    return _fixed(value if type(value) is str else given_decimal(value), places)


@functools.lru_cache(maxsize=65536)
def _fixed(text: str, places: int) -> str:
    return f"{rounded(_number(text), min(places, 12)):f}"


def number(value: Decimal | float) -> int | float:
    """A JSON number as PHP writes it: whole values without a fraction. Binary, as the remote's own numbers are."""
    as_float = float(value)
    return int(as_float) if as_float.is_integer() else as_float


def dump(value: Any) -> bytes:
    """JSON as PHP writes it: everything in ASCII, slashes escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()
