"""A few crash points of the shops beside PrestaShop; `make bench NAME=crash_points` takes them all."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.crash.campaign import Campaign, Case, complaints, open_campaign
from tests.crash.cases import Point, flows
from tests.crash.forks import Forks
from tests.crash.shops import Shop, shop_of
from tests.crash.states import nothing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and fork")
FLOWS = {flow.name: flow for flow in flows()}
SETTLEMENTS = {"woocommerce": 8, "shopify": 11}


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks() as started:
        yield started


@pytest.fixture(scope="module", params=["woocommerce", "shopify"])
def shop(request: pytest.FixtureRequest) -> Shop:
    return shop_of(request.param)


@pytest.fixture(scope="module")
def campaign(shop: Shop, forks: Forks) -> Iterator[Campaign]:
    with open_campaign(shop, 1, forks) as under_way:
        yield under_way


@pytest.mark.spec("ORD-01", "ORD-10", "ORD-22")
@pytest.mark.pitfall("PB-19", "PB-20")
def test_an_import_killed_twice_loses_and_doubles_nothing(shop: Shop, campaign: Campaign) -> None:
    (course,) = campaign.charts([replace(FLOWS["orders"], change=nothing)])
    # The second file was taken and nobody noted it; then on the way to the next one.
    case = Case(course, Point(2, "ledger:accepted"), (Point(1, "ledger:sending"),))
    assert complaints(campaign, [case]) == []
    kinds = Counter(fact[0] for fact in course.wanted.elements())
    assert (kinds["document"], kinds["customer"]) == (10, 3)
    # An order of 0.00 has none, nor has one that waits for its wire; one of Shopify's was paid in three ways.
    assert kinds["settlement"] == SETTLEMENTS[shop.system]


@pytest.mark.spec("ART-01")
@pytest.mark.pitfall("PB-20")
def test_articles_killed_in_their_creation_are_whole_and_there_once(shop: Shop, campaign: Campaign) -> None:
    (course,) = campaign.charts([replace(FLOWS["articles"], change=nothing)])
    writes = course.writes()
    case = Case(course, writes[shop.creation], (writes[1],))
    assert complaints(campaign, [case]) == []
    names = [fact[1] for fact in course.wanted.elements() if fact[0] == "product"]
    assert {"SUC-0001", "SUC-0002", "SUC-0005"} <= set(names)
    assert max(Counter(names).values()) == 1
