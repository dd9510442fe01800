"""Webhooks of the demonstration's Shopify shop, from the shop's own delivery to one document in the folder (PB-21)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.runs import hooks
from atoosync_lab.runs.deliveries import SETTLED_WAIT, offer_noted
from atoosync_lab.runs.inline import InlineEngine
from atoosync_lab.runs.queue import RunSpec
from atoosync_lab.sandbox.shopify.install import CLIENT_SECRET
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.settings import Profile
from atoosync_lab.store.journal_records import RunState
from tests.door.helpers import OpenDoor, opened, shopify, until
from tests.flows.books import Books

pytestmark = pytest.mark.spec("SHOP-12", "ORD-10")
LATER = timedelta(seconds=10)
"""Beyond the time for which further deliveries are waited for."""
CALLS = 3
"""Calls of the ERP that a run takes for an order that is there already, which docs/webhooks.md states."""


class Scene:
    """The demonstration, a door in front of it, and an engine that runs where it is offered."""

    def __init__(self, demo: Demo, door: OpenDoor) -> None:
        self.demo, self.door = demo, door
        self.engine = Engine(demo)

    def offer(self, later: timedelta = timedelta(0)) -> int:
        """What a worker does some seconds later."""
        return offer_noted(self.demo.workspace, self.engine, datetime.now(UTC) + LATER + later)

    def order(self) -> int:
        """A buyer orders: what an earlier order held, once more."""
        with closing(ShopState.open(self.demo.home / "sandbox" / "shopify")) as state:
            old = next(
                row
                for row in state.rows("orders", "financial_status = 'PAID' AND cancelled_at IS NULL ORDER BY id DESC")
                if row["presentment_currency"] is None and json.loads(row["billing_address"])["countryCode"] == "FR"
            )
            line = state.rows("line_items", "order_id = ?", old["id"])[0]
        address = json.loads(old["billing_address"])
        given: dict[str, Any] = {
            "lines": [{"title": line["title"], "price": "24.00", "variant": line["variant_id"],
                       "product": line["product_id"], "sku": line["sku"], "rates": [["FR TVA", "0.20"]]}],
            "email": "acheteuse@example.test", "billing": address, "delivery": address,
        }  # fmt: skip
        made: list[int] = self.demo.shop.admin("POST", "/_admin/seed/orders", {"orders": [given]})["result"]
        return made[0]

    def touch(self, order: int, **change: Any) -> None:
        """Somebody changes an order in the shop's back office."""
        self.demo.shop.admin("POST", "/_admin/rows", {"table": "orders", "id": order, "change": change})

    def documents(self) -> int:
        """Documents of ours in the folder."""
        return len(Books.read(self.demo).documents)

    def imported(self, order: int) -> str:
        """Number of an order's document by the ledger; empty: none."""
        row = self.demo.workspace.ledger.find("demo", "orders", [str(order)]).get(str(order))
        return row.target_number if row else ""


class Engine(InlineEngine):
    """Runs at once; notes what it ran."""

    def __init__(self, demo: Demo) -> None:
        super().__init__(demo.workspace)
        self.ran: list[RunSpec] = []

    def offer(self, run: RunSpec, slot: datetime | None) -> Any:
        self.ran.append(run)
        return super().offer(run, slot)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with (
        started(tmp_path_factory.mktemp("exactly-once") / "home", shop="shopify", speed=2000.0) as demo,
        opened(demo.workspace) as door,
    ):
        workspace = demo.workspace
        workspace.secrets.set("demo", "shop.webhook_secret", CLIENT_SECRET)
        document = workspace.profiles.get("demo").model_dump(mode="json")
        document["door"]["address"] = door.url
        revision = workspace.profiles.revision("demo")
        workspace.profiles.save(Profile.model_validate(document), who="test", expected_revision=revision)
        done = hooks.apply_hooks(workspace, hooks.plan_hooks(workspace, "demo"))
        assert [row.done for row in done.rows] == [True, True], [row.error for row in done.rows]
        yield Scene(demo, door)


@pytest.mark.pitfall("PB-21")
def test_shops_own_deliveries_doubled_and_beside_each_other_make_one_document(scene: Scene) -> None:
    scene.demo.shop.admin("POST", "/_admin/deliveries", {"copies": 2})
    before, documents = len(scene.engine.ran), scene.documents()
    order = scene.order()
    time.sleep(0.05)
    scene.touch(order, note="rappeler avant de livrer")

    def sent() -> list[dict[str, Any]]:
        found = scene.demo.shop.admin("GET", "/_admin/deliveries")["deliveries"]
        return [each for each in found if each["order"] == order]

    until(lambda: len(sent()) == 4, "created and updated, each twice")
    assert [each["status"] for each in sent()] == [200] * 4
    noted = [each for each in scene.door.noted("demo") if each.order == str(order)]
    assert [(each.topic, each.arrivals, each.state.value) for each in noted] == [
        ("orders/create", 2, "noted"), ("orders/updated", 2, "noted"),
    ]  # fmt: skip
    assert scene.offer() == 1
    [run] = scene.engine.ran[before:]
    assert run.keys == (str(order),)
    journal = scene.demo.workspace.journal.get(run.run_id)
    assert (journal.state, journal.counts.total) == (RunState.SUCCEEDED, journal.counts.ok)
    assert scene.documents() == documents + 1
    assert scene.imported(order) in Books.read(scene.demo).documents
    scene.offer()
    assert {each.state.value for each in scene.door.noted("demo") if each.order == str(order)} == {"done"}

    # News of an order that is there already are gathered for longer; it is looked at once more, and nothing is made.
    calls = sum(scene.demo.erp.calls().values())
    scene.touch(order, note="livré")
    until(lambda: any(each.state.value == "noted" for each in scene.door.noted("demo")), "the change is noted")
    assert scene.offer() == 0
    assert scene.offer(SETTLED_WAIT) == 1
    assert sum(scene.demo.erp.calls().values()) - calls <= CALLS
    assert len(scene.engine.ran) == before + 2
    assert scene.documents() == documents + 1


@pytest.mark.pitfall("PB-21")
def test_one_id_at_the_same_instant_then_created_and_updated_fifty_milliseconds_apart(scene: Scene) -> None:
    scene.demo.shop.admin("POST", "/_admin/deliveries", {"copies": 1})
    hooked = scene.demo.shop.admin("POST", "/_admin/rows", {"table": "webhooks"})["rows"]
    assert len(hooked) == 2
    before, documents, order = len(scene.engine.ran), scene.documents(), scene.order()
    begun = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        body, headers = shopify(order, number="same-id", secret=CLIENT_SECRET, step=1)
        first = [pool.submit(scene.door.post, "demo", body, headers) for _ in range(2)]
        created = pool.submit(scene.door.post, "demo", *shopify(order, number="c", secret=CLIENT_SECRET, step=2))
        time.sleep(0.05)
        late = shopify(order, topic="orders/updated", number="u", secret=CLIENT_SECRET, step=2)
        updated = pool.submit(scene.door.post, "demo", *late)
        answers = [each.result().status_code for each in (*first, created, updated)]
    assert answers == [200] * 4
    assert time.monotonic() - begun < 5, "all within the shop's time"
    mine = {each.identity: each for each in scene.door.noted("demo") if each.order == str(order)}
    assert (mine["same-id"].arrivals, mine["same-id"].state.value) == (2, "noted")
    assert {mine["c"].state.value, mine["u"].state.value} == {"noted", "duplicate"}
    assert scene.offer() == 1
    assert [run.keys for run in scene.engine.ran[before:]] == [(str(order),)]
    assert scene.documents() == documents + 1
    assert scene.imported(order)


@pytest.mark.pitfall("PB-21")
def test_shop_that_does_not_answer_when_the_run_begins_loses_nothing(scene: Scene) -> None:
    before, documents, order = len(scene.engine.ran), scene.documents(), scene.order()
    until(
        lambda: any(each.order == str(order) for each in scene.door.noted("demo")), "the creation is noted"
    )  # fmt: skip
    scene.demo.shop.faults([{"kind": "frozen", "path": "/admin/api/", "times": None}])
    try:
        scene.offer()
    finally:
        scene.demo.shop.faults([])
    assert scene.demo.workspace.journal.get(scene.engine.ran[-1].run_id).state is RunState.FAILED
    assert not scene.imported(order)
    later = datetime.now(UTC) + timedelta(minutes=5)
    offer_noted(scene.demo.workspace, scene.engine, later - timedelta(minutes=5))
    assert offer_noted(scene.demo.workspace, scene.engine, later) == 1
    assert len(scene.engine.ran) == before + 2
    assert scene.documents() == documents + 1
    assert scene.imported(order)
