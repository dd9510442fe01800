"""A clock that is set back an hour or forward a day, between runs or in the middle: nothing is missed or doubled."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.model.errors import ApiBudgetError, BusyError
from atoosync_lab.runs import scheduling
from atoosync_lab.sandbox.prestashop.seed import SeedLine, SeedOrder, create_order
from atoosync_lab.settings.schedule import ScheduleRule
from atoosync_lab.store import leases
from atoosync_lab.store.engine import Store
from atoosync_lab.store.leases import acquire
from atoosync_lab.store.ledger import make_token
from atoosync_lab.store.limits import SlotLimiter
from atoosync_lab.store.schedules import Schedules
from atoosync_lab.store.tables import leases as lease_table
from tests.races.world import change_settings, erp_rows, in_erp, shop_rows, shop_state, twice
from tests.races.zygote import Zygote

HOUR, DAY = -3600, 86_400
ARTICLES = ("CAF-0008", "ATE-0003", "ATE-0004")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with started(tmp_path_factory.mktemp("clock") / "home", speed=2000.0) as under_way:
        yield under_way


def place(demo: Demo, days_ago: int) -> str:
    """An order of so many days ago, at noon of the shop's zone."""
    day = (datetime.now(ZoneInfo(demo.profile.timezone)) - timedelta(days=days_ago)).strftime("%Y-%m-%d 12:00:00")
    line = SeedLine(13, 1, price=Decimal("10.00"), reference="SUC-0001", tax_rules_group=3)
    state = shop_state(demo)
    try:
        seed = SeedOrder(1, 1, lines=[line], carrier=1, module="stripe_official", payment="Carte bancaire",
                         payments=(("Carte bancaire", None),), move_stock=False, date=day)  # fmt: skip
        return str(create_order(state, seed))
    finally:
        state.close()


@pytest.mark.spec("ORD-01", "ORD-10", "ART-10", "RUN-10")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_no_order_and_no_price_is_missed_or_doubled_while_the_clock_is_set(demo: Demo) -> None:
    """Every run has a clock of its own; each time one order and one price are new."""
    change_settings(demo, orders__period="last_15_days", articles__prices__since_last_transfer=True)
    placed: list[str] = []
    with Zygote(demo.home) as zygote:
        # Set back between two runs, forward in the middle of one, back in the middle of one.
        clocks = [f"{HOUR}", f"{DAY}@60", f"{HOUR}@60"]
        for number, clock in enumerate(clocks):
            # On the edge of the period: a clock that is a day ahead would leave it out, and for ever.
            placed.append(place(demo, 15 if number % 2 else 1))
            article, price = ARTICLES[number % len(ARTICLES)], f"{40 + number}.25"
            in_erp(demo, "Item", article, {"SalePriceVatExcluded": price})
            began = time.monotonic()
            orders, prices = (zygote.race(["run", flow], env={"RACE_CLOCK": clock})[0] for flow in ("orders", "prices"))
            assert orders.status in (0, 1), f"{clock}: {orders.output}"
            assert prices.status in (0, 1), f"{clock}: {prices.output}"
            assert time.monotonic() - began < 240, "no run waits for a clock"
            (product,) = shop_rows(demo, "products", "reference = ?", article)
            assert Decimal(product["price"]) == Decimal(price), f"{clock}: the change of {article} was missed"
            found = [row["xx_AtooKey"] for row in erp_rows(demo, "SaleDocument")]
            counts = {order: found.count(make_token("demo", "orders", order, 1)) for order in placed}
            assert set(counts.values()) == {1}, f"{clock}: {counts}"
    assert twice(demo) == []


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store.sqlite") as opened:
        yield opened


def as_if_run_out(store: Store) -> None:
    """What a lease looks like once the clock was set forward."""
    with store.begin() as tx:
        tx.execute(update(lease_table).values(expires_at=datetime.now(UTC) - timedelta(days=1)))


@pytest.mark.spec("RUN-10")
def test_a_lease_whose_holder_works_is_not_stolen_when_the_clock_is_set_forward(store: Store) -> None:
    with acquire(store, "p", "orders", who="mona", ttl=0.6) as lease, lease.kept():
        as_if_run_out(store)
        with pytest.raises(BusyError) as caught:
            acquire(store, "p", "orders", who="paul", ttl=0.6)
        assert "mona" in str(caught.value)
        lease.check()


@pytest.mark.spec("RUN-10")
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_holder_that_does_not_renew_is_replaced(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working process is given half the time to live, a stopped one nothing."""
    acquire(store, "p", "orders", who="mona", ttl=0.4)
    as_if_run_out(store)
    began = time.monotonic()
    assert acquire(store, "p", "orders", who="paul", ttl=0.4).fence == 2
    assert time.monotonic() - began >= 0.2
    as_if_run_out(store)
    stopped = subprocess.Popen(["sleep", "30"])
    try:
        os.kill(stopped.pid, 19)
        with store.begin() as tx:
            start = leases.Process("", stopped.pid, "").start
            tx.execute(update(lease_table).values(pid=stopped.pid, process_start=start))
        time.sleep(0.1)
        waits: list[float] = []
        assert acquire(store, "p", "orders", who="eve", ttl=60, sleep=waits.append).fence == 3
        assert waits == []
    finally:
        stopped.kill()
        stopped.wait()


class Clock:
    """A clock and the sleeping that moves it."""

    def __init__(self, moment: float) -> None:
        self.moment, self.slept = moment, 0.0

    def __call__(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += seconds
        self.slept += seconds


NOON = datetime(2026, 11, 25, 11, tzinfo=UTC).timestamp()


def limiter(store: Store, clock: Clock, **options: object) -> SlotLimiter:
    return SlotLimiter(store, "key", sleep=clock.sleep, clock=clock, label="EBP", **options)  # type: ignore[arg-type]


@pytest.mark.spec("SVC-04")
def test_no_call_waits_an_hour_because_the_clock_was_set_back(store: Store) -> None:
    clock = Clock(NOON)
    limit = limiter(store, clock, per_second=1)
    for _ in range(3):
        limit.acquire()
    clock.moment += HOUR
    clock.slept = 0.0
    for _ in range(5):
        limit.acquire()
    assert clock.slept <= 5


@pytest.mark.spec("SVC-04")
def test_a_day_that_comes_again_has_the_calls_it_had(store: Store) -> None:
    clock = Clock(NOON)
    limit = limiter(store, clock, per_day=10)
    for _ in range(8):
        limit.acquire()
    clock.moment += DAY
    limit.acquire()
    clock.moment -= DAY
    assert [limit.acquire() for _ in range(2)] == [0.0, 0.0]
    with pytest.raises(ApiBudgetError):
        limit.acquire()


@pytest.mark.spec("RUN-10")
def test_a_start_put_off_by_a_clock_that_was_ahead_comes_in_time(demo: Demo) -> None:
    now = datetime.now(UTC)
    rule = ScheduleRule(start_date=now.date() - timedelta(days=2), start_time=datetime.min.time(),
                        repeat_every=5, repeat_for=1440)  # fmt: skip
    made = scheduling.add(demo.workspace, "demo", "stocks", rule, "UTC")
    schedules = Schedules(demo.workspace.store)
    assert scheduling.after_clock_set_back(demo.workspace, now) == 0, "nothing is ahead"
    schedules.advance(made, now + timedelta(days=1))
    assert scheduling.after_clock_set_back(demo.workspace, now) == 1
    following = schedules.get(made.id).next_at
    assert following is not None
    assert following - now <= timedelta(minutes=5)
