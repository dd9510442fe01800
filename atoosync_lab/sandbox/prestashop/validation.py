"""The shop's validation rules by name, and the order in which a record is checked.

Source: core classes Validate and ObjectModel; the alphabets of version 9 are wider than those before (`; = #` in
    names).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from atoosync_lab.sandbox.prestashop.fields import Field, Resource

_MAX_UNSIGNED = 4_294_967_295
_MAX_INT = 2_147_483_647
Check = Callable[[str], bool]


def _matches(pattern: str, flags: int = 0) -> Check:
    compiled = re.compile(pattern, flags)
    return lambda text: compiled.fullmatch(text) is not None


def _free_of(characters: str) -> Check:
    banned = frozenset(characters)
    return lambda text: banned.isdisjoint(text)


def _whole(low: int, high: int) -> Check:
    def check(text: str) -> bool:
        return re.fullmatch(r"-?\d+", text) is not None and low <= int(text) <= high

    return check


def _float(low: Decimal | None) -> Check:
    def check(text: str) -> bool:
        try:
            value = Decimal(text)
        except InvalidOperation:
            return False
        return value.is_finite() and (low is None or value >= low)

    return check


def _date(text: str) -> bool:
    found = re.fullmatch(
        r"([0-9]{4})-((?:0?[0-9])|(?:1[0-2]))-((?:0?[0-9])|(?:[1-2][0-9])|(?:3[01]))( [0-9]{2}:[0-9]{2}:[0-9]{2})?",
        text,
    )
    return found is not None


_CATALOG_OLD, _CATALOG = _free_of("<>;=#{}"), _free_of("<>{}")
_GENERIC_OLD, _GENERIC = _free_of("<>={}"), _free_of("<>{}")
_SCRIPT = re.compile(
    r"<\s*(script|iframe|object|embed|form|input)\b|\bon(click|load|error|mouse\w+|key\w+)\s*=|script\s*:", re.I
)

FORMATS: Mapping[str, Check] = MappingProxyType(
    {
        "isUnsignedId": _whole(0, _MAX_UNSIGNED),
        "isUnsignedInt": _whole(0, _MAX_UNSIGNED),
        "isPositiveInt": _whole(1, _MAX_INT),
        "isInt": _whole(-_MAX_INT - 1, _MAX_INT),
        "isNullOrUnsignedId": _whole(0, _MAX_UNSIGNED),
        "isBool": _matches(r"[01]|true|false"),
        "isPrice": _matches(r"[0-9]{1,10}(\.[0-9]{1,9})?"),
        "isNegativePrice": _matches(r"-?[0-9]{1,10}(\.[0-9]{1,9})?"),
        "isFloat": _float(None),
        "isUnsignedFloat": _float(Decimal(0)),
        "isPercentage": lambda text: _float(Decimal(0))(text) and Decimal(text) <= 100,
        "isCatalogName": _CATALOG,
        "isGenericName": _GENERIC,
        "IsGenericName": _GENERIC,
        "isCarrierName": _free_of("<>;=#{}"),
        "isCleanHtml": lambda text: _SCRIPT.search(text) is None,
        "isMessage": _free_of("<>{}"),
        "isReference": _free_of("<>;={}"),
        "isName": _free_of('0123456789!<>,;?=+()@#"°{}_$%:¤|'),
        "isCustomerName": _free_of('0123456789!<>,;?=+()@#"°{}_$%:¤|/\\'),
        "isAddress": _free_of("!<>?=+@{}_$%"),
        "isCityName": _free_of('!<>;?=+@#"°{}_$%'),
        "isPostCode": _matches(r"[a-zA-Z 0-9-]*"),
        "isZipCodeFormat": _matches(r"[NLCnlc 0-9-]*"),
        "isPhoneNumber": _matches(r"[+0-9. ()/-]*"),
        "isDniLite": _matches(r"[0-9A-Za-z-.]{1,16}"),
        "isEmail": _matches(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+"),
        "isUrl": _matches(r"(https?:)?[$~:;#,%&_=()\[\]. +\-@/a-zA-Z0-9]+"),
        "isAbsoluteUrl": _matches(r"(https?:)?//[$~:;#,%&_=()\[\]. ?+\-@/a-zA-Z0-9]+"),
        "isLinkRewrite": _matches(r"[_a-zA-Z0-9-]+"),
        "isEan13": _matches(r"[0-9]{0,13}"),
        "isGtin": _matches(r"[0-9]{0,14}"),
        "isUpc": _matches(r"[0-9]{0,12}"),
        "isIsbn": _matches(r"[0-9-]{0,32}"),
        "isMpn": lambda text: len(text) <= 40,
        "isApe": _matches(r"[0-9]{3,4}[a-zA-Z]"),
        "isColor": _matches(r"#[0-9a-fA-F]{6}|[a-zA-Z0-9-]*"),
        "isDate": _date,
        "isDateFormat": _date,
        "isDateOrNull": _date,
        "isBirthDate": _date,
        "isMd5": _matches(r"[a-f0-9A-F]{32}"),
        "isSha1": _matches(r"[a-fA-F0-9]{40}"),
        "isModuleName": _matches(r"[a-zA-Z0-9_-]+"),
        "isConfigName": _matches(r"[a-zA-Z_0-9-]+"),
        "isTplName": _matches(r"[a-zA-Z0-9_-]+"),
        "isTrackingNumber": _matches(r"[~:#,%&_=()\[\]. +\-@/a-zA-Z0-9]+"),
        "isLanguageIsoCode": _matches(r"[a-zA-Z]{2,3}"),
        "isLanguageCode": _matches(r"[a-zA-Z]{2}(-[a-zA-Z]{2})?"),
        "isLocale": _matches(r"[a-zA-Z]{2}-[a-zA-Z]{2}"),
        "isNumericIsoCode": _matches(r"[0-9]{3}"),
        "isStateIsoCode": _matches(r"[a-zA-Z0-9]{1,4}(-[a-zA-Z0-9]{1,4})?"),
        "isReductionType": _matches(r"amount|percentage"),
        "isProductVisibility": _matches(r"both|catalog|search|none"),
        "isPriceDisplayMethod": _matches(r"[01]"),
        "isImageTypeName": _matches(r"[a-zA-Z0-9_ -]+"),
        "isPasswd": lambda text: 5 <= len(text) <= 255,
        "isHashedPassword": lambda text: len(text) in (60, 97) or 5 <= len(text) <= 255,
        "isCoordinate": _matches(r"-?[0-9]{1,8}\.[0-9]{1,8}"),
    }
)
"""The rules by name. A rule that is not here accepts everything."""

_BEFORE_9 = {"isCatalogName": _CATALOG_OLD, "isGenericName": _GENERIC_OLD}


def fault(resource: Resource, field: Field, text: str, *, newest: bool, required: bool | None = None) -> str | None:
    """What is wrong with a value, in the shop's words, or None.

    Args:
        resource: Resource of the field.
        field: The field.
        text: The value as sent.
        newest: Whether the wider alphabets of version 9 apply.
        required: Overrides whether an empty value is a fault.
    """
    name = f"{_class_name(resource)}->{field.name}"
    if text == "":
        return f"Property {name} is empty" if (field.required if required is None else required) else None
    if field.size and len(text) > field.size:
        return (
            f"The length of property {name} is currently {len(text)} chars. It must be between 0 and"
            f" {field.size} chars."
        )
    rule = field.format or ""
    check = (None if newest else _BEFORE_9.get(rule)) or FORMATS.get(rule)
    if check is None or check(text):
        return None
    return f"Property {name} is not valid"


def _class_name(resource: Resource) -> str:
    return "".join(part.capitalize() for part in resource.node.split("_"))
