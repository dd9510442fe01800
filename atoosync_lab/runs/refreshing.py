"""Test a connection and re-read the reference lists into the profile (SVC-05, SVC-06)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

from sqlalchemy import Connection

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.base import ConnectionReport, Connector
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists
from atoosync_lab.runs import systems
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.store.secrets import Secrets
from atoosync_lab.store.tokens import ProfileTokens

_NOTHING: Mapping[str, str] = MappingProxyType({})

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


def check_side(
    workspace: Workspace, profile: Profile, side: str, *, typed: Mapping[str, str] = _NOTHING
) -> ConnectionReport:
    """Test one side with the values given, saved or not.

    Args:
        workspace: the workbench.
        profile: the profile as on screen.
        side: `shop` or `erp`.
        typed: credentials typed and not stored, by field; they win over the stored ones.

    Raises:
        SettingsError: a credential is missing.
    """
    connector = _open(workspace, profile, side, typed)
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
        if side == "shop":
            learned = {
                "version": fresh.version or None,
                "prices_incl_tax": fresh.prices_incl_tax,
                "price_decimals": fresh.price_decimals,
            }
            changes["shop"] = profile.shop.model_copy(update={k: v for k, v in learned.items() if v is not None})
    saved = workspace.profiles.save(profile.model_copy(update=changes), who=who, expected_revision=revision)
    return Refreshed(added, gone, saved)


def read_folders(
    workspace: Workspace, profile: Profile, *, who: str, typed: Mapping[str, str] = _NOTHING
) -> tuple[ListItem, ...]:
    """Read the ERP folders of the person signed in, into the lists of the profile (ERP-01).

    Raises:
        SettingsError, ConnectionFailedError, SignInRequiredError, RetryError: nothing is saved then.
    """
    connector = systems.open_sign_in(profile, on_screen(workspace, typed))
    try:
        folders = connector.folders()
    finally:
        connector.close()
    revision = workspace.profiles.revision(profile.id)
    saved = workspace.profiles.get(profile.id)
    lists = saved.erp_lists.model_copy(update={"lists": {**saved.erp_lists.lists, ListName.FOLDERS: folders}})
    workspace.profiles.save(saved.model_copy(update={"erp_lists": lists}), who=who, expected_revision=revision)
    return folders


def is_signed_in(workspace: Workspace, profile_id: str) -> bool:
    """Whether somebody signed in at the profile's ERP; whether the sign-in still holds, only a call can tell."""
    return ProfileTokens(workspace.store, workspace.secrets, profile_id, "erp").load() is not None


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
    return fresh.model_copy(update={"lists": lists, "version": fresh.version or before.version}), added, gone


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


def _open(workspace: Workspace, profile: Profile, side: str, typed: Mapping[str, str] = _NOTHING) -> Connector:
    return (systems.open_shop if side == "shop" else systems.open_erp)(profile, on_screen(workspace, typed))


def on_screen(workspace: Workspace, typed: Mapping[str, str]) -> systems.Wiring:
    """What connectors are given, with typed credentials in front of the stored ones; nothing of them is stored."""
    wiring = workspace.wiring
    return replace(wiring, secrets=_OnScreen(wiring.secrets, typed)) if typed else wiring


class _OnScreen(Secrets):
    """The stored secrets, behind those that were just typed. Whatever is written goes to the store."""

    def __init__(self, stored: Secrets, typed: Mapping[str, str]) -> None:
        self._stored, self._typed = stored, dict(typed)

    def get(self, profile: str, field: str) -> str | None:
        return self._typed.get(field) or self._stored.get(profile, field)

    def names(self, profile: str) -> list[str]:
        return sorted({*self._stored.names(profile), *self._typed})

    def set(self, profile: str, field: str, value: str, tx: Connection | None = None) -> None:
        self._stored.set(profile, field, value, tx)

    def delete(self, profile: str, field: str | None = None, tx: Connection | None = None) -> None:
        self._stored.delete(profile, field, tx)


def needed_rights(profile: Profile) -> Mapping[str, tuple[str, ...]]:
    """Rights that the key of the profile's shop needs: resource -> methods, by its version.

    Raises:
        SettingsError: the shop's system is not known.
    """
    return plugins.shop(profile.shop.system).needed_rights(profile.shop.version)
