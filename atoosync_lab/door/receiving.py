"""One call at the door, from its address to its answer: who calls, is it proved, noted, then answered.

Nothing is read from a shop here, and nothing written to it: a noted delivery is a row, of which a worker makes a run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from atoosync_lab.connectors import webhooks
from atoosync_lab.door.access import LEAST, REMEMBERED, Lists, Tries, opens, password_of
from atoosync_lab.model.errors import AtooSyncError, RecordError, SettingsError, StorageError
from atoosync_lab.model.i18n import Message
from atoosync_lab.runs import deliveries
from atoosync_lab.runs.deliveries import Door
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.store.deliveries import Delivery

Say = Callable[[Message], None]
TOLD_EVERY = 60.0
"""Seconds for which the same refusal to the same caller is told once."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a call."""

    status: int
    message: Message


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at the door of a profile, whose address may call."""

    door: Door
    who: str


class Receiver:
    """Answers calls. Safe for several threads.

    Args:
        workspace: the workbench.
        lists: the access lists.
        tries: wrong passwords.
        say: told what arrives and what is refused; never a secret, nor anything of a content.
    """

    def __init__(
        self,
        workspace: Workspace,
        lists: Lists | None = None,
        tries: Tries | None = None,
        say: Say = lambda message: None,
    ) -> None:
        self._workspace, self._say = workspace, say
        self._lists, self._tries = lists or Lists(), tries or Tries()
        self._told: dict[tuple[str, str, str], float] = {}

    def admit(self, profile_id: str, who: str) -> Caller | Reply:
        """Whether this address may call at a profile's door at all, before its content is taken."""
        if not profile_id:
            return self._refused(404, Message("door.unknown_profile"), who, "")
        try:
            door = deliveries.door_of(self._workspace, profile_id)
        except SettingsError as error:
            unknown = error.code == "profile.unknown"
            return self._refused(404, Message("door.unknown_profile") if unknown else error.message, who, profile_id)
        except StorageError as error:
            return self._refused(503, error.message, who, profile_id)
        if not self._lists.allow(door.profile.door, who):
            return self._refused(403, Message("door.not_allowed", {"who": who}), who, profile_id)
        return Caller(door, who)

    def receive(self, caller: Caller, headers: Mapping[str, str], body: bytes) -> Reply:
        """Note a delivery and answer it.

        Args:
            caller: as admitted.
            headers: by their names in small letters.
            body: the content, byte for byte.
        """
        try:
            return self._received(caller, headers, body)
        except RecordError as error:
            return self._refused(400, error.message, caller.who, caller.door.profile.id)
        except AtooSyncError as error:
            # Not noted: the shop has to send it again.
            return self._refused(503, error.message, caller.who, caller.door.profile.id)

    def _received(self, caller: Caller, headers: Mapping[str, str], body: bytes) -> Reply:
        door, rules = caller.door, caller.door.rules
        if rules is not None and rules.signature in headers:
            if not door.secrets:
                message = Message("door.secret_missing", {"field": webhooks.SECRET, "profile": door.profile.id})
                return self._refused(401, message, caller.who, door.profile.id)
            if not webhooks.proved(rules, headers, body, door.secrets):
                return self._refused(401, Message("door.signature_wrong"), caller.who, door.profile.id)
            return self._noted(deliveries.note_signed(self._workspace, door, headers, body))
        if rules is not None and rules.ping(headers, body):
            return self._noted(deliveries.note_ping(self._workspace, door))
        refused = self._password(caller, headers)
        return refused or self._noted(deliveries.note_call(self._workspace, door, order_named(headers, body)))

    def _password(self, caller: Caller, headers: Mapping[str, str]) -> Reply | None:
        """Why a call without signature is refused; None: its password is right."""
        profile, typed = caller.door.profile.id, password_of(headers)
        if self._tries.closed(caller.who):
            return self._refused(429, Message("door.too_many_tries"), caller.who, profile)
        if typed is None:
            return self._refused(401, Message("door.unsigned"), caller.who, profile)
        if len(caller.door.password) < LEAST:
            message = Message("door.password_missing", {"profile": profile, "least": LEAST})
            return self._refused(401, message, caller.who, profile)
        if not opens(caller.door.password, typed):
            self._tries.wrong(caller.who)
            return self._refused(401, Message("door.password_wrong"), caller.who, profile)
        return None

    def _noted(self, noted: Delivery) -> Reply:
        state = "again" if noted.arrivals > 1 and noted.order else noted.state.value
        params = {"profile": noted.profile, "topic": noted.topic, "order": noted.order or "–"}
        message = Message(f"door.said.{state}", params)
        self._say(message)
        return Reply(200, message)

    def _refused(self, status: int, message: Message, who: str, profile: str) -> Reply:
        # Once a minute is enough: whoever knocks without end must not fill a disk.
        now, cause = time.monotonic(), (profile, who, message.code)
        if now - self._told.get(cause, float("-inf")) > TOLD_EVERY:
            if len(self._told) > REMEMBERED:
                self._told.clear()
            self._told[cause] = now
            self._say(Message("door.refused", {"profile": profile or "?", "who": who, "why": message.text()}))
        return Reply(status, message)


def order_named(headers: Mapping[str, str], body: bytes) -> str:
    """The order of a call without signature: field `order` of a form or a JSON object; empty for none."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=20))
        return fields.get("order", "").strip()
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    named = found.get("order") if isinstance(found, dict) else None
    return named.strip() if isinstance(named, str) else webhooks.number(named)
