"""`python -m atoosync_lab.sandbox.woocommerce --state DIR [--port N] [--version 9.9.5|3.5|..] [--speed X] [--tls]`."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.sandbox.common.runner import base_parser, serve
from atoosync_lab.sandbox.woocommerce import tls, versions
from atoosync_lab.sandbox.woocommerce.app import create_app
from atoosync_lab.sandbox.woocommerce.errors import StateVersionError
from atoosync_lab.sandbox.woocommerce.state import ShopState

DEFAULT_PORT = 8703


def main(arguments: Sequence[str] | None = None) -> None:
    """Open (or install) the shop of the state folder and serve it until the process is told to stop."""
    parser = base_parser("woocommerce", DEFAULT_PORT)
    parser.add_argument(
        "--version",
        help=f"version of the shop, {versions.OLDEST} or later; that of the existing shop, or "
        f"{versions.DEFAULT_VERSION}, by default",
    )
    parser.add_argument("--tls", action="store_true", help="listen encrypted too; the address stands in tls.json")
    parser.add_argument("--tls-port", type=int, default=0, help="port of the encrypted address; 0 takes a free one")
    given = parser.parse_args(arguments)
    try:
        if given.version:
            versions.parse(given.version)
        state = ShopState.open(given.state, given.version)
    except (ValueError, StateVersionError) as error:
        parser.error(str(error))
    content = None
    if given.tls:
        tls.certificate(given.state)
        bound = tls.listener(given.tls_port)
        content = tls.told(given.state, bound.getsockname()[1])
    app = create_app(state, speed=given.speed, tls=content)
    if given.tls:
        tls.serve(app, given.state, bound, given.log_level)
    try:
        serve(app, kind="woocommerce", state=given.state, port=given.port, log_level=given.log_level)
    finally:
        (given.state / tls.TELLS).unlink(missing_ok=True)
        state.close()


if __name__ == "__main__":
    main()
