"""Every fuzzed target on small random inputs, and on what once broke it."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.hostile import KNOWN, NUMBERS, SEEDS, TEXTS
from tests.fuzz.targets import TARGETS

ENDLESS = 5.0
"""Seconds of CPU that no input of these sizes may take, on any machine."""


def bent(seed: bytes, turns: int) -> bytes:
    """A seed with pieces cut, doubled, moved, replaced: `turns` decides how."""
    chance = random.Random(turns)
    data = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.randint(0, 12))
        match chance.randrange(5):
            case 0:
                del data[start:end]
            case 1:
                data[start:start] = data[start:end] * chance.choice((1, 2, 400))
            case 2:
                data[start:end] = chance.choice((*TEXTS, *NUMBERS)).encode()
            case 3:
                data[start:end] = chance.randbytes(end - start)
            case _:
                data[start:start] = chance.choice(
                    (b"{", b"}", b"<", b">", b"'", b'"', b"\\", b"(", b"[", b"&", b"\x00")
                )
    return bytes(data)


@pytest.mark.spec("SVC-05")
@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(turns=st.integers(0, 1 << 30), raw=st.binary(max_size=60))
def test_any_input_gives_a_value_or_a_typed_error(name: str, turns: int, raw: bytes) -> None:
    seeds = SEEDS[name]
    TARGETS[name](bent(seeds[turns % len(seeds)], turns))
    TARGETS[name](raw)


@pytest.mark.spec("SVC-05")
@pytest.mark.parametrize(
    ("name", "data"),
    [pytest.param(name, data, id=f"{name}-{n}") for name in KNOWN for n, data in enumerate(KNOWN[name])],
)
def test_what_once_broke_it_is_read_or_refused_in_time(name: str, data: bytes) -> None:
    begun = time.process_time()
    TARGETS[name](data)
    assert time.process_time() - begun < ENDLESS


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_read(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@pytest.mark.spec("SVC-05")
@pytest.mark.parametrize(
    "piece", ["(", "((", "{\\b ", "<b>", "[", "&a ", "'", "\\'", "<a><b>", "%", '"', "x://", "<passwd>", "a: ["]
)
@pytest.mark.parametrize("name", ["rtf", "filter", "shop_xml", "sandbox_xml", "log_text", "where_tree", "import_file"])
def test_a_piece_repeated_is_read_in_time(name: str, piece: str) -> None:
    """Depth and repetition: no recursion without end, no time that grows with the square."""
    head = "{\\rtf1 " if name == "rtf" else "<prestashop>" if name.endswith("xml") else ""
    tail = "</prestashop>" if name.endswith("xml") else ""
    begun = time.process_time()
    TARGETS[name]((head + piece * (20_000 // len(piece)) + tail).encode())
    assert time.process_time() - begun < ENDLESS
