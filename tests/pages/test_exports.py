"""The journal that dashboards read: whole, in both languages, without secrets, without the store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from atoosync_lab.boards.journal import JournalBoard
from atoosync_lab.boards.reading import Journals, folders
from atoosync_lab.boards.records import Wanted
from atoosync_lab.model.events import Level, Stage
from atoosync_lab.runs import exporting
from atoosync_lab.runs.exporting import export_journal
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.store.journal_records import Counts, Entry, RunState
from tests.pages.home import CANARY, FOREIGN, NOW, make_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("home")
    make_home(root)
    return root


def exports(home: Path, language: str = "fr") -> Journals:
    return Journals(home / "exports", language=language)


@pytest.mark.spec("RUN-03")
def test_export_tells_each_run_with_its_counts_and_sentences_in_both_languages(home: Path) -> None:
    run = exports(home).runs(Wanted(profile="calanques", flow="orders"))[0]
    assert (run.total, run.ok, run.failed, run.ignored, run.blocked) == (14, 12, 1, 1, 1)
    assert run.state == "partial"
    assert run.ended_at is not None
    assert (run.ended_at - run.started_at).total_seconds() == 72
    french = [line.text for line in exports(home).lines(run)]
    english = [line.text for line in exports(home, "en").lines(run)]
    assert len(french) == len(english) == 4
    assert any("n’est relié à aucune règle" in text for text in french)
    assert not set(french) & set(english)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), 18),
        (Wanted(profile="velo"), 15),
        (Wanted(state="failed"), 1),
        (Wanted(flow="stocks", profile="calanques"), 0),
        (Wanted(text="10662"), 1),
        (Wanted(text="SHOP.KEY"), 1),
        (Wanted(text="'; DROP TABLE run; --"), 0),
    ],
)
def test_runs_are_filtered_by_profile_task_result_and_text(home: Path, wanted: Wanted, found: int) -> None:
    assert exports(home).count(wanted) == found
    assert len(exports(home).runs(wanted, limit=100)) == found


def test_pages_of_runs_come_newest_first_and_cover_all(home: Path) -> None:
    pages = [exports(home).runs(Wanted(), offset=offset, limit=7) for offset in (0, 7, 14)]
    starts = [run.started_at for page in pages for run in page]
    assert len(starts) == 18
    assert starts == sorted(starts, reverse=True)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    make_home(tmp_path)
    return Workspace.open(tmp_path)


def run_with(workspace: Workspace, *lines: Entry, state: RunState | None = RunState.SUCCEEDED) -> str:
    run = workspace.journal.start("calanques", "articles", who="camille")
    workspace.journal.append(run.id, lines)
    if state is not None:
        workspace.journal.finish(run.id, state, counts=Counts(total=1, ok=1))
    return run.id


def line(code: str = "run.started", level: Level = Level.INFO, record: str = "", **params: object) -> Entry:
    return Entry(at=NOW, stage=Stage.APPLY, code=code, params=params, level=level, record=record)


@pytest.mark.spec("SEC-01")
def test_secret_in_a_message_never_reaches_the_export(workspace: Workspace) -> None:
    run_with(workspace, line(who=f"https://{CANARY}@boutique.example"), line(record=CANARY))
    path = export_journal(workspace, "calanques")
    texts = [entry.text for run in Journals(path.parent).runs(Wanted()) for entry in Journals(path.parent).lines(run)]
    assert any("***" in text for text in texts), "the canary was not even written"
    assert CANARY.encode() not in path.read_bytes()
    assert not any(CANARY in text for text in texts)


def test_ended_runs_are_carried_over_and_the_others_read_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = run_with(workspace, line(), state=None)
    export_journal(workspace, "calanques")
    read: list[str] = []
    lines = exporting._lines
    monkeypatch.setattr(exporting, "_lines", lambda space, run: read.append(run.id) or lines(space, run))
    workspace.journal.finish(going, RunState.FAILED, counts=Counts(total=1, failed=1))
    new = run_with(workspace, line(), line())
    path = export_journal(workspace, "calanques")
    assert sorted(read) == sorted([going, new])
    found = {run.id: run for run in Journals(path.parent).runs(Wanted(), limit=50)}
    assert found[going].state == "failed"
    assert found[new].lines == 2
    assert len(found) == 5


def test_long_run_keeps_all_its_errors_within_the_bound(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "LINES_OF_A_RUN", 10)
    run = run_with(workspace, *[line() for _ in range(50)], *[line(level=Level.ERROR, record="R") for _ in range(4)])
    journals = Journals(export_journal(workspace, "calanques").parent)
    found = journals.run(run)
    assert found is not None
    levels = [entry.level for entry in journals.lines(found)]
    assert len(levels) == 10
    assert levels.count("error") == 4


def test_unreadable_last_export_is_written_anew(workspace: Workspace) -> None:
    path = workspace.home.root / "exports" / "calanques" / "journal.duckdb"
    path.write_bytes(b"not a database")
    assert Journals(path.parent).profiles() == []
    assert export_journal(workspace, "calanques") == path
    assert Journals(path.parent).count(Wanted()) == 3
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.spec("SEC-01")
def test_dashboard_loads_neither_store_nor_secrets(home: Path) -> None:
    code = (
        "import sys; from atoosync_lab.boards import home, journal, run, running;"
        "assert '10662' in journal.open().html; [page.open() for page in (home, run, running)];"
        "print([m for m in sys.modules if m.startswith(('atoosync_lab.store', 'atoosync_lab.runs', 'sqlalchemy'))])"
    )
    env = {"PATH": os.environ["PATH"], "ATOOSYNC_BOARD": str(home / "exports"), "QUERY_STRING": "task=orders"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_address_never_widens_the_folder() -> None:
    env = {"ATOOSYNC_BOARD": "/boards/velo", "QUERY_STRING": "ATOOSYNC_BOARD=/boards&board=/"}
    assert folders(env) == (Path("/boards/velo"),)


def test_folder_of_one_profile_shows_that_profile_alone(home: Path) -> None:
    journals = Journals(home / "exports" / "velo")
    assert [profile.id for profile in journals.profiles()] == ["velo"]
    assert journals.count(Wanted(profile="calanques")) == 0


@pytest.mark.spec("RUN-03")
def test_board_opens_a_run_with_verdict_counts_errors_and_cure(home: Path) -> None:
    board = JournalBoard({"task": "orders", "profile": "calanques"}, exports(home))
    html = board.view.html
    assert "Partielle\u00a0: 12 lignes faites sur 14" in html
    assert "Reliez-le" in html
    assert FOREIGN not in html
    assert "&lt;img src=x" in html


def test_empty_folder_says_when_it_fills(tmp_path: Path) -> None:
    assert "se remplit à la fin de chaque exécution" in JournalBoard({}, Journals(tmp_path, language="fr")).view.html
