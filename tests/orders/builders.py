"""Orders and profiles for the tests, in PrestaShop's form, amounts as texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from atoosync_lab.model.sales import Address, Customer, Order, OrderDiscount, OrderLine, Payment
from atoosync_lab.orders.build import build_document
from atoosync_lab.orders.bundle import OrderBundle, Sibling
from atoosync_lab.orders.context import BuildContext, CustomerChoice, item_finder
from atoosync_lab.orders.reasons import Built, Held
from atoosync_lab.settings.orders import (
    CountryRule,
    MapSettings,
    OrderOptions,
    OrderSettings,
    PaymentRule,
    SpecialArticles,
    StatusRule,
)

D = Decimal
CREATED = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
VAT = {"V20": D(20), "V55": D("5.5"), "V0": D(0)}
ITEMS = ("A", "B", "C", "ZDIV", "ZECART", "ZEMBAL", "ZPORT", "ZREM", "ZREM55")
TAXES = {"TVA FR 20%|20": "V20", "TVA FR 5.5%|5.5": "V55"}
ARTICLES = SpecialArticles(misc="ZDIV", difference="ZECART", gift_wrap="ZEMBAL", shipping="ZPORT", discount="ZREM")
RULE = PaymentRule(payment_terms="CPT", payment_means="CB", treasury="BNP", create_settlement=True)
NAMES = {"20": "TVA FR 20%", "5.5": "TVA FR 5.5%", "0": ""}


def line(
    reference: str = "A",
    quantity: str = "1",
    excl: str = "10.00",
    incl: str = "12.00",
    rate: str | None = "20",
    **more: Any,
) -> OrderLine:
    """An order line; totals are quantity x unit unless given."""
    totals = {
        "total_excl_tax": D(more.pop("total_excl", D(quantity) * D(excl))),
        "total_incl_tax": D(more.pop("total_incl", D(quantity) * D(incl))),
    }
    fields: dict[str, Any] = {
        "remote_id": f"l-{reference}",
        "order_id": "187",
        "product_id": "1",
        "reference": reference,
        "label": f"Article {reference}",
        "quantity": D(quantity),
        "unit_price_excl_tax": D(excl),
        "unit_price_incl_tax": D(incl),
        "tax_name": NAMES.get(rate or "0", ""),
        "tax_rate": None if rate is None else D(rate),
        "tax_ids": ("1",) if rate not in (None, "0") else (),
        **totals,
    }
    return OrderLine(**{**fields, **more})


def address(**more: Any) -> Address:
    """A French address."""
    fields: dict[str, Any] = {
        "remote_id": "7",
        "last_name": "DOE",
        "first_name": "John",
        "address1": "1 rue de l'Essai",
        "postcode": "69001",
        "city": "Lyon",
        "country": "FR",
    }
    return Address(**{**fields, **more})


def bundle(
    lines: Sequence[OrderLine],
    total: str,
    *,
    total_excl: str | None = None,
    discounts: Sequence[OrderDiscount] = (),
    payments: Sequence[Payment] | None = None,
    siblings: Sequence[Sibling] = (),
    customer: Customer | None = None,
    invoicing: Address | None = None,
    delivery: Address | None = None,
    **order: Any,
) -> OrderBundle:
    """An order of these lines; amounts given as texts."""
    amounts = {
        k: D(v) if isinstance(v, str) and k.endswith(("_tax", "_rate", "_real")) else v for k, v in order.items()
    }
    fields: dict[str, Any] = {
        "remote_id": "187",
        "reference": "XKBKNABJK",
        "created_at": CREATED,
        "status_id": "2",
        "currency": "EUR",
        "customer_id": "12",
        "payment_module": "ps_wirepayment",
        "total_excl_tax": D(total_excl) if total_excl else sum((x.total_excl_tax for x in lines), D(0)),
        "total_incl_tax": D(total),
        "total_paid_real": D(total),
    }
    header = Order(**{**fields, **amounts})
    if payments is None:
        payments = (payment(total),) if D(total) else ()
    return OrderBundle(
        order=header,
        lines=tuple(lines),
        discounts=tuple(discounts),
        payments=tuple(payments),
        siblings=tuple(siblings),
        invoicing=invoicing or address(),
        delivery=delivery or address(),
        customer=customer or Customer(remote_id="12", email="john@example.org", last_name="DOE", first_name="John"),
    )


def payment(amount: str, remote_id: str = "31", **more: Any) -> Payment:
    """A payment of the order's reference."""
    fields: dict[str, Any] = {
        "remote_id": remote_id,
        "order_reference": "XKBKNABJK",
        "amount": D(amount),
        "currency": "EUR",
        "method": "Virement",
        "paid_at": CREATED,
    }
    return Payment(**{**fields, **more})


def settings(
    options: Mapping[str, Any] | None = None, maps: Mapping[str, Any] | None = None, **more: Any
) -> OrderSettings:
    """A profile that maps the French taxes and one payment method."""
    fields: dict[str, Any] = {
        "maps": MapSettings(
            **{
                "taxes": TAXES,
                "zero_tax": "V0",
                "payments": {"ps_wirepayment|EUR": RULE},
                "default_country": CountryRule(with_tax="T", without_tax="T"),
                "default_carrier": "S",
                **(maps or {}),
            }
        ),
        "articles": ARTICLES,
        "options": OrderOptions(**(options or {})),
        "statuses": {"2": StatusRule()},
    }
    return OrderSettings(**{**fields, **more})


def context(**more: Any) -> BuildContext:
    """A folder with the test articles and three VATs."""
    fields: dict[str, Any] = {
        "today": date(2026, 11, 25),
        "timezone": ZoneInfo("Europe/Paris"),
        "find_item": item_finder(ITEMS),
        "vat": VAT,
        "customer": CustomerChoice(code="WEB0000012", name="DOE John"),
        "shop_currency": "EUR",
        "erp_currency": "EUR",
    }
    return BuildContext(**{**fields, **more})


def built(result: Built | Held) -> Built:
    """The document, or a failure that shows the reasons."""
    assert isinstance(result, Built), [r.message for r in result.reasons]
    return result


def held(result: Built | Held) -> Held:
    """The reasons, or a failure that shows the document."""
    assert isinstance(result, Held), result.document
    return result


def codes(result: Built | Held) -> set[str]:
    """Codes of the reasons."""
    return {r.code for r in held(result).reasons}


def make(order: OrderBundle, profile: OrderSettings | None = None, **more: Any) -> Built:
    """The document of an order that must not be held."""
    return built(build_document(order, profile or settings(), context(**more)))


def with_order(order: OrderBundle, **more: Any) -> OrderBundle:
    """The bundle with other header fields."""
    return replace(order, order=replace(order.order, **more))
