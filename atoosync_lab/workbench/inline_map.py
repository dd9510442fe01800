"""Relating a value right where it is missed: a small form in an opened row of a plan (SVC-16, BEY-01).

A page with plan rows holds one `InlineMaps`, puts its HTML into the opened row, and hands it what the browser sends:

    maps = InlineMaps(session, on_saved=lambda: ...)
    View(html, {"cure": maps.save}, on_field=maps.field)
"""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from atoosync_lab.kit import formats
from atoosync_lab.kit.choices import Choice, options
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.plan import PlanRow
from atoosync_lab.runs.session import Session
from atoosync_lab.workbench import cures, mapping_rows
from atoosync_lab.workbench.cures import Cure, CureKind
from atoosync_lab.workbench.map_draft import MapDraft
from atoosync_lab.workbench.mapping_rows import Kind, MapSpec, Target
from atoosync_lab.workbench.maps import all_maps
from atoosync_lab.workbench.usage import Usage

FIELD = "cure"
"""Beginning of the names of fields that belong here."""
_PART = "|~|"
"""Between the parts of a field's name; no key of a map holds it."""


class InlineMap:
    """One missing row of one map.

    Args:
        session: the opened profile.
        cure: a cure of kind `map`.
    """

    def __init__(self, session: Session, cure: Cure) -> None:
        self.cure = cure
        self.draft = MapDraft(session, all_maps()[_map_name(cure)], Usage(), only=cure.key)
        self.spec: MapSpec = self.draft.spec
        self.saved = False
        self._preselect()

    @property
    def name(self) -> str:
        """Name by which the browser calls it."""
        return _PART.join((self.spec.name, self.cure.key, ",".join(self.cure.columns)))

    def set(self, column: str, value: str) -> bool:
        """Choose a value; False for anything that is not offered."""
        if column not in {t.column for t in self._targets()}:
            return False
        self.saved = False
        return self.draft.set(self.cure.key, column, value)

    def save(self) -> bool:
        """Relate the value in the profile, with its history; False: nothing was saved, the form says why."""
        draft, key = self.draft, self.cure.key
        if draft.others:
            draft.reread()
        before = draft.saved.get(key)
        self.saved = draft.save()
        if not self.saved and draft.others:
            told = draft.others
            draft.reread()
            # Another value of the same map, related just before, perhaps beside this one: nothing to ask about.
            if draft.saved.get(key) == before:
                self.saved = draft.save()
            else:
                draft.others = told
        return self.saved

    def html(self) -> Html:
        """The form, or what was saved."""
        row = self.draft.rows.get(self.cure.key)
        if row is None:
            return join(cures.pill_link(self.cure))
        if self.saved:
            done = translate(f"cure.done.{self.spec.name}")
            return tag("p", icon("tick", "s"), " ", done, class_="said sm fg-create", role="status")
        controls = [part for target in self._targets() for part in self._control(target)]
        button = tag(
            "button", icon("chain"), self.cure.label, type="button", class_="btn btn-s", data_at_do=FIELD,
            data_at_value=self.name, data_at_key=f"relate-{self.name}", disabled=not self.draft.dirty,
        )  # fmt: skip
        elsewhere = self.cure.link(translate("cure.all"), "btn btn-s btn-q")
        what = self._what()
        return tag(
            "div",
            tag("div", tag("strong", what, class_="sm"), *controls, button, elsewhere, class_="row wrap"),
            self._wrong(),
            class_="inline-map",
            role="group",
            aria_label=f"{self.cure.label}, {what}",
        )

    def _what(self) -> str:
        """The value to be related, as the table of the map calls it: a row may have two that wait."""
        cells = self.draft.rows[self.cure.key].cells
        return next((str(cells.get(name, "")) for name, _, kind in self.spec.heads if kind == "strong"), "")

    def _targets(self) -> tuple[Target, ...]:
        wanted = self.cure.columns
        return tuple(
            t
            for t in self.spec.targets
            if t.kind is Kind.CHOICE and (t.column in wanted if wanted else t.required)
        )  # fmt: skip

    def _control(self, target: Target) -> tuple[Html, Html]:
        row = self.draft.rows[self.cure.key]
        value = self.draft.values(row.id).get(target.column, "")
        control = f"cure-{self.spec.name}-{target.column}-{crc32(row.id.encode())}"
        label = tag("label", translate(target.title), for_=control, class_="sm t2")
        select = tag(
            "select",
            options((Choice("", translate(target.placeholder)), *self._choices(target)), value),
            class_="input input-s",
            id=control,
            data_at_field=_PART.join((FIELD, self.name, target.column)),
            data_at_key=f"{self.name}-{target.column}",
            aria_describedby=f"{control}-err" if self.draft.errors else None,
        )
        return label, select

    def _choices(self, target: Target) -> list[Choice]:
        """Those that suit first."""
        first = self.draft.suggestions(self.cure.key, target.column)
        known = self.draft.known.get(target.column, {})
        group = translate("map.same_rate" if self.spec.rated else "map.same_name")
        rest = translate("map.others") if first else ""
        near = [Choice(v, known[v].label, known[v].note, group) for v in first]
        far = [
            Choice(o.value, o.label, o.note, rest)
            for o in known.values()
            if o.value not in first and not o.gone and o.value
        ]
        return [*near, *far]

    def _wrong(self) -> Html | None:
        draft = self.draft
        if draft.others:
            last = draft.others[0]
            facts = {"who": last.who, "at": formats.moment(last.at, draft.base.timezone), "count": "1"}
            sentence = translate("cure.conflict", facts)
        elif draft.failure is not None:
            sentence = str(draft.failure)
        elif draft.errors:
            sentence = str(next(iter(draft.errors.values())))
        else:
            return None
        return tag("p", icon("barred", "s"), tag("span", sentence), class_="err", role="alert")

    def _preselect(self) -> None:
        """What suits without doubt stands ready: one press relates it."""
        row = self.draft.rows.get(self.cure.key)
        if row is None:
            return
        for target in self._targets():
            known = self.draft.options.get(target.column, ())
            found = mapping_rows.certain(self.spec, row, known)
            if found and not self.draft.values(row.id).get(target.column):
                self.draft.set(row.id, target.column, found)


class InlineMaps:
    """The small forms of a page, one a missing value, made when they are first shown.

    Args:
        session: the opened profile.
        on_saved: called after a value was related: the plan is older than the settings from then on.
        paint: called when a form must be shown again.
    """

    def __init__(
        self,
        session: Session,
        on_saved: Callable[[], None] = lambda: None,
        paint: Callable[[], None] = lambda: None,
    ) -> None:
        self._session, self._on_saved, self._paint = session, on_saved, paint
        self._forms: dict[str, InlineMap] = {}

    def html(self, row: PlanRow) -> Html:
        """What mends a held row: a form for each value to be related, a link for everything else."""
        parts = [self._part(one) for one in cures.cures(self._session, row)]
        return tag("div", *parts, class_="cures stack") if parts else Html("")

    def field(self, name: str, value: str) -> bool:
        """Hear a control (`on_field` of the page's View); False: it is none of these."""
        parts = name.split(_PART)
        if parts[0] != FIELD or len(parts) < 3:
            return False
        form = self._forms.get(_PART.join(parts[1:-1]))
        if form is not None and form.set(parts[-1], value):
            self._paint()
        return True

    def save(self, name: str) -> None:
        """Hear the button (action `cure` of the page's View)."""
        form = self._forms.get(name)
        if form is None:
            return
        if form.save():
            self._on_saved()
        self._paint()

    @property
    def related(self) -> int:
        """Values related on this page."""
        return sum(form.saved for form in self._forms.values())

    def _part(self, one: Cure) -> Html:
        if one.kind is not CureKind.MAP:
            return tag("p", cures.pill_link(one), class_="sm")
        form = InlineMap(self._session, one)
        return self._forms.setdefault(form.name, form).html()


def _map_name(cure: Cure) -> str:
    return "article_taxes" if cure.notebook == cures.ARTICLES else cure.block
