"""Import files, from the multipart call to the records in the folder."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import yaml

from atoosync_lab.sandbox.ebp.seed import MAIN_STOREHOUSE, VAT_EU_0, VAT_FR_5_5, VAT_FR_20, FolderState
from tests.sandbox.ebp.helpers import (
    DOCUMENT_TITLES,
    FOLDER,
    IMPORT,
    Api,
    csv_file,
    document_row,
)

pytestmark = pytest.mark.spec("BEY-10")


@pytest.fixture
def reference() -> str:
    return f"WEB-{uuid4()}"


def where(column: str, value: str) -> str:
    leaf = {"type": "CustomFilter", "column": column, "operator": "In", "valueType": "String", "value": [value]}
    return yaml.safe_dump(leaf)


def document(api: Api, reference: str) -> dict[str, Any]:
    """The only document of this reference."""
    (found,) = api.results("SaleDocument", WhereCondition=where("Reference", reference))
    return found


def run(api: Api, *rows: list[str]) -> dict[str, Any]:
    return api.run("SaleDocument", csv_file(DOCUMENT_TITLES, *rows))


def imported(api: Api, *rows: list[str]) -> dict[str, Any]:
    """Import one document and read it back."""
    outcome = run(api, *rows)
    assert (outcome["status"], outcome["accepted"], outcome["refused"]) == ("Completed", 1, [])
    return document(api, rows[0][2])


def amounts(found: dict[str, Any]) -> tuple[Decimal, Decimal, Decimal]:
    names = ("AmountVatExcludedWithDiscountAndShipping", "VatAmount", "AmountVatIncluded")
    excluded, vat, included = (Decimal(str(found[name])) for name in names)
    return excluded, vat, included


def refusal(api: Api, *rows: list[str]) -> str:
    """Error code of the only record of a file."""
    outcome = run(api, *rows)
    assert (outcome["status"], outcome["accepted"]) == ("Completed", 0)
    (refused,) = outcome["refused"]
    assert refused["errorMessage"]
    code: str = refused["errorCode"]
    return code


@pytest.mark.pitfall("PB-01")
def test_tax_exclusive_document_rounds_vat_once_per_rate(api: Api, reference: str) -> None:
    found = imported(api, document_row(reference, quantity="4", price="15,59", vat=VAT_FR_5_5))
    assert amounts(found) == (Decimal("62.36"), Decimal("3.43"), Decimal("65.79"))


@pytest.mark.pitfall("PB-01")
def test_tax_inclusive_document_keeps_the_gross(api: Api, reference: str) -> None:
    found = imported(api, document_row(reference, incl="1", quantity="4", price_incl="16,45", vat=VAT_FR_5_5))
    assert amounts(found) == (Decimal("62.37"), Decimal("3.43"), Decimal("65.8"))


@pytest.mark.pitfall("PB-03")
def test_negative_lines_reduce_the_base_of_their_own_rate(api: Api, reference: str) -> None:
    found = imported(
        api,
        document_row(reference, price="50"),
        document_row(reference, price="20", vat=VAT_FR_5_5),
        document_row(reference, price="-6,16"),
        document_row(reference, price="-2,47", vat=VAT_FR_5_5),
    )
    assert amounts(found) == (Decimal("61.37"), Decimal("9.73"), Decimal("71.1"))
    slots = [
        (found[f"DetailVatAmount{n}_DetailAmountVatExcluded"], found[f"DetailVatAmount{n}_DetailVatAmount"])
        for n in range(3)
    ]
    assert slots == [(43.84, 8.77), (17.53, 0.96), (None, None)]


@pytest.mark.pitfall("PB-05")
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"price": "20", "ship": "5,75", "ship_vat": VAT_FR_20}, ("25.75", "5.15", "30.9")),
        ({"incl": "1", "price_incl": "24", "ship_incl": "6,90", "ship_vat": VAT_FR_20}, ("25.75", "5.15", "30.9")),
    ],
)
def test_shipping_joins_the_base_of_its_rate(
    api: Api, reference: str, values: dict[str, str], expected: tuple[str, str, str]
) -> None:
    found = imported(api, document_row(reference, **values))
    assert amounts(found) == tuple(map(Decimal, expected))
    assert (found["AmountVatExcluded"], found["ShippingAmountVatExcluded"]) == (20.0, 5.75)


def test_discounts_apply_to_the_unit_before_rounding(api: Api, reference: str) -> None:
    found = imported(api, document_row(reference, quantity="50", price="1,79", rate="10", discount="0,001"))
    assert amounts(found)[0] == Decimal("80.50")
    (line,) = api.results("SaleDocumentLine", WhereCondition=where("DocumentId", found["Id"]))
    assert line["NetPriceVatExcluded"] == "1.610000000000"
    assert (line["LineOrder"], line["DescriptionClear"], line["UnitId"]) == (1, "Article n° 1", "U")


def test_folder_fills_in_what_the_file_leaves_empty(api: Api, reference: str) -> None:
    found = imported(api, document_row(reference, key="TOKEN1", price="1"))
    assert found["xx_AtooKey"] == "TOKEN1"
    assert found["CustomerName"] == "Bréval SARL"
    assert found["InvoicingAddress_City"] == "Rennes"
    assert (found["CurrencyId"], found["SerialId"], found["StorehouseId"]) == ("EUR", "DF", MAIN_STOREHOUSE)
    assert found["DocumentDate"] == "2026-11-25T00:00:00"
    assert found["TotalDueAmount"] == "1.200000000000"


def test_numbers_follow_each_other_by_type_and_serial(api: Api, reference: str) -> None:
    titles = [*DOCUMENT_TITLES, "Document - Souche"]
    plan = [("4", ""), ("4", ""), ("2", ""), ("4", "WE"), ("1", ""), ("6", ""), ("9", "")]
    rows = [[*document_row(f"{reference}-{n}", type=kind, price="1"), serial] for n, (kind, serial) in enumerate(plan)]
    assert api.run("SaleDocument", csv_file(titles, *rows))["accepted"] == 7
    numbers = [document(api, f"{reference}-{n}")["DocumentNumber"] for n in range(7)]
    assert [number[:-8] for number in numbers] == ["CM", "CM", "FA", "CMWE", "DE", "BL", "AV"]
    assert int(numbers[1][2:]) == int(numbers[0][2:]) + 1


def test_given_number_is_kept_and_cannot_be_given_twice(api: Api, reference: str) -> None:
    titles = [*DOCUMENT_TITLES, "Document - Numéro du document"]
    rows = [[*document_row(f"{reference}-{n}", price="1"), f"X{reference[4:20]}"] for n in range(2)]
    outcome = api.run("SaleDocument", csv_file(titles, *rows))
    assert [each["errorCode"] for each in outcome["refused"]] == ["ERR_NUMBER_TAKEN"]
    again = api.run("SaleDocument", csv_file(titles, rows[1]))
    assert [each["errorCode"] for each in again["refused"]] == ["ERR_NUMBER_TAKEN"]


def test_one_bad_record_does_not_hold_the_others_back(api: Api, reference: str) -> None:
    outcome = run(
        api,
        document_row(f"{reference}-1", price="1"),
        document_row(f"{reference}-2", price="1"),
        document_row(f"{reference}-2", price="1", item="ABSENT"),
        document_row(f"{reference}-3", price="1"),
    )
    assert (outcome["status"], outcome["accepted"]) == ("Completed", 2)
    (refused,) = outcome["refused"]
    assert (refused["row"], refused["reference"], refused["errorCode"]) == (2, f"{reference}-2", "ERR_ITEM")
    assert api.results("SaleDocument", WhereCondition=where("Reference", f"{reference}-2")) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"customer": "ABSENT"}, "ERR_CUSTOMER"),
        ({"customer": "cli1"}, "ERR_CUSTOMER"),
        ({"vat": "20"}, "ERR_VAT"),
        ({"vat": ""}, "ERR_REQUIRED"),
        ({"price": ""}, "ERR_REQUIRED"),
        ({"incl": "1"}, "ERR_REQUIRED"),
        ({"quantity": "0"}, "ERR_NUMBER"),
        ({"quantity": "1.5"}, "ERR_NUMBER"),
        ({"price": "1 000,00"}, "ERR_NUMBER"),
        ({"price": "1,1234567"}, "ERR_NUMBER"),
        ({"rate": "101"}, "ERR_NUMBER"),
        ({"date": "2026-11-25"}, "ERR_DATE"),
        ({"date": "31/02/2026"}, "ERR_DATE"),
        ({"type": "3"}, "ERR_UNKNOWN_CODE"),
        ({"key": "x" * 41}, "ERR_LENGTH"),
        ({"ship": "5", "ship_vat": ""}, "ERR_VAT"),
        ({"item": "", "quantity": "", "price": "", "vat": ""}, "ERR_NO_LINE"),
    ],
)
def test_bad_value_refuses_its_record(api: Api, reference: str, values: dict[str, str], code: str) -> None:
    assert refusal(api, document_row(reference, **{"price": "10", **values})) == code


def test_seventh_vat_rate_is_refused(api: Api, reference: str) -> None:
    vats = api.results("Vat", Columns="Id,Rate")
    by_rate = {row["Rate"]: row["Id"] for row in vats}
    for rate in ("3", "7"):
        by_rate[float(rate)] = str(uuid4())
        row = {"Id": by_rate[float(rate)], "Rate": rate}
        api.server.admin("POST", "/_admin/ebp/rows", {"folder": FOLDER, "table": "Vat", "insert": [row]})
    rows = [document_row(reference, price="1", vat=vat) for vat in list(by_rate.values())[:7]]
    assert refusal(api, *rows) == "ERR_TOO_MANY_RATES"
    assert run(api, *rows[:6])["accepted"] == 1


def test_same_rate_under_two_codes_is_one_base(api: Api, reference: str) -> None:
    other = str(uuid4())
    row = {"Id": other, "Rate": "20"}
    api.server.admin("POST", "/_admin/ebp/rows", {"folder": FOLDER, "table": "Vat", "insert": [row]})
    lines = [document_row(reference, price="0,02"), document_row(reference, price="0,02", vat=other)]
    assert amounts(imported(api, *lines)) == (Decimal("0.04"), Decimal("0.01"), Decimal("0.05"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (csv_file([*DOCUMENT_TITLES, "Document - Couleur"], [*document_row("r", price="1"), "bleu"]), "ERR_COLUMN"),
        (csv_file(DOCUMENT_TITLES[1:], document_row("r", price="1")[1:]), "ERR_COLUMN"),
        (csv_file(DOCUMENT_TITLES, document_row("r", price="1"))[3:], "ERR_FORMAT"),
        (csv_file(DOCUMENT_TITLES, ["4"]), "ERR_FORMAT"),
        (csv_file(DOCUMENT_TITLES).replace(b"\r\n", b"\n"), "ERR_FORMAT"),
        (csv_file(DOCUMENT_TITLES, *(document_row(f"r{n}", price="1") for n in range(201))), "ERR_TOO_MANY"),
    ],
)
def test_bad_file_is_refused_as_a_whole(api: Api, content: bytes, code: str) -> None:
    before = api.query("SaleDocument", Limit=1, Columns="Id").json()["paging"]["total"]
    outcome = api.run("SaleDocument", content)
    assert (outcome["status"], outcome["errorCode"], outcome["accepted"]) == ("Error", code, 0)
    assert api.query("SaleDocument", Limit=1, Columns="Id").json()["paging"]["total"] == before


def test_unknown_category_or_format_is_an_error(api: Api) -> None:
    content = csv_file(DOCUMENT_TITLES, document_row("r", price="1"))
    assert api.run("Facture", content)["errorCode"] == "ERR_CATEGORY"
    assert api.run("SaleDocument", content, "AtooSync Client")["errorCode"] == "ERR_FORMAT"


def test_call_without_its_fields_is_refused_at_once(api: Api) -> None:
    assert api.http.post(f"{IMPORT}/createImport", data={"category": "SaleDocument"}).status_code == 400


def test_same_file_twice_makes_every_document_twice(api: Api, reference: str) -> None:
    content = csv_file(DOCUMENT_TITLES, document_row(reference, price="1"))
    assert [api.run("SaleDocument", content)["accepted"] for _ in range(2)] == [1, 1]
    assert len(api.results("SaleDocument", WhereCondition=where("Reference", reference))) == 2


def test_orders_reserve_stock_without_touching_the_article_date(api: Api, reference: str) -> None:
    def stock() -> tuple[dict[str, Any], dict[str, Any]]:
        (at_depot,) = api.results("StockItem", WhereCondition=where("Id", "S1"))
        (item,) = api.results("Item", WhereCondition=where("Id", "ART001"), Columns="OrderedQuantity,sysModifiedDate")
        return at_depot, item

    before, item_before = stock()
    run(api, document_row(f"{reference}-1", price="1", quantity="2,5"), document_row(f"{reference}-2", price="1"))
    run(api, document_row(f"{reference}-3", type="1", price="1", quantity="7"))
    after, item_after = stock()
    assert after["OrderedQuantity"] - (before["OrderedQuantity"] or 0) == 3.5
    assert Decimal(before["VirtualStock"]) - Decimal(after["VirtualStock"]) == Decimal("3.5")
    assert after["RealStock"] == before["RealStock"]
    assert after["sysModifiedDate"] > before["sysModifiedDate"]
    assert item_after["OrderedQuantity"] - (item_before["OrderedQuantity"] or 0) == 3.5
    assert item_after["sysModifiedDate"] == item_before["sysModifiedDate"]


def test_documents_can_be_read_with_their_lines(api: Api, reference: str) -> None:
    imported(api, document_row(reference, price="1"), document_row(reference, price="2", item="ART002"))
    address = f"/gescom/api/v1/Folders/{FOLDER}/Documents/SaleDocument"
    parameters = {"Duration": "1", "ToDate": "2026-11-25T00:00:00", "DocumentType": "4", "Columns": "Reference"}
    parameters["WhereCondition"] = where("Reference", reference)
    assert api.http.get(address, params=parameters).json()["results"] == [{"Reference": reference}]
    (found,) = api.http.get(f"{address}/WithLines", params=parameters).json()["results"]
    assert [line["ItemId"] for line in found["Lines"]] == ["ART001", "ART002"]
    for change in ({"ToDate": "2026-11-26"}, {"DocumentType": "2"}, {"SysModifiedDate": "2099-01-01"}):
        assert api.http.get(address, params={**parameters, **change}).json()["results"] == []
    later = {**parameters, "ToDate": "2020-01-01"}
    assert len(api.http.get(address, params=later).json()["results"]) == 1
    assert api.http.get(address, params={"DocumentType": "4"}).status_code == 400


def test_customers_are_created_once(api: Api) -> None:
    code = f"C{uuid4().hex[:12]}"
    titles = [
        "Client - Code", "Client - Nom", "Client - Particulier", "Client - Code territorialité", "Client - Clé Atoo",
        "Client - Ville (livraison)", "Client - E-mail (facturation)",
    ]  # fmt: skip
    row = [code, 'Dupont; "Fils"', "1", "UE", "K1", "Lyon", "a@b.example"]
    assert api.run("Customer", csv_file(titles, row))["accepted"] == 1
    (found,) = api.results("Customer", WhereCondition=where("Id", code))
    assert (found["Name"], found["NaturalPerson"], found["TerritorialityId"]) == ('Dupont; "Fils"', True, "UE")
    assert (found["MainDeliveryAddress_City"], found["xx_AtooKey"]) == ("Lyon", "K1")
    bad = [f"{code}X", "Martin", "2", "", "", "", ""]
    unknown = [f"{code}Y", "Martin", "", "LUNE", "", "", ""]
    outcome = api.run("Customer", csv_file(titles, row, bad, unknown))
    codes = [each["errorCode"] for each in outcome["refused"]]
    assert codes == ["ERR_DUPLICATE_CODE", "ERR_NUMBER", "ERR_UNKNOWN_CODE"]


def test_settlement_is_assigned_to_its_invoice(api: Api, reference: str) -> None:
    invoice = imported(api, document_row(reference, type="2", price="100"))
    titles = [
        "Règlement - Code client", "Règlement - Date", "Règlement - Montant", "Règlement - Code moyen de paiement",
        "Règlement - Référence", "Règlement - Clé Atoo", "Règlement - Numéro du document",
    ]  # fmt: skip
    row = ["CLI1", "25/11/2026", "120,00", "CB", reference, "KEY", invoice["DocumentNumber"]]
    outcome = api.run("Settlement", csv_file(titles, row, [*row[:2], "0", *row[3:]], [*row[:-1], "FA-ABSENT"]))
    assert outcome["accepted"] == 1
    assert [each["errorCode"] for each in outcome["refused"]] == ["ERR_NUMBER", "ERR_UNKNOWN_CODE"]
    (found,) = api.results("SaleSettlement", WhereCondition=where("Reference", reference))
    assert (found["AssociatedInvoiceId"], found["Amount"], found["RemainingAmount"]) == (invoice["Id"], 120.0, 0.0)
    assert document(api, reference)["CommitmentsBalanceDue"] == 0.0


def test_atoo_key_heading_is_unknown_where_the_folder_lacks_the_field(api: Api) -> None:
    folder = "555001"
    with FolderState.open(api.server.state, folder, atoo_key=False) as state:
        assert "xx_AtooKey" not in state.table("SaleDocument").by_name
    content = csv_file(DOCUMENT_TITLES, document_row("r", price="1"))
    address = f"/import/api/v1/Folders/{folder}"
    data = {"category": "SaleDocument", "format": "AtooSync Document"}
    answer = api.http.post(f"{address}/createImport", data=data, files={"file": ("f.csv", content)})
    for _ in range(200):
        status = api.http.get(f"{address}/Status", params=answer.json()).json()
        if status["status"] == "Error":
            break
        time.sleep(0.01)
    assert status["errorCode"] == "ERR_COLUMN"
    assert "Document - Clé Atoo" in status["errorMessage"]


def test_status_can_be_switched_off_and_look_up_is_the_only_proof(api: Api, reference: str) -> None:
    api.settings(import_status=False)
    import_id = api.send("SaleDocument", csv_file(DOCUMENT_TITLES, document_row(reference, price="1")))
    assert api.http.get(f"{IMPORT}/Status", params={"importId": import_id}).status_code == 404
    for _ in range(200):
        if api.results("SaleDocument", WhereCondition=where("Reference", reference)):
            break
        time.sleep(0.01)
    assert document(api, reference)["AmountVatIncluded"] == 1.2


def test_import_that_is_accepted_may_be_lost(api: Api, reference: str) -> None:
    api.settings(lose_imports=1)
    content = csv_file(DOCUMENT_TITLES, document_row(reference, price="1"))
    lost = api.send("SaleDocument", content)
    assert api.run("SaleDocument", content)["accepted"] == 1
    assert api.http.get(f"{IMPORT}/Status", params={"importId": lost}).json()["status"] == "Waiting"
    assert len(api.results("SaleDocument", WhereCondition=where("Reference", reference))) == 1


def test_late_import_waits_while_others_pass(api: Api, reference: str) -> None:
    api.settings(late_imports=1, late_delay=10, speed=20)
    late = api.send("SaleDocument", csv_file(DOCUMENT_TITLES, document_row(f"{reference}-1", price="1")))
    api.settings(speed=0)
    assert run(api, document_row(f"{reference}-2", price="1"))["accepted"] == 1
    assert api.http.get(f"{IMPORT}/Status", params={"importId": late}).json()["status"] == "Waiting"
    assert api.outcome(late)["accepted"] == 1


def test_zero_rate_of_another_territory_counts_as_a_rate(api: Api, reference: str) -> None:
    found = imported(api, document_row(reference, price="100", vat=VAT_EU_0), document_row(reference, price="10"))
    assert amounts(found) == (Decimal(110), Decimal(2), Decimal(112))
    assert found["DetailVatAmount0_DetailVatId"] == VAT_EU_0
