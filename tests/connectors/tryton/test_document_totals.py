"""The planner's arithmetic against the server's, on random documents."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

import pytest

from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.connectors.erps.tryton.documents import Party, Place, sale_values
from atoosync_lab.model.documents import DocumentKind, DocumentLine, TaxOn
from atoosync_lab.orders import totals
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.server import TrytonServer
from tests.connectors.tryton import books
from tests.connectors.tryton.connecting import connect

DOCUMENTS = 60
TAXES = {"1": "20", "2": "20", "7": "5.5", "9": "2.1", "3": "10", "13": "0"}


@pytest.fixture(scope="module")
def rpc(tryton: TrytonServer) -> Iterator[Rpc]:
    with tryton.rpc() as rpc:
        yield rpc


def lines(chance: random.Random) -> list[DocumentLine]:
    """Lines whose amounts fall on half cents often, with discounts and what is taken off."""
    found = []
    for _ in range(chance.randint(1, 10)):
        vat = chance.choice(list(TAXES))
        price = Decimal(chance.randint(1, 99_999)) / chance.choice([100, 1000, 10_000])
        found.append(
            books.line(
                chance.choice([books.GOODS, books.MORE_GOODS, books.SHIPPING]),
                str(chance.choice([1, 1, 2, 3, 5, 7])),
                str(-price if chance.random() < 0.15 else price),
                vat,
                TAXES[vat],
                discount_percent=Decimal(chance.choice(["0", "0", "10", "33.3"])),
            )
        )
    return found


@pytest.mark.spec("ORD-02", "ORD-09")
@pytest.mark.pitfall("PB-01", "PB-13", "PB-14")
@pytest.mark.parametrize("mode", ["document", "line"])
def test_foreseen_totals_are_the_servers(tryton: TrytonServer, rpc: Rpc, mode: str) -> None:
    chance = random.Random(20261103)
    rpc.write("account.configuration", [1], {"tax_rounding": mode})
    try:
        erp: TrytonConnector = connect(tryton)
        assert erp.rules.tax_on is (TaxOn.LINE if mode == "line" else TaxOn.UNROUNDED)
        kinds = [DocumentKind.QUOTE, DocumentKind.CREDIT_NOTE]
        sent = books.with_tokens([books.document(erp, kinds[n % 2], lines(chance)) for n in range(DOCUMENTS)])
        place = Place(
            units={int(i): 1 for i in (books.GOODS, books.MORE_GOODS, books.SHIPPING)}, currencies={"": 1},
            price_decimals=erp.rules.price_decimals, warehouse=5,
        )  # fmt: skip
        address = rpc.read("party.address", [["party.code", "=", books.CUSTOMER]], ["party"])[0]
        party = Party(address["party"], "")
        rows = [sale_values(d, t, party, address["id"], address["id"], place) for d, t in sent]
        ids = [*erp._client.create("sale.sale", rows[:30]), *erp._client.create("sale.sale", rows[30:])]
        read = rpc.read("sale.sale", [["id", "in", ids]], ["untaxed_amount", "tax_amount", "total_amount"])
        erp.close()
    finally:
        rpc.write("account.configuration", [1], {"tax_rounding": "document"})
    differ = 0
    for (document, _), row in zip(sent, read, strict=True):
        sign = -1 if document.kind is DocumentKind.CREDIT_NOTE else 1
        seen = tuple(row[name] * sign for name in ("untaxed_amount", "tax_amount", "total_amount"))
        foreseen = document.totals
        assert seen == (foreseen.excl_tax, foreseen.vat, foreseen.incl_tax), document.lines
        differ += totals.document_totals(document.lines, None, False).incl_tax != foreseen.incl_tax
    assert differ, "the usual rules would do as well: these documents prove nothing"
