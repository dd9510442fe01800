"""Import files through the real routes: what is accepted, refused, lost, late, and found again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.connectors.base import Capability, SubmissionState, Token
from atoosync_lab.connectors.erps.ebp import EbpConnector
from atoosync_lab.connectors.erps.ebp.documents import document_file
from atoosync_lab.connectors.erps.ebp.writes import _noted, _rows_to_keys
from atoosync_lab.model.documents import DocumentKind, Settlement
from atoosync_lab.model.errors import (
    ConnectionFailedError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    SettingsError,
    UnsentError,
)
from atoosync_lab.sandbox.servers import RunningSandbox
from tests.connectors.ebp.conftest import PLAIN_FOLDER
from tests.connectors.ebp.helpers import (
    CREDENTIALS,
    FOLDER,
    MemoryTokens,
    connect,
    customer,
    document,
    settings_of,
    signed_in,
    token,
    wait_for,
)

pytestmark = pytest.mark.spec("ORD-10", "ERP-01")


def _rows(server: RunningSandbox, folder: str = FOLDER, **content: Any) -> Any:
    return server.admin("POST", "/_admin/ebp/rows", {"folder": folder, **content})


def _mine(erp: EbpConnector, number: int) -> Token:
    return token(number, erp.reference_for(f"Web {number} é", f"{number:014d}"))


@pytest.mark.parametrize("folder", [FOLDER, PLAIN_FOLDER])
def test_bad_document_is_refused_and_the_others_are_found_with_totals(sandbox: RunningSandbox, folder: str) -> None:
    erp = connect(sandbox, folder)
    batch = [(document(10, lines=3), _mine(erp, 10)), (document(11, item="NOPE", lines=2), _mine(erp, 11)),
             (document(12, lines=1), _mine(erp, 12)), (document(13, customer="NOBODY"), _mine(erp, 13))]  # fmt: skip
    tokens = [t for _, t in batch]
    assert erp.find_documents(tokens) == {}
    report = wait_for(erp, erp.submit_documents(batch), ["10", "11", "12", "13"])
    assert report.state is SubmissionState.COMPLETED
    assert [(r.key, r.code) for r in report.refused] == [("11", "ERR_ITEM"), ("13", "ERR_CUSTOMER")]
    found = erp.find_documents(tokens)
    assert sorted(found) == ["00000000000010", "00000000000012"]
    assert found["00000000000010"].incl_tax == Decimal(36)
    assert found["00000000000010"].excl_tax == Decimal(30)
    assert found["00000000000012"].kind is DocumentKind.ORDER
    assert found["00000000000012"].number.startswith("CM")


def test_reference_ends_in_the_token_only_where_no_field_holds_it(sandbox: RunningSandbox) -> None:
    assert connect(sandbox).reference_for("Web 1", "0123456789ABCD") == "Web 1"
    assert connect(sandbox, PLAIN_FOLDER).reference_for("Web 1", "0123456789ABCD") == "Web 1 [0123456789ABCD]"


def test_token_in_the_reference_is_found_after_the_folder_got_the_field(erp: EbpConnector) -> None:
    old = token(20, "Web 20 [00000000000020]")
    sent = erp._client.post_import("SaleDocument", _without_key(document(20), old))
    wait_for(erp, sent, ["20"])
    assert list(erp.find_documents([old])) == ["00000000000020"]


def _without_key(order: Any, mine: Token) -> bytes:
    return document_file([(order, mine)], with_key=False)


def test_lost_key_field_is_never_taken_for_not_found(sandbox: RunningSandbox) -> None:
    with pytest.raises(SettingsError) as gone:
        connect(sandbox, PLAIN_FOLDER).find_documents([token(30, "Web 30")])
    assert gone.value.code == "ebp.key_field_gone"


def test_refused_record_is_named_whichever_records_are_still_asked_about(erp: EbpConnector) -> None:
    batch = [
        (document(n, lines=n - 39, item="NOPE" if n in (41, 43) else "EM001"), _mine(erp, n)) for n in range(40, 45)
    ]
    sent = erp.submit_documents(batch)
    assert {r.key for r in wait_for(erp, sent, ["44", "43", "42", "41", "40"]).refused} == {"41", "43"}
    assert [r.key for r in wait_for(erp, sent, ["44", "43"]).refused] == ["43"]
    assert wait_for(erp, sent, ["40"]).refused == ()


@given(
    st.lists(st.tuples(st.text(max_size=8), st.integers(1, 900)), min_size=1, max_size=200, unique_by=lambda r: r[0])
)
def test_rows_of_a_file_lead_back_to_its_records(records: list[tuple[str, int]]) -> None:
    by_row = _rows_to_keys([key for key, _ in reversed(records)], _noted(records).removeprefix("~"))
    row, right = 1, {}
    for key, size in records:
        right[row] = key
        row += size
    assert by_row.items() <= right.items()
    assert len(by_row) >= len(records) - 4  # digests that meet by chance are left out, never confused


def test_state_of_an_import_costs_one_call(erp: EbpConnector) -> None:
    sent = erp.submit_documents([(document(50), _mine(erp, 50))])
    before = erp.calls
    erp.submission(sent, ["50"])
    assert erp.calls == before + 1


def test_without_a_status_route_only_the_look_up_tells(erp: EbpConnector, sandbox: RunningSandbox) -> None:
    sandbox.admin("POST", "/_admin/ebp/settings", {"import_status": False})
    sent = erp.submit_documents([(document(60), _mine(erp, 60))])
    assert erp.submission(sent, ["60"]).state is SubmissionState.UNKNOWN


def test_import_that_waits_is_waiting(erp: EbpConnector, sandbox: RunningSandbox) -> None:
    sandbox.admin("POST", "/_admin/ebp/settings", {"import_delay": 100, "speed": 1000})
    sent = erp.submit_documents([(document(65), _mine(erp, 65))])
    assert erp.submission(sent, ["65"]).state is SubmissionState.WAITING
    sandbox.admin("POST", "/_admin/ebp/settings", {"import_delay": 2, "speed": 0})
    assert wait_for(erp, sent, ["65"]).state is SubmissionState.COMPLETED


def test_answer_that_never_comes_leaves_the_outcome_unknown_and_sends_once(
    erp: EbpConnector, sandbox: RunningSandbox
) -> None:
    erp.has_key_field("document")
    sandbox.reset_calls()
    sandbox.faults([{"path": "createImport", "kind": "timeout_after", "value": 0.1, "times": 1}])
    mine = _mine(erp, 70)
    with pytest.raises(OutcomeUnknownError):
        erp.submit_documents([(document(70), mine)])
    assert sum(n for route, n in sandbox.calls().items() if "createImport" in route) == 1
    for _ in range(100):
        if erp.find_documents([mine]):
            break
    assert list(erp.find_documents([mine])) == [mine.token]


def test_submission_beyond_the_quota_was_not_taken_and_is_not_repeated(
    erp: EbpConnector, sandbox: RunningSandbox
) -> None:
    mine = _mine(erp, 72)
    sandbox.reset_calls()
    sandbox.faults([{"path": "createImport", "kind": "status", "value": 429, "times": 1}])
    with pytest.raises(RateLimitedError):
        erp.submit_documents([(document(72), mine)])
    assert sum(n for route, n in sandbox.calls().items() if "createImport" in route) == 1


@pytest.mark.parametrize("status", [500, 503, 408])
def test_server_errors_leave_the_outcome_unknown(erp: EbpConnector, sandbox: RunningSandbox, status: int) -> None:
    sandbox.faults([{"path": "createImport", "kind": "status", "value": status, "times": 1}])
    with pytest.raises(OutcomeUnknownError):
        erp.submit_documents([(document(71), _mine(erp, 71))])


def test_refused_token_at_a_submission_is_replayed_once_without_doubling(
    erp: EbpConnector, sandbox: RunningSandbox
) -> None:
    sandbox.faults([{"path": "createImport", "kind": "expired_token", "times": 1}])
    wait_for(erp, erp.submit_documents([(document(80), _mine(erp, 80))]), ["80"])
    rows = _rows(sandbox, table="SaleDocument", where={"xx_AtooKey": "00000000000080"})["rows"]
    assert len(rows) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_refused_file_proves_that_nothing_was_written(erp: EbpConnector, sandbox: RunningSandbox, status: int) -> None:
    sandbox.faults([{"path": "createImport", "kind": "status", "value": status, "times": 1}])
    with pytest.raises(RefusedError):
        erp.submit_documents([(document(81), _mine(erp, 81))])


def test_unreachable_erp_proves_that_nothing_left(sandbox: RunningSandbox) -> None:
    settings = settings_of(sandbox).model_copy(update={"api_url": "http://127.0.0.1:9"})
    erp = EbpConnector(settings, CREDENTIALS, MemoryTokens(signed_in(sandbox)))
    with pytest.raises(UnsentError):
        erp.submit_documents([(document(82), token(82))])


def test_file_refused_as_a_whole_is_failed(erp: EbpConnector) -> None:
    sent = erp._client.post_import("SaleDocument", b"\xef\xbb\xbfUnknown;Headings\r\n1;2\r\n")
    report = wait_for(erp, sent, ["1"])
    assert report.state is SubmissionState.FAILED
    assert "ERR_COLUMN" in report.error


@pytest.mark.parametrize("folder", [FOLDER, PLAIN_FOLDER])
def test_customer_is_created_once_and_found_by_token(sandbox: RunningSandbox, folder: str) -> None:
    erp = connect(sandbox, folder)
    new, known = token(90, "WEB0090"), token(91, "CLI1")
    sent = erp.submit_customers([(customer("WEB0090"), new), (customer("CLI1"), known)])
    report = wait_for(erp, sent, ["90", "91"])
    assert [(r.key, r.code) for r in report.refused] == [("91", "ERR_DUPLICATE_CODE")]
    assert erp.find_customers([new])[new.token] == "WEB0090"


def test_settlement_is_attached_to_its_document_and_found(erp: EbpConnector, sandbox: RunningSandbox) -> None:
    order = _mine(erp, 95)
    wait_for(erp, erp.submit_documents([(document(95), order)]), ["95"])
    number = erp.find_documents([order])[order.token].number
    paid = Settlement(key="1", amount=Decimal("24"), date=date(2026, 11, 25), payment_means="CB")
    mine = token(96, "John DOE - 95")
    report = wait_for(erp, erp.submit_settlements([(paid, mine, "CLI1", number, DocumentKind.ORDER)]), ["96"])
    assert report.refused == ()
    assert list(erp.find_settlements([mine])) == [mine.token]
    row = _rows(sandbox, table="SaleSettlement", where={"xx_AtooKey": mine.token})["rows"][0]
    assert row["AssociatedOrderId"]


def test_settlements_are_off_until_switched_on(sandbox: RunningSandbox) -> None:
    erp = connect(sandbox, settlements="off")
    assert Capability.IMPORT_SETTLEMENTS not in erp.capabilities
    with pytest.raises(SettingsError):
        erp.submit_settlements([])
    assert Capability.IMPORT_SETTLEMENTS in connect(sandbox).capabilities


def test_hundred_tokens_are_looked_up_in_one_call(erp: EbpConnector) -> None:
    erp.has_key_field("document")
    before = erp.calls
    erp.find_documents([token(n) for n in range(1000, 1250)])
    assert erp.calls - before == 3
    assert erp.calls_for("document", 200) == 2 + 4


@pytest.mark.spec("ORD-24")
def test_documents_that_became_others_tell_the_furthest_kind(erp: EbpConnector, sandbox: RunningSandbox) -> None:
    batch = [(document(n), _mine(erp, n)) for n in range(200, 205)]
    wait_for(erp, erp.submit_documents(batch), [str(n) for n in range(200, 205)])
    found = erp.find_documents([t for _, t in batch])
    numbers = {n: found[f"{n:014d}"].number for n in range(200, 205)}
    made = [
        # 200: delivered, then invoiced from the delivery note.
        {"DocumentType": 6, "DocumentNumber": "BL900", "OriginDocumentNumber": numbers[200]},
        {"DocumentType": 2, "DocumentNumber": "FA900", "OriginDocumentNumber": "BL900"},
        # 201: an invoice that kept the reference and the token.
        {"DocumentType": 2, "DocumentNumber": "FA901", "Reference": "Web 201 é", "xx_AtooKey": f"{201:014d}"},
        # 202: delivered only.  203: a quote with the same reference is no progress.  204: nothing.
        {"DocumentType": 6, "DocumentNumber": "BL902", "OriginDocumentNumber": numbers[202]},
        {"DocumentType": 1, "DocumentNumber": "DE903", "Reference": "Web 203 é"},
    ]
    _rows(
        sandbox, table="SaleDocument", insert=[{"DocumentDate": "2026-11-25", "CustomerId": "CLI1", **m} for m in made]
    )
    after = erp.documents_after([*numbers.values(), "UNKNOWN"])
    assert after == {
        numbers[200]: DocumentKind.INVOICE,
        numbers[201]: DocumentKind.INVOICE,
        numbers[202]: DocumentKind.DELIVERY_NOTE,
    }
    # The copied token still means the order.
    assert erp.find_documents([_mine(erp, 201)])[f"{201:014d}"].number == numbers[201]


def test_two_documents_of_one_token_are_shown_to_a_person(erp: EbpConnector) -> None:
    for _ in range(2):
        wait_for(erp, erp.submit_documents([(document(300), _mine(erp, 300))]), ["300"])
    erp.find_documents([_mine(erp, 300)])
    assert [w.code for w in erp.warnings] == ["ebp.found_twice"]


def test_calls_are_counted_for_known_kinds_only(erp: EbpConnector) -> None:
    with pytest.raises(ValueError, match="known: document, customer, settlement"):
        erp.calls_for("parcel", 1)


def test_folder_gone_at_a_look_up_is_no_empty_answer(sandbox: RunningSandbox) -> None:
    with pytest.raises(ConnectionFailedError):
        connect(sandbox, "999999").find_documents([token(1, "Web [00000000000001]")])
