"""The Tryton connector: what flows see of one database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import httpx

from atoosync_lab.connectors.base import (
    Capability,
    Chunk,
    ConnectionReport,
    ReadRequest,
    Scope,
    SubmissionReport,
    Token,
)
from atoosync_lab.connectors.erps.tryton import facts, lists, writes_facts
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.reads import TrytonReader
from atoosync_lab.connectors.erps.tryton.session import TrytonCredentials, TrytonSession
from atoosync_lab.connectors.erps.tryton.setup import TrytonSetup
from atoosync_lab.connectors.erps.tryton.writes import TrytonWrites
from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.model.documents import (
    DocumentKind,
    DocumentRules,
    FoundDocument,
    NewCustomer,
    SalesDocument,
    Settlement,
)
from atoosync_lab.model.errors import InvalidRecordError
from atoosync_lab.model.ports import Limiter, TraceSink
from atoosync_lab.model.reference_lists import ReferenceLists
from atoosync_lab.settings.connection import ErpConnection

CAPABILITIES = frozenset(
    {
        Capability.READ_PRODUCTS,
        Capability.READ_STOCKS,
        Capability.READ_CUSTOMERS,
        Capability.READ_SINCE,
        Capability.READ_IMAGES,
        Capability.IMPORT_DOCUMENTS,
        Capability.IMPORT_CUSTOMERS,
        Capability.IMPORT_SETTLEMENTS,
        Capability.CREDIT_NOTES,
        Capability.CREATE_SETTLES_WITHIN,
    }
)


class TrytonConnector:
    """Tryton 8; implements `connectors.base.ErpConnector`.

    Args:
        settings: address (`api_url`) and database (`folder`) of the profile's ERP side.
        credentials: name and password of a user of the database.
        limiter: a limit of calls shared by all processes; None: none, the server states none.
        trace: where exchanges are noted.
        transport: replaces the network (tests).

    Raises:
        ConnectionFailedError: the address of the settings is none.
    """

    system = facts.SYSTEM
    capabilities = CAPABILITIES
    """All it can do; an instance imports settlements only where the settings say how."""

    def __init__(
        self,
        settings: ErpConnection,
        credentials: TrytonCredentials,
        *,
        limiter: Limiter | None = None,
        trace: TraceSink | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._settings = settings
        redactor = Redactor((credentials.password,))
        self._http = HttpClient(
            settings.api_url, system=facts.SYSTEM, limiter=limiter, trace=trace, debug=settings.debug,
            transport=transport, speed=settings.speed, redactor=redactor, timeout=facts.TIMEOUT,
        )  # fmt: skip
        # A sign-in is answered with the session, by no name that a trace could mask: its bodies are never noted.
        self._login = HttpClient(
            settings.api_url, system=facts.SYSTEM, limiter=limiter, trace=trace, debug=False, transport=transport,
            speed=settings.speed, redactor=redactor,
        )  # fmt: skip
        self.warnings: list[InvalidRecordError] = []
        """What a person should know of the calls so far; whoever shows it empties it."""
        self._session = TrytonSession(self._login, settings.folder, credentials)
        self._client = TrytonClient(self._http, self._session, settings.folder, self.warnings.append)
        self._writes = TrytonWrites(self._client)
        self._reader = TrytonReader(self._client)
        self._setup = TrytonSetup(self._http, self._session, self._client)
        if settings.settlements == "off":
            self.capabilities = self.capabilities - {Capability.IMPORT_SETTLEMENTS}
        self.settle_seconds = (
            writes_facts.SETTLE_SECONDS / settings.speed if settings.speed > 0 else facts.SETTLE_SECONDS_AT_ONCE
        )

    def __repr__(self) -> str:
        return f"TrytonConnector(database={self._settings.folder!r})"

    @property
    def calls(self) -> int:
        """Calls sent so far, sign-ins included."""
        return self._http.calls + self._login.calls

    # --- Connector -----------------------------------------------------------------------------------------------

    def check(self) -> ConnectionReport:
        """See `TrytonSetup.check`."""
        return self._setup.check()

    def reference_lists(self) -> ReferenceLists:
        """See `lists.reference_lists`."""
        return lists.reference_lists(self._client, self._setup.version())

    def server_time(self) -> datetime:
        """The server's clock; when nothing was asked yet, by the call for the user's preferences."""
        if self._http.server_time() is None:
            self._client.context()
        return self._http.server_time() or datetime.now(UTC)

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        """See `TrytonReader.read`."""
        return self._reader.read(scope, request)

    def close(self) -> None:
        """End the session and close network connections."""
        self._session.end()
        self._http.close()
        self._login.close()

    # --- ErpConnector --------------------------------------------------------------------------------------------

    @property
    def rules(self) -> DocumentRules:
        """See `TrytonWrites.rules`."""
        return self._writes.rules()

    def reference_for(self, text: str, token: str) -> str:
        """See `TrytonWrites.reference_for`."""
        return self._writes.reference_for(text, token)

    def submit_documents(self, documents: Sequence[tuple[SalesDocument, Token]]) -> str:
        """See `TrytonWrites.submit_documents`."""
        return self._writes.submit_documents(documents)

    def submit_customers(self, customers: Sequence[tuple[NewCustomer, Token]]) -> str:
        """See `TrytonWrites.submit_customers`. `Token.reference` of a customer is its code."""
        return self._writes.submit_customers(customers)

    def submit_settlements(self, settlements: Sequence[tuple[Settlement, Token, str, str, DocumentKind]]) -> str:
        """See `TrytonWrites.submit_settlements`."""
        return self._writes.submit_settlements(settlements)

    def submission(self, submission_id: str, keys: Sequence[str]) -> SubmissionReport:
        """See `TrytonWrites.submission`."""
        return self._writes.submission(submission_id, keys)

    def find_documents(self, tokens: Sequence[Token]) -> dict[str, FoundDocument]:
        """See `TrytonWrites.find_documents`."""
        return self._writes.find_documents(tokens)

    def find_customers(self, tokens: Sequence[Token]) -> dict[str, str]:
        """See `TrytonWrites.find_customers`."""
        return self._writes.find_customers(tokens)

    def find_settlements(self, tokens: Sequence[Token]) -> dict[str, str]:
        """See `TrytonWrites.find_settlements`."""
        return self._writes.find_settlements(tokens)

    def documents_after(self, numbers: Sequence[str]) -> dict[str, DocumentKind]:
        """See `TrytonWrites.documents_after`."""
        return self._writes.documents_after(numbers)

    def calls_for(self, kind: str, rows: int) -> int:
        """See `TrytonWrites.calls_for`."""
        return self._writes.calls_for(kind, rows)
