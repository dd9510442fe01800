"""A real year of orders at 20 %: UCI "Online Retail" (Chen, Sain and Guo 2012, doi 10.1057/dbm.2012.17, CC BY 4.0)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import duckdb
import pytest

from atoosync_lab.orders import totals
from atoosync_lab.orders.build import build_document
from atoosync_lab.orders.bundle import OrderBundle
from atoosync_lab.orders.context import item_finder
from tests.orders.builders import ITEMS, D, built, bundle, context, line, settings

SALES = """
    SELECT InvoiceNo, StockCode, Quantity, CAST(UnitPrice AS DECIMAL(12, 6))
    FROM read_parquet(?) WHERE InvoiceNo LIKE '5%' AND Quantity > 0 ORDER BY InvoiceNo
"""
GROSS = D("1.2")
RULES = {"line": totals.shop_line, "item": totals.shop_item}


CODES = "SELECT DISTINCT StockCode FROM read_parquet(?)"


def year(path: Path, rounding: str) -> Iterator[OrderBundle]:
    """The sales as a shop that adds 20 % and rounds its own way would have charged them, one at a time."""
    for number, rows in groupby(duckdb.execute(SALES, [str(path)]).fetchall(), key=lambda row: row[0]):
        lines = [
            line(
                code, str(quantity), str(price), str(totals.round_price(price * GROSS, 6)), remote_id=str(n), position=n
            )
            for n, (_, code, quantity, price) in enumerate(rows)
        ]
        order = bundle(lines, "0", remote_id=number, rounding=rounding)
        total = RULES[rounding](order.order, order.lines)
        yield replace(order, order=replace(order.order, total_incl_tax=total))


def codes(path: Path) -> set[str]:
    return {code for (code,) in duckdb.execute(CODES, [str(path)]).fetchall()}


@pytest.mark.slow
@pytest.mark.spec("ORD-21", "ORD-02")
@pytest.mark.parametrize(("rounding", "greatest"), [("line", "0.69"), ("item", "323.98")])
def test_every_difference_of_a_real_year_is_explained_by_the_shops_rounding(shared, rounding, greatest):
    path = shared / "data" / "online-retail.parquet"
    profile, facts = settings({"difference_line": True}, header={"price_precision": 3}), context()
    facts = replace(facts, find_item=item_finder(codes(path) | set(ITEMS)))
    orders = lines = 0
    differing: list[Decimal] = []
    for order in year(path, rounding):
        orders, lines = orders + 1, lines + len(order.lines)
        made = built(build_document(order, profile, facts))
        assert made.document.difference == 0
        assert made.difference.unexplained == 0
        if made.difference.amount:
            differing.append(abs(made.difference.amount))
    assert (orders, lines) == (20725, 531282)
    assert max(differing) == D(greatest)
    if rounding == "line":
        assert len(differing) == 6077
