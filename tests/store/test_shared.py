"""What several processes share: the call limit, leases, token refreshes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from atoosync_lab.model.errors import ApiBudgetError, BusyError
from atoosync_lab.model.ports import Limiter, Tokens, TokenStore
from atoosync_lab.store.engine import Store
from atoosync_lab.store.home import Home
from atoosync_lab.store.leases import acquire
from atoosync_lab.store.limits import SlotLimiter, all_usage, calls_by_day, usage, window
from atoosync_lab.store.secrets import Secrets
from atoosync_lab.store.tokens import ProfileTokens

from .conftest import Spawn, outputs

PARIS_MIDNIGHT = datetime(2026, 11, 25, 23, 0, tzinfo=UTC).timestamp()

CALLER = """
import sys, time
from atoosync_lab.store.engine import Store
from atoosync_lab.store.limits import SlotLimiter
limiter = SlotLimiter(Store.open(sys.argv[1]), "key", per_second=float(sys.argv[2]))
for _ in range(int(sys.argv[3])):
    limiter.acquire()
    print(time.time())
"""


def test_three_processes_share_one_interval_fairly(home: Home, store: Store, spawn: Spawn) -> None:
    printed = outputs([spawn(CALLER, home.store, 20, 12) for _ in range(3)])
    moments = sorted(float(line) for out in printed for line in out.split())
    assert len(moments) == 36
    # 35 gaps of 50 ms; a process may wake up late, but never early.
    assert moments[-1] - moments[0] >= 35 * 0.05 - 0.1
    for start in range(len(moments) - 10):
        assert moments[start + 10] - moments[start] >= 10 * 0.05 - 0.1
    found = usage(store, "key")
    assert found is not None
    assert found.used == 36


class Clock:
    def __init__(self, moment: float = PARIS_MIDNIGHT - 3600) -> None:
        self.moment, self.slept = moment, 0.0

    def __call__(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += seconds
        self.slept += seconds


def limiter(store: Store, clock: Clock, **options: object) -> SlotLimiter:
    return SlotLimiter(store, "key", sleep=clock.sleep, clock=clock, label="EBP", **options)  # type: ignore[arg-type]


def test_calls_are_an_interval_apart_and_an_idle_time_is_not_saved_up(store: Store) -> None:
    clock = Clock()
    limit: Limiter = limiter(store, clock, per_second=1)
    assert [round(limit.acquire(), 3) for _ in range(3)] == [0.0, 1.0, 1.0]
    clock.moment += 60
    assert [round(limit.acquire(), 3) for _ in range(2)] == [0.0, 1.0]


def test_the_day_ends_before_the_reserve_and_the_message_says_until_when(store: Store) -> None:
    clock = Clock()
    limit = limiter(store, clock, per_day=10, reserve_percent=20)
    for _ in range(8):
        limit.acquire()
    assert limit.usage().left == 0
    with pytest.raises(ApiBudgetError) as caught:
        limit.acquire()
    assert "EBP" in str(caught.value)
    assert "26/11 00:00" in str(caught.value)
    assert limit.usage().used == 8


def test_the_day_starts_anew_at_midnight_in_paris(store: Store) -> None:
    clock = Clock(PARIS_MIDNIGHT - 1)
    limit = limiter(store, clock, per_day=2)
    limit.acquire()
    limit.acquire()
    clock.moment = PARIS_MIDNIGHT + 1
    assert limit.usage().used == 0
    limit.acquire()
    assert limit.usage().used == 1
    assert calls_by_day(store, "key") == {"2026-11-25": 2, "2026-11-26": 1}


def test_a_sandbox_divides_interval_and_day_by_its_speed(store: Store) -> None:
    clock = Clock()
    limit = limiter(store, clock, per_second=1, per_day=4, speed=100)
    limit.acquire()
    assert round(limit.acquire(), 4) == 0.01
    limit.acquire()
    limit.acquire()
    with pytest.raises(ApiBudgetError):
        limit.acquire()
    clock.moment += 864
    limit.acquire()


def test_speed_zero_waits_for_nothing_and_still_counts(store: Store) -> None:
    clock = Clock()
    limit = limiter(store, clock, per_second=1, per_day=3, speed=0)
    for _ in range(5):
        limit.acquire()
    assert clock.slept == 0
    assert (limit.usage().used, limit.usage().left) == (5, None)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-25", 24)])
def test_a_day_is_as_long_as_it_is_in_paris(day: str, hours: int) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()
    name, end = window(noon, 1.0)
    start = window(end - hours * 3600 + 1, 1.0)
    assert (name, end) == start
    assert window(end - hours * 3600 - 1, 1.0)[0] < name


@pytest.mark.spec("SEC-01")
def test_the_key_that_is_counted_by_is_not_stored(store: Store, home: Home) -> None:
    SlotLimiter(store, "CANARY-subscription", label="EBP").acquire()
    assert all_usage(store)[0].label == "EBP"
    store.close()
    assert all(b"CANARY" not in path.read_bytes() for path in home.root.glob("store.sqlite*"))


def test_a_second_run_is_told_who_is_going_and_since_when(store: Store) -> None:
    lease = acquire(store, "velo", "orders", who="Ana")
    with pytest.raises(BusyError) as caught:
        acquire(store, "velo", "orders", who="Bob")
    assert caught.value.message.params["who"] == "Ana"
    since = datetime.fromisoformat(caught.value.message.params["since"])
    assert datetime.now(UTC) - since < timedelta(minutes=1)
    acquire(store, "velo", "prices", who="Bob")
    acquire(store, "moto", "orders", who="Bob")
    lease.release()
    assert acquire(store, "velo", "orders", who="Bob").fence > lease.fence


def test_a_lease_that_ran_out_is_taken_over_and_the_frozen_holder_learns_it(store: Store) -> None:
    frozen = acquire(store, "velo", "orders", who="Ana", ttl=0.01)
    time.sleep(0.03)
    frozen.check()
    fresh = acquire(store, "velo", "orders", who="Bob", ttl=2.0)
    fresh.check()
    for act in (frozen.check, frozen.renew):
        with pytest.raises(BusyError) as caught:
            act()
        assert caught.value.message.params["who"] == "Bob"
    frozen.release()
    fresh.check()


def test_a_renewed_lease_stays_ours(store: Store) -> None:
    lease = acquire(store, "velo", "orders", who="Ana", ttl=0.4)
    with lease.kept():
        time.sleep(0.9)
        with pytest.raises(BusyError):
            acquire(store, "velo", "orders", who="Bob")
    lease.release()


def test_the_lease_of_a_killed_process_is_free_at_once(store: Store, home: Home, spawn: Spawn) -> None:
    code = (
        "import sys, time; from atoosync_lab.store.engine import Store; from atoosync_lab.store.leases import acquire\n"
        "acquire(Store.open(sys.argv[1]), 'velo', 'orders', who='Ana', ttl=3600); print('held', flush=True)\n"
        "time.sleep(60)"
    )
    process = spawn(code, home.store)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(BusyError):
        acquire(store, "velo", "orders", who="Bob")
    process.kill()
    process.wait()
    assert acquire(store, "velo", "orders", who="Bob").fence == 2


pair = Tokens("CANARY-access", "CANARY-refresh", datetime(2026, 11, 25, 12, tzinfo=UTC))


@pytest.mark.spec("SEC-03")
def test_tokens_come_back_and_are_stored_encrypted(store: Store, secrets: Secrets, home: Home) -> None:
    tokens: TokenStore = ProfileTokens(store, secrets, "velo", "erp")
    assert tokens.load() is None
    tokens.save(pair)
    assert tokens.load() == pair
    assert ProfileTokens(store, secrets, "moto", "erp").load() is None
    store.close()
    assert all(b"CANARY" not in path.read_bytes() for path in home.root.glob("store.sqlite*"))
    tokens.clear()
    assert tokens.load() is None


@pytest.mark.spec("SEC-03")
def test_a_crash_in_mid_refresh_is_noticed(store: Store, secrets: Secrets, home: Home, spawn: Spawn) -> None:
    tokens = ProfileTokens(store, secrets, "velo", "erp")
    tokens.save(pair)
    code = (
        "import os, sys; from pathlib import Path; from atoosync_lab.store.engine import Store\n"
        "from atoosync_lab.store.home import Home; from atoosync_lab.store.secrets import Secrets\n"
        "from atoosync_lab.store.tokens import ProfileTokens\n"
        "home = Home.open(sys.argv[1]); store = Store.open(home.store)\n"
        "tokens = ProfileTokens(store, Secrets.open(store, home, env={}), 'velo', 'erp')\n"
        "with tokens.lock():\n"
        "    tokens.mark_refreshing(True)\n"
        "    os.kill(os.getpid(), 9)"
    )
    spawn(code, home.root).wait(timeout=30)
    with tokens.lock():
        assert tokens.was_refreshing()
        tokens.save(pair)
        assert not tokens.was_refreshing()


@pytest.mark.spec("SEC-03")
def test_a_refresh_that_was_refused_is_over(store: Store, secrets: Secrets) -> None:
    tokens = ProfileTokens(store, secrets, "velo", "erp")
    tokens.mark_refreshing(True)
    tokens.mark_refreshing(False)
    assert not tokens.was_refreshing()


REFRESHER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from atoosync_lab.model.ports import Tokens
from atoosync_lab.store.engine import Store
from atoosync_lab.store.home import Home
from atoosync_lab.store.secrets import Secrets
from atoosync_lab.store.tokens import ProfileTokens
home = Home.open(sys.argv[1])
store = Store.open(home.store)
tokens = ProfileTokens(store, Secrets.open(store, home, env={}), "velo", "erp")
for _ in range(5):
    with tokens.lock():
        held = tokens.load()
        time.sleep(0.01)
        tokens.save(Tokens(held.access, str(int(held.refresh) + 1), held.expires_at))
"""


@pytest.mark.spec("SEC-03")
def test_several_processes_refresh_one_after_the_other(
    store: Store, secrets: Secrets, home: Home, spawn: Spawn
) -> None:
    tokens = ProfileTokens(store, secrets, "velo", "erp")
    tokens.save(Tokens("a", "0", pair.expires_at))
    outputs([spawn(REFRESHER, home.root) for _ in range(3)])
    held = tokens.load()
    assert held is not None
    assert held.refresh == "15"


@pytest.mark.spec("SEC-03")
def test_a_lock_that_is_never_given_back_is_told(
    store: Store, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atoosync_lab.store.tokens.LONGEST_WAIT", 0.1)
    first, second = (ProfileTokens(store, secrets, "velo", "erp") for _ in range(2))

    def wait() -> None:
        with second.lock():
            pass

    with first.lock(), pytest.raises(BusyError) as caught:
        wait()
    assert caught.value.code == "token.locked"
