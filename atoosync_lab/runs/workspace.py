"""The workbench on this machine: home, store and everything kept in it, opened once and handed to flows."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from atoosync_lab.connectors.base import ErpConnector, ShopConnector
from atoosync_lab.model.ports import TraceSink
from atoosync_lab.runs import systems
from atoosync_lab.settings import Profile
from atoosync_lab.store.engine import Store
from atoosync_lab.store.home import Home
from atoosync_lab.store.journal import Journal
from atoosync_lab.store.ledger import Ledger
from atoosync_lab.store.links import Links
from atoosync_lab.store.marks import Marks
from atoosync_lab.store.plans import Plans
from atoosync_lab.store.profiles import Profiles
from atoosync_lab.store.quota import Quota
from atoosync_lab.store.secrets import Secrets

if TYPE_CHECKING:
    from atoosync_lab.runs.session import Session


@dataclass(frozen=True, slots=True)
class Workspace:
    """Home and store, with the repositories flows use."""

    home: Home
    store: Store
    secrets: Secrets
    profiles: Profiles
    ledger: Ledger
    links: Links
    marks: Marks
    journal: Journal
    plans: Plans
    quota: Quota

    @classmethod
    def open(cls, root: str | Path | None = None) -> Workspace:
        """Open the workbench kept in a folder.

        Args:
            root: home folder; None: `ATOOSYNC_HOME`, else `./data`.

        Raises:
            StorageError: the folder or the store cannot be opened.
        """
        home = Home.open(root)
        store = Store.open(home.store)
        quota = Quota(store)
        return cls(
            home=home,
            store=store,
            secrets=Secrets.open(store, home),
            profiles=Profiles(store),
            ledger=Ledger(store, quota),
            links=Links(store),
            marks=Marks(store),
            journal=Journal(store),
            plans=Plans(store),
            quota=quota,
        )

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    @property
    def wiring(self) -> systems.Wiring:
        """What connectors are given."""
        return systems.Wiring(self.store, self.secrets)

    @contextmanager
    def shop(self, profile: Profile, trace: TraceSink | None = None) -> Iterator[ShopConnector]:
        """The profile's shop connector, closed afterwards."""
        connector = systems.open_shop(profile, replace(self.wiring, trace=trace))
        try:
            yield connector
        finally:
            connector.close()

    @contextmanager
    def erp(self, profile: Profile, trace: TraceSink | None = None) -> Iterator[ErpConnector]:
        """The profile's ERP connector, closed afterwards."""
        connector = systems.open_erp(profile, replace(self.wiring, trace=trace))
        try:
            yield connector
        finally:
            connector.close()


def whoami() -> str:
    """Name of the person at work, for histories and journals."""
    return os.environ.get("ATOOSYNC_WHO") or getpass.getuser()


def open_profile(profile: str | None = None, *, home: str | Path | None = None) -> Session:
    """Open a profile for a notebook: `atoosync_lab.open("breval")`.

    Args:
        profile: profile id; None: the default profile.
        home: home folder; None: `ATOOSYNC_HOME`, else `./data`.

    Raises:
        SettingsError: no such profile; the message lists those there are.
    """
    from atoosync_lab.runs.session import Session

    workspace = Workspace.open(home)
    return Session(workspace, workspace.profiles.get(profile).id)
