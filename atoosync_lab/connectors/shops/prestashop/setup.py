"""Connection test with the precise cause, and the lists that mapping pages choose from (SVC-05, SVC-06)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

import httpx

from atoosync_lab.connectors.base import Check, ConnectionReport
from atoosync_lab.connectors.shops.prestashop import facts, wire
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient
from atoosync_lab.connectors.shops.prestashop.lookups import Lookups
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.money import parse_decimal
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists


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
    if (message := _refusal(client, answer)) is not None:
        reached = message.code in ("prestashop.wrong_path", "prestashop.no_webservice", "prestashop.server_error")
        return failed("prestashop.check.reach" if reached else "prestashop.check.key", message)
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


def _refusal(client: PrestaShopClient, answer: httpx.Response) -> Message | None:
    """Why the root was not given; None when it was."""
    if answer.status_code == 404:
        return Message("prestashop.wrong_path", {"host": client.http.host})
    try:
        client.judge(answer)
        wire.rights(answer.content)
    except AtooSyncError as error:
        return _why_refused(client) if error.code == "prestashop.key_refused" else error.message
    except wire.WireError:
        return Message("prestashop.no_webservice", {"status": answer.status_code})
    return None


def _why_refused(client: PrestaShopClient) -> Message:
    """A key refused in the header and taken in the address: the host drops the header."""
    try:
        again = client.with_key_in_query()
    except AtooSyncError:
        return Message("prestashop.key_refused")
    return Message("prestashop.header_stripped" if again.status_code == 200 else "prestashop.key_refused")


def _rights(content: bytes, version: facts.Version) -> Check:
    """The rights the key lacks, all at once."""
    given = wire.rights(content)

    def lacks(resource: str, method: str) -> bool:
        held = given.get(resource, frozenset())
        # Keys made before 8 know no PATCH; whole records are sent with PUT then.
        return method not in held and not (method == "patch" and "put" in held)

    missing = [
        f"{resource} ({', '.join(m.upper() for m in methods if lacks(resource, m))})"
        for resource, methods in facts.needed_rights(version).items()
        if any(lacks(resource, m) for m in methods)
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
    """All lists in eleven calls, after one for the version."""
    client.learn_version()
    main = lookups.main_language

    def rows(resource: str, fields: str, *query: tuple[str, str]) -> list[wire.Record]:
        return client.get(resource, [("display", f"[{fields}]"), *query]).records

    def items(
        records: Iterable[wire.Record], code: str = "", rate: str = "", default: str = ""
    ) -> tuple[ListItem, ...]:
        return tuple(
            ListItem(
                id=r["id"],
                label=lookups.text(r, "name"),
                code=r.get(code) if code else "",
                rate=parse_decimal(r.get(rate)) if rate else None,
                active=r.get("active") in ("", "1") and not _deleted(r),
                extra={"default": "1"} if default and r["id"] == default else {},
            )
            for r in records
        )

    currencies = rows("currencies", "id,name,iso_code,conversion_rate,active,deleted")
    default_currency = lookups.configuration.get("PS_CURRENCY_DEFAULT") or next(
        (c["id"] for c in currencies if parse_decimal(c.get("conversion_rate")) == Decimal(1)), ""
    )
    # A change in the back office makes a new carrier and deletes the old one, which old orders still name: it stays,
    # inactive, for its name.
    carriers = sorted(rows("carriers", "id,name,active,deleted"), key=_deleted)
    recent = rows("orders", "id,module,payment", ("sort", "[id_DESC]"), ("limit", str(facts.RECENT_ORDERS)))
    lists = {
        ListName.TAXES: items(_kept(rows("taxes", "id,rate,name,active,deleted")), rate="rate"),
        ListName.TAX_RULE_GROUPS: items(_kept(rows("tax_rule_groups", "id,name,active,deleted"))),
        ListName.CURRENCIES: items(currencies, code="iso_code", default=default_currency),
        ListName.LANGUAGES: items(rows("languages", "id,name,iso_code,active"), code="iso_code", default=main or "1"),
        ListName.COUNTRIES: tuple(
            ListItem(
                id=c.get("iso_code"),
                label=lookups.text(c, "name"),
                code=c.get("iso_code"),
                active=c.get("active") == "1",
            )
            for c in rows("countries", "id,iso_code,name,active")
        ),
        ListName.CARRIERS: items(carriers),
        ListName.STATUSES: items(rows("order_states", "id,name,deleted")),
        ListName.GROUPS: items(rows("groups", "id,name")),
        ListName.SHOPS: items(rows("shops", "id,name,active,deleted")),
        ListName.PAYMENT_METHODS: _payment_methods(recent),
    }
    return ReferenceLists(lists=lists, version=client.version.text)


def _deleted(record: wire.Record) -> bool:
    return record.get("deleted") not in ("", "0")


def _kept(records: Iterable[wire.Record]) -> Iterable[wire.Record]:
    return (r for r in records if not _deleted(r))


def _payment_methods(recent: Iterable[wire.Record]) -> tuple[ListItem, ...]:
    """Modules often met, and those of recent orders under the name that the newest order shows."""
    names = dict(facts.PAYMENT_MODULES)
    for order in recent:
        if module := order.get("module"):
            names.setdefault(module, order.get("payment") or module)
    return tuple(ListItem(id=module, label=name, code=module) for module, name in names.items())
