"""Switches of the EBP sandbox: what a test or a demonstration may change while the server runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

CLIENT_ID = "atoosync-sandbox"
CLIENT_SECRET = "atoosync-sandbox-secret"
SUBSCRIPTION_KEY = "atoosync-sandbox-subscription-key"
SECOND_SUBSCRIPTION_KEY = "atoosync-sandbox-secondary-key"
USER_EMAIL = "consultant@breval.example"
USER_PASSWORD = "sandbox"
CALLS_PER_DAY = 10_000


class SettingError(ValueError):
    """A switch that does not exist, or a value of the wrong type."""


@dataclass
class Settings:
    """The switches and their defaults.

    Attributes:
        speed: Divides waiting times; the daily quota is multiplied by it. 0: no waiting, no quota.
        calls_per_second: Calls a second and subscription key, before `speed`.
        calls_per_day: Calls a day (Europe/Paris) and key; None means 10 000 times `speed`.
        retry_after: Whether a 429 carries `Retry-After`.
        token_lifetime: Seconds an access token lives.
        refresh_lifetime: Seconds a refresh token lives.
        auto_sign_in: Whether `/connect/authorize` with a `login_hint` answers at once, without the page.
        import_delay: Seconds an import waits before it is processed, before `speed`.
        import_status: Whether `Status` of imports exists; off, it answers 404.
        lose_imports: How many of the next imports are accepted and never processed.
        late_imports: How many of the next imports wait `late_delay` in place of `import_delay`.
        late_delay: Seconds such an import waits, before `speed`.
        export_delay: Seconds an export takes, before `speed`.
    """

    speed: float = 1.0
    calls_per_second: float = 1.0
    calls_per_day: int | None = None
    retry_after: bool = False
    token_lifetime: float = 3600.0
    refresh_lifetime: float = 30 * 86_400.0
    auto_sign_in: bool = False
    import_delay: float = 2.0
    import_status: bool = True
    lose_imports: int = 0
    late_imports: int = 0
    late_delay: float = 120.0
    export_delay: float = 3.0

    def change(self, values: Mapping[str, Any]) -> None:
        """Set switches, all or none.

        Raises:
            SettingError: unknown name or wrong type.
        """
        known = {field.name for field in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise SettingError(f"unknown switch {name!r}; known: {', '.join(sorted(known))}")
            default = getattr(Settings, name)
            if isinstance(default, bool) != isinstance(value, bool):
                raise SettingError(f"{name} is {'true or false' if isinstance(default, bool) else 'a number'}")
            if not isinstance(value, int | float) and not (value is None and default is None):
                raise SettingError(f"{name} is a number")
        for name, value in values.items():
            setattr(self, name, value)

    def delay(self, seconds: float) -> float:
        """Real seconds that a waiting time takes at this speed."""
        return seconds / self.speed if self.speed > 0 else 0.0

    def day_limit(self) -> int | None:
        """Calls a day, or None without limit."""
        if self.calls_per_day is not None:
            return self.calls_per_day
        return int(CALLS_PER_DAY * max(1.0, self.speed)) if self.speed > 0 else None

    def as_json(self) -> dict[str, Any]:
        """All switches."""
        return asdict(self)
