"""The 150 orders of the WooCommerce demonstration: ordinary ones at random, special ones by name, and refunds."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from atoosync_lab.sandbox.data.demo.people import people
from atoosync_lab.sandbox.data.woocommerce_demo.cases import special_cases
from atoosync_lab.sandbox.data.woocommerce_demo.facts import CHRONOPOST, COLISSIMO, FREE, PICK_UP
from atoosync_lab.sandbox.data.woocommerce_demo.goods import GONE
from atoosync_lab.sandbox.data.woocommerce_demo.shop import DemoShop
from atoosync_lab.sandbox.data.woocommerce_demo.tools import Case, Line, Maker

SEED = 20_134
ORDERS = 150
DAYS = 60
"""Oldest order."""


def make_orders(shop: DemoShop) -> dict[str, int]:
    """Make all orders, oldest first, then the refunds; ids of the special orders by name."""
    make, rng = Maker(shop), random.Random(SEED)
    special = list(special_cases(make))
    cases = [*special, *_ordinary(make, rng, ORDERS - len(special))]
    named: dict[str, int] = {}
    # `sorted` keeps the order of equal hours, so that ids are the same at every load.
    hours: Counter[tuple[int, int]] = Counter()
    for case in sorted(cases, key=lambda item: (-item.days, item.hour)):
        minute = 2 * hours[case.days, case.hour]
        hours[case.days, case.hour] += 1
        order = make.make(case, minute)
        if case.name:
            named[case.name] = order
    make.edit(named["edited_before_import"], 0, 1)
    _refunds(make, named)
    # What was sold is on the order still; its SKU is gone with the product.
    shop.state.delete("products", shop.products.pop(GONE))
    return named


def _ordinary(make: Maker, rng: random.Random, count: int) -> Iterator[Case]:
    stocked = [
        code
        for code in sorted({*make.shop.products, *make.shop.variants})
        if (article := make.articles.get(code)) and article.main >= 24 and article.sellable and article.family != "ELE"
    ]
    buyers = [
        person.number for person in people() if person.place.country == "FR" and "@" in person.email
        and person.number != 91
    ]  # fmt: skip
    for place in range(count):
        days = rng.randrange(1, 15) if place % 3 == 0 else rng.randrange(1, DAYS + 1)
        method = rng.choices(("stripe", "ppcp-gateway", "bacs", "cheque"), (55, 20, 15, 10))[0]
        lines = [Line(code, rng.choice((1, 1, 1, 2, 2, 3, 6))) for code in rng.sample(stocked, rng.randrange(1, 7))]
        carrier = rng.choices((COLISSIMO, CHRONOPOST, PICK_UP), (65, 20, 15))[0]
        coupons = _coupons(rng)
        if "PORTOFFERT" in coupons:
            carrier = FREE
        # Some orders are older than the day on which the merchant changed how taxes are rounded.
        options = {"woocommerce_tax_round_at_subtotal": "yes"} if days > 40 else {}
        yield Case(
            "", days, rng.choice(buyers), lines, method, carrier, _statuses(method, days, rng), coupons,
            options=options, hour=rng.randrange(7, 23),
        )  # fmt: skip


def _coupons(rng: random.Random) -> tuple[str, ...]:
    chance = rng.random()
    if chance < 0.10:
        return ("BIENVENUE10",)
    if chance < 0.16:
        return ("MERCI5",)
    return ("PORTOFFERT",) if chance < 0.22 else ()


def _statuses(method: str, days: int, rng: random.Random) -> tuple[str, ...]:
    """How far an order has come: older ones are completed, yesterday's are paid."""
    first = ("on-hold",) if method in ("bacs", "cheque") else ()
    done = days > 20 or days // 4 + rng.randrange(2) > 2
    return (*first, "processing", "completed") if done else (*first, "processing")


def _refunds(make: Maker, named: dict[str, int]) -> None:
    make.refund(named["returned_in_part"], 5, [(0, 1)], reason="Taille trop grande")
    make.refund(named["returned_with_shipping"], 4, [(0, 1)], shipping=True, reason="Arrivée cassée")
    make.refund(named["returned_in_two_refunds"], 6, [(0, 1)])
    make.refund(named["returned_in_two_refunds"], 3, [(0, 2)])
    make.refund(named["returned_after_a_coupon"], 4, [(0, 1)])
    make.refund(named["refunded_goodwill"], 3, goodwill=Decimal("5.00"), reason="Geste commercial")
    make.refund(named["returned_without_tax"], 2, [(0, 1)], shipping=True)
