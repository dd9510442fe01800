"""Who may call: the address behind proxies, the lists of a profile, wrong passwords counted (SHOP-12)."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import socket
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Mapping

from atoosync_lab.settings.door import DoorSettings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LEAST = 10
"""Characters of a password at least: a shorter one opens nothing."""
TRIES, PAUSE = 5, 60.0
"""Wrong passwords of one address before it is turned away, and seconds until it may try again."""
REMEMBERED = 1000
"""Addresses whose wrong passwords are counted at a time."""
NAMES_FOR = 300.0
"""Seconds for which the addresses of a host name are taken as they were: those of dynamic names change."""
NONE_FOR = 10.0
"""Seconds until a name without address is asked for again: a name server may have been away."""


def address(text: str) -> Address | None:
    """An IP address; None for what is none. IPv4 in the clothes of IPv6 is IPv4."""
    try:
        found = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def caller(peer: str, headers: Mapping[str, str], proxies: Collection[str]) -> str:
    """Who calls: the peer itself, or whom a trusted proxy names.

    Of the addresses that proxies added, the last one that is no proxy of ours is believed: what stands before it
    anybody can have written.

    Args:
        peer: address of the other end of the connection.
        headers: by their names in small letters.
        proxies: addresses that are believed.
    """
    trusted = {address(each) for each in proxies}
    if not trusted or address(peer) not in trusted:
        return peer
    for each in reversed(headers.get("x-forwarded-for", "").split(",")):
        found = address(each)
        if found is None:
            return peer
        if found not in trusted:
            return str(found)
    return peer


class Lists:
    """The lists of a profile: addresses, networks, host names.

    Args:
        resolve: gives the addresses of a host name; none when it has none.
        clock: gives seconds; for tests.
    """

    def __init__(
        self,
        resolve: Callable[[str], Collection[str]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolve, self._clock = resolve or resolved, clock
        self._known: dict[str, tuple[float, frozenset[Address | None]]] = {}

    def allow(self, settings: DoorSettings, who: str) -> bool:
        """The caller stands on a list, or there is none."""
        if not settings.ips and not settings.hosts:
            return True
        found = address(who)
        if found is None:
            return False
        return any(_within(found, each) for each in settings.ips) or any(
            found in self._addresses(name) for name in settings.hosts
        )

    def _addresses(self, name: str) -> frozenset[Address | None]:
        now, known = self._clock(), self._known.get(name)
        if known is None or now - known[0] > (NAMES_FOR if known[1] else NONE_FOR):
            known = (now, frozenset(address(each) for each in self._resolve(name)) - {None})
            self._known[name] = known
        return known[1]


def _within(found: Address, listed: str) -> bool:
    try:
        network = ipaddress.ip_network(listed, strict=False)
    except ValueError:
        return False
    return found.version == network.version and found in network


def resolved(name: str) -> Collection[str]:
    """Addresses of a host name; none when it cannot be found."""
    try:
        return {str(each[4][0]) for each in socket.getaddrinfo(name, None)}
    except (OSError, UnicodeError):
        return ()


class Tries:
    """Counts wrong passwords by caller.

    Args:
        clock: gives seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def closed(self, who: str) -> bool:
        """Too many were wrong of late."""
        with self._lock:
            wrong = self._wrong.get(who)
            return wrong is not None and len(wrong) == TRIES and self._clock() - wrong[0] < PAUSE

    def wrong(self, who: str) -> None:
        """One more was wrong."""
        with self._lock:
            self._wrong.setdefault(who, deque(maxlen=TRIES)).append(self._clock())
            self._wrong.move_to_end(who)
            while len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)


def password_of(headers: Mapping[str, str]) -> str | None:
    """The password of a call (`Authorization: Basic`, any name); None: it carries none."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return text.partition(":")[2]


def opens(password: str, typed: str) -> bool:
    """The password is right. One that is empty or short opens nothing; the time taken tells nothing of it."""
    right = hmac.compare_digest(password.encode(), typed.encode())
    return right and len(password) >= LEAST
