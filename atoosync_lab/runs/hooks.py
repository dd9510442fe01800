"""The addresses that a shop delivers its webhooks to: read, compared with those wanted, registered when asked to."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

import httpx

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.webhooks import SECRET, Hook, Hooks, WebhookRules
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError, SettingsError
from atoosync_lab.model.i18n import Message
from atoosync_lab.runs import systems
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.store.deliveries import Deliveries, Delivery

PATH = "/hooks/"
"""Below the door's address; the profile's id follows."""
PORT = 8877
"""Port of the door on this machine, where none is given."""
TRIAL_SECONDS = 10.0

Action = Literal["create", "renew", "keep", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRow:
    """One address: what is to be done with it."""

    action: Action
    """`renew`: it is there, but switched off or signed with another secret; `other`: not ours, left alone."""
    topic: str
    address: str
    hook: Hook | None = None
    done: bool = False
    error: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HookPlan:
    """What registering would change in the shop."""

    profile: str
    address: str
    rows: Sequence[HookRow]
    new_secret: bool
    """A secret is made and kept with the credentials when the plan is applied."""
    warnings: Sequence[Message] = ()

    @property
    def writes(self) -> Sequence[HookRow]:
        """Rows that change something."""
        return [row for row in self.rows if row.action in ("create", "renew")]


def rules_of(profile: Profile) -> WebhookRules:
    """The webhooks of the profile's shop.

    Raises:
        SettingsError: it has none: a schedule asks for its orders.
    """
    plugin = plugins.shop(profile.shop.system)
    if plugin.webhooks is None:
        raise SettingsError("door.no_webhooks", system=plugin.title)
    return plugin.webhooks


def address_of(profile: Profile) -> str:
    """Where the shop delivers to: the door's address with the profile's path."""
    base = profile.door.address.rstrip("/") or f"http://127.0.0.1:{PORT}"
    return f"{base}{PATH}{profile.id}"


def plan_hooks(workspace: Workspace, profile_id: str | None, *, new_secret: bool = False) -> HookPlan:
    """Read what the shop has, and say what registering would change; nothing is written.

    Args:
        workspace: the workbench.
        profile_id: whose shop; None: the default profile.
        new_secret: sign with another secret from now on.

    Raises:
        SettingsError: the shop has no webhooks, or its secret is not known and not ours to choose.
        ConnectionFailedError, RetryError: the shop cannot be read.
    """
    profile = workspace.profiles.get(profile_id)
    rules, address = rules_of(profile), address_of(profile)
    known = bool(systems.hook_secrets(profile, workspace.wiring))
    if not known and not rules.chosen_secret:
        raise SettingsError("door.secret_missing", field=SECRET, profile=profile.id)
    fresh = rules.chosen_secret and (new_secret or not known)
    hooks = systems.open_hooks(profile, workspace.wiring)
    try:
        found = hooks.list()
    finally:
        hooks.close()
    rows = [_wanted(topic, address, found, fresh) for topic in rules.topics]
    named = {row.hook.id for row in rows if row.hook}
    rows += [
        HookRow(action="other", topic=hook.topic, address=hook.address, hook=hook)
        for hook in found
        if hook.id not in named
    ]
    return HookPlan(
        profile=profile.id, address=address, rows=rows, new_secret=fresh, warnings=_warnings(profile, address)
    )


def _wanted(topic: str, address: str, found: Sequence[Hook], fresh: bool) -> HookRow:
    mine = [hook for hook in found if hook.topic == topic and hook.address == address]
    if not mine:
        return HookRow(action="create", topic=topic, address=address)
    hook = next((each for each in mine if each.active), mine[0])
    return HookRow(
        action="renew" if fresh or not hook.active else "keep", topic=topic, address=address, hook=hook
    )  # fmt: skip


def _warnings(profile: Profile, address: str) -> list[Message]:
    """What would keep deliveries from arriving."""
    if _local(profile.shop.url):
        return []
    if _local(address):
        return [Message("door.address_local", {"address": address})]
    return [Message("door.address_plain", {"address": address})] if not address.startswith("https:") else []


def _local(url: str) -> bool:
    return (urlsplit(url).hostname or "") in ("127.0.0.1", "localhost", "::1")


def apply_hooks(workspace: Workspace, plan: HookPlan) -> HookPlan:
    """Register what the plan says; each row tells what became of it. The next reading finds what was done.

    Raises:
        SettingsError: a credential is missing.
    """
    profile = workspace.profiles.get(plan.profile)
    if plan.new_secret:
        workspace.secrets.set(profile.id, SECRET, secrets.token_urlsafe(32))
    secret = systems.hook_secrets(profile, workspace.wiring)[0]
    hooks = systems.open_hooks(profile, workspace.wiring)
    try:
        return replace(plan, rows=[_done(hooks, row, secret) for row in plan.rows])
    finally:
        hooks.close()


def _done(hooks: Hooks, row: HookRow, secret: str) -> HookRow:
    try:
        if row.action == "create":
            hook = hooks.create(row.topic, row.address, secret)
        elif row.action == "renew" and row.hook is not None:
            hook = hooks.renew(row.hook, secret)
        else:
            return row
    except AtooSyncError as error:
        return replace(row, error=error.message)
    return replace(row, hook=hook, done=True)


def try_door(workspace: Workspace, profile_id: str | None) -> int:
    """Send a delivery about nothing to the profile's address, signed as the shop would; the status of the answer.

    Raises:
        SettingsError: the shop has no webhooks, or no secret is known.
        ConnectionFailedError: nobody answers there.
    """
    profile = workspace.profiles.get(profile_id)
    rules, address = rules_of(profile), address_of(profile)
    known = systems.hook_secrets(profile, workspace.wiring)
    if not known:
        raise SettingsError("door.secret_missing", field=SECRET, profile=profile.id)
    body = b'{"trial":true}'
    headers = {**rules.trial(body), rules.signature: rules.sign(known[0], body)}
    try:
        return httpx.post(address, content=body, headers=headers, timeout=TRIAL_SECONDS).status_code
    except httpx.HTTPError as error:
        raise ConnectionFailedError("door.unreachable", address=address, cause=type(error).__name__) from None


def arrived_since(workspace: Workspace, profile_id: str, moment: datetime) -> Sequence[Delivery]:
    """Deliveries of the shop itself since a moment, the newest first; our own trials are none."""
    found = Deliveries(workspace.store).list(profile_id)
    return [each for each in found if each.last_at >= moment and "trial" not in each.topic]
