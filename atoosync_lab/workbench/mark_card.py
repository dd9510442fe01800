"""The date of a flow's last transfer: kept by each run, moved by a person, with what a move sends again (ART-12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.form import Field, FieldError, Form
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.settings.base import BEGINNING
from atoosync_lab.store.marks import Mark

Count = Callable[[datetime], Html | None]
"""What an earlier or later date would send, as a sentence; None: nothing was read to tell it."""

_RUN = "plan "
"""Beginning of the name under which a run moves a mark."""


class MarkCard:
    """The card of one mark.

    Args:
        session: the opened profile.
        flow: flow whose mark it is: `articles`, `article-status`, `stocks` or `prices`.
        count: says what is due from a moment on.
        used: whether the profile looks at the mark at all; a card of an unused one says so.
    """

    def __init__(self, session: Session, flow: str, *, count: Count, used: Callable[[], bool]) -> None:
        self.session, self.flow = session, flow
        self._count, self._used = count, used
        self._mark = self._read()
        self.field = Field(f"mark.{flow}", "date", "mark.date", "mark.help", check=self._possible)
        self.form = Form((self.field,), {self.field.name: self._day()})
        self._failure: Message | None = None
        self._saved = False
        self.view = View(
            self.html(), {"save": self._save, "undo": self._undo, "everything": self._everything}, on_field=self._typed
        )

    @property
    def at(self) -> datetime:
        """The saved moment; the beginning of time, as we count it, when there is none."""
        return self._mark.at if self._mark else BEGINNING

    def wanted(self) -> datetime:
        """The moment on screen; the saved one where nothing was typed or the entry is wrong."""
        day = self.form.peek()[self.field.name]
        if not isinstance(day, date) or day == self._day():
            return self.at
        return datetime.combine(day, time(), ZoneInfo(self.session.profile.timezone))

    def html(self) -> Html:
        """The card as it stands."""
        head = tag("div", tag("h2", translate("mark.title", {"flow": words.flow_title(self.flow)})), class_="card-h")
        row = self.form.row(self.field.name, beside=self._due(), enter="save")
        unused = None if self._used() else tag("p", icon("info", "s"), " ", translate("mark.unused"), class_="help")
        body = tag(
            "div", tag("p", self._set_by(), class_="sub"), unused, tag("div", row, class_="fields"), class_="card-b"
        )
        return tag("section", head, body, self._bar(), class_="card form-card")

    def paint(self) -> None:
        """Show the card again if anything changed."""
        html = self.html()
        if html != self.view.html:
            self.view.show(html)

    def reload(self) -> None:
        """Read the mark again; what was typed stays."""
        self._mark = self._read()
        self.form.rebase({self.field.name: self._day()})
        self.paint()

    def _typed(self, name: str, text: str) -> None:
        if self.form.set(name, text):
            self._failure, self._saved = None, False
            self.paint()

    def _undo(self, _: str) -> None:
        self.form.reset()
        self._failure, self._saved = None, False
        self.reload()

    def _everything(self, _: str) -> None:
        self._typed(self.field.name, BEGINNING.date().isoformat())

    def _save(self, _: str) -> None:
        if not self.form.dirty() or self.form.errors():
            self.paint()
            return
        try:
            wanted = self.wanted()
            found = self._read()
            if found != self._mark:
                # A run ended, or somebody moved it: what was typed stays, the new date is shown first.
                self._mark = found
                self.form.rebase({self.field.name: self._day()})
                self._failure = Message("mark.moved", {"at": self._moment(self.at)})
                self.paint()
                return
            self.session.workspace.marks.set(self.session.profile_id, self.flow, wanted.astimezone(UTC), who=whoami())
        except AtooSyncError as error:
            self._failure = error.message
            self.paint()
            return
        self.form.reset()
        self._saved, self._failure = True, None
        self.reload()

    def _read(self) -> Mark | None:
        marks = self.session.workspace.marks.list(self.session.profile_id)
        return next((mark for mark in marks if mark.flow == self.flow), None)

    def _day(self) -> date:
        return self.at.astimezone(ZoneInfo(self.session.profile.timezone)).date() if self._mark else BEGINNING.date()

    def _moment(self, at: datetime) -> str:
        return formats.moment(at, self.session.profile.timezone)

    def _set_by(self) -> str:
        if self._mark is None:
            return translate("mark.never")
        facts = {"at": self._moment(self._mark.at), "set_at": self._moment(self._mark.set_at), "who": self._mark.who}
        return translate("mark.by_run" if self._mark.who.startswith(_RUN) else "mark.by_person", facts)

    def _due(self) -> Html | None:
        everything = tag(
            "button", translate("mark.everything"), type="button", class_="btn btn-q btn-s",
            data_at_do="everything", data_at_key=f"everything-{self.flow}",
        ) if self.wanted() > BEGINNING else None  # fmt: skip
        return tag("div", self._count(self.wanted()), everything, class_="row wrap")

    def _bar(self) -> Html:
        said: Html | None = None
        if self._failure is not None:
            said = tag("span", icon("barred", "s"), " ", str(self._failure), class_="fg-block")
        elif self._saved:
            said = tag("span", icon("tick", "s"), " ", translate("mark.saved"), class_="fg-create")
        status = tag("div", said, class_="grow", role="status", aria_live="polite")
        if not self.form.dirty():
            return tag("div", status, class_="card-f form-bar" if said else "form-bar quiet")
        undo = tag(
            "button", translate("form.undo"), type="button", class_="btn btn-q", data_at_do="undo", data_at_key="undo"
        )
        save = tag(
            "button", translate("mark.save"), type="button", class_="btn btn-1", data_at_do="save", data_at_key="save"
        )
        return tag("div", status, undo, save, class_="card-f form-bar")

    def _possible(self, day: date | None) -> None:
        """A date to come would leave out everything, without a word."""
        if day is not None and day > datetime.now(ZoneInfo(self.session.profile.timezone)).date():
            raise FieldError("mark.ahead")
        if day is not None and day < BEGINNING.date():
            raise FieldError("mark.too_early")
