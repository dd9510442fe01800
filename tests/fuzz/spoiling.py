"""Records that no careful system holds: values of both sandboxes replaced where they lie, then flows run over them.

What may come of it: each order is in the plan, to be imported or held with its reason; nothing else escapes, and
neither server fails of itself.
"""

from __future__ import annotations

import json
import random
import sqlite3
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.sandbox.ebp.folder import connect
from atoosync_lab.sandbox.prestashop.fields import Field, catalogue
from atoosync_lab.sandbox.prestashop.state import FILE_NAME
from atoosync_lab.sandbox.prestashop.values import fold, slug
from atoosync_lab.sandbox.servers import LOG_FILE
from tests.fuzz.hostile import NUMBERS, TEXTS

EXPORTS = ("articles", "prices", "stocks", "article-status")
IMPORTS = ("orders", "credit-notes")
SHOP_TABLES = (
    "orders",
    "order_details",
    "order_payments",
    "order_cart_rules",
    "addresses",
    "customers",
    "products",
    "combinations",
    "stock_availables",
    "order_slip",
)
KEPT = frozenset({"id", "current_state", "id_shop", "date_add", "id_order", "order_reference"})
"""What says which record is which, and which orders are wanted: without them no order could be missed."""
IDS = ("0", "-1", "1", "2147483647", "4294967295")
"""What the column of a link can hold: a record that is not there, or another one."""
WHOLE = (*IDS, "-2147483648", "2", "1000000")
"""What a column of whole numbers can hold."""
MOMENTS = tuple(text for text in TEXTS if "-" in text and ":" in text)


@dataclass
class Found:
    """What a round brought.

    Attributes:
        records: Records with a spoiled value.
        failures: What should not have happened, as texts.
        held: Orders held, by reason.
        planned: Orders to be imported.
    """

    records: int = 0
    failures: list[str] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    planned: int = 0


def round_of(demo: Demo, seed: int, share: float = 0.5, flows: Sequence[str] = (*EXPORTS, *IMPORTS)) -> Found:
    """Spoil a share of the records of a fresh demonstration, run the flows, and look at what came of it."""
    found = Found()
    chance = random.Random(seed)
    expected = _orders(demo)
    found.records = spoil_shop(demo.shop.state / FILE_NAME, chance, share)
    found.records += spoil_folders(demo.erp.state, chance, share)
    for flow in flows:
        try:
            result = demo.plan(flow)
        except Exception:  # noqa: BLE001 - whatever escapes is what is looked for
            found.failures.append(f"plan {flow}: {traceback.format_exc(limit=-6)}")
            continue
        if flow == "orders" and result.plan is not None:
            rows = list(result.plan.rows(entities=["order"]))
            missing = set(expected) - {row.key for row in rows}
            if missing:
                found.failures.append(f"orders nowhere in the plan: {sorted(missing)}")
            for row in rows:
                for language in ("fr", "en"):
                    if row.action == "block" and len(row.reason_text(language)) < 10:
                        found.failures.append(f"order {row.key} held without a reason")
                if row.action == "block":
                    found.held[row.reason] = found.held.get(row.reason, 0) + 1
                found.planned += row.action == "create"
        try:
            demo.apply(result)
        except AtooSyncError as error:
            # A plan of nothing cannot be applied; a server that failed of itself stands in its log.
            if result.plan is not None and result.plan.by_action():
                found.failures.append(f"apply {flow}: {error.code}: {error}")
        except Exception:  # noqa: BLE001
            found.failures.append(f"apply {flow}: {traceback.format_exc(limit=-6)}")
    for server in (demo.shop, demo.erp):
        log = (server.state / LOG_FILE).read_text(encoding="utf-8", errors="replace")
        if "Traceback" in log:
            found.failures.append(f"{server.kind}: {log[log.rindex('Traceback') :][-1_500:]}")
    return found


def _orders(demo: Demo) -> list[str]:
    plan = demo.plan("orders").plan
    return [] if plan is None else [row.key for row in plan.rows(entities=["order"])]


def spoil_shop(path: Path, chance: random.Random, share: float) -> int:
    """Replace one value in a share of the shop's records; returns how many."""
    resources, spoiled = catalogue("9"), 0
    now = f"{datetime.now(ZoneInfo('Europe/Paris')):%Y-%m-%d %H:%M:%S}"
    db = sqlite3.connect(path, timeout=30)
    db.create_function("fold", 1, fold, deterministic=True)
    db.create_function("slug", 1, slug, deterministic=True)
    with db:
        for name in SHOP_TABLES:
            fields = [f for f in resources[name].fields.values() if f.name not in KEPT and not f.computed]
            for (record,) in db.execute(f'SELECT id FROM "{name}"').fetchall():
                if chance.random() > share / 4:
                    continue
                known = chance.choice(fields)
                value = chance.choice(_values(known))
                if known.language:
                    value = _languages(value)
                db.execute(f'UPDATE "{name}" SET "{known.name}" = ? WHERE id = ?', (value, record))
                if known.name != "date_upd" and "date_upd" in resources[name].fields:
                    # As any change of a shop does: an incremental reading sees it.
                    db.execute(f'UPDATE "{name}" SET date_upd = ? WHERE id = ?', (now, record))
                spoiled += 1
    db.close()
    return spoiled


def _values(known: Field) -> Sequence[str]:
    if known.link or known.name.startswith("id_") or known.name.endswith("_id"):
        return IDS
    if known.kind in ("datetime", "date"):
        return MOMENTS
    if known.kind in ("int", "bool"):
        return WHOLE
    return TEXTS if known.kind == "text" else NUMBERS


def _languages(value: str) -> str:
    return json.dumps({"1": value, "2": value})


_ERP_TEXTS: Mapping[str, tuple[str, ...]] = {
    "Item": ("Caption", "DesComClear", "DesCom", "BarCode", "LocalizableCaption_2", "FamilyId", "SupplierId"),
    "Customer": ("Name", "MainInvoicingContact_Email", "Siren", "IntracommunityVATNumber"),
}


def spoil_folders(state: Path, chance: random.Random, share: float) -> int:
    """Replace one text in a share of the articles and customers of every folder; returns how many."""
    spoiled = 0
    for path in state.rglob("*.sqlite"):
        db = connect(path)
        with db:
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for table in _ERP_TEXTS.keys() & tables:
                there = {row[1] for row in db.execute(f'PRAGMA table_info("{table}")')}
                columns = [name for name in _ERP_TEXTS[table] if name in there]
                for (key,) in db.execute(f'SELECT Id FROM "{table}"').fetchall():
                    if columns and chance.random() < share / 2:
                        db.execute(
                            f'UPDATE "{table}" SET "{chance.choice(columns)}" = ? WHERE Id = ?',
                            (chance.choice(TEXTS), key),
                        )
                        spoiled += 1
        db.close()
    return spoiled
