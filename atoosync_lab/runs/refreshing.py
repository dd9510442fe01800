"""Test a connection and re-read the reference lists into the profile (SVC-05, SVC-06)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime

from atoosync_lab.connectors.base import ConnectionReport, Connector
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists
from atoosync_lab.runs import systems
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile

GONE = "gone"
"""Mark in a list item's `extra`: a value still used by the profile that the system no longer has."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh found."""

    added: Mapping[str, tuple[str, ...]]
    """List -> labels that are new."""
    gone: Mapping[str, tuple[str, ...]]
    """List -> labels that the system no longer has; kept, marked, as long as they are named by the profile."""
    revision: int


def check(workspace: Workspace, profile: Profile) -> dict[str, ConnectionReport]:
    """Test both sides, each alone; a side whose credentials are missing raises for that side only when asked alone.

    Raises:
        SettingsError: a credential is missing.
    """
    reports = {}
    for side in ("shop", "erp"):
        reports[side] = check_side(workspace, profile, side)
    return reports


def check_side(workspace: Workspace, profile: Profile, side: str) -> ConnectionReport:
    """Test one side with the values given, saved or not."""
    connector = _open(workspace, profile, side)
    try:
        return connector.check()
    finally:
        connector.close()


def refresh(workspace: Workspace, profile_id: str, *, who: str, sides: tuple[str, ...] = ("shop", "erp")) -> Refreshed:
    """Re-read the lists of one or both sides into the profile.

    Raises:
        SettingsError, ConnectionFailedError, SignInRequiredError, RetryError: nothing is saved then.
    """
    profile = workspace.profiles.get(profile_id)
    revision = workspace.profiles.revision(profile_id)
    changes: dict[str, object] = {}
    added: dict[str, tuple[str, ...]] = {}
    gone: dict[str, tuple[str, ...]] = {}
    for side in sides:
        connector = _open(workspace, profile, side)
        try:
            fresh = connector.reference_lists()
        finally:
            connector.close()
        before: ReferenceLists = getattr(profile, f"{side}_lists")
        used = _named_values(profile)
        merged, new, lost = merge(before, fresh, used)
        added.update(new)
        gone.update(lost)
        changes[f"{side}_lists"] = merged
        if side == "shop" and fresh.version:
            changes["shop"] = profile.shop.model_copy(update={"version": fresh.version})
    saved = workspace.profiles.save(profile.model_copy(update=changes), who=who, expected_revision=revision)
    return Refreshed(added, gone, saved)


def merge(
    before: ReferenceLists, fresh: ReferenceLists, used: Set[str]
) -> tuple[ReferenceLists, dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """New lists with gone-but-used items kept and marked; what is new; what is gone.

    Args:
        before: the lists as saved.
        fresh: the lists as just read.
        used: ids and codes that the profile's settings name.
    """

    def is_used(item: ListItem) -> bool:
        return item.id in used or item.code in used

    lists: dict[ListName, tuple[ListItem, ...]] = {}
    added: dict[str, tuple[str, ...]] = {}
    gone: dict[str, tuple[str, ...]] = {}
    for name in {*before.lists, *fresh.lists}:
        old, new = before.get(name), fresh.get(name)
        ids, known = {i.id for i in new}, {i.id for i in old}
        lost = [i for i in old if i.id not in ids]
        kept = tuple(
            i.model_copy(update={"extra": {**i.extra, GONE: datetime.now(UTC).date().isoformat(), **_since(i)}})
            for i in lost
            if is_used(i)
        )
        if labels := tuple(i.label for i in new if known and i.id not in known):
            added[name.value] = labels
        if labels := tuple(i.label for i in lost if is_used(i)):
            gone[name.value] = labels
        lists[name] = (*new, *kept)
    return ReferenceLists(lists=lists, version=fresh.version or before.version), added, gone


def _since(item: ListItem) -> dict[str, str]:
    return {GONE: item.extra[GONE]} if GONE in item.extra else {}


def _named_values(profile: Profile) -> set[str]:
    """Every text of the settings (maps, defaults): an id among them is in use."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                found.add(str(key))
                walk(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                walk(inner)
        elif isinstance(value, str) and value:
            found.add(value)

    walk(profile.model_dump(mode="json", exclude={"shop_lists", "erp_lists"}))
    return found


def _open(workspace: Workspace, profile: Profile, side: str) -> Connector:
    return (systems.open_shop if side == "shop" else systems.open_erp)(profile, workspace.wiring)
