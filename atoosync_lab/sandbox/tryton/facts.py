"""Facts and choices of the Tryton sandbox in one place.

Sources: trytond 8.2.1 and its modules 8.2 as installed from PyPI (their `tryton.cfg`, XML data and views), and what a
running server of that series answered. Choices of ours say so.
"""

from __future__ import annotations

from typing import Literal, get_args

Variant = Literal["demo", "retail", "sample"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
MODULES = (
    "account_deposit",
    "account_fr",
    "account_invoice",
    "account_payment",
    "account_product",
    "account_statement",
    "carrier",
    "party_siret",
    "product_attribute",
    "product_image",
    "product_measurements",
    "sale",
    "sale_advance_payment",
    "sale_discount",
    "sale_payment",
    "sale_price_list",
    "sale_shipment_cost",
    "stock",
)
"""Modules that are activated, with what they depend on. Ours: what a company that sells goods uses."""
DATABASE = "atoosync"
"""Name of the database of every server; its file is `<name>.sqlite`."""
LOGIN = "admin"
PASSWORD = "essai-tryton"
"""Of a database of this machine that holds invented data only."""
EMAIL = "administration@exemple.test"
LANGUAGE = "fr"
CHART = ("account_fr", "root")
"""Module and name of the template of the French chart of accounts."""
RECEIVABLE, PAYABLE = "4111", "4011"
REVENUE, EXPENSE, SERVICES, CARRIAGE = "7071", "6071", "706", "7085"
"""Accounts of the chart that accept lines: 707 and 607 are headings of others. 7085 has no type in the chart as it
comes, and a line on an account without type is refused: the sandbox gives it the type of 706."""
BANK, CHEQUES, CASH, VAT_DUE = "5121", "5112", "5311", "44571"
CACHE_TIMEOUT = 1_000_000_000
"""Seconds after which the server compares its caches with those of other processes. With SQLite it does so on the
connection of whatever call comes next, which then keeps half of what it wrote when it is refused: never, since there is
one process. (`trytond/cache.py`, `trytond/backend/sqlite`; found by running.)"""
