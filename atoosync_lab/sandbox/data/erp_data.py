"""What a data set needs of an ERP: each system holds the demonstration's company in its own way, under its own ids.

`erp_data("ebp")` is `DATA` of `sandbox/data/ebp_erp.py`: an ERP that joins adds such a module. The shops' profiles are
written with the ids of the first ERP's folder; another one says them in its own (`demo_settings`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

ERPS = ("ebp", "tryton")
"""ERPs that the demonstration can be loaded into."""


class RunningErp(Protocol):
    """A server of an ERP that answers; leaving its context stops it."""

    @property
    def url(self) -> str:
        """Base address without trailing slash."""
        ...

    @property
    def state(self) -> Path:
        """Folder of its data."""
        ...

    @property
    def pid(self) -> int:
        """Its process."""
        ...

    def stop(self, timeout: float = ...) -> None:
        """End the process; kill it when it does not end within the timeout (seconds)."""
        ...

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class ErpData(Protocol):
    """One ERP's part of the data sets."""

    system: str
    credentials: Mapping[str, str]
    """The sandbox's public credentials, by secret field."""
    login_hint: str
    """Whom its page signs in without asking; empty: nobody signs in with a browser."""
    wanting: tuple[str, ...]
    """Message ids of what of the demonstration it has no place for."""

    def prepare(self, begun: Callable[[], None]) -> float:
        """Install what its server needs and does not come with this package; the seconds it took, 0: all was there.

        Args:
            begun: Called once when there is something to install.

        Raises:
            AtooSyncError: it cannot be installed here.
        """
        ...

    def fill_demo(self, state: Path, today: date) -> dict[str, int]:
        """Fill a fresh state folder with the demonstration's company; records by kind.

        Raises:
            AtooSyncError: as `prepare`.
        """
        ...

    def files(self, draft: Path, state: Path) -> Iterator[str]:
        """Names of the files of a filled draft that take the place of those of a state folder."""
        ...

    def start(self, state: Path, *, speed: float) -> RunningErp:
        """Start a server on a filled state folder and wait until it answers."""
        ...

    def demo_settings(self, document: Mapping[str, Any], server: RunningErp) -> dict[str, Any]:
        """A profile of the demonstration in this ERP's ids.

        Args:
            document: The profile as a shop's part gives it, in the ids of the first ERP's folder.
            server: The running server, which is asked for its ids.
        """
        ...


def erp_data(system: str) -> ErpData:
    """The ERP's part of the data sets.

    Raises:
        ValueError: there is none for this system.
    """
    if system not in ERPS:
        raise ValueError(f"no data for {system!r}; there is some for {', '.join(ERPS)}")
    found: ErpData = import_module(f"atoosync_lab.sandbox.data.{system}_erp").DATA
    return found
