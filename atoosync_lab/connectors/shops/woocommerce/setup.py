"""Connection test with the precise cause (SVC-05): address, permalinks, key, its permission, version, clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from atoosync_lab.connectors.base import Check, ConnectionReport
from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.address import site_root
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message

REACH, KEY, VERSION, RIGHTS, CLOCK, NOTICE = (
    f"woocommerce.check.{name}" for name in ("reach", "key", "version", "rights", "clock", "notice")
)


def check(client: WooClient) -> ConnectionReport:
    """Address, key, permission, version, clock; stops at the first cause that hides the others."""
    checks: list[Check] = []

    def report(name: str, message: Message, *, ok: bool = False) -> ConnectionReport:
        checks.append(Check(name=name, ok=ok, message=message))
        return ConnectionReport(tuple(checks), client.version.text)

    try:
        place = _place(client)
        if place is not None:
            return report(REACH, place)
        report(REACH, Message("woocommerce.plain_permalinks" if client.plain_permalinks else "woocommerce.reached"),
               ok=True)  # fmt: skip
        if (refusal := _refusal(client, "GET")) is not None:
            return report(KEY, refusal)
        report(KEY, Message("woocommerce.key_accepted"), ok=True)
        client.learn(again=True)
        if not client.version.supported:
            return report(VERSION, Message("woocommerce.version_too_old", {"version": client.version.text}))
        report(VERSION, _version(client.version), ok=True)
        refusal = _refusal(client, "POST")
        report(RIGHTS, refusal or Message("woocommerce.rights_ok"), ok=refusal is None)
        report(CLOCK, _clock(client), ok=True)
        if client.judge.notice:
            report(NOTICE, Message("woocommerce.notice_seen", {"text": client.judge.notice[:200]}), ok=True)
        return ConnectionReport(tuple(checks), client.version.text)
    except AtooSyncError as error:
        return report(KEY if checks else REACH, error.message)


def _place(client: WooClient) -> Message | None:
    """Why the API is not at that address; None: it is. Plain permalinks are found here."""
    client.plain_permalinks = False
    answer = client.index(plain=False)
    if (moved := _moved(client, answer)) is not None:
        return moved
    found = _document(answer)
    if found is None and answer.status_code in (401, 403):
        return Message("woocommerce.firewall", {"host": client.http.host})
    if found is not None and answer.status_code in (401, 403):
        # A plug-in that closes the API to visitors may still let keys in.
        closed = Message("woocommerce.rest_closed", {"text": wire.words(wire.text(found, "message"))})
        return closed if _refusal(client, "GET") is not None else None
    if found is None or "namespaces" not in found:
        again = client.index(plain=True)
        found = _document(again)
        if found is None or "namespaces" not in found:
            return Message("woocommerce.no_api", {"host": client.http.host, "status": answer.status_code})
        client.plain_permalinks = True
    spaces = found["namespaces"]
    if facts.NAMESPACE in spaces:
        return None
    if any(str(space).startswith("wc/v") for space in spaces):
        return Message("woocommerce.version_too_old", {"version": "< 3.5"})
    return Message("woocommerce.inactive", {"host": client.http.host})


def _moved(client: WooClient, answer: httpx.Response) -> Message | None:
    """The site led a read to another address: what is written would be lost on the way."""
    if not answer.history and str(answer.request.url).startswith(client.root):
        return None
    seen = urlsplit(str(answer.request.url))
    address = site_root(f"{seen.scheme}://{seen.netloc}{seen.path}")
    return Message("woocommerce.redirected", {"address": address}) if address != client.root else None


def _document(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        value = wire.parse(answer.content).value
    except wire.WireError:
        return None
    return value if isinstance(value, dict) else None


def _refusal(client: WooClient, method: str) -> Message | None:
    """Why a small call is refused; None: it is not."""
    writes = method == "POST"
    answer = client.probe(method)
    try:
        client.judge.document(answer, "products/batch" if writes else "taxes/classes", wrote=writes)
    except AtooSyncError as error:
        return _why_refused(client) if error.code == "woocommerce.key_refused" else error.message
    return None


def _why_refused(client: WooClient) -> Message:
    """Keys refused in the header and taken in the address: the host drops the header. Over http: maybe the clock."""
    if client.secure:
        try:
            again = client.with_keys_in_query()
        except AtooSyncError:
            return Message("woocommerce.key_refused")
        return Message("woocommerce.header_stripped" if again.is_success else "woocommerce.key_refused")
    gap = _gap(client)
    if abs(gap) > facts.SIGNATURE_WINDOW:
        return Message("woocommerce.signature_clock", {"seconds": round(gap)})
    return Message("woocommerce.key_refused_http")


def _version(version: facts.Version) -> Message:
    """The version, and what it lacks of what the connector could use."""
    if not version.known:
        return Message("woocommerce.version_unknown")
    lacks = [
        name
        for name, there in (
            ("modified_filter", version.modified_filter),
            ("refund_list", version.refund_list),
            ("barcode", version.barcode),
            ("brands", version.brands),
        )
        if not there
    ]
    if not lacks:
        return Message("woocommerce.version", {"version": version.text})
    words = ", ".join(f"‹woocommerce.lack.{name}›" for name in lacks)
    return Message("woocommerce.version_lacks", {"version": version.text, "changed": words})


def _gap(client: WooClient) -> float:
    theirs = client.http.server_time()
    return (theirs - datetime.now(UTC)).total_seconds() if theirs else 0.0


def _clock(client: WooClient) -> Message:
    """Both clocks; signatures follow the shop's, so that a wrong one of ours does no harm."""
    gap = _gap(client)
    if abs(gap) > facts.CLOCK_TOLERANCE:
        return Message("woocommerce.clock_corrected", {"seconds": round(abs(gap))})
    return Message("woocommerce.clock_ok")
