"""Loading a folder without HTTP, and the sums behind an import."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.sandbox.ebp.quota import Quota
from atoosync_lab.sandbox.ebp.seed import VAT_FR_20, FolderError, FolderState, ValueRefusedError, ensure_default_folders
from atoosync_lab.sandbox.ebp.settings import Settings
from atoosync_lab.sandbox.ebp.totals import document_totals, net_unit
from atoosync_lab.sandbox.ebp.values import PARIS, from_millionths, to_millionths

pytestmark = pytest.mark.spec("BEY-10")
CENTS = Decimal("0.01")
amounts = st.decimals(min_value="-100000", max_value="100000", places=2, allow_nan=False)
rates = st.sampled_from([Decimal(each) for each in ("20", "10", "5.5", "2.1", "8.5", "0")])


def test_fresh_sandbox_has_two_folders_with_reference_data_only(tmp_path: Path) -> None:
    ensure_default_folders(tmp_path)
    assert sorted(path.stem for path in tmp_path.glob("*.sqlite")) == ["folder-184976", "folder-184977"]
    with FolderState.open(tmp_path, "184976") as folder:
        assert folder.meta["name"] == "Bréval Test"
        assert (folder.count("Item"), folder.count("Customer"), folder.count("SaleDocument")) == (0, 0, 0)
        assert {row["Rate"] for row in folder.rows("Vat", {"TerritorialityId": "FR"})} == set(
            map(Decimal, ("20", "10", "5.5", "2.1", "0"))
        )


def test_rows_come_back_as_they_were_given(tmp_path: Path) -> None:
    moment = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    row = {
        "Id": "A", "Caption": "Été", "SalePriceVatExcluded": Decimal("1.234567"), "AllowPublishOnWeb": True,
        "ActiveState": 1, "ItemImage": b"\x00", "SalePriceModifiedDate": moment, "sysModifiedDate": date(2026, 1, 2),
        "xx_Marque": "Bréval",
    }  # fmt: skip
    with FolderState.open(tmp_path, "1") as folder:
        assert folder.insert_many("Item", [row, {"Id": "B"}]) == 2
    with FolderState.open(tmp_path, "1") as folder:
        (found,) = folder.rows("Item", {"Id": "A"})
    kept = {**row, "SalePriceModifiedDate": "2026-07-01T12:00:00", "sysModifiedDate": "2026-01-02T00:00:00"}
    assert {name: found[name] for name in row} == kept
    assert found["UniqueId"]
    assert found["sysCreatedDate"].startswith(str(datetime.now(PARIS).year))


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"Id": "A", "SalePriceVatExcluded": 1.5}, ValueRefusedError),
        ({"Id": "A", "Caption": "x" * 81}, ValueRefusedError),
        ({"Id": "A", "Nope": 1}, FolderError),
        ({"Id": "A", "SalePriceModifiedDate": "hier"}, ValueRefusedError),
        ({"Id": "KEPT"}, sqlite3.IntegrityError),
    ],
)
def test_bad_row_is_refused_and_nothing_of_the_call_stays(
    tmp_path: Path, row: dict[str, object], error: type[Exception]
) -> None:
    with FolderState.open(tmp_path, "1") as folder:
        folder.insert_many("Item", [{"Id": "KEPT"}])
        with pytest.raises(error):
            folder.insert_many("Item", [{"Id": "OTHER"}, row])
        assert [each["Id"] for each in folder.rows("Item")] == ["KEPT"]


@pytest.mark.parametrize("sensitive", [True, False])
def test_case_of_codes_matters_unless_the_folder_was_made_otherwise(tmp_path: Path, sensitive: bool) -> None:
    with FolderState.open(tmp_path, "1", case_sensitive=sensitive) as folder:
        folder.insert_many("Item", [{"Id": "85049A"}])
        if sensitive:
            folder.insert_many("Item", [{"Id": "85049a"}])
            assert len(folder.rows("Item", {"Id": "85049a"})) == 1
        else:
            with pytest.raises(sqlite3.IntegrityError):
                folder.insert_many("Item", [{"Id": "85049a"}])
            assert folder.rows("Item", {"Id": "85049a"})[0]["Id"] == "85049A"


def test_update_moves_the_modification_date_only_when_asked(tmp_path: Path) -> None:
    with FolderState.open(tmp_path, "1") as folder:
        folder.insert_many("Item", [{"Id": "A", "VatId": VAT_FR_20, "sysModifiedDate": "2026-01-01T00:00:00"}])
        folder.update("Item", "A", {"Caption": "x"}, touch=False)
        assert folder.rows("Item")[0]["sysModifiedDate"] == "2026-01-01T00:00:00"
        folder.update("Item", "A", {"Caption": "y"})
        assert folder.rows("Item")[0]["sysModifiedDate"] > "2026-01-01T00:00:00"
        assert folder.delete("Item", "A") == 1
        assert folder.count("Item") == 0


def test_custom_fields_are_added_once(tmp_path: Path) -> None:
    with FolderState.open(tmp_path, "1", atoo_key=False) as folder:
        for _ in range(2):
            folder.add_custom_field("item", "xx_Couleur", length=20)
        folder.insert_many("Item", [{"Id": "A", "xx_Couleur": "bleu"}])
        with pytest.raises(FolderError):
            folder.add_custom_field("Item", "Couleur")
        assert "xx_AtooKey" not in folder.table("Customer").by_name
    with FolderState.open(tmp_path, "1") as folder:
        assert folder.rows("Item")[0]["xx_Couleur"] == "bleu"


def test_folder_id_must_be_numeric(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        FolderState.open(tmp_path, "../x")


def test_day_quota_begins_anew_at_midnight_in_paris() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE quota (key TEXT, day TEXT, calls INTEGER, PRIMARY KEY (key, day))")
    moment = datetime(2026, 7, 1, 21, 59, tzinfo=UTC)
    quota = Quota(connection, Settings(speed=0, calls_per_day=5), now=lambda: moment.astimezone(PARIS))
    quota.take("k")
    assert quota.used_today("k") == 1
    moment = datetime(2026, 7, 1, 22, 0, tzinfo=UTC)
    assert quota.used_today("k") == 0


@given(st.decimals(min_value="-1000000", max_value="1000000", places=6, allow_nan=False))
def test_stored_numbers_are_exact(number: Decimal) -> None:
    assert from_millionths(to_millionths(number)) == number


@given(st.lists(st.tuples(rates, amounts), min_size=1, max_size=30), st.booleans())
def test_totals_are_the_sums_of_their_rates(lines: list[tuple[Decimal, Decimal]], inclusive: bool) -> None:
    totals = document_totals([("v", *line) for line in lines], None, CENTS, tax_inclusive=inclusive)
    assert totals.included == totals.excluded + totals.vat == sum(each.excluded + each.vat for each in totals.rates)
    basis = totals.included if inclusive else totals.excluded
    assert basis == sum(amount for _, amount in lines)
    assert {each.rate for each in totals.rates} == {rate for rate, _ in lines}


@given(amounts, st.decimals(min_value=0, max_value=100, places=2, allow_nan=False))
def test_percentage_of_a_price_and_its_rest_are_the_price(price: Decimal, rate: Decimal) -> None:
    assert net_unit(price, rate, Decimal(0)) + price * rate / 100 == price
