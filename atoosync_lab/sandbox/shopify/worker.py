"""What the shop does on its own: bulk operations and asynchronous changes of products, in a thread of their own."""

from __future__ import annotations

import threading
from pathlib import Path

POLL = 0.5
"""Seconds between looks for work that nobody announced."""


class Worker:
    """The thread. It has its own connection to the state file.

    Args:
        folder: The state folder.
        speed: Divides waiting times; 0 means none.
    """

    def __init__(self, folder: Path, speed: float) -> None:
        self._folder = folder
        self._speed = speed
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
        while not self._ends:
            self._event.wait(POLL)
            self._event.clear()
