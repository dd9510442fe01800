"""Who calls: keys as they are over TLS, signatures over plain http.

A signature is one-legged OAuth 1.0a, HMAC-SHA256 (RFC 5849, as WooCommerce checks it): the secret never travels; each
try has its own nonce and time, for the shop refuses a nonce it has seen. Calls that are not WooCommerce's go without
keys: WordPress would take them for one of its own passwords and refuse the call. [C: determine_current_user]
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable, Generator, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, quote, unquote

import httpx

Pairs = Sequence[tuple[str, str]]


def asks_woocommerce(url: httpx.URL) -> bool:
    """The call goes to WooCommerce's part of the API, by path or by `rest_route`."""
    return "/wc/" in f"{url.path}/{url.params.get('rest_route', '')}"


class Keys(httpx.BasicAuth):
    """Sends the key pair as user and password."""

    def __repr__(self) -> str:
        return "Keys(***)"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """One try."""
        if asks_woocommerce(request.url):
            yield from super().auth_flow(request)
        else:
            yield request


class OneLegged(httpx.Auth):
    """Adds the OAuth fields to the query of each request.

    Args:
        key: consumer key.
        secret: consumer secret.
        shop_time: the shop's clock as far as it is known; this machine's own may be wrong.
    """

    def __init__(self, key: str, secret: str, shop_time: Callable[[], datetime | None]) -> None:
        self._key, self._secret, self._shop_time = key, secret, shop_time
        self.by_own_clock = False
        """The last signature used this machine's clock, for the shop's was not known yet."""

    def __repr__(self) -> str:
        return "OneLegged(***)"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign one try."""
        if not asks_woocommerce(request.url):
            yield request
            return
        theirs = self._shop_time()
        self.by_own_clock = theirs is None
        moment = int(theirs.timestamp() if theirs is not None else time.time())
        # Where the shop redirects, its new address carries the fields of the first signature.
        sent = parse_qsl(request.url.query.decode("ascii"), keep_blank_values=True)
        pairs = [(name, value) for name, value in sent if not name.startswith("oauth_")]
        fields = [
            ("oauth_consumer_key", self._key),
            ("oauth_nonce", uuid.uuid4().hex),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", str(moment)),
        ]
        signed = [*pairs, *fields]
        signed.append(("oauth_signature", signature(request.method, str(request.url), signed, self._secret)))
        query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in signed)
        request.url = request.url.copy_with(query=query.encode("ascii"))
        yield request


def signature(method: str, url: str, pairs: Pairs, secret: str) -> str:
    """The signature of a request.

    Args:
        method: HTTP method.
        url: address; its query is not looked at.
        pairs: every query field, OAuth ones included.
        secret: consumer secret.
    """
    # The shop decodes names and values once more before it encodes them: a value that holds `%41` counts as `A`.
    normal = sorted((_quoted(unquote(name)), _quoted(unquote(value))) for name, value in pairs)
    joined = "&".join(f"{name}={value}" for name, value in normal)
    base = "&".join((method.upper(), _quoted(url.partition("?")[0]), _quoted(joined)))
    digest = hmac.new(f"{secret}&".encode(), base.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def _quoted(text: str) -> str:
    return quote(text, safe="")
