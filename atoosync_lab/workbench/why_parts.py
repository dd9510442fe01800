"""An explanation as people read it: the verdict, the chain with its deciding step, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from atoosync_lab.kit import formats, links, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, Part, join, tag
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.labels import field_name
from atoosync_lab.planning.plan import Action
from atoosync_lab.runs.explaining import Explanation, Step
from atoosync_lab.workbench import changes
from atoosync_lab.workbench.plan_table import reasons

_SHAPES = {"read": "database", "filtered": "filter", "decided": "gear", "ledger": "chain", "journal": "journal"}
_LOOKS = {
    "create": ("plus", "create"), "update": ("pencil", "update"), "activate": ("eye", "activate"),
    "deactivate": ("eye-off", "deactivate"), "link": ("chain", "lnk"), "skip": ("dash", "skip"),
    "block": ("barred", "block"),
}  # fmt: skip
_OUTCOMES = {"passed": ("tick", "fg-create"), "failed": ("cross", "fg-block"), "not_reached": ("dash", "t3")}

WAYS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "product.filtered_out": (("filter", "why.way.filter", "articles.ipynb"),),
    "product.dormant": (("database", "why.way.dormant", ""),),
    "product.not_published": (
        ("database", "why.way.publish", ""), ("gear", "why.way.published_rule", "articles.ipynb")
    ),
    "status.not_published": (
        ("database", "why.way.publish", ""), ("database", "why.way.dormant", "")
    ),
    "product.not_modified": (
        ("database", "why.way.modify", ""), ("history", "why.way.since", "articles.ipynb")
    ),
    "product.not_in_shop": (("plus", "why.way.create_first", "preview.ipynb"),),
    "order.imported": (("store", "why.way.imported", ""),),
}  # fmt: skip
"""Reason -> ways to change the outcome: icon, sentence, page that does it."""


def said(step: Step) -> list[str]:
    """What a deciding step says, every reason of a held order."""
    if step.row is not None and step.message.code == step.row.reason:
        return reasons(step.row)
    return [str(step.message)]


def verdict(step: Step) -> Html:
    """The answer in a sentence."""
    action = str(step.row.action) if step.row else "skip"
    shape, look = _LOOKS[action]
    if step.row is None and not step.flow:
        shape, look = "question", "warn"
    title = said(step)
    flow = words.flow_title(step.flow) if step.flow else ""
    told = translate("why.computed", {"flow": flow, "action": words.action_word(action)}) if flow else ""
    text = tag("div", tag("h2", title[0]), tag("p", told) if told else None, class_="grow")
    return tag("div", tag("span", icon(shape), class_="disc"), text, class_=f"verdict-big {look}", role="status")


_MAIN = ("order", "credit_note", "product", "price", "stock", "status")
"""Kinds of record that people ask about; rows of a buyer, a settlement or a status follow from them."""


def main_step(explanation: Explanation, flow: str) -> Step | None:
    """The step that decides: of an order's rows the order's own."""
    mine = [s for s in explanation.verdicts if s.flow in ("", flow)]
    own = [s for s in mine if s.row is not None and s.row.entity in _MAIN]
    return next(iter(own or mine), None)


def chain(explanation: Explanation, flow: str, zone: str) -> Html:
    """The steps of one flow, in order."""
    steps = [s for s in explanation.steps if s.kind in ("read", "filtered", "decided") and s.flow in ("", flow)]
    refused = any(value.startswith("failed") for s in steps if s.kind == "filtered" for _, value in s.facts)
    main = main_step(explanation, flow)
    # A filter that refuses the record is what decided; else the rule is.
    links_ = [_link(s, zone, decisive=s.kind == "filtered" if refused else s is main) for s in steps]
    return tag("ol", *links_, class_="chain")


def _link(step: Step, zone: str, *, decisive: bool) -> Html:
    """One step."""
    mark = None
    if decisive:
        mark = tag("span", icon("tick"), translate("why.decisive"), class_="pill run")
    title, text = translate(f"explain.kind.{step.kind}"), str(step.message)
    if step.kind == "read":
        title, text = text, translate("why.captured", {"at": formats.moment(step.at, zone)}) if step.at else ""
    if step.kind == "decided":
        title = translate("why.rule", {"flow": words.flow_title(step.flow)})
        text = " ".join(said(step))
    body = tag(
        "div",
        tag("h3", title, mark),
        tag("p", text, class_="sm t2"),
        _table(step, zone),
        class_="grow",
    )
    dot = tag("span", icon(_SHAPES[step.kind], "s"), class_="dot")
    look = {"class_": "decisive", "aria_current": "true"} if decisive else {}
    return tag("li", dot, body, data_kind=step.kind, **look)


def _table(step: Step, zone: str) -> Html | None:
    rows = list(_facts(step, zone))
    return tag("dl", *[part for name, value in rows for part in (tag("dt", name), tag("dd", value))]) if rows else None


def _facts(step: Step, zone: str) -> Iterator[tuple[Part, Part]]:
    if step.kind == "decided" and step.row is not None:
        yield translate("preview.head.action"), words.action_pill(str(step.row.action))
        for name, before, after in step.row.changes:
            yield field_name(name), changes.inline(((name, before, after),)) if before is not None else (
                changes.shown(name, after)
            )  # fmt: skip
        return
    for name, value in step.facts:
        if step.kind == "filtered":
            outcome, _, expression = value.partition(" ")
            shape, look = _OUTCOMES[outcome]
            word = tag("span", icon(shape, "s"), " ", translate(f"why.test.{outcome}"), class_=f"{look} b")
            yield translate(f"why.filter.{name}"), join(word, " ", tag("span", expression, class_="mono t2"))
        elif step.kind == "read":
            yield _name(name), _value(name, value, zone)


def _name(name: str) -> str:
    code = f"why.fact.{name}"
    word = translate(code)
    return field_name(name) if word == code else word


def _value(name: str, value: str, zone: str) -> Html:
    if value in ("true", "false"):
        return join(translate(f"why.{value}"))
    if name in ("modified_at", "date"):
        return join(formats.moment(datetime.fromisoformat(value), zone))
    if name == "kind":
        return join(translate(f"why.kind.{value}"))
    return changes.shown(name, value)


def ways(step: Step) -> list[tuple[str, Part]]:
    """What would change the outcome, with links."""
    reason = step.row.reason if step.row else ""
    told: list[tuple[str, Part]] = []
    for shape, code, page in WAYS.get(reason, ()):
        text = translate(code)
        told.append((shape, links.notebook(page, text, key=f"way-{code}") if page else text))
    return told


def history(explanation: Explanation, zone: str) -> Html | None:
    """What the ledger and the journal know of it, newest first."""
    steps = [s for s in explanation.steps if s.kind in ("ledger", "journal") and s.at]
    if not steps:
        return None
    newest = sorted(steps, key=lambda s: s.at.timestamp() if s.at else 0.0, reverse=True)
    alike: dict[str, list[Step]] = {}
    for step in newest:
        alike.setdefault(str(step.message), []).append(step)
    rows = []
    for sentence, same in list(alike.items())[:12]:
        times = translate("why.times", {"count": formats.number(len(same))}) if len(same) > 1 else ""
        at = formats.moment(same[0].at, zone) if same[0].at else ""
        rows.append(tag("li", tag("time", at), tag("span", sentence, " ", tag("span", times, class_="t3"))))
    return tag("ul", *rows, class_="history")


def action_of(step: Step) -> Action:
    """The action that a step decides; a refusal to plan counts as held."""
    return step.row.action if step.row else Action.BLOCK
