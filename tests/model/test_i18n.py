"""Sentences: both languages, figures as each writes them, references untouched."""

from __future__ import annotations

import pytest

from atoosync_lab.model.i18n import Message, translate


@pytest.mark.parametrize(
    ("language", "shown"),
    [("fr", "Règlement de 78,00 pour la commande 1.50."), ("en", "Settlement of 78.00 for order 1.50.")],
)
def test_amounts_follow_the_language_and_references_do_not(language: str, shown: str) -> None:
    assert translate("settlement.new", {"amount": "78", "order": "1.50"}, language) == shown


def test_unknown_code_and_missing_field_stay_visible() -> None:
    assert translate("no.such_code") == "no.such_code"
    assert "{amount}" in Message("settlement.new", {"order": "7"}).text("fr")
