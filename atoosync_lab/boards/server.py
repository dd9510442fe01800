"""The server of one client's dashboards: Voila, with our sign-in, our error pages, and nothing but the pages open.

    python -m atoosync_lab.boards.server DASHBOARDS --port 8866

What it may show stands in the environment, never in an address: `ATOOSYNC_BOARD` (folders of exports),
`ATOOSYNC_BOARD_CLIENT` (file of the client; its hash never reaches a page's kernel), `ATOOSYNC_BOARD_TOKEN` (opens without a
password, for whoever starts it). One process a client.
"""  # noqa: E501

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.utils import url_path_join
from tornado import web
from traitlets.config import Config
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.static_file_handler import AllowListFileHandler, TemplateStaticFileHandler
from voila.tornado.contentshandler import VoilaContentsHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from atoosync_lab.boards.access import (
    LONGEST,
    STAYS_DAYS,
    BoardIdentity,
    Client,
    Door,
    Guard,
    SignIn,
    SignOut,
    client_of,
)
from atoosync_lab.kit.view import styles
from atoosync_lab.model.i18n import LANGUAGES, current_language, translate

HERE = Path(__file__).resolve().parent / "jupyter"
FIRST = "home"
"""Page behind the bare address."""

NAV = ("home", "running", "journal")
"""Pages of the navigation, in their order."""

FRAME = ("pages", "skip", "theme", "light", "dark", "auto", "out", "reading")
"""Words of the frame round every page."""

POOL = 1
"""Kernels that wait for a visitor of each page."""

IDLE = 900
"""Seconds after which the kernel of a page that nobody looks at any more ends."""

_OWN = ("ATOOSYNC_BOARD_CLIENT", "ATOOSYNC_BOARD_TOKEN")
_KERNEL_ID = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"

POLICY = "; ".join(
    [
        "default-src 'self'",
        # Widgets arrive as modules in blobs; the widgets' loader evaluates what this server sent.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' blob: data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
"""A page asks nothing of other hosts, and the browser holds it to that."""


class Closed(JupyterHandler):
    """Every address that is no page: the sign-in for a stranger, "does not exist" for a visitor."""

    @web.authenticated
    def get(self, *args: str, **kwargs: str) -> None:
        """Refuse.

        Raises:
            HTTPError: 404.
        """
        raise web.HTTPError(404)

    post = put = patch = delete = head = options = get


class BoardPage(TornadoVoilaHandler):  # type: ignore[misc]
    """A dashboard."""

    @web.authenticated
    async def get(self, path: str) -> None:
        """Show it, with the cookie by which the page ends its own kernel when it is left."""
        _ = self.xsrf_token
        await super().get(path)


class First(JupyterHandler):
    """The bare address leads to the first page."""

    @web.authenticated
    def get(self) -> None:
        """Lead on."""
        self.redirect(url_path_join(self.base_url, "voila/render", f"{FIRST}.ipynb"))


class KernelSeen(APIHandler):
    """What a page asks about its own kernel before it connects; ending or restarting one is not offered."""

    @web.authenticated
    async def get(self, kernel_id: str) -> None:
        """Its id and name."""
        if kernel_id not in self.kernel_manager:
            raise web.HTTPError(404)
        model = self.kernel_manager.kernel_model(kernel_id)  # type: ignore[no-untyped-call]
        self.finish({"id": model["id"], "name": model["name"]})


class Style(JupyterHandler):
    """The look, for the frame of the pages, the sign-in and the error pages."""

    @allow_unauthenticated
    def get(self) -> None:
        """The style sheets of the kit as one."""
        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.set_header("Cache-Control", "max-age=3600")
        self.write(styles())


class NoFormulas(JupyterHandler):
    """A script that does nothing, where the loader of widgets asks for one that sets formulas: no page has any."""

    @allow_unauthenticated
    def get(self) -> None:
        """Its names, which do nothing."""
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", "max-age=86400")
        hub = "{ Config: no, Configured: no, Queue: no, Register: { StartupHook: no } }"
        self.write(f"(() => {{ const no = () => {{}}; window.MathJax = {{ Hub: {hub} }}; }})();")


class Part(TemplateStaticFileHandler):  # type: ignore[misc]
    """A file of the templates that pages are made of; an address that names none does not exist."""

    async def get(self, path: str, include_body: bool = True) -> None:
        """Give the file.

        Raises:
            HTTPError: 404.
        """
        try:
            await super().get(path, include_body)
        except (AssertionError, ValueError) as error:
            raise web.HTTPError(404) from error


class Waiting(RequestInfoSocketHandler):  # type: ignore[misc]
    """Tells a kernel that was started in advance what its visitor asked: one listener a kernel, never a second."""

    _listened: set[str] = set()

    def open(self, kernel_id: str) -> None:
        """A kernel listens."""
        if kernel_id in self._listened or kernel_id not in self.settings["kernel_manager"]:
            self.close(1008, "not for you")
            return
        self._listened.add(kernel_id)
        super().open(kernel_id)

    def on_close(self) -> None:
        """It has heard."""
        if self in self._waiters.values():
            super().on_close()


class BoardServer(Voila):  # type: ignore[misc]
    """Voila for the dashboards of one client.

    Args:
        client: whose they are; None: those of the consultant, who opens them with the token.
        token: opens without a password; empty: nobody does.
    """

    def __init__(self, client: Client | None = None, token: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._client, self._given_token = client, token

    def init_settings(self) -> dict[str, Any]:
        """Our sign-in, our templates for every page, our limits."""
        self.identity_provider_class = BoardIdentity
        self.kernel_websocket_connection_class = Guard
        self.token = self._given_token
        if self._client is not None:
            self.cookie_secret = self._client.secret.encode()
        settings: dict[str, Any] = super().init_settings()
        identity: BoardIdentity = settings["identity_provider"]
        identity.door = Door()
        identity.login_handler_class, identity.logout_handler_class = SignIn, SignOut
        identity.password = self._client.password if self._client is not None else ""
        # Servers of several clients on one machine differ by port alone, which a cookie does not know.
        identity.cookie_name = f"atoosync-board-{self._client.id if self._client is not None else self.port}"
        identity.cookie_options = {"samesite": "Lax", "expires_days": STAYS_DAYS}
        identity.get_secure_cookie_kwargs = {"max_age_days": STAYS_DAYS}
        env = settings["voila_jinja2_env"]
        env.globals |= {
            "t": translate,
            "language": current_language(),
            "client_name": self._client.name if self._client is not None else "",
        }
        return settings | {
            "jinja2_env": env,
            "websocket_max_message_size": 2 * LONGEST,
            "headers": {
                "Content-Security-Policy": POLICY,
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "same-origin",
            },
        }

    def init_handlers(self) -> list[Any]:
        """Pages, what they are made of, sign-in and sign-out; all else is closed."""
        replaced = (
            TornadoVoilaTreeHandler, TornadoVoilaHandler, VoilaContentsHandler, AllowListFileHandler,
            RequestInfoSocketHandler, TemplateStaticFileHandler, KernelHandler,
        )  # fmt: skip
        base = self.server_url
        given = super().init_handlers()
        [pages] = [each[2] for each in given if each[1] is TornadoVoilaHandler]
        return [
            *(each for each in given if each[1] not in replaced),
            (url_path_join(base, r"/voila/render/([\w-]+\.ipynb)"), BoardPage, pages),
            (url_path_join(base, r"/voila/templates/(.*)"), Part),
            (url_path_join(base, rf"/voila/query/{_KERNEL_ID}"), Waiting),
            (url_path_join(base, rf"/api/kernels/{_KERNEL_ID}"), KernelSeen),
            (url_path_join(base, "/atoo/kit.css"), Style),
            (url_path_join(base, "/atoo/no-formulas.js"), NoFormulas),
            (base, First),
            (url_path_join(base, "/(.*)"), Closed),
        ]


def page_config(config: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What a page is given beside Voila's own: no address of another host, the words of its frame."""
    words = {
        language: {
            **{page: translate(f"board.nav.{page}", None, language) for page in NAV},
            "run": translate("board.run.title", None, language),
            **{name: translate(f"board.frame.{name}", None, language) for name in FRAME},
        }
        for language in LANGUAGES
    }
    # Without an address of its own, the loader of widgets would ask another host.
    formulas = url_path_join(config["baseUrl"], "atoo/no-formulas.js")
    return config | {"fullMathjaxUrl": formulas, "atoo": {"nav": NAV, "words": words}}


def config_of(port: int, ip: str = "127.0.0.1", base_url: str = "/") -> Config:
    """The settings of the server, which no file of the machine's own Jupyter changes."""
    config = Config()
    config.Voila.ip, config.Voila.port, config.Voila.base_url = ip, port, base_url
    config.Voila.open_browser, config.Voila.port_retries = False, 0
    config.Voila.config_file_paths = []
    voila = config.VoilaConfiguration
    voila.template, voila.strip_sources, voila.show_tracebacks = "atoo", True, False
    voila.allow_template_override = voila.allow_theme_override = "NO"
    voila.preheat_kernel, voila.default_pool_size = True, POOL
    voila.page_config_hook = page_config
    voila.file_allowlist = []
    config.KernelManager.transport = "ipc"
    config.MappingKernelManager.cull_idle_timeout = IDLE
    config.MappingKernelManager.cull_interval = 60
    return config


def main(arguments: Sequence[str]) -> None:
    """Serve a folder of dashboards until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m atoosync_lab.boards.server")
    parser.add_argument("dashboards", type=Path)
    parser.add_argument("--port", type=int, default=8866)
    parser.add_argument("--ip", default="127.0.0.1")
    parser.add_argument("--base-url", default="/")
    given = parser.parse_args(arguments)
    client, token = client_of(), os.environ.get("ATOOSYNC_BOARD_TOKEN", "")
    for name in _OWN:
        os.environ.pop(name, None)  # kernels inherit what is left
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, (str(HERE), os.environ.get("JUPYTER_PATH"))))
    server = BoardServer(client, token, config=config_of(given.port, given.ip, given.base_url))
    server.initialize([str(given.dashboards)])
    server.start()


if __name__ == "__main__":
    main(sys.argv[1:])
