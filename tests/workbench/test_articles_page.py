"""The « Articles » tab on hand-made readings: what is chosen, what it would do, what is saved and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from atoosync_lab.connectors.base import Capability
from atoosync_lab.model.i18n import LANGUAGES, translate
from atoosync_lab.runs.session import Session
from atoosync_lab.settings import Profile
from atoosync_lab.settings.articles import ArticleSettings, ShopUpdate
from atoosync_lab.workbench import articles_fields as fields
from atoosync_lab.workbench.articles_page import ArticlesPage, capable
from tests.captures import NOW
from tests.workbench.articles_home import click, furnished, only, saved, session, type_in

__all__ = ["furnished", "session"]

# Fields and their texts.


@pytest.mark.spec("SVC-18")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_a_label_and_a_help_in_both_languages(session: Session, language: str) -> None:
    for field in fields.every(session):
        for code in (field.label, field.help):
            assert translate(code, None, language) != code, code


def test_every_setting_of_the_tab_can_be_edited(session: Session) -> None:
    def paths(model: Any, prefix: str) -> set[str]:
        found = set()
        for name, value in model:
            path = f"{prefix}.{name}"
            found |= paths(value, path) if isinstance(value, BaseModel) else {path}
        return found

    asked = {field.name for field in fields.every(session)}
    elsewhere = {"articles.products.texts_by_language", "articles.products.default_tax", "articles.products.taxes"}
    assert paths(ArticleSettings(), "articles") - elsewhere <= asked


@pytest.mark.spec("SHP-02")
def test_the_19_switches_stand_in_the_manuals_order_with_its_defaults(session: Session) -> None:
    card = next(c for c in ArticlesPage(session, "products").cards["products"] if "update" in c.form.fields[0].name)
    on = [f.name.rpartition(".")[2] for f in card.form.fields if card.form.text(f.name) == "1"]
    assert len(card.form.fields) == 19
    assert [f.name.rpartition(".")[2] for f in card.form.fields] == list(ShopUpdate.model_fields)
    assert on == ["meta_and_url", "price", "quantity", "size", "all_languages"]


@pytest.mark.spec("SHP-02")
def test_a_switch_that_is_not_served_yet_says_so(session: Session) -> None:
    for field in fields.update():
        name = field.name.rpartition(".")[2]
        assert ("Pas encore envoyé" in translate(field.help, None, "fr")) == (name in fields.NOT_SENT), name


@pytest.mark.spec("ART-01")
def test_create_is_saved_alone_with_its_history(session: Session) -> None:
    card = only(ArticlesPage(session, "products"), "products")
    type_in(card, "articles.products.create", "")
    click(card.view, "save")
    assert not saved(session).products.create
    change = session.workspace.profiles.history("test")[0]
    assert change.fields() == {"articles.products.create": (True, False)}


@pytest.mark.spec("SHP-01")
@pytest.mark.parametrize(
    ("typed", "refused"), [("12", False), ("", False), ("douze", True), ("-1", True), ("9" * 21, True)]
)
def test_fallback_category_takes_digits_only(session: Session, typed: str, refused: bool) -> None:
    page = ArticlesPage(session, "products")
    card = page.cards["products"][1]
    type_in(card, "articles.creation.category", typed)
    click(card.view, "save")
    assert ("articles.creation.category" in card.form.errors()) == refused
    assert saved(session).creation.category == ("" if refused else typed)
    assert card.form.text("articles.creation.category") == typed, "what was typed stays"


# Filters and dates.


@pytest.mark.spec("ART-10")
def test_wrong_filter_shows_the_right_form_keeps_what_was_typed_and_saves_nothing(session: Session) -> None:
    card = only(ArticlesPage(session, "filters"), "filters")
    type_in(card, fields.PRODUCT_FILTER, "ID LIKE EM%")
    assert "il manque les apostrophes. Écrivez ID LIKE &#x27;EM%&#x27;" in card.view.html
    assert 'aria-invalid="true"' in card.view.html
    assert "retenus" not in card.view.html, "a count of another filter would mislead"
    click(card.view, "save")
    assert saved(session).products.filter == ""
    assert card.form.text(fields.PRODUCT_FILTER) == "ID LIKE EM%"


@pytest.mark.spec("ART-10")
@pytest.mark.parametrize("path", fields.FILTERS)
def test_each_filter_is_checked_and_counted(session: Session, path: str) -> None:
    block = {"articles.products.filter": "filters", "articles.stocks.filter": "stocks"}.get(path, "prices")
    card = only(ArticlesPage(session, block), block)
    assert "4 articles retenus sur 6" in card.view.html, card.view.html
    type_in(card, path, "ID LIKE 'em%'")
    assert "2 articles retenus sur 6" in card.view.html
    type_in(card, path.replace("filter", "published_only"), "")
    assert "3 articles retenus sur 6" in card.view.html, "unpublished ones too, dormant ones never"
    type_in(card, path, "startswith(Customer,'M')")
    assert "Customer" in card.view.html
    assert path in card.form.errors()
    type_in(card, path, "ID = 'nothing'")
    assert "Aucun article retenu" in card.view.html


@pytest.mark.spec("ART-10")
def test_count_is_that_of_the_plan(session: Session) -> None:
    page = ArticlesPage(session, "filters")
    type_in(only(page, "filters"), fields.PRODUCT_FILTER, "ID LIKE 'EM%' OR Caption = 'Nappe'")
    found = page.reading.kept("ID LIKE 'EM%' OR Caption = 'Nappe'", published_only=True)
    click(page.effects["filters"].view, "compare")
    html = page.effects["filters"].view.html
    assert found is not None
    assert found.kept == 3
    # One is new, two are in the shop (one differs, one is the same): the three that the filter keeps.
    assert "1 article serait traité autrement" in html, "Olives, held before for its VAT code, is left out"


@pytest.mark.spec("ART-12")
def test_since_last_transfer_counts_from_the_date(session: Session) -> None:
    session.workspace.marks.set("test", "articles", NOW, who="plan 1")
    session.workspace.marks.set("test", "stocks", NOW, who="plan 1")
    page = ArticlesPage(session, "filters")
    card = only(page, "filters")
    type_in(card, "articles.products.since_last_transfer", "1")
    assert "3 articles retenus et modifiés" in card.view.html, "at that moment or after"
    stocks = only(page, "stocks")
    type_in(stocks, "articles.stocks.since_last_transfer", "1")
    assert "Aucun article retenu" in stocks.view.html, "stocks: after that moment only"


@pytest.mark.spec("ART-12")
def test_date_is_moved_by_a_person_and_says_what_it_sends_again(session: Session) -> None:
    session.workspace.marks.set("test", "articles", NOW, who="plan 1")
    page = ArticlesPage(session, "filters")
    mark = page.marks["filters"]
    assert "lu dans l’ERP jusqu’au" in mark.view.html
    mark.view._received(None, {"field": "mark.articles", "value": "2026-11-20"}, None)
    assert "3 articles retenus et modifiés" in mark.view.html
    mark.view._received(None, {"field": "mark.articles", "value": "2026-11-01"}, None)
    assert "4 articles retenus et modifiés" in mark.view.html
    assert page._state("filters").dirty
    assert session.workspace.marks.get("test", "articles") == NOW, "nothing is saved by typing"
    click(mark.view, "save")
    assert session.workspace.marks.get("test", "articles") == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert not page._state("filters").dirty


@pytest.mark.spec("ART-12")
@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2999-01-01", "mark.ahead"),
        ("1999-01-01", "mark.too_early"),
        ("32", "form.not_a_date"),
        ("", "form.date_required"),
    ],
)
def test_impossible_date_is_refused_beside_the_field(session: Session, day: str, code: str) -> None:
    mark = ArticlesPage(session, "prices").marks["prices"]
    mark.view._received(None, {"field": "mark.prices", "value": day}, None)
    click(mark.view, "save")
    assert mark.form.errors()["mark.prices"].code == code
    assert session.workspace.marks.list("test") == []


@pytest.mark.spec("ART-12")
def test_date_moved_by_a_run_meanwhile_is_not_overwritten_unseen(session: Session) -> None:
    mark = ArticlesPage(session, "stocks").marks["stocks"]
    mark.view._received(None, {"field": "mark.stocks", "value": "2026-11-01"}, None)
    session.workspace.marks.set("test", "stocks", NOW, who="plan 2")
    click(mark.view, "save")
    assert session.workspace.marks.get("test", "stocks") == NOW
    assert "a bougé entre-temps" in mark.view.html
    assert mark.form.text("mark.stocks") == "2026-11-01", "what was typed stays"
    click(mark.view, "save")
    assert session.workspace.marks.get("test", "stocks") == datetime(2026, 10, 31, 23, tzinfo=UTC)


@pytest.mark.spec("ART-11")
def test_statuses_have_their_own_switch_and_date(session: Session) -> None:
    page = ArticlesPage(session, "filters")
    card = page.cards["filters"][1]
    type_in(card, fields.STATUS_SINCE, "1")
    click(card.view, "save")
    assert saved(session).products.status_since_last_transfer
    mark = page.marks["statuses"]
    assert "6 articles modifiés" in mark.view.html, "dormant ones too: they are to be hidden"
    click(mark.view, "everything")
    assert session.workspace.marks.list("test") == []


# Images.


@pytest.mark.spec("ART-30", "SHP-08", "SVC-07")
def test_block_of_images_follows_the_function_and_what_the_systems_can(session: Session) -> None:
    def with_images(system: str) -> ArticlesPage:
        document = session.profile.model_dump(mode="json")
        document["functions"]["products"]["images"] = True
        document["shop"]["system"] = system
        session.save(Profile.model_validate(document))
        return ArticlesPage(session, "images")

    def asked(page: ArticlesPage) -> list[str]:
        return [f.name.rpartition(".")[2] for f in only(page, "images").form.fields]

    assert "Images" not in ArticlesPage(session).page.side.html
    assert asked(with_images("prestashop")) == ["create", "from_sheet", "delete_first"]
    # WooCommerce with its keys alone keeps no images for us, and the page says what it lacks.
    session.workspace.secrets.set("test", "shop.consumer_key", "ck")
    session.workspace.secrets.set("test", "shop.consumer_secret", "cs")
    assert asked(with_images("woocommerce")) == ["create", "from_sheet", "delete_first"]
    assert Capability.WRITE_IMAGES not in capable(session)
    session.workspace.secrets.set("test", "shop.wp_user", "boutique")
    session.workspace.secrets.set("test", "shop.wp_password", "aaaa bbbb")
    page = with_images("woocommerce")
    assert asked(page) == ["create", "from_sheet", "delete_first", "reattach"]
    type_in(only(page, "images"), "articles.images.reattach", "1")
    click(only(page, "images").view, "save")
    assert saved(session).images.reattach
