"""Small helpers of the tests: the encrypted address, signed requests, a server of images."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from ssl import create_default_context
from typing import Any

import httpx

from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.woocommerce.access import signature
from atoosync_lab.sandbox.woocommerce.install import WRITE_KEY, WRITE_SECRET

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True)
class Tls:
    """An encrypted address and the certificate to trust."""

    url: str
    certificate: str

    def client(
        self, auth: tuple[str, str] | None = (WRITE_KEY, WRITE_SECRET), path: str = "/wp-json/wc/v3/"
    ) -> httpx.Client:
        """A client below a path."""
        trust = create_default_context(cafile=self.certificate)
        return httpx.Client(base_url=self.url + path, auth=auth, verify=trust, timeout=30)


def tls_of(server: RunningSandbox) -> Tls:
    """The encrypted address that a sandbox tells in its folder."""
    content = json.loads((Path(server.state) / "tls.json").read_text(encoding="utf-8"))
    return Tls(content["url"], content["certificate"])


def signed(
    method: str,
    address: str,
    query: Mapping[str, Any],
    key: str = WRITE_KEY,
    secret: str = WRITE_SECRET,
    *,
    digest: str = "HMAC-SHA256",
    age: int = 0,
) -> dict[str, str]:
    """The query with the parameters of a signature (one-legged OAuth 1.0a)."""
    params = {
        **{name: str(value) for name, value in query.items()},
        "oauth_consumer_key": key,
        "oauth_timestamp": str(int(time.time()) - age),
        "oauth_nonce": secrets.token_hex(16),
        "oauth_signature_method": digest,
    }
    function = hashlib.sha1 if digest == "HMAC-SHA1" else hashlib.sha256
    return {**params, "oauth_signature": signature(method, address, params, secret, function)}


class _Images(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """A picture, a text under the name of a picture, or 404."""
        kind = {"/bol.png": ("image/png", PNG), "/texte.png": ("text/plain", b"no picture")}.get(self.path)
        self.send_response(200 if kind else 404)
        content = kind[1] if kind else b""
        self.send_header("Content-Type", kind[0] if kind else "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Nothing is printed."""


@contextmanager
def images() -> Iterator[str]:
    """A server of images on this machine; its address."""
    server = HTTPServer(("127.0.0.1", 0), _Images)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
