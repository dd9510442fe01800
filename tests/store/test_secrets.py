"""Secrets: encrypted, bound to their place, never shown."""

from __future__ import annotations

import base64
import logging
import os
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import pytest
from sqlalchemy import select, update

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.store.engine import Store
from atoosync_lab.store.home import Home
from atoosync_lab.store.master_key import MasterKeys
from atoosync_lab.store.secrets import Secrets
from atoosync_lab.store.tables import secrets as table

from .conftest import Spawn, outputs

pytestmark = pytest.mark.spec("SEC-01")

CANARY = "CANARY-5f2e9c41"


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def test_a_secret_comes_back_and_is_listed_by_name_only(secrets: Secrets) -> None:
    secrets.set("velo", "shop.key", CANARY)
    secrets.set("velo", "erp.client_secret", "é")
    assert secrets.get("velo", "shop.key") == CANARY
    assert secrets.get("velo", "erp.client_secret") == "é"
    assert secrets.names("velo") == ["erp.client_secret", "shop.key"]
    assert secrets.get("other", "shop.key") is None


def test_an_empty_value_deletes(secrets: Secrets) -> None:
    secrets.set("velo", "shop.key", CANARY)
    secrets.set("velo", "shop.key", "")
    assert secrets.names("velo") == []


def test_the_canary_is_in_no_byte_of_any_file_nor_in_any_text(
    secrets: Secrets, store: Store, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets.set("velo", "shop.key", CANARY)
    secrets.get("velo", "shop.key")
    store.close()
    for path in [p for p in home.root.rglob("*") if p.is_file()]:
        assert CANARY.encode() not in path.read_bytes(), path
    assert CANARY not in caplog.text
    assert CANARY not in repr(secrets)
    assert repr(MasterKeys.load(home.master_key, env={})) == "MasterKeys(1 keys)"


def test_a_value_moved_to_another_profile_or_field_does_not_open(secrets: Secrets, store: Store) -> None:
    secrets.set("velo", "shop.key", CANARY)
    secrets.set("moto", "shop.key", "other")
    with store.begin() as tx:
        sealed = tx.execute(select(table.c.value).where(table.c.profile == "velo")).scalar_one()
        tx.execute(update(table).where(table.c.profile == "moto").values(value=sealed))
    with pytest.raises(SettingsError) as caught:
        secrets.get("moto", "shop.key")
    assert caught.value.code == "secret.wrong_key"


def test_the_same_value_never_looks_the_same_twice(secrets: Secrets, store: Store) -> None:
    secrets.set("velo", "a", CANARY)
    secrets.set("velo", "b", CANARY)
    with store.read() as connection:
        sealed = connection.execute(select(table.c.value)).scalars().all()
    assert len(set(sealed)) == 2


def test_the_first_key_encrypts_and_all_decrypt(store: Store, home: Home) -> None:
    old, new = key(), key()
    Secrets.open(store, home, env={"ATOOSYNC_MASTER_KEY": old}).set("velo", "shop.key", CANARY)
    both = Secrets.open(store, home, env={"ATOOSYNC_MASTER_KEY": f"{new}, {old}"})
    assert both.get("velo", "shop.key") == CANARY
    assert both.reseal() == 1
    assert Secrets.open(store, home, env={"ATOOSYNC_MASTER_KEY": new}).get("velo", "shop.key") == CANARY
    with pytest.raises(SettingsError):
        Secrets.open(store, home, env={"ATOOSYNC_MASTER_KEY": old}).get("velo", "shop.key")


def test_a_wrong_key_names_the_credential_and_the_cure(store: Store, home: Home) -> None:
    Secrets.open(store, home, env={"ATOOSYNC_MASTER_KEY": key()}).set("velo", "shop.key", CANARY)
    with pytest.raises(SettingsError) as caught:
        Secrets.open(store, home, env={"ATOOSYNC_MASTER_KEY": key()}).get("velo", "shop.key")
    assert "shop.key" in caught.value.message.text("fr")
    assert "ATOOSYNC_MASTER_KEY" in caught.value.message.text("fr")


def test_the_key_file_is_made_once_for_its_owner_alone(store: Store, home: Home) -> None:
    Secrets.open(store, home, env={}).set("velo", "shop.key", CANARY)
    made = home.master_key.read_bytes()
    assert home.master_key.stat().st_mode & 0o777 == 0o600
    assert Secrets.open(store, home, env={}).get("velo", "shop.key") == CANARY
    assert home.master_key.read_bytes() == made
    assert [p.name for p in home.root.glob("master.key*")] == ["master.key"]


def test_a_lost_key_file_is_not_replaced_by_a_new_one(store: Store, home: Home) -> None:
    Secrets.open(store, home, env={}).set("velo", "shop.key", CANARY)
    home.master_key.unlink()
    with pytest.raises(SettingsError) as caught:
        Secrets.open(store, home, env={})
    assert caught.value.code == "secret.key_missing"
    assert not home.master_key.exists()


def test_processes_that_start_at_once_agree_on_one_key(home: Home, spawn: Spawn) -> None:
    code = (
        "import sys; from pathlib import Path; from atoosync_lab.store.master_key import MasterKeys\n"
        "print(MasterKeys.load(Path(sys.argv[1]), env={}).keys[0].hex())"
    )
    assert len(set(outputs([spawn(code, home.master_key) for _ in range(4)]))) == 1


def test_a_named_key_file_wins_over_our_own(store: Store, home: Home, tmp_path: Path) -> None:
    named = tmp_path / "named.key"
    named.write_text(key() + "\n")
    Secrets.open(store, home, env={"ATOOSYNC_MASTER_KEY_FILE": str(named)}).set("velo", "shop.key", CANARY)
    assert not home.master_key.exists()


@pytest.mark.parametrize("text", ["CANARY", base64.b64encode(b"CANARY-short").decode(), ",;,", "é" * 44])
def test_a_malformed_key_is_refused_without_being_shown(home: Home, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        MasterKeys.load(home.master_key, env={"ATOOSYNC_MASTER_KEY": text})
    assert caught.value.code == "secret.key_malformed"
    assert text not in str(caught.value)


def test_a_named_key_file_that_is_missing_is_named(home: Home, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.key")
    with pytest.raises(SettingsError) as caught:
        MasterKeys.load(home.master_key, env={"ATOOSYNC_MASTER_KEY_FILE": missing})
    assert missing in str(caught.value)


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that forgets with the test."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.mark.spec("SEC-01")
def test_the_system_keyring_keeps_the_key_where_it_is_asked_for(store: Store, home: Home) -> None:
    before, memory = keyring.get_keyring(), MemoryKeyring()
    env = {"ATOOSYNC_MASTER_KEYRING": "atoosync"}
    keyring.set_keyring(memory)
    try:
        Secrets.open(store, home, env).set("demo", "shop.key", "canary-3141")
        assert Secrets.open(store, home, env).get("demo", "shop.key") == "canary-3141"
        assert not home.master_key.exists()
        memory.kept.clear()
        with pytest.raises(SettingsError) as caught:
            Secrets.open(store, home, env)
        assert caught.value.code == "secret.key_missing"
        keyring.set_keyring(keyring.backends.fail.Keyring())
        with pytest.raises(SettingsError) as caught:
            Secrets.open(store, home, env)
        assert caught.value.code == "secret.keyring_absent"
    finally:
        keyring.set_keyring(before)
