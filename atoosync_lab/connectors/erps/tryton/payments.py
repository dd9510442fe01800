"""Settlements as lines of bank statements: a batch is created, validated and posted, which pays invoices.

What is paid before there is an invoice, and what is paid above its amount, stays on the customer's account.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.tryton import facts as read_facts
from atoosync_lab.connectors.erps.tryton import values
from atoosync_lab.connectors.erps.tryton import writes_facts as facts
from atoosync_lab.connectors.erps.tryton.batches import Refusals, divide, in_parts
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.lookups import TrytonLookups
from atoosync_lab.connectors.erps.tryton.questions import Questions
from atoosync_lab.connectors.erps.tryton.values import Row, text
from atoosync_lab.model.documents import DocumentKind, Settlement
from atoosync_lab.model.errors import OutcomeUnknownError, RefusedError
from atoosync_lab.model.keys import whole_number
from atoosync_lab.model.money import ZERO

SettlementRow = tuple[Settlement, Token, str, str, DocumentKind]
"""Settlement, its token, customer code, document number, kind of the document."""

_OF_INVOICES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal of statements."""

    id: int
    currency: str
    validation: str
    balance: Decimal
    """At the end of its last statement, where it is checked by it."""


@dataclass(slots=True)
class Account:
    """Where a settlement goes: a customer's account, and the invoice it pays."""

    party: int
    account: int
    invoice: int = 0
    """0: none yet, or it is paid."""
    due: Decimal = ZERO
    """What is left to pay of the invoice; negative for a credit note."""


@dataclass(frozen=True, slots=True)
class Job:
    """A settlement with its place."""

    settlement: Settlement
    token: Token
    kind: DocumentKind
    place: Account

    @property
    def amount(self) -> Decimal:
        """What comes in; paid back when negative."""
        return -self.settlement.amount if self.kind is DocumentKind.CREDIT_NOTE else self.settlement.amount


def statement_values(journal: Journal, jobs: Sequence[Job], company: int) -> dict[str, Any]:
    """A statement of some settlements, with what its journal checks it by."""
    lines: list[dict[str, Any]] = []
    due = {id(job.place): job.place.due for job in jobs}
    for job in jobs:
        paid, rest = _split(job.amount, due[id(job.place)])
        due[id(job.place)] -= paid
        base = {
            "number": job.token.token,
            "description": job.token.reference,
            "date": job.settlement.date,
            "party": job.place.party,
            "account": job.place.account,
        }
        if paid:
            lines.append({**base, "amount": paid, "related_to": f"{facts.INVOICE},{job.place.invoice}"})
        if rest:
            lines.append({**base, "amount": rest})
    total = sum((job.amount for job in jobs), ZERO)
    day = max((job.settlement.date for job in jobs), default=dt.date.min)
    record: dict[str, Any] = {
        "name": f"{facts.STATEMENT_NAME} {day.isoformat()}",
        "journal": journal.id,
        "company": company,
        "date": day,
        "lines": [["create", lines]],
    }
    match journal.validation:
        case facts.VALIDATION_BALANCE:
            record |= {"start_balance": journal.balance, "end_balance": journal.balance + total}
        case facts.VALIDATION_AMOUNT:
            record["total_amount"] = total
        case facts.VALIDATION_COUNT:
            # The server counts the lines of one number, day and party as one.
            record["number_of_lines"] = len(jobs)
    return record


def _split(amount: Decimal, due: Decimal) -> tuple[Decimal, Decimal]:
    """What of an amount pays an invoice, and what goes beyond it; an amount of the other sign pays none."""
    if not due or (amount < 0) != (due < 0):
        return ZERO, amount
    paid = max(amount, due) if due < 0 else min(amount, due)
    return paid, amount - paid


class TrytonPayments:
    """Writes settlements.

    Args:
        client: the API.
        lookups: finds those that are there.
        questions: answers what the server asks.
    """

    def __init__(self, client: TrytonClient, lookups: TrytonLookups, questions: Questions) -> None:
        self._client = client
        self._questions = questions
        self._lookups = lookups

    def submit(self, settlements: Sequence[SettlementRow], refusals: Refusals) -> None:
        """Write settlements; those of an unfinished statement are gone on with.

        Raises:
            As `TrytonClient.call`.
        """
        done = self._settle([row[1] for row in settlements], refusals)
        new = [row for row in settlements if row[1].token not in done and row[1].key not in refusals]
        if not new:
            return
        journals = self._journals({row[0].payment_means for row in new})
        places = self._places(new, refusals)
        by_journal: dict[str, list[Job]] = {}
        for settlement, token, _, _, kind in new:
            journal = journals.get(settlement.payment_means)
            if token.key in refusals:
                continue
            if journal is None:
                refusals.say(token.key, "tryton.no_journal", means=settlement.payment_means)
            elif settlement.currency and journal.currency != settlement.currency.upper():
                refusals.say(
                    token.key, "tryton.journal_currency", currency=settlement.currency, journal=journal.currency
                )
            elif settlement.amount:
                job = Job(settlement, token, kind, places[token.key])
                by_journal.setdefault(settlement.payment_means, []).append(job)
            else:
                refusals.say(token.key, "tryton.nothing_paid")
        for means, jobs in by_journal.items():
            self._write(journals[means], jobs, refusals)

    def _settle(self, tokens: Sequence[Token], refusals: Refusals) -> set[str]:
        """Tokens whose statement is posted, after unfinished statements of ours were posted or taken away."""
        rows = self._lookups.statement_lines(tokens)
        states = {int(row["statement"]): text(row, "statement.state") for row in rows}
        validated = sorted(number for number, state in states.items() if state == "validated")
        if validated:
            self._client.act(f"{facts.STATEMENT}.post", validated)
        drafts = sorted(number for number, state in states.items() if state == "draft")
        kept = self._not_ours(drafts)
        gone = [number for number in drafts if number not in kept]
        if gone:
            # Nothing was entered yet: what a sending left behind is written anew, with what it holds now.
            self._client.act(f"{facts.STATEMENT}.delete", gone)
        keys = {token.token: token.key for token in tokens}
        for row in rows:
            if int(row["statement"]) in kept:
                refusals.say(keys[text(row, "number")], "tryton.statement_changed", name=text(row, "statement.name"))
        return {text(row, "number") for row in rows if int(row["statement"]) not in gone}

    def _not_ours(self, statements: Sequence[int]) -> set[int]:
        """Drafts into which a person has written something."""
        if not statements:
            return set()
        rows = self._client.find(facts.STATEMENT_LINE, [["statement", "in", list(statements)]], ("number", "statement"))
        return {int(row["statement"]) for row in rows if not facts.TOKEN.match(text(row, "number"))}

    def _journals(self, means: set[str]) -> dict[str, Journal]:
        ids = sorted({number for text_ in means if (number := whole_number(text_))})
        if not ids:
            return {}
        rows = self._client.find(facts.STATEMENT_JOURNAL, [["id", "in", ids]], ("currency.code", "validation"))
        return {
            str(row["id"]): Journal(
                int(row["id"]),
                text(row, "currency.code").upper(),
                text(row, "validation"),
                self._balance(int(row["id"])) if text(row, "validation") == facts.VALIDATION_BALANCE else ZERO,
            )
            for row in rows
        }

    def _balance(self, journal: int) -> Decimal:
        """Balance at the end of a journal's last statement, with which the next one begins."""
        domain = [["journal", "=", journal], ["state", "in", ["validated", facts.STATEMENT_POSTED]]]
        order = [["date", "DESC"], ["id", "DESC"]]
        rows = self._client.ask(f"{facts.STATEMENT}.search_read", domain, 0, 1, order, ["end_balance"])
        return (values.number(rows[0], "end_balance") if rows else None) or ZERO

    def _places(self, rows: Sequence[SettlementRow], refusals: Refusals) -> dict[str, Account]:
        """Where each settlement goes, by key; several of one invoice share its place."""
        found: dict[str, Account] = {}
        invoices = self._invoices({row[3] for row in rows if row[4] in _OF_INVOICES})
        accounts: dict[str, Account] = {}
        codes = {row[2] for row in rows if row[4] not in _OF_INVOICES}
        if codes:
            accounts = self._accounts(codes)
        for _, token, customer, number, kind in rows:
            if kind in _OF_INVOICES:
                place = _invoice_of(invoices.get(number, ()), customer, kind)
                if place is None:
                    refusals.say(token.key, "tryton.no_invoice", number=number, customer=customer)
                    continue
                found[token.key] = place
            elif customer in accounts:
                found[token.key] = accounts[customer]
            else:
                refusals.say(token.key, "tryton.no_customer", customer=customer)
        return found

    def _invoices(self, numbers: set[str]) -> dict[str, list[tuple[str, Decimal, Account]]]:
        """Posted invoices by number, the latest first: with customer code, total and place."""
        fields = ("number", "state", "party", "party.code", "account", "amount_to_pay", "total_amount")
        found: dict[str, list[tuple[str, Decimal, Account]]] = {}
        wanted = sorted(numbers)
        for start in range(0, len(wanted), facts.TOKENS_A_CALL):
            domain: list[Any] = [
                ["number", "in", wanted[start : start + facts.TOKENS_A_CALL]],
                ["type", "=", "out"],
                ["state", "in", list(facts.INVOICE_POSTED)],
            ]
            for row in self._client.find(facts.INVOICE, domain, fields):
                due = values.number(row, "amount_to_pay") or ZERO
                place = Account(int(row["party"]), int(row["account"]), int(row["id"]), due)
                total = values.number(row, "total_amount") or ZERO
                found.setdefault(text(row, "number"), []).insert(0, (text(row, "party.code"), total, place))
        return found

    def _accounts(self, codes: set[str]) -> dict[str, Account]:
        """Receivable accounts of customers: their own, else the company's."""
        settings = self._client.ask("account.configuration.read", [1], ["default_account_receivable"])
        usual = settings[0].get("default_account_receivable") if settings else None
        found: dict[str, Account] = {}
        wanted = sorted(codes)
        for start in range(0, len(wanted), facts.TOKENS_A_CALL):
            domain = [["code", "in", wanted[start : start + facts.TOKENS_A_CALL]]]
            names = ("code", "account_receivable")
            rows: Sequence[Row] = self._client.find(read_facts.PARTY, domain, names, context=read_facts.INACTIVE_TOO)
            for row in rows:
                account = row.get("account_receivable") or usual
                if isinstance(account, int):
                    found[text(row, "code")] = Account(int(row["id"]), account)
        return found

    def _write(self, journal: Journal, jobs: Sequence[Job], refusals: Refusals) -> None:
        balance = journal.balance

        def write(part: list[Job]) -> None:
            nonlocal balance
            now = Journal(journal.id, journal.currency, journal.validation, balance)
            ids = self._client.create(facts.STATEMENT, [statement_values(now, part, self._client.company)])
            for action, undo in (("validate_statement", ()), ("post", ("cancel",))):
                try:
                    self._questions.run(f"{facts.STATEMENT}.{action}", ids)
                except RefusedError:
                    for step in (*undo, "delete"):
                        self._client.act(f"{facts.STATEMENT}.{step}", ids)
                    raise
            balance += sum((job.amount for job in part), ZERO)
            for job in part:
                job.place.due -= _split(job.amount, job.place.due)[0]

        def left(part: list[Job]) -> list[Job]:
            done = self._settle([job.token for job in part], refusals)
            return [job for job in part if job.token.token not in done]

        def refuse(job: Job, error: RefusedError | OutcomeUnknownError) -> None:
            refusals.add(job.token.key, error)

        for part in in_parts(jobs, facts.RECORDS_A_CALL):
            divide(part, write, left, refuse)


def _invoice_of(
    candidates: Sequence[tuple[str, Decimal, Account]], customer: str, kind: DocumentKind
) -> Account | None:
    """The invoice meant by a number, which may come again each year: the customer's, of the kind's sign, the latest."""
    negative = kind is DocumentKind.CREDIT_NOTE
    fitting = [(code, place) for code, total, place in candidates if (total < 0) == negative or not total]
    own = [place for code, place in fitting if code == customer]
    found = own or [place for _, place in fitting]
    return found[0] if found else None
