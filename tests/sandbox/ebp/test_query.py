"""Reading the EBP sandbox: pages, columns, joins, filters, dates."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import yaml

from atoosync_lab.sandbox.ebp.seed import VAT_FR_20
from tests.sandbox.ebp.helpers import FOLDER, GESCOM, Api

pytestmark = pytest.mark.spec("BEY-10")


def leaf(column: str, operator: str, *values: str, kind: str = "String") -> dict[str, Any]:
    return {"type": "CustomFilter", "column": column, "operator": operator, "valueType": kind, "value": list(values)}


def both(operator: str, left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    return {"type": "ImbricationFilter", "operator": operator, "left": left, "right": right}


def ids(api: Api, tree: dict[str, Any]) -> list[str]:
    text = yaml.safe_dump(tree, allow_unicode=True)
    return [row["Id"] for row in api.results("Item", Columns="Id", OrderByValue="Id", WhereCondition=text)]


def test_folders_are_listed_with_their_product(api: Api) -> None:
    answer = api.http.get(f"{GESCOM}/Folders").json()
    assert answer["folders"][0] == {"id": FOLDER, "name": "Bréval Test", "shortName": "INV30", "isMariaDb": False}
    assert answer["paging"]["returned"] == len(answer["folders"])


def test_unknown_folder_is_404(api: Api) -> None:
    for folder in ("1", "x"):
        answer = api.http.get(f"{GESCOM}/Folders/{folder}/GenericQuery", params={"TableName": "Item"})
        assert (answer.status_code, answer.json()["errors"][0]["errorCode"]) == (404, "ERR_FOLDER")


def test_pages_together_give_every_record_once(api: Api) -> None:
    seen = []
    for offset in (0, 100, 200):
        answer = api.query("item", Columns="Id", OrderByValue="Id", Offset=offset, Limit=100).json()
        seen += [row["Id"] for row in answer["results"]]
        assert answer["paging"] == {"total": 251, "returned": min(100, 251 - offset), "offset": offset, "limit": 100}
    assert len(seen) == len(set(seen)) == 251
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Limit": "101"}, "ERR_LIMIT"),
        ({"Limit": "0"}, "ERR_LIMIT"),
        ({"Offset": "-1"}, "ERR_PARAMETER"),
        ({"Columns": "Nope"}, "ERR_COLUMN"),
        ({"Columns": "id"}, "ERR_COLUMN"),
        ({"Columns": "Nope.Caption"}, "ERR_COLUMN"),
        ({"OrderByValue": "Id desc"}, "ERR_COLUMN"),
        ({"FromModifiedDate": "hier"}, "ERR_PARAMETER"),
        ({"WhereCondition": "{"}, "ERR_WHERE"),
        ({"WhereCondition": "type: Autre"}, "ERR_WHERE"),
    ],
)
def test_bad_parameter_is_refused(api: Api, parameters: dict[str, str], code: str) -> None:
    answer = api.query("Item", **parameters)
    assert (answer.status_code, answer.json()["errors"][0]["errorCode"]) == (400, code)


def test_unknown_column_is_named(api: Api) -> None:
    assert "Siret" in api.query("Customer", Columns="Id,Siret").json()["message"]


def test_unknown_table_is_refused(api: Api) -> None:
    assert api.query("sqlite_master").status_code == 400


def test_columns_may_be_repeated_joined_and_dotted(api: Api) -> None:
    (row,) = api.results(
        "ITEM",
        Columns=["Id,Caption", "Unit.Caption", "Vat.Rate", "ItemFamily.Caption", "Family.Id"],
        WhereCondition=yaml.safe_dump(leaf("Id", "Equal", "ART007")),
    )
    assert row == {
        "Id": "ART007",
        "Caption": "Article n° 7",
        "Unit_Caption": "Unité",
        "Vat_Rate": 20.0,
        "ItemFamily_Caption": "Décoration",
        "Family_Id": "DECO",
    }


def test_without_columns_all_come_custom_fields_and_pictures_too(api: Api) -> None:
    (row,) = api.results("Item", WhereCondition=yaml.safe_dump(leaf("Id", "Equal", "PHOTO")))
    assert row["ItemImage"] == "iVBORw=="
    assert {"xx_Marque", "xx_MetaTitle", "sysModifiedDate"} <= set(row)


def test_numbers_are_exact_and_some_are_text_with_many_decimals(api: Api) -> None:
    where = yaml.safe_dump(leaf("Id", "Equal", "ART001"))
    answer = api.query("Item", Columns="Weight,SalePriceVatExcluded,sysModifiedDate", WhereCondition=where)
    (row,) = json.loads(answer.text, parse_float=Decimal)["results"]
    assert row == {
        "Weight": Decimal("0.25"),
        "SalePriceVatExcluded": "12.345678000000",
        "sysModifiedDate": "2026-03-01T08:00:00",
    }


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        (leaf("Id", "Equal", "ART010"), ["ART010"]),
        (leaf("Id", "Equal", "art010"), []),
        (leaf("Id", "Like", "art01%"), [f"ART01{n}" for n in range(10)]),
        (leaf("Id", "In", "ART001", "PHOTO", "X"), ["ART001", "PHOTO"]),
        (leaf("Id", "Between", "ART003", "ART005"), ["ART003", "ART004", "ART005"]),
        (leaf("Id", "Lower", "ART002"), ["ART000", "ART001"]),
        (leaf("Id", "LowerOrEqual", "ART002"), ["ART000", "ART001", "ART002"]),
        (leaf("FamilyId", "IsNull"), ["PHOTO"]),
        (leaf("Id", "Equal", "Id", kind="Column"), None),
        (
            both("And", leaf("Id", "Upper", "ART247"), leaf("ActiveState", "Equal", "0", kind="Int")),
            ["ART248", "PHOTO"],
        ),
        (both("Or", leaf("Id", "Equal", "ART001"), leaf("Id", "UpperOrEqual", "PHOTO")), ["ART001", "PHOTO"]),
        (both("And", leaf("FamilyId", "IsNotNull"), leaf("Id", "NotIn", "ART001")), None),
        (both("And", leaf("Weight", "Equal", "0.25", kind="Decimal"), leaf("Id", "Lower", "ART001")), ["ART000"]),
        (leaf("sysModifiedDate", "Lower", "2026-03-01T08:00:00", kind="Date"), []),
        (leaf("Unit.Caption", "Different", "Unité"), []),
    ],
)
def test_filters_choose_the_right_records(api: Api, tree: dict[str, Any], found: list[str] | None) -> None:
    given = ids(api, tree)
    assert given == found if found is not None else len(given) == 100


@pytest.mark.parametrize(
    "tree",
    [
        leaf("Weight", "Equal", "lourd", kind="Decimal"),
        leaf("Weight", "Equal", "1", kind="String"),
        leaf("Id", "Between", "A"),
        leaf("Id", "Equal"),
        leaf("Id", "Contains", "A"),
        leaf("Id", "Equal", "A", kind="Text"),
        leaf("Weight", "Like", "1", kind="Decimal"),
        {"type": "ImbricationFilter", "operator": "Xor", "left": leaf("Id", "IsNull"), "right": leaf("Id", "IsNull")},
    ],
)
def test_bad_filter_is_refused(api: Api, tree: dict[str, Any]) -> None:
    assert api.query("Item", WhereCondition=yaml.safe_dump(tree)).status_code == 400


def test_filter_values_cannot_leave_their_place(api: Api) -> None:
    assert ids(api, leaf("Id", "Equal", "x' OR '1'='1")) == []


def test_modified_since_is_inclusive_paris_time(api: Api) -> None:
    def count(moment: str) -> int:
        found: int = api.query("Item", FromModifiedDate=moment, Columns="Id").json()["paging"]["total"]
        return found

    assert count("2026-03-25T08:00:00") == 11
    assert count("2026-03-25T07:00:00Z") == 11
    assert count("2026-03-25T08:00:01") == 1


def test_one_record_by_its_id(api: Api) -> None:
    address = f"{GESCOM}/Folders/{FOLDER}/GenericQuery"
    found = api.http.get(f"{address}/{VAT_FR_20}", params={"TableName": "Vat", "Columns": "Rate"}).json()
    assert found == {"result": {"Rate": 20.0}}
    assert api.http.get(f"{address}/nope", params={"TableName": "Vat"}).status_code == 404


def test_custom_fields_and_dependencies_are_described(api: Api) -> None:
    tables = api.http.get(f"{GESCOM}/Folders/{FOLDER}/CustomFields").json()["schema"][0]["tables"]
    item = next(table for table in tables if table["name"] == "Item")
    assert {"name": "xx_Marque", "caption": "Marque", "type": "String", "maxLength": 40} in item["columns"]
    linked = api.http.get(f"{GESCOM}/Dependencies/item").json()["linkedTables"]
    assert {"prefix": "Unit", "tableName": "Unit", "columnName": "UnitId"} in linked


def test_extended_queries_filter_by_family_and_state(api: Api) -> None:
    items = f"{GESCOM}/Folders/{FOLDER}/Items/ItemsExtentedQuery"
    found = api.http.get(items, params={"FamilyIdNotIN": "DECO", "Columns": "Id"}).json()
    assert [row["Id"] for row in found["results"]] == ["PHOTO"]
    active = api.http.get(items, params={"ActiveStateExcluded": "1", "Columns": "Id"}).json()
    assert active["paging"]["total"] == 126


def test_too_long_address_is_refused(api: Api) -> None:
    assert api.query("Item", WhereCondition="x" * 9000).status_code == 414


def test_column_without_right_is_silently_absent(api: Api) -> None:
    api.server.faults([{"kind": "no_right", "path": "GenericQuery", "value": "Weight"}])
    where = yaml.safe_dump(leaf("Id", "Equal", "ART001"))
    assert api.results("Item", Columns="Id,Weight", WhereCondition=where) == [{"Id": "ART001"}]


def test_pages_move_under_the_reader_when_the_fault_says_so(api: Api) -> None:
    api.server.faults([{"kind": "moving_pages", "path": "Offset=100", "value": 2}])
    (row,) = api.results("Item", Columns="Id", OrderByValue="Id", Offset=100, Limit=1)
    assert row == {"Id": "ART102"}
