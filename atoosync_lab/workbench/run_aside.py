"""What stands beside a run: the effect of Stop, what it uses of the subscription, what else is going."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atoosync_lab.kit import formats, links, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, Part, tag
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.session import Session
from atoosync_lab.store.journal_records import Run
from atoosync_lab.store.quota import Counter
from atoosync_lab.workbench.run_facts import RunFacts

IMPORTS = ("orders", "credit-notes")
"""Flows that use the counter of imports."""

_SHOWN = 5
"""Other runs that are shown."""


def cards(session: Session, facts: RunFacts, others: Sequence[Run]) -> Iterator[Html]:
    """The cards, from top to bottom."""
    yield _next(facts) if facts.ended else _stop(session, facts)
    used = _use(session, facts)
    if used is not None:
        yield used
    if others:
        yield _also(session, others)


def counter_of(flow: str) -> Counter:
    """The counter of the subscription that a flow uses."""
    return Counter.IMPORTS if flow in IMPORTS else Counter.EXPORTS


def _card(title: str, *parts: Part) -> Html:
    return tag(
        "section", tag("div", tag("h2", title), class_="card-h"), tag("div", *parts, class_="card-b"), class_="card"
    )


def _says(*lines: tuple[str, Part]) -> Html:
    return tag("ul", *[tag("li", icon(shape), tag("span", text)) for shape, text in lines], class_="says")


def _stop(session: Session, facts: RunFacts) -> Html:
    """What stopping now would do."""
    if facts.stage in ("read", "plan"):
        return _card(translate("live.stop_now"), _says(("tick", translate("live.stop_now.nothing_written"))))
    batch = session.profile.shop.sizes.prices if facts.run and facts.run.flow == "prices" else None
    intro = translate("live.stop_now.batch_of", {"size": batch}) if batch else translate("live.stop_now.batch")
    return _card(
        translate("live.stop_now"),
        tag("p", intro, class_="t2", style="margin-bottom:10px"),
        _says(
            ("tick", translate("live.stop_now.done_stays")),
            ("history", translate("live.stop_now.rest_planned")),
            ("chart", translate("live.stop_now.units")),
        ),
    )


def _next(facts: RunFacts) -> Html:
    """Where to go once it has ended."""
    flow = facts.run.flow if facts.run else ""
    told: list[tuple[str, Part]] = [
        ("eye", links.notebook("preview.ipynb", translate("live.next.preview"), key="next-preview")),
        ("question", links.notebook("why.ipynb", translate("live.next.why"), key="next-why")),
        ("calendar", links.notebook("schedules.ipynb", translate("live.next.schedule"), key="next-schedule")),
    ]
    if flow in IMPORTS:
        told.insert(1, ("gear", links.notebook("orders.ipynb", translate("live.next.orders"), key="next-orders")))
    return _card(translate("live.next"), _says(*told))


def _meter(name: str, value: str, share: int) -> Html:
    bar = tag(
        "div", tag("i", style=f"width:{share}%"), class_="bar", role="meter", aria_label=name, aria_valuenow=share,
        aria_valuemin=0, aria_valuemax=100, aria_valuetext=value,
    )  # fmt: skip
    return tag("div", tag("div", tag("span", name, class_="b"), tag("span", value, class_="t2"), class_="meter"), bar)


def _use(session: Session, facts: RunFacts) -> Html | None:
    """Units used so far of those planned, and whether the subscription covers the rest."""
    if facts.plan is None or facts.run is None or not facts.sent:
        return None
    counter = counter_of(facts.run.flow)
    planned = facts.units
    left = session.workspace.quota.state(session.profile_id, counter).available
    done = min(facts.counts.ok, planned)
    parts: list[Part] = []
    if planned:
        value = translate("live.use.of_planned", {"done": formats.number(done), "planned": formats.number(planned)})
        parts.append(_meter(translate(f"live.use.{counter.value}"), value, min(100, 100 * done // planned)))
    if left is None:
        note = translate("live.use.not_limited")
    elif left >= planned - done:
        note = translate("live.use.enough", {"left": formats.number(left)})
    else:
        note = translate("live.use.short", {"left": formats.number(left)})
    parts.append(tag("p", note, class_="cap", style="margin-top:10px"))
    return _card(translate("live.use"), *parts)


def _also(session: Session, others: Sequence[Run]) -> Html:
    """Other runs that are going, of any profile, each with its Stop."""
    names = {entry.id: entry.name for entry in session.workspace.profiles.list()}
    return _card(
        translate("live.also"), *[_other(run, names.get(run.profile, run.profile), session) for run in others[:_SHOWN]]
    )


def _other(run: Run, profile: str, session: Session) -> Html:
    since = formats.moment(run.started_at, session.profile.timezone)
    flow = words.flow_title(run.flow)
    count = ""
    if run.counts.total:
        count = translate(
            "live.of", {"done": formats.number(run.counts.done), "total": formats.number(run.counts.total)}
        )
    word = translate("live.stopping" if run.stop_by else "live.stop.short")
    stop = tag(
        "button", icon("square"), word, type="button", class_="btn btn-s right", data_at_do="stop-other",
        data_at_value=run.id, data_at_key=f"stop-{run.id}", disabled=bool(run.stop_by), aria_label=f"{word} {flow}",
    )  # fmt: skip
    return tag(
        "div",
        tag("div", tag("h3", flow, class_="grow"), words.state_pill(run.state.value), class_="row"),
        tag("p", translate("live.since", {"profile": profile, "at": since}), class_="sm t2"),
        tag("div", tag("span", count, class_="sm t2 num"), stop, class_="row"),
        class_="also",
    )
