"""The consultant's side: what to type into the shop, registering through its API, a check that deliveries arrive."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from atoosync_lab.cli.main import app
from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.webhooks import proved
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import LANGUAGES, translate
from atoosync_lab.runs import hooks
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.shopify.install import CLIENT_SECRET, DEFAULT_TOKEN
from atoosync_lab.sandbox.woocommerce.install import WRITE_KEY, WRITE_SECRET
from atoosync_lab.settings import Profile
from tests.door.helpers import OpenDoor, create, opened, shopify, until, woocommerce

pytestmark = pytest.mark.spec("SHOP-12")
CREDENTIALS: Mapping[str, Mapping[str, str]] = {
    "woocommerce": {"shop.consumer_key": WRITE_KEY, "shop.consumer_secret": WRITE_SECRET},
    "shopify": {"shop.access_token": DEFAULT_TOKEN, "shop.webhook_secret": CLIENT_SECRET},
}


@dataclass
class Scene:
    """A workbench with a door, and both shops with an empty profile each."""

    workspace: Workspace
    door: OpenDoor
    shops: Mapping[str, RunningSandbox]

    def run(self, *arguments: str, given: str = "") -> Result:
        env = {"ATOOSYNC_HOME": str(self.workspace.home.root), "ATOOSYNC_LANG": "en", "COLUMNS": "200"}
        return CliRunner().invoke(app, ["door", *arguments], input=given, env=env)

    def point(self, profile: str, address: str) -> None:
        """The door's address of a profile."""
        document = self.workspace.profiles.get(profile).model_dump(mode="json")
        document["door"]["address"] = address
        changed = Profile.model_validate(document)
        revision = self.workspace.profiles.revision(profile)
        self.workspace.profiles.save(changed, who="test", expected_revision=revision)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("hooks")
    with (
        servers.start("woocommerce", folder / "woocommerce", speed=0) as woo,
        servers.start("shopify", folder / "shopify", speed=0) as shop,
        Workspace.open(folder / "home") as workspace,
        opened(workspace) as door,
    ):
        for system, server in (("woocommerce", woo), ("shopify", shop)):
            create(workspace, system, system, server.url)
            for name, value in CREDENTIALS[system].items():
                workspace.secrets.set(system, name, value)
        scene = Scene(workspace, door, {"woocommerce": woo, "shopify": shop})
        for system in CREDENTIALS:
            scene.point(system, door.url)
        yield scene


def test_addresses_are_shown_first_then_registered_and_the_shops_deliver_to_them(scene: Scene) -> None:
    shown = scene.run("register", "woocommerce", "--json")
    assert shown.exit_code == 0, shown.output
    rows = json.loads(shown.stdout)["rows"]
    assert [(row["action"], row["topic"], row["done"]) for row in rows] == [
        ("create", "order.created", False), ("create", "order.updated", False),
    ]  # fmt: skip
    assert not scene.workspace.secrets.get("woocommerce", "shop.webhook_secret"), "nothing is written yet"
    hint = scene.run("register", "woocommerce")
    assert "--apply" in hint.stdout

    done = scene.run("register", "woocommerce", "--apply")
    assert done.exit_code == 0, done.output
    secret = scene.workspace.secrets.get("woocommerce", "shop.webhook_secret")
    assert secret is not None
    assert len(secret) >= 32
    assert secret not in done.output
    again = json.loads(scene.run("register", "woocommerce", "--apply", "--json").stdout)["rows"]
    assert [row["action"] for row in again] == ["keep", "keep"], "a second time nothing is to be done"
    until(lambda: [e.arrivals for e in scene.door.noted("woocommerce")] == [2], "both signs of life")

    order = scene.shops["woocommerce"].admin(
        "POST", "/_admin/act", {"method": "POST", "path": "orders", "params": {"status": "processing"}}
    )["id"]  # fmt: skip
    until(lambda: len(scene.door.noted("woocommerce")) == 3, "created and updated arrive")
    _, *arrived = scene.door.noted("woocommerce")
    assert {(each.topic, each.order) for each in arrived} <= {
        ("order.created", str(order)), ("order.updated", str(order)),
    }  # fmt: skip
    assert "noted" in {each.state.value for each in arrived}
    listed = json.loads(scene.run("list", "--profile", "woocommerce", "--json").stdout)
    assert str(order) in {row["order"] for row in listed}
    table = scene.run("list", "--profile", "woocommerce")
    assert "Sign of life" in table.stdout
    assert "No worker is running" in table.stdout


def test_disabled_hook_and_new_secret_are_renewed_and_others_left_alone(scene: Scene) -> None:
    shop = scene.shops["woocommerce"]
    foreign = {"topic": "order.updated", "delivery_url": "https://other.example/hook", "secret": "x"}
    shop.admin("POST", "/_admin/act", {"method": "POST", "path": "webhooks", "params": foreign})
    rows = shop.admin("POST", "/_admin/rows", {"table": "webhooks"})["rows"]
    mine = [row for row in rows if row["delivery_url"].startswith(scene.door.url)]
    shop.admin("POST", "/_admin/rows", {"table": "webhooks", "id": mine[0]["id"], "change": {"status": "disabled"}})
    plan = hooks.plan_hooks(scene.workspace, "woocommerce")
    assert [row.action for row in plan.rows] == ["renew", "keep", "other"]
    assert all(row.done for row in hooks.apply_hooks(scene.workspace, plan).writes)
    before = scene.workspace.secrets.get("woocommerce", "shop.webhook_secret")
    fresh = hooks.apply_hooks(scene.workspace, hooks.plan_hooks(scene.workspace, "woocommerce", new_secret=True))
    assert [row.action for row in fresh.rows] == ["renew", "renew", "other"]
    secret = scene.workspace.secrets.get("woocommerce", "shop.webhook_secret")
    kept = shop.admin("POST", "/_admin/rows", {"table": "webhooks"})["rows"]
    assert {row["secret"] for row in kept if row["id"] in {m["id"] for m in mine}} == {secret} != {before}
    assert [row["status"] for row in kept] == ["active"] * 3
    assert {row["secret"] for row in kept if row["delivery_url"].startswith("https://other")} == {"x"}


def test_subscriptions_of_shopify_are_registered_with_the_secret_of_the_app(scene: Scene) -> None:
    done = scene.run("register", "shopify", "--apply", "--json")
    assert done.exit_code == 0, done.output
    assert [(row["topic"], row["done"]) for row in json.loads(done.stdout)["rows"]] == [
        ("orders/create", True), ("orders/updated", True),
    ]  # fmt: skip
    assert [row.action for row in hooks.plan_hooks(scene.workspace, "shopify").rows] == ["keep", "keep"]
    order = scene.shops["shopify"].admin(
        "POST", "/_admin/seed/orders", {"orders": [{"lines": [{"title": "Cadenas"}]}]}
    )["result"][0]  # fmt: skip
    until(lambda: [each.order for each in scene.door.noted("shopify")] == [str(order)], "it arrives")


def test_secret_that_is_not_ours_to_choose_must_be_given_first(scene: Scene) -> None:
    create(scene.workspace, "secretless", "shopify", scene.shops["shopify"].url)
    scene.workspace.secrets.set("secretless", "shop.access_token", DEFAULT_TOKEN)
    with pytest.raises(SettingsError) as refused:
        hooks.plan_hooks(scene.workspace, "secretless")
    assert refused.value.code == "door.secret_missing"


def test_trial_proves_the_way_and_the_secret(scene: Scene) -> None:
    ok = scene.run("check", "shopify")
    assert (ok.exit_code, scene.door.url in ok.stdout) == (0, True)
    scene.door.said.clear()
    create(scene.workspace, "trial", "woocommerce")
    scene.workspace.secrets.set("trial", "shop.webhook_secret", "the one of the profile")
    scene.point("trial", f"{scene.door.url}/elsewhere")
    wrong = scene.run("check", "trial")
    assert wrong.exit_code == 1
    assert "404" in wrong.output
    scene.point("trial", "http://127.0.0.1:9")
    gone = scene.run("check", "trial")
    assert gone.exit_code == 3
    assert "http://127.0.0.1:9/hooks/trial" in gone.output


def test_check_waits_for_a_delivery_of_the_shop_itself(scene: Scene) -> None:
    nothing = scene.run("check", "shopify", "--wait", "1")
    assert nothing.exit_code == 1
    assert "Nothing arrived" in nothing.output


def test_what_to_type_is_told_step_by_step_in_both_languages(scene: Scene) -> None:
    shown = scene.run("address", "woocommerce")
    assert f"{scene.door.url}/hooks/woocommerce" in shown.stdout
    assert "order.created, order.updated" in shown.stdout
    assert shown.stdout.count(f"Delivery URL: {scene.door.url}/hooks/woocommerce") == 1
    for plugin in plugins.shops().values():
        for number in range(1, plugin.webhooks.steps + 1 if plugin.webhooks else 1):
            code = f"{plugin.system}.hook_step.{number}"
            assert [translate(code, None, language) for language in LANGUAGES].count(code) == 0


def test_shop_without_webhooks_says_that_a_schedule_does_it(scene: Scene) -> None:
    create(scene.workspace, "presta", "prestashop")
    for verb in ("address", "register", "check"):
        told = scene.run(verb, "presta")
        assert told.exit_code == 3
        assert "schedule" in told.output


def test_shop_on_the_internet_is_warned_about_an_address_it_cannot_reach(scene: Scene) -> None:
    profile = scene.workspace.profiles.get("shopify")
    away = profile.model_copy(update={"shop": profile.shop.model_copy(update={"url": "https://boutique.example/"})})
    assert [each.code for each in hooks._warnings(away, "http://127.0.0.1:1/hooks/x")] == ["door.address_local"]
    assert [each.code for each in hooks._warnings(away, "http://door.example/hooks/x")] == ["door.address_plain"]
    assert not hooks._warnings(away, "https://door.example/hooks/x")


@pytest.mark.parametrize("system", ["shopify", "woocommerce"])
def test_own_signature_is_the_one_that_the_shops_make(system: str) -> None:
    rules = plugins.shop(system).webhooks
    assert rules is not None
    body, headers = shopify(41) if system == "shopify" else woocommerce(41)
    lowered = {name.lower(): value for name, value in headers.items()}
    assert proved(rules, lowered, body, ["another", "geheim-0123456789-geheim"])
    assert not proved(rules, lowered, body, ["another", ""])
    assert not proved(rules, {**lowered, rules.signature: ""}, body, [""])
    assert rules.read({**rules.trial(b"{}"), rules.signature: ""}, b'{"id": 41}').order == ""


def test_served_door_is_a_process_of_its_own_that_ends_in_good_order(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Workspace.open(tmp_path / "home") as workspace:
        create(workspace, "velo", "shopify", "boutique")
        workspace.secrets.set("velo", "shop.webhook_secret", CLIENT_SECRET)
        process = subprocess.Popen(
            [sys.executable, "-m", "atoosync_lab.cli.main", "door", "serve", "--port", str(port)],
            env={**os.environ, "ATOOSYNC_HOME": str(workspace.home.root), "ATOOSYNC_LANG": "en"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            until(lambda: _answers(port), "it answers", 60)
            body, headers = shopify(41, secret=CLIENT_SECRET)
            answer = httpx.post(f"http://127.0.0.1:{port}/hooks/velo", content=body, headers=headers)
            assert answer.status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
            out, _ = process.communicate(timeout=30)
    assert "orders/create, order 41 noted" in out
    assert "No worker is running" in out
    assert CLIENT_SECRET not in out


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
