"""States that cases begin from, and what happens in the two systems meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from atoosync_lab.cli.demo_steps import give_credentials, sign_in
from atoosync_lab.connectors.erps.ebp.facts import DOCUMENT_TYPES
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.runs import refreshing
from atoosync_lab.sandbox.data.demo.facts import SPECIAL_ARTICLES
from atoosync_lab.sandbox.data.demo.load import DemoReport
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.data.shop_data import shop_data
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.settings import Profile
from atoosync_lab.store.tokens import ProfileTokens
from tests.crash.world import PROFILE, SETTLES, SPEED, World

NEW_ARTICLES = ("SUC-0001", "SUC-0002", "SUC-0005")
"""In the ERP alone."""


def fresh(world: World) -> None:
    """Signed in, lists read, nothing written yet."""
    shop = world.shop
    report = load("demo", world.shop_state, world.erp_state, shop=shop.system, version=shop.version, shared=None)
    assert isinstance(report, DemoReport)
    world.special = {name: str(number) for name, number in report.special_orders.items()}
    wanted = shop.trim(world.shop_state, [world.special[name] for name in (*shop.orders, shop.later)])
    with world.erp() as erp:
        _trim_erp(erp, wanted)
        known = {row["Id"].strip() for row in erp.rows("Item")}
    world.special["goods"] = " ".join(sorted(code for code in wanted & known if code and " " not in code))
    world.serve()
    with world.workspace() as space:
        shop_url, erp_url = (f"http://127.0.0.1:{port}" for port in world.ports)
        settings = shop_data(shop.system).demo_settings(shop_url, erp_url, speed=SPEED)
        settings["shop"]["sizes"] = dict(shop.sizes)
        profile = Profile.model_validate(settings)
        space.profiles.create(profile, who="crash")
        give_credentials(space, profile)
        sign_in(space, profile)
        refreshing.refresh(space, profile.id, who="crash")
    world.keep("fresh")


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
        time.sleep(SETTLES)
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
    with world.erp() as erp:
        model = next(row for row in erp.rows("SaleDocument") if row["xx_AtooKey"])
        own = {"Id": "main-1", "DocumentNumber": BY_HAND, "xx_AtooKey": "", "Reference": "tapée à la main"}
        erp.insert_many("SaleDocument", [{**model, **own}])


def _begin(world: World, base: str, **env: str) -> None:
    world.restore(base)
    world.command("run", "orders", **env)
    world.idle()


def _trim_erp(erp: FolderState, wanted: Collection[str]) -> None:
    """Leave the articles of those orders, those of special lines, and a few that the shop does not have yet."""
    kept = {*wanted, *NEW_ARTICLES, *SPECIAL_ARTICLES.values()}
    with erp.transaction() as connection:
        for row in erp.rows("Item"):
            if row["Id"].strip() not in kept:
                connection.execute("DELETE FROM Item WHERE Id = ?", (row["Id"],))
                connection.execute("DELETE FROM StockItem WHERE ItemId = ?", (row["Id"],))
    for place, code in enumerate(sorted(kept & set(wanted))):
        # Every other price differs from the shop's, so that there is something to write.
        found = erp.rows("Item", {"Id": code})
        if found and place % 2 == 0:
            erp.update("Item", code, {"SalePriceVatExcluded": found[0]["SalePriceVatExcluded"] + Decimal("1.10")})
    for code in NEW_ARTICLES:
        erp.update("Item", code, {"AllowPublishOnWeb": True, "ActiveState": 0})


def order_is_paid(world: World) -> None:
    """The money of the order that waited for it has come in."""
    world.shop.order_is_paid(world.shop_state, world.special[world.shop.later])


def article_changes(world: World, code: str = "TRA-0001") -> None:
    """Price, name and stock of an article move in the ERP."""
    with world.erp() as erp:
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
    with world.erp() as erp:
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
    mark = "FA" if kind is DocumentKind.INVOICE else "BL"
    with world.erp() as erp:
        for row in erp.rows("SaleDocument"):
            if row["DocumentNumber"] in numbers:
                next_one = {
                    **row, "Id": f"{mark[0]}{row['Id'][1:]}", "DocumentType": DOCUMENT_TYPES[kind],
                    "DocumentNumber": f"{mark}{row['DocumentNumber']}",
                    "OriginDocumentNumber": row["DocumentNumber"], "OriginDocumentType": row["DocumentType"],
                    "xx_AtooKey": "", "Reference": "",
                }  # fmt: skip
                erp.insert_many("SaleDocument", [next_one])
