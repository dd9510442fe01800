"""What the tests of the EBP connector share: tokens in memory, a connector on a sandbox, records to write."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from atoosync_lab.connectors.base import ReadRequest, Scope, SubmissionReport, SubmissionState, Token
from atoosync_lab.connectors.erps.ebp import EbpConnector, EbpCredentials
from atoosync_lab.model.documents import (
    DocumentKind,
    DocumentLine,
    DocumentTotals,
    LineRole,
    NewCustomer,
    PostalAddress,
    SalesDocument,
)
from atoosync_lab.model.ports import Tokens
from atoosync_lab.sandbox.ebp.seed import VAT_FR_20
from atoosync_lab.sandbox.ebp.settings import CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY
from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.settings.connection import ErpConnection

FOLDER = "184976"
CREDENTIALS = EbpCredentials(CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY)
ADDRESS = PostalAddress(name="Doe; John", address1='3 rue de l\'"Écluse"', postcode="29200", city="Brest", country="FR")


class MemoryTokens:
    """A token store for one process."""

    def __init__(self, pair: Tokens | None = None) -> None:
        self.pair = pair
        self.refreshing = False
        self.saved: list[Tokens] = []
        self._lock = threading.Lock()

    def load(self) -> Tokens | None:
        return self.pair

    def save(self, tokens: Tokens) -> None:
        self.pair = tokens
        self.saved.append(tokens)

    def clear(self) -> None:
        self.pair = None

    @contextmanager
    def lock(self) -> Iterator[None]:
        with self._lock:
            yield

    def mark_refreshing(self, refreshing: bool) -> None:
        self.refreshing = refreshing

    def was_refreshing(self) -> bool:
        return self.refreshing


def signed_in(server: RunningSandbox, *, expires_in: float = 3600) -> Tokens:
    """A fresh token pair of the sandbox."""
    answer = server.admin("POST", "/_admin/ebp/sign-in")
    return Tokens(
        answer["access_token"], answer["refresh_token"], datetime.now(UTC) + timedelta(seconds=float(expires_in))
    )


def settings_of(server: RunningSandbox, folder: str = FOLDER, **changes: Any) -> ErpConnection:
    """Settings of a sandbox without waits."""
    return ErpConnection(
        login_url=server.url, api_url=server.url, folder=folder, speed=0, **{"settlements": "import", **changes}
    )


def connect(
    server: RunningSandbox,
    folder: str = FOLDER,
    *,
    tokens: Any = None,
    credentials: EbpCredentials = CREDENTIALS,
    **changes: Any,
) -> EbpConnector:
    """A connector on the sandbox, signed in unless tokens are given."""
    held = MemoryTokens(signed_in(server)) if tokens is None else tokens
    return EbpConnector(settings_of(server, folder, **changes), credentials, held)


def read_all(connector: EbpConnector, scope: Scope, kind: type[Any], request: ReadRequest | None = None) -> list[Any]:
    """All records of a read."""
    found: list[Any] = []
    for chunk in connector.read(scope, request or ReadRequest()):
        found.extend(chunk[kind])
    return found


def token(number: int, reference: str = "") -> Token:
    """A token as the ledger makes them."""
    text = f"{number:014d}"
    return Token(key=str(number), token=text, reference=reference or f"Web {number}")


def document(
    number: int,
    *,
    item: str = "EM001",
    customer: str = "CLI1",
    kind: DocumentKind = DocumentKind.ORDER,
    lines: int = 2,
    **changes: Any,
) -> SalesDocument:
    """An order of some lines at 10 EUR excl. tax."""
    net = Decimal(10) * lines
    values: dict[str, Any] = {
        "key": str(number),
        "kind": kind,
        "date": date(2026, 11, 25),
        "reference": f"Web {number}",
        "customer": customer,
        "invoicing": ADDRESS,
        "delivery": ADDRESS,
        "lines": tuple(
            DocumentLine(
                role=LineRole.PRODUCT,
                item=item,
                quantity=Decimal(1),
                unit_price=Decimal(10),
                vat_id=VAT_FR_20,
                vat_rate=Decimal(20),
            )
            for _ in range(lines)
        ),
        "totals": DocumentTotals(excl_tax=net, vat=net / 5, incl_tax=net * 6 / 5, by_rate=()),
        "truth": net * 6 / 5,
        **changes,
    }
    return SalesDocument(**values)


def customer(code: str) -> NewCustomer:
    """A customer to create."""
    return NewCustomer(
        key=code, code=code, name="Zoé Œuf", siren="732829320", nic="00074", invoicing=ADDRESS, delivery=ADDRESS
    )


def wait_for(connector: EbpConnector, submission: str, keys: Sequence[str], seconds: float = 10) -> SubmissionReport:
    """Poll until the import has ended."""
    end = time.monotonic() + seconds
    while True:
        report = connector.submission(submission, keys)
        if report.state is not SubmissionState.WAITING or time.monotonic() > end:
            return report
        time.sleep(0.05)
