"""Connectors of third parties: found, shown, used like ours; those that are not as they should be are named."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.cli.demo_steps import sign_in
from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.base import Outcome, WriteResult
from atoosync_lab.connectors.plugins import ErpPlugin, ShopPlugin
from atoosync_lab.model.i18n import LANGUAGES, Message, translate
from atoosync_lab.runs import refreshing
from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox.data.demo.catalogue import articles
from atoosync_lab.sandbox.data.demo.facts import FOLDER
from atoosync_lab.sandbox.data.demo.facts import facts as demo_facts
from atoosync_lab.sandbox.data.demo.folder import fill_folder
from atoosync_lab.sandbox.data.demo.profile import ShopPart, payment_rule, settings_for
from atoosync_lab.sandbox.ebp import settings as ebp_sandbox
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.sandbox.servers import RunningSandbox, start
from atoosync_lab.settings import Profile
from atoosync_lab.store.journal_records import Counts
from atoosync_lab.workbench.creating import Wizard
from tests.connectors.plugin_site import (
    EXAMPLE,
    commands,
    environment,
    install_example,
    install_stranger,
    installed,
)
from tests.connectors.suite import PluginSuite, ShopSuite
from tests.repo.scan import placeholders, sentences, uses

SOURCE = EXAMPLE / "src" / "atoosync_shop_carnet"
PUBLIC = re.compile(r"atoosync_lab\.(connectors\.(base|plugins|http|redaction)|model\.\w+|settings\.connection)$")
"""What a connector may use of the workbench."""
pytestmark = pytest.mark.spec("BEY-11")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example and with two strangers that are no plug-ins."""
    folder = install_example(tmp_path_factory.mktemp("site"))
    install_stranger(folder, "broken", "broken = stranger_broken:PLUGIN", modules={"stranger_broken": "import no_such"})
    install_stranger(folder, "wrong", "wrong = stranger_wrong:PLUGIN", modules={"stranger_wrong": "PLUGIN = 'shop'"})
    other = "from atoosync_shop_carnet.plugin import PLUGIN"
    install_stranger(folder, "misnamed", "cahier = stranger_misnamed:PLUGIN", modules={"stranger_misnamed": other})
    for place in ("first", "second"):
        install_stranger(folder, place, f"double = stranger_{place}:PLUGIN", modules={})
    return folder


def example_module(name: str) -> Any:
    """A module of the example's tests, under a name of its own."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLE / "tests" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def carnet() -> Iterator[Any]:
    """A running Carnet shop; `carnet.KEY` is its key."""
    module = example_module("carnet_shop")
    with module.running(module.CarnetShop()) as shop:
        shop.KEY = module.KEY
        yield shop


# --- The suite --------------------------------------------------------------------------------------------------------


def own_tests(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the example's tests as its publisher does: their configuration, their package, nothing of this repository."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=EXAMPLE, env=environment(site), capture_output=True, text=True)


def test_example_passes_the_suite_of_all_connectors_whole(site: Path) -> None:
    done = own_tests(site)
    assert done.returncode == 0, done.stdout[-3000:]
    told = re.search(r"^(\d+) passed in ", done.stdout, re.MULTILINE)
    assert told, "something was skipped or expected to fail"
    assert int(told[1]) > 130


def done_anyway(connector: Any, write: Any, reply: Any, *, made: str, done: tuple[int, ...] = (200,)) -> WriteResult:
    return WriteResult(key=write.key, outcome=Outcome.DONE, target_id=made or "1")


def refused_anyway(connector: Any, batch: Any, send: Any) -> list[WriteResult]:
    refusal = Message("carnet.record_refused", {"record": "", "text": ""})
    return [WriteResult(key=send(w).key, outcome=Outcome.REFUSED, error=refusal) for w in batch]


def nothing_sent(connector: Any, batch: Any, send: Any) -> list[WriteResult]:
    return [WriteResult(key=w.key, outcome=Outcome.DONE, target_id="1") for w in batch]


@pytest.mark.parametrize(
    ("place", "lie"), [("_result", done_anyway), ("_each", refused_anyway), ("_each", nothing_sent)]
)
def test_suite_finds_out_a_connector_that_tells_what_is_not_true(
    site: Path, carnet: Any, monkeypatch: pytest.MonkeyPatch, place: str, lie: Any
) -> None:
    with installed(site):
        module = example_module("test_carnet")
        for task in ("product_create", "price", "order_status"):
            rig = module.CarnetRig(carnet)
            ShopSuite().test_one_bad_record_in_a_batch_stops_no_other(rig, rig.task(task))
            with monkeypatch.context() as patch:
                patch.setattr(module.CarnetConnector, place, lie)
                with pytest.raises(AssertionError):
                    ShopSuite().test_one_bad_record_in_a_batch_stops_no_other(rig, rig.task(task))


SHOP_ADDRESSES = {"shopify": "boutique.myshopify.com"}
SYSTEMS = [("shop", name) for name in plugins.shop_names()] + [("erp", name) for name in plugins.erp_names()]


class TestOurs(PluginSuite):
    @pytest.fixture(params=SYSTEMS, ids=lambda system: system[1])
    def plugin(self, request: pytest.FixtureRequest) -> ShopPlugin | ErpPlugin:
        side, name = request.param
        self.address = SHOP_ADDRESSES.get(name, self.address)
        return plugins.shop(name) if side == "shop" else plugins.erp(name)


# --- What an example must be ------------------------------------------------------------------------------------------


def test_example_uses_public_modules_alone() -> None:
    named = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                named.add(node.module or "")
            elif isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
    ours = {name for name in named if name.split(".")[0] == "atoosync_lab"}
    assert ours
    assert sorted(name for name in ours if not PUBLIC.match(name)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_example_has_a_sentence_with_its_facts(language: str) -> None:
    said = {code: text for _, code, text in sentences(SOURCE / "locale" / language)}
    used = [use for path in SOURCE.rglob("*.py") for use in uses(path) if use.code.startswith("carnet.")]
    assert len(used) > 8
    assert [use.where for use in used if not said.get(use.code)] == []
    assert [u.where for u in used if u.fields is not None and placeholders(said[u.code]) - u.fields] == []
    assert {code for _, code, _ in sentences(SOURCE / "locale" / "fr")} == said.keys()


# --- Commands ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answers(site: Path, carnet: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """What a workbench with these packages answers, by the name of the command."""
    create = ["profile", "create"]
    secret, check = ["profile", "secret", "shop.key"], ["connect", "test", "--side", "shop"]
    calls: dict[str, tuple[list[str], str | None, str]] = {
        "create": ([*create, "nord", "--shop", "carnet", "--shop-url", carnet.url], None, "en"),
        "wrong key": (secret, "wrong-key\n", "en"),
        "refused": (check, None, "fr"),
        "refused in English": (check, None, "en"),
        "key": (secret, f"{carnet.KEY}\n", "en"),
        "connected": (check, None, "fr"),
        "unknown": ([*create, "u", "--shop", "cahier-bleu"], None, "en"),
        "broken": ([*create, "b", "--shop", "broken"], None, "fr"),
        "wrong": ([*create, "w", "--shop", "wrong"], None, "en"),
        "double": ([*create, "d", "--shop", "double"], None, "en"),
        "misnamed": ([*create, "m", "--shop", "cahier"], None, "en"),
        "others still work": ([*create, "p", "--shop", "prestashop"], None, "en"),
    }
    home = tmp_path_factory.mktemp("home")
    return dict(zip(calls, commands(site, home, list(calls.values())), strict=True))


def test_profile_is_created_and_connected_with_a_shop_of_a_third_party(answers: dict[str, tuple[int, str]]) -> None:
    status, text = answers["create"]
    assert status == 0
    assert "shop.key" in text
    assert answers["refused"] == (3, "Boutique ✗ Carnet refuse la clé. Copiez-la de nouveau, en entier, depuis la "
                                     "page « Mon Carnet ».")  # fmt: skip
    assert answers["refused in English"][0] == 3
    assert "Carnet refuses the key." in answers["refused in English"][1]
    status, text = answers["connected"]
    assert status == 0, text
    assert "La boutique accepte la clé." in text
    assert "Carnet 2.1." in text


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("unknown", "settings.unknown_system", ["cahier-bleu", "carnet", "prestashop"]),
        ("broken", "plugin.broken", ["broken", "stranger_broken:PLUGIN", "no_such", "Réinstallez"]),
        ("wrong", "plugin.none", ["stranger_wrong:PLUGIN", "ShopPlugin", "docs/write-a-connector.md"]),
        ("misnamed", "plugin.none", ["stranger_misnamed:PLUGIN", "cahier"]),
        ("double", "plugin.twice", ["double", "stranger_first:PLUGIN", "stranger_second:PLUGIN", "Uninstall"]),
    ],
)
def test_package_that_is_no_plug_in_is_named_with_the_cure(
    answers: dict[str, tuple[int, str]], name: str, code: str, words: list[str]
) -> None:
    status, text = answers[name]
    assert status == 3
    assert code in text
    assert [word for word in words if word not in text] == []


def test_others_work_beside_packages_that_do_not(answers: dict[str, tuple[int, str]]) -> None:
    assert answers["others still work"][0] == 0


def test_wizard_shows_it_by_its_title_and_creates_its_profile(site: Path, tmp_path: Path) -> None:
    with installed(site), Workspace.open(tmp_path / "home") as workspace:
        wizard = Wizard(workspace)
        for _ in range(2):
            wizard.view._actions["next"]("")
        assert wizard.step == "shop"
        shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", wizard.html()))
        assert " Carnet " in shown
        # Those that do not load are there too, locked, each with its cause.
        causes = ["« broken » (stranger_broken:PLUGIN) ne se charge pas", "s’appellent « double »", "stranger_wrong"]
        assert [cause for cause in causes if cause not in shown] == []
        for unusable in ("broken", "double"):
            wizard._typed("shop", unusable)
            assert wizard.error is not None
            assert wizard.answers["shop"] == "prestashop"
        wizard._typed("shop", "carnet")
        assert wizard.error is None
        while wizard.step != "done":
            wizard.view._actions["next"]("")
        assert wizard.created is not None
        assert (wizard.created.name, wizard.created.shop.system) == ("EBP SaaS x Carnet", "carnet")
    assert "carnet" not in plugins.shop_names()
    assert translate("carnet.version", language="en") == "carnet.version"


# --- Flows ------------------------------------------------------------------------------------------------------------


@dataclass
class Linked:
    """A profile between the demonstration's folder and a Carnet shop."""

    workspace: Workspace
    shop: Any

    def run(self, flow: str, *keys: str) -> Counts:
        """Capture, plan, apply."""
        result = run(self.workspace, RunRequest(profile="demo", flow=flow, keys=keys, who="camille"))
        errors = [str(e.message) for e in self.workspace.journal.entries(result.run.id) if e.level == "error"]
        held = [(r.key, r.reason, r.params) for r in (result.plan.rows(actions=["block"]) if result.plan else [])]
        assert (errors, held) == ([], []), flow
        return result.run.counts


@pytest.fixture(scope="module")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    state = tmp_path_factory.mktemp("ebp")
    with FolderState.open(state, FOLDER) as folder:
        fill_folder(folder, date.today())  # noqa: DTZ011 the demonstration counts back from today
    with start("ebp", state, speed=2000.0, args=("--auto-sign-in",)) as running:
        yield running


@pytest.fixture
def linked(site: Path, carnet: Any, erp: RunningSandbox, tmp_path: Path) -> Iterator[Linked]:
    vat = demo_facts()["vat"]
    part = ShopPart(
        system="carnet",
        label="Carnet",
        default_tax="normal",
        tax_groups={vat["20"]: "normal", vat["5.5"]: "low"},
        texts={"name": "Caption", "description": "DesCom"},
        category="",
        price_precision=2,
        taxes={"|20": vat["20"]},
        payments={"card|EUR": payment_rule("WEB", "CB", "BQ1")},
        carriers={},
        statuses={"paid": {"kind": "order", "state": "Accepté", "set_status": "sent"}},
        status_update={"invoice": "sent"},
        products={"brand_field": ""},
    )
    with installed(site), Workspace.open(tmp_path / "home") as workspace:
        profile = Profile.model_validate(settings_for(part, carnet.url, erp.url, speed=2000.0))
        workspace.profiles.create(profile, who="camille")
        keys = {
            "shop.key": carnet.KEY,
            "erp.client_id": ebp_sandbox.CLIENT_ID,
            "erp.client_secret": ebp_sandbox.CLIENT_SECRET,
            "erp.subscription_key": ebp_sandbox.SUBSCRIPTION_KEY,
        }
        for name, value in keys.items():
            workspace.secrets.set(profile.id, name, value)
        sign_in(workspace, profile)
        refreshing.refresh(workspace, profile.id, who="camille")
        yield Linked(workspace, carnet)


def test_shop_of_a_third_party_goes_through_a_day(linked: Linked) -> None:
    goods = [article.code for article in articles() if article.sellable and article.main and article.vat == "20"][:6]
    assert linked.run("articles", *goods).ok == 6
    rows = {row["reference"]: row for row in linked.shop.products.values()}
    assert set(goods) <= rows.keys()
    sold = rows[goods[0]]
    right = sold["quantity"]
    assert right > 0
    linked.shop.change_product(sold["id"], quantity=right + 1)
    assert linked.run("stocks", *goods).ok == 1
    assert linked.shop.products[sold["id"]]["quantity"] == right
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    number = linked.shop.add_order(created_at=at, changed_at=at)
    linked.shop.orders[number]["lines"][0] |= {"product": sold["id"], "reference": goods[0]}
    assert linked.run("orders").ok > 0
    assert linked.shop.orders[number]["status"] == "sent"
    assert linked.run("orders").ok == 0
