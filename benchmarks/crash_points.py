"""Kills each flow at every point of input and output; what is lost, doubled or left to a person, shop by shop.

`points` are the seams that an undisturbed run passes: each request and its answer, each commit, each file. Points with
nothing done between them leave the same world behind, so one kill stands for them (`kills`); `ATOOSYNC_EVERY_POINT=1`
kills at each. `ATOOSYNC_CRASH_SHOPS=woocommerce,shopify` names the shops, `ATOOSYNC_CRASH_FLOWS=orders,prices` the
flows; without them it takes all.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.crash.campaign import Campaign, Case, open_campaign
from tests.crash.cases import Flow, flows
from tests.crash.shops import SHOPS, Shop, shop_of
from tests.crash.truth import Verdict


def run(folder: Path) -> Iterator[Mapping[str, object]]:
    """One line a shop and flow; what went wrong stands on the error stream.

    Raises:
        ValueError: a name of `ATOOSYNC_CRASH_SHOPS` is no shop, or one of `ATOOSYNC_CRASH_FLOWS` no flow.
    """
    shops = [shop_of(name) for name in _named("ATOOSYNC_CRASH_SHOPS")] or list(SHOPS)
    for shop in shops:
        with open_campaign(shop) as campaign:
            for flow in wanted(flows()):
                yield measure(campaign, shop, flow)


def wanted(known: Sequence[Flow]) -> list[Flow]:
    """Those of the flows that `ATOOSYNC_CRASH_FLOWS` names; all where it names none.

    Raises:
        ValueError: it names one that is not known.
    """
    names = _named("ATOOSYNC_CRASH_FLOWS")
    if unknown := set(names) - {flow.name for flow in known}:
        raise ValueError(f"no flow {', '.join(sorted(unknown))}")
    return [flow for flow in known if not names or flow.name in names]


def _named(variable: str) -> list[str]:
    return [name for name in os.environ.get(variable, "").split(",") if name]


def measure(campaign: Campaign, shop: Shop, flow: Flow) -> Mapping[str, object]:
    """Kill a flow at its points; what came of it."""
    began = time.monotonic()
    (course,) = campaign.charts([flow])
    points = course.every() if os.environ.get("ATOOSYNC_EVERY_POINT") else course.moments()
    verdicts: list[Verdict] = []
    for case, verdict in campaign.cases(Case(course, point) for point in points):
        verdicts.append(verdict)
        for text in (*verdict.lost, *verdict.doubled, *verdict.untrue):
            print(f"{shop.system}: {case}: {text}", file=sys.stderr, flush=True)
    return {
        "shop": shop.system,
        "flow": flow.name,
        "points": len(course.passed),
        "kills": len(points),
        "lost": sum(len(v.lost) for v in verdicts),
        "doubled": sum(len(v.doubled) for v in verdicts),
        "in_review": sum(v.in_review for v in verdicts),
        "untrue": sum(len(v.untrue) for v in verdicts),
        "seconds": round(time.monotonic() - began, 1),
    }
