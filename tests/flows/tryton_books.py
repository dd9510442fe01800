"""What a Tryton database holds of ours, read from its own file; a person acts there through a client of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from atoosync_lab.sandbox.tryton.rpc import Rpc, TrytonRpcError

CENT = Decimal("0.01")
_MOST_QUESTIONS = 5
_OUT_STEPS = ("wait", "assign_force", "pick", "pack", "do")


def money(value: Any) -> Decimal:
    """An amount as the file keeps it: a text of figures, or nothing."""
    text = value.decode() if isinstance(value, bytes) else str(value or 0)
    return Decimal(text).quantize(CENT)


@dataclass(frozen=True)
class Sale:
    """A sale with its invoices."""

    id: int
    number: str
    kind: str
    """First word of what it was sent to become."""
    incl_tax: Decimal
    invoices: tuple[Invoice, ...]
    shipped: bool


@dataclass(frozen=True)
class Invoice:
    """An invoice: what it is in, and what its entry says the customer owes."""

    number: str
    state: str
    owed: Decimal


@dataclass(frozen=True)
class Books:
    """One database.

    Attributes:
        path: its file.
    """

    path: Path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            yield connection

    def sales(self) -> dict[str, Sale]:
        """Sales of ours by the token at the end of their reference."""
        with self._open() as db:
            rows = db.execute("SELECT * FROM sale_sale WHERE reference LIKE '%]'").fetchall()
            return {row["reference"][-15:-1]: self._sale(db, row) for row in rows}

    @staticmethod
    def _sale(db: sqlite3.Connection, row: sqlite3.Row) -> Sale:
        invoices = db.execute(
            "SELECT DISTINCT i.id, i.number, i.state, i.account, i.move FROM account_invoice i"
            " JOIN account_invoice_line l ON l.invoice = i.id JOIN sale_line s ON l.origin = 'sale.line,' || s.id"
            " WHERE s.sale = ? ORDER BY i.id",
            (row["id"],),
        ).fetchall()
        made = []
        for invoice in invoices:
            entry = "SELECT debit, credit FROM account_move_line WHERE move = ? AND account = ?"
            lines = db.execute(entry, (invoice["move"], invoice["account"])).fetchall()
            owed = sum((money(line["debit"]) - money(line["credit"]) for line in lines), Decimal(0))
            made.append(Invoice(invoice["number"] or "", invoice["state"], owed))
        kind = " ".join((row["description"] or "").split()[:-1])
        shipped = row["shipment_state"] in ("sent", "none")
        return Sale(row["id"], row["number"], kind, money(row["total_amount_cache"]), tuple(made), shipped)

    def paid(self) -> dict[str, Decimal]:
        """What came in, by token of the settlement."""
        with self._open() as db:
            rows = db.execute(
                "SELECT l.number, l.amount FROM account_statement_line l JOIN account_statement s ON s.id = l.statement"
                " WHERE s.state = 'posted'"
            ).fetchall()
        found: dict[str, Decimal] = {}
        for row in rows:
            found[row["number"]] = found.get(row["number"], Decimal(0)) + money(row["amount"])
        return found

    def trial(self) -> dict[str, Decimal]:
        """Balance of each account that has entries, by code: debit less credit."""
        with self._open() as db:
            rows = db.execute(
                "SELECT a.code, l.debit, l.credit FROM account_move_line l JOIN account_account a ON a.id = l.account"
            ).fetchall()
        found: dict[str, Decimal] = {}
        for row in rows:
            found[row["code"]] = found.get(row["code"], Decimal(0)) + money(row["debit"]) - money(row["credit"])
        return found

    def stock(self, warehouse: str) -> dict[str, Decimal]:
        """Pieces in a warehouse by code of the article."""
        with self._open() as db:
            rows = db.execute(
                "WITH RECURSIVE place(id) AS (SELECT id FROM stock_location WHERE code = ?"
                " UNION SELECT l.id FROM stock_location l JOIN place ON l.parent = place.id)"
                " SELECT p.code, m.internal_quantity, m.to_location IN place AS came, m.from_location IN place AS went"
                " FROM stock_move m JOIN product_product p ON p.id = m.product WHERE m.state = 'done'",
                (warehouse,),
            ).fetchall()
        found: dict[str, Decimal] = {}
        for row in rows:
            pieces = Decimal(str(row["internal_quantity"])) * (row["came"] - row["went"])
            found[row["code"]] = found.get(row["code"], Decimal(0)) + pieces
        return found

    def goods(self) -> Mapping[str, dict[str, Decimal]]:
        """Pieces of goods on our sales, by token and code of the article; negative when they come back."""
        with self._open() as db:
            rows = db.execute(
                "SELECT s.reference, p.code, l.quantity FROM sale_line l JOIN sale_sale s ON s.id = l.sale"
                " JOIN product_product p ON p.id = l.product JOIN product_template t ON t.id = p.template"
                " WHERE s.reference LIKE '%]' AND t.type = 'goods'"
            ).fetchall()
        found: dict[str, dict[str, Decimal]] = {}
        for row in rows:
            pieces = found.setdefault(row["reference"][-15:-1], {})
            pieces[row["code"]] = pieces.get(row["code"], Decimal(0)) + Decimal(str(row["quantity"]))
        return found


def ship(rpc: Rpc, sale: int) -> None:
    """A person sends the goods of a sale."""
    [row] = rpc.read("sale.sale", [("id", "=", sale)], ["shipments"])
    for step in _OUT_STEPS:
        rpc.call(f"model.stock.shipment.out.{step}", row["shipments"])


def post_invoice(rpc: Rpc, sale: int) -> None:
    """A person posts the invoices of a sale, dated today, and says yes to what the server asks."""
    [row] = rpc.read("sale.sale", [("id", "=", sale)], ["invoices"])
    for _ in range(_MOST_QUESTIONS):
        try:
            rpc.call("model.account.invoice.post", row["invoices"])
        except TrytonRpcError as error:
            if error.kind != "UserWarning":
                raise
            name = error.details[0][0]
            rpc.create("res.user.warning", [{"user": rpc.user, "name": name, "always": False}])
        else:
            return
    raise AssertionError("the server asks on and on")
