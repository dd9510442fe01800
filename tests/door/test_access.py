"""Who may call: the address behind proxies, lists, passwords."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from atoosync_lab.door.access import PAUSE, REMEMBERED, TRIES, Lists, Tries, caller, opens, password_of
from atoosync_lab.settings.door import DoorSettings
from tests.door.helpers import basic

pytestmark = pytest.mark.spec("SHOP-12")


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "expected"),
    [
        ("203.0.113.9", "", (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", ("127.0.0.1",), "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", ("127.0.0.1",), "198.51.100.1"),
        ("127.0.0.1", "9.9.9.9, 198.51.100.1", ("127.0.0.1",), "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 10.0.0.2", ("127.0.0.1", "10.0.0.2"), "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, unknown", ("127.0.0.1",), "127.0.0.1"),
        ("127.0.0.1", "", ("127.0.0.1",), "127.0.0.1"),
        ("::ffff:127.0.0.1", "2001:db8::5", ("127.0.0.1",), "2001:db8::5"),
    ],
)
def test_caller_is_the_last_address_that_is_no_proxy_of_ours(
    peer: str, forwarded: str, proxies: tuple[str, ...], expected: str
) -> None:
    assert caller(peer, {"x-forwarded-for": forwarded} if forwarded else {}, proxies) == expected


@pytest.mark.parametrize(
    ("ips", "hosts", "who", "allowed"),
    [
        ("", "", "203.0.113.9", True),
        ("42.24.4.2,127.0.0.1", "", "127.0.0.1", True),
        ("42.24.4.2, 127.0.0.1", "", "203.0.113.9", False),
        ("203.0.113.0/24", "", "203.0.113.9", True),
        ("2001:db8::/32", "", "203.0.113.9", False),
        ("127.0.0.1", "", "::ffff:127.0.0.1", True),
        ("", "mypc.dyndns.example", "203.0.113.9", True),
        ("", "mypc.dyndns.example", "203.0.113.8", False),
        ("127.0.0.1", "mypc.dyndns.example", "203.0.113.9", True),
        ("", "gone.example", "203.0.113.9", False),
        ("127.0.0.1", "", "", False),
        ("127.0.0.1", "", "no address", False),
    ],
)
def test_lists_allow_whom_they_name_and_everybody_when_empty(ips: str, hosts: str, who: str, allowed: bool) -> None:
    names = {"mypc.dyndns.example": ("203.0.113.9",)}
    settings = DoorSettings.model_validate({"ips": ips, "hosts": hosts})
    assert Lists(lambda name: names.get(name, ())).allow(settings, who) is allowed


def test_addresses_of_a_name_are_asked_for_again_after_a_while() -> None:
    asked, now = list[str](), [0.0]

    def resolve(name: str) -> tuple[str, ...]:
        asked.append(name)
        return ("203.0.113.9",) if len(asked) == 1 else ("203.0.113.10",)

    lists, settings = Lists(resolve, lambda: now[0]), DoorSettings(hosts=("mypc.dyndns.example",))
    assert lists.allow(settings, "203.0.113.9")
    assert lists.allow(settings, "203.0.113.9")
    assert len(asked) == 1
    now[0] = 301.0
    assert not lists.allow(settings, "203.0.113.9")
    assert lists.allow(settings, "203.0.113.10")


def test_name_that_could_not_be_resolved_is_asked_for_again_soon() -> None:
    now, found = [0.0], list[str]()
    lists, settings = Lists(lambda name: tuple(found), lambda: now[0]), DoorSettings(hosts=("mypc.dyndns.example",))
    assert not lists.allow(settings, "203.0.113.9")
    found.append("203.0.113.9")
    assert not lists.allow(settings, "203.0.113.9")
    now[0] = 11.0
    assert lists.allow(settings, "203.0.113.9")


@pytest.mark.parametrize("field", ["ips", "hosts"])
@pytest.mark.parametrize("value", ["<script>", "a b", "127.0.0.1 OR 1", "*"])
def test_lists_take_no_nonsense(field: str, value: str) -> None:
    with pytest.raises(ValidationError):
        DoorSettings.model_validate({field: value})


@pytest.mark.parametrize("password", ["", "short", "123456789"])
def test_empty_or_short_password_opens_nothing_even_when_it_matches(password: str) -> None:
    assert not opens(password, password)
    assert opens("long enough", "long enough")
    assert not opens("long enough", "long enougH")


def test_password_of_a_call_is_read_from_basic_alone() -> None:
    assert password_of({k.lower(): v for k, v in basic("a:b é").items()}) == "a:b é"
    assert password_of({"authorization": "Basic ???"}) == ""
    assert password_of({"authorization": "Bearer x"}) is None
    assert password_of({}) is None


def test_wrong_passwords_close_the_door_to_their_address_for_a_while() -> None:
    now = [0.0]
    tries = Tries(lambda: now[0])
    for _ in range(TRIES):
        assert not tries.closed("a")
        tries.wrong("a")
    assert tries.closed("a")
    assert not tries.closed("b")
    now[0] = PAUSE + 1
    assert not tries.closed("a")
    for number in range(REMEMBERED + 5):
        tries.wrong(f"other {number}")
    assert len(tries._wrong) == REMEMBERED
