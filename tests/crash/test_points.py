"""A sample of the crash points; `make bench NAME=crash_points` takes them all."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.crash.campaign import Campaign, Case, complaints, open_campaign, sample
from tests.crash.cases import Course, Point, flows
from tests.crash.shops import shop_of

SAMPLED = ("articles", "prices", "orders")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and fork")


@pytest.fixture(scope="module")
def campaign() -> Iterator[Campaign]:
    with open_campaign(shop_of("prestashop")) as under_way:
        yield under_way


@pytest.fixture(scope="module")
def courses(campaign: Campaign) -> list[Course]:
    return campaign.charts([flow for flow in flows() if flow.name in SAMPLED])


@pytest.mark.spec("ART-01", "ORD-01", "ORD-10", "ORD-22", "ORD-24", "RUN-03")
@pytest.mark.pitfall("PB-19", "PB-20", "PB-55", "PB-61")
def test_killed_at_each_kind_of_point_nothing_is_lost_or_doubled(campaign: Campaign, courses: list[Course]) -> None:
    cases = sample(courses)
    assert {case.course.flow.name for case in cases} == set(SAMPLED)
    assert {"http.before", "http.after", "store.before", "store.after", "file.before", "file.after"} <= {
        case.point.name for case in cases
    }
    assert complaints(campaign, cases) == []


@pytest.mark.spec("ORD-01", "ORD-10", "ORD-22")
def test_killed_twice_in_a_row_nothing_is_lost_or_doubled(campaign: Campaign, courses: list[Course]) -> None:
    (orders,) = [course for course in courses if course.flow.name == "orders"]
    assert complaints(campaign, [
        Case(orders, Point(2, "ledger:sending"), (Point(1, "run:resolved"),)),
        Case(orders, Point(1, "ledger:accepted"), (Point(2, "ledger:accepted"),)),
    ]) == []  # fmt: skip


@pytest.mark.spec("ORD-01", "ORD-04", "ORD-22")
def test_the_undisturbed_run_that_all_are_held_against_is_whole(courses: list[Course]) -> None:
    (orders,) = [course for course in courses if course.flow.name == "orders"]
    kinds = Counter(fact[0] for fact in orders.wanted.elements())
    # Ten orders can be imported, three of them with new buyers. One was paid three times; one costs nothing; of the one
    # whose transfer came in last the shop notes no payment.
    assert kinds["document"] == 10
    assert kinds["customer"] == 3
    assert kinds["settlement"] == 10
    assert max(orders.wanted.values()) == 1
