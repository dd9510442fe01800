"""States that cases begin from, and what happens in the two systems meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from atoosync_lab.cli.demo_steps import give_credentials, sign_in, without
from atoosync_lab.connectors import plugins
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.runs import refreshing
from atoosync_lab.sandbox.data.demo.load import DemoReport
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.data.shop_data import shop_data
from atoosync_lab.settings import Profile
from atoosync_lab.store.tokens import ProfileTokens
from tests.crash.erps import ebp
from tests.crash.world import PROFILE, World


def fresh(world: World) -> None:
    """Signed in, lists read, nothing written yet."""
    shop = world.shop
    report = load(
        "demo", world.shop_state, world.erp_state, shop=shop.system, erp=world.erp.system, version=shop.version
    )
    assert isinstance(report, DemoReport)
    world.special = {name: str(number) for name, number in report.special_orders.items()}
    wanted = shop.trim(world.shop_state, [world.special[name] for name in (*shop.orders, shop.later)])
    known = world.erp.trim(world.erp_state, wanted)
    world.special["goods"] = " ".join(sorted(code for code in wanted & known if code and " " not in code))
    world.serve()
    with world.workspace() as space:
        space.profiles.create(Profile.model_validate(_settings(world)), who="crash")
        profile = space.profiles.get(PROFILE)
        give_credentials(space, profile)
        sign_in(space, profile)
        refreshing.refresh(space, profile.id, who="crash")
    world.keep("fresh")


def _settings(world: World) -> dict[str, object]:
    """The demonstration's profile, in the ERP's ids."""
    shop, erp = (f"http://127.0.0.1:{port}" for port in world.ports)
    settings = shop_data(world.shop.system).demo_settings(shop, erp, speed=world.erp.speed)
    settings["shop"]["sizes"] = dict(world.shop.sizes)
    told = world.erp.settings(settings, world.erp_state, world.ports[1])
    return without(told, plugins.erp(world.erp.system).ignores)


def _imported(world: World) -> None:
    """After the first import: some documents have become invoices or delivery notes, a slip is to come."""
    _begin(world, "fresh")
    world.shop.hide_slip(world.shop_state)
    transform(world, {world.special[name] for name in world.shop.invoiced})
    transform(world, {world.special[name] for name in world.shop.delivered}, DocumentKind.DELIVERY_NOTE)
    world.keep("imported")


def _in_review(world: World) -> None:
    """After an import that died between noting a file's documents as on their way and sending them."""
    _begin(world, "fresh", ATOOSYNC_FAULT="ledger:sending:2")
    for _ in range(2):
        # The first run finds the rows in doubt, the second one finds the time for them to settle over.
        world.command("run", "orders")
        time.sleep(world.erp.settles)
    world.command("run", "orders")
    waiting = sorted(row["key"] for row in world.json("review", "list") if row["flow"] == "orders")
    paid = [
        key for key in waiting
        if world.shop.has_payment(world.shop_state, key) and key != world.special.get("zero_order")
    ]  # fmt: skip
    world.special["reviewed"] = paid[0]
    world.keep("review")


BASES: Mapping[str, Callable[[World], None]] = {"fresh": fresh, "imported": _imported, "review": _in_review}
"""How each state is made."""

BY_HAND = "BC-MAIN-1"
"""Number of a document that a person typed."""


def typed_by_hand(world: World) -> None:
    """A person types the order in review into the ERP."""
    with ebp.opened(world.erp_state) as erp:
        model = next(row for row in erp.rows("SaleDocument") if row["xx_AtooKey"])
        own = {"Id": "main-1", "DocumentNumber": BY_HAND, "xx_AtooKey": "", "Reference": "tapée à la main"}
        erp.insert_many("SaleDocument", [{**model, **own}])


def _begin(world: World, base: str, **env: str) -> None:
    world.restore(base)
    world.command("run", "orders", **env)
    world.erp.idle(world.erp_state)


def order_is_paid(world: World) -> None:
    """The money of the order that waited for it has come in."""
    world.shop.order_is_paid(world.shop_state, world.special[world.shop.later])


def article_changes(world: World, code: str = "TRA-0001") -> None:
    """Price, name and stock of an article move in the ERP."""
    with ebp.opened(world.erp_state) as erp:
        erp.update("Item", code, {"SalePriceVatExcluded": Decimal("77.70"), "Caption": "Quiche du lendemain"})
        for row in erp.rows("StockItem", {"ItemId": code}):
            erp.update("StockItem", row["Id"], {"RealStock": row["RealStock"] + 55})


def articles_are_closed(world: World) -> None:
    """Every other article of the orders is no longer sold on the web."""
    for code in world.special["goods"].split()[::2]:
        _close(world, code)


def article_is_closed(world: World) -> None:
    """One more."""
    _close(world, world.special["goods"].split()[1])


def _close(world: World, code: str) -> None:
    with ebp.opened(world.erp_state) as erp:
        erp.update("Item", code, {"AllowPublishOnWeb": False})


def slip_is_given(world: World) -> None:
    """The merchant gives back what was returned of one more order."""
    world.shop.slip_is_given(world.shop_state)


def invoice_is_made(world: World) -> None:
    """One more document becomes an invoice in the ERP."""
    transform(world, {world.special[world.shop.invoiced_later]})


def session_ends(world: World) -> None:
    """The access token is at its end: the next command refreshes it, which works once."""
    with world.workspace() as space:
        tokens = ProfileTokens(space.store, space.secrets, PROFILE, "erp")
        pair = tokens.load()
        assert pair is not None
        tokens.save(replace(pair, expires_at=datetime.now(UTC)))


def sign_in_again(world: World) -> None:
    """A person signs in, as the message of the refused command asks."""
    with world.workspace() as space:
        sign_in(space, space.profiles.get(PROFILE))


def nothing(world: World) -> None:
    """Time goes by."""


def transform(world: World, orders: Collection[str], kind: DocumentKind = DocumentKind.INVOICE) -> None:
    """Make the next documents of the documents of these orders, as a person does in the ERP."""
    with world.workspace() as space:
        numbers = {row.target_number for row in space.ledger.find(PROFILE, "orders", sorted(orders)).values()}
    world.erp.transform(world.erp_state, numbers, kind)
