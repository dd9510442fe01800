"""The 150 orders of the Shopify demonstration: ordinary ones at random, special ones by name, and what came after."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

from atoosync_lab.sandbox.data.demo.catalogue import articles
from atoosync_lab.sandbox.data.demo.people import people
from atoosync_lab.sandbox.data.shopify_demo.cases import FREE_SHIPPING, THANKS, WELCOME, special_cases
from atoosync_lab.sandbox.data.shopify_demo.facts import CARD, CHEQUE, CHRONOPOST, COLISSIMO, PAYPAL, PICK_UP, WIRE
from atoosync_lab.sandbox.data.shopify_demo.goods import GONE
from atoosync_lab.sandbox.data.shopify_demo.shop import DemoShop
from atoosync_lab.sandbox.data.shopify_demo.tools import CLOSED, FULFILLED, ORDINARY, Case, Line, Maker
from atoosync_lab.sandbox.shopify.amounts import Discount

SEED = 20_144
ORDERS = 150
DAYS = 60
"""Oldest order."""


def make_orders(shop: DemoShop) -> dict[str, int]:
    """Make all orders, oldest first, then what came after; ids of the special orders by name."""
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
    _afterwards(make, named)
    _delete(shop)
    return named


def _ordinary(make: Maker, rng: random.Random, count: int) -> Iterator[Case]:
    known = {article.key: article for article in articles()}
    stocked = [
        code
        for code in sorted(make.shop.sold)
        if (article := known.get(code)) and article.main >= 24 and article.sellable and article.family != "ELE"
    ]
    buyers = [
        person.number for person in people() if person.place.country == "FR" and "@" in person.email
        and person.number != 91
    ]  # fmt: skip
    for place in range(count):
        days = rng.randrange(1, 15) if place % 3 == 0 else rng.randrange(1, DAYS + 1)
        gateway = rng.choices((CARD, PAYPAL, WIRE, CHEQUE), (55, 20, 15, 10))[0]
        lines = [Line(code, rng.choice((1, 1, 1, 2, 2, 3, 6))) for code in rng.sample(stocked, rng.randrange(1, 7))]
        carrier = rng.choices((COLISSIMO, CHRONOPOST, PICK_UP), (65, 20, 15))[0]
        yield Case(
            "", days, rng.choice(buyers), lines, gateway, carrier=carrier, discounts=_discounts(rng),
            reached=_reached(days, rng), hour=rng.randrange(7, 23),
        )  # fmt: skip


def _discounts(rng: random.Random) -> tuple[Discount, ...]:
    chance = rng.random()
    if chance < 0.10:
        return (WELCOME,)
    if chance < 0.16:
        return (THANKS,)
    return (FREE_SHIPPING,) if chance < 0.22 else ()


def _reached(days: int, rng: random.Random) -> str:
    """How far an order has come: older ones are archived, yesterday's are paid."""
    if days > 20:
        return CLOSED
    return FULFILLED if days // 4 + rng.randrange(2) > 2 else ORDINARY


def _afterwards(make: Maker, named: Mapping[str, int]) -> None:
    make.edit(named["edited_before_import"], 0, 1)
    make.tip(named["tip"], Decimal("5.00"))
    make.send(named["sent_in_part"], make.shop.at(1, 15), (2, 0))
    # Shopify pays back what was paid when an order is cancelled.
    make.refund(named["cancelled"], 12, [(0, 1)], shipping=True)
    moment = make.shop.stored(12, 15)
    make.shop.state.update(
        "orders", named["cancelled"], {"cancelled_at": moment, "cancel_reason": "CUSTOMER", "closed_at": moment}
    )
    make.refund(named["returned_in_part"], 5, [(0, 1)], note="Taille trop grande")
    make.refund(named["returned_with_shipping"], 4, [(0, 1)], shipping=True, note="Arrivée cassée")
    make.refund(named["returned_in_two_refunds"], 6, [(0, 1)])
    make.refund(named["returned_in_two_refunds"], 3, [(0, 2)])
    make.refund(named["returned_after_a_coupon"], 4, [(0, 1)])
    make.refund(named["refunded_goodwill"], 3, goodwill=Decimal("5.00"), note="Geste commercial")
    make.refund(named["returned_without_tax"], 2, [(0, 1)], shipping=True)


def _delete(shop: DemoShop) -> None:
    """Delete a product that was sold: what is on the order stays, the order no longer finds it."""
    state, gone = shop.state, shop.sold.pop(GONE)
    state.delete("products", gone.product)
    state.delete("variants", gone.variant)
    state.db.execute("DELETE FROM inventory_levels WHERE item_id NOT IN (SELECT id + 2000000000000 FROM variants)")
    state.db.execute("DELETE FROM publication_entries WHERE kind = 'Product' AND resource_id = ?", (gone.product,))
    del shop.products[GONE]
