"""`python -m atoosync_lab.sandbox.prestashop --state DIR [--port N] [--version 9|8|1.7.7] [--key KEY] [--speed X]`."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.sandbox.common.runner import base_parser, serve
from atoosync_lab.sandbox.prestashop.access import set_key
from atoosync_lab.sandbox.prestashop.app import create_app
from atoosync_lab.sandbox.prestashop.fields import VERSIONS
from atoosync_lab.sandbox.prestashop.state import ShopState

DEFAULT_PORT = 8702


def main(arguments: Sequence[str] | None = None) -> None:
    """Open (or install) the shop of the state folder and serve it until the process is told to stop."""
    parser = base_parser("prestashop", DEFAULT_PORT)
    parser.add_argument(
        "--version", choices=VERSIONS, help="version of the shop; that of the existing shop, or 9, by default"
    )
    parser.add_argument("--key", help="a further webservice key with all rights (32 characters)")
    given = parser.parse_args(arguments)
    state = ShopState.open(given.state, given.version)
    if given.key:
        try:
            set_key(state, given.key)
        except ValueError as error:
            parser.error(str(error))
    try:
        serve(
            create_app(state, speed=given.speed),
            kind="prestashop",
            state=given.state,
            port=given.port,
            log_level=given.log_level,
        )
    finally:
        state.close()


if __name__ == "__main__":
    main()
