"""One word, icon and colour for each action, state and level: colour never alone."""

from __future__ import annotations

from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import translate

ACTIONS = ("create", "update", "activate", "deactivate", "link", "skip", "block")
"""Plan actions, in the order in which they are always shown."""

STATES = ("waiting", "running", "succeeded", "partial", "failed", "stopped", "quota_reached", "lost")

_ACTION_LOOK = {
    "create": ("plus", "create"),
    "update": ("pencil", "update"),
    "activate": ("eye", "activate"),
    "deactivate": ("eye-off", "deactivate"),
    "link": ("chain", "lnk"),
    "skip": ("dash", "skip"),
    "block": ("barred", "block"),
}
_STATE_LOOK = {
    "waiting": ("clock", "skip"),
    "running": ("play", "run"),
    "succeeded": ("tick", "create"),
    "partial": ("triangle", "warn"),
    "failed": ("cross", "block"),
    "stopped": ("square", "skip"),
    "quota_reached": ("triangle", "warn"),
    "lost": ("question", "lnk"),
}
_LEVEL_LOOK = {
    "info": ("play", "t2"),
    "success": ("tick", "fg-create"),
    "warning": ("triangle", "fg-warn"),
    "error": ("cross", "fg-block"),
}
_BANNER_LOOK = {"block": "cross", "warn": "triangle", "ok": "tick", "info": "info"}
_BANNER_OF_STATE = {"succeeded": "ok", "partial": "warn", "quota_reached": "warn", "failed": "block", "lost": "warn"}


def action_word(action: str, language: str | None = None) -> str:
    """« Créer », « Modifier », ..."""
    return translate(f"action.{action}", None, language)


def action_pill(action: str, language: str | None = None, *, plain: bool = False) -> Html:
    """An action of a plan: icon and word."""
    shape, look = _ACTION_LOOK[action]
    return tag("span", icon(shape), action_word(action, language), class_=f"pill {look}{' plain' if plain else ''}")


def action_title(action: str, language: str | None = None) -> Html:
    """An action as head of a tile."""
    shape, look = _ACTION_LOOK[action]
    return tag("span", icon(shape), action_word(action, language), class_=f"pill plain {look}")


def state_word(state: str, language: str | None = None) -> str:
    """« Réussie », « Partielle », ..."""
    return translate(f"state.{state}", None, language)


def state_icon(state: str) -> Html:
    """The icon of a state, for chips that carry its word."""
    return icon(_STATE_LOOK[state][0])


def state_pill(state: str, language: str | None = None) -> Html:
    """The state of a run: icon and word."""
    shape, look = _STATE_LOOK[state]
    return tag("span", icon(shape), state_word(state, language), class_=f"pill {look}")


def level_mark(level: str, language: str | None = None) -> Html:
    """The level of a log line: icon and word."""
    shape, look = _LEVEL_LOOK[level]
    return tag("span", icon(shape, "s"), translate(f"kit.level.{level}", None, language), class_=f"lv {look}")


def flow_title(flow: str, language: str | None = None) -> str:
    """The one name of a flow (RUN-04); its id where a later version has left an older journal behind."""
    code = f"flow.{flow}"
    title = translate(code, None, language)
    return flow if title == code else title


def system_name(system: str) -> str:
    """The name a system bears among people; its id where it has no other."""
    code = f"kit.system.{system}"
    name = translate(code)
    return system if name == code else name


def banner(kind: str, *parts: str, class_: str = "") -> Html:
    """A sentence that stands out, with its cure; `kind`: block, warn, ok, info."""
    look = f"banner banner-{kind} banner-t {class_}".strip()
    role = "alert" if kind == "block" else "status"
    return tag("div", icon(_BANNER_LOOK[kind]), tag("div", join(*parts), class_="grow"), class_=look, role=role)


def banner_of_state(state: str) -> str:
    """The kind of banner under which a run's verdict stands."""
    return _BANNER_OF_STATE.get(state, "info")
