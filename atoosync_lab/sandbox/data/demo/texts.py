"""Rich texts as the ERP's editor stores them, and small pictures."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

_HEAD = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset0 Arial;}}\viewkind4\uc1\pard\lang1036\f0\fs20 "


def rtf(paragraphs: Sequence[str]) -> str:
    """Paragraphs as RTF: `*word*` is bold, other characters than ASCII as Windows writes them (cp1252 or Unicode)."""
    return _HEAD + r"\par ".join(_escaped(text) for text in paragraphs) + r"\par}"


def _escaped(text: str) -> str:
    parts: list[str] = []
    bold = False
    for letter in text:
        if letter == "*":
            bold = not bold
            parts.append(r"{\b " if bold else "}")
        elif letter in "\\{}":
            parts.append("\\" + letter)
        elif letter.isascii():
            parts.append(letter)
        else:
            try:
                parts.append(f"\\'{letter.encode('cp1252')[0]:02x}")
            except UnicodeEncodeError:
                parts.append(_unicode(letter))
    return "".join(parts)


def _unicode(letter: str) -> str:
    units = struct.unpack(f"<{len(letter.encode('utf-16-le')) // 2}h", letter.encode("utf-16-le"))
    return "".join(f"\\u{unit}?" for unit in units)


def plain(paragraphs: Sequence[str]) -> str:
    """The same paragraphs without formatting, as the ERP keeps them beside."""
    return "\r\n".join(text.replace("*", "") for text in paragraphs)


def picture(red: int, green: int, blue: int, side: int = 24) -> bytes:
    """A square PNG of one colour with a lighter frame.

    Args:
        red: 0 to 255, as the other two.
        green: See `red`.
        blue: See `red`.
        side: Width and height in pixels.
    """
    inner, frame = bytes((red, green, blue)), bytes((red + 255) // 2 for red in (red, green, blue))
    edge = b"\x00" + frame * side
    middle = b"\x00" + frame + inner * (side - 2) + frame
    raw = edge + middle * (side - 2) + edge
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(*part) for part in ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
