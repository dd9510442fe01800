"""Home, runs, journal and one run, as page objects over a month of exports."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from atoosync_lab.boards.bars import Sum, summed
from atoosync_lab.boards.frame import LONGEST, Frame, asked
from atoosync_lab.boards.home import HomeBoard
from atoosync_lab.boards.journal import JournalBoard
from atoosync_lab.boards.reading import Journals
from atoosync_lab.boards.records import Balance, Wanted
from atoosync_lab.boards.run import RunBoard
from atoosync_lab.boards.running import RunningBoard
from atoosync_lab.runs import scheduling
from atoosync_lab.runs.exporting import export_journal, live_export
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.settings.schedule import ScheduleRule
from atoosync_lab.store.journal_records import Counts, RunState
from tests.boards.full import make_full_home, tell

NOW = datetime(2026, 11, 25, 10, 42, tzinfo=UTC)
N, T = "\u00a0", "\u202f"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("full")
    make_full_home(root, NOW)
    return root


@pytest.fixture
def journals(home: Path) -> Journals:
    return Journals(home / "exports", language="fr")


def board(journals: Journals, **query: str) -> HomeBoard:
    return HomeBoard(query, frame=Frame(query, journals, now=lambda: NOW))


def words(html: str) -> str:
    return re.sub(r"[ \n\t]+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.spec("SVC-09")
def test_home_counts_what_was_sent_this_month_by_kind_and_day(journals: Journals) -> None:
    page = board(journals)
    stocks = [380 if day in (1, 7, 8, 14, 15, 21, 22) else 760 + 37 * ((day - 1) % 5) for day in range(1, 26)]
    drawn = {one["name"]: one["data"] for one in page.chart.option["series"]}
    assert drawn["Stocks"][:25] == stocks
    assert drawn["Stocks"][25:] == [0] * 5
    total = sum(sum(each) for each in drawn.values())
    assert f'<span class="big">{total:,}'.replace(",", T) in page.exports.html
    assert "en novembre 2026" in page.exports.html
    assert "Voir le tableau" in page.chart.table


@pytest.mark.spec("SVC-09")
def test_home_shows_one_kind_one_profile_one_month_and_a_bar_a_profile(journals: Journals) -> None:
    page = board(journals, kind="prices")
    assert [one["name"] for one in page.chart.option["series"]] == ["Prix"]
    page.exports._actions["kind"]("all")
    page.exports._actions["by"]("profile")
    assert page.chart.option["xAxis"]["data"] == ["Atelier Bréval", "Comptoir des Calanques", "Vélo Nord"]
    page.head._actions["profile"]("velo")
    assert page.head.address == "?profile=velo&by=profile"
    assert "Vélo Nord" in page.profiles.html
    assert "Calanques" not in page.profiles.html
    page.head._actions["month"]("before")
    assert str(page.month) == "2026-11", "nothing is known of the month before"


@pytest.mark.spec("SVC-09")
def test_home_counts_what_was_imported(journals: Journals) -> None:
    text = words(board(journals).imports.html)
    orders, payments, customers = (sum(base + at % many for at in range(25)) for base, many in ((3, 4), (2, 4), (1, 2)))
    assert f"Commandes {orders} Règlements {payments} Nouveaux clients {customers}" in text
    assert f"Imports du mois {orders + payments + customers}" in text


@pytest.mark.spec("SVC-08")
def test_quota_shows_available_used_forecast_and_whether_it_is_enough(journals: Journals) -> None:
    html = board(journals).quota.html
    text = words(html)
    assert f"Exports 30{T}962 disponibles" in text
    assert f"19{T}038 utilisés sur 50{T}000" in text
    assert "Suffisant" in text
    assert "Période du 1er novembre au 30 novembre. Les compteurs repartent à zéro le 1er décembre" in text
    assert 'aria-valuenow="38"' in html
    other = words(board(journals, profile="velo").quota.html)
    assert "Aucun forfait n’est réglé" in other


@pytest.mark.parametrize(("used", "forecast"), [(0, 0), (1_000, 1_200), (25_000, 30_000)])
def test_forecast_goes_on_at_the_pace_of_the_period(used: int, forecast: int) -> None:
    total = Sum(date(2026, 11, 1), date(2026, 12, 1), 50_000, used)
    assert total.forecast(datetime(2026, 11, 25, 23, 0, tzinfo=UTC), "Europe/Paris") == forecast


def test_forecast_of_the_first_minutes_takes_them_for_a_day() -> None:
    total = Sum(date(2026, 11, 1), date(2026, 12, 1), 50_000, 100)
    assert total.forecast(datetime(2026, 10, 31, 23, 5, tzinfo=UTC), "Europe/Paris") == 3_000


def test_counters_of_two_profiles_are_added_and_an_uncounted_one_is_left_out() -> None:
    starts, resets = date(2026, 11, 1), date(2026, 12, 1)
    rows = [
        Balance(name, "exports", starts, resets, bought, 10) for name, bought in (("a", 100), ("b", 50), ("c", None))
    ]
    assert summed(rows, "exports") == Sum(starts, resets, 150, 20)
    assert summed(rows, "imports") is None


@pytest.mark.spec("SVC-09")
def test_home_names_the_worst_trouble_with_the_way_to_its_cause(journals: Journals) -> None:
    html = board(journals).head.html
    assert f"Atelier Bréval{N}: la tâche «{N}Import des commandes{N}»" in html
    assert "Voir la cause" in html
    failed = journals.runs(Wanted(state="failed"))[0]
    assert f'href="run.ipynb?run={failed.id}"' in html
    assert "Autres tâches à voir" in html
    well = board(journals, profile="calanques").head.html
    assert "Tout va bien" in well


def test_home_lists_profiles_with_last_and_next_run(journals: Journals) -> None:
    html = board(journals).profiles.html
    rows = {key: words(text) for key, text in re.findall(r'<tr class="two" data-profile="(\w+)">(.*?)</tr>', html)}
    assert "PrestaShop 8.2 EBP" in rows["calanques"]
    assert "Réussie" in rows["calanques"]
    assert re.search(r" (\d\d/\d\d, )?\d\d:[03]0 $", rows["calanques"]), "starts every half hour"
    assert "Échouée suspendue" in rows["breval"]
    assert "Partielle à la demande" in rows["velo"]


@pytest.mark.spec("RUN-02")
def test_running_lists_what_goes_on_with_share_news_and_end(journals: Journals) -> None:
    page = RunningBoard({}, journals)
    page._frame.now = lambda: NOW + timedelta(seconds=20)
    page._paint()
    text = words(page.view.html)
    assert "Export des articles Comptoir des Calanques" in text
    assert "112 sur 168" in text
    assert 'aria-valuenow="66"' in page.view.html
    assert "fin vers 11:43" in text
    assert 'data-at-running="1"' in page.view.html
    assert "<button" not in page.view.html, "a client starts and stops nothing"
    assert "Prochains départs" in text


@pytest.mark.spec("RUN-02")
def test_run_without_news_yet_has_an_empty_cell_and_a_silent_one_is_told(tmp_path: Path) -> None:
    make_full_home(tmp_path, NOW)
    journals = Journals(tmp_path / "exports", language="fr")
    [path] = (tmp_path / "exports" / "calanques" / "live").glob("*.json")
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**said, "updated_at": None, "total": 0, "ok": 0, "stage": ""}), encoding="utf-8")
    page = RunningBoard({}, journals)
    assert "0000" not in page.view.html
    assert 'class="nw"></td>' in page.view.html
    assert "en attente" in page.view.html
    path.write_text(json.dumps({**said, "updated_at": NOW.isoformat()}), encoding="utf-8")
    page._frame.now = lambda: NOW + timedelta(minutes=30)
    page._paint()
    assert "sans nouvelle depuis" in page.view.html
    path.write_text("{", encoding="utf-8")
    page._paint()
    assert "Rien n’est en cours" in words(page.view.html)


@pytest.mark.spec("RUN-02")
def test_live_file_is_written_rarely_masks_secrets_and_goes_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_full_home(tmp_path, NOW)
    with Workspace.open(tmp_path) as workspace:
        workspace.secrets.set("velo", "shop.key", "CANARI-long-secret")
        run = workspace.journal.start("velo", "stocks", who="CANARI-long-secret")
        clock = [100.0]
        monkeypatch.setattr("atoosync_lab.runs.live.time.monotonic", lambda: clock[0])
        live = live_export(workspace, run)
        tell_counts = [Counts(total=50, ok=done) for done in range(50)]
        for counts in tell_counts:
            live.progress(counts)
        journals = Journals(tmp_path / "exports", language="fr")
        assert [each.ok for each in journals.going() if each.id == run.id] == [0]
        before = journals.stamp()
        clock[0] += 2.1
        live.progress(tell_counts[-1])
        assert [each.ok for each in journals.going() if each.id == run.id] == [49]
        assert journals.stamp() != before
        tell(workspace, run, NOW)
        kept = (tmp_path / "exports" / "velo" / "live" / f"{run.id}.json").read_text(encoding="utf-8")
        assert "CANARI" not in kept.replace(f'"who": "{run.who}"', "")
        workspace.journal.finish(run.id, RunState.SUCCEEDED, counts=Counts(total=1, ok=1))
        export_journal(workspace, "velo")
        assert not (tmp_path / "exports" / "velo" / "live" / f"{run.id}.json").exists()


@pytest.mark.spec("RUN-03", "RUN-06")
def test_run_page_tells_cause_and_cure_and_filters_its_log(journals: Journals) -> None:
    failed = journals.runs(Wanted(state="failed"))[0]
    page = RunBoard({"run": failed.id}, journals)
    text = words(page.view.html)
    assert "La cause" in text
    assert "Le remède" in text
    assert "ce qui est fait n’est jamais fait deux fois" in text
    assert "Traceback" not in text
    page.view._actions["level"]("failed")
    assert "Démarrage, fuseau" not in words(page.view.html)
    assert page.view.address.endswith("&level=failed")
    going = RunBoard({}, journals)
    assert "112 sur 168" in words(going.view.html), "without an address, what goes on is shown"


@pytest.mark.spec("SEC-02")
def test_run_of_another_client_is_not_shown(home: Path) -> None:
    foreign = Journals(home / "exports" / "calanques", language="fr").runs(Wanted())[0].id
    page = RunBoard({"run": foreign}, Journals(home / "exports" / "velo", language="fr"))
    assert "n’est pas dans vos tableaux de bord" in page.view.html
    assert "Calanques" not in page.view.html


@pytest.mark.spec("RUN-03", "SEC-02")
@pytest.mark.parametrize(
    "query",
    [
        {"profile": "calanques"},
        {"task": "'; DROP TABLE run; --"},
        {"result": "<script>"},
        {"period": "365000"},
        {"run": "x' OR 1=1 --"},
    ],
)
def test_what_the_address_asks_and_is_not_there_is_left_out_and_told(home: Path, query: dict[str, str]) -> None:
    page = JournalBoard(query, Journals(home / "exports" / "velo", language="fr"))
    assert "il est laissé de côté" in page.view.html
    assert "Calanques" not in page.view.html
    assert "<script>" not in page.view.html
    home_page = HomeBoard(
        {"profile": "calanques", "month": "1789-13", "kind": "x"}, Journals(home / "exports" / "velo", language="fr")
    )
    assert "il est laissé de côté" in home_page.head.html


@pytest.mark.spec("RUN-03")
def test_journal_writes_its_filters_into_the_address(journals: Journals) -> None:
    page = JournalBoard({"lang": "fr"}, journals)
    page.view._actions["profile"]("velo")
    page.view._actions["state"]("partial")
    page.view._actions["text"](" 10663 ")
    page.view._actions["period"]("7")
    assert page.view.address == "?lang=fr&profile=velo&result=partial&text=10663&period=7"
    again = JournalBoard(asked({"QUERY_STRING": page.view.address[1:]}), journals)
    assert again._wanted == page._wanted
    page.view._actions["widen"]("")
    assert page.view.address == "?lang=fr"


def test_address_is_read_within_bounds() -> None:
    given = asked({"QUERY_STRING": "text=" + "x" * 50_000})
    assert len(given["text"]) == LONGEST
    assert asked({"QUERY_STRING": "a=%00b&a=%ff&=&&&;"}) is not None
    assert asked({}) == {}


def test_pages_of_an_empty_folder_say_what_will_stand_there(tmp_path: Path) -> None:
    journals = Journals(tmp_path, language="fr")
    assert "paraît ici après sa première exécution" in HomeBoard({}, journals).head.html
    assert "Rien n’est en cours" in RunningBoard({}, journals).view.html
    assert "se remplit à la fin" in RunBoard({}, journals).view.html


def test_two_folders_are_read_as_one(home: Path) -> None:
    journals = Journals(home / "exports" / "velo", home / "exports" / "calanques", language="fr")
    assert [profile.id for profile in journals.profiles()] == ["calanques", "velo"]


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATOOSYNC_LANG", raising=False)


@pytest.mark.spec("RUN-10")
def test_change_of_schedules_is_seen_at_once(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        workspace.profiles.create(Profile.model_validate({"id": "velo", "name": "Vélo Nord"}), who="camille")
        rule = ScheduleRule(start_date=date(2026, 1, 1), start_time=time(6, 0))
        added = scheduling.add(workspace, "velo", "stocks", rule)
        journals = Journals(tmp_path / "exports", language="fr")
        assert [(each.flow, each.paused) for each in journals.planned(NOW)] == [("stocks", False)]
        scheduling.pause(workspace, added.id)
        assert [(each.flow, each.paused) for each in journals.planned(NOW)] == [("stocks", True)]
        assert "suspendue" in board(journals).profiles.html
        assert "aucune encore" in board(journals).profiles.html
        scheduling.resume(workspace, added.id)
        scheduling.remove(workspace, [added.id])
        assert journals.planned(NOW) == []
