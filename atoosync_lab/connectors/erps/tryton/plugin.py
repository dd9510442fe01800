"""Tryton as a plug-in."""

from __future__ import annotations

from collections.abc import Mapping

from atoosync_lab.connectors.erps.tryton import facts, writes_facts
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.connectors.erps.tryton.session import TrytonCredentials
from atoosync_lab.connectors.plugins import ErpPlugin, SecretField, Services
from atoosync_lab.model.documents import DocumentKind, DocumentRules, Rounding, TaxOn
from atoosync_lab.settings.connection import ErpConnection

LOGIN, PASSWORD = "erp.login", "erp.password"


def _open(settings: ErpConnection, secrets: Mapping[str, str], services: Services) -> TrytonConnector:
    credentials = TrytonCredentials(secrets[LOGIN].strip(), secrets[PASSWORD])
    return TrytonConnector(settings, credentials, limiter=services.limiter, trace=services.trace)


PLUGIN = ErpPlugin(
    system=facts.SYSTEM,
    title="Tryton",
    open=_open,
    secrets=(
        SecretField(name=LOGIN, label="tryton.field.login"),
        SecretField(name=PASSWORD, label="tryton.field.password"),
    ),
    defaults={
        "erp.api_url": "",
        "erp.settlements": "import",
        # A person who presses Stop, and a run that is killed, wait for no more than one part of a sending.
        "shop.sizes.import_file": writes_facts.DOCUMENTS_A_CALL,
        "articles.products.texts.name": "name",
        "articles.products.texts.description": "description",
    },
    rules=DocumentRules(
        rounding=Rounding.HALF_EVEN,
        tax_on=TaxOn.UNROUNDED,
        tax_inclusive=False,
        footer_shipping=False,
        price_decimals=writes_facts.PRICE_DECIMALS,
        net_prices=True,
        texts=writes_facts.TEXTS,
    ),
    documents={
        DocumentKind.QUOTE: "A sale in state quotation; it moves nothing.",
        DocumentKind.ORDER: "A sale that is processed; its shipment stays open, so that its goods count as ordered.",
        DocumentKind.DELIVERY_NOTE: "A sale whose shipment is done, which takes the goods out of stock.",
        DocumentKind.INVOICE: "A sale whose invoice is posted and whose shipment is done.",
        DocumentKind.CREDIT_NOTE: "A sale of negative quantities whose credit note is posted and whose goods are back.",
    },
    ignores=frozenset(
        {
            "customers.family",
            "customers.representative",
            "customers.territoriality_from_document",
            "erp.calls_per_day",
            "erp.calls_per_second",
            "erp.login_url",
            "erp.pkce",
            "erp.redirect_uri",
            "erp.reserve_percent",
            "orders.header.series",
            "orders.maps.countries",
            "orders.maps.default_country",
            "orders.maps.payments.treasury",
            "orders.options.net_prices",
            "orders.options.shipping_as_line",
            "orders.options.tax_inclusive",
        }
    ),
    needs=3,
    prepare_steps=4,
    capabilities=TrytonConnector.capabilities,
    versions=f"{facts.SERIES_SPOKEN}, over JSON-RPC",
    limits=(
        "The server computes documents excl. tax only and rounds half to even.",
        "A unit price has at most the decimals of the server's configuration, 4 unless changed.",
        "Invoices are numbered in the order of their dates: one that is older than the last posted invoice of its "
        "sequence takes the date of that one, and the journal says so.",
        "A quantity has at most the decimals of its unit: pieces are whole.",
        "Large batches need a server whose Python may recurse deeper than usual; where it may not, smaller batches are "
        "sent.",
        "An article is published on the web when it stands in the category of products with code "
        f"{facts.WEB_CATEGORY}; where there is no such category, when it is salable.",
        "The user needs a company, and groups that may create sales, invoices, shipments and parties.",
    ),
)
