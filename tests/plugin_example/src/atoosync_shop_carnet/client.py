"""Calls to a Carnet shop: JSON in and out, lists in pages by id until they end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from atoosync_lab.connectors.http import HttpClient, refuse_html
from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.model.errors import ConnectionFailedError, Facts, OutcomeUnknownError
from atoosync_lab.model.ports import Limiter, TraceSink
from atoosync_shop_carnet import facts

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the shop answers to a write: done, or refused with its reason."""

    status: int
    content: Json

    @property
    def error(self) -> str:
        """The shop's word for a refusal: `invalid`, `reference_taken`, `moved_on`, `unknown`."""
        return str(self.content.get("error", ""))


class CarnetClient:
    """The API of one shop.

    Args:
        address: of the API, with its final slash.
        key: key of the shop's owner.
        limiter: shared limit, if the host has one.
        trace: where exchanges are noted.
        debug: traces carry redacted bodies.
        sleep: waits between tries.

    Raises:
        ConnectionFailedError: the address is none.
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        limiter: Limiter | None = None,
        trace: TraceSink | None = None,
        debug: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        def signed(request: httpx.Request) -> httpx.Request:
            request.headers["Authorization"] = f"Bearer {key}"
            return request

        self.http = HttpClient(
            address, system=facts.SYSTEM, auth=signed, limiter=limiter, trace=trace, debug=debug,
            timeout=facts.TIMEOUT, redactor=Redactor((key,)), sleep=sleep,
        )  # fmt: skip

    def get(self, path: str, query: Mapping[str, str] | None = None, *, retry: bool = True) -> Json:
        """Read something that is there.

        Raises:
            ConnectionFailedError: address, key or query; what comes is not a Carnet's answer.
            RetryError: after the last try.
        """
        answer = self._send("GET", path, query=query, retry=retry)
        if answer.status != 200:
            noted = Facts(system=facts.SYSTEM, operation=f"GET {path}", status=answer.status)
            raise ConnectionFailedError("carnet.not_there", host=self.http.host, status=answer.status, facts=noted)
        return answer.content

    def pages(self, path: str, query: Mapping[str, str], size: int) -> Iterator[list[Json]]:
        """All records that match, by ascending id: those of later pages stay where they are while rows come and go.

        Raises:
            ConnectionFailedError, RetryError: as `get`; or a page begins before the end of the one before.
        """
        after, more = 0, True
        while more:
            found = self.get(path, {**query, "after": str(after), "limit": str(min(size, facts.LONGEST_PAGE))})
            try:
                records: list[Json] = found["records"]
                ids = [int(record["id"]) for record in records]
                more = bool(found["more"])
            except (KeyError, TypeError, ValueError):
                raise ConnectionFailedError("carnet.not_json", status=200) from None
            if (ids and (min(ids) <= after or ids != sorted(ids))) or (more and not ids):
                # Without this proof that it moves on, a faulty shop would be read for ever.
                raise ConnectionFailedError("carnet.page_repeated", resource=path)
            if records:
                yield records
                after = ids[-1]

    def write(self, method: str, path: str, body: Json) -> Reply:
        """Send a record; a refusal is a reply too.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was stored.
            OutcomeUnknownError: it may be stored.
        """
        return self._send(method, path, body=body)

    def _send(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Json | None = None,
        retry: bool = True,
    ) -> Reply:  # fmt: skip
        content = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if content else None
        answer = self.http.request(
            method, path, params=query, headers=headers, content=content, idempotent=True, retry=retry, check=_whole
        )
        if answer.status_code in (401, 403):
            noted = Facts(system=facts.SYSTEM, operation=f"{method} {path}", status=answer.status_code)
            raise ConnectionFailedError("carnet.key_refused", facts=noted)
        return Reply(answer.status_code, json.loads(answer.content))

    def close(self) -> None:
        """Close network connections."""
        self.http.close()


def _whole(answer: httpx.Response) -> None:
    """Make another try when an answer is no JSON object, as long as there are tries left."""
    refuse_html(answer, expected="JSON", system=facts.SYSTEM)
    try:
        whole = isinstance(json.loads(answer.content), dict)
    except ValueError:
        whole = False
    if not whole:
        noted = Facts(system=facts.SYSTEM, operation=answer.request.method, status=answer.status_code)
        raise OutcomeUnknownError("carnet.not_json", status=answer.status_code, facts=noted)
