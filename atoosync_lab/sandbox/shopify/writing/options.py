"""Options of products: reading inputs, and the values that variants choose."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.facts import MAX_OPTIONS
from atoosync_lab.sandbox.shopify.refusals import refuse
from atoosync_lab.sandbox.shopify.values import Row, number_of

DEFAULT = "Default Title"


def read_options(context: Context, given: Sequence[Row], old: Sequence[Row], field: Sequence[str]) -> list[Row]:
    """The options that an input describes; ids of options and values that were there are kept.

    Raises:
        RefusedError: too many options, or names twice.
    """
    if len(given) > MAX_OPTIONS:
        raise refuse(f"Can only specify a maximum of {MAX_OPTIONS} options", field, "OPTIONS_OVER_LIMIT")
    names = [str(item.get("name") or "") for item in given]
    if len({name.casefold() for name in names}) != len(names):
        raise refuse("Option names must be unique", field, "DUPLICATED_OPTION_NAME")
    found = []
    for place, item in enumerate(given):
        where = [*field, str(place)]
        known = _known(old, item.get("id"), names[place], "ProductOption")
        name = names[place] or (known["name"] if known else "")
        if not name:
            raise refuse("Option name can't be blank", [*where, "name"], "INVALID_INPUT")
        values = _values(context, item.get("values") or [], known["values"] if known else [], where)
        if not values:
            raise refuse("Option values are missing", [*where, "values"], "OPTION_VALUES_MISSING")
        number = known["id"] if known else context.state.part_id()
        found.append({"id": number, "name": name, "position": item.get("position") or place + 1, "values": values})
    found.sort(key=lambda option: option["position"])
    for place, option in enumerate(found):
        option["position"] = place + 1
    return found


def _values(context: Context, given: Sequence[Row], old: Sequence[Row], where: Sequence[str]) -> list[Row]:
    names = [str(item.get("name") or "") for item in given]
    if len({name.casefold() for name in names}) != len(names):
        raise refuse("Duplicated option value", [*where, "values"], "DUPLICATED_OPTION_VALUE")
    found = []
    for item, name in zip(given, names, strict=True):
        known = _known(old, item.get("id"), name, "ProductOptionValue")
        found.append({"id": known["id"] if known else context.state.part_id(), "name": name or known["name"]})  # type: ignore[index]
    return found


def _known(old: Sequence[Row], given: str | None, name: str, kind: str) -> Row | None:
    number = number_of(given, kind) if given else None
    if number is not None:
        return next((item for item in old if item["id"] == number), None)
    return next((item for item in old if item["name"] == name), None)


def chosen(
    options: Sequence[Row], given: Sequence[Row], field: Sequence[str], *, grow: Context | None = None, code: str
) -> tuple[str, ...]:
    """The value of each option that a variant's input chooses.

    Args:
        options: Options of the product.
        given: `VariantOptionValueInput`s.
        field: Path of the input, for errors.
        grow: The request, when values that are not there yet are added to the options.
        code: Code when the number of values is wrong.

    Raises:
        RefusedError: an option or a value does not exist, or one is missing.
    """
    found: dict[int, str] = {}
    for place, item in enumerate(given):
        where = [*field, "optionValues", str(place)]
        option = _option(options, item)
        if option is None:
            named = item.get("optionName") or item.get("optionId")
            raise refuse(f"Option '{named}' does not exist", where, "OPTION_DOES_NOT_EXIST" if grow is None else code)
        value = _value(option, item)
        if value is None and grow is not None and item.get("name"):
            value = {"id": grow.state.part_id(), "name": item["name"]}
            option["values"].append(value)
        if value is None:
            raise refuse("Option value does not exist", [*where, "name"], "OPTION_VALUE_DOES_NOT_EXIST")
        found[option["id"]] = value["name"]
    missing = [option["name"] for option in options if option["id"] not in found]
    if missing:
        raise refuse(f"You need to add option values for {', '.join(missing)}", [*field, "optionValues"], code)
    return tuple(found[option["id"]] for option in options)


def _option(options: Sequence[Row], item: Row) -> Row | None:
    number = number_of(item["optionId"], "ProductOption") if item.get("optionId") else None
    if number is not None:
        return next((option for option in options if option["id"] == number), None)
    return next((option for option in options if option["name"] == item.get("optionName")), None)


def _value(option: Row, item: Row) -> Row | None:
    number = number_of(item["id"], "ProductOptionValue") if item.get("id") else None
    if number is not None:
        return next((value for value in option["values"] if value["id"] == number), None)
    return next((value for value in option["values"] if value["name"] == item.get("name")), None)
