"""From a delivery of the shop's webhooks to a run: noted first, then a run of its own reads the order (PB-21).

Several deliveries of a short while make one run; while the task is busy they wait; what a run could not read waits for
the next one. Nothing that a delivery says is believed but the id of the order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import uuid_utils

from atoosync_lab.connectors import plugins, webhooks
from atoosync_lab.connectors.webhooks import WebhookRules
from atoosync_lab.model.errors import AtooSyncError, RefusedError, SettingsError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs.queue import Engine, RunSpec
from atoosync_lab.runs.systems import DOOR_PASSWORD, hook_secrets
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile, functions
from atoosync_lab.store.deliveries import Arrival, Deliveries, Delivery, DeliveryState
from atoosync_lab.store.journal_records import GOING, RunState
from atoosync_lab.store.ledger import State

FLOW = "orders"
"""What a delivery runs: of these orders alone."""
MOST = 200
"""Orders a run: what is over waits for the next one."""
SETTLED_WAIT = timedelta(minutes=10)
"""For how long news of orders that are imported already are gathered: shops tell of every parcel and payment, and each
run asks the ERP what changed."""
AGAIN = timedelta(seconds=3)
"""Until it is tried again while the task is busy."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""Until the next run, after one that could not read the orders; then the schedule alone finds them."""

_READ = (RunState.SUCCEEDED, RunState.PARTIAL)
_ORDER = re.compile(r"[A-Za-z0-9_-]{1,64}")
PING, CALL = "ping", "call"
"""Topics of a sign of life, and of a call that no shop signed."""


@dataclass(frozen=True, slots=True)
class Door:
    """What is asked at the door of one profile."""

    profile: Profile
    rules: WebhookRules | None
    """None: its shop sends no webhooks."""
    secrets: Sequence[str]
    password: str
    """Of calls without a signature; empty: none are taken."""

    def __repr__(self) -> str:
        return f"Door({self.profile.id!r})"


def door_of(workspace: Workspace, profile_id: str) -> Door:
    """The door of a profile, with what opens it.

    Raises:
        SettingsError: there is no such profile, its shop's system is not known, or the master key is another one.
    """
    profile = workspace.profiles.get(profile_id)
    rules = plugins.shop(profile.shop.system).webhooks
    password = workspace.secrets.get(profile.id, DOOR_PASSWORD) or ""
    return Door(profile, rules, hook_secrets(profile, workspace.wiring), password)


def note_signed(workspace: Workspace, door: Door, headers: webhooks.Headers, body: bytes) -> Delivery:
    """Keep a delivery whose signature was proved.

    Raises:
        InvalidRecordError: it is no delivery. RefusedError: it is of another shop.
        StorageError: it could not be kept: the shop must send it again.
    """
    if door.rules is None:
        raise RefusedError("door.no_webhooks", system=plugins.shop(door.profile.shop.system).title)
    if not door.rules.from_here(headers, door.profile.shop.url):
        raise RefusedError("door.other_shop", profile=door.profile.id)
    said = door.rules.read(headers, body)
    identity = said.identity if len(said.identity) <= 200 else webhooks.digest(said.identity.encode())
    return _note(workspace, door, said.topic[:100], identity, said.order, webhooks.digest(body))


def note_call(workspace: Workspace, door: Door, order: str) -> Delivery:
    """Keep a call with the password, about one order.

    Raises:
        RefusedError: that is no id. StorageError: it could not be kept.
    """
    if not _ORDER.fullmatch(order):
        raise RefusedError("door.no_order_named")
    return _note(workspace, door, CALL, f"{CALL}:{uuid_utils.uuid7()}", order, "")


def note_ping(workspace: Workspace, door: Door) -> Delivery:
    """Count a sign of life: it needs no signature, so that it takes one row whoever sends how many."""
    return _note(workspace, door, PING, PING, "", "")


def _note(workspace: Workspace, door: Door, topic: str, identity: str, order: str, digest: str) -> Delivery:
    state, reason = DeliveryState.NOTED, None
    if not order:
        state, reason = DeliveryState.IGNORED, Message("door.ping" if topic == PING else "door.not_read")
    elif off := _off(door.profile):
        state, reason = DeliveryState.HELD, off
    arrival = Arrival(
        profile=door.profile.id, identity=identity, topic=topic, order=order, digest=digest, state=state, reason=reason
    )
    return Deliveries(workspace.store).note(arrival, _wait(workspace, door.profile, order))


def _wait(workspace: Workspace, profile: Profile, order: str) -> timedelta:
    """How long further deliveries are waited for."""
    wait = timedelta(seconds=profile.door.wait)
    known = workspace.ledger.find(profile.id, FLOW, [order]).get(order) if order else None
    return max(wait, SETTLED_WAIT) if known is not None and known.state is State.DONE else wait


def _off(profile: Profile) -> Message | None:
    """Why no order is imported for this profile; None: they are."""
    if functions.allows(profile.functions, FLOW):
        return None
    group, option = functions.FLOWS[FLOW]
    name = functions.title(group, option if functions.is_on(profile.functions, group) else "")
    return Message("function.off", {"function": name})


def offer_noted(workspace: Workspace, engine: Engine, moment: datetime) -> int:
    """Make runs of what is due, after a look at those made before; how many were accepted."""
    repository = Deliveries(workspace.store)
    for run_id, waiting in repository.queued().items():
        _settle(workspace, repository, engine, run_id, waiting, moment)
    accepted = 0
    for profile_id, noted in repository.due(moment).items():
        accepted += _offer(workspace, repository, engine, profile_id, noted, moment)
    return accepted


def _offer(
    workspace: Workspace,
    repository: Deliveries,
    engine: Engine,
    profile_id: str,
    noted: Sequence[Delivery],
    moment: datetime,
) -> int:
    try:
        off = _off(workspace.profiles.get(profile_id))
    except SettingsError as error:
        # Gone, or its settings are no longer understood; a store that is locked now is no reason to hold anything.
        off = error.message
    if off:
        repository.hold([each.id for each in noted], off)
        return 0
    wanted = list(dict.fromkeys(each.order for each in noted))[:MOST]
    run_id = str(uuid_utils.uuid7())
    taken = set(repository.take([each.id for each in noted if each.order in set(wanted)], run_id))
    keys = tuple(dict.fromkeys(each.order for each in noted if each.id in taken))
    return int(bool(keys) and _begin(workspace, repository, engine, _spec(profile_id, run_id, keys), moment))


def _spec(profile_id: str, run_id: str, keys: tuple[str, ...]) -> RunSpec:
    return RunSpec(profile=profile_id, flow=FLOW, keys=keys, run_id=run_id, who=translate("door.who"))


def _begin(workspace: Workspace, repository: Deliveries, engine: Engine, spec: RunSpec, moment: datetime) -> bool:
    """Offer a run; its deliveries wait again where it was not taken."""
    try:
        answer = engine.offer(spec, None)
    except AtooSyncError as error:
        # An engine that runs at once raises what ended the run. Mostly the journal tells it too.
        if workspace.journal.find(spec.run_id) is None:
            repository.put_back(spec.run_id, moment + WAITS[0], error.message, failed=True)
            return False
        return True
    if answer == "busy":
        repository.put_back(spec.run_id, moment + AGAIN, Message("door.busy"), failed=False)
    return answer == "accepted"


def _settle(
    workspace: Workspace,
    repository: Deliveries,
    engine: Engine,
    run_id: str,
    waiting: Sequence[Delivery],
    moment: datetime,
) -> None:
    """A run made of deliveries: has it ended, and has it read the orders?"""
    run = workspace.journal.find(run_id)
    if run is None:
        # This or another worker ended between noting the run and offering it: offered again, it is the same run.
        _begin(workspace, repository, engine, _spec(waiting[0].profile, run_id, _keys(waiting)), moment)
        return
    if run.state in GOING:
        return
    if run.state in _READ:
        repository.close(run_id, DeliveryState.DONE)
        return
    if run.message is not None and run.message.code == "run.skipped_busy":
        repository.put_back(run_id, moment + AGAIN, run.message, failed=False)
        return
    tries = max(each.attempts for each in waiting)
    if tries >= len(WAITS):
        repository.close(run_id, DeliveryState.FAILED, Message("door.gave_up", {"tries": tries + 1}))
        return
    repository.put_back(run_id, moment + WAITS[tries], run.message, failed=True)


def _keys(waiting: Sequence[Delivery]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.order for each in waiting))
