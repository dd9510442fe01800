"""Texts fitted to what a shop accepts: length, forbidden characters, one line, URL (ART-06, PB-32, PB-33)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from atoosync_lab.mapping.characters import looks_garbled, without_four_bytes
from atoosync_lab.mapping.customers import cut, strip_accents
from atoosync_lab.mapping.rtf import clean_html, convert
from atoosync_lab.model.errors import InvalidRecordError
from atoosync_lab.model.i18n import Message

_BLANKS = re.compile(r"\s+")
_NOT_URL = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRules:
    """What one field of a shop accepts; the connector gives the values for the shop's version."""

    max_length: int | None = None
    """Characters, markup included; None: no limit."""
    forbidden: str = ""
    """Characters that the field must not hold."""
    html: bool = False
    """The field holds HTML; else plain text."""
    single_line: bool = True
    """Line breaks become blanks (plain text only)."""
    four_bytes: bool = True
    """Characters of four bytes in UTF-8 (emoji) can be stored."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text that the shop accepts, and what had to be changed for it."""

    text: str
    warnings: tuple[Message, ...] = ()


def clean(value: str, rules: TextRules) -> Cleaned:
    """The ERP's text (RTF, HTML or plain) as the field accepts it.

    Control characters become blanks, forbidden ones are removed, a text too long is cut at a word.

    Args:
        value: text as the ERP holds it.
        rules: limits of the field. A reference has none here: it is a key, see `check_reference`.
    """
    warnings: list[Message] = []
    converted = convert(value)
    if converted.malformed:
        warnings.append(Message("mapping.text.malformed"))
    text = converted.html if rules.html else converted.text
    if looks_garbled(text):
        warnings.append(Message("mapping.text.garbled", {"text": cut(converted.text, 60)}))
    if not rules.four_bytes and (kept := without_four_bytes(text)) != text:
        warnings.append(Message("mapping.text.four_bytes", {"characters": _named(set(text) - set(kept))}))
        text = kept
    if not rules.html:
        text = _fitted(text, rules, warnings)
    if rules.max_length is not None and len(text) > rules.max_length:
        warnings.append(Message("mapping.text.cut", {"length": len(text), "limit": rules.max_length}))
        text = _cut_html(text, rules.max_length) if rules.html else cut(text, rules.max_length)
    return Cleaned(text, tuple(warnings))


def _fitted(text: str, rules: TextRules, warnings: list[Message]) -> str:
    """Plain text without forbidden characters and doubled blanks."""
    found = set(text) & set(rules.forbidden)
    if found:
        warnings.append(Message("mapping.text.forbidden", {"characters": _named(found)}))
        text = "".join(char for char in text if char not in found)
    if rules.single_line:
        return _BLANKS.sub(" ", text).strip()
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()


def _named(characters: set[str]) -> str:
    return " ".join(sorted(characters))


def _cut_html(text: str, length: int) -> str:
    """HTML of at most `length` characters: cut at a word, never inside a tag or entity, open tags closed again."""
    room = length
    while room > 0:
        piece = text[:room]
        if piece.rfind("<") > piece.rfind(">"):
            piece = piece[: piece.rfind("<")]
        elif (start := piece.rfind("&")) > piece.rfind(";"):
            piece = piece[:start]
        # A tag holds no useful place to cut: words are looked for after the last one.
        end = piece.rfind(">") + 1
        if len(piece) == room and end < room and not text[room : room + 1].isspace():
            blank = piece.rfind(" ", end)
            piece = piece[:blank] if blank > 0 else piece
        result = clean_html(piece)
        if len(result) <= length:
            return result
        # The closing tags need room too.
        room -= max(1, len(result) - length)
    return ""


def check_reference(reference: str, rules: TextRules) -> None:
    """Refuse a reference that the shop cannot hold: it is the key by which records are found, never cut or changed.

    Raises:
        InvalidRecordError: too long, or with forbidden characters.
    """
    key = reference.strip()
    if rules.max_length is not None and len(key) > rules.max_length:
        raise InvalidRecordError("mapping.reference.too_long", reference=key, length=len(key), limit=rules.max_length)
    if found := set(key) & set(rules.forbidden):
        raise InvalidRecordError("mapping.reference.forbidden", reference=key, characters=_named(found))


def slug(text: str, length: int = 128) -> str:
    """The text as part of a URL: `Câble Ø5, 10 m` -> `cable-o5-10-m`; empty when no letter or digit is left."""
    plain = _NOT_URL.sub("-", strip_accents(text).lower()).strip("-")
    if len(plain) <= length:
        return plain
    head = plain[:length]
    if plain[length] != "-" and (word := head.rfind("-")) * 2 >= length:
        head = head[:word]
    return head.strip("-")
