"""Connection test of Tryton: each cause has a line and a sentence of its own (SVC-05)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from atoosync_lab.connectors.base import Check, ConnectionReport
from atoosync_lab.connectors.erps.tryton import facts
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.connectors.erps.tryton.plugin import PLUGIN
from atoosync_lab.connectors.plugins import Services
from atoosync_lab.model.ports import Trace
from atoosync_lab.sandbox.tryton.server import TrytonServer
from atoosync_lab.settings.connection import ErpConnection
from tests.connectors.tryton.answers import CREDENTIALS, PAGE, PREFERENCES, Refusal, Server
from tests.connectors.tryton.connecting import connect, settings_of

pytestmark = pytest.mark.spec("SVC-05")

RIGHTS = {model: {"read": 1, "write": 1, "create": 1, "delete": 0} for model in facts.NEEDED_RIGHTS}
GOOD: dict[str, Any] = {
    "common.server.version": "8.2",
    "model.ir.module.search_read": [{"id": n, "name": name} for n, name in enumerate(facts.NEEDED_MODULES, 1)],
    "model.ir.model.access.get_access": RIGHTS,
    "model.account.tax.search_read": [{"id": 1, "name": "TVA"}],
    "model.account.fiscalyear.search_read": [{"id": 1, "name": "2026"}],
}


def failed(report: ConnectionReport) -> Check:
    """The one check that failed; what passed before it says so."""
    [check] = [check for check in report.checks if not check.ok]
    for each in report.checks:
        french, english = each.message.text("fr"), each.message.text("en")
        assert each.message.code not in (french, english)
        assert french != english
        assert Check(name=each.name, ok=True, message=each.message)
    return check


def report_of(answers: dict[str, Any], **changes: Any) -> ConnectionReport:
    server = Server({**GOOD, **answers})
    settings = ErpConnection(
        **{"system": "tryton", "api_url": "http://erp.example", "folder": "essai", "speed": 0, **changes}
    )
    connector = TrytonConnector(settings, CREDENTIALS, transport=httpx.MockTransport(server))
    return connector.check()


def dated(hours: int) -> Any:
    """The list of taxes, answered by a clock that is off."""
    stated = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    return httpx.Response(200, json={"id": 1, "result": [{"id": 1, "name": "TVA"}]}, headers={"Date": stated})


CAUSES: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "page": ({"common.server.version": httpx.Response(200, text=PAGE)}, "address", "tryton.not_json", "erp.example"),
    "other": ({"common.server.version": httpx.Response(200, json=[])}, "address", "tryton.not_tryton",
              "common.server.version"),
    "missing": ({"common.server.version": httpx.Response(404, text=PAGE)}, "address", "tryton.wrong_address", "404"),
    "path": ({"common.server.version": httpx.Response(401)}, "address", "tryton.address_with_path", "erp.example"),
    "down": ({"common.server.version": httpx.ConnectError("no")}, "address", "http.connect", "erp.example"),
    "server_error": ({"common.server.version": httpx.Response(500, text=PAGE)}, "address", "http.server_error", "500"),
    "old": ({"common.server.version": "7.0"}, "address", "tryton.version", "7.0"),
    "password": ({"common.db.login": httpx.Response(401, text=PAGE)}, "sign_in", "tryton.sign_in_refused", "import"),
    "database": ({"common.db.login": httpx.Response(404, text=PAGE)}, "sign_in", "tryton.no_database", "essai"),
    "second_factor": ({"common.db.login": Refusal("LoginException", ["sms", "Code ?", "char"])}, "sign_in",
                      "tryton.sign_in_more", "Code ?"),
    "company": ({"model.res.user.get_preferences": {"companies": []}}, "company", "tryton.no_company", "Tryton"),
    "modules": ({"model.ir.module.search_read": [{"id": 1, "name": "party"}]}, "modules", "tryton.modules_missing",
                "sale, stock"),
    "rights": ({"model.ir.model.access.get_access": {**RIGHTS, "sale.sale": {"read": 1, "create": 0}}}, "rights",
               "tryton.rights_missing", "sale.sale"),
    "chart": ({"model.account.tax.search_read": []}, "accounts", "tryton.no_chart", "Tryton"),
    "year": ({"model.account.fiscalyear.search_read": []}, "accounts", "tryton.no_fiscal_year", "20"),
}  # fmt: skip


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_has_a_line_and_a_sentence_of_its_own(cause: str) -> None:
    answers, name, code, part = CAUSES[cause]
    check = failed(report_of(answers))
    assert (check.name, check.message.code) == (f"tryton.check.{name}", code)
    assert part in check.message.text("fr")
    assert part in check.message.text("en")


def test_sentences_of_all_causes_differ() -> None:
    codes = [code for _, _, code, _ in CAUSES.values()]
    assert len(set(codes)) == len(codes)


def test_clock_that_is_off_is_told() -> None:
    years = dated(2)
    years = httpx.Response(200, json={"id": 1, "result": [{"id": 1, "name": "2026"}]}, headers=years.headers)
    check = failed(report_of({"model.account.fiscalyear.search_read": years}))
    assert check.message.code == "tryton.clock"


def test_database_that_is_not_chosen_is_told() -> None:
    check = failed(report_of({}, folder=""))
    assert (check.name, check.message.code) == ("tryton.check.sign_in", "tryton.database_not_chosen")


def test_nobody_restricts_a_model_that_has_no_rights_of_its_own() -> None:
    assert report_of({"model.ir.model.access.get_access": {**RIGHTS, "party.party": {}}}).ok
    assert not report_of({"model.ir.model.access.get_access": {}}).ok


def test_report_names_company_and_series() -> None:
    report = report_of({"model.res.user.get_preferences": {**PREFERENCES, "company.rec_name": "Le Four"}})
    assert report.ok
    assert report.version == "8.2"
    assert "Le Four" in {c.name: c.message.text("fr") for c in report.checks}["tryton.check.company"]


# --- On a real server ------------------------------------------------------------------------------------------------


def test_real_server_tells_good_from_bad(tryton: TrytonServer) -> None:
    good = connect(tryton)
    assert good.check().ok
    good.close()
    for changes, code in (
        ({"folder": "autre"}, "tryton.no_database"),
        ({"password": "faux"}, "tryton.sign_in_refused"),
        ({"login": "personne"}, "tryton.sign_in_refused"),
        ({"url": f"{tryton.url}/{tryton.database}"}, "tryton.address_with_path"),
        ({"url": "http://127.0.0.1:9"}, "http.refused"),
    ):
        connector = connect(tryton, **changes)
        assert failed(connector.check()).message.code == code
        connector.close()


def test_real_user_without_rights_is_told_which(tryton: TrytonServer) -> None:
    password = "un-long-mot-de-passe-7"
    with tryton.rpc() as rpc:
        company = rpc.context["company"]
        rpc.create(
            "res.user",
            [
                {"name": "sans", "login": "sans", "password": password, "companies": [], "company": None},
                {"name": "peu", "login": "peu", "password": password, "companies": [("add", [company])],
                 "company": company},
            ],
        )  # fmt: skip
    lonely, weak = (connect(tryton, login=login, password=password) for login in ("sans", "peu"))
    assert failed(lonely.check()).message.code == "tryton.no_company"
    checks = {check.name: check for check in weak.check().checks}
    assert checks["tryton.check.rights"].message.code == "tryton.rights_missing"
    assert "sale.sale (create)" in checks["tryton.check.rights"].message.text("fr")
    for connector in (lonely, weak):
        connector.close()


def test_traces_hold_neither_password_nor_session(tryton: TrytonServer) -> None:
    class Sink:
        text = ""

        def write(self, trace: Trace) -> None:
            self.text += repr(trace)

    sink = Sink()
    connector = connect(tryton, trace=sink, debug=True)
    assert connector.check().ok
    header = connector._session._header
    connector.close()
    assert "get_preferences" in sink.text, "bodies are noted"
    assert tryton.password not in sink.text
    token = header.removeprefix("Session ")
    assert token
    assert token not in sink.text
    import base64

    assert base64.b64decode(token).decode().rpartition(":")[2] not in sink.text


def test_session_is_ended_with_the_connector(tryton: TrytonServer) -> None:
    connector = connect(tryton)
    header = connector._session.header()
    body = {"id": 0, "method": "model.res.user.get_preferences", "params": [True, {}]}
    address = f"{tryton.url}/{tryton.database}/rpc/"
    with httpx.Client(trust_env=False) as client:
        assert client.post(address, json=body, headers={"Authorization": header}).status_code == 200
        connector.close()
        assert client.post(address, json=body, headers={"Authorization": header}).status_code == 401


def test_plug_in_opens_with_login_and_password(tryton: TrytonServer) -> None:
    secrets = {"erp.login": f" {tryton.login} ", "erp.password": tryton.password}
    connector = PLUGIN.open(settings_of(tryton), secrets, Services())
    assert connector.server_time().utcoffset() == timedelta(0)
    assert connector.rules == PLUGIN.rules
    connector.close()
