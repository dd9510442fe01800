"""The door as a process: `python -m atoosync_lab.door.server --port 8877`; `atoosync door serve` starts it.

It listens on this machine alone unless told otherwise: a reverse proxy with HTTPS leads to it.
"""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Collection, Sequence

import uvicorn
from starlette.applications import Starlette

from atoosync_lab.door.app import create_app
from atoosync_lab.door.receiving import Receiver
from atoosync_lab.model.i18n import Message
from atoosync_lab.runs.hooks import PORT
from atoosync_lab.runs.workspace import Workspace

CONNECTIONS = 200
"""Calls at a time; further ones are turned away with 503 and come again."""


def server_of(app: Starlette) -> uvicorn.Server:
    """A server without a log of addresses and without names of what it is made of."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
        lifespan="off",
    )
    return uvicorn.Server(config)


def listener(port: int, ip: str = "127.0.0.1") -> socket.socket:
    """A socket that listens; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((ip, port))
    return found


def serve(workspace: Workspace, port: int, ip: str, proxies: Collection[str]) -> None:
    """Serve until the process is told to stop.

    Raises:
        OSError: the port is taken.
    """
    bound = listener(port, ip)
    try:
        server_of(create_app(Receiver(workspace, say=_say), proxies)).run(sockets=[bound])
    finally:
        bound.close()


def _say(message: Message) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Open the workbench of this machine and serve."""
    parser = argparse.ArgumentParser(prog="python -m atoosync_lab.door.server")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--ip", default="127.0.0.1")
    parser.add_argument("--proxy", action="append", default=[])
    given = parser.parse_args(arguments)
    with Workspace.open() as workspace:
        try:
            serve(workspace, given.port, given.ip, given.proxy)
        except OSError as error:
            _say(Message("door.port_taken", {"port": given.port, "cause": error.strerror or type(error).__name__}))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
