"""How a run ended: the verdict, the counts, each record with a problem and its cure, and what support asks for."""

from __future__ import annotations

from datetime import UTC, datetime

from atoosync_lab.kit import formats, run_card, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.plan import Action, PlanRow
from atoosync_lab.runs.session import Session
from atoosync_lab.store.journal_records import Entry, Run
from atoosync_lab.workbench.cures import cures
from atoosync_lab.workbench.run_facts import RunFacts

SHOWN = 100
"""Records with a problem that are told one by one; the journal has them all."""


def told(session: Session, facts: RunFacts, reported: str = "") -> Html:
    """The card of a run that has ended.

    Args:
        session: the opened profile.
        facts: what the journal says of it.
        reported: where the file for support was put; empty: it was not asked for.
    """
    run = facts.run
    if run is None:
        return Html("")
    counts = {name: getattr(run.counts, name) for name in run_card.COUNTS}
    entries = session.workspace.journal.entries(run.id, levels=("warning", "error"))
    wrong = [entry for entry in entries if entry.record]
    body = join(
        _verdict(facts, run, counts),
        run_card.figures(counts, run.duration(datetime.now(UTC))),
        _problems(session, wrong),
        _support(run, reported),
    )
    return tag("section", body, class_="card", style="margin-bottom:24px")


def _verdict(facts: RunFacts, run: Run, counts: dict[str, int]) -> Html:
    """The answer before the data; of a dry run what would be written, for nothing was."""
    if run.message is None or run.message.code != "run.dry_run":
        return run_card.verdict(run.state.value, counts, str(run.message) if run.message else "")
    params = {"rows": formats.number(facts.to_send), "blocked": formats.number(counts["blocked"])}
    code = {0: "ended.dry_run", 1: "ended.dry_run_held_one"}.get(counts["blocked"], "ended.dry_run_held")
    kind = "warn" if counts["blocked"] else "ok"
    return words.banner(kind, tag("p", translate(code, params), class_="b"), class_="verdict")


def _problems(session: Session, entries: list[Entry]) -> Html | None:
    if not entries:
        return None
    head = tag("h2", translate("kit.problems", {"count": formats.number(len(entries))}))
    listed = [_problem(session, entry) for entry in entries[:SHOWN]]
    more = len(entries) - len(listed)
    if more > 0:
        listed.append(tag("li", tag("span", ""), tag("span", translate("ended.more", {"count": formats.number(more)}))))
    return join(tag("div", head, class_="card-h sep"), tag("ul", *listed, class_="errors"))


def _problem(session: Session, entry: Entry) -> Html:
    row = PlanRow(
        seq=0, action=Action.BLOCK, entity="", key=entry.record, reason=entry.code, params=dict(entry.params)
    )  # fmt: skip
    found = next(iter(cures(session, row)), None)
    link = found.link(class_="link") if found else None
    return tag(
        "li",
        tag("span", words.level_mark(str(entry.level)), " ", tag("span", entry.record, class_="mono b")),
        tag("span", str(entry.message), join(" ", link) if link else None),
    )


def _support(run: Run, reported: str) -> Html:
    """Facts for whoever helps, and the file that holds them all without a secret (RUN-06)."""
    facts = [
        (translate("kit.fact.run"), run.id),
        (translate("kit.fact.plan"), run.plan_id),
        (translate("kit.fact.code"), run.message.code if run.message else ""),
        (translate("kit.fact.who"), run.who),
        (translate("kit.fact.page"), run.notebook),
    ]
    listed = [part for name, value in facts if value for part in (tag("dt", name), tag("dd", value, class_="mono"))]
    said = None
    if reported:
        words_ = translate("ended.reported", {"path": reported})
        said = tag("p", icon("tick", "s"), " ", words_, class_="sm", role="status")
    button = tag(
        "button", icon("download"), translate("ended.report"), type="button", class_="btn btn-s", data_at_do="report",
        data_at_key="report",
    )  # fmt: skip
    return tag(
        "details",
        tag("summary", translate("kit.support"), class_="b"),
        tag("dl", *listed, class_="facts", style="margin:12px 0"),
        tag("p", translate("ended.report_note"), class_="cap"),
        tag("div", button, said, class_="row wrap", style="margin-top:8px"),
        class_="card-b sep",
        style="padding-top:14px",
        data_at_key="support",
    )
