"""A small world that is brought back at will: two sandboxes that live long, and homes that are copied for each case.

A dozen articles of each sort and a dozen orders of the demonstration, in pages and batches of a few records, so that a
run has a first, a middle and a last call of every sort and still takes a second.
"""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from atoosync_lab.cli.demo_steps import WHO, give_credentials, sign_in
from atoosync_lab.connectors.base import ErpConnector, ShopConnector
from atoosync_lab.connectors.erps.ebp import facts as ebp_facts
from atoosync_lab.connectors.erps.ebp.auth import EbpCredentials
from atoosync_lab.connectors.erps.ebp.connector import EbpConnector
from atoosync_lab.connectors.shops.prestashop.connector import PrestaShopConnector
from atoosync_lab.runs import refreshing, systems
from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.runs.systems import Wiring
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.data.demo.facts import SPECIAL_ARTICLES, STATES
from atoosync_lab.sandbox.data.demo.profile import demo_settings
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.ebp.folder import FolderState
from atoosync_lab.sandbox.prestashop.state import ShopState
from atoosync_lab.settings import Profile
from atoosync_lab.store.tokens import ProfileTokens

FOLDER = "184976"
SPEED = 2000.0
"""Of the ERP's sandbox; the shop's runs at 1."""
PAGE = 12
"""Records a page of the ERP, in place of the hundred of the real one."""
PATIENT = 30.0
"""Seconds the clients wait for an answer where no case is about silence."""
_SETTLE = 30.0
"""Seconds after which an import is given up: the run's own pauses are a share of it."""

ARTICLES = (
    "CABAS-03", "CAF-0003", "CAF-0004", "CAF-0011", "CAF-0012", "ATE-0001", "ATE-0003", "ATE-0004", "CAF-0008",
    "CHO-0012", "COF-0002", "COF-0003", "COF-0007", "BOCAL-01", "BOCAL-02", "BOITE-01", "BOITE-03", "CAF-0009",
    "CAF-0021", "CAV-0003", "CHO-0008", "CHO-0010", "DOUBLE-01",
)  # fmt: skip
"""New ones, changed ones, some to be switched on or off, one that the shop holds twice."""
ORDERS = (41, 43, 46, 47, 57, 68, 83, 84, 87, 104, 105, 110, 119, 120)
"""With and without vouchers, slips, new customers; two that are held (unknown article, currency without map)."""
_BY_ORDER = ("order_details", "order_slip", "order_histories", "order_cart_rules", "order_carriers", "order_invoices")


@dataclass
class Scene:
    """A moment from which cases start: both sandboxes as kept under its name, and the home that goes with them."""

    name: str
    home: Path


@dataclass
class World:
    """Both sandboxes and the scenes."""

    folder: Path
    shop: servers.RunningSandbox
    erp: servers.RunningSandbox
    scenes: dict[str, Scene] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def shop_file(self) -> Path:
        """The shop's database."""
        return self.shop.state / "prestashop.sqlite"

    @property
    def folder_file(self) -> Path:
        """The ERP folder's database."""
        return self.erp.state / f"folder-{FOLDER}.sqlite"

    def keep(self, name: str, home: Path) -> None:
        """Make the present state a scene."""
        kept = self.folder / "scenes" / name
        kept.mkdir(parents=True)
        for each in ("store.sqlite", "master.key"):
            shutil.copy2(home / each, kept / each)
        self.shop.admin("POST", f"/_admin/keep/{name}")
        self.erp.admin("POST", f"/_admin/ebp/keep/{name}")
        self.scenes[name] = Scene(name, kept)

    @contextmanager
    def at(self, name: str) -> Iterator[Path]:
        """Go back to a scene, without faults; yields a home of its own, removed afterwards."""
        scene = self.scenes[name]
        self.calm()
        self.erp.admin("POST", f"/_admin/ebp/restore/{name}")
        self.shop.admin("POST", f"/_admin/restore/{name}")
        home = self.folder / f"case-{next(self._numbers)}"
        shutil.copytree(scene.home, home)
        try:
            yield home
        finally:
            self.calm()
            shutil.rmtree(home, ignore_errors=True)

    def calm(self) -> None:
        """Forget all faults."""
        self.shop.faults([])
        self.erp.faults([])

    def side(self, name: str) -> servers.RunningSandbox:
        """`shop` or `erp`."""
        return self.shop if name == "shop" else self.erp


class Impatient(httpx.HTTPTransport):
    """The network, with a time-out of our own and a connection a call."""

    def __init__(self, seconds: float) -> None:
        super().__init__(limits=httpx.Limits(max_keepalive_connections=0))
        self._seconds = seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        return super().handle_request(request)


@contextmanager
def hasty(*, timeout: float = PATIENT, settle: float = _SETTLE) -> Iterator[None]:
    """Connectors as the product wires them, but that they do not sleep between tries, and wait for answers `timeout`
    seconds; small pages on the ERP's side too.
    """

    def open_shop(profile: Profile, wiring: Wiring) -> ShopConnector:
        key = wiring.secrets.get(profile.id, "shop.key") or ""
        return PrestaShopConnector(
            profile.shop, key, trace=wiring.trace, transport=Impatient(timeout), sleep=lambda seconds: None
        )

    def open_erp(profile: Profile, wiring: Wiring) -> ErpConnector:
        names = ("erp.client_id", "erp.client_secret", "erp.subscription_key")
        credentials = EbpCredentials(*(wiring.secrets.get(profile.id, name) or "" for name in names))
        tokens = ProfileTokens(wiring.store, wiring.secrets, profile.id, "erp")
        found = EbpConnector(profile.erp, credentials, tokens, trace=wiring.trace, transport=Impatient(timeout))
        found.settle_seconds = settle
        return found

    with (
        patch.object(systems, "open_shop", open_shop),
        patch.object(systems, "open_erp", open_erp),
        patch.object(ebp_facts, "PAGE_SIZE", PAGE),
    ):
        yield


@contextmanager
def open_world(folder: Path) -> Iterator[World]:
    """Load, cut down, start, and play up to every scene: `start`, `imported`, `transformed`."""
    states = {kind: folder / "sandbox" / kind for kind in ("prestashop", "ebp")}
    load("demo", states["prestashop"], states["ebp"], version="9", shared=None)
    _cut_shop(states["prestashop"], _cut_folder(states["ebp"], states["prestashop"]))
    with (
        servers.start("prestashop", states["prestashop"], version="9") as shop,
        servers.start("ebp", states["ebp"], speed=SPEED, args=("--auto-sign-in",)) as erp,
    ):
        # The limits of calls are proved elsewhere; here they would only make cases slow.
        erp.admin("POST", "/_admin/ebp/settings", {"calls_per_second": 0.0})
        world = World(folder, shop, erp)
        home = folder / "home"
        with Workspace.open(home) as workspace:
            profile = Profile.model_validate(_settings(shop.url, erp.url))
            workspace.profiles.create(profile, who=WHO)
            give_credentials(workspace, profile)
            sign_in(workspace, profile)
            refreshing.refresh(workspace, profile.id, who=WHO)
        world.keep("start", home)
        with Workspace.open(home) as workspace, hasty():
            run(workspace, RunRequest(profile="demo", flow="orders", who=WHO))
        world.keep("imported", home)
        _transform(states["ebp"])
        world.keep("transformed", home)
        yield world


def _settings(shop: str, erp: str) -> dict[str, Any]:
    """The demonstration's profile in small batches."""
    found = demo_settings(shop, erp, speed=SPEED)
    sizes = {"page_size": 8, "detail_page": 4, "products": 3, "prices": 3, "stocks": 4, "import_file": 4}
    found["shop"]["sizes"] = {**sizes, "concurrency": 1}
    found["orders"]["period"] = "last_3_months"
    found["orders"]["credit_notes"]["period"] = "last_3_months"
    return found


def _marks(values: object) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))  # type: ignore[call-overload]


def _cut_folder(erp: Path, shop: Path) -> set[str]:
    """Leave the articles of this world, of its orders, and the special ones; which they are."""
    with sqlite3.connect(shop / "prestashop.sqlite") as db:
        rows = db.execute(f"SELECT product_reference FROM order_details WHERE id_order IN ({_marks(ORDERS)})")
        kept = {*ARTICLES, *(row[0].strip() for row in rows if row[0])}
    with FolderState.open(erp, FOLDER) as state:
        special = {*SPECIAL_ARTICLES.values()}
        state.connection.execute(f"DELETE FROM Item WHERE Id NOT IN ({_marks(kept | special)})")
        state.connection.execute("DELETE FROM StockItem WHERE ItemId NOT IN (SELECT Id FROM Item)")
    return kept


def _cut_shop(folder: Path, kept: set[str]) -> None:
    """Leave the products of these references (and parents of such variants) and the orders of this world."""
    state = ShopState.open(folder)
    with state.writing():
        db = state.db
        parents = f"SELECT id_product FROM combinations WHERE trim(reference) IN ({_marks(kept)})"
        wanted = f"SELECT id FROM products WHERE trim(reference) IN ({_marks(kept)}) OR id IN ({parents})"
        db.execute(f"CREATE TEMP TABLE wanted AS {wanted}")
        db.execute("DELETE FROM products WHERE id NOT IN (SELECT id FROM wanted)")
        for table in ("combinations", "stock_availables", "_category_products", "specific_prices"):
            db.execute(f"DELETE FROM {table} WHERE id_product NOT IN (SELECT id FROM wanted)")
        db.execute(f"DELETE FROM orders WHERE id NOT IN ({_marks(ORDERS)})")
        for table in _BY_ORDER:
            db.execute(f"DELETE FROM {table} WHERE id_order NOT IN (SELECT id FROM orders)")
        db.execute("DELETE FROM order_payments WHERE order_reference NOT IN (SELECT reference FROM orders)")
    state.close()


def _transform(erp: Path) -> None:
    """A user of the folder turns the imported orders into delivery notes, and half of those into invoices."""
    with FolderState.open(erp, FOLDER) as state:
        ours = [d for d in state.rows("SaleDocument") if d["xx_AtooKey"] and d["DocumentType"] == 4]
        notes = [
            {"DocumentType": 6, "DocumentNumber": f"BL9{n:04}", "OriginDocumentNumber": d["DocumentNumber"]}
            for n, d in enumerate(ours)
        ]
        bills = [
            {"DocumentType": 2, "DocumentNumber": f"FA9{n:04}", "OriginDocumentNumber": note["DocumentNumber"]}
            for n, note in enumerate(notes[::2])
        ]
        state.insert_many("SaleDocument", [*notes, *bills])


__all__ = ["FOLDER", "SPEED", "STATES", "World", "hasty", "open_world"]
