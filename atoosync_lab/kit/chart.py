"""Bars and lines, drawn in the browser in the colours of the page; the same figures always stand in a table too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from atoosync_lab.kit import formats
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.view import styles
from atoosync_lab.model.i18n import current_language, translate

_HERE = Path(__file__).resolve().parent

COLOURS = ("data-1", "data-3", "data-2", "data-4", "data-5")
"""Tokens of series, in the order in which they are told apart best; never a status colour."""


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of one kind, one a category; `None` where there is none yet."""

    name: str
    values: Sequence[int | None]
    colour: str = ""

    @property
    def total(self) -> int:
        """Sum of its counts."""
        return sum(value or 0 for value in self.values)


def bars(categories: Sequence[str], series: Sequence[Series], *, mark: tuple[str, str] | None = None) -> dict[str, Any]:
    """Option of stacked bars.

    Args:
        categories: what stands below, one a bar.
        series: from the bottom of a bar to its top.
        mark: category at which a dotted line stands, and what it says.
    """
    drawn = [
        {
            "type": "bar",
            "stack": "all",
            "name": one.name,
            "data": list(one.values),
            "itemStyle": {
                "color": one.colour or COLOURS[at % len(COLOURS)],
                "borderColor": "surface",
                "borderWidth": 0.5,
            },
        }
        for at, one in enumerate(series)
    ]
    if mark and drawn:
        drawn[0]["markLine"] = {
            "silent": True,
            "symbol": "none",
            "lineStyle": {"color": "text-3", "type": [2, 3]},
            "label": {"formatter": mark[1], "position": "insideEndTop", "rotate": 0, "color": "text-3", "fontSize": 12},
            "data": [{"xAxis": mark[0]}],
        }
    return {
        "xAxis": {"type": "category", "data": list(categories)},
        "yAxis": {"type": "value", "minInterval": 1, "splitNumber": 4},
        "series": drawn,
    }


def lines(categories: Sequence[str], series: Sequence[Series]) -> dict[str, Any]:
    """Option of lines, as for what is left of a quota."""
    drawn = [
        {
            "type": "line",
            "name": one.name,
            "data": list(one.values),
            "lineStyle": {"color": one.colour or COLOURS[at % len(COLOURS)], "width": 2},
            "itemStyle": {"color": one.colour or COLOURS[at % len(COLOURS)]},
        }
        for at, one in enumerate(series)
    ]
    return {
        "xAxis": {"type": "category", "boundaryGap": False, "data": list(categories)},
        "yAxis": {"type": "value", "minInterval": 1, "splitNumber": 4},
        "tooltip": {"axisPointer": {"type": "line"}},
        "series": drawn,
    }


class Chart(anywidget.AnyWidget):
    """A chart.

    Args:
        option: what ECharts draws; colours are names of tokens, as `data-1`. See `bars` and `lines`.
        height: pixels.
        title: what it shows, for screen readers and as caption of the table; the card around bears the visible title.
        description: what one reads from it, in a sentence.
        heads: heads of the table of figures.
        table: its rows, already as people read them; empty: no table is offered.
        legend: name, total and colour of each series; the colour is a name of a token.
    """

    _esm = _HERE / "chart.js"
    _css = styles("chart.css")

    option: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    height = traitlets.Int(240).tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)
    description = traitlets.Unicode("").tag(sync=True)
    legend = traitlets.Unicode("").tag(sync=True)
    table = traitlets.Unicode("").tag(sync=True)
    language = traitlets.Unicode("fr-FR").tag(sync=True)

    def __init__(
        self,
        option: Mapping[str, Any],
        *,
        height: int = 240,
        title: str,
        description: str,
        heads: Sequence[str] = (),
        table: Sequence[Sequence[str | int]] = (),
        legend: Sequence[tuple[str, int, str]] = (),
    ) -> None:
        super().__init__(
            option=dict(option),
            height=height,
            title=title,
            description=description,
            legend=str(_legend(legend)),
            table=str(_table(title, heads, table)),
            language={"fr": "fr-FR", "en": "en-GB"}[current_language()],
        )

    def show(
        self,
        option: Mapping[str, Any],
        *,
        table: Sequence[Sequence[str | int]] = (),
        heads: Sequence[str] = (),
        legend: Sequence[tuple[str, int, str]] = (),
        description: str | None = None,
    ) -> None:
        """Draw other figures."""
        with self.hold_sync():
            self.description = self.description if description is None else description
            self.legend = str(_legend(legend))
            self.table = str(_table(self.title, heads, table))
            self.option = dict(option)

    @property
    def html(self) -> Html:
        """Legend and figures without the drawing, for executed copies."""
        figures = tag("details", Html(self.table), open=True) if self.table else Html("")
        return tag("figure", tag("figcaption", self.title, class_="b"), Html(self.legend), figures)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return bundle
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": f'<div class="at">{self.html}</div>', "text/plain": "Chart"}, metadata


def _legend(entries: Sequence[tuple[str, int, str]]) -> Html:
    if not entries:
        return Html("")
    shown = [
        tag(
            "span",
            tag("i", style=f"background:var(--at-{colour})"),
            name,
            tag("b", formats.number(total), class_="b"),
        )
        for name, total, colour in entries
    ]
    return tag("div", *shown, class_="legend")


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str | int]]) -> Html:
    """Summary and content of the `<details>` that shows the figures."""
    if not rows:
        return Html("")
    cells = [
        tag(
            "tr",
            *[
                tag("td", formats.number(cell) if isinstance(cell, int) else cell, class_="num" if at else None)
                for at, cell in enumerate(row)
            ],
        )
        for row in rows
    ]
    head = tag("tr", *[tag("th", name, class_="num" if at else None, scope="col") for at, name in enumerate(heads)])
    body = tag("table", tag("thead", head), tag("tbody", *cells), aria_label=title)
    summary = tag("summary", translate("kit.chart.table"), class_="link")
    return Html(summary + tag("div", body, class_="at-chart-table", tabindex="0", role="region", aria_label=title))
