"""Sign in at the ERP: the browser goes to its page and comes back to a small server on this machine (ERP-01)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from atoosync_lab.model.errors import SettingsError, SignInRequiredError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import systems
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile

WAIT_SECONDS = 300.0
"""An authorization code lives five minutes (ebp.md §1)."""


def sign_in(workspace: Workspace, profile: Profile, *, on_url: Callable[[str], None]) -> None:
    """Sign in with a browser: tells the address to open, waits for the answer, stores the tokens.

    Raises:
        SettingsError: the redirect address of the profile is not on this machine, or its port is taken.
        SignInRequiredError: no answer came, or the ERP refused it.
    """
    target = urlsplit(profile.erp.redirect_uri)
    if target.hostname not in ("localhost", "127.0.0.1"):
        raise SettingsError("settings.redirect_not_local", uri=profile.erp.redirect_uri)
    connector = systems.open_ebp(profile, workspace.wiring)
    try:
        begun = connector.begin_sign_in()
        answer = _Answer(target.path or "/")
        try:
            server = HTTPServer(("127.0.0.1", target.port or 80), answer.handler())
        except OSError as error:
            raise SettingsError("settings.redirect_port_taken", port=target.port or 80) from error
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            on_url(begun.url)
            if not answer.came.wait(WAIT_SECONDS):
                raise SignInRequiredError("signin.no_answer")
        finally:
            server.shutdown()
            server.server_close()
        connector.finish_sign_in(begun, state=answer.state, code=answer.code)
    finally:
        connector.close()


class _Answer:
    """What the browser brought back."""

    def __init__(self, path: str) -> None:
        self.path, self.state, self.code = path, "", ""
        self.came = threading.Event()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                given = parse_qs(parts.query)
                if parts.path != answer.path or "state" not in given:
                    self.send_error(404)
                    return
                answer.state = given["state"][0]
                answer.code = given.get("code", [""])[0]
                body = f"<!doctype html><meta charset=utf-8><p>{translate('signin.close_window')}</p>".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                answer.came.set()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is logged: the address holds the code."""

        return Handler
