"""Texts for people: message ids are stable English codes, sentences live in gettext catalogues.

French is the default language, English is complete. A catalogue is split into one `.po` file a room
(`atoosync_lab/locale/<language>/<room>.po`), merged when a language is first used. Sentences use named `{fields}`.
"""

from __future__ import annotations

import gettext
import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "fr"


class _Missing(dict[str, str]):
    """Leaves an unknown field visible instead of failing while a message is shown."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def catalogue(language: str) -> gettext.GNUTranslations:
    """The merged catalogue of a language.

    Raises:
        ValueError: the language has no catalogue.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no catalogue for language {language!r}; available: {', '.join(LANGUAGES)}")
    merged = gettext.GNUTranslations()
    # Asked for whenever an id has no sentence; an empty translations object lacks it.
    merged.plural = lambda n: int(n != 1)  # type: ignore[attr-defined]
    for path in sorted((LOCALE_DIR / language).glob("*.po")):
        with path.open("rb") as source:
            compiled = io.BytesIO()
            write_mo(compiled, read_po(source, locale=language))
        compiled.seek(0)
        part = gettext.GNUTranslations(compiled)
        merged._catalog = {**getattr(merged, "_catalog", {}), **part._catalog}  # type: ignore[attr-defined]
    return merged


def current_language() -> str:
    """Language of this process: `ATOOSYNC_LANG`, else French."""
    wanted = os.environ.get("ATOOSYNC_LANG", DEFAULT_LANGUAGE)[:2].lower()
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


def translate(code: str, params: Mapping[str, Any] | None = None, language: str | None = None) -> str:
    """The sentence of a message id in a language, its fields filled in. An id without sentence is returned as it is."""
    sentence = catalogue(language or current_language()).gettext(code)
    if not params:
        return sentence
    chosen = language or current_language()
    return sentence.format_map(_Missing({k: _shown(k, v, chosen) for k, v in params.items()}))


AMOUNTS = frozenset(
    {
        "amount", "actual", "planned", "charged", "price", "difference", "explained", "unexplained", "missing_amount",
        "ceiling",
    }
)  # fmt: skip
"""Fields of sentences that are amounts: written with two decimals at least, as the language writes them."""
NUMBERS = frozenset({"rate", "minutes", "seconds"})
"""Fields that are numbers. References and codes are never touched, whatever they look like."""
_NUMBER = re.compile(r"[+\-−]?\d+(\.\d+)?")
WORDED = frozenset({"changed", "work"})
"""Fields whose text names things by message id, as `‹field.price_excl_tax›` or `‹field.name@2›` (a language of the
shop): each is said in the reader's language, and one without a sentence by its own name."""
_WORD = re.compile(r"‹([A-Za-z0-9_./-]+)(?:@([A-Za-z0-9_-]+))?›")
MOMENTS = frozenset({"since", "applied_at"})
"""Fields that are moments in ISO form: written by the clock of this machine's zone."""


def _shown(name: str, value: Any, language: str) -> str:
    """A field's value as people of that language write it."""
    if value is None:
        return ""
    text = str(value)
    if name in WORDED:
        return _WORD.sub(lambda found: _named(found, language), text)
    if name in MOMENTS:
        return _moment(text, language)
    if name not in AMOUNTS | NUMBERS or not _NUMBER.fullmatch(text):
        return text
    whole, _, decimals = text.partition(".")
    if name in AMOUNTS:
        decimals = decimals.ljust(2, "0")
    mark = "," if language == "fr" else "."
    return f"{whole}{mark}{decimals}" if decimals else whole


def _named(found: re.Match[str], language: str) -> str:
    code, shop_language = found[1], found[2]
    word = catalogue(language).gettext(code)
    if word == code:
        # No sentence: the last part is the field's own name.
        word = code.removesuffix(".label").rpartition(".")[2]
    if shop_language:
        word = translate("field.in_language", {"field": word, "language": shop_language}, language)
    return word


def _moment(text: str, language: str) -> str:
    """A moment as people of that language write it; a text that is none (a date shown already) as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if at.tzinfo is None:
        return text
    return f"{at.astimezone():%d/%m/%Y %H:%M}" if language == "fr" else f"{at.astimezone():%d %b %Y %H:%M}"


@dataclass(frozen=True, slots=True)
class Message:
    """A message id with its facts; becomes a sentence only when a person reads it."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str | None = None) -> str:
        """The sentence in `language` (default: the process's language)."""
        return translate(self.code, self.params, language)

    def __str__(self) -> str:
        return self.text()
