"""Every sentence a user may read exists in both languages, with the same facts in it."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from atoosync_lab.connectors import plugins, webhooks
from atoosync_lab.settings.profile import Profile
from tests.repo.scan import literals, placeholders, sentences, uses
from tests.repo.tree import ROOT

PACKAGE = ROOT / "atoosync_lab"
LANGUAGES = ("fr", "en")

# Dotted literals that are no message codes: logger names of the HTTP library.
NOT_SENTENCES = {
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.proxy",
    # Names of the channel between a page and its kernel, and the modules that serve dashboards and webhooks.
    "v1.kernel.websocket.jupyter.org",
    "jupyter.widget.control",
    "atoosync_lab.boards.server",
    "atoosync_lab.door.server",
    # Topics of WooCommerce's webhooks.
    "order.created",
    "order.updated",
    "order.restored",
    "action.atoosync_trial",
    # Groups of entry points.
    "atoosync_lab.erps",
    "atoosync_lab.locales",
    "atoosync_lab.shops",
}
# Rooms whose dotted literals are names of other things: fields of the systems that the sandbox plays.
NOT_SCANNED = {"sandbox", "locale"}
# Where models are named by dotted words, those that begin with the system's name are codes of ours.
MODEL_NAMES = {"connectors/erps/tryton": "tryton."}


def catalogue(language: str) -> dict[str, str]:
    return {code: sentence for _, code, sentence in sentences(PACKAGE / "locale" / language)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_in_the_source_has_a_sentence(language: str) -> None:
    known = catalogue(language)
    found = [use for path in sorted(PACKAGE.rglob("*.py")) for use in uses(path)]
    missing = [f"{use.where}: {use.code}" for use in found if not known.get(use.code)]
    assert not missing, "\n".join(missing)


def settings_paths(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Every path of the profile: `orders.maps.taxes` names a page, it is no sentence."""
    found = set()
    for name, field in model.model_fields.items():
        found.add(prefix + name)
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= settings_paths(kind, f"{prefix}{name}.")
    return found


def test_every_literal_that_looks_like_a_code_has_a_sentence() -> None:
    systems = (*plugins.shops().values(), *(plugins.erp(name) for name in plugins.erp_names()))
    secrets = {field.name for plugin in systems for field in plugin.secrets} | {webhooks.SECRET}
    known = catalogue("fr").keys() | settings_paths(Profile) | NOT_SENTENCES | secrets
    missing = {
        f"{code} ({where})"
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in NOT_SCANNED
        for code, where in literals(path)
        if code not in known and ours(path, code)
    }
    assert not missing, "\n".join(sorted(missing))


def ours(path: Path, code: str) -> bool:
    begins = MODEL_NAMES.get(path.parent.relative_to(PACKAGE).as_posix())
    return begins is None or code.startswith(begins)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_waits_for_a_fact_that_its_call_does_not_give(language: str) -> None:
    known = catalogue(language)
    wrong = [
        f"{use.where}: {use.code} lacks {sorted(lacking)}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for use in uses(path)
        if use.fields is not None and (lacking := placeholders(known.get(use.code, "")) - use.fields)
    ]
    assert not wrong, "\n".join(wrong)


def test_both_languages_have_the_same_codes() -> None:
    french, english = (catalogue(language).keys() for language in LANGUAGES)
    assert french, "no sentence at all"
    assert french == english


def test_both_languages_state_the_same_facts() -> None:
    french, english = (catalogue(language) for language in LANGUAGES)
    differing = [
        code for code in french.keys() & english.keys() if placeholders(french[code]) != placeholders(english[code])
    ]
    assert not differing


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_is_empty_or_written_twice(language: str) -> None:
    seen: dict[str, str] = {}
    for file, code, sentence in sentences(PACKAGE / "locale" / language):
        assert sentence.strip(), f"{file}: {code} has no sentence"
        assert code not in seen, f"{code} is in {seen[code]} and in {file}"
        seen[code] = file


def test_scan_reads_codes_and_fields_of_errors_messages_and_reasons(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text(
        "raise errors.RefusedError('a.refused', facts=f, name=n)\n"
        "raise ValueError('not a code')\n"
        "Message('b.said', {'count': 1})\n"
        "Message('b.loose', params)\n"
        "row(reason='c.unchanged')\n"
    )
    found = {use.code: use.fields for use in uses(source)}
    assert found == {
        "a.refused": frozenset({"name"}),
        "b.said": frozenset({"count"}),
        "b.loose": None,
        "c.unchanged": None,
    }


def test_scan_finds_codes_inside_sql_but_no_crash_points_aliases_or_files(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text(
        "x = \"CASE WHEN p.ok THEN 'product.new' END\"\npoint('a_point.before')\ny = 'store.sqlite'\nz = 'p.key'\n"
    )
    assert [code for code, _ in literals(source)] == ["product.new"]
