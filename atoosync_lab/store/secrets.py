"""Secrets of the profiles, encrypted row by row (SEC-01).

AES-GCM with `profile/field` as associated data: a value that is moved to another profile or field does not decrypt.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, select

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.store.engine import Store, upsert
from atoosync_lab.store.home import Home
from atoosync_lab.store.master_key import MasterKeys
from atoosync_lab.store.tables import secrets
from atoosync_lab.store.types import now

_NONCE_BYTES = 12
"""Length that NIST SP 800-38D recommends for GCM; random ones are safe for 2**32 values a key."""


class Secrets:
    """Encrypted values by profile and field. Holds the master keys: never shown by `repr`."""

    def __init__(self, store: Store, keys: MasterKeys) -> None:
        self._store = store
        self._ciphers = [AESGCM(key) for key in keys.keys]

    def __repr__(self) -> str:
        return "Secrets(***)"

    @classmethod
    def open(cls, store: Store, home: Home, env: Mapping[str, str] = os.environ) -> Secrets:
        """The secrets of a workbench, under its master keys; the key file is made at the very first start only.

        Raises:
            SettingsError: a key is missing or malformed.
        """
        with store.read() as connection:
            used = connection.execute(select(secrets.c.field).limit(1)).first() is not None
        return cls(store, MasterKeys.load(home.master_key, env=env, create=not used))

    def set(self, profile: str, field: str, value: str, tx: Connection | None = None) -> None:
        """Encrypt and store a value, durably.

        Args:
            profile: profile id.
            field: e.g. `shop.key`.
            value: the secret; empty: the field is deleted.
            tx: transaction to take part in.
        """
        if not value:
            self.delete(profile, field, tx)
            return
        row = {"profile": profile, "field": field, "value": self._seal(profile, field, value), "updated_at": now()}
        if tx is not None:
            upsert(tx, secrets, [row], update=("value", "updated_at"))
            return
        with self._store.begin() as own:
            upsert(own, secrets, [row], update=("value", "updated_at"))

    def get(self, profile: str, field: str) -> str | None:
        """The value, or None when the profile has none.

        Raises:
            SettingsError: none of the master keys opens it.
        """
        query = select(secrets.c.value).where(secrets.c.profile == profile, secrets.c.field == field)
        with self._store.read() as connection:
            sealed = connection.execute(query).scalar()
        return None if sealed is None else self._open(profile, field, sealed)

    def names(self, profile: str) -> list[str]:
        """Fields of the profile that hold a value."""
        query = select(secrets.c.field).where(secrets.c.profile == profile).order_by(secrets.c.field)
        with self._store.read() as connection:
            return list(connection.execute(query).scalars())

    def known_values(self, profile: str) -> list[str]:
        """Every secret value of the profile, for the redactor alone."""
        return [value for field in self.names(profile) if (value := self.get(profile, field)) is not None]

    def delete(self, profile: str, field: str | None = None, tx: Connection | None = None) -> None:
        """Forget a value, or all of the profile."""
        statement = delete(secrets).where(secrets.c.profile == profile)
        if field is not None:
            statement = statement.where(secrets.c.field == field)
        if tx is not None:
            tx.execute(statement)
            return
        with self._store.begin() as own:
            own.execute(statement)

    def reseal(self) -> int:
        """Encrypt everything anew under the first key, so that an older one can be dropped; how many values.

        Raises:
            SettingsError: a value opens with none of the keys; nothing was changed.
        """
        with self._store.begin() as tx:
            rows = tx.execute(select(secrets.c.profile, secrets.c.field, secrets.c.value)).all()
            fresh = [
                {
                    "profile": row.profile,
                    "field": row.field,
                    "value": self._seal(row.profile, row.field, self._open(row.profile, row.field, row.value)),
                    "updated_at": now(),
                }
                for row in rows
            ]
            upsert(tx, secrets, fresh, update=("value", "updated_at"))
        return len(fresh)

    def _seal(self, profile: str, field: str, value: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[0].encrypt(nonce, value.encode(), _bound_to(profile, field))
        return base64.b64encode(nonce + sealed).decode("ascii")

    def _open(self, profile: str, field: str, sealed: str) -> str:
        raw = base64.b64decode(sealed)
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound_to(profile, field)).decode()
            except InvalidTag:
                continue
        raise SettingsError("secret.wrong_key", profile=profile, field=field)


def _bound_to(profile: str, field: str) -> bytes:
    return f"{profile}/{field}".encode()
