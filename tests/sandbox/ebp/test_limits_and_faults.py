"""Quota, faults and restarts of the EBP sandbox."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import yaml

from atoosync_lab.sandbox.ebp.settings import SUBSCRIPTION_KEY
from atoosync_lab.sandbox.servers import start
from tests.sandbox.ebp.helpers import (
    DOCUMENT_TITLES,
    FORMATS,
    GESCOM,
    IMPORT,
    Api,
    csv_file,
    document_row,
    load_articles,
)

pytestmark = pytest.mark.spec("BEY-10")


def folders(api: Api) -> httpx.Response:
    return api.http.get(f"{GESCOM}/Folders")


def found_by_reference(api: Api, reference: str) -> int:
    leaf = {
        "type": "CustomFilter",
        "column": "Reference",
        "operator": "Equal",
        "valueType": "String",
        "value": [reference],
    }
    return len(api.results("SaleDocument", Columns="Id", WhereCondition=yaml.safe_dump(leaf)))


def test_two_calls_within_the_interval_are_one_too_many(api: Api) -> None:
    api.settings(speed=2)
    first, second = folders(api), folders(api)
    assert (first.status_code, second.status_code) == (200, 429)
    assert second.json()["errors"][0]["errorCode"] == "ERR_QUOTA"
    assert "Retry-After" not in second.headers
    time.sleep(0.5)
    assert folders(api).status_code == 200


def test_retry_after_is_sent_when_switched_on(api: Api) -> None:
    api.settings(speed=0.4, retry_after=True)
    folders(api)
    assert folders(api).headers["Retry-After"] == "3"


def test_day_quota_counts_accepted_calls_of_all_services(api: Api) -> None:
    api.server.admin("DELETE", "/_admin/ebp/quota")
    api.settings(calls_per_day=3)
    assert [folders(api).status_code for _ in range(2)] == [200, 200]
    assert api.http.get(f"{IMPORT}/Status", params={"importId": "x"}).status_code == 404
    assert folders(api).status_code == 429
    assert api.server.admin("GET", "/_admin/ebp/quota") == {"used": 3, "limit": 3}
    api.settings(retry_after=True)
    assert 1 <= int(folders(api).headers["Retry-After"]) <= 25 * 3600


def test_refused_sign_in_costs_no_call(api: Api) -> None:
    api.server.admin("DELETE", "/_admin/ebp/quota")
    api.settings(calls_per_day=3)
    assert api.http.get(f"{GESCOM}/Folders", headers={"Authorization": "Bearer x"}).status_code == 401
    assert api.server.admin("GET", "/_admin/ebp/quota")["used"] == 0


def test_unknown_switch_is_refused(api: Api) -> None:
    for values in ({"colour": 1}, {"import_status": 1}, {"speed": "fast"}):
        with pytest.raises(OSError, match="400"):
            api.settings(**values)


def test_expired_token_fault_answers_401_once(api: Api) -> None:
    api.server.faults([{"kind": "expired_token", "path": "/Folders"}])
    assert [folders(api).status_code for _ in range(2)] == [401, 200]


@pytest.mark.pitfall("PB-20")
def test_import_is_committed_although_its_answer_never_came(api: Api) -> None:
    reference = f"LOST-{uuid4()}"
    api.server.faults([{"kind": "timeout_after", "path": "createImport", "body": reference, "value": 1}])
    files = {"file": ("f.csv", csv_file(DOCUMENT_TITLES, document_row(reference, price="1")))}
    data = {"category": "SaleDocument", "format": FORMATS["SaleDocument"]}
    with pytest.raises(httpx.RemoteProtocolError):
        api.http.post(f"{IMPORT}/createImport", data=data, files=files)
    for _ in range(200):
        if found_by_reference(api, reference):
            break
        time.sleep(0.01)
    assert found_by_reference(api, reference) == 1


def test_dropped_call_writes_nothing(api: Api) -> None:
    reference = f"DROP-{uuid4()}"
    api.server.faults([{"kind": "drop_before", "path": "createImport"}])
    files = {"file": ("f.csv", csv_file(DOCUMENT_TITLES, document_row(reference, price="1")))}
    data = {"category": "SaleDocument", "format": FORMATS["SaleDocument"]}
    with pytest.raises(httpx.TransportError):
        api.http.post(f"{IMPORT}/createImport", data=data, files=files)
    time.sleep(0.1)
    assert found_by_reference(api, reference) == 0


def test_calls_are_counted_by_route(api: Api) -> None:
    api.server.reset_calls()
    folders(api)
    api.query("Item", Limit=1)
    assert api.server.calls() == {f"GET {GESCOM}/Folders": 1, f"GET {GESCOM}/Folders/{{}}/GenericQuery": 1}


def test_unknown_address_answers_404_in_the_error_shape(api: Api) -> None:
    answer = api.http.get(f"{GESCOM}/Nope")
    assert (answer.status_code, answer.json()["errors"][0]["errorCode"]) == (404, "ERR_ROUTE")


def test_killed_server_takes_up_waiting_imports_and_keeps_sessions(tmp_path: Path) -> None:
    load_articles(tmp_path)
    with start("ebp", tmp_path, speed=1, args=["--import-delay", "3"]) as server:
        server.admin("POST", "/_admin/ebp/settings", {"calls_per_second": 0})
        token = server.admin("POST", "/_admin/ebp/sign-in")["access_token"]
        headers = {"Authorization": f"Bearer {token}", "ebp-subscription-key": SUBSCRIPTION_KEY}
        with httpx.Client(base_url=server.url, headers=headers) as http:
            import_id = Api(server, http).send(
                "SaleDocument", csv_file(DOCUMENT_TITLES, document_row("KEPT", price="1"))
            )
            waiting = http.get(f"{IMPORT}/Status", params={"importId": import_id}).json()
            assert (waiting["status"], waiting["accepted"]) == ("Waiting", 0)
        server.kill()
    with start("ebp", tmp_path, speed=0) as server, httpx.Client(base_url=server.url, headers=headers) as http:
        api = Api(server, http)
        assert api.outcome(import_id)["accepted"] == 1
        assert found_by_reference(api, "KEPT") == 1
