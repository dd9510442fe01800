"""Texts for people: message ids are stable English codes, sentences live in gettext catalogues.

French is the default language, English is complete. A catalogue is split into one `.po` file a room
(`atoosync_lab/locale/<language>/<room>.po`), merged when a language is first used. Sentences use named `{fields}`.

A plug-in brings its own sentences: under the entry point group `atoosync_lab.locales` it names the package that holds
them, `<language>/*.po` inside. They are read when the house has no sentence for an id, without importing the plug-in.
"""

from __future__ import annotations

import gettext
import io
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
LOCALES_GROUP = "atoosync_lab.locales"
"""Entry points of packages with sentences; the name is the prefix of their ids (`carnet`: `carnet.key_refused`)."""
LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "fr"

_log = logging.getLogger(__name__)


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
    merged._catalog = _read(LOCALE_DIR / language, language)  # type: ignore[attr-defined]
    return merged


def _read(folder: Path, language: str) -> dict[Any, str]:
    """Sentences by id of all catalogues in a folder.

    Raises:
        PoFileError: one is no catalogue.
    """
    found: dict[Any, str] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as source:
            compiled = io.BytesIO()
            write_mo(compiled, read_po(source, locale=language, abort_invalid=True))
        compiled.seek(0)
        found |= gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    return found


@cache
def _brought(language: str) -> Mapping[str, str]:
    """Sentences by id that plug-ins bring; each only for ids that begin with its own name."""
    found: dict[str, str] = {}
    for entry in entry_points(group=LOCALES_GROUP):
        try:
            sentences = [pair for folder in _folders(entry) for pair in _read(folder / language, language).items()]
        except Exception:  # noqa: BLE001 a stranger's package is imported here
            # Its ids are shown as they are: what a person was to be told must not be lost over its wording.
            _log.warning("the sentences of plug-in %s (%s) cannot be read", entry.name, entry.value, exc_info=True)
            continue
        found |= {code: text for code, text in sentences if str(code).startswith(f"{entry.name}.")}
    return found


def _folders(entry: EntryPoint) -> list[Path]:
    """Where a package with sentences lies.

    Raises:
        ModuleNotFoundError: there is no such package.
    """
    spec = find_spec(entry.value)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"no package {entry.value!r}")
    return [Path(place) for place in spec.submodule_search_locations]


def _sentence(code: str, language: str) -> str:
    """The sentence of an id, its fields not filled in; the id itself where nobody has one."""
    found = catalogue(language).gettext(code)
    return found if found != code else _brought(language).get(code, code)


def current_language() -> str:
    """Language of this process: `ATOOSYNC_LANG`, else French."""
    wanted = os.environ.get("ATOOSYNC_LANG", DEFAULT_LANGUAGE)[:2].lower()
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


def translate(code: str, params: Mapping[str, Any] | None = None, language: str | None = None) -> str:
    """The sentence of a message id in a language, its fields filled in. An id without sentence is returned as it is."""
    chosen = language or current_language()
    sentence = _sentence(code, chosen)
    if not params:
        return sentence
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
DAYS = frozenset({"planned_day", "actual_day"})
"""Fields that are days in ISO form."""


def _shown(name: str, value: Any, language: str) -> str:
    """A field's value as people of that language write it."""
    if value is None:
        return ""
    text = str(value)
    if name in WORDED:
        return _WORD.sub(lambda found: _named(found, language), text)
    if name in MOMENTS:
        return _moment(text, language)
    if name in DAYS:
        return _day(text, language)
    if name not in AMOUNTS | NUMBERS or not _NUMBER.fullmatch(text):
        return text
    whole, _, decimals = text.partition(".")
    if name in AMOUNTS:
        decimals = decimals.ljust(2, "0")
    mark = "," if language == "fr" else "."
    return f"{whole}{mark}{decimals}" if decimals else whole


def _named(found: re.Match[str], language: str) -> str:
    code, shop_language = found[1], found[2]
    word = _sentence(code, language)
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


def _day(text: str, language: str) -> str:
    """A day as people of that language write it; a text that is none as it is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day:%d/%m/%Y}" if language == "fr" else f"{day:%d %b %Y}"


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
