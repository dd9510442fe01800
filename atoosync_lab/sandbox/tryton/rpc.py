"""A small JSON-RPC client of a Tryton server: what sets a sandbox database up and what judges it.

The product's own client is another one (`connectors/erps/tryton`); a judge does not share code with whom it judges.
Protocol: https://docs.tryton.org, chapter "Protocols", and the client's behaviour of series 8.2.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import httpx

BATCH = 50
"""Records of one `create`: 60 products with their templates passed, with 150 SQLite gave up ("parser stack overflow",
answered with HTTP 503), with 400 Python did ("maximum recursion depth exceeded")."""
_MOMENT = ("year", "month", "day", "hour", "minute", "second", "microsecond")


class TrytonRpcError(RuntimeError):
    """The server refused a call; the message holds its kind and its words.

    Attributes:
        kind: Name of the server's error, such as `UserError`.
        details: Its arguments.
    """

    def __init__(self, method: str, kind: str, details: Sequence[Any]) -> None:
        super().__init__(f"{method}: {kind}: {' | '.join(str(part) for part in details)[:2000]}")
        self.kind = kind
        self.details = details


class Rpc:
    """A signed-in user of one database; use as a context manager.

    Args:
        url: Base address of the server without trailing slash.
        database: Name of the database.
        login: Login of the user.
        password: Password of the user.
        timeout: Seconds to wait for an answer.

    Raises:
        TrytonRpcError: when the sign-in is refused.
        httpx.HTTPError: when the server does not answer.
    """

    def __init__(self, url: str, database: str, login: str, password: str, timeout: float = 600.0) -> None:
        self._http = httpx.Client(timeout=timeout, trust_env=False)
        self._address = f"{url}/{database}/rpc/"
        self.context: dict[str, Any] = {}
        self._named: dict[tuple[str, str], int] = {}
        user, session, *_ = self._post("common.db.login", [login, {"password": password}, "fr"])
        token = base64.b64encode(f"{login}:{user}:{session}".encode()).decode()
        self._http.headers["Authorization"] = f"Session {token}"
        self.user = int(user)
        self.refresh()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def refresh(self) -> None:
        """Read the user's preferences again: company and language become the context of every call."""
        self.context = dict(self.call("model.res.user.get_preferences", True))

    def call(self, method: str, *params: Any, **context: Any) -> Any:
        """The result of a call.

        Args:
            method: Such as `model.party.party.create`.
            params: Its arguments without the context.
            context: Entries added to the context of this call.

        Raises:
            TrytonRpcError: when the server refuses.
            httpx.HTTPError: when it does not answer.
        """
        return self._post(method, [*params, {**self.context, **context}])

    def _post(self, method: str, params: Sequence[Any]) -> Any:
        body = json.dumps({"id": 0, "method": method, "params": params}, default=_encoded)
        answer = self._http.post(self._address, content=body, headers={"Content-Type": "application/json"})
        if answer.status_code != httpx.codes.OK:
            raise TrytonRpcError(method, f"HTTP {answer.status_code}", [answer.text[:500]])
        content = json.loads(answer.text, object_hook=_decoded)
        if isinstance(content, dict) and content.get("error"):
            kind, *details = content["error"]
            raise TrytonRpcError(method, str(kind), details)
        return content["result"] if isinstance(content, dict) else content

    def create(self, model: str, rows: Sequence[Mapping[str, Any]], **context: Any) -> list[int]:
        """Create records, a batch a call; their ids in the same order."""
        created: list[int] = []
        for batch in _batches(rows):
            created += self.call(f"model.{model}.create", [dict(row) for row in batch], **context)
        return created

    def write(self, model: str, ids: Sequence[int], values: Mapping[str, Any], **context: Any) -> None:
        """Write the same values into records."""
        self.call(f"model.{model}.write", list(ids), dict(values), **context)

    def read(
        self,
        model: str,
        domain: Sequence[Any],
        fields: Sequence[str],
        order: Sequence[tuple[str, str]] = (("id", "ASC"),),
        **context: Any,
    ) -> list[dict[str, Any]]:
        """All records that a domain selects."""
        found: list[dict[str, Any]] = self.call(
            f"model.{model}.search_read", list(domain), 0, None, [list(pair) for pair in order], list(fields), **context
        )
        return found

    def one(self, model: str, domain: Sequence[Any]) -> int:
        """The id of the only record that a domain selects.

        Raises:
            LookupError: when there is none, or more than one.
        """
        ids = self.call(f"model.{model}.search", list(domain), 0, 2, None)
        if len(ids) != 1:
            raise LookupError(f"{model} {list(domain)}: {'none' if not ids else 'more than one'}")
        return int(ids[0])

    def record_id(self, module: str, name: str) -> int:
        """The id of a record that a module brought along, by its name in the module's files."""
        if (module, name) not in self._named:
            self._named[module, name] = int(self.call("model.ir.model.data.get_id", module, name))
        return self._named[module, name]

    def start_wizard(self, name: str, **context: Any) -> WizardSession:
        """A wizard, opened; use as a context manager that closes it.

        Args:
            name: Name of the wizard.
            context: Entries added to the context of its steps.
        """
        return WizardSession(self, name, context)


class WizardSession:
    """A wizard that is gone through as a person would: each step presses a button of the form on screen."""

    def __init__(self, rpc: Rpc, name: str, context: Mapping[str, Any]) -> None:
        self._rpc, self._name, self._context = rpc, name, context
        self._session: int = rpc.call(f"wizard.{name}.create")[0]
        self._data: dict[str, Any] = {}
        self._form = ""
        self._shown: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._rpc.call(f"wizard.{self._name}.delete", self._session)

    def press(self, state: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Press the button that leads to a state.

        Args:
            state: State of the wizard.
            values: What was typed into the form on screen; the rest keeps what it shows.

        Returns:
            What the next form shows; empty when the wizard ended or opened a report.

        Raises:
            TrytonRpcError: when the server refuses.
        """
        if self._form:
            self._data[self._form] = {**_plain(self._shown), **(values or {})}
        answer = self._rpc.call(f"wizard.{self._name}.execute", self._session, self._data, state, **self._context)
        view = answer.get("view")
        self._form = view["state"] if view else ""
        self._shown = {**view["defaults"], **view["values"]} if view else {}
        return self._shown


def _plain(defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a form without the names that the server adds for show (`party.`)."""
    return {name: value for name, value in defaults.items() if not name.endswith(".")}


def _batches(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    for first in range(0, len(rows), BATCH):
        yield rows[first : first + BATCH]


def _encoded(value: Any) -> Any:
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case dt.datetime():
            return {"__class__": "datetime", **{name: getattr(value, name) for name in _MOMENT}}
        case dt.date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case bytes():
            return {"__class__": "bytes", "base64": base64.encodebytes(value).decode()}
    raise TypeError(f"no way to send a {type(value).__name__}")


def _decoded(value: dict[str, Any]) -> Any:
    match value.get("__class__"):
        case "Decimal":
            return Decimal(value["decimal"])
        case "date":
            return dt.date(value["year"], value["month"], value["day"])
        case "datetime":
            # The server keeps moments in UTC and sends them without a zone.
            return dt.datetime(**{name: value[name] for name in _MOMENT}, tzinfo=dt.UTC)
        case "timedelta":
            return dt.timedelta(seconds=value["seconds"])
        case "bytes":
            return base64.decodebytes(value["base64"].encode())
    return value
