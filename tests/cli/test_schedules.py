"""`atoosync schedule`: added, listed, changed, paused, removed; what is not understood is said with what would be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from atoosync_lab.cli.main import app
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.store.schedules import Schedules


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATOOSYNC_HOME", str(tmp_path))
    monkeypatch.setenv("ATOOSYNC_LANG", "en")
    with Workspace.open() as space:
        space.profiles.create(Profile(id="velo", name="Vélo Nord"), who="test")
    return tmp_path


def call(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["schedule", *arguments])
    return result.exit_code, result.output


def listed() -> list[dict[str, Any]]:
    status, output = call("list", "--json")
    assert status == 0
    found: list[dict[str, Any]] = json.loads(output.splitlines()[-1])
    return found


@pytest.mark.spec("RUN-10")
def test_schedule_is_added_listed_paused_resumed_and_removed(home: Path) -> None:
    status, output = call("add", "orders", "--start", "2099-11-26 08:00", "--repeat", "5m", "--for", "12h")
    assert status == 0
    assert "every 5 min from 08:00 to 20:00" in output
    (found,) = listed()
    assert (found["flow"], found["zone"], found["paused"]) == ("orders", "Europe/Paris", False)
    assert found["next"].startswith("2099-11-26 07:00:00"), "08:00 in Paris"
    assert call("list")[0] == 0
    assert call("pause", found["id"][:13])[0] == 0
    assert listed()[0]["next"] is None
    assert call("resume", found["id"])[0] == 0
    assert listed()[0]["next"].startswith("2099-11-26")
    status, output = call("next", found["id"], "--count", "3", "--json")
    assert [start[11:16] for start in json.loads(output)] == ["07:00", "07:05", "07:10"]
    assert call("remove", found["id"])[0] == 0
    assert listed() == []


@pytest.mark.spec("RUN-10")
def test_edit_changes_what_is_named_and_keeps_the_rest(home: Path) -> None:
    call("add", "stocks", "--start", "2099-11-26 08:00", "--on", "mon,fri", "--repeat", "30m", "--for", "1d")
    (found,) = listed()
    assert found["rule"]["trigger"] == "week"
    assert (
        call("edit", found["id"], "--start", "09:15", "--repeat", "no", "--days", "1,last", "--each", "month")[0] == 0
    )
    rule = listed()[0]["rule"]
    assert rule["start_date"] == "2099-11-26"
    assert (rule["start_time"], rule["repeat_every"], rule["days"]) == ("09:15:00", None, [1, -1])


@pytest.mark.spec("RUN-10")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nothing",), "nothing"),
        (("stocks", "--profile", "other"), "other"),
        (("stocks", "--start", "25h"), "2026-11-26 08:00"),
        (("stocks", "--start", "2026-11-26T08:00+01:00"), "2026-11-26 08:00"),
        (("stocks", "--each", "year"), "day, week, month"),
        (("stocks", "--on", "lundi"), "mon, tue"),
        (("stocks", "--days", "0"), "last"),
        (("stocks", "--repeat", "soon"), "5m, 3h, 1d"),
        (("stocks", "--repeat", "7m", "--for", "1h"), "7 min"),
        (("stocks", "--repeat", "30m", "--for", "15m"), "shorter"),
        (("stocks", "--repeat", "30m"), "how long"),
        (("stocks", "--each", "week"), "weekday"),
        (("stocks", "--interval", "0"), "between 1 and 366"),
        (("stocks", "--zone", "Paris"), "Europe/Paris"),
        (("stocks", "--zone", "../etc"), "Europe/Paris"),
        (("stocks", "--months", "2", "--days", "30"), "30"),
    ],
)
def test_what_is_not_understood_is_said_and_nothing_is_kept(home: Path, arguments: tuple[str, ...], told: str) -> None:
    status, output = call("add", *arguments)
    assert status == 3, output
    assert told in output
    assert "Traceback" not in output
    with Workspace.open() as space:
        assert Schedules(space.store).list() == []


def test_unknown_schedule_is_said(home: Path) -> None:
    for command in ("pause", "resume", "remove", "next", "edit"):
        status, output = call(command, "nope")
        assert status == 3
        assert "nope" in output
