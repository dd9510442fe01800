"""Batches of which one record is refused: the others go through, and the refused one is named.

A call is one transaction of the server: a refusal proves that nothing of it was written, so that halves may be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from atoosync_lab.connectors.base import RefusedRecord
from atoosync_lab.model.errors import OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message

T = TypeVar("T")

_CRASHED = "tryton.crashed"


class Refusals:
    """Records of a submission that were refused; those after the first of a record are not noted."""

    def __init__(self) -> None:
        self._found: dict[str, RefusedRecord] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._found

    def add(self, key: str, error: RefusedError | OutcomeUnknownError) -> None:
        """Note what the server said of a record."""
        text = error.facts.detail or error.message.text()
        self._found.setdefault(key, RefusedRecord(key=key, code=error.facts.remote_code or error.code, text=text))

    def say(self, key: str, code: str, **params: object) -> None:
        """Note a reason of ours."""
        self._found.setdefault(key, RefusedRecord(key=key, code=code, text=Message(code, params).text()))

    def records(self) -> tuple[RefusedRecord, ...]:
        """All of them, in the order they were refused."""
        return tuple(self._found.values())


def in_parts(
    items: Sequence[T], size: int, weight: Callable[[T], int] | None = None, most: int = 0
) -> Iterator[list[T]]:
    """Parts of at most `size` items whose weights sum to at most `most`; an item that weighs more stands alone."""
    part: list[T] = []
    held = 0
    for item in items:
        heavy = weight(item) if weight is not None else 0
        if part and (len(part) >= size or (weight is not None and held + heavy > most)):
            yield part
            part, held = [], 0
        part.append(item)
        held += heavy
    if part:
        yield part


def divide(
    items: Sequence[T],
    act: Callable[[list[T]], None],
    left: Callable[[list[T]], list[T]],
    refuse: Callable[[T, RefusedError | OutcomeUnknownError], None],
) -> None:
    """Do something to all items in one call, or in halves of it where it is refused.

    Args:
        items: what is to be done.
        act: does it to some of them, all or none.
        left: of some items those to which it was not done; asked after the server's program has failed, since work
            behind the end of the transaction may have failed instead.
        refuse: takes each item that is refused alone.

    Raises:
        AtooSyncError: anything but a refusal or a failure of the server's program.
    """
    waiting = [list(items)]
    while waiting:
        part = waiting.pop()
        if not part:
            continue
        error: RefusedError | OutcomeUnknownError
        try:
            act(part)
            continue
        except RefusedError as refused:
            error = refused
        except OutcomeUnknownError as unknown:
            if unknown.code != _CRASHED:
                raise
            error = unknown
            part = left(part)
        if len(part) == 1:
            refuse(part[0], error)
            continue
        middle = (len(part) + 1) // 2
        waiting += [part[middle:], part[:middle]]
