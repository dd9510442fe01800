"""The 150 orders of the demonstration: ordinary ones at random, special ones by name, and what happened afterwards."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

from atoosync_lab.sandbox.data.demo.facts import CHRONOPOST, COLISSIMO, PICK_UP, STATES
from atoosync_lab.sandbox.data.demo.order_cases import special_cases
from atoosync_lab.sandbox.data.demo.order_tools import DELIVERED, PAID, PREPARING, SHIPPED, Case, Maker
from atoosync_lab.sandbox.data.demo.people import people
from atoosync_lab.sandbox.data.demo.shop import DemoShop
from atoosync_lab.sandbox.prestashop.seed import SeedVoucher, create_order

SEED = 20_114
ORDERS = 150
DAYS = 60
"""Oldest order."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def make_orders(shop: DemoShop) -> dict[str, int]:
    """Make all orders, oldest first, with messages, parcels, payments and credit slips.

    Returns:
        Ids of the special orders by name.
    """
    make, rng = Maker(shop), random.Random(SEED)
    for code in ("TROISPOURDEUX", "BOCALOFFERT"):
        # These vouchers apply to the jars alone, which only the rule says, not the order.
        shop.state.update("cart_rules", shop.rules[code], {"reduction_product": shop.products["BOCAL"]})
    special = list(special_cases(make))
    cases = [*special, *_ordinary(make, rng, ORDERS - len(special))]
    named: dict[str, int] = {}
    with shop.state.writing():
        # `sorted` keeps the order of equal days, so that ids are the same at every load.
        hours: Counter[tuple[int, int]] = Counter()
        for case in sorted(cases, key=lambda item: (-item.days, item.hour)):
            minute = 2 * hours[case.days, case.hour]
            hours[case.days, case.hour] += 1
            reference = "".join(rng.choice(_LETTERS) for _ in range(9))
            case.more.setdefault("reference", reference)
            order = create_order(shop.state, make.seed(case, minute))
            if case.name:
                named[case.name] = order
            if SHIPPED in case.states:
                make.track(order)
        _afterwards(make, named)
    return named


def _ordinary(make: Maker, rng: random.Random, count: int) -> Iterator[Case]:
    stocked = [
        code
        for code in sorted({*make.shop.products, *make.shop.variants})
        if (article := make.articles.get(code)) and article.main >= 24 and article.sellable and article.family != "ELE"
    ]
    buyers = [
        person.number for person in people() if person.place.country == "FR" and person.email and person.number != 91
    ]
    for place in range(count):
        days = rng.randrange(1, 15) if place % 3 == 0 else rng.randrange(1, DAYS + 1)
        module = rng.choices(("stripe_official", "paypal", "ps_wirepayment", "ps_checkpayment"), (55, 20, 15, 10))[0]
        lines = [
            make.line(code, rng.choice((1, 1, 1, 2, 2, 3, 6))) for code in rng.sample(stocked, rng.randrange(1, 7))
        ]
        carrier = rng.choices((COLISSIMO, CHRONOPOST, PICK_UP), (65, 20, 15))[0]
        more = {"vouchers": _vouchers(make.shop.rules, rng), "round_type": rng.choices((2, 3, 1), (70, 15, 15))[0]}
        hour = rng.randrange(7, 23)
        yield Case(
            "", days, rng.choice(buyers), lines, module, carrier, _states(module, days, rng), more=more, hour=hour
        )


def _vouchers(rules: Mapping[str, int], rng: random.Random) -> tuple[SeedVoucher, ...]:
    chance = rng.random()
    if chance < 0.10:
        return (SeedVoucher("Bienvenue : 10 %", percent=Decimal(10), rule=rules["BIENVENUE10"]),)
    if chance < 0.16:
        return (SeedVoucher("Merci : 5 €", amount=Decimal(5), rule=rules["MERCI5"]),)
    if chance < 0.22:
        return (SeedVoucher("Livraison offerte", free_shipping=True, rule=rules["PORTOFFERT"]),)
    return ()


def _states(module: str, days: int, rng: random.Random) -> tuple[int, ...]:
    """How far an order has come: older ones are delivered, yesterday's are paid."""
    first = {"ps_wirepayment": (STATES["awaiting_wire"],), "ps_checkpayment": (STATES["awaiting_cheque"],)}.get(
        module, ()
    )
    way = (PAID, PREPARING, SHIPPED, DELIVERED)
    reached = 4 if days > 20 else min(4, 1 + days // 4 + rng.randrange(2))
    return (*first, *way[:reached])


def _afterwards(make: Maker, named: Mapping[str, int]) -> None:
    shared = [named["shared_reference_a"], named["shared_reference_b"]]
    totals = [Decimal(make.order(order)["total_paid"]) for order in shared]
    # One payment for both, joined by the reference alone; each order shows its own part as received.
    make.pay(shared[0], [("Carte bancaire", sum(totals, Decimal(0)))])
    for order, total in zip(shared, totals, strict=True):
        make.shop.state.update("orders", order, {"total_paid_real": f"{total:.6f}"})
    make.pay(
        named["several_payments"], [("Bon cadeau", Decimal(20)), ("PayPal", Decimal("5.50")), ("Carte bancaire", None)]
    )
    make.pay(named["part_paid"], [("Virement bancaire", Decimal(60))])
    make.message(named["message_with_emoji"], "Merci ❤️🎁 ! Laissez le colis chez la voisine 👵, code 12A4.")
    make.message(named["guest"], "Sonnette en panne : appelez en arrivant.\nMerci d'avance.")
    make.slip(named["returned_in_part"], 5, [(0, 1)])
    make.slip(named["returned_with_shipping"], 4, [(0, 1)], shipping=True)
    make.slip(named["returned_in_two_slips"], 6, [(0, 1)])
    make.slip(named["returned_in_two_slips"], 3, [(0, 2)])
    make.slip(named["returned_without_tax"], 2, [(0, 1)], shipping=True, wrong_rate=True)
