"""Calls of EBP's API: headers, one refresh and one replay after a 401, tables read page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from atoosync_lab.connectors.erps.ebp import facts, filters, values
from atoosync_lab.connectors.erps.ebp.auth import EbpAuth, EbpCredentials
from atoosync_lab.connectors.erps.ebp.errors import Problem, error_of, problem_of
from atoosync_lab.connectors.erps.ebp.paging import Query, pages
from atoosync_lab.connectors.erps.ebp.values import Row
from atoosync_lab.connectors.http import HttpClient, connection_failed
from atoosync_lab.model.errors import (
    ConnectionFailedError,
    Facts,
    InvalidRecordError,
    OutcomeUnknownError,
    RefusedError,
    SignInRequiredError,
)
from atoosync_lab.model.keys import whole_number


class EbpClient:
    """The API of one folder.

    Args:
        http: client of the API, with the shared call limit.
        auth: gives access tokens.
        credentials: holds the subscription key.
        folder: id of the folder; may be empty while only `folders` is asked.
        zone: zone of dates without zone (A12).
        warn: takes what a person should know but no run must stop for.
    """

    def __init__(
        self,
        http: HttpClient,
        auth: EbpAuth,
        credentials: EbpCredentials,
        folder: str,
        zone: ZoneInfo,
        warn: Callable[[InvalidRecordError], None],
    ) -> None:
        self._http = http
        self._auth = auth
        self._key = credentials.subscription_key
        self.folder = folder
        self.zone = zone
        self._warn = warn
        self._missing: dict[str, set[str]] = {}
        self._answered = bool(folder)
        """JSON has come from there, now or when the folder was chosen: a page in its place is a passing trouble, not a
        wrong address."""

    def call(self, method: str, path: str, *, idempotent: bool, **content: Any) -> httpx.Response:
        """One call; a refused token is refreshed once and the call replayed once.

        A 401 proves that nothing was done, so that a write may be replayed too.

        Returns:
            Any answer but 401.

        Raises:
            SignInRequiredError: no token, or a fresh one is refused as well.
            ConnectionFailedError: the subscription key is refused, or a cause of the network.
            RetryError: see `HttpClient.request`.
        """
        token = self._auth.access_token()
        for replay in (False, True):
            headers = {
                "Authorization": f"Bearer {token}",
                facts.SUBSCRIPTION_HEADER: self._key,
                "Accept": "application/json",
                "Accept-Language": "fr-FR",
            }
            response = self._http.request(method, path, headers=headers, idempotent=idempotent, **content)
            if response.status_code != 401:
                return response
            problem = problem_of(response)
            if problem.about_key:
                raise error_of(problem, path.rpartition("/")[2], "")
            if not replay:
                token = self._auth.after_refusal(token)
        raise SignInRequiredError(
            "ebp.session_over", facts=Facts(system=facts.SYSTEM, status=401, remote_code=problem.code)
        )

    def get_json(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Read a route as JSON, numbers kept as text.

        Raises:
            As `call`; and `RefusedError` or `ConnectionFailedError` for a refusal, an HTML page, unreadable JSON.
        """
        operation = path.rpartition("/")[2]
        response, answer = self._read(path, params, operation)
        if not response.is_success:
            raise error_of(problem_of(response), operation, self.folder if "/Folders/" in path else "")
        return answer

    def _read(self, path: str, params: Mapping[str, str] | None, operation: str) -> tuple[httpx.Response, Any]:
        """A read with its JSON (None for a refusal); tried again when a success stops before its end."""
        found: list[Any] = [None]

        def check(response: httpx.Response) -> None:
            if response.is_success:
                found[0] = self._json(response, operation)

        try:
            response = self.call("GET", path, idempotent=True, params=params, check=check)
        except OutcomeUnknownError as error:
            raise connection_failed(error) if error.code == "ebp.not_json" else error from error.__cause__
        return response, found[0]

    def _json(self, response: httpx.Response, operation: str) -> Any:
        try:
            answer = values.parse_json(response.text)
        except ValueError as error:
            problem = problem_of(response)
            known = Facts(system=facts.SYSTEM, operation=operation, status=problem.status, detail=problem.text)
            begun = response.content.lstrip()[:1]
            if begun in (b"", b"{", b"["):
                raise OutcomeUnknownError("ebp.answer_cut", facts=known, operation=operation) from error
            kind = OutcomeUnknownError if self._answered else ConnectionFailedError
            raise kind("ebp.not_json", facts=known, operation=operation) from error
        self._answered = True
        return answer

    def post_import(self, category: str, content: bytes) -> str:
        """Hand in an import file (A38); the id that EBP gives it.

        Raises:
            OutcomeUnknownError: EBP may have taken the file. Every other error proves that it has not.
        """
        path = facts.create_import_path(self.folder)
        response = self.call(
            "POST",
            path,
            idempotent=False,
            data={"category": category, "format": facts.FORMATS[category]},
            files={"file": (f"{category}.csv", content, "text/csv")},
        )
        if not response.is_success:
            problem = problem_of(response)
            known = Facts(
                system=facts.SYSTEM, operation="createImport", status=problem.status, remote_code=problem.code,
                detail=problem.text,
            )  # fmt: skip
            if problem.status < 400:
                # A redirect followed by nobody: the file may lie anywhere.
                raise OutcomeUnknownError("ebp.import_unclear", facts=known)
            raise RefusedError("ebp.import_refused", facts=known, category=category, text=problem.text)
        try:
            import_id = str(values.parse_json(response.text)["importId"])
        except (ValueError, KeyError, TypeError) as error:
            raise OutcomeUnknownError(
                "ebp.import_unclear", facts=Facts(system=facts.SYSTEM, operation="createImport")
            ) from error
        return import_id

    def import_status(self, import_id: str) -> Mapping[str, Any] | None:
        """What EBP says of an import; None when it has no such route or id."""
        response, answer = self._read(facts.import_status_path(self.folder), {"importId": import_id}, "Status")
        if response.status_code == 404:
            return None
        if not response.is_success:
            raise error_of(problem_of(response), "Status", "")
        return answer if isinstance(answer, dict) else None

    def folders(self) -> list[Row]:
        """Folders of the signed-in user."""
        found: list[Row] = []
        while True:
            params = {"Offset": str(len(found)), "Limit": str(facts.PAGE_SIZE)}
            page = _records(self.get_json(facts.FOLDERS_PATH, params), "folders")
            known = {row.get("id") for row in found}
            fresh = [row for row in page if row.get("id") not in known]
            found.extend(fresh)
            if len(page) < facts.PAGE_SIZE or not fresh:
                return found

    def url_bytes(self, query: Query) -> int:
        """Length of the encoded address of a query."""
        base = len(facts.query_path(self.folder)) + 40
        return base + len(str(httpx.QueryParams(self._params(query))).encode("ascii"))

    def rows(self, query: Query) -> Iterator[list[Row]]:
        """Read a table page by page, each record once; see `paging.pages`.

        Raises:
            ConnectionFailedError: reading would never end.
            As `get_json`.
        """
        return pages(
            self._page, query, lambda: self._warn(InvalidRecordError("ebp.paged_by_offset", table=query.table))
        )

    def all_rows(self, query: Query) -> list[Row]:
        """All records of a query."""
        return [row for page in self.rows(query) for row in page]

    def _params(self, query: Query, offset: int = 0) -> dict[str, str]:
        missing = self._missing.get(query.table, set())
        params = {
            "TableName": query.table,
            "Columns": ",".join(column for column in query.columns if column not in missing),
            "OrderByValue": query.order_by,
            "Offset": str(offset),
            "Limit": str(facts.PAGE_SIZE),
        }
        if query.since is not None:
            params["FromModifiedDate"] = values.local_text(query.since - facts.REACH_BACK, self.zone)
        if query.where is not None:
            params["WhereCondition"] = filters.to_yaml(query.where)
        return params

    def _page(self, query: Query, offset: int) -> tuple[list[Row], int | None]:
        """One page, and how many records fit; a column that the folder lacks is dropped and told once (A15)."""
        path = facts.query_path(self.folder)
        needed = {query.order_by, *query.key, *filters.columns_of(query.where)}
        while True:
            response, answer = self._read(path, self._params(query, offset), query.table)
            if response.is_success:
                break
            problem = problem_of(response)
            column = self._droppable(problem, query, needed)
            if column is None:
                raise error_of(problem, query.table, self.folder)
            self._missing.setdefault(query.table, set()).add(column)
            self._warn(InvalidRecordError("ebp.column_missing", table=query.table, column=column))
        page = _records(answer, "results")
        self._note_absent(query, page)
        return page, _total(answer)

    def _droppable(self, problem: Problem, query: Query, needed: set[str]) -> str | None:
        missing = self._missing.get(query.table, set())
        return problem.column(c for c in query.columns if c not in missing and c not in needed)

    def _note_absent(self, query: Query, page: Sequence[Row]) -> None:
        """A column that no record holds is one that the user may not see (A14): told once, never taken for empty."""
        if not page:
            return
        missing = self._missing.setdefault(query.table, set())
        for column in query.columns:
            if column not in missing and all(column not in row for row in page):
                missing.add(column)
                self._warn(InvalidRecordError("ebp.field_hidden", table=query.table, column=column))


def _records(answer: Any, name: str) -> list[Row]:
    found = answer.get(name) if isinstance(answer, dict) else answer
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _total(answer: Any) -> int | None:
    paging = answer.get("paging") if isinstance(answer, dict) else None
    total = paging.get("total") if isinstance(paging, dict) else None
    return whole_number(total) if isinstance(total, str) else None
