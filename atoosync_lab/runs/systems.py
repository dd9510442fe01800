"""How the connectors of a profile are opened: wired to store, secrets, limits and traces.

Which systems there are, the plug-ins of the installation say; flows ask for capabilities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.base import ErpConnector, ShopConnector, SignsIn
from atoosync_lab.connectors.plugins import ErpPlugin, Services
from atoosync_lab.connectors.webhooks import SECRET, Hooks
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.ports import Limiter, TraceSink
from atoosync_lab.settings import Profile
from atoosync_lab.store.engine import Store
from atoosync_lab.store.limits import SlotLimiter, Usage, usage
from atoosync_lab.store.secrets import Secrets
from atoosync_lab.store.tokens import ProfileTokens

DOOR_PASSWORD = "door.password"
"""Credential of calls that no shop signed (SHOP-12)."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a connector is given besides its settings."""

    store: Store
    secrets: Secrets
    trace: TraceSink | None = None


def secret_fields(profile: Profile) -> tuple[str, ...]:
    """Credentials that the profile's two systems ask for.

    Raises:
        SettingsError: a system is not known.
    """
    both = (*plugins.shop(profile.shop.system).secrets, *plugins.erp(profile.erp.system).secrets)
    return tuple(field.name for field in both)


def hook_secret_fields(profile: Profile) -> tuple[str, ...]:
    """Credentials by which the front door knows who calls: those of the shop's webhooks, and the password.

    Raises:
        SettingsError: the shop's system is not known.
    """
    rules = plugins.shop(profile.shop.system).webhooks
    return (*((SECRET,) if rules else ()), DOOR_PASSWORD)


def hook_secrets(profile: Profile, wiring: Wiring) -> tuple[str, ...]:
    """The secrets that may have signed a delivery of the profile's shop; none: nobody gave one yet."""
    rules = plugins.shop(profile.shop.system).webhooks
    if rules is None:
        return ()
    return tuple(_secrets(profile, wiring, [SECRET, *rules.other_secrets]).values())


def open_hooks(profile: Profile, wiring: Wiring) -> Hooks:
    """What registers addresses in the profile's shop.

    Raises:
        SettingsError: the system is not known, has no webhooks, or a credential is missing.
        ConnectionFailedError: the address is none.
    """
    plugin = plugins.shop(profile.shop.system)
    if plugin.webhooks is None:
        raise SettingsError("door.no_webhooks", system=plugin.title)
    secrets = _secrets(profile, wiring, [field.name for field in plugin.secrets])
    _refuse_missing(profile, plugin.missing(secrets))
    tokens = ProfileTokens(wiring.store, wiring.secrets, profile.id, "shop")
    return plugin.webhooks.hooks(profile.shop, secrets, Services(trace=wiring.trace, tokens=tokens))


def open_shop(profile: Profile, wiring: Wiring) -> ShopConnector:
    """The connector of the profile's shop.

    Raises:
        SettingsError: the system is not known, or a credential is missing.
        ConnectionFailedError: the address is none.
    """
    plugin = plugins.shop(profile.shop.system)
    secrets = _secrets(profile, wiring, [field.name for field in plugin.secrets])
    _refuse_missing(profile, plugin.missing(secrets))
    tokens = ProfileTokens(wiring.store, wiring.secrets, profile.id, "shop")
    return plugin.open(profile.shop, secrets, Services(trace=wiring.trace, tokens=tokens))


def open_erp(profile: Profile, wiring: Wiring) -> ErpConnector:
    """The connector of the profile's ERP, with its sign-in.

    Raises:
        SettingsError: the system is not known, or a credential is missing.
    """
    plugin = plugins.erp(profile.erp.system)
    names = [field.name for field in plugin.secrets]
    secrets = _secrets(profile, wiring, names)
    _refuse_missing(profile, [name for name in names if not secrets.get(name)])
    tokens = ProfileTokens(wiring.store, wiring.secrets, profile.id, "erp")
    limiter = _limiter(profile, wiring, plugin, secrets)
    return plugin.open(profile.erp, secrets, Services(limiter=limiter, trace=wiring.trace, tokens=tokens))


def open_sign_in(profile: Profile, wiring: Wiring) -> SignsIn:
    """The connector of an ERP at which a person signs in with a browser.

    Raises:
        SettingsError: as `open_erp`; or its ERP takes no sign-in.
    """
    connector = open_erp(profile, wiring)
    if not isinstance(connector, SignsIn):
        connector.close()
        raise SettingsError("signin.not_needed", system=plugins.erp(profile.erp.system).title)
    return connector


def erp_budget(profile: Profile, wiring: Wiring) -> Usage | None:
    """Calls of the ERP's key today; None: it has none yet, or its system counts no calls."""
    plugin = plugins.erp(profile.erp.system)
    key = wiring.secrets.get(profile.id, plugin.budget) if plugin.budget else None
    return usage(wiring.store, _budget(profile, key)) if key else None


def _secrets(profile: Profile, wiring: Wiring, names: Sequence[str]) -> dict[str, str]:
    found = {name: wiring.secrets.get(profile.id, name) for name in names}
    return {name: value for name, value in found.items() if value}


def _refuse_missing(profile: Profile, names: Sequence[str]) -> None:
    if names:
        raise SettingsError("settings.secret_missing", field=names[0], profile=profile.id)


def _limiter(profile: Profile, wiring: Wiring, plugin: ErpPlugin, secrets: Mapping[str, str]) -> Limiter | None:
    if not plugin.budget:
        return None
    settings = profile.erp
    return SlotLimiter(
        wiring.store,
        _budget(profile, secrets[plugin.budget]),
        per_second=settings.calls_per_second,
        per_day=settings.calls_per_day,
        reserve_percent=settings.reserve_percent,
        speed=settings.speed,
        label=plugin.title.split()[0],
    )


def _budget(profile: Profile, key: str) -> str:
    """What the calls of a key are counted under."""
    return f"{profile.erp.system}/{profile.erp.api_url}/{key}"
