"""The demonstration's company in Tryton: the same articles, stock and customers as in the first ERP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.data.demo import texts
from atoosync_lab.sandbox.data.demo.catalogue import ACTIVE, Article, articles
from atoosync_lab.sandbox.data.demo.people import Person, people, siret
from atoosync_lab.sandbox.data.demo.words import words
from atoosync_lab.sandbox.tryton import company as companies
from atoosync_lab.sandbox.tryton import trade as trades
from atoosync_lab.sandbox.tryton.company import Company, CompanyPlan
from atoosync_lab.sandbox.tryton.goods import OPENING, Item, Sheet, count_stock, create_products, expect
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.trade import Trade

PLAN = CompanyPlan("Le Vieux Fournil", "EUR", "Europe/Paris", (2025, 2026, 2027))
GUEST_CODE = "WEBINVITE"
"""Party for buyers without an account."""
WEB, OTHERS = "WEB", "DIV"
"""Codes of the category of what the shop shows, and of what has no family."""
EXPECTED = dt.date(2027, 12, 15)
"""Day that pieces on open orders are planned for (ours): after anything a test does."""
_BUYER = "COMPTOIR"
_COUNTERS = range(1, 26)
"""Numbers of the customers that the shop does not know."""
_SALE_LINES = 12
"""Lines of the open sale: confirming takes the server long for each."""
_ATTRIBUTES = ("Marque", "Origine")
"""Attributes of every article, before those of its variants."""


def fill(rpc: Rpc) -> None:
    """Set the company up in a fresh database."""
    company = companies.set_up(rpc, PLAN)
    goods, services = trades.chart_taxes(rpc, company)
    trade = trades.set_up(rpc, company, goods, services)
    listed = articles()
    _three_decimals(rpc)
    products = create_products(rpc, list(_sheets(rpc, listed, trade)))
    for code, pieces in ((trades.MAIN, "main"), (trades.SECOND, "second")):
        stock = {products[article.key]: getattr(article, pieces) for article in listed if article.tracked}
        count_stock(rpc, trade.warehouses[code], stock)
    _customers(rpc, company, trade)
    _open_orders(rpc, company, trade, listed, products)


def _three_decimals(rpc: Rpc) -> None:
    """Cheese is weighed to the gram: kilograms come with two decimals."""
    rpc.write("product.uom", [rpc.record_id("product", "uom_kilogram")], {"digits": 3, "rounding": 0.001})


def _sheets(rpc: Rpc, listed: Sequence[Article], trade: Trade) -> Iterator[Sheet]:
    families = _families(rpc)
    attributes = _attribute_set(rpc)
    masters: dict[str, list[Article]] = {}
    for article in listed:
        masters.setdefault(article.master or article.key, []).append(article)
    for code, members in masters.items():
        first = members[0]
        nature = trades.SERVICES if first.service else trades.GOODS
        if first.key == "ZPORT":
            nature = trades.CARRIAGE
        shown = [families[WEB]] if any(member.published for member in members) else []
        yield Sheet(
            name=first.names[0].partition(",")[0] if first.master else first.names[0],
            code=code if first.master else "",
            service=first.service,
            consumable=not first.tracked and not first.service,
            accounting=trade.accounting[nature, first.vat],
            categories=[families[first.family or OTHERS], *shown],
            attribute_set=attributes,
            kilograms=first.family == "FRO",
            grams=first.grams,
            items=[_item(member) for member in members],
        )


def _item(article: Article) -> Item:
    named = {name[0]: value[0] for name, value in article.values}
    brand = {"Marque": article.brand, "Origine": "France"} if article.brand else {}
    return Item(
        suffix=article.key.removeprefix(article.master) if article.master else article.key,
        price=article.price,
        description=texts.plain(article.paragraphs),
        barcode=article.barcode,
        active=article.state == ACTIVE,
        attributes={key_of(name): value for name, value in (brand | named).items()},
    )


def _families(rpc: Rpc) -> dict[str, int]:
    rows = [{"code": family.code, "name": family.names[0]} for family in words().families]
    rows += [{"code": OTHERS, "name": "Divers"}, {"code": WEB, "name": "Vente en ligne"}]
    made = rpc.create("product.category", rows)
    return {row["code"]: key for row, key in zip(rows, made, strict=True)}


def key_of(name: str) -> str:
    """The key of an attribute: its name in lower case, words joined."""
    return name.lower().replace(" ", "_").replace("'", "_")


def _attribute_set(rpc: Rpc) -> int:
    axes = {axis.names[0] for master in words().masters for axis in master.axes}
    names = [*_ATTRIBUTES, *sorted(axes)]
    made = rpc.create("product.attribute", [{"name": key_of(name), "string": name, "type_": "char"} for name in names])
    [key] = rpc.create("product.attribute.set", [{"name": "Articles", "attributes": [("add", made)]}])
    return key


def _customers(rpc: Rpc, company: Company, trade: Trade) -> None:
    rows = [_customer(person, company, trade) for person in people() if person.known]
    rows += _others(company)
    made = dict(zip((row["code"] for row in rows), rpc.create("party.party", rows), strict=True))
    places = {person.code: person.siret for person in people() if person.known and person.siret}
    places |= {f"PRO{number:05d}": siret(500 + number) for number in _COUNTERS}
    _registrations(rpc, {made[code]: number for code, number in places.items()})
    # A party that is created closed takes no code: it is closed afterwards.
    closed = [person.code for person in people() if person.known and person.inactive]
    closed += [f"PRO{number:05d}" for number in _COUNTERS if number % 9 == 0]
    rpc.write("party.party", [made[code] for code in closed], {"active": False})


def _registrations(rpc: Rpc, places: Mapping[int, str]) -> None:
    """SIRET by party: it is the number of one address, which must be there first."""
    rows = rpc.read("party.address", [("party", "in", list(places))], ["party"])
    addresses = {row["party"]: row["id"] for row in rows}
    wanted = [
        {"party": party, "address": addresses[party], "type": "fr_siret", "code": number}
        for party, number in places.items()
    ]
    rpc.create("party.identifier", wanted)


def _customer(person: Person, company: Company, trade: Trade) -> dict[str, Any]:
    place = person.place
    # The same buyer, written as the office writes it: other case here and there.
    email = person.email.lower() if person.number % 3 else person.email.title()
    address = {
        "street": "\n".join(part for part in (place.street, place.second) if part), "postal_code": place.postcode,
        "city": place.city, "country": company.countries[place.country], "invoice": True, "delivery": True,
    }  # fmt: skip
    if person.company:
        address["party_name"] = f"{person.first} {person.last}"
    # What is no e-mail address is refused as one: it is kept as a note, as an office would.
    means = [{"type": "email" if "@" in email else "other", "value": email}] if email else []
    means += [
        {"type": kind, "value": value} for kind, value in (("phone", place.phone), ("mobile", place.mobile)) if value
    ]
    return {
        "code": person.code,
        "name": person.company or f"{person.last} {person.first}",
        "addresses": [("create", [address])],
        "contact_mechanisms": [("create", means)] if means else [],
        "identifiers": _identifiers(person.siret, person.vat_number if place.country == "FR" else ""),
        "customer_payment_term": company.terms["30 jours" if person.company else "Comptant"],
        "sale_price_list": trade.price_lists[trades.WHOLESALE if person.company else trades.DETAIL],
    }


def _identifiers(registration: str, vat_number: str) -> list[Any]:
    """Numbers of a company; those of invented companies abroad fail Tryton's check digits and are left out."""
    rows = []
    if registration:
        rows.append({"type": "fr_siren", "code": registration[:9]})
    if vat_number:
        rows.append({"type": "eu_vat", "code": vat_number})
    return [("create", rows)] if rows else []


def _others(company: Company) -> Iterator[dict[str, Any]]:
    """Customers that the shop does not know; two of them share an e-mail."""
    yield {"code": GUEST_CODE, "name": "Clients web sans compte", "addresses": [("create", [{}])]}
    yield {"code": _BUYER, "name": "Commandes en cours", "addresses": [("create", [{"city": "Rennes"}])]}
    address = {"city": "Rennes", "postal_code": "35000", "country": company.countries["FR"]}
    for number in _COUNTERS:
        shared = number if number != 7 else 6
        yield {
            "code": f"PRO{number:05d}",
            "name": f"Comptoir n° {number}",
            "addresses": [("create", [address])],
            "contact_mechanisms": [("create", [{"type": "email", "value": f"comptoir{shared}@exemple.test"}])],
            "identifiers": _identifiers(siret(500 + number), ""),
        }


def _open_orders(
    rpc: Rpc, company: Company, trade: Trade, listed: Sequence[Article], products: Mapping[str, int]
) -> None:
    """What customers have on order and what is on its way in: a sale not yet shipped, the rest as planned moves."""
    wanted = [article for article in listed if article.ordered > 0]
    sold, planned = wanted[:_SALE_LINES], wanted[_SALE_LINES:]
    main, currency = trade.warehouses[trades.MAIN], company.currencies[PLAN.currency]
    [party] = rpc.read("party.party", [("code", "=", _BUYER)], ["addresses"])
    [address] = party["addresses"]
    units = {name: rpc.record_id("product", f"uom_{name}") for name in ("kilogram", "unit")}
    sale = {
        "party": party["id"], "invoice_address": address, "shipment_address": address,
        "sale_date": OPENING, "shipping_date": EXPECTED, "warehouse": main, "company": company.id,
        "currency": currency, "payment_term": company.terms["Comptant"], "invoice_method": "fulfillment",
        "shipment_method": "order", "shipment_cost_method": None, "description": "Commandes en cours",
        "lines": [("create", [_line(units, trade, article, products[article.key]) for article in sold])],
    }  # fmt: skip
    made = rpc.create("sale.sale", [sale])
    for action in ("quote", "confirm", "process"):
        rpc.call(f"model.sale.sale.{action}", made)
    outgoing = {products[article.key]: article.ordered for article in planned}
    expect(rpc, main, outgoing, EXPECTED, currency, inward=False)
    incoming = {products[article.key]: article.incoming for article in listed if article.incoming > 0}
    expect(rpc, main, incoming, EXPECTED, currency, inward=True)


def _line(units: Mapping[str, int], trade: Trade, article: Article, product: int) -> dict[str, Any]:
    unit = units["kilogram" if article.family == "FRO" else "unit"]
    return {
        "type": "line", "product": product, "quantity": float(article.ordered), "unit": unit,
        "unit_price": article.price.quantize(Decimal("0.0001")),
        "taxes": [("add", [trade.taxes[article.vat]])],
    }  # fmt: skip
