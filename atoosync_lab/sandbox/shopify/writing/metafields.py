"""Metafields, their definitions, and tags."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.facts import MAX_METAFIELDS_SET, MAX_PRODUCT_TAGS
from atoosync_lab.sandbox.shopify.reading.common import APP_NAMESPACE, OWNERS, digest
from atoosync_lab.sandbox.shopify.reading.nodes import find_node
from atoosync_lab.sandbox.shopify.refusals import RefusedError, refuse, user_error
from atoosync_lab.sandbox.shopify.values import Row, clean_tags, compact, opened, read_instant, split_gid
from atoosync_lab.sandbox.shopify.writing.registry import mutation

_TEXTS = frozenset({"single_line_text_field", "multi_line_text_field", "rich_text_field", "id", "color", "link"})
_JSON = frozenset({"json", "money", "dimension", "weight", "volume", "rating"})
_KEY = re.compile(r"^[A-Za-z0-9_-]+$")
UNIQUE_TYPES = frozenset({"id"})
"""Types whose definition makes values unique by nature."""


def owner_of(context: Context, given: str) -> tuple[str, int, str] | None:
    """Owner type, number and table of an object that can have metafields, or None."""
    parts = split_gid(given)
    if parts is None or parts[0] not in OWNERS or not parts[1].isdigit():
        return None
    owner, table = OWNERS[parts[0]]
    if not table:
        return owner, 1, table
    return (owner, int(parts[1]), table) if context.state.get(table, int(parts[1])) else None


def problem_of(context: Context, kind: str, value: str) -> str | None:
    """Why a value does not fit a type, or None."""
    if kind.startswith("list."):
        try:
            items = json.loads(value)
        except ValueError:
            return "Value must be a JSON array."
        if not isinstance(items, list):
            return "Value must be a JSON array."
        texts = [item if isinstance(item, str) else json.dumps(item) for item in items]
        return next((problem for text in texts if (problem := problem_of(context, kind[5:], text))), None)
    if kind in _TEXTS:
        return (
            "Value must be a single line text string." if kind == "single_line_text_field" and "\n" in value else None
        )
    if kind.endswith("_reference"):
        return None if find_node(context, value) else f"Value require that you select a {kind[:-10]}."
    return _plain_problem(kind, value)


def _plain_problem(kind: str, value: str) -> str | None:
    try:
        if kind == "number_integer" and not re.fullmatch(r"[-+]?\d+", value):
            return "Value must be an integer."
        if kind == "number_decimal":
            Decimal(value)
        elif kind in ("date", "date_time"):
            read_instant(value)
        elif kind in _JSON:
            json.loads(value)
        elif kind == "boolean" and value not in ("true", "false"):
            return "Value must be true or false."
        elif kind == "url" and not re.match(r"^(https?|mailto|sms|tel):", value):
            return "Value must be one of the following URL schemes: http, https, mailto, sms, tel."
    except (InvalidOperation, ValueError):
        return f"Value is invalid for the type {kind}."
    return None


def known_type(kind: str) -> bool:
    """Whether a type exists."""
    plain = kind[5:] if kind.startswith("list.") else kind
    names = {"number_integer", "number_decimal", "date", "date_time", "boolean", "url"} | _TEXTS | _JSON
    return plain in names or plain.endswith("_reference")


def put(context: Context, owner: str, number: int, given: Row, field: Sequence[str], code: str | None = None) -> Row:
    """Write one metafield and give its row.

    Args:
        context: The request.
        owner: Owner type.
        number: The owner's number.
        given: `namespace`, `key`, `type`, `value`, `compareDigest`.
        field: Path of the input, for errors.
        code: Code of every error; None takes those of `metafieldsSet`.

    Raises:
        RefusedError: it does not fit.
    """
    state = context.state
    if given.get("id") and not given.get("key"):
        parts = split_gid(given["id"])
        old = state.get("metafields", int(parts[1]) if parts and parts[1].isdigit() else None)
        if old is None:
            raise refuse("Metafield does not exist", [*field, "id"], code or "INVALID")
        given = {"namespace": old["namespace"], "key": old["key"], **given}
    space, key = given.get("namespace") or APP_NAMESPACE, str(given.get("key") or "")
    if not 2 <= len(key) <= 64 or not _KEY.match(key):
        raise refuse("Key is too short (minimum is 2 characters)", [*field, "key"], code or "TOO_SHORT")
    if not 3 <= len(space) <= 255:
        raise refuse("Namespace is too short (minimum is 3 characters)", [*field, "namespace"], code or "TOO_SHORT")
    names = (owner, space, key)
    definition = state.one("metafield_definitions", "owner_type = ? AND namespace = ? AND key = ?", *names)
    old = state.one(
        "metafields", "owner_type = ? AND owner_id = ? AND namespace = ? AND key = ?", owner, number, space, key
    )
    kind = given.get("type") or (definition["type"] if definition else old["type"] if old else None)
    if kind is None:
        raise refuse("Type can't be blank", [*field, "type"], code or "BLANK")
    if not known_type(kind):
        raise refuse(f"Type {kind} is not a valid type", [*field, "type"], code or "INVALID_TYPE")
    if definition is not None and kind != definition["type"]:
        message = f"Type must be consistent with the definition's type: '{definition['type']}'."
        raise refuse(message, [*field, "type"], code or "INVALID_TYPE")
    value = str(given.get("value") if given.get("value") is not None else "")
    if value == "":
        raise refuse("Value can't be blank", [*field, "value"], code or "BLANK")
    problem = problem_of(context, kind, value)
    if problem:
        raise refuse(problem, [*field, "value"], code or "INVALID_VALUE")
    if definition is not None and definition["unique_values"]:
        other = state.one(
            "metafields", "owner_type = ? AND namespace = ? AND key = ? AND value = ? AND owner_id <> ?",
            *names, value, number,
        )  # fmt: skip
        if other is not None:
            raise refuse("Value has already been taken", [*field, "value"], code or "TAKEN")
    if "compareDigest" in given and given["compareDigest"] != (digest(old) if old else None):
        raise refuse("The resource has been updated since it was loaded.", [*field], code or "STALE_OBJECT")
    now = state.now()
    if old is not None:
        if (old["type"], old["value"]) != (kind, value):
            state.update("metafields", old["id"], {"type": kind, "value": value, "updated_at": now})
        return state.get("metafields", old["id"]) or old
    row = {"owner_type": owner, "owner_id": number, "namespace": space, "key": key, "type": kind, "value": value,
           "created_at": now, "updated_at": now}  # fmt: skip
    return {**row, "id": state.insert("metafields", row)}


def put_all(
    context: Context, owner: str, number: int, given: Sequence[Row], field: Sequence[str], code: str
) -> set[int]:
    """Write the metafields of an input; gives their numbers."""
    return {
        int(put(context, owner, number, item, [*field, str(place)], code)["id"]) for place, item in enumerate(given)
    }


def drop_all(context: Context, owner: str, number: int) -> None:
    """Delete all metafields of an object."""
    context.state.db.execute("DELETE FROM metafields WHERE owner_type = ? AND owner_id = ?", (owner, number))


@mutation("metafieldsSet")
def metafields_set(context: Context, args: Args) -> Row:
    """Set up to 25 metafields of any owners, all or none."""
    given = args["metafields"]
    if len(given) > MAX_METAFIELDS_SET:
        message = f"Exceeded the maximum metafields input limit of {MAX_METAFIELDS_SET}."
        raise refuse(message, ["metafields"], "LESS_THAN_OR_EQUAL_TO")
    errors: list[Row] = []
    rows = []
    for place, item in enumerate(given):
        field = ["metafields", str(place)]
        owner = owner_of(context, item["ownerId"])
        if owner is None:
            errors.append(user_error("Owner does not exist.", [*field, "ownerId"], "INVALID", element_index=None))
            continue
        try:
            rows.append(put(context, owner[0], owner[1], item, field))
        except RefusedError as error:
            errors += error.errors
            continue
        if owner[2]:
            _moved(context, owner[2], owner[1])
    if errors:
        raise RefusedError(errors)
    return {"metafields": rows}


def _moved(context: Context, table: str, number: int) -> None:
    # A metafield of a variant does not move the product; locations keep their own date.
    if table in ("products", "orders", "customers", "collections", "variants"):
        context.state.update(table, number, {"updated_at": context.state.now()})


@mutation("metafieldsDelete")
def metafields_delete(context: Context, args: Args) -> Row:
    """Delete metafields; null for those that are not there."""
    deleted: list[Row | None] = []
    for item in args["metafields"]:
        owner = owner_of(context, item["ownerId"])
        count = 0
        if owner is not None:
            count = context.state.db.execute(
                "DELETE FROM metafields WHERE owner_type = ? AND owner_id = ? AND namespace = ? AND key = ?",
                (owner[0], owner[1], item["namespace"], item["key"]),
            ).rowcount
        named = {"owner_id": item["ownerId"], "namespace": item["namespace"], "key": item["key"]}
        deleted.append(named if count else None)
    return {"deleted_metafields": deleted}


@mutation("metafieldDefinitionCreate")
def metafield_definition_create(context: Context, args: Args) -> Row:
    """Define a metafield."""
    given = args["definition"]
    owner, space, key = given["ownerType"], given.get("namespace") or APP_NAMESPACE, given["key"]
    state = context.state
    if state.one("metafield_definitions", "owner_type = ? AND namespace = ? AND key = ?", owner, space, key):
        message = f"Key is in use for {owner.title()} metafields on the '{space}' namespace."
        raise refuse(message, ["definition", "key"], "TAKEN")
    if not known_type(given["type"]):
        raise refuse(f"Type name {given['type']} is not a valid type.", ["definition", "type"], "INCLUSION")
    if not 2 <= len(key) <= 64:
        raise refuse("Key is too short (minimum is 2 characters)", ["definition", "key"], "TOO_SHORT")
    wanted = given.get("capabilities") or {}
    unique = given["type"] in UNIQUE_TYPES or bool((wanted.get("uniqueValues") or {}).get("enabled"))
    other = state.one(
        "metafields", "owner_type = ? AND namespace = ? AND key = ? AND type <> ?", owner, space, key, given["type"]
    )
    if other is not None:
        message = "There are metafields of another type under this namespace and key."
        raise refuse(message, ["definition"], "UNSTRUCTURED_ALREADY_EXISTS")
    pinned = state.value("SELECT COUNT(*) + 1 FROM metafield_definitions WHERE owner_type = ?", owner)
    number = state.insert(
        "metafield_definitions",
        {
            "owner_type": owner,
            "namespace": space,
            "key": key,
            "name": given["name"],
            "description": given.get("description"),
            "type": given["type"],
            "unique_values": int(unique),
            "filterable": int(bool((wanted.get("adminFilterable") or {}).get("enabled"))),
            "pinned_position": pinned if given.get("pin") else None,
        },
    )
    return {"created_definition": state.get("metafield_definitions", number)}


# Tags

_TAGGED = {"Product": "products", "Customer": "customers", "Order": "orders"}


def _tags(context: Context, args: Args, change: Any) -> Row:
    parts = split_gid(args["id"])
    table = _TAGGED.get(parts[0]) if parts else None
    row = context.state.get(table, int(parts[1])) if table and parts and parts[1].isdigit() else None
    if parts is None or table is None or row is None:
        kind = parts[0] if parts else "Resource"
        raise refuse(f"{kind} does not exist", ["id"])
    old = opened(row, "tags")
    new = change(old, clean_tags(args["tags"]))
    if len(new) > MAX_PRODUCT_TAGS:
        raise refuse(f"Tags can't exceed {MAX_PRODUCT_TAGS}", ["tags"])
    if new != old:
        context.state.update(table, row["id"], {"tags": compact(new), "updated_at": context.state.now()})
    return {"node": {**(context.state.get(table, row["id"]) or row), "__typename": parts[0]}}


@mutation("tagsAdd")
def tags_add(context: Context, args: Args) -> Row:
    """Add tags to those that are there."""
    return _tags(context, args, lambda old, given: clean_tags([*old, *given]))


@mutation("tagsRemove")
def tags_remove(context: Context, args: Args) -> Row:
    """Take tags off, whatever their case."""
    return _tags(
        context,
        args,
        lambda old, given: [tag for tag in old if tag.casefold() not in {item.casefold() for item in given}],
    )
