"""Words of RTF 1.9.1 as tables: what is ignored, what stands for a character, which bytes a font writes."""

from __future__ import annotations

from typing import Final

IGNORED: Final = frozenset(
    [
        "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "objdata", "header", "headerl", "headerr",
        "headerf", "footer", "footerl", "footerr", "footerf", "footnote", "annotation", "fldinst", "filetbl", "revtbl",
        "listtable", "listoverridetable", "rsidtbl", "generator", "themedata", "colorschememapping", "datastore",
        "latentstyles", "xmlnstbl", "nonshppict", "bkmkstart", "bkmkend", "pntxta", "pntxtb", "mmathPr", "tc", "xe",
    ]
)  # fmt: skip
"""Destinations whose text is no part of the document."""

CHARACTERS: Final = {
    "tab": " ", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "line": "\n",
}  # fmt: skip
"""Control words that stand for a text."""

SYMBOLS: Final = {"~": "\u00a0", "_": "\u2011", "\\": "\\", "{": "{", "}": "}"}
"""Escaped characters."""

CHARSETS: Final = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
"""Font charset -> Python codec."""
