"""Who calls: key pairs over TLS as Basic or in the query, signatures (one-legged OAuth 1.0a) without TLS.

Source: `class-wc-rest-authentication.php` of WooCommerce and what a shop of version 9.9.5 answered.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from atoosync_lab.sandbox.woocommerce.errors import ApiError
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState

WINDOW = 15 * 60
"""Seconds that the time of a signature may differ from the shop's clock."""

_NEEDED = ("consumer_key", "timestamp", "nonce", "signature", "signature_method")
_DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


@dataclass(frozen=True)
class Credentials:
    """What a request shows of itself.

    Attributes:
        method: HTTP method.
        address: The site's own address with the path, without query.
        query: Parameters; of equal names the last.
        authorization: Header `Authorization`, or empty.
        tls: Whether the connection is encrypted.
    """

    method: str
    address: str
    query: Mapping[str, Any]
    authorization: str
    tls: bool


class Access:
    """Checks credentials; remembers nonces while the server runs."""

    def __init__(self, state: ShopState) -> None:
        self._state = state
        self._nonces: dict[str, dict[int, str]] = {}

    def user(self, given: Credentials, *, read_only: bool = False) -> int:
        """The user of the request; 0 when it is anonymous.

        Raises:
            ApiError: 401, when credentials are wrong or do not allow the method.
        """
        key = self._over_tls(given) if given.tls else None
        key = key or self._signed(given)
        if key is None:
            return 0
        permissions = "read" if read_only else key["permissions"]
        if given.method in ("GET", "HEAD") and "read" not in permissions:
            raise _refused("The API key provided does not have read permissions.")
        if given.method in ("POST", "PUT", "PATCH", "DELETE") and "write" not in permissions:
            raise _refused("The API key provided does not have write permissions.")
        return int(key.get("user_id") or 1)

    def _key(self, consumer_key: str) -> Row | None:
        found = self._state.rows("keys", "consumer_key = ?", (consumer_key,))
        return found[0] if found else None

    def _over_tls(self, given: Credentials) -> Row | None:
        name, secret = str(given.query.get("consumer_key", "")), str(given.query.get("consumer_secret", ""))
        if not (name and secret) and given.authorization.lower().startswith("basic "):
            try:
                text = base64.b64decode(given.authorization[6:]).decode()
            except (binascii.Error, UnicodeDecodeError):
                return None
            name, _, secret = text.partition(":")
        if not (name and secret):
            return None
        # An unknown key falls through to the signature, and ends as an anonymous request.
        key = self._key(name)
        if key is not None and not hmac.compare_digest(key["consumer_secret"], secret):
            raise _refused("Consumer secret is invalid.")
        return key

    def _signed(self, given: Credentials) -> Row | None:
        params = dict(given.query)
        if given.authorization.lower().startswith("oauth "):
            pairs = re.findall(r'(oauth_\w+)="([^"]*)"', given.authorization)
            params.update((name, unquote(value)) for name, value in pairs)
        if not any(name.startswith("oauth_") for name in params):
            return None
        missing = [f"oauth_{name}" for name in _NEEDED if not params.get(f"oauth_{name}")]
        if missing:
            word = "parameter" if len(missing) == 1 else "parameters"
            message = f"Missing OAuth {word} {', '.join(missing)}"
            raise ApiError(401, "woocommerce_rest_authentication_missing_parameter", message)
        key = self._key(params["oauth_consumer_key"])
        if key is None:
            raise _refused("Consumer key is invalid.")
        self._check_signature(given, params, key["consumer_secret"])
        self._check_nonce(key["consumer_key"], params)
        return key

    def _check_signature(self, given: Credentials, params: dict[str, Any], secret: str) -> None:
        digest = _DIGESTS.get(str(params["oauth_signature_method"]))
        if digest is None:
            raise _refused("Invalid signature - signature method is invalid.")
        signed = {name: value for name, value in params.items() if name != "oauth_signature"}
        expected = signature(given.method, given.address, signed, secret, digest)
        if not hmac.compare_digest(expected.encode(), str(params["oauth_signature"]).replace(" ", "+").encode()):
            raise _refused("Invalid signature - provided signature does not match.")

    def _check_nonce(self, consumer_key: str, params: Mapping[str, Any]) -> None:
        now = int(self._state.moment().timestamp())
        stamp = int(params["oauth_timestamp"]) if str(params["oauth_timestamp"]).isdecimal() else 0
        if abs(now - stamp) > WINDOW:
            raise _refused("Invalid timestamp.")
        seen = self._nonces.setdefault(consumer_key, {})
        nonce = str(params["oauth_nonce"])
        if nonce in seen.values():
            raise _refused("Invalid nonce - nonce has already been used.")
        # Kept by second, as the shop does: of several in one second only the last is remembered.
        seen[stamp] = nonce
        for old in [second for second in seen if second < now - WINDOW]:
            del seen[old]


def signature(method: str, address: str, params: Mapping[str, Any], secret: str, digest: Any = hashlib.sha256) -> str:
    """The signature of a request (Base64): names and values are encoded twice, sorted, without `oauth_signature`."""
    pairs = sorted((_twice(name), _twice(str(value))) for name, value in params.items())
    text = "%26".join(f"{name}%3D{value}" for name, value in pairs)
    base = f"{method.upper()}&{quote(address, safe='')}&{text}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), base.encode(), digest).digest()).decode()


def _twice(text: str) -> str:
    # The shop decodes before it encodes: a value that holds a percent escape therefore never agrees.
    return quote(unquote(text), safe="~").replace("%", "%25")


def _refused(message: str) -> ApiError:
    return ApiError(401, "woocommerce_rest_authentication_error", message)
