"""The rows of a plan as a table that reads only the page it shows; a row opens to its fields and its reason."""

from __future__ import annotations

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.plan import Plan, PlanRow
from atoosync_lab.workbench import changes

PAGE = 20
"""Rows shown at once."""

SAME = 200
"""Identical records named at once; they are many, and all that there is to say of them is their key."""

_COLUMNS = (("open", 44), ("action", 136), ("key", 190), ("change", 0), ("reason", 0), ("units", 72))


class PlanTable:
    """The table and what is chosen in it.

    Args:
        plan: the plan; its file is read at each page, never as a whole.
        zone: time zone of the profile.
    """

    def __init__(self, plan: Plan, zone: str) -> None:
        self._plan, self._zone = plan, zone
        self._listed = plan.listed_by_action()
        self._same = sum(plan.by_action().values()) - sum(self._listed.values())
        self._action = ""
        self._search = ""
        self._offset = 0
        self._opened: set[int] = set()
        actions = {
            "action": self._choose,
            "search": self._find,
            "page": self._turn,
            "row": self._open,
        }
        self.view = View(self._html(), actions)

    def _choose(self, action: str) -> None:
        if action in ("", "same", *words.ACTIONS):
            self._action, self._offset = action, 0
            self._paint()

    def _find(self, text: str) -> None:
        self._search, self._offset = text.strip(), 0
        self._paint()

    def _turn(self, where: str) -> None:
        step = {"next": PAGE, "previous": -PAGE}.get(where, 0)
        self._offset = max(0, self._offset + step)
        self._paint()

    def _open(self, number: str) -> None:
        if number.isdigit():
            self._opened ^= {int(number)}
            self._paint()

    def _paint(self) -> None:
        self.view.show(self._html())

    def _html(self) -> Html:
        body = self._same_rows() if self._action == "same" else self._rows()
        return tag("div", self._tools(), *body, class_="card")

    def _tools(self) -> Html:
        total = sum(self._listed.values())
        chips = [self._chip("", translate("preview.all"), total)]
        chips += [
            self._chip(action, words.action_word(action), self._listed[action])
            for action in words.ACTIONS
            if self._listed[action]
        ]
        if self._same:
            chips.append(self._chip("same", translate("preview.same"), self._same))
        label = translate("preview.search")
        search = tag(
            "input", type="search", class_="input input-s search right", placeholder=label, aria_label=label,
            value=self._search, data_at_input="search", data_at_key="search", autocomplete="off",
        )  # fmt: skip
        return tag("div", *chips, search, class_="tools")

    def _chip(self, action: str, word: str, rows: int) -> Html:
        on = action == self._action
        return tag(
            "button", word, tag("b", formats.number(rows)), type="button", class_="chip on" if on else "chip",
            aria_pressed="true" if on else "false", data_at_do="action", data_at_value=action,
            data_at_key=f"chip-{action}",
        )  # fmt: skip

    def _rows(self) -> list[Html]:
        actions = [self._action] if self._action else []
        found = self._plan.count(actions=actions, search=self._search)
        if not found:
            return [self._empty()]
        self._offset = min(self._offset, (found - 1) // PAGE * PAGE)
        rows = self._plan.rows(actions=actions, search=self._search, offset=self._offset, limit=PAGE)
        body = [part for row in rows for part in self._row(row)]
        return [tag("table", self._columns(), self._head(), tag("tbody", *body), class_="plan"), self._pager(found)]

    def _columns(self) -> Html:
        return tag(
            "colgroup",
            *[tag("col", style=f"width:{width}px" if width else None) for _, width in _COLUMNS],
        )

    def _head(self) -> Html:
        heads = [
            tag("th", translate(f"preview.head.{name}"), class_="num" if name == "units" else None, scope="col")
            for name, _ in _COLUMNS
        ]
        return tag("thead", tag("tr", *heads))

    def _row(self, row: PlanRow) -> list[Html]:
        is_open = row.seq in self._opened
        number = str(row.seq)
        name = translate("preview.close_row" if is_open else "preview.open_row", {"key": row.key})
        opener = tag(
            "button", icon("down" if is_open else "right"), type="button", class_="open", aria_label=name,
            aria_expanded="true" if is_open else "false", data_at_key=f"row-{number}",
        )  # fmt: skip
        cells = (
            tag("td", opener),
            tag("td", words.action_pill(str(row.action))),
            tag(
                "td", tag("div", row.key, class_="mono key"), tag("div", row.label, class_="cut xs t3", title=row.label)
            ),
            tag("td", changes.inline(row.changes), class_="wraps"),
            tag("td", row.reason_text(), class_="wraps t2"),
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
        reason = tag(
            "div",
            icon("info"),
            tag(
                "div", tag("p", tag("strong", why), " ", row.reason_text()), *[tag("p", t, class_="cap") for t in told]
            ),
            class_="why",
        )
        inside = tag("div", reason, changes.table(row.changes) if row.changes else None, class_="inner")
        return tag("tr", tag("td", inside, colspan=len(_COLUMNS)), class_="detail")

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
        code = "preview.none_found" if self._search or self._action else "preview.up_to_date"
        words_ = translate(code, {"search": self._search, "same": formats.number(self._same)})
        return tag("div", tag("p", words_), class_="empty", role="status")

    def _same_rows(self) -> list[Html]:
        """Identical records: their key and why they are left alone."""
        rows = [
            tag("tr", tag("td", key, class_="mono"), tag("td", translate(reason), class_="t2"))
            for _, key, reason in self._plan.unchanged(limit=SAME)
            if self._search.lower() in key.lower()
        ]
        heads = tag("tr", *[tag("th", translate(f"preview.head.{name}"), scope="col") for name in ("key", "reason")])
        note = translate(
            "preview.same_shown",
            {"shown": formats.number(min(SAME, self._same)), "total": formats.number(self._same)},
        )
        return [
            tag("table", tag("thead", heads), tag("tbody", *rows)),
            tag("div", join(tag("span", note, class_="page-n")), class_="card-f"),
        ]
