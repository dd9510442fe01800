"""Arguments of routes: their kinds, checks and defaults, as WordPress validates them before a handler runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from atoosync_lab.sandbox.woocommerce import times
from atoosync_lab.sandbox.woocommerce.errors import ApiError

_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_ABSENT = object()


@dataclass(frozen=True)
class Arg:
    """One argument.

    Attributes:
        kind: `string`, `integer`, `number`, `boolean`, `integers`, `strings`, `array`, `object`, `any`.
        enum: Values allowed (of the items, for lists).
        default: Value when it is absent.
        low, high: Bounds of a number, inclusive.
        required: Whether it must be given.
        form: `date-time`, `email`, or empty.
        nullable: Whether null is a value.
        inner: Checks of the keys of an object.
    """

    kind: str = "string"
    enum: tuple[str, ...] = ()
    default: Any = None
    low: int | None = None
    high: int | None = None
    required: bool = False
    form: str = ""
    nullable: bool = False
    inner: Mapping[str, Arg] | None = None


Args = Mapping[str, Arg]
CONTEXT: Args = {"context": Arg(enum=("view", "edit"), default="view")}
FORCE: Args = {"force": Arg("boolean", default=False)}
DATES: Args = {name: Arg(form="date-time") for name in ("after", "before")}
MODIFIED: Args = {
    "modified_after": Arg(form="date-time"),
    "modified_before": Arg(form="date-time"),
    "dates_are_gmt": Arg("boolean", default=False),
}


def listing(orderby: Iterable[str], default: str, order: str = "desc", more: Args | None = None) -> Args:
    """Arguments of a list: paging, search, order, and those of the resource."""
    return {
        **CONTEXT,
        "page": Arg("integer", default=1, low=1),
        "per_page": Arg("integer", default=10, low=1, high=100),
        "search": Arg(),
        "exclude": Arg("integers", default=[]),
        "include": Arg("integers", default=[]),
        "offset": Arg("integer"),
        "order": Arg(enum=("asc", "desc"), default=order),
        "orderby": Arg(enum=tuple(orderby), default=default),
        **(more or {}),
    }


def optional(args: Args) -> Args:
    """The same arguments for changes: nothing is required, nothing has a default."""
    return {name: replace(arg, required=False, default=None) for name, arg in args.items()}


def checked(args: Args, given: Mapping[str, Any]) -> dict[str, Any]:
    """The given parameters with defaults; known ones brought to their kind, others as they are.

    Raises:
        ApiError: 400, when required ones are missing or values are not valid.
    """
    missing = [name for name, arg in args.items() if arg.required and given.get(name) is None]
    if missing:
        message = f"Missing parameter(s): {', '.join(missing)}"
        raise ApiError(400, "rest_missing_callback_param", message, {"params": missing})
    problems: dict[str, tuple[str, str]] = {}
    found = dict(given)
    for name, arg in args.items():
        value = given.get(name, _ABSENT)
        if value is _ABSENT:
            if arg.default is not None:
                found[name] = list(arg.default) if isinstance(arg.default, list) else arg.default
            continue
        if value is None:
            continue
        try:
            found[name] = _value(name, arg, value)
        except _InvalidError as error:
            problems[name] = (error.code, str(error))
    if problems:
        raise ApiError(
            400,
            "rest_invalid_param",
            f"Invalid parameter(s): {', '.join(problems)}",
            {
                "params": {name: text for name, (_, text) in problems.items()},
                "details": {
                    name: {"code": code, "message": text, "data": {"param": name} if "type" in code else None}
                    for name, (code, text) in problems.items()
                },
            },
        )
    return found


class _InvalidError(Exception):
    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


def _value(name: str, arg: Arg, value: Any) -> Any:
    converted = _KINDS[arg.kind](name, value)
    if arg.enum:
        for item in converted if isinstance(converted, list) else [converted]:
            if item not in arg.enum:
                words = ", ".join(arg.enum[:-1]) + f", and {arg.enum[-1]}" if len(arg.enum) > 1 else arg.enum[0]
                raise _InvalidError("rest_not_in_enum", f"{name} is not one of {words}.")
    if arg.low is not None and converted < arg.low and arg.high is None:
        raise _InvalidError("rest_out_of_bounds", f"{name} must be greater than or equal to {arg.low}")
    if arg.high is not None and arg.low is not None and not arg.low <= converted <= arg.high:
        bounds = f"{name} must be between {arg.low} (inclusive) and {arg.high} (inclusive)"
        raise _InvalidError("rest_out_of_bounds", bounds)
    if arg.form == "date-time" and converted and not times.is_date_time(converted):
        raise _InvalidError("rest_invalid_date", "Invalid date.")
    if arg.form == "email" and converted and not _MAIL.match(converted):
        raise _InvalidError("rest_invalid_email", "Invalid email address.")
    for key, inner in (arg.inner or {}).items():
        if isinstance(converted, dict) and converted.get(key) is not None:
            _value(f"{name}[{key}]", inner, converted[key])
    return converted


def _wrong(name: str, kind: str) -> _InvalidError:
    return _InvalidError("rest_invalid_type", f"{name} is not of type {kind}.")


def _string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(name, "string")
    return value


def _integer(name: str, value: Any) -> int:
    if isinstance(value, bool):
        raise _wrong(name, "integer")
    if isinstance(value, int):
        return value
    text = str(value).strip()
    if re.fullmatch(r"-?\d+(?:\.0*)?", text):
        return int(text.split(".")[0])
    raise _wrong(name, "integer")


def _number(name: str, value: Any) -> Any:
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+(?:\.\d+)?", str(value).strip()):
        raise _wrong(name, "number")
    return value


def _boolean(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "1", "false", "0", ""):
        return str(value).lower() in ("true", "1")
    raise _wrong(name, "boolean")


def _list(name: str, value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        raise _wrong(name, "array")
    return [part for part in re.split(r"[\s,]+", str(value)) if part]


def _object(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return value
    if value in ("", []):
        return {}
    raise _wrong(name, "object")


_KINDS: dict[str, Any] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "array": _list,
    "strings": lambda name, value: [_string(f"{name}[{n}]", item) for n, item in enumerate(_list(name, value))],
    "integers": lambda name, value: [_integer(f"{name}[{n}]", item) for n, item in enumerate(_list(name, value))],
    "object": _object,
    "any": lambda _name, value: value,
}


def php_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Pairs of a query or a form as PHP reads them: `a[]`, `a[0]` and `a[b]` make lists and mappings, the last wins."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        steps = re.findall(r"\[([^\]]*)\]", name)
        root = name.split("[", 1)[0] if steps else name
        if not steps:
            found[root] = value
            continue
        held = found.get(root)
        if not isinstance(held, dict):
            held = found[root] = {}
        for step in steps[:-1]:
            held = held.setdefault(step or str(len(held)), {})
        held[steps[-1] or str(len(held))] = value
    return {name: _lists(value) for name, value in found.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(item) for key, item in value.items()}
    if all(key.isdecimal() for key in inner):
        return list(inner.values())
    return inner
