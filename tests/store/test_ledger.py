"""The ledger: nothing is sent twice without proof, nothing is lost (engine.md, section 6)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.model.errors import QuotaReachedError
from atoosync_lab.model.i18n import Message
from atoosync_lab.settings.profile import Profile, Subscription
from atoosync_lab.store.engine import Store
from atoosync_lab.store.errors import LostRaceError
from atoosync_lab.store.ledger import ALL, Ledger, LedgerRow, NewRow, Proof, State, make_token
from atoosync_lab.store.ledger_rules import ARROWS, IN_DOUBT, check_arrow
from atoosync_lab.store.profiles import Profiles
from atoosync_lab.store.quota import Counter, Quota

pytestmark = pytest.mark.spec("ORD-10")


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store)


def one(ledger: Ledger, key: str = "10662", **values: Any) -> LedgerRow:
    return ledger.intend("velo", "orders", [NewRow(key=key, **values)])[0]


WAYS: dict[State, list[tuple[State, dict[str, Any]]]] = {
    State.INTENT: [],
    State.SENDING: [(State.SENDING, {})],
    State.SENT: [(State.SENDING, {}), (State.SENT, {})],
    State.UNKNOWN: [(State.SENDING, {}), (State.UNKNOWN, {})],
    State.REVIEW: [(State.SENDING, {}), (State.UNKNOWN, {}), (State.REVIEW, {})],
    State.REFUSED: [(State.SENDING, {}), (State.REFUSED, {"proof": Proof.REFUSED})],
    State.DONE: [(State.SENDING, {}), (State.DONE, {})],
}


def at(ledger: Ledger, state: State, key: str = "10662") -> LedgerRow:
    row = one(ledger, key)
    for to, options in WAYS[state]:
        (row,) = ledger.move([row], to, **options)
    assert row.state is state
    return row


def test_a_record_is_intended_once(ledger: Ledger) -> None:
    first = one(ledger, payload='{"a": "1.00"}', reference="Web 10662")
    again = one(ledger, payload="other")
    assert first == again
    assert (first.state, first.attempt, first.payload) == (State.INTENT, 0, '{"a": "1.00"}')
    assert first.token == make_token("velo", "orders", "10662", 1)


def test_rows_come_back_in_the_order_asked(ledger: Ledger) -> None:
    one(ledger, "b")
    rows = ledger.intend("velo", "orders", [NewRow(key=k) for k in "cba"])
    assert [row.key for row in rows] == ["c", "b", "a"]


def test_profiles_and_flows_do_not_share_rows(ledger: Ledger) -> None:
    ids = {ledger.intend(p, f, [NewRow(key="1")])[0].id for p, f in product(("velo", "moto"), ("orders", "quotes"))}
    assert len(ids) == 4


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
@pytest.mark.parametrize("proof", [None, *Proof])
def test_only_the_arrows_of_the_engine_exist(ledger: Ledger, before: State, after: State, proof: Proof | None) -> None:
    row = at(ledger, before)
    if proof in ARROWS.get((before, after), frozenset()):
        assert ledger.move([row], after, proof=proof, who="Ana")[0].state is after
    else:
        with pytest.raises(ValueError, match=r"ledger|proof"):
            ledger.move([row], after, proof=proof, who="Ana")
        assert ledger.get(row.id) == row


REAL_PROOFS = {Proof.UNSENT, Proof.REFUSED, Proof.SETTLED, Proof.PERSON}


def test_no_path_leads_from_doubt_back_to_a_send_without_proof() -> None:
    """Every path of the graph, walked without any proof, from a state in which the record may have left."""
    free = {(a, b) for (a, b), proofs in ARROWS.items() if None in proofs}
    for start in IN_DOUBT:
        reached, frontier = set[State](), {start}
        while frontier:
            reached |= frontier
            frontier = {b for a, b in free if a in frontier} - reached
        assert State.INTENT not in reached
        assert State.SENDING not in reached - {start}


@pytest.mark.pitfall("PB-19")
@pytest.mark.pitfall("PB-20")
@given(st.lists(st.tuples(st.sampled_from(State), st.sampled_from([None, *Proof])), max_size=30))
def test_any_history_sends_again_only_after_a_proof(steps: list[tuple[State, Proof | None]]) -> None:
    state, in_flight, proved = State.INTENT, False, False
    for to, proof in steps:
        try:
            check_arrow(state, to, proof)
        except ValueError:
            continue
        if to is State.SENDING:
            assert not in_flight or proved, "sent again without proof"
            in_flight, proved = True, False
        elif state in IN_DOUBT and proof in REAL_PROOFS:
            proved = True
        state = to


def test_a_send_counts_as_an_attempt_and_begins_to_settle_when_sent(ledger: Ledger) -> None:
    row = at(ledger, State.SENDING)
    assert (row.attempt, row.settle_from) == (1, None)
    (sent,) = ledger.move([row], State.SENT, submission_id="i1", batch_id="b1")
    assert sent.settle_from is not None
    (unknown,) = ledger.move([sent], State.UNKNOWN)
    assert unknown.settle_from == sent.settle_from
    assert (unknown.submission_id, unknown.batch_id) == ("i1", "b1")


def test_a_new_send_starts_clean(ledger: Ledger) -> None:
    row = at(ledger, State.SENDING)
    (row,) = ledger.move([row], State.INTENT, proof=Proof.UNSENT)
    (row,) = ledger.move([row], State.SENDING)
    assert (row.attempt, row.settle_from, row.submission_id) == (2, None, "")


def test_values_are_kept_with_the_move(ledger: Ledger) -> None:
    rows = ledger.intend("velo", "orders", [NewRow(key="1"), NewRow(key="2")])
    rows = ledger.move(rows, State.SENDING, batch_id="b")
    rows = ledger.move(rows, State.DONE, each={"1": {"target_id": "u1", "target_number": "CM1"}, "2": {}})
    assert [(r.target_id, r.target_number, r.batch_id) for r in rows] == [("u1", "CM1", "b"), ("", "", "b")]


def test_an_error_is_kept_as_a_message(ledger: Ledger) -> None:
    row = at(ledger, State.SENDING)
    error = Message("orders.refused", {"reference": "10662"})
    (row,) = ledger.move([row], State.REFUSED, proof=Proof.REFUSED, error=error)
    assert row.error == error


def test_an_unknown_value_is_refused_and_nothing_moves(ledger: Ledger) -> None:
    row = one(ledger)
    with pytest.raises(TypeError, match="colour"):
        ledger.move([row], State.SENDING, colour="red")
    assert ledger.get(row.id) == row


def test_a_person_needs_a_name(ledger: Ledger) -> None:
    row = at(ledger, State.REVIEW)
    with pytest.raises(ValueError, match="name"):
        ledger.move([row], State.INTENT, proof=Proof.PERSON)
    assert ledger.move([row], State.INTENT, proof=Proof.PERSON, who="Ana")[0].who == "Ana"


def test_the_loser_of_a_race_moves_nothing(ledger: Ledger) -> None:
    rows = ledger.intend("velo", "orders", [NewRow(key=k) for k in "abc"])
    ledger.move(rows[2:], State.SENDING)
    with pytest.raises(LostRaceError) as caught:
        ledger.move(rows, State.SENDING)
    assert "c" in str(caught.value)
    assert ledger.counts("velo")[State.SENDING] == 1
    assert ledger.counts("velo")[State.INTENT] == 2


def test_a_row_that_went_round_and_came_back_is_another_row(ledger: Ledger) -> None:
    """A frozen process wakes up: the row is INTENT again, as it knew it, but a person decided meanwhile."""
    frozen = at(ledger, State.INTENT)
    (row,) = ledger.move([frozen], State.REVIEW)
    ledger.move([row], State.INTENT, proof=Proof.PERSON, who="Ana")
    with pytest.raises(LostRaceError):
        ledger.move([frozen], State.SENDING)


def test_what_a_dead_run_left_sending_is_unknown(ledger: Ledger) -> None:
    left, other = at(ledger, State.SENDING, "1"), at(ledger, State.SENT, "2")
    elsewhere = ledger.move(ledger.intend("velo", "quotes", [NewRow(key="3")]), State.SENDING)[0]
    assert [row.key for row in ledger.recover("velo", ["orders"])] == ["1"]
    assert [row.state for row in map(ledger.get, (left.id, other.id, elsewhere.id)) if row] == [
        State.UNKNOWN, State.SENT, State.SENDING,
    ]  # fmt: skip
    assert ledger.recover("velo", ["orders"]) == []


def test_a_frozen_run_that_was_recovered_stops(ledger: Ledger) -> None:
    row = at(ledger, State.SENDING)
    ledger.recover("velo")
    with pytest.raises(LostRaceError):
        ledger.move([row], State.SENT)


def test_open_rows_are_those_a_run_resolves_first(ledger: Ledger) -> None:
    for number, state in enumerate(State):
        at(ledger, state, str(number))
    assert {row.state for row in ledger.open_rows("velo")} == set(State) - {State.DONE, State.REFUSED}
    assert [r.state for r in ledger.open_rows("velo", ["orders"], states=[State.REVIEW])] == [State.REVIEW]
    assert ledger.open_rows("velo", ["quotes"]) == []
    assert ledger.counts("velo", "orders") == dict.fromkeys(State, 1)


@pytest.mark.spec("ORD-31")
def test_a_reset_raises_the_generation_and_keeps_the_past(ledger: Ledger) -> None:
    done = at(ledger, State.DONE)
    result = ledger.reset("velo", "orders", ["10662", "77"], who="Ana")
    assert (result.done, result.held, result.unknown) == (("10662",), (), ("77",))
    assert ledger.find("velo", "orders", ["10662"]) == {}
    again = one(ledger)
    assert (again.generation, again.state) == (2, State.INTENT)
    assert again.token != done.token
    assert [row.state for row in ledger.history("velo", "orders", "10662")] == [State.DONE, State.INTENT]


@pytest.mark.spec("ORD-31")
@pytest.mark.parametrize("state", sorted(IN_DOUBT))
def test_a_reset_holds_records_that_may_be_at_the_target_already(ledger: Ledger, state: State) -> None:
    row = at(ledger, state)
    assert ledger.reset("velo", "orders", ALL, who="Ana").held == (row,)
    assert one(ledger) == row


@pytest.mark.spec("ORD-31")
def test_a_reset_of_all_takes_every_finished_record_of_the_flow(ledger: Ledger) -> None:
    for number, state in enumerate((State.DONE, State.REFUSED, State.INTENT)):
        at(ledger, state, str(number))
    ledger.intend("moto", "orders", [NewRow(key="9")])
    assert ledger.reset("velo", "orders", ALL, who="Ana").done == ("0", "1")
    with pytest.raises(ValueError, match="ALL"):
        ledger.reset("velo", "orders", "10662", who="Ana")


def test_more_rows_than_a_query_takes_values(ledger: Ledger) -> None:
    rows = ledger.intend("velo", "orders", [NewRow(key=str(n)) for n in range(1500)])
    assert [row.key for row in rows] == [str(n) for n in range(1500)]
    assert len(ledger.move(rows, State.SENDING)) == 1500
    assert len(ledger.find("velo", "orders", [row.key for row in rows])) == 1500


@given(st.text(), st.text(), st.text(), st.integers(1, 99))
def test_a_token_is_fourteen_unmistakable_characters(profile: str, flow: str, key: str, generation: int) -> None:
    token = make_token(profile, flow, key, generation)
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{14}", token)
    assert token == make_token(profile, flow, key, generation)
    assert token != make_token(profile, flow, key, generation + 1)


def test_tokens_of_a_year_of_orders_differ() -> None:
    tokens = {make_token("velo", "orders", str(n), g) for n in range(20_000) for g in (1, 2)}
    assert len(tokens) == 40_000
    assert make_token("a", "bc", "1", 1) != make_token("ab", "c", "1", 1)


# -- the subscription's units travel with the rows -----------------------------------------------------------------


@pytest.fixture
def limited(store: Store) -> Quota:
    profile = Profile(id="velo", name="Vélo", subscription=Subscription(imports=5, exports=3))
    Profiles(store).create(profile, who="Ana")
    return Quota(store)


def use(quota: Quota, counter: str = Counter.IMPORTS) -> tuple[int, int, int | None]:
    state = quota.state("velo", counter)
    return state.used, state.reserved, state.available


@pytest.mark.spec("SVC-08")
def test_units_are_reserved_settled_and_released(ledger: Ledger, limited: Quota) -> None:
    rows = ledger.intend("velo", "orders", [NewRow(key="1"), NewRow(key="2", units=2)])
    assert use(limited) == (0, 3, 2)
    rows = ledger.move(rows, State.SENDING)
    assert use(limited) == (0, 3, 2)
    ledger.move(rows[:1], State.DONE)
    assert use(limited) == (1, 2, 2)
    (refused,) = ledger.move(rows[1:], State.REFUSED, proof=Proof.REFUSED)
    assert use(limited) == (1, 0, 4)
    ledger.move([refused], State.INTENT)
    assert use(limited) == (1, 2, 2)
    ledger.intend("velo", "orders", [NewRow(key="2", units=2)])
    assert use(limited) == (1, 2, 2)


@pytest.mark.spec("SVC-08")
def test_a_run_stops_before_the_first_record_that_is_not_covered(ledger: Ledger, limited: Quota) -> None:
    wanted = [NewRow(key=str(n)) for n in range(8)]
    with pytest.raises(QuotaReachedError) as caught:
        ledger.intend("velo", "orders", wanted)
    assert caught.value.message.params["covered"] == 5
    assert "3" in str(caught.value)
    assert ledger.counts("velo")[State.INTENT] == 0
    assert limited.covered("velo", Counter.IMPORTS, [1] * 8) == 5
    assert len(ledger.intend("velo", "orders", wanted[:5])) == 5
    assert use(limited) == (0, 5, 0)


@pytest.mark.spec("SVC-08")
@pytest.mark.parametrize(("number", "used"), [("", 0), ("CM0001", 1)])
def test_a_record_closed_by_a_person_uses_a_unit_only_when_it_is_there(
    ledger: Ledger, limited: Quota, number: str, used: int
) -> None:
    row = at(ledger, State.REVIEW)
    (closed,) = ledger.move([row], State.DONE, proof=Proof.PERSON, who="Ana", target_number=number)
    assert closed.who == "Ana"
    assert use(limited) == (used, 0, 5 - used)
    assert one(ledger) == closed


@pytest.mark.spec("SVC-08")
def test_rows_may_count_as_exports(ledger: Ledger, limited: Quota) -> None:
    ledger.intend("velo", "order-status", [NewRow(key="1", counter=Counter.EXPORTS)])
    assert use(limited, Counter.EXPORTS) == (0, 1, 2)
    assert use(limited, Counter.IMPORTS) == (0, 0, 5)


@pytest.mark.spec("SVC-08")
def test_exports_are_counted_before_they_are_sent_and_given_back(limited: Quota) -> None:
    limited.count("velo", 2)
    assert use(limited, Counter.EXPORTS) == (2, 0, 1)
    with pytest.raises(QuotaReachedError):
        limited.count("velo", 2)
    limited.give_back("velo", 1)
    limited.count("velo", 2)
    assert use(limited, Counter.EXPORTS) == (3, 0, 0)


@pytest.mark.spec("SVC-08")
def test_counters_start_anew_each_month_in_the_profiles_zone(store: Store, limited: Quota) -> None:
    moment = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
    quota = Quota(store, clock=lambda: moment)
    quota.count("velo", 3)
    assert quota.state("velo", Counter.EXPORTS).available == 0
    later = Quota(store, clock=lambda: moment + timedelta(minutes=1))
    assert later.state("velo", Counter.EXPORTS).period == "2026-12"
    assert later.state("velo", Counter.EXPORTS).available == 3


@pytest.mark.spec("SVC-08")
def test_a_unit_reserved_last_month_is_settled_there(store: Store, limited: Quota) -> None:
    november, december = datetime(2026, 11, 15, tzinfo=UTC), datetime(2026, 12, 15, tzinfo=UTC)
    rows = Ledger(store, Quota(store, clock=lambda: november)).intend("velo", "orders", [NewRow(key="1")])
    late = Quota(store, clock=lambda: december)
    Ledger(store, late).move(rows, State.DONE)
    assert late.state("velo", Counter.IMPORTS).used == 0
    before = Quota(store, clock=lambda: november).state("velo", Counter.IMPORTS)
    assert (before.used, before.reserved) == (1, 0)


@pytest.mark.spec("SVC-08")
def test_without_a_bought_number_nothing_is_limited_but_everything_is_counted(store: Store) -> None:
    Profiles(store).create(Profile(id="velo", name="Vélo"), who="Ana")
    quota = Quota(store)
    quota.count("velo", 10_000)
    assert use(quota, Counter.EXPORTS) == (10_000, 0, None)
    assert quota.covered("velo", Counter.EXPORTS, [1] * 7) == 7
