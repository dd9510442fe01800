"""The wizard and the page of profiles: order, ways back, what is locked, nothing stored too early; list and history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import catalogue
from atoosync_lab.runs import creating as runs_creating
from atoosync_lab.runs import flows
from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile, functions
from atoosync_lab.settings.functions import GROUPS, Functions
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.schedules import Schedules
from atoosync_lab.workbench.creating import Wizard
from atoosync_lab.workbench.profiles_page import ProfilesPage

CODE = re.compile(r"\b[a-z_]{3,}(\.[a-z_]+)+\b")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("ATOOSYNC_WHO", "camille")
    monkeypatch.delenv("ATOOSYNC_LANG", raising=False)
    with Workspace.open(tmp_path / "home") as opened:
        yield opened


def words(html: str) -> str:
    """What a reader sees."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def onward(wizard: Wizard, times: int = 1) -> None:
    for _ in range(times):
        wizard.view._actions["next"]("")


@pytest.mark.spec("SVC-01", "SVC-02")
def test_pages_come_in_the_manuals_order_and_nothing_is_stored_before_the_last(workspace: Workspace) -> None:
    wizard = Wizard(workspace)
    seen = []
    while wizard.step != "done":
        seen.append(wizard.step)
        assert workspace.profiles.list() == []
        html = wizard.html()
        assert "Plus de détails" in html or wizard.step == "name"
        assert ('data-at-do="back"' in html) == (wizard.step != "kind")
        assert 'data-at-do="cancel"' in html
        onward(wizard)
    assert seen == ["kind", "erp", "shop", "functions", "options/products", "options/orders", "name"]
    (entry,) = workspace.profiles.list()
    assert (entry.name, entry.id, entry.is_default) == ("EBP SaaS x PrestaShop", "ebp-saas-x-prestashop", True)
    profile = workspace.profiles.get(entry.id)
    assert profile.functions == Functions()
    assert "connect.ipynb" in wizard.html()
    assert "est créé" in wizard.html()


@pytest.mark.spec("SVC-02")
def test_pages_of_a_function_left_off_are_skipped(workspace: Workspace) -> None:
    wizard = Wizard(workspace)
    onward(wizard, 3)
    wizard._typed("orders", "")
    assert wizard.steps() == ["kind", "erp", "shop", "functions", "options/products", "name"]
    wizard._typed("products", "")
    onward(wizard)
    assert wizard.step == "functions"
    assert "Choisissez au moins une fonction" in wizard.html()
    wizard._typed("orders", "1")
    onward(wizard)
    assert wizard.step == "options/orders"
    for option in GROUPS["orders"]:
        wizard._typed(f"orders/{option}", "")
    onward(wizard)
    assert "Choisissez au moins une option" in wizard.html()
    wizard._typed("orders/imports", "1")
    onward(wizard, 2)
    assert wizard.created is not None
    chosen = workspace.profiles.get(wizard.created.id).functions
    assert not chosen.products.enabled
    assert (chosen.orders.imports, chosen.orders.settlements) == (True, False)


@pytest.mark.spec("SVC-02")
def test_back_loses_no_answer_and_cancel_stores_nothing(workspace: Workspace) -> None:
    wizard = Wizard(workspace)
    onward(wizard, 4)
    wizard._typed("products/stocks", "")
    onward(wizard, 2)
    wizard._typed("name", "Vélo Nord")
    for _ in range(6):
        wizard.view._actions["back"]("")
    assert wizard.step == "kind"
    onward(wizard, 6)
    assert wizard.name.text("name") == "Vélo Nord"
    assert not wizard.functions.products.stocks
    wizard.view._actions["cancel"]("")
    assert workspace.profiles.list() == []
    assert "rien n’a été enregistré" in wizard.html()
    wizard.view._actions["open"]("")
    assert wizard.functions == Functions()


@pytest.mark.spec("SVC-02")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "à remplir"), ("x" * 101, "c’est trop long"), ("vélo NORD", "s’appelle déjà"), ("a\x00", "invisible")],
)
def test_unusable_name_is_refused_beside_the_field(workspace: Workspace, typed: str, sentence: str) -> None:
    workspace.profiles.create(Profile.model_validate({"id": "velo", "name": "Vélo Nord"}), who="camille")
    wizard = Wizard(workspace)
    onward(wizard, 6)
    wizard._typed("name", typed)
    onward(wizard)
    assert wizard.step == "name"
    assert sentence in wizard.html()
    assert 'aria-invalid="true"' in wizard.html()
    assert wizard.name.text("name") == typed
    assert len(workspace.profiles.list()) == 1
    wizard._typed("name", "Vélo Sud")
    onward(wizard)
    assert [entry.id for entry in workspace.profiles.list()] == ["velo", "velo-sud"]


@pytest.mark.spec("SVC-02")
def test_name_taken_while_the_wizard_stands_open_loses_nothing(workspace: Workspace) -> None:
    wizard = Wizard(workspace)
    onward(wizard, 6)
    wizard._typed("name", "Vélo")
    workspace.profiles.create(Profile.model_validate({"id": "autre", "name": "Vélo"}), who="marie")
    onward(wizard)
    assert wizard.step == "name"
    assert "s’appelle déjà" in wizard.html()


@pytest.mark.spec("SVC-02")
def test_ids_and_default_names_are_unlike_those_in_use() -> None:
    assert runs_creating.slug("Épicerie « Le Puits » !") == "epicerie-le-puits"
    assert runs_creating.slug("東京") == "profil"
    assert runs_creating.slug("Vélo", ["velo", "velo-2"]) == "velo-3"
    assert runs_creating.default_name("ebp", "prestashop", ["ebp saas x prestashop"]) == "EBP SaaS x PrestaShop 2"


@pytest.mark.spec("SVC-02", "SHOP-11")
@pytest.mark.parametrize(("shop", "rewrites"), [("prestashop", True), ("woocommerce", True), ("shopify", False)])
def test_a_new_profile_takes_the_defaults_of_its_shop(workspace: Workspace, shop: str, rewrites: bool) -> None:
    """What an update rewrites is not the same everywhere: for Shopify price and stock alone."""
    made = runs_creating.create(workspace, runs_creating.Answers(name=f"Vers {shop}", shop=shop), who="camille")
    update = workspace.profiles.get(made.id).articles.update
    assert (update.price, update.quantity, update.name) == (True, True, False)
    assert update.meta_and_url is rewrites
    assert made.shop.system == shop
    said = {"shop": {"system": shop}, "erp": {"system": "ebp"}, "articles": {"update": {"meta_and_url": True}}}
    kept = runs_creating.with_defaults(said)
    assert kept["articles"]["update"]["meta_and_url"] is True, "what is said stays"


@pytest.mark.spec("SVC-07")
def test_what_this_version_cannot_serve_is_shown_locked_with_its_reason(workspace: Workspace) -> None:
    wizard = Wizard(workspace)
    assert "logiciels de comptabilité n’en font pas encore partie" in wizard.html()
    wizard._typed("kind", "accounting")
    assert wizard.answers["kind"] == "sales"
    onward(wizard)
    assert wizard.html().count("Bloqué") == 4
    wizard._typed("erp", "<script>")
    assert "<script>" not in wizard.html()
    onward(wizard)
    assert "WooCommerce" in wizard.html()
    onward(wizard)
    html = wizard.html()
    assert html.count("Bloqué") == 2
    assert "n’envoie pas encore de clients" in html
    wizard._typed("customers", "1")
    assert not wizard.functions.customers.enabled
    onward(wizard)
    assert wizard.html().count("Bloqué") == 3
    wizard._typed("products/documents", "1")
    assert not wizard.functions.products.documents


@pytest.mark.spec("SVC-02")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_card_shows_a_raw_text_key(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("ATOOSYNC_LANG", language)
    wizard = Wizard(workspace)
    for group in GROUPS:
        wizard.functions = wizard.functions.model_copy(
            update={group: getattr(wizard.functions, group).model_copy(update={"enabled": True})}
        )
    known = catalogue(language)._catalog  # type: ignore[attr-defined]
    while wizard.step != "name":
        shown = words(wizard.html())
        assert not [m.group() for m in CODE.finditer(shown) if m.group() in known or "." in m.group()[:-1]], shown
        steps = wizard.steps()
        wizard.step = steps[steps.index(wizard.step) + 1]


@pytest.mark.spec("SVC-07")
def test_flow_of_a_function_that_is_off_is_refused_and_journaled(workspace: Workspace) -> None:
    off = Functions().model_copy(update={"orders": Functions().orders.model_copy(update={"enabled": False})})
    workspace.profiles.create(Profile(id="velo", name="Vélo", functions=off), who="camille")
    with pytest.raises(SettingsError) as caught:
        run(workspace, RunRequest(profile="velo", flow="orders"))
    assert "La fonction « Commandes » est désactivée" in str(caught.value).replace("\u00a0", " ")
    (row,) = workspace.journal.list(profile="velo", limit=10)
    assert row.state is RunState.FAILED
    assert row.message is not None
    assert row.message.code == "function.off"


@pytest.mark.spec("SVC-07")
def test_every_flow_belongs_to_a_function_and_every_function_has_words() -> None:
    assert set(functions.FLOWS) == set(flows.FLOWS)
    profile = Profile.model_validate({"id": "a", "name": "A"})
    assert all(functions.allows(profile.functions, flow) for flow in flows.FLOWS)
    for group, options in GROUPS.items():
        assert set(type(getattr(profile.functions, group)).model_fields) == {"enabled", *options}
        for option in ("", *options):
            assert "." not in functions.title(group, option)
            reason = functions.locked(profile, group, option)
            assert reason is None or reason.text() != reason.code


@pytest.mark.spec("SVC-07", "SVC-08")
def test_function_that_the_subscription_does_not_hold_is_locked() -> None:
    profile = Profile.model_validate({"id": "a", "name": "A", "subscription": {"exports": 0, "imports": 5}})
    assert "forfait" in str(functions.locked(profile, "products"))
    assert functions.locked(profile, "orders") is None


@pytest.mark.spec("SVC-07")
def test_option_that_is_off_writes_nothing_whatever_its_settings_say() -> None:
    document = {
        "id": "a", "name": "A", "articles": {"stocks": {"warehouses": ["1"]}},
        "orders": {"settlements": {"create": True}},
    }  # fmt: skip
    profile = Profile.model_validate(document)
    assert functions.effective(profile) is profile
    off = {"products": {"stocks": False, "prices": False}, "orders": {"settlements": False}}
    seen = functions.effective(Profile.model_validate({**document, "functions": off}))
    assert seen.articles.stocks.warehouses == ()
    assert not seen.articles.update.quantity
    assert not seen.articles.update.price
    assert not seen.orders.settlements.create


def two(workspace: Workspace) -> ProfilesPage:
    for profile_id, name in (("velo", "Vélo Nord"), ("fournil", "Le Fournil")):
        workspace.profiles.create(Profile.model_validate({"id": profile_id, "name": name}), who="camille")
    return ProfilesPage(workspace)


def press(page: ProfilesPage, act: str, value: str = "") -> str:
    page.list.view._actions[act](value)
    return page.list.html()


@pytest.mark.spec("SVC-03")
def test_profile_is_renamed_duplicated_made_default_and_deleted_by_name(workspace: Workspace) -> None:
    page = two(workspace)
    workspace.secrets.set("velo", "shop.key", "x" * 32)
    press(page, "rename", "velo")
    page.list._typed("name", "Le Fournil")
    assert "s’appelle déjà" in press(page, "yes")
    page.list._typed("name", "Vélo Sud")
    assert "a changé de nom" in press(page, "yes")
    press(page, "duplicate", "velo")
    press(page, "yes")
    copy = workspace.profiles.get("velo-sud-copie")
    assert copy.name == "Vélo Sud (copie)"
    assert workspace.secrets.names(copy.id) == []
    press(page, "default", "fournil")
    assert workspace.profiles.default() == "fournil"
    html = press(page, "delete", "velo")
    assert "Supprimer le profil « Vélo Sud » ?" in words(html).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Garder" in html
    press(page, "keep")
    assert workspace.profiles.get("velo")
    press(page, "delete", "velo")
    press(page, "yes")
    assert {entry.id for entry in workspace.profiles.list()} == {"velo-sud-copie", "fournil"}
    assert workspace.secrets.names("velo") == []
    assert page.list.current == "fournil"


@pytest.mark.spec("SVC-03")
def test_leaving_unsaved_changes_asks_first(workspace: Workspace) -> None:
    page = two(workspace)
    page.cards["identity"]._typed("name", "Pas encore")
    html = press(page, "open", "fournil")
    assert "perdre les modifications non enregistrées" in html
    press(page, "keep")
    assert page.list.current == "velo"
    assert page.cards["identity"].form.text("name") == "Pas encore"
    press(page, "open", "fournil")
    press(page, "yes")
    assert page.list.current == "fournil"
    assert page.cards["identity"].form.text("name") == "Le Fournil"
    assert workspace.profiles.get("velo").name == "Vélo Nord"


@pytest.mark.spec("SVC-07", "SVC-17")
def test_tabs_follow_the_functions_in_the_manuals_order(workspace: Workspace) -> None:
    page = two(workspace)
    assert page.tab is not None

    def tabs() -> list[str]:
        assert page.tab is not None
        return re.findall(r'data-at-key="t-(\w+)"', page.tab.head.html)

    assert tabs() == ["profile", "articles", "orders", "import", "schedules"]
    page.tab.show("functions")
    card = page.cards["functions"]
    card._typed("functions.orders.enabled", "")
    assert "Création des règlements" not in card.html()
    assert card.save()
    assert tabs() == ["profile", "articles", "schedules"]
    assert workspace.profiles.get("velo").functions.orders.imports, "its options are kept"


@pytest.mark.spec("SVC-04")
def test_batch_sizes_have_safe_defaults_and_say_what_the_gain_depends_on(workspace: Workspace) -> None:
    page = two(workspace)
    assert page.tab is not None
    page.tab.show("advanced")
    card = page.cards["advanced"]
    assert "dépend du temps de réponse de la boutique" in card.html()
    assert card.form.text("shop.sizes.concurrency") == "2"
    card._typed("shop.sizes.page_size", "50")
    assert card.save()
    assert workspace.profiles.get("velo").shop.sizes.page_size == 50


@pytest.mark.spec("SEC-04")
def test_history_says_who_and_what_in_words_and_takes_a_version_back(workspace: Workspace) -> None:
    page = two(workspace)
    assert page.tab is not None
    page.cards["identity"]._typed("keep_days", "90")
    assert page.cards["identity"].save()
    page.tab.show("history")
    html = page.history.html()
    assert "par camille" in html
    shown = words(html)
    assert "Garder les captures 30 90" in shown
    page.history.view._actions["restore"]("1")
    assert workspace.profiles.get("velo").keep_days == 90, "it asks first"
    page.history.view._actions["ask"]("1")
    page.history.view._actions["restore"]("1")
    assert workspace.profiles.get("velo").keep_days == 30
    assert page.cards["identity"].form.text("keep_days") == "30"
    assert "Version reprise" in page.history.html()
    page.history.view._actions["ask"]("2")
    page.history.view._actions["restore"]("2")
    assert workspace.profiles.get("velo").keep_days == 90, "taking back can be taken back"
    for path in ("orders.maps.taxes.TVA|20", "articles.update.price", "inconnu.reglage"):
        label, _ = page.history.words_of(path)
        assert "." not in label


def test_page_without_any_profile_opens_the_wizard_and_names_the_cure(workspace: Workspace) -> None:
    page = ProfilesPage(workspace)
    assert "Que voulez-vous relier" in page.profiles().html
    assert "Aucun profil ouvert" in page.settings().html
    onward(page.wizard, 7)
    assert "EBP SaaS x PrestaShop" in page.settings().html
    assert page.list.current == "ebp-saas-x-prestashop"
    with pytest.raises(SettingsError):
        ProfilesPage(workspace, "inconnu")


@pytest.mark.spec("SVC-03")
def test_schedules_go_with_a_deleted_profile_and_not_into_its_copy(workspace: Workspace) -> None:
    page = two(workspace)
    kept = Schedules(workspace.store)
    for profile in ("velo", "fournil"):
        kept.add(profile, "stocks", {}, "Europe/Paris", who="camille", next_at=None)
    press(page, "duplicate", "velo")
    press(page, "yes")
    press(page, "delete", "velo")
    press(page, "yes")
    assert [task.profile for task in kept.list()] == ["fournil"]
