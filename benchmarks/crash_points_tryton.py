"""As `crash_points`, with a real Tryton server as the ERP: flows that write documents or read what became of them.

The shop holds five orders and their credit slips; new customers and settlements are written by the flow `orders`.
`ATOOSYNC_CRASH_FLOWS` names flows, as there. A request whose client was killed is worked on by the server to its end:
the next run begins when it is over, as the connector's settle time sees to where nobody can look into the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.crash_points import measure, wanted
from tests.crash.campaign import open_campaign
from tests.crash.cases import flows
from tests.crash.erps import Tryton
from tests.crash.shops.prestashop import FewOrders

FLOWS = ("orders", "credit-notes", "order-status")


def run(folder: Path) -> Iterator[Mapping[str, object]]:
    """One line a flow; what went wrong stands on the error stream.

    Raises:
        ValueError: one of `ATOOSYNC_CRASH_FLOWS` is none of these flows.
    """
    shop = FewOrders()
    with open_campaign(shop, erp=Tryton) as campaign:
        for flow in wanted([flow for flow in flows() if flow.name in FLOWS]):
            yield {**measure(campaign, shop, flow), "erp": Tryton.system}
