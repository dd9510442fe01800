"""The import queue: files are accepted at once and processed by a thread, in order of their due time."""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
import threading
import time
from typing import Any

from atoosync_lab.sandbox.ebp.core import Core
from atoosync_lab.sandbox.ebp.folder import ATOO_KEY, FolderState
from atoosync_lab.sandbox.ebp.headings import CUSTOMER, DOCUMENT, LINE, SETTLEMENT, Heading
from atoosync_lab.sandbox.ebp.import_documents import DocumentImport
from atoosync_lab.sandbox.ebp.import_others import CustomerImport, RowImport, SettlementImport
from atoosync_lab.sandbox.ebp.importfile import FileRefusedError, ImportFile, read_file
from atoosync_lab.sandbox.ebp.reference import IMPORT_FORMATS
from atoosync_lab.sandbox.ebp.values import IdMaker

_LOG = logging.getLogger(__name__)
_CATEGORIES: dict[str, tuple[tuple[Heading, ...], type[DocumentImport] | type[RowImport], str]] = {
    "Customer": (CUSTOMER, CustomerImport, "Customer"),
    "SaleDocument": (DOCUMENT + LINE, DocumentImport, "SaleDocument"),
    "Settlement": (SETTLEMENT, SettlementImport, "SaleSettlement"),
}
_IDLE = 5.0
"""Seconds between two looks at an empty queue (a new file wakes the thread at once)."""


def run_file(state: FolderState, category: str, format_name: str, content: bytes) -> dict[str, Any]:
    """Process one file inside the caller's transaction and return what Status will answer (without `importId`).

    Raises:
        FileRefusedError: the file as a whole is refused; nothing was written.
    """
    if category not in _CATEGORIES:
        raise FileRefusedError("ERR_CATEGORY", f"La catégorie {category} est inconnue")
    installed = state.connection.execute("SELECT 1 FROM EbpSysGenericImportSettings WHERE name = ?", (format_name,))
    if IMPORT_FORMATS[category] != format_name or installed.fetchone() is None:
        raise FileRefusedError("ERR_FORMAT", f"Le format d'import {format_name} n'est pas installé pour {category}")
    headings, importer, table = _CATEGORIES[category]
    file: ImportFile = read_file(content, headings, atoo_key=ATOO_KEY in state.table(table).by_name)
    accepted, refused = importer(state, file).run()
    return {"status": "Completed", "accepted": accepted, "refused": refused}


class ImportWorker:
    """Accepts files and processes them.

    Args:
        core: The sandbox.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._make_id = IdMaker()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._loop, name="imports", daemon=True)

    def start(self) -> None:
        """Begin to process; a file that was in hand when the server died is taken up again."""
        self._core.connection.execute("UPDATE import SET state = 'Waiting' WHERE state = 'Running'")
        self._thread.start()

    def stop(self) -> None:
        """End after the file in hand."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def quiet(self, seconds: float = 30.0) -> None:
        """Take up no more of the files that wait, and return once none is in hand."""
        self._core.connection.execute("UPDATE import SET state = 'Lost' WHERE state = 'Waiting'")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._core.connection.execute("SELECT 1 FROM import WHERE state = 'Running'").fetchone() is None:
                return
            time.sleep(0.01)

    def accept(self, folder: str, category: str, format_name: str, content: bytes) -> str:
        """Queue a file and return its id; the switches may lose it or make it late."""
        settings = self._core.settings
        with self._lock:
            lost = settings.lose_imports > 0
            settings.lose_imports -= int(lost)
            late = not lost and settings.late_imports > 0
            settings.late_imports -= int(late)
            import_id = self._make_id()
            due = time.time() + settings.delay(settings.late_delay if late else settings.import_delay)
            self._core.connection.execute(
                "INSERT INTO import VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    import_id,
                    folder,
                    category,
                    format_name,
                    None if lost else content,
                    due,
                    "Lost" if lost else "Waiting",
                ),
            )
        self._wake.set()
        return import_id

    def status(self, folder: str, import_id: str) -> dict[str, Any] | None:
        """What Status answers, or None for an unknown id."""
        found = self._core.connection.execute(
            "SELECT state FROM import WHERE id = ? AND folder = ?", (import_id, folder)
        ).fetchone()
        if found is None:
            return None
        with self._core.folder(folder) as state:
            result = state.connection.execute("SELECT result FROM _import WHERE id = ?", (import_id,)).fetchone()
        if result is not None:
            return {"importId": import_id, **json.loads(result[0])}
        shown = "Running" if found[0] == "Running" else "Waiting"
        return {"importId": import_id, "status": shown, "accepted": 0, "refused": []}

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            found = self._core.connection.execute(
                "SELECT id, due FROM import WHERE state = 'Waiting' ORDER BY due, id LIMIT 1"
            ).fetchone()
            wait = _IDLE if found is None else found[1] - time.time()
            if wait > 0:
                self._wake.wait(min(wait, _IDLE))
            elif found is not None:
                self._process(found[0])

    def _process(self, import_id: str) -> None:
        connection = self._core.connection
        connection.execute("UPDATE import SET state = 'Running' WHERE id = ?", (import_id,))
        folder, category, format_name, content = connection.execute(
            "SELECT folder, category, format, content FROM import WHERE id = ?", (import_id,)
        ).fetchone()
        with self._core.folder(folder) as state:
            # The result stands in the folder, in the same transaction as the records: a file is never processed twice.
            if state.connection.execute("SELECT 1 FROM _import WHERE id = ?", (import_id,)).fetchone() is None:
                self._write(state, import_id, category, format_name, content)
        connection.execute("UPDATE import SET state = 'Done', content = NULL WHERE id = ?", (import_id,))

    def _write(self, state: FolderState, import_id: str, category: str, format_name: str, content: bytes) -> None:
        try:
            with state.transaction() as connection:
                result = run_file(state, category, format_name, content)
                connection.execute("INSERT INTO _import VALUES (?, ?)", (import_id, json.dumps(result)))
            return
        except FileRefusedError as error:
            failure = {"errorCode": error.code, "errorMessage": str(error)}
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, sqlite3.Error):
            # A defect of the sandbox must not end the queue: the file is shown as failed.
            mark = secrets.token_hex(4)
            _LOG.exception("import %s failed (%s)", import_id, mark)
            failure = {"errorCode": "ERR_INTERNAL", "errorMessage": f"Erreur interne {mark}"}
        with state.transaction() as connection:
            result = {"status": "Error", "accepted": 0, "refused": [], **failure}
            connection.execute("INSERT INTO _import VALUES (?, ?)", (import_id, json.dumps(result)))
