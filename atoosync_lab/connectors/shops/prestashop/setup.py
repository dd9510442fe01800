"""Connection test with the precise cause, and the lists that mapping pages choose from (SVC-05, SVC-06)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from lxml import etree

from atoosync_lab.connectors.base import Check, ConnectionReport
from atoosync_lab.connectors.shops.prestashop import facts, wire
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient
from atoosync_lab.connectors.shops.prestashop.lookups import Lookups, text_of
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.money import parse_decimal
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists

PAYMENT_MODULES = {
    "ps_wirepayment": "Virement bancaire",
    "ps_checkpayment": "Chèque",
    "ps_cashondelivery": "Paiement à la livraison",
    "free_order": "Commande gratuite",
    "paypal": "PayPal",
    "stripe_official": "Stripe",
    "ps_checkout": "PrestaShop Checkout",
}
"""Modules often met: the Webservice has no list of payment methods; those that orders show are added by reading them."""


def check(client: PrestaShopClient) -> ConnectionReport:
    """Address, key, service, version, rights; stops at the first cause that hides the others."""
    checks: list[Check] = []

    def failed(name: str, message: Message) -> ConnectionReport:
        checks.append(Check(name=name, ok=False, message=message))
        return ConnectionReport(tuple(checks), client.version.text)

    try:
        answer = client.root()
    except AtooSyncError as error:
        return failed("prestashop.check.reach", error.message)
    if answer.status_code == 401:
        return failed("prestashop.check.key", _why_refused(client))
    if answer.status_code == 404:
        return failed("prestashop.check.reach", Message("prestashop.wrong_path", {"host": client.http.host}))
    try:
        document = wire.parse(answer.content)
    except wire.WireError:
        message = Message("prestashop.no_webservice", {"status": answer.status_code})
        return failed("prestashop.check.reach", message)
    if document.errors:
        code, text = document.errors[0]
        known = {facts.SERVICE_OFF: "prestashop.service_off", facts.KEY_TOO_SHORT: "prestashop.key_short"}
        return failed(
            "prestashop.check.key", Message(known.get(code, "prestashop.refused"), {"text": text, "code": code})
        )
    checks.append(Check(name="prestashop.check.key", ok=True, message=Message("prestashop.key_accepted")))
    if not client.version.supported:
        message = Message("prestashop.version_too_old", {"version": client.version.text or "?"})
        return failed("prestashop.check.version", message)
    checks.append(
        Check(
            name="prestashop.check.version",
            ok=True,
            message=Message("prestashop.version", {"version": client.version.text}),
        )
    )
    checks.append(_rights(answer.content, client.version))
    checks.append(_clock(client))
    return ConnectionReport(tuple(checks), client.version.text)


def _why_refused(client: PrestaShopClient) -> Message:
    """A key refused in the header and taken in the address: the host drops the header."""
    try:
        again = client.with_key_in_query()
    except AtooSyncError:
        return Message("prestashop.key_refused")
    return Message("prestashop.header_stripped" if again.status_code == 200 else "prestashop.key_refused")


def _rights(content: bytes, version: facts.Version) -> Check:
    """The rights the key lacks, all at once."""
    root = etree.fromstring(wire.clean(content), etree.XMLParser(resolve_entities=False, no_network=True))
    given = {
        str(node.tag): {name for name, value in node.attrib.items() if value == "true"}
        for node in root.iterfind("api/*")
    }
    missing = [
        f"{resource} ({', '.join(m.upper() for m in methods if m not in given.get(resource, set()))})"
        for resource, methods in facts.needed_rights(version).items()
        if any(m not in given.get(resource, set()) for m in methods)
    ]
    if missing:
        message = Message("prestashop.rights_missing", {"rights": "; ".join(missing)})
        return Check(name="prestashop.check.rights", ok=False, message=message)
    return Check(name="prestashop.check.rights", ok=True, message=Message("prestashop.rights_ok"))


def _clock(client: PrestaShopClient) -> Check:
    theirs = client.http.server_time()
    gap = abs((theirs - datetime.now(UTC)).total_seconds()) if theirs else 0.0
    if gap > facts.CLOCK_TOLERANCE:
        message = Message("prestashop.clock_off", {"seconds": round(gap)})
        return Check(name="prestashop.check.clock", ok=False, message=message)
    return Check(name="prestashop.check.clock", ok=True, message=Message("prestashop.clock_ok"))


def reference_lists(client: PrestaShopClient, lookups: Lookups) -> ReferenceLists:
    """All lists in eleven calls."""
    configuration = lookups.configuration
    main = configuration.get("PS_LANG_DEFAULT", "")

    def rows(resource: str, fields: str) -> list[wire.Record]:
        return client.get(resource, [("display", f"[{fields}]")]).records

    def label(record: wire.Record, field: str = "name") -> str:
        return record.languages.get(field, {}).get(main) or text_of(record, field)

    def items(
        records: Iterable[wire.Record], code: str = "", rate: str = "", default: str = ""
    ) -> tuple[ListItem, ...]:
        return tuple(
            ListItem(
                id=r["id"],
                label=label(r),
                code=r.get(code) if code else "",
                rate=parse_decimal(r.get(rate)) if rate else None,
                active=r.get("active") in ("", "1") and r.get("deleted") in ("", "0"),
                extra={"default": "1"} if default and r["id"] == default else {},
            )
            for r in records
        )

    taxes = rows("taxes", "id,rate,name,active,deleted")
    groups = rows("tax_rule_groups", "id,name,active,deleted")
    currencies = rows("currencies", "id,name,iso_code,conversion_rate,active,deleted")
    default_currency = configuration.get("PS_CURRENCY_DEFAULT") or next(
        (c["id"] for c in currencies if parse_decimal(c.get("conversion_rate")) == Decimal(1)), ""
    )
    languages = rows("languages", "id,name,iso_code,active")
    countries = rows("countries", "id,iso_code,name,active")
    carriers = [c for c in rows("carriers", "id,name,active,deleted") if c.get("deleted") in ("", "0")]
    lists = {
        ListName.TAXES: items((t for t in taxes if t.get("deleted") in ("", "0")), rate="rate"),
        ListName.TAX_RULE_GROUPS: items(g for g in groups if g.get("deleted") in ("", "0")),
        ListName.CURRENCIES: items(currencies, code="iso_code", default=default_currency),
        ListName.LANGUAGES: items(languages, code="iso_code", default=main or "1"),
        ListName.COUNTRIES: tuple(
            ListItem(id=c.get("iso_code"), label=label(c), code=c.get("iso_code"), active=c.get("active") == "1")
            for c in countries
        ),
        ListName.CARRIERS: items(carriers),
        ListName.STATUSES: items(rows("order_states", "id,name,deleted")),
        ListName.GROUPS: items(rows("groups", "id,name")),
        ListName.SHOPS: items(rows("shops", "id,name,active,deleted")),
        ListName.PAYMENT_METHODS: tuple(
            ListItem(id=module, label=name, code=module) for module, name in PAYMENT_MODULES.items()
        ),
    }
    return ReferenceLists(lists=lists, version=client.version.text)
