"""A few crash points with a real Tryton server as the ERP; `make bench NAME=crash_points_tryton` takes them all."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from atoosync_lab.sandbox.tryton.template import Built
from tests.crash.campaign import Campaign, Case, complaints, open_campaign
from tests.crash.cases import flows
from tests.crash.erps import Tryton
from tests.crash.shops.prestashop import FewOrders
from tests.crash.states import nothing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at the threads of the server in /proc")


class Fewest(FewOrders):
    """A shop of two orders: one of a new customer, one whose goods have left and that is invoiced."""

    orders: tuple[str, ...] = ("new_company", "returned_in_part")


@pytest.fixture(scope="module")
def campaign(tryton_template: Built) -> Iterator[Campaign]:
    with open_campaign(Fewest(), 1, erp=Tryton) as under_way:
        yield under_way


@pytest.mark.spec("ORD-01", "ORD-10", "ORD-22")
@pytest.mark.pitfall("PB-19", "PB-20")
def test_an_import_killed_between_its_steps_is_gone_on_with(campaign: Campaign) -> None:
    (course,) = campaign.charts([replace(next(flow for flow in flows() if flow.name == "orders"), change=nothing)])
    kinds = Counter(fact[0] for fact in course.wanted.elements())
    assert (kinds["document"], kinds["settlement"]) == (2, 2)
    assert max(course.wanted.values()) == 1
    writes = course.writes()
    # In the middle of the steps that make an invoice.
    assert complaints(campaign, [Case(course, writes[len(writes) // 2])]) == []
