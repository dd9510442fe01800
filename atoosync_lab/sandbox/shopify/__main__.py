"""`python -m atoosync_lab.sandbox.shopify --state DIR [--port N] [--version V] [--plan P] [--speed X]`."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.sandbox.common.runner import base_parser, serve
from atoosync_lab.sandbox.shopify.app import create_app
from atoosync_lab.sandbox.shopify.facts import LATEST, RESTORE_RATE, VERSIONS
from atoosync_lab.sandbox.shopify.state import ShopState

DEFAULT_PORT = 8704


def main(arguments: Sequence[str] | None = None) -> None:
    """Open (or install) the shop of the state folder and serve it until the process is told to stop."""
    parser = base_parser("shopify", DEFAULT_PORT)
    parser.add_argument("--version", choices=VERSIONS, default=LATEST, help="newest version of the API that is served")
    parser.add_argument(
        "--plan", choices=sorted(RESTORE_RATE), help="plan of the shop; that of the existing one by default"
    )
    given = parser.parse_args(arguments)
    state = ShopState.open(given.state)
    if given.plan:
        state.set_setting("plan", given.plan)
    try:
        serve(
            create_app(state, speed=given.speed, newest=given.version),
            kind="shopify",
            state=given.state,
            port=given.port,
            log_level=given.log_level,
        )
    finally:
        state.close()


if __name__ == "__main__":
    main()
