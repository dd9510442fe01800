"""Texts by language, VAT by rate, the effect before saving, and what stays when blocks change or two people save."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.workbench import articles_fields as fields
from atoosync_lab.workbench import articles_page
from atoosync_lab.workbench.articles_page import ArticlesPage, ArticlesParameters
from atoosync_lab.workbench.articles_texts import TextsCard
from tests.workbench.articles_home import FOREIGN, click, furnished, only, saved, session, type_in

__all__ = ["furnished", "session"]

NAME, DESCRIPTION = f"{fields.TEXTS}.name", f"{fields.TEXTS}.description"
ENGLISH = f"{fields.LANGUAGES}.2"


def texts(page: ArticlesPage) -> TextsCard:
    card = only(page, "texts")
    assert isinstance(card, TextsCard)
    return card


def rows(card: TextsCard) -> dict[str, dict[str, object]]:
    found = {row["id"]: row for row in json.loads(card.grid.rows)}
    return {name: {**row, **card.grid.overlay.get(name, {})} for name, row in found.items()}


def choose(card: TextsCard, name: str, value: str) -> None:
    """What the browser sends when a field is picked."""
    card.grid.changes = {**card.grid.changes, name: {"field": value}}


@pytest.mark.spec("ART-06")
def test_texts_are_chosen_beside_what_a_real_article_holds(session: Session) -> None:
    card = texts(ArticlesPage(session, "texts"))
    assert rows(card)[NAME]["sample"] == "Miel"
    assert rows(card)[DESCRIPTION]["sample"] == "Miel de lavande", "RTF is read, not shown"
    listed = {choice["value"]: choice for choice in card.grid.choices["field"]["choices"]}
    assert listed["xx_Marque"]["sample"] == "Moulin"
    assert listed["xx_Marque"]["note"] == "xx_Marque"
    assert listed["xx_Marque"]["group"] != listed["Caption"]["group"]
    assert listed[""]["label"] == "Aucun"
    choose(card, f"{fields.TEXTS}.meta_title", "xx_MetaTitle")
    assert rows(card)[f"{fields.TEXTS}.meta_title"]["sample"] == FOREIGN
    assert "À enregistrer" in str(rows(card)[f"{fields.TEXTS}.meta_title"]["state"])
    assert saved(session).products.texts.meta_title == ""
    click(card.view, "save")
    assert saved(session).products.texts.meta_title == "xx_MetaTitle"
    assert "Relié" in str(rows(card)[f"{fields.TEXTS}.meta_title"]["state"])
    assert "<img" not in card.widget.html


@pytest.mark.spec("ART-06")
def test_similar_names_are_suggested_first(session: Session) -> None:
    card = texts(ArticlesPage(session, "texts"))
    assert rows(card)[f"{fields.TEXTS}.meta_title"]["field__first"] == ["xx_MetaTitle"]
    assert card.grid.texts["first"] == "Nom proche"


@pytest.mark.spec("ART-06")
def test_name_without_a_field_is_to_be_mapped(session: Session) -> None:
    page = ArticlesPage(session, "texts")
    card = texts(page)
    choose(card, NAME, "")
    assert "Sans nom" in card.grid.errors[NAME]
    click(card.view, "save")
    assert page._state("texts").todo == 1
    assert "1 à relier" in page.page.side.html


@pytest.mark.spec("ART-07")
def test_another_language_is_mapped_alone_and_takes_nothing_of_the_main_one(session: Session) -> None:
    card = texts(ArticlesPage(session, "texts"))
    click(card.head, "language", "2")
    assert set(rows(card)) == {f"{ENGLISH}.{name}" for name in rows_of_main()}
    choose(card, f"{ENGLISH}.name", "Caption")
    click(card.head, "language", "")
    choose(card, DESCRIPTION, "")
    click(card.head, "language", "2")
    assert rows(card)[f"{ENGLISH}.name"]["field"] == "Caption", "kept while another language was shown"
    click(card.view, "save")
    products = saved(session).products
    assert products.texts_by_language["2"].name == "Caption"
    assert products.texts_by_language["2"].description == ""
    assert products.texts.description == ""
    assert products.texts.name == "Caption"


def rows_of_main() -> set[str]:
    return {
        "name",
        "description",
        "description_short",
        "meta_title",
        "meta_description",
        "meta_keywords",
        "link_rewrite",
    }


@pytest.mark.spec("ART-06")
def test_choice_taken_back_is_no_change(session: Session) -> None:
    card = texts(ArticlesPage(session, "texts"))
    choose(card, NAME, "DesCom")
    assert card.form.dirty()
    card.grid.changes = {}
    assert not card.form.dirty()
    choose(card, NAME, "no such field")
    assert not card.form.dirty(), "what the list does not offer is dropped"


@pytest.mark.spec("SVC-06")
def test_field_that_the_erp_no_longer_has_stays_marked(session: Session) -> None:
    profile = session.profile
    listed = tuple(i for i in profile.erp_lists.get(ListName.PRODUCT_FIELDS) if i.id != "DesCom")
    known = {**profile.erp_lists.lists, ListName.PRODUCT_FIELDS: listed}
    session.save(profile.model_copy(update={"erp_lists": profile.erp_lists.model_copy(update={"lists": known})}))
    card = texts(ArticlesPage(session, "texts"))
    assert "N’existe plus" in str(rows(card)[DESCRIPTION]["state"])
    assert "n’existe plus" in card.grid.errors[DESCRIPTION]
    choose(card, f"{fields.TEXTS}.meta_title", "xx_MetaTitle")
    click(card.view, "save")
    assert saved(session).products.texts.description == "DesCom", "kept until somebody chooses another"


@pytest.mark.spec("SEC-04")
def test_two_people_saving_lose_nothing(session: Session) -> None:
    card = texts(ArticlesPage(session, "texts"))
    choose(card, NAME, "DesCom")
    other = Profile.model_validate(
        {**session.profile.model_dump(), "articles": {**saved(session).model_dump(), "update": {"name": True}}}
    )
    session.workspace.profiles.save(other, who="another", expected_revision=1)
    click(card.view, "save")
    assert "another" in card.view.html
    assert saved(session).products.texts.name == "Caption"
    assert rows(card)[NAME]["field"] == "DesCom"
    click(card.view, "reread")
    click(card.view, "save")
    assert saved(session).products.texts.name == "DesCom"
    assert saved(session).update.name, "what the other saved stays"


@pytest.mark.spec("SVC-03", "ART-09")
def test_store_that_fails_loses_nothing(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    card = only(ArticlesPage(session, "brand"), "brand")
    type_in(card, fields.BRAND, "xx_Marque")

    def broken(*_: object, **__: object) -> int:
        raise OSError("no space left")

    monkeypatch.setattr(type(session.workspace.profiles), "save", broken)
    click(card.view, "save")
    assert card.form.text(fields.BRAND) == "xx_Marque"
    assert "fg-block" in card.view.html
    monkeypatch.undo()
    click(card.view, "save")
    assert saved(session).products.brand_field == "xx_Marque"


@pytest.mark.spec("ART-08")
def test_vat_codes_that_articles_carry_wait_first(session: Session) -> None:
    page = ArticlesPage(session)
    assert page.page.shown == "taxes", "the block with something left to map is shown first"
    assert "1 à relier" in page.page.side.html
    assert page.vat is not None
    assert page.vat.draft.order[0] == "TVA55"
    assert page.vat.draft.used("TVA20") == 5
    assert page.vat.draft.suggestions("TVA55", "group") == ("8",)
    page.vat.grid.changes = {"TVA55": {"group": "8"}}
    assert "À enregistrer" in page.page.side.html
    click(page.vat.foot, "save")
    assert saved(session).products.taxes == {"TVA20": "7", "TVA55": "8"}
    assert "à relier" not in page.page.side.html


@pytest.mark.spec("ART-40")
def test_stock_settings_are_saved_as_the_erp_names_them(session: Session) -> None:
    card = only(ArticlesPage(session, "stocks"), "stocks")
    for name, value in (
        ("warehouses::D1", "1"),
        ("warehouses::D2", "1"),
        ("kind", "real_minus_customers"),
        ("default_quantity", "100"),
        ("allow_negative", "1"),
    ):
        type_in(card, f"articles.stocks.{name}", value)
    click(card.view, "save")
    stocks = saved(session).stocks
    assert (stocks.warehouses, stocks.kind.value, stocks.default_quantity, stocks.allow_negative) == (
        ("D1", "D2"),
        "real_minus_customers",
        100,
        True,
    )


@pytest.mark.spec("ART-50")
def test_price_precision_is_one_of_the_decimals_the_shop_keeps(session: Session) -> None:
    card = only(ArticlesPage(session, "prices"), "prices")
    assert [choice.value for choice in fields.decimals()] == ["6", "5", "4", "3", "2", "1", "0"]
    type_in(card, "articles.prices.precision", "9")
    click(card.view, "save")
    assert saved(session).prices.precision == 6
    type_in(card, "articles.prices.precision", "2")
    click(card.view, "save")
    assert saved(session).prices.precision == 2


@pytest.mark.spec("BEY-03")
def test_effect_of_unsaved_changes_is_counted_and_named_without_saving(session: Session) -> None:
    page = ArticlesPage(session, "filters")
    effect, card = page.effects["filters"], only(page, "filters")
    assert "disabled" in effect.view.html
    type_in(card, "articles.products.published_only", "")
    click(effect.view, "compare")
    assert "1 article serait traité autrement" in effect.view.html
    assert "EM3" in effect.view.html, "the unpublished one would be created"
    assert saved(session).products.published_only is not False, "nothing is saved"
    assert session.workspace.plans.list("test") == [], "nor kept as a plan that could be applied"
    type_in(card, fields.PRODUCT_FILTER, "ID = 'EM1'")
    assert "EM3" not in effect.view.html, "a comparison of other values than those on screen goes"
    type_in(card, fields.PRODUCT_FILTER, "ID = EM1")
    click(effect.view, "compare")
    assert "Corrigez d’abord" in effect.view.html


@pytest.mark.spec("BEY-03")
def test_effect_before_any_reading_says_what_is_missing(tmp_path: Path, furnished: Path) -> None:
    with Workspace.open(furnished) as full, Workspace.open(tmp_path) as empty:
        empty.profiles.create(full.profiles.get("test"), who="camille")
        page = ArticlesPage(Session(empty, "test"), "filters")
        card = only(page, "filters")
        assert "pas encore été lu" in card.view.html
        type_in(card, "articles.products.published_only", "")
        click(page.effects["filters"].view, "compare")
        assert 'class="banner banner-block' in page.effects["filters"].view.html
        assert texts(page).head.html.count("Aucun exemple encore") == 1


@pytest.mark.spec("SVC-03", "SVC-17")
def test_other_block_loses_nothing_typed_and_the_list_says_so(session: Session) -> None:
    page = ArticlesPage(session, "filters")
    card = only(page, "filters")
    type_in(card, fields.PRODUCT_FILTER, "ID = 'EM1'")
    click(page.page.side, "block", "stocks")
    click(page.page.side, "block", "nowhere")
    assert page.page.shown == "stocks"
    assert "À enregistrer" in page.page.side.html
    click(page.page.side, "block", "filters")
    assert only(page, "filters") is card
    assert "ID = &#x27;EM1&#x27;" in card.view.html
    click(card.view, "undo")
    assert "À enregistrer" not in page.page.side.html


@pytest.mark.spec("SVC-17")
def test_empty_workbench_shows_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOOSYNC_HOME", str(tmp_path))
    shown = articles_page.show(ArticlesParameters())
    assert "profile.ipynb" in shown.html


def test_unknown_parameter_is_named() -> None:
    with pytest.raises(SettingsError, match="blok"):
        articles_page.check({"In": ['block: str = ""\nblok = "texts"'], "block": "", "blok": "texts"})


@pytest.mark.spec("SVC-07")
def test_only_functions_switched_on_are_shown(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def switch(**values: bool) -> None:
        functions = session.profile.functions
        products = functions.products.model_copy(update=values)
        changed = functions.model_copy(update={"products": products})
        session.save(session.profile.model_copy(update={"functions": changed}))

    switch(stocks=False)
    page = ArticlesPage(session, "stocks")
    assert page.page.shown != "stocks"
    assert 'data-at-value="stocks"' not in page.page.side.html
    assert 'data-at-value="prices"' in page.page.side.html
    switch(enabled=False)
    monkeypatch.setenv("ATOOSYNC_HOME", str(session.workspace.home.root))
    shown = articles_page.show(ArticlesParameters())
    assert "n’est pas active" in shown.html
    assert "profile.ipynb" in shown.html


@pytest.mark.spec("SVC-06")
def test_profile_whose_lists_were_never_read_says_where_to_read_them(session: Session) -> None:
    bare = Profile.model_validate({**session.profile.model_dump(), "shop_lists": {}, "erp_lists": {}})
    session.save(bare)
    page = ArticlesPage(session)
    assert "connect.ipynb" in page.widget.html
    for key in ("products", "texts", "taxes", "brand", "filters", "stocks", "prices"):
        page.page.show(key)
        assert page.page.shown == key
