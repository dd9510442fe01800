"""The first cell of a page: the profile it works on, or what to do when there is none yet."""

from __future__ import annotations

from atoosync_lab.kit import links
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, Part, tag
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.parameters import PageParameters
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace


def opened(given: PageParameters) -> Session | None:
    """The profile that the parameters name, the default one when they name none; None: the workbench is empty.

    Raises:
        SettingsError: no such profile; the message lists those there are.
    """
    workspace = Workspace.open()
    if not workspace.profiles.list():
        return None
    return Session(workspace, workspace.profiles.get(given.profile or None).id)


def no_profile() -> Html:
    """An empty workbench: what will stand here, why it is empty, the button that changes it."""
    return empty(
        "store",
        translate("opening.no_profile"),
        links.notebook("profile.ipynb", icon("plus"), translate("opening.create_profile"), class_="btn btn-1"),
        tag("p", translate("opening.demo"), " ", tag("code", "make demo", class_="mono"), class_="cap"),
    )


def empty(shape: str, sentence: str, *cures: Part) -> Html:
    """An empty state: a sentence and its cure."""
    inside = tag("div", icon(shape, "l"), tag("p", sentence), *cures, class_="empty")
    return tag("div", inside, class_="card", role="status")
