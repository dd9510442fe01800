"""Parties of Tryton as customers, with their addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from atoosync_lab.connectors.erps.tryton import facts, values
from atoosync_lab.connectors.erps.tryton.values import Row, text
from atoosync_lab.model.keys import digits, vat_number_key
from atoosync_lab.model.sales import Address, Customer

_SIRET_LENGTH = 14


def customer_of(row: Row) -> Customer:
    """The customer of a party; its id is the party's code, by which documents name it."""
    named = _active(row, "identifiers")
    moments = [m for name in ("write_date", "create_date") if (m := values.moment(row, name)) is not None]
    latest: datetime | None = max(moments, default=None)
    return Customer(
        remote_id=text(row, "code"),
        name=text(row, "name"),
        email=_contact(row, "email"),
        siret=_siret(named),
        vat_number=_vat_number(named),
        active=values.flag(row, "active") is not False,
        group_id=text(row, facts.PRICE_LIST_FIELD),
        language=text(row, "lang.code"),
        modified_at=latest,
    )


def addresses_of(row: Row) -> list[Address]:
    """The active addresses of a party; all share its first phone numbers."""
    phone, mobile = _contact(row, "phone"), _contact(row, "mobile")
    found = []
    for item in _active(row, "addresses"):
        first, *rest = text(item, "street").splitlines() or [""]
        found.append(
            Address(
                remote_id=str(item["id"]),
                customer_id=text(row, "code"),
                company=text(item, "party_name") or text(row, "name"),
                last_name=text(item, "attn"),
                address1=first.strip(),
                address2=" ".join(line.strip() for line in rest if line.strip()),
                postcode=text(item, "postal_code"),
                city=text(item, "city"),
                state=text(item, "subdivision.name"),
                country=text(item, "country.code"),
                phone=phone,
                mobile=mobile,
            )
        )
    return found


def _active(row: Row, name: str) -> Sequence[Row]:
    """Related records that are in use: reading inactive parties brings inactive ones along."""
    return [item for item in values.rows_of(row, name) if values.flag(item, "active") is not False]


def _contact(row: Row, kind: str) -> str:
    return next(
        (text(item, "value").strip() for item in _active(row, "contact_mechanisms") if text(item, "type") == kind), ""
    )


def _siret(named: Sequence[Row]) -> str:
    """The first whole SIRET; a SIREN alone makes none."""
    found = (digits(text(item, "code")) for item in named if text(item, "type") == facts.SIRET)
    return next((number for number in found if len(number) == _SIRET_LENGTH), "")


def _vat_number(named: Sequence[Row]) -> str:
    codes = {text(item, "type"): vat_number_key(text(item, "code")) for item in reversed(named)}
    kinds = (*facts.VAT_TYPES, *(kind for kind in codes if kind.endswith("_vat")))
    return next((codes[kind] for kind in kinds if codes.get(kind)), "")
