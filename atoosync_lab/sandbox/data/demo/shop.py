"""Fill the shop of the demonstration: languages, currencies, taxes, carriers, buyers; then the goods (`shop_goods`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from atoosync_lab.sandbox.data.demo.facts import COLISSIMO, ENGLISH, EURO, FRENCH, GERMAN, OVERSEAS_TAX
from atoosync_lab.sandbox.data.demo.people import Person, people
from atoosync_lab.sandbox.data.shop_tools import add_language, country_ids, known_fields
from atoosync_lab.sandbox.prestashop.seed import (
    ShopState,
    add_payment_module,
    insert_many,
    open_carrier,
    set_config,
)

NAME = "Le Vieux Fournil"
_ACTIVE_COUNTRIES = ("BE", "DE", "NL", "IT", "ES", "LU", "IE", "GB", "CH", "US", "RE", "MC", "NO")
_CURRENCIES = (
    ("Livre sterling", "£", "GBP", "826", "0.85"),
    ("Dollar US", "$", "USD", "840", "1.10"),
    ("Franc suisse", "CHF", "CHF", "756", "0.95"),
)
_CONFIGURATION = {
    "PS_LANG_DEFAULT": str(FRENCH), "PS_SHOP_NAME": NAME, "PS_USE_ECOTAX": "1", "PS_ECOTAX_TAX_RULES_GROUP_ID": "1",
    "PS_GIFT_WRAPPING": "1", "PS_GIFT_WRAPPING_PRICE": "2.500000", "PS_GIFT_WRAPPING_TAX_RULES_GROUP": "1",
    "PS_SHIPPING_HANDLING": "0", "PS_CARRIER_DEFAULT": str(COLISSIMO), "PS_SHIPPING_FREE_PRICE": "90",
}  # fmt: skip


@dataclass
class DemoShop:
    """The shop while it is being filled, and the ids that orders need.

    Attributes:
        state: The shop.
        today: Date from which all dates are counted back.
        countries: Country id by ISO code.
        products: Product id by code of the folder (without spaces), or by the shop's own reference.
        variants: Product and combination by code of the folder.
        buyers: Customer id and address ids by number of the person.
        rules: Cart rule id by code.
    """

    state: ShopState
    today: date
    countries: Mapping[str, int]
    products: dict[str, int] = field(default_factory=dict)
    variants: dict[str, tuple[int, int]] = field(default_factory=dict)
    buyers: dict[int, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)

    def tax(self, name: str) -> int:
        """Id of the tax of that name."""
        sql = "SELECT id FROM taxes WHERE json_extract(name, '$.\"1\"') = ?"
        return int(self.state.db.execute(sql, (name,)).fetchone()[0])

    def moment(self, days: int, hour: int = 10, minute: int = 0) -> str:
        """A shop time that many days ago."""
        return f"{self.today - timedelta(days=days)} {hour:02d}:{minute:02d}:00"


def open_shop(state: ShopState, today: date) -> DemoShop:
    """Set up languages, currencies, taxes, carriers and buyers of a freshly installed shop."""
    # Rows without a date of their own are born at the start of that day: two loads of one day are alike.
    state.clock = lambda: datetime.combine(today, time(), UTC)
    with state.writing():
        add_language(state, GERMAN, "Deutsch (German)", "de", "de-DE", like=FRENCH)
        for name, value in _CONFIGURATION.items():
            set_config(state, name, value)
        state.update("shops", 1, {"name": NAME})
        for module in ("stripe_official", "paypal", "alma", "free_order"):
            add_payment_module(state, module)
        shop = DemoShop(state, today, country_ids(state))
        for country in _ACTIVE_COUNTRIES:
            state.update("countries", shop.countries[country], {"active": 1})
        for name, symbol, iso, number, rate in _CURRENCIES:
            row = {
                "names": name,
                "name": name,
                "symbol": symbol,
                "iso_code": iso,
                "numeric_iso_code": number,
                "precision": 2,
            }
            insert_many(state, "currencies", [{**row, "conversion_rate": rate, "active": 1}])
        _taxes(shop)
        _carriers(state)
        _vouchers(shop)
        _buyers(shop)
    return shop


def _taxes(shop: DemoShop) -> None:
    """A tax and a rule group for overseas, beside those that an installed shop has."""
    name, rate = OVERSEAS_TAX
    (tax,) = insert_many(shop.state, "taxes", [{"name": name, "rate": rate, "active": 1}])
    (group,) = insert_many(shop.state, "tax_rule_groups", [{"name": "Outre-mer (8.5%)", "active": 1}])
    rule = {"id_tax_rules_group": group, "id_country": shop.countries["RE"], "id_tax": tax}
    insert_many(shop.state, "tax_rules", [{**rule, "zipcode_from": "0", "zipcode_to": "0"}])


def _carriers(state: ShopState) -> None:
    state.update("carriers", 1, {"name": "Retrait en boutique", "id_tax_rules_group": 1})
    state.update(
        "carriers",
        COLISSIMO,
        {"name": "Colissimo domicile", "id_tax_rules_group": 1, "url": "https://suivi.example.test/@"},
    )
    for number, name in ((3, "Chronopost 24 h"), (4, "Coursier à vélo")):
        row = {
            "id": number,
            "id_reference": number,
            "name": name,
            "active": 1,
            "shipping_method": 2,
            "need_range": 1,
            "position": number - 1,
        }
        insert_many(state, "carriers", [{**row, "delay": "Sous 24 h", "id_tax_rules_group": 1}])
        open_carrier(state, number)
    open_carrier(state, COLISSIMO)
    for carrier, price in ((COLISSIMO, "5.75"), (3, "9.90"), (4, "6.50")):
        (span,) = insert_many(
            state, "price_ranges", [{"id_carrier": carrier, "delimiter1": "0", "delimiter2": "10000"}]
        )
        insert_many(
            state,
            "deliveries",
            [
                {
                    "id_carrier": carrier,
                    "id_range_price": span,
                    "id_zone": zone,
                    "id_shop": 1,
                    "id_shop_group": 1,
                    "price": price,
                }
                for zone in range(1, 9)
            ],
        )


def _vouchers(shop: DemoShop) -> None:
    dates = {"date_from": shop.moment(365), "date_to": shop.moment(-365), "active": 1, "quantity": 10_000}
    for code, name, values in (
        ("BIENVENUE10", "Bienvenue : 10 %", {"reduction_percent": "10"}),
        ("MERCI5", "Merci : 5 €", {"reduction_amount": "5", "reduction_tax": 1, "reduction_currency": EURO}),
        ("PORTOFFERT", "Livraison offerte", {"free_shipping": 1}),
        ("TROISPOURDEUX", "3 pour le prix de 2", {"reduction_percent": "33.33"}),
        ("BOCALOFFERT", "Le troisième bocal offert", {"reduction_amount": "4.92", "reduction_tax": 1}),
        ("CADEAU100", "Offert par la maison", {"reduction_percent": "100", "free_shipping": 1}),
    ):
        row = known_fields(
            shop.state, "cart_rules", {**dates, "code": code, "name": name, "quantity_per_user": 10_000, **values}
        )
        (shop.rules[code],) = insert_many(shop.state, "cart_rules", [row])


def _buyers(shop: DemoShop) -> None:
    for person in people():
        (customer,) = insert_many(shop.state, "customers", [_customer(shop, person)])
        addresses = insert_many(shop.state, "addresses", _addresses(shop, person, customer))
        shop.buyers[person.number] = (customer, tuple(addresses))


def _customer(shop: DemoShop, person: Person) -> dict[str, object]:
    group = 2 if person.guest else 3
    language = {"DE": GERMAN, "GB": ENGLISH, "US": ENGLISH, "IE": ENGLISH, "NO": ENGLISH}.get(
        person.place.country, FRENCH
    )
    moment = shop.moment(400 - 3 * person.number, 8 + person.number % 12)
    birthday = f"19{60 + person.number % 40}-0{1 + person.number % 9}-15" if person.number % 3 else ""
    return {
        "id_default_group": group,
        "groups": [group],
        "id_lang": language,
        "passwd": f"$2y$10${person.number:053d}",
        "firstname": person.first,
        "lastname": person.last,
        "email": person.email,
        "company": person.company,
        "siret": person.siret,
        "active": 1,
        "is_guest": int(person.guest),
        "newsletter": int(person.number % 5 == 0),
        "id_gender": 1 + person.number % 2,
        "birthday": birthday,
        "date_add": moment,
        "date_upd": moment,
    }


def _addresses(shop: DemoShop, person: Person, customer: int) -> list[dict[str, object]]:
    place = person.place
    moment = shop.moment(400 - 3 * person.number, 8 + person.number % 12)
    main: dict[str, object] = {
        "id_customer": customer,
        "id_country": shop.countries[place.country],
        "alias": "Mon adresse",
        "company": person.company,
        "lastname": person.last,
        "firstname": person.first,
        "vat_number": person.vat_number,
        "address1": place.street,
        "address2": place.second,
        "postcode": place.postcode,
        "city": place.city,
        "phone": place.phone,
        "phone_mobile": place.mobile,
        "date_add": moment,
        "date_upd": moment,
    }
    if person.number % 6 or person.guest:
        return [main]
    return [
        main,
        {**main, "alias": "Travail", "address1": "1 place de la Halle", "address2": "", "other": "Livrer avant midi"},
    ]
