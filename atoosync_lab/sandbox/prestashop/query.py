"""The query grammar of the Webservice: `filter`, `display`, `sort`, `limit`, `language`, `date`, to the letter.

Source: core class WebserviceRequest; behaviours at the edges (three commas, brackets in `limit`, a date that is
    none) as real shops
answered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from atoosync_lab.sandbox.prestashop.errors import WebserviceError, refuse, warning
from atoosync_lab.sandbox.prestashop.fields import Field, Resource
from atoosync_lab.sandbox.prestashop.links import HIDDEN
from atoosync_lab.sandbox.prestashop.state import ShopState
from atoosync_lab.sandbox.prestashop.values import datetime_text, int_prefix, number_prefix

_BRACKETS = re.compile(r"^(.*)\[(.*)\](.*)$", re.S)
_RANGE = re.compile(r"^([\d.:\-\s]+),([\d.:\-\s]+)$")
_DISPLAY_PART = re.compile(r"([^,\[\]]+)(?:\[([^\]]*)\])?")
_SORT_PART = re.compile(r"^(.+)_(ASC|DESC)$")
_DATE_FLAGGED = ("date_add", "date_upd")
_ID = Field("id", "int")


@dataclass(frozen=True)
class Display:
    """What a list shows: chosen fields, and chosen parts of associations (all parts when empty)."""

    fields: tuple[str, ...]
    associations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[Any, ...]:
        """A value to cache compiled plans by."""
        return (self.fields, tuple(sorted(self.associations.items())))


@dataclass(frozen=True)
class Selection:
    """A parsed list request."""

    where: str
    values: tuple[Any, ...]
    order: str
    limit: str
    display: Display | None
    languages: tuple[int, ...]
    nothing: bool = False

    def sql(self, table: str, columns: str) -> str:
        """The statement that reads these columns."""
        return f'SELECT {columns} FROM "{table}" AS main WHERE {self.where}{self.order}{self.limit}'


def full_display(resource: Resource) -> Display:
    """Everything a resource has."""
    return Display(("id", *resource.fields), dict.fromkeys(resource.associations, ()))


def list_error(state: ShopState, code: int, message: str) -> WebserviceError:
    """A wrong list parameter: 400, or in version 9 500 with PHP warnings after the message."""
    if state.at_least("9"):
        return WebserviceError(500, [(code, message), *[warning()] * 4])
    return refuse(400, code, message)


def parse_languages(state: ShopState, params: Mapping[str, str]) -> tuple[int, ...]:
    """The languages of the answer; all when the parameter is absent.

    Raises:
        WebserviceError: code 81 for a language that does not exist.
    """
    known = state.languages()
    raw = params.get("language")
    if raw is None:
        return tuple(known)
    found = _BRACKETS.match(raw)
    asked = (found.group(2) if found else raw).split("|")
    if len(asked) == 1 and "," in asked[0]:
        low, _, high = asked[0].partition(",")
        asked = [str(item) for item in known if int_prefix(low) <= item <= int_prefix(high)]
    ids = [int_prefix(item) for item in asked]
    if any(item not in known for item in ids):
        raise refuse(400, 81, "language is not available")
    return tuple(item for item in known if item in ids)


def parse_display(state: ShopState, resource: Resource, raw: str | None) -> Display | None:
    """The `display` parameter; None when absent (ids only).

    Raises:
        WebserviceError: codes 35 to 37.
    """
    if raw is None or raw == "minimum":
        return None
    if raw == "full":
        return full_display(resource)
    if not (raw.startswith("[") and raw.endswith("]")):
        raise list_error(state, 36, "The 'display' syntax is wrong. You can set 'full' or '[field_1,field_2]'.")
    names: list[str] = []
    associations: dict[str, tuple[str, ...]] = {}
    for part in _DISPLAY_PART.finditer(raw[1:-1]):
        name, inner = part.group(1).strip(), part.group(2)
        if name in resource.associations:
            known = [item.name for item in resource.associations[name].parts]
            parts = tuple(item.strip() for item in (inner or "").split(",") if item.strip())
            for item in parts:
                if item not in known:
                    raise list_error(
                        state,
                        35,
                        f'Unable to display this field "{item}". However, these are available: {", ".join(known)}',
                    )
            associations[name] = parts
        elif name == "id" or name in resource.fields:
            names.append(name)
        else:
            available = ", ".join(["id", *resource.fields])
            raise list_error(
                state, 35, f'Unable to display this field "{name}". However, these are available: {available}'
            )
    # The answer has the order of the resource, not that of the parameter.
    ordered = tuple(name for name in ("id", *resource.fields) if name in names)
    return Display(ordered, {name: associations[name] for name in resource.associations if name in associations})


def parse_list(state: ShopState, resource: Resource, params: Mapping[str, str]) -> Selection:
    """Read the parameters of a list request.

    Raises:
        WebserviceError: codes 32, 34 to 39, 81.
    """
    languages = parse_languages(state, params)
    display = parse_display(state, resource, params.get("display"))
    where, values = ["1"], []
    hidden = HIDDEN.get(resource.name)
    if hidden:
        where.append(hidden)
    if resource.name == "stock_availables" and not state.at_least("8"):
        # 1.7.7.2 does not list a row that lost its shop; 9.1.4 does.
        where.append("main.id_shop > 0")
    for key, value in params.items():
        name = _filter_name(key)
        if name is None:
            continue
        column = _filter_field(state, resource, name, "date" in params and params["date"] not in ("", "0"))
        sql, given = condition(column, value, languages if "language" in params else ())
        where.append(sql)
        values += given
    order = _order(state, resource, params.get("sort"), languages)
    limit, nothing = _limit(state, params.get("limit"))
    return Selection(" AND ".join(where), tuple(values), order, limit, display, languages, nothing)


def _filter_name(key: str) -> str | None:
    if key.startswith("filter[") and key.endswith("]"):
        return key[len("filter[") : -1]
    return None


def _filter_field(state: ShopState, resource: Resource, name: str, dates: bool) -> Field:
    if name == "id":
        return _ID
    column = resource.fields.get(name)
    if column is None or (name in _DATE_FLAGGED and not dates):
        known = ", ".join(f'"{item}"' for item in ("id", *resource.fields) if item not in _DATE_FLAGGED)
        raise list_error(state, 32, f"This filter does not exist. The full list is: {known}")
    if column.computed:
        raise list_error(
            state, 34, f'The field "{name}" is dynamic. It is not possible to filter GET query with this field.'
        )
    return column


def condition(column: Field, raw: str, languages: Sequence[int] = ()) -> tuple[str, list[Any]]:
    """SQL of one filter and its values.

    Args:
        column: The field filtered.
        raw: The value of the parameter, brackets included.
        languages: Languages searched for a language field; all when empty.
    """
    found = _BRACKETS.match(raw)
    if found is None:
        return _compare(column, "=", [raw], languages)
    before, inner, after = found.groups()
    if before == "%" or after == "%":
        pattern = (before if before == "%" else "") + inner + (after if after == "%" else "")
        return _compare(column, "LIKE", [pattern], languages)
    if before == ">":
        return _compare(column, ">", [inner], languages)
    if before == "<":
        return _compare(column, "<", [inner], languages)
    if before == "!":
        return _compare(column, "<>", inner.split("|"), languages)
    if "|" in inner[1:]:
        return _compare(column, "=", inner.split("|"), languages)
    between = _RANGE.match(inner)
    if between:
        return _between(column, between.group(1), between.group(2))
    return _compare(column, "=", [inner], languages)


def _operand(column: Field) -> str:
    name = f'main."{column.name}"'
    if column.kind == "decimal":
        return f"CAST({name} AS REAL)"
    if column.kind == "text":
        return f"fold({name})" if not column.language else "fold(texts.value)"
    return name


def _value(column: Field, text: str) -> Any:
    if column.kind in ("int", "bool"):
        number = number_prefix(text)
        return int_prefix(str(int(number))) if number == int(number) else float(number)
    if column.kind == "decimal":
        return float(number_prefix(text))
    if column.kind in ("datetime", "date"):
        moment = datetime_text(text)
        return moment if column.kind == "datetime" else moment[:10]
    return text


def _compare(column: Field, operator: str, raw: Sequence[str], languages: Sequence[int]) -> tuple[str, list[Any]]:
    if operator == "LIKE":
        operand = f'fold(main."{column.name}")' if not column.language else "fold(texts.value)"
        sql, values = f"{operand} LIKE fold(?)", [raw[0]]
    else:
        values = [_value(column, text) for text in raw]
        operand, mark = _operand(column), "fold(?)" if column.kind == "text" else "?"
        if operator == "=" and len(values) > 1:
            sql = f"{operand} IN ({', '.join([mark] * len(values))})"
        elif operator == "<>":
            sql = f"{operand} NOT IN ({', '.join([mark] * len(values))})"
        else:
            sql = f"{operand} {operator} {mark}"
    if not column.language:
        return sql, values
    chosen = f" AND texts.key IN ({', '.join(repr(str(item)) for item in languages)})" if languages else ""
    return f"EXISTS (SELECT 1 FROM json_each(NULLIF(main.\"{column.name}\", '')) texts WHERE {sql}{chosen})", values


def _between(column: Field, first: str, second: str) -> tuple[str, list[Any]]:
    if column.kind == "text":
        low, high = sorted((first, second))
        return f'main."{column.name}" BETWEEN ? AND ?', [low, high]
    low, high = sorted((_value(column, first), _value(column, second)))
    return f"{_operand(column)} BETWEEN ? AND ?", [low, high]


def _order(state: ShopState, resource: Resource, raw: str | None, languages: Sequence[int]) -> str:
    if raw is None:
        return " ORDER BY main.id"
    found = _BRACKETS.match(raw)
    parts: list[str] = []
    for item in (found.group(2) if found else raw).split(","):
        match = _SORT_PART.match(item.strip())
        if match is None:
            raise list_error(
                state,
                37,
                'The "sort" value has to be formed as this example: "field_ASC" or \'[field_1_DESC,field_2_ASC]\'',
            )
        column = _ID if match.group(1) == "id" else resource.fields.get(match.group(1))
        if column is None or column.computed:
            known = ", ".join(["id", *resource.fields])
            raise list_error(state, 38, f"Unable to filter by this field. However, these are available: {known}")
        if column.language:
            operand = (
                f"fold(json_extract(NULLIF(main.\"{column.name}\", ''), '$.\"{languages[0] if languages else 1}\"'))"
            )
        else:
            operand = _operand(column)
        parts.append(f"{operand} {match.group(2)}")
    return " ORDER BY " + ", ".join(parts)


def _limit(state: ShopState, raw: str | None) -> tuple[str, bool]:
    """The LIMIT clause, and whether the shop's SQL would fail (which it shows as an empty list)."""
    if raw is None:
        return "", False
    parts = raw.split(",")
    if len(parts) > 2:
        raise list_error(state, 39, 'The "limit" value has to be formed as this example: "5,25" or "10"')
    numbers = [int_prefix(part) for part in parts]
    if min(numbers) < 0:
        return "", True
    offset, count = (0, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    return f" LIMIT {count} OFFSET {offset}", False
