"""The « Import des commandes » tab: period, statuses, reading options, credit notes, status updates (SVC-17)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import ipywidgets  # type: ignore[import-untyped]

from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.view import View
from atoosync_lab.mapping import periods
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.parameters import PageParameters
from atoosync_lab.runs.session import Session
from atoosync_lab.settings import functions
from atoosync_lab.settings.orders import Period
from atoosync_lab.workbench import opening, parameters
from atoosync_lab.workbench import orders_fields as fields
from atoosync_lab.workbench.orders_page import CardsAndMaps, switched_off
from atoosync_lab.workbench.status_map import STATUSES
from atoosync_lab.workbench.tab_page import Block, TabPage

DAY = "%d/%m/%Y"


class ImportParameters(PageParameters):
    """The tab."""

    block: str = ""
    """Block shown first: period, statuses, reading, credit_notes, update; empty: the first with work left."""


def check(namespace: Mapping[str, Any]) -> ImportParameters:
    """The page's parameters: `given = import_page.check(globals())`.

    Raises:
        SettingsError: a parameter is unknown or has the wrong type.
    """
    return parameters.given(ImportParameters, namespace)


def show(given: ImportParameters) -> ipywidgets.DOMWidget:
    """The tab of the profile that was asked for, or what to do where there is no profile at all.

    Raises:
        SettingsError: no such profile; the message lists those there are.
    """
    session = opening.opened(given)
    if session is None:
        return View(opening.no_profile())
    return switched_off(session) or ImportPage(session, given.block).widget


class ImportPage(CardsAndMaps):
    """The tab of a profile.

    Args:
        session: the opened profile.
        block: key of the block shown first; empty: the statuses while none is imported, else the period.
    """

    prefix = "import_settings"

    def __init__(self, session: Session, block: str = "") -> None:
        super().__init__(session)
        self.page = TabPage(
            "import",
            translate("import_settings.title"),
            crumb=session.profile.name,
            sub=translate("import_settings.sub", self.facts()),
            blocks=self._blocks(),
            start=block,
            tabs=functions.tabs(session.profile.functions),
        )

    def todo(self, key: str) -> int:
        """Without any status, no order is read."""
        return int(key == "statuses" and not self.session.profile.orders.statuses)

    def _blocks(self) -> Sequence[Block]:
        builders: dict[str, Callable[[], Sequence[ipywidgets.DOMWidget]]] = {
            "period": lambda: (self.card("period", "period", fields.period(self.session), after=self._window),),
            "statuses": self._statuses,
            "reading": lambda: (self.card("reading", "reading", fields.reading_options(self.reading)),),
            "credit_notes": lambda: (self.card("credit_notes", "credit_notes", fields.credit_notes()),),
            "update": lambda: (
                self.card("update", "update", fields.status_update(self.session), after=_not_served),
            ),
        }  # fmt: skip
        return [
            Block(
                key=key, title=translate(f"import_settings.block.{key}"), build=build, state=partial(self.state, key)
            )
            for key, build in builders.items()
            if key != "update" or functions.is_on(self.session.profile.functions, "orders", "updates")
        ]  # fmt: skip

    def _statuses(self) -> Sequence[ipywidgets.DOMWidget]:
        return (self.table("statuses", STATUSES),)

    def _window(self) -> Html:
        """What the chosen period means today."""
        own = next(iter(self.cards.get("period", [])), None)
        text = own.form.text("orders.period") if own else self.session.profile.orders.period.value
        if text not in {p.value for p in Period}:
            return Html("")
        zone = self.session.profile.timezone
        first, after = periods.window(Period(text), datetime.now(UTC), zone)
        local = ZoneInfo(zone)
        if first is None:
            sentence = translate("import_settings.window_all")
        elif after is None:
            sentence = translate("import_settings.window", {"first": first.astimezone(local).strftime(DAY)})
        else:
            last = (after - timedelta(seconds=1)).astimezone(local)
            days = {"first": first.astimezone(local).strftime(DAY), "last": last.strftime(DAY)}
            sentence = translate("import_settings.window_between", days)
        return tag("p", icon("calendar", "s"), " ", sentence, class_="sm t2", role="status")


def _not_served() -> Html:
    return tag("p", icon("info", "s"), " ", translate("import_settings.not_served_update"), class_="cap")
