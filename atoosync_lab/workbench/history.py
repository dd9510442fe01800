"""Every change of a profile: who, when, before and after in words; any version can be taken back (SEC-04)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.choices import label_of
from atoosync_lab.kit.form import Field, text_of
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.model.keys import whole_number
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.store.profiles import Change

SHOWN = 40
"""Changes shown at once; older ones on request."""

_LISTS = ("shop_lists", "erp_lists")
_LONGEST = 120


class HistoryCard:
    """The history of one profile.

    Args:
        session: the opened profile.
        fields: fields of all forms, by path: their labels and choices are the words of the history.
        on_restored: called after a version was taken back.
    """

    def __init__(
        self, session: Session, fields: Mapping[str, Field], *, on_restored: Callable[[], None] | None = None
    ) -> None:
        self._session, self._fields, self._on_restored = session, fields, on_restored
        self._limit = SHOWN
        self._asked: int | None = None
        self._message: tuple[str, Message] | None = None
        self.view = View(
            self.html(),
            {"ask": self._ask, "keep": lambda _: self._ask(""), "restore": self._restore, "more": self._more},
        )

    def paint(self) -> None:
        """Show the history again if anything changed."""
        html = self.html()
        if html != self.view.html:
            self.view.show(html)

    def html(self) -> Html:
        """The card."""
        changes = self._session.workspace.profiles.history(self._session.profile_id)
        newest = changes[0].revision if changes else 0
        said = words.banner(self._message[0], tag("p", str(self._message[1]))) if self._message else None
        older = len(changes) - self._limit
        more = (
            tag(
                "button", translate("history.older", {"count": formats.number(older)}), type="button",
                class_="btn btn-q btn-s", data_at_do="more", data_at_key="more",
            )
            if older > 0
            else None
        )  # fmt: skip
        return tag(
            "section",
            tag("div", tag("h2", translate("history.title")), class_="card-h"),
            tag("p", translate("history.sub"), class_="card-b sub"),
            said,
            tag("ul", *[self._change(c, c.revision == newest) for c in changes[: self._limit]], class_="changes-log"),
            tag("div", more, class_="card-f") if more is not None else None,
            class_="card",
        )

    # What the page's controls call.

    def _more(self, _: str) -> None:
        self._limit += SHOWN
        self.paint()

    def _ask(self, revision: str) -> None:
        self._asked, self._message = whole_number(revision), None
        self.paint()

    def _restore(self, revision: str) -> None:
        if self._asked is None or whole_number(revision) != self._asked:
            return
        profiles, profile_id = self._session.workspace.profiles, self._session.profile_id
        try:
            expected = profiles.revision(profile_id)
            profiles.restore(profile_id, int(revision), who=whoami(), expected_revision=expected)
        except AtooSyncError as error:
            self._message = ("block", error.message)
        else:
            self._message = ("ok", Message("history.restored"))
            if self._on_restored is not None:
                self._on_restored()
        self._asked = None
        self.paint()

    # Pieces of the page.

    def _change(self, change: Change, is_newest: bool) -> Html:
        zone = self._session.profile.timezone
        fields = {name: pair for name, pair in change.fields().items() if not name.startswith(_LISTS)}
        lists_only = not fields and change.action == "save"
        what = translate("history.lists" if lists_only else f"history.action.{change.action}")
        count = formats.number(len(fields))
        counted = translate("history.one_setting" if len(fields) == 1 else "history.some_settings", {"count": count})
        head = tag(
            "span",
            tag("strong", what),
            " ",
            tag(
                "span", translate("history.by", {"who": change.who, "at": formats.moment(change.at, zone)}), class_="t2"
            ),
            " ",
            tag("span", counted, class_="t3") if fields and change.before is not None else None,
        )
        acts: Html | None = None
        if not is_newest and change.after is not None:
            acts = self._acts(change)
        if not fields or change.before is None:
            return tag("li", head, acts, data_revision=change.revision)
        rows = [self._row(name, before, after) for name, (before, after) in fields.items()]
        heads = [tag("th", translate(f"preview.head.{h}"), scope="col") for h in ("field", "before", "after")]
        table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows))
        return tag(
            "li",
            tag("details", tag("summary", head, data_at_key=f"open-{change.revision}"), table),
            acts,
            data_revision=change.revision,
        )

    def _acts(self, change: Change) -> Html:
        if self._asked != change.revision:
            button = tag(
                "button", icon("history", "s"), translate("history.restore"), type="button", class_="btn btn-q btn-s",
                data_at_do="ask", data_at_value=change.revision, data_at_key=f"ask-{change.revision}",
            )  # fmt: skip
            return tag("div", button, class_="acts")
        at = formats.moment(change.at, self._session.profile.timezone)
        return tag(
            "div",
            tag("span", translate("history.ask", {"at": at})),
            tag(
                "button", translate("history.keep"), type="button", class_="btn btn-s", data_at_do="keep",
                data_at_key="keep",
            ),
            tag(
                "button", translate("history.restore"), type="button", class_="btn btn-s btn-d", data_at_do="restore",
                data_at_value=change.revision, data_at_key=f"restore-{change.revision}",
            ),
            class_="acts asks",
        )  # fmt: skip

    def _row(self, name: str, before: Any, after: Any) -> Html:
        label, rest = self.words_of(name)
        field = self._fields.get(name)
        return tag(
            "tr",
            tag("td", tag("span", label, class_="b"), tag("span", f" {rest}", class_="mono t2") if rest else None),
            tag("td", tag("s", _value(field, before)) if before not in (None, "") else _nothing()),
            tag("td", tag("b", _value(field, after)) if after not in (None, "") else _nothing()),
            data_setting=name,
        )

    def words_of(self, name: str) -> tuple[str, str]:
        """The words for a setting, and what is left of its path: the entry of a map, or a field without a form."""
        if name in self._fields:
            return translate(self._fields[name].label), ""
        parts = name.split(".")
        for length in range(len(parts), 0, -1):
            path = ".".join(parts[:length])
            code = f"setting.{path}"
            rest = ".".join(parts[length:])
            if path in self._fields:
                return translate(self._fields[path].label), rest
            if (said := translate(code)) != code:
                return said, rest
        return translate("history.other"), name


def _value(field: Field | None, value: Any) -> str:
    """A value in words, as far as its field knows them."""
    if isinstance(value, bool):
        return translate("form.on" if value else "form.off")
    if isinstance(value, list | tuple):
        choices = field.offered() if field is not None else ()
        text = ", ".join(label_of(choices, str(item)) for item in value)
    elif field is not None and field.kind == "choice":
        text = label_of(field.offered(), str(value))
    elif field is not None:
        text = text_of(field, value)
    else:
        text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _nothing() -> Html:
    return tag("span", translate("field.empty"), class_="nothing")
