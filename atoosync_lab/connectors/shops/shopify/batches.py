"""Several mutations in one request, each under its own name; a bad one stops no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from atoosync_lab.connectors.base import WriteResult
from atoosync_lab.connectors.shops.shopify import answers
from atoosync_lab.connectors.shops.shopify.answers import UserError
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient
from atoosync_lab.connectors.shops.shopify.operations import Operation
from atoosync_lab.connectors.shops.shopify.outcomes import BLOCKED, in_doubt, refused, told, unsent
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError, RefusedError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one mutation."""

    payload: Mapping[str, Any] | None = None
    errors: tuple[UserError, ...] = ()
    failure: AtooSyncError | None = None

    @property
    def ok(self) -> bool:
        """It was carried out whole."""
        return not self.errors and self.failure is None

    def failed(self, key: str, target: str = "") -> WriteResult:
        """The result of a record whose mutation was not carried out."""
        if self.errors:
            return told(key, self.errors, target)
        assert self.failure is not None
        if isinstance(self.failure, BLOCKED):
            return unsent(key, self.failure, target)
        if isinstance(self.failure, OutcomeUnknownError):
            return in_doubt(key, target)
        return refused(key, self.failure, target)


@dataclass
class Run:
    """The requests of one write.

    Once the shop cannot be written to any more, what is left is not sent; when nothing was sent at all, the cause is
    raised instead.
    """

    client: ShopifyClient
    tried: bool = False
    blocked: AtooSyncError | None = field(default=None)

    def send(
        self,
        build: Callable[[int], Operation],
        items: Sequence[T],
        variables: Callable[[int, T], Mapping[str, Any]],
        size: int,
        *,
        shared: Mapping[str, Any] | None = None,
        absolute: bool = True,
    ) -> list[Reply]:
        """Carry out one mutation an item; the replies in their order.

        Args:
            build: the document for so many mutations, named `m0`, `m1`, ...
            items: what they are about.
            variables: those of one mutation, by its place in the request.
            size: mutations a request.
            shared: variables of all.
            absolute: repeating does no harm.

        Raises:
            UnsentError, RateLimitedError, ThrottledError, ConnectionFailedError: nothing was sent in this run.
        """
        replies: list[Reply] = []
        for start in range(0, len(items), size):
            replies += self._part(build, items[start : start + size], variables, shared or {}, absolute)
        return replies

    def _part(
        self,
        build: Callable[[int], Operation],
        part: Sequence[T],
        variables: Callable[[int, T], Mapping[str, Any]],
        shared: Mapping[str, Any],
        absolute: bool,
    ) -> list[Reply]:
        if self.blocked is not None:
            return [Reply(failure=self.blocked) for _ in part]
        given: dict[str, Any] = dict(shared)
        for place, item in enumerate(part):
            given.update(variables(place, item))
        try:
            answer = self.client.mutate(build(len(part)), given, absolute=absolute)
        except BLOCKED as error:
            if not self.tried:
                raise
            self.blocked = error
            return [Reply(failure=error) for _ in part]
        except RefusedError as error:
            # One value that does not fit its type refuses the whole request, before anything is carried out.
            self.tried = True
            if len(part) == 1:
                return [Reply(failure=error)]
            middle = len(part) // 2
            return [
                reply
                for half in (part[:middle], part[middle:])
                for reply in self._part(build, half, variables, shared, absolute)
            ]
        except OutcomeUnknownError as error:
            self.tried = True
            return [Reply(failure=error) for _ in part]
        self.tried = True
        return [_reply(answer, f"m{place}") for place in range(len(part))]


def _reply(answer: answers.Answer, alias: str) -> Reply:
    payload = answer.data.get(alias)
    error = answer.error_at(alias)
    if payload is None and error is not None:
        return Reply(failure=answers.error_of(error, alias))
    return Reply(payload=payload, errors=tuple(answers.user_errors(payload)))


def chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Items in lists of at most `size`."""
    return [items[start : start + size] for start in range(0, len(items), size)]
