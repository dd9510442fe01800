"""Complaints that only show on the wire: rate limits, clock changes, statuses that move, creations cut short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from atoosync_lab.connectors.base import OrderStatusWrite, Outcome, ProductWrite, ReadRequest, Scope, StockWrite
from atoosync_lab.connectors.shops.prestashop.dates import ShopClock
from atoosync_lab.model.sales import Order, OrderPieces
from atoosync_lab.sandbox.prestashop.seed import SeedLine
from tests.connectors.prestashop.helpers import PAID, SHIPPED, Shop, fresh, make_order, product, read

PARIS = ShopClock("Europe/Paris")
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_AUTUMN = int((datetime(2026, 10, 25, 1, tzinfo=UTC) - _FIRST).total_seconds()) // 60
"""Minute at which the clocks of Paris go back."""


@pytest.mark.spec("ART-40", "SVC-04")
@pytest.mark.pitfall("PB-35")
def test_rate_limit_is_waited_for_and_every_stock_is_written_in_the_fewest_calls(shop9: Shop) -> None:
    made = shop9.insert("products", *(product(f"PB35-{next(fresh)}") for _ in range(300)))
    rows = shop9.rows("stock_availables", f"id_product IN ({', '.join(made)}) ORDER BY id")
    writes = [StockWrite(key=str(n), target_id=str(r["id"]), quantity=n, row={}) for n, r in enumerate(rows)]
    waits: list[float] = []
    connector = shop9.connect(sleep=waits.append)
    connector.server_time()
    limited = {"kind": "status", "value": {"status": 429, "headers": {"Retry-After": "2"}}, "method": "PATCH"}
    shop9.server.faults([{**limited, "path": "stock_availables", "times": 1},
                         {**limited, "path": "stock_availables", "times": 1, "after": 1}])  # fmt: skip
    shop9.server.reset_calls()
    results = [r for n in range(0, 300, 100) for r in connector.write_stocks(writes[n : n + 100])]
    assert {r.outcome for r in results} == {Outcome.DONE}
    assert shop9.calls("stock_availables") == {"PATCH stock_availables": 5}
    assert len(waits) == 2
    assert min(waits) >= 2
    after = shop9.rows("stock_availables", f"id_product IN ({', '.join(made)}) ORDER BY id")
    assert [r["quantity"] for r in after] == list(range(300))


@pytest.mark.spec("RUN-10", "ORD-01")
@pytest.mark.pitfall("PB-35")
def test_hour_that_is_missing_and_hour_that_comes_twice() -> None:
    spring = datetime.fromisoformat("2026-03-29T01:30:00+01:00")
    assert spring.astimezone(UTC).isoformat() == "2026-03-29T00:30:00+00:00"
    assert PARIS.instant("2026-03-29 03:05:00") == datetime(2026, 3, 29, 1, 5, tzinfo=UTC)
    assert PARIS.between(spring, None) == ">[2026-03-29 01:29:59]"
    # Autumn: the shop writes 02:30 twice; whichever it was, a filter from any moment before it lets it through.
    assert PARIS.instant("2026-10-25 02:30:00") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert PARIS.between(datetime(2026, 10, 25, 0, 50, tzinfo=UTC), None) == ">[2026-10-25 01:49:59]"


@pytest.mark.spec("ORD-01")
@pytest.mark.pitfall("PB-35")
def test_two_orders_of_the_repeated_hour_are_both_read_once(shop9: Shop) -> None:
    with shop9.state() as state:
        wanted = [str(make_order(state, date="2026-10-25 02:30:00")) for _ in range(2)]
    request = ReadRequest(created_from=datetime(2026, 10, 25, 0, 45, tzinfo=UTC))
    found = [o.remote_id for o in read(shop9.connect(), Scope.ORDERS, request)[Order]]
    assert [o for o in found if o in wanted] == wanted


@pytest.mark.pitfall("PB-35")
@hypothesis_settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 2 * 366 * 24 * 60) | st.integers(_AUTUMN - 120, _AUTUMN + 180),
    st.timedeltas(timedelta(0), timedelta(hours=3)),
    st.sampled_from(["Europe/Paris", "America/New_York", "UTC", "Australia/Lord_Howe"]),
)  # fmt: skip
def test_filter_lets_every_later_moment_through(minutes: int, later: timedelta, zone: str) -> None:
    clock, start = ShopClock(zone), _FIRST + timedelta(minutes=minutes)
    wall = (start + later).astimezone(clock._zone)
    bound = clock.between(start, None)
    assert bound is not None
    assert f"{wall:%Y-%m-%d %H:%M:%S}" > bound[2:-1]


@pytest.mark.spec("ORD-24")
@pytest.mark.pitfall("PB-24")
def test_order_that_the_shop_moved_on_keeps_its_status_and_says_so(shop9: Shop) -> None:
    with shop9.state() as state:
        order = str(make_order(state, states=(int(PAID), int(SHIPPED))))
    write = OrderStatusWrite(key=order, order_id=order, status_id="3", only_from=(PAID,))
    (result,) = shop9.connect().write_order_status([write])
    assert result.outcome is Outcome.REFUSED
    assert result.error is not None
    assert result.error.code == "prestashop.status_moved_on"
    assert shop9.row("orders", order)["current_state"] == int(SHIPPED)


_shared = hypothesis_settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.spec("ORD-24")
@pytest.mark.pitfall("PB-24")
@_shared
@given(st.lists(st.tuples(st.sampled_from("245"), st.sampled_from("345")), min_size=1, max_size=4))
def test_no_order_ever_goes_back(shop9: Shop, moves: list[tuple[str, str]]) -> None:
    """(status now, status wanted): only an order still at `paid` is moved."""
    with shop9.state() as state:
        orders = [str(make_order(state, states=(int(now),))) for now, _ in moves]
    writes = [
        OrderStatusWrite(key=o, order_id=o, status_id=wanted, only_from=(PAID,))
        for o, (_, wanted) in zip(orders, moves, strict=True)
    ]
    shop9.connect().write_order_status(writes)
    states = [str(shop9.row("orders", o)["current_state"]) for o in orders]
    assert states == [wanted if now == PAID else now for now, wanted in moves]


@pytest.mark.spec("ART-01")
@pytest.mark.pitfall("PB-61")
@_shared
@given(st.sets(st.integers(0, 7)), st.booleans())
def test_products_made_before_an_export_was_cut_short_are_adopted(shop9: Shop, made: set[int], trailing: bool) -> None:
    """Whatever part of the products an earlier try made, each is there once afterwards, also after a third try."""
    names = [f"PB61-{next(fresh)}" for _ in range(8)]
    space = " " if trailing else ""
    if made:
        shop9.insert("products", *(product(names[n] + space) for n in sorted(made)))
    writes = [
        ProductWrite(
            key=name, values={"reference": name, "price_excl_tax": "1", "tax_id": "1", "active": "1"},
            texts={"name@1": name, "name@2": name},
        )
        for name in names
    ]  # fmt: skip
    for _ in range(2):
        results = shop9.connect().write_products(writes)
        assert {r.outcome for r in results} == {Outcome.DONE}
        for name, result in zip(names, results, strict=True):
            assert [str(r["id"]) for r in shop9.rows("products", "trim(reference) = ?", name)] == [result.target_id]


@pytest.mark.spec("ART-40", "ORD-01")
@pytest.mark.pitfall("PB-59")
def test_pieces_of_orders_are_read_without_people_and_without_those_known(shop: Shop) -> None:
    with shop.state() as state:
        one, two = (str(make_order(state, date="2026-05-05 10:00:00")) for _ in range(2))
        variant = str(make_order(state, date="2026-05-05 11:00:00", lines=[SeedLine(1, 4, variant=2)]))
    connector = shop.connect()
    connector.server_time()
    shop.server.reset_calls()
    day = {"created_from": datetime(2026, 5, 5, tzinfo=UTC), "created_to": datetime(2026, 5, 6, tzinfo=UTC)}
    request = ReadRequest(**day, statuses=(PAID,), known=frozenset({one}))  # type: ignore[arg-type]
    found: list[OrderPieces] = read(connector, Scope.ORDER_PIECES, request)[OrderPieces]
    assert shop.calls() == {"GET orders": 1, "GET order_details": 1}
    assert {(p.order_id, p.product_id, p.variant_id, p.key, p.quantity) for p in found} == {
        (two, "1", None, "P001", Decimal(2)), (two, "2", None, "P002", Decimal(1)),
        (variant, "1", "2", "P001-2", Decimal(4)),
    }  # fmt: skip
