"""Acts on a shop that every data set needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atoosync_lab.sandbox.prestashop.seed import ShopState, insert_many


def country_ids(state: ShopState) -> dict[str, int]:
    """Country ids by ISO code."""
    return {row[0]: row[1] for row in state.db.execute("SELECT iso_code, id FROM countries ORDER BY id DESC")}


def known_fields(state: ShopState, resource: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a record that the shop's version knows: its fields and associations."""
    known = state.resources[resource]
    extra = {"id", "quantity", "features", "categories", "attachments"}
    return {name: value for name, value in row.items() if name in known.fields or name in {*known.associations, *extra}}


def add_language(state: ShopState, number: int, name: str, iso: str, locale: str, *, like: int) -> None:
    """Install a language; every text begins as a copy of another language, as the shop's installer does it.

    Args:
        state: The shop.
        number: Id of the language.
        name: Its name.
        iso: Two letters.
        locale: With region.
        like: Id of the language copied.
    """
    row = {"id": number, "name": name, "iso_code": iso, "locale": locale, "language_code": locale.lower(), "active": 1}
    insert_many(state, "languages", [{**row, "date_format_lite": "d.m.Y", "date_format_full": "d.m.Y H:i:s"}])
    for resource in state.resources.values():
        for field in resource.fields.values():
            if field.language:
                name = f'"{field.name}"'
                state.db.execute(
                    f'UPDATE "{resource.name}" SET {name} = json_set({name}, ?, json_extract({name}, ?))'
                    f" WHERE json_valid({name})",
                    (f'$."{number}"', f'$."{like}"'),
                )


def last_slip_line(state: ShopState) -> int:
    """The highest number that a line of a credit slip has; the shop counts on from there."""
    row = state.db.execute("SELECT value FROM _meta WHERE name = 'last_slip_line'").fetchone()
    return int(row[0]) if row else 0


def keep_slip_line(state: ShopState, number: int) -> None:
    """Note the highest number of a line of a credit slip."""
    state.db.execute("INSERT OR REPLACE INTO _meta VALUES ('last_slip_line', ?)", (str(number),))
