"""Companies, catalogs, price lists and publications of catalogs (B2B)."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.reading.companies import catalog_row
from atoosync_lab.sandbox.shopify.refusals import RefusedError, refuse, user_error
from atoosync_lab.sandbox.shopify.values import Row, compact, gid, number_of
from atoosync_lab.sandbox.shopify.writing.common import amount, found
from atoosync_lab.sandbox.shopify.writing.customers import customer_values, save_customer
from atoosync_lab.sandbox.shopify.writing.registry import mutation


def _company(context: Context, given: Row, field: Sequence[str], old: Row | None) -> Row:
    if (old is None or "name" in given) and not (given.get("name") or "").strip():
        raise refuse("Name can't be blank", [*field, "name"], "BLANK")
    external = given.get("externalId")
    other = context.state.one("companies", "external_id = ?", external) if external else None
    if other is not None and (old is None or other["id"] != old["id"]):
        raise refuse("External id has already been taken.", [*field, "externalId"], "TAKEN")
    names = (("name", "name"), ("externalId", "external_id"), ("note", "note"), ("customerSince", "customer_since"))
    return {column: given[name] for name, column in names if name in given}


@mutation("companyCreate")
def company_create(context: Context, args: Args) -> Row:
    """A company, with a person and a location when they are given."""
    given, now = args["input"], context.state.now()
    values = _company(context, given["company"], ["input", "company"], None)
    dates = {"created_at": now, "updated_at": now}
    company = context.state.insert("companies", {"customer_since": now, **values, **dates})
    place = given.get("companyLocation") or {}
    shipping = place.get("shippingAddress")
    billing = shipping if place.get("billingSameAsShipping") else place.get("billingAddress")
    external = place.get("externalId")
    if external and context.state.one("company_locations", "external_id = ?", external):
        raise refuse("External id has already been taken.", ["input", "companyLocation", "externalId"], "TAKEN")
    context.state.insert(
        "company_locations",
        {
            "company_id": company,
            "name": place.get("name") or given["company"]["name"],
            "external_id": external,
            "note": place.get("note"),
            "phone": place.get("phone"),
            "locale": place.get("locale"),
            "billing_address": compact(billing) if billing else None,
            "shipping_address": compact(shipping) if shipping else None,
            **dates,
        },
    )
    if given.get("companyContact"):
        _contact(context, company, given["companyContact"])
    return {"company": context.state.get("companies", company)}


def _contact(context: Context, company: int, given: Row) -> None:
    old = context.state.one("customers", "email = ? COLLATE NOCASE", given["email"]) if given.get("email") else None
    names = ("email", "firstName", "lastName", "phone", "locale")
    values = {name: given[name] for name in names if given.get(name) is not None}
    checked = customer_values(context, values, old, ["input", "companyContact"], True)
    _assign(context, company, save_customer(context, checked, old), given.get("title"))


def _assign(context: Context, company: int, customer: int, title: str | None) -> Row:
    if context.state.one("company_contacts", "company_id = ? AND customer_id = ?", company, customer):
        raise refuse("Customer is already associated with a company contact.", ["customerId"], "INVALID_INPUT")
    now = context.state.now()
    first = context.state.one("company_contacts", "company_id = ?", company) is None
    number = context.state.insert(
        "company_contacts",
        {"company_id": company, "customer_id": customer, "is_main": int(first), "title": title, "created_at": now,
         "updated_at": now},
    )  # fmt: skip
    return context.state.get("company_contacts", number) or {}


@mutation("companyUpdate")
def company_update(context: Context, args: Args) -> Row:
    """Change a company."""
    message = "The company doesn't exist."
    old = found(context, "companies", "Company", args["companyId"], ["companyId"], message, "RESOURCE_NOT_FOUND")
    values = _company(context, args["input"], ["input"], old)
    context.state.update("companies", old["id"], {**values, "updated_at": context.state.now()})
    return {"company": context.state.get("companies", old["id"])}


@mutation("companyAssignCustomerAsContact")
def assign_customer(context: Context, args: Args) -> Row:
    """Make a customer a person of a company."""
    company = found(
        context,
        "companies",
        "Company",
        args["companyId"],
        ["companyId"],
        "The company doesn't exist.",
        "RESOURCE_NOT_FOUND",
    )
    customer = found(
        context, "customers", "Customer", args["customerId"], ["customerId"], "The customer doesn't exist.",
        "RESOURCE_NOT_FOUND",
    )  # fmt: skip
    return {"company_contact": _assign(context, company["id"], customer["id"], None)}


@mutation("catalogCreate")
def catalog_create(context: Context, args: Args) -> Row:
    """A catalog for locations of companies; below plan plus they cannot be assigned directly."""
    given = args["input"]
    wanted = given["context"].get("companyLocationIds") or []
    if wanted and context.settings["plan"] != "plus":
        message = "Your plan does not allow catalogs for company locations."
        raise refuse(message, ["input", "context"], "COMPANY_LOCATION_CATALOG_STATUS_PLAN")
    if not wanted:
        raise refuse(
            "Must provide exactly one context type", ["input", "context"], "MUST_PROVIDE_EXACTLY_ONE_CONTEXT_TYPE"
        )
    places = [number_of(item, "CompanyLocation") for item in wanted]
    if any(context.state.get("company_locations", place) is None for place in places):
        message = "Company location does not exist."
        raise refuse(message, ["input", "context", "companyLocationIds"], "COMPANY_LOCATION_NOT_FOUND")
    price_list = number_of(given["priceListId"], "PriceList") if given.get("priceListId") else None
    publication = number_of(given["publicationId"], "Publication") if given.get("publicationId") else None
    number = context.state.insert(
        "catalogs",
        {"title": given["title"], "status": given["status"], "company_location_ids": compact(places),
         "price_list_id": price_list, "publication_id": publication},
    )  # fmt: skip
    if price_list is not None:
        context.state.update("price_lists", price_list, {"catalog_id": number})
    if publication is not None:
        context.state.update("publications", publication, {"catalog_id": number})
    return {"catalog": catalog_row(context.state.get("catalogs", number))}


@mutation("priceListCreate")
def price_list_create(context: Context, args: Args) -> Row:
    """A price list."""
    given = args["input"]
    if context.state.one("price_lists", "name = ?", given["name"]):
        raise refuse("Name has already been taken", ["input", "name"], "TAKEN")
    adjustment = given["parent"]["adjustment"]
    if not 0 <= adjustment["value"] <= 1000:
        raise refuse("The adjustment value is out of range", ["input", "parent"], "INVALID_ADJUSTMENT_VALUE")
    catalog = number_of(given["catalogId"], "CompanyLocationCatalog") if given.get("catalogId") else None
    if given.get("catalogId") and context.state.get("catalogs", catalog) is None:
        raise refuse("Catalog does not exist", ["input", "catalogId"], "CATALOG_DOES_NOT_EXIST")
    number = context.state.insert(
        "price_lists",
        {"name": given["name"], "currency": given["currency"], "catalog_id": catalog,
         "adjustment_type": adjustment["type"], "adjustment_value": adjustment["value"]},
    )  # fmt: skip
    if catalog is not None:
        context.state.update("catalogs", catalog, {"price_list_id": number})
    return {"price_list": context.state.get("price_lists", number)}


def _price_list(context: Context, given: str) -> Row:
    return found(
        context,
        "price_lists",
        "PriceList",
        given,
        ["priceListId"],
        "Price list does not exist.",
        "PRICE_LIST_NOT_FOUND",
    )


@mutation("priceListFixedPricesAdd")
def fixed_prices_add(context: Context, args: Args) -> Row:
    """Set prices of variants in a list; a price that is there is replaced."""
    row = _price_list(context, args["priceListId"])
    made, errors = [], []
    for place, item in enumerate(args["prices"]):
        field = ["prices", str(place)]
        variant = number_of(item["variantId"], "ProductVariant")
        if context.state.get("variants", variant) is None:
            errors.append(user_error("Variant does not exist.", [*field, "variantId"], "VARIANT_NOT_FOUND"))
            continue
        if item["price"]["currencyCode"] != row["currency"]:
            message = "The currency of the price must be that of the price list."
            errors.append(user_error(message, [*field, "price", "currencyCode"], "PRICE_LIST_CURRENCY_MISMATCH"))
            continue
        price = amount(item["price"]["amount"], [*field, "price"], "BLANK")
        crossed = item.get("compareAtPrice")
        compare = amount(crossed["amount"], [*field, "compareAtPrice"], "BLANK") if crossed else None
        context.state.db.execute(
            "INSERT OR REPLACE INTO fixed_prices VALUES (?, ?, ?, ?)", (row["id"], variant, price, compare)
        )
        made.append(
            {"variant_id": variant, "price": price, "compare_at_price": compare, "origin_type": "FIXED", "list": row}
        )
    if errors:
        raise RefusedError(errors)
    return {"prices": made}


@mutation("priceListFixedPricesDelete")
def fixed_prices_delete(context: Context, args: Args) -> Row:
    """Take prices of variants off a list."""
    row = _price_list(context, args["priceListId"])
    deleted = []
    for place, item in enumerate(args["variantIds"]):
        number = number_of(item, "ProductVariant")
        count = context.state.db.execute(
            "DELETE FROM fixed_prices WHERE price_list_id = ? AND variant_id = ?", (row["id"], number)
        ).rowcount
        if not count or number is None:
            raise refuse("Only fixed prices can be deleted.", ["variantIds", str(place)], "PRICE_NOT_FIXED")
        deleted.append(gid("ProductVariant", number))
    return {"deleted_fixed_price_variant_ids": deleted}


@mutation("publicationCreate")
def publication_create(context: Context, args: Args) -> Row:
    """A publication of a catalog, empty or with all products."""
    given = args["input"]
    catalog = number_of(given["catalogId"], "CompanyLocationCatalog") if given.get("catalogId") else None
    row = context.state.get("catalogs", catalog)
    if given.get("catalogId") and row is None:
        raise refuse("Catalog does not exist.", ["input", "catalogId"], "CATALOG_NOT_FOUND")
    name = row["title"] if row else "Catalog"
    number = context.state.insert(
        "publications", {"name": name, "auto_publish": int(given.get("autoPublish") or False), "catalog_id": catalog}
    )
    if catalog is not None:
        context.state.update("catalogs", catalog, {"publication_id": number})
    if given.get("defaultState") == "ALL_PRODUCTS":
        context.state.db.execute(
            "INSERT INTO publication_entries SELECT 'Product', id, ?, NULL FROM products", (number,)
        )
    return {"publication": context.state.get("publications", number)}
