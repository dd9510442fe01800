"""Pieces of the mapping table: filters, the bar of defaults, the save bar, the comparison of effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.choices import Choice, options
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.workbench.map_draft import MapDraft
from atoosync_lab.workbench.mapping_effect import Comparison
from atoosync_lab.workbench.mapping_rows import Kind, MapSpec, State

FILTERS = ("all", "missing", "rate", "gone", "unused")
"""Filters above the table, in their order."""

_FILTER_ICONS = {"missing": "chain", "rate": "triangle", "gone": "barred"}

_LOOKS: Mapping[State, tuple[str, str]] = {
    State.DONE: ("create", "tick"),
    State.CHANGED: ("update", "pencil"),
    State.MISSING: ("block", "chain"),
    State.RATE: ("warn", "triangle"),
    State.GONE: ("block", "barred"),
    State.DEFAULT: ("skip", "dash"),
    State.IDLE: ("skip", "dash"),
}


def state_cell(spec: MapSpec, state: State) -> str:
    """A state as the table's pill: look, icon, word."""
    look, shape = _LOOKS[state]
    return f"{look}|{shape}|{translate(spec.words.get(state) or f'map.state.{state.value}')}"


def label_of(draft: MapDraft, column: str, value: str) -> str:
    """A value as people read it."""
    option = draft.known.get(column, {}).get(value)
    if option is not None:
        return option.label
    return value or translate("map.none")


def head(
    draft: MapDraft,
    shown: str,
    search: str,
    selected: Sequence[str],
    bulk: Mapping[str, str],
    said: Message | None,
) -> Html:
    """Title, filters with their counts, search, and the bar of defaults."""
    name = draft.spec.name
    title = tag(
        "div",
        tag("h2", translate(f"map.{name}.title")),
        tag("p", translate(f"map.{name}.note"), class_="sm t2", style="margin-top:2px"),
        class_="grow",
    )
    lists = tag(
        "button", icon("refresh"), translate(f"map.{name}.reread"), type="button", class_="btn", data_at_do="lists",
        data_at_key="lists",
    )  # fmt: skip
    top = tag("div", title, lists, class_="card-h", style="padding-top:16px")
    told = tag("p", icon("info", "s"), tag("span", str(said)), class_="note") if said else None
    status = tag("div", told, role="status", aria_live="polite", style="padding:0 20px" if told else None)
    label = translate(f"map.{name}.search")
    find = tag(
        "input", type="search", class_="input input-s search right", placeholder=label, aria_label=label, value=search,
        data_at_field="search:", data_at_key="search", autocomplete="off",
    )  # fmt: skip
    chips = [_chip(draft, one, shown) for one in FILTERS if _offered(draft, one)]
    tools = tag("div", *chips, find, class_="tools")
    return tag("section", top, status, tools, _defaults(draft, selected, bulk), class_="map-head")


def _offered(draft: MapDraft, wanted: str) -> bool:
    if wanted == "rate":
        return draft.spec.rated
    if wanted == "unused":
        return draft.counts_usage
    if wanted == "missing":
        return draft.spec.asks
    return wanted != "gone" or bool(draft.rows_in("gone"))


def _chip(draft: MapDraft, wanted: str, shown: str) -> Html:
    on = wanted == shown
    shape = _FILTER_ICONS.get(wanted)
    return tag(
        "button", icon(shape) if shape else None, translate(f"map.filter.{wanted}"),
        tag("b", formats.number(len(draft.rows_in(wanted)))), type="button", class_="chip on" if on else "chip",
        aria_pressed="true" if on else "false", data_at_do="filter", data_at_value=wanted,
        data_at_key=f"filter-{wanted}",
    )  # fmt: skip


def _defaults(draft: MapDraft, selected: Sequence[str], bulk: Mapping[str, str]) -> Html:
    """Defaults of the map, and what is done to the checked rows."""
    spec, count = draft.spec, len(selected)
    code = "map.checked.none" if not count else "map.checked.one" if count == 1 else "map.checked.some"
    counted = tag("strong", translate(code, {"count": formats.number(count)}), class_="nw", role="status")
    groups = [_default(draft, target.column, count) for target in spec.targets if target.default]
    groups += [_bulk(draft, column, value, count) for column, value in bulk.items()] if count else []
    certain = tag(
        "button", translate("map.relate_rate" if spec.rated else "map.relate_name"), type="button",
        class_="btn btn-s btn-q", data_at_do="certain", data_at_key="certain",
    ) if spec.asks else None  # fmt: skip
    nothing = tag(
        "button", translate("map.remove"), type="button", class_="btn btn-s btn-q", data_at_do="none",
        data_at_key="none",
    ) if count else None  # fmt: skip
    side = tag("span", nothing, certain, class_="row right")
    return tag("div", counted, *groups, side, class_="apply-bar")


def _default(draft: MapDraft, column: str, count: int) -> Html:
    target = next(t for t in draft.spec.targets if t.column == column)
    value, control = draft.default(target), f"default-{draft.spec.name}-{column}"
    known = draft.known.get(column, {})
    listed = [Choice(o.value, o.label, o.note) for o in known.values() if o.value and not o.gone]
    changed = target.default in draft.fallback
    select = tag(
        "select", options((Choice("", translate("map.none")), *listed), value), class_="input input-s", id=control,
        data_at_field=f"default:{target.default}", data_at_key=control,
    )  # fmt: skip
    mark = icon("pencil", "s") if changed else None
    return tag(
        "span", tag("label", translate(target.default_title), for_=control, class_="t2 nw"), select, mark,
        _apply_button("apply", column, count) if count else None, class_="row",
    )  # fmt: skip


def _bulk(draft: MapDraft, column: str, value: str, count: int) -> Html:
    target = next(t for t in draft.spec.targets if t.column == column)
    control = f"bulk-{draft.spec.name}-{column}"
    asked: Html
    if target.kind is not Kind.TEXT:
        listed: tuple[Choice, ...] = (Choice("1", translate("map.yes")), Choice("", translate("map.no")))
        if target.kind is Kind.CHOICE:
            known = draft.known.get(column, {}).values()
            offered = [Choice(o.value, o.label, o.note) for o in known if o.value and not o.gone]
            listed = (Choice("", translate(target.placeholder or "map.none")), *offered)
        asked = tag(
            "select", options(listed, value), class_="input input-s", id=control, data_at_field=f"bulk:{column}",
            data_at_key=control,
        )  # fmt: skip
    else:
        asked = tag(
            "input", type="text", value=value, class_="input input-s", style="width:120px", id=control, maxlength=40,
            data_at_field=f"bulk:{column}", data_at_key=control, autocomplete="off",
        )  # fmt: skip
    label = tag("label", translate(target.title), for_=control, class_="t2 nw")
    return tag("span", label, asked, _apply_button("bulk", column, count), class_="row")


def _apply_button(action: str, column: str, count: int) -> Html:
    code = "map.apply.one" if count == 1 else "map.apply.some"
    return tag(
        "button", translate(code, {"count": formats.number(count)}), type="button", class_="btn btn-s",
        data_at_do=action, data_at_value=column, data_at_key=f"{action}-{column}",
    )  # fmt: skip


def foot(draft: MapDraft, effect: Comparison | None) -> Html:
    """What was counted, who saved meanwhile, the save bar, the comparison."""
    return tag(
        "section",
        _counted(draft),
        _conflict(draft),
        _bar(draft),
        effect.html() if effect is not None else None,
        class_="map-foot",
    )


def _counted(draft: MapDraft) -> Html | None:
    capture = draft.usage.capture
    if capture is None or not draft.counts_usage:
        return None
    zone = draft.base.timezone
    facts = {
        "at": formats.moment(capture.finished_at, zone),
        "since": formats.moment(draft.usage.since, zone).partition(",")[0] if draft.usage.since else "",
    }
    return tag("p", translate(draft.spec.counted, facts), class_="cap map-counted")


def _conflict(draft: MapDraft) -> Html | None:
    if draft.others:
        last = draft.others[0]
        facts = {
            "who": last.who,
            "at": formats.moment(last.at, draft.base.timezone),
            "count": formats.number(len(draft.others)),
        }
        button = tag(
            "button", icon("refresh"), translate("form.reread"), type="button", class_="btn btn-s",
            data_at_do="reread", data_at_key="reread",
        )  # fmt: skip
        told = tag("p", translate("form.conflict", facts), class_="b")
        return words.banner("warn", told, tag("p", translate("form.conflict_help")), button, class_="form-banner")
    theirs = draft.theirs.rows
    if not theirs:
        return None
    rows = []
    for row_id, cells in theirs.items():
        named = " ".join(str(text) for name, text in draft.rows[row_id].cells.items() if text and "__" not in name)
        value = ", ".join(label_of(draft, column, value) for column, value in cells.items())
        take = tag(
            "button", translate("form.take_theirs"), type="button", class_="btn btn-q btn-s", data_at_do="take",
            data_at_value=row_id, data_at_key=f"take-{row_id}",
        )  # fmt: skip
        rows.append(
            tag("p", tag("span", named, class_="b"), " ", translate("form.theirs", {"value": value}), " ", take)
        )
    return words.banner("info", *rows, class_="form-banner")


def _bar(draft: MapDraft) -> Html:
    """Count of changes, what they free, and what to do with them; after saving: that it is done."""
    said: Html | None = None
    if draft.failure is not None:
        said = tag("span", icon("barred", "s"), " ", str(draft.failure), class_="said sm fg-block")
    elif draft.errors:
        said = tag("span", icon("barred", "s"), " ", translate("map.correct_rows"), class_="said sm fg-block")
    elif draft.dirty:
        code = "map.changes.one" if draft.count == 1 else "map.changes.some"
        said = join(
            tag("span", icon("pencil"), class_="fg-update"), " ",
            tag("strong", translate(code, {"count": formats.number(draft.count)})), " ",
            tag("span", _freed(draft), class_="t2"),
        )  # fmt: skip
    elif draft.saved_at is not None:
        at = formats.moment(draft.saved_at, draft.base.timezone)
        said = tag("span", icon("tick", "s"), " ", translate("form.saved", {"at": at}), class_="said sm fg-create")
    status = tag("div", said, class_="grow", role="status", aria_live="polite")
    if not draft.dirty:
        return tag("div", status, class_="card-f form-bar" if said else "form-bar quiet")
    buttons = join(
        _button("undo", "map.undo", "btn btn-q"),
        _button("compare", "map.compare", "btn"),
        _button("save", "form.save", "btn btn-1", disabled=bool(draft.others)),
    )
    return tag("div", status, buttons, class_="card-f form-bar")


def _button(action: str, code: str, class_: str, *, disabled: bool = False) -> Html:
    return tag(
        "button", translate(code), type="button", class_=class_, data_at_do=action, data_at_key=action,
        disabled=disabled,
    )  # fmt: skip


def _freed(draft: MapDraft) -> str:
    """« Ils débloquent 6 commandes, 412,60 € TTC. »"""
    effect, waiting = draft.effect(), draft.waiting()
    flow = "article" if draft.spec.flow == "articles" else "order"
    if not effect.records:
        return translate(f"map.frees.none.{flow}") if waiting else ""
    one = "one" if draft.count == 1 else "some"
    count = {"count": formats.number(len(effect.records))}
    many = "record" if len(effect.records) == 1 else "records"
    told = translate(f"map.frees.{one}_{flow}_{many}", count)
    if effect.amount is None:
        return told + "."
    sign = "€" if effect.currency == "EUR" else effect.currency
    amount = f"{formats.quantity(str(effect.amount), places=2)}\u00a0{sign}"
    return translate("map.frees.amount", {"told": told, "total": amount})
