"""What a case asks of an ERP."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from atoosync_lab.model.documents import DocumentKind
from tests.crash.forks import Forks
from tests.crash.shops import Fact


class Erp(Protocol):
    """One ERP's server, read and changed past the product."""

    system: str
    speed: float
    """Divides the ERP's waits."""
    settles: float
    """Seconds after which what was sent and is not seen is decided about: sent again, or given to a person."""
    lasting: bool
    """Its server outlives the cases, which put its state back under it; else it is started for each."""

    def serve(self, forks: Forks, state: Path, port: int) -> Callable[[], None]:
        """Start the server on a state folder. What is returned ends it at once."""
        ...

    def settings(self, document: Mapping[str, Any], state: Path, port: int) -> dict[str, Any]:
        """A profile of the demonstration, as the shop's part gives it, in this ERP's ids; the server is up."""
        ...

    def keep(self, state: Path, kept: Path) -> None:
        """Copy the state of a running, idle server into a folder, where the server is lasting."""
        ...

    def put_back(self, kept: Path, state: Path) -> None:
        """Give a running, idle server the state back that was kept, where the server is lasting."""
        ...

    def trim(self, state: Path, wanted: Collection[str]) -> set[str]:
        """Leave the articles that cases need, where that saves time; references of those there, without outer spaces.

        Args:
            state: The server is down.
            wanted: References of the articles of the orders.
        """
        ...

    def idle(self, state: Path) -> None:
        """Wait until the server has come to the end of what it was asked for, by clients that have died too.

        Raises:
            TimeoutError: it does not.
        """
        ...

    def holds(self, state: Path) -> Iterable[Fact]:
        """Everything that an import may write."""
        ...

    def tokens(self, state: Path) -> set[str]:
        """What the records of ours are known by: tokens of documents and settlements, tokens or codes of customers."""
        ...

    def number_of(self, state: Path, token: str) -> str:
        """Number of what is there under a token; empty: nothing."""
        ...

    def transform(self, state: Path, numbers: Collection[str], kind: DocumentKind) -> None:
        """Make the next documents of these documents, as a person does; the server is up."""
        ...
