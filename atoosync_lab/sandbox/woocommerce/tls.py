"""The encrypted address of the sandbox: a certificate of its own for 127.0.0.1, and a second server in a thread."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import socket
import threading
from pathlib import Path
from typing import Any

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from atoosync_lab.sandbox.common.runner import HOST

CERTIFICATE, KEY, TELLS = "tls-certificate.pem", "tls-key.pem", "tls.json"
_VALID = dt.timedelta(days=30)


def certificate(folder: Path) -> Path:
    """Make a key and a certificate, signed by itself, that clients may trust as an authority; its file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + _VALID)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / CERTIFICATE, folder / KEY
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.touch(mode=0o600)
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


def listener(port: int = 0) -> socket.socket:
    """A socket on this machine; port 0 takes a free one."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((HOST, port))
    return found


def told(folder: Path, port: int) -> dict[str, Any]:
    """Write `tls.json`: `url` and `certificate` (path); the same as a mapping."""
    content = {"url": f"https://{HOST}:{port}", "certificate": str((folder / CERTIFICATE).resolve())}
    (folder / TELLS).write_text(json.dumps(content), encoding="utf-8")
    return content


def serve(app: Any, folder: Path, bound: socket.socket, log_level: str) -> None:
    """Serve the application encrypted, in a thread that ends with the process."""
    config = uvicorn.Config(
        app,
        log_level=log_level,
        access_log=False,
        lifespan="off",
        ssl_certfile=str(folder / CERTIFICATE),
        ssl_keyfile=str(folder / KEY),
    )
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True, name="tls").start()
