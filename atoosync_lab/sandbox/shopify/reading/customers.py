"""Customers and their addresses."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args, FieldError
from atoosync_lab.sandbox.shopify.facts import DOC_PROTECTED
from atoosync_lab.sandbox.shopify.paging import count_of, list_page, table_page
from atoosync_lab.sandbox.shopify.reading.products import by_custom_id
from atoosync_lab.sandbox.shopify.reading.registry import each, field, part
from atoosync_lab.sandbox.shopify.reading.shop import country_name
from atoosync_lab.sandbox.shopify.reading.tables import CUSTOMERS, ORDERS
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, money, number_of, opened


def _approved(context: Context) -> None:
    if not context.settings["protected_customer_data"]:
        raise FieldError(
            f"This app is not approved to access the Customer object. See {DOC_PROTECTED} for more details.",
            {"code": "ACCESS_DENIED", "documentation": DOC_PROTECTED},
        )


@field("QueryRoot", "customers")
def customers(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of customers."""
    _approved(context)
    return [table_page(context, CUSTOMERS, args)]


@field("QueryRoot", "customersCount")
def customers_count(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """How many."""
    return [count_of(context, CUSTOMERS, args)]


@field("QueryRoot", "customer")
def customer(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One customer."""
    _approved(context)
    return [context.state.get("customers", number_of(args["id"], "Customer"))]


@field("QueryRoot", "customerByIdentifier")
def customer_by_identifier(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """The customer of an id, an e-mail address, a telephone number or a custom id."""
    _approved(context)
    return [find_customer(context, args["identifier"])]


def find_customer(context: Context, given: Row) -> Row | None:
    """The customer that an identifier points to, or None."""
    state = context.state
    email = given.get("emailAddress") or given.get("email")
    phone = given.get("phoneNumber") or given.get("phone")
    if given.get("customId") is not None:
        return state.get("customers", by_custom_id(context, "CUSTOMER", given["customId"]))
    if email is not None:
        return state.one("customers", "email = ? COLLATE NOCASE", email)
    if phone is not None:
        return state.one("customers", "phone = ?", phone)
    return state.get("customers", number_of(given["id"], "Customer"))


@each("Customer", "displayName")
def display_name(_context: Context, row: Row, _args: Args) -> str:
    """Name, or what else is known."""
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    return name or row["email"] or row["phone"] or ""


@each("Customer", "taxExemptions")
def tax_exemptions(_context: Context, row: Row, _args: Args) -> list[str]:
    """Taxes that the customer does not pay."""
    return list(opened(row, "tax_exemptions"))


@each("Customer", "addresses")
def addresses(_context: Context, row: Row, args: Args) -> list[Row]:
    """All addresses, the default first."""
    found = opened(row, "addresses")
    return list(found[: args["first"]] if args.get("first") is not None else found)


@each("Customer", "addressesV2")
def addresses_page(_context: Context, row: Row, args: Args) -> Row:
    """A page of them."""
    return list_page(opened(row, "addresses"), args)


@each("Customer", "defaultAddress")
def default_address(_context: Context, row: Row, _args: Args) -> Row | None:
    """The first address."""
    return next(iter(opened(row, "addresses")), None)


@each("Customer", "defaultEmailAddress")
def default_email(_context: Context, row: Row, _args: Args) -> Row | None:
    """The e-mail address with its consent."""
    if not row["email"]:
        return None
    level = "SINGLE_OPT_IN" if row["marketing"] == "SUBSCRIBED" else None
    return {
        "email_address": row["email"],
        "marketing_state": row["marketing"],
        "marketing_opt_in_level": level,
        "marketing_updated_at": row["updated_at"] if level else None,
        "valid_format": True,
    }


@each("Customer", "emailMarketingConsent")
def email_consent(_context: Context, row: Row, _args: Args) -> Row | None:
    """The consent alone."""
    if not row["email"]:
        return None
    return {"consent_updated_at": None, "marketing_opt_in_level": None, "marketing_state": row["marketing"],
            "source_location": None}  # fmt: skip


@each("Customer", "defaultPhoneNumber")
def default_phone(_context: Context, row: Row, _args: Args) -> Row | None:
    """The telephone number."""
    if not row["phone"]:
        return None
    return {"phone_number": row["phone"], "marketing_state": "NOT_SUBSCRIBED", "marketing_opt_in_level": None,
            "marketing_updated_at": None}  # fmt: skip


def _spending(context: Context, parents: list[Row]) -> dict[int, tuple[int, str]]:
    memo: dict[int, tuple[int, str]] = context.memo.setdefault("spending", {})
    missing = [row["id"] for row in parents if row["id"] not in memo]
    if missing:
        rows = context.state.rows("orders", f"customer_id {IN}", ids(missing))
        memo.update(dict.fromkeys(missing, (0, "0.00")))
        for order in rows:
            number, spent = memo[order["customer_id"]]
            counted = Decimal(0) if order["cancelled_at"] else Decimal(order["received"]) - Decimal(order["refunded"])
            memo[order["customer_id"]] = (number + 1, money(Decimal(spent) + counted))
    return memo


@field("Customer", "numberOfOrders")
def number_of_orders(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """How many orders."""
    spending = _spending(context, parents)
    return [str(spending[row["id"]][0]) for row in parents]


@field("Customer", "amountSpent")
def amount_spent(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """What was paid, less refunds."""
    spending = _spending(context, parents)
    return [context.bag(spending[row["id"]][1]) for row in parents]


@field("Customer", "canDelete")
def can_delete(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Only customers without orders can be deleted."""
    spending = _spending(context, parents)
    return [spending[row["id"]][0] == 0 for row in parents]


@each("Customer", "lastOrder")
def last_order(context: Context, row: Row, _args: Args) -> Row | None:
    """The latest order."""
    return context.state.one("orders", "customer_id = ? ORDER BY processed_at DESC", row["id"])


@each("Customer", "orders")
def customer_orders(context: Context, row: Row, args: Args) -> Row:
    """Orders of the customer."""
    return table_page(context, ORDERS, args, "customer_id = ?", [row["id"]])


# Addresses, kept as the inputs name them


for _name in ("address1", "address2", "city", "company", "firstName", "lastName", "phone", "provinceCode", "zip",
              "countryCode"):  # fmt: skip
    part("MailingAddress", _name)


@each("MailingAddress", "id")
def address_id(_context: Context, row: Row, _args: Args) -> str:
    """The id; addresses of orders carry the order's."""
    return f"gid://shopify/MailingAddress/{row.get('id', 0)}?model_name={row.get('model', 'CustomerAddress')}"


@each("MailingAddress", "countryCodeV2")
def country_code(_context: Context, row: Row, _args: Args) -> str | None:
    """The country's code."""
    return row.get("countryCode") or None


@each("MailingAddress", "country")
def country(_context: Context, row: Row, _args: Args) -> str | None:
    """The country's name."""
    return country_name(row.get("countryCode"))


@each("MailingAddress", "province")
def province(_context: Context, row: Row, _args: Args) -> str | None:
    """The province: its code, as the sandbox knows no names."""
    return row.get("provinceCode") or None


@each("MailingAddress", "name")
def address_name(_context: Context, row: Row, _args: Args) -> str | None:
    """First and last name."""
    return _name_of(row)


def _name_of(row: Row) -> str | None:
    return " ".join(part for part in (row.get("firstName"), row.get("lastName")) if part) or None


@each("MailingAddress", "formatted")
def formatted(_context: Context, row: Row, args: Args) -> list[str]:
    """The lines of the address."""
    lines = [
        _name_of(row) if args.get("withName") else None,
        row.get("company") if args.get("withCompany") else None,
        row.get("address1"),
        row.get("address2"),
        " ".join(part for part in (row.get("zip"), row.get("city")) if part),
        country_name(row.get("countryCode")),
    ]
    return [line for line in lines if line]


@each("MailingAddress", "formattedArea")
def formatted_area(_context: Context, row: Row, _args: Args) -> str | None:
    """Place and country."""
    return ", ".join(part for part in (row.get("city"), country_name(row.get("countryCode"))) if part) or None


@each("MailingAddress", "latitude", "longitude", "timeZone")
def unknown(_context: Context, _row: Row, _args: Args) -> None:
    """The sandbox looks no place up."""


@each("MailingAddress", "coordinatesValidated")
def validated(_context: Context, _row: Row, _args: Args) -> bool:
    """Nor does it check one."""
    return False
