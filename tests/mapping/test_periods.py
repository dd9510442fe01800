"""Periods of orders: local days, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.mapping.periods import window
from atoosync_lab.settings.orders import Period

PARIS = "Europe/Paris"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = utc("2026-11-25 10:30")


@pytest.mark.spec("ORD-01")
@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period.LAST_15_DAYS, "2026-11-09 23:00", None),
        (Period.THIS_MONTH, "2026-10-31 23:00", None),
        (Period.LAST_MONTH, "2026-09-30 22:00", "2026-10-31 23:00"),
        (Period.LAST_3_MONTHS, "2026-08-24 22:00", None),
        (Period.LAST_6_MONTHS, "2026-05-24 22:00", None),
        (Period.THIS_YEAR, "2025-12-31 23:00", None),
        (Period.LAST_YEAR, "2024-12-31 23:00", "2025-12-31 23:00"),
        (Period.ALL, None, None),
    ],
)
def test_period_begins_and_ends_at_local_midnight(period: Period, start: str | None, end: str | None) -> None:
    assert window(period, NOW, PARIS) == (start and utc(start), end and utc(end))


@pytest.mark.spec("ORD-01")
def test_the_day_is_the_one_of_the_zone_not_of_utc() -> None:
    # 23:30 UTC on 31 October is 1 November in Paris.
    assert window(Period.THIS_MONTH, utc("2026-10-31 23:30"), PARIS)[0] == utc("2026-10-31 23:00")
    assert window(Period.THIS_MONTH, utc("2026-10-31 22:30"), PARIS)[0] == utc("2026-09-30 22:00")


@pytest.mark.spec("ORD-01")
@pytest.mark.parametrize(
    ("now", "start"), [("2026-05-31 12:00", "2026-02-27 23:00"), ("2024-05-31 12:00", "2024-02-28 23:00")]
)
def test_day_that_a_month_lacks_becomes_its_last(now: str, start: str) -> None:
    assert window(Period.LAST_3_MONTHS, utc(now), PARIS)[0] == utc(start)


@pytest.mark.spec("ORD-01")
def test_day_whose_midnight_is_skipped_begins_when_the_skip_ends() -> None:
    # In Sao Paulo, 4 November 2018 began at 01:00.
    start, _ = window(Period.LAST_15_DAYS, utc("2018-11-19 15:00"), "America/Sao_Paulo")
    assert start == utc("2018-11-04 03:00")


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        window(Period.ALL, NOW.replace(tzinfo=None), PARIS)


@given(
    st.sampled_from(Period),
    st.datetimes(datetime(2001, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([PARIS, "America/Guadeloupe", "Indian/Reunion", "Pacific/Noumea", "America/Sao_Paulo"]),
)
def test_period_is_utc_ordered_and_begins_a_local_day(period: Period, now: datetime, zone: str) -> None:
    start, end = window(period, now, zone)
    for instant in filter(None, (start, end)):
        assert instant.tzinfo is UTC
        assert instant <= now
        assert instant.astimezone(ZoneInfo(zone)).hour in (0, 1)
    if start and end:
        assert start < end
