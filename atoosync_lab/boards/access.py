"""Who may open the dashboards of one client, and what a signed-in visitor may send (SEC-02).

One password a client, kept as a hash; a few wrong ones close the door for a while. On the kernel's channel only the
messages pass that a page itself sends: what was pressed or typed. Code, completion, other widgets, changed state and
whatever is too long or not well formed do not reach the kernel.
"""

from __future__ import annotations

import itertools
import json
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import User
from jupyter_server.auth.security import passwd_check
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.escape import url_escape
from tornado.web import RequestHandler
from traitlets import Any as AnyTrait
from traitlets import Unicode
from voila.voila_identity_provider import VoilaIdentityProvider, VoilaLoginHandler

LONGEST = 524_288
"""Bytes of a message that a page may send."""

AT_ONCE, WITHIN = 200, 10.0
"""Messages that a page may send in so many seconds."""

TRIES, PAUSE = 5, 60.0
"""Wrong passwords before the door closes, and seconds until it opens again."""

STAYS_DAYS = 7
"""Days until a visitor is asked for the password again."""

V1 = "v1.kernel.websocket.jupyter.org"


@dataclass(frozen=True, slots=True)
class Client:
    """Whose dashboards these are."""

    id: str
    name: str
    password: str
    """Hash."""
    secret: str
    """Signs the cookies; a new one signs everybody out."""

    @classmethod
    def read(cls, path: Path) -> Client:
        """The client of a file that `atoosync board add` wrote."""
        found = json.loads(path.read_text(encoding="utf-8"))
        return cls(found["id"], found["name"], found["password"], found["secret"])


class Door:
    """Counts wrong passwords.

    Args:
        clock: gives seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: deque[float] = deque(maxlen=TRIES)

    def closed(self) -> bool:
        """Too many were wrong of late."""
        return len(self._wrong) == TRIES and self._clock() - self._wrong[0] < PAUSE

    def wrong(self) -> None:
        """One more was wrong."""
        self._wrong.append(self._clock())


class BoardIdentity(VoilaIdentityProvider):  # type: ignore[misc]
    """Signs a visitor in by the client's password, or by the token of whoever started the server."""

    password = Unicode("")
    cookie_name = Unicode("atoosync-board", config=True)
    door = AnyTrait()

    @property
    def auth_enabled(self) -> bool:
        """There is always a sign-in."""
        return True

    def process_login_form(self, handler: RequestHandler) -> User | None:
        """The visitor whose password is right; None: it is wrong, or the door is closed."""
        if self.door.closed():
            return None
        typed = handler.get_body_argument("password", default="", strip=False)[:1024]
        if self.password and typed and passwd_check(self.password, typed):  # type: ignore[no-untyped-call]
            visitor: User = self.generate_anonymous_user(handler)
            return visitor
        self.door.wrong()
        return None


class SignIn(VoilaLoginHandler):  # type: ignore[misc]
    """The page that asks for the password."""

    def _render(self, message: Mapping[str, str] | None = None) -> None:
        code = ""
        if message and message.get("error"):
            code = "board.signin.later" if self.identity_provider.door.closed() else "board.signin.wrong"
        elif self.get_query_argument("out", ""):
            code = "board.signin.out"
        following = url_escape(self.get_argument("next", default=self.base_url))
        self.write(self.render_template("login.html", next=following, code=code))


class SignOut(RequestHandler):
    """Ends the visit."""

    @allow_unauthenticated
    def get(self) -> None:
        """Forget the visitor, show the sign-in page."""
        base = self.settings["base_url"]
        self.settings["identity_provider"].clear_login_cookie(self)
        self.redirect(f"{base}login?out=1")

    @property
    def base_url(self) -> str:
        """Where the cookie belongs."""
        return str(self.settings["base_url"])


class Guard(ZMQChannelsWebsocketConnection):
    """The channel between a page and its kernel: only what a page sends passes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._heard: deque[float] = deque(maxlen=AT_ONCE)

    def handle_incoming_message(self, incoming_msg: str | bytes) -> None:
        """Pass a message on, drop it, or close the channel of a visitor that sends none of ours."""
        now = time.monotonic()
        flooded = len(self._heard) == AT_ONCE and now - self._heard[0] < WITHIN
        self._heard.append(now)
        if flooded:
            self._refuse("too many messages")
            return
        try:
            channel, header, content = read(incoming_msg, self.subprotocol)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            self._refuse("no message")
            return
        if not offered(channel, header, content):
            self.log.warning("A message that no page sends was dropped: %.40r", header.get("msg_type"))
            return
        super().handle_incoming_message(incoming_msg)  # type: ignore[arg-type]

    def _refuse(self, why: str) -> None:
        self.log.warning("A visitor's channel was closed: %s", why)
        self.websocket_handler.close(1008, why)


def read(message: str | bytes, protocol: str | None) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Channel, header and content of a message, in either protocol of the channel.

    Raises:
        ValueError, KeyError, TypeError, IndexError: it is none.
    """
    if len(message) > LONGEST:
        raise ValueError("too long")
    if protocol != V1:
        said = json.loads(message if isinstance(message, str) else _first_part(message))
        return str(said["channel"]), _mapping(said["header"]), _mapping(said["content"])
    if not isinstance(message, bytes):
        raise ValueError("text where bytes are due")
    count = int.from_bytes(message[:8], "little")
    if not 6 <= count <= 64:
        raise ValueError("wrong number of parts")
    offsets = [int.from_bytes(message[8 * at : 8 * (at + 1)], "little") for at in range(1, count + 1)]
    if offsets != sorted(offsets) or offsets[0] < 8 * (count + 1) or offsets[-1] > len(message):
        raise ValueError("parts out of order")
    parts = [message[start:end] for start, end in itertools.pairwise(offsets)]
    return parts[0].decode("utf-8"), _mapping(json.loads(parts[1])), _mapping(json.loads(parts[4]))


def _first_part(message: bytes) -> bytes:
    """The JSON of a binary message of the older protocol."""
    count = int.from_bytes(message[:4], "big")
    if not 1 <= count <= 64:
        raise ValueError("wrong number of parts")
    offsets = [int.from_bytes(message[4 * at : 4 * (at + 1)], "big") for at in range(1, count + 1)]
    return message[offsets[0] : offsets[1] if count > 1 else len(message)]


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def offered(channel: str, header: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    """A page sends such a message: it asks what is there, or tells what was pressed or typed."""
    kind = header.get("msg_type")
    if channel != "shell":
        return False
    if kind in ("kernel_info_request", "comm_info_request"):
        return True
    data = content.get("data")
    method = data.get("method") if isinstance(data, dict) else None
    if kind == "comm_open":
        return content.get("target_name") == "jupyter.widget.control"
    return kind == "comm_msg" and method in ("custom", "request_state", "request_states")


def client_of(env: Mapping[str, str] = os.environ) -> Client | None:
    """The client whose file `ATOOSYNC_BOARD_CLIENT` names; None: the consultant's own server."""
    path = env.get("ATOOSYNC_BOARD_CLIENT")
    return Client.read(Path(path)) if path else None
