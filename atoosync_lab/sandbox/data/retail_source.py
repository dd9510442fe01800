"""Read the real year of a web shop: its documents, sorted into what they are, and their lines.

Source: UCI "Online Retail" (Chen, Sain and Guo 2012, doi 10.1057/dbm.2012.17, CC BY 4.0), read where the file lies.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

CHUNK = 20_000
"""Lines in memory at once."""
HOME = "United Kingdom"
SALE, CANCELLATION, CORRECTION, ADJUSTMENT = "sale", "cancellation", "correction", "adjustment"
CREDIT = "UCI Online Retail, Chen, Sain and Guo 2012, doi 10.1057/dbm.2012.17, CC BY 4.0"

_DOCUMENTS = """
CREATE TEMP TABLE document AS
SELECT InvoiceNo AS number, min(n) AS place, count(*) AS lines, arg_min(InvoiceDate, n) AS moment,
    any_value(CustomerID) AS customer, any_value(Country) AS country,
    sum(Quantity * UnitPrice)::DECIMAL(18, 3) AS total,
    CASE WHEN InvoiceNo LIKE 'C%' THEN 'cancellation' WHEN InvoiceNo LIKE 'A%' THEN 'adjustment'
         WHEN max(Quantity) < 0 THEN 'correction' ELSE 'sale' END AS kind
FROM line GROUP BY InvoiceNo
"""
# Rows that become order lines, numbered in the order of the file; a cancellation shows what came back.
_LINES = f"""
SELECT row_number() OVER (ORDER BY l.n) AS id, regexp_replace(d.number, '^C', '')::INTEGER AS document, d.kind,
    l.StockCode AS code, trim(coalesce(l.Description, '')) AS name, abs(l.Quantity) AS quantity,
    l.UnitPrice::DECIMAL(18, 6)::VARCHAR AS price,
    (l.UnitPrice * factor)::DECIMAL(18, 6)::VARCHAR AS price_incl,
    (abs(l.Quantity) * l.UnitPrice)::DECIMAL(18, 6)::VARCHAR AS amount,
    (abs(l.Quantity) * l.UnitPrice * factor)::DECIMAL(18, 6)::VARCHAR AS amount_incl,
    factor > 1 AS taxed
FROM line l JOIN (
    SELECT *, CASE WHEN country = '{HOME}' THEN 1.2 ELSE 1.0 END::DECIMAL(2, 1) AS factor FROM document
    WHERE kind IN ('sale', 'cancellation')
) d ON d.number = l.InvoiceNo
ORDER BY l.n
"""
_HEADERS = f"""
SELECT regexp_replace(number, '^C', '')::INTEGER AS id, number, kind, strftime(moment, '%Y-%m-%d %H:%M:%S') AS moment,
    customer, country, lines, round(abs(total), 2)::DECIMAL(18, 6) AS total,
    round(abs(total) * CASE WHEN country = '{HOME}' THEN 1.2 ELSE 1.0 END::DECIMAL(2, 1), 2)::DECIMAL(18, 6)
FROM document WHERE kind IN ('sale', 'cancellation') ORDER BY place
"""
# The name and the price that most sales state; codes in the order of their first line.
_CODES = """
SELECT StockCode AS code,
    coalesce(mode(trim(Description)) FILTER (InvoiceNo LIKE '5%' AND Quantity > 0 AND Description IS NOT NULL),
             mode(trim(Description)) FILTER (Description IS NOT NULL), StockCode) AS name,
    coalesce(mode(UnitPrice) FILTER (InvoiceNo LIKE '5%' AND Quantity > 0 AND UnitPrice > 0), 0)::DECIMAL(18, 6)
FROM line GROUP BY StockCode ORDER BY min(n)
"""


@dataclass(frozen=True)
class Figures:
    """Control figures of one part of the file."""

    documents: int
    lines: int
    amount: Decimal
    """Sum of quantity x unit price, in pounds."""


@dataclass(frozen=True)
class Code:
    """A stock code, with the name and the net price that it is most often sold under."""

    code: str
    name: str
    price: Decimal

    @property
    def goods(self) -> bool:
        """Something that lies on a shelf, not postage, a fee, a voucher or a manual entry."""
        return self.code[:5].isdigit() or self.code == "PADS" or self.code.startswith("DCGS")


class RetailSource:
    """The file, opened; use as a context manager.

    Args:
        path: The parquet file.
        limit: Documents to read, from the first one of the file; None reads all.
        month: Month to read, as `2011-11`; None reads all. A document belongs to the month of its first line.
        numbers: Documents to read, whatever their month; None reads all.

    Raises:
        FileNotFoundError: when there is no such file.
    """

    def __init__(
        self, path: Path, limit: int | None = None, *, month: str | None = None, numbers: Collection[str] | None = None
    ) -> None:
        if not path.is_file():
            raise FileNotFoundError(f"no such file: {path}")
        self._con = duckdb.connect(":memory:", config={"memory_limit": "1GB", "threads": 2})
        self._con.execute(
            "CREATE TEMP TABLE line AS SELECT * EXCLUDE file_row_number, file_row_number AS n"
            " FROM read_parquet(?, file_row_number = true)",
            [str(path)],
        )
        self._con.execute(_DOCUMENTS)
        if month is not None:
            self._con.execute("DELETE FROM document WHERE strftime(moment, '%Y-%m') <> ?", [month])
        if numbers is not None:
            self._con.execute("DELETE FROM document WHERE NOT list_contains(?, number)", [sorted(numbers)])
        if limit is not None:
            self._con.execute(
                "DELETE FROM document WHERE place NOT IN (SELECT place FROM document ORDER BY place LIMIT ?)", [limit]
            )

    def __enter__(self) -> RetailSource:
        return self

    def __exit__(self, *error: object) -> None:
        self._con.close()

    def figures(self, kind: str) -> Figures:
        """Control figures of the documents of one kind."""
        row = self._con.execute(
            "SELECT count(*), coalesce(sum(lines), 0), coalesce(sum(total), 0) FROM document WHERE kind = ?", [kind]
        ).fetchone()
        documents, lines, amount = row or (0, 0, Decimal(0))
        return Figures(int(documents), int(lines), Decimal(amount))

    def numbers(self, kind: str) -> list[str]:
        """Numbers of the documents of one kind, in the order of the file."""
        sql = "SELECT number FROM document WHERE kind = ? ORDER BY place"
        return [row[0] for row in self._con.execute(sql, [kind]).fetchall()]

    def codes(self) -> list[Code]:
        """Every stock code of the whole file, whatever the limit."""
        return [Code(*row) for row in self._con.execute(_CODES).fetchall()]

    def codes_used(self) -> list[Code]:
        """Stock codes of the documents that are read."""
        sql = "SELECT DISTINCT StockCode FROM line JOIN document ON InvoiceNo = number"
        used = {row[0] for row in self._con.execute(sql).fetchall()}
        return [code for code in self.codes() if code.code in used]

    def parties(self) -> list[tuple[str | None, str]]:
        """Customer id (None: guest) and country of every buyer of the whole file, each pair once."""
        sql = "SELECT CustomerID, Country FROM line GROUP BY ALL ORDER BY CustomerID NULLS FIRST, min(n)"
        return self._con.execute(sql).fetchall()

    def headers(self) -> list[tuple[Any, ...]]:
        """Sales and cancellations: id, number, kind, time, customer, country, lines, total without and with tax."""
        return self._con.execute(_HEADERS).fetchall()

    def lines(self) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Lines of sales and cancellations in the order of the file, a few thousand at a time.

        Each: line number, document id, kind, code, name, pieces, unit price without and with tax, amount without and
        with tax (texts of six decimals), whether taxed.
        """
        cursor = self._con.execute(_LINES)
        while rows := cursor.fetchmany(CHUNK):
            yield rows
