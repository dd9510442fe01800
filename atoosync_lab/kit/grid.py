"""The one table in which people compare and choose: sorted, searched, checked, edited in the browser, also by keyboard.

Rows travel once, as compact JSON; the browser sends back only what was chosen and checked. Nothing it sends is taken on
trust: unknown rows, columns and values are dropped here.

A row is a mapping of column names to texts, numbers, booleans or None. Beside a column `tax` it may hold `tax__note` (a
second line), `tax__sort` (what it is ordered by), `tax__first` (values to suggest first), `tax__why` (their title, as
« Même taux ») and `tax__missing` (a choice that must be made is still empty).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import anywidget
import traitlets

from atoosync_lab.kit.choices import Choice, label_of
from atoosync_lab.kit.icons import NAMES, icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.view import failure, styles
from atoosync_lab.model.i18n import current_language, translate

_HERE = Path(__file__).resolve().parent

Cell: TypeAlias = str | int | bool | Sequence[str] | None
Row: TypeAlias = Mapping[str, Cell]
Changes: TypeAlias = dict[str, dict[str, str]]
Kind = Literal["text", "num", "mono", "strong", "pill", "choice", "note"]

COPY_ROWS = 200
"""Rows that an executed copy shows."""
_OVERLAY_ROWS = 500
"""Rows changed one by one; beyond, all rows travel again."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        name: key of the rows.
        title: its head.
        kind: how a cell looks. `pill`: the text is `look|icon|word`; `choice`: a list opens in the cell.
        width: pixels; None: what is left, shared.
        optional: left out where the page is narrow.
        filter: can be filtered under its head, where the table has filters; "list": by one of its values.
        choices: name of the lists in `Grid(choices=...)`.
        placeholder: what an empty choice says.
        sort: a press on its head orders the rows.
    """

    name: str
    title: str
    kind: Kind = "text"
    width: int | None = None
    optional: bool = False
    filter: bool | str = False
    choices: str = ""
    placeholder: str = ""
    sort: bool = True


class Grid(anywidget.AnyWidget):
    """A table.

    Args:
        columns: its columns.
        rows: its rows.
        key: column that identifies a row.
        label: what the table holds, for screen readers.
        select: rows can be checked.
        choices: lists for the choice columns, by name.
        actions: last line of a list by name, as « Relire les codes TVA de l'ERP »; pressed, it calls `on_action`.
        on_change: hears all choices made since the rows were shown, after each.
        on_select: hears the checked rows, after each change.
        on_action: hears the name of the list whose last line was pressed.
        height: pixels at most; None: 620.
        empty: sentence shown instead of rows.
        filters: a filter stands under each head whose column asks for it.
    """

    _esm = _HERE / "grid.js"
    _css = styles("grid.css")

    columns: traitlets.List[Any] = traitlets.List().tag(sync=True)
    rows = traitlets.Bytes(b"[]").tag(sync=True)
    overlay = traitlets.Dict().tag(sync=True)
    choices = traitlets.Dict().tag(sync=True)
    changes = traitlets.Dict().tag(sync=True)
    selected: traitlets.List[Any] = traitlets.List().tag(sync=True)
    heard = traitlets.Int(0).tag(sync=True)
    notice = traitlets.Unicode("").tag(sync=True)
    errors = traitlets.Dict().tag(sync=True)
    query = traitlets.Unicode("").tag(sync=True)
    select = traitlets.Bool(False).tag(sync=True)
    filters = traitlets.Bool(False).tag(sync=True)
    height = traitlets.Int(0).tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    empty = traitlets.Unicode("").tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    icons = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Iterable[Row],
        *,
        key: str = "id",
        label: str,
        select: bool = False,
        choices: Mapping[str, Sequence[Choice]] | None = None,
        actions: Mapping[str, str] | None = None,
        on_change: Callable[[Changes], None] | None = None,
        on_select: Callable[[list[str]], None] | None = None,
        on_action: Callable[[str], None] | None = None,
        height: int | None = None,
        empty: str = "",
        filters: bool = False,
    ) -> None:
        self._columns, self._key = tuple(columns), key
        self._choices = {name: tuple(listed) for name, listed in (choices or {}).items()}
        self._actions = dict(actions or {})
        self._on_change, self._on_select, self._on_action = on_change, on_select, on_action
        self._quiet = True
        self._read(rows)
        super().__init__(
            columns=[asdict(column) for column in self._columns],
            rows=self._packed(),
            choices={name: self._listed(name) for name in self._choices},
            select=select,
            filters=filters,
            height=height or 0,
            label=label,
            empty=empty or translate("kit.grid.empty"),
            texts=_texts(),
            icons={name: str(icon(name)) for name in NAMES},
        )
        self._quiet = False
        self.on_msg(self._received)

    # -- what Python shows

    def show(self, rows: Iterable[Row]) -> None:
        """Replace the rows. Checked rows that are still there stay checked; choices made before are forgotten."""
        self._quiet = True
        try:
            self._read(rows)
            with self.hold_sync():
                self.changes, self.overlay, self.errors = {}, {}, {}
                self.rows = self._packed()
                self.selected = [name for name in self.selected if name in self._rows]
        finally:
            self._quiet = False

    def patch(self, changed: Mapping[str, Mapping[str, Cell]]) -> None:
        """Change cells: `{row: {column: value}}`. A choice set here counts among `changes`, as one made by a person."""
        own = {name: {**cells} for name, cells in changed.items() if name in self._rows}
        for name, cells in own.items():
            self._rows[name].update(cells)
        self._note({name: {k: str(v or "") for k, v in cells.items()} for name, cells in own.items()})
        overlay = {name: {**self.overlay.get(name, {}), **cells} for name, cells in own.items()}
        if len(own) > _OVERLAY_ROWS:
            with self.hold_sync():
                self.overlay = {}
                self.rows = self._packed()
        else:
            self.overlay = {**self.overlay, **overlay}

    def set_choices(self, name: str, choices: Sequence[Choice]) -> None:
        """Replace a list, as after it was read again."""
        self._choices[name] = tuple(choices)
        self.choices = {**self.choices, name: self._listed(name)}

    def clear_changes(self) -> None:
        """Forget which choices were made: what stands in the rows now is what they start from."""
        self.show([{**row} for row in self._rows.values()])

    def search(self, text: str) -> None:
        """Show only rows that hold every word of `text` in some column."""
        self.query = text

    def check(self, rows: Iterable[str]) -> None:
        """Check these rows and no others."""
        self.selected = [name for name in rows if name in self._rows]

    def values(self, column: str) -> dict[str, str]:
        """What a column says now, choices made included, by row."""
        return {name: str(row.get(column) or "") for name, row in self._rows.items()}

    # -- what the browser says

    @traitlets.validate("changes")
    def _valid_changes(self, proposal: Mapping[str, Any]) -> Changes:
        given = proposal["value"]
        valid: Changes = {}
        for name, cells in given.items() if isinstance(given, dict) else ():
            if name in self._rows and isinstance(cells, dict):
                own = {k: v for k, v in cells.items() if self._choosable(k, v)}
                if own:
                    valid[name] = own
        return valid

    @traitlets.validate("selected")
    def _valid_selected(self, proposal: Mapping[str, Any]) -> list[str]:
        given = proposal["value"] if self.select or self._quiet else []
        return list(dict.fromkeys(name for name in given if isinstance(name, str) and name in self._rows))

    @traitlets.validate("query")
    def _valid_query(self, proposal: Mapping[str, Any]) -> str:
        return str(proposal["value"])[:500]

    @traitlets.observe("changes")
    def _changed(self, change: Mapping[str, Any]) -> None:
        if self._quiet:
            return
        new, old = change["new"], change["old"] or {}
        overlay = dict(self.overlay)
        for name in {*new, *old}:
            cells = new.get(name, {})
            back = {k: self._starts[name].get(k, "") for k in old.get(name, {}) if k not in cells}
            self._rows[name].update({**back, **cells})
            overlay[name] = {**overlay.get(name, {}), **back, **cells}
        self.overlay = overlay
        if self._on_change is not None:
            self._on_change({name: dict(cells) for name, cells in new.items()})

    @traitlets.observe("selected")
    def _selected(self, change: Mapping[str, Any]) -> None:
        if not self._quiet and self._on_select is not None:
            self._on_select(list(change["new"]))

    def _received(self, _: object, content: Mapping[str, Any], buffers: object) -> None:
        """A message of the browser: all choices made, all checked rows, or a list's last line; else it is dropped."""
        try:
            with self.hold_sync():
                self.heard += 1
                self._dispatch(content.get("do"), content.get("value"))
                self.notice = ""
        except Exception as error:  # noqa: BLE001  a page stays in use whatever one of its actions does
            self.notice = str(failure(error))

    def _dispatch(self, what: object, value: object) -> None:
        if what == "changes" and isinstance(value, dict):
            self.changes = value
        elif what == "selected" and isinstance(value, list):
            self.selected = value
        elif what == "action" and isinstance(value, str) and value in self._actions and self._on_action is not None:
            self._on_action(value)

    # -- inside

    def _read(self, rows: Iterable[Row]) -> None:
        self._rows: dict[str, dict[str, Cell]] = {str(row[self._key]): dict(row) for row in rows}
        edited = [column.name for column in self._columns if column.kind == "choice"]
        self._starts = {name: {k: str(row.get(k) or "") for k in edited} for name, row in self._rows.items()}

    def _packed(self) -> bytes:
        rows = [{**row, "__id": name} for name, row in self._rows.items()]
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()

    def _listed(self, name: str) -> dict[str, Any]:
        listed = [
            {k: v for k, v in asdict(choice).items() if v or k in ("value", "label")} for choice in self._choices[name]
        ]
        return {"choices": listed, "action": self._actions.get(name, "")}

    def _choosable(self, column: str, value: object) -> bool:
        found = next((one for one in self._columns if one.name == column and one.kind == "choice"), None)
        return found is not None and any(choice.value == value for choice in self._choices.get(found.choices, ()))

    def _note(self, cells: Mapping[str, Mapping[str, str]]) -> None:
        """Write choices set by Python among the changes, without telling the page what it did itself."""
        changes = {name: dict(own) for name, own in self.changes.items()}
        for name, own in cells.items():
            for column, value in own.items():
                start = self._starts[name].get(column)
                if start is None:
                    continue
                kept = changes.setdefault(name, {})
                kept.pop(column, None)
                if value != start:
                    kept[column] = value
        self._quiet = True
        try:
            self.changes = {name: own for name, own in changes.items() if own}
        finally:
            self._quiet = False

    @property
    def html(self) -> Html:
        """The rows as a plain table, for executed copies."""
        if not self._rows:
            return tag("div", self.empty, class_="empty")
        heads = [tag("th", column.title, class_="num" if column.kind == "num" else None) for column in self._columns]
        body = [
            tag("tr", *[self._copied(c, row) for c in self._columns]) for row in list(self._rows.values())[:COPY_ROWS]
        ]
        return tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *body), aria_label=self.label)

    def _copied(self, column: Column, row: Mapping[str, Cell]) -> Html:
        value = row.get(column.name)
        if column.kind == "choice":
            return tag("td", label_of(self._choices.get(column.choices, ()), str(value or "")))
        if column.kind == "pill" and str(value).count("|") >= 2:
            look, shape, word = str(value).split("|", 2)
            drawn = icon(shape) if shape in NAMES else Html("")
            return tag("td", tag("span", drawn, word, class_=f"pill {look}"))
        note = row.get(f"{column.name}__note")
        return tag(
            "td",
            "" if value is None else str(value),
            join(tag("br"), tag("span", str(note), class_="xs t3")) if note else None,
            class_={"num": "num", "mono": "mono", "strong": "b", "note": "t3"}.get(column.kind),
        )

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return bundle
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": f'<div class="at">{self.html}</div>', "text/plain": "Grid"}, metadata


def _texts() -> dict[str, str]:
    """Words that the browser needs; fields in braces are filled in there."""
    return {
        "language": {"fr": "fr-FR", "en": "en-GB"}[current_language()],
        "all": translate("kit.grid.all"),
        "check": translate("kit.grid.check", {"name": "{name}"}),
        "check_all": translate("kit.grid.check_all"),
        "filter": translate("kit.grid.filter", {"name": "{name}"}),
        "first": translate("kit.grid.first"),
        "matched": translate("kit.grid.matched", {"count": "{count}", "total": "{total}"}),
        "more": translate("kit.grid.more", {"count": "{count}"}),
        "no_match": translate("kit.grid.no_match"),
        "none": translate("kit.grid.none"),
        "others": translate("kit.grid.others"),
        "others_with": translate("kit.grid.others_with", {"text": "{text}"}),
    }
