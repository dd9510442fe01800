"""The demonstration with a catalogue of any size, and further orders: both sandboxes, a signed-in profile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from atoosync_lab.cli.demo_steps import Demo, give_credentials, sign_in
from atoosync_lab.runs import refreshing
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.data.demo import order_tools, profile
from atoosync_lab.sandbox.data.demo.facts import FOLDER
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.ebp.seed import MAIN_STOREHOUSE, VAT_FR_20, FolderState, fixed_id
from atoosync_lab.sandbox.prestashop.seed import SeedLine, SeedOrder, ShopState, create_order, insert_many
from atoosync_lab.settings import Profile

CARRIER = 2
PAID = 2
_WORDS = ("Coffret", "bocal", "nature", "doux", "grand", "petit", "maison", "artisanal", "bio", "rouge")


def grow(home: Path, *, items: int = 0, products: int = 0, orders: int = 0) -> dict[str, Path]:
    """Load the demonstration and add to it; the servers must be down.

    Args:
        home: where the workbench is; the sandboxes are below.
        items: articles to add to the ERP, with a stock row each.
        products: how many of these the shop holds already, at another price and quantity.
        orders: paid orders of the last days to add to the shop, one or two lines each.

    Returns:
        State folders of the sandboxes.
    """
    states = {kind: home / "sandbox" / kind for kind in ("prestashop", "ebp")}
    load("demo", states["prestashop"], states["ebp"], shared=None)
    if items:
        with FolderState.open(states["ebp"], FOLDER) as folder:
            folder.insert_many("Item", map(_item, range(items)))
            folder.insert_many("StockItem", map(_stock, range(items)))
    shop = ShopState.open(states["prestashop"])
    try:
        known = insert_many(shop, "products", map(_product, range(products))) if products else []
        if orders:
            _orders(
                shop, known or [row["id"] for row in shop.rows("products", "active=1 ORDER BY id LIMIT 20")], orders
            )
    finally:
        shop.close()
    return states


@contextmanager
def opened(home: Path, states: dict[str, Path], *, speed: float = 0.0) -> Iterator[Demo]:
    """Start both sandboxes on their states, with a profile that is signed in; `speed` 0: no limits at all."""
    with (
        servers.start("prestashop", states["prestashop"]) as shop,
        servers.start("ebp", states["ebp"], speed=speed, args=("--auto-sign-in",)) as erp,
        Workspace.open(home) as workspace,
    ):
        settings = Profile.model_validate(profile.demo_settings(shop.url, erp.url, speed=speed))
        workspace.profiles.create(settings, who="bench")
        give_credentials(workspace, settings)
        sign_in(workspace, settings)
        refreshing.refresh(workspace, settings.id, who="bench")
        yield Demo(home, workspace, workspace.profiles.get(settings.id), shop, erp)


def reference(number: int) -> str:
    """Reference of an added article."""
    return f"GR{number:06d}"


def _name(number: int) -> str:
    return f"{' '.join(_WORDS[(number + place * 3) % len(_WORDS)] for place in range(4))} {number}"


def _price(number: int) -> Decimal:
    return Decimal(200 + number * 7 % 9_000) / 100


def _item(number: int) -> dict[str, Any]:
    name = _name(number)
    body = f"{name}. Préparé dans nos ateliers, livré partout en France sous quarante-huit heures."
    return {
        "Id": reference(number), "UniqueId": fixed_id(f"grown-{number}"), "Caption": name, "LocalizableCaption_2": name,
        "LocalizableCaption_3": name, "DesCom": body, "DesComClear": body, "ItemType": 0, "ActiveState": 0,
        "AllowPublishOnWeb": True, "BarCode": f"{3_800_000_000_000 + number}", "FamilyId": "DIV",
        "SalePriceVatExcluded": _price(number), "VatId": VAT_FR_20, "ManageStock": True, "RealStock": Decimal(100),
        "VirtualStock": Decimal(100), "AllowNegativeStock": True, "Weight": Decimal("0.4"), "UnitId": "U",
        "sysCreatedDate": _moment(number), "sysModifiedDate": _moment(number), "xx_MetaTitle": name,
    }  # fmt: skip


def _moment(number: int) -> datetime:
    return datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(minutes=number % 100_000)


def _stock(number: int) -> dict[str, Any]:
    return {
        "Id": fixed_id(f"grown-stock-{number}"), "ItemId": reference(number), "StorehouseId": MAIN_STOREHOUSE,
        "RealStock": Decimal(100), "VirtualStock": Decimal(100), "StorageEnable": True,
        "sysCreatedDate": _moment(number), "sysModifiedDate": _moment(number),
    }  # fmt: skip


def _product(number: int) -> dict[str, Any]:
    name = _name(number)
    body = f"<p>{name}. Préparé dans nos ateliers, livré partout en France sous quarante-huit heures.</p>"
    return {
        "reference": reference(number), "name": name, "link_rewrite": f"gr-{number}", "description": body,
        "meta_title": name, "price": _price(number) + 1, "id_tax_rules_group": 1, "weight": Decimal("0.4"),
        "ean13": f"{3_800_000_000_000 + number}", "id_category_default": 2, "categories": [2], "active": 1,
        "state": 1, "quantity": 90,
    }  # fmt: skip


def _orders(shop: ShopState, products: list[int], orders: int) -> None:
    rng = random.Random(7)
    buyers = shop.rows("addresses", "id_customer>0 AND deleted=0 AND id_country=8 ORDER BY id")
    today = datetime.now(UTC).date()
    with shop.writing():
        for number in range(orders):
            buyer = buyers[number % len(buyers)]
            day = today - timedelta(days=1 + number % 10)
            lines = [SeedLine(product, rng.randrange(1, 4)) for product in rng.sample(products, 1 + number % 2)]
            method = order_tools.METHODS["stripe_official"]
            create_order(
                shop,
                SeedOrder(
                    buyer["id_customer"], address=buyer["id"], invoice_address=buyer["id"], lines=lines,
                    carrier=CARRIER, shipping=order_tools.SHIPPING[CARRIER], language=2, module="stripe_official",
                    payment=method,
                    payments=((method, None),), states=(PAID,), reference=f"GR{number:07d}",
                    date=f"{day} {8 + number % 12:02d}:{number % 60:02d}:00",
                ),
            )  # fmt: skip
