"""The real year's company in Tryton: pounds, British VAT, every stock code a product, the guest account.

The file tells no stock: what is sold is no stored goods, so that nothing is shipped, and goods by its account alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from atoosync_lab.sandbox.data.retail_source import Code, RetailSource
from atoosync_lab.sandbox.tryton import company as companies
from atoosync_lab.sandbox.tryton import trade as trades
from atoosync_lab.sandbox.tryton.company import CompanyPlan
from atoosync_lab.sandbox.tryton.goods import Item, Sheet, create_products
from atoosync_lab.sandbox.tryton.rpc import Rpc

PLAN = CompanyPlan("Online Retail", "GBP", "Europe/London", (2010, 2011))
TAXES = {"20": "UK VAT 20 %", "0": "UK VAT 0 %"}
"""Taxes of sale by percent; sales outside the United Kingdom carry none."""
GUEST_CODE = "GUEST"
"""Party for buyers without a number."""
SPECIALS = {"ZDIVERS": "20", "ZECART": "0", "ZEMBAL": "20", "ZPORT": "20", "ZREMISE": "20"}
"""Articles of lines that are no goods, with their percent of VAT."""
SAMPLE = (
    "573751", "573891", "573895", "574270", "574428", "575498", "C573755", "C574078", "C577330", "C577779",
)  # fmt: skip
"""Documents of few lines: sales and cancellations, at home and abroad, of known buyers and of guests."""
_FILE = "online-retail.parquet"


def source_file() -> Path:
    """Where the recorded year lies: in `ATOOSYNC_SHARED`, else in `../shared`.

    Raises:
        FileNotFoundError: when it is not there.
    """
    path = Path(os.environ.get("ATOOSYNC_SHARED", "../shared")) / "data" / _FILE
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: name the folder of the recordings (ATOOSYNC_SHARED)")
    return path


def fill(rpc: Rpc, *, sample: bool = False) -> None:
    """Set the company up in a fresh database.

    Args:
        rpc: the server.
        sample: only the stock codes of `SAMPLE`, so that it is built in a fraction of the time.

    Raises:
        FileNotFoundError: when the recorded year is not there.
    """
    with RetailSource(source_file(), numbers=SAMPLE) as source:
        codes = source.codes_used() if sample else source.codes()
    company = companies.set_up(rpc, PLAN)
    taxes = trades.own_taxes(rpc, company, TAXES)
    trade = trades.set_up(rpc, company, taxes, taxes)
    accounting = {rate: trade.accounting[trades.GOODS, rate] for rate in TAXES}
    services = {rate: trade.accounting[trades.SERVICES, rate] for rate in TAXES}
    create_products(rpc, list(_sheets(codes, accounting["20"], services)))
    guest: dict[str, Any] = {"code": GUEST_CODE, "name": "Guests of the web shop", "addresses": [("create", [{}])]}
    rpc.create("party.party", [guest])


def _sheets(codes: Sequence[Code], goods: int, services: dict[str, int]) -> Iterator[Sheet]:
    for code in codes:
        yield Sheet(
            name=code.name or code.code,
            service=True,
            accounting=goods if code.goods else services["20"],
            items=[Item(suffix=code.code, price=code.price)],
        )
    for text, rate in SPECIALS.items():
        name = f"Special article {text}"
        yield Sheet(name=name, service=True, accounting=services[rate], items=[Item(suffix=text, price=Decimal(0))])
