"""Fields of the tab « Profil »: its name and days, and the advanced options (SVC-03, SVC-04)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from atoosync_lab.kit.choices import Choice
from atoosync_lab.kit.form import Field
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.session import Session
from atoosync_lab.settings import functions

_USUAL = ("Europe/Paris", "Europe/Brussels", "Europe/Zurich", "Europe/Luxembourg", "Europe/London", "UTC")


@cache
def _all_zones() -> tuple[str, ...]:
    """Places; the names that only machines use are left out."""
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")))


def zones() -> tuple[Choice, ...]:
    """Time zones, the usual ones first."""
    usual, others = translate("profiles.zones.usual"), translate("profiles.zones.others")
    return (
        *(Choice(zone, zone, group=usual) for zone in _USUAL),
        *(Choice(zone, zone, group=others) for zone in _all_zones() if zone not in _USUAL),
    )


def identity(session: Session) -> Sequence[Field]:
    """Name, time zone and how long captures are kept."""
    return (
        Field("name", "text", "profiles.field.name", "profiles.help.name", max_length=100, required=True),
        Field("timezone", "choice", "profiles.field.timezone", "profiles.help.timezone", choices=zones, required=True),
        Field(
            "keep_days", "integer", "profiles.field.keep_days", "profiles.help.keep_days", least=1, most=3650,
            unit="form.unit.days",
        ),
    )  # fmt: skip


def sizes(session: Session) -> Sequence[Field]:
    """How much goes into one call, and how many calls at once."""
    limits = {
        "page_size": 1000, "detail_page": 500, "products": 100, "prices": 500, "stocks": 500, "import_file": 200,
        "concurrency": 8,
    }  # fmt: skip
    return tuple(
        Field(
            f"shop.sizes.{name}", "integer", f"profiles.field.{name}", f"profiles.help.{name}", least=1, most=most,
        )
        for name, most in limits.items()
    )  # fmt: skip


def functions_on(session: Session) -> Sequence[Field]:
    """A switch for each function and option that this profile can be served with (SVC-07)."""
    profile = session.profile
    fields: list[Field] = []
    for group, options in functions.GROUPS.items():
        if functions.locked(profile, group) is not None:
            continue
        enabled = f"functions.{group}.enabled"
        fields.append(Field(enabled, "switch", f"function.title.{group}", f"wizard.function.{group}.text"))
        fields.extend(
            Field(
                f"functions.{group}.{option}", "switch", f"function.title.{group}.{option}",
                f"wizard.option.{group}.{option}.text", when=_switched_on(enabled),
            )
            for option in options
            if functions.locked(profile, group, option) is None
        )  # fmt: skip
    return tuple(fields)


def _switched_on(name: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda values: bool(values[name])
