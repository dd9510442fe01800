"""Connection test: each cause on a line of its own (SVC-05)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from atoosync_lab.connectors.base import Check, ConnectionReport
from atoosync_lab.connectors.erps.tryton import answers, facts, values
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.session import TrytonSession
from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError, Facts
from atoosync_lab.model.i18n import Message

_Step = Callable[[], Message]


class TrytonSetup:
    """Tests the connection of one database.

    Args:
        http: client of the server, for the call without session.
        session: signs in.
        client: the API.
    """

    def __init__(self, http: HttpClient, session: TrytonSession, client: TrytonClient) -> None:
        self._http = http
        self._session = session
        self._client = client
        self._series = ""

    def check(self) -> ConnectionReport:
        """Test address and series, sign-in, company, modules, rights, accounts and clock.

        The first four hang on each other: after a failure the rest is not tried. Never raises for a remote cause.
        """
        checks: list[Check] = []
        chain: tuple[tuple[str, _Step], ...] = (
            ("tryton.check.address", self._address),
            ("tryton.check.sign_in", self._sign_in),
            ("tryton.check.company", self._company),
            ("tryton.check.modules", self._modules),
        )
        for name, step in chain:
            checks.append(self._run(name, step))
            if not checks[-1].ok:
                return ConnectionReport(tuple(checks), self._series)
        for name, step in (
            ("tryton.check.rights", self._rights),
            ("tryton.check.accounts", self._accounts),
            ("tryton.check.clock", self._clock),
        ):
            checks.append(self._run(name, step))
        return ConnectionReport(tuple(checks), self._series)

    def version(self) -> str:
        """Series of the server, e.g. `8.2`.

        Raises:
            ConnectionFailedError: something else answers at the address.
            RetryError: it was not reached, or did not answer.
        """
        body = {"id": 0, "method": facts.VERSION, "params": []}
        found: list[Any] = [None]

        def check(answer: httpx.Response) -> None:
            if answer.is_success:
                found[0] = answers.parse(answer, facts.VERSION, passing=False)

        answer = self._http.request(
            "POST", facts.ROOT_PATH, content=values.encode(body), headers={"Content-Type": "application/json"},
            idempotent=True, check=check,
        )  # fmt: skip
        if answer.status_code in facts.LOST_SESSION:
            # The server takes the last part of the path for a database, and wants a session for it.
            raise ConnectionFailedError("tryton.address_with_path", host=self._http.host)
        if not answer.is_success:
            known = Facts(system=facts.SYSTEM, operation=facts.VERSION, status=answer.status_code)
            raise ConnectionFailedError(
                "tryton.wrong_address", facts=known, host=self._http.host, status=answer.status_code
            )
        self._series = str(answers.result_of(found[0], facts.VERSION, wrote=False))
        return self._series

    def _run(self, name: str, step: _Step) -> Check:
        try:
            return Check(name=name, ok=True, message=step())
        except AtooSyncError as error:
            return Check(name=name, ok=False, message=error.message)

    def _address(self) -> Message:
        """A call without session: it tells the series."""
        series = self.version()
        if not series.startswith(facts.SERIES):
            raise ConnectionFailedError("tryton.version", version=series, needed=facts.SERIES_SPOKEN)
        return Message("tryton.check.address_ok", {"host": self._http.host, "version": series})

    def _sign_in(self) -> Message:
        self._session.header()
        self._client.context()
        return Message("tryton.check.sign_in_ok", {"database": self._client.database})

    def _company(self) -> Message:
        company = self._client.company
        name = self._client.context().get("company.rec_name") or company
        return Message("tryton.check.company_ok", {"company": name})

    def _modules(self) -> Message:
        absent = [name for name in facts.NEEDED_MODULES if not self._client.has_module(name)]
        if absent:
            raise ConnectionFailedError("tryton.modules_missing", modules=", ".join(absent))
        return Message("tryton.check.modules_ok", {"count": len(self._client.modules())})

    def _rights(self) -> Message:
        allowed = self._client.ask("ir.model.access.get_access", list(facts.NEEDED_RIGHTS))
        told = allowed if isinstance(allowed, Mapping) else {}
        absent = [f"{model} ({need})" for model, need in facts.NEEDED_RIGHTS.items() if not _may(told.get(model), need)]
        if absent:
            raise ConnectionFailedError("tryton.rights_missing", models=", ".join(absent))
        return Message("tryton.check.rights_ok")

    def _accounts(self) -> Message:
        """Without taxes and an open fiscal year of today, no invoice is taken."""
        client, today = self._client, self._client.today()
        if not client.find(facts.TAX, [["company", "=", client.company], ["parent", "=", None]], ["name"]):
            raise ConnectionFailedError("tryton.no_chart")
        years = [
            ["company", "=", client.company], ["state", "=", "open"], ["start_date", "<=", today],
            ["end_date", ">=", today],
        ]  # fmt: skip
        found = client.find("account.fiscalyear", years, ["name"])
        if not found:
            raise ConnectionFailedError("tryton.no_fiscal_year", day=today.isoformat())
        return Message("tryton.check.accounts_ok", {"year": values.text(found[0], "name")})

    def _clock(self) -> Message:
        remote = self._http.server_time()
        offset = (remote - datetime.now(UTC)).total_seconds() if remote is not None else 0.0
        if abs(offset) > facts.MAX_CLOCK_OFFSET_SECONDS:
            raise ConnectionFailedError("tryton.clock", seconds=round(offset))
        return Message("tryton.check.clock_ok")


def _may(right: Any, need: str) -> bool:
    """Whether `get_access` allows it; a permission is empty where nobody restricts the model."""
    return isinstance(right, Mapping) and all(right.get(name) in (None, True, 1) for name in ("read", need))
