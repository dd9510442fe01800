"""Prices in the shop's own terms: with tax or without, few decimals, variants with prices of their own (ART-03)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.planning.context import PriceTerms
from atoosync_lab.planning.prices import price_sql
from atoosync_lab.snapshots import duck
from tests.captures import erp_item, shop_product
from tests.planning.test_catalogue import make, profile, rows

WITH_TAX = PriceTerms(incl_tax=True, decimals=2, impact=False, vat={"TVA20": Decimal(20), "TVA55": Decimal("5.5")})


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    con = duck.connect()
    yield con
    con.close()


def with_tax(identity: str, reference: str, price: str | None, **values: object) -> object:
    gross = None if price is None else Decimal(price)
    return shop_product(identity, reference, price_excl_tax=None, price_incl_tax=gross, **values)


@pytest.mark.spec("ART-03", "ART-50")
def test_a_shop_that_keeps_prices_with_tax_is_compared_in_its_terms(tmp_path: Path) -> None:
    """9.99 net is 11.988, which such a shop keeps as 11.99: read back as net it would differ for ever."""
    erp = [erp_item("KEPT", price_excl_tax=Decimal("9.99")), erp_item("MOVED", price_excl_tax=Decimal("10.01"))]
    shop = [with_tax("1", "KEPT", "11.99", unit_id="71"), with_tax("2", "MOVED", "12.00", unit_id="72")]
    plan = make(tmp_path, erp, shop, profile(), "prices", price_terms=WITH_TAX)
    (row,) = plan.rows(payload=True)
    assert row.changes == (("price_incl_tax", "12.000000", "12.010000"),)
    assert json.loads(row.payload) == {"kind": "product", "parent_id": "", "unit_id": "72",
                                       "price_incl_tax": "12.010000"}  # fmt: skip


@pytest.mark.spec("ART-03", "ART-50")
@pytest.mark.pitfall("PB-28")
def test_variants_with_prices_of_their_own_leave_their_product_without_one(tmp_path: Path) -> None:
    erp = [
        erp_item("TS", price_excl_tax=Decimal(10)),
        erp_item("TS-RED", price_excl_tax=Decimal("12.50"), tax_id="TVA55"),
    ]
    shop = [with_tax("1", "TS", None), with_tax("5", "TS-RED", "13.00", kind="variant", parent_id="1")]
    found = rows(make(tmp_path, erp, shop, profile(), "prices", price_terms=WITH_TAX))
    assert found["TS"] == ("skip", "price.kept_by_variants", {})
    assert found["TS-RED"][2] == {"price_incl_tax": ("13.000000", "13.190000")}
    sheets = rows(make(tmp_path / "b", erp, shop, profile(update={"name": False}), price_terms=WITH_TAX))
    assert "price_incl_tax" not in sheets.get("TS", ("", "", {}))[2]
    assert sheets["TS-RED"][2]["price_incl_tax"] == ("13.000000", "13.190000")


@pytest.mark.spec("ART-03")
def test_a_vat_code_without_rate_makes_no_price_with_tax(tmp_path: Path) -> None:
    erp = [erp_item("A", tax_id="OLD"), erp_item("B", price_excl_tax=None)]
    shop = [with_tax("1", "A", "12.00"), with_tax("2", "B", "12.00")]
    found = rows(make(tmp_path, erp, shop, profile(), "prices", price_terms=WITH_TAX))
    assert {k: r[:2] for k, r in found.items()} == {"A": ("skip", "price.no_rate"), "B": ("skip", "price.missing")}
    settings = profile(products={"taxes": {"OLD": "1", "TVA20": "1"}})
    sheets = rows(make(tmp_path / "b", erp[:1], shop[:1], settings, price_terms=WITH_TAX))
    assert sheets["A"][:2] == ("block", "price.no_rate")


@pytest.mark.spec("ART-50")
@given(
    st.decimals(min_value=0, max_value=99999, places=6),
    st.sampled_from(["0", "2.1", "5.5", "10", "20"]),
    st.integers(0, 6),
    st.integers(0, 6),
)
def test_price_with_tax_is_rounded_once_half_up(
    database: duckdb.DuckDBPyConnection, net: Decimal, rate: str, precision: int, decimals: int
) -> None:
    terms = PriceTerms(incl_tax=True, decimals=decimals, impact=False)
    ((found,),) = database.execute(
        f"SELECT {price_sql(terms, precision)} FROM (SELECT $1::DECIMAL(18,6) AS price_excl_tax) i,"
        " (SELECT $2::DECIMAL(9,6) AS percent) vr",
        [str(net), rate],
    ).fetchall()
    exact = net * (100 + Decimal(rate)) / 100
    assert found == exact.quantize(Decimal(1).scaleb(-min(precision, decimals)), ROUND_HALF_UP)
