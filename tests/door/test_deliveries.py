"""From noted deliveries to runs: one run for several, none lost, none twice, what failed is tried again."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atoosync_lab.model.errors import ConnectionFailedError, StorageError
from atoosync_lab.model.i18n import Message
from atoosync_lab.runs import deliveries
from atoosync_lab.runs.deliveries import AGAIN, WAITS, offer_noted
from atoosync_lab.runs.queue import Offered, RunSpec
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.store.deliveries import KEPT, Arrival, Deliveries, Delivery, DeliveryState
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.profiles import Profiles
from tests.door.helpers import create

pytestmark = pytest.mark.spec("SHOP-12", "RUN-10")


class Engine:
    """Answers as told, notes what it was offered, and journals it as the durable engine does."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.answer: Offered = "accepted"
        self.offered: list[RunSpec] = []

    def offer(self, run: RunSpec, slot: datetime | None) -> Offered:
        assert slot is None
        if any(run.run_id == each.run_id for each in self.offered):
            return "already"
        if self.answer == "accepted":
            self.offered.append(run)
            self.workspace.journal.wait(run.run_id, run.profile, run.flow, who=run.who)
        return self.answer

    def request_stop(self, run_id: str) -> None: ...

    def serve(self, worker_id: str) -> None: ...

    def adopt(self, worker_id: str) -> int:
        return 0


class Scene:
    """A workbench with one profile, an engine, and a clock that the test moves."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.engine = workspace, Engine(workspace)
        self.now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
        self.repository = Deliveries(workspace.store, lambda: self.now)
        self.count = 0

    def note(self, order: str, wait: float = 5.0) -> Delivery:
        self.count += 1
        arrival = Arrival(profile="velo", identity=f"{self.count}", topic="t", order=order, digest=f"{self.count}")
        return self.repository.note(arrival, timedelta(seconds=wait))

    def tick(self, seconds: float = 0.0) -> int:
        self.now += timedelta(seconds=seconds)
        return offer_noted(self.workspace, self.engine, self.now)

    def end(self, state: RunState, message: Message | None = None) -> None:
        self.workspace.journal.finish(self.engine.offered[-1].run_id, state, message=message)

    def states(self) -> list[str]:
        return [each.state.value for each in sorted(self.repository.list("velo", limit=999), key=lambda each: each.id)]


@pytest.fixture
def scene(workspace: Workspace) -> Scene:
    return Scene(workspace)


@pytest.fixture
def workspace(base: Workspace) -> Iterator[Workspace]:
    create(base, "velo", "shopify")
    yield base
    base.profiles.delete("velo", who="test")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace.open(tmp_path_factory.mktemp("deliveries") / "home") as opened:
        yield opened


def test_deliveries_of_a_short_while_make_one_run_of_their_orders_alone(scene: Scene) -> None:
    for order in ("41", "42", "41"):
        scene.note(order)
        assert scene.tick(1) == 0
    assert scene.tick(3) == 1
    [spec] = scene.engine.offered
    assert (spec.profile, spec.flow, spec.keys, spec.dry_run) == ("velo", "orders", ("41", "42"), False)
    assert scene.states() == ["queued"] * 3
    assert scene.tick(1) == 0
    scene.end(RunState.PARTIAL)
    scene.tick(1)
    assert scene.states() == ["done"] * 3
    assert scene.tick(600) == 0
    assert len(scene.engine.offered) == 1


def test_delivery_during_a_run_waits_while_the_task_is_busy_and_then_runs(scene: Scene) -> None:
    scene.note("41", 0)
    scene.tick()
    scene.note("42", 0)
    scene.engine.answer = "busy"
    assert scene.tick() == 0
    assert scene.states() == ["queued", "noted"]
    scene.engine.answer = "accepted"
    assert scene.tick(AGAIN.total_seconds() - 1) == 0, "not asked again at once"
    assert scene.tick(2) == 1
    assert scene.engine.offered[-1].keys == ("42",)
    assert max(each.attempts for each in scene.repository.list("velo")) == 0, "waiting is no failure"


def test_worker_that_ends_between_taking_and_offering_loses_nothing(scene: Scene) -> None:
    noted = scene.note("41", 0)
    scene.repository.take([noted.id], "01a00000-0000-7000-8000-000000000001")
    assert scene.states() == ["queued"]
    scene.tick()
    [spec] = scene.engine.offered
    assert (spec.run_id, spec.keys) == ("01a00000-0000-7000-8000-000000000001", ("41",))


def test_what_another_worker_took_is_not_taken_again(scene: Scene) -> None:
    noted = scene.note("41", 0)
    assert scene.repository.take([noted.id], "a") == [noted.id]
    assert scene.repository.take([noted.id], "b") == []


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.LOST, RunState.STOPPED, RunState.QUOTA_REACHED])
def test_order_that_a_run_could_not_read_is_read_by_the_next_one(scene: Scene, state: RunState) -> None:
    scene.note("41", 0)
    scene.tick()
    scene.end(state, Message("http.unreachable", {"host": "shop.example"}))
    scene.tick()
    [waiting] = scene.repository.list("velo")
    assert (waiting.state, waiting.attempts) == (DeliveryState.NOTED, 1)
    assert waiting.reason is not None
    assert scene.tick(59) == 0
    assert scene.tick(2) == 1
    assert scene.engine.offered[-1].keys == ("41",)
    assert scene.engine.offered[-1].run_id != scene.engine.offered[0].run_id


def test_new_delivery_does_not_wait_for_one_that_failed_before(scene: Scene) -> None:
    scene.note("41", 0)
    scene.tick()
    scene.end(RunState.FAILED)
    scene.tick()
    scene.note("42", 0)
    assert scene.tick(1) == 1
    assert scene.engine.offered[-1].keys == ("42",)


def test_after_several_runs_it_is_given_up_and_the_same_delivery_begins_anew(scene: Scene) -> None:
    first = scene.note("41", 0)
    for wait in (timedelta(0), *WAITS):
        assert scene.tick(wait.total_seconds()) == 1
        scene.end(RunState.FAILED)
        scene.tick()
    [given_up] = scene.repository.list("velo")
    assert given_up.state is DeliveryState.FAILED
    assert given_up.reason is not None
    assert given_up.reason.code == "door.gave_up"
    assert scene.tick(100_000) == 0
    again = Arrival(profile="velo", identity=first.identity, topic="t", order="41", digest="1")
    assert scene.repository.note(again).state is DeliveryState.NOTED
    assert scene.tick() == 1


def test_run_that_found_the_task_busy_is_no_failed_one(scene: Scene) -> None:
    scene.note("41", 0)
    scene.tick()
    scene.end(RunState.STOPPED, Message("run.skipped_busy"))
    scene.tick()
    [waiting] = scene.repository.list("velo")
    assert (waiting.state, waiting.attempts) == (DeliveryState.NOTED, 0)


def test_import_switched_off_meanwhile_holds_what_waits(scene: Scene) -> None:
    scene.note("41", 0)
    document = scene.workspace.profiles.get("velo").model_dump(mode="json")
    document["functions"]["orders"]["imports"] = False
    revision = scene.workspace.profiles.revision("velo")
    scene.workspace.profiles.save(Profile.model_validate(document), who="test", expected_revision=revision)
    assert scene.tick() == 0
    [held] = scene.repository.list("velo")
    assert held.state is DeliveryState.HELD
    assert held.reason is not None
    assert held.reason.code == "function.off"
    assert not scene.engine.offered


def test_store_that_is_locked_holds_nothing_a_profile_that_is_gone_does(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(self: Profiles, profile: str) -> Profile:
        raise StorageError("store.locked", path="store")

    scene.note("41", 0)
    with monkeypatch.context() as patch:
        patch.setattr(Profiles, "get", locked)
        with pytest.raises(StorageError):
            scene.tick()
    assert scene.states() == ["noted"]
    stray = Arrival(profile="gone", identity="1", topic="t", order="41", digest="1")
    scene.repository.note(stray)
    assert scene.tick() == 1
    assert [each.state for each in scene.repository.list("gone")] == [DeliveryState.HELD]
    with scene.workspace.store.begin() as tx:
        tx.exec_driver_sql("DELETE FROM deliveries WHERE profile = 'gone'")


def test_engine_that_raises_before_the_journal_knows_is_asked_again_later(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(run: RunSpec, slot: datetime | None) -> Offered:
        raise ConnectionFailedError("http.unreachable", host="shop.example")

    scene.note("41", 0)
    monkeypatch.setattr(scene.engine, "offer", broken)
    assert scene.tick() == 0
    [waiting] = scene.repository.list("velo")
    assert (waiting.state, waiting.attempts) == (DeliveryState.NOTED, 1)
    monkeypatch.undo()
    assert scene.tick(61) == 1


def test_more_orders_than_one_run_takes_make_several(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "MOST", 5)
    for order in range(5 + 3):
        scene.note(str(order), 0)
    scene.tick()
    assert len(scene.engine.offered[0].keys) == 5
    assert scene.states().count("noted") == 3
    scene.tick()
    assert len(scene.engine.offered[1].keys) == 3


def test_deliveries_go_with_their_profile_and_old_ones_are_forgotten(scene: Scene) -> None:
    waiting = scene.note("41", 0)
    scene.repository.note(Arrival(profile="velo", identity="x", topic="t", state=DeliveryState.IGNORED))
    scene.now += KEPT + timedelta(days=1)
    assert scene.repository.forget_old() == 1
    assert [each.id for each in scene.repository.list("velo")] == [waiting.id], "what waits is never forgotten"
    scene.workspace.profiles.delete("velo", who="test")
    assert not scene.repository.list("velo")
    create(scene.workspace, "velo", "shopify")


def test_calls_without_content_repeat_only_what_still_waits(scene: Scene) -> None:
    def call(number: int) -> str:
        arrival = Arrival(profile="velo", identity=f"call:{number}", topic=deliveries.CALL, order="41")
        return scene.repository.note(arrival).state.value

    assert [call(1), call(2)] == ["noted", "duplicate"]
    scene.tick()
    scene.end(RunState.SUCCEEDED)
    scene.tick()
    assert call(3) == "noted", "the order may have changed since"


_NEWS = st.tuples(
    st.sampled_from(("arrives", "arrives", "arrives", "later", "ends", "fails", "busy")),
    st.integers(0, 3),
    st.integers(0, 2),
    st.integers(0, 4),
)
_EXAMPLES = itertools.count()


@pytest.mark.pitfall("PB-21")
@settings(max_examples=25)
@given(events=st.lists(_NEWS, max_size=25))
def test_however_deliveries_repeat_and_cross_every_news_is_read_after_it_came_and_none_twice(
    base: Workspace, events: Sequence[tuple[str, int, int, int]]
) -> None:
    """An order has contents one after the other; the shop may say each of them often, under old and new ids."""
    profile = f"drawn-{next(_EXAMPLES)}"
    create(base, profile, "shopify")
    engine, now = Engine(base), datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    repository = Deliveries(base.store, lambda: now)
    fresh: dict[str, int] = {}
    """Order -> runs that had been offered when its last news came."""
    said: set[tuple[int, int]] = set()

    def end(state: RunState) -> None:
        for run in engine.offered:
            if base.journal.get(run.run_id).state is RunState.WAITING:
                base.journal.finish(run.run_id, state)

    for event, order, content, number in events:
        if event == "arrives":
            identity, digest = f"{order}:{content}:{number}", f"{order}:{content}"
            if (order, content) not in said:
                fresh[str(order)] = len(engine.offered)
            said.add((order, content))
            arrival = Arrival(profile=profile, identity=identity, topic="t", order=str(order), digest=digest)
            repository.note(arrival, timedelta(seconds=5))
        elif event in ("ends", "fails"):
            end(RunState.SUCCEEDED if event == "ends" else RunState.FAILED)
        engine.answer = "busy" if event == "busy" else "accepted"
        now += timedelta(seconds=7 if event == "later" else 1)
        offer_noted(base, engine, now)

    engine.answer = "accepted"
    for _ in range(4):
        end(RunState.SUCCEEDED)
        now += WAITS[-1]
        offer_noted(base, engine, now)
    for order_id, before in fresh.items():
        assert any(order_id in run.keys for run in engine.offered[before:]), f"news of order {order_id} were lost"
    assert all(len(set(run.keys)) == len(run.keys) for run in engine.offered)
    states = [each.state for each in repository.list(profile, limit=999)]
    assert set(states) <= {DeliveryState.DONE, DeliveryState.DUPLICATE}
    assert states.count(DeliveryState.DONE) == len(said), "what says nothing new runs nothing"
    base.profiles.delete(profile, who="test")
