"""Leases: at most one holder a (profile, task), with a fence number that every write can check.

A holder that died, or let its lease run out, is replaced. The fence rises with every new holder, so that one who was
only frozen learns that it was replaced (engine.md, section 2).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from sqlalchemy import select, update

from atoosync_lab.model.errors import AtooSyncError, BusyError
from atoosync_lab.store.engine import Store, upsert
from atoosync_lab.store.process import Process, current
from atoosync_lab.store.tables import leases
from atoosync_lab.store.types import now

DEFAULT_TTL = 60.0
"""Seconds until a lease that nobody renews is free for others."""


class Lease:
    """A lease that is held. Release it, or use it as a context manager."""

    def __init__(self, store: Store, *, profile: str, task: str, holder: str, fence: int, ttl: float) -> None:
        self._store, self._holder, self._ttl = store, holder, ttl
        self.profile, self.task = profile, task
        self.fence = fence
        """Rises with every new holder of this lease."""

    def __repr__(self) -> str:
        return f"Lease({self.profile!r}, {self.task!r}, fence={self.fence})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.release()

    def check(self) -> None:
        """Make sure that the lease is still ours; to be asked before each write call. One read.

        Raises:
            BusyError: another holder took over.
        """
        with self._store.read() as connection:
            row = connection.execute(self._where(select(leases.c.fence, leases.c.holder, leases.c.who))).first()
        if row is None or row.fence != self.fence or row.holder != self._holder:
            who = row.who if row is not None else ""
            raise BusyError("lease.lost", profile=self.profile, task=self.task, work=work_name(self.task), who=who)

    def renew(self) -> None:
        """Prolong the lease by its time to live, from now.

        Raises:
            BusyError: another holder took over.
        """
        until = now() + timedelta(seconds=self._ttl)
        with self._store.begin() as tx:
            changed = tx.execute(self._where(update(leases), mine=True).values(expires_at=until)).rowcount
        if changed != 1:
            self.check()

    def release(self) -> None:
        """Give the lease back; does nothing when it was lost already."""
        with self._store.begin() as tx:
            tx.execute(self._where(update(leases), mine=True).values(holder=None, expires_at=now()))

    @contextmanager
    def kept(self) -> Iterator[Self]:
        """Renew in the background while the block runs. The loss of the lease shows at the next `check`."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(self._ttl / 3):
                try:
                    self.renew()
                except BusyError:
                    return
                except AtooSyncError:
                    # The store is full or locked: the next beat tries again, and the fence guards meanwhile.
                    continue

        thread = threading.Thread(target=beat, name=f"lease {self.profile}/{self.task}", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            ended.set()
            thread.join()

    def _where(self, statement: Any, *, mine: bool = False) -> Any:
        statement = statement.where(leases.c.profile == self.profile, leases.c.task == self.task)
        return statement.where(leases.c.fence == self.fence, leases.c.holder == self._holder) if mine else statement


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lease."""

    who: str
    since: datetime


def work_name(task: str) -> str:
    """A task as sentences name it: the flow it is called after, in the reader's language (`model.i18n.WORDED`)."""
    return f"‹flow.{task}›"


def busy(profile: str, task: str, holder: Holder) -> BusyError:
    """The error of one who came second; its sentence says who holds the task and since when."""
    since = holder.since.isoformat()
    return BusyError("lease.busy", profile=profile, task=task, work=work_name(task), who=holder.who, since=since)


def acquire(
    store: Store,
    profile: str,
    task: str,
    *,
    who: str,
    ttl: float = DEFAULT_TTL,
    sleep: Callable[[float], None] = time.sleep,
) -> Lease:
    """Take the lease of a task.

    A lease that has run out while its process is at work here is not taken at once: the clock may have been set
    forward. Its holder is given half the time to live to renew it.

    Args:
        store: the state store.
        profile: profile id.
        task: what only one may do at a time, e.g. a flow.
        who: person or schedule, for the others' sentence.
        ttl: seconds it lasts without renewal.
        sleep: waits for a holder whose lease has run out.

    Raises:
        BusyError: somebody else holds it; the message names who and since when.
    """
    me, holder = current(), str(uuid4())
    patience = time.monotonic() + ttl / 2
    while True:
        moment = now()
        with store.begin() as tx:
            row = tx.execute(select(leases).where(leases.c.profile == profile, leases.c.task == task)).first()
            if row is not None and not _is_free(row, moment):
                raise busy(profile, task, Holder(row.who, row.since))
            if row is None or not _is_at_work(row) or time.monotonic() >= patience:
                fence = 1 if row is None else row.fence + 1
                fresh = {
                    "profile": profile, "task": task, "fence": fence, "holder": holder, "host": me.host,
                    "pid": me.pid, "process_start": me.start, "who": who, "since": moment,
                    "expires_at": moment + timedelta(seconds=ttl),
                }  # fmt: skip
                upsert(tx, leases, [fresh], update=tuple(k for k in fresh if k not in ("profile", "task")))
                return Lease(store, profile=profile, task=task, holder=holder, fence=fence, ttl=ttl)
        sleep(min(ttl / 20, 1.0))


def holder(store: Store, profile: str, task: str) -> Holder | None:
    """Who holds the lease of a task now; None when it is free."""
    with store.read() as connection:
        row = connection.execute(select(leases).where(leases.c.profile == profile, leases.c.task == task)).first()
    return None if row is None or _is_free(row, now()) else Holder(row.who, row.since)


def _is_at_work(row: Any) -> bool:
    """A lease that has run out belongs to a process that is alive here."""
    return row.holder is not None and Process(row.host, row.pid, row.process_start).works()


def _is_free(row: Any, moment: datetime) -> bool:
    if row.holder is None or row.expires_at <= moment:
        return True
    return Process(row.host, row.pid, row.process_start).is_dead()
