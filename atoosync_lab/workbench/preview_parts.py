"""The head of a plan: what was read and when, seven tiles that filter, what applying would cost and how to go back."""

from __future__ import annotations

from atoosync_lab.kit import formats, words
from atoosync_lab.kit.markup import Html, Part, tag
from atoosync_lab.model.errors import StalePlanError
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.plan import WRITES, Plan
from atoosync_lab.runs import queue, systems
from atoosync_lab.runs.replanning import captures_of
from atoosync_lab.runs.session import Session
from atoosync_lab.store.plans import PlanEntry, PlanState
from atoosync_lab.workbench.launching import direction, written_side
from atoosync_lab.workbench.run_aside import counter_of


def writes(counts: dict[str, int]) -> int:
    """Rows that applying would write."""
    return sum(counts[action.value] for action in WRITES)


def entry(session: Session, plan: Plan) -> PlanEntry | None:
    """The plan in the list; None: its file comes from elsewhere, this workbench never applied it."""
    try:
        return session.workspace.plans.get(plan.meta.id)
    except StalePlanError:
        return None


def applicable(session: Session, plan: Plan) -> bool:
    """Nobody applied the plan, and none overtook it."""
    known = entry(session, plan)
    return known is not None and known.state in (PlanState.MADE, PlanState.APPROVED)


def standing(session: Session, plan: Plan) -> str:
    """« Rien n'est encore écrit », as long as it is true."""
    known = entry(session, plan)
    if known is None or known.state in (PlanState.MADE, PlanState.APPROVED):
        return translate("preview.nothing_written")
    if known.state is PlanState.SUPERSEDED:
        return translate("preview.superseded")
    at = formats.moment(known.applied_at or known.made_at, session.profile.timezone)
    return translate("preview.applied", {"at": at, "who": known.applied_by})


def read(session: Session, plan: Plan, compared: int) -> str:
    """When each side was read; the plan is as old as these."""
    zone = session.profile.timezone
    parts = []
    for side, capture in captures_of(session.workspace, plan).items():
        at = formats.moment(capture.finished_at, zone)
        parts.append(translate(f"preview.read.{side}", {"system": words.system_name(capture.system), "at": at}))
    parts.append(translate("preview.compared", {"count": formats.number(compared)}))
    return " ".join(parts)


def head(session: Session, plan: Plan, told: str, *actions: Part) -> Html:
    """Title, what was read (`read`, asked once a plan: it opens files), and the page's buttons."""
    title = translate("preview.title", {"flow": words.flow_title(plan.meta.flow)})
    said = tag("p", tag("strong", standing(session, plan)), " ", told, class_="sub")
    left = tag("div", tag("div", session.profile.name, class_="crumb"), tag("h1", title), said)
    return tag("div", left, tag("div", *actions, class_="actions wrap"), class_="head")


def tiles(counts: dict[str, int], same: int, chosen: str) -> Html:
    """Seven counts, zeros too; each filters the rows."""
    notes = {name: translate(f"preview.tile.{name}") for name in words.ACTIONS}
    if same:
        notes["skip"] = translate("preview.tile.skip_same", {"count": formats.number(same)})
    made = [
        tag(
            "button",
            tag("span", words.action_title(name), class_="k"),
            tag("span", formats.number(counts[name]), class_="v", style="display:block"),
            tag("span", notes[name], class_="n", style="display:block"),
            type="button",
            class_="tile on" if chosen == name else "tile",
            aria_pressed="true" if chosen == name else "false",
            data_action=name,
            data_at_do="action",
            data_at_value=name,
            data_at_key=f"tile-{name}",
        )
        for name in words.ACTIONS
    ]
    return tag(
        "div", *made, class_="tiles", role="group", aria_label=translate("preview.tiles"), style="margin-bottom:16px"
    )


def cost(session: Session, plan: Plan, counts: dict[str, int]) -> Html:
    """Minutes and calls, units of the subscription, calls of the key, way back."""
    cells = (_minutes(session, plan), _units(session, plan), _key(session, plan), _back(plan, counts))
    return tag(
        "section",
        tag("div", *cells, class_="facts4"),
        class_="card",
        style="margin-bottom:16px",
        aria_label=translate("preview.cost"),
    )


def _cell(name: str, title: str, value: str, note: str, *more: Part, wrong: bool = False) -> Html:
    return tag(
        "div",
        tag("div", title, class_="sm t2"),
        tag("div", value, class_="v fg-warn" if wrong else "v"),
        tag("div", note, class_="cap"),
        *more,
        data_cost=name,
    )


def _minutes(session: Session, plan: Plan) -> Html:
    system = session.profile.erp.system if direction(plan.meta.flow) == "import" else session.profile.shop.system
    params = {"count": formats.number(plan.meta.calls), "system": words.system_name(system)}
    return _cell(
        "calls", translate("preview.cost.minutes"), formats.about_minutes(plan.meta.minutes),
        translate("preview.cost.calls_note", params),
    )  # fmt: skip


def _units(session: Session, plan: Plan) -> Html:
    units = plan.units()
    counter = counter_of(plan.meta.flow)
    use = session.workspace.quota.state(session.profile_id, counter)
    short = use.available is not None and units > use.available
    if use.available is None:
        note = translate("preview.cost.not_limited")
    elif short:
        facts = {"missing": formats.number(units - use.available), "bought": formats.number(use.bought or 0)}
        note = translate("preview.cost.units_short", facts)
    else:
        facts = {"left": formats.number(use.available - units), "bought": formats.number(use.bought or 0)}
        note = translate("preview.cost.units_left", facts)
    value = translate("preview.cost.units_value", {"count": formats.number(units)})
    return _cell("units", translate(f"preview.cost.units.{counter.value}"), value, note, wrong=short)


def _key(session: Session, plan: Plan) -> Html:
    """Calls of the ERP's key today, as a bar: the budget that reading and importing share."""
    system = words.system_name(session.profile.erp.system)
    title = translate("preview.cost.key", {"system": system})
    used = systems.erp_budget(session.profile, session.workspace.wiring)
    more = plan.meta.calls if direction(plan.meta.flow) == "import" else 0
    value = translate("preview.cost.key_more" if more else "preview.cost.key_none", {"count": formats.number(more)})
    if used is None:
        return _cell("key", title, value, translate("preview.cost.key_unused"))
    if used.cap is None:
        return _cell("key", title, value, translate("preview.cost.key_used", {"used": formats.number(used.used)}))
    params = {"used": formats.number(used.used), "cap": formats.number(used.cap)}
    note = translate("preview.cost.key_of", params)
    share = min(100, 100 * used.used // max(used.cap, 1))
    bar = tag(
        "div", tag("i", style=f"width:{share}%"), class_="bar", role="meter", aria_label=title, aria_valuenow=share,
        aria_valuemin=0, aria_valuemax=100, aria_valuetext=note, style="margin-top:6px",
    )  # fmt: skip
    return _cell("key", title, value, note, bar, wrong=used.left is not None and more > used.left)


def _back(plan: Plan, counts: dict[str, int]) -> Html:
    """What could be set back by hand or by a later plan: values from before are in this one."""
    title = translate("preview.cost.back")
    if direction(plan.meta.flow) == "import":
        value = translate("preview.cost.back_import")
        return _cell("back", title, value, translate("preview.cost.back_import_note"))
    kept = counts["update"] + counts["activate"] + counts["deactivate"]
    value = translate("preview.cost.back_value", {"count": formats.number(kept)})
    code = "preview.cost.back_created" if counts["create"] else "preview.cost.back_note"
    return _cell("back", title, value, translate(code, {"count": formats.number(counts["create"])}))


def warnings(plan: Plan) -> Html | None:
    """What reading had to say, and the filter of this plan alone."""
    told = [translate(str(w["code"]), w.get("params") or {}) for w in plan.meta.warnings if not w.get("record")]
    if plan.meta.filter:
        told.insert(0, translate("preview.filter", {"filter": plan.meta.filter}))
    if not told:
        return None
    return words.banner("info", *[tag("p", sentence) for sentence in told[:10]], class_="form-banner")


def question(session: Session, plan: Plan, counts: dict[str, int]) -> Html:
    """The one question before anything is written: what, where, how much, and who does it."""
    rows, profile = writes(counts), session.profile
    facts = {
        "count": formats.number(rows), "profile": profile.name, "units": formats.number(plan.units()),
        "system": words.system_name(written_side(session, plan.meta.flow)),
        "time": formats.about_minutes(plan.meta.minutes),
    }  # fmt: skip
    asked = translate("preview.question", facts)
    where = translate("launch.in_worker" if queue.worker_alive(session.workspace) else "launch.in_page")
    cost_ = translate("preview.question_cost", facts)
    text = tag("div", tag("p", asked, class_="b"), tag("p", f"{cost_} {where}", class_="sm t2"), class_="grow")
    keep = tag(
        "button", translate("preview.keep"), type="button", class_="btn", data_at_do="keep", data_at_key="keep"
    )  # fmt: skip
    word = translate("preview.go_one" if rows == 1 else "preview.go", facts)
    go = tag("button", word, type="button", class_="btn btn-1", data_at_do="apply", data_at_key="apply")
    return tag("div", text, keep, go, class_="ask", role="group", aria_label=asked)
