"""Names and codes of ERP customers made from shop customers (CLI-21, CLI-22, CLI-25)."""

from __future__ import annotations

import unicodedata

from atoosync_lab.model.errors import InvalidRecordError

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans(
    {
        "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O",
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i",
    }
)  # fmt: skip


def strip_accents(text: str) -> str:
    """Text without accents and ligatures: `Cœur d'Éloïse` -> `Coeur d'Eloise`. Only Latin letters change."""
    if text.isascii():
        return text
    kept: list[str] = []
    latin = False
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.combining(char):
            # In other scripts a combining mark makes another letter (Japanese voiced kana): it stays.
            if not latin:
                kept.append(char)
            continue
        latin = unicodedata.name(char, "").startswith("LATIN ")
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_LETTERS)


def upper(text: str) -> str:
    """Upper case by French rules: accents stay on capitals, `ß` becomes `SS`."""
    return unicodedata.normalize("NFC", text).upper()


def cut(text: str, length: int) -> str:
    """Text of at most `length` characters, cut at a word.

    A word that would leave less than half of the room is cut inside, and never between a letter and its accent.
    """
    text = text.strip()
    if len(text) <= length:
        return text
    if length <= 0:
        return ""
    end = length
    if not text[end].isspace():
        blank = max((i for i in range(end) if text[i].isspace()), default=-1)
        if blank * 2 >= length:
            end = blank
        else:
            while end and (
                unicodedata.combining(text[end]) or text[end] in "\ufe0f\u200d" or text[end - 1] == "\u200d"
            ):
                end -= 1
    return text[:end].rstrip()


def customer_code(prefix: str, length: int, shop_id: str) -> str:
    """Code of a new ERP customer or account: prefix, zeros, shop id, e.g. `WEB0000187`. Same id, same code, always.

    Args:
        prefix: start of the code.
        length: total length, prefix included; 0 = prefix and id without zeros.
        shop_id: id of the customer in the shop.

    Raises:
        InvalidRecordError: the id is empty, or prefix and id need more than `length` characters. A code is never cut:
            two customers would share it.
    """
    prefix, shop_id = prefix.strip(), shop_id.strip()
    if not shop_id:
        raise InvalidRecordError("mapping.customer_without_id")
    if length <= 0:
        return prefix + shop_id
    room = length - len(prefix)
    if len(shop_id) > room:
        raise InvalidRecordError(
            "mapping.customer_code_too_long",
            prefix=prefix,
            shop_id=shop_id,
            length=length,
            needed=len(prefix) + len(shop_id),
        )
    return prefix + shop_id.rjust(room, "0")
