"""Calls to the REST API: signing, plain permalinks, answers judged by their code, what the shop is learned once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.address import site_root
from atoosync_lab.connectors.shops.woocommerce.judging import Judge
from atoosync_lab.connectors.shops.woocommerce.oauth import Keys, OneLegged
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError, RefusedError
from atoosync_lab.model.ports import Limiter, TraceSink
from atoosync_lab.settings.connection import ShopConnection

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A read answer."""

    value: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def records(self) -> list[wire.Json]:
        """Its records; the caller asked for a list."""
        return wire.records(self.value)

    @property
    def total(self) -> int | None:
        """Records that match, of all pages; None when the shop does not say."""
        stated = self.headers.get("x-wp-total", "")
        return int(stated) if stated.isdigit() else None


class WooClient:
    """The REST API of one shop.

    Args:
        settings: address and options of the profile's shop side.
        key, secret: a key pair of the shop.
        limiter: shared limit, if the host has one.
        trace: where exchanges are noted.
        transport: replaces the network (tests).
        verify: TLS verification, as httpx takes it (tests).
        sleep: waits between tries.

    Raises:
        ConnectionFailedError: the address is none.
    """

    def __init__(
        self,
        settings: ShopConnection,
        key: str,
        secret: str,
        *,
        limiter: Limiter | None = None,
        trace: TraceSink | None = None,
        transport: httpx.BaseTransport | None = None,
        verify: Any = True,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        key, secret = key.strip(), secret.strip()
        self._keys = [("consumer_key", key), ("consumer_secret", secret)]
        self.sleep = sleep
        self.root = base = site_root(settings.url)
        """Root of the site."""
        self.secure = base.startswith("https:")
        self._oauth = OneLegged(key, secret, lambda: self.http.server_time())
        self.http = HttpClient(
            base,
            system=facts.SYSTEM,
            auth=Keys(key, secret) if self.secure else self._oauth,
            limiter=limiter,
            trace=trace,
            debug=settings.debug,
            timeout=facts.TIMEOUT,
            transport=transport,
            verify=verify,
            headers={"Accept": "application/json"},
            redactor=Redactor((key, secret)),
            sleep=sleep,
        )
        self.version = facts.Version.parse(settings.version)
        """As it was at the last test; `learn` makes it the one the shop states."""
        self.language = ""
        """Id of the language of the shop's texts."""
        self.plain_permalinks = False
        """The API answers at `?rest_route=` alone."""
        self.judge = Judge(self.http.host, answered=bool(settings.version))
        self._lock = threading.Lock()
        self._learned = False

    # --- Calls ---------------------------------------------------------------------------------------------------

    def get(self, resource: str, query: Query = ()) -> Answer:
        """One read, tried again when the shop fails or its answer stops before the end.

        Raises:
            ConnectionFailedError: key, right or address.
            RefusedError: the shop refuses the query.
            RetryError: after the last try.
        """
        return self._send("GET", resource, query)

    def batch(self, resource: str, body: Mapping[str, Any], *, absolute: bool, retry: bool = True) -> wire.Json:
        """One batch; each record's result stands in the answer.

        Args:
            resource: `products`, `products/7/variations`, `orders`, ...
            body: lists `create` and `update`.
            absolute: repeating does no harm.
            retry: False: a single try, whatever happens.

        Raises:
            RefusedError: the shop refuses the whole batch.
            OutcomeUnknownError: it may have stored a part.
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was stored.
        """
        return wire.nested({"": self._send("POST", f"{resource}/batch", (), body, absolute, retry).value}, "")

    def create(self, resource: str, body: Mapping[str, Any]) -> wire.Json:
        """Make one record.

        Raises:
            As `batch`.
        """
        return wire.nested({"": self._send("POST", resource, (), body).value}, "")

    def learn(self, *, again: bool = False) -> None:
        """Ask for version and language, once a connector: a shop may have been updated since the profile was saved.

        The page of system facts is slow on some hosts, so that only the fields needed are asked for. A key whose user
        may not see it leaves the version as it was.

        Raises:
            ConnectionFailedError, RetryError: as `get`.
        """
        with self._lock:
            if self._learned and not again:
                return
            try:
                answer = self.get("system_status", [("_fields", "environment.version,environment.language")])
            except RefusedError:
                environment: wire.Json = {}
            except ConnectionFailedError as error:
                if error.code != "woocommerce.right_missing":
                    raise
                environment = {}
            else:
                environment = wire.nested(wire.nested({"": answer.value}, ""), "environment")
            if stated := wire.text(environment, "version"):
                self.version = facts.Version.parse(stated)
            self.language = facts.language_of(wire.text(environment, "language"))
            self._learned = True

    # --- The connection test -------------------------------------------------------------------------------------

    def index(self, *, plain: bool) -> httpx.Response:
        """The list of the site's namespaces, in a single try; `plain`: at `?rest_route=`."""
        path, query = ("", [("rest_route", "/")]) if plain else (facts.JSON_ROOT, [])
        return self.http.request("GET", path, params=[*query, ("_fields", "name,namespaces")], retry=False)

    def with_keys_in_query(self) -> httpx.Response:
        """A small read with the keys in the address: tells a wrong key from a host that strips the header."""
        path, query = self._place("taxes/classes", self._keys)
        return self.http.request("GET", path, params=query, retry=False)

    def probe(self, method: str) -> httpx.Response:
        """A call that reads little (GET) or an empty batch that writes nothing (POST), in a single try. [LIVE]"""
        resource = "taxes/classes" if method == "GET" else "products/batch"
        path, query = self._place(resource, ())
        return self._signed(method, path, query, b"{}" if method == "POST" else None, idempotent=None, retry=False)

    # --- Inside --------------------------------------------------------------------------------------------------

    def _place(self, resource: str, query: Query) -> tuple[str, list[tuple[str, str]]]:
        if self.plain_permalinks:
            return "", [("rest_route", f"/{facts.NAMESPACE}/{resource}"), *query]
        return f"{facts.JSON_ROOT}{facts.NAMESPACE}/{resource}", list(query)

    def _send(
        self,
        method: str,
        resource: str,
        query: Query,
        body: Mapping[str, Any] | None = None,
        absolute: bool = False,
        retry: bool = True,
    ) -> Answer:
        content = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        wrote = method != "GET"
        read: list[wire.Document] = []

        def check(answer: httpx.Response) -> None:
            read[:] = [self.judge.document(answer, resource, wrote=wrote)]

        path, pairs = self._place(resource, query)
        options: dict[str, Any] = {"idempotent": absolute if wrote else None, "retry": retry, "check": check}
        try:
            answer = self._signed(method, path, pairs, content, **options)
        except ConnectionFailedError as error:
            if error.code != "woocommerce.no_api" or self.plain_permalinks or not self._found_plain():
                raise
            path, pairs = self._place(resource, query)
            answer = self._signed(method, path, pairs, content, **options)
        return Answer(read[0].value, answer.headers)

    def _signed(self, method: str, path: str, query: Query, content: bytes | None, **options: Any) -> httpx.Response:
        """A call, once more when the first signature was made by a clock of ours that proved wrong."""
        headers = {"Content-Type": "application/json; charset=utf-8"} if content is not None else None

        def call() -> httpx.Response:
            return self.http.request(
                method, path, params=list(query) or None, content=content, headers=headers, **options
            )

        def may_be_the_clock() -> bool:
            return not self.secure and self._oauth.by_own_clock and self.http.server_time() is not None

        try:
            answer = call()
        except ConnectionFailedError as error:
            if error.facts.status != 401 or not may_be_the_clock():
                raise
            return call()
        return call() if answer.status_code == 401 and may_be_the_clock() else answer

    def _found_plain(self) -> bool:
        """Whether the API answers at `?rest_route=`; then all calls go there."""
        try:
            found = wire.parse(self.index(plain=True).content).value
        except (AtooSyncError, wire.WireError):
            return False
        self.plain_permalinks = isinstance(found, dict) and facts.NAMESPACE in found.get("namespaces", [])
        return self.plain_permalinks

    def close(self) -> None:
        """Close network connections."""
        self.http.close()
