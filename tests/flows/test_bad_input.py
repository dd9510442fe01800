"""What goes wrong outside: each time one clear sentence in both languages, the right exit status, and nothing lost."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.cli.demo_steps import Demo, give_credentials, sign_in, started
from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.events import Event
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs import refreshing
from atoosync_lab.runs.making import MARK_OVERLAP
from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.settings import Profile
from atoosync_lab.settings.base import BEGINNING
from atoosync_lab.snapshots import captures
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.leases import acquire
from atoosync_lab.store.ledger import State
from tests.flows.conftest import command

FOLDER = "184976"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demonstration for tests that put back what they change and write to neither side."""
    with started(Path(tmp_path_factory.mktemp("bad-input")) / "home", speed=2000.0) as demo:
        yield demo


@contextmanager
def settings(demo: Demo, **values: Any) -> Iterator[None]:
    """Settings changed for a while: `shop__url="http://..."`."""
    profiles = demo.workspace.profiles
    before = profiles.get("demo")
    document = before.model_dump(mode="json")
    for path, value in values.items():
        *parents, last = path.split("__")
        place = document
        for name in parents:
            place = place[name]
        place[last] = value
    profiles.save(Profile.model_validate(document), who="test", expected_revision=profiles.revision("demo"))
    try:
        yield
    finally:
        profiles.save(before, who="test", expected_revision=profiles.revision("demo"))


def refused(demo: Demo, flow: str = "prices") -> AtooSyncError:
    """The error that ends a run; the journal tells it too, in both languages."""
    with pytest.raises(AtooSyncError) as caught:
        demo.run(flow)
    (last,) = demo.workspace.journal.list(profile="demo", limit=1)
    assert last.state is RunState.FAILED
    assert last.message is not None
    assert last.message.code == caught.value.code
    for language in ("fr", "en"):
        sentence = last.message.text(language)
        assert sentence == caught.value.message.text(language)
        assert "{" not in sentence
    assert caught.value.message.text("fr") != caught.value.message.text("en")
    return caught.value


def documents(demo: Demo) -> int:
    with FolderState.open(demo.home / "sandbox" / "ebp", FOLDER) as folder:
        return sum(1 for r in folder.rows("SaleDocument") if r["xx_AtooKey"])


@pytest.mark.spec("SVC-05")
@pytest.mark.parametrize(
    ("values", "code", "status", "named"),
    [
        ({"shop__url": "http://127.0.0.1:1/"}, "http.refused", 4, "127.0.0.1:1"),
        ({"shop__url": "http://no-such-shop.invalid/"}, "http.dns", 4, "no-such-shop.invalid"),
        ({"erp__folder": "999999"}, "ebp.folder_not_found", 3, "999999"),
    ],
)
@pytest.mark.usefixtures("impatient")
def test_wrong_address_or_folder_is_named(
    shown: Demo, values: dict[str, str], code: str, status: int, named: str
) -> None:
    with settings(shown, **values):
        error = refused(shown)
    assert (error.code, error.exit_status) == (code, status)
    assert named in error.message.text("fr")
    assert "page Connexion" in error.message.text("fr")


@pytest.mark.spec("SVC-05")
def test_wrong_path_is_told_from_a_wrong_key(shown: Demo) -> None:
    with settings(shown, shop__url=f"{shown.shop.url}/boutique/"):
        error = refused(shown)
    assert (error.code, error.exit_status) == ("prestashop.no_webservice", 3)
    shown.workspace.secrets.set("demo", "shop.key", "A" * 32)
    try:
        error = refused(shown)
    finally:
        give_credentials(shown.workspace, shown.profile)
    assert (error.code, error.exit_status) == ("prestashop.key_refused", 3)
    assert "Webservice" in error.message.text("fr")
    assert "A" * 32 not in error.message.text("fr")


@pytest.mark.spec("SVC-05")
def test_shop_older_than_the_oldest_version_is_refused_by_the_test(shown: Demo) -> None:
    with settings(shown, shop__version="1.6.1.3"):
        report = refreshing.check_side(shown.workspace, shown.workspace.profiles.get("demo"), "shop")
    assert not report.ok
    (failed,) = [c for c in report.checks if not c.ok]
    assert failed.message.code == "prestashop.version_too_old"
    assert "1.6.1.3" in failed.message.text("fr")


@pytest.mark.spec("SVC-05")
def test_clock_that_is_wrong_is_measured_by_the_test(shown: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    true = HttpClient.server_time
    monkeypatch.setattr(HttpClient, "server_time", lambda self: shifted(true(self), timedelta(minutes=10)))
    for side in ("shop", "erp"):
        report = refreshing.check_side(shown.workspace, shown.profile, side)
        wrong = [c.message for c in report.checks if not c.ok]
        assert len(wrong) == 1, side
        for language in ("fr", "en"):
            assert any(figure in wrong[0].text(language) for figure in ("600", "599", "10")), wrong[0].text(language)


def shifted(moment: datetime | None, by: timedelta) -> datetime | None:
    return None if moment is None else moment + by


@pytest.mark.spec("ART-12")
def test_mark_moves_by_the_clock_of_the_remote(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our clock is an hour ahead of the ERP's: what changes there meanwhile is still due."""
    true = HttpClient.server_time
    monkeypatch.setattr(HttpClient, "server_time", lambda self: shifted(true(self), timedelta(hours=-1)))
    before = datetime.now(UTC)
    demo.run("prices")
    mark = demo.workspace.marks.get("demo", "prices")
    assert abs(mark - (before - timedelta(hours=1) - MARK_OVERLAP)) < timedelta(minutes=1)


@pytest.mark.spec("ORD-10", "RUN-03")
@pytest.mark.usefixtures("impatient")
def test_shop_and_erp_down_end_the_run_with_status_four_and_orders_come_later(demo: Demo) -> None:
    expected = demo.plan("orders").plan
    assert expected is not None
    wanted = sum(1 for _ in expected.rows(actions=["create"], entities=["order"]))
    demo.erp.faults([{"kind": "html", "value": 502, "times": None}])
    result = command(demo.home, "run", "orders", "--json")
    assert result.returncode == 4
    assert "502" in result.stderr
    assert documents(demo) == 0
    demo.erp.faults([])
    demo.run("orders")
    assert documents(demo) == wanted


DISK_FULL = {"fr": "disque est plein", "en": "disk is full"}


@pytest.mark.spec("RUN-10")
def test_second_run_of_a_task_is_told_who_holds_it_in_both_languages(shown: Demo) -> None:
    with acquire(shown.workspace.store, "demo", "orders", who="Claire"):
        french = command(shown.home, "run", "orders")
        english = command(shown.home, "run", "orders", env={"ATOOSYNC_LANG": "en"})
        other = command(shown.home, "run", "stocks", "--dry-run")
    assert (french.returncode, english.returncode) == (6, 6)
    assert "Claire" in french.stderr
    assert "Claire" in english.stderr
    assert french.stderr != english.stderr
    assert other.returncode in (0, 1)


HELD: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "articles": ({"orders__articles": {}}, "orders.article_missing.shipping", "orders.articles"),
    "taxes": ({"orders__maps__taxes": {}, "orders__maps__default_tax": ""}, "orders.tax_unmapped", "orders.maps.taxes"),
    "countries": (
        {"orders__maps__countries": {}, "orders__maps__default_country": {}},
        "orders.country_unmapped",
        "orders.maps.countries",
    ),
    "payments": (
        {"orders__maps__payments": {}, "orders__maps__default_payment": {"create_settlement": False}},
        "orders.payment_unmapped",
        "orders.maps.payments",
    ),
    "carriers": (
        {"orders__maps__carriers": {}, "orders__maps__default_carrier": ""},
        "orders.carrier_unmapped",
        "orders.maps.carriers",
    ),
}


@pytest.mark.spec("ORD-03", "ORD-04", "ORD-05", "ORD-06", "ORD-08")
@pytest.mark.parametrize("gap", HELD)
def test_setting_without_default_holds_its_orders_and_names_the_page(shown: Demo, gap: str) -> None:
    values, reason, page = HELD[gap]
    with settings(shown, **values):
        plan = shown.plan("orders").plan
    assert plan is not None
    held = [r for r in plan.rows(actions=["block"]) if r.reason == reason]
    assert held
    for row in held[:3]:
        assert row.params["page"] == page
        for language in ("fr", "en"):
            text = row.reason_text(language)
            assert len(text) > 40
            assert "{" not in text
            assert reason == "orders.article_missing.shipping" or row.key in text
    assert page_of(plan, reason) == {page}


def page_of(plan: Plan, reason: str) -> set[Any]:
    return {r.params["page"] for r in plan.rows(actions=["block"]) if r.reason == reason}


@pytest.mark.spec("ORD-01", "RUN-03")
def test_refused_record_in_a_file_holds_no_other_and_stays_due(demo: Demo) -> None:
    """The folder lacks one article when the file comes: its orders are refused by name, the others are imported."""
    planned = demo.plan("orders")
    assert planned.plan is not None
    wanted = {r.key for r in planned.plan.rows(actions=["create"], entities=["order"])}
    rows = {"folder": FOLDER, "table": "Shipping"}
    code, row = shipping_mode(demo, rows)
    demo.erp.admin("POST", "/_admin/ebp/rows", {**rows, "key": row["Id"], "delete": True})
    result = demo.apply(planned)
    errors = [e for e in demo.workspace.journal.entries(result.run.id) if e.level == "error"]
    failed = {e.record for e in errors}
    assert failed
    assert failed < wanted
    assert result.exit_status == 1
    for entry in errors:
        assert entry.record in entry.message.text("fr") or entry.record in entry.message.text("en")
        assert code in entry.message.text("fr")
    done = {r.key for r in demo.workspace.ledger.open_rows("demo", ["orders"], [State.DONE])}
    assert done == wanted - failed
    demo.erp.admin("POST", "/_admin/ebp/rows", {**rows, "insert": [row]})
    demo.run("orders")
    done = {r.key for r in demo.workspace.ledger.open_rows("demo", ["orders"], [State.DONE])}
    assert done == wanted
    assert documents(demo) == len(wanted)


def shipping_mode(demo: Demo, rows: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """The folder's express shipping mode."""
    found = demo.erp.admin("POST", "/_admin/ebp/rows", rows)["rows"]
    return next(("CHR", r) for r in found if r["Id"] == "CHR")


@pytest.mark.spec("SVC-08", "ORD-01")
def test_quota_reached_in_the_middle_of_orders_leaves_the_rest_due(demo: Demo) -> None:
    expected = demo.plan("orders").plan
    assert expected is not None
    wanted = {r.key for r in expected.rows(actions=["create"], entities=["order"])}
    with settings(demo, subscription__imports=60):
        result = command(demo.home, "run", "orders")
        used = demo.workspace.quota.state("demo", "imports")
    assert result.returncode == 7, result.stdout
    assert "60" in result.stdout
    assert used.reserved == 0
    assert 55 <= used.used <= 60
    first = documents(demo)
    assert 0 < first < len(wanted)
    ended = demo.workspace.journal.list(profile="demo", limit=1)[0]
    assert ended.state is RunState.QUOTA_REACHED
    assert ended.counts.failed == 0
    demo.run("orders")
    assert documents(demo) == len(wanted)


@pytest.mark.spec("ART-10")
def test_filter_that_is_not_understood_shows_the_right_form(shown: Demo) -> None:
    result = command(shown.home, "run", "articles", "--filter", "startswith( Customer 'M')")
    assert result.returncode == 3
    assert "startswith(Customer,'M')" in result.stderr


def test_profile_that_is_not_there_lists_those_that_are(shown: Demo) -> None:
    result = command(shown.home, "run", "articles", "-p", "nobody")
    assert result.returncode == 3
    assert "nobody" in result.stderr
    assert "demo" in result.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes everywhere")
def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    result = command(locked / "home", "profile", "list")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr


@pytest.mark.spec("ERP-01", "SVC-05")
def test_lost_session_asks_for_a_sign_in_in_both_languages(shown: Demo) -> None:
    shown.erp.admin("DELETE", "/_admin/ebp/sessions")
    try:
        error = refused(shown)
        again = command(shown.home, "run", "prices", env={"ATOOSYNC_LANG": "en"})
    finally:
        sign_in(shown.workspace, shown.profile)
    assert (error.code, error.exit_status) == ("ebp.session_over", 3)
    assert "page Connexion" in error.message.text("fr")
    assert again.returncode == 3
    assert "Sign in on the Connection page" in again.stderr
    assert "Traceback" not in again.stderr
    assert shown.plan("prices").run.state in (RunState.SUCCEEDED, RunState.PARTIAL)


@pytest.mark.spec("RUN-03", "ART-04", "ART-12")
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.usefixtures("impatient")
def test_shop_that_dies_before_the_write_loses_no_record(demo: Demo) -> None:
    planned = demo.plan("stocks")
    assert planned.plan is not None
    wanted = planned.plan.by_action()["update"]
    assert wanted > 20
    killed: list[str] = []

    def kill(event: Event) -> None:
        if event.code == "run.planned" and not killed:
            killed.append(event.code)
            demo.shop.kill()

    with pytest.raises(AtooSyncError) as caught:
        demo.run("stocks", kill)
    assert killed
    assert caught.value.exit_status == 4
    assert "127.0.0.1" in caught.value.message.text("fr")
    ended = demo.workspace.journal.list(profile="demo", limit=1)[0]
    assert ended.state is RunState.FAILED
    assert demo.workspace.marks.get("demo", "stocks") == BEGINNING
    with servers.start("prestashop", demo.shop.state, demo.shop.port, version="9"):
        again = demo.run("stocks")
        assert again.run.counts.ok == wanted
        assert demo.run("stocks").run.counts.ok == 0


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """Files may not grow beyond `size` bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.spec("RUN-03")
@pytest.mark.skipif(sys.platform == "win32", reason="needs file size limits")
def test_full_disk_ends_the_run_and_leaves_no_half_written_file(demo: Demo) -> None:
    """The store has room, the captures have not."""
    limit = 1_000_000
    assert max(p.stat().st_size for p in demo.home.glob("store.sqlite*")) < limit - 200_000
    with small_disk(limit), pytest.raises(AtooSyncError) as caught:
        run(demo.workspace, RunRequest(profile="demo", flow="articles", full=True))
    assert caught.value.code == "storage.disk_full"
    assert "disque est plein" in caught.value.message.text("fr")
    assert "disk is full" in caught.value.message.text("en")
    assert list((demo.home / "captures").rglob("*.duckdb*")) == []
    assert demo.workspace.journal.list(profile="demo", limit=1)[0].state is RunState.FAILED
    assert demo.run("articles").run.counts.ok > 0


@pytest.mark.spec("BEY-01", "BEY-04")
def test_half_written_files_are_never_used(demo: Demo) -> None:
    planned = demo.plan("prices")
    assert planned.plan is not None
    whole = planned.plan.path
    cut = whole.with_name("f" + whole.name[1:])
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    (whole.parent / "left-over.duckdb.tmp").write_bytes(b"half")
    taken = captures.listed(demo.workspace.home.captures, "demo", "erp")[0]
    torn = taken.path.with_name("29990101T000000Z-99999999-0000-7000-8000-000000000000.duckdb")
    torn.write_bytes(taken.path.read_bytes()[:5_000])
    (taken.path.parent / "x.duckdb.tmp").write_bytes(b"half")
    result = command(demo.home, "apply", cut.stem)
    assert result.returncode == 1
    assert cut.name in result.stderr
    assert "Traceback" not in result.stderr
    listed = command(demo.home, "capture", "list", "--json")
    assert {c["id"] for c in json.loads(listed.stdout)} == {
        c.id for c in captures.listed(demo.workspace.home.captures, "demo")
    }
    assert torn.stem.split("-", 1)[1] not in listed.stdout
    assert demo.apply(planned).run.counts.failed == 0
    for path in (demo.home / "captures" / "demo").rglob("*.duckdb"):
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:3_000])
    assert demo.run("prices").run.counts.failed == 0


@pytest.mark.spec("SVC-08")
def test_quota_below_the_new_customers_fails_no_order(demo: Demo) -> None:
    """What the counter does not cover is due, not failed: no order is told that its customer is missing."""
    with settings(demo, subscription__imports=5):
        result = demo.run("orders")
    assert result.run.state is RunState.QUOTA_REACHED
    assert result.run.counts.failed == 0
    codes = {e.code for e in demo.workspace.journal.entries(result.run.id)}
    assert "order.customer_missing" not in codes
    assert demo.workspace.quota.state("demo", "imports").used == 5
