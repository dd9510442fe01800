"""The connections page on the sandboxes: what is on screen is tested, signed in, read; credentials stay unseen."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from ipywidgets.widgets.widget import _instances

from atoosync_lab.cli.demo_steps import give_credentials, sign_in
from atoosync_lab.connectors import plugins
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.ebp import settings as ebp_sandbox
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from atoosync_lab.settings import Profile
from atoosync_lab.workbench.connecting import ConnectionsPage
from atoosync_lab.workbench.settings_form import SettingsCard

CANARY = "CANARI7F3A9B21JAMAISVISIBLE00000"


@dataclass(frozen=True, slots=True)
class Systems:
    shop: str
    erp: str


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Systems]:
    folder = tmp_path_factory.mktemp("sandbox")
    load("demo", folder / "prestashop", folder / "ebp", version="9", shared=None, today=None)
    with (
        servers.start("prestashop", folder / "prestashop", version="9") as shop,
        servers.start("ebp", folder / "ebp", speed=2000.0, args=("--auto-sign-in",)) as erp,
    ):
        yield Systems(shop.url, erp.url)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def session(workspace: Workspace, systems: Systems) -> Session:
    """A profile that knows the ERP's address and nothing else."""
    erp = {
        "login_url": systems.erp, "api_url": systems.erp, "speed": 2000.0,
        "redirect_uri": f"http://localhost:{free_port()}",
    }  # fmt: skip
    workspace.profiles.create(Profile.model_validate({"id": "velo", "name": "Vélo", "erp": erp}), who="camille")
    return Session(workspace, "velo")


def type_in(card: SettingsCard, **texts: str) -> None:
    for name, text in texts.items():
        card._typed(name.replace("__", "."), text)


def press(page: ConnectionsPage, side: str, act: str) -> SettingsCard:
    """Press a button, and wait for what it started."""
    card = page.sides[side].card
    card.view._actions[act]("")
    page.sides[side].waiting.join()
    return card


@pytest.mark.spec("SVC-05", "SHOP-10")
def test_shop_is_tested_with_the_values_on_screen_and_nothing_is_saved(session: Session, systems: Systems) -> None:
    page = ConnectionsPage(session)
    revision = session.workspace.profiles.revision("velo")
    type_in(page.sides["shop"].card, shop__url=systems.shop, shop__key=DEFAULT_KEY)
    card = press(page, "shop", "test")
    assert "Le test de connexion à PrestaShop a réussi" in card.html()
    assert card.html().count("data-check=") >= 4
    assert session.workspace.profiles.revision("velo") == revision
    assert session.workspace.secrets.names("velo") == []
    type_in(card, shop__url=systems.shop + "/ailleurs/")
    assert "a réussi" not in card.html(), "another address was not tested"


@pytest.mark.spec("SVC-05")
@pytest.mark.parametrize(
    ("address", "key", "words"),
    [
        ("", DEFAULT_KEY, "Saisissez l’adresse de la boutique."),
        ("{shop}", "", "rien n’est encore enregistré ici"),
        ("pas une adresse", DEFAULT_KEY, "Ce n’est pas une adresse"),
        ("{shop}", CANARY, "refuse la clé"),
        ("http://127.0.0.1:9/", DEFAULT_KEY, "n’a pas réussi"),
        ("{shop}/autre/chemin/", DEFAULT_KEY, "n’a pas réussi"),
    ],
    ids=["no address", "no key", "no address at all", "wrong key", "nothing answers", "wrong path"],
)
def test_failed_test_says_its_cause(session: Session, systems: Systems, address: str, key: str, words: str) -> None:
    page = ConnectionsPage(session)
    type_in(page.sides["shop"].card, shop__url=address.format(shop=systems.shop), shop__key=key)
    card = press(page, "shop", "test")
    assert words in card.html()
    assert page.sides["shop"].card.form.text("shop.key") == key, "nothing typed is lost"
    assert session.workspace.secrets.names("velo") == []


@pytest.mark.spec("SHOP-10")
@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("masociete.com", "https://masociete.com/api/"),
        ("http://masociete.com/", "http://masociete.com/api/"),
        ("https://masociete.com/boutique", "https://masociete.com/boutique/api/"),
        ("https://masociete.com/api/", "https://masociete.com/api/"),
        ("https://masociete.com/api", "https://masociete.com/api/"),
        ("  ", ""),
    ],
)
def test_address_is_completed(typed: str, address: str) -> None:
    assert plugins.shop("prestashop").complete(typed) == address


@pytest.mark.spec("SHOP-10", "SVC-05")
def test_completed_address_connects(session: Session, systems: Systems) -> None:
    page = ConnectionsPage(session)
    type_in(page.sides["shop"].card, shop__url=systems.shop, shop__key=DEFAULT_KEY)
    card = press(page, "shop", "complete")
    assert card.form.text("shop.url").endswith("/api/")
    assert "a réussi" in press(page, "shop", "test").html()


@pytest.mark.spec("SEC-01")
def test_credentials_reach_the_store_and_nothing_else(
    session: Session, tmp_path: Path, systems: Systems, caplog: pytest.LogCaptureFixture
) -> None:
    page = ConnectionsPage(session)
    shop, erp = page.sides["shop"].card, page.sides["erp"].card
    type_in(shop, shop__url=systems.shop, shop__key=CANARY)
    type_in(erp, erp__client_secret=CANARY + "erp")
    press(page, "shop", "test")
    seen = [shop.html(), erp.html(), repr(shop.form), repr(page.sides["shop"])]
    assert shop.save()
    assert erp.save()
    assert session.workspace.secrets.get("velo", "shop.key") == CANARY
    assert shop.form.secrets_kept == {"shop.key"}
    assert shop.form.text("shop.key") == ""
    assert "Enregistrée, chiffrée" in shop.html()
    views = [page.shop(), page.erp(), page.lists()]
    seen += [str(view.get_state()) for view in views] + [str(view._repr_mimebundle_()) for view in views]
    seen += [str(widget.get_state()) for widget in _instances.values()]
    seen += [str(change.after) for change in session.workspace.profiles.history("velo")]
    assert not [text for text in seen if CANARY in text]
    assert CANARY not in caplog.text
    assert CANARY.encode() not in b"".join(p.read_bytes() for p in (tmp_path / "home").rglob("*") if p.is_file())


@pytest.mark.spec("SEC-01")
def test_emptied_secret_field_keeps_the_stored_one(session: Session) -> None:
    session.workspace.secrets.set("velo", "shop.key", "gardee")
    card = ConnectionsPage(session).sides["shop"].card
    type_in(card, shop__key="autre", shop__url="https://a.example/")
    type_in(card, shop__key="")
    assert card.save()
    assert session.workspace.secrets.get("velo", "shop.key") == "gardee"


@pytest.mark.spec("ERP-01")
def test_sign_in_goes_through_the_browser_and_folders_fill_by_themselves(session: Session) -> None:
    page = ConnectionsPage(session)
    side = page.sides["erp"]
    type_in(
        side.card,
        erp__subscription_key=ebp_sandbox.SUBSCRIPTION_KEY,
        erp__client_id=ebp_sandbox.CLIENT_ID,
        erp__client_secret=ebp_sandbox.CLIENT_SECRET,
    )
    side.card.view._actions["sign-in"]("")
    html = side.card.html()
    assert "Ouvrir la page d’EBP" in html
    assert ebp_sandbox.CLIENT_ID not in html, "the link holds no credential"
    link = html.split('href="')[1].split('"')[0]
    with httpx.Client(follow_redirects=True) as browser:
        sent_to = browser.get(link, follow_redirects=False).headers["location"]
        back = browser.get(sent_to, params={**parse_qs(urlsplit(sent_to).query), "login_hint": ebp_sandbox.USER_EMAIL})
        assert "Vous pouvez fermer cette fenêtre" in back.text
    side.waiting.join()
    html = side.card.html()
    assert "dossiers lus" in html
    assert "184976 - Le Vieux Fournil" in html
    type_in(side.card, erp__folder="184976")
    assert side.card.save()
    assert session.profile.erp.folder == "184976"
    assert "erp.tokens" in session.workspace.secrets.names("velo")
    assert "Connexion à EBP" in press(page, "erp", "test").html()
    assert "Dossier" in side.card.html()
    assert side.report is not None
    assert [c.ok for c in side.report.checks][:3] == [True, True, True]


@pytest.mark.spec("ERP-01")
def test_sign_in_that_cannot_begin_says_why(session: Session) -> None:
    page = ConnectionsPage(session)
    side = page.sides["erp"]
    assert "rien n’est encore enregistré ici" in press(page, "erp", "sign-in").html()
    for name in ("subscription_key", "client_id", "client_secret"):
        side.card._typed(f"erp.{name}", "x")
    type_in(side.card, erp__redirect_uri="http://ailleurs.example/")
    assert "n’est pas sur cette machine" in press(page, "erp", "sign-in").html()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        type_in(side.card, erp__redirect_uri=f"http://localhost:{taken.getsockname()[1]}")
        assert str(taken.getsockname()[1]) in press(page, "erp", "sign-in").html()
    type_in(side.card, erp__redirect_uri=f"http://localhost:{free_port()}")
    side.card.view._actions["sign-in"]("")
    press(page, "erp", "stop")
    assert "Aucune réponse de la page de connexion" in side.card.html()


@pytest.mark.spec("SVC-06")
def test_lists_are_read_and_what_is_new_or_gone_is_named(session: Session, systems: Systems) -> None:
    workspace = session.workspace
    page = ConnectionsPage(session)
    assert page.lists_card is not None

    def refresh(side: str) -> str:
        assert page.lists_card is not None
        page.lists_card._refresh(side)
        page.lists_card.waiting.join()
        return page.lists_card.html()

    assert "pas encore enregistrés" in refresh("shop")
    profile = session.profile
    give_credentials(workspace, profile)
    sign_in(workspace, profile)
    card = page.sides["shop"].card
    type_in(card, shop__url=systems.shop)
    assert card.save()
    html = refresh("shop")
    assert "Transporteurs" in html
    items = session.profile.shop_lists.get(ListName.CARRIERS)
    assert items
    # One carrier was not there at the last reading, and one that the settings name has gone since.
    lists = session.profile.shop_lists
    old = lists.model_copy(
        update={
            "lists": {
                **lists.lists,
                ListName.CARRIERS: (*items[1:], items[0].model_copy(update={"id": "999", "label": "Disparu"})),
            }
        }
    )
    orders = session.profile.orders
    maps = orders.maps.model_copy(update={"default_carrier": "999"})
    changed = session.profile.model_copy(update={"shop_lists": old, "orders": orders.model_copy(update={"maps": maps})})
    workspace.profiles.save(changed, who="camille", expected_revision=workspace.profiles.revision("velo"))
    html = refresh("shop")
    assert "Disparu" in html
    assert items[0].label in html
    assert session.profile.orders.maps.default_carrier == "999", "a mapped value that has gone stays"


@pytest.mark.spec("SVC-10")
def test_debug_mode_is_off_and_warns_while_on(session: Session) -> None:
    page = ConnectionsPage(session)
    card = page.sides["shop"].card
    warning = "Le mode debug est activé"
    assert warning not in card.html()
    type_in(card, shop__debug="1")
    assert card.save()
    assert warning in card.html()


def test_page_without_a_profile_names_the_cure() -> None:
    page = ConnectionsPage(None)
    for view in (page.shop(), page.erp(), page.lists()):
        assert "profile.ipynb" in view.html


@pytest.mark.spec("SHOP-02", "SHOP-04", "SHOP-10", "SVC-05")
@pytest.mark.parametrize(
    ("system", "typed", "address", "secrets", "rights"),
    [
        ("woocommerce", "boutique.test/wp-admin/index.php", "https://boutique.test/wp-json/wc/v3/",
         {"shop.consumer_key", "shop.consumer_secret", "shop.wp_user", "shop.wp_password"},
         "lire et écrire (READ_WRITE)"),
        ("shopify", "velo", "https://velo.myshopify.com/",
         {"shop.access_token", "shop.client_id", "shop.client_secret"}, "lire (READ), écrire (WRITE)"),
    ],
)  # fmt: skip
def test_page_asks_for_what_the_system_of_the_shop_needs(
    session: Session, system: str, typed: str, address: str, secrets: set[str], rights: str
) -> None:
    profiles = session.workspace.profiles
    profile = profiles.get(session.profile_id)
    moved = profile.model_copy(update={"shop": profile.shop.model_copy(update={"system": system, "url": ""})})
    profiles.save(moved, who="test", expected_revision=profiles.revision(profile.id))
    page = ConnectionsPage(Session(session.workspace, profile.id))
    card = page.sides["shop"].card
    assert {field.name for field in card.form.fields if field.kind == "secret"} == secrets
    type_in(card, shop__url=typed)
    press(page, "shop", "complete")
    assert card.form.text("shop.url") == address
    assert rights in card.view.html
    press(page, "shop", "test")
    needed = {"shop.access_token"} if system == "shopify" else {"shop.consumer_key", "shop.consumer_secret"}
    missing = {name for name in secrets if card.form.error(name)}
    assert missing == needed, "what is missing is asked for beside its field; what only images need may wait"
    for field in card.form.fields:
        for language in ("fr", "en"):
            assert translate(field.label, language=language) != field.label
