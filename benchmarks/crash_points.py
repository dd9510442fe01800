"""Kills each flow at every point of input and output; what is lost, doubled or left to a person.

`points` are the seams that an undisturbed run passes: each request and its answer, each commit, each file. Points with
nothing done between them leave the same world behind, so one kill stands for them (`kills`); `ATOOSYNC_EVERY_POINT=1`
kills at each. `ATOOSYNC_CRASH_FLOWS=orders,prices` names the flows.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.crash.campaign import Campaign, Case, open_campaign
from tests.crash.cases import Flow, flows
from tests.crash.truth import Verdict


def run(folder: Path) -> Iterator[Mapping[str, object]]:
    """One line a flow; what went wrong stands on the error stream."""
    wanted = [name for name in os.environ.get("ATOOSYNC_CRASH_FLOWS", "").split(",") if name]
    with open_campaign() as campaign:
        for flow in flows():
            if not wanted or flow.name in wanted:
                yield _measure(campaign, flow)


def _measure(campaign: Campaign, flow: Flow) -> Mapping[str, object]:
    began = time.monotonic()
    (course,) = campaign.charts([flow])
    points = course.every() if os.environ.get("ATOOSYNC_EVERY_POINT") else course.moments()
    verdicts: list[Verdict] = []
    for case, verdict in campaign.cases(Case(course, point) for point in points):
        verdicts.append(verdict)
        for text in (*verdict.lost, *verdict.doubled, *verdict.untrue):
            print(f"{case}: {text}", file=sys.stderr, flush=True)
    return {
        "flow": flow.name,
        "points": len(course.passed),
        "kills": len(points),
        "lost": sum(len(v.lost) for v in verdicts),
        "doubled": sum(len(v.doubled) for v in verdicts),
        "in_review": sum(v.in_review for v in verdicts),
        "untrue": sum(len(v.untrue) for v in verdicts),
        "seconds": round(time.monotonic() - began, 1),
    }
