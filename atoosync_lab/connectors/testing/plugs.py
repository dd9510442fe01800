"""What every plug-in is held to before its connector has made a call."""

# The names of the tests say what they hold a plug-in to.
# ruff: noqa: D102

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping

import pytest

from atoosync_lab.connectors.base import Connector, ErpConnector, ShopConnector
from atoosync_lab.connectors.capabilities import ERP, MEANINGS, SHOP
from atoosync_lab.connectors.plugins import ErpPlugin, Services, ShopPlugin
from atoosync_lab.connectors.testing.rigs import MemoryTokens
from atoosync_lab.connectors.webhooks import proved
from atoosync_lab.model.i18n import LANGUAGES, translate
from atoosync_lab.settings.connection import ErpConnection, ShopConnection

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class PluginSuite:
    """The words, the secrets and the promises of a plug-in."""

    address = "https://shop.example"
    """Address of a shop of this kind, as a person would type it."""
    made_up: Mapping[str, str] = {}
    """Secrets whose form the connector looks at before it calls, by name; the others are made up."""

    @pytest.fixture
    def plugin(self) -> ShopPlugin | ErpPlugin:
        raise NotImplementedError("the suite is joined with a plug-in")

    @pytest.fixture
    def connector(self, plugin: ShopPlugin | ErpPlugin) -> Iterator[Connector]:
        secrets = {field.name: self.made_up.get(field.name, "A" * 32) for field in plugin.secrets}
        services = Services(tokens=MemoryTokens())
        opened: Connector
        if isinstance(plugin, ShopPlugin):
            options = {option.name: option.default for option in plugin.options}
            settings = ShopConnection(system=plugin.system, url=plugin.complete(self.address), options=options)
            opened = plugin.open(settings, secrets, services)
        else:
            opened = plugin.open(ErpConnection(system=plugin.system), secrets, services)
        yield opened
        opened.close()

    def test_name_title_and_versions_are_told(self, plugin: ShopPlugin | ErpPlugin) -> None:
        assert _NAME.fullmatch(plugin.system)
        assert plugin.title.strip()
        assert plugin.versions.strip()
        assert plugin.limits, "every system has some"

    def test_opening_it_calls_nothing(self, plugin: ShopPlugin | ErpPlugin, connector: Connector) -> None:
        assert connector.calls == 0
        assert connector.system == plugin.system

    def test_connector_can_do_nothing_that_the_plug_in_does_not_say(
        self, plugin: ShopPlugin | ErpPlugin, connector: Connector
    ) -> None:
        assert connector.capabilities
        assert connector.capabilities <= plugin.capabilities

    def test_what_a_capability_needs_is_there_too(self, plugin: ShopPlugin | ErpPlugin) -> None:
        side = SHOP if isinstance(plugin, ShopPlugin) else ERP
        for capability in plugin.capabilities:
            meaning = MEANINGS[capability]
            assert side in meaning.sides, capability
            assert plugin.capabilities >= set(meaning.needs), capability

    def test_connector_has_every_member_of_the_contract(
        self, plugin: ShopPlugin | ErpPlugin, connector: Connector
    ) -> None:
        contract = ShopConnector if isinstance(plugin, ShopPlugin) else ErpConnector
        members = {name for kind in contract.__mro__ for name in (*vars(kind), *getattr(kind, "__annotations__", {}))}
        # Looked at, not asked for: a property may have to ask the remote.
        missing = [name for name in sorted(members) if inspect.getattr_static(connector, name, None) is None]
        assert [name for name in missing if not name.startswith("_")] == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_what_it_asks_for_has_labels_and_help(self, plugin: ShopPlugin | ErpPlugin, language: str) -> None:
        labels = [field.label for field in plugin.secrets]
        labels += [option.label for option in plugin.options] if isinstance(plugin, ShopPlugin) else []
        codes = [*labels, *(f"{label}.help" for label in labels)]
        if isinstance(plugin, ShopPlugin):
            codes += [f"{plugin.system}.key_step.{number}" for number in range(1, plugin.key_steps + 1)]
        assert [code for code in codes if translate(code, language=language) == code] == []

    def test_sets_of_secrets_name_secrets_it_asks_for(self, plugin: ShopPlugin | ErpPlugin) -> None:
        side = "shop" if isinstance(plugin, ShopPlugin) else "erp"
        names = {field.name for field in plugin.secrets}
        assert all(name.startswith(f"{side}.") for name in names)
        if isinstance(plugin, ShopPlugin):
            assert {name for way in plugin.credentials for name in way} <= names
            assert all(option.default in option.choices for option in plugin.options if option.choices)
            assert not plugin.missing(dict.fromkeys(names, "x"))
            assert bool(plugin.missing({})) == bool(names)
        elif plugin.budget:
            assert plugin.budget in names

    def test_webhooks_are_proved_told_apart_and_explained(self, plugin: ShopPlugin | ErpPlugin) -> None:
        rules = plugin.webhooks if isinstance(plugin, ShopPlugin) else None
        if rules is None:
            return
        assert rules.topics
        assert rules.limit > 0
        assert rules.signature == rules.signature.lower()
        body = b'{"id": 41}'
        headers = {**rules.trial(body), rules.signature: rules.sign("a secret", body)}
        assert proved(rules, headers, body, ["another", "a secret"])
        assert not proved(rules, headers, body, ["another"])
        assert not proved(rules, headers, body + b" ", ["a secret"])
        assert not rules.ping(headers, body), "what is signed is no sign of life"
        assert rules.read(headers, body) == rules.read(headers, body), "the same again is the same delivery"
        assert not rules.read(headers, body).order, "a trial is about no order"
        codes = [rules.label, f"{rules.label}.help"]
        codes += [f"{plugin.system}.hook_step.{number}" for number in range(1, rules.steps + 1)]
        assert [code for code in codes if translate(code, language="en") == code] == []
