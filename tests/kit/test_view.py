"""A surface hears what its page offers and nothing else; what goes wrong becomes a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from atoosync_lab.kit.choices import Choice, options
from atoosync_lab.kit.links import notebook
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.pieces import Start, button, starts
from atoosync_lab.kit.stack import Stack
from atoosync_lab.kit.view import LONGEST, View
from atoosync_lab.model.errors import SettingsError


def tell(view: View, **content: Any) -> None:
    view._received(view, content, [])


def test_known_actions_and_shown_fields_are_heard_in_order() -> None:
    heard: list[tuple[str, str]] = []
    page = tag("input", data_at_field="articles.prices", data_at_key="p")
    view = View(page, {"save": lambda value: heard.append(("save", value))}, lambda *said: heard.append(said))
    tell(view, field="articles.prices", value="12")
    tell(view, do="save", value="")
    assert heard == [("articles.prices", "12"), ("save", "")]
    assert view.heard == 2


@pytest.mark.parametrize(
    "content",
    [
        {"do": "drop", "value": "x"},
        {"do": "save"},
        {"do": "save", "value": 3},
        {"do": ["save"], "value": ""},
        {"do": "save", "value": "x" * (LONGEST + 1)},
        {"field": "secret.field", "value": "x"},
        {"field": "a", "value": None},
        {"field": 'a" data-x="', "value": ""},
        {},
    ],
)
def test_anything_that_the_page_does_not_offer_is_dropped(content: dict[str, Any]) -> None:
    heard: list[Any] = []
    view = View(tag("input", data_at_field="a"), {"save": heard.append}, lambda *said: heard.append(said))
    tell(view, **content)
    assert not heard
    assert not view.notice


def test_refusal_shows_its_sentence_and_goes_with_the_next_success() -> None:
    def refuse(_: str) -> None:
        raise SettingsError("kit.grid.empty")

    view = View(Html(""), {"refuse": refuse, "fine": lambda _: None})
    tell(view, do="refuse", value="")
    assert "Pas de données." in view.notice
    tell(view, do="fine", value="")
    assert view.notice == ""


def test_unexpected_error_shows_a_sentence_and_nothing_of_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: str) -> None:
        raise RuntimeError("password=hunter2")

    view = View(Html("<p>page</p>"), {"fail": fail})
    tell(view, do="fail", value="")
    assert "erreur inattendue" in view.notice
    assert view.html == "<p>page</p>"
    said = capsys.readouterr()
    assert "hunter2" not in view.notice + said.out + said.err


def test_stack_of_surfaces_is_readable_in_an_executed_copy() -> None:
    bundle, _ = Stack(View(tag("p", "un")), Stack(View(tag("p", "deux & trois"))))._repr_mimebundle_()
    assert bundle["text/html"] == '<div class="at"><p>un</p><p>deux &amp; trois</p></div>'
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_link_to_a_notebook_opens_it_in_the_lab_and_names_its_file_elsewhere() -> None:
    link = notebook("orders.ipynb", "Relier <la taxe>")
    assert 'href="orders.ipynb"' in link
    assert 'data-commandlinker-command="docmanager:open"' in link
    assert "&lt;la taxe&gt;" in link


def test_options_keep_groups_and_a_value_that_the_list_has_lost() -> None:
    listed = [Choice("a", "Un", group="G"), Choice("b", "Deux", "B", "G"), Choice("c", "Trois")]
    made = options(listed, "perdu")
    assert made.startswith('<option value="perdu" selected>perdu</option><optgroup label="G">')
    assert made.count("selected") == 1
    assert '<option value="b">Deux (B)</option></optgroup><option value="c">Trois</option>' in made


def test_disabled_button_says_why_beside_it() -> None:
    made = button("apply", "Appliquer", why_not="Le plan est périmé.")
    assert "disabled" in made
    assert 'aria-describedby="why-apply-"' in made
    assert '<span id="why-apply-" class="sm t2">Le plan est périmé.</span>' in made


def test_start_that_clashes_says_so_to_everyone() -> None:
    made = starts([("lun. 30 nov.", [Start("08:00", next=True), Start("11:00", clash="même clé EBP")])])
    assert "at-start next" in made
    assert 'title="même clé EBP"' in made
    assert '<span class="at-hidden">, même clé EBP</span>' in made


def test_no_text_becomes_markup() -> None:
    assert join("<b>", tag("i", "<u>", title='"')) == '&lt;b&gt;<i title="&quot;">&lt;u&gt;</i>'
