"""Start a sandbox server as a process: arguments, the address file that others look for, a clean stop."""

from __future__ import annotations

import argparse
import json
import os
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

ADDRESS_FILE = "server.json"
"""Name of the file in the state folder that says where the server listens."""

HOST = "127.0.0.1"
"""Sandboxes are for this machine alone."""


def base_parser(kind: str, default_port: int) -> argparse.ArgumentParser:
    """Argument parser with what every sandbox takes: `--state`, `--port`, `--speed`, `--log-level`.

    Args:
        kind: Name of the sandbox (`ebp`, `prestashop`).
        default_port: Port when none is given; `--port 0` takes a free one.
    """
    parser = argparse.ArgumentParser(prog=f"atoosync_lab.sandbox.{kind}", description=f"Sandbox server: {kind}")
    parser.add_argument(
        "--state",
        type=Path,
        required=True,
        help="folder that keeps the data of the sandbox",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=default_port,
        help="port on 127.0.0.1; 0 takes a free one",
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        help="divides waiting times and quotas; 0: no waiting, no limit",
    )
    parser.add_argument("--log-level", default="warning", help="level of the server's log")
    return parser


def serve(
    app: Callable[[MutableMapping[str, Any], Any, Any], Awaitable[Any]],
    *,
    kind: str,
    state: Path,
    port: int,
    log_level: str = "warning",
) -> None:
    """Serve until SIGTERM or SIGINT; the address file exists exactly while the server listens.

    Args:
        app: ASGI application.
        kind: Name of the sandbox, written to the address file.
        state: Folder of the sandbox's data (created).
        port: Port on 127.0.0.1, or 0 for a free one.
        log_level: Level of uvicorn's log.

    Raises:
        OSError: when the port is taken.
    """
    state.mkdir(parents=True, exist_ok=True)
    # With the protocol named, asyncio switches Nagle's algorithm off: without, each answer would wait 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    bound: int = listener.getsockname()[1]
    config = uvicorn.Config(
        app,
        log_level=log_level,
        access_log=False,
        lifespan="auto",
        timeout_graceful_shutdown=2,
    )
    address = state / ADDRESS_FILE
    draft = address.with_suffix(".tmp")
    content = {
        "kind": kind,
        "pid": os.getpid(),
        "port": bound,
        "url": f"http://{HOST}:{bound}",
    }
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(address)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        address.unlink(missing_ok=True)
        listener.close()
