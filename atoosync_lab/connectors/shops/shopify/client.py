"""Calls to the Admin API: one endpoint, points minded, tokens renewed, the version that was served compared."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from typing import Any

import httpx

from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.connectors.plugins import Services
from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.connectors.shops.shopify import answers, facts
from atoosync_lab.connectors.shops.shopify.address import base_address, local
from atoosync_lab.connectors.shops.shopify.answers import Answer, ThrottledError
from atoosync_lab.connectors.shops.shopify.bucket import Bucket
from atoosync_lab.connectors.shops.shopify.operations import Operation
from atoosync_lab.connectors.shops.shopify.tokens import FixedToken, GrantedToken, TokenSource
from atoosync_lab.model.errors import (
    ConnectionFailedError,
    Facts,
    InvalidRecordError,
    OutcomeUnknownError,
    RateLimitedError,
    RetryError,
)
from atoosync_lab.settings.connection import ShopConnection

Warn = Callable[[InvalidRecordError], None]
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class _TokenAuth(httpx.Auth):
    """Puts the token of the moment on each request."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign one request."""
        request.headers[facts.TOKEN_HEADER] = self._source.current()
        yield request


class ShopifyClient:
    """The Admin API of one shop.

    Args:
        settings: address and options of the profile's shop side.
        secrets: `shop.access_token`, or `shop.client_id` with `shop.client_secret`.
        services: limiter, traces, kept tokens.
        warn: takes what a person should know.
        transport: replaces the network (tests).
        sleep: waits between tries and for points.

    Raises:
        ConnectionFailedError: the address is none.
    """

    def __init__(
        self,
        settings: ShopConnection,
        secrets: Mapping[str, str],
        services: Services,
        *,
        warn: Warn = lambda note: None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base = base_address(settings.url)
        self.sleep = sleep
        self.bucket = Bucket()
        self.asked = settings.options.get("api_version") or facts.DEFAULT_VERSION
        self.served = ""
        """Version that the last answer was made with; empty before the first."""
        self._warn, self._told = warn, False
        self._path = facts.API_PATH.format(version=self.asked)
        self._redactor = Redactor(secrets.values())
        self._open: Callable[..., HttpClient] = lambda base, **more: HttpClient(
            base, system=facts.SYSTEM, limiter=services.limiter, trace=services.trace, debug=settings.debug,
            timeout=facts.READ_TIMEOUT, transport=transport, redactor=self._redactor, sleep=sleep, **more,
        )  # fmt: skip
        self._others: dict[str, HttpClient] = {}
        if token := secrets.get("shop.access_token"):
            self._tokens: TokenSource = FixedToken(token)
        else:
            self._tokens = GrantedToken(
                self._other(self.base),
                secrets.get("shop.client_id", ""),
                secrets.get("shop.client_secret", ""),
                store=services.tokens,
                learned=self._redactor.add,
            )
        self.http = self._open(self.base, auth=_TokenAuth(self._tokens))

    @property
    def calls(self) -> int:
        """Calls so far, those for tokens and files included."""
        return self.http.calls + sum(other.calls for other in self._others.values())

    @property
    def version(self) -> str:
        """Version whose operations are sent: the one served, as far as it is known."""
        if not self.served or self.served == self.asked:
            return self.asked
        known = [v for v in facts.VERSIONS if v <= self.served]
        return known[-1] if known else facts.VERSIONS[0]

    @property
    def fell_forward(self) -> bool:
        """Shopify served another version than the one asked for."""
        return bool(self.served) and self.served != self.asked

    def server_time(self) -> datetime | None:
        """The remote's clock, from its last answer."""
        return self.http.server_time()

    def query(
        self, operation: Operation, variables: Mapping[str, Any] | None = None, *, partial: bool = False
    ) -> Answer:
        """Read; tried again when Shopify fails.

        Raises:
            ConnectionFailedError, RefusedError, RetryError: see `answers.judge`.
        """
        return self._send(operation, variables or {}, repeat=True, partial=partial)

    def mutate(self, operation: Operation, variables: Mapping[str, Any], *, absolute: bool) -> Answer:
        """Write. `absolute`: repeating does no harm, so it is sent again when the outcome is not known.

        Raises:
            ConnectionFailedError, RefusedError: nothing was written. OutcomeUnknownError: it may have been.
            UnsentError, RateLimitedError, ThrottledError: nothing was sent.
        """
        return self._send(operation, variables, repeat=absolute, partial=True)

    def _send(self, operation: Operation, variables: Mapping[str, Any], *, repeat: bool, partial: bool) -> Answer:
        # One name may stand for requests of several sizes; their costs differ.
        name = f"{operation.name} {operation.cost}"
        body = {"query": operation.text, "variables": variables, "operationName": operation.name}
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        throttled = limited = 0
        while True:
            wait = self.bucket.wait_for(name, operation.cost)
            if wait > 0:
                self.sleep(min(wait, facts.LONGEST_WAIT))
            try:
                parsed = self._request(operation.name, content, repeat)
            except RateLimitedError as error:
                # 429: nothing was done. What may be repeated was repeated by the HTTP client already.
                limited += 1
                if repeat or limited > facts.RATE_TRIES or (error.retry_after or 0) > facts.LONGEST_WAIT:
                    raise
                self.sleep(facts.RATE_WAIT if error.retry_after is None else error.retry_after)
                continue
            cost = (parsed.get("extensions") or {}).get("cost")
            self.bucket.note(name, cost)
            try:
                return answers.judge(parsed, operation.name, partial=partial)
            except ThrottledError as error:
                throttled += 1
                wait = self.bucket.after_throttled(error.cost)
                if throttled > facts.THROTTLE_TRIES or wait > facts.LONGEST_WAIT:
                    raise
                self.sleep(wait)

    def _request(self, name: str, content: bytes, repeat: bool) -> Mapping[str, Any]:
        """One request and its parsed answer; the token is renewed once when it is refused."""
        found: dict[str, Mapping[str, Any]] = {}

        def look(answer: httpx.Response) -> None:
            self._note_version(answer)
            found.clear()
            if answer.status_code == 401:
                return
            body = answers.parse(answer, name)
            found["body"] = body
            codes = [(e.get("extensions") or {}).get("code") for e in _listed(body.get("errors"))]
            if repeat and not body.get("data") and "INTERNAL_SERVER_ERROR" in codes:
                # Raised here so that it is tried again.
                raise OutcomeUnknownError(
                    "shopify.server_error", facts=Facts(system=facts.SYSTEM, operation=name, remote_code=str(codes[0]))
                )

        renewed = False
        while True:
            token = self._tokens.current()
            answer = self.http.request(
                "POST", self._path, content=content, headers=_JSON, idempotent=repeat, check=look
            )
            if answer.status_code != 401:
                return found["body"]
            # A refused token proves that nothing was done.
            if renewed or not self._tokens.renew(token):
                answers.parse(answer, name)
            renewed = True

    def _note_version(self, answer: httpx.Response) -> None:
        stated = answer.headers.get(facts.VERSION_HEADER, "")
        if not stated:
            return
        self.served = stated
        if self.fell_forward and not self._told:
            self._told = True
            self._warn(InvalidRecordError("shopify.fell_forward", asked=self.asked, served=stated))

    # --- Files ----------------------------------------------------------------------------------------------------

    def download(self, url: str) -> bytes:
        """The content of a file that Shopify made; its address is signed, no token goes there.

        Raises:
            ConnectionFailedError, RetryError: it cannot be read.
        """
        client, path = self._elsewhere(url)
        answer = client.request("GET", path)
        if not answer.is_success:
            noted = Facts(system=facts.SYSTEM, operation="GET bulk result", status=answer.status_code)
            raise ConnectionFailedError("shopify.file_gone", facts=noted)
        return answer.content

    def upload(
        self, url: str, fields: Mapping[str, str], name: str, content: bytes, mime: str = facts.BULK_MIME
    ) -> None:
        """Send a file to where `stagedUploadsCreate` wants it.

        Raises:
            OutcomeUnknownError: it was not taken; nothing was written to the shop.
        """
        client, path = self._elsewhere(url)
        files = {"file": (name, content, mime)}
        answer = client.request("POST", path, data=dict(fields), files=files, idempotent=True)
        if not answer.is_success:
            noted = Facts(system=facts.SYSTEM, operation="POST staged upload", status=answer.status_code)
            raise RetryError("shopify.upload_refused", facts=noted)

    def _elsewhere(self, url: str) -> tuple[HttpClient, str]:
        """A client for the origin of an address; never one without TLS, except on this machine."""
        parsed = httpx.URL(url)
        if parsed.scheme != "https" and not local(url):
            raise ConnectionFailedError("shopify.file_gone", facts=Facts(system=facts.SYSTEM, detail=parsed.host))
        origin = f"{parsed.scheme}://{parsed.netloc.decode('ascii')}/"
        return self._other(origin), url

    def _other(self, origin: str) -> HttpClient:
        if origin not in self._others:
            self._others[origin] = self._open(origin)
        return self._others[origin]

    def close(self) -> None:
        """Close network connections."""
        for http in (self.http, *self._others.values()):
            http.close()


def _listed(errors: Any) -> list[Mapping[str, Any]]:
    return [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
