"""The page of profiles: the wizard, the list, and the tab « Profil » of the open one (SVC-01 to 04, 07, SEC-04).

`page = profiles_page.page(globals())`, then one call a cell: `page.profiles()`, `page.settings()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from atoosync_lab.kit import links
from atoosync_lab.kit.form import Field
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.stack import Stack
from atoosync_lab.kit.view import View
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.parameters import PageParameters
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile, functions
from atoosync_lab.workbench import parameters, profile_fields, registry
from atoosync_lab.workbench.creating import Wizard
from atoosync_lab.workbench.history import HistoryCard
from atoosync_lab.workbench.profile_list import ProfileList
from atoosync_lab.workbench.settings_form import SettingsCard
from atoosync_lab.workbench.tab_page import Block, State, TabPage


class ProfileParameters(PageParameters):
    """What the page takes."""

    block: str = ""
    """Block of the settings shown first: identity, functions, advanced, history."""


def page(namespace: Mapping[str, Any]) -> ProfilesPage:
    """The page, for the parameters of its notebook.

    Raises:
        SettingsError: a parameter is unknown or wrong, or there is no such profile.
    """
    given = parameters.given(ProfileParameters, namespace)
    return ProfilesPage(Workspace.open(), given.profile, given.block)


class ProfilesPage:
    """All profiles, and the settings of one.

    Args:
        workspace: the workbench.
        wanted: id of the profile to open; empty: the default one, if there is any.
        block: block of the settings shown first.
    """

    def __init__(self, workspace: Workspace, wanted: str = "", block: str = "") -> None:
        self._workspace, self._block = workspace, block
        current = workspace.profiles.get(wanted).id if wanted else workspace.profiles.default()
        self.cards: dict[str, SettingsCard] = {}
        self.tab: TabPage | None = None
        self._settings = Stack()
        self.wizard = Wizard(workspace, on_created=self._created, open=current is None)
        self.list = ProfileList(
            workspace,
            current,
            open_profile=self._open_if_saved,
            new_profile=self.wizard.open,
            leave=self._open,
        )
        self._open(current or "")

    def profiles(self) -> Stack:
        """The wizard and the list."""
        return Stack(self.list.view, self.wizard.view)

    def settings(self) -> Stack:
        """The tab « Profil » of the profile that is open."""
        return self._settings

    def unsaved(self) -> list[str]:
        """Titles of the cards in which something typed is not saved."""
        return [card.title for card in self.cards.values() if card.form.dirty()]

    # Opening.

    def _created(self, profile: Profile) -> None:
        self.list.current = profile.id if not self.unsaved() else self.list.current
        if self.list.current == profile.id:
            self._open(profile.id)
        self.list.paint()

    def _open_if_saved(self, profile_id: str | None) -> bool:
        if self.unsaved():
            self.list.ask_to_leave(profile_id or "")
            return False
        self._open(profile_id or "")
        return True

    def _open(self, profile_id: str) -> None:
        """Show the settings of a profile, whatever was unsaved in another one's."""
        self.cards, self.tab = {}, None
        if not profile_id:
            self._settings.children = (View(_nothing_open()),)
            return
        session = Session(self._workspace, profile_id)
        self.tab = TabPage(
            "profile",
            translate("profiles.settings"),
            crumb=session.profile.name,
            sub=translate("profiles.settings.sub"),
            blocks=self._blocks(session),
            start=self._block or "identity",
            tabs=functions.tabs(session.profile.functions),
        )
        self._settings.children = (self.tab.widget,)

    def _blocks(self, session: Session) -> Sequence[Block]:
        def card(key: str, fields: Sequence[Field], note: str, after: Callable[[], Html] | None = None) -> Block:
            """A block of one card of settings."""

            def build() -> Sequence[ipywidgets.DOMWidget]:
                title = translate(f"profiles.block.{key}")
                self.cards[key] = SettingsCard(
                    session, title, fields, note=note, on_saved=lambda _: self._saved(session), after=after
                )
                return (self.cards[key].view,)

            def state() -> State:
                return State(dirty=key in self.cards and self.cards[key].form.dirty())

            return Block(key=key, title=translate(f"profiles.block.{key}"), build=build, state=state)

        def history() -> Sequence[ipywidgets.DOMWidget]:
            words = registry.by_path(session)
            self.history = HistoryCard(session, words, on_restored=lambda: self._saved(session))
            return (self.history.view,)

        return (
            card("identity", profile_fields.identity(session), translate("profiles.block.identity.note"), _connections),
            card(
                "functions",
                profile_fields.functions_on(session),
                translate("profiles.block.functions.note"),
                lambda: _locked(session.profile),
            ),
            card("advanced", profile_fields.sizes(session), translate("profiles.block.advanced.note")),
            Block(key="history", title=translate("profiles.block.history"), build=history),
        )

    def _saved(self, session: Session) -> None:
        """Settings changed: whatever shows them is painted anew; what is typed elsewhere stays."""
        profile = session.profile
        for card in self.cards.values():
            card.reload()
        if self.tab is not None:
            self.tab.show_head(profile.name, functions.tabs(profile.functions))
        if hasattr(self, "history"):
            self.history.paint()
        self.list.paint()


def _connections() -> Html:
    """The manual keeps the credentials on this tab; here they have a page of their own."""
    link = links.notebook("connect.ipynb", icon("key"), translate("profiles.connections"), class_="btn")
    return tag("div", link, tag("p", translate("profiles.connections.help"), class_="help"), class_="sep")


def _nothing_open() -> Html:
    return tag(
        "section",
        tag(
            "div",
            icon("folder", "l"),
            tag("h2", translate("profiles.nothing_open")),
            tag("p", translate("profiles.nothing_open.cure"), class_="sub"),
            class_="empty",
        ),
        class_="card",
    )


def _locked(profile: Profile) -> Html:
    """Functions that cannot be switched on, each with its reason."""
    rows: list[Html] = []
    for group, options in functions.GROUPS.items():
        whole = functions.locked(profile, group)
        for option in ("",) if whole is not None else options:
            reason = functions.locked(profile, group, option)
            if reason is not None:
                rows.append(
                    tag(
                        "li",
                        icon("lock", "s"),
                        tag("span", tag("strong", functions.title(group, option)), " ", str(reason)),
                    )
                )
    if not rows:
        return Html("")
    return tag("div", tag("h3", translate("profiles.locked")), tag("ul", *rows, class_="locked"), class_="sep")
