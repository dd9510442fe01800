"""Absolute values in batches of a size that fits the shop: measured time decides, a time-out halves, a bad record is
isolated, and what the shop answers of each record becomes its result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from atoosync_lab.connectors.base import WriteResult
from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.shops.woocommerce.outcomes import BLOCKED, done, holds, in_doubt, refused, told, unsent
from atoosync_lab.connectors.shops.woocommerce.values import word
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.errors import (
    AtooSyncError,
    ConnectionFailedError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    UnsentError,
)
from atoosync_lab.model.i18n import Message

_TIMEOUTS = frozenset({"http.timeout"})
_LONGEST_WAIT = 60.0
"""A `Retry-After` beyond this is handed to the caller instead of being slept through."""
_FAILED_ALONE = 2
"""So many records that fail alone, one after the other: the shop is at fault, not they."""
_SHARE_OF_GROWTH = 2.0


@dataclass(frozen=True, slots=True)
class Item:
    """One record to be changed: key, id in the shop, fields."""

    key: str
    target: str
    fields: Mapping[str, Any]


class BatchSize:
    """How many records go into the next batch of one kind.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.size = facts.BATCH_FIRST
        self.clock = clock
        self._most = facts.BATCH_MAX

    def took(self, records: int, seconds: float) -> None:
        """Learn from a batch that came back: aim at `BATCH_SECONDS`, at most doubling."""
        fitting = facts.BATCH_SECONDS / max(seconds / max(records, 1), 0.0001)
        self.size = int(max(1, min(fitting, max(self.size, records) * _SHARE_OF_GROWTH, self._most)))

    def too_long(self, records: int) -> None:
        """A batch timed out or was too large: never again that many."""
        self._most = self.size = max(1, records // 2)


class Batcher:
    """Sends batches to one shop.

    Args:
        client: the API.
        concurrency: batches of different products' variations at once.
    """

    def __init__(self, client: WooClient, concurrency: int) -> None:
        self._client, self._concurrency = client, concurrency
        self._sizes: dict[str, BatchSize] = {}

    def size_of(self, kind: str) -> BatchSize:
        """The size that batches of a kind have reached."""
        return self._sizes.setdefault(kind, BatchSize())

    def send(self, kind: str, resource: str, items: Sequence[Item]) -> list[WriteResult]:
        """Change records of one resource, in the order given.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        size = self.size_of(kind)
        results: list[WriteResult] = [done(i.key, i.target) for i in items if not i.fields]
        waiting = [[item for item in items if item.fields]]
        failed = tried = False
        alone = 0
        sent: set[str] = set()

        def left_over(items: Sequence[Item], cause: AtooSyncError) -> list[WriteResult]:
            """What is not sent any more; a record of a lost batch may be stored all the same."""
            return [in_doubt(i.key, i.target) if i.key in sent else unsent(i.key, cause, i.target) for i in items]

        while waiting:
            part = waiting.pop()
            if len(part) > size.size:
                waiting.append(part[size.size :])
                part = part[: size.size]
            if not part:
                continue
            try:
                results += self._part(kind, resource, part, patient=not failed)
                failed, alone = False, 0
            except BLOCKED as error:
                if not tried:
                    raise
                return results + left_over([i for items in (part, *reversed(waiting)) for i in items], error)
            except RefusedError as error:
                if error.facts.status == facts.TOO_LARGE and len(part) > 1:
                    size.too_long(len(part))
                    waiting.append(part)
                elif len(part) > 1:
                    waiting += _halves(part)
                else:
                    results.append(refused(part[0].key, error, part[0].target))
            except OutcomeUnknownError as error:
                failed = True
                if error.code in _TIMEOUTS:
                    size.too_long(len(part))
                sent.update(i.key for i in part)
                held = self._held(resource, part)
                left = part if held is None else [i for i in part if i.key not in held]
                results += [done(i.key, i.target) for i in part if i not in left]
                if len(left) < 2:
                    alone += len(left)
                    results += [in_doubt(i.key, i.target) for i in left]
                else:
                    waiting += _halves(left)
                if held is None or alone >= _FAILED_ALONE:
                    return results + left_over([i for items in reversed(waiting) for i in items], error)
            tried = True
        return results

    def send_groups(self, kind: str, groups: Mapping[str, Sequence[Item]]) -> list[WriteResult]:
        """Change records of several resources, some at once: each product's variations are a resource.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        results: list[WriteResult] = []
        resources = list(groups)
        sent = False
        with ThreadPoolExecutor(self._concurrency, "batches") as pool:
            for start in range(0, len(resources), self._concurrency):
                wave = resources[start : start + self._concurrency]
                futures = [pool.submit(self.send, kind, name, groups[name]) for name in wave]
                blocked: AtooSyncError | None = None
                missing: list[Item] = []
                for name, future in zip(wave, futures, strict=True):
                    try:
                        results += future.result()
                        sent = True
                    except BLOCKED as error:
                        blocked = error
                        missing += groups[name]
                if blocked is not None:
                    if not sent:
                        raise blocked
                    missing += [item for name in resources[start + len(wave) :] for item in groups[name]]
                    return results + [unsent(i.key, blocked, i.target) for i in missing]
        return results

    def _part(self, kind: str, resource: str, part: Sequence[Item], *, patient: bool) -> list[WriteResult]:
        """One batch, sent again while the shop fails in passing.

        Raises:
            AtooSyncError: after the last try; a time-out at once, for less is sent then.
        """
        body = {"update": [{"id": int(i.target) if i.target.isdigit() else 0, **i.fields} for i in part]}
        waits = iter(facts.WAITS if patient else ())
        size = self.size_of(kind)
        doubt: OutcomeUnknownError | None = None
        while True:
            started = size.clock()
            try:
                answer = self._client.batch(resource, body, absolute=True, retry=False)
            except (OutcomeUnknownError, RateLimitedError, UnsentError) as error:
                if isinstance(error, OutcomeUnknownError):
                    doubt = error
                wait = next(waits, None)
                if isinstance(error, RateLimitedError) and error.retry_after is not None and wait is not None:
                    wait = error.retry_after if error.retry_after <= _LONGEST_WAIT else None
                if wait is None or (error.code in _TIMEOUTS and len(part) > 1):
                    _raise_doubt(doubt, error)
                    raise
                self._client.sleep(wait)
                continue
            except ConnectionFailedError as error:
                _raise_doubt(doubt, error)
                raise
            size.took(len(part), size.clock() - started)
            return judged(part, wire.rows(answer, "update"))

    def _held(self, resource: str, part: Sequence[Item]) -> set[str] | None:
        """The answer was lost: keys of the records that hold what was sent; None: the shop cannot even be read."""
        fields = ",".join(("id", *dict.fromkeys(name for item in part for name in item.fields)))
        query = [("include", ",".join(i.target for i in part)), ("per_page", str(facts.PAGE_MAX)), ("_fields", fields)]
        try:
            held = {wire.identifier(r): r for r in self._client.get(resource, query).records}
        except AtooSyncError:
            return None
        return {i.key for i in part if i.target in held and _taken(held[i.target], i)}


def judged(part: Sequence[Item], rows: Sequence[Json]) -> list[WriteResult]:
    """Results of a batch: they come in its order."""
    results = []
    for place, item in enumerate(part):
        row = rows[place] if place < len(rows) else None
        if row is None:
            results.append(in_doubt(item.key, item.target))
        elif error := wire.nested(row, "error"):
            results.append(told(item.key, item.target, error))
        elif wire.identifier(row) != item.target:
            results.append(in_doubt(item.key, item.target))
        elif field := holds(row, item.fields):
            results.append(refused(item.key, _dropped(item, field, row), item.target))
        else:
            results.append(done(item.key, item.target))
    return results


def _dropped(item: Item, field: str, row: Json) -> Message:
    """The shop answered that all is well and kept another value."""
    if field == "regular_price" and wire.text(row, "type").startswith(facts.VARIABLE):
        return Message("woocommerce.price_of_variable", {"record": item.key})
    if field == "manage_stock":
        return Message("woocommerce.stock_not_managed", {"record": item.key})
    return Message("woocommerce.value_dropped", {"record": item.key, "changed": word(field)})


def _taken(record: Json, item: Item) -> bool:
    """Every value, texts too, stands in the shop as it was sent."""
    if holds(record, item.fields):
        return False
    from_texts = set(item.fields) & set(facts.TEXT_FIELDS.values())
    return all(wire.text(record, name).strip() == str(item.fields[name]).strip() for name in from_texts)


def _raise_doubt(doubt: OutcomeUnknownError | None, last: AtooSyncError) -> None:
    """An earlier try may have been stored, whatever became of the last one.

    Raises:
        OutcomeUnknownError: there was such a try.
    """
    if doubt is not None and doubt is not last:
        raise doubt from last


def _halves(part: Sequence[Item]) -> list[list[Item]]:
    """Two halves in the order of a stack: the first one is taken first."""
    middle = len(part) // 2
    return [list(part[middle:]), list(part[:middle])]
