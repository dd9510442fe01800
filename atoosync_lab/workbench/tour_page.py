"""The tour: the five nouns of the workbench on the data of the profile at hand, and where to go next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atoosync_lab.kit import formats, links, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, Part, join, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import queue
from atoosync_lab.runs.parameters import TourParameters
from atoosync_lab.runs.session import Session
from atoosync_lab.snapshots import captures
from atoosync_lab.snapshots.captures import Capture
from atoosync_lab.store.journal_records import GOING
from atoosync_lab.workbench import parameters, preview_parts
from atoosync_lab.workbench.opening import no_profile

PATHS: Sequence[tuple[str, str]] = (
    ("store", "profile"),
    ("key", "connect"),
    ("box", "articles"),
    ("cart", "orders"),
    ("calendar", "import"),
    ("eye", "preview"),
    ("play", "run"),
    ("question", "why"),
    ("clock", "schedules"),
)
"""Icon and notebook of each page, in the order of a first half hour."""


def check(namespace: Mapping[str, Any]) -> TourParameters:
    """The page's parameters: `given = tour_page.check(globals())`.

    Raises:
        SettingsError: a parameter is unknown or has the wrong type.
    """
    return parameters.given(TourParameters, namespace)


def page(session: Session | None, given: TourParameters) -> View:
    """The page.

    Args:
        session: the opened profile; None: there is none, and the page says what to do.
        given: the parameters.
    """
    if session is None:
        head = tag("div", tag("div", tag("h1", translate("tour.title"))), class_="head")
        return View(join(head, no_profile(), _paths()))
    return View(html(session))


def html(session: Session) -> Html:
    """The five nouns, then the pages."""
    profile = session.profile
    facts = {
        "shop": words.system_name(profile.shop.system), "erp": words.system_name(profile.erp.system),
        "profile": profile.name,
    }  # fmt: skip
    head = tag(
        "div",
        tag(
            "div",
            tag("div", profile.name, class_="crumb"),
            tag("h1", translate("tour.title")),
            tag("p", translate("tour.intro", facts), class_="sub"),
        ),
        class_="head",
    )
    nouns = [_profile(session), _capture(session), _plan(session), _run(session), _journal(session)]
    return join(head, tag("ol", *nouns, class_="nouns", style="margin-bottom:24px"), _paths())


def _noun(name: str, shape: str, value: str, page_: str, *notes: Part, empty: bool = False) -> Html:
    """One noun: what it is, what there is of it, and the page that deals with it."""
    return tag(
        "li",
        tag("div", icon(shape), translate(f"tour.noun.{name}"), class_="k"),
        tag("p", translate(f"tour.what.{name}"), class_="sm t2"),
        tag("p", value, class_="v t3" if empty else "v"),
        *[tag("p", note, class_="cap") for note in notes if note],
        links.notebook(page_, translate(f"tour.go.{name}"), key=f"noun-{name}"),
        class_="card noun",
        data_noun=name,
    )


def _profile(session: Session) -> Html:
    profile = session.profile
    systems = f"{words.system_name(profile.shop.system)} ↔ {words.system_name(profile.erp.system)}"
    others = len(session.workspace.profiles.list()) - 1
    more = translate("tour.others", {"count": formats.number(others)}) if others else ""
    return _noun("profile", "store", f"{profile.name}, {systems}", "profile.ipynb", more)


def _capture(session: Session) -> Html:
    zone = session.profile.timezone
    newest: dict[str, Capture] = {}
    for side in ("erp", "shop"):
        capture = next(captures.each(session.workspace.home.captures, session.profile_id, side), None)
        if capture is not None:
            newest[side] = capture
    if not newest:
        return _noun("capture", "database", translate("tour.none.capture"), "preview.ipynb", empty=True)
    told = []
    for side in ("erp", "shop"):
        if side in newest:
            one = newest[side]
            params = {
                "system": words.system_name(one.system), "rows": formats.number(sum(one.counts.values())),
                "at": formats.moment(one.finished_at, zone),
            }  # fmt: skip
            told.append(translate("tour.capture", params))
    return _noun("capture", "database", told[0], "preview.ipynb", *told[1:])


def _plan(session: Session) -> Html:
    zone = session.profile.timezone
    for entry in session.workspace.plans.list(session.profile_id)[:5]:
        try:
            plan = session.saved_plan(entry.id)
        except AtooSyncError:
            continue  # its file was tidied away
        counts = plan.by_action()
        params = {
            "flow": words.flow_title(plan.meta.flow), "at": formats.moment(plan.meta.made_at, zone),
            "writes": formats.number(preview_parts.writes(counts)), "blocked": formats.number(counts["block"]),
        }  # fmt: skip
        return _noun(
            "plan", "list", translate("tour.plan", params), "preview.ipynb", translate("tour.plan_counts", params),
            preview_parts.standing(session, plan),
        )  # fmt: skip
    return _noun("plan", "list", translate("tour.none.plan"), "preview.ipynb", empty=True)


def _run(session: Session) -> Html:
    runs = session.journal(1)
    served = translate("tour.worker" if queue.worker_alive(session.workspace) else "tour.no_worker")
    if not runs:
        return _noun("run", "play", translate("tour.none.run"), "run.ipynb", served, empty=True)
    last = runs[0]
    at = formats.moment(last.started_at, session.profile.timezone)
    said = translate("tour.run", {"flow": words.flow_title(last.flow), "at": at})
    return _noun("run", "play", said, "run.ipynb", words.state_pill(last.state.value), served)


def _journal(session: Session) -> Html:
    runs = session.journal(200)
    if not runs:
        return _noun("journal", "journal", translate("tour.none.journal"), "run.ipynb", empty=True)
    going = sum(run.state in GOING for run in runs)
    wrong = sum(run.state.value in ("partial", "failed", "lost", "quota_reached") for run in runs)
    said = translate("tour.journal", {"count": formats.number(len(runs))})
    notes = [translate("tour.journal_wrong", {"count": formats.number(wrong)})]
    if going:
        notes.append(translate("tour.journal_going", {"count": formats.number(going)}))
    return _noun("journal", "journal", said, "why.ipynb", *notes)


def _paths() -> Html:
    """Every page, in the order of a first half hour."""
    listed = [
        tag(
            "li",
            icon(shape),
            tag(
                "div",
                links.notebook(f"{name}.ipynb", translate(f"tour.page.{name}"), key=f"path-{name}", class_="link b"),
                tag("p", translate(f"tour.does.{name}"), class_="sm t2"),
            ),
        )
        for shape, name in PATHS
    ]
    head = tag("div", tag("h2", translate("tour.next")), class_="card-h")
    return tag("section", head, tag("ol", *listed, class_="paths"), class_="card")
