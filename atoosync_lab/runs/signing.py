"""Sign in at the ERP: the browser goes to its page and comes back to a small server on this machine (ERP-01).

That server also leads to the ERP's page, so that a link in a notebook holds nothing of the credentials.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from atoosync_lab.model.errors import SettingsError, SignInRequiredError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import refreshing, systems
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile

WAIT_SECONDS = 300.0
"""An authorization code lives five minutes (ebp.md §1)."""
DOOR = "/sign-in"
"""Path of the redirect server that leads to the ERP's page."""


def sign_in(workspace: Workspace, profile: Profile, *, on_url: Callable[[str], None]) -> None:
    """Sign in with a browser: tells the address to open, waits for the answer, stores the tokens.

    Raises:
        SettingsError: the redirect address of the profile is not on this machine, or its port is taken.
        SignInRequiredError: no answer came, or the ERP refused it.
    """
    pending = PendingSignIn(workspace, profile)
    on_url(pending.url)
    pending.finish()


class PendingSignIn:
    """A sign-in that waits for the browser. `finish` waits and ends it, whatever happens.

    Args:
        workspace: the workbench.
        profile: the profile as on screen.
        typed: credentials typed and not stored.

    Raises:
        SettingsError: a credential is missing, the redirect address is not on this machine, or its port is taken.
    """

    def __init__(self, workspace: Workspace, profile: Profile, typed: Mapping[str, str] | None = None) -> None:
        target = urlsplit(profile.erp.redirect_uri)
        if target.hostname not in ("localhost", "127.0.0.1"):
            raise SettingsError("settings.redirect_not_local", uri=profile.erp.redirect_uri)
        self._connector = systems.open_sign_in(profile, refreshing.on_screen(workspace, typed or {}))
        try:
            self._begun = self._connector.begin_sign_in()
            port = target.port or 80
            self._answer = _Answer(target.path or "/", self._begun.url)
            self.local_url = f"http://{target.hostname}:{port}{DOOR}"
            """Leads to the ERP's page; only on this machine."""
            try:
                self._server = HTTPServer(("127.0.0.1", port), self._answer.handler())
            except OSError as error:
                raise SettingsError("settings.redirect_port_taken", port=port) from error
        except BaseException:
            self._connector.close()
            raise
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The page at which a person signs in."""
        return str(self._begun.url)

    def cancel(self) -> None:
        """Wait no longer."""
        self._answer.came.set()

    def finish(self, wait: float = WAIT_SECONDS) -> None:
        """Wait for the answer and store the tokens.

        Raises:
            SignInRequiredError: no answer came, or the ERP refused it.
        """
        try:
            came = self._answer.came.wait(wait)
            self._server.shutdown()
            self._server.server_close()
            if not came or not self._answer.state:
                raise SignInRequiredError("signin.no_answer")
            self._connector.finish_sign_in(self._begun, state=self._answer.state, code=self._answer.code)
        finally:
            self._connector.close()


class _Answer:
    """What the browser brought back."""

    def __init__(self, path: str, page: str) -> None:
        self.path, self.page, self.state, self.code = path, page, "", ""
        self.came = threading.Event()

    def take(self, given: Mapping[str, list[str]]) -> None:
        """Keep the first answer."""
        if not self.came.is_set():
            self.state, self.code = given["state"][0], given.get("code", [""])[0]
            self.came.set()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                given = parse_qs(parts.query)
                if parts.path == DOOR:
                    self.send_response(302)
                    self.send_header("Location", answer.page)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                if parts.path != answer.path or "state" not in given:
                    self.send_error(404)
                    return
                body = f"<!doctype html><meta charset=utf-8><p>{translate('signin.close_window')}</p>".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                answer.take(given)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is logged: the address holds the code."""

        return Handler
