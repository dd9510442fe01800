"""Characters that break other systems: control characters, half pairs, wrongly decoded bytes (PB-32)."""

from __future__ import annotations

import re

# C0 and C1 controls but tab and line feed, lone surrogates, and the two non-characters that XML 1.0 forbids.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")
_GARBLED = re.compile("(?:Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]|â‚¬|â€[™œ\u009d“”¦])")


def without_controls(text: str) -> str:
    """The text with each control character replaced by a blank; tab and line feed stay, CR LF becomes LF."""
    if text.isprintable():
        return text
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def without_four_bytes(text: str) -> str:
    """The text without characters that need four bytes in UTF-8, for systems that cannot store them."""
    return _FOUR_BYTES.sub("", text)


def looks_garbled(text: str) -> bool:
    """The text seems to be UTF-8 that was once read as cp1252 (`CafÃ©`). It is reported, never repaired by guess."""
    return _GARBLED.search(text) is not None
