"""The schedules page as an object: what is typed, what it becomes, what is said, what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import scheduling
from atoosync_lab.runs.schedule_effects import effects
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.settings.profile import Subscription
from atoosync_lab.settings.schedule import ScheduleRule, Trigger
from atoosync_lab.store.journal import Journal
from atoosync_lab.store.journal_records import Counts, RunState
from atoosync_lab.store.schedules import Schedule, Schedules
from atoosync_lab.workbench import schedule_page
from atoosync_lab.workbench.schedule_page import SchedulePage, SchedulesParameters

PARIS = ZoneInfo("Europe/Paris")
HOSTILE = "<b>Vélo</b> & co"


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("ATOOSYNC_HOME", str(tmp_path))
    with Workspace.open() as opened:
        opened.profiles.create(Profile(id="velo", name=HOSTILE, subscription=Subscription(imports=500)), who="test")
        opened.profiles.create(Profile(id="cave", name="Cave Saint-Aubin", timezone="America/New_York"), who="test")
        yield opened


@pytest.fixture
def form(space: Workspace) -> SchedulePage:
    return SchedulePage(Session(space, "velo"), SchedulesParameters())


def send(form: SchedulePage, view: str = "builder", **content: str) -> None:
    """What the browser would send."""
    getattr(form, view)._received(None, content, None)


def typed(form: SchedulePage, **texts: str) -> None:
    for name, text in texts.items():
        send(form, field=name, value=text)


def kept(space: Workspace) -> list[Schedule]:
    return Schedules(space.store).list()


def ran(space: Workspace, flow: str, seconds: int, counts: Counts | None = None) -> str:
    clock = [datetime.now(UTC) - timedelta(days=1)]
    journal = Journal(space.store, clock=lambda: clock[0])
    run = journal.start("velo", flow, who="test")
    clock[0] += timedelta(seconds=seconds)
    journal.finish(run.id, RunState.SUCCEEDED, counts=counts or Counts(total=10, ok=10))
    return run.id


def added(space: Workspace, flow: str = "orders", profile: str = "velo", **values: Any) -> Schedule:
    rule = ScheduleRule.made({"start_date": date(2026, 1, 5), "start_time": time(8), **values})
    return scheduling.add(space, profile, flow, rule)


@pytest.mark.spec("RUN-10")
def test_rule_built_by_pressing_is_said_in_words_shown_as_starts_and_kept(space: Workspace, form: SchedulePage) -> None:
    send(form, do="turn", value="week")
    for day in (3, 4):
        send(form, do="press", value=f"weekdays:{day}")
    typed(form, start_date="2099-11-26", start_time="08:00", repeats="1", repeat_every="180", repeat_for="720")
    html = form.builder.html
    assert "Du lundi au mercredi, à 08:00, 11:00, 14:00 et 17:00, à partir du jeudi 26 novembre 2099" in html
    assert html.count('class="at-start"') + html.count('class="at-start next"') == 20
    assert "Dernier départ à 17:00" in html
    send(form, do="save", value="")
    (schedule,) = kept(space)
    rule = scheduling.rule_of(schedule)
    assert (rule.weekdays, rule.repeat_every, rule.repeat_for) == ((0, 1, 2), 180, 720)
    assert (schedule.flow, schedule.zone) == ("orders", "Europe/Paris")
    assert schedule.next_at == datetime(2099, 11, 30, 8, tzinfo=PARIS), "the first Monday after the start"
    assert translate("schedule.saved", {"flow": "Import des commandes", "name": ""})[:-2] in form.builder.html


@pytest.mark.spec("RUN-10")
@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({"interval": "0"}, "entre 1 et 366"),
        ({"interval": "deux"}, "nombre entier"),
        ({"interval": "9" * 60}, "nombre entier"),
        ({"start_date": ""}, "Indiquez la date"),
        ({"start_date": "2026-02-30"}, "n’est pas une date"),
        ({"start_date": "demain"}, "n’est pas une date"),
        ({"start_date": "9999999-01-01"}, "n’est pas une date"),
        ({"start_time": ""}, "Indiquez l’heure"),
        ({"start_time": "25:00"}, "heures et minutes"),
        ({"repeats": "1", "repeat_every": "7"}, "n’est pas proposée"),
        ({"repeats": "1", "repeat_every": "60", "repeat_for": "30"}, "plus courte que l’intervalle"),
        ({"flow": "nothing"}, "Choisissez la tâche"),
        ({"profile": "<script>"}, "&lt;script&gt;"),
    ],
)
def test_wrong_field_is_told_beside_it_and_what_was_typed_stays(
    space: Workspace, form: SchedulePage, texts: dict[str, str], sentence: str
) -> None:
    typed(form, start_time="08:00", **{k: v for k, v in texts.items() if k != "start_time"})
    if "start_time" in texts:
        typed(form, start_time=texts["start_time"])
    send(form, do="save", value="")
    html = form.builder.html
    assert sentence in html
    assert kept(space) == []
    assert "<script>" not in html
    for name, text in texts.items():
        if name not in ("repeats", "flow", "profile", "repeat_every"):
            assert form.draft.texts.get(name) == text[:40]


@pytest.mark.spec("RUN-10")
def test_monthly_rule_by_day_and_by_weekday(space: Workspace, form: SchedulePage) -> None:
    send(form, do="turn", value="month")
    send(form, do="press", value="days:-1")
    typed(form, start_date="2099-01-01", start_time="22:00")
    assert "Le 1er et le dernier jour de chaque mois, à 22:00" in form.builder.html
    send(form, do="by", value="weeks")
    send(form, do="save", value="")
    assert "Choisissez au moins un rang" in form.builder.html
    send(form, do="press", value="weeks:-1")
    send(form, do="press", value="weekdays:4")
    send(form, do="press", value="months:3")
    assert "Le dernier vendredi, en mars, à 22:00" in form.builder.html
    send(form, do="save", value="")
    rule = scheduling.rule_of(kept(space)[0])
    assert (rule.weeks, rule.weekdays, rule.months, rule.days) == ((-1,), (4,), (3,), ())


@pytest.mark.spec("RUN-11")
@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        ("30m", (Trigger.DAY, 30, 1440)),
        ("12h", (Trigger.DAY, 720, 1440)),
        ("1d", (Trigger.DAY, None, None)),
        ("1w", (Trigger.WEEK, None, None)),
        ("month", (Trigger.MONTH, None, None)),
    ],
)
def test_quick_entry_fills_the_form(form: SchedulePage, frequency: str, expected: tuple[object, ...]) -> None:
    typed(form, quick_flow="stocks", quick_time="21:30", quick_every=frequency)
    send(form, do="quick", value="")
    rule, errors = form.draft.rule()
    assert not errors
    assert rule is not None
    assert (rule.trigger, rule.repeat_every, rule.repeat_for) == expected
    assert form.draft.texts["flow"] == "stocks"
    assert rule.start_time == time(21, 30)
    today = datetime.now(PARIS).date()
    assert rule.weekdays == ((today.weekday(),) if frequency == "1w" else ())


@pytest.mark.spec("RUN-11")
def test_quick_entry_that_is_wrong_says_so_and_fills_nothing(form: SchedulePage) -> None:
    before = dict(form.draft.texts)
    typed(form, quick_flow="x", quick_time="", quick_every="often")
    send(form, do="quick", value="")
    assert form.draft.texts == before
    for said in ("Choisissez la tâche", "heures et minutes", "Choisissez une fréquence"):
        assert said in form.builder.html


@pytest.mark.spec("RUN-10")
def test_task_is_changed_paused_resumed_and_several_deleted_after_a_question_by_name(
    space: Workspace, form: SchedulePage
) -> None:
    one, two, three = added(space), added(space, "stocks", "cave"), added(space, "prices")
    form.paint_list()
    send(form, "list", do="edit", value=one.id)
    assert form.draft.editing is not None
    typed(form, start_time="09:30")
    send(form, do="save", value="")
    assert scheduling.rule_of(Schedules(space.store).get(one.id)).start_time == time(9, 30)
    send(form, "list", do="pause", value=three.id)
    assert Schedules(space.store).get(three.id).paused
    send(form, "list", do="kind", value="paused")
    assert form.list.html.count("data-schedule=") == 1
    send(form, "list", do="resume", value=three.id)
    send(form, "list", do="kind", value="all")
    for schedule in (one, two):
        send(form, "list", field=f"check-{schedule.id}", value="1")
    send(form, "list", do="remove", value="")
    assert len(kept(space)) == 3, "not before the question"
    send(form, "list", do="ask", value="")
    assert "&lt;b&gt;Vélo&lt;/b&gt; &amp; co" in form.list.html
    assert "Cave Saint-Aubin" in form.list.html
    send(form, "list", do="keep", value="")
    assert len(kept(space)) == 3
    send(form, "list", do="ask", value="")
    send(form, "list", do="remove", value="")
    assert [s.id for s in kept(space)] == [three.id]
    assert HOSTILE not in form.list.html


@pytest.mark.spec("RUN-10")
def test_list_is_filtered_by_text_and_trigger(space: Workspace, form: SchedulePage) -> None:
    added(space)
    added(space, "stocks", "cave", trigger="week", weekdays=(0,))
    form.paint_list()
    assert form.list.html.count("data-schedule=") == 2
    send(form, "list", do="search", value="saint-aubin")
    assert form.list.html.count("data-schedule=") == 1
    send(form, "list", do="search", value="")
    send(form, "list", field="of_trigger", value="week")
    assert form.list.html.count("data-schedule=") == 1
    send(form, "list", do="search", value="nothing at all")
    assert translate("schedule.none_shown") in form.list.html


@pytest.mark.spec("RUN-10")
def test_change_of_a_task_that_somebody_else_changed_keeps_what_was_typed(space: Workspace, form: SchedulePage) -> None:
    seen = added(space)
    form.paint_list()
    send(form, "list", do="edit", value=seen.id)
    typed(form, start_time="10:15")
    scheduling.change(
        space, seen, profile="velo", flow="orders", zone="Europe/Paris",
        rule=ScheduleRule(start_date=date(2026, 1, 5), start_time=time(7)),
    )  # fmt: skip
    send(form, do="save", value="")
    assert "a modifié cette tâche planifiée entre-temps" in form.builder.html
    assert form.draft.texts["start_time"] == "10:15"
    assert scheduling.rule_of(Schedules(space.store).get(seen.id)).start_time == time(7)
    send(form, do="save", value="")
    assert scheduling.rule_of(Schedules(space.store).get(seen.id)).start_time == time(10, 15)


@pytest.mark.spec("RUN-10", "BEY-12")
def test_page_warns_when_runs_outlast_their_interval(space: Workspace, form: SchedulePage) -> None:
    """Seven minutes' work every five minutes."""
    ran(space, "orders", 7 * 60)
    typed(form, start_date="2099-01-05", start_time="08:00", repeats="1", repeat_every="5", repeat_for="720")
    assert translate("schedule.too_slow") in form.builder.html
    assert translate("schedule.tight") in form.builder.html
    typed(form, repeat_every="10")
    assert translate("schedule.too_slow") not in form.builder.html
    added(space, repeat_every=5, repeat_for=720)
    form.paint_list()
    assert "dure 7\u00a0min\u00a000\u00a0s, pour un départ toutes les 5\u00a0min" in form.list.html


@pytest.mark.spec("RUN-10", "BEY-12")
def test_effects_tell_clashes_units_quota_and_change_of_clock(space: Workspace, form: SchedulePage) -> None:
    ran(space, "orders", 100, Counts(total=38, ok=20))
    other = added(space, "articles", repeat_every=180, repeat_for=720)
    rule = ScheduleRule(start_date=date(2026, 1, 5), start_time=time(8))
    moment = datetime(2026, 3, 20, tzinfo=UTC)
    profile = space.profiles.get("velo")
    found = effects(space, profile, "orders", rule, "Europe/Paris", moment=moment)
    assert len(found.starts) == 20
    assert {clash.start for clash in found.clashes} == set(found.starts), "both start at eight"
    assert {clash.flow for clash in found.clashes} == {"articles"}
    assert (found.usual, found.usual_total) == (timedelta(seconds=100), 38)
    assert (found.quota.counter, found.quota.bought) == ("imports", 500)
    assert found.clock is not None
    assert (found.clock.forward, found.clock.touched) == (True, 0)
    later = ScheduleRule(start_date=date(2026, 1, 5), start_time=time(8, 15))
    assert not effects(space, profile, "orders", later, "Europe/Paris", moment=moment).clashes
    assert not effects(space, profile, "articles", rule, "Europe/Paris", moment=moment, editing=other.id).clashes
    night = ScheduleRule(start_date=date(2026, 1, 5), start_time=time(2, 30))
    touched = effects(space, profile, "orders", night, "Europe/Paris", moment=moment).clock
    assert touched is not None
    assert touched.touched == 1
    # The cure beside the clash moves the start out of its way.
    typed(form, start_time="08:00")
    assert "Décaler de 15" in form.builder.html
    send(form, do="shift", value="15")
    assert form.draft.texts["start_time"] == "08:15"
    assert "Décaler de 15" not in form.builder.html


def test_what_no_page_offers_is_dropped(space: Workspace, form: SchedulePage) -> None:
    before = (dict(form.draft.texts), dict(form.draft.several), form.draft.trigger)
    for content in (
        {"do": "turn", "value": "year"},
        {"do": "press", "value": "zone:1"},
        {"do": "press", "value": "weekdays:x"},
        {"do": "shift", "value": "9999"},
        {"do": "nothing", "value": ""},
        {"field": "editing", "value": "1"},
    ):
        send(form, **content)
    assert (dict(form.draft.texts), dict(form.draft.several), form.draft.trigger) == before
    send(form, "list", do="remove", value="")
    send(form, "list", do="edit", value="unknown")
    assert "Aucune tâche planifiée" in form.builder.html


def test_page_of_an_empty_workbench_names_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOOSYNC_HOME", str(tmp_path))
    shown = schedule_page.show(SchedulesParameters())
    assert "profile.ipynb" in shown.html


def test_without_a_worker_the_list_says_how_to_start_one(space: Workspace, form: SchedulePage) -> None:
    added(space)
    form.paint_list()
    assert "atoosync worker" in form.list.html


@pytest.mark.spec("RUN-10", "SVC-07")
def test_task_of_a_function_that_is_off_is_neither_offered_nor_kept(space: Workspace) -> None:
    found = space.profiles.get("velo")
    off = found.functions.model_copy(update={"orders": found.functions.orders.model_copy(update={"enabled": False})})
    changed = found.model_copy(update={"functions": off})
    space.profiles.save(changed, who="test", expected_revision=space.profiles.revision("velo"))
    form = SchedulePage(Session(space, "velo"), SchedulesParameters(flow="stocks"))
    assert '<option value="stocks"' in form.builder.html
    assert '<option value="orders"' not in form.builder.html
    with pytest.raises(SettingsError) as caught:
        added(space, "orders")
    assert caught.value.code == "function.off"
