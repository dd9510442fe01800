"""A person's first half hour, from an empty workbench to a client who watches it: every step in a real browser."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from atoosync_lab.runs.clients import Clients
from atoosync_lab.runs.worker import Worker
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.ebp import settings as ebp
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from tests.pages import browsing
from tests.pages.servers import ROOT, Server, lab, voila

PROFILE = "ebp-saas-x-prestashop"
PASSWORD = "Clavier-Orange-42"
SPEED = 2000.0
"""The folder sandbox answers this much faster than EBP's limits allow."""
LONG = 90_000
"""Milliseconds a step may take on a machine that is busy with other tests."""


@dataclass(slots=True)
class Beat:
    """A worker whose clock can be put forward: five minutes need not be waited for."""

    ahead: timedelta = timedelta()
    ready: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self, home: Path) -> None:
        with Workspace.open(home) as workspace, Worker(workspace, "desk-1", concurrency=1) as worker:
            self.ready.set()
            while not self.ended.wait(0.3):
                worker.tick(datetime.now(UTC) + self.ahead)


@dataclass(frozen=True, slots=True)
class Desk:
    """What stands on the table of a person who begins."""

    home: Path
    shop: str
    erp: str
    lab: Server
    notebooks: Path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    states = {name: tmp_path / "sandbox" / name for name in ("prestashop", "ebp")}
    load("demo", states["prestashop"], states["ebp"], version="9", shared=None, today=None)
    notebooks, home = tmp_path / "notebooks", tmp_path / "home"
    shutil.copytree(ROOT / "notebooks", notebooks, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (tmp_path / "lab").mkdir()
    with (
        servers.start("prestashop", states["prestashop"], version="9") as shop,
        servers.start("ebp", states["ebp"], speed=SPEED) as erp,
        lab(tmp_path / "lab", home, notebooks) as server,
    ):
        yield Desk(home, shop.url, erp.url, server, notebooks)


@contextmanager
def working(home: Path) -> Iterator[Beat]:
    """The worker that `make lab` starts beside JupyterLab."""
    beat = Beat()
    # In a thread of its own: the browser's loop runs in this one, and the worker brings its own.
    thread = threading.Thread(target=beat.run, args=(home,), daemon=True)
    thread.start()
    try:
        assert beat.ready.wait(60)
        yield beat
    finally:
        beat.ended.set()
        thread.join(60)


class Hands:
    """The person: opens notebooks, types, presses."""

    def __init__(self, page: Page, desk: Desk, shot: Callable[[str], None]) -> None:
        self.page, self.desk, self.shot = page, desk, shot

    def open(self, name: str, **given: object) -> None:
        """Open a notebook and run it; what is given goes into its parameters cell."""
        if given:
            browsing.with_parameters(ROOT / "notebooks" / f"{name}.ipynb", self.desk.notebooks / f"{name}.ipynb", given)
        browsing.open_in_lab(self.page, self.desk.lab, name)
        browsing.run_all(self.page)

    @property
    def ours(self) -> Locator:
        return self.page.locator(".jp-Notebook .at-view")

    def press(self, name: str) -> None:
        self.ours.get_by_role("button", name=name, exact=True).first.click()

    def field(self, name: str) -> Locator:
        return self.ours.locator(f'[data-at-field="{name}"]')

    def block(self, key: str) -> None:
        link = self.ours.locator(f"[data-at-do=block][data-at-value={key}]")
        link.click()
        expect(link).to_have_attribute("aria-current", "true")

    def save(self) -> None:
        """Save the block on show, and see that it is kept."""
        button = self.ours.get_by_role("button", name="Enregistrer", exact=True)
        button.click()
        expect(button).to_have_count(0)


@pytest.mark.spec("SVC-02", "SVC-05", "SVC-06", "SVC-10", "RUN-01", "RUN-03", "RUN-10", "BEY-01", "SEC-02")
def test_first_half_hour(page: Page, context: BrowserContext, desk: Desk, shot: Callable[[str], None]) -> None:
    page.set_default_timeout(LONG)
    expect.set_options(timeout=LONG)
    watch = browsing.Watch()
    watch.on(page)
    hands = Hands(page, desk, shot)
    try:
        create(hands)
        connect(hands, context)
        relate(hands)
        with working(desk.home) as beat:
            preview_and_run(hands)
            schedule(hands, beat)
        client_watches(hands)
    finally:
        expect.set_options(timeout=5_000)
    assert not watch.outside
    # The browser itself notes the refused password.
    assert [said for said in watch.errors if "/login" not in said] == []


def create(hands: Hands) -> None:
    """The wizard, step by step; nothing is stored before the last."""
    hands.open("profile")
    for step in ("l’ERP", "la boutique", "les fonctions", "les options des articles", "les options des commandes"):
        hands.press(f"Continuer vers {step}")
    hands.press("Continuer vers le nom")
    with Workspace.open(hands.desk.home) as workspace:
        assert workspace.profiles.list() == []
    hands.press("Créer mon profil")
    expect(hands.ours.get_by_role("link", name="Donner les accès")).to_be_visible()
    with Workspace.open(hands.desk.home) as workspace:
        assert [entry.id for entry in workspace.profiles.list()] == [PROFILE]
        # What no form asks for: the sandbox need not be read at EBP's pace.
        profile = workspace.profiles.get(PROFILE)
        faster = profile.model_copy(update={"erp": profile.erp.model_copy(update={"speed": SPEED})})
        workspace.profiles.save(faster, who="camille", expected_revision=1)
    hands.shot("half-hour-1-profile")


def connect(hands: Hands, context: BrowserContext) -> None:
    """Both sides: a wrong key is told, the right one accepted; the folder is chosen from what EBP shows."""
    hands.open("connect")
    hands.field("shop.url").fill(hands.desk.shop)
    hands.field("shop.key").fill("K" * 32)
    hands.ours.get_by_role("button", name="Tester la connexion").first.click()
    expect(hands.ours.first).to_contain_text("refuse la clé")
    hands.field("shop.key").fill(DEFAULT_KEY)
    hands.ours.get_by_role("button", name="Tester la connexion").first.click()
    expect(hands.ours.first).to_contain_text("Le test de connexion à PrestaShop a réussi")
    hands.save()
    typed = {
        "erp.subscription_key": ebp.SUBSCRIPTION_KEY,
        "erp.client_id": ebp.CLIENT_ID,
        "erp.client_secret": ebp.CLIENT_SECRET,
        "erp.login_url": hands.desk.erp,
        "erp.api_url": hands.desk.erp,
    }
    hands.field("erp.login_url").locator("xpath=ancestor::details/summary").click()
    for name, value in typed.items():
        hands.field(name).fill(value)
    hands.save()
    hands.press("S’authentifier chez EBP")
    with context.expect_page() as opened:
        hands.ours.get_by_role("link", name="Ouvrir la page d’EBP").click()
    door = opened.value
    door.locator("input[autocomplete=username]").fill(ebp.USER_EMAIL)
    door.locator("input[type=password]").fill(ebp.USER_PASSWORD)
    door.get_by_role("button").click()
    expect(door.locator("body")).to_contain_text("Vous pouvez fermer cette fenêtre")
    door.close()
    folder = hands.field("erp.folder")
    expect(folder.locator("option")).to_have_count(3)
    folder.select_option(index=1)
    hands.save()
    hands.press("Actualiser la configuration du site web")
    expect(hands.ours.last).to_contain_text("Transporteurs")
    hands.press("Actualiser la configuration de l’ERP")
    expect(hands.ours.last).to_contain_text("Codes TVA")
    hands.shot("half-hour-2-connect")
    for secret in (DEFAULT_KEY, ebp.CLIENT_SECRET):
        assert secret not in page_text(hands)


def page_text(hands: Hands) -> str:
    """All that the page and the kept notebook hold."""
    hands.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    return hands.page.content() + (hands.desk.notebooks / "connect.ipynb").read_text(encoding="utf-8")


def relate(hands: Hands) -> None:
    """What a mapping needs at least: taxes by rate, one territory, one way to pay, one carrier, one status."""
    hands.open("articles", block="taxes")
    hands.press("Relier par taux égal")
    hands.save()
    hands.open("orders", block="taxes")
    hands.press("Relier par taux égal")
    hands.save()
    chosen = {
        "countries": {"default_country.with_tax": "FR", "default_country.without_tax": "EXPORT"},
        "payments": {"default_payment.payment_terms": "COMPT", "default_payment.payment_means": "CB"},
        "carriers": {"default_carrier": "COL"},
    }
    for block, values in chosen.items():
        hands.block(block)
        for name, value in values.items():
            hands.field(f"default:orders.maps.{name}").select_option(value)
        hands.save()
    hands.shot("half-hour-3-orders")
    hands.open("import", block="statuses")
    grid = hands.page.locator(".at-grid")
    row = grid.locator(".tabulator-row", has_text="Paiement accepté").first
    row.locator("[tabulator-field=kind]").click()
    hands.page.get_by_role("option", name="Commande", exact=True).click()
    hands.save()
    with Workspace.open(hands.desk.home) as workspace:
        profile = workspace.profiles.get(PROFILE)
    assert [rule.kind.value for rule in profile.orders.statuses.values()] == ["order"]


def preview_and_run(hands: Hands) -> None:
    """A blocked order says why; its tax is related in place; the plan made again lets it pass; then it is applied."""
    hands.open("preview", flow="orders")
    hands.ours.get_by_role("button", name="Bloqués").click()
    blocked = hands.ours.locator("tr[data-key]", has_text="TVA RE 8.5%").first
    expect(blocked).to_be_visible()
    order = blocked.get_attribute("data-key")
    blocked.get_by_role("button", name=f"Ouvrir {order}").click()
    detail = hands.ours.locator("tr.detail")
    expect(detail.get_by_role("combobox").first).to_be_visible()
    # Goods and shipping name their tax differently: each has its own picker.
    for left in range(detail.get_by_role("combobox").count(), 0, -1):
        detail.get_by_role("combobox").first.select_option(label="TVA DOM 8,5 %")
        detail.get_by_role("button", name="Relier la taxe").first.click()
        expect(detail.get_by_role("combobox")).to_have_count(left - 1)
    expect(detail).to_contain_text("Taxe reliée")
    hands.shot("half-hour-4-blocked")
    hands.press("Refaire l’aperçu")
    expect(hands.ours.locator(f"tr[data-key='{order}']", has_text="TVA RE 8.5%")).to_have_count(0)
    apply = hands.ours.get_by_role("button", name="Appliquer les").first
    apply.click()
    hands.ours.locator(".ask [data-at-do=apply]").click()
    expect(hands.page.locator(".verdict")).to_be_visible()
    hands.shot("half-hour-5-applied")
    with Workspace.open(hands.desk.home) as workspace:
        (run,) = [run for run in workspace.journal.list(profile=PROFILE) if run.counts.ok]
        assert run.flow == "orders"
        assert run.counts.ok > 50


def schedule(hands: Hands, beat: Beat) -> None:
    """Prices every five minutes, seen to run twice."""
    hands.open("schedules", flow="prices")
    hands.ours.get_by_label("Répéter toutes les").check()
    hands.ours.get_by_label("Intervalle entre deux départs").select_option("5")
    hands.press("Planifier la tâche")
    expect(hands.ours.locator("tr[data-schedule]")).to_have_count(1)
    hands.shot("half-hour-6-schedule")
    for times in (1, 2):
        beat.ahead += timedelta(minutes=5)
        wait_for_runs(hands, times)


def wait_for_runs(hands: Hands, times: int) -> None:
    """Until the task has run so often, and the executed copy of each run is kept: only then its slot is over."""
    for _ in range(180):
        with Workspace.open(hands.desk.home) as workspace:
            runs = workspace.journal.list(profile=PROFILE)
        kept = [run for run in runs if run.flow == "prices" and (hands.desk.home / "runs" / f"{run.id}.ipynb").exists()]
        if len(kept) >= times:
            hands.page.wait_for_timeout(2_000)
            return
        hands.page.wait_for_timeout(500)
    raise AssertionError(f"the task ran less than {times} times: {[(run.flow, run.state) for run in runs]}")


def client_watches(hands: Hands) -> None:
    """The client signs in, sees what ran, and can start nothing."""
    home, page = hands.desk.home, hands.page
    with Workspace.open(home) as workspace:
        clients = Clients(workspace)
        clients.add("breval", [PROFILE], PASSWORD, name="Bréval")
        file = clients.file("breval")
    folder = home.parent / "client"
    folder.mkdir()
    with voila(folder, home / "exports" / PROFILE, client=file) as server:
        page.goto(server.url)
        page.get_by_label("Mot de passe").fill("faux")
        page.locator("form button[type=submit]").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.locator("form button[type=submit]").click()
        page.wait_for_selector("[data-ready]")
        expect(page.locator("body")).to_contain_text("EBP SaaS x PrestaShop")
        hands.shot("half-hour-7-home")
        page.get_by_role("link", name="Journal").first.click()
        page.wait_for_selector("[data-ready]")
        expect(page.locator("body")).to_contain_text("Mise à jour des prix")
        expect(page.get_by_role("button", name="Lancer")).to_have_count(0)
        hands.shot("half-hour-8-journal")
