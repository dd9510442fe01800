"""The systems this installation knows, and how their connectors are wired to store, limits and traces.

The only place that names connectors; flows ask for capabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from atoosync_lab.connectors.base import ErpConnector, ShopConnector
from atoosync_lab.connectors.erps.ebp.auth import EbpCredentials
from atoosync_lab.connectors.erps.ebp.connector import EbpConnector
from atoosync_lab.connectors.shops.prestashop.connector import PrestaShopConnector
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.ports import TraceSink
from atoosync_lab.settings import Profile
from atoosync_lab.store.engine import Store
from atoosync_lab.store.limits import SlotLimiter, Usage, usage
from atoosync_lab.store.secrets import Secrets
from atoosync_lab.store.tokens import ProfileTokens


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a connector is given besides its settings."""

    store: Store
    secrets: Secrets
    trace: TraceSink | None = None


def _secret(wiring: Wiring, profile: Profile, field: str) -> str:
    value = wiring.secrets.get(profile.id, field)
    if not value:
        raise SettingsError("settings.secret_missing", field=field, profile=profile.id)
    return value


def _prestashop(profile: Profile, wiring: Wiring) -> ShopConnector:
    return PrestaShopConnector(profile.shop, _secret(wiring, profile, "shop.key"), trace=wiring.trace)


def open_ebp(profile: Profile, wiring: Wiring) -> EbpConnector:
    """The EBP connector of a profile, with its sign-in.

    Raises:
        SettingsError: a credential is missing.
    """
    settings = profile.erp
    key = _secret(wiring, profile, "erp.subscription_key")
    limiter = SlotLimiter(
        wiring.store,
        _ebp_budget(profile, key),
        per_second=settings.calls_per_second,
        per_day=settings.calls_per_day,
        reserve_percent=settings.reserve_percent,
        speed=settings.speed,
        label="EBP",
    )
    credentials = EbpCredentials(
        _secret(wiring, profile, "erp.client_id"), _secret(wiring, profile, "erp.client_secret"), key
    )
    tokens = ProfileTokens(wiring.store, wiring.secrets, profile.id, "erp")
    return EbpConnector(settings, credentials, tokens, limiter=limiter, trace=wiring.trace)


def _ebp_budget(profile: Profile, key: str) -> str:
    """What the calls of a subscription key are counted under."""
    return f"ebp/{profile.erp.api_url}/{key}"


def erp_budget(profile: Profile, wiring: Wiring) -> Usage | None:
    """Calls of the ERP's key today; None: it has none yet, or its system counts no calls."""
    key = wiring.secrets.get(profile.id, "erp.subscription_key") if profile.erp.system == "ebp" else None
    return usage(wiring.store, _ebp_budget(profile, key)) if key else None


SHOPS: Mapping[str, Callable[[Profile, Wiring], ShopConnector]] = {"prestashop": _prestashop}
ERPS: Mapping[str, Callable[[Profile, Wiring], ErpConnector]] = {"ebp": open_ebp}

SECRET_FIELDS: Mapping[str, tuple[str, ...]] = {
    "prestashop": ("shop.key",),
    "ebp": ("erp.client_id", "erp.client_secret", "erp.subscription_key"),
}
"""Secrets each system asks for."""


def open_shop(profile: Profile, wiring: Wiring) -> ShopConnector:
    """The connector of the profile's shop.

    Raises:
        SettingsError: the system is not known, or a credential is missing.
    """
    if profile.shop.system not in SHOPS:
        raise SettingsError("settings.unknown_system", system=profile.shop.system, known=", ".join(SHOPS))
    return SHOPS[profile.shop.system](profile, wiring)


def open_erp(profile: Profile, wiring: Wiring) -> ErpConnector:
    """The connector of the profile's ERP.

    Raises:
        SettingsError: the system is not known, or a credential is missing.
    """
    if profile.erp.system not in ERPS:
        raise SettingsError("settings.unknown_system", system=profile.erp.system, known=", ".join(ERPS))
    return ERPS[profile.erp.system](profile, wiring)
