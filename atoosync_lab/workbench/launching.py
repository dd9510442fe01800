"""Starting a run from a page: which flow, a dry run at once, a real one after its question."""

from __future__ import annotations

from collections.abc import Callable

from atoosync_lab.kit import words
from atoosync_lab.kit.choices import Choice, options
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import flows, queue
from atoosync_lab.runs.session import Session
from atoosync_lab.settings import functions

FIELD = "flow"
"""Name of the field in which a person chooses the flow."""


def flow_choices(session: Session) -> tuple[Choice, ...]:
    """Flows of the functions that are switched on, by their one name."""
    on = session.profile.functions
    return tuple(Choice(name, words.flow_title(name)) for name in flows.FLOWS if functions.allows(on, name))


def flow_picker(session: Session, flow: str, *, hint: str) -> Html:
    """The field in which a flow is chosen.

    Args:
        session: the opened profile.
        flow: the flow on show; it is offered even when its function is off.
        hint: what choosing does, for those who do not see the page.
    """
    choices = flow_choices(session)
    if flow not in [choice.value for choice in choices]:
        choices = (*choices, Choice(flow, words.flow_title(flow)))
    return tag(
        "select", options(choices, flow), class_="input flow-pick", aria_label=hint, data_at_field=FIELD,
        data_at_key=FIELD,
    )  # fmt: skip


class Launch:
    """The flow, both buttons and the question; a part of a page.

    Args:
        session: the opened profile.
        flow: the flow chosen first.
        start: starts a run of a flow, dry or not.
        repaint: shows the page anew.
    """

    def __init__(
        self, session: Session, flow: str, start: Callable[[str, bool], None], repaint: Callable[[], None]
    ) -> None:
        self._session, self.flow, self._start, self._repaint = session, flow, start, repaint
        self._asking = False
        self.actions: dict[str, Callable[[str], None]] = {
            "try": lambda _: self._start(self.flow, True),
            "ask": lambda _: self._ask(True),
            "keep": lambda _: self._ask(False),
            "go": self._go,
        }

    def on_field(self, name: str, value: str) -> None:
        """Another flow is chosen; anything that is not offered is dropped."""
        if name == FIELD and value in [choice.value for choice in flow_choices(self._session)]:
            self.flow, self._asking = value, False
            self._repaint()

    def close(self, flow: str) -> None:
        """A run of a flow begins: nothing is asked any more."""
        self.flow, self._asking = flow, False

    def _ask(self, asking: bool) -> None:
        self._asking = asking
        self._repaint()

    def _go(self, _: str) -> None:
        if self._asking:  # nothing is written that was not asked by name
            self._asking = False
            self._start(self.flow, False)

    def head(self) -> Html:
        """Title of a page that shows no run."""
        title = tag("h1", words.flow_title(self.flow))
        return tag(
            "div", tag("div", tag("div", self._session.profile.name, class_="crumb"), title), class_="head"
        )  # fmt: skip

    def html(self) -> Html:
        """Flow, « Faire un essai à blanc », « Lancer … », or the question."""
        if self._asking:
            return self._question()
        picker = flow_picker(self._session, self.flow, hint=translate("launch.flow"))
        dry = tag(
            "button", icon("eye"), translate("launch.try"), type="button", class_="btn", data_at_do="try",
            data_at_key="try",
        )  # fmt: skip
        real = tag(
            "button", translate(f"launch.start.{direction(self.flow)}"), type="button", class_="btn btn-1",
            data_at_do="ask", data_at_key="ask",
        )  # fmt: skip
        inside = tag("div", tag("h2", translate("launch.again")), picker, dry, real, class_="tools")
        return tag("section", inside, class_="card", style="margin-bottom:16px")

    def _question(self) -> Html:
        profile = self._session.profile
        names = {
            "flow": words.flow_title(self.flow), "profile": profile.name,
            "system": words.system_name(written_side(self._session, self.flow)),
        }  # fmt: skip
        served = queue.worker_alive(self._session.workspace)
        where = translate("launch.in_worker" if served else "launch.in_page")
        text = tag(
            "div",
            tag("p", translate("launch.question", names), class_="b"),
            tag("p", where, class_="sm t2"),
            class_="grow",
        )
        keep = tag(
            "button", translate("launch.keep"), type="button", class_="btn", data_at_do="keep", data_at_key="keep"
        )  # fmt: skip
        go = tag(
            "button", translate(f"launch.go.{direction(self.flow)}"), type="button", class_="btn btn-1",
            data_at_do="go", data_at_key="go",
        )  # fmt: skip
        return tag("div", text, join(keep, go), class_="ask", role="group", aria_label=names["flow"])


def direction(flow: str) -> str:
    """`export`, `import` or `update`: what a person calls a run of this flow (RUN-04)."""
    if flow in ("orders", "credit-notes"):
        return "import"
    return "export" if flow in ("articles", "articles-new") else "update"


def written_side(session: Session, flow: str) -> str:
    """The system that a flow writes to."""
    profile = session.profile
    return profile.erp.system if direction(flow) == "import" else profile.shop.system
