"""Companies, catalogs and price lists (B2B)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify.amounts import ZERO
from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.paging import TableSpec, count_of, list_page, table_page
from atoosync_lab.sandbox.shopify.reading.registry import each, field, part
from atoosync_lab.sandbox.shopify.reading.shop import country_name
from atoosync_lab.sandbox.shopify.search import SearchSpec, date_field, number_field, text_field, word_field
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, money, number_of, opened

_NAMED = {"id": number_field("id"), "name": text_field("name"), "external_id": text_field("external_id"),
          "created_at": date_field("created_at"), "updated_at": date_field("updated_at")}  # fmt: skip
_SORTS = {"ID": "id", "NAME": "name", "CREATED_AT": "created_at", "UPDATED_AT": "updated_at"}
COMPANIES = TableSpec("companies", SearchSpec(_NAMED, word_field("name")), _SORTS)
LOCATIONS = TableSpec(
    "company_locations", SearchSpec({**_NAMED, "company_id": number_field("company_id")}, word_field("name")), _SORTS
)
CATALOGS = TableSpec(
    "catalogs",
    SearchSpec({"id": number_field("id"), "title": text_field("title")}, word_field("title")),
    {"ID": "id", "TITLE": "title"},
)
PRICE_LISTS = TableSpec("price_lists", SearchSpec({}, word_field("name")), {"ID": "id", "NAME": "name"})


def catalog_row(row: Row | None) -> Row | None:
    """A catalog as a value of its interface."""
    return {**row, "__typename": "CompanyLocationCatalog"} if row else None


@field("QueryRoot", "companies")
def companies(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of companies."""
    return [table_page(context, COMPANIES, args)]


@field("QueryRoot", "companiesCount")
def companies_count(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """How many."""
    return [count_of(context, COMPANIES, args)]


@field("QueryRoot", "company")
def company(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One company."""
    return [context.state.get("companies", number_of(args["id"], "Company"))]


@field("QueryRoot", "companyLocations")
def company_locations(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of locations of all companies."""
    return [table_page(context, LOCATIONS, args)]


@field("QueryRoot", "companyLocation")
def company_location(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One location."""
    return [context.state.get("company_locations", number_of(args["id"], "CompanyLocation"))]


@field("QueryRoot", "catalogs")
def catalogs(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of catalogs."""
    found = table_page(context, CATALOGS, args)
    return [{**found, "nodes": [catalog_row(row) for row in found["nodes"]]}]


@field("QueryRoot", "catalog")
def catalog(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One catalog."""
    return [catalog_row(context.state.get("catalogs", number_of(args["id"], "CompanyLocationCatalog")))]


@field("QueryRoot", "priceLists")
def price_lists(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of price lists."""
    return [table_page(context, PRICE_LISTS, args)]


@field("QueryRoot", "priceList")
def price_list(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One price list."""
    return [context.state.get("price_lists", number_of(args["id"], "PriceList"))]


# Companies


@each("Company", "locations")
def locations_of(context: Context, row: Row, args: Args) -> Row:
    """Locations of a company."""
    return list_page(context.state.rows("company_locations", "company_id = ? ORDER BY id", row["id"]), args)


@each("Company", "contacts")
def contacts_of(context: Context, row: Row, args: Args) -> Row:
    """People of a company."""
    return list_page(context.state.rows("company_contacts", "company_id = ? ORDER BY id", row["id"]), args)


@each("Company", "locationsCount")
def locations_count(context: Context, row: Row, _args: Args) -> Row:
    """How many locations."""
    sql = "SELECT COUNT(*) FROM company_locations WHERE company_id = ?"
    return {"count": context.state.value(sql, row["id"]), "precision": "EXACT"}


@each("Company", "contactsCount")
def contacts_count(context: Context, row: Row, _args: Args) -> Row:
    """How many people."""
    sql = "SELECT COUNT(*) FROM company_contacts WHERE company_id = ?"
    return {"count": context.state.value(sql, row["id"]), "precision": "EXACT"}


@each("Company", "mainContact")
def main_contact(context: Context, row: Row, _args: Args) -> Row | None:
    """The person to turn to."""
    return context.state.one("company_contacts", "company_id = ? AND is_main", row["id"])


def _orders(context: Context, column: str, row: Row) -> tuple[int, Decimal]:
    rows = context.state.rows("orders", f"{column} = ?", row["id"])
    spent = sum((Decimal(item["received"]) - Decimal(item["refunded"]) for item in rows), ZERO)
    return len(rows), spent


def _register_orders(kind: str, stored: str) -> None:
    @each(kind, "ordersCount")
    def orders_count(context: Context, row: Row, _args: Args) -> Row:
        return {"count": _orders(context, stored, row)[0], "precision": "EXACT"}

    @each(kind, "totalSpent")
    def total_spent(context: Context, row: Row, _args: Args) -> Any:
        return context.bag(money(_orders(context, stored, row)[1]))


_register_orders("Company", "company_id")
_register_orders("CompanyLocation", "company_location_id")


@field("CompanyLocation CompanyContact PurchasingCompany", "company")
def company_of(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The company."""
    return context.load("companies", [row["company_id"] for row in parents])


@each("CompanyLocation", "currency")
def location_currency(context: Context, _row: Row, _args: Args) -> str:
    """The shop's currency."""
    return context.currency


def _address(stored: str) -> Any:
    def answer(_context: Context, row: Row, _args: Args) -> Row | None:
        found = opened(row, stored)
        return {**found, "id": row["id"], "companyName": row["name"], "created_at": row["created_at"],
                "updated_at": row["updated_at"]} if found else None  # fmt: skip

    return answer


each("CompanyLocation", "billingAddress")(_address("billing_address"))
each("CompanyLocation", "shippingAddress")(_address("shipping_address"))
for _name in ("address2", "city", "companyName", "countryCode", "firstName", "lastName", "phone", "recipient", "zip",
              "zoneCode"):  # fmt: skip
    part("CompanyAddress", _name)
part("CompanyAddress", "province", "zoneCode")


@each("CompanyAddress", "address1")
def address1(_context: Context, row: Row, _args: Args) -> str:
    """Street and number; an empty text when unknown."""
    return str(row.get("address1") or "")


@each("CompanyAddress", "country")
def country(_context: Context, row: Row, _args: Args) -> str | None:
    """The country's name."""
    return country_name(row.get("countryCode"))


@each("CompanyAddress", "formattedAddress")
def formatted(_context: Context, row: Row, _args: Args) -> list[str]:
    """The lines of the address."""
    lines = [row.get("address1"), row.get("address2"), f"{row.get('zip') or ''} {row.get('city') or ''}".strip()]
    return [line for line in lines if line]


@each("CompanyAddress", "formattedArea")
def area(_context: Context, row: Row, _args: Args) -> str | None:
    """Place and country."""
    return ", ".join(item for item in (row.get("city"), country_name(row.get("countryCode"))) if item) or None


@each("CompanyLocation", "catalogs")
def location_catalogs(context: Context, row: Row, args: Args) -> Row:
    """Catalogs of a location."""
    sql = "EXISTS (SELECT 1 FROM json_each(company_location_ids) WHERE value = ?) ORDER BY id"
    return list_page([catalog_row(item) for item in context.state.rows("catalogs", sql, row["id"])], args)


@field("CompanyContact", "customer")
def contact_customer(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The customer."""
    return context.load("customers", [row["customer_id"] for row in parents])


@each("CompanyContact", "isMainContact")
def is_main(_context: Context, row: Row, _args: Args) -> bool:
    """Whether it is the person to turn to."""
    return bool(row["is_main"])


@field("Customer", "companyContactProfiles")
def profiles(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Companies that a customer buys for."""
    rows = context.state.rows("company_contacts", f"customer_id {IN} ORDER BY id", ids(row["id"] for row in parents))
    return [[item for item in rows if item["customer_id"] == row["id"]] for row in parents]


@field("PurchasingCompany", "location")
def purchasing_location(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The location that bought."""
    return context.load("company_locations", [row["company_location_id"] for row in parents])


@each("PurchasingCompany", "contact")
def purchasing_contact(context: Context, row: Row, _args: Args) -> Row | None:
    """The person who bought."""
    return context.state.one(
        "company_contacts", "company_id = ? AND customer_id = ?", row["company_id"], row["customer_id"]
    )


# Catalogs and price lists


@field("CompanyLocationCatalog", "priceList")
def catalog_price_list(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Prices of the catalog."""
    return context.load("price_lists", [row["price_list_id"] for row in parents])


@field("CompanyLocationCatalog", "publication")
def catalog_publication(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Products of the catalog."""
    return context.load("publications", [row["publication_id"] for row in parents])


def _catalog_locations(context: Context, row: Row) -> list[Row]:
    return context.state.rows("company_locations", f"id {IN} ORDER BY id", row["company_location_ids"])


@each("CompanyLocationCatalog", "companyLocations")
def catalog_locations(context: Context, row: Row, args: Args) -> Row:
    """Locations that the catalog is for."""
    return list_page(_catalog_locations(context, row), args)


@each("CompanyLocationCatalog", "companyLocationsCount")
def catalog_locations_count(context: Context, row: Row, _args: Args) -> Row:
    """How many."""
    return {"count": len(_catalog_locations(context, row)), "precision": "EXACT"}


@field("PriceList", "catalog")
def price_list_catalog(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The catalog that uses the list."""
    return [catalog_row(row) for row in context.load("catalogs", [row["catalog_id"] for row in parents])]


@each("PriceList", "fixedPricesCount")
def fixed_prices_count(context: Context, row: Row, _args: Args) -> int:
    """Variants with a price of their own."""
    return int(context.state.value("SELECT COUNT(*) FROM fixed_prices WHERE price_list_id = ?", row["id"]))


@each("PriceList", "parent")
def price_list_parent(_context: Context, row: Row, _args: Args) -> Row:
    """What happens to all other prices."""
    return {"adjustment": {"type": row["adjustment_type"], "value": row["adjustment_value"]}}


@each("PriceList", "prices")
def price_list_prices(context: Context, row: Row, args: Args) -> Row:
    """Prices of the list: fixed ones, and those worked out from the adjustment."""
    fixed = {item["variant_id"]: item for item in context.state.rows("fixed_prices", "price_list_id = ?", row["id"])}
    origin = args.get("originType")
    found = [{**item, "id": item["variant_id"], "origin_type": "FIXED", "list": row} for item in fixed.values()]
    if origin == "FIXED":
        return list_page(found, args)
    sign = 1 if row["adjustment_type"] == "PERCENTAGE_INCREASE" else -1
    factor = 1 + sign * Decimal(str(row["adjustment_value"])) / 100
    relative = [
        {"id": variant["id"], "variant_id": variant["id"], "origin_type": "RELATIVE", "list": row,
         "price": money(Decimal(variant["price"]) * factor), "compare_at_price": None}
        for variant in context.state.rows("variants", "1 ORDER BY id LIMIT 25000")
        if variant["id"] not in fixed
    ]  # fmt: skip
    return list_page(relative if origin == "RELATIVE" else [*found, *relative], args)


@each("PriceListPrice", "price")
def price(_context: Context, row: Row, _args: Args) -> Any:
    """The price."""
    return row["price"], row["list"]["currency"], None, None


@each("PriceListPrice", "compareAtPrice")
def compare_at_price(_context: Context, row: Row, _args: Args) -> Any:
    """The crossed-out price."""
    return None if row["compare_at_price"] is None else (row["compare_at_price"], row["list"]["currency"], None, None)


@field("PriceListPrice", "variant")
def price_variant(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The variant."""
    return context.load("variants", [row["variant_id"] for row in parents])
