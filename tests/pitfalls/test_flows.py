"""Complaints about what happens between two systems, played over HTTP and judged by what both of them hold."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.model.events import Event
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs.deciding import take_edit
from atoosync_lab.runs.run import RunRequest, RunResult, run
from atoosync_lab.sandbox.data.demo.facts import MAIN_STOREHOUSE, STATES
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.sandbox.prestashop.seed import SeedLine
from tests.flows.conftest import command
from tests.flows.test_pitfalls import FOLDER, PRODUCTS, Books, Document, change, line, order, place, shop

D = Decimal


def journal(demo: Demo, result: RunResult, record: str) -> list[str]:
    """What the journal says of one record, in French."""
    return [e.message.text("fr") for e in demo.workspace.journal.entries(result.run.id) if e.record == record]


def import_order(demo: Demo, key: str) -> RunResult:
    return run(demo.workspace, RunRequest(profile="demo", flow="orders", keys=(key,)))


@dataclass(frozen=True)
class Story:
    """One shop with the complaints in it: stocks planned, then everything imported."""

    demo: Demo
    keys: dict[str, list[str]]
    unsold: str
    """Reference of a product that only the order of 60 pieces names."""
    stocks: Plan
    imported: RunResult
    books: Books

    def document(self, case: str, number: int = 0) -> Document:
        return self.books.of(self.demo, self.keys[case][number])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with started(Path(tmp_path_factory.mktemp("flows")) / "home", speed=2000.0) as demo:
        change(demo, orders__options__difference_line=False)
        product, reference = unsold(demo)
        sixty = order(SeedLine(product, 60, price=D("1.00"), reference=reference, tax_rules_group=1))
        keys = {
            "PB-01": place(demo, order(line("SUC-0001", 4, "15.59", tax_rules_group=3), round_type=1)),
            "PB-23": place(demo, order(line("CAV-0005", 2, "50.00"))),
            "PB-24": place(demo, order(line("CAV-0005", 1, "8.50")), order(line("CAV-0005", 1, "8.50"), states=(2, 6))),
            "PB-25": place(demo, order(line("CAV-0002", 1, "79.166667"), payments=(("Carte bancaire", D("60.00")),))),
            "PB-53": place(
                demo, order(line("CAV-0002", 1, "25.00"), line("CAV-0005", 2, "0.00"), line("SUC-0001", 1, "0.00"))
            ),
            "PB-59": place(demo, sixty),
            "PB-62": place(
                demo, *(order(line("CAV-0005", 1, "8.50"), states=(s,)) for s in (STATES["awaiting_wire"], 2, 5))
            ),
        }
        moved = keys["PB-24"][0]

        def ship(event: Event) -> None:
            """The merchant ships an order at the moment its document is there."""
            if event.code == "apply.order.create" and event.record == moved:
                state = shop(demo)
                with state.writing():
                    state.update("orders", int(moved), {"current_state": STATES["shipped"]})
                state.close()

        stocks = demo.plan("stocks").plan
        assert stocks is not None
        yield Story(demo, keys, reference, stocks, demo.run("orders", ship), Books.read(demo))


def unsold(demo: Demo) -> tuple[int, str]:
    """A product that no order names, with 1 000 pieces in the ERP's main warehouse."""
    state = shop(demo)
    lines = state.rows("order_details")
    sold = {value for r in lines for value in (r["product_id"], str(r["product_reference"]).strip())}
    listed = state.rows("products", "id NOT IN (SELECT id_product FROM combinations) ORDER BY id")
    state.close()
    with FolderState.open(demo.home / "sandbox" / "ebp", FOLDER) as folder:
        stocks = {r["ItemId"]: r for r in folder.rows("StockItem") if r["StorehouseId"] == MAIN_STOREHOUSE}
        items = {r["Id"] for r in folder.rows("Item") if r["AllowPublishOnWeb"] and r["ManageStock"]}
        twins = Counter(str(r["reference"]).strip() for r in listed)
        wanted = items & stocks.keys() - sold - PRODUCTS.keys()
        found = next(r for r in listed if r["id"] not in sold and r["reference"] in wanted
                     and twins[r["reference"]] == 1)  # fmt: skip
        folder.update("StockItem", stocks[found["reference"]]["Id"], {"RealStock": D(1000)})
    return found["id"], found["reference"]


@pytest.mark.spec("ART-40")
@pytest.mark.pitfall("PB-59")
def test_pieces_of_waiting_orders_are_not_for_sale_again(story: Story) -> None:
    (row,) = story.stocks.rows(search=story.unsold, entities=["stock"], actions=["update"])
    assert {name: after for name, _, after in row.changes}["quantity"] == "940"
    assert "60 à ôter" in row.reason_text("fr")
    assert "1000" in row.reason_text("fr")


@pytest.mark.spec("ORD-01")
@pytest.mark.pitfall("PB-62")
def test_every_chosen_status_is_imported_and_no_other(story: Story) -> None:
    waiting, paid, delivered = story.keys["PB-62"]
    found = story.demo.workspace.ledger.find("demo", "orders", [waiting, paid, delivered])
    assert set(found) == {paid, delivered}
    assert {story.document("PB-62", n).totals[2] for n in (1, 2)} == {"10.20"}


@pytest.mark.spec("ORD-22", "ORD-05")
@pytest.mark.pitfall("PB-25")
def test_settlement_is_what_was_captured(story: Story) -> None:
    document = story.document("PB-25")
    assert document.totals[2] == "95.00"
    assert document.paid == ["60.00"]
    told = " ".join(journal(story.demo, story.imported, story.keys["PB-25"][0]))
    assert "60,00 encaissés sur 95,00, il reste 35,00" in told


@pytest.mark.spec("ORD-18")
@pytest.mark.pitfall("PB-53")
def test_bundle_is_on_the_document_once(story: Story) -> None:
    document = story.document("PB-53")
    assert document.items == [("CAV-0002", "25.00"), ("CAV-0005", "0.00"), ("SUC-0001", "0.00")]
    assert [r["Quantity"] for r in document.lines] == [1, 2, 1]
    assert document.totals == ("25.00", "5.00", "30.00")


@pytest.mark.spec("ORD-21")
@pytest.mark.pitfall("PB-01")
def test_difference_without_a_line_is_named_in_plan_and_journal(story: Story) -> None:
    (key,) = story.keys["PB-01"]
    document = story.document("PB-01")
    assert document.totals == ("62.36", "3.43", "65.79")
    assert document.paid == ["65.80"]
    assert story.imported.plan is not None
    (row,) = (r for r in story.imported.plan.rows(entities=["order"], search=key) if r.key == key)
    for text in (row.reason_text("fr"), " ".join(journal(story.demo, story.imported, key))):
        assert "Écart de +0,01, expliqué par les arrondis de la boutique" in text


@pytest.mark.spec("ORD-01", "ORD-24")
@pytest.mark.pitfall("PB-24")
def test_status_never_goes_back_and_a_cancelled_order_is_left_alone(story: Story) -> None:
    moved, cancelled = story.keys["PB-24"]
    state = shop(story.demo)
    assert state.rows("orders", "id = ?", int(moved))[0]["current_state"] == STATES["shipped"]
    state.close()
    assert story.document("PB-24").totals[2] == "10.20"
    assert any("statut" in text for text in journal(story.demo, story.imported, moved))
    result = import_order(story.demo, cancelled)
    assert story.demo.workspace.ledger.find("demo", "orders", [cancelled]) == {}
    (said,) = journal(story.demo, result, cancelled)
    assert cancelled in said
    assert "n’est pas importé" in said


@pytest.mark.spec("ORD-10", "ORD-01")
@pytest.mark.pitfall("PB-23")
def test_edit_after_the_import_waits_for_a_person_and_makes_no_second_document(story: Story) -> None:
    demo, (key,) = story.demo, story.keys["PB-23"]
    number = story.document("PB-23").head["DocumentNumber"]
    state = shop(demo)
    with state.writing():
        (row,) = state.rows("order_details", "id_order = ?", int(key))
        half = {"product_quantity": 1, "total_price_tax_incl": "60.000000", "total_price_tax_excl": "50.000000"}
        state.update("order_details", row["id"], half)
        totals = {"total_paid": "60.00", "total_paid_tax_incl": "60.00", "total_paid_tax_excl": "50.00"}
        state.update("orders", int(key), totals)
    state.close()
    result = import_order(demo, key)
    (said,) = journal(demo, result, key)
    assert "120,00 → 60,00, CAV-0005 : 2 → 1" in said
    assert number in said
    books = Books.read(demo)
    assert len(books.documents) == len(story.books.documents)
    assert books.of(demo, key).totals == ("100.00", "20.00", "120.00")
    assert command(demo.home, "review", "seen", key).returncode == 0
    assert import_order(demo, key).run.counts.blocked == 0
    with pytest.raises(Exception, match=key):
        take_edit(demo.workspace, "demo", key, who="test")


@pytest.mark.spec("ART-01", "RUN-03")
@pytest.mark.pitfall("PB-61")
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_first_export_that_is_killed_makes_each_product_once(story: Story) -> None:
    demo = story.demo
    for server in (demo.shop, demo.erp):
        server.reset_calls()
    wanted = demo.plan("articles").plan
    assert wanted is not None
    asked = sum(n for server in (demo.shop, demo.erp) for n in server.calls().values())
    killed = command(demo.home, "run", "articles", env={"ATOOSYNC_FAULT": f"http.sent:{asked + 9}"})
    assert killed.returncode == -9
    before = created(demo)
    assert before
    result = demo.run("articles")
    names = {row.key for row in wanted.rows(actions=["create"])}
    after = created(demo)
    assert set(after) & names == names - {e.record for e in demo.workspace.journal.entries(result.run.id)
                                          if e.level == "error"}  # fmt: skip
    assert set(before) < set(after)
    assert {after[name] for name in names & set(after)} == {1}


def created(demo: Demo) -> Counter[str]:
    """How often the shop has each reference that was made since the first run."""
    state = shop(demo)
    rows = state.rows("products", "date_add >= ?", since(demo))
    state.close()
    return Counter(str(r["reference"]).strip() for r in rows)


def since(demo: Demo) -> str:
    """Shop time of the first run."""
    return min(r.started_at for r in demo.workspace.journal.list(profile="demo")).strftime("%Y-%m-%d %H:%M:%S")
