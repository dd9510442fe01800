"""The media library of the site: WordPress's own API, signed by an application password; WooCommerce keys do not count.

A file carries the mark of its content in its slug: what is there is found again and never sent twice (PB-30, SHP-08).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.connectors.images import file_name, mark, marked
from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.client import Query, WooClient
from atoosync_lab.model.errors import ConnectionFailedError, Facts, OutcomeUnknownError
from atoosync_lab.model.ports import Limiter, TraceSink


class MediaLibrary:
    """The library of one site.

    Args:
        client: the shop's API: its address, permalinks and way of judging answers are the site's.
        user, password: a user of WordPress who may upload files, and an application password of theirs.
        limiter: shared limit, if the host has one.
        trace: where exchanges are noted.
        debug: with contents.
        transport, verify: replace the network (tests).
    """

    def __init__(
        self,
        client: WooClient,
        user: str,
        password: str,
        *,
        limiter: Limiter | None = None,
        trace: TraceSink | None = None,
        debug: bool = False,
        transport: httpx.BaseTransport | None = None,
        verify: Any = True,
    ) -> None:
        self._client = client
        self.http = HttpClient(
            client.root,
            system=facts.SYSTEM,
            auth=httpx.BasicAuth(user.strip(), password.strip()),
            limiter=limiter,
            trace=trace,
            debug=debug,
            timeout=facts.TIMEOUT,
            transport=transport,
            verify=verify,
            headers={"Accept": "application/json"},
            redactor=Redactor((password.strip(),)),
            sleep=client.sleep,
        )

    def find(self, digests: Sequence[str]) -> dict[str, str]:
        """Which of these contents the library holds: digest -> media id.

        Raises:
            ConnectionFailedError, RetryError, RefusedError: it cannot be asked.
        """
        found: dict[str, str] = {}
        for start in range(0, len(digests), facts.MEDIA_LOOKED_UP):
            part = digests[start : start + facts.MEDIA_LOOKED_UP]
            slugs = [("slug[]", mark(digest)) for digest in part]
            rows = self._rows([*slugs, ("per_page", str(facts.PAGE_MAX)), ("_fields", facts.MEDIA_FIELDS)])
            by_mark = {marked(wire.text(row, "slug")): wire.identifier(row) for row in reversed(rows)}
            found |= {digest: by_mark[key] for digest in part if (key := marked(mark(digest))) in by_mark}
        return found

    def upload(self, digest: str, mime: str, content: bytes, title: str) -> str:
        """Send a file; its media id.

        Raises:
            RefusedError: the site refuses it. OutcomeUnknownError: it may be there.
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        query = [("slug", mark(digest)), ("title", title or mark(digest)), ("alt_text", title)]
        headers = {
            "Content-Type": mime,
            "Content-Disposition": f'attachment; filename="{file_name(digest, mime)}"',
        }
        try:
            row = self._call("POST", query, content, headers)
        except OutcomeUnknownError:
            there = self.find([digest])
            if digest not in there:
                raise
            return there[digest]
        number = wire.identifier(row if isinstance(row, dict) else {})
        if not number:
            raise OutcomeUnknownError(
                "woocommerce.cut", resource="media", facts=Facts(system=facts.SYSTEM, operation="POST media")
            )
        return number

    def probe(self) -> None:
        """See that the password is taken and that its user may work on files.

        Raises:
            ConnectionFailedError, RefusedError, RetryError: it is not, or they may not.
        """
        self._rows([("context", "edit"), ("per_page", "1"), ("_fields", "id")])

    def _rows(self, query: Query) -> list[wire.Json]:
        return wire.records(self._call("GET", query))

    def _call(self, method: str, query: Query, content: bytes | None = None, headers: Any = None) -> Any:
        path, pairs = facts.JSON_ROOT + facts.MEDIA_RESOURCE, list(query)
        if self._client.plain_permalinks:
            path, pairs = "", [("rest_route", f"/{facts.MEDIA_RESOURCE}"), *pairs]
        read: list[Any] = []

        def check(answer: httpx.Response) -> None:
            if answer.status_code in (401, 403):
                noted = Facts(system=facts.SYSTEM, operation=f"{method} media", status=answer.status_code)
                raise ConnectionFailedError("woocommerce.media_refused", host=self.http.host, facts=noted)
            read[:] = [self._client.judge.document(answer, "media", wrote=method != "GET").value]

        self.http.request(
            method, path, params=pairs, content=content, headers=headers, idempotent=method == "GET", check=check
        )
        return read[0]

    def close(self) -> None:
        """Close network connections."""
        self.http.close()
