r"""Reads RTF into paragraphs of styled runs (ART-06). Never raises: malformed text is read as far as it makes sense.

Source: Rich Text Format specification 1.9.1 (control words, destinations, `\u` with `\uc` fallback, font charsets).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace
from typing import Final

from atoosync_lab.mapping.rtf_words import CHARACTERS, CHARSETS, IGNORED, SYMBOLS

_TOKEN: Final = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    r"|\\'(?P<hex>[0-9a-fA-F]{2})"
    r"|\\(?P<symbol>.)"
    r"|(?P<brace>[{}])"
    r"|(?P<newline>[\r\n]+)"
    r"|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
_FLAGS: Final = {
    "b": "bold",
    "i": "italic",
    "ul": "underline",
    "ulw": "underline",
    "uld": "underline",
    "uldb": "underline",
}
_MAX_DEPTH: Final = 500


@dataclass(frozen=True, slots=True)
class Style:
    """How a run is written."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    raised: str = ""
    """`sup`, `sub` or empty."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one style; a line feed is a line break inside the paragraph."""

    text: str
    style: Style


@dataclass(slots=True)
class Paragraph:
    """One paragraph; `bullet` is `ul` or `ol` for an item of a list."""

    runs: list[Run] = field(default_factory=list)
    bullet: str = ""

    def add(self, text: str, style: Style) -> None:
        """Append text, joined with the run before when the style is the same."""
        if self.runs and self.runs[-1].style == style:
            text = self.runs.pop().text + text
        self.runs.append(Run(text, style))


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and what ends with it."""

    style: Style = Style()
    ignored: bool = False
    hidden: bool = False
    fonts: bool = False
    """Inside the font table."""
    label: bool = False
    """Inside the printed bullet or number of a list item."""
    skip: int = 1
    """Characters that stand in for a Unicode character in readers without Unicode."""
    font: int | None = None


class RtfReader:
    """Reads one RTF text; use it once."""

    def __init__(self, source: str) -> None:
        self.malformed = False
        """Braces, escapes or characters were wrong; what is left is the best reading."""
        self.paragraphs: list[Paragraph] = []
        self._source = source
        self._paragraph = Paragraph()
        self._state = _State()
        self._stack: list[_State] = []
        self._codec = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font_defined: int | None = None
        self._default_font: int | None = None
        self._bytes = bytearray()
        self._high: int | None = None
        self._to_skip = 0
        self._star = False
        self._label = ""

    def read(self) -> list[Paragraph]:
        """The paragraphs, without the empty ones."""
        position, end = 0, len(self._source)
        while position < end:
            token = _TOKEN.match(self._source, position)
            if token is None:  # a lone backslash at the very end
                self.malformed = True
                break
            position = token.end() + self._token(token)
        self._flush()
        if self._stack:
            self.malformed = True
        self._end_paragraph()
        return self.paragraphs

    def _token(self, token: re.Match[str]) -> int:
        """Handle one token; returns how many characters of raw binary follow it."""
        kind = token.lastgroup
        if kind == "hex":
            if not self._skipped():
                self._bytes.append(int(token["hex"], 16))
            return 0
        self._flush()
        if kind == "text":
            self._text(token["text"])
        elif kind == "brace":
            self._to_skip = 0
            self._brace(token["brace"])
        elif kind in ("word", "number"):
            number = int(token["number"]) if token["number"] else None
            if token["word"] == "bin":
                return max(number or 0, 0)
            if not self._skipped():
                self._word(token["word"], number)
        elif kind == "symbol" and not self._skipped():
            self._symbol(token["symbol"])
        return 0

    def _skipped(self) -> bool:
        r"""This token is the fallback of a `\u` before it."""
        if self._to_skip:
            self._to_skip -= 1
            return True
        return False

    def _text(self, text: str) -> None:
        if self._to_skip:
            dropped = min(self._to_skip, len(text))
            text = text[dropped:]
            self._to_skip -= dropped
        self._put(text)

    def _brace(self, brace: str) -> None:
        self._star = False
        if brace == "{":
            if len(self._stack) < _MAX_DEPTH:
                self._stack.append(self._state)
            else:
                self.malformed = True
        elif self._stack:
            if self._state.label and not self._stack[-1].label:
                self._paragraph.bullet = "ol" if any(c.isalnum() and c.isascii() for c in self._label) else "ul"
                self._label = ""
            self._state = self._stack.pop()
        else:
            self.malformed = True

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._star = True
        elif symbol in "\r\n":
            self._end_paragraph()
        elif symbol in SYMBOLS:
            self._put(SYMBOLS[symbol])
        elif symbol == "'":
            self.malformed = True
        elif symbol == "\t":
            self._put(" ")

    def _word(self, word: str, number: int | None) -> None:
        if self._star or word in IGNORED:
            self._star = False
            self._state = replace(self._state, ignored=True, fonts=word == "fonttbl")
        elif word in ("pntext", "listtext"):
            self._state, self._label = replace(self._state, label=True), ""
        elif self._state.fonts:
            self._font_word(word, number)
        elif word == "u" and number is not None:
            self._unicode(number % 65536)
            self._to_skip = self._state.skip
        elif word == "uc":
            self._state = replace(self._state, skip=min(max(number or 0, 0), 100))
        elif word == "ansicpg" and number:
            self._codec = _known(f"cp{number}") or self._codec
        elif word in ("mac", "pc", "pca"):
            self._codec = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word == "deff":
            self._default_font = number
        elif word == "f":
            self._state = replace(self._state, font=number)
        elif word == "v":
            self._state = replace(self._state, hidden=number != 0)
        elif word in CHARACTERS:
            self._put(CHARACTERS[word])
        elif not self._state.ignored:
            self._layout(word, number)

    def _font_word(self, word: str, number: int | None) -> None:
        if word == "f":
            self._font_defined = number
        elif word == "fcharset" and self._font_defined is not None and number in CHARSETS:
            self._fonts[self._font_defined] = CHARSETS[number]

    def _layout(self, word: str, number: int | None) -> None:
        style = self._state.style
        if word in ("par", "sect", "page", "row", "nestrow"):
            self._end_paragraph()
        elif word in ("cell", "nestcell"):
            self._put(" | ")
        elif word in _FLAGS:
            style = _flagged(style, _FLAGS[word], number != 0)
        elif word == "ulnone":
            style = replace(style, underline=False)
        elif word in ("super", "sub"):
            style = replace(style, raised="" if number == 0 else {"super": "sup", "sub": "sub"}[word])
        elif word == "nosupersub":
            style = replace(style, raised="")
        elif word == "plain":
            style = Style()
            self._state = replace(self._state, hidden=False, font=None)
        if style is not self._state.style:
            self._state = replace(self._state, style=style)

    def _unicode(self, unit: int) -> None:
        if 0xD800 <= unit < 0xDC00:
            self._high = unit
            return
        if 0xDC00 <= unit < 0xE000:
            if self._high is not None:
                self._put(chr(0x10000 + ((self._high - 0xD800) << 10) + unit - 0xDC00))
            else:
                self.malformed = True
            self._high = None
            return
        self._put(chr(unit))

    def _put(self, text: str) -> None:
        if not text or self._state.ignored or self._state.hidden:
            return
        if self._state.label:
            self._label += text
        else:
            self._paragraph.add(text, self._state.style)

    def _flush(self) -> None:
        """Decode the bytes gathered: several may make one character."""
        if self._bytes:
            font = self._state.font if self._state.font is not None else self._default_font
            codec = self._codec if font is None else self._fonts.get(font, self._codec)
            # The default charset of a font means the document's own code page.
            codec = self._codec if codec == "cp1252" else codec
            text = self._bytes.decode(codec, errors="replace")
            self._bytes.clear()
            self._put(text.replace("\ufffd", " "))

    def _end_paragraph(self) -> None:
        if any(run.text.strip(" |\n\t") for run in self._paragraph.runs):
            self.paragraphs.append(self._paragraph)
        self._paragraph = Paragraph()


def _flagged(style: Style, flag: str, on: bool) -> Style:
    match flag:
        case "bold":
            return replace(style, bold=on)
        case "italic":
            return replace(style, italic=on)
        case _:
            return replace(style, underline=on)


def _known(codec: str) -> str:
    try:
        return codecs.lookup(codec).name
    except LookupError:
        return ""
