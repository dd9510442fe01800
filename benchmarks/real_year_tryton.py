"""One month of the real year, imported from the PrestaShop sandbox into a real Tryton server through the product.

Sales become posted invoices, cancellations free-standing credit notes, as in `real_year`: the
order that a cancellation stands on exists for it alone and is not imported. Judged by the server's own database, trial
balance and FEC, never by the connector. What each account must hold is computed from the file.

It takes hours: `ATOOSYNC_BENCH_FOLDER` names a folder to keep, with which a measurement that was broken off goes on.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from atoosync_lab.cli.demo_steps import give_credentials, without
from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.erps.tryton.writes_facts import TOKEN_IN_REFERENCE
from atoosync_lab.runs import refreshing
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.data.online_retail import retail_file
from atoosync_lab.sandbox.data.retail_source import ADJUSTMENT, CANCELLATION, CORRECTION, SALE, RetailSource
from atoosync_lab.sandbox.data.shop_data import shop_data
from atoosync_lab.sandbox.data.tryton_retail import retail_in_tryton
from atoosync_lab.sandbox.tryton import facts, template
from atoosync_lab.sandbox.tryton.accounting import fec, trial_balance
from atoosync_lab.sandbox.tryton.server import LOG_FILE, TrytonServer, free_port
from atoosync_lab.settings import Profile
from atoosync_lab.store.ledger import State
from benchmarks import _kept
from benchmarks.real_year import FLOWS, run_flow

MONTH, YEAR = "2011-11", "2011"
CENT = Decimal("0.01")
SHOP = "prestashop"
DIFFERENCE = "ZECART"
"""Article of lines that hold what the shop's rounding charged more or less."""
_LINES = """
SELECT s.reference, l.quantity, l.unit_price, p.code, i.id AS invoice
FROM sale_sale s JOIN sale_line l ON l.sale = s.id JOIN product_product p ON p.id = l.product
LEFT JOIN account_invoice_line il ON il.origin = 'sale.line,' || l.id
LEFT JOIN account_invoice i ON i.id = il.invoice
WHERE s.reference LIKE '%]' AND s.state <> 'cancelled' ORDER BY s.id, l.sequence, l.id
"""
_INVOICES = "SELECT id, state, reference, untaxed_amount_cache, tax_amount_cache FROM account_invoice"

Run = Callable[[Path, str, str], dict[str, Any]]


def run(folder: Path) -> Mapping[str, object]:
    """The month, whole; `ATOOSYNC_DOCUMENTS=200` takes its first 200 documents."""
    limit = os.environ.get("ATOOSYNC_DOCUMENTS")
    folder = _kept.folder_of(folder)
    with RetailSource(retail_file(), int(limit) if limit else None, month=MONTH) as source:
        return measure(folder, source)


def measure(
    folder: Path, source: RetailSource, flow: Run = run_flow, variant: facts.Variant = "retail"
) -> Mapping[str, object]:
    """Load, import twice, verify.

    Args:
        folder: an empty folder, or one in which this was broken off.
        source: the documents, of one month.
        flow: runs a flow of a profile in a home; its result as `atoosync run --json` prints it.
        variant: company of the server.
    """
    home, data = folder / "home", shop_data(SHOP)
    states = {name: home / "sandbox" / name for name in (SHOP, "tryton")}
    if not _kept.read(folder):
        # The profile names the servers by their addresses: a later attempt finds them there again.
        ports = free_port(), free_port()
        data.fill_retail(states[SHOP], source, None)
        _kept.write(folder, {"port_shop": ports[0], "port_erp": ports[1]})
    noted = _kept.read(folder)
    # What was on its way when this was broken off waits for one run more: the server may still have been at it.
    passes = 2 if "seconds" in noted else 1
    with (
        servers.start(servers.kind_of(SHOP), states[SHOP], int(noted["port_shop"]), speed=0, args=data.args) as shop,
        template.start(states["tryton"], variant, int(noted["port_erp"]), queued=True) as erp,
        Workspace.open(home) as workspace,
    ):
        profile = _profile(workspace, retail_in_tryton(data.retail_settings(shop.url, erp.url, speed=0.0), erp))
        shop.reset_calls()
        counters = {"calls_shop": lambda: sum(shop.calls().values()), "calls_erp": lambda: _requests(erp)}
        with _kept.counting(folder, counters):
            first = [flow(home, profile.id, name) for name in FLOWS * passes]
        second = [flow(home, profile.id, name) for name in FLOWS]
        tokens = {
            row.token: (name, row.key)
            for name in FLOWS
            for row in workspace.ledger.open_rows(profile.id, [name], [State.DONE])
        }
        found = read_books(erp, tokens)
        began = time.monotonic()
        with erp.rpc() as rpc:
            balance, entries = trial_balance(rpc, YEAR), fec(rpc, YEAR)
        reports = time.monotonic() - began
    noted = _kept.read(folder)
    return _figures(source, found, balance, entries, second) | {
        "calls_shop": int(noted["calls_shop"]),
        "calls_erp": int(noted["calls_erp"]),
        "seconds": round(noted["seconds"], 1),
        "seconds_reports": round(reports, 1),
        "peak_mib": max(int(result.get("mib", 0)) for result in first),
    }


def _profile(workspace: Workspace, document: Mapping[str, Any]) -> Profile:
    """The profile of the month, made at the first attempt."""
    profile = Profile.model_validate(without(document, plugins.erp("tryton").ignores))
    if profile.id not in {known.id for known in workspace.profiles.list()}:
        workspace.profiles.create(profile, who="bench")
        give_credentials(workspace, profile)
        refreshing.refresh(workspace, profile.id, who="bench")
    return profile


def _requests(erp: TrytonServer) -> int:
    """Requests that the server has answered, by its own log."""
    return (erp.state / LOG_FILE).read_text(encoding="utf-8", errors="replace").count('"POST /')


@dataclass(slots=True)
class Books:
    """What the server's database holds of documents of ours, by flow and number of the shop's record."""

    net: dict[tuple[str, str], Decimal]
    """Of posted invoices and credit notes, without tax and without what the shop's rounding charged."""
    vat: dict[tuple[str, str], Decimal]
    lines: dict[tuple[str, str], list[Decimal]]
    """Amounts of the lines of goods, in order."""
    differences: list[Decimal]
    """Amounts of lines that hold what the shop's rounding charged more or less."""
    doubled: int
    """Documents beyond the first of a record."""


def read_books(erp: TrytonServer, tokens: Mapping[str, tuple[str, str]]) -> Books:
    """Read the database itself, not through the product.

    Args:
        erp: the server.
        tokens: flow and key of each record that was imported, by the token that its document carries.
    """
    books = Books({}, {}, defaultdict(list), [], 0)
    with closing(sqlite3.connect(f"file:{erp.sqlite_path}?mode=ro", uri=True)) as database:
        key_of: dict[int, tuple[str, str]] = {}
        for number, state, reference, net, vat in database.execute(_INVOICES):
            key = tokens.get(_token(reference))
            if key is None or state not in ("posted", "paid"):
                continue
            books.doubled += key in books.net
            key_of[number] = key
            books.net[key] = books.net.get(key, Decimal(0)) + _decimal(net)
            books.vat[key] = books.vat.get(key, Decimal(0)) + _decimal(vat)
        for reference, quantity, price, code, invoice in database.execute(_LINES):
            key = key_of.get(invoice) if invoice else tokens.get(_token(reference))
            if key is None:
                continue
            # The server rounds each line by itself, half to even.
            amount = (Decimal(str(quantity)) * _decimal(price)).quantize(CENT, ROUND_HALF_EVEN)
            if code == DIFFERENCE:
                books.differences.append(amount)
                books.net[key] -= amount
            else:
                books.lines[key].append(amount)
    return books


def _token(reference: str | None) -> str:
    found = TOKEN_IN_REFERENCE.search(reference or "")
    return found[1] if found else ""


def _decimal(value: bytes | None) -> Decimal:
    """The server keeps exact amounts as bytes that spell them."""
    return Decimal((value or b"0").decode())


@dataclass(slots=True)
class Wanted:
    """What the file says, by flow and number; credit notes are negative."""

    lines: dict[tuple[str, str], list[tuple[Decimal, Decimal]]]
    """Exact amount and price of each line."""
    accounts: dict[str, Decimal]
    """Debit less credit of each account after all documents and their payments."""


def wanted(source: RetailSource) -> Wanted:
    """Sales and cancellations as documents with VAT on their sum, sales paid by wire, by account."""
    goods = {code.code for code in source.codes() if code.goods}
    lines: dict[tuple[str, str], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    accounts: dict[str, Decimal] = defaultdict(Decimal)
    taxed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    gross: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for chunk in source.lines():
        for _, number, kind, code, _, pieces, price, _, _, _, carries in chunk:
            key = ("orders" if kind == SALE else "credit-notes", str(number))
            exact = Decimal(pieces) * Decimal(price) * (1 if kind == SALE else -1)
            amount = exact.quantize(CENT, ROUND_HALF_EVEN)
            lines[key].append((exact, Decimal(price)))
            accounts[facts.REVENUE if code in goods else facts.SERVICES] -= amount
            gross[key] += amount
            taxed[key] += exact if carries else 0
    for key, base in taxed.items():
        vat = (base / 5).quantize(CENT, ROUND_HALF_EVEN)
        accounts[facts.VAT_DUE] -= vat
        accounts[facts.RECEIVABLE] += gross[key] + vat
        if key[0] == "orders":
            accounts[facts.RECEIVABLE] -= gross[key] + vat
            accounts[facts.BANK] += gross[key] + vat
    return Wanted(lines, {code: amount for code, amount in accounts.items() if amount})


def _figures(
    source: RetailSource,
    found: Books,
    balance: Mapping[str, Decimal],
    entries: Collection[Mapping[str, str]],
    second: Collection[Mapping[str, Any]],
) -> dict[str, object]:
    sales, slips, should = source.figures(SALE), source.figures(CANCELLATION), wanted(source)
    differing, amount, unexplained = 0, Decimal(0), 0
    for key, expected in should.lines.items():
        actual = found.lines.get(key, [])
        for place, (exact, price) in enumerate(expected):
            written = actual[place] if place < len(actual) else Decimal(0)
            if written != exact:
                differing += 1
                amount += exact - written
                # A price of two decimals must come through unchanged: anything else is not explained.
                unexplained += price == price.quantize(CENT)
        unexplained += max(len(actual) - len(expected), 0)
    of = {flow: [net for (name, _), net in found.net.items() if name == flow] for flow in FLOWS}
    return {
        "orders": len(of["orders"]),
        "credit_notes": len(of["credit-notes"]),
        "lines": sum(len(lines) for (name, _), lines in found.lines.items() if name == "orders"),
        "documents_missing": len(set(should.lines) - set(found.net)),
        "documents_doubled": found.doubled,
        "left_out": {
            "accounting_adjustments": source.figures(ADJUSTMENT).documents,
            "stock_corrections": source.figures(CORRECTION).documents,
        },
        "orders_excl_tax_source": str(sales.amount),
        "orders_excl_tax_erp": str(sum(of["orders"], Decimal(0))),
        "credit_notes_excl_tax_source": str(slips.amount),
        "credit_notes_excl_tax_erp": str(sum(of["credit-notes"], Decimal(0))),
        "difference_lines": differing,
        "difference_total": str(amount),
        "unexplained": unexplained,
        "rounding_lines": len(found.differences),
        "rounding_total": str(sum(found.differences, Decimal(0))),
        "second_run_creations": sum(int(result["ok"]) for result in second),
        "trial_balance_equal": dict(balance) == should.accounts,
        "fec_equal": by_account(entries) == should.accounts,
    }


def by_account(entries: Collection[Mapping[str, str]]) -> dict[str, Decimal]:
    """Debit less credit by account, of the rows of a FEC."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in entries:
        found[row["CompteNum"]] += _number(row["Debit"]) - _number(row["Credit"])
    return {code: amount for code, amount in found.items() if amount}


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ".") or "0")
