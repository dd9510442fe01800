"""Profiles, journal, plans, links and marks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.exc import StatementError

from atoosync_lab.model.errors import SettingsError, StalePlanError
from atoosync_lab.model.events import Level, Stage
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.ports import CancelToken
from atoosync_lab.settings import Profile
from atoosync_lab.settings.base import BEGINNING
from atoosync_lab.store.engine import Store
from atoosync_lab.store.errors import ConflictError
from atoosync_lab.store.home import Home
from atoosync_lab.store.journal import Counts, Entry, Journal, RunState, StopFlag
from atoosync_lab.store.ledger import Ledger, NewRow
from atoosync_lab.store.links import Fingerprint, Links
from atoosync_lab.store.marks import Marks
from atoosync_lab.store.plans import Plans, PlanState
from atoosync_lab.store.profiles import Profiles, settings_fingerprint
from atoosync_lab.store.secrets import Secrets
from atoosync_lab.store.tables import runs

from .conftest import Spawn

MOMENT = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)


def profile(id: str = "velo", **values: object) -> Profile:
    return Profile.model_validate({"id": id, "name": id.title(), **values})


@pytest.fixture
def profiles(store: Store) -> Profiles:
    made = Profiles(store)
    made.create(profile(), who="Ana")
    return made


@pytest.mark.spec("SVC-01")
def test_a_profile_comes_back_as_it_was(profiles: Profiles) -> None:
    full = profile("moto", erp={"folder": "12"}, orders={"maps": {"taxes": {"TVA FR 20 %|20": "V20"}}})
    profiles.create(full, who="Ana")
    assert profiles.get("moto") == full
    assert [(e.id, e.shop, e.erp, e.kind) for e in profiles.list()] == [
        ("moto", "prestashop", "ebp", "sales"),
        ("velo", "prestashop", "ebp", "sales"),
    ]


def test_an_unknown_profile_is_answered_with_the_known_ones(profiles: Profiles) -> None:
    with pytest.raises(SettingsError) as caught:
        profiles.get("mono")
    assert "velo" in str(caught.value)


@pytest.mark.spec("SVC-03")
def test_there_is_exactly_one_default_profile(profiles: Profiles) -> None:
    assert profiles.default() == "velo"
    profiles.create(profile("moto"), who="Ana")
    assert profiles.default() == "velo"
    profiles.set_default("moto")
    assert [e.id for e in profiles.list() if e.is_default] == ["moto"]
    assert profiles.get().id == "moto"
    profiles.delete("moto", who="Ana")
    assert profiles.default() == "velo"
    profiles.delete("velo", who="Ana")
    assert profiles.default() is None
    with pytest.raises(SettingsError) as caught:
        profiles.get()
    assert caught.value.code == "profile.no_default"


@pytest.mark.spec("SVC-03")
def test_a_name_or_id_that_is_taken_is_refused(profiles: Profiles) -> None:
    with pytest.raises(SettingsError):
        profiles.create(profile(), who="Ana")
    profiles.create(profile("moto"), who="Ana")
    with pytest.raises(SettingsError) as caught:
        profiles.rename("moto", "Velo", who="Ana")
    assert caught.value.code == "profile.exists"
    assert profiles.get("moto").name == "Moto"


@pytest.mark.spec("SVC-03")
def test_a_renamed_profile_keeps_its_id(profiles: Profiles) -> None:
    profiles.rename("velo", "Vélo Nord", who="Ana")
    assert profiles.get("velo").name == "Vélo Nord"
    with pytest.raises(SettingsError):
        profiles.rename("velo", "", who="Ana")


@pytest.mark.spec("SVC-03")
def test_a_copy_has_the_settings_but_no_credentials_dates_or_links(
    profiles: Profiles, store: Store, secrets: Secrets
) -> None:
    profiles.save(profile(erp={"folder": "12"}), who="Ana", expected_revision=1)
    secrets.set("velo", "shop.key", "CANARY")
    Marks(store).set("velo", "articles", MOMENT, who="Ana")
    Links(store).link("velo", "product", {"1": "A"})
    copy = profiles.duplicate("velo", "velo-2", "Vélo 2", who="Ana")
    assert copy.erp.folder == "12"
    assert profiles.get("velo-2") == copy
    assert secrets.names("velo-2") == []
    assert Marks(store).list("velo-2") == []
    assert Links(store).by_shop_id("velo-2", "product") == {}


@pytest.mark.spec("SVC-03")
def test_a_deleted_profile_takes_its_credentials_along_but_not_what_was_sent(
    profiles: Profiles, store: Store, secrets: Secrets
) -> None:
    secrets.set("velo", "shop.key", "CANARY")
    Links(store).link("velo", "product", {"1": "A"})
    Ledger(store).intend("velo", "orders", [NewRow(key="1")])
    profiles.delete("velo", who="Bob")
    assert secrets.names("velo") == []
    assert Links(store).by_shop_id("velo", "product") == {}
    assert len(Ledger(store).open_rows("velo")) == 1
    history = profiles.history("velo")
    assert [(c.action, c.who) for c in history] == [("delete", "Bob"), ("create", "Ana")]
    assert all(c.before is None and c.after is None for c in history)
    assert profiles.create(profile(), who="Ana") == 3


@pytest.mark.spec("SEC-04")
def test_every_change_is_kept_and_can_be_taken_back(profiles: Profiles) -> None:
    changed = profile(erp={"folder": "12"}, orders={"options": {"ceiling": "0.10"}})
    assert profiles.save(changed, who="Bob", expected_revision=1) == 2
    last = profiles.history("velo")[0]
    assert (last.who, last.action, last.revision) == ("Bob", "save", 2)
    assert datetime.now(UTC) - last.at < timedelta(minutes=1)
    assert last.fields() == {"erp.folder": ("", "12"), "orders.options.ceiling": ("0.05", "0.10")}
    profiles.restore("velo", 1, who="Ana")
    assert profiles.get("velo") == profile()
    profiles.restore("velo", 2, who="Ana")
    assert profiles.get("velo").orders.options.ceiling == Decimal("0.10")
    assert [c.action for c in profiles.history("velo")] == ["restore", "restore", "save", "create"]
    with pytest.raises(SettingsError):
        profiles.restore("velo", 99, who="Ana")


@pytest.mark.spec("SEC-04")
def test_two_people_do_not_overwrite_each_other(profiles: Profiles) -> None:
    seen = profiles.revision("velo")
    profiles.save(profile(erp={"folder": "12"}), who="Bob", expected_revision=seen)
    with pytest.raises(ConflictError) as caught:
        profiles.save(profile(erp={"folder": "13"}), who="Ana", expected_revision=seen)
    assert "Bob" in str(caught.value)
    assert profiles.get("velo").erp.folder == "12"


def test_saving_the_same_is_no_change(profiles: Profiles) -> None:
    assert profiles.save(profile(), who="Ana", expected_revision=1) == 1
    assert len(profiles.history("velo")) == 1


def test_settings_of_another_version_are_told(profiles: Profiles, store: Store) -> None:
    from atoosync_lab.store.tables import profiles as table

    with store.begin() as tx:
        tx.execute(update(table).values(document={**profile().model_dump(mode="json"), "colour": "red"}))
    with pytest.raises(SettingsError) as caught:
        profiles.get("velo")
    assert "colour" in str(caught.value)


def test_a_plan_depends_on_settings_not_on_names() -> None:
    assert settings_fingerprint(profile()) == settings_fingerprint(profile(name="Other"))
    assert settings_fingerprint(profile()) != settings_fingerprint(profile(erp={"folder": "12"}))


# -- journal ------------------------------------------------------------------------------------------------------


@pytest.fixture
def journal(store: Store) -> Journal:
    return Journal(store)


def line(code: str = "articles.sent", **values: object) -> Entry:
    return Entry(at=MOMENT, stage=Stage.APPLY, code=code, **values)  # type: ignore[arg-type]


@pytest.mark.spec("RUN-03")
def test_a_run_is_told_from_start_to_end(journal: Journal) -> None:
    run = journal.start("velo", "articles", who="Ana", plan_id="p1")
    assert (run.state, run.updated_at, run.ended_at) == (RunState.RUNNING, None, None)
    journal.append(run.id, [line(record="A1", action="create", params={"price": Decimal("1.50")}), line(record="A2")])
    journal.append(run.id, [line("articles.refused", level=Level.ERROR, record="A3")])
    journal.progress(run.id, Counts(total=3, ok=2, failed=1))
    assert journal.get(run.id).updated_at is not None
    counts = Counts(total=3, ok=2, failed=1)
    ended = journal.finish(run.id, counts.outcome(), counts=counts)
    assert (ended.state, ended.counts, ended.counts.done) == (RunState.PARTIAL, counts, 3)
    assert ended.duration(MOMENT) == ended.ended_at - ended.started_at  # type: ignore[operator]
    lines = journal.entries(run.id)
    assert [(e.seq, e.record, e.action) for e in lines] == [(1, "A1", "create"), (2, "A2", ""), (3, "A3", "")]
    assert lines[0].params == {"price": "1.50"}
    assert lines[0].at == MOMENT
    assert [e.record for e in journal.entries(run.id, levels=[Level.ERROR])] == ["A3"]
    assert [e.record for e in journal.entries(run.id, after=1, limit=1)] == ["A2"]
    assert [e.code for e in journal.of_record("velo", "A3")] == ["articles.refused"]
    assert journal.of_record("moto", "A3") == []


@pytest.mark.spec("RUN-03")
def test_the_journal_is_filtered_and_newest_first(store: Store) -> None:
    moments = iter(MOMENT + timedelta(hours=n) for n in range(100))
    journal = Journal(store, clock=lambda: next(moments))
    first = journal.start("velo", "articles", who="Ana")
    second = journal.start("velo", "orders", who="Ana")
    third = journal.start("moto", "orders", who="Ana")
    journal.finish(first.id, RunState.FAILED, message=Message("http.dns", {"host": "x"}))
    assert [r.id for r in journal.list()] == [third.id, second.id, first.id]
    assert [r.id for r in journal.list(profile="velo")] == [second.id, first.id]
    assert [r.id for r in journal.list(flow="orders", limit=1, offset=1)] == [second.id]
    assert [r.message for r in journal.list(states=[RunState.FAILED])] == [Message("http.dns", {"host": "x"})]
    assert [r.id for r in journal.list(since=second.started_at, until=third.started_at)] == [second.id]


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        (Counts(), RunState.SUCCEEDED),
        (Counts(total=3, ok=2, ignored=1), RunState.SUCCEEDED),
        (Counts(total=3, ok=2, failed=1), RunState.PARTIAL),
        (Counts(total=3, ok=2, ignored=1, blocked=1), RunState.PARTIAL),
    ],
)
def test_the_outcome_follows_from_the_counts(counts: Counts, state: RunState) -> None:
    assert counts.outcome() is state


def test_a_run_does_not_end_in_a_state_that_is_no_end(journal: Journal) -> None:
    run = journal.start("velo", "articles", who="Ana")
    with pytest.raises(ValueError, match="end"):
        journal.finish(run.id, RunState.RUNNING)


def test_a_run_learns_that_it_should_stop(journal: Journal) -> None:
    run = journal.start("velo", "articles", who="Ana")
    flag: CancelToken = StopFlag(journal, run.id, interval=0)
    assert not flag.requested()
    journal.request_stop(run.id, who="Bob")
    assert flag.requested()
    assert journal.get(run.id).stop_by == "Bob"
    assert not journal.stop_requested(journal.start("velo", "articles", who="Ana").id)


@pytest.mark.parametrize("act", ["get", "progress", "append", "request_stop"])
def test_an_unknown_run_is_named(journal: Journal, act: str) -> None:
    calls = {
        "get": lambda: journal.get("x"),
        "progress": lambda: journal.progress("x", Counts()),
        "append": lambda: journal.append("x", [line()]),
        "request_stop": lambda: journal.request_stop("x", who="Ana"),
    }
    with pytest.raises(SettingsError) as caught:
        calls[act]()
    assert caught.value.code == "run.unknown"


def test_a_run_whose_process_died_is_lost_and_a_living_one_is_not(
    journal: Journal, home: Home, store: Store, spawn: Spawn
) -> None:
    code = (
        "import os, sys; from atoosync_lab.store.engine import Store; from atoosync_lab.store.journal import Journal\n"
        "Journal(Store.open(sys.argv[1])).start('velo', 'orders', who='Ana'); os.kill(os.getpid(), 9)"
    )
    spawn(code, home.store).wait(timeout=30)
    living = journal.start("velo", "articles", who="Ana")
    (lost,) = journal.mark_lost()
    assert (lost.flow, lost.state) == ("orders", RunState.LOST)
    assert lost.message is not None
    assert lost.ended_at is not None
    assert journal.get(living.id).state is RunState.RUNNING
    assert journal.mark_lost() == []
    taken = journal.take(lost.id)
    assert (taken.state, taken.ended_at) == (RunState.RUNNING, None)
    assert journal.mark_lost() == []


def test_a_run_on_another_host_is_lost_when_it_falls_silent(store: Store) -> None:
    moment = [MOMENT]
    journal = Journal(store, clock=lambda: moment[0])
    run = journal.start("velo", "orders", who="Ana")
    with store.begin() as tx:
        tx.execute(update(runs).values(host="elsewhere/"))
    moment[0] += timedelta(minutes=10)
    journal.progress(run.id, Counts(total=1))
    moment[0] += timedelta(minutes=14)
    assert journal.mark_lost() == []
    moment[0] += timedelta(minutes=2)
    assert [r.id for r in journal.mark_lost()] == [run.id]


# -- plans, links, marks ------------------------------------------------------------------------------------------


def test_an_applied_plan_overtakes_the_others_of_its_flow(store: Store) -> None:
    plans = Plans(store)
    for plan, flow in (("1", "prices"), ("2", "prices"), ("3", "stocks")):
        plans.register(plan, "velo", flow, f"{plan}.duckdb", who="Ana")
    assert plans.approve("2", who="Bob").approved_by == "Bob"
    applied = plans.apply("2", who="Cid")
    assert (applied.state, applied.applied_by, applied.approved_by) == (PlanState.APPLIED, "Cid", "Bob")
    assert plans.get("1").state is PlanState.SUPERSEDED
    assert plans.get("1").superseded_by == "2"
    assert plans.get("3").state is PlanState.MADE
    for act, code in ((plans.apply, "plan.superseded"), (plans.approve, "plan.superseded")):
        with pytest.raises(StalePlanError) as caught:
            act("1", who="Ana")
        assert caught.value.code == code
    with pytest.raises(StalePlanError) as caught:
        plans.apply("2", who="Ana")
    assert caught.value.code == "plan.applied"
    assert plans.superseded_by_apply("velo", "stocks") == 1
    assert [p.id for p in plans.list("velo", "prices", [PlanState.APPLIED])] == ["2"]
    with pytest.raises(StalePlanError):
        plans.get("9")


def test_a_shop_record_is_linked_once(store: Store) -> None:
    links = Links(store)
    links.link("velo", "customer", {"1": "WEB1", "2": "WEB1", "3": "WEB3"})
    links.link("velo", "customer", {"3": "WEB4"})
    assert links.by_shop_id("velo", "customer") == {"1": "WEB1", "2": "WEB1", "3": "WEB4"}
    assert links.shop_ids("velo", "customer", "WEB1") == ["1", "2"]
    links.unlink("velo", "customer", ["1", "9"])
    assert links.shop_ids("velo", "customer", "WEB1") == ["2"]


def test_what_was_last_sent_is_a_table_to_join(store: Store) -> None:
    links = Links(store)
    links.note_sent("velo", "prices", [Fingerprint(f"A{n}", "m1", str(n), MOMENT) for n in range(2000)])
    later = MOMENT + timedelta(hours=1)
    links.note_sent("velo", "prices", [Fingerprint("A1", "m2", "1", later)])
    table = links.fingerprints("velo", "prices")
    assert table.column_names == ["key", "md5", "target_id", "sent_at"]
    assert table.num_rows == 2000
    rows = {row["key"]: row for row in table.to_pylist()}
    assert rows["A1"] == {"key": "A1", "md5": "m2", "target_id": "1", "sent_at": later}
    links.forget_sent("velo", "prices", ["A1"])
    assert links.fingerprints("velo", "prices").num_rows == 1999
    links.forget_sent("velo", "prices")
    assert links.fingerprints("velo", "prices").num_rows == 0


def test_a_link_of_a_failed_transaction_is_not_kept(store: Store) -> None:
    def fail() -> None:
        with store.begin() as tx:
            Links(store).link("velo", "product", {"1": "A"}, tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert Links(store).by_shop_id("velo", "product") == {}


@pytest.mark.spec("ART-12")
def test_everything_is_due_until_a_mark_is_set(store: Store) -> None:
    marks = Marks(store)
    assert marks.get("velo", "articles") == BEGINNING
    marks.set("velo", "articles", MOMENT, who="run 1")
    assert marks.get("velo", "articles") == MOMENT
    assert marks.get("velo", "prices") == BEGINNING
    assert [(m.flow, m.at, m.who) for m in marks.list("velo")] == [("articles", MOMENT, "run 1")]
    with pytest.raises(StatementError, match="time zone"):
        marks.set("velo", "articles", MOMENT.replace(tzinfo=None), who="Ana")
    marks.clear("velo", "articles")
    assert marks.get("velo", "articles") == BEGINNING
