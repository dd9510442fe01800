"""The page « Pourquoi »: for any reference, customer or order, what was read and which rule decided (BEY-02)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atoosync_lab.kit import words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, Part, join, tag
from atoosync_lab.kit.view import Do, View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import translate
from atoosync_lab.planning.plan import Action
from atoosync_lab.runs import read_records
from atoosync_lab.runs.explaining import Explanation, Step
from atoosync_lab.runs.parameters import WhyParameters
from atoosync_lab.runs.read_records import Candidate
from atoosync_lab.runs.session import Session
from atoosync_lab.workbench import parameters, why_parts
from atoosync_lab.workbench.inline_map import InlineMaps
from atoosync_lab.workbench.opening import empty, no_profile


def check(namespace: Mapping[str, Any]) -> WhyParameters:
    """The page's parameters: `given = why_page.check(globals())`.

    Raises:
        SettingsError: a parameter is unknown or has the wrong type.
    """
    return parameters.given(WhyParameters, namespace)


def page(session: Session | None, given: WhyParameters) -> View:
    """The page, explaining what the parameters name.

    Args:
        session: the opened profile; None: there is none, and the page says what to do.
        given: the parameters.
    """
    return View(no_profile()) if session is None else WhyPage(session, given.key).view


def short(session: Session, key: str) -> Html:
    """The chain of a record, for the opened row of a plan; trouble is a sentence."""
    try:
        explanation = session.explain(key)
    except AtooSyncError as error:
        return words.banner("block", tag("p", str(error)))
    zone = session.profile.timezone
    flow = explanation.flows[0] if explanation.flows else ""
    told = why_parts.history(explanation, zone)
    past = join(tag("h3", translate("why.history"), style="margin:8px 0"), told) if told else None
    return join(why_parts.chain(explanation, flow, zone), past)


class WhyPage:
    """One record at a time; another one is found by what a person types.

    Args:
        session: the opened profile.
        key: what to explain first; empty: nothing yet.
    """

    def __init__(self, session: Session, key: str) -> None:
        self._session = session
        self._typed = ""
        self._found: tuple[Candidate, ...] = ()
        self._trouble = ""
        self._flow = ""
        self.explanation: Explanation | None = None
        self._maps = InlineMaps(session, on_saved=self._again, paint=self._paint)
        actions: dict[str, Do] = {
            "find": self._find,
            "explain": self._explain,
            "enter": self._enter,
            "flow": self._choose,
            "replay": lambda _: self._again(),
            "cure": self._maps.save,
        }
        self.view = View(Html(""), actions, self._on_field)
        if key:
            self._enter(key)
        self._paint()

    def _on_field(self, name: str, value: str) -> None:
        self._maps.field(name, value)

    def _find(self, text: str) -> None:
        """Propose records while the person types."""
        self._typed = text
        self._found = read_records.candidates(self._session.workspace, self._session.profile_id, text)
        self._paint()

    def _enter(self, text: str) -> None:
        """Explain the record that answers to what was typed; several: let the person choose."""
        wanted = text.strip()
        if not wanted:
            return
        self._typed = wanted
        found = read_records.candidates(self._session.workspace, self._session.profile_id, wanted)
        exact = [one for one in found if one.key == wanted or wanted in one.label.split()]
        if len(found) > 1 and not exact:
            self._found = found
            self._paint()
            return
        best = exact[0] if exact else (found[0] if found else None)
        self._explain(best.key if best is not None else wanted)

    def _explain(self, key: str) -> None:
        self._found, self._trouble = (), ""
        try:
            self.explanation = self._session.explain(key)
        except AtooSyncError as error:
            self.explanation, self._trouble = None, str(error)
        self._typed = ""
        flows = self.explanation.flows if self.explanation else ()
        self._flow = flows[0] if flows else ""
        self._paint()

    def _again(self) -> None:
        """Compute it anew, over the same captures with the settings as they are now."""
        if self.explanation is not None:
            flow = self._flow
            self._explain(self.explanation.key)
            if self.explanation is not None and flow in self.explanation.flows:
                self._flow = flow
                self._paint()

    def _choose(self, flow: str) -> None:
        if self.explanation is not None and flow in self.explanation.flows:
            self._flow = flow
            self._paint()

    def _paint(self) -> None:
        html = self.html()
        if html != self.view.html:
            self.view.show(html)

    def html(self) -> Html:
        """The page as it stands."""
        body: Part
        if self._trouble:
            body = words.banner("block", tag("p", self._trouble))
        elif self.explanation is None:
            body = empty("question", translate("why.nothing_asked"))
        else:
            body = self._explained(self.explanation)
        return join(self._head(), self._candidates(), body)

    def _head(self) -> Html:
        known = self.explanation
        title = translate("why.title")
        sub = None
        if known is not None:
            title = known.label or known.key
            sub = tag("p", tag("span", known.key, class_="mono"), class_="sub")
        crumb = tag("div", self._session.profile.name, icon("right", "s"), translate("why.title"), class_="crumb")
        label = translate("why.search")
        field = tag(
            "input", type="search", class_="input", placeholder=label, aria_label=label, value=self._typed,
            data_at_input="find", data_at_enter="enter", data_at_key="find", autocomplete="off",
        )  # fmt: skip
        return tag(
            "div",
            tag("div", crumb, tag("h1", title), sub),
            tag("div", tag("div", icon("search"), field, class_="find"), class_="actions"),
            class_="head",
        )

    def _candidates(self) -> Html | None:
        if not self._typed:
            return None
        if not self._found:
            return tag("p", translate("why.none_found", {"text": self._typed}), class_="t2", role="status")
        listed = [
            tag(
                "button", icon("cart" if one.kind == "order" else "box"), tag("span", one.key, class_="mono"),
                " ", one.label, type="button", class_="chip", data_at_do="explain", data_at_value=one.key,
                data_at_key=f"found-{one.kind}-{one.key}",
            )
            for one in self._found
        ]  # fmt: skip
        return tag(
            "div", *listed, class_="row wrap", role="group", aria_label=translate("why.found"),
            style="margin-bottom:16px",
        )  # fmt: skip

    def _explained(self, explanation: Explanation) -> Html:
        zone = self._session.profile.timezone
        main_step = why_parts.main_step(explanation, self._flow)
        banner = why_parts.verdict(main_step) if main_step else None
        main = tag("div", why_parts.chain(explanation, self._flow, zone), class_="c8")
        aside = tag("div", tag("div", *self._cards(explanation, main_step), class_="side-cards"), class_="c4")
        grid = tag("div", main, aside, class_="grid") if explanation.flows else None
        return join(self._flows(explanation), banner, grid)

    def _flows(self, explanation: Explanation) -> Html | None:
        """The flows that decide something about this record; one is on show."""
        if len(explanation.flows) < 2:
            return None
        buttons = [
            tag(
                "button", words.flow_title(flow), type="button", data_at_do="flow", data_at_value=flow,
                data_at_key=f"flow-{flow}", aria_pressed="true" if flow == self._flow else "false",
            )
            for flow in explanation.flows
        ]  # fmt: skip
        return tag(
            "div", *buttons, class_="seg", role="group", aria_label=translate("why.flows"),
            style="margin-bottom:16px;flex-wrap:wrap",
        )  # fmt: skip

    def _cards(self, explanation: Explanation, step: Step | None) -> list[Html]:
        cards = [card] if step is not None and (card := self._ways(step)) is not None else []
        told = why_parts.history(explanation, self._session.profile.timezone)
        if told is not None:
            cards.append(_card(translate("why.history"), told))
        again = tag(
            "button", icon("refresh"), translate("why.replay"), type="button", class_="btn", data_at_do="replay",
            data_at_key="replay",
        )  # fmt: skip
        note = tag("p", translate("why.replay_note"), class_="t2", style="margin-bottom:12px")
        cards.append(_card(translate("why.replay_title"), note, again))
        return cards

    def _ways(self, step: Step) -> Html | None:
        """« Pour que … »: what would change the outcome."""
        action = why_parts.action_of(step)
        if action is Action.BLOCK and step.row is not None:
            mends = self._maps.html(step.row)
            return _card(translate("why.to_unblock"), mends) if mends else None
        told = why_parts.ways(step)
        if not told:
            return None
        code = "why.to_stay_visible" if action is Action.DEACTIVATE else "why.to_be_sent"
        return _card(translate(code), tag("ul", *[tag("li", icon(s), tag("span", t)) for s, t in told], class_="says"))


def _card(title: str, *parts: Part) -> Html:
    head = tag("div", tag("h2", title), class_="card-h")
    return tag("section", head, tag("div", *parts, class_="card-b"), class_="card")
