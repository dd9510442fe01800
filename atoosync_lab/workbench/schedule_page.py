"""The schedules page: the rule builder with what a rule will do, the quick entry, and every scheduled task."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from atoosync_lab.kit import links, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.stack import Stack
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError, SettingsError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs import scheduling
from atoosync_lab.runs.parameters import PageParameters
from atoosync_lab.runs.queue import worker_alive
from atoosync_lab.runs.schedule_effects import Effects, effects
from atoosync_lab.runs.session import Session
from atoosync_lab.settings.schedule import ScheduleRule
from atoosync_lab.store.errors import ConflictError
from atoosync_lab.store.schedules import Schedules
from atoosync_lab.workbench import opening, parameters, schedule_fields, schedule_form, schedule_list, schedule_side
from atoosync_lab.workbench.schedule_fields import Draft
from atoosync_lab.workbench.schedule_list import Filters
from atoosync_lab.workbench.tab_page import TABS

REFRESH = 3.0
"""Seconds between two looks at what is going."""

_QUICK = ("quick_flow", "quick_time", "quick_every")
_CHECK = "check-"


class SchedulesParameters(PageParameters):
    """The schedules."""

    flow: str = "orders"
    """Task that the form begins with."""
    schedule: str = ""
    """Id of a scheduled task to change; empty: a new one."""


def check(namespace: Mapping[str, Any]) -> SchedulesParameters:
    """The page's parameters: `given = schedule_page.check(globals())`.

    Raises:
        SettingsError: a parameter is unknown or has the wrong type, or there is no such task.
    """
    return parameters.given(SchedulesParameters, namespace)


def show(given: SchedulesParameters) -> ipywidgets.DOMWidget:
    """The page of the profile that was asked for, or what to do where there is no profile at all.

    Raises:
        SettingsError: no such profile or scheduled task.
    """
    session = opening.opened(given)
    if session is None:
        return View(opening.no_profile())
    return SchedulePage(session, given).widget


class SchedulePage:
    """The page.

    Args:
        session: the profile that the form begins with.
        given: the page's parameters.
    """

    def __init__(self, session: Session, given: SchedulesParameters) -> None:
        self.session, self._given = session, given
        self._space = session.workspace
        self.draft = self._fresh()
        if given.schedule:
            self.draft = schedule_fields.of_schedule(Schedules(self._space.store).get(given.schedule))
        self.filters = Filters()
        self._quick = {"quick_flow": given.flow, "quick_time": "08:00", "quick_every": "1d"}
        self._quick_errors: dict[str, Message] = {}
        self._pressed = False
        self._banner: Html | None = None
        self._listed: list[scheduling.Overview] = []
        self.builder = View(
            Html(""),
            {
                "turn": self._turn,
                "by": self._by,
                "press": self._press,
                "save": lambda _: self.save(),
                "cancel": lambda _: self._start_anew(),
                "shift": self._shift,
                "quick": lambda _: self._fill(),
            },
            on_field=self._typed,
        )
        self.list = View(
            Html(""),
            {
                "kind": self._kind,
                "search": self._search,
                "ask": lambda _: self._ask(True),
                "keep": lambda _: self._ask(False),
                "remove": lambda _: self._remove(),
                "edit": self._edit,
                "pause": lambda value: self._act(lambda: scheduling.pause(self._space, value)),
                "resume": lambda value: self._act(lambda: scheduling.resume(self._space, value)),
                "refresh": lambda _: self.paint_list(),
            },
            on_field=self._filtered,
        )
        self.paint()
        self.paint_list()
        self.widget = Stack(self.builder, self.list)
        self._follow()

    def save(self) -> None:
        """Keep the task; what is wrong is said beside its field, and nothing typed is lost."""
        self._pressed = True
        rule, errors = self.draft.rule()
        if rule is None or errors:
            self._banner = words.banner("block", tag("p", translate("schedule.not_saved")))
            self.paint()
            return
        profile, flow = self.draft.texts["profile"], self.draft.texts["flow"]
        try:
            if self.draft.editing is None:
                made = scheduling.add(self._space, profile, flow, rule, self.draft.zone)
            else:
                made = scheduling.change(
                    self._space, self.draft.editing, profile=profile, flow=flow, rule=rule, zone=self.draft.zone
                )
        except ConflictError as error:
            # What was typed stays; saved again, it is compared with what the other person left.
            with contextlib.suppress(SettingsError):
                self.draft.editing = Schedules(self._space.store).get(self.draft.editing.id)  # type: ignore[union-attr]
            self._banner = words.banner("warn", tag("p", str(error)))
            self.paint()
            self.paint_list()
            return
        except AtooSyncError as error:
            self._banner = words.banner("block", tag("p", str(error)))
            self.paint()
            return
        done = {"flow": words.flow_title(made.flow), "name": self._names().get(made.profile, made.profile)}
        self._start_anew(words.banner("ok", tag("p", translate("schedule.saved", done))))
        self.paint_list()

    def paint(self) -> None:
        """Show the builder again."""
        rule, errors = self.draft.rule()
        found = self._effects(rule) if rule is not None else None
        profiles = schedule_fields.profile_choices(self._space)
        tasks = schedule_fields.flow_choices(self._space, self.draft.texts["profile"])
        editing = self.draft.editing is not None
        title = translate("schedule.title_edit" if editing else "schedule.title_new")
        page = join(
            _tabs(),
            tag("div", translate("schedule.crumb"), icon("right", "s"), title, class_="crumb", style="margin-top:16px"),
            tag("h1", title),
            tag("div", self._banner, style="margin-top:14px") if self._banner else None,
            tag(
                "div",
                tag(
                    "div",
                    schedule_form.form(self.draft, errors, profiles, tasks, found, pressed=self._pressed),
                    class_="c7",
                ),
                tag("div", schedule_side.side(self.draft, rule, found), class_="c5"),
                class_="grid",
                style="margin-top:18px",
            ),
            tag("div", schedule_form.quick(self._quick, tasks, self._quick_errors), style="margin-top:18px"),
        )
        if page != self.builder.html:
            self.builder.show(page)

    def paint_list(self) -> None:
        """Read the tasks again and show them, if anything changed."""
        self._listed = scheduling.overview(self._space)
        known = {each.schedule.id for each in self._listed}
        self.filters.checked &= known
        self.filters.asking = self.filters.asking and bool(self.filters.checked)
        html = schedule_list.listing(
            self._listed, self.filters, self._names(), worker=worker_alive(self._space)
        )  # fmt: skip
        page = tag("div", html, style="margin-top:18px")
        if page != self.list.html:
            self.list.show(page)

    def _names(self) -> dict[str, str]:
        return {choice.value: choice.label for choice in schedule_fields.profile_choices(self._space)}

    def _fresh(self) -> Draft:
        profile = self.session.profile
        return schedule_fields.fresh(profile.id, profile.timezone, flow=self._given.flow)

    def _effects(self, rule: ScheduleRule) -> Effects | None:
        try:
            profile = self._space.profiles.get(self.draft.texts["profile"])
        except SettingsError:
            return None
        editing = self.draft.editing.id if self.draft.editing else ""
        return effects(self._space, profile, self.draft.texts["flow"], rule, self.draft.zone, editing=editing)

    def _typed(self, name: str, text: str) -> None:
        if name in _QUICK:
            self._quick[name] = text
            return
        self.draft.type(name, text)
        if name == "profile" and self.draft.editing is None:
            with contextlib.suppress(SettingsError):
                self.draft.zone = self._space.profiles.get(text).timezone
        self.paint()

    def _turn(self, trigger: str) -> None:
        self.draft.turn(trigger)
        self.paint()

    def _by(self, kind: str) -> None:
        self.draft.by_week = kind == "weeks"
        self.paint()

    def _press(self, value: str) -> None:
        name, _, number = value.partition(":")
        if number.lstrip("-").isdecimal() and len(number) < 4:
            self.draft.press(name, int(number))
            self.paint()

    def _shift(self, minutes: str) -> None:
        if minutes == str(schedule_side.SHIFT):
            schedule_fields.shift(self.draft, schedule_side.SHIFT)
            self.paint()

    def _fill(self) -> None:
        self._quick_errors = schedule_fields.fill(
            self.draft, self._quick["quick_flow"], self._quick["quick_time"], self._quick["quick_every"]
        )
        self.paint()

    def _start_anew(self, banner: Html | None = None) -> None:
        self.draft, self._pressed, self._banner = self._fresh(), False, banner
        self.paint()

    def _edit(self, schedule_id: str) -> None:
        try:
            self.draft = schedule_fields.of_schedule(Schedules(self._space.store).get(schedule_id))
        except SettingsError as error:
            self._banner = words.banner("block", tag("p", str(error)))
        else:
            self._pressed, self._banner = False, None
        self.paint()
        self.paint_list()

    def _act(self, work: Any) -> None:
        try:
            work()
        except AtooSyncError as error:
            self._banner = words.banner("block", tag("p", str(error)))
            self.paint()
        self.paint_list()

    def _kind(self, kind: str) -> None:
        if kind in schedule_list.KINDS:
            self.filters.kind = kind
            self.paint_list()

    def _search(self, text: str) -> None:
        self.filters.text = text[:80]
        self.paint_list()

    def _filtered(self, name: str, text: str) -> None:
        if name == "of_trigger":
            self.filters.trigger = text
        elif name.startswith(_CHECK):
            mine = frozenset({name.removeprefix(_CHECK)})
            self.filters.checked = self.filters.checked | mine if text == "1" else self.filters.checked - mine
            self.filters.asking = False
        self.paint_list()

    def _ask(self, asking: bool) -> None:
        self.filters.asking = asking and bool(self.filters.checked)
        self.paint_list()

    def _remove(self) -> None:
        if self.filters.asking:
            chosen, self.filters.checked, self.filters.asking = self.filters.checked, frozenset(), False
            with contextlib.suppress(SettingsError):  # somebody else was faster
                scheduling.remove(self._space, sorted(chosen))
            if self.draft.editing is not None and self.draft.editing.id in chosen:
                self._start_anew()
        self.paint_list()

    def _follow(self) -> None:
        """While somebody looks, what is going moves by itself; a page that is executed without one does not wait."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return

        async def look() -> None:
            while True:
                await asyncio.sleep(REFRESH)
                with contextlib.suppress(AtooSyncError):
                    self.paint_list()

        self._task = loop.create_task(look())


def _tabs() -> Html:
    entries = [
        tag("a", translate(f"tab.{key}"), aria_current="page", href="#", data_at_do="stay", data_at_key=f"t-{key}")
        if key == "schedules"
        else links.notebook(path, translate(f"tab.{key}"), class_="tab", key=f"t-{key}")
        for key, path in TABS
    ]
    return tag("nav", *entries, class_="tabs", aria_label=translate("tab.tabs"))
