"""Tryton: see `base.Erp`. One real server is kept for all cases; its database is put back under it."""

from __future__ import annotations

import configparser
import os
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from atoosync_lab.connectors.erps.tryton import writes_facts
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.sandbox.data.erp_data import erp_data
from atoosync_lab.sandbox.tryton import facts, template
from atoosync_lab.sandbox.tryton.rpc import Rpc, TrytonRpcError
from atoosync_lab.sandbox.tryton.server import (
    HOST,
    LOG_FILE,
    TrytonServer,
    answers,
    database_file,
    launch,
    server_env,
    write_config,
)
from tests.crash.forks import Forks
from tests.crash.shops import Fact

_PATIENCE = 60.0
_NEVER = 10**9
_QUIET = 2
"""Threads of a server that works on no request; each request has one more."""
_SALES = """
SELECT s.id, s.reference, s.description, s.state, p.code,
    (SELECT count(*) FROM sale_line l WHERE l.sale = s.id) AS lines,
    s.untaxed_amount_cache AS net, s.total_amount_cache AS gross
FROM sale_sale s JOIN party_party p ON p.id = s.party WHERE s.reference LIKE '%]'
"""
_INVOICES = """
SELECT DISTINCT i.id, l.sale, i.state, i.type, i.untaxed_amount_cache AS net, i.total_amount_cache AS gross
FROM account_invoice i JOIN account_invoice_line il ON il.invoice = i.id
JOIN sale_line l ON il.origin = 'sale.line,' || l.id
"""
_MOVES = """
SELECT l.sale, m.state, sum(m.quantity) AS quantity
FROM stock_move m JOIN sale_line l ON m.origin = 'sale.line,' || l.id GROUP BY 1, 2
"""
_SETTLEMENTS = """
SELECT l.number, t.id, t.state, p.code, group_concat(DISTINCT coalesce(l.related_to, '')) AS paid, l.amount
FROM account_statement_line l JOIN account_statement t ON t.id = l.statement LEFT JOIN party_party p ON p.id = l.party
WHERE t.state <> 'cancelled' AND t.name LIKE ? || '%' GROUP BY l.id
"""
_FORGOTTEN = {
    f"party.party.{name}.values"
    for name in ("account", "lang", "location", "payment_direct_debit", "payment_term", "sale_method",
                 "sale_price_list")
}  # fmt: skip
"""Of what the server remembers beside the database, all that an import changes (`ir_cache` tells): values of customers.
Whatever makes a customer makes it forget them."""
_BALANCE = """
SELECT a.code, l.debit, l.credit
FROM account_move_line l JOIN account_move m ON m.id = l.move JOIN account_account a ON a.id = l.account
"""


@contextmanager
def opened(state: Path) -> Iterator[sqlite3.Connection]:
    """The database itself, to read from, not through the product."""
    with closing(sqlite3.connect(f"file:{database_file(state)}?mode=ro", uri=True, timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


class Tryton:
    """See `base.Erp`."""

    system = "tryton"
    speed = 360.0
    settles = writes_facts.SETTLE_SECONDS / speed
    """What was sent and is not complete then is gone on with. Cases wait for the end of requests before (`idle`)."""
    lasting = True

    def __init__(self) -> None:
        self._pid = 0
        self._rpc: Rpc | None = None

    def serve(self, forks: Forks, state: Path, port: int) -> Callable[[], None]:
        """See `base.Erp`."""
        place = template.build("demo").place
        config = write_config(state, port)
        given = configparser.ConfigParser(interpolation=None)
        given.read(config, encoding="utf-8")
        # The session that forgets (`put_back`) is kept with the database: it must not be over by then.
        given.read_dict({"cache": {"clean_timeout": _NEVER}, "session": {"timeout": _NEVER, "max_age": _NEVER}})
        with config.open("w", encoding="utf-8") as file:
            given.write(file)
        command = launch(place, "trytond", "--config", str(config), "--database", facts.DATABASE)
        with (state / LOG_FILE).open("ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=server_env())
        deadline = time.monotonic() + _PATIENCE
        while not answers(f"http://{HOST}:{port}"):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RuntimeError(f"Tryton does not start: {(state / LOG_FILE).read_text(errors='replace')[-800:]}")
            time.sleep(0.05)
        self._pid = process.pid
        self._rpc = Rpc(f"http://{HOST}:{port}", facts.DATABASE, facts.LOGIN, facts.PASSWORD)
        return partial(_end, process)

    def settings(self, document: Mapping[str, Any], state: Path, port: int) -> dict[str, Any]:
        """See `base.Erp`."""
        return erp_data(self.system).demo_settings(document, TrytonServer(state, port, self._pid))

    def keep(self, state: Path, kept: Path) -> None:
        """See `base.Erp`."""
        kept.mkdir(parents=True, exist_ok=True)
        with (
            closing(sqlite3.connect(database_file(state), timeout=30)) as live,
            closing(sqlite3.connect(database_file(kept))) as copy,
        ):
            live.backup(copy)

    def put_back(self, kept: Path, state: Path) -> None:
        """See `base.Erp`. What the server remembers of customers is out of date then: it forgets with the next one."""
        assert self._rpc is not None
        self._rpc.call("model.party.party.delete", self._rpc.create("party.party", [{"name": "?"}]))
        with (
            closing(sqlite3.connect(database_file(kept))) as copy,
            closing(sqlite3.connect(database_file(state), timeout=30)) as live,
        ):
            changed = {name for name, _ in _remembered(live) - _remembered(copy)}
            assert changed <= _FORGOTTEN, f"the server remembers more of the time between: {changed - _FORGOTTEN}"
            copy.backup(live)

    def trim(self, state: Path, wanted: Collection[str]) -> set[str]:
        """See `base.Erp`; all are left: reading them is one call."""
        with opened(state) as erp:
            return {row["code"] for row in erp.execute("SELECT code FROM product_product WHERE code <> ''")}

    def idle(self, state: Path) -> None:
        """See `base.Erp`: each request has a thread of its own, which goes on when its client has died."""
        deadline = time.monotonic() + _PATIENCE
        while _threads(self._pid) > _QUIET:
            if time.monotonic() > deadline:
                raise TimeoutError("Tryton does not come to the end of its requests")
            time.sleep(0.01)

    def holds(self, state: Path) -> Iterable[Fact]:
        """See `base.Erp`. Numbers count for nothing: what is sent after a kill comes in another order."""
        with opened(state) as erp:
            tokens: dict[int, str] = {}
            for row in erp.execute(_SALES):
                tokens[row["id"]] = token = _token(row["reference"])
                kind = str(row["description"]).partition(f" {writes_facts.KIND_MARK}")[0]
                values = (row["code"], row["lines"], _cents(row["net"]), _cents(row["gross"]))
                yield ("document", token, kind, row["state"], *values)
            for row in erp.execute(_INVOICES):
                token = tokens.get(row["sale"], "?")
                yield ("invoice", token, row["state"], row["type"], _cents(row["net"]), _cents(row["gross"]))
            for row in erp.execute(_MOVES):
                yield ("goods", tokens.get(row["sale"], "?"), row["state"], row["quantity"])
            yield from _settlements(erp)
            addresses = Counter(row["code"] for row in erp.execute(
                "SELECT p.code FROM party_address a JOIN party_party p ON p.id = a.party"
            ))  # fmt: skip
            for row in erp.execute("SELECT code, name FROM party_party"):
                yield ("customer", row["code"], row["name"], addresses[row["code"]])
            balances: Counter[str] = Counter()
            for row in erp.execute(_BALANCE):
                balances[row["code"]] += _cents(row["debit"]) - _cents(row["credit"])
            yield from (("balance", code, cents) for code, cents in balances.items() if cents)

    def tokens(self, state: Path) -> set[str]:
        """See `base.Erp`; customers are known by their code."""
        with opened(state) as erp:
            sales = {_token(row["reference"]) for row in erp.execute(_SALES)}
            codes = {row["code"] for row in erp.execute("SELECT code FROM party_party")}
            return sales | codes | {fact[1] for fact in _settlements(erp)}

    def number_of(self, state: Path, token: str) -> str:
        """See `base.Erp`."""
        with opened(state) as erp:
            sale = erp.execute("SELECT number FROM sale_sale WHERE reference LIKE ?", (f"%[{token}]",)).fetchone()
        return str(sale["number"]) if sale else ""

    def transform(self, state: Path, numbers: Collection[str], kind: DocumentKind) -> None:
        """See `base.Erp`: the goods of the orders leave, and where invoices are wanted those are posted."""
        port = int((state / "trytond.conf").read_text(encoding="utf-8").partition(f"{HOST}:")[2].split()[0])
        with Rpc(f"http://{HOST}:{port}", facts.DATABASE, facts.LOGIN, facts.PASSWORD) as rpc:
            sales = rpc.read("sale.sale", [("number", "in", sorted(numbers))], ["invoices", "shipments"])
            if kind is DocumentKind.INVOICE:
                invoices = [invoice for sale in sales for invoice in sale["invoices"]]
                _confirmed(rpc, "model.account.invoice.post", invoices)
            else:
                for action in ("wait", "assign_force", "pick", "pack", "do"):
                    shipments = [shipment for sale in sales for shipment in sale["shipments"]]
                    rpc.call(f"model.stock.shipment.out.{action}", shipments)


def _confirmed(rpc: Rpc, method: str, ids: Sequence[int]) -> None:
    """Press a button, with yes to each question."""
    while True:
        try:
            rpc.call(method, list(ids))
            return
        except TrytonRpcError as error:
            if error.kind != "UserWarning":
                raise
            name = error.details[0][0]
            rpc.create("res.user.warning", [{"name": name, "user": rpc.user, "always": False}])


def _settlements(erp: sqlite3.Connection) -> Iterator[Fact]:
    """One for each token and statement: what is paid beyond an invoice stands on a line of its own."""
    amounts: Counter[tuple[str, ...]] = Counter()
    for row in erp.execute(_SETTLEMENTS, (writes_facts.STATEMENT_NAME,)):
        amounts[row["number"], str(row["id"]), row["state"], row["code"] or ""] += _cents(row["amount"])
    for (token, _, state, party), cents in amounts.items():
        yield ("settlement", token, state, party, cents)


def _remembered(database: sqlite3.Connection) -> set[tuple[str, str]]:
    """Names of the caches that have been emptied by a change, and when."""
    return set(database.execute("SELECT name, timestamp FROM ir_cache"))


def _token(reference: str) -> str:
    found = writes_facts.TOKEN_IN_REFERENCE.search(reference)
    return found[1] if found else "?"


def _cents(amount: bytes | None) -> int:
    """The server keeps exact amounts as bytes that spell them."""
    return int(Decimal((amount or b"0").decode()).scaleb(2))


def _threads(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
