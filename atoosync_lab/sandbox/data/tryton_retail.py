"""The real year's profile in the ids of the Tryton company `retail`: documents become posted invoices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atoosync_lab.sandbox.data.retail_profile import VAT_UK_0, VAT_UK_20
from atoosync_lab.sandbox.tryton.retail import GUEST_CODE, TAXES
from atoosync_lab.sandbox.tryton.server import TrytonServer
from atoosync_lab.sandbox.tryton.trade import CARRIERS, MAIN

MEANS, TERMS = "Virement", "Comptant"
"""Journal of statements and payment term of every sale."""
_PERCENT: Mapping[str, str] = {VAT_UK_20: "20", VAT_UK_0: "0"}
"""Percent of each VAT of the first ERP's folder."""


def retail_in_tryton(document: Mapping[str, Any], server: TrytonServer) -> dict[str, Any]:
    """A profile of the real year that writes into a running Tryton server.

    Args:
        document: The profile as a shop's part gives it, in the ids of the first ERP's folder.
        server: The server, which is asked for its ids.
    """
    with server.rpc() as rpc:
        taxes = {vat: str(rpc.one("account.tax", [("name", "=", TAXES[rate])])) for vat, rate in _PERCENT.items()}
        warehouse = str(rpc.one("stock.location", [("code", "=", MAIN)]))
        means = str(rpc.one("account.statement.journal", [("name", "=", MEANS)]))
        terms = str(rpc.one("account.invoice.payment_term", [("name", "=", TERMS)]))
        carrier = str(rpc.one("carrier", [("party.name", "=", CARRIERS[0])]))
    articles, orders = document["articles"], document["orders"]
    maps = orders["maps"]
    rule = {"payment_terms": terms, "payment_means": means, "create_settlement": True}
    return {
        **document,
        "erp": {
            "system": "tryton",
            "api_url": server.url,
            "folder": server.database,
            "speed": document["erp"]["speed"],
            "settlements": "import",
        },
        "articles": {
            "products": {
                **articles["products"],
                "taxes": {taxes[vat]: group for vat, group in articles["products"]["taxes"].items()},
            },
            "stocks": {**articles["stocks"], "warehouses": [warehouse]},
        },
        "orders": {
            **orders,
            "header": {**orders["header"], "warehouse": warehouse},
            "maps": {
                **maps,
                "taxes": {key: taxes[vat] for key, vat in maps["taxes"].items()},
                "zero_tax": taxes[maps["zero_tax"]],
                "payments": dict.fromkeys(maps["payments"], rule),
                "default_carrier": carrier,
            },
            "articles": {**orders["articles"], "difference_vat": taxes[orders["articles"]["difference_vat"]]},
            "reading": {**orders["reading"], "guest_account": GUEST_CODE},
            "statuses": {status: {"kind": "invoice"} for status in orders["statuses"]},
        },
    }
