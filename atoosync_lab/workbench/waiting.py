"""Work that takes its time, away from the page: it says that it has begun, stays usable, and is told the end."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message

_LOG = logging.getLogger(__name__)

Result = TypeVar("Result")


class Waiting:
    """What a page has under way, one thing at a time."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._task: asyncio.Task[None] | None = None

    def start(
        self, work: Callable[[], Result], done: Callable[[Result], None], failed: Callable[[Message], None]
    ) -> None:
        """Do `work` in a thread, then tell its end: in the kernel's own loop where there is one.

        Args:
            work: what takes its time.
            done: told the result.
            failed: told the sentence of what went wrong.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._thread = threading.Thread(target=lambda: _settle(_attempt(work), done, failed), daemon=True)
            self._thread.start()
            return

        async def follow() -> None:
            _settle(await asyncio.to_thread(_attempt, work), done, failed)

        self._task = loop.create_task(follow())

    def join(self, seconds: float = 60.0) -> None:
        """Wait for what was started outside a loop."""
        if self._thread is not None:
            self._thread.join(seconds)


def _attempt(work: Callable[[], Result]) -> tuple[Result | None, Message | None]:
    try:
        return work(), None
    except AtooSyncError as error:
        return None, error.message
    except Exception:  # noqa: BLE001
        _LOG.info("work of a page failed", exc_info=True)
        return None, Message("connect.unexpected")


def _settle(
    end: tuple[Result | None, Message | None], done: Callable[[Result], None], failed: Callable[[Message], None]
) -> None:
    result, wrong = end
    if wrong is not None:
        failed(wrong)
    else:
        done(result)  # type: ignore[arg-type]
