"""The whole product on the demonstration's WooCommerce shop, over real HTTP: articles out, orders in, to the cent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs.reconciling import Reconciliation
from atoosync_lab.runs.run import RunResult
from atoosync_lab.sandbox.data.demo.catalogue import Article, articles
from atoosync_lab.sandbox.data.demo.facts import FOLDER, GUEST_CODE, SPECIAL_ARTICLES, VAT_BY_RATE
from atoosync_lab.sandbox.data.load import PARIS
from atoosync_lab.sandbox.data.woocommerce_demo.facts import NOT_MAPPED_METHOD
from atoosync_lab.sandbox.data.woocommerce_demo.goods import AMBIGUOUS, with_tax
from atoosync_lab.sandbox.data.woocommerce_shop import DATA
from atoosync_lab.sandbox.ebp.seed import TERRITORY_EU, TERRITORY_FR, VAT_DOM_8_5, VAT_EU_0
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.store.ledger import State, make_token
from tests.flows.books import Books, Document

pytestmark = pytest.mark.spec("SHOP-02")
FR_20, FR_5_5, FR_0 = VAT_BY_RATE["20"], VAT_BY_RATE["5.5"], VAT_BY_RATE["0"]
DIFFERENCE, SHIPPING, MISC = (SPECIAL_ARTICLES[name] for name in ("difference", "shipping", "misc"))
CATALOGUE = ("prices", "stocks", "article-status", "articles")
"""Prices, stocks and states alone first: the sheets of articles hold them too."""
TWINS = {"twin-a", "LOT-b2", "LOT-B2"}
"""Articles whose references the shop cannot tell from others."""
HELD = {
    "german_tax": "orders.tax_unmapped",
    "belgian_tax": "orders.tax_unmapped",
    "deleted_product": "orders.item_unknown",
    "unknown_sku": "orders.item_unknown",
    "no_sku": "orders.item_unknown",
    "dollars_without_rate": "orders.conversion_rate_unknown",
    "francs_not_mapped": "orders.currency_unmapped",
    "country_without_rule": "orders.country_unmapped_untaxed",
    "payment_not_mapped": "orders.payment_unmapped",
}
"""Orders that wait for a person, and what for."""
LEFT = ("cancelled", "cancelled_unpaid", "payment_failed", "pending_payment", "returned_with_shipping")
"""Orders whose status the profile does not select."""


@dataclass(frozen=True)
class World:
    """The demonstration under way, and the ids of its special orders."""

    demo: Demo
    named: Mapping[str, str]

    @contextmanager
    def shop(self) -> Iterator[ShopState]:
        """The shop, seen from outside the product."""
        state = ShopState.open(self.demo.home / "sandbox" / "woocommerce")
        try:
            yield state
        finally:
            state.close()

    def order(self, name: str) -> Row:
        """A special order as the shop holds it."""
        with self.shop() as state:
            found = state.row("orders", int(self.named[name]))
        assert found is not None
        return found

    def errors(self, *runs: RunResult) -> list[str]:
        """What went wrong in runs."""
        entries = [e for run in runs for e in self.demo.workspace.journal.entries(run.run.id)]
        return [str(e.message) for e in entries if e.level == "error"]


@dataclass(frozen=True)
class Export:
    """A catalogue flow: planned, applied, run again, and what the shop held before."""

    plan: Plan
    applied: RunResult
    again: RunResult
    before: dict[str, Row]


@dataclass(frozen=True)
class Imported:
    """All orders and refunds, imported once, and the totals held against each other."""

    world: World
    orders: RunResult
    slips: RunResult
    books: Books
    totals: Reconciliation

    def document(self, name: str) -> Document:
        """What a special order became."""
        return self.books.of(self.world.demo, self.world.named[name])

    def credits(self, name: str) -> list[Document]:
        """Credit notes of a special order, oldest first."""
        with self.world.shop() as shop:
            rows = shop.rows("refunds", "order_id = ?", (int(self.world.named[name]),))
        return [self.books.made(self.world.demo, "credit-notes", str(row["id"])) for row in rows]


def goods(shop: ShopState) -> dict[str, Row]:
    """Products and variations by SKU."""
    return {row["sku"]: row for row in shop.rows("products") if row["sku"]}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder, today = tmp_path_factory.mktemp("woocommerce"), datetime.now(PARIS).date()
    # The same shop once more: only its load tells the ids of its special orders.
    named = DATA.fill_demo(folder / "named", today, None).special_orders
    with started(folder / "home", shop="woocommerce", today=today, speed=2000.0) as demo:
        yield World(demo, {name: str(number) for name, number in named.items()})


@pytest.fixture(scope="module")
def exports(world: World) -> dict[str, Export]:
    made = {}
    for flow in CATALOGUE:
        with world.shop() as shop:
            before = goods(shop)
        planned = world.demo.plan(flow)
        assert planned.plan is not None
        made[flow] = Export(planned.plan, world.demo.apply(planned), world.demo.run(flow), before)
    return made


@pytest.fixture(scope="module")
def imported(world: World, exports: dict[str, Export]) -> Imported:
    assert exports
    demo = world.demo
    orders, slips = demo.run("orders"), demo.run("credit-notes")
    return Imported(world, orders, slips, Books.read(demo), demo.reconcile())


# Articles out ----------------------------------------------------------------------------------------------------


@pytest.mark.spec("ART-01", "ART-03", "ART-04", "ART-05", "BEY-01")
def test_catalogue_is_written_as_planned_and_a_second_run_writes_nothing(
    world: World, exports: dict[str, Export]
) -> None:
    for flow, export in exports.items():
        wanted = export.plan.by_action()
        counts = export.applied.run.counts
        assert world.errors(export.applied) == [], flow
        assert counts.ok == sum(wanted[action] for action in ("create", "update", "activate", "deactivate")) > 0
        assert (counts.failed, export.again.run.counts.ok, export.again.run.counts.failed) == (0, 0, 0), flow


@pytest.mark.spec("ART-03", "ART-50")
def test_prices_are_with_tax_for_variations_too_and_sale_products_keep_theirs(
    world: World, exports: dict[str, Export]
) -> None:
    with world.shop() as shop:
        now = goods(shop)
    known = {article.key: article for article in articles()}
    sold = {sku: row for sku, row in now.items() if sku in known and known[sku].sellable and sku != AMBIGUOUS}
    assert len(sold) > 250
    assert {sku: Decimal(row["regular_price"]) for sku, row in sold.items()} == {
        sku: with_tax(known[sku], known[sku].price) for sku in sold
    }
    moved = list(exports["prices"].plan.rows(actions=["update"]))
    assert len(moved) > 10
    assert {field for row in moved for field, _, _ in row.changes} == {"price_incl_tax"}


def expected(article: Article, waiting: Mapping[str, int]) -> int:
    """Whole pieces left: those of the main warehouse, less what orders not imported yet took."""
    if not article.tracked:
        return 0
    return max(0, int((article.main - waiting.get(article.key, 0)).to_integral_value("ROUND_FLOOR")))


@pytest.mark.spec("ART-04", "ART-40")
@pytest.mark.pitfall("PB-28")
def test_each_variation_gets_its_own_stock_less_what_waiting_orders_took(
    world: World, exports: dict[str, Export]
) -> None:
    held = exports["articles"].before
    plan = exports["stocks"].plan
    known = {article.key: article for article in articles()}
    written = {row.key: row for row in plan.rows(actions=["update"], payload=True)}
    variants = [sku for sku in written if known[sku].master]
    assert len(variants) > 10
    assert {held[sku]["type"] for sku in variants} == {"variation"}
    waiting = {sku: _waiting(world, held[sku]["id"]) for sku in written}
    assert {sku: held[sku]["stock_quantity"] for sku in written} == {
        sku: expected(known[sku], waiting) for sku in written
    }
    masters = {row.key for row in plan.rows(actions=["skip"]) if row.reason == "stock.kept_by_variants"}
    assert not masters & set(written)


def _waiting(world: World, number: int) -> int:
    """Pieces of a product or variation on orders that the profile imports and that were not imported yet."""
    statuses = world.demo.profile.orders.statuses
    first = datetime.now(PARIS).date()
    with world.shop() as shop:
        rows = [
            row for row in shop.rows("orders") if row["status"] in statuses
            and (first - datetime.fromisoformat(row["created"]).date()).days < 15
        ]  # fmt: skip
    lines = [line for row in rows for line in row["line_items"]]
    return sum(line["quantity"] for line in lines if (line["variation_id"] or line["product_id"]) == number)


@pytest.mark.spec("ART-01", "ART-05")
@pytest.mark.pitfall("PB-27")
def test_space_is_trimmed_case_twins_are_held_and_nothing_is_doubled(world: World, exports: dict[str, Export]) -> None:
    plan = exports["articles"].plan
    blocked = {row.key: row.reason for row in plan.rows(actions=["block"])}
    assert blocked == {AMBIGUOUS: "product.ambiguous_in_shop", **dict.fromkeys(TWINS, "product.case_twin")}
    (twin,) = plan.rows(actions=["block"], search="twin-a")
    assert "TWIN-A" in twin.reason_text("fr")
    with world.shop() as shop:
        now = goods(shop)
    known = {article.key for article in articles() if article.sellable}
    created = {row.key for row in plan.rows(actions=["create"])}
    assert set(now) - set(exports["articles"].before) == created
    assert created <= known - TWINS
    assert {"CAV-0003", "HUI-0002", "TAB-0007"} <= set(exports["articles"].before)
    assert "CABAS-03" in created


@pytest.mark.spec("ART-05")
def test_closed_articles_become_drafts_and_good_ones_are_published(world: World, exports: dict[str, Export]) -> None:
    with world.shop() as shop:
        now = goods(shop)
    for article in articles():
        row = now.get(article.key)
        if row is not None and row["type"] == "simple" and article.key != AMBIGUOUS:
            assert row["status"] == ("publish" if article.sellable else "draft"), article.key


# Orders in -------------------------------------------------------------------------------------------------------


@pytest.mark.spec("ORD-01", "ORD-10", "ORD-22", "ORD-33")
def test_orders_and_refunds_become_documents_once_and_reconcile_to_the_cent(world: World, imported: Imported) -> None:
    assert world.errors(imported.orders, imported.slips) == []
    plan = imported.orders.plan
    assert plan is not None
    made = {row.key for row in plan.rows(actions=["create"], entities=["order"])}
    held = {row.key for row in plan.rows(actions=["block"])}
    assert len(made) > 90
    assert imported.totals.orders == len(made)
    assert imported.totals.gaps == ()
    assert imported.totals.difference == 0
    notes = {row["DocumentNumber"] for row in imported.books.documents.values() if row["DocumentNumber"][:2] == "AV"}
    assert len(imported.books.documents) == len(made) + 7
    assert len(notes) == 7
    waiting = world.demo.workspace.ledger.states("demo", "orders")
    assert {key for key, (state, _) in waiting.items() if state is State.DONE} == made
    assert not held & made
    again = [world.demo.run(flow) for flow in ("orders", "credit-notes")]
    assert [run.run.counts.ok for run in again] == [0, 0]
    assert len(Books.read(world.demo).documents) == len(imported.books.documents)


@pytest.mark.spec("ORD-01", "ORD-04", "ORD-05", "ORD-07", "ORD-12", "ORD-03")
@pytest.mark.pitfall("PB-58")
@pytest.mark.pitfall("PB-26")
def test_held_orders_name_their_reason_and_the_others_go_on(world: World, imported: Imported) -> None:
    plan = imported.orders.plan
    assert plan is not None
    rows = {row.key: row for row in plan.rows(actions=["block"])}
    names = {number: name for name, number in world.named.items()}
    assert {names[key]: row.reason for key, row in rows.items()} == HELD
    for row in rows.values():
        assert row.key in row.reason_text("fr")
        assert row.reason_text("en") != row.reason_text("fr")
    assert "MwSt. 19" in rows[world.named["german_tax"]].reason_text("fr")
    assert "Ancien modèle de tamis" in rows[world.named["deleted_product"]].reason_text("fr")
    assert world.order("payment_not_mapped")["payment_method"] == NOT_MAPPED_METHOD
    everything = {row.key for row in plan.rows()}
    assert not everything & {world.named[name] for name in LEFT}


@pytest.mark.spec("ORD-04", "ORD-09", "ORD-21", "ORD-22")
@pytest.mark.pitfall("PB-02")
def test_line_taxes_that_are_a_cent_above_the_charged_total_make_no_difference(imported: Imported) -> None:
    document = imported.document("line_taxes_above_the_sum")
    assert document.items == [("CAV-0002", "35.73"), (SHIPPING, "3.13")]
    assert document.totals == ("38.86", "7.77", "46.63")
    assert document.paid == ["46.63"]


@pytest.mark.spec("ORD-21", "ORD-22")
def test_both_ways_of_rounding_taxes_end_at_what_the_shop_charged(imported: Imported) -> None:
    on_lines, in_the_sum = (imported.document(f"taxes_rounded_{way}") for way in ("on_each_line", "in_the_sum"))
    assert (on_lines.totals[2], in_the_sum.totals[2]) == ("161.15", "161.16")
    assert DIFFERENCE not in dict(on_lines.items)
    assert dict(in_the_sum.items)[DIFFERENCE] == "0.01"


@pytest.mark.spec("ORD-17")
@pytest.mark.pitfall("PB-05")
def test_shipping_is_net_beside_prices_with_tax(world: World, imported: Imported) -> None:
    assert world.order("shipping_beside_gross_prices")["prices_include_tax"] is True
    document = imported.document("shipping_beside_gross_prices")
    assert document.items == [("CAV-0005", "20.00"), (SHIPPING, "5.75")]
    assert document.totals == ("25.75", "5.15", "30.90")


@pytest.mark.spec("ORD-02", "ORD-29")
@pytest.mark.pitfall("PB-12")
def test_many_small_pieces_keep_the_decimals_of_their_price(imported: Imported) -> None:
    assert imported.document("many_small_pieces").totals == ("280.08", "56.02", "336.10")


@pytest.mark.spec("ORD-05", "ORD-22")
@pytest.mark.pitfall("PB-07")
def test_fully_discounted_line_stays_and_a_free_order_is_not_settled(imported: Imported) -> None:
    gift, free = imported.document("fully_discounted_line"), imported.document("zero_order")
    assert gift.items == [("MUG-01", "25.00"), ("PRE-0007", "0.00")]
    assert gift.lines[1]["Quantity"] == 1
    assert gift.totals == ("25.00", "5.00", "30.00")
    assert (free.totals, free.paid) == (("0.00", "0.00", "0.00"), [])
    assert DIFFERENCE not in dict(free.items)


@pytest.mark.spec("ORD-09")
def test_coupon_is_in_the_prices_of_the_lines_it_was_spread_over(imported: Imported) -> None:
    document = imported.document("coupon_over_two_rates")
    assert document.items == [("CAV-0002", "45.83"), ("SUC-0001", "15.26")]
    assert (document.vat(FR_20), document.vat(FR_5_5)) == (("45.83", "9.17"), ("15.26", "0.84"))
    assert document.totals == ("61.09", "10.01", "71.10")


@pytest.mark.spec("ORD-08", "ORD-09")
@pytest.mark.pitfall("PB-56")
def test_fees_are_lines_and_a_negative_one_is_a_discount_by_rate(imported: Imported) -> None:
    wrapped, thanked = imported.document("gift_wrap_fee"), imported.document("negative_fee")
    assert (MISC, "2.50") in wrapped.items
    assert wrapped.totals[2] == "40.56"
    discounts = [item for item in thanked.items if item[0].startswith("ZREMISE")]
    assert discounts == [(SPECIAL_ARTICLES["discount_20"], "-3.23"), (SPECIAL_ARTICLES["discount_10"], "-0.77")]
    assert thanked.totals[2] == "60.97"


@pytest.mark.spec("ORD-07", "ORD-22")
@pytest.mark.pitfall("PB-10")
def test_foreign_amounts_are_taken_back_at_the_orders_own_rate(imported: Imported) -> None:
    document = imported.document("dollars_with_tax")
    assert document.totals[2] == "100.00"
    assert document.paid == ["100.00"]
    assert imported.document("pounds").totals[2] == "30.69"


@pytest.mark.spec("ORD-29", "CLI-20", "SHOP-11")
@pytest.mark.pitfall("PB-16")
def test_guests_share_the_guest_account_and_keep_their_address(imported: Imported) -> None:
    names = ("guest", "guest_same_email", "guest_same_email_other_case", "guest_without_name", "email_not_valid")
    found = {name: imported.document(name).head for name in names}
    assert {head["CustomerId"] for head in found.values()} == {GUEST_CODE}
    assert "Lyon" in found["guest_without_name"]["CustomerName"]
    assert found["guest_without_name"]["InvoicingAddress_City"] == "Lyon"


@pytest.mark.spec("ORD-03", "ORD-04", "CLI-25")
@pytest.mark.pitfall("PB-17")
@pytest.mark.pitfall("PB-18")
def test_sales_abroad_keep_their_taxes_and_take_their_territory(imported: Imported) -> None:
    company, private = imported.document("intra_eu_without_tax"), imported.document("eu_private_with_french_tax")
    assert company.totals == ("117.24", "0.00", "117.24")
    assert company.head["TerritorialityId"] == TERRITORY_EU
    assert {line["VatId"] for line in company.lines} <= {FR_0, VAT_EU_0}
    assert (private.totals[1], private.head["TerritorialityId"]) == ("2.45", TERRITORY_FR)
    assert imported.document("northern_ireland").head["TerritorialityId"] == TERRITORY_EU
    assert imported.document("overseas_postcode").vat(VAT_DOM_8_5) == ("105.75", "8.99")
    assert imported.document("monaco").head["TerritorialityId"] == TERRITORY_FR


@pytest.mark.spec("ORD-22", "ORD-05")
@pytest.mark.pitfall("PB-25")
def test_authorised_money_is_not_settled(world: World, imported: Imported) -> None:
    assert world.order("authorised_not_captured")["transaction_id"]
    document = imported.document("authorised_not_captured")
    assert (document.totals[2], document.paid) == ("95.00", [])
    assert imported.document("awaiting_wire").paid == []
    assert imported.document("guest").paid == ["52.50"]


@pytest.mark.spec("ORD-12")
@pytest.mark.pitfall("PB-27")
@pytest.mark.pitfall("PB-28")
def test_lines_find_their_article_through_spaces_case_and_variations(imported: Imported) -> None:
    spaces = [item.strip() for item, _ in imported.document("sku_with_spaces_in_erp").items]
    assert spaces[:3] == ["CAV-0003", "HUI-0002", "TAB-0007"]
    assert imported.document("case_twin").items[0][0] == "TWIN-A"
    variants = imported.document("many_variants").items
    assert [item for item, _ in variants[:9]] == [f"TABLIER-{number:02d}" for number in range(1, 10)]
    assert imported.document("ambiguous_sku").items[0][0] == AMBIGUOUS


@pytest.mark.spec("ORD-33")
@pytest.mark.pitfall("PB-08")
def test_refunds_become_credit_notes_by_line_with_shipping_and_without_lines(imported: Imported) -> None:
    totals = {
        name: [note.totals for note in imported.credits(name)]
        for name in ("returned_in_part", "returned_with_shipping", "returned_in_two_refunds", "returned_after_a_coupon")
    }
    assert totals == {
        "returned_in_part": [("20.10", "4.02", "24.12")],
        "returned_with_shipping": [("29.25", "5.85", "35.10")],
        "returned_in_two_refunds": [("14.10", "2.82", "16.92"), ("28.20", "5.64", "33.84")],
        "returned_after_a_coupon": [("100.00", "20.00", "120.00")],
    }
    (goodwill,) = imported.credits("refunded_goodwill")
    assert goodwill.totals == ("4.46", "0.54", "5.00")
    (untaxed,) = imported.credits("returned_without_tax")
    assert untaxed.items == [("ELE-0007", "93.50"), (SHIPPING, "14.90")]
    assert untaxed.totals == ("108.40", "0.00", "108.40")


# Afterwards ------------------------------------------------------------------------------------------------------


@pytest.mark.spec("ORD-24")
def test_shop_is_told_once_the_order_was_invoiced(world: World, imported: Imported) -> None:
    demo = world.demo
    key = world.named["guest"]
    token = make_token("demo", "orders", key, 1)
    rows = {"folder": FOLDER, "table": "SaleDocument"}
    (source,) = (r for r in demo.erp.admin("POST", "/_admin/ebp/rows", rows)["rows"] if r["xx_AtooKey"] == token)
    invoice: dict[str, Any] = {
        **source, "Id": "later-1", "DocumentType": 2, "DocumentNumber": "FA990001", "xx_AtooKey": "", "Reference": "",
        "OriginDocumentNumber": source["DocumentNumber"],
    }  # fmt: skip
    demo.erp.admin("POST", "/_admin/ebp/rows", {**rows, "insert": [invoice]})
    planned = demo.plan("order-status")
    assert planned.plan is not None
    assert [row.key for row in planned.plan.rows(actions=["update"])] == [key]
    assert world.order("guest")["status"] == "processing"
    assert demo.apply(planned).run.counts.ok == 1
    assert world.order("guest")["status"] == "completed"
    assert demo.run("order-status").run.counts.ok == 0


@pytest.mark.spec("ORD-10", "ORD-01")
@pytest.mark.pitfall("PB-23")
def test_order_edited_before_import_counts_as_it_is_and_afterwards_it_is_told(world: World, imported: Imported) -> None:
    document = imported.document("edited_before_import")
    assert document.items == [("CAV-0005", "50.00")]
    assert document.totals == ("50.00", "10.00", "60.00")
    order = world.order("case_twin")
    line = {"id": order["line_items"][0]["id"], "quantity": 2, "subtotal": "37.80", "total": "37.80"}
    change = {"method": "PUT", "path": f"orders/{order['id']}", "params": {"line_items": [line]}}
    world.demo.shop.admin("POST", "/_admin/act", change)
    result = world.demo.run("orders")
    assert result.run.counts.ok == 0
    entries = world.demo.workspace.journal.entries(result.run.id)
    told = [str(e.message) for e in entries if e.level == "warning" and e.record == str(order["id"])]
    assert len(told) == 1
    assert "29,58" in told[0]
    assert "52,26" in told[0]
    assert imported.books.of(world.demo, str(order["id"])).totals[2] == "29.58"
