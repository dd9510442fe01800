"""Set up a company in a fresh database as a person would, over JSON-RPC: chart of accounts, years, means of payment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale

from atoosync_lab.sandbox.tryton import facts
from atoosync_lab.sandbox.tryton.rpc import Rpc

CENT = Decimal("0.01")
_FIRST_DAY = dt.date(2009, 1, 1)
"""Rates of exchange hold from here on: earlier than any document."""
_CURRENCIES = (
    ("EUR", "Euro", "€", "978", "1"),
    ("GBP", "Livre sterling", "£", "826", "0.85"),
    ("USD", "Dollar US", "$", "840", "1.10"),
    ("CHF", "Franc suisse", "CHF", "756", "0.95"),
)
_MEANS = (
    ("Carte bancaire", facts.BANK),
    ("Chèque", facts.CHEQUES),
    ("Virement", facts.BANK),
    ("Espèces", facts.CASH),
    ("PayPal", facts.BANK),
)
"""Means of payment of a customer, and the account that the money lands on."""
_TERMS: tuple[tuple[str, int, bool], ...] = (
    ("Comptant", 0, False),
    ("30 jours", 30, False),
    ("30 jours fin de mois", 30, True),
)
"""Terms of payment: name, days, at the end of a month."""


@dataclass(frozen=True)
class CompanyPlan:
    """What a company is set up with.

    Attributes:
        name: Its name.
        currency: ISO code of its currency.
        timezone: Its time zone.
        years: Calendar years to open.
    """

    name: str
    currency: str
    timezone: str
    years: Sequence[int]


@dataclass(frozen=True)
class Company:
    """Ids of a company that was set up.

    Attributes:
        id: The company.
        currencies: Currency by ISO code.
        countries: Country by ISO code.
        accounts: Account by code.
        terms: Payment term by name.
    """

    id: int
    currencies: Mapping[str, int]
    countries: Mapping[str, int]
    accounts: Mapping[str, int]
    terms: Mapping[str, int]


def set_up(rpc: Rpc, plan: CompanyPlan) -> Company:
    """Set a company up in a database that has none.

    Raises:
        TrytonRpcError: when the server refuses a step.
    """
    rpc.write("res.user", [rpc.user], {"language": rpc.one("ir.lang", [("code", "=", facts.LANGUAGE)])})
    rpc.refresh()
    currencies = _currencies(rpc, plan.currency)
    countries = _countries(rpc)
    company = _company(rpc, plan, currencies, countries)
    accounts = _chart(rpc, company)
    for year in plan.years:
        _fiscal_year(rpc, company, year)
    _money(rpc, company, currencies[plan.currency], accounts)
    return Company(company, currencies, countries, accounts, _terms(rpc))


def _countries(rpc: Rpc) -> dict[str, int]:
    """Every country and territory with a code of two letters: a shop sells to any of them."""
    named = Locale(facts.LANGUAGE).territories
    listed = sorted((code, name) for code, name in named.items() if len(code) == 2 and code.isalpha())
    made = rpc.create("country.country", [{"code": code, "name": name} for code, name in listed])
    return {code: key for (code, _), key in zip(listed, made, strict=True)}


def _currencies(rpc: Rpc, own: str) -> dict[str, int]:
    rows = [
        {
            "name": name, "code": code, "symbol": symbol, "numeric_code": numeric, "digits": 2, "rounding": CENT,
            # Rates are relative: only their proportions count, and the company's own currency states 1.
            "rates": [("create", [{"date": _FIRST_DAY, "rate": Decimal(1) if code == own else Decimal(rate)}])],
        }
        for code, name, symbol, numeric, rate in _CURRENCIES
    ]  # fmt: skip
    made = rpc.create("currency.currency", rows)
    return {row[0]: key for row, key in zip(_CURRENCIES, made, strict=True)}


def _company(rpc: Rpc, plan: CompanyPlan, currencies: Mapping[str, int], countries: Mapping[str, int]) -> int:
    home = "FR" if plan.currency == "EUR" else "GB"
    address = {"street": "1 rue du Four", "postal_code": "35000", "city": "Rennes", "country": countries[home]}
    [party] = rpc.create("party.party", [{"name": plan.name, "code": "SOCIETE", "addresses": [("create", [address])]}])
    values = {"party": party, "currency": currencies[plan.currency], "timezone": plan.timezone}
    with rpc.start_wizard("company.company.config") as wizard:
        wizard.press("start")
        wizard.press("company")
        wizard.press("add", values)
    rpc.refresh()
    return int(rpc.context["company"])


def _chart(rpc: Rpc, company: int) -> dict[str, int]:
    root = rpc.record_id(*facts.CHART)
    with rpc.start_wizard("account.create_chart") as wizard:
        wizard.press("account")
        wizard.press("create_account", {"company": company, "account_template": root})
        accounts = {row["code"]: row["id"] for row in rpc.read("account.account", [], ["code"]) if row["code"]}
        wizard.press(
            "create_properties",
            {
                "company": company,
                "account_receivable": accounts[facts.RECEIVABLE],
                "account_payable": accounts[facts.PAYABLE],
                "category_account_revenue": accounts[facts.REVENUE],
                "category_account_expense": accounts[facts.EXPENSE],
            },
        )
    [services] = rpc.read("account.account", [("id", "=", accounts[facts.SERVICES])], ["type"])
    rpc.write("account.account", [accounts[facts.CARRIAGE]], {"template_override": True, "type": services["type"]})
    return accounts


def _fiscal_year(rpc: Rpc, company: int, year: int) -> None:
    moves = rpc.record_id("account", "sequence_type_account_move")
    invoices = rpc.record_id("account_invoice", "sequence_type_account_invoice")
    rows = (
        (moves, "Écritures", ""),
        (invoices, "Factures", "F"),
        (invoices, "Avoirs", "A"),
        (invoices, "Achats", "S"),
    )
    move, invoice, credit, supplier = rpc.create(
        "ir.sequence.strict",
        [
            {
                "name": f"{name} {year}", "sequence_type": kind, "company": company, "prefix": f"{mark}{year}-",
                "padding": 5,
            }
            for kind, name, mark in rows
        ],
    )  # fmt: skip
    numbered = {
        "company": company, "out_invoice_sequence": invoice, "out_credit_note_sequence": credit,
        "in_invoice_sequence": supplier, "in_credit_note_sequence": supplier,
    }  # fmt: skip
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    [made] = rpc.create(
        "account.fiscalyear",
        [
            {
                "name": str(year), "company": company, "start_date": first, "end_date": last, "move_sequence": move,
                "invoice_sequences": [("create", [numbered])],
            }
        ],
    )  # fmt: skip
    rpc.call("model.account.fiscalyear.create_period", [made])
    # The French export leaves out one period of closing entries, and asks for it even when it is empty.
    closing = {
        "name": f"{year} clôture",
        "fiscalyear": made,
        "type": "adjustment",
        "start_date": last,
        "end_date": last,
    }
    rpc.create("account.period", [closing])


def _money(rpc: Rpc, company: int, currency: int, accounts: Mapping[str, int]) -> None:
    journals = {row["type"]: row["id"] for row in rpc.read("account.journal", [], ["type"])}
    rpc.create(
        "account.invoice.payment.method",
        [
            {
                "name": name, "company": company, "journal": journals["cash"], "credit_account": accounts[account],
                "debit_account": accounts[account],
            }
            for name, account in _MEANS
        ],
    )  # fmt: skip
    manual = {"company": company, "currency": currency, "process_method": "manual"}
    rpc.create("account.payment.journal", [{"name": name, **manual} for name, _ in _MEANS])
    statement = {"company": company, "currency": currency, "journal": journals["statement"], "validation": "amount"}
    # What is received is entered as a line of a statement: a journal for each means, and one for what the bank sends.
    listed = (("Banque principale", facts.BANK), *_MEANS)
    rpc.create(
        "account.statement.journal", [{"name": name, "account": accounts[code], **statement} for name, code in listed]
    )


def _terms(rpc: Rpc) -> dict[str, int]:
    rows = []
    for name, days, month_end in _TERMS:
        deltas = [{"days": days}] if days else []
        if month_end:
            deltas.append({"day": 31})
        line = {"type": "remainder", "relativedeltas": [("create", deltas)] if deltas else []}
        rows.append({"name": name, "lines": [("create", [line])]})
    made = rpc.create("account.invoice.payment_term", rows)
    return {row[0]: key for row, key in zip(_TERMS, made, strict=True)}
