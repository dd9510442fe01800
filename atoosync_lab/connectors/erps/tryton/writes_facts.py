"""Every name, limit and rule of what this connector writes into Tryton, with its source.

Sources: [LIVE] executed on a real server 8.2 in November 2026; [SRC] source of trytond and its modules 8.2. Assumptions
that nobody has executed carry a number (TR..).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from atoosync_lab.model.documents import DocumentKind, TextLimits

# --- Models ----------------------------------------------------------------------------------------------------------

SALE = "sale.sale"
SALE_LINE = "sale.line"
INVOICE = "account.invoice"
SHIPMENT = "stock.shipment.out"
RETURN = "stock.shipment.out.return"
ADDRESS = "party.address"
IDENTIFIER = "party.identifier"
SUBDIVISION = "country.subdivision"
SUBDIVISION_TYPES = "party.address.subdivision_type"
STATEMENT = "account.statement"
STATEMENT_LINE = "account.statement.line"
STATEMENT_JOURNAL = "account.statement.journal"
WARNING = "res.user.warning"

# --- How much one call may hold --------------------------------------------------------------------------------------

LINES_A_CALL = 250
"""Lines of the documents of one call: posting takes about 0.07 s a line and validating 0.03, three times that on a busy
machine, and a call is one transaction that others wait for. A document of 700 lines passes, alone. [LIVE]"""
DOCUMENTS_A_CALL = 20
"""Documents of one call; `create` of some 50 nested records meets the server's limit of recursion. [LIVE]"""
RECORDS_A_CALL = 40
"""Customers, addresses or settlements of one call."""
TOKENS_A_CALL = 100
"""Values of one `in`."""
SETTLE_SECONDS = 120.0
"""Longer than a `create` can still run on the server after its client has gone: 700 lines take 4 s, three times that
on a busy machine, and it may wait for its turn. Every later step works on a record that is there, and its state tells
whether it was done: only a `create` could make something twice. [LIVE]"""
SUBMISSIONS_KEPT = 100
"""Reports of this process that are kept to be asked for."""

# --- Identity --------------------------------------------------------------------------------------------------------

REFERENCE_LENGTH = 100
"""Characters of a reference with its token; `reference` is a text without a limit of its own. [SRC: sale/sale.py]"""
TOKEN_LENGTH = 14
TOKEN_IN_REFERENCE = re.compile(rf"(?:^| )\[([0-9A-HJKMNP-TV-Z]{{{TOKEN_LENGTH}}})\]$")
TOKEN = re.compile(rf"^[0-9A-HJKMNP-TV-Z]{{{TOKEN_LENGTH}}}$")

KIND_WORDS: Mapping[DocumentKind, str] = {
    DocumentKind.QUOTE: "Devis",
    DocumentKind.ORDER: "Commande",
    DocumentKind.DELIVERY_NOTE: "Bon de livraison",
    DocumentKind.INVOICE: "Facture",
    DocumentKind.CREDIT_NOTE: "Avoir",
}
"""First words of a sale's `description`: what the sale was sent to become. A sale passes through the states of all
kinds before its own, and its reference holds no room for the kind: only this tells a quotation that is one from an
invoice whose sending broke off. A person may change the text; then the state alone counts."""
KIND_MARK = "Atoo-Sync"
"""After the kind word: tells our description from one that a person wrote."""

# --- States ----------------------------------------------------------------------------------------------------------

CANCELLED = "cancelled"
SALE_RUNNING = ("processing", "done")
"""States after a sale was processed: its invoice and its shipment exist. [SRC: sale/sale.py]"""
INVOICE_DRAFT = ("draft",)
INVOICE_OPEN = (*INVOICE_DRAFT, "validated")
INVOICE_POSTED = ("posted", "paid")
SEQUENCE_TYPES: Mapping[DocumentKind, str] = {
    DocumentKind.INVOICE: "invoice",
    DocumentKind.CREDIT_NOTE: "credit_note",
}
"""Which of the two sequences of a fiscal year numbers an invoice: `sequence_type_cache`. Posting refuses an invoice
that is dated before another one of its sequence. [SRC: account_invoice/invoice.py set_number][LIVE]"""
SHIPMENT_OVER = ("done", CANCELLED)
SHIPMENT_STEPS = (
    ("draft", "wait"),
    ("waiting", "assign_try"),
    ("waiting", "assign_force"),
    ("assigned", "pick"),
    ("picked", "pack"),
    ("packed", "do"),
)
"""State -> action, in the order of a customer's shipment. Goods of a web shop have been sold: what is not in stock is
forced, as a sales-management invoice does; `assign_try` goes first since it picks lots. [LIVE]"""
RETURN_STEPS = (("draft", "receive"), ("received", "do"))
"""The same of a return. [LIVE]"""
AFTER: Mapping[str, str] = {
    "wait": "waiting",
    "assign_force": "assigned",
    "pick": "picked",
    "pack": "packed",
    "receive": "received",
    "do": "done",
}
"""State after an action; `assign_try` may leave the state as it is. [LIVE]"""
NOT_IN_STATE = "UserError"
"""An action on a record of another state is refused as a whole ("You can not call"), never passed over. [LIVE]"""

# --- Warnings --------------------------------------------------------------------------------------------------------

ACCEPTED_WARNINGS: Mapping[str, str] = {
    "invoice_payment_term": "the invoice carries the shop's date, so that its due date may have passed",
    "invoice_taxes": "the taxes are those the shop charged, whatever the article's own are",
    "account.invoice eu_vat valid": "the number is the buyer's own; nobody has asked the register of numbers yet",
}
"""Questions of the server that are answered with yes, by the part of their name after the records' digest, with the
reason. Every other one (dates in the future, moves without origin, ...) is a refusal that a person reads. [SRC]"""
RECORD_WARNINGS: Mapping[str, str] = {"invoice_payment_term": INVOICE, "invoice_taxes": INVOICE}
"""Of these the name is made of one record: `md5("model,id").name`, so that those of a batch are confirmed at once.
[SRC: res/user.py Warning.format][LIVE]"""
WARNING_ROUNDS = 25
"""Most warnings of one call that are confirmed before it counts as refused."""

# --- Amounts ---------------------------------------------------------------------------------------------------------

PRICE_DECIMALS = 4
"""Decimals of a unit price when the server does not tell (`[product] price_decimal`); more are refused. [LIVE]"""
MOST_PRICE_DECIMALS = 6
"""Decimals of the pivot."""
TAX_ROUNDING_LINE = "line"
"""`account.configuration.tax_rounding`: `document` (usual) or `line`. [LIVE]

Proved on 400 random sales: every rounding is half to even; a line is `round(quantity * unit_price)`; the tax of a
document is rounded once per set of taxes and sign of the base, from amounts that are not rounded, or line by line."""
TEXTS = TextLimits(
    name=200,
    address=200,
    postcode=20,
    city=100,
    state=100,
    contact=100,
    phone=40,
    email=200,
    title=100,
    vat_number=30,
    number=50,
    reference=REFERENCE_LENGTH,
    label=4000,
)
"""Texts have no limit in Tryton; these keep printed documents readable."""

# --- Customers -------------------------------------------------------------------------------------------------------

SIREN_TYPE = "fr_siren"
SIRET_TYPE = "fr_siret"
VAT_TYPE = "eu_vat"
VAT_NUMBER = re.compile(r"^[A-Z]{2}[0-9A-Z+*]{2,13}$")
"""Shape of a VAT number with its country; the server checks the digits and refuses the party when they are wrong."""

# --- Settlements -----------------------------------------------------------------------------------------------------

STATEMENT_NAME = "Atoo-Sync"
"""First word of the statements that hold our settlements.

Settlements are lines of a bank statement of the chosen journal. The wizard that pays one invoice takes three calls
each; `account.payment` makes no entry without a clearing account; entries of one's own cannot be reconciled by a call.
Posting a statement makes the entries of a whole batch, reconciles them and turns invoices to `paid`; it takes partial
payments and refunds. [LIVE]"""
STATEMENT_POSTED = "posted"
VALIDATION_BALANCE, VALIDATION_AMOUNT, VALIDATION_COUNT = "balance", "amount", "number_of_lines"

# --- Calls -----------------------------------------------------------------------------------------------------------

CALLS_BEFORE = 7
"""Of a submission of documents: tokens, parties, addresses (read, create), articles, and their pages."""
CALLS_OF_A_PART: Mapping[str, int] = {"document": 20, "customer": 2, "settlement": 3}
"""Of each part of a submission: a document is created, quoted, confirmed, processed, dated (what is numbered is
looked at first), validated, posted, sent."""
