"""The whole product on the demonstration's Shopify shop, over real HTTP: articles out, orders in, to the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest

from atoosync_lab.cli.demo_steps import EXPORTS, Demo, started
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs.reconciling import Reconciliation
from atoosync_lab.runs.run import RunResult
from atoosync_lab.sandbox.data.demo.catalogue import articles
from atoosync_lab.sandbox.data.demo.facts import GUEST_CODE, SPECIAL_ARTICLES, VAT_BY_RATE
from atoosync_lab.sandbox.data.load import PARIS
from atoosync_lab.sandbox.data.shopify_demo.goods import AMBIGUOUS, COPIED
from atoosync_lab.sandbox.data.shopify_shop import DATA
from atoosync_lab.sandbox.ebp.seed import VAT_DOM_8_5, FolderState
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.sandbox.shopify.values import item_of
from tests.flows.test_pitfalls import FOLDER, Books, Document

pytestmark = pytest.mark.spec("SHOP-04")
FR_20, FR_5_5 = VAT_BY_RATE["20"], VAT_BY_RATE["5.5"]
DIFFERENCE, SHIPPING, MISC = (SPECIAL_ARTICLES[name] for name in ("difference", "shipping", "misc"))
HELD = {
    "german_tax": "orders.tax_unmapped",
    "belgian_tax": "orders.tax_unmapped",
    "deleted_product": "orders.item_unknown",
    "unknown_sku": "orders.item_unknown",
    "no_sku": "orders.item_unknown",
    "francs_not_mapped": "orders.currency_unmapped",
    "country_without_rule": "orders.country_unmapped_untaxed",
    "payment_not_mapped": "orders.payment_unmapped",
}
"""Orders that wait for a person, and what for."""
LEFT = frozenset(
    {"cancelled", "cancelled_unpaid", "payment_failed", "authorisation_voided", "awaiting_wire",
     "returned_with_shipping"}
)  # fmt: skip
"""Orders whose status the profile does not select."""


@dataclass(frozen=True)
class World:
    """The demonstration under way, and the ids of its special orders."""

    demo: Demo
    named: Mapping[str, str]

    def shop(self) -> ShopState:
        """The shop, seen from outside the product."""
        return ShopState.open(self.demo.home / "sandbox" / "shopify")


@dataclass(frozen=True)
class Export:
    """A catalogue flow: planned, applied, run again."""

    plan: Plan
    applied: RunResult
    again: RunResult
    errors: list[str]


@dataclass(frozen=True)
class Imported:
    """All orders and refunds, imported once, and the totals held against each other."""

    world: World
    runs: dict[str, RunResult]
    errors: list[str]
    books: Books
    totals: Reconciliation

    def plan(self, flow: str) -> Plan:
        found = self.runs[flow].plan
        assert found is not None
        return found

    def document(self, name: str) -> Document:
        """What a special order became."""
        return self.books.of(self.world.demo, self.world.named[name])

    def credits(self, name: str) -> list[Document]:
        """Credit notes of a special order, oldest first."""
        with closing(self.world.shop()) as shop:
            rows = shop.rows("refunds", "order_id = ? ORDER BY id", int(self.world.named[name]))
        found = self.world.demo.workspace.ledger.find("demo", "credit-notes", [str(row["id"]) for row in rows])
        heads = [self.books.documents[found[str(row["id"])].target_number] for row in rows if str(row["id"]) in found]
        return [Document(head, self.books.lines[head["Id"]], []) for head in heads]


def errors(demo: Demo, *runs: RunResult) -> list[str]:
    return [str(e.message) for run in runs for e in demo.workspace.journal.entries(run.run.id) if e.level == "error"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder, today = tmp_path_factory.mktemp("shopify"), datetime.now(PARIS).date()
    # The same shop once more: only its load tells the ids of its special orders.
    named = DATA.fill_demo(folder / "named", today, None).special_orders
    with started(folder / "home", shop="shopify", today=today, speed=2000.0) as demo:
        yield World(demo, {name: str(number) for name, number in named.items()})


@pytest.fixture(scope="module")
def exports(world: World) -> dict[str, Export]:
    """Prices, stocks and states alone first: the sheets of articles hold them too."""
    made = {}
    for flow in sorted(EXPORTS, key=lambda name: name == "articles"):
        planned = world.demo.plan(flow)
        assert planned.plan is not None
        applied = world.demo.apply(planned)
        made[flow] = Export(planned.plan, applied, world.demo.run(flow), errors(world.demo, applied))
    return made


@pytest.fixture(scope="module")
def imported(world: World, exports: dict[str, Export]) -> Imported:
    assert exports
    demo = world.demo
    runs = {flow: demo.run(flow) for flow in ("orders", "credit-notes")}
    return Imported(world, runs, errors(demo, *runs.values()), Books.read(demo), demo.reconcile())


# --- Articles out -----------------------------------------------------------------------------------------------------


@pytest.mark.spec("ART-01", "ART-03", "ART-04", "ART-05", "BEY-01")
@pytest.mark.parametrize("flow", EXPORTS)
def test_what_is_planned_is_written_and_a_second_run_writes_nothing(exports: dict[str, Export], flow: str) -> None:
    export = exports[flow]
    wanted = export.plan.by_action()
    writes = sum(wanted[action] for action in ("create", "update", "activate", "deactivate"))
    assert writes > 10
    assert (export.applied.run.counts.ok, export.applied.run.counts.failed) == (writes, 0), export.errors[:5]
    assert export.again.run.counts.ok == 0
    assert export.errors == []


@pytest.mark.spec("ART-05", "ART-40")
@pytest.mark.pitfall("PB-27")
@pytest.mark.pitfall("PB-28")
def test_sku_of_two_records_is_listed_and_neither_is_written(world: World, exports: dict[str, Export]) -> None:
    """One beside its twin with a space, one of a variant that another product carries too."""
    for export in exports.values():
        held = {row.key: row.reason for row in export.plan.rows(actions=["block"])}
        assert held == dict.fromkeys((AMBIGUOUS, COPIED), "product.ambiguous_in_shop")
    with closing(world.shop()) as shop:
        rows = shop.query("SELECT price FROM variants WHERE trim(sku) = ?", COPIED)
    assert sorted(row["price"] for row in rows)[0] == "15.00"


@pytest.mark.spec("ART-50")
def test_prices_are_those_of_the_erp_with_tax(world: World, exports: dict[str, Export]) -> None:
    assert exports
    with closing(world.shop()) as shop:
        prices = {row["sku"]: Decimal(row["price"]) for row in shop.rows("variants") if row["sku"]}
    checked = 0
    for article in articles():
        if article.sellable and article.key in prices and article.key not in (AMBIGUOUS, COPIED):
            gross = (article.price * (1 + Decimal(article.vat) / 100)).quantize(Decimal("0.01"), ROUND_HALF_UP)
            assert prices[article.key] == gross, article.key
            checked += 1
    assert checked > 250


@pytest.mark.spec("ART-01", "ART-05")
def test_new_articles_are_shown_and_closed_ones_are_not(world: World, exports: dict[str, Export]) -> None:
    made = {row.key for row in exports["articles"].plan.rows(actions=["create"])}
    with closing(world.shop()) as shop:
        rows = shop.query(
            "SELECT v.sku, p.status, e.resource_id FROM variants v JOIN products p ON p.id = v.product_id"
            " LEFT JOIN publication_entries e ON e.kind = 'Product' AND e.resource_id = p.id WHERE v.sku IS NOT NULL"
        )
    seen = Counter(row["sku"] for row in rows)
    shown = {row["sku"].strip() for row in rows if row["status"] == "ACTIVE" and row["resource_id"] is not None}
    assert len(made) > 50
    assert all(seen[key] == 1 for key in made)
    assert made <= shown
    closed = {article.key for article in articles() if not article.sellable and article.family}
    assert not closed & shown


@pytest.mark.spec("ART-40")
@pytest.mark.pitfall("PB-28")
def test_each_variant_has_a_stock_of_its_own(world: World, exports: dict[str, Export]) -> None:
    waiting = {row.key for row in exports["stocks"].plan.rows() if "waiting" in str(row.notes)}
    with closing(world.shop()) as shop:
        first = shop.value("SELECT MIN(id) FROM locations")
        rows = shop.query("SELECT id, sku FROM variants WHERE options <> '[]' AND sku IS NOT NULL")
        held = {
            row["sku"]: shop.value(
                "SELECT available FROM inventory_levels WHERE item_id = ? AND location_id = ?",
                item_of(row["id"]),
                first,
            )
            for row in rows
        }
    known = {a.key: a for a in articles()}
    quiet = [sku for sku in held if sku not in waiting and sku != COPIED]
    assert len(quiet) > 20
    assert {sku: held[sku] for sku in quiet} == {sku: max(0, int(known[sku].main)) for sku in quiet}


# --- Orders in --------------------------------------------------------------------------------------------------------


@pytest.mark.spec("ORD-01", "ORD-10", "ORD-22", "ORD-33")
def test_orders_become_documents_once_and_reconcile(imported: Imported) -> None:
    assert imported.errors == []
    made = [row.key for row in imported.plan("orders").rows(actions=["create"], entities=["order"])]
    assert len(made) > 90
    held = Counter(row["xx_AtooKey"] for row in imported.books.documents.values())
    assert max(held.values()) == 1
    assert imported.totals.orders == len(made)
    assert imported.totals.gaps == ()
    assert imported.totals.difference == Decimal(0)
    names = {number: name for name, number in imported.world.named.items()}
    assert not LEFT & {names.get(key, "") for key in made}


@pytest.mark.spec("ORD-04", "ORD-07", "ORD-12")
@pytest.mark.pitfall("PB-26")
@pytest.mark.pitfall("PB-58")
def test_held_orders_name_the_cure_and_the_others_go_on(imported: Imported) -> None:
    names = {number: name for name, number in imported.world.named.items()}
    rows = list(imported.plan("orders").rows(actions=["block"], entities=["order"]))
    assert {names.get(row.key, row.key): row.reason for row in rows} == HELD
    for row in rows:
        assert row.params["page"]
        assert row.reason_text("fr") != row.reason
    gone = next(row for row in rows if names[row.key] == "deleted_product").reason_text("fr")
    assert "OLD-1" in gone
    assert "Ancien modèle de tamis" in gone
    ledger = imported.world.demo.workspace.ledger
    assert ledger.find("demo", "orders", [imported.world.named[name] for name in HELD]) == {}


@pytest.mark.spec("ORD-17", "ORD-21")
@pytest.mark.pitfall("PB-05")
def test_shipping_with_tax_keeps_its_net_amount(imported: Imported) -> None:
    document = imported.document("shipping_with_tax")
    assert document.items == [("CAV-0005", "20.00"), (SHIPPING, "5.75")]
    assert (document.totals, document.paid) == (("25.75", "5.15", "30.90"), ["30.90"])


@pytest.mark.spec("ORD-21")
def test_taxes_rounded_on_each_line_get_a_difference_line(imported: Imported) -> None:
    document = imported.document("prices_without_tax")
    assert document.items == [("CAV-0002", "35.73"), (SHIPPING, "3.13"), (DIFFERENCE, "0.01")]
    assert (document.totals[2], document.paid) == ("46.64", ["46.64"])
    exact = imported.document("prices_without_tax_rounded")
    assert (exact.items, exact.totals) == ([("SUC-0001", "62.36")], ("62.36", "3.43", "65.79"))
    small = imported.document("many_small_pieces")
    assert (small.items, small.totals) == ([("CAV-0002", "280.08")], ("280.08", "56.02", "336.10"))


@pytest.mark.spec("ORD-09")
def test_coupon_over_two_rates_lies_in_its_lines(imported: Imported) -> None:
    document = imported.document("coupon_over_two_rates")
    assert document.items == [("CAV-0002", "43.83"), ("SUC-0001", "17.54")]
    assert (document.vat(FR_20), document.vat(FR_5_5)) == (("43.83", "8.77"), ("17.54", "0.96"))
    assert document.totals == ("61.37", "9.73", "71.10")


@pytest.mark.spec("ORD-05", "ORD-22")
@pytest.mark.pitfall("PB-07")
def test_free_line_stays_and_free_order_needs_no_settlement(imported: Imported) -> None:
    gift, free = imported.document("fully_discounted_line"), imported.document("zero_order")
    assert gift.items == [("MUG-01", "25.00"), ("CAV-0005", "0.00")]
    assert gift.lines[1]["Quantity"] == 1
    assert gift.totals == ("25.00", "5.00", "30.00")
    assert (free.totals, free.paid) == (("0.00", "0.00", "0.00"), [])


@pytest.mark.spec("ORD-08")
def test_fees_and_tips_reach_the_total(imported: Imported) -> None:
    assert (MISC, "2.50") in imported.document("packing_fee").items
    tipped = imported.document("tip")
    assert tipped.items == [("ATE-0005", "50.00"), (MISC, "5.00")]
    assert (tipped.totals[2], tipped.paid) == ("65.00", ["65.00"])


@pytest.mark.spec("ORD-07", "ORD-11", "ORD-22")
@pytest.mark.pitfall("PB-10")
def test_payment_in_dollars_is_in_the_books_currency(imported: Imported) -> None:
    """125.00 dollars at 1.25: 100.00 euros, paid in full."""
    document = imported.document("dollars_with_tax")
    assert (document.totals, document.paid) == (("83.33", "16.67", "100.00"), ["100.00"])
    assert document.head["CurrencyId"] == "EUR"


@pytest.mark.spec("ORD-29", "CLI-20")
@pytest.mark.pitfall("PB-16")
def test_guests_are_on_the_guest_account(imported: Imported) -> None:
    for name in ("guest", "guest_same_email", "guest_same_email_other_case", "guest_without_name"):
        assert imported.document(name).head["CustomerId"] == GUEST_CODE, name


@pytest.mark.spec("ORD-03", "ORD-04")
def test_sales_abroad_take_the_territory_of_their_taxes(imported: Imported) -> None:
    company = imported.document("intra_eu_without_tax")
    assert (company.totals, company.head["TerritorialityId"]) == (("119.04", "0.00", "119.04"), "UE")
    island = imported.document("overseas_postcode")
    assert island.vat(VAT_DOM_8_5) == ("106.36", "9.04")
    assert island.items[0] == ("ELE-0006", "100.00")
    assert imported.document("pounds").head["TerritorialityId"] == "EXPORT"


@pytest.mark.spec("ORD-01", "ORD-10")
@pytest.mark.pitfall("PB-23")
def test_order_edited_before_its_import_is_what_is_left_of_it(imported: Imported) -> None:
    document = imported.document("edited_before_import")
    assert document.items == [("CAV-0005", "50.00")]
    assert (document.lines[0]["Quantity"], document.totals) == (1, ("50.00", "10.00", "60.00"))
    assert document.paid == ["60.00"]


@pytest.mark.spec("ORD-05", "ORD-22")
@pytest.mark.pitfall("PB-25")
def test_only_captured_money_is_settled(imported: Imported) -> None:
    part, none = imported.document("captured_in_part"), imported.document("authorised_not_captured")
    assert (part.totals[2], part.paid) == ("95.00", ["60.00"])
    assert (none.totals[2], none.paid) == ("95.00", [])
    assert imported.document("part_paid").paid == ["60.00"]
    several = imported.document("several_payments")
    assert sum(Decimal(amount) for amount in several.paid) == Decimal(several.totals[2])
    assert len(several.paid) == 3


@pytest.mark.spec("ORD-02")
@pytest.mark.pitfall("PB-27")
def test_sku_finds_its_article_whatever_spaces_but_not_in_another_case(imported: Imported) -> None:
    spaced = imported.document("sku_with_spaces_in_erp")
    assert [item.strip() for item, _ in spaced.items[:3]] == ["CAV-0003", "HUI-0002", "TAB-0007"]
    assert imported.document("ambiguous_sku").items[0][0] == AMBIGUOUS
    assert imported.document("case_twin").items[0][0] == "TWIN-A"


@pytest.mark.spec("ORD-33")
@pytest.mark.pitfall("PB-08")
def test_refunds_become_credit_notes_of_what_was_paid(imported: Imported) -> None:
    (coupon,) = imported.credits("returned_after_a_coupon")
    assert (coupon.items, coupon.totals) == ([("CAV-0002", "100.00")], ("100.00", "20.00", "120.00"))
    (untaxed,) = imported.credits("returned_without_tax")
    assert untaxed.totals == ("108.42", "0.00", "108.42")
    assert untaxed.items[1] == (SHIPPING, "14.92")
    first, second = imported.credits("returned_in_two_refunds")
    assert (first.items, second.items) == ([("BOITE-01", "14.10")], [("BOITE-01", "28.20")])
    # Money without goods, over the VAT of what was sold: 38.02 at 10 % and 10.20 at 20 %.
    (goodwill,) = imported.credits("refunded_goodwill")
    assert goodwill.totals[2] == "5.00"
    assert {item for item, _ in goodwill.items} <= {MISC, DIFFERENCE}
    assert list(imported.plan("credit-notes").rows(actions=["block"])) == []
    # An order that was never imported.
    (whole,) = imported.credits("returned_with_shipping")
    assert whole.totals == ("29.25", "5.85", "35.10")


@pytest.mark.spec("ORD-24")
def test_shop_learns_what_a_document_has_become(imported: Imported) -> None:
    """A delivery note ships the order, an invoice archives it; a second run has nothing to say."""
    demo, shop_id = imported.world.demo, imported.world.named
    with FolderState.open(demo.home / "sandbox" / "ebp", FOLDER) as folder:
        for name, kind, number in (("long_names", 6, "BL990"), ("returned_in_two_refunds", 2, "FA990")):
            source = imported.document(name).head
            row = {**source, "Id": f"later-{number}", "DocumentType": kind, "DocumentNumber": number, "xx_AtooKey": "",
                   "Reference": "", "OriginDocumentNumber": source["DocumentNumber"]}  # fmt: skip
            folder.insert_many("SaleDocument", [row])
    moved = demo.run("order-status")
    assert (moved.run.counts.ok, moved.run.counts.failed) == (2, 0), errors(demo, moved)
    with closing(imported.world.shop()) as shop:
        sent = shop.get("orders", int(shop_id["long_names"]))
        closed = shop.get("orders", int(shop_id["returned_in_two_refunds"]))
    assert sent is not None
    assert closed is not None
    assert sent["fulfillment_status"] == "FULFILLED"
    assert closed["closed_at"] is not None
    assert demo.run("order-status").run.counts.ok == 0


@pytest.mark.spec("ORD-10", "ORD-33")
def test_second_import_creates_nothing(imported: Imported) -> None:
    demo = imported.world.demo
    assert {flow: demo.run(flow).run.counts.ok for flow in ("orders", "credit-notes")} == {
        "orders": 0,
        "credit-notes": 0,
    }
    assert set(Books.read(demo).documents) == set(imported.books.documents)
