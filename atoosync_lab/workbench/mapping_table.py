"""The mapping table of every page: what one side has, how often it was used, what it becomes, and where it stands.

Head (filters, search, defaults), table and save bar are one card. All that is decided here stands in `map_draft`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from atoosync_lab.kit import formats
from atoosync_lab.kit.choices import Choice
from atoosync_lab.kit.grid import Column, Grid
from atoosync_lab.kit.grid import Kind as Look
from atoosync_lab.kit.markup import Html
from atoosync_lab.kit.stack import Stack
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs import refreshing
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.workbench import mapping_parts as parts
from atoosync_lab.workbench.map_draft import MapDraft
from atoosync_lab.workbench.mapping_effect import Comparison, compare
from atoosync_lab.workbench.mapping_rows import Kind, MapSpec, State, Target
from atoosync_lab.workbench.usage import Usage

Shown = dict[str, dict[str, str]]

_LOOKS: Mapping[str, Look] = {"num": "num", "strong": "strong", "mono": "mono", "text": "text"}
"""Kinds of the columns that are read."""
STANDING = "standing"
"""Column of a row's state; a map may have a column of its own called `state`."""
_WIDTHS: Mapping[str, int] = {"rate": 88, "code": 90, "id": 70, "id_shown": 58}


class MappingTable:
    """A map of the profile as a card.

    Args:
        session: the opened profile.
        spec: the map.
        counts: usage already counted, shared by the maps of a page; None: counted here.
        on_saved: called after each save.
    """

    def __init__(
        self,
        session: Session,
        spec: MapSpec,
        counts: Usage | None = None,
        on_saved: Callable[[], None] = lambda: None,
    ) -> None:
        self.session = session
        self.draft = MapDraft(session, spec, counts)
        self.spec = spec = self.draft.spec
        self._on_saved = on_saved
        self._filter, self._search = "all", ""
        self._bulk = {t.column: "" for t in spec.targets if t.kind is not Kind.CHOICE or not t.default}
        self._said: Message | None = None
        self._effect: Comparison | None = None
        self._shown: Shown = {}
        """What the table started from when its rows were last shown."""
        self._touched: set[str] = set()
        self.grid = Grid(
            self._columns(),
            self._rows(),
            key="id",
            label=translate(f"map.{spec.name}.title"),
            select=True,
            choices=self._choices(),
            actions={t.column: translate(f"map.{spec.name}.reread") for t in spec.targets if t.kind is Kind.CHOICE},
            on_change=self._changed,
            on_select=lambda _: self.paint(),
            on_action=self.reread,
            empty=translate("map.no_data"),
            filters=True,
        )
        self.head = View(
            self._head_html(),
            {"filter": self._show, "apply": self._apply, "certain": self._certain, "lists": self.reread,
             "bulk": self._apply_bulk, "none": self._none},
            on_field=self._typed,
        )  # fmt: skip
        self.foot = View(
            self._foot_html(),
            {"save": self._save, "undo": self._undo, "compare": self._compare, "reread": self._reread,
             "take": self._take},
        )  # fmt: skip
        self.widget = Stack(self.head, self.grid, self.foot, joined=True)
        self.widget.add_class("at-map")

    @property
    def todo(self) -> int:
        """Rows that have no answer though they need one, and rows whose answer has gone."""
        return todo(self.draft)

    def paint(self) -> None:
        """Show head and foot again, where they changed."""
        for view, html in ((self.head, self._head_html()), (self.foot, self._foot_html())):
            if html != view.html:
                view.show(html)

    def reload(self) -> None:
        """Take the profile as it is saved now, for example after another block saved; what was chosen stays."""
        self.draft.load()
        self._repaint(lists=True)

    def save(self) -> bool:
        """Save; whether it was saved. Whatever goes wrong is shown, and nothing chosen is lost."""
        saved = self.draft.save()
        if saved:
            self._drop_effect()
            self._on_saved()
        self._repaint()
        return saved

    def reread(self, _: str = "") -> None:
        """Read the lists of both sides again into the profile (SVC-06)."""
        try:
            found = refreshing.refresh(
                self.session.workspace, self.session.profile_id, who=whoami(), sides=self.spec.reread
            )
        except AtooSyncError as error:
            self._said = error.message
            self.paint()
            return
        counts = {"added": sum(map(len, found.added.values())), "gone": sum(map(len, found.gone.values()))}
        self._said = Message("map.lists_read", {k: formats.number(v) for k, v in counts.items()})
        self.reload()

    # What the browser sends.

    def _changed(self, changes: Mapping[str, Mapping[str, str]]) -> None:
        """Choices made in the table since its rows were shown; one taken back is no longer among them."""
        rows = self._touched | set(changes)
        for row_id in rows & self._shown.keys():
            for target in self.spec.targets:
                if target.kind is not Kind.TEXT:
                    start = self._shown[row_id].get(target.column, "")
                    self.draft.set(row_id, target.column, changes.get(row_id, {}).get(target.column, start))
        self._touched = set(changes)
        self._drop_effect()
        self._patch(tuple(rows))

    def _show(self, wanted: str) -> None:
        if wanted in parts.FILTERS:
            self._filter = wanted
            self._repaint()

    def _typed(self, name: str, value: str) -> None:
        kind, _, rest = name.partition(":")
        if kind == "search":
            self._search = value.strip()
            self.grid.search(self._search)
        elif kind == "default" and self.draft.set_default(rest, value):
            self._drop_effect()
            self._patch(None)
        elif kind == "bulk" and rest in self._bulk:
            self._bulk[rest] = value.strip()

    def _apply(self, column: str) -> None:
        target = self.spec.target(column)
        if target is not None and target.default:
            self._give(target, self.draft.default(target))

    def _apply_bulk(self, column: str) -> None:
        target = self.spec.target(column)
        if target is not None and column in self._bulk:
            self._give(target, self._bulk[column])

    def _none(self, _: str) -> None:
        """« Aucun »: the checked rows go out of the map."""
        for target in self.spec.targets:
            if target.kind is Kind.CHOICE:
                self._give(target, "")

    def _give(self, target: Target, value: str) -> None:
        self.draft.apply(target.column, value, self.selected)
        self._drop_effect()
        self._patch(None)

    def _certain(self, _: str) -> None:
        done = self.draft.relate_certain(self.selected or None)
        self._said = Message("map.related", {"count": formats.number(done)}) if done else Message("map.none_certain")
        self._drop_effect()
        self._patch(None)

    def _save(self, _: str) -> None:
        self.save()

    def _undo(self, _: str) -> None:
        self.draft.undo()
        self._said = None
        self._drop_effect()
        self._repaint(lists=True)

    def _reread(self, _: str) -> None:
        self.draft.reread()
        self._repaint(lists=True)

    def _take(self, row_id: str) -> None:
        """Take what the other saved for a row."""
        if row_id in self.draft.theirs.rows:
            self.draft.changes.pop(row_id, None)
            del self.draft.theirs.rows[row_id]
            self._repaint()

    def _compare(self, _: str) -> None:
        self._drop_effect()
        self._effect = compare(self.session, self.draft)
        self.paint()

    def _drop_effect(self) -> None:
        self._effect = None

    # The table.

    @property
    def selected(self) -> list[str]:
        """Checked rows."""
        return [row_id for row_id in self.grid.selected if row_id in self.draft.rows]

    def _columns(self) -> list[Column]:
        spec = self.spec
        columns = [
            Column(
                name, translate(title), kind=_LOOKS[kind], filter=True, width=_WIDTHS.get(name),
                optional=kind in ("mono", "text"),
            )
            for name, title, kind in spec.heads
        ]  # fmt: skip
        if self.draft.counts_usage:
            columns.append(Column("used", translate(spec.used), kind="num", width=156, optional=True))
        for target in spec.targets:
            # A typed column is filled in from the bar above; in the table it is read.
            kind: Look = "text" if target.kind is Kind.TEXT else "choice"
            columns.append(
                Column(
                    target.column,
                    translate(target.title),
                    kind=kind,
                    width=target.width,
                    filter=True if kind == "text" else "list",
                    optional=target.optional or target.kind is not Kind.CHOICE,
                    choices=target.column if kind == "choice" else "",
                    placeholder=translate(target.placeholder or "map.no") if kind == "choice" else "",
                )
            )
        columns.append(Column(STANDING, translate("map.head.state"), kind="pill", width=148, filter="list"))
        return columns

    def _choices(self) -> dict[str, Sequence[Choice]]:
        found: dict[str, Sequence[Choice]] = {}
        for target in self.spec.targets:
            if target.kind is Kind.CHOICE:
                found[target.column] = (Choice("", translate("map.none")), *self._listed(target))
            elif target.kind is Kind.SWITCH:
                found[target.column] = (Choice("1", translate("map.yes")), Choice("", translate("map.no")))
        return found

    def _listed(self, target: Target) -> list[Choice]:
        """What may be chosen; what the map still names and the system has lost is shown, under its own head."""
        known = self.draft.known.get(target.column, {})
        listed = [Choice(o.value, o.label, o.note) for o in known.values() if o.value and not o.gone]
        named = dict.fromkeys(cells.get(target.column, "") for cells in self.draft.saved.values())
        lost = [value for value in named if value and (value not in known or known[value].gone)]
        group = translate("map.state.gone")
        return [*listed, *(Choice(v, known[v].label if v in known else v, group=group) for v in lost)]

    def _rows(self) -> list[dict[str, Any]]:
        wanted = self.draft.rows_in(self._filter)
        self._shown = {row_id: self.draft.values(row_id) for row_id in wanted}
        return [self._row(row_id) for row_id in wanted]

    def _row(self, row_id: str) -> dict[str, Any]:
        row = self.draft.rows[row_id]
        cells: dict[str, Any] = {"id": row_id, **row.cells, **self._cells(row_id)}
        if row.rate is not None:
            cells["rate__sort"] = int(row.rate * 10_000)
        if self.draft.counts_usage:
            cells["used"] = self.draft.used(row_id)
        for target in self.spec.targets:
            if target.kind is Kind.CHOICE and (first := self.draft.suggestions(row_id, target.column)):
                cells[f"{target.column}__first"] = first
                if self.spec.rated:
                    cells[f"{target.column}__why"] = translate("map.same_rate")
        return cells

    def _cells(self, row_id: str) -> dict[str, Any]:
        """What changes while one works."""
        values, now = self.draft.values(row_id), self.draft.state(row_id)
        missing = {
            f"{t.column}__missing": now is State.MISSING and not values.get(t.column)
            for t in self.spec.targets
            if t.kind is Kind.CHOICE and t.required
        }
        return {**values, **missing, STANDING: parts.state_cell(self.spec, now)}

    def _patch(self, row_ids: Sequence[str] | None) -> None:
        """Show changed rows in place: nothing moves under the hand."""
        wanted = row_ids if row_ids is not None else list(self._shown)
        self.grid.patch({row_id: self._cells(row_id) for row_id in wanted if row_id in self._shown})
        self._touched = set(self.grid.changes)
        self._tell()

    def _repaint(self, *, lists: bool = False) -> None:
        if lists:
            for name, choices in self._choices().items():
                self.grid.set_choices(name, choices)
        self.grid.show(self._rows())
        self._touched = set()
        self.grid.search(self._search)
        self._tell()

    def _tell(self) -> None:
        errors = {row_id: str(message) for row_id, message in self.draft.errors.items()}
        for row_id, cells in self.draft.theirs.rows.items():
            theirs = ", ".join(parts.label_of(self.draft, column, value) for column, value in cells.items())
            errors.setdefault(row_id, translate("form.theirs", {"value": theirs}))
        self.grid.errors = errors
        self.paint()

    def _head_html(self) -> Html:
        selected = self.selected if hasattr(self, "grid") else []
        return parts.head(self.draft, self._filter, self._search, selected, self._bulk, self._said)

    def _foot_html(self) -> Html:
        return parts.foot(self.draft, self._effect)


def todo(draft: MapDraft) -> int:
    """Rows that have no answer though they need one, and rows whose answer has gone."""
    return sum(draft.state(row_id) in (State.MISSING, State.GONE) for row_id in draft.order)
