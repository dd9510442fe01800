"""What a rule says and does, beside its form: the sentence, the next 20 starts, the budget (mock-up 07, right)."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import format_date

from atoosync_lab.kit import formats, pieces, schedule, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.model.i18n import current_language, translate
from atoosync_lab.runs import rule_words
from atoosync_lab.runs.schedule_effects import Clash, Effects
from atoosync_lab.settings.schedule import ScheduleRule
from atoosync_lab.workbench.schedule_fields import Draft

SHIFT = 15
"""Minutes by which a clash is moved out of the way."""


def side(draft: Draft, rule: ScheduleRule | None, effects: Effects | None) -> Html:
    """What the rule says and does; while it is no rule, what will stand here."""
    if rule is None or effects is None:
        waiting = pieces.empty(translate("schedule.no_rule"), translate("schedule.no_rule_why"), shape="clock")
        return tag("div", waiting, class_="card")
    says = tag("p", f"«\u00a0{rule_words.sentence(rule)}.\u00a0»", class_="rule-says", role="status")
    return tag("div", says, _starts(draft, effects), _budget(draft, effects), class_="rule-side")


def _starts(draft: Draft, effects: Effects) -> Html:
    zone = ZoneInfo(draft.zone)
    met = {clash.start: clash for clash in effects.clashes}
    days = []
    number = 0
    for day, found in groupby(effects.starts, key=lambda start: start.astimezone(zone).date()):
        times = []
        for start in found:
            clash = met.get(start)
            said = _meets(clash) if clash is not None else ""
            times.append(pieces.Start(f"{start.astimezone(zone):%H:%M}", number == 0, said))
            number += 1
        pattern = "EEE d MMM" if day.year == datetime.now(zone).year else "EEE d MMM y"
        named = str(format_date(day, pattern, locale=current_language()))
        if day.day == 1:
            named = named.replace(" 1 ", f" {translate('rule.first_day')} ", 1)
        days.append((named, times))
    title = translate("schedule.starts", {"count": len(effects.starts)})
    return tag(
        "div",
        tag("div", tag("h2", title), class_="card-h"),
        tag("div", pieces.starts(days), class_="card-b starts-box"),
        _clash(draft, effects),
        class_="card",
    )


def _meets(clash: Clash) -> str:
    code = "schedule.meets_same" if clash.same_profile else "schedule.meets"
    return translate(code, {"flow": words.flow_title(clash.flow), "profile": clash.profile})


def _clash(draft: Draft, effects: Effects) -> Html | None:
    if not effects.clashes:
        return None
    first = effects.clashes[0]
    at = formats.long_moment(first.start, draft.zone).rpartition(":")[0]
    more = len({clash.start for clash in effects.clashes}) - 1
    others = translate("schedule.clash_more", {"count": formats.number(more)}) if more else ""
    return tag(
        "div",
        icon("triangle"),
        tag(
            "div",
            tag("p", tag("b", at[:1].upper() + at[1:]), f", {_meets(first)} {others}".rstrip()),
            pieces.button("shift", translate("schedule.shift", {"minutes": SHIFT}), value=str(SHIFT), small=True),
        ),
        class_="clash",
        role="status",
    )


def _budget(draft: Draft, effects: Effects) -> Html:
    unknown = translate("schedule.unknown_yet")
    lasts = formats.duration(effects.usual) if effects.usual is not None else unknown
    entries = [(translate("schedule.budget.duration"), lasts, effects.too_slow)]
    counter = translate(f"schedule.budget.{effects.quota.counter}")
    units = "" if effects.units is None else translate("schedule.units", {"count": formats.number(effects.units)})
    entries.append((counter, units or unknown, False))
    if effects.quota.bought is not None:
        short = (effects.units or 0) > (effects.quota.available or 0)
        left = {"left": formats.number(effects.quota.available or 0), "bought": formats.number(effects.quota.bought)}
        entries.append((translate("schedule.budget.quota"), translate("schedule.left_of", left), short))
    if effects.calls is not None:
        calls, cap = formats.number(effects.calls), effects.calls_cap
        said = translate("schedule.calls_of", {"calls": calls, "cap": formats.number(cap)}) if cap else calls
        entries.append((translate("schedule.budget.calls"), said, bool(cap and effects.calls > cap)))
    if effects.clock is not None:
        day = format_date(effects.clock.at.astimezone(ZoneInfo(draft.zone)), "dd/MM/yyyy", locale=current_language())
        name = translate("schedule.budget.summer" if effects.clock.forward else "schedule.budget.winter", {"day": day})
        touched = effects.clock.touched
        code = "schedule.touched" if touched else "schedule.untouched"
        entries.append((name, translate(code, {"count": touched}), False))
    enough = effects.fits and not effects.too_slow
    look, shape, word = ("create", "tick", "enough") if enough else ("warn", "triangle", "tight")
    pill = tag("span", icon(shape), translate(f"schedule.{word}"), class_=f"pill {look}")
    slow = tag("p", translate("schedule.too_slow"), class_="sm", style="margin-top:10px") if effects.too_slow else None
    return tag(
        "div",
        tag("div", tag("h2", translate("schedule.budget")), pill, class_="card-h"),
        tag("div", schedule.facts(entries), slow, class_="card-b"),
        class_="card",
    )
