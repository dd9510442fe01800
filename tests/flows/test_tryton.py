"""The three shops on a real Tryton server, over HTTP; judged from Tryton's own database, never by our connector.

Some orders of the demonstration are imported, chosen so that every kind of document, payment and refund is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from atoosync_lab.cli.demo_steps import WHO, Demo, started
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs.run import RunRequest, RunResult, run
from atoosync_lab.sandbox.data.load import PARIS
from atoosync_lab.sandbox.data.shop_data import shop_data
from atoosync_lab.sandbox.data.woocommerce_demo.facts import RATE_META
from atoosync_lab.sandbox.prestashop.seed import ShopState as PrestaShop
from atoosync_lab.sandbox.shopify.state import ShopState as Shopify
from atoosync_lab.sandbox.tryton.server import TrytonServer
from atoosync_lab.sandbox.tryton.trade import MAIN
from atoosync_lab.sandbox.woocommerce.state import ShopState as WooCommerce
from atoosync_lab.store.ledger import State
from tests.flows.tryton_books import CENT, Books, Sale, post_invoice, ship

pytestmark = pytest.mark.spec("BEY-11")

COMMON = ("guest", "returned_in_part", "several_payments", "new_company")
CHOSEN: Mapping[str, tuple[str, ...]] = {
    "prestashop": (*COMMON, "many_small_pieces", "zero_order", "voucher_two_rates", "dollars", "cheque",
                   "country_without_rule", "dormant_customer"),
    "woocommerce": (*COMMON, "coupon_over_two_rates", "dollars_with_tax", "negative_fee"),
    "shopify": (*COMMON, "coupon_over_two_rates", "dollars_with_tax", "refunded_goodwill"),
}  # fmt: skip
"""Orders that are imported, by what is special about them; a name that a shop does not have is none of it."""
RETURNED = ("returned_in_part", "refunded_goodwill")
CREDIT = "Avoir"


@dataclass(frozen=True)
class Truth:
    """What a shop says, read from its own file."""

    charged: Callable[[Path, str], Decimal]
    """Total of an order in the shop's currency."""
    refunds: Callable[[Path, str], dict[str, Decimal]]
    """Refunds of an order, by id."""
    status: Callable[[Path, str], str]
    """Status of an order."""


def _cents(amount: object, rate: object = 1) -> Decimal:
    return (Decimal(str(amount)) / Decimal(str(rate))).quantize(CENT, ROUND_HALF_UP)


def _presta(state: Path, key: str) -> Decimal:
    with closing(PrestaShop.open(state)) as shop:
        row = shop.db.execute("SELECT total_paid_tax_incl, conversion_rate FROM orders WHERE id = ?", (key,)).fetchone()
        return _cents(row[0], row[1])


def _presta_refunds(state: Path, key: str) -> dict[str, Decimal]:
    with closing(PrestaShop.open(state)) as shop:
        names = "id, total_products_tax_incl, total_shipping_tax_incl"
        rows = shop.db.execute(f"SELECT {names} FROM order_slip WHERE id_order = ?", (key,)).fetchall()
        return {str(row[0]): _cents(Decimal(row[1]) + Decimal(row[2])) for row in rows}


def _presta_status(state: Path, key: str) -> str:
    with closing(PrestaShop.open(state)) as shop:
        return str(shop.db.execute("SELECT current_state FROM orders WHERE id = ?", (key,)).fetchone()[0])


def _woo(state: Path, key: str) -> Decimal:
    with closing(WooCommerce.open(state, None)) as shop:
        row = shop.row("orders", int(key))
        assert row is not None
        metas = {meta["key"]: meta["value"] for meta in row["meta_data"]}
        return _cents(row["total"], metas.get(RATE_META, 1))


def _woo_refunds(state: Path, key: str) -> dict[str, Decimal]:
    with closing(WooCommerce.open(state, None)) as shop:
        return {str(row["id"]): _cents(row["amount"]) for row in shop.rows("refunds", "order_id = ?", (int(key),))}


def _woo_status(state: Path, key: str) -> str:
    with closing(WooCommerce.open(state, None)) as shop:
        row = shop.row("orders", int(key))
        assert row is not None
        return str(row["status"])


def _shopify(state: Path, key: str) -> Decimal:
    with closing(Shopify.open(state)) as shop:
        return _cents(shop.rows("orders", "id = ?", int(key))[0]["total"])


def _shopify_refunds(state: Path, key: str) -> dict[str, Decimal]:
    with closing(Shopify.open(state)) as shop:
        return {str(row["id"]): _cents(row["total"]) for row in shop.rows("refunds", "order_id = ?", int(key))}


def _shopify_status(state: Path, key: str) -> str:
    with closing(Shopify.open(state)) as shop:
        row = shop.rows("orders", "id = ?", int(key))[0]
        return "closed" if row["closed_at"] else str(row["fulfillment_status"]).lower()


TRUTH = {
    "prestashop": Truth(_presta, _presta_refunds, _presta_status),
    "woocommerce": Truth(_woo, _woo_refunds, _woo_status),
    "shopify": Truth(_shopify, _shopify_refunds, _shopify_status),
}


@dataclass(frozen=True)
class World:
    """A shop and Tryton, with the chosen orders by name."""

    demo: Demo
    named: Mapping[str, str]

    @property
    def shop(self) -> str:
        return self.demo.profile.shop.system

    @property
    def truth(self) -> Truth:
        return TRUTH[self.shop]

    @property
    def state(self) -> Path:
        """State folder of the shop."""
        return self.demo.shop.state

    @property
    def server(self) -> TrytonServer:
        assert isinstance(self.demo.erp, TrytonServer)
        return self.demo.erp

    @property
    def books(self) -> Books:
        return Books(self.server.sqlite_path)

    @property
    def refunds(self) -> dict[str, Decimal]:
        """Refunds of the chosen orders, by id."""
        found: dict[str, Decimal] = {}
        for name in RETURNED:
            if name in self.named:
                found |= self.truth.refunds(self.state, self.named[name])
        return found

    def run(self, flow: str, keys: tuple[str, ...] = ()) -> RunResult:
        """Run a flow for some records."""
        request = RunRequest(profile=self.demo.profile.id, flow=flow, keys=keys, who=WHO)
        return run(self.demo.workspace, request)

    def errors(self, *runs: RunResult) -> list[str]:
        entries = [entry for result in runs for entry in self.demo.workspace.journal.entries(result.run.id)]
        return [str(entry.message) for entry in entries if entry.level == "error"]

    def token(self, flow: str, key: str) -> str:
        row = self.demo.workspace.ledger.find(self.demo.profile.id, flow, [key])[key]
        assert row.state is State.DONE
        return row.token


@dataclass(frozen=True)
class Imported:
    """The chosen orders and their refunds, imported once and once more."""

    before: Mapping[str, Decimal]
    """Stock of the main warehouse before."""
    runs: tuple[RunResult, RunResult]
    again: tuple[RunResult, RunResult]
    sales: Mapping[str, Sale]
    """By token, after the first import."""
    count: int
    """Sales after the second one."""


@pytest.fixture(scope="module", params=sorted(CHOSEN))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    request.getfixturevalue("tryton_template")
    shop, folder, today = request.param, tmp_path_factory.mktemp(request.param), datetime.now(PARIS).date()
    # The same shop once more: only its load tells the ids of its special orders.
    special = shop_data(shop).fill_demo(folder / "named", today, None).special_orders
    named = {name: str(special[name]) for name in CHOSEN[shop] if name in special}
    with started(folder / "home", shop=shop, erp="tryton", today=today, speed=2000.0) as demo:
        yield World(demo, named)


@pytest.fixture(scope="module")
def exported(world: World) -> tuple[Plan, RunResult, RunResult]:
    """Articles with prices, stocks and states: planned, applied, run again."""
    planned = world.demo.plan("articles")
    assert planned.plan is not None
    return planned.plan, world.demo.apply(planned), world.run("articles")


@pytest.fixture(scope="module")
def imported(world: World, exported: tuple[Plan, RunResult, RunResult]) -> Imported:
    assert exported
    before = world.books.stock(MAIN)
    orders, slips = tuple(world.named.values()), tuple(world.refunds)
    runs = world.run("orders", orders), world.run("credit-notes", slips)
    sales = world.books.sales()
    again = world.run("orders", orders), world.run("credit-notes", slips)
    return Imported(before, runs, again, sales, len(world.books.sales()))


@pytest.mark.spec("ART-01", "ART-03")
def test_shop_holds_what_tryton_sells_and_a_second_run_writes_nothing(
    world: World, exported: tuple[Plan, RunResult, RunResult]
) -> None:
    plan, applied, again = exported
    wanted = plan.by_action()
    assert world.errors(applied) == []
    assert applied.run.counts.ok == sum(wanted[action] for action in ("create", "update", "activate", "deactivate"))
    assert applied.run.counts.ok > 100
    assert (again.run.counts.ok, again.run.counts.failed) == (0, 0)


@pytest.mark.spec("ORD-01", "ORD-10", "ORD-29")
def test_documents_are_the_shops_to_the_cent_and_a_second_run_makes_none(world: World, imported: Imported) -> None:
    assert world.errors(*imported.runs) == []
    for name, key in world.named.items():
        sale = imported.sales[world.token("orders", key)]
        assert sale.incl_tax == world.truth.charged(world.state, key), name
        # An invoice is the entry it makes, whatever the sale says.
        assert sum((invoice.owed for invoice in sale.invoices if invoice.state != "draft"), sale.incl_tax * 0) in (
            sale.incl_tax, Decimal(0),
        ), name  # fmt: skip
    assert len(imported.sales) == len(world.named) + len(world.refunds) == imported.count
    assert [result.run.counts.ok for result in imported.again] == [0, 0]


@pytest.mark.spec("ORD-33")
def test_refunds_are_posted_credit_notes(world: World, imported: Imported) -> None:
    assert world.refunds
    for key, amount in world.refunds.items():
        sale = imported.sales[world.token("credit-notes", key)]
        assert (sale.kind, sale.incl_tax) == (CREDIT, -amount)
        assert [(invoice.state, invoice.owed) for invoice in sale.invoices] == [("posted", -amount)]
        assert sale.shipped


@pytest.mark.spec("ORD-22")
def test_payments_are_entered_and_what_they_pay_is_paid(world: World, imported: Imported) -> None:
    profile, ledger = world.demo.profile.id, world.demo.workspace.ledger
    rows = ledger.open_rows(profile, ["settlements"], [State.DONE])
    planned = {row.token: json.loads(row.payload or "{}") for row in rows}
    amounts = {token: Decimal(str(job["settlement"]["amount"])) for token, job in planned.items()}
    assert len(amounts) > len(world.named) / 2
    assert world.books.paid() == amounts
    settled = {job["order"] for job in planned.values()}
    invoiced = [
        invoice
        for key in world.named.values()
        if key in settled
        for invoice in imported.sales[world.token("orders", key)].invoices
        if imported.sales[world.token("orders", key)].kind == "Facture"
    ]
    assert invoiced
    assert {invoice.state for invoice in invoiced} == {"paid"}


@pytest.mark.spec("ORD-29")
def test_books_balance_and_hold_what_was_invoiced_and_paid(world: World, imported: Imported) -> None:
    trial = world.books.trial()
    assert sum(trial.values()) == 0
    owed = sum((invoice.owed for sale in imported.sales.values() for invoice in sale.invoices), Decimal(0))
    paid = sum(world.books.paid().values(), Decimal(0))
    assert paid > 0
    assert trial["4111"] == owed - paid
    assert sum(amount for code, amount in trial.items() if code.startswith("5")) == paid
    assert sum(amount for code, amount in trial.items() if code[0] == "7" or code.startswith("445")) == -owed


@pytest.mark.spec("ART-04")
def test_stock_is_what_was_sold_less(world: World, imported: Imported) -> None:
    gone: dict[str, Decimal] = {}
    for token, pieces in world.books.goods().items():
        if imported.sales[token].kind != "Commande":
            for code, number in pieces.items():
                gone[code] = gone.get(code, Decimal(0)) + number
    assert any(gone.values())
    now = world.books.stock(MAIN)
    moved = {code: imported.before.get(code, Decimal(0)) - pieces for code, pieces in now.items()}
    assert {code: pieces for code, pieces in moved.items() if pieces} == {c: n for c, n in gone.items() if n}


@pytest.mark.spec("ORD-24")
def test_shop_is_told_what_a_person_did_in_tryton(world: World, imported: Imported) -> None:
    key = world.named["guest"]
    sale = imported.sales[world.token("orders", key)]
    assert (sale.kind, sale.shipped) == ("Commande", False)
    updates = world.demo.profile.orders.status_update
    with world.server.rpc() as rpc:
        for act, wanted in ((ship, updates.delivery_note), (post_invoice, updates.invoice)):
            held = world.truth.status(world.state, key)
            act(rpc, sale.id)
            told = world.run("order-status")
            assert world.errors(told) == []
            assert world.truth.status(world.state, key) == (wanted or held)
            assert told.run.counts.ok == (1 if wanted else 0)
    assert world.run("order-status").run.counts.ok == 0
