"""Calls to the Webservice: XML in and out, errors judged by their first code, lists paged by id until they end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from atoosync_lab.model.keys import whole_number
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
        sleep: waits between tries.

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
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._key = key
        self._sleep = sleep
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
            sleep=sleep,
        )
        self.version = facts.Version.parse(settings.version)
        """As it was at the last test; `learn_version` makes it the one the shop states."""
        self._answered = bool(settings.version)
        """The Webservice has answered there, now or at the last test: a page in its place is a passing trouble."""
        self._stated: facts.Version | None = None
        self._rights: Mapping[str, frozenset[str]] = {}

    def get(self, resource: str, query: Sequence[tuple[str, str]] = ()) -> wire.Document:
        """One list call.

        Raises:
            ConnectionFailedError: key, right or address; also an empty 404, which a list never is: taken for an empty
                list it would hide every record.
            RefusedError: the shop refuses the query.
            RetryError: after the last try.
        """
        return self._read(resource, list(query))[1]

    def elements(self, resource: str, query: Query) -> list[etree._Element]:
        """Records of a list as elements, to be changed and sent back whole.

        Raises:
            ConnectionFailedError, RefusedError, RetryError: as `get`.
        """
        content, _ = self._read(resource, query)
        return wire.elements(content)

    def _read(self, resource: str, query: Query) -> tuple[bytes, wire.Document]:
        """A read, tried again when the shop fails or its answer stops before the end."""
        waits = iter(facts.READ_WAITS)
        while True:
            answer = self._send("GET", resource, query)
            if answer.status_code == 404 and not answer.content.strip():
                noted = Facts(system=facts.SYSTEM, operation=f"GET {resource}", status=404)
                raise ConnectionFailedError("prestashop.wrong_path", host=self.http.host, facts=noted)
            try:
                return answer.content, self._document(answer, resource, "GET", wrote=False)
            except (OutcomeUnknownError, ConnectionFailedError) as error:
                if isinstance(error, ConnectionFailedError) and not self._passing(error, answer):
                    raise
                wait = next(waits, None)
                if wait is None:
                    raise
                self._sleep(wait)

    def _passing(self, error: ConnectionFailedError, answer: httpx.Response) -> bool:
        """A page where XML has come before: a firewall's question or a moment of maintenance, not a wrong address."""
        return error.code == "prestashop.no_webservice" and answer.is_success and self._answered

    def pages(self, resource: str, display: str, query: Query, size: int) -> Iterator[wire.Document]:
        """All records that match, in pages by ascending id: stable while rows come and go.

        One row more than a page is asked for: its presence tells that there is a next page, so that none is asked in
        vain. The pager ends: each page must begin after the last id of the one before.

        Raises:
            ConnectionFailedError: the shop repeats a page, or a whole page cannot be read.
        """
        last = 0
        while True:
            page = [("display", f"[{display}]"), *query, ("sort", "[id_ASC]"), ("limit", str(size + 1))]
            if last:
                page.append(("filter[id]", f">[{last}]"))
            document = wire.identified(self.get(resource, page))
            ids = sorted(_ids(document))
            if ids and ids[0] <= last:
                raise ConnectionFailedError("prestashop.page_repeated", resource=resource)
            if len(document.records) + len(document.broken) <= size:
                if document.records or document.broken:
                    yield document
                return
            if len(ids) < 2:
                raise ConnectionFailedError("prestashop.page_unreadable", resource=resource)
            last = ids[min(size, len(ids) - 1) - 1]
            yield _up_to(document, last)

    def write(self, method: str, resource: str, body: bytes, *, absolute: bool) -> wire.Document:
        """Send records. `absolute`: repeating does no harm, so they are sent again when a page comes as answer.

        Raises:
            RefusedError: the shop refused; with several records, earlier ones of the same call are stored.
            OutcomeUnknownError: it may have stored them.
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was stored.
        """
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        waits = iter(facts.READ_WAITS if absolute else ())
        while True:
            answer = self._send(method, resource, [], content=body, headers=headers, absolute=absolute)
            try:
                return self._document(answer, resource, method, wrote=True)
            except OutcomeUnknownError as error:
                # A firewall or a moment of maintenance, as for reads; what was cut short is looked at instead.
                wait = next(waits, None) if error.code == "prestashop.server_error" and answer.is_success else None
                if wait is None:
                    raise
                self._sleep(wait)

    def upload(self, resource: str, name: str, mime: str, content: bytes) -> str:
        """Send an image; its id. Never sent twice: the same file twice makes two images. [LIVE]

        Raises:
            As `write`.
        """
        answer = self._send("POST", resource, [], files={"image": (name, content, mime)}, absolute=False)
        document = self._document(answer, resource, "POST", wrote=True)
        number = next((r.get("id") for r in document.records if r.get("id")), "")
        if not number:
            noted = Facts(system=facts.SYSTEM, operation=f"POST {resource}", status=answer.status_code)
            raise OutcomeUnknownError("prestashop.cut", resource=resource, facts=noted)
        return number

    def file(self, resource: str) -> bytes:
        """A file as the shop gives it.

        Raises:
            RefusedError: there is none. ConnectionFailedError, RetryError: as `get`.
        """
        answer = self._send("GET", resource, [])
        content = answer.content.strip()
        if answer.is_success and content and not content.startswith(b"<"):
            return answer.content
        if content:
            self._document(answer, resource, "GET", wrote=False)
        # An image without a file behind it answers with nothing. [C: images]
        noted = Facts(system=facts.SYSTEM, operation=f"GET {resource}", status=answer.status_code)
        raise RefusedError("prestashop.gone", resource=resource, id="", facts=noted)

    def delete(self, resource: str) -> None:
        """Delete one file; repeating does no harm.

        Raises:
            As `write`; RefusedError too when it is gone already.
        """
        answer = self._send("DELETE", resource, [], absolute=True)
        if not answer.is_success or answer.content.strip():
            self._document(answer, resource, "DELETE", wrote=True)

    def root(self) -> httpx.Response:
        """The list of resources with the key's rights, in a single try: what a connection test looks at."""
        return self._root([("id_shop", self._shop)] if self._shop else [])

    def with_key_in_query(self) -> httpx.Response:
        """The root again, the key in the address: tells a wrong key from a host that strips the header."""
        return self._root([("ws_key", self._key)])

    def judge(self, answer: httpx.Response) -> None:
        """Read an answer to the root for its errors.

        Raises:
            ConnectionFailedError, RefusedError, OutcomeUnknownError: as `get`.
        """
        self._document(answer, "", "GET", wrote=False)

    def learn_version(self) -> None:
        """Ask for the version and the key's rights, once: a shop may have been updated since the profile was saved.

        Raises:
            ConnectionFailedError, RetryError: as `get`.
        """
        if self._stated is None or not self._rights:
            content, _ = self._read("", [])
            self._note_rights(content)
        self.version = self._stated or self.version

    def patches(self, resource: str) -> bool:
        """PATCH may be used: the version has it and the key the right, which keys made before 8 lack."""
        if not self.version.patch:
            return False
        given = self._rights.get(resource, frozenset({"patch"}))
        return "patch" in given or "put" not in given

    def _root(self, query: Query) -> httpx.Response:
        answer = self.http.request("GET", "", params=query or None, retry=False, returns={500, 503})
        self._note_version(answer)
        if answer.is_success:
            self._note_rights(answer.content)
        return answer

    def _note_rights(self, content: bytes) -> None:
        try:
            self._rights = wire.rights(content)
        except wire.WireError:
            # Whoever asked judges the answer; without rights the version alone decides.
            self._rights = {}

    def _send(
        self,
        method: str,
        resource: str,
        query: Query,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        absolute: bool | None = None,
    ) -> httpx.Response:
        if self._shop and not any(name == "id_shop" for name, _ in query):
            query = [*query, ("id_shop", self._shop)]
        try:
            answer = self.http.request(
                method,
                resource,
                params=query or None,
                content=content,
                headers=headers,
                files=files,
                idempotent=absolute,
                # The shop says 500 where others say 400: its error list decides.
                returns={500},
            )
        except OutcomeUnknownError as error:
            if method == "GET" and error.facts.status == 503:
                self._raise_if_off(error)
            raise
        self._note_version(answer)
        return answer

    def _note_version(self, answer: httpx.Response) -> None:
        stated = answer.headers.get(facts.VERSION_HEADER, "")
        if stated and stated != "0" and self._stated is None:
            self._stated, self._answered = facts.Version.parse(stated), True
            if not self.version.known:
                self.version = self._stated

    def _raise_if_off(self, cause: OutcomeUnknownError) -> None:
        """A 503 may mean that the merchant switched the service off: the root then says code 22."""
        try:
            found = wire.parse(self._root([]).content)
        except (AtooSyncError, wire.WireError):
            return
        if found.errors and found.errors[0][0] == facts.SERVICE_OFF:
            raise ConnectionFailedError("prestashop.service_off", facts=cause.facts) from cause

    def _document(self, answer: httpx.Response, resource: str, method: str, *, wrote: bool) -> wire.Document:
        noted = Facts(system=facts.SYSTEM, operation=f"{method} {resource}", status=answer.status_code)
        try:
            document = wire.parse(answer.content)
        except wire.CutError as error:
            raise OutcomeUnknownError("prestashop.cut", resource=resource, facts=noted) from error
        except wire.WireError as error:
            if answer.is_success and not answer.content.strip():
                # PHP died before its first word, or a proxy lost the content.
                raise OutcomeUnknownError("prestashop.cut", resource=resource, facts=noted) from error
            raise self._no_document(answer, noted, wrote) from error
        if document.errors:
            raise self._error(document.errors[0], resource, method, answer.status_code, wrote)
        return document

    def _no_document(self, answer: httpx.Response, noted: Facts, wrote: bool) -> AtooSyncError:
        """What an answer means that is no document of the Webservice."""
        status = answer.status_code
        if status == 401:
            return ConnectionFailedError("prestashop.key_refused", facts=noted)
        if status >= 500 or (wrote and answer.is_success):
            return OutcomeUnknownError("prestashop.server_error", status=status, facts=noted)
        if self._shop and answer.is_success and f"/{facts.API_PATH}" not in f"{answer.request.url.path}/":
            # A shop that does not exist: led to the front page. [LIVE]
            return ConnectionFailedError("prestashop.shop_unknown", shop=self._shop, facts=noted)
        return ConnectionFailedError("prestashop.no_webservice", status=status, facts=noted)

    def _error(self, first: tuple[int, str], resource: str, method: str, status: int, wrote: bool) -> AtooSyncError:
        """The first code decides, whatever the status says (facts.py)."""
        code, text = first
        noted = Facts(system=facts.SYSTEM, operation=f"{method} {resource}", status=status, remote_code=str(code))
        if code == facts.KEY_TOO_SHORT:
            return ConnectionFailedError("prestashop.key_short", facts=noted)
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


def _ids(document: wire.Document) -> list[int]:
    seen = (whole_number(i) for i, _ in document.broken)
    return [int(r["id"]) for r in document.records] + [i for i in seen if i is not None]


def _up_to(document: wire.Document, last: int) -> wire.Document:
    """The document less the records after `last`; a broken one whose id cannot be seen stays."""
    return wire.Document(
        [r for r in document.records if int(r["id"]) <= last],
        [b for b in document.broken if (whole_number(b[0]) or 0) <= last],
    )


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
