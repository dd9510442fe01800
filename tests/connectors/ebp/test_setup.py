"""Connection test and reference lists."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from atoosync_lab.connectors.base import ConnectionReport
from atoosync_lab.connectors.erps.ebp import EbpConnector, EbpCredentials
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.sandbox.ebp.settings import CLIENT_ID, CLIENT_SECRET
from atoosync_lab.sandbox.servers import RunningSandbox
from tests.connectors.ebp.conftest import PLAIN_FOLDER
from tests.connectors.ebp.helpers import CREDENTIALS, FOLDER, MemoryTokens, connect, settings_of, signed_in

_ORDER = ["address", "sign_in", "folder", "formats", "key_field", "clock"]


def _failures(report: ConnectionReport) -> list[str]:
    return [check.message.code for check in report.checks if not check.ok]


@pytest.mark.spec("SVC-05")
def test_good_connection_passes_every_check(erp: EbpConnector) -> None:
    report = erp.check()
    assert report.ok
    assert [check.name for check in report.checks] == [f"ebp.check.{name}" for name in _ORDER]
    assert report.version == "INV30"


@pytest.mark.spec("SVC-05")
def test_dead_address_unknown_name_and_wrong_path_are_told_apart(sandbox: RunningSandbox) -> None:
    codes = []
    for url in ("http://127.0.0.1:9", "http://no-such-host.invalid", sandbox.url + "/elsewhere"):
        settings = settings_of(sandbox).model_copy(update={"api_url": url})
        codes += _failures(EbpConnector(settings, CREDENTIALS, MemoryTokens(signed_in(sandbox))).check())
    assert codes == ["http.refused", "http.dns", "ebp.wrong_address"]


@pytest.mark.spec("SVC-05")
def test_tls_is_named_when_the_server_speaks_plain_http(sandbox: RunningSandbox) -> None:
    settings = settings_of(sandbox).model_copy(update={"api_url": sandbox.url.replace("http:", "https:")})
    assert _failures(EbpConnector(settings, CREDENTIALS, MemoryTokens()).check()) == ["http.tls"]


@pytest.mark.spec("SVC-05")
def test_wrong_key_missing_sign_in_and_ended_session_are_told_apart(sandbox: RunningSandbox) -> None:
    wrong = EbpCredentials(CLIENT_ID, CLIENT_SECRET, "wrong")
    assert _failures(connect(sandbox, credentials=wrong).check()) == ["ebp.key_refused"]
    assert _failures(connect(sandbox, tokens=MemoryTokens()).check()) == ["ebp.sign_in_needed"]
    ended = MemoryTokens(signed_in(sandbox))
    sandbox.admin("DELETE", "/_admin/ebp/sessions")
    assert _failures(connect(sandbox, tokens=ended).check()) == ["ebp.session_over"]


@pytest.mark.spec("SVC-05")
def test_folder_that_has_gone_lists_those_one_can_see(sandbox: RunningSandbox) -> None:
    report = connect(sandbox, "123").check()
    assert _failures(report) == ["ebp.folder_not_visible"]
    assert "Bréval Test (184976)" in report.checks[-1].message.text("fr")
    assert _failures(connect(sandbox, "").check()) == ["ebp.folder_not_chosen"]


@pytest.mark.spec("SVC-05")
def test_missing_import_format_is_named(sandbox: RunningSandbox) -> None:
    folder = "184990"
    with FolderState.open(sandbox.state, folder, name="Sans formats") as state:
        for row in state.rows("EbpSysGenericImportSettings"):
            if row["name"] == "AtooSync Document":
                state.delete("EbpSysGenericImportSettings", row["Id"])
    report = connect(sandbox, folder).check()
    assert _failures(report) == ["ebp.formats_missing"]
    assert "AtooSync Document" in report.checks[3].message.text("fr")


@pytest.mark.spec("SVC-05")
def test_folder_without_our_field_works_and_says_what_changes(sandbox: RunningSandbox) -> None:
    report = connect(sandbox, PLAIN_FOLDER).check()
    assert report.ok
    assert "ebp.check.key_field_none" in [check.message.code for check in report.checks]


@pytest.mark.spec("SVC-06")
def test_reference_lists_hold_what_the_mapping_pages_need(erp: EbpConnector) -> None:
    lists = erp.reference_lists()
    assert Decimal(20) in {item.rate for item in lists.get(ListName.VAT_CODES)}
    for name in (
        ListName.WAREHOUSES, ListName.FAMILIES, ListName.CUSTOMER_FAMILIES, ListName.PRICE_CATEGORIES,
        ListName.REPRESENTATIVES, ListName.NUMBER_SERIES, ListName.PAYMENT_TERMS, ListName.PAYMENT_MEANS,
        ListName.SHIPPING_MODES, ListName.TERRITORIALITIES, ListName.CURRENCIES,
    ):  # fmt: skip
        assert lists.get(name), name
    assert lists.item(ListName.FOLDERS, FOLDER) is not None
    label = lists.item(ListName.PRODUCT_FIELDS, "Caption")
    assert label is not None
    assert label.label == "Libellé"
    assert "SaleDocument.xx_AtooKey" in {item.id for item in lists.get(ListName.CUSTOM_FIELDS)}
    assert erp.calls <= 16


@pytest.mark.spec("SVC-06")
def test_closed_list_is_named_and_territories_come_from_the_vat_codes(
    erp: EbpConnector, sandbox: RunningSandbox
) -> None:
    sandbox.faults([{"path": "TableName=Territoriality", "kind": "status", "value": 403, "times": 1}])
    lists = erp.reference_lists()
    assert [(w.code, w.message.params["table"]) for w in erp.warnings] == [("ebp.list_closed", "Territoriality")]
    assert "EXPORT" in {item.id for item in lists.get(ListName.TERRITORIALITIES)}


@pytest.mark.spec("SVC-05")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_of_the_connector_exists_and_takes_its_facts(root: Path, language: str) -> None:
    sources = "".join(p.read_text("utf-8") for p in (root / "atoosync_lab/connectors/erps/ebp").glob("*.py"))
    codes = set(re.findall(r'(?:Error|Message|Check)\(\s*(?:name=)?"(ebp\.[a-z_.]+)"', sources))
    assert len(codes) > 30
    assert [code for code in codes if translate(code, language=language) == code] == []
