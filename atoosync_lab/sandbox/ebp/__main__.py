"""`python -m atoosync_lab.sandbox.ebp --state DIR [--port N] [--speed X]`."""

from __future__ import annotations

from atoosync_lab.sandbox.common.runner import base_parser, serve
from atoosync_lab.sandbox.ebp.app import create_app
from atoosync_lab.sandbox.ebp.settings import Settings

DEFAULT_PORT = 8701


def main() -> None:
    """Read the command line and serve."""
    parser = base_parser("ebp", DEFAULT_PORT)
    parser.add_argument(
        "--token-lifetime", type=float, default=Settings.token_lifetime, help="seconds of an access token"
    )
    parser.add_argument("--auto-sign-in", action="store_true", help="sign in at once when a login_hint is given")
    parser.add_argument("--retry-after", action="store_true", help="send Retry-After with 429")
    parser.add_argument(
        "--import-delay", type=float, default=Settings.import_delay, help="seconds before an import starts"
    )
    parser.add_argument("--no-import-status", action="store_true", help="Status of imports answers 404")
    given = parser.parse_args()
    settings = Settings(
        speed=given.speed,
        token_lifetime=given.token_lifetime,
        auto_sign_in=given.auto_sign_in,
        retry_after=given.retry_after,
        import_delay=given.import_delay,
        import_status=not given.no_import_status,
    )
    app = create_app(given.state, settings)
    serve(app, kind="ebp", state=given.state, port=given.port, log_level=given.log_level)


if __name__ == "__main__":
    main()
