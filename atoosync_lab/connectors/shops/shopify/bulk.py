"""Bulk operations: a whole list as one file, or one mutation run over the lines of a file, outside the points."""

from __future__ import annotations

import io
import json
import re
import time
from array import array
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, repeat
from typing import Any

from atoosync_lab.connectors.shops.shopify import answers, facts, operations
from atoosync_lab.connectors.shops.shopify.answers import Answer
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient
from atoosync_lab.connectors.shops.shopify.operations import Operation
from atoosync_lab.model.errors import ConnectionFailedError, Facts, OutcomeUnknownError, RefusedError, RetryError

_RUNNING = frozenset({"CREATED", "RUNNING", "CANCELING"})
_CHILD = b'"__parentId"'
_PARENT = re.compile(rb'"__parentId":\s*"([^"\\]*)"')


class BusyError(Exception):
    """As many bulk operations run as the shop allows; nothing was begun."""


class ResultFile:
    """A result file whose objects are found by line: parents and children are told apart without parsing both."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def parents(self) -> Iterator[Mapping[str, Any]]:
        """Objects of the root connection, in the order of the file."""
        return (_parsed(line) for line in io.BytesIO(self._content) if _CHILD not in line and line.strip())

    def children(self) -> Children:
        """Objects of nested connections: they may stand anywhere behind their parent."""
        return Children(self._content)

    def lines(self) -> Iterator[Mapping[str, Any]]:
        """Every object."""
        return (_parsed(line) for line in io.BytesIO(self._content) if line.strip())


class Children:
    """Children of a result file by their parent, each parsed when it is asked for.

    A year of orders has half a million lines: parsed all at once they take gigabytes, their places some megabytes.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._places: dict[bytes, array[int]] = {}
        start = 0
        for line in io.BytesIO(content):
            end = start + len(line)
            if _CHILD in line:
                found = _PARENT.search(line)
                if found is None:
                    raise RetryError("shopify.cut", facts=Facts(system=facts.SYSTEM, operation="bulk result"))
                self._places.setdefault(found[1], array("q")).extend((start, end))
            start = end

    def of(self, parent: str) -> list[Mapping[str, Any]]:
        """The children of an id, in the order of the file; empty for none.

        Raises:
            RetryError: one is no object: the file was cut.
        """
        places = self._places.get(parent.encode(), ())
        return [_parsed(self._content[start:end]) for start, end in zip(places[::2], places[1::2], strict=True)]


def _parsed(line: bytes) -> Mapping[str, Any]:
    try:
        node = json.loads(line, parse_float=Decimal)
    except ValueError as error:
        raise RetryError("shopify.cut", facts=Facts(system=facts.SYSTEM, operation="bulk result")) from error
    if not isinstance(node, dict):
        raise RetryError("shopify.cut", facts=Facts(system=facts.SYSTEM, operation="bulk result"))
    return node


def run_query(client: ShopifyClient, operation: Operation) -> ResultFile:
    """The result of a bulk query.

    Raises:
        BusyError: others run; it is to be read by pages.
        ConnectionFailedError, RetryError: it failed.
    """
    # Begun twice after a lost answer, it runs twice: no harm but work.
    begun = client.mutate(operations.RUN_QUERY, {"query": operation.text}, absolute=True)
    state = _finished(client, _started(begun, "bulkOperationRunQuery"))
    return ResultFile(client.download(state["url"]) if state.get("url") else b"")


def run_mutation(
    client: ShopifyClient, mutation: str, lines: Sequence[Mapping[str, Any]]
) -> dict[int, Mapping[str, Any]]:
    """Run an absolute mutation once a line of variables; its answers by line, those of lines never run are missing.

    Raises:
        BusyError: others run, or the input is too large; nothing was begun.
        ConnectionFailedError, RetryError: it failed; some lines may have run (`OutcomeUnknownError`).
    """
    body = b"\n".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() for line in lines)
    if len(body) > facts.BULK_MOST_BYTES:
        raise BusyError
    wanted = {
        "resource": facts.BULK_RESOURCE, "filename": "values.jsonl", "mimeType": facts.BULK_MIME, "httpMethod": "POST",
    }  # fmt: skip
    staged = client.mutate(operations.STAGE, {"input": [wanted]}, absolute=True)
    targets = (staged.data.get("stagedUploadsCreate") or {}).get("stagedTargets")
    if not targets or not targets[0].get("url"):
        raise _refused(staged, "stagedUploadsCreate")
    fields = {str(p["name"]): str(p["value"]) for p in targets[0]["parameters"]}
    client.upload(targets[0]["url"], fields, "values.jsonl", body)
    begun = client.mutate(operations.RUN_MUTATION, {"mutation": mutation, "path": fields["key"]}, absolute=True)
    identifier = _started(begun, "bulkOperationRunMutation")
    try:
        state = _finished(client, identifier)
        url = state.get("url") or state.get("partialDataUrl")
        content = client.download(url) if url else b""
    except (RetryError, ConnectionFailedError) as error:
        raise OutcomeUnknownError(error.code, facts=error.facts, **error.message.params) from error
    return {int(str(line["__lineNumber"])): line for line in ResultFile(content).lines() if "__lineNumber" in line}


def _started(answer: Answer, field: str) -> str:
    payload = answer.data.get(field)
    operation = (payload or {}).get("bulkOperation")
    if operation:
        return str(operation["id"])
    for error in answers.user_errors(payload):
        if error.code in facts.BULK_BUSY_CODES or "already in progress" in error.message.lower():
            raise BusyError
    raise _refused(answer, field)


def _refused(answer: Answer, field: str) -> Exception:
    if found := answer.error_at(field):
        return answers.error_of(found, field)
    told = answers.user_errors(answer.data.get(field))
    noted = Facts(system=facts.SYSTEM, operation=field, remote_code=told[0].code if told else "")
    return RefusedError("shopify.refused", text=told[0].message if told else "", code=noted.remote_code, facts=noted)


def _finished(client: ShopifyClient, identifier: str) -> Mapping[str, Any]:
    """Wait for an operation.

    Raises:
        RetryError: it failed, was cancelled, or does not end.
    """
    end = time.monotonic() + facts.BULK_PATIENCE
    looked: Operation = operations.bulk_state()
    for looks, wait in enumerate(chain(facts.BULK_WAITS, repeat(facts.BULK_WAITS[-1])), 1):
        client.sleep(wait)
        state = client.query(looked, {"id": identifier}).data["node"]
        noted = Facts(system=facts.SYSTEM, operation="bulk operation", record=identifier)
        if state is None:
            raise RetryError("shopify.bulk_failed", code="?", facts=noted)
        if state["status"] == "COMPLETED":
            found: Mapping[str, Any] = state
            return found
        if state["status"] not in _RUNNING:
            code = state.get("errorCode") or state["status"]
            if code == "ACCESS_DENIED":
                raise ConnectionFailedError("shopify.access_denied", text=str(code), facts=noted)
            raise RetryError("shopify.bulk_failed", code=code, facts=noted)
        if time.monotonic() > end or looks >= facts.BULK_STUCK:
            break
    raise RetryError("shopify.bulk_slow", facts=Facts(system=facts.SYSTEM, operation="bulk operation"))
