"""Profiles: one JSON document each, every change kept with who, when, before and after (SVC-01, SVC-03, SEC-04)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.settings import Profile
from atoosync_lab.store import tables
from atoosync_lab.store.engine import Store
from atoosync_lab.store.errors import ConflictError
from atoosync_lab.store.tables import profile_history, profiles
from atoosync_lab.store.types import now

_FORGOTTEN = (
    tables.secrets, tables.token_refreshes, tables.marks, tables.links, tables.fingerprints, tables.leases,
    tables.schedules, tables.deliveries,
)  # fmt: skip
"""What goes with a profile. Ledger, journal and counters stay: what was sent stays sent, for a later one too."""

_NO_SETTING = frozenset({"id", "name", "subscription", "door"})
"""Parts of the document that no plan depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEntry:
    """A profile in a list."""

    id: str
    name: str
    kind: str
    shop: str
    """Name of the shop's system."""
    erp: str
    """Name of the ERP's system."""
    is_default: bool
    revision: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a profile."""

    revision: int
    at: datetime
    who: str
    action: str
    """`create`, `save`, `rename`, `duplicate`, `restore`, `delete`."""
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    def fields(self) -> dict[str, tuple[Any, Any]]:
        """Changed settings by dotted name: before and after; None where there was, or is, none."""
        old, new = _flat(self.before or {}), _flat(self.after or {})
        names = sorted(old.keys() | new.keys())
        return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


class Profiles:
    """All profiles of the workbench."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[str, tuple[int, Profile]] = {}

    def list(self) -> list[ProfileEntry]:
        """All profiles by name."""
        with self._store.read() as connection:
            return [_entry(row) for row in connection.execute(select(profiles).order_by(profiles.c.name))]

    def get(self, profile_id: str | None = None) -> Profile:
        """A profile; without id, the default one. It may be shared: it is a value, and nobody changes it in place.

        Raises:
            SettingsError: unknown id, the message lists the known ones; or no profile at all.
        """
        # Pages ask at every paint: only a revision that was not read before is parsed.
        seen = self._read.get(profile_id or "")
        with self._store.read() as connection:
            if seen is not None:
                current = select(profiles.c.revision).where(profiles.c.id == profile_id)
                if connection.execute(current).scalar() == seen[0]:
                    return seen[1]
            row = self._row(connection, profile_id)
        found = _parse(row)
        self._read[found.id] = (row.revision, found)
        return found

    def revision(self, profile_id: str) -> int:
        """Number of the profile's last change, to be given back when it is saved.

        Raises:
            SettingsError: unknown id.
        """
        with self._store.read() as connection:
            return int(self._row(connection, profile_id).revision)

    def default(self) -> str | None:
        """Id of the default profile; None when there is no profile."""
        with self._store.read() as connection:
            return connection.execute(select(profiles.c.id).where(profiles.c.is_default)).scalar()

    def set_default(self, profile_id: str) -> None:
        """Make a profile the default one.

        Raises:
            SettingsError: unknown id.
        """
        with self._store.begin() as tx:
            self._row(tx, profile_id)
            tx.execute(update(profiles).where(profiles.c.is_default).values(is_default=False))
            tx.execute(update(profiles).where(profiles.c.id == profile_id).values(is_default=True))

    def create(self, profile: Profile, *, who: str) -> int:
        """Store a new profile and return its revision; the first one becomes the default.

        Raises:
            SettingsError: its id or name is taken.
        """
        with self._store.begin() as tx:
            return self._create(tx, profile, who, "create")

    def save(self, profile: Profile, *, who: str, expected_revision: int) -> int:
        """Store a changed profile and return its new revision; an unchanged one keeps its revision.

        Args:
            profile: the whole profile.
            who: person who changed it.
            expected_revision: the revision that was read before the change.

        Raises:
            ConflictError: somebody saved it meanwhile.
            SettingsError: unknown id, or its name is taken.
        """
        with self._store.begin() as tx:
            return self._save(tx, profile, who, "save", expected_revision)

    def rename(self, profile_id: str, name: str, *, who: str) -> int:
        """Give a profile another name; its id stays.

        Raises:
            SettingsError: unknown id, an unusable name, or one that is taken.
        """
        with self._store.begin() as tx:
            document = {**self._row(tx, profile_id).document, "name": name}
            return self._save(tx, _validated(document, profile_id), who, "rename", None)

    def duplicate(self, profile_id: str, new_id: str, name: str, *, who: str) -> Profile:
        """A copy with settings and maps, without credentials, dates, links, schedules and journal (SVC-03).

        Raises:
            SettingsError: unknown id, or the new id or name is taken.
        """
        with self._store.begin() as tx:
            document = {**self._row(tx, profile_id).document, "id": new_id, "name": name}
            copy = _validated(document, new_id)
            self._create(tx, copy, who, "duplicate")
        return copy

    def delete(self, profile_id: str, *, who: str) -> None:
        """Delete a profile for good, with its credentials, links, dates and the contents of its history.

        That it existed, and who deleted it, stays. When it was the default, the first one by name becomes it.

        Raises:
            SettingsError: unknown id.
        """
        with self._store.begin() as tx:
            row = self._row(tx, profile_id)
            tx.execute(delete(profiles).where(profiles.c.id == profile_id))
            for table in _FORGOTTEN:
                tx.execute(delete(table).where(table.c.profile == profile_id))
            mine = profile_history.c.profile == profile_id
            tx.execute(update(profile_history).where(mine).values(before=None, after=None))
            self._note(tx, profile_id, row.revision + 1, who, "delete", None, None)
            if row.is_default:
                heir = tx.execute(select(profiles.c.id).order_by(profiles.c.name).limit(1)).scalar()
                tx.execute(update(profiles).where(profiles.c.id == heir).values(is_default=True))

    def history(self, profile_id: str) -> Sequence[Change]:
        """Every change of a profile, newest first."""
        query = select(profile_history).where(profile_history.c.profile == profile_id)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(profile_history.c.revision.desc())).all()
        return [
            Change(revision=row.revision, at=row.at, who=row.who, action=row.action, before=row.before, after=row.after)
            for row in rows
        ]

    def restore(self, profile_id: str, revision: int, *, who: str, expected_revision: int | None = None) -> int:
        """Take the profile back to what a revision left; itself a change that can be taken back.

        Raises:
            SettingsError: unknown profile or revision, or the settings of then are no longer understood.
            ConflictError: somebody saved it meanwhile.
        """
        query = select(profile_history.c.after).where(
            profile_history.c.profile == profile_id, profile_history.c.revision == revision
        )
        with self._store.begin() as tx:
            self._row(tx, profile_id)
            document = tx.execute(query).scalar()
            if document is None:
                raise SettingsError("profile.unknown_revision", profile=profile_id, revision=revision)
            return self._save(tx, _validated(document, profile_id), who, "restore", expected_revision)

    def _row(self, connection: Connection, profile_id: str | None) -> Any:
        wanted = profiles.c.is_default if profile_id is None else profiles.c.id == profile_id
        row = connection.execute(select(profiles).where(wanted)).first()
        if row is not None:
            return row
        if profile_id is None:
            raise SettingsError("profile.no_default")
        known = connection.execute(select(profiles.c.id).order_by(profiles.c.id)).scalars().all()
        raise SettingsError("profile.unknown", profile=profile_id, known=", ".join(known) or "-")

    def _create(self, tx: Connection, profile: Profile, who: str, action: str) -> int:
        document, moment = profile.model_dump(mode="json"), now()
        first = tx.execute(select(func.count()).select_from(profiles)).scalar_one() == 0
        # A deleted profile's numbers are not used again: whoever still holds one of them must not match by chance.
        past = select(func.max(profile_history.c.revision)).where(profile_history.c.profile == profile.id)
        revision = (tx.execute(past).scalar() or 0) + 1
        values = {
            "id": profile.id, "name": profile.name, "document": document, "revision": revision, "is_default": first,
            "created_at": moment, "updated_at": moment,
        }  # fmt: skip
        try:
            tx.execute(insert(profiles).values(values))
        except IntegrityError:
            raise SettingsError("profile.exists", profile=profile.name) from None
        self._note(tx, profile.id, revision, who, action, None, document)
        return revision

    def _save(self, tx: Connection, profile: Profile, who: str, action: str, expected: int | None) -> int:
        row = self._row(tx, profile.id)
        if expected is not None and row.revision != expected:
            last = select(profile_history.c.who).where(
                profile_history.c.profile == profile.id, profile_history.c.revision == row.revision
            )
            raise ConflictError(
                "profile.conflict", profile=profile.name, who=tx.execute(last).scalar() or "",
                found=row.revision, expected=expected,
            )  # fmt: skip
        document = profile.model_dump(mode="json")
        if document == row.document:
            return int(row.revision)
        values = {"name": profile.name, "document": document, "revision": row.revision + 1, "updated_at": now()}
        try:
            tx.execute(update(profiles).where(profiles.c.id == profile.id).values(values))
        except IntegrityError:
            raise SettingsError("profile.exists", profile=profile.name) from None
        self._note(tx, profile.id, row.revision + 1, who, action, row.document, document)
        return int(row.revision) + 1

    def _note(
        self, tx: Connection, profile_id: str, revision: int, who: str, action: str, before: Any, after: Any
    ) -> None:
        values = {
            "profile": profile_id, "revision": revision, "at": now(), "who": who, "action": action,
            "before": before, "after": after,
        }  # fmt: skip
        tx.execute(insert(profile_history).values(values))


def settings_fingerprint(profile: Profile) -> str:
    """Hash of every setting a plan depends on; a plan made under another one is stale."""
    document = profile.model_dump(mode="json", exclude=set(_NO_SETTING))
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _entry(row: Any) -> ProfileEntry:
    document = row.document
    return ProfileEntry(
        id=row.id, name=row.name, kind=document["kind"], shop=document["shop"]["system"],
        erp=document["erp"]["system"], is_default=row.is_default, revision=row.revision, updated_at=row.updated_at,
    )  # fmt: skip


def _parse(row: Any) -> Profile:
    return _validated(row.document, row.id)


def _validated(document: Mapping[str, Any], profile_id: str) -> Profile:
    try:
        return Profile.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        cause = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise SettingsError("profile.unreadable", profile=profile_id, cause=cause) from None


def _flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, Mapping) and value:
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = value
    return flat
