"""The profiles of the workbench: open, rename, make default, duplicate, delete (SVC-03).

One row asks at a time; what it asks for stands in the row itself, and a final act is asked by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.form import Field, FieldError, Form
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs import creating
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.store.profiles import ProfileEntry

OnChosen = Callable[[str | None], bool]
"""Opens a profile; says whether it did. None: no profile is left."""

Asking = Literal["", "rename", "duplicate", "delete", "leave"]


class ProfileList:
    """The list, with the profile that is open marked.

    Args:
        workspace: the workbench.
        current: id of the open profile; None: there is none.
        open_profile: opens another one; may refuse because something is unsaved.
        new_profile: opens the wizard.
        leave: opens another one whatever is unsaved.
    """

    def __init__(
        self,
        workspace: Workspace,
        current: str | None,
        *,
        open_profile: OnChosen,
        new_profile: Callable[[], None],
        leave: Callable[[str], None],
    ) -> None:
        self._workspace, self.current = workspace, current
        self._open_profile, self._new_profile, self._leave = open_profile, new_profile, leave
        self._asking: Asking = ""
        self._row = ""
        self._form: Form | None = None
        self._error: Message | None = None
        self._said: Message | None = None
        self.view = View(
            self.html(),
            {
                "open": self._open,
                "new": lambda _: self._new_profile(),
                "default": self._default,
                "rename": lambda row: self._ask("rename", row),
                "duplicate": lambda row: self._ask("duplicate", row),
                "delete": lambda row: self._ask("delete", row),
                "keep": lambda _: self._ask("", ""),
                "yes": lambda _: self._do(),
            },
            on_field=self._typed,
        )

    def paint(self) -> None:
        """Show the list again if anything changed."""
        html = self.html()
        if html != self.view.html:
            self.view.show(html)

    def html(self) -> Html:
        """The card of the list."""
        entries = self._workspace.profiles.list()
        head = tag(
            "div",
            tag("h2", translate("profiles.title")),
            tag(
                "button", icon("plus"), translate("profiles.new"), type="button", class_="btn btn-s", data_at_do="new",
                data_at_key="new",
            ),
            class_="card-h",
        )  # fmt: skip
        status = tag("p", str(self._said) if self._said else "", class_="sr", role="status", aria_live="polite")
        wrong = words.banner("block", tag("p", str(self._error))) if self._error is not None else None
        if not entries:
            body = tag("p", translate("profiles.none"), class_="card-b sub")
        else:
            body = tag("ul", *[self._entry(entry) for entry in entries], class_="profiles")
        return tag("section", head, wrong, status, body, class_="card")

    # What the page's controls call.

    def _ask(self, asking: Asking, row: str) -> None:
        self._asking, self._row, self._error, self._said = asking, row, None, None
        self._form = None
        entry = self._find(row)
        if asking and entry is None:
            self._asking = ""
        elif entry is not None and asking in ("rename", "duplicate"):
            names = [other.name for other in self._workspace.profiles.list()]
            start = entry.name
            if asking == "duplicate":
                start = translate("profiles.copy_of", {"name": entry.name})
                while start in names:
                    start = translate("profiles.copy_of", {"name": start})
            field = Field("name", "text", "profiles.field.name", max_length=100, required=True, check=self._is_free)
            self._form = Form([field], {"name": start})
        self.paint()

    def ask_to_leave(self, row: str) -> None:
        """Ask before another profile is opened while something is unsaved."""
        self._ask("leave", row)

    def _is_free(self, name: str) -> None:
        others = self._workspace.profiles.list()
        if self._asking == "rename":
            others = [other for other in others if other.id != self._row]
        if any(other.name.casefold() == name.casefold() for other in others):
            raise FieldError("wizard.name.taken", name=name)

    def _typed(self, name: str, text: str) -> None:
        if self._form is not None and self._form.set(name, text):
            self.paint()

    def _open(self, row: str) -> None:
        if self._find(row) is not None and row != self.current and self._open_profile(row):
            self.current = row
            self._ask("", "")

    def _default(self, row: str) -> None:
        self._try(lambda: self._workspace.profiles.set_default(row), "profiles.said.default", row)

    def _do(self) -> None:
        """What was asked for is confirmed."""
        row, form = self._row, self._form
        name = ""
        if form is not None:
            try:
                name = form.values()["name"]
                self._is_free(name)
            except FieldError as error:
                form.refuse({"name": error.message})
                self.paint()
                return
        profiles, who = self._workspace.profiles, whoami()
        if self._asking == "rename":
            self._try(lambda: profiles.rename(row, name, who=who), "profiles.said.renamed", row)
        elif self._asking == "duplicate":
            new_id = creating.slug(name, [entry.id for entry in profiles.list()])
            self._try(lambda: profiles.duplicate(row, new_id, name, who=who), "profiles.said.duplicated", row)
        elif self._asking == "delete":
            if self._try(lambda: profiles.delete(row, who=who), "profiles.said.deleted", row) and row == self.current:
                self.current = profiles.default()
                self._leave(self.current or "")
        elif self._asking == "leave":
            self._leave(row)
            self.current = row
            self._ask("", "")

    def _try(self, act: Callable[[], object], said: str, row: str) -> bool:
        entry = self._find(row)
        if entry is None:
            return False
        try:
            act()
        except AtooSyncError as error:
            self._error = error.message
            self.paint()
            return False
        self._ask("", "")
        self._said = Message(said, {"name": entry.name})
        self.paint()
        return True

    def _find(self, row: str) -> ProfileEntry | None:
        return next((entry for entry in self._workspace.profiles.list() if entry.id == row), None)

    # Pieces of the page.

    def _entry(self, entry: ProfileEntry) -> Html:
        is_open = entry.id == self.current
        zone = self._workspace.profiles.get(entry.id).timezone
        marks = join(
            tag("span", icon("star"), translate("profiles.is_default"), class_="pill run")
            if entry.is_default
            else None,
            tag("span", icon("tick"), translate("profiles.is_open"), class_="pill create") if is_open else None,
        )
        facts = translate(
            "profiles.facts",
            {
                "kind": translate(f"wizard.kind.{entry.kind}"),
                "erp": words.system_name(entry.erp),
                "shop": words.system_name(entry.shop),
                "at": formats.moment(entry.updated_at, zone),
            },
        )
        buttons = [
            None if is_open else self._button("open", entry, "folder"),
            None if entry.is_default else self._button("default", entry, "star"),
            self._button("rename", entry, "pencil"),
            self._button("duplicate", entry, "copy"),
            self._button("delete", entry, "trash"),
        ]
        return tag(
            "li",
            tag(
                "div",
                tag("div", tag("strong", entry.name), marks, class_="row wrap"),
                tag("div", facts, class_="sm t2"),
                class_="grow",
            ),
            tag("div", *buttons, class_="row wrap"),
            self._question(entry) if self._row == entry.id and self._asking else None,
            data_profile=entry.id,
        )

    def _button(self, act: str, entry: ProfileEntry, shape: str) -> Html:
        word = translate(f"profiles.{act}")
        return tag(
            "button", icon(shape, "s"), word, type="button", class_="btn btn-q btn-s", data_at_do=act,
            data_at_value=entry.id, data_at_key=f"{act}-{entry.id}", aria_label=f"{word} : {entry.name}",
        )  # fmt: skip

    def _question(self, entry: ProfileEntry) -> Html:
        """What the row asks before it acts."""
        facts = {"name": entry.name}
        danger = self._asking in ("delete", "leave")
        parts: list[Html] = []
        if danger:
            parts.append(tag("p", translate(f"profiles.ask.{self._asking}", facts), class_="b"))
        parts.append(tag("p", translate(f"profiles.ask.{self._asking}.help", facts), class_="sm t2"))
        if self._form is not None:
            parts.append(self._form.row("name", enter="yes"))
        yes = tag(
            "button", translate(f"profiles.yes.{self._asking}"), type="button",
            class_="btn btn-s btn-d" if danger else "btn btn-s", data_at_do="yes", data_at_key="yes",
        )  # fmt: skip
        no = tag(
            "button", translate("profiles.keep" if danger else "profiles.close"), type="button",
            class_="btn btn-s" if danger else "btn btn-q btn-s", data_at_do="keep", data_at_key="keep",
        )  # fmt: skip
        order = (no, yes) if danger else (yes, no)
        return tag(
            "div", *parts, tag("div", *order, class_="row wrap", style="margin-top:8px"), class_="asks", role="group"
        )
