"""The EBP connector: what flows see of the folder (ERP-01)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from math import ceil
from zoneinfo import ZoneInfo

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
from atoosync_lab.connectors.erps.ebp import facts, lists
from atoosync_lab.connectors.erps.ebp.auth import EbpAuth, EbpCredentials, SignIn
from atoosync_lab.connectors.erps.ebp.client import EbpClient
from atoosync_lab.connectors.erps.ebp.lookups import EbpLookups
from atoosync_lab.connectors.erps.ebp.reads import EbpReader
from atoosync_lab.connectors.erps.ebp.schema import FolderSchema
from atoosync_lab.connectors.erps.ebp.settlements import SettlementRow
from atoosync_lab.connectors.erps.ebp.setup import EbpSetup
from atoosync_lab.connectors.erps.ebp.writes import EbpWriter
from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.model.documents import DocumentKind, DocumentRules, FoundDocument, NewCustomer, SalesDocument
from atoosync_lab.model.errors import InvalidRecordError
from atoosync_lab.model.ports import Limiter, TokenStore, TraceSink
from atoosync_lab.model.reference_lists import ListItem, ReferenceLists
from atoosync_lab.settings.connection import ErpConnection

_CAPABILITIES = frozenset(
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
    }
)
_KEY_TABLES = {"document": facts.DOCUMENT, "customer": facts.CUSTOMER, "settlement": facts.SETTLEMENT}
_LOGIN_TIMEOUT = 20.0
"""Seconds; a refresh holds a lock on which other processes wait."""
_REFERENCES_A_CALL = 25
"""References of full length, accents encoded, that fit one address."""


class EbpConnector:
    """EBP Gestion Commerciale SaaS; implements `connectors.base.ErpConnector`.

    Args:
        settings: addresses and options of the profile's ERP side.
        credentials: client id, client secret, subscription key.
        tokens: the profile's token pair, shared by all processes.
        limiter: the shared quota of the subscription key (A04); None: no limit (a sandbox without quota).
        trace: where exchanges are noted.
        transport: replaces the network (tests).

    Raises:
        ConnectionFailedError: an address of the settings is none.
    """

    system = facts.SYSTEM
    capabilities = _CAPABILITIES
    """All it can do; an instance imports settlements only where the settings say how."""
    rules = DocumentRules(max_vat_rates=facts.VAT_SLOTS)

    def __init__(
        self,
        settings: ErpConnection,
        credentials: EbpCredentials,
        tokens: TokenStore,
        *,
        limiter: Limiter | None = None,
        trace: TraceSink | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._settings = settings
        redactor = Redactor((credentials.client_secret, credentials.subscription_key))
        self._http = HttpClient(
            settings.api_url, system=facts.SYSTEM, limiter=limiter, trace=trace, debug=settings.debug,
            transport=transport, speed=settings.speed, redactor=redactor,
        )  # fmt: skip
        self._login = HttpClient(
            settings.login_url, system=facts.SYSTEM, trace=trace, debug=settings.debug, timeout=_LOGIN_TIMEOUT,
            transport=transport, speed=settings.speed, redactor=redactor,
        )  # fmt: skip
        self.warnings: list[InvalidRecordError] = []
        """What a person should know of the calls so far; whoever shows it empties it."""
        self._auth = EbpAuth(self._login, settings.login_url, settings.redirect_uri, credentials, tokens)
        self._client = EbpClient(
            self._http, self._auth, credentials, settings.folder, ZoneInfo(settings.timezone), self.warnings.append
        )
        self._schema = FolderSchema(self._client)
        self._reader = EbpReader(self._client, self._schema, self.warnings.append)
        self._writer = EbpWriter(self._client, self._schema, settings.settlements)
        self._lookups = EbpLookups(self._client, self._schema, self.warnings.append)
        self._setup = EbpSetup(self._http, self._client, self._schema, credentials.subscription_key)
        if settings.settlements == "off":
            self.capabilities = self.capabilities - {Capability.IMPORT_SETTLEMENTS}
        self.settle_seconds = (
            facts.SETTLE_SECONDS / settings.speed if settings.speed > 0 else facts.SETTLE_SECONDS_AT_ONCE
        )

    def __repr__(self) -> str:
        return f"EbpConnector(folder={self._settings.folder!r})"

    @property
    def calls(self) -> int:
        """API calls so far (the login service's do not count)."""
        return self._http.calls

    # --- Sign-in -------------------------------------------------------------------------------------------------

    def begin_sign_in(self, *, login_hint: str = "") -> SignIn:
        """Address of EBP's sign-in page for this profile; keep the value for `finish_sign_in`."""
        return self._auth.begin(pkce=self._settings.pkce, login_hint=login_hint)

    def finish_sign_in(self, sign_in: SignIn, *, state: str, code: str) -> None:
        """Give the `state` and `code` with which the browser came back; see `EbpAuth.finish`."""
        self._auth.finish(sign_in, state=state, code=code)

    def folders(self) -> tuple[ListItem, ...]:
        """Folders of the signed-in user, before one is chosen (ERP-01)."""
        return lists.folder_items(self._client.folders())

    # --- Connector -----------------------------------------------------------------------------------------------

    def check(self) -> ConnectionReport:
        """See `EbpSetup.check`."""
        return self._setup.check()

    def reference_lists(self) -> ReferenceLists:
        """See `lists.reference_lists`."""
        return lists.reference_lists(self._client, self._schema, self.warnings.append)

    def server_time(self) -> datetime:
        """EBP's clock; when nothing was asked yet, by the call for custom fields, which every flow needs anyway."""
        if self._http.server_time() is None:
            self._schema.custom_fields()
        return self._http.server_time() or datetime.now(UTC)

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        """See `EbpReader.read`."""
        return self._reader.read(scope, request)

    def close(self) -> None:
        """Close network connections."""
        self._http.close()
        self._login.close()

    # --- ErpConnector --------------------------------------------------------------------------------------------

    def has_key_field(self, kind: str) -> bool:
        """Whether the folder holds tokens in a field of its own, so that references need not end in them (A25).

        Args:
            kind: `document`, `customer` or `settlement`.
        """
        return self._schema.has_key_field(_KEY_TABLES[kind])

    def reference_for(self, text: str, token: str) -> str:
        """`Token.reference` of a document or settlement: the text, ended by the token unless fields hold it (A25)."""
        if self.has_key_field("document") and self.has_key_field("settlement"):
            return text[: facts.REFERENCE_LENGTH]
        return facts.reference_with_token(text, token)

    def submit_documents(self, documents: Sequence[tuple[SalesDocument, Token]]) -> str:
        """See `EbpWriter.documents`."""
        return self._writer.documents(documents)

    def submit_customers(self, customers: Sequence[tuple[NewCustomer, Token]]) -> str:
        """See `EbpWriter.customers`. `Token.reference` of a customer is its code."""
        return self._writer.customers(customers)

    def submit_settlements(self, settlements: Sequence[SettlementRow]) -> str:
        """See `EbpWriter.settlements`."""
        return self._writer.settlements(settlements)

    def submission(self, submission_id: str, keys: Sequence[str]) -> SubmissionReport:
        """See `EbpWriter.submission`."""
        return self._writer.submission(submission_id, keys)

    def find_documents(self, tokens: Sequence[Token]) -> dict[str, FoundDocument]:
        """See `EbpLookups.documents`."""
        return self._lookups.documents(tokens)

    def find_customers(self, tokens: Sequence[Token]) -> dict[str, str]:
        """See `EbpLookups.customers`."""
        return self._lookups.customers(tokens)

    def find_settlements(self, tokens: Sequence[Token]) -> dict[str, str]:
        """See `EbpLookups.settlements`."""
        return self._lookups.settlements(tokens)

    def documents_after(self, numbers: Sequence[str]) -> dict[str, DocumentKind]:
        """See `EbpLookups.documents_after`."""
        return self._lookups.documents_after(numbers)

    def calls_for(self, kind: str, rows: int) -> int:
        """API calls that writing `rows` records takes: look-up before, file, one state, look-up after.

        The least by key field, the most by reference; this is the most, without further polling.

        Args:
            kind: `document`, `customer` or `settlement`.
            rows: number of records.

        Raises:
            ValueError: another kind.
        """
        if kind not in _KEY_TABLES:
            raise ValueError(f"unknown kind {kind!r}; known: {', '.join(_KEY_TABLES)}")
        by_key = kind == "customer" or self.has_key_field(kind)
        lookups = ceil(rows / (facts.LOOKUP_BATCH if by_key else _REFERENCES_A_CALL))
        return 2 * ceil(rows / facts.MAX_IMPORT_RECORDS) + 2 * lookups
