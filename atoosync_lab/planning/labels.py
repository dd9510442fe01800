"""Names of plan fields as people read them."""

from __future__ import annotations

from atoosync_lab.model.i18n import translate


def field_name(field: str, language: str | None = None) -> str:
    """`price_excl_tax` is « Prix HT »; `name@2` is « Nom (langue 2) »; an unknown field keeps its own name."""
    base, _, shop_language = field.partition("@")
    code = f"field.{base}"
    word = translate(code, None, language)
    if word == code:
        word = base
    if shop_language:
        return translate("field.in_language", {"field": word, "language": shop_language}, language)
    return word
