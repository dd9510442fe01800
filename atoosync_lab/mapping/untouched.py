"""Texts that the shop accepts as the ERP holds them, recognised in SQL: most of a catalogue needs no reading at all.

The same answer as `texts.clean`, for texts of harmless characters only: letters, figures, usual signs, single blanks,
and in HTML the simplest layout. All others are left to `texts.clean`.
"""

from __future__ import annotations

import re

from atoosync_lab.mapping.texts import TextRules

_SIGNS = ".,:!?'’\"()/+*%°_@$€£«»…•×±®™©§µ–—-"
"""Signs that no reader and no writer changes; `< > & { } [ ] | ; = #` and the backslash are not among them."""
_WORDS = r"[^<>\n]+"
_INLINE = (
    rf"(?:{_WORDS}|<br>|" + "|".join(rf"<{tag}>{_WORDS}</{tag}>" for tag in ("strong", "em", "b", "i", "u")) + ")+"
)
_BLOCK = rf"(?:<p>{_INLINE}</p>|<ul>(?:<li>{_INLINE}</li>)+</ul>)"
_LAYOUT = rf"{_BLOCK}(?:\n?{_BLOCK})*"
"""Paragraphs and lists of words with plain emphasis, nothing in one another that HTML would move."""
_GARBLED = ("Ã", "â€", "â‚")
"""Beginnings of what `characters.looks_garbled` reports."""


def untouched_sql(rules: TextRules, raw: str) -> str:
    """SQL: `clean` gives the text `raw` as it is, or as one paragraph of HTML; see `as_is_sql`.

    Args:
        rules: limits of the shop's field.
        raw: SQL of the ERP's text, never NULL.
    """
    if any(char.isalnum() or char == " " for char in rules.forbidden):
        return "FALSE"
    harmless = rf"[\p{{L}}\p{{N}} {_class(rules.forbidden)}]*"
    length = f"length({raw})"
    line = f"NOT contains({raw}, '  ') AND NOT starts_with({raw}, ' ') AND NOT ends_with({raw}, ' ')"
    checks = [_matches(raw, harmless), line]
    if rules.html:
        # Two small patterns are many times faster than one that holds the letters of all the world in every place.
        signs = rf"[\p{{L}}\p{{N}} \n<>{_class(rules.forbidden)}]*"
        checks = [
            f"CASE WHEN starts_with({raw}, '<') THEN {_matches(raw, signs)} AND {_matches(raw, _LAYOUT)}"
            f" ELSE {_matches(raw, harmless)} AND {line} END"
        ]
        length += " + 7"
    if rules.max_length is not None:
        checks.insert(0, f"{length} <= {rules.max_length}")
    checks += [f"NOT contains({raw}, '{start}')" for start in _GARBLED]
    return f"({raw} = '' OR ({' AND '.join(checks)}))"


def _matches(raw: str, pattern: str) -> str:
    quoted = pattern.replace("'", "''")
    return f"regexp_full_match({raw}, '{quoted}')"


def as_is_sql(rules: TextRules, raw: str) -> str:
    """SQL of what the shop gets of a text for which `untouched_sql` is true."""
    if not rules.html:
        return raw
    return f"CASE WHEN {raw} = '' OR starts_with({raw}, '<') THEN {raw} ELSE '<p>' || {raw} || '</p>' END"


def _class(forbidden: str) -> str:
    return "".join(re.escape(char) for char in _SIGNS if char not in forbidden)
