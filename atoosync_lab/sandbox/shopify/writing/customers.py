"""Customers: `customerSet` with its declarative list of addresses, and the older mutations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.reading.customers import find_customer
from atoosync_lab.sandbox.shopify.refusals import RefusedError, refuse, user_error
from atoosync_lab.sandbox.shopify.values import Row, clean_tags, compact, gid, number_of, opened
from atoosync_lab.sandbox.shopify.writing.metafields import put, put_all
from atoosync_lab.sandbox.shopify.writing.registry import mutation

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")
_PHONE = re.compile(r"^\+?[0-9 ().-]{5,20}$")
ADDRESS_FIELDS = ("address1", "address2", "city", "company", "countryCode", "firstName", "lastName", "phone",
                  "provinceCode", "zip")  # fmt: skip


def plain_address(given: Row) -> Row:
    """An address as it is kept; the deprecated names of country and province are taken as codes."""
    found = {name: given.get(name) for name in ADDRESS_FIELDS}
    if not found["countryCode"] and given.get("country"):
        found["countryCode"] = given["country"][:2].upper()
    if not found["provinceCode"]:
        found["provinceCode"] = given.get("province")
    return found


def _addresses(context: Context, given: Sequence[Row], old: Sequence[Row], field: Sequence[str], coded: bool) -> str:
    found: list[Row] = []
    for place, item in enumerate(given):
        address = plain_address(item)
        if address in [{name: known.get(name) for name in ADDRESS_FIELDS} for known in found]:
            raise refuse("Address has already been taken", [*field, str(place)], "TAKEN" if coded else None)
        known = next((row for row in old if {name: row.get(name) for name in ADDRESS_FIELDS} == address), None)
        number = known["id"] if known else context.state.db.execute("INSERT INTO addresses DEFAULT VALUES").lastrowid
        found.append({**address, "id": number})
    return compact(found)


def customer_values(context: Context, given: Row, old: Row | None, field: Sequence[str], coded: bool) -> Row:
    """Columns that an input gives.

    Raises:
        RefusedError: an address or a number is malformed or another customer's.
    """
    values: Row = {}
    errors = []
    for name, column in (
        ("firstName", "first_name"),
        ("lastName", "last_name"),
        ("note", "note"),
        ("locale", "locale"),
    ):
        if name in given and (given[name] is not None or name != "locale"):
            values[column] = given[name]
    for name, pattern in (("email", _EMAIL), ("phone", _PHONE)):
        if name not in given:
            continue
        text = (given[name] or "").strip() or None
        if name == "email" and text:
            text = text.lower()
        if text and not pattern.match(text):
            errors.append(user_error(f"{name.title()} is invalid", [*field, name], "INVALID" if coded else None))
        elif text and _other(context, name, text, old):
            errors.append(
                user_error(f"{name.title()} has already been taken", [*field, name], "TAKEN" if coded else None)
            )
        values[name] = text
    if errors:
        raise RefusedError(errors)
    if given.get("tags") is not None:
        values["tags"] = compact(clean_tags(given["tags"]))
    if given.get("taxExempt") is not None:
        values["tax_exempt"] = int(given["taxExempt"])
    if given.get("taxExemptions") is not None:
        values["tax_exemptions"] = compact(given["taxExemptions"])
    if given.get("addresses") is not None:
        before = opened(old, "addresses") if old else []
        values["addresses"] = _addresses(context, given["addresses"], before, [*field, "addresses"], coded)
    if given.get("emailMarketingConsent"):
        values["marketing"] = given["emailMarketingConsent"]["marketingState"]
    merged = {**(old or {}), **values}
    if not any(merged.get(name) for name in ("email", "phone", "first_name", "last_name")):
        message = "A name, phone number, or email address must be present"
        raise refuse(message, list(field) if coded else None, "INVALID" if coded else None)
    return values


def _other(context: Context, name: str, text: str, old: Row | None) -> bool:
    row = context.state.one("customers", f"{name} = ? COLLATE NOCASE", text)
    return row is not None and (old is None or row["id"] != old["id"])


def save_customer(context: Context, values: Row, old: Row | None) -> int:
    """Insert or change a customer; gives its number."""
    now = context.state.now()
    if old is None:
        return context.state.insert("customers", {**values, "created_at": now, "updated_at": now})
    context.state.update("customers", old["id"], {**values, "updated_at": now})
    return int(old["id"])


@mutation("customerSet")
def customer_set(context: Context, args: Args) -> Row:
    """Create or change a customer; addresses that are not listed are deleted."""
    identifier, given = dict(args.get("identifier") or {}), args["input"]
    if given.get("id") and not identifier:
        identifier = {"id": given["id"]}
    old = find_customer(context, identifier) if identifier else None
    if identifier.get("id") and old is None:
        raise refuse("Resource matching the identifier was not found.", ["input"], "NOT_FOUND")
    for name in ("email", "phone"):
        if identifier.get(name) is None:
            continue
        if given.get(name) is None:
            raise refuse(
                "The input field corresponding to the identifier is required.", ["input"], "MISSING_FIELD_REQUIRED"
            )
        if old is None and given[name] != identifier[name]:
            raise refuse("The identifier value does not match the value in the input.", ["input"], "INPUT_MISMATCH")
    values = customer_values(context, given, old, ["input"], True)
    number = save_customer(context, values, old)
    if old is None and identifier.get("customId"):
        put(context, "CUSTOMER", number, identifier["customId"], ["identifier", "customId"], "METAFIELD_MISMATCH")
    return {"customer": context.state.get("customers", number)}


@mutation("customerCreate")
def customer_create(context: Context, args: Args) -> Row:
    """A new customer."""
    given = args["input"]
    number = save_customer(context, customer_values(context, given, None, [], False), None)
    put_all(context, "CUSTOMER", number, given.get("metafields") or [], ["metafields"], "INVALID")
    return {"customer": context.state.get("customers", number)}


@mutation("customerUpdate")
def customer_update(context: Context, args: Args) -> Row:
    """Change a customer; metafields are added."""
    given = args["input"]
    old = context.state.get("customers", number_of(given.get("id") or "", "Customer"))
    if old is None:
        raise refuse("Customer does not exist", ["id"])
    number = save_customer(context, customer_values(context, given, old, [], False), old)
    put_all(context, "CUSTOMER", number, given.get("metafields") or [], ["metafields"], "INVALID")
    return {"customer": context.state.get("customers", number)}


@mutation("customerDelete")
def customer_delete(context: Context, args: Args) -> Row:
    """Delete a customer without orders."""
    given = args["input"]["id"]
    old = context.state.get("customers", number_of(given, "Customer"))
    if old is None:
        raise refuse("Customer can't be found", ["id"])
    if context.state.one("orders", "customer_id = ?", old["id"]):
        raise refuse("Customer can't be deleted because they have associated orders", ["id"])
    context.state.delete("customers", old["id"])
    return {"deleted_customer_id": gid("Customer", old["id"])}
