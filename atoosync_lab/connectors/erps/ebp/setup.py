"""Connection test: each cause on a line of its own (SVC-05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from atoosync_lab.connectors.base import Check, ConnectionReport
from atoosync_lab.connectors.erps.ebp import facts
from atoosync_lab.connectors.erps.ebp.client import EbpClient
from atoosync_lab.connectors.erps.ebp.errors import problem_of
from atoosync_lab.connectors.erps.ebp.paging import Query
from atoosync_lab.connectors.erps.ebp.schema import FolderSchema
from atoosync_lab.connectors.erps.ebp.values import Row, text
from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError
from atoosync_lab.model.i18n import Message

_Step = Callable[[], Message]


class EbpSetup:
    """Tests the connection of one folder.

    Args:
        http: client of the API, for the call without token.
        client: the API.
        schema: custom fields.
        subscription_key: for the call without token.
    """

    def __init__(self, http: HttpClient, client: EbpClient, schema: FolderSchema, subscription_key: str) -> None:
        self._http = http
        self._client = client
        self._schema = schema
        self._key = subscription_key
        self._folders: list[Row] = []

    def check(self) -> ConnectionReport:
        """Test address, key, sign-in, folder, import formats, custom field and clock.

        The first four hang on each other: after a failure the rest is not tried. Never raises for a remote cause.
        """
        checks: list[Check] = []
        chain: tuple[tuple[str, _Step], ...] = (
            ("ebp.check.address", self._address),
            ("ebp.check.sign_in", self._sign_in),
            ("ebp.check.folder", self._folder),
        )
        for name, step in chain:
            checks.append(self._run(name, step))
            if not checks[-1].ok:
                return ConnectionReport(tuple(checks))
        for name, step in (
            ("ebp.check.formats", self._formats),
            ("ebp.check.key_field", self._key_field),
            ("ebp.check.clock", self._clock),
        ):
            checks.append(self._run(name, step))
        return ConnectionReport(tuple(checks), self._product())

    def _run(self, name: str, step: _Step) -> Check:
        try:
            return Check(name=name, ok=True, message=step())
        except AtooSyncError as error:
            return Check(name=name, ok=False, message=error.message)

    def _address(self) -> Message:
        """A call without token: what it is refused for tells whether address and key are right."""
        response = self._http.request(
            "GET",
            facts.FOLDERS_PATH,
            headers={facts.SUBSCRIPTION_HEADER: self._key, "Accept": "application/json"},
            retry=False,
        )
        problem = problem_of(response)
        if response.status_code == 401 and problem.about_key:
            raise ConnectionFailedError("ebp.key_refused")
        if response.status_code != 401 and not response.is_success:
            raise ConnectionFailedError("ebp.wrong_address", host=self._http.host, status=response.status_code)
        return Message("ebp.check.address_ok", {"host": self._http.host})

    def _sign_in(self) -> Message:
        self._folders = self._client.folders()
        return Message("ebp.check.sign_in_ok", {"count": len(self._folders)})

    def _folder(self) -> Message:
        visible = ", ".join(f"{text(row, 'name')} ({text(row, 'id')})" for row in self._folders)
        wanted = self._client.folder
        if not wanted:
            raise ConnectionFailedError("ebp.folder_not_chosen", visible=visible)
        for row in self._folders:
            if text(row, "id") == wanted:
                return Message("ebp.check.folder_ok", {"folder": wanted, "name": text(row, "name")})
        raise ConnectionFailedError("ebp.folder_not_visible", folder=wanted, visible=visible)

    def _formats(self) -> Message:
        """EBP drops its import formats at an update: they must be installed again then."""
        rows = self._client.all_rows(Query(table=facts.IMPORT_FORMATS_TABLE, columns=("Id", "name")))
        present = {text(row, "name") for row in rows}
        absent = [name for name in facts.FORMATS.values() if name not in present]
        if absent:
            raise ConnectionFailedError("ebp.formats_missing", formats=", ".join(absent))
        return Message("ebp.check.formats_ok")

    def _key_field(self) -> Message:
        if self._schema.has_key_field(facts.DOCUMENT):
            return Message("ebp.check.key_field_ok", {"field": facts.KEY_FIELD})
        return Message("ebp.check.key_field_none", {"field": facts.KEY_FIELD})

    def _clock(self) -> Message:
        remote = self._http.server_time()
        offset = (remote - datetime.now(UTC)).total_seconds() if remote is not None else 0.0
        if abs(offset) > facts.MAX_CLOCK_OFFSET_SECONDS:
            raise ConnectionFailedError("ebp.clock", seconds=round(offset))
        return Message("ebp.check.clock_ok")

    def _product(self) -> str:
        return next((text(row, "shortName") for row in self._folders if text(row, "id") == self._client.folder), "")
