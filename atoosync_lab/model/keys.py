"""Keys by which records of two systems are recognised as the same."""

from __future__ import annotations

import unicodedata


def product_key(reference: str | None) -> str:
    """Product key: the reference without surrounding spaces, case kept (ART-05)."""
    return (reference or "").strip()


GUEST = "order-"
"""Beginning of the key of a buyer without an account."""


def guest_key(order_id: str) -> str:
    """Key of a buyer without an account: one buyer an order (PB-16)."""
    return GUEST + order_id


def email_key(email: str | None) -> str:
    """E-mail in the form in which two of them are compared: trimmed, lower case."""
    return unicodedata.normalize("NFC", (email or "").strip()).casefold()


def digits(text: str | None) -> str:
    """Only the digits of a SIRET, SIREN or phone."""
    return "".join(c for c in text or "" if c.isdecimal())


def whole_number(text: str | None) -> int | None:
    """A number of plain digits, as remote ids are; None for anything else, other writings of digits included."""
    if text and len(text) < 19 and text.isascii() and text.isdigit():
        return int(text)
    return None


def vat_number_key(text: str | None) -> str:
    """VAT number without spaces, dots and dashes, upper case."""
    return "".join(c for c in (text or "").upper() if c.isalnum())
