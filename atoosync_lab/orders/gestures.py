"""Money paid back without goods: a credit note over the VAT of what was sold (ORD-33)."""

from __future__ import annotations

from decimal import Decimal

from atoosync_lab.model.documents import DocumentLine, LineRole
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.money import HUNDRED, ZERO, split_by_weight
from atoosync_lab.orders.bundle import OrderBundle, SlipBundle
from atoosync_lab.orders.lines import LineMaker
from atoosync_lab.orders.taxes import Vat
from atoosync_lab.orders.totals import round_cents


def gesture(maker: LineMaker, money: SlipBundle, order: OrderBundle | None) -> list[DocumentLine]:
    """Lines of a slip that states an amount and no goods, one a VAT, in proportion to what was sold at each.

    A price cut after the sale lowers the tax as well as the price, and which goods it was for is not told. Empty for
    any other slip, and where the order is not known: then no VAT is.

    Args:
        maker: makes lines; a VAT or an article that is missing holds the slip.
        money: the slip in the document's currency.
        order: its order, likewise.
    """
    amount = round_cents(money.slip.products_incl_tax)
    if money.lines or not amount or order is None:
        return []
    sold: dict[Vat, Decimal] = {}
    for line in order.lines:
        vat = maker.taxes.of_line(line)
        if vat is not None:
            sold[vat] = sold.get(vat, ZERO) + max(line.total_incl_tax, ZERO)
    item = maker.special(maker.settings.articles.misc, "misc") if sold else ""
    if not item:
        return []
    inclusive = maker.settings.options.tax_inclusive
    return [
        DocumentLine(
            role=LineRole.MISC,
            item=item,
            label=translate("orders.slip_line_label", {"slip": money.slip.remote_id}),
            quantity=Decimal(1),
            unit_price=share if inclusive else round_cents(share / (1 + vat.rate / HUNDRED)),
            vat_id=vat.id,
            vat_rate=vat.rate,
        )
        for vat, share in zip(sold, split_by_weight(amount, list(sold.values())), strict=True)
        if share
    ]
