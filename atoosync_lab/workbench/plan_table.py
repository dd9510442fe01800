"""The rows of a plan as a table that reads only the page it shows; a row opens to its fields, reason and cure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.keys import whole_number
from atoosync_lab.planning.plan import Action, Plan, PlanRow
from atoosync_lab.workbench import changes

PAGE = 20
"""Rows shown at once."""

SAME = "same"
"""Filter: records that are equal on both sides."""

GROUPS: Mapping[str, Sequence[str]] = {
    "prices": ("price_excl_tax",),
    "texts": ("name", "summary", "description", "description_short", "meta_title", "meta_description", "link_rewrite"),
    "stocks": ("quantity",),
}
"""Changed fields by which the rows to be modified are filtered."""

_COLUMNS = (
    ("open", "44px", ""),
    ("action", "128px", ""),
    ("reference", "118px", ""),
    ("label", "19%", ""),
    ("change", "auto", ""),
    ("reason", "21%", "c-opt"),
    ("units", "74px", ""),
)

Mend = Callable[[PlanRow], Html]
"""What mends a held row."""


class PlanTable:
    """The table and what is chosen in it; a part of a page, which paints it.

    Args:
        plan: the plan; its file is read at each page, never as a whole.
        repaint: shows the page anew.
        cure: the cure of a held row in one line, for the closed row.
        mend: what mends it, for the opened row.
        explain: all that is known of a key; None: rows are not explained further.
    """

    def __init__(
        self,
        plan: Plan,
        repaint: Callable[[], None] = lambda: None,
        *,
        cure: Mend = lambda row: Html(""),
        mend: Mend = lambda row: Html(""),
        explain: Callable[[str], Html] | None = None,
    ) -> None:
        self._plan, self._repaint, self._cure, self._mend, self._why = plan, repaint, cure, mend, explain
        self._explained: dict[int, Html] = {}
        self.listed = plan.listed_by_action()
        self.same = plan.count_unchanged()
        fields = plan.changed_fields()
        self._groups = {
            name: plan.count(actions=[Action.UPDATE.value], fields=wanted)
            for name, wanted in GROUPS.items()
            if any(field in fields for field in wanted)
        }
        self.chosen = ""
        """Filter: "", an action, a group of fields, or `same`."""
        self._search = ""
        self._offset = 0
        self._opened: set[int] = set()
        self._found: dict[tuple[str, str], int] = {}
        """Rows that answer to a filter and a search, counted once."""
        self.actions: dict[str, Callable[[str], None]] = {
            "action": self._choose,
            "search": self._find,
            "page": self._turn,
            "row": self._open,
            "explain": self._explain,
        }

    def _choose(self, chosen: str) -> None:
        """Filter by a tile or a chip; pressed again, a tile lets go."""
        if chosen in ("", SAME, *words.ACTIONS, *self._groups):
            self.chosen = "" if chosen == self.chosen else chosen
            self._offset = 0
            self._repaint()

    def _find(self, text: str) -> None:
        self._search, self._offset = text.strip(), 0
        self._repaint()

    def _turn(self, where: str) -> None:
        step = {"next": PAGE, "previous": -PAGE}.get(where, 0)
        self._offset = max(0, self._offset + step)
        self._repaint()

    def _open(self, number: str) -> None:
        if (seq := whole_number(number)) is not None:
            self._opened ^= {seq}
            self._repaint()

    def _explain(self, number: str) -> None:
        """Show all that is known of the record of a row, or put it away again."""
        seq = whole_number(number)
        if self._why is None or seq is None:
            return
        if self._explained.pop(seq, None) is None:
            row = next(self._plan.rows(offset=seq - 1, limit=1), None)
            if row is None or row.seq != seq:
                row = next((r for r in self._plan.rows() if r.seq == seq), None)
            if row is None:
                return
            self._explained[seq] = self._why(row.key)
        self._repaint()

    def html(self) -> Html:
        """The card: filters, rows of the page, pager."""
        body = self._same_rows() if self.chosen == SAME else self._rows()
        return tag("section", self._tools(), *body, class_="card", aria_label=translate("preview.rows_title"))

    def _tools(self) -> Html:
        chips = [self._chip("", translate("preview.all"), sum(self.listed.values()))]
        for name, rows in self._groups.items():
            if rows:
                chips.append(self._chip(name, translate(f"preview.group.{name}"), rows, "pencil"))
        if self.listed["block"]:
            chips.append(self._chip("block", translate("preview.group.block"), self.listed["block"], "barred"))
        if self.same:
            chips.append(self._chip(SAME, translate("preview.same"), self.same, "dash"))
        label = translate("preview.search")
        search = tag(
            "input", type="search", class_="input input-s search right", placeholder=label, aria_label=label,
            value=self._search, data_at_input="search", data_at_key="search", autocomplete="off",
        )  # fmt: skip
        return tag("div", *chips, search, class_="tools")

    def _chip(self, chosen: str, word: str, rows: int, shape: str = "") -> Html:
        on = chosen == self.chosen
        return tag(
            "button", icon(shape) if shape else None, word, " ", tag("b", formats.number(rows)), type="button",
            class_="chip on" if on else "chip", aria_pressed="true" if on else "false", data_at_do="action",
            data_at_value=chosen, data_at_key=f"chip-{chosen}",
        )  # fmt: skip

    def _filter(self) -> dict[str, Sequence[str]]:
        if self.chosen in GROUPS:
            return {"actions": [Action.UPDATE.value], "fields": GROUPS[self.chosen]}
        return {"actions": [self.chosen] if self.chosen else []}

    def _rows(self) -> list[Html]:
        wanted = self._filter()
        asked = (self.chosen, self._search)
        if asked not in self._found:
            self._found[asked] = self._plan.count(**wanted, search=self._search)
        found = self._found[asked]
        if not found:
            return [self._empty()]
        self._offset = min(self._offset, (found - 1) // PAGE * PAGE)
        rows = self._plan.rows(**wanted, search=self._search, offset=self._offset, limit=PAGE)  # type: ignore[arg-type]
        body = [part for row in rows for part in self._row(row)]
        table = tag(
            "table", self._columns(), self._head(), tag("tbody", *body), class_="plan",
            aria_label=translate("preview.rows_title"),
        )  # fmt: skip
        return [table, self._pager(found)]

    def _columns(self) -> Html:
        widths = [
            tag("col", style=f"width:{width}", class_=look or None)
            for _, width, look in _COLUMNS
        ]  # fmt: skip
        return tag("colgroup", *widths)

    def _head(self) -> Html:
        heads = [
            tag(
                "th",
                tag("span", translate(f"preview.head.{name}"), class_="vh" if name == "open" else None),
                class_="num" if name == "units" else look or None,
                scope="col",
            )
            for name, _, look in _COLUMNS
        ]  # fmt: skip
        return tag("thead", tag("tr", *heads))

    def _row(self, row: PlanRow) -> list[Html]:
        number = str(row.seq)
        is_open = row.seq in self._opened
        name = translate("preview.close_row" if is_open else "preview.open_row", {"key": row.key})
        opener = tag(
            "button", icon("down" if is_open else "right"), type="button", class_="open", aria_label=name,
            aria_expanded="true" if is_open else "false", data_at_do="row", data_at_value=number,
            data_at_key=f"row-{number}",
        )  # fmt: skip
        change, reason = changes.inline(row.changes), join(row.reason_text())
        if row.action is Action.BLOCK:
            # Nothing is sent: the reason takes the wide column, its cure stands beside it.
            change, reason = reason, self._cure(row)
        cells = (
            tag("td", opener),
            tag("td", words.action_pill(str(row.action))),
            tag("td", row.key, class_="mono key"),
            tag("td", tag("span", row.label, class_="cut", title=row.label)),
            tag("td", change, class_="wraps"),
            tag("td", reason, class_="wraps t2 c-opt"),
            tag("td", formats.number(row.units), class_="num"),
        )
        line = tag(
            "tr", *cells, class_="sel" if is_open else None, data_at_do="row", data_at_value=number, data_key=row.key
        )
        return [line, self._detail(row)] if is_open else [line]

    def _detail(self, row: PlanRow) -> Html:
        why = translate("preview.why", {"action": words.action_word(str(row.action))})
        facts = [("preview.fact.label", row.label), ("preview.fact.target", row.target_id)]
        facts += [("preview.fact.parent", row.parent)]
        told = [tag("span", translate(name), " ", tag("span", value, class_="mono")) for name, value in facts if value]
        text = tag(
            "div",
            *[tag("p", tag("strong", why), " ", sentence) for sentence in reasons(row)[:1]],
            *[tag("p", sentence) for sentence in reasons(row)[1:]],
            *[tag("p", t, class_="cap") for t in told],
            class_="grow",
        )
        known = self._explained.get(row.seq)
        explain = None
        if self._why is not None:
            word = translate("preview.explained" if known else "preview.explain")
            explain = tag(
                "button", word, type="button", class_="btn btn-s btn-q", data_at_do="explain",
                data_at_value=row.seq, data_at_key=f"why-{row.seq}", aria_expanded="true" if known else "false",
            )  # fmt: skip
        reason = tag("div", icon("info"), text, explain, class_="why")
        mended = self._mend(row) if row.action is Action.BLOCK else None
        table = changes.table(row.changes) if row.changes else None
        told_all = tag("div", known, class_="explained") if known else None
        inside = tag("div", reason, mended, table, told_all, class_="inner")
        # A narrow box hides one column: what spans it would leave the others a seventh to share.
        rest = tag("td", class_="c-opt")
        return tag("tr", tag("td", inside, colspan=len(_COLUMNS) - 1), rest, class_="detail")

    def _pager(self, found: int) -> Html:
        first, last = self._offset + 1, min(self._offset + PAGE, found)
        shown = translate(
            "preview.rows",
            {"first": formats.number(first), "last": formats.number(last), "total": formats.number(found)},
        )
        back = tag(
            "button", icon("left"), translate("preview.previous"), type="button", class_="btn btn-s right",
            disabled=self._offset == 0, data_at_do="page", data_at_value="previous", data_at_key="previous",
        )  # fmt: skip
        on = tag(
            "button", translate("preview.next"), icon("right"), type="button", class_="btn btn-s",
            disabled=last >= found, data_at_do="page", data_at_value="next", data_at_key="next",
        )  # fmt: skip
        return tag("div", tag("span", shown, class_="page-n", role="status"), back, on, class_="card-f")

    def _empty(self) -> Html:
        code = "preview.none_found" if self._search or self.chosen else "preview.up_to_date"
        sentence = translate(code, {"search": self._search, "same": formats.number(self.same)})
        return tag("div", tag("p", sentence), class_="empty", role="status")

    def _same_rows(self) -> list[Html]:
        """Identical records: their key and why they are left alone."""
        found = self._plan.count_unchanged(self._search)
        if not found:
            return [self._empty()]
        self._offset = min(self._offset, (found - 1) // PAGE * PAGE)
        listed = self._plan.unchanged(search=self._search, offset=self._offset, limit=PAGE)
        rows = [
            tag("tr", tag("td", key, class_="mono"), tag("td", translate(reason), class_="t2"))
            for _, key, reason in listed
        ]
        heads = tag(
            "tr", *[tag("th", translate(f"preview.head.{name}"), scope="col") for name in ("reference", "reason")]
        )
        return [tag("table", tag("thead", heads), tag("tbody", *rows)), self._pager(found)]


def reasons(row: PlanRow) -> list[str]:
    """All reasons of a row as sentences; a held order may have several."""
    several = row.params.get("reasons") or ()
    if not several:
        return [row.reason_text()]
    return [translate(str(reason["code"]), reason.get("params") or {}) for reason in several]
