"""Numbers of sale documents: a series for each serial (souche) and document type."""

from __future__ import annotations

import re

from atoosync_lab.sandbox.ebp.folder import FolderState
from atoosync_lab.sandbox.ebp.importfile import RecordRefusedError

PREFIXES = {1: "DE", 2: "FA", 4: "CM", 6: "BL", 9: "AV"}
_PARTS = re.compile(r"^(?P<prefix>.*?)(?P<suffix>\d*)$")


class Numbering:
    """Gives numbers inside one transaction; `save()` keeps where it stopped.

    The default serial numbers `CM00000001`; another one puts its code after the prefix: `CMWE00000001`.
    """

    def __init__(self, state: FolderState) -> None:
        self._state = state
        found = state.connection.execute(
            "SELECT Id FROM DocumentSerial ORDER BY IsDefault DESC, rowid LIMIT 1"
        ).fetchone()
        self.default_serial: str = found[0] if found else ""
        self._last: dict[tuple[str, int], int] = {
            (serial, kind): last
            for serial, kind, last in state.connection.execute("SELECT serial, type, last FROM _counter")
        }
        self._given: set[tuple[int, str]] = set()

    def take(self, kind: int, serial: str, given: str | None) -> tuple[str, str, int | None]:
        """Number, prefix and suffix of a document.

        Args:
            kind: DocumentType.
            serial: Serial.
            given: Number that the file asks for, if any.

        Raises:
            RecordRefusedError: `ERR_NUMBER_TAKEN`.
        """
        if given:
            if self._taken(kind, given):
                raise RecordRefusedError("ERR_NUMBER_TAKEN", f"Le numéro {given} est déjà pris")
            self._given.add((kind, given))
            parts = _PARTS.match(given)
            prefix, suffix = (parts["prefix"], parts["suffix"]) if parts else (given, "")
            return given, prefix[:10], int(suffix[-15:]) if suffix else None
        prefix = PREFIXES[kind] + ("" if serial == self.default_serial else serial)
        last = self._last.get((serial, kind), 0) + 1
        while self._taken(kind, f"{prefix}{last:08d}"):
            last += 1
        self._last[serial, kind] = last
        return f"{prefix}{last:08d}", prefix, last

    def _taken(self, kind: int, number: str) -> bool:
        if (kind, number) in self._given:
            return True
        found = self._state.connection.execute(
            "SELECT 1 FROM SaleDocument WHERE DocumentNumber = ? AND DocumentType = ? LIMIT 1", (number, kind)
        )
        return found.fetchone() is not None

    def save(self) -> None:
        """Keep the last numbers."""
        self._state.connection.executemany(
            "INSERT OR REPLACE INTO _counter VALUES (?, ?, ?)", [(*series, last) for series, last in self._last.items()]
        )
