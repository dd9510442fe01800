"""Set up the WooCommerce shop of the demonstration: settings, taxes, shipping, coupons, buyers; goods follow."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from atoosync_lab.sandbox.data.demo.people import Person, people
from atoosync_lab.sandbox.data.woocommerce_demo.facts import (
    BELGIAN_TAX,
    CARRIERS,
    FREE,
    FRENCH_RATES,
    FRENCH_TAX,
    GATEWAYS,
    GERMAN_TAX,
    OVERSEAS_TAX,
    TAX_CLASSES,
)
from atoosync_lab.sandbox.woocommerce import times
from atoosync_lab.sandbox.woocommerce.misc import PLUGIN_GATEWAYS
from atoosync_lab.sandbox.woocommerce.seed import add_customers, add_tax
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState

_OPTIONS = {
    "woocommerce_default_country": "FR", "woocommerce_store_city": "Tours", "woocommerce_store_postcode": "37000",
    "woocommerce_currency": "EUR", "woocommerce_currency_pos": "right_space", "woocommerce_price_decimal_sep": ",",
    "woocommerce_price_thousand_sep": " ", "woocommerce_weight_unit": "kg", "woocommerce_dimension_unit": "cm",
    "woocommerce_calc_taxes": "yes", "woocommerce_prices_include_tax": "yes", "woocommerce_tax_display_shop": "incl",
    "woocommerce_tax_display_cart": "incl", "woocommerce_tax_round_at_subtotal": "no",
}  # fmt: skip
_ZONES = (
    ("France", ("FR", "MC"), (1, 2, 3, 4, 5)),
    ("Europe et outre-mer", ("BE", "DE", "NL", "IT", "ES", "LU", "IE", "GB", "CH", "NO", "RE", "GP", "MQ", "US"), (6,)),
)
_COUPONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("BIENVENUE10", "Bienvenue : 10 %", {"discount_type": "percent", "amount": "10"}),
    ("VINGT", "Fin de saison : 20 %", {"discount_type": "percent", "amount": "20"}),
    ("MERCI5", "Merci : 5 €", {"amount": "5"}),
    ("MERCI10", "Merci : 10 €", {"amount": "10"}),
    ("PORTOFFERT", "Livraison offerte", {"free_shipping": True}),
    ("CADEAU100", "Offert par la maison", {"discount_type": "percent", "amount": "100", "free_shipping": True}),
)


@dataclass
class Clock:
    """The shop's clock while it is being filled: nothing depends on when that happens."""

    at: datetime

    def __call__(self) -> datetime:
        """The moment (aware) that the shop is in."""
        return self.at


@dataclass
class DemoShop:
    """The shop while it is being filled, and the ids that orders need.

    Attributes:
        state: The shop.
        clock: Its clock.
        today: Date from which all dates are counted back.
        products: Product id by code of the folder (without spaces), or by the shop's own SKU.
        variants: Product and variation by code of the folder.
        buyers: Customer id by number of the person; 0 for guests.
    """

    state: ShopState
    clock: Clock
    today: date
    products: dict[str, int] = field(default_factory=dict)
    variants: dict[str, tuple[int, int]] = field(default_factory=dict)
    buyers: dict[int, int] = field(default_factory=dict)

    def at(self, days: int, hour: int = 10, minute: int = 0) -> datetime:
        """A moment (aware) that many days ago, by the clocks of Paris."""
        return datetime.combine(self.today - timedelta(days=days), time(hour, minute), times.ZONE)

    def stored(self, days: int, hour: int = 10, minute: int = 0) -> str:
        """The same as the shop stores it."""
        return times.text_of(self.at(days, hour, minute))


def open_shop(opened: ShopState, today: date) -> DemoShop:
    """Set up a freshly installed shop; its clock stands at the start of the day."""
    clock = Clock(datetime.combine(today, time(), UTC))
    state = ShopState(opened.db, opened.version, clock)
    shop = DemoShop(state, clock, today)
    for name, value in _OPTIONS.items():
        state.set_option(name, value)
    state.set_option(PLUGIN_GATEWAYS, json.dumps(dict(GATEWAYS)))
    for name in GATEWAYS:
        state.set_option(f"gateway_{name}", "yes")
    # The installer's own rows were born when it ran.
    for row in state.rows("customers"):
        state.update("customers", {**row, "created": shop.stored(430), "modified": shop.stored(430)})
    _taxes(state)
    _shipping(state)
    for code, text, values in _COUPONS:
        add_coupon(shop, code, text, values)
    _buyers(shop)
    return shop


def _taxes(state: ShopState) -> None:
    known = {row["slug"]: row for row in state.rows("tax_classes")}
    for slug, name in TAX_CLASSES.values():
        if slug in known:
            state.update("tax_classes", {**known[slug], "name": name})
        else:
            state.insert("tax_classes", {"slug": slug, "name": name})
    classes = {"20": "standard", **{rate: slug for rate, (slug, _) in TAX_CLASSES.items()}}
    for country in FRENCH_RATES:
        for rate, slug in classes.items():
            add_tax(state, rate, FRENCH_TAX, country, slug)
    for rate, name, country in (("19", GERMAN_TAX, "DE"), ("21", BELGIAN_TAX, "BE"), ("8.5", OVERSEAS_TAX, "RE")):
        add_tax(state, rate, name, country)
    # Buyers who write "France" and a postcode of La Réunion owe the island's rate.
    number = add_tax(state, "8.5", OVERSEAS_TAX)
    state.update("taxes", {**(state.row("taxes", number) or {}), "postcodes": ["974*"]})


def _shipping(state: ShopState) -> None:
    titles = list(CARRIERS.items())
    for order, (name, countries, numbers) in enumerate(_ZONES):
        places = [{"code": country, "type": "country"} for country in countries]
        zone = state.insert("zones", {"name": name, "order": order, "locations": places})
        for number in numbers:
            key, (title, cost) = titles[number - 1]
            row = {"zone_id": zone, "method_id": key.partition(":")[0], "title": title, "cost": cost}
            state.insert("zone_methods", {**row, "order": number, "enabled": True})


def add_coupon(shop: DemoShop, code: str, text: str, values: dict[str, Any]) -> int:
    """A coupon that holds for every order of the demonstration; its id."""
    moment = shop.stored(365)
    row: Row = {
        "code": code, "description": text, "status": "publish", "amount": "0", "discount_type": "fixed_cart",
        "meta_data": [], "created": moment, "modified": moment, **values,
    }  # fmt: skip
    return shop.state.insert("coupons", row)


def _buyers(shop: DemoShop) -> None:
    rows = []
    accounts = [person for person in people() if not is_guest(person)]
    for person in accounts:
        moment = shop.stored(400 - 3 * person.number, 8 + person.number % 12)
        address = billing(person)
        rows.append(
            {
                "email": person.email, "username": person.email.partition("@")[0].lower(), "role": "customer",
                "first_name": person.first, "last_name": person.last, "created": moment, "modified": moment,
                "billing": address, "shipping": {k: v for k, v in address.items() if k != "email"},
                "meta_data": identity_meta(shop.state, person),
            }
        )  # fmt: skip
    found = add_customers(shop.state, rows)
    shop.buyers = {person.number: 0 for person in people()}
    shop.buyers |= {person.number: number for person, number in zip(accounts, found, strict=True)}


def is_guest(person: Person) -> bool:
    """Bought without an account, or with an address that makes no account: the shop checks it."""
    return person.guest or "@" not in person.email


def identity_meta(state: ShopState, person: Person) -> list[Row]:
    """What plug-ins keep of a company: the core has no field for its numbers."""
    given = {"billing_siret": person.siret, "_billing_vat_number": person.vat_number}
    return [{"id": state.reserve("meta"), "key": key, "value": value} for key, value in given.items() if value]


def billing(person: Person) -> dict[str, str]:
    """The invoicing address of a person as the shop keeps it."""
    place = person.place
    return {
        "first_name": person.first, "last_name": person.last, "company": person.company, "address_1": place.street,
        "address_2": place.second, "city": place.city, "state": "", "postcode": place.postcode,
        "country": place.country, "email": person.email, "phone": place.mobile or place.phone,
    }  # fmt: skip


def carrier_line(carrier: str, total: str | None = None) -> Row:
    """A shipping line of an order."""
    title, cost = CARRIERS.get(carrier, ("Relais colis", "4.90"))
    method, _, instance = carrier.partition(":")
    cost = "0" if carrier == FREE else cost if total is None else total
    return {"method_id": method, "instance_id": instance, "method_title": title, "total": cost}
