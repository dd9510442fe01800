"""What tests of races and stale plans do to both systems behind the product's back, and read there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.sandbox.prestashop.state import ShopState
from atoosync_lab.settings import Profile

FOLDER = "184976"
KEY_TABLES = ("Customer", "SaleDocument", "SaleSettlement")


def shop_state(demo: Demo) -> ShopState:
    """The running shop's data."""
    return ShopState.open(demo.home / "sandbox" / "prestashop", "9")


def in_shop(demo: Demo, resource: str, record: str | int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Change a record as the merchant does in the back office, `date_upd` included; the record before."""
    state = shop_state(demo)
    try:
        before = state.one(resource, "id = ?", int(record))
        assert before is not None, f"{resource} {record}"
        dated = {"date_upd": state.now()} if "date_upd" in before else {}
        with state.writing():
            state.update(resource, int(record), {**values, **dated})
        return {name: before[name] for name in values}
    finally:
        state.close()


def shop_rows(demo: Demo, resource: str, where: str = "1 = 1", *values: Any) -> list[dict[str, Any]]:
    """Rows of the shop's own data."""
    state = shop_state(demo)
    try:
        return list(state.rows(resource, where, *values))
    finally:
        state.close()


def erp_rows(demo: Demo, table: str, where: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Rows of the folder."""
    asked = {"folder": FOLDER, "table": table, **({"where": dict(where)} if where else {})}
    rows: list[dict[str, Any]] = demo.erp.admin("POST", "/_admin/ebp/rows", asked, timeout=30)["rows"]
    return rows


def in_erp(demo: Demo, table: str, key: str, change: Mapping[str, Any]) -> None:
    """Change a row of the folder as a person at the ERP does."""
    demo.erp.admin("POST", "/_admin/ebp/rows", {"folder": FOLDER, "table": table, "key": key, "change": dict(change)})


def twice(demo: Demo) -> list[str]:
    """Records of ours that the folder holds more than once."""
    return [
        f"{table} {key} x {count}"
        for table in KEY_TABLES
        for key, count in Counter(r["xx_AtooKey"] for r in erp_rows(demo, table) if r["xx_AtooKey"]).items()
        if count > 1
    ]


def ours(demo: Demo, table: str = "SaleDocument") -> int:
    """Records of ours that the folder holds."""
    return sum(1 for row in erp_rows(demo, table) if row["xx_AtooKey"])


def history_rows(demo: Demo) -> Counter[tuple[int, int]]:
    """(order, status) -> rows in the histories of the shop's orders."""
    return Counter((r["id_order"], r["id_order_state"]) for r in shop_rows(demo, "order_histories"))


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of both systems since `counted` began."""

    shop: int
    erp: int
    writes: int


def counted(demo: Demo, do: Callable[[], object]) -> Calls:
    """Calls that something takes, as the systems themselves count them."""
    for side in (demo.shop, demo.erp):
        side.reset_calls()
    do()
    shop, erp = ({k: n for k, n in side.calls().items() if "_admin" not in k} for side in (demo.shop, demo.erp))
    reads = ("GET", "HEAD")
    writes = sum(n for calls in (shop, erp) for name, n in calls.items() if not name.startswith(reads))
    return Calls(sum(shop.values()), sum(erp.values()), writes)


def change_settings(demo: Demo, **values: Any) -> None:
    """Change settings of the demonstration's profile: `articles__prices__precision=2`."""
    profiles = demo.workspace.profiles
    document = profiles.get("demo").model_dump(mode="json")
    for path, value in values.items():
        *parents, last = path.split("__")
        place = document
        for name in parents:
            place = place[name]
        place[last] = value
    profiles.save(Profile.model_validate(document), who="mona", expected_revision=profiles.revision("demo"))
