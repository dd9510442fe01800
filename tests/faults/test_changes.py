"""The other side goes on living: records move while pages are read, change before they are written, or are refused."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from atoosync_lab.cli.demo_steps import WHO
from atoosync_lab.runs.run import RunRequest, RunResult, run
from atoosync_lab.runs.workspace import Workspace
from tests.faults.books import Books, read_books
from tests.faults.running import Undisturbed
from tests.faults.world import FOLDER, World, hasty

Clean = Callable[[str], Undisturbed]


@contextmanager
def scene(world: World, name: str) -> Iterator[Callable[[str], RunResult]]:
    """A scene, and how to run a flow in it."""
    with world.at(name) as home, hasty(), Workspace.open(home) as workspace:
        yield lambda flow: run(workspace, RunRequest(profile="demo", flow=flow, who=WHO))


def adds_up(result: RunResult) -> bool:
    """Every record of the run is done, failed or ignored (RUN-03)."""
    counts = result.run.counts
    return counts.total == counts.ok + counts.failed + counts.ignored


def rows(world: World, table: str, **where: Any) -> list[dict[str, Any]]:
    """Rows of the folder, from its own administration."""
    asked = {"folder": FOLDER, "table": table, "where": where}
    found: list[dict[str, Any]] = world.erp.admin("POST", "/_admin/ebp/rows", asked)["rows"]
    return found


def product_of(world: World, reference: str) -> int:
    """Id in the shop."""
    with sqlite3.connect(world.shop_file) as db:
        found = db.execute("SELECT id FROM products WHERE reference = ?", (reference,)).fetchone()
    db.close()
    return int(found[0])


def others(books: Books, *without: str) -> dict[str, Counter[str]]:
    """What the shop holds of all products but these."""
    return {reference: held for reference, held in books.products.items() if reference not in without}


@pytest.mark.spec("SVC-04", "ART-01")
@pytest.mark.pitfall("PB-34")
@pytest.mark.parametrize("side", ["shop", "erp"])
def test_record_that_goes_while_pages_are_read_hides_no_other(world: World, clean: Clean, side: str) -> None:
    gone, wanted = "ATE-0001", clean("prices")
    rule: dict[str, Any] = {"kind": "moving_pages", "method": "GET"}
    with scene(world, "start") as play:
        if side == "shop":
            rule |= {"path": r"/api/products\?", "value": {"delete": product_of(world, gone)}}
        else:
            rule |= {"path": "TableName=Item&", "value": {"delete": gone}}
        world.side(side).faults([rule])
        play("prices")
        assert world.side(side).admin("GET", "/_admin/faults")[0]["hits"] == 1
        assert others(read_books(world), gone) == others(wanted.after, gone)


@pytest.mark.spec("ART-01")
def test_product_deleted_before_its_batch_is_written_holds_no_other(world: World, clean: Clean) -> None:
    gone, wanted = "ATE-0003", clean("prices")
    with scene(world, "start") as play:
        change = {"resource": "products", "id": product_of(world, gone), "delete": True}
        world.shop.faults([{"kind": "changed_before", "method": "PATCH", "path": "/products$", "value": change}])
        result = play("prices")
        assert (result.run.counts.failed, result.run.counts.ok) == (1, wanted.ok - 1)
        assert others(read_books(world), gone) == others(wanted.after, gone)
        assert play("prices").run.counts.failed == 0


@pytest.mark.spec("ART-40")
def test_stock_row_that_is_gone_holds_no_other(world: World, clean: Clean) -> None:
    gone, wanted = "BOCAL-01", clean("stocks")
    with scene(world, "start") as play:
        with sqlite3.connect(world.shop_file) as db:
            query = "SELECT s.id FROM stock_availables s JOIN combinations c ON c.id = s.id_product_attribute"
            (row,) = db.execute(f"{query} WHERE c.reference = ?", (gone,)).fetchone()
        db.close()
        change = {"resource": "stock_availables", "id": row, "delete": True}
        world.shop.faults(
            [{"kind": "changed_before", "method": "PATCH", "path": "/stock_availables$", "value": change}]
        )
        result = play("stocks")
        assert (result.run.counts.failed, result.run.counts.ok) == (1, wanted.ok - 1)
        # Variants count under their master, whose row is their sum.
        assert others(read_books(world), "BOCAL") == others(wanted.after, "BOCAL")


@pytest.mark.spec("ORD-01", "ORD-10")
@pytest.mark.pitfall("PB-58")
def test_order_refused_for_its_article_holds_no_other_and_is_imported_once_cured(world: World, clean: Clean) -> None:
    wanted = clean("orders").after
    with scene(world, "start") as play:
        lines = Counter(_articles(world))
        article = next(a for a, n in sorted(lines.items()) if n == 1)
        (kept,) = rows(world, "Item", Id=article)
        change = {"table": "Item", "key": article, "delete": True}
        world.erp.faults([{"kind": "changed_before", "path": "createImport", "value": change}])
        result = play("orders")
        held = read_books(world)
        assert result.run.counts.failed >= 1
        assert len(wanted.tokens["SaleDocument"]) - len(held.tokens["SaleDocument"]) == 1
        assert not held.doubled()
        assert adds_up(result)
        text = {k: v for k, v in kept.items() if v is not None}
        world.erp.admin("POST", "/_admin/ebp/rows", {"folder": FOLDER, "table": "Item", "insert": [text]})
        second = play("orders")
        assert second.run.counts.failed == 0
        assert adds_up(second)
        after = read_books(world)
        assert after.tokens == wanted.tokens
        assert after.states == wanted.states


def _articles(world: World) -> list[str]:
    """Articles of the lines that orders of the shop would bring."""
    with sqlite3.connect(world.shop_file) as db:
        found = db.execute(
            "SELECT d.product_reference FROM order_details d JOIN orders o ON o.id = d.id_order"
            " WHERE o.current_state IN (2, 3, 4, 5) AND o.id_currency = 1 AND o.id NOT IN (87)"
        ).fetchall()
    db.close()
    return [row[0] for row in found if row[0]]


@pytest.mark.spec("CLI-20", "ORD-01")
def test_customer_code_taken_meanwhile_holds_only_its_order(world: World, clean: Clean) -> None:
    wanted = clean("orders").after
    with scene(world, "start") as play:
        play("orders")
        code = sorted(r["Id"] for r in rows(world, "Customer") if r["xx_AtooKey"])[0]
    with scene(world, "start") as play:
        change = {"table": "Customer", "insert": [{"Id": code, "Name": "Pris entre-temps", "Type": 1}]}
        world.erp.faults([{"kind": "changed_before", "path": "createImport", "value": change}])
        result = play("orders")
        held = read_books(world)
        assert result.run.counts.failed >= 1
        assert len(wanted.tokens["Customer"]) - len(held.tokens["Customer"]) == 1
        assert 1 <= len(wanted.tokens["SaleDocument"]) - len(held.tokens["SaleDocument"]) <= 2
        assert not held.doubled()
        assert adds_up(result)
        second = play("orders")
        # The code belongs to somebody else now: the order is held with its reason, and nobody guesses.
        assert second.plan is not None
        reasons = {row.reason for row in second.plan.rows(actions=["block"], entities=["order"])}
        assert "orders.customer_code_taken" in reasons
        assert second.run.counts.failed == 0
        assert adds_up(second)
        assert read_books(world).tokens == held.tokens


@pytest.mark.spec("ORD-24")
@pytest.mark.pitfall("PB-24")
def test_order_moved_on_before_its_status_is_set_stays_where_it_is(world: World, clean: Clean) -> None:
    wanted = clean("orders").after
    moved = [k for k, state in clean("orders").before.states.items() if state != wanted.states[k]]
    last = sorted(moved, key=int)[-1]
    with scene(world, "start") as play:
        change = {"resource": "orders", "id": int(last), "set": {"current_state": 4}}
        world.shop.faults([{"kind": "changed_before", "path": "/order_histories$", "value": change}])
        play("orders")
        after = read_books(world).states
    assert after == {**wanted.states, last: "4"}
