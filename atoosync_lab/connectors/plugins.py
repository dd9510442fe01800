"""Connectors are plug-ins: how an installation finds the systems it can link (BEY-11).

A package offers a shop under the entry point group `atoosync_lab.shops`, an ERP under `atoosync_lab.erps`; the value is
a `ShopPlugin` or an `ErpPlugin`. The connectors of this package are found in the same way. Sentences of a plug-in come
with the entry point group `atoosync_lab.locales` (`model.i18n`); how one is written: docs/write-a-connector.md.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

from atoosync_lab.connectors.base import Capability, ErpConnector, ShopConnector
from atoosync_lab.connectors.webhooks import WebhookRules
from atoosync_lab.model.documents import DocumentKind, DocumentRules
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.ports import Limiter, TokenStore, TraceSink
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.settings.connection import ErpConnection, ShopConnection

SHOPS_GROUP = "atoosync_lab.shops"
ERPS_GROUP = "atoosync_lab.erps"

_NO_RIGHTS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretField:
    """A credential that a system asks for; typed once, kept encrypted."""

    name: str
    """`shop.key`: side, dot, name."""
    label: str
    """Message id of its label; `<label>.help` is its help line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionField:
    """A setting of one system alone, kept in `ShopConnection.options`."""

    name: str
    label: str
    """Message id of its label; `<label>.help` is its help line."""
    default: str = ""
    choices: tuple[str, ...] = ()
    """Values it may have; empty: any text. A value is shown by message `<label>.<value>` where there is one."""
    choices_from: ListName | None = None
    """List of the shop whose entries it chooses from, once the list was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a connector is given besides settings and secrets."""

    limiter: Limiter | None = None
    """Shared limit of the remote, if it has one."""
    trace: TraceSink | None = None
    """Where exchanges are noted."""
    tokens: TokenStore | None = None
    """Where short-lived tokens are kept."""


def completed(address: str, path: str = "") -> str:
    """An address with scheme, final slash and path.

    Args:
        address: as a person typed it.
        path: path of the API below the shop's address, with its final slash; empty: none.
    """
    text = address.strip()
    if not text:
        return text
    if "://" not in text:
        text = f"https://{text}"
    text = text.rstrip("/") + "/"
    return text if text.endswith(f"/{path}") else text + path


def _no_rights(version: str) -> Mapping[str, tuple[str, ...]]:
    return _NO_RIGHTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPlugin:
    """A shop system."""

    system: str
    """Name in settings: `prestashop`."""
    title: str
    """Name people know."""
    open: Callable[[ShopConnection, Mapping[str, str], Services], ShopConnector]
    """Makes the connector from the profile's shop side and its secrets, by field; calls nothing.

    Raises `ConnectionFailedError`: the address is none.
    """
    secrets: tuple[SecretField, ...] = ()
    credentials: tuple[tuple[str, ...], ...] = ()
    """Sets of secrets, each of which is enough; empty: every one of `secrets`."""
    options: tuple[OptionField, ...] = ()
    complete: Callable[[str], str] = completed
    """Completes an address as typed (SHOP-10)."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Settings of a new profile that are not those of the settings model, by dotted path."""
    needed_rights: Callable[[str], Mapping[str, tuple[str, ...]]] = _no_rights
    """Rights a key needs, by version (empty: the newest): resource -> what it must allow; nothing: the name says it."""
    key_steps: int = 0
    """Steps by which a person makes the key: messages `<system>.key_step.1` and so on."""
    capabilities: frozenset[Capability] = frozenset()
    """Everything its connector can do; what an installation or a setting withholds, the connector itself leaves out."""
    webhooks: WebhookRules | None = None
    """How its webhooks are received; None: it sends none, and a schedule asks for orders."""
    versions: str = ""
    """Versions it works with, in English: `1.7.7 to 9`."""
    limits: tuple[str, ...] = ()
    """What a person should know before choosing it, in English, a sentence each."""

    def missing(self, given: Mapping[str, str]) -> tuple[str, ...]:
        """Secrets without which the connector cannot sign in; of several ways the one that lacks least."""
        ways = self.credentials or (tuple(s.name for s in self.secrets),)
        lacking = [tuple(name for name in way if not given.get(name)) for way in ways]
        return min(lacking, key=len)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpPlugin:
    """An ERP system."""

    system: str
    title: str
    open: Callable[[ErpConnection, Mapping[str, str], Services], ErpConnector]
    """Makes the connector from the profile's ERP side and its secrets, by field; calls nothing."""
    secrets: tuple[SecretField, ...] = ()
    budget: str = ""
    """Secret whose calls the ERP counts, with the limits of `ErpConnection`; empty: it counts none."""
    signs_in: bool = False
    """A person signs in at it with a browser (`SignsIn`), and its folders are listed; else its address is typed."""
    complete: Callable[[str], str] = completed
    """As `ShopPlugin.complete`, for the address of its API."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """As `ShopPlugin.defaults`."""
    rules: DocumentRules = field(default_factory=DocumentRules)
    """How it usually computes a document; what an installation does otherwise, its connector says."""
    documents: Mapping[DocumentKind, str] = field(default_factory=dict)
    """What each kind of document becomes in it, in English."""
    ignores: frozenset[str] = frozenset()
    """Settings that it has no place for, by dotted path: no page asks for them."""
    needs: int = 0
    """What must be there before anything works: messages `<system>.need.1` and so on, under `<system>.needs`."""
    prepare_steps: int = 0
    """Steps by which a person prepares it: messages `<system>.prepare.1` and so on, under `<system>.prepare`."""
    capabilities: frozenset[Capability] = frozenset()
    """As `ShopPlugin.capabilities`."""
    versions: str = ""
    """As `ShopPlugin.versions`."""
    limits: tuple[str, ...] = ()
    """As `ShopPlugin.limits`."""


def shops() -> Mapping[str, ShopPlugin]:
    """Shop plug-ins of this installation by system name; each is imported when it is first asked for here.

    Raises:
        SettingsError: a plug-in cannot be imported, is none, or two have one name.
    """
    return _found(SHOPS_GROUP, ShopPlugin)


def shop(system: str) -> ShopPlugin:
    """The plug-in of a shop system; no other one is imported.

    Raises:
        SettingsError: the system is not known, two plug-ins have its name, or it cannot be imported, or is none.
    """
    plugin: ShopPlugin = _one(SHOPS_GROUP, system, ShopPlugin)
    return plugin


def shop_names() -> tuple[str, ...]:
    """Names of the shop systems, in order; nothing is imported."""
    return tuple(sorted(_entries(SHOPS_GROUP)))


def erp(system: str) -> ErpPlugin:
    """The plug-in of an ERP system; no other one is imported.

    Raises:
        SettingsError: the system is not known, two plug-ins have its name, or it cannot be imported, or is none.
    """
    plugin: ErpPlugin = _one(ERPS_GROUP, system, ErpPlugin)
    return plugin


def erp_names() -> tuple[str, ...]:
    """Names of the ERP systems, in order; nothing is imported."""
    return tuple(sorted(_entries(ERPS_GROUP)))


@functools.cache
def _entries(group: str) -> dict[str, tuple[EntryPoint, ...]]:
    """Entry points by name; several of one name stand side by side until that name is asked for."""
    found: dict[str, dict[str, EntryPoint]] = {}
    for entry in entry_points(group=group):
        # The same distribution may be listed twice (an editable install beside its build).
        found.setdefault(entry.name, {}).setdefault(entry.value, entry)
    return {name: tuple(by_value.values()) for name, by_value in found.items()}


def _load(entries: tuple[EntryPoint, ...], kind: type[Any]) -> Any:
    entry, *others = entries
    if others:
        raise SettingsError("plugin.twice", system=entry.name, first=entry.value, second=others[0].value)
    try:
        plugin = entry.load()
    except Exception as error:
        raise SettingsError("plugin.broken", system=entry.name, module=entry.value, cause=str(error)) from error
    if not isinstance(plugin, kind) or plugin.system != entry.name:
        raise SettingsError("plugin.none", system=entry.name, module=entry.value, kind=kind.__name__)
    return plugin


def _one(group: str, system: str, kind: type[Any]) -> Any:
    entries = _entries(group)
    if system not in entries:
        raise SettingsError("settings.unknown_system", system=system, known=", ".join(sorted(entries)))
    return _load(entries[system], kind)


def _found(group: str, kind: type[Any]) -> dict[str, Any]:
    return {name: _load(entries, kind) for name, entries in sorted(_entries(group).items())}
