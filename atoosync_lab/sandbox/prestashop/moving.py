"""Fault kinds of a shop that goes on living: `moving_pages` between two pages of a list, `changed_before` a call."""

from __future__ import annotations

from typing import Any

from atoosync_lab.sandbox.prestashop.state import ShopState


def move_page(state: ShopState, resource: str, value: Any) -> None:
    """Change one record after a page was answered.

    Args:
        state: The shop.
        resource: Resource of the list.
        value: `{"delete": id}`, `{"touch": id}` (sets `date_upd` to now) or `{"copy": id}` (inserts a copy as a new
            record).
    """
    if not isinstance(value, dict) or resource not in state.resources:
        return
    with state.writing():
        if "delete" in value:
            state.delete(resource, int(value["delete"]))
        if "touch" in value and "date_upd" in state.resources[resource].fields:
            state.update(resource, int(value["touch"]), {"date_upd": state.now()})
        if "copy" in value:
            row = state.get(resource, int(value["copy"]))
            if row is not None:
                state.insert(resource, {name: item for name, item in row.items() if name != "id"})


def change_before(state: ShopState, value: Any) -> None:
    """Change records just before a call is carried out: between the moment we looked and the moment we write.

    Args:
        state: The shop.
        value: `{"resource": name, "id": id, "set": {column: stored value}}` or `{"resource", "id", "delete": true}`,
            or a list of such.
    """
    for change in value if isinstance(value, list) else [value]:
        with state.writing():
            if change.get("delete"):
                state.delete(change["resource"], int(change["id"]))
            else:
                state.update(change["resource"], int(change["id"]), change["set"])
