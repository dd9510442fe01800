"""What may pass on the channel between a page and its kernel: what a page sends, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atoosync_lab.boards.access import LONGEST, V1, offered, read

PRESS = {"comm_id": "c1", "data": {"method": "custom", "content": {"do": "kind", "value": "all"}}}


def v1(channel: str, kind: str, content: dict[str, Any], *buffers: bytes, name: str = "m") -> bytes:
    """A message as the browser writes it."""
    header = {"msg_id": name, "msg_type": kind, "session": "s", "username": "", "version": "5.3"}
    parts = [channel.encode(), *(json.dumps(each).encode() for each in (header, {}, {}, content)), *buffers]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    head = len(offsets).to_bytes(8, "little") + b"".join(each.to_bytes(8, "little") for each in offsets)
    return head + b"".join(parts)


@pytest.mark.spec("SEC-02")
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("kernel_info_request", {}),
        ("comm_info_request", {"target_name": "jupyter.widget"}),
        ("comm_open", {"target_name": "jupyter.widget.control", "comm_id": "x", "data": {}}),
        ("comm_msg", {"comm_id": "x", "data": {"method": "request_states"}}),
        ("comm_msg", PRESS),
    ],
)
def test_what_a_page_sends_passes(kind: str, content: dict[str, Any]) -> None:
    channel, header, said = read(v1("shell", kind, content), V1)
    assert (header["msg_type"], said) == (kind, content)
    assert offered(channel, header, said)
    text = json.dumps({"channel": "shell", "header": {"msg_type": kind}, "content": content})
    assert offered(*read(text, None))


@pytest.mark.spec("SEC-02")
@pytest.mark.parametrize(
    ("channel", "kind", "content"),
    [
        ("shell", "execute_request", {"code": "1"}),
        ("shell", "complete_request", {"code": "os.", "cursor_pos": 3}),
        ("shell", "inspect_request", {"code": "os", "cursor_pos": 1}),
        ("shell", "history_request", {}),
        ("shell", "is_complete_request", {"code": "1"}),
        ("control", "shutdown_request", {"restart": True}),
        ("control", "debug_request", {}),
        ("control", "interrupt_request", {}),
        ("stdin", "input_reply", {"value": "x"}),
        ("control", "comm_msg", PRESS),
        ("shell", "comm_open", {"target_name": "jupyter.widget", "data": {"state": {"_model_name": "Text"}}}),
        ("shell", "comm_open", {"target_name": "hv-extension-comm"}),
        ("shell", "comm_close", {"comm_id": "c1"}),
        ("shell", "comm_msg", {"comm_id": "c1", "data": {"method": "update", "state": {"html": "<b>"}}}),
        ("shell", "comm_msg", {"comm_id": "c1", "data": ["custom"]}),
        ("shell", "comm_msg", {"comm_id": "c1"}),
    ],
)
def test_what_no_page_sends_does_not_pass(channel: str, kind: str, content: dict[str, Any]) -> None:
    assert not offered(*read(v1(channel, kind, content), V1))


@pytest.mark.spec("SEC-02")
@pytest.mark.parametrize(
    ("message", "protocol"),
    [
        (b"", V1),
        (b"\x00" * 64, V1),
        (b"\xff" * 64, V1),
        ((7).to_bytes(8, "little") + b"\xff" * 200, V1),
        ("{}", V1),
        (v1("shell", "comm_msg", PRESS)[:-30], V1),
        (v1("shell", "comm_msg", PRESS, b"x" * LONGEST), V1),
        ("", None),
        ("[]", None),
        ("{}", None),
        ('{"channel": "shell", "header": [], "content": {}}', None),
        ("[" * 5_000, None),
        (b"\x00\x00", None),
        (b"\xff" * 40, None),
        (json.dumps({"channel": "shell", "header": {}, "content": {"x": "y" * LONGEST}}), None),
    ],
)
def test_what_is_no_message_is_told_from_one(message: str | bytes, protocol: str | None) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, IndexError, RecursionError)):
        read(message, protocol)
