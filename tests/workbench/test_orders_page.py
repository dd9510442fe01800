"""The « Commandes » tab: live reference, special articles, options, settlements, buyers; cures of held rows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from atoosync_lab.planning.plan import Action, PlanRow
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.workbench import cures, orders_fields
from atoosync_lab.workbench.cures import CureKind
from atoosync_lab.workbench.inline_map import InlineMaps
from atoosync_lab.workbench.order_reading import OrderReading
from atoosync_lab.workbench.orders_page import OrdersPage, OrdersParameters, missing_articles, show, switched_off
from atoosync_lab.workbench.settings_form import SettingsCard
from tests.workbench.orders_home import BELGIAN, furnished, plan, saves, session

__all__ = ["furnished", "session"]
CODE = re.compile(r"\b(orders|customers|map|cure|order_settings)\.[a-z_.]+\b")
BLOCKS = (
    "header", "countries", "taxes", "payments", "carriers", "currencies", "articles", "settlements", "options",
    "customers",
)  # fmt: skip


def words(html: str) -> str:
    """What people read of a page."""
    return re.sub(r"<[^>]*>", " ", html)


def card(page: OrdersPage, block: str, number: int = 0) -> SettingsCard:
    page.page.show(block)
    return page.cards[block][number]


@pytest.mark.spec("SVC-17")
def test_every_block_is_shown_in_words(session: Session) -> None:
    page = OrdersPage(session)
    for block in BLOCKS:
        page.page.show(block)
        shown = words(str(page.page.main.html))
        assert len(shown) > 100
        assert not CODE.search(shown), CODE.search(shown)


def test_page_opens_where_orders_wait(session: Session) -> None:
    assert OrdersPage(session).page.shown == "countries"
    assert OrdersPage(session, "options").page.shown == "options"
    assert OrdersPage(session, "nowhere").page.shown == "countries"


def test_block_says_what_is_left_and_what_is_unsaved(session: Session) -> None:
    page = OrdersPage(session, "taxes")
    assert (page.state("taxes").todo, page.state("taxes").dirty) == (1, False)
    page.tables["taxes"][0].draft.set(BELGIAN, "vat", "V21")
    assert page.state("taxes").dirty
    assert page.tables["taxes"][0].save()
    assert page.state("taxes").todo == 0


@pytest.mark.spec("ORD-02")
def test_reference_is_shown_on_a_real_order_as_one_types(session: Session) -> None:
    own = card(OrdersPage(session), "header")
    own._typed("orders.header.reference", "Web %OI - %CF %CL")
    assert "Web 105 - Ada LEFORT" in own.view.html
    own.view._actions["another"]("")
    assert "Web 104 - Ada LEFORT" in own.view.html
    own.view._actions["add-field"]("%OR")
    assert own.form.text("orders.header.reference") == "Web %OI - %CF %CL %OR"
    assert "REF104" in own.view.html
    own.view._actions["add-field"]("<b>")
    assert "<b>" not in own.form.text("orders.header.reference")
    assert own.save()
    assert session.profile.orders.header.reference == "Web %OI - %CF %CL %OR"


@pytest.mark.spec("ORD-02")
def test_reference_without_any_reading_takes_invented_values(session: Session) -> None:
    for capture in session.captures():
        capture.path.unlink()
    own = card(OrdersPage(session), "header")
    assert "Web 187 - John DOE" in own.view.html
    assert "inventées" in own.view.html


@pytest.mark.parametrize(
    ("block", "number", "name", "text"),
    [
        ("header", 0, "orders.header.reference", "x" * 201),
        ("header", 0, "orders.header.reference", ""),
        ("header", 0, "orders.header.date", "yesterday"),
        ("header", 0, "orders.header.price_precision", "7"),
        ("header", 0, "orders.header.series", "NONE"),
        ("options", 0, "orders.options.ceiling", "cinq"),
        ("options", 0, "orders.options.ceiling", "-1"),
        ("articles", 0, "orders.articles.misc", "NOT-THERE"),
        ("customers", 0, "customers.length", "3"),
        ("customers", 0, "customers.length", "dix"),
        ("customers", 0, "customers.prefix", "LONGPREFIXE"),
    ],
)
def test_wrong_entry_gets_its_sentence_and_stays(
    session: Session, block: str, number: int, name: str, text: str
) -> None:
    before = session.workspace.profiles.revision("test")
    own = card(OrdersPage(session), block, number)
    own._typed(name, text)
    assert own.form.error(name) is not None
    assert not own.save()
    assert own.form.text(name) == text
    assert session.workspace.profiles.revision("test") == before


@pytest.mark.spec("ORD-08")
def test_special_article_is_chosen_among_those_of_the_erp(session: Session) -> None:
    page = OrdersPage(session)
    assert missing_articles(session.profile) == ("misc", "gift_wrap", "shipping", "discount")
    own = card(page, "articles")
    assert page.state("articles").todo == 4
    own._typed("orders.articles.misc", "zdi")
    assert '<option value="ZDIV"' in own.view.html
    own._typed("orders.articles.misc", "ZDIV")
    assert "ZDIV : Article ZDIV".replace(" :", "\u00a0:") in own.view.html
    assert own.save()
    assert session.profile.orders.articles.misc == "ZDIV"
    assert page.state("articles").todo == 3


@pytest.mark.spec("ORD-08")
def test_discount_articles_have_a_default_for_vat_codes_without_a_row(session: Session) -> None:
    page = OrdersPage(session)
    page.page.show("articles")
    table = page.tables["articles"][0]
    table._typed("default:orders.articles.discount", "ZPORT")
    table.draft.set("V20", "article", "ZDIV")
    assert table.save()
    articles = session.profile.orders.articles
    assert (articles.discount, articles.discounts) == ("ZPORT", {"V20": "ZDIV"})


@pytest.mark.spec("ORD-22")
def test_settlement_fields_show_once_settlements_are_on(session: Session) -> None:
    own = card(OrdersPage(session), "settlements")
    assert "orders.settlements.label" not in own.view.html
    own._typed("orders.settlements.create", "1")
    own._typed("orders.settlements.label", "%CF %CL - %OI")
    assert "Ada LEFORT - 105" in own.view.html
    assert "orders.settlements.total" in own.view.html
    own._typed("orders.settlements.from_payments", "1")
    assert "orders.settlements.total" not in own.view.html
    assert own.save()
    assert session.profile.orders.settlements.from_payments


@pytest.mark.spec("CLI-21", "CLI-22")
def test_customer_fields_follow_the_mode(session: Session) -> None:
    own = card(OrdersPage(session), "customers")
    assert "customers.prefix" in own.view.html
    own._typed("customers.mode", "single")
    assert "customers.prefix" not in own.view.html
    own._typed("customers.single_account", "NOBODY")
    assert not own.save()
    own._typed("customers.single_account", "WEBINVITE")
    assert own.save()
    assert session.profile.customers.single_account == "WEBINVITE"


def test_saving_a_card_and_a_map_of_one_page_is_no_conflict(session: Session) -> None:
    page = OrdersPage(session, "carriers")
    table, own = page.tables["carriers"][0], page.cards["carriers"][0]
    table.draft.set("3", "mode", "CHR")
    own._typed("orders.maps.carriers_by", "name")
    assert table.save()
    assert own.form.text("orders.maps.carriers_by") == "name"
    assert own.save()
    assert session.profile.orders.maps.carriers == {"3": "CHR"}


@pytest.mark.spec("SVC-18")
def test_every_field_has_a_label_and_a_help(session: Session) -> None:
    from atoosync_lab.model.i18n import translate

    fields = orders_fields.every(session)
    assert len(fields) > 45
    for field in fields:
        for code in (field.label, field.help):
            assert translate(code, None, "fr") != code
            assert translate(code, None, "en") != code


def test_home_without_profile_names_the_cure(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOOSYNC_HOME", str(tmp_path / "bare"))
    Workspace.open(tmp_path / "bare").close()
    assert "profile.ipynb" in show(OrdersParameters()).html


# Cures.


def held(session: Session) -> dict[str, PlanRow]:
    made = session.saved_plan(session.workspace.plans.list("test", "orders")[0].id)
    return {row.key: row for row in made.rows(actions=["block"])}


@pytest.mark.spec("BEY-02")
def test_held_order_names_every_map_that_mends_it(session: Session) -> None:
    rows = held(session)
    found = cures.cures(session, rows["102"])
    assert [(c.kind, c.block, c.key, c.columns) for c in found] == [
        (CureKind.MAP, "countries", "BE", ("with_tax",)),
        (CureKind.MAP, "taxes", BELGIAN, ()),
    ]
    assert "data-commandlinker-args" in str(found[0].link())


@pytest.mark.parametrize(
    ("reason", "params", "kind", "block"),
    [
        ("orders.item_unknown", {"page": "orders.options", "field": "item"}, CureKind.SETTING, "options"),
        ("orders.article_missing.shipping", {"page": "orders.articles"}, CureKind.SETTING, "articles"),
        ("orders.customer_not_found", {"page": "customers"}, CureKind.SETTING, "customers"),
        ("orders.nothing_on_order", {"page": ""}, CureKind.SHOP, ""),
        ("order.outcome_unknown", {}, CureKind.REVIEW, ""),
        ("order.status_not_selected", {}, CureKind.SETTING, "statuses"),
        ("product.tax_not_mapped", {"vat": "V20"}, CureKind.MAP, "taxes"),
        ("product.duplicate_in_erp", {}, CureKind.ERP, ""),
    ],
)
def test_each_reason_has_its_cure(
    session: Session, reason: str, params: dict[str, str], kind: CureKind, block: str
) -> None:
    row = PlanRow(seq=1, action=Action.BLOCK, entity="order", key="1", reason=reason, params=params)
    found = cures.cure(session, row)
    assert found is not None
    assert (found.kind, found.block) == (kind, block)
    assert not CODE.search(found.label)


@pytest.mark.spec("SVC-16", "BEY-01")
def test_tax_is_related_beside_the_held_order(session: Session) -> None:
    saves(session, "marc", maps__default_country={"with_tax": "UE", "without_tax": "UE"})
    plan(session)
    told: list[str] = []
    forms = InlineMaps(session, on_saved=lambda: told.append("saved"), paint=lambda: told.append("paint"))
    html = str(forms.html(held(session)["102"]))
    assert "Relier la taxe" in html
    assert "Même taux" in html
    field = re.search(r'data-at-field="([^"]+)"', html)
    button = re.search(r'data-at-do="cure" data-at-value="([^"]+)"', html)
    assert field is not None
    assert button is not None
    assert forms.field(field[1], "NONE")
    assert not forms.field("search:", "x")
    assert forms.field(field[1], "V21")
    forms.save("unknown")
    forms.save(button[1])
    assert session.profile.orders.maps.taxes[BELGIAN] == "V21"
    assert session.workspace.profiles.history("test")[0].fields() != {}
    assert "saved" in told
    assert "Taxe reliée" in str(forms.html(held(session)["102"]))
    assert "102" not in {row.key for row in plan(session).rows(actions=["block"])}


def test_relating_while_somebody_saves_keeps_the_choice(session: Session) -> None:
    forms = InlineMaps(session)
    row = held(session)["104"]
    html = str(forms.html(row))
    fields = re.findall(r'data-at-field="([^"]+)"', html)
    button = re.search(r'data-at-do="cure" data-at-value="([^"]+)"', html)
    assert button is not None
    forms.field(next(f for f in fields if f.endswith("payment_means")), "CB")
    saves(session, "marc", maps__payments={"alma|EUR": {"payment_means": "CHQ"}})
    forms.save(button[1])
    assert "marc" in str(forms.html(row))
    assert session.profile.orders.maps.payments["alma|EUR"].payment_means == "CHQ"
    forms.save(button[1])
    assert session.profile.orders.maps.payments["alma|EUR"].payment_means == "CB"


def test_what_somebody_saves_elsewhere_does_not_stand_in_the_way(session: Session) -> None:
    forms = InlineMaps(session)
    html = str(forms.html(held(session)["104"]))
    button = re.search(r'data-at-do="cure" data-at-value="([^"]+)"', html)
    assert button is not None
    fields = re.findall(r'data-at-field="([^"]+)"', html)
    forms.field(next(f for f in fields if f.endswith("payment_means")), "CB")
    saves(session, "marc", header__reference="R", maps__payments={"other|EUR": {"payment_means": "CHQ"}})
    forms.save(button[1])
    payments = session.profile.orders.maps.payments
    assert (payments["alma|EUR"].payment_means, payments["other|EUR"].payment_means) == ("CB", "CHQ")
    assert session.profile.orders.header.reference == "R"


def test_reading_knows_articles_and_customers_of_the_erp(session: Session) -> None:
    reading = OrderReading(session)
    assert [c.value for c in reading.find_items("zp")] == ["ZPORT"]
    assert [c.value for c in reading.find_customers("invit")] == ["WEBINVITE"]
    assert reading.find_items("%' OR 1=1 --") == ()


@pytest.mark.spec("SVC-07")
def test_blocks_of_functions_that_are_off_are_hidden_and_kept(session: Session) -> None:
    profiles = session.workspace.profiles
    profile = profiles.get("test")
    orders = profile.functions.orders.model_copy(update={"settlements": False})
    changed = profile.functions.model_copy(update={"orders": orders})
    revision = profiles.save(profile.model_copy(update={"functions": changed}), who="x", expected_revision=1)
    page = OrdersPage(session)
    page.page.show("settlements")
    assert page.page.shown == "countries"
    off = changed.model_copy(update={"orders": orders.model_copy(update={"enabled": False})})
    profiles.save(profile.model_copy(update={"functions": off}), who="x", expected_revision=revision)
    empty = switched_off(session)
    assert empty is not None
    assert "profile.ipynb" in empty.html


@pytest.mark.spec("SVC-06")
def test_page_without_lists_says_where_to_read_them(session: Session) -> None:
    session.workspace.profiles.create(Profile.model_validate({"id": "bare", "name": "Vide"}), who="x")
    page = OrdersPage(Session(session.workspace, "bare"))
    assert "connect.ipynb" in str(page.widget.html)
