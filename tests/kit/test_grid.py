"""The table believes only what it offered: rows, columns and values; changes are what differs from the rows shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atoosync_lab.kit.chart import Chart, Series, bars
from atoosync_lab.kit.choices import Choice
from atoosync_lab.kit.grid import Changes, Column, Grid

COLUMNS = (
    Column("tax", "Taxe", "strong"),
    Column("code", "Code TVA", "choice", choices="codes", placeholder="Choisir"),
    Column("state", "État", "pill"),
)
CODES = (Choice("", "Aucun"), Choice("FR-20", "France 20,00 %"), Choice("EX", "Exonéré"))


def grid(**more: Any) -> Grid:
    rows = [
        {"id": "1", "tax": "TVA 20 %", "code": "FR-20", "state": "create|tick|Reliée"},
        {"id": "2", "tax": "<img src=x>", "code": "", "state": "block|chain|À relier"},
        {"id": "3", "tax": "Sans taxe", "code": None, "state": "block|chain|À relier"},
    ]
    return Grid(COLUMNS, rows, label="Taxes", select=True, choices={"codes": CODES}, **more)


def tell(table: Grid, what: object, value: object) -> None:
    table._received(table, {"do": what, "value": value}, [])


@pytest.mark.spec("SVC-16")
def test_choice_made_in_the_browser_is_heard_and_kept() -> None:
    heard: list[Changes] = []
    table = grid(on_change=heard.append)
    tell(table, "changes", {"2": {"code": "EX"}})
    assert heard == [{"2": {"code": "EX"}}]
    assert table.values("code") == {"1": "FR-20", "2": "EX", "3": ""}
    table.changes = {}
    assert table.values("code")["2"] == ""
    assert heard[-1] == {}


@pytest.mark.parametrize(
    "sent",
    [
        {"9": {"code": "EX"}},
        {"2": {"tax": "EX"}},
        {"2": {"code": "UNKNOWN"}},
        {"2": {"code": ["EX"]}},
        {"2": "EX"},
        {"2": {"__id": "1"}},
    ],
)
def test_what_was_not_offered_is_dropped(sent: dict[str, Any]) -> None:
    table = grid()
    tell(table, "changes", sent)
    assert table.changes == {}
    assert table.values("code") == {"1": "FR-20", "2": "", "3": ""}


def test_checked_rows_are_rows_of_the_table() -> None:
    heard: list[list[str]] = []
    table = grid(on_select=heard.append)
    tell(table, "selected", ["2", "x", 3, "2", None, "1"])
    assert heard == [["2", "1"]]


def test_table_without_check_boxes_takes_no_selection() -> None:
    table = Grid(COLUMNS, [{"id": "1", "tax": "a"}], label="t", choices={"codes": CODES})
    table.selected = ["1"]
    assert table.selected == []


@pytest.mark.spec("SVC-16")
def test_default_applied_to_rows_counts_as_their_choice() -> None:
    heard: list[Changes] = []
    table = grid(on_change=heard.append)
    table.patch({name: {"code": "EX", "state": "update|pencil|À enregistrer"} for name in ("1", "2", "unknown")})
    assert table.changes == {"1": {"code": "EX"}, "2": {"code": "EX"}}
    assert not heard, "the page is not told what it did itself"
    assert table.overlay["1"] == {"code": "EX", "state": "update|pencil|À enregistrer"}
    table.patch({"1": {"code": "FR-20"}})
    assert table.changes == {"2": {"code": "EX"}}, "back to what it was: no change"


def test_new_rows_forget_choices_and_keep_checks() -> None:
    table = grid()
    table.check(["1", "2"])
    table.changes = {"2": {"code": "EX"}}
    table.show([{"id": "2", "tax": "TVA", "code": "EX"}])
    assert (table.changes, table.overlay, table.selected) == ({}, {}, ["2"])
    assert json.loads(table.rows) == [{"id": "2", "tax": "TVA", "code": "EX", "__id": "2"}]


def test_saved_choices_become_what_the_rows_start_from() -> None:
    table = grid()
    table.changes = {"2": {"code": "EX"}}
    table.clear_changes()
    assert table.changes == {}
    assert table.values("code")["2"] == "EX"
    table.patch({"2": {"code": ""}})
    assert table.changes == {"2": {"code": ""}}


def test_list_read_again_offers_its_new_values() -> None:
    asked: list[str] = []
    table = grid(actions={"codes": "Relire les codes TVA de l’ERP"}, on_action=asked.append)
    tell(table, "action", "codes")
    tell(table, "action", "other")
    assert asked == ["codes"]
    table.set_choices("codes", [*CODES, Choice("NEW", "Nouveau")])
    table.changes = {"2": {"code": "NEW"}}
    assert table.changes == {"2": {"code": "NEW"}}
    assert table.choices["codes"]["action"] == "Relire les codes TVA de l’ERP"


def test_many_changed_rows_travel_as_rows() -> None:
    rows = [{"id": str(number), "tax": "t", "code": ""} for number in range(2_000)]
    table = Grid(COLUMNS, rows, label="t", choices={"codes": CODES})
    table.patch({row["id"]: {"code": "EX"} for row in rows})
    assert table.overlay == {}
    assert len(table.changes) == 2_000
    assert json.loads(table.rows)[1_999]["code"] == "EX"


@pytest.mark.parametrize(
    ("what", "value"),
    [("changes", ["2"]), ("selected", {"2": 1}), ("selected", "2"), ("rows", []), ("action", ["codes"]), (None, None)],
)
def test_message_of_another_shape_is_dropped(what: object, value: object) -> None:
    table = grid(on_change=lambda _: pytest.fail("heard"), on_select=lambda _: pytest.fail("heard"))
    tell(table, what, value)
    assert (table.changes, table.selected, table.notice) == ({}, [], "")


def test_error_while_a_choice_is_heard_becomes_a_sentence() -> None:
    def fail(_: Changes) -> None:
        raise RuntimeError("hunter2")

    table = grid(on_change=fail)
    tell(table, "changes", {"2": {"code": "EX"}})
    assert "erreur inattendue" in table.notice
    assert "hunter2" not in table.notice
    assert table.values("code")["2"] == "EX", "what was chosen is not lost"


def test_executed_copy_holds_the_rows_as_text() -> None:
    copied = grid().html
    assert "&lt;img src=x&gt;" in copied
    assert "<img" not in copied
    assert "France 20,00 %" in copied
    assert 'class="pill block"' in copied


def test_chart_offers_its_figures_as_a_table_and_in_executed_copies() -> None:
    series = [Series("Stocks", [3, None, 1_200]), Series("<b>", [1, 2, 3])]
    chart = Chart(
        bars(["1", "2", "3"], series, mark=("2", "Début")),
        title="Exports",
        description="Les stocks dominent.",
        heads=("Jour", "Stocks"),
        table=[("1", 3), ("3", 1_200)],
        legend=[(one.name, one.total, "data-1") for one in series],
    )
    assert [one["stack"] for one in chart.option["series"]] == ["all", "all"]
    assert chart.option["series"][0]["itemStyle"]["color"] == "data-1", "a token, drawn in the colours of the theme"
    assert "1\u202f203" in chart.legend
    assert "&lt;b&gt;" in chart.html
    assert '<td class="num">1\u202f200</td>' in chart.html
    chart.show(bars(["1"], [series[0]]))
    assert chart.table == ""
