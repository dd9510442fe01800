"""Switches of the sandbox that last until they are changed: what hosts, plugins and merchants do to a shop's API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from atoosync_lab.sandbox.woocommerce.fulfillments import FLAG
from atoosync_lab.sandbox.woocommerce.state import ShopState


class SwitchError(ValueError):
    """There is no such switch, or its value is of another kind."""


@dataclass
class Switches:
    """What is switched on.

    Attributes:
        notice: A plugin prints HTML before the JSON.
        firewall: A page of a firewall, 403, instead of every answer.
        redirect_https: Plain HTTP is answered 301 to https.
        plain_permalinks: `/wp-json` does not exist; `?rest_route=` works, with keys.
        read_only: Every key may only read.
        home: The address the site believes to have; empty: its own. A wrong one breaks signatures, as proxies do.
        clock: Seconds that the shop's clock is ahead.
        fulfillments: The feature flag of parcels (from 10.1).
        item: Milliseconds that each written item takes.
        image: Milliseconds more for each image fetched.
        batch_limit: Items of a batch, where a plugin changed it; 0: 100.
    """

    notice: bool = False
    firewall: bool = False
    redirect_https: bool = False
    plain_permalinks: bool = False
    read_only: bool = False
    home: str = ""
    clock: float = 0.0
    fulfillments: bool = False
    item: float = 0.0
    image: float = 0.0
    batch_limit: int = 0

    def change(self, values: Mapping[str, Any], state: ShopState) -> None:
        """Set switches, all or none.

        Raises:
            SwitchError: unknown names, or values of another kind.
        """
        known = asdict(self)
        for name, value in values.items():
            if name not in known:
                raise SwitchError(f"unknown switch {name!r}; known: {sorted(known)}")
            kind = type(known[name])
            number = kind in (int, float) and isinstance(value, int | float) and not isinstance(value, bool)
            if not number and not isinstance(value, kind):
                raise SwitchError(f"{name} is {kind.__name__}, not {value!r}")
        for name, value in values.items():
            setattr(self, name, type(known[name])(value))
        state.clock_offset = timedelta(seconds=self.clock)
        with state.writing():
            state.set_option("pause_item", str(self.item))
            state.set_option("pause_image", str(self.image))
            state.set_option(FLAG, "yes" if self.fulfillments else "no")
            state.set_option("batch_limit", str(self.batch_limit or ""))

    def as_json(self) -> dict[str, Any]:
        """All switches."""
        return asdict(self)
