"""What the shop does on its own: bulk operations and asynchronous changes of products, in a thread of their own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import IO

from atoosync_lab.sandbox.shopify.bucket import Buckets
from atoosync_lab.sandbox.shopify.bulk import Export, Import, Progress, check_query, result_name
from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import FieldError
from atoosync_lab.sandbox.shopify.facts import ASYNC_OPERATION_DELAY
from atoosync_lab.sandbox.shopify.service import Service
from atoosync_lab.sandbox.shopify.state import FILES_FOLDER, ShopState
from atoosync_lab.sandbox.shopify.values import Row
from atoosync_lab.sandbox.shopify.writing.product_set import run_operation

POLL = 0.5
"""Seconds between looks for work that nobody announced."""
_LOG = logging.getLogger(__name__)


class Worker:
    """The thread. It has its own connection to the state file.

    Args:
        folder: The state folder.
        speed: Divides waiting times; 0 means none.
        finished: Called with the row of each bulk operation that ended.
    """

    def __init__(self, folder: Path, speed: float, finished: Callable[[Row], None] | None = None) -> None:
        self._folder = folder
        self._speed = speed
        self._finished = finished
        self._event = threading.Event()
        self._ends = False
        self._thread = threading.Thread(target=self._loop, name="shopify-worker", daemon=True)

    def start(self) -> None:
        """Begin to work, with what an earlier process left unfinished."""
        self._thread.start()

    def wake(self) -> None:
        """Tell it that there may be work."""
        self._event.set()

    def stop(self) -> None:
        """Finish what is in hand and end."""
        self._ends = True
        self._event.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _loop(self) -> None:
        with closing(ShopState.open(self._folder)) as state:
            service = Service(state, Buckets(0), self._speed)
            while not self._ends:
                self._event.wait(POLL)
                self._event.clear()
                try:
                    self._work(state, service)
                except Exception:  # noqa: BLE001 - the thread must outlive whatever a state file that changes does to it
                    _LOG.exception("work of the shop failed")

    def _work(self, state: ShopState, service: Service) -> None:
        waiting = "status IN ('CREATED', 'ACTIVE') AND starts_at <= ? ORDER BY starts_at"
        for row in state.rows("product_operations", waiting, state.now()):
            run_operation(self._context(service, row["version"], frozenset(), ""), row)
        delay = ASYNC_OPERATION_DELAY / self._speed if self._speed > 0 else timedelta(0)
        open_ones = "status IN ('CREATED', 'RUNNING', 'CANCELING') AND created_at <= ? ORDER BY id"
        for row in state.rows("bulk_operations", open_ones, state.now(-delay)):
            if self._ends:
                return
            self._bulk(state, service, row)

    def _context(self, service: Service, version: str, scopes: frozenset[str], base: str) -> Context:
        settings = service.settings()
        return Context(service.state, version, scopes, base, settings, unlimited=True, speed=self._speed)

    def _bulk(self, state: ShopState, service: Service, row: Row) -> None:
        state.db.execute(
            "UPDATE bulk_operations SET status = 'RUNNING' WHERE id = ? AND status = 'CREATED'", (row["id"],)
        )
        name = result_name(row)
        path = state.folder / FILES_FOLDER / name
        resumed = row["type"] == "MUTATION" and row["object_count"] > 0
        ended, error = "COMPLETED", None
        progress = Progress(row["object_count"] if resumed else 0)
        try:
            with path.open("a" if resumed else "w", encoding="utf-8") as out:
                for progress in self._steps(service, row, out):
                    out.flush()
                    counts = {"object_count": progress.objects, "root_object_count": progress.roots}
                    state.update("bulk_operations", row["id"], counts)
                    if state.value("SELECT status FROM bulk_operations WHERE id = ?", row["id"]) == "CANCELING":
                        ended = "CANCELED"
                        break
                    if self._ends:
                        return
        except FieldError as refused:
            ended = "FAILED"
            error = "ACCESS_DENIED" if refused.extensions.get("code") == "ACCESS_DENIED" else "INTERNAL_SERVER_ERROR"
        whole = ended == "COMPLETED" and progress.objects > 0
        values: Row = {
            "status": ended,
            "error_code": error,
            "completed_at": state.now(),
            "file_size": path.stat().st_size if progress.objects else None,
            "url": name if whole else None,
            "partial_data_url": name if progress.objects and not whole else None,
        }
        state.update("bulk_operations", row["id"], values)
        if self._finished is not None:
            self._finished({**row, **values})

    def _steps(self, service: Service, row: Row, out: IO[str]) -> Iterator[Progress]:
        if row["type"] == "MUTATION":
            return Import(service, row).write(out)
        context = self._context(service, row["version"], frozenset(row["scopes"].split(",")), row["base"])
        return Export(context, check_query(row["version"], row["query"]), bool(row["group_objects"])).write(out)
