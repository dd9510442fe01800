"""Keeps secrets out of whatever a person, a log or a file gets to see (SEC-01).

Two nets, one under the other: names under which secrets travel (headers, query fields, members of a body), and the
known secret values themselves, in the forms in which they may appear (plain, URL-encoded, base64 of `value:`).
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

MASK = "***"

SECRET_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "ebp-subscription-key",
        "ocp-apim-subscription-key",
        "x-api-key",
        "x-shopify-access-token",
        "x-auth-token",
    }
)

SECRET_NAMES = frozenset(
    {
        "ws_key",
        "token",
        "code",
        "client_secret",
        "access_token",
        "refresh_token",
        "id_token",
        "password",
        "passwd",
        "secret",
        "api_key",
        "apikey",
        "subscription_key",
        "subscription-key",
        "consumer_key",
        "consumer_secret",
        "signature",
        "code_verifier",
        "secure_key",
        "reset_password_token",
    }
)

_LONGEST = 8_000
"""Characters of the longest secret."""

_SHORTEST = 4
"""Shorter values are no secrets, and masking them everywhere would make a text unreadable."""

_names = "|".join(sorted((re.escape(n) for n in SECRET_NAMES), key=len, reverse=True))
_QUERY = re.compile(rf"(?i)(^|[?&;\s\"'])((?:{_names})=)[^&;\s\"'<>]+")
_JSON = re.compile(rf"(?i)([\"'](?:{_names})[\"']\s*:\s*)(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^\s,}}\]]+)")
# `code` alone is an ordinary element of error answers and reference lists in XML: only true secrets are masked there.
_xml_names = "|".join(sorted(re.escape(n) for n in SECRET_NAMES - {"code", "token"}))
# An element that is never closed is masked to the end: looking for each end in vain would be slow.
_XML = re.compile(rf"(?is)(<({_xml_names})(?:\s[^<>]*)?(?<!/)>).*?(</\2>|\Z)")
_SCHEME = re.compile(r"(?i)\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+")
_HEADER_LINE = re.compile(rf"(?im)\b({'|'.join(re.escape(h) for h in sorted(SECRET_HEADERS))})(\s*[:=]\s*)[^\r\n]+")
_USERINFO = re.compile(r"(?i)(\b\w{1,20}://)[^/\s@]{1,2000}@")


class Redactor:
    """Masks secrets in texts, headers and addresses. Holds secret values: never shown by `repr`.

    Args:
        secrets: the values known to be secret; empty and very short ones are ignored.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: list[str] = []
        for value in secrets:
            self.add(value)

    def __repr__(self) -> str:
        return f"Redactor({MASK})"

    def add(self, value: str) -> None:
        """Learn a secret value, e.g. a token that was just received."""
        value = value.strip()
        if len(value) < _SHORTEST:
            return
        raw = value.encode()
        forms = {value, quote(value, safe=""), quote_plus(value), base64.b64encode(raw).decode()}
        forms.add(base64.b64encode(raw + b":").decode())
        # A new list instead of a change in place: another thread may be reading the old one.
        self._forms = sorted({*self._forms, *forms}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text with every secret masked."""
        for form in self._forms:
            text = text.replace(form, MASK)
        text = _HEADER_LINE.sub(rf"\1\2{MASK}", text)
        text = _SCHEME.sub(rf"\1 {MASK}", text)
        text = _QUERY.sub(rf"\1\2{MASK}", text)
        text = _JSON.sub(rf'\1"{MASK}"', text)
        text = _XML.sub(rf"\1{MASK}\3", text)
        return _USERINFO.sub(rf"\1{MASK}@", text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers with secret ones masked."""
        return {k: MASK if k.lower() in SECRET_HEADERS else self.text(v) for k, v in headers.items()}

    def url(self, url: str) -> str:
        """The address without user, query and fragment, its path checked for secret values."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        return self.text(urlunsplit((parts.scheme, host, parts.path, "", "")))

    def body(self, body: bytes, path: str = "", limit: int = 20_000) -> str:
        """The body as a readable text; bodies of token calls are left out altogether.

        Args:
            body: bytes sent or received.
            path: path of the call, by which token calls are known.
            limit: characters kept.
        """
        if not body:
            return ""
        if is_token_call(path):
            return f"({len(body)} bytes of a token call)"
        if b"\x00" in body[:1000]:
            return f"({len(body)} bytes, binary)"
        whole = body.decode("utf-8", errors="replace")
        # What nobody will see is not searched: unclosed quotes make that slow. A secret that this cut breaks lies at
        # the very end, which is dropped too.
        text = self.text(whole[: 2 * limit])
        if len(whole) > 2 * limit:
            text = text[: max(len(text) - _LONGEST, 0)]
        return text if len(text) <= limit and len(whole) <= 2 * limit else text[:limit] + "..."


def is_token_call(path: str) -> bool:
    """True for the paths by which tokens are handed out."""
    last = path.rstrip("/").rpartition("/")[2].lower()
    return last in {"token", "access_token", "oauth", "revocation"}


class LogFilter(logging.Filter):
    """Masks secrets in log records of the HTTP library, which logs whole addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; never drops one."""
        record.msg = _LOG_REDACTOR.text(record.getMessage())
        record.args = None
        return True


_LOG_REDACTOR = Redactor()
_FILTER = LogFilter()
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")


def guard_library_logs() -> None:
    """Put the filter on the HTTP library's loggers; once is enough, more does no harm."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
