"""Sentences that a plug-in brings: for its own ids alone, never in the place of the house's."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atoosync_lab.model import i18n
from atoosync_lab.model.i18n import Message, translate

Bring = Callable[..., None]


@pytest.fixture
def bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bring]:
    """Install a package that brings a catalogue: its entry point, and what its file holds."""

    def install(name: str, catalogue: str, *, package: str = "", starts: str = "") -> None:
        package = package or f"strange_{name}"
        folder = tmp_path / f"strange_{name}"
        (folder / "words" / "fr").mkdir(parents=True)
        (folder / "__init__.py").write_text(starts)
        (folder / "words" / "fr" / "x.po").write_text(catalogue, encoding="utf-8")
        told = tmp_path / f"strange_{name}-1.0.dist-info"
        told.mkdir()
        (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: strange-{name}\nVersion: 1.0\n")
        (told / "entry_points.txt").write_text(f"[{i18n.LOCALES_GROUP}]\n{name} = {package}.words\n")

    monkeypatch.syspath_prepend(str(tmp_path))
    i18n._brought.cache_clear()
    yield install
    i18n._brought.cache_clear()
    for module in [name for name in sys.modules if name.startswith("strange_")]:
        del sys.modules[module]


def entry(code: str, sentence: str) -> str:
    return f'msgid "{code}"\nmsgstr "{sentence}"\n\n'


@pytest.mark.spec("BEY-11")
def test_plug_in_brings_its_sentences_with_their_fields(bring: Bring) -> None:
    bring("almanach", entry("almanach.refused", "L’almanach refuse {record} à {price}."))
    assert Message("almanach.refused", {"record": "A-1", "price": "3.5"}).text("fr") == "L’almanach refuse A-1 à 3,50."
    # Not said in English: the id stays visible, as any other without a sentence.
    assert translate("almanach.refused", language="en") == "almanach.refused"


@pytest.mark.spec("BEY-11")
def test_plug_in_speaks_for_itself_alone(bring: Bring) -> None:
    ours = translate("settlement.new", {"amount": "1", "order": "2"}, "fr")
    words = entry("settlement.new", "Autre") + entry("settlement.late", "Autre") + entry("almanach.ok", "Bien")
    bring("almanach", words)
    assert translate("settlement.new", {"amount": "1", "order": "2"}, "fr") == ours
    assert translate("settlement.late", language="fr") == "settlement.late"
    assert translate("almanach.ok", language="fr") == "Bien"


@pytest.mark.spec("BEY-11")
@pytest.mark.parametrize(
    "broken",
    [
        {"catalogue": "msgid no quotes"},
        {"catalogue": "", "package": "no_such_package"},
        {"catalogue": "", "starts": "raise RuntimeError('not today')"},
    ],
    ids=["unreadable catalogue", "no package", "package that does not import"],
)
def test_broken_catalogue_of_one_leaves_the_words_of_the_others(
    bring: Bring, broken: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    bring("almanach", entry("almanach.ok", "Bien"))
    bring("bazar", **broken)
    with caplog.at_level(logging.WARNING):
        assert translate("almanach.ok", language="fr") == "Bien"
        assert translate("bazar.ok", language="fr") == "bazar.ok"
    assert "bazar" in caplog.text
