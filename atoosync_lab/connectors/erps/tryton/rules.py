"""How a database computes documents: what is fixed in Tryton, and what its settings say."""

from __future__ import annotations

import json

from atoosync_lab.connectors.erps.tryton import facts
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.values import text
from atoosync_lab.model.documents import DocumentRules, Rounding, TaxOn


def document_rules(client: TrytonClient) -> DocumentRules:
    """Read the rules of a database; two calls.

    Raises:
        ConnectionFailedError, RetryError: the database cannot be read.
    """
    rows = client.find("account.configuration", [], ["tax_rounding"], order=())
    by_line = bool(rows) and text(rows[0], "tax_rounding") == "line"
    return DocumentRules(
        rounding=Rounding.HALF_EVEN,
        tax_on=TaxOn.LINE if by_line else TaxOn.UNROUNDED,
        tax_inclusive=False,
        footer_shipping=False,
        price_decimals=_price_decimals(client),
        net_prices=True,
        max_vat_rates=None,
        texts=facts.TEXTS,
    )


def _price_decimals(client: TrytonClient) -> int:
    """Decimals of a sale's unit price: a setting of the server, which refuses more. [LIVE]"""
    digits = client.fields("sale.line").get("unit_price", {}).get("digits")
    try:
        listed = json.loads(digits) if isinstance(digits, str) else digits
        decimals = int(listed[1]) if isinstance(listed, list) else facts.PRICE_DECIMALS
    except (TypeError, ValueError, LookupError):
        return facts.PRICE_DECIMALS
    return min(max(decimals, 0), facts.MAX_PRICE_DECIMALS)
