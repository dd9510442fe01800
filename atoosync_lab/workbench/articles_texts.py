"""The text map: which ERP field fills which shop text, language by language, chosen beside what a real article holds
(ART-06, ART-07).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from atoosync_lab.kit import formats
from atoosync_lab.kit.choices import Choice
from atoosync_lab.kit.grid import Column, Grid, Row
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.stack import Stack
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.model.reference_lists import ListItem
from atoosync_lab.runs import refreshing
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.workbench import articles_fields
from atoosync_lab.workbench.articles_reading import Reading
from atoosync_lab.workbench.likeness import likeness
from atoosync_lab.workbench.settings_form import OnSaved, SettingsCard

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ALIKE = 0.82
"""Likeness of two names from which one field is suggested first."""


class TextsCard(SettingsCard):
    """The map as a card: languages, table, save bar. What was chosen in one language stays while another is shown.

    Args:
        session: the opened profile.
        reading: what the last capture says.
        on_saved: called with the profile after each save.
    """

    def __init__(self, session: Session, reading: Reading, on_saved: OnSaved | None = None) -> None:
        self._reading = reading
        self._languages = articles_fields.languages(session)
        self._shown = ""
        """Language on show; empty: the main one."""
        self._said: Message | None = None
        self._choices = articles_fields.erp_fields(session, reading)
        fields = [*articles_fields.texts(session, reading)]
        for language in self._languages[1:]:
            fields += articles_fields.texts(session, reading, language.id)
        super().__init__(session, translate("articles.texts.title"), fields, on_saved=on_saved)
        self.grid = Grid(
            self._columns(),
            self._rows(),
            label=self.title,
            choices={"field": self._choices},
            actions={"field": translate("articles.texts.reread")},
            on_change=self._changed,
            on_action=self._read_again,
        )
        # The list's first group holds names alike here, not equal rates.
        self.grid.texts = {**self.grid.texts, "first": translate("articles.texts.first")}
        self.head = View(self._head(), {"language": self._show})
        self.widget = Stack(self.head, self.grid, self.view, joined=True)
        self.widget.add_class("at-map")
        self._tell()

    def html(self) -> Html:
        """The foot of the card: who saved meanwhile, and the save bar."""
        theirs = [
            tag("div", tag("span", self._label(name), class_="b"), self._their_value(name), class_="row wrap")
            for name in self._theirs
        ]
        beside = tag("div", *theirs, class_="card-b") if theirs else None
        return tag("section", self._banner(), beside, self._bar(), class_="map-foot form-card")

    def paint(self) -> None:
        """Show table and bars again, where they changed."""
        super().paint()
        if hasattr(self, "grid"):
            self._tell()

    # What the browser sends.

    def _changed(self, _: Mapping[str, Mapping[str, str]]) -> None:
        """Take what the table says now; it counts from when its rows were shown, the form from what is saved."""
        for name, value in self.grid.values("field").items():
            if value != self.form.text(name):
                self.form.set(name, value)
        if self._state != "conflict":
            self._state, self._failure = "", None
        self.paint()

    def _show(self, language: str) -> None:
        if language in {item.id for item in self._languages[1:]} | {""}:
            self._shown = language
            self._repaint()

    def _read_again(self, _: str) -> None:
        """Read the ERP's lists again into the profile (SVC-06)."""
        try:
            found = refreshing.refresh(self.session.workspace, self.session.profile_id, who=whoami(), sides=("erp",))
        except AtooSyncError as error:
            self._said = error.message
        else:
            added = sum(map(len, found.added.values()))
            self._said = Message("articles.texts.lists_read", {"count": formats.number(added)})
            self._reading.again()
            self._choices = articles_fields.erp_fields(self.session, self._reading)
            self.grid.set_choices("field", self._choices)
            self.reload()
        self._repaint()

    def _undo(self, value: str) -> None:
        super()._undo(value)
        self._repaint()

    def _reread(self, value: str) -> None:
        super()._reread(value)
        self._repaint()

    def _take(self, value: str) -> None:
        super()._take(value)
        self._repaint()

    def _save(self, value: str) -> None:
        super()._save(value)
        if self._state == "saved":
            self._repaint()

    # The table.

    def _fields_shown(self) -> list[str]:
        place = f"{articles_fields.LANGUAGES}.{self._shown}." if self._shown else f"{articles_fields.TEXTS}."
        return [field.name for field in self.form.fields if field.name.startswith(place)]

    def _columns(self) -> Sequence[Column]:
        return (
            Column("text", translate("articles.texts.head.text"), kind="strong", width=190, sort=False),
            Column(
                "field", translate("articles.texts.head.field"), kind="choice", choices="field",
                placeholder=translate("articles.none"), width=290, sort=False,
            ),
            Column("sample", translate("articles.texts.head.sample"), kind="note", optional=True, sort=False),
            Column("state", translate("articles.texts.head.state"), kind="pill", width=140, sort=False),
        )  # fmt: skip

    def _rows(self) -> list[Row]:
        return [{"id": name, "text": self._label(name), **self._cells(name)} for name in self._fields_shown()]

    def _cells(self, name: str) -> dict[str, str | Sequence[str]]:
        value = self.form.text(name)
        chosen = next((choice for choice in self._choices if choice.value == value), None)
        return {
            "field": value,
            "field__first": self._suggested(name),
            "sample": chosen.sample if chosen and value else "",
            "state": self._row_state(name, chosen),
        }

    def _row_state(self, name: str, chosen: Choice | None) -> str:
        """Look, icon and word of the table's pill."""
        if name in self.form.dirty_names():
            return f"update|pencil|{translate('articles.texts.state.changed')}"
        if not self.form.text(name):
            return f"skip|dash|{translate('articles.texts.state.none')}"
        if chosen is None:
            return f"block|barred|{translate('articles.texts.state.gone')}"
        return f"create|tick|{translate('articles.texts.state.mapped')}"

    def _suggested(self, name: str) -> tuple[str, ...]:
        """Fields whose name is like the text's: `xx_MetaTitle` for « Meta Title »."""
        names = (self._label(name), name.rpartition(".")[2])
        scores = [(likeness(names, choice.label, _spoken(choice.value)), choice.value) for choice in self._choices[1:]]
        return tuple(value for score, value in sorted(scores, key=lambda pair: -pair[0]) if score >= _ALIKE)[:3]

    def _label(self, name: str) -> str:
        return translate(self.form.field(name).label)

    def _repaint(self) -> None:
        self.grid.show(self._rows())
        self.paint()

    def _tell(self) -> None:
        cells = {name: self._cells(name) for name in self._fields_shown()}
        self.grid.patch({name: {"sample": c["sample"], "state": c["state"]} for name, c in cells.items()})
        self.grid.errors = {name: text for name in cells if (text := self._trouble(name))}
        head = self._head()
        if head != self.head.html:
            self.head.show(head)

    def _trouble(self, name: str) -> str:
        """What stands below a row: what is wrong with its field, or that its list has lost it."""
        error = self.form.error(name)
        if error is not None:
            return str(error)
        field = self.form.field(name)
        text = self.form.text(name)
        gone = field.gone(text) if field.gone is not None and text else None
        if gone is not None:
            return str(gone)
        needed = name == f"{articles_fields.TEXTS}.name" and not text
        return translate("articles.texts.name_needed") if needed else ""

    # The head.

    def _head(self) -> Html:
        title = tag(
            "div",
            tag("h2", self.title),
            tag("p", self._note(), class_="sm t2", style="margin-top:2px"),
            class_="grow",
        )
        told = tag("p", icon("info", "s"), " ", str(self._said), class_="sm") if self._said else None
        status = tag("div", told, role="status", aria_live="polite", style="padding:0 20px" if told else None)
        chips = [self._chip(item, item.id if number else "") for number, item in enumerate(self._languages)]
        tools = tag("div", *chips, class_="tools", role="group", aria_label=translate("articles.texts.languages"))
        top = tag("div", title, class_="card-h", style="padding-top:16px")
        return tag("section", top, status, tools if len(chips) > 1 else None, class_="map-head")

    def _note(self) -> str:
        if self._shown:
            return translate("articles.card.language_note")
        sample = self._reading.sample
        if sample is None:
            return translate("articles.card.texts_no_sample")
        at = formats.moment(sample.at, self._base.timezone)
        return translate("articles.card.texts_note", {"reference": sample.reference, "at": at})

    def _chip(self, language: ListItem, key: str) -> Html:
        place = f"{articles_fields.LANGUAGES}.{key}." if key else f"{articles_fields.TEXTS}."
        names = [field.name for field in self.form.fields if field.name.startswith(place)]
        mapped = sum(1 for name in names if self.form.text(name))
        on = key == self._shown
        unsaved = icon("pencil") if any(name in self.form.dirty_names() for name in names) else None
        return tag(
            "button", unsaved, language.label, tag("b", f"{mapped} / {len(names)}"), type="button",
            class_="chip on" if on else "chip", aria_pressed="true" if on else "false", data_at_do="language",
            data_at_value=key, data_at_key=f"language-{key}",
        )  # fmt: skip


def _spoken(column: str) -> str:
    """A technical name as words: `xx_MetaTitle` -> `Meta Title`."""
    return _CAPITAL.sub(" ", column.removeprefix("xx_"))
