"""A tab of the settings as a page: where one is, the tabs, the list of blocks with their state, the block on show.

Blocks stay alive while another one is shown: what was typed in them is still there, and the list says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ipywidgets  # type: ignore[import-untyped]

from atoosync_lab.kit import formats, links
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.stack import Stack
from atoosync_lab.kit.view import View
from atoosync_lab.model.i18n import translate

TABS: Sequence[tuple[str, str]] = (
    ("profile", "profile.ipynb"),
    ("articles", "articles.ipynb"),
    ("orders", "orders.ipynb"),
    ("import", "import.ipynb"),
    ("schedules", "schedules.ipynb"),
)
"""Tabs in the manual's order (SVC-17), each with its notebook; customers are a block of the orders."""

_SIDE = "1 1 190px"
_MAIN = "999 1 760px"
"""The block takes what the list leaves; where both do not fit in a row, each takes the whole width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a block stands."""

    todo: int = 0
    """Entries that wait to be mapped; 0: none."""
    dirty: bool = False
    """Something was typed that is not saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a tab."""

    key: str
    """Name in parameters and links: `taxes`."""
    title: str
    """What the list calls it, as people read it."""
    build: Callable[[], Sequence[ipywidgets.DOMWidget]]
    """Its surfaces, asked for when it is first shown."""
    state: Callable[[], State] = State


class _Columns(ipywidgets.Box):  # type: ignore[misc]
    """Two surfaces beside one another, or one under the other where there is no room."""

    def __init__(self, side: ipywidgets.DOMWidget, main: ipywidgets.DOMWidget) -> None:
        side.layout.flex, main.layout.flex = _SIDE, _MAIN
        side.layout.min_width = main.layout.min_width = "0"
        super().__init__(children=(side, main))
        self.layout.flex_flow = "row wrap"
        self.layout.align_items = "flex-start"
        self.add_class("at-columns")

    @property
    def html(self) -> Html:
        """Both as plain HTML, for executed copies."""
        return join(*[Html(getattr(child, "html", "")) for child in self.children])


class TabPage:
    """A tab of the settings.

    Args:
        tab: which one, of `TABS`.
        title: head of the page, as people read it.
        crumb: whose settings: the profile's name.
        sub: a sentence under the head.
        blocks: its blocks, in order.
        start: key of the block shown first; empty or unknown: the first one with something to do, else the first.
        tabs: keys of the tabs that are shown; empty: all.
    """

    def __init__(
        self,
        tab: str,
        title: str,
        *,
        crumb: str,
        sub: str,
        blocks: Sequence[Block],
        start: str = "",
        tabs: Sequence[str] = (),
    ) -> None:
        self._tab, self._title, self._crumb, self._sub = tab, title, crumb, sub
        self._tabs = tuple(tabs)
        self._blocks = {block.key: block for block in blocks}
        self._built: dict[str, Sequence[ipywidgets.DOMWidget]] = {}
        waiting = next((block.key for block in blocks if block.state().todo), blocks[0].key)
        self.shown = start if start in self._blocks else waiting
        self.side = View(self._side_html(), {"block": self.show})
        self.main = Stack()
        self.head = View(self._head_html())
        self.widget = Stack(self.head, _Columns(self.side, self.main))
        self.show(self.shown)

    def show(self, key: str) -> None:
        """Bring a block to the front; an unknown one changes nothing."""
        if key not in self._blocks:
            return
        self.shown = key
        if key not in self._built:
            self._built[key] = tuple(self._blocks[key].build())
            for widget in self._built[key]:
                for part in _views(widget):
                    part.observe(lambda _: self.paint(), "html")
        self.main.children = self._built[key]
        self.paint()

    def show_head(self, crumb: str, tabs: Sequence[str]) -> None:
        """Another name of the profile, or other tabs, since its functions changed."""
        self._crumb, self._tabs = crumb, tuple(tabs)
        html = self._head_html()
        if html != self.head.html:
            self.head.show(html)

    def paint(self) -> None:
        """Show the list of blocks again, if a state changed."""
        html = self._side_html()
        if html != self.side.html:
            self.side.show(html)

    def _head_html(self) -> Html:
        shown = [(key, path) for key, path in TABS if not self._tabs or key in self._tabs]
        entries = [
            tag("a", translate(f"tab.{key}"), aria_current="page", href="#", data_at_do="stay", data_at_key=f"t-{key}")
            if key == self._tab
            else links.notebook(path, translate(f"tab.{key}"), class_="tab", key=f"t-{key}")
            for key, path in shown
        ]
        return join(
            tag("div", translate("tab.crumb"), icon("right", "s"), self._crumb, class_="crumb"),
            tag("h1", self._title),
            tag("p", self._sub, class_="sub"),
            tag("nav", *entries, class_="tabs", aria_label=translate("tab.tabs"), style="margin-top:16px"),
        )

    def _side_html(self) -> Html:
        entries = [
            tag(
                "a",
                block.title,
                _mark(block.state()),
                href="#",
                role="button",
                aria_current="true" if block.key == self.shown else None,
                data_at_do="block",
                data_at_value=block.key,
                data_at_key=f"block-{block.key}",
            )
            for block in self._blocks.values()
        ]
        return tag("nav", *entries, class_="side", aria_label=translate("tab.blocks"))


def _mark(state: State) -> Html:
    """The state of a block: unsaved first, then what is to be done, else a tick."""
    if state.dirty:
        return tag("span", icon("pencil"), translate("tab.unsaved"), class_="pill update right")
    if state.todo:
        return tag(
            "span", translate("tab.todo", {"count": formats.number(state.todo)}), class_="pill block plain-pill right"
        )
    done = translate("tab.done")
    return tag("span", icon("tick"), tag("span", done, class_="vh"), class_="right fg-create", title=done)


def _views(widget: ipywidgets.DOMWidget) -> list[View]:
    """The views in a surface, however deep."""
    if isinstance(widget, View):
        return [widget]
    return [view for child in getattr(widget, "children", ()) for view in _views(child)]
