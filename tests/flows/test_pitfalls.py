"""Real complaints, played through the whole product: PrestaShop's own amounts in, documents to the cent out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.sandbox.data.demo.facts import SPECIAL_ARTICLES, STATES, VAT_BY_RATE
from atoosync_lab.sandbox.prestashop.seed import SeedLine, SeedOrder, SeedVoucher, ShopState, create_order
from atoosync_lab.settings import Profile
from atoosync_lab.store.ledger import State
from tests.flows.books import Books, Document
from tests.flows.conftest import command

FOLDER = "184976"
D = Decimal
TWENTY = {"tax_rules_group": 1}
FIVE_AND_A_HALF = {"tax_rules_group": 3}
FR_20_TAX, FR_5_5_TAX = VAT_BY_RATE["20"], VAT_BY_RATE["5.5"]
PRODUCTS = {"CAV-0002": 123, "CAV-0005": 125, "SUC-0001": 13}
"""Articles of the folder and their products in the shop."""


def line(code: str, quantity: int, net: str, **values: Any) -> SeedLine:
    """A line of a product that both sides know, at a price of the complaint."""
    more: dict[str, Any] = {**TWENTY, **values}
    return SeedLine(PRODUCTS[code], quantity, price=D(net), reference=code, **more)


def order(*lines: SeedLine, buyer: int = 1, **values: Any) -> SeedOrder:
    """A card order of a French buyer, collected in the shop, paid in full unless said otherwise."""
    more: dict[str, Any] = {
        "carrier": 1, "module": "stripe_official", "payment": "Carte bancaire",
        "payments": (("Carte bancaire", None),), "move_stock": False, **values,
    }  # fmt: skip
    return SeedOrder(buyer, buyer, lines=list(lines), **more)


def shop(demo: Demo) -> ShopState:
    return ShopState.open(demo.home / "sandbox" / "prestashop", "9")


def place(demo: Demo, *orders: SeedOrder) -> list[str]:
    """Put orders into the running shop; their ids."""
    state = shop(demo)
    try:
        return [str(create_order(state, seed)) for seed in orders]
    finally:
        state.close()


def change(demo: Demo, **values: Any) -> None:
    """Change settings of the demonstration's profile: `orders__options__misc_for_unknown=True`."""
    profiles = demo.workspace.profiles
    document = profiles.get("demo").model_dump(mode="json")
    for path, value in values.items():
        *parents, last = path.split("__")
        place_of = document
        for name in parents:
            place_of = place_of[name]
        place_of[last] = value
    profiles.save(Profile.model_validate(document), who="test", expected_revision=profiles.revision("demo"))


@dataclass(frozen=True)
class Imported:
    """The complaints' orders, all imported by one run."""

    demo: Demo
    keys: dict[str, list[str]]
    plan: Plan
    books: Books

    def document(self, case: str, number: int = 0) -> Document:
        return self.books.of(self.demo, self.keys[case][number])


GONE = SeedLine(0, 1, price=D("20.00"), name="Ancien modèle", reference="OLD-1", **TWENTY)  # type: ignore[arg-type]

CASES: dict[str, Sequence[SeedOrder]] = {
    "PB-01": [order(line("SUC-0001", 4, "15.59", **FIVE_AND_A_HALF), round_type=1)],
    "PB-03": [
        order(
            line("CAV-0002", 1, "50.00"),
            line("SUC-0001", 1, "20.00", **FIVE_AND_A_HALF),
            vouchers=[SeedVoucher("Bienvenue", amount=D("10.00"))],
        )
    ],
    "PB-05": [order(line("CAV-0005", 1, "20.00"), carrier=2, shipping=D("5.75"), shipping_rate=D(20))],
    "PB-06": [
        order(
            line("CAV-0005", 1, "41.666667"), wrapping=D("2.00"), wrapping_rate=D(20), gift_message="Bon anniversaire"
        ),
        order(line("CAV-0005", 1, "41.666667")),
    ],
    "PB-07": [
        order(line("CAV-0002", 1, "25.00"), line("CAV-0005", 1, "0.00", original=D("10.00"))),
        order(
            line("CAV-0002", 1, "35.00"),
            vouchers=[SeedVoucher("Offert", percent=D(100))],
            module="free_order",
            payment="Commande gratuite",
            payments=(),
        ),
    ],
    "PB-14": [order(line("CAV-0005", 1, "10.00"), line("SUC-0001", 1, "10.00", **FIVE_AND_A_HALF))],
    "PB-22": [
        order(line("CAV-0002", 1, "25.00"), reference="XKBKNABJK", payments=(("Carte bancaire", D("50.00")),)),
        order(line("CAV-0005", 1, "16.666667"), reference="XKBKNABJK", payments=()),
    ],
    "PB-26": [order(line("CAV-0005", 1, "8.50"), GONE)],
    "PB-56": [
        order(line("CAV-0002", 1, "173.041667"), vouchers=[SeedVoucher("Fidélité", amount=D("5.00"))]),
        order(line("CAV-0005", 1, "20.00"), carrier=2, shipping=D("7.00"), shipping_rate=D(20)),
    ],
    "PB-54": [order(line("CAV-0005", 1, "8.50")) for _ in range(60)],
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    """One shop with all the complaints in it, read ten orders a page, imported once."""
    with started(Path(tmp_path_factory.mktemp("pitfalls")) / "home", speed=2000.0) as demo:
        change(demo, shop__sizes__page_size=10, shop__sizes__detail_page=10)
        keys = {name: place(demo, *orders) for name, orders in CASES.items()}
        result = demo.run("orders")
        assert result.plan is not None
        errors = [str(e.message) for e in demo.workspace.journal.entries(result.run.id) if e.level == "error"]
        assert not errors
        yield Imported(demo, keys, result.plan, Books.read(demo))


@pytest.mark.spec("ORD-21", "ORD-22", "ORD-08")
@pytest.mark.pitfall("PB-01")
def test_vat_rounded_on_each_item_gets_a_difference_line(imported: Imported) -> None:
    document = imported.document("PB-01")
    assert document.vat(FR_5_5_TAX) == ("62.36", "3.43")
    assert document.items == [("SUC-0001", "62.36"), (SPECIAL_ARTICLES["difference"], "0.01")]
    assert document.totals[2] == "65.80"
    assert document.paid == ["65.80"]


@pytest.mark.spec("ORD-08", "ORD-09")
@pytest.mark.pitfall("PB-03")
def test_voucher_over_two_rates_is_spread_by_net_base(imported: Imported) -> None:
    document = imported.document("PB-03")
    discounts = {item: amount for item, amount in document.items if item.startswith("ZREMISE")}
    assert discounts == {SPECIAL_ARTICLES["discount_20"]: "-6.16", SPECIAL_ARTICLES["discount_5.5"]: "-2.47"}
    assert document.vat(FR_20_TAX) == ("43.84", "8.77")
    assert document.vat(FR_5_5_TAX) == ("17.53", "0.96")
    assert document.totals == ("61.37", "9.73", "71.10")
    assert SPECIAL_ARTICLES["difference"] not in dict(document.items)


@pytest.mark.spec("ORD-17")
@pytest.mark.pitfall("PB-05")
def test_shipping_keeps_its_net_amount(imported: Imported) -> None:
    document = imported.document("PB-05")
    assert (SPECIAL_ARTICLES["shipping"], "5.75") in document.items
    assert document.totals == ("25.75", "5.15", "30.90")
    assert document.paid == ["30.90"]


@pytest.mark.spec("ORD-08")
@pytest.mark.pitfall("PB-06")
def test_gift_wrap_is_a_line_only_when_it_was_chosen(imported: Imported) -> None:
    wrapped, plain = imported.document("PB-06"), imported.document("PB-06", 1)
    assert wrapped.items == [("CAV-0005", "41.67"), (SPECIAL_ARTICLES["gift_wrap"], "2.00")]
    assert wrapped.totals == ("43.67", "8.73", "52.40")
    assert plain.items == [("CAV-0005", "41.67")]
    assert plain.totals == ("41.67", "8.33", "50.00")


@pytest.mark.spec("ORD-05", "ORD-22")
@pytest.mark.pitfall("PB-07")
def test_free_line_stays_and_free_order_needs_no_settlement(imported: Imported) -> None:
    with_gift, free = imported.document("PB-07"), imported.document("PB-07", 1)
    assert with_gift.items == [("CAV-0002", "25.00"), ("CAV-0005", "0.00")]
    assert with_gift.lines[1]["Quantity"] == 1
    assert with_gift.totals == ("25.00", "5.00", "30.00")
    assert free.totals == ("0.00", "0.00", "0.00")
    assert free.paid == []
    assert SPECIAL_ARTICLES["difference"] not in dict(free.items)


@pytest.mark.spec("ORD-04")
@pytest.mark.pitfall("PB-14")
def test_tax_is_mapped_by_name_and_rate(imported: Imported) -> None:
    document = imported.document("PB-14")
    assert document.vat(FR_20_TAX) == ("10.00", "2.00")
    assert document.vat(FR_5_5_TAX) == ("10.00", "0.55")
    assert document.totals == ("20.00", "2.55", "22.55")


@pytest.mark.spec("ORD-10", "ORD-22")
@pytest.mark.pitfall("PB-22")
def test_two_orders_of_one_reference_share_their_payment(imported: Imported) -> None:
    first, second = imported.document("PB-22"), imported.document("PB-22", 1)
    assert first.head["DocumentNumber"] != second.head["DocumentNumber"]
    assert (first.totals[2], second.totals[2]) == ("30.00", "20.00")
    assert (first.paid, second.paid) == (["30.00"], ["20.00"])


@pytest.mark.spec("ORD-12")
@pytest.mark.pitfall("PB-26")
def test_order_with_a_deleted_product_is_held_whole(imported: Imported) -> None:
    (key,) = imported.keys["PB-26"]
    (row,) = imported.plan.rows(actions=["block"], search=key)
    assert row.key == key
    for language in ("fr", "en"):
        sentence = row.reason_text(language)
        assert key in sentence
        assert "OLD-1" in sentence
        assert "Ancien modèle" in sentence
    assert imported.demo.workspace.ledger.find("demo", "orders", [key]) == {}


@pytest.mark.spec("ORD-01")
@pytest.mark.pitfall("PB-54")
def test_every_page_of_waiting_orders_is_imported(imported: Imported) -> None:
    state = shop(imported.demo)
    wanted = ", ".join(imported.demo.workspace.profiles.get("demo").orders.statuses)
    first = "datetime('now', '-14 days')"
    waiting = [str(r[0]) for r in state.db.execute(
        f"SELECT id FROM orders WHERE date_add > {first} AND id IN ({', '.join(imported.keys['PB-54'])})"
        f" AND (current_state IN ({wanted}))")]  # fmt: skip
    state.close()
    assert len(waiting) == 60
    assert len(imported.books.documents) > 150
    rows = imported.demo.workspace.ledger.find("demo", "orders", waiting)
    assert {r.state for r in rows.values()} == {State.DONE}
    assert len({r.target_number for r in rows.values()}) == 60
    held = {r.key for r in imported.plan.rows(actions=["block"], entities=["order"])}
    made = {r.key for r in imported.plan.rows(actions=["create"], entities=["order"])}
    assert len(made) == len(imported.books.documents)
    assert not held & made


@pytest.mark.spec("ORD-08", "ORD-09", "ORD-17", "ORD-21")
@pytest.mark.pitfall("PB-56")
def test_cart_rules_and_shipping_reach_the_total(imported: Imported) -> None:
    ruled, shipped = imported.document("PB-56"), imported.document("PB-56", 1)
    assert ruled.totals[2] == "202.65"
    assert (SPECIAL_ARTICLES["discount_20"], "-4.17") in ruled.items
    assert shipped.totals == ("27.00", "5.40", "32.40")
    assert (SPECIAL_ARTICLES["shipping"], "7.00") in shipped.items


@pytest.mark.spec("ORD-01", "ORD-07")
@pytest.mark.pitfall("PB-58")
def test_order_in_an_unmapped_currency_holds_no_other(imported: Imported) -> None:
    held = [r for r in imported.plan.rows(actions=["block"]) if r.reason == "orders.currency_unmapped"]
    assert len(held) == 1
    assert "CHF" in held[0].reason_text("fr")
    assert held[0].params["page"] == "orders.maps.currencies"
    assert imported.demo.workspace.ledger.find("demo", "orders", [held[0].key]) == {}
    assert len(imported.books.documents) > 150


@pytest.mark.spec("ORD-22")
def test_all_totals_of_the_complaints_reconcile(imported: Imported) -> None:
    found = imported.demo.reconcile()
    assert found.gaps == ()
    assert found.orders == len(imported.books.documents)


@pytest.mark.spec("ORD-12")
@pytest.mark.pitfall("PB-26")
@pytest.mark.pitfall("PB-57")
def test_unknown_reference_takes_the_misc_article_with_label_price_and_tax(demo: Demo) -> None:
    change(demo, orders__options__misc_for_unknown=True)
    known = line("CAV-0002", 1, "67.233333")
    (key,) = place(demo, order(known, GONE))
    demo.run("orders")
    document = Books.read(demo).of(demo, key)
    assert document.totals[2] == "104.68"
    misc = next(r for r in document.lines if r["ItemId"] == SPECIAL_ARTICLES["misc"])
    assert misc["Description"] == "Ancien modèle"
    assert f"{misc['NetAmountVatExcludedWithDiscount']:.2f}" == "20.00"
    assert misc["VatId"] == FR_20_TAX
    assert document.paid == ["104.68"]


@pytest.mark.spec("ORD-10", "ORD-22", "RUN-03", "SVC-08")
@pytest.mark.pitfall("PB-19")
def test_refused_settlement_is_retried_alone(demo: Demo) -> None:
    """The folder lacks the payment's means for two runs: one document, and one settlement once the means is back."""
    (key,) = place(demo, order(line("CAV-0005", 1, "20.00"), payments=(("Bon cadeau", None),)))
    payments = demo.profile.orders.model_dump(mode="json")["maps"]["payments"]
    payments["Bon cadeau|EUR"]["payment_means"] = "PAYPAL"
    change(
        demo,
        subscription__imports=1000,
        orders__statuses={"2": {"kind": "order", "state": "Accepté"}},
        orders__maps__payments=payments,
    )
    means = {"folder": FOLDER, "table": "PaymentType"}
    (row,) = (r for r in demo.erp.admin("POST", "/_admin/ebp/rows", means)["rows"] if r["Id"] == "PAYPAL")
    demo.erp.admin("POST", "/_admin/ebp/rows", {**means, "key": row["Id"], "delete": True})
    numbers = set()
    for _ in range(2):
        result = one_order(demo, key)
        assert result["document"] is State.DONE
        assert result["settlement"] is State.REFUSED
        assert result["exit"] == 1
        assert result["errors"] == [result["key"]]
        numbers.add(result["number"])
        assert Books.read(demo).of(demo, key).settlements == []
    demo.erp.admin("POST", "/_admin/ebp/rows", {**means, "insert": [row]})
    result = one_order(demo, key)
    assert result["settlement"] is State.DONE
    numbers.add(result["number"])
    assert len(numbers) == 1
    books = Books.read(demo)
    assert len(books.documents) == 1
    assert books.of(demo, key).paid == ["24.00"]
    used = demo.workspace.quota.state("demo", "imports")
    assert (used.used, used.reserved) == (2, 0)
    assert one_order(demo, key)["errors"] == []
    assert Books.read(demo).of(demo, key).paid == ["24.00"]


def one_order(demo: Demo, key: str) -> dict[str, Any]:
    """Run the import for one order; how its document and its settlement stand."""
    result = run(demo.workspace, RunRequest(profile="demo", flow="orders", keys=(key,)))
    ledger = demo.workspace.ledger
    document = ledger.find("demo", "orders", [key])[key]
    (settlement,) = (
        row
        for state in State
        for row in ledger.open_rows("demo", ["settlements"], [state])
        if row.key.startswith(f"{key}/")
    )
    errors = [e.record for e in demo.workspace.journal.entries(result.run.id) if e.level == "error"]
    return {
        "exit": result.exit_status, "document": document.state, "number": document.target_number,
        "settlement": settlement.state, "key": settlement.key, "errors": errors,
    }  # fmt: skip


@pytest.mark.spec("ORD-01", "ORD-10")
@pytest.mark.pitfall("PB-55")
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_shop_is_told_only_once_the_document_is_there(demo: Demo) -> None:
    """Killed while documents are on their way: no order has lost the status that is looked for."""
    paid = str(STATES["paid"])

    def waiting() -> set[str]:
        state = shop(demo)
        found = {str(r[0]) for r in state.db.execute("SELECT id FROM orders WHERE current_state = ?", (paid,))}
        state.close()
        return found

    before = waiting()
    change(demo, shop__sizes__import_file=20)
    killed = command(demo.home, "run", "orders", env={"ATOOSYNC_FAULT": "ledger:accepted:3"})
    assert killed.returncode == -9
    assert waiting() == before
    plan = None
    for _ in range(3):
        plan = demo.run("orders").plan
    assert plan is not None
    books = Books.read(demo)
    keys = Counter(d["xx_AtooKey"] for d in books.documents.values())
    assert max(keys.values()) == 1
    done = {r.key for r in demo.workspace.ledger.open_rows("demo", ["orders"], [State.DONE])}
    assert len(done) == len(books.documents)
    held = {r.key for r in plan.rows(actions=["block"])}
    moved = before - waiting()
    assert moved
    assert moved <= done
    assert before - moved <= held | done
