"""Reading an import file: its layout, its headings, the values of a record, and the codes it may name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.ebp.folder import FolderState
from atoosync_lab.sandbox.ebp.headings import Heading
from atoosync_lab.sandbox.ebp.values import date_text, to_millionths

MAX_RECORDS = 200
"""Most records of one file."""

_NUMBER = re.compile(r"-?[0-9]{1,12}(?:,[0-9]{1,6})?")
_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_BOM = b"\xef\xbb\xbf"


class FileRefusedError(Exception):
    """The file as a whole is refused.

    Args:
        code: Error code (`ERR_COLUMN`, `ERR_FORMAT`, ...).
        message: Sentence in French.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RecordRefusedError(Exception):
    """One record is refused; the others go on.

    Args:
        code: Error code (`ERR_REQUIRED`, ...).
        message: Sentence in French.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class ImportFile:
    """A file that has the right layout.

    Attributes:
        index: Position of each heading that the file has.
        rows: Data rows.
    """

    index: Mapping[str, int]
    rows: Sequence[Sequence[str]]

    def picks(self, headings: Iterable[Heading]) -> list[tuple[Heading, int]]:
        """Headings that the file has, with their positions, in our order."""
        return [(heading, self.index[heading.title]) for heading in headings if heading.title in self.index]


def read_file(content: bytes, headings: Sequence[Heading], *, atoo_key: bool) -> ImportFile:
    """Check the layout of a file and split it.

    Args:
        content: The file: UTF-8 with BOM, `;`, CRLF, quotes doubled.
        headings: Headings of its category.
        atoo_key: Whether the folder has the custom field behind the `Clé Atoo` headings.

    Raises:
        FileRefusedError: `ERR_FORMAT` for the layout, `ERR_COLUMN` for headings unknown, missing or given twice.
    """
    if not content.startswith(_BOM):
        raise FileRefusedError("ERR_FORMAT", "Le fichier n'est pas en UTF-8 avec BOM")
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileRefusedError("ERR_FORMAT", f"Fichier illisible : {error}") from error
    if not rows or "\r\n" not in text:
        raise FileRefusedError("ERR_FORMAT", "Fichier vide, ou lignes sans CRLF")
    titles = rows[0]
    known = {heading.title for heading in headings if atoo_key or heading.column != "xx_AtooKey"}
    unknown = [title for title in titles if title not in known]
    missing = [heading.title for heading in headings if heading.required and heading.title not in titles]
    if unknown or missing or len(set(titles)) != len(titles):
        found = f"inconnues {unknown}, absentes {missing}" if unknown or missing else "données deux fois"
        raise FileRefusedError("ERR_COLUMN", f"Colonnes {found}")
    width = len(titles)
    data = rows[1:]
    for number, row in enumerate(data, 1):
        if len(row) != width:
            raise FileRefusedError("ERR_FORMAT", f"Ligne {number} : {len(row)} champs, {width} attendus")
    return ImportFile({title: position for position, title in enumerate(titles)}, data)


def read_number(title: str, text: str) -> Decimal:
    """A number with decimal comma.

    Raises:
        RecordRefusedError: `ERR_NUMBER`.
    """
    if not _NUMBER.fullmatch(text):
        raise RecordRefusedError("ERR_NUMBER", f"{title} : nombre {text!r} incorrect")
    return Decimal(text.replace(",", "."))


def read_date(title: str, text: str) -> str:
    """A stored date from `dd/mm/yyyy`.

    Raises:
        RecordRefusedError: `ERR_DATE`.
    """
    try:
        found = _DATE.fullmatch(text)
        if found is None:
            raise ValueError(text)
        return date_text(date(int(found[3]), int(found[2]), int(found[1])))
    except ValueError as error:
        raise RecordRefusedError("ERR_DATE", f"{title} : date {text!r} incorrecte") from error


def read_bool(title: str, text: str) -> int:
    """`1` or `0`.

    Raises:
        RecordRefusedError: `ERR_NUMBER`.
    """
    if text not in ("0", "1"):
        raise RecordRefusedError("ERR_NUMBER", f"{title} : 0 ou 1 attendu, pas {text!r}")
    return int(text)


class Codes:
    """Codes that exist in the folder: small tables are read whole, once; long ones only as the file names them."""

    def __init__(self, state: FolderState) -> None:
        self._state = state
        self.fold: Callable[[str], str] = str if state.meta["case_sensitive"] else str.casefold
        self._known: dict[str, dict[str, str]] = {}

    def find(self, table: str, code: str) -> str | None:
        """The code as the folder writes it, or None."""
        if table not in self._known:
            rows = self._state.connection.execute(f'SELECT Id FROM "{table}"')
            self._known[table] = {self.fold(row[0]): row[0] for row in rows}
        return self._known[table].get(self.fold(code))

    def set(self, table: str, codes: Iterable[str]) -> None:
        """State the codes of a table that was read elsewhere."""
        self._known[table] = {self.fold(code): code for code in codes}

    def storehouse(self, text: str) -> str | None:
        """A warehouse by its Id or its caption."""
        if "Storehouse" not in self._known:
            rows = self._state.connection.execute("SELECT Id, Caption FROM Storehouse").fetchall()
            by_caption = {row[1]: row[0] for row in rows if row[1]}
            self._known["Storehouse"] = {**by_caption, **{row[0]: row[0] for row in rows}}
        return self._known["Storehouse"].get(text)

    def fetch(self, table: str, columns: Sequence[str], codes: Iterable[str]) -> dict[str, tuple[Any, ...]]:
        """Rows of the named codes, by folded code; the first column is `Id`."""
        wanted = sorted(set(codes))
        names = ", ".join(f'"{column}"' for column in columns)
        found: dict[str, tuple[Any, ...]] = {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            statement = f'SELECT {names} FROM "{table}" WHERE Id IN ({", ".join("?" * len(part))})'
            for row in self._state.connection.execute(statement, part):
                found[self.fold(row[0])] = row
        return found


def read_values(picks: Iterable[tuple[Heading, int]], row: Sequence[str], codes: Codes) -> dict[str, Any]:
    """Stored values of a record by column; what is empty is left out.

    Raises:
        RecordRefusedError: the first value that is missing or does not fit.
    """
    values: dict[str, Any] = {}
    for heading, position in picks:
        text = row[position]
        if not text:
            if heading.required:
                raise RecordRefusedError("ERR_REQUIRED", f"{heading.title} est obligatoire")
            continue
        values[heading.column] = read_value(heading, text, codes)
    return values


def read_value(heading: Heading, text: str, codes: Codes) -> Any:
    """The stored value of one text that is not empty.

    Raises:
        RecordRefusedError: when it does not fit.
    """
    if heading.length and len(text) > heading.length:
        raise RecordRefusedError("ERR_LENGTH", f"{heading.title} : {len(text)} caractères, {heading.length} au plus")
    if heading.form == "number":
        return to_millionths(read_number(heading.title, text))
    if heading.form == "date":
        return read_date(heading.title, text)
    if heading.form == "bool":
        return read_bool(heading.title, text)
    if heading.form in ("code", "storehouse"):
        found = codes.storehouse(text) if heading.form == "storehouse" else codes.find(heading.table, text)
        if found is None:
            raise RecordRefusedError(heading.error, f"{heading.title} : le code {text} n'existe pas")
        return found
    return text
