"""The chart of home: records of a month, stacked by kind, a bar a day or a bar a profile."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.boards.frame import Frame
from atoosync_lab.boards.month import COLOURS, Figures, kind_word
from atoosync_lab.boards.records import Shown
from atoosync_lab.kit.chart import Chart, Series, bars


def draw(chart: Chart, frame: Frame, sent: Figures, profiles: Sequence[Shown]) -> None:
    """Show a month.

    Args:
        chart: what is drawn anew.
        frame: the page.
        sent: the records.
        profiles: a bar each; empty: a bar a day.
    """
    month = sent.month.name(frame.language)
    kinds = list(sent.by_kind())
    if profiles:
        categories = [profile.name for profile in profiles]
        ids = [profile.id for profile in profiles]
        values = {kind: sent.by_profile(kind, ids) for kind in kinds}
    else:
        categories = [str(day) for day in range(1, sent.month.days + 1)]
        values = {kind: sent.by_day(kind) for kind in kinds}
    series = [Series(kind_word(frame, "export", kind), values[kind], COLOURS[kind]) for kind in kinds]
    legend = [(one.name, one.total, one.colour) for one in series]
    heads = (frame.t("board.head.profile" if profiles else "board.day"), *(one.name for one in series),
             frame.t("board.total"))  # fmt: skip
    counts = [[values[kind][at] for kind in kinds] for at in range(len(categories))]
    rows: list[tuple[str | int, ...]] = [
        (name, *each, sum(each)) for name, each in zip(categories, counts, strict=True)
    ]
    chart.layout.display = None if sent.total else "none"
    chart.title = frame.t("board.home.chart.profiles" if profiles else "board.home.chart", {"month": month})
    chart.show(
        bars(categories, series),
        table=[row for row in rows if row[-1]],
        heads=heads,
        legend=legend,
        description=frame.t("board.home.chart.said", {"total": frame.number(sent.total)}),
    )
