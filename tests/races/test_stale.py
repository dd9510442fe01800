"""A saved plan that no longer fits is refused with what changed; one that fits is read again little (BEY-01)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import pytest

from atoosync_lab.applying import stale
from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.model.errors import StalePlanError
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.plan import PlanRow
from atoosync_lab.runs.run import RunRequest, RunResult, run
from atoosync_lab.store.plans import PlanState
from tests.races.world import change_settings, counted, erp_rows, in_erp, in_shop, ours, shop_rows, twice


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with started(tmp_path_factory.mktemp("stale") / "home", speed=2000.0) as under_way:
        yield under_way


@pytest.fixture
def aged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every capture counts as too old to be believed, also one of the same second: the ERP's clock tells no finer."""
    monkeypatch.setattr(stale, "MAX_AGE", timedelta(minutes=-1))


class Plans:
    """Saved plans by flow, made anew when one was applied or overtaken: a refused plan stays a plan."""

    def __init__(self, demo: Demo) -> None:
        self._demo, self._made = demo, dict[str, RunResult]()

    def __call__(self, flow: str) -> RunResult:
        held = self._made.get(flow)
        if held is None or held.plan is None or not self._usable(held.plan.meta.id):
            held = self._made[flow] = self._demo.plan(flow)
        return held

    def _usable(self, plan: str) -> bool:
        return self._demo.workspace.plans.get(plan).state in (PlanState.MADE, PlanState.APPROVED)


@pytest.fixture(scope="module")
def made(demo: Demo) -> Plans:
    return Plans(demo)


def rows_of(planned: RunResult, entity: str) -> dict[str, PlanRow]:
    assert planned.plan is not None
    return {r.key: r for r in planned.plan.rows(entities=[entity], payload=True)}


def refused(demo: Demo, planned: RunResult, code: str, *said: str) -> StalePlanError:
    """Applying is refused with this sentence, writes nothing, and the plan stays as it was."""
    errors: list[StalePlanError] = []

    def apply() -> None:
        with pytest.raises(StalePlanError) as caught:
            demo.apply(planned)
        errors.append(caught.value)

    assert counted(demo, apply).writes == 0
    error = errors[0]
    assert error.code == code, str(error)
    assert error.exit_status == 5
    for text in said:
        assert text in error.message.text("fr")
    english = error.message.text("en")
    assert english != error.message.text("fr")
    assert "‹" not in english + error.message.text("fr"), "every field is named in words"
    assert planned.plan is not None
    assert demo.workspace.plans.get(planned.plan.meta.id).state is not PlanState.APPLIED
    last = demo.workspace.journal.list(profile="demo", limit=1)[0]
    assert last.message is not None
    assert last.message.code == code, "the journal says the same"
    return error


@pytest.mark.spec("BEY-01", "ART-03")
def test_a_price_changed_in_the_shop_refuses_the_plan_variants_too(demo: Demo, made: Plans) -> None:
    (variant,) = shop_rows(demo, "combinations", "reference = ?", "BOCAL-01")
    in_shop(demo, "combinations", variant["id"], {"price": "7.770000"})
    planned = made("prices")
    rows = rows_of(planned, "price")
    assert "BOCAL-01" in rows
    product = rows["ATE-0003"]
    before = in_shop(demo, "products", product.target_id, {"price": "99.500000"})
    in_shop(demo, "combinations", variant["id"], {"price": "8.880000"})
    error = refused(
        demo, planned, "plan.target_changed", "ATE-0003 (Prix HT", "→ 99.5", "BOCAL-01 (Prix HT 7.77", "→ 8.88"
    )
    assert error.message.params["count"] == 2
    assert "Price excl. tax" in error.message.text("en")
    in_shop(demo, "products", product.target_id, before)
    in_shop(demo, "combinations", variant["id"], {"price": "7.770000"})
    assert demo.apply(planned).run.counts.failed == 0, "as it was: it fits again"


@pytest.mark.spec("BEY-01", "ART-04", "ART-05", "ART-01")
def test_stock_activation_and_texts_changed_in_the_shop_refuse_their_plans(demo: Demo, made: Plans) -> None:
    stocks, status, sheets = made("stocks"), made("article-status"), made("articles")
    stock = next(r for r in rows_of(stocks, "stock").values() if '"variant_id":"14"' in r.payload)
    before = in_shop(demo, "stock_availables", stock.target_id, {"quantity": 4711})
    refused(demo, stocks, "plan.target_changed", f"{stock.key} (Stock", "→ 4711")
    in_shop(demo, "stock_availables", stock.target_id, before)
    shown = next(r for r in rows_of(status, "status").values() if str(r.action) == "activate")
    in_shop(demo, "products", shown.target_id, {"active": 1})
    refused(demo, status, "plan.target_changed", f"{shown.key} (État false → true)")
    in_shop(demo, "products", shown.target_id, {"active": 0})
    sheet = rows_of(sheets, "product")["ATE-0001"]
    before = in_shop(demo, "products", sheet.target_id, {"reference": "RENAMED"})
    refused(demo, sheets, "plan.target_changed", "ATE-0001 (Référence ATE-0001 → RENAMED)")
    in_shop(demo, "products", sheet.target_id, before)


@pytest.mark.spec("BEY-01")
def test_changed_settings_are_named_with_who_changed_them(demo: Demo, made: Plans) -> None:
    planned = made("article-status")
    held = demo.workspace.profiles.get("demo").articles
    change_settings(demo, articles__prices__precision=3, articles__products__filter="ID LIKE 'A%'")
    refused(demo, planned, "plan.settings_changed", "mona", "Filtre")
    change_settings(
        demo, articles__prices__precision=held.prices.precision, articles__products__filter=held.products.filter
    )
    assert demo.apply(planned).run.counts.failed == 0, "set back: it fits again"


@pytest.mark.spec("BEY-01", "ART-12")
def test_a_plan_that_another_one_overtook_says_which(demo: Demo, made: Plans) -> None:
    first = made("article-status")
    second = demo.plan("article-status")
    assert second.plan is not None
    assert first.plan is not None
    # What a person asks of the mark after the plan was made, applying the plan does not undo.
    wanted = datetime(2020, 1, 1, tzinfo=UTC)
    demo.workspace.marks.set("demo", "article-status", wanted, who="mona")
    demo.apply(second)
    assert demo.workspace.marks.get("demo", "article-status") == wanted
    refused(demo, first, "plan.superseded", second.plan.meta.id, "demo", f"{datetime.now(UTC).astimezone():%d/%m/%Y}")
    with pytest.raises(StalePlanError) as caught:
        demo.apply(second)
    assert caught.value.code == "plan.applied"


@pytest.mark.spec("BEY-01", "ART-10")
@pytest.mark.usefixtures("aged")
def test_an_old_plan_reads_its_source_again_in_batches(demo: Demo) -> None:
    key = "CAF-0008"
    in_erp(demo, "Item", key, {"SalePriceVatExcluded": "41.11"})
    planned = demo.plan("prices")
    assert key in rows_of(planned, "price")
    in_erp(demo, "Item", key, {"SalePriceVatExcluded": "42.22"})
    refused(demo, planned, "plan.source_changed", f"{key} (Prix HT 41.11 → 42.22)")
    # Another field of the same article is nothing to a price.
    in_erp(demo, "Item", key, {"SalePriceVatExcluded": "41.11", "Notes": "x"})
    sizes = demo.workspace.profiles.get("demo").shop.sizes
    rows = [r for r in rows_of(planned, "price").values() if str(r.action) == "update"]
    assert rows
    results: list[RunResult] = []
    calls = counted(demo, lambda: results.append(demo.apply(planned)))
    assert results[0].run.counts.failed == 0
    (line,) = (e for e in demo.workspace.journal.entries(results[0].run.id) if e.code == "plan.reread")
    # Products and variants, a page of ids each; what was modified since in the ERP, one page. The rest is what any
    # connection asks once: the shop's version and brands, the folder and its own fields.
    assert line.params["calls"] <= 2 * ceil(len(rows) / sizes.page_size) + 1 + 4
    assert calls.writes <= ceil(len(rows) / sizes.prices) * 2
    assert translate("plan.reread", line.params, "fr") != translate("plan.reread", line.params, "en")


@pytest.mark.spec("BEY-01", "ART-40")
@pytest.mark.usefixtures("aged")
def test_an_old_stock_plan_sees_what_was_sold_in_the_erp(demo: Demo) -> None:
    (row, *_) = (r for r in erp_rows(demo, "StockItem") if r["ItemId"] == "CAF-0008")
    in_erp(demo, "StockItem", row["Id"], {"RealStock": "77", "VirtualStock": "77"})
    planned = demo.plan("stocks")
    assert "CAF-0008" in rows_of(planned, "stock")
    in_erp(demo, "StockItem", row["Id"], {"RealStock": "78", "VirtualStock": "78"})
    refused(demo, planned, "plan.source_changed", "CAF-0008 (Stock 77 → 78")


def order_keys(planned: RunResult) -> list[str]:
    return [k for k, r in rows_of(planned, "order").items() if str(r.action) == "create"]


@pytest.mark.spec("BEY-01", "ORD-01", "ORD-10")
@pytest.mark.pitfall("PB-23", "PB-24")
def test_orders_changed_or_imported_since_refuse_their_plan(demo: Demo) -> None:
    planned = demo.plan("orders")
    keys = order_keys(planned)
    cancelled, dearer, shorter = keys[0], keys[1], keys[2]
    states = {k: shop_rows(demo, "orders", "id = ?", int(k))[0] for k in keys[:3]}
    (line, *_) = shop_rows(demo, "order_details", "id_order = ?", int(shorter))
    in_shop(demo, "orders", cancelled, {"current_state": 6})
    in_shop(demo, "orders", dearer, {"total_paid_tax_incl": "1234.560000"})
    in_shop(demo, "orders", shorter, {})
    in_shop(demo, "order_details", line["id"], {"product_quantity": line["product_quantity"] + 1})
    error = refused(demo, planned, "plan.orders_changed", f"{cancelled} (Statut", "→ Annulé", f"{dearer} (Total TTC",
                    "→ 1234.56", f"{shorter} (Lignes", f"→ {line['product_quantity'] + 1} × ")  # fmt: skip
    assert error.message.params["count"] == 3
    in_shop(demo, "orders", cancelled, {"current_state": states[cancelled]["current_state"]})
    in_shop(demo, "orders", dearer, {"total_paid_tax_incl": states[dearer]["total_paid_tax_incl"]})
    in_shop(demo, "order_details", line["id"], {"product_quantity": line["product_quantity"]})
    # A small plan reads its orders by their ids; an order that is gone is said to be gone.
    small = run(demo.workspace, RunRequest(profile="demo", flow="orders", dry_run=True, keys=tuple(keys[:2])))
    in_shop(demo, "orders", cancelled, {"current_state": 6})
    refused(demo, small, "plan.orders_changed", f"{cancelled} (Statut")
    in_shop(demo, "orders", cancelled, {"current_state": states[cancelled]["current_state"]})

    results: list[RunResult] = []
    results.append(demo.apply(planned))
    assert results[0].run.counts.failed == 0
    assert ours(demo) == len(keys)
    (told,) = (e for e in demo.workspace.journal.entries(results[0].run.id) if e.code == "plan.reread")
    # One page of the orders that were touched, with all that belongs to them; three calls to know both systems.
    assert told.params["calls"] <= 3 + 10
    refused(demo, small, "plan.superseded")
    assert ours(demo) == len(keys)
    assert twice(demo) == []


@pytest.mark.spec("BEY-01", "ORD-24")
def test_a_document_that_went_further_refuses_its_status_plan(demo: Demo) -> None:
    numbers = {r["DocumentNumber"]: r for r in erp_rows(demo, "SaleDocument") if r["xx_AtooKey"]}
    if not numbers:
        demo.run("orders")
        numbers = {r["DocumentNumber"]: r for r in erp_rows(demo, "SaleDocument") if r["xx_AtooKey"]}
    change_settings(demo, orders__status_update__delivery_note="4", orders__status_update__invoice="5")
    order = next(n for n, r in numbers.items() if int(r["DocumentType"]) == 4) if any(
        int(r["DocumentType"]) == 4 for r in numbers.values()) else next(iter(numbers))  # fmt: skip
    transform(demo, numbers[order], 6, "BL990")
    planned = demo.plan("order-status")
    assert planned.plan is not None
    assert [r.params["number"] for r in planned.plan.rows(actions=["update"])] == [order]
    transform(demo, numbers[order], 2, "FA990")
    refused(demo, planned, "plan.source_changed", "Bon de livraison → Facture")


def transform(demo: Demo, source: dict[str, Any], kind: int, number: str) -> None:
    """A person turns a document into a later one."""
    row = {**source, "Id": f"later-{number}", "DocumentType": kind, "DocumentNumber": number, "xx_AtooKey": "",
           "Reference": "", "OriginDocumentNumber": source["DocumentNumber"]}  # fmt: skip
    demo.erp.admin("POST", "/_admin/ebp/rows", {"folder": "184976", "table": "SaleDocument", "insert": [row]})
