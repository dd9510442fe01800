"""Exact numbers, Paris time and SIRET of EBP's answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.connectors.erps.ebp import facts, values
from atoosync_lab.connectors.erps.ebp.assumptions import ASSUMPTIONS
from atoosync_lab.connectors.erps.ebp.errors import problem_of
from tests.connectors.ebp.httpx_answers import answer

PARIS = ZoneInfo("Europe/Paris")
pytestmark = pytest.mark.spec("ERP-01")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_numbers_never_pass_through_a_float(amount: Decimal) -> None:
    row = values.parse_json(f'{{"number": {amount:f}, "text": "{amount:f}000000"}}')
    assert values.number(row, "number") == amount
    assert values.number(row, "text") == amount


def test_absent_null_and_malformed_numbers_are_unknown() -> None:
    row = {"a": None, "b": "douze", "c": True}
    assert [values.number(row, column) for column in ("a", "b", "c", "d")] == [None] * 4


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-07-01T12:00:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2026-12-01T12:00:00.250", datetime(2026, 12, 1, 11, 0, 0, 250_000, tzinfo=UTC)),
        # This hour happens twice: the later one, so that a change is rather sent again than lost.
        ("2026-10-25T02:30:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-12-01T12:00:00Z", datetime(2026, 12, 1, 12, tzinfo=UTC)),
    ],
)
def test_dates_without_zone_mean_paris(text: str, utc: datetime) -> None:
    assert values.moment({"d": text}, "d", PARIS) == utc


@given(st.integers(0, 10 * 366 * 86_400))
def test_since_text_reaches_behind_every_later_change(seconds: int) -> None:
    since = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    asked = values.local_text(since - facts.REACH_BACK, PARIS)
    for later in (0, 1, 1800, 3600, 7200):
        stored = (since + timedelta(seconds=later)).astimezone(PARIS).replace(tzinfo=None).isoformat()
        assert stored >= asked


@pytest.mark.parametrize(
    ("siren", "nic", "siret"),
    [
        ("732829320", "00074", "73282932000074"),
        ("732 829 320 00074", "", "73282932000074"),
        ("73282932000074", "99999", "73282932000074"),
        ("732829320", "", ""),
        ("", "00074", ""),
    ],
)
def test_siret_comes_from_siren_and_nic(siren: str, nic: str, siret: str) -> None:
    assert values.siret(siren, nic) == siret


def test_every_assumption_has_its_number() -> None:
    assert sorted(ASSUMPTIONS) == [f"A{n:02d}" for n in range(1, 39)]


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ('{"errors": [{"errorCode": "ERR_X", "errorMessage": "Non"}], "message": "Autre"}', "ERR_X", "Non"),
        ('{"statusCode": 401, "message": "Access denied due to invalid subscription key."}', "401", "Access denied"),
        ("<html><body><h1>Bad  gateway</h1></body></html>", "", "Bad gateway"),
        ("plain words", "", "plain words"),
        ("[1]", "", "[1]"),
    ],
)
def test_error_bodies_are_read_whatever_their_shape(body: str, code: str, text: str) -> None:
    problem = problem_of(answer(401, body))
    assert problem.code == code
    assert problem.text.startswith(text)


def test_longest_column_named_by_a_refusal_is_found() -> None:
    problem = problem_of(answer(400, '{"message": "La colonne xx_Marque_Clear n\'existe pas"}'))
    assert problem.column(["xx_Marque", "xx_Marque_Clear", "Id"]) == "xx_Marque_Clear"
    assert problem.column(["Id"]) is None
