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


def test_fields_and_moments_are_said_in_the_reader_s_language() -> None:
    given = {"plan": "p", "count": 1, "changed": "A-1 (‹field.name@2› ‹field.empty› → x, ‹field.no_such› 1 → 2)"}
    assert "A-1 (Nom (langue 2) vide → x, no_such 1 → 2)" in translate("plan.target_changed", given, "fr")
    assert "A-1 (Name (language 2) empty → x, no_such 1 → 2)" in translate("plan.target_changed", given, "en")
    busy = {"profile": "p", "who": "w", "work": "‹flow.orders›", "since": "2026-11-28T10:20:30.5+00:00"}
    assert "« Import des commandes »" in translate("lease.busy", busy, "fr")
    assert "28/11/2026 " in translate("lease.busy", busy, "fr")
    assert "10:20:30" not in translate("lease.busy", busy, "en")
