"""EBP SaaS as a plug-in."""

from __future__ import annotations

from collections.abc import Mapping

from atoosync_lab.connectors.erps.ebp import facts
from atoosync_lab.connectors.erps.ebp.auth import EbpCredentials
from atoosync_lab.connectors.erps.ebp.connector import EbpConnector
from atoosync_lab.connectors.plugins import ErpPlugin, SecretField, Services
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.settings.connection import ErpConnection


def _open(settings: ErpConnection, secrets: Mapping[str, str], services: Services) -> EbpConnector:
    if services.tokens is None:
        raise SettingsError("plugin.no_tokens", system=facts.SYSTEM)
    names = ("erp.client_id", "erp.client_secret", "erp.subscription_key")
    credentials = EbpCredentials(*(secrets[name] for name in names))
    return EbpConnector(settings, credentials, services.tokens, limiter=services.limiter, trace=services.trace)


PLUGIN = ErpPlugin(
    system=facts.SYSTEM,
    title="EBP SaaS",
    open=_open,
    secrets=(
        SecretField(name="erp.subscription_key", label="ebp.field.subscription_key"),
        SecretField(name="erp.client_id", label="ebp.field.client_id"),
        SecretField(name="erp.client_secret", label="ebp.field.client_secret"),
    ),
    budget="erp.subscription_key",
    signs_in=True,
    needs=3,
    prepare_steps=5,
    capabilities=EbpConnector.capabilities,
    rules=EbpConnector.rules,
    documents={
        DocumentKind.QUOTE: "A quote; it moves nothing.",
        DocumentKind.ORDER: "A customer order, in the state that the status names; what is ordered counts as ordered.",
        DocumentKind.DELIVERY_NOTE: "A delivery note, which takes the goods out of stock.",
        DocumentKind.INVOICE: "An invoice, which takes the goods out of stock unless a delivery note did.",
        DocumentKind.CREDIT_NOTE: "A credit note, which brings the goods back.",
    },
    versions="SaaS sales management, developer API v1",
    limits=(
        "1 call a second and 10,000 a day for each subscription key, counted over all processes; 5 % are kept unused.",
        f"An import file holds at most {facts.MAX_IMPORT_RECORDS} documents, customers or settlements.",
        f"A document holds at most {facts.VAT_SLOTS} VAT rates; an order with more is held.",
        "The ERP publishes no description of its import files: docs/ebp-import.md is our contract until a live folder "
        "corrects it.",
        "Settlements are imported only where `erp.settlements` says how (`import` or `deposit`).",
    ),
)
