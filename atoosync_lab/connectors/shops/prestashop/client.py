"""Calls to the Webservice: XML in and out, errors judged by their first code, lists paged by id until they end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urljoin

import httpx
from lxml import etree

from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.connectors.shops.prestashop import facts, wire
from atoosync_lab.model.errors import (
    AtooSyncError,
    ConnectionFailedError,
    Facts,
    OutcomeUnknownError,
    RefusedError,
)
from atoosync_lab.model.ports import Limiter, TraceSink
from atoosync_lab.settings.connection import ShopConnection

Query = list[tuple[str, str]]


class PrestaShopClient:
    """The Webservice of one shop.

    Args:
        settings: address and options of the profile's shop side.
        key: webservice key.
        limiter: shared limit, if the host has one.
        trace: where exchanges are noted.
        transport: replaces the network (tests).

    Raises:
        ConnectionFailedError: the address is none.
    """

    def __init__(
        self,
        settings: ShopConnection,
        key: str,
        *,
        limiter: Limiter | None = None,
        trace: TraceSink | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._key = key
        self._shop = settings.shop_id
        base = settings.url if settings.url.rstrip("/").endswith("/api") else urljoin(settings.url, facts.API_PATH)
        self.http = HttpClient(
            base,
            system=facts.SYSTEM,
            auth=httpx.BasicAuth(key, ""),
            limiter=limiter,
            trace=trace,
            debug=settings.debug,
            timeout=facts.READ_TIMEOUT,
            transport=transport,
            redactor=Redactor((key,)),
        )
        self.version = facts.Version.parse(settings.version)

    def get(self, resource: str, query: Sequence[tuple[str, str]] = ()) -> wire.Document:
        """One list call; an empty answer (404 without body) is an empty list.

        Raises:
            ConnectionFailedError: key, right or address.
            RefusedError: the shop refuses the query.
            RetryError: after the last try.
        """
        answer = self._send("GET", resource, list(query))
        if answer.status_code == 404 and not answer.content.strip():
            return wire.Document()
        return self._document(answer, resource, "GET", wrote=False)

    def pages(self, resource: str, display: str, query: Query, size: int) -> Iterator[wire.Document]:
        """All records that match, in pages by ascending id: stable while rows come and go.

        The pager ends: each page must begin after the last id of the one before.

        Raises:
            ConnectionFailedError: the shop repeats a page.
        """
        last = 0
        while True:
            page = [("display", f"[{display}]"), *query, ("sort", "[id_ASC]"), ("limit", str(size))]
            if last:
                page.append(("filter[id]", f">[{last}]"))
            document = self.get(resource, page)
            ids = [int(r["id"]) for r in document.records] + [int(i) for i, _ in document.broken if i.isdigit()]
            if ids and min(ids) <= last:
                raise ConnectionFailedError("prestashop.page_repeated", resource=resource)
            if ids or document.broken:
                yield document
            if len(document.records) + len(document.broken) < size or not ids:
                return
            last = max(ids)

    def elements(self, resource: str, query: Query) -> list[etree._Element]:
        """Records of a list as elements, to be changed and sent back whole.

        Raises:
            ConnectionFailedError, RefusedError, RetryError: as `get`.
        """
        answer = self._send("GET", resource, query)
        if answer.status_code == 404 and not answer.content.strip():
            return []
        self._document(answer, resource, "GET", wrote=False)
        return wire.elements(answer.content)

    def write(self, method: str, resource: str, body: bytes, *, absolute: bool) -> wire.Document:
        """Send records. `absolute`: repeating does no harm.

        Raises:
            RefusedError: the shop refused; with several records, earlier ones of the same call are stored.
            OutcomeUnknownError: it may have stored them.
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was stored.
        """
        answer = self._send(
            method, resource, [], content=body, headers={"Content-Type": "text/xml; charset=utf-8"}, absolute=absolute
        )
        return self._document(answer, resource, method, wrote=True)

    def root(self) -> httpx.Response:
        """The list of resources with the key's rights."""
        return self._send("GET", "", [])

    def with_key_in_query(self) -> httpx.Response:
        """The root again, the key in the address: tells a wrong key from a host that strips the header."""
        return self.http.request("GET", "", params=[("ws_key", self._key)], retry=False, returns={500, 503})

    def _send(
        self,
        method: str,
        resource: str,
        query: Query,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        absolute: bool | None = None,
    ) -> httpx.Response:
        if self._shop:
            query = [*query, ("id_shop", self._shop)]
        answer = self.http.request(
            method,
            resource,
            params=query or None,
            content=content,
            headers=headers,
            idempotent=absolute,
            returns={500} if content is not None or method == "GET" else (),
        )
        stated = answer.headers.get(facts.VERSION_HEADER, "")
        if stated and stated != "0" and not self.version.known:
            self.version = facts.Version.parse(stated)
        return answer

    def _document(self, answer: httpx.Response, resource: str, method: str, *, wrote: bool) -> wire.Document:
        noted = Facts(system=facts.SYSTEM, operation=f"{method} {resource}", status=answer.status_code)
        if answer.status_code == 401:
            raise ConnectionFailedError("prestashop.key_refused", facts=noted)
        try:
            document = wire.parse(answer.content)
        except wire.CutError as error:
            raise OutcomeUnknownError("prestashop.cut", resource=resource, facts=noted) from error
        except wire.WireError as error:
            if answer.status_code >= 500:
                raise OutcomeUnknownError("prestashop.server_error", status=answer.status_code, facts=noted) from error
            raise ConnectionFailedError("prestashop.no_webservice", status=answer.status_code, facts=noted) from error
        if document.errors:
            raise self._error(document.errors[0], resource, method, answer.status_code, wrote)
        return document

    def _error(self, first: tuple[int, str], resource: str, method: str, status: int, wrote: bool) -> AtooSyncError:
        """The first code decides, whatever the status says (facts.py)."""
        code, text = first
        noted = Facts(system=facts.SYSTEM, operation=f"{method} {resource}", status=status, remote_code=str(code))
        if code in facts.KEY_CODES:
            return ConnectionFailedError("prestashop.key_refused", facts=noted)
        if code in facts.RESOURCE_DENIED_CODES:
            return ConnectionFailedError("prestashop.right_missing", resource=resource, method=method, facts=noted)
        if code == facts.SERVICE_OFF:
            return ConnectionFailedError("prestashop.service_off", facts=noted)
        if code == facts.SHOP_DENIED:
            return ConnectionFailedError("prestashop.shop_denied", shop=self._shop, facts=noted)
        if wrote and (code in facts.PHP_NOTICE_CODES or code in facts.STORED_THOUGH_REFUSED):
            return OutcomeUnknownError("prestashop.notice", text=text, facts=noted)
        return RefusedError("prestashop.refused", text=text, code=code, facts=noted)

    def close(self) -> None:
        """Close network connections."""
        self.http.close()


def split(values: Sequence[str], size: int, longest: int) -> Iterator[list[str]]:
    """Values in lists of at most `size`, whose joined text stays below `longest` bytes."""
    part: list[str] = []
    length = 0
    for value in values:
        added = len(value.encode()) + 1
        if part and (len(part) >= size or length + added > longest):
            yield part
            part, length = [], 0
        part.append(value)
        length += added
    if part:
        yield part
