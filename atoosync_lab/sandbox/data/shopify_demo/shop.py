"""Set up the Shopify shop of the demonstration: settings, locations, buyers; the goods follow (`goods`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from atoosync_lab.sandbox.data.demo.people import Person, people
from atoosync_lab.sandbox.shopify.seed import SeedCustomer, insert_customers
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.sandbox.shopify.values import instant

NAME = "Le Vieux Fournil"
ZONE = ZoneInfo("Europe/Paris")
_SETTINGS: Mapping[str, Any] = {
    "name": NAME, "currency": "EUR", "taxes_included": True, "tax_shipping": True, "timezone": "Europe/Paris",
    "country": "FR",
    # The demonstration is to be watched, not waited for: a smaller plan has a tenth of the points.
    "plan": "plus",
}  # fmt: skip
_NO_SHOP_EMAIL = 13
"""Number of the person whose e-mail Shopify would refuse: this one left a phone number instead."""


@dataclass(frozen=True)
class Sold:
    """A variant that orders name.

    Attributes:
        product: Its product.
        variant: Itself.
        title: Of the product.
        variant_title: Empty where the product has no choices.
        sku: As the shop keeps it, spaces included.
        price: With tax.
        vat: Percent of VAT, as the shop's tax settings give it for sales in France.
    """

    product: int
    variant: int
    title: str
    variant_title: str
    sku: str
    price: str
    vat: str


@dataclass
class DemoShop:
    """The shop while it is being filled, and what orders need.

    Attributes:
        state: The shop.
        today: Date from which all dates are counted back.
        sold: Variants by code of the folder (without spaces), or by the shop's own SKU.
        products: Product ids by master code or by the keys of `sold`.
        buyers: Customer id by number of the person; None for guests.
    """

    state: ShopState
    today: date
    sold: dict[str, Sold] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    buyers: dict[int, int | None] = field(default_factory=dict)

    def at(self, days: int, hour: int = 10, minute: int = 0) -> datetime:
        """A moment (aware) that many days ago, by the clocks of Paris."""
        return datetime.combine(self.today - timedelta(days=days), time(hour, minute), ZONE)

    def stored(self, days: int, hour: int = 10, minute: int = 0) -> str:
        """The same as the shop stores it."""
        return instant(self.at(days, hour, minute))


def open_shop(opened: ShopState, today: date) -> DemoShop:
    """Set up a freshly installed shop; its clock stands at the start of the day."""
    opened.clock = lambda: datetime.combine(today, time(), UTC)
    shop = DemoShop(opened, today)
    # The installer's own rows were born when it ran.
    born = shop.stored(430)
    for name, value in {**_SETTINGS, "created_at": born}.items():
        opened.set_setting(name, value)
    opened.db.execute("UPDATE locations SET created_at = ?, updated_at = ?", (born, born))
    _buyers(shop)
    return shop


def _buyers(shop: DemoShop) -> None:
    accounts = [person for person in people() if not person.guest]
    made = insert_customers(shop.state, [_customer(person) for person in accounts])
    shop.buyers = {person.number: None for person in people()}
    shop.buyers |= {person.number: number for person, number in zip(accounts, made, strict=True)}
    moments = [
        (shop.stored(400 - 3 * person.number, 8 + person.number % 12), number)
        for person, number in zip(accounts, made, strict=True)
    ]
    shop.state.db.executemany("UPDATE customers SET created_at = ?1, updated_at = ?1 WHERE id = ?2", moments)


def _customer(person: Person) -> SeedCustomer:
    by_phone = person.number == _NO_SHOP_EMAIL
    place = address(person)
    language = {"DE": "de", "GB": "en", "US": "en", "IE": "en", "NO": "en"}.get(person.place.country, "fr")
    return SeedCustomer(
        email=None if by_phone else email(person),
        first_name=person.first,
        last_name=person.last,
        # Shopify keeps phones unique over customers, and international.
        phone=f"+336399800{person.number:02d}" if by_phone else None,
        tags=("pro",) if person.company else (),
        tax_exempt=bool(person.vat_number) and person.place.country in ("DE", "BE"),
        locale=language,
        addresses=(place,),
    )


def email(person: Person) -> str | None:
    """The e-mail that the shop knows of a person; None for none."""
    return person.email if "@" in person.email else None


def address(person: Person) -> dict[str, Any]:
    """The address of a person with Shopify's names; nothing is null, as on orders."""
    place = person.place
    given = {
        "firstName": person.first, "lastName": person.last, "company": person.company, "address1": place.street,
        "address2": place.second, "city": place.city, "zip": place.postcode, "countryCode": place.country,
        "phone": place.mobile or place.phone,
    }  # fmt: skip
    return {name: value or None for name, value in given.items()}
