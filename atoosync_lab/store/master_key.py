"""Where the master keys come from: the environment, a named file, the system keyring, or a file of our own (SEC-01)."""

from __future__ import annotations

import base64
import binascii
import os
import secrets as random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from atoosync_lab.model.errors import SettingsError, StorageError

KEY_BYTES = 32
KEY_VARIABLE = "ATOOSYNC_MASTER_KEY"
FILE_VARIABLE = "ATOOSYNC_MASTER_KEY_FILE"
KEYRING_VARIABLE = "ATOOSYNC_MASTER_KEYRING"
"""Name of a service in the system keyring, for desktops (extra `desktop`). Servers have none: never a default."""
KEYRING_ENTRY = "master-key"


class MasterKeys:
    """Keys of 256 bits: the first encrypts, all decrypt. Never shown by `repr`."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self.keys = tuple(keys)

    def __repr__(self) -> str:
        return f"MasterKeys({len(self.keys)} keys)"

    @classmethod
    def load(cls, path: Path, *, env: Mapping[str, str] = os.environ, create: bool = True) -> MasterKeys:
        """The keys of this workbench.

        Args:
            path: our own key file, made (mode 0600) when nothing else names a key.
            env: environment; `ATOOSYNC_MASTER_KEY` wins over `ATOOSYNC_MASTER_KEY_FILE`, that over
                `ATOOSYNC_MASTER_KEYRING`, all over `path`.
            create: False: a missing file is an error, because something is encrypted already.

        Raises:
            SettingsError: a key is no 32 bytes in base64, or the named file is missing.
            StorageError: our own file cannot be written.
        """
        if text := env.get(KEY_VARIABLE, "").strip():
            return cls(_parse(text, KEY_VARIABLE))
        if named := env.get(FILE_VARIABLE, "").strip():
            return cls(_parse(_read(Path(named)), named))
        if service := env.get(KEYRING_VARIABLE, "").strip():
            return cls(_parse(_from_keyring(service, create=create), service))
        if not path.exists():
            if not create:
                raise SettingsError("secret.key_missing", path=str(path))
            _make(path)
        return cls(_parse(_read(path), str(path)))


def _parse(text: str, source: str) -> list[bytes]:
    keys = []
    for part in text.replace("\n", ",").split(","):
        part = part.strip()
        if not part:
            continue
        try:
            key = base64.b64decode(part.replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            # The text itself is not told: it may be a key with one character missing.
            raise SettingsError("secret.key_malformed", source=source)
        keys.append(key)
    if not keys:
        raise SettingsError("secret.key_malformed", source=source)
    return keys


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else ""
        raise SettingsError("secret.key_unreadable", path=str(path), cause=cause or "") from None


def _from_keyring(service: str, *, create: bool) -> str:
    """The key kept in the system keyring; made there at first start.

    Raises:
        SettingsError: no keyring can be used here, or it lost the key that encrypted what is stored.
    """
    try:
        import keyring
        from keyring import errors
    except ImportError as error:
        raise SettingsError("secret.keyring_absent", service=service) from error
    try:
        text: str | None = keyring.get_password(service, KEYRING_ENTRY)
        if not text:
            if not create:
                raise SettingsError("secret.key_missing", path=service)
            keyring.set_password(service, KEYRING_ENTRY, base64.b64encode(random.token_bytes(KEY_BYTES)).decode())
            # Read back: where two processes start at once, both go on with what the keyring kept.
            text = keyring.get_password(service, KEYRING_ENTRY)
    except errors.KeyringError as error:
        raise SettingsError("secret.keyring_absent", service=service) from error
    return text or ""


def _make(path: Path) -> None:
    """Write a new key. Two processes that start at once agree on the first one: a link never replaces a file."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{random.token_hex(4)}.tmp")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(base64.b64encode(random.token_bytes(KEY_BYTES)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    except OSError as error:
        raise StorageError("store.unwritable", path=str(path), cause=error.strerror or "") from error
    finally:
        draft.unlink(missing_ok=True)
