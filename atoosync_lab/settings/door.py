"""The front door: where the shop's webhooks arrive, and from whom they are taken (SHOP-12)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator

from atoosync_lab.settings.base import Settings

_HOST = r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"
_NETWORK = r"^[0-9A-Fa-f:.]+(/\d{1,3})?$"


class DoorSettings(Settings):
    """How the shop's webhooks are received. The secret and the password are credentials, not settings."""

    address: Annotated[str, Field(max_length=300, pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$")] = ""
    """Address under which the shop reaches the door, `https://hooks.example.com`; the profile's path is added."""
    ips: tuple[Annotated[str, Field(max_length=60, pattern=_NETWORK)], ...] = ()
    """IP addresses or networks that may call, separated by commas; empty: not restricted."""
    hosts: tuple[Annotated[str, Field(max_length=253, pattern=_HOST)], ...] = ()
    """Host names whose addresses may call, separated by commas; empty: not restricted."""
    wait: Annotated[int, Field(ge=0, le=300)] = 5
    """Seconds within which further deliveries go into the same run."""

    @field_validator("ips", "hosts", mode="before")
    @classmethod
    def _separated(cls, value: Any) -> Any:
        """A list as people type it."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
