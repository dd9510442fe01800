"""ERP texts as clean HTML or plain text: RTF, HTML or plain, whichever the ERP holds (ART-06)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import cached_property
from typing import Final

import nh3

from atoosync_lab.mapping.characters import without_controls
from atoosync_lab.mapping.rtf_reader import Paragraph, RtfReader, Run, Style

TAGS: Final = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
"""What survives in a text: layout, no script, no style, no form."""

_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_CLEANER: Final = nh3.Cleaner(tags=set(TAGS), attributes=_ATTRIBUTES, link_rel=None)
_STRIPPER: Final = nh3.Cleaner(tags=set())
_IS_HTML: Final = re.compile(
    rf"</?(?:{'|'.join(sorted(TAGS, key=len, reverse=True))}|html|body|font)(?:\s[^<>]*)?/?>", re.I
)
_BLOCK_END: Final = re.compile(r"(?:<br\s*/?>|</(?:p|div|li|h[1-6]|tr|blockquote|pre)>)\s*", re.I)
_CELL_END: Final = re.compile(r"</t[dh]>\s*(?=<t[dh])", re.I)
_LINE_END: Final = re.compile(r" *\n *")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class Converted:
    """A text read from the ERP; each form is made when it is first asked for, as most fields need one only.

    Args:
        html: makes the clean HTML.
        text: makes the text without markup.
        malformed: it was RTF with errors: this is the best reading.
    """

    def __init__(self, html: Callable[[], str], text: Callable[[], str], malformed: bool = False) -> None:
        self._html, self._text = html, text
        self.malformed = malformed

    @cached_property
    def html(self) -> str:
        """Clean HTML."""
        return self._html()

    @cached_property
    def text(self) -> str:
        """Without any markup; paragraphs and lines on lines of their own."""
        return self._text()


def is_rtf(text: str) -> bool:
    """The text is RTF."""
    return text.lstrip("\ufeff\x00 \t\r\n").startswith("{\\rtf")


def convert(text: str) -> Converted:
    """The text as HTML and as plain text; never raises, whatever the text is."""
    if is_rtf(text):
        reader = RtfReader(text.lstrip("\ufeff\x00 \t\r\n").rstrip("\x00 \t\r\n"))
        paragraphs = reader.read()
        return Converted(
            lambda: clean_html(_markup(paragraphs)),
            lambda: without_controls("\n".join(line for p in paragraphs if (line := _plain(p)))),
            reader.malformed,
        )
    text = without_controls(text)
    if _IS_HTML.search(text):
        clean = clean_html(text)
        return Converted(lambda: clean, lambda: _without_tags(clean))
    text = text.strip()
    return Converted(lambda: clean_html(_paragraphs(text)), lambda: text)


def _paragraphs(text: str) -> str:
    """Plain text as HTML: blank lines part paragraphs, other line ends stay line ends."""
    blocks = (html.escape(block.strip(), quote=False) for block in _BLANK_LINES.split(text))
    return "".join(f"<p>{_LINE_END.sub('<br>', block)}</p>" for block in blocks if block)


def to_html(text: str) -> str:
    """The text as clean HTML; empty for a text without content."""
    return convert(text).html


def to_text(text: str) -> str:
    """The text without any markup, for names and titles."""
    return convert(text).text


def clean_html(text: str) -> str:
    """HTML with nothing but layout; cleaning it again changes nothing."""
    for _ in range(5):
        # Character references may hide control characters, and a second reading may see the text otherwise.
        clean = without_controls(_CLEANER.clean(without_controls(text))).strip()
        if clean == text:
            break
        text = clean
    return text


def _without_tags(clean: str) -> str:
    spaced = _BLOCK_END.sub(lambda found: found[0].rstrip() + "\n", _CELL_END.sub("</td> ", clean))
    text = without_controls(html.unescape(_STRIPPER.clean(spaced)))
    return "\n".join(line for raw in text.split("\n") if (line := " ".join(raw.split(" ")).strip(" \t")))


def _trimmed(runs: list[Run]) -> list[Run]:
    """Runs without blanks and empty cells at both ends of the paragraph."""
    kept = list(runs)
    while kept and not (first := kept[0].text.lstrip(" |\n\t")):
        kept.pop(0)
    if kept:
        kept[0] = Run(first, kept[0].style)
    while kept and not (last := kept[-1].text.rstrip(" |\n\t")):
        kept.pop()
    if kept:
        kept[-1] = Run(last, kept[-1].style)
    return kept


def _plain(paragraph: Paragraph) -> str:
    return "".join(run.text for run in _trimmed(paragraph.runs))


def _markup(paragraphs: list[Paragraph]) -> str:
    parts: list[str] = []
    open_list = ""
    for paragraph in paragraphs:
        if paragraph.bullet != open_list:
            parts.append(f"</{open_list}>" if open_list else "")
            parts.append(f"<{paragraph.bullet}>" if paragraph.bullet else "")
            open_list = paragraph.bullet
        tag = "li" if open_list else "p"
        parts.append(f"<{tag}>{''.join(_run(run) for run in _trimmed(paragraph.runs))}</{tag}>")
    parts.append(f"</{open_list}>" if open_list else "")
    return "".join(parts)


def _run(run: Run) -> str:
    text = html.escape(run.text, quote=False).replace("\n", "<br>")
    if not text.strip():
        return text
    for tag in reversed(_tags(run.style)):
        text = f"<{tag}>{text}</{tag}>"
    return text


def _tags(style: Style) -> list[str]:
    tags = [("strong", style.bold), ("em", style.italic), ("u", style.underline), (style.raised, bool(style.raised))]
    return [tag for tag, wanted in tags if wanted]
