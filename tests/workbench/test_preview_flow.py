"""A plan from its reading to its writing, on the sandboxes: read, cured, planned again, applied, stale."""

from __future__ import annotations

import asyncio
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.runs.parameters import PreviewParameters, RunParameters, WhyParameters
from atoosync_lab.runs.reporting import report
from atoosync_lab.runs.session import Session
from atoosync_lab.settings import Profile
from atoosync_lab.store.journal_records import RunState
from atoosync_lab.store.plans import PlanState
from atoosync_lab.workbench import running, why_page
from atoosync_lab.workbench.preview import PreviewPage
from atoosync_lab.workbench.running import RunPage
from atoosync_lab.workbench.why_page import WhyPage
from tests.workbench.waiting import wait_for


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOOSYNC_LANG", "fr")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with started(tmp_path_factory.mktemp("flow") / "home", speed=2000.0) as under_way:
        yield under_way


@pytest.fixture(scope="module")
def session(demo: Demo) -> Session:
    return Session(demo.workspace, "demo")


def press(page: Any, action: str, value: str = "") -> str:
    page.view._received(None, {"do": action, "value": value}, None)
    return str(page.view.html)


def set_setting(demo: Demo, path: str, value: Any) -> None:
    document = demo.workspace.profiles.get("demo").model_dump(mode="json")
    *parents, last = path.split(".")
    place = document
    for name in parents:
        place = place[name]
    place[last] = value
    profiles = demo.workspace.profiles
    profiles.save(Profile.model_validate(document), who="test", expected_revision=profiles.revision("demo"))


async def ended(page: PreviewPage | RunPage) -> None:
    """Wait for what was started by a press."""
    assert page._busy is not None
    await page._busy


@pytest.mark.spec("BEY-01", "SVC-16")
def test_held_order_is_mended_from_its_row_and_planned_again_without_reading(demo: Demo, session: Session) -> None:
    page = PreviewPage(session, PreviewParameters(profile="demo", flow="orders"))
    wait_for(page.begin())
    assert page.plan is not None
    first = page.plan
    held = {row.key: row for row in first.rows(actions=["block"]) if row.reason == "orders.tax_unmapped"}
    key, row = next(iter(held.items()))
    press(page, "action", "block")
    html = press(page, "row", str(row.seq))
    field = re.findall(r'data-at-field="(cure[^"]+)"', html)[0].replace("&amp;", "&")
    vat = next(v for v in re.findall(r'<option value="([^"]+)"', html.split("cure|~|")[1]) if v)
    page.view._received(None, {"field": field, "value": vat}, None)
    name = re.findall(r'data-at-do="cure" data-at-value="([^"]+)"', page.view.html)[0].replace("&amp;", "&")
    html = press(page, "cure", name)
    assert "Une valeur reliée" in html
    assert "Appliquer 2" not in press(page, "ask"), "a plan older than the settings is not offered"
    runs = len(session.journal(100))
    press(page, "again")
    assert page.plan is not None
    assert page.plan.meta.id != first.meta.id
    assert page.plan.meta.captures == first.meta.captures
    assert len(session.journal(100)) == runs, "nothing was read again"
    again = next(r for r in page.plan.rows(entities=["order"]) if r.key == key)
    assert (again.reason, again.params.get("value")) != (row.reason, row.params.get("value")), "its tax is related now"
    who = demo.workspace.profiles.history("demo")[0]
    assert any("maps.taxes" in path for path in who.fields())


@pytest.mark.spec("BEY-01", "RUN-01", "RUN-03")
def test_plan_is_applied_from_the_page_and_its_run_is_told(demo: Demo, session: Session) -> None:
    page = PreviewPage(session, PreviewParameters(profile="demo", flow="prices"))

    async def story() -> None:
        await page.begin()
        press(page, "ask")
        press(page, "apply")
        await ended(page)

    wait_for(story())
    assert page.plan is not None
    assert demo.workspace.plans.get(page.plan.meta.id).state is PlanState.APPLIED
    last = session.journal(1)[0]
    assert last.flow == "prices"
    assert last.counts.ok > 5
    html = page.view.html
    assert "lignes faites sur" in html
    assert 'data-at-do="read"' in html
    assert f">{last.counts.ok} réussies" in html.replace("\u202f", "")


@pytest.mark.spec("BEY-01")
def test_stale_plan_is_refused_in_a_sentence_and_made_again(demo: Demo, session: Session) -> None:
    page = PreviewPage(session, PreviewParameters(profile="demo", flow="stocks"))

    async def story() -> None:
        await page.begin()
        press(page, "ask")
        set_setting(demo, "keep_days", 31)
        press(page, "apply")
        await ended(page)

    wait_for(story())
    html = page.view.html
    assert "banner-block" in html
    assert "Refaire l’aperçu" in html
    assert "plan.settings_changed" not in html
    press(page, "again")
    assert "banner-block" not in page.view.html
    assert "Garder le plan" in press(page, "ask")


@pytest.mark.spec("RUN-01")
def test_shop_that_does_not_answer_is_a_sentence_with_its_cure(demo: Demo, session: Session) -> None:
    page = PreviewPage(session, PreviewParameters(profile="demo", flow="stocks"))
    demo.shop.faults([{"kind": "status", "value": 401, "times": None}])
    try:
        wait_for(page.begin())
    finally:
        demo.shop.faults([])
    assert page.plan is None
    assert "connect.ipynb" in page.view.html
    assert "Traceback" not in page.view.html
    wait_for(page.read())
    assert page.plan is not None


@pytest.mark.spec("RUN-01", "RUN-02")
def test_run_that_is_going_is_followed_and_stopped_from_another_page(demo: Demo, session: Session) -> None:
    """As after a reload: the page finds the run, shows it, and its Stop is heard by whoever works."""
    journal = demo.workspace.journal
    row = journal.start("demo", "articles", who="camille")

    async def story() -> RunPage:
        page = RunPage(session, RunParameters(profile="demo", flow="articles-new"))
        assert await page.begin() is None, "the cell ends at once: the kernel stays free"
        await asyncio.sleep(1.0)
        assert page.panel is not None
        assert page.panel.facts.run_id == row.id
        assert "par camille" in page.view.html
        assert "Arrêt après le lot en cours…" in press(page, "stop")
        assert journal.stop_requested(row.id)
        journal.finish(row.id, RunState.STOPPED)
        await ended(page)
        assert page.result is not None
        assert page.result.run.state is RunState.STOPPED
        return page

    page = wait_for(story())
    assert "Arrêtée" in page.view.html


@pytest.mark.spec("RUN-01", "RUN-03")
def test_next_run_is_started_from_the_page_after_its_question(demo: Demo, session: Session) -> None:
    page = RunPage(session, RunParameters(profile="demo", flow="article-status"))

    async def story() -> None:
        await page.begin()
        assert "Rien n’a été écrit" in page.view.html
        press(page, "go")
        assert page._busy is None, "nothing starts that was not asked"
        assert "Ne rien lancer" in press(page, "ask")
        press(page, "go")
        await ended(page)

    wait_for(story())
    first, second = session.journal(2)
    assert first.flow == second.flow == "article-status"
    assert first.message is None
    assert second.message is not None
    assert second.message.code == "run.dry_run"


@pytest.mark.spec("RUN-06", "SEC-01")
def test_support_file_holds_journal_settings_versions_and_no_secret(demo: Demo, session: Session) -> None:
    run = session.journal(1)[0]
    path = report(demo.workspace, run.id)
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    assert set(parts) == {"run.json", "journal.csv", "settings.json", "versions.json"}
    assert json.loads(parts["run.json"])["id"] == run.id
    assert "run.started" in parts["journal.csv"]
    assert json.loads(parts["versions.json"])["duckdb"]
    for secret in demo.workspace.secrets.known_values("demo"):
        assert all(secret not in text for text in parts.values())


@pytest.mark.spec("BEY-02")
def test_why_finds_a_buyer_explains_an_order_and_an_article(demo: Demo, session: Session) -> None:
    page = WhyPage(session, "")
    assert "Tapez une référence" in page.view.html
    html = press(page, "find", "an")
    found = re.findall(r'data-at-do="explain" data-at-value="([^"]+)"', html)
    assert len(found) > 1
    html = press(page, "explain", found[0])
    assert html.count('class="decisive"') == 1
    assert "Étape décisive" in html
    assert "Lue dans la boutique" in html
    for text in ("nothing-like-this-anywhere", "'; DROP TABLE product --"):
        assert "n’a été lu ni dans l’ERP" in press(page, "enter", text) or "Rien de lu" in page.view.html


@pytest.mark.spec("BEY-02")
def test_why_marks_the_filter_that_left_an_article_out(demo: Demo, session: Session) -> None:
    plan = demo.plan("articles").plan
    assert plan is not None
    row = next(r for r in plan.rows(actions=["skip"]) if r.reason == "product.not_published")
    page = WhyPage(session, row.key)
    html = page.view.html
    decisive = html.split('class="decisive"')[1].split("</li>")[0]
    assert "Filtres" in decisive
    assert "écarté" in decisive
    assert "Cochez" in html
    assert "articles.ipynb" in html
    html = press(page, "flow", "article-status")
    assert 'data-at-value="article-status" data-at-key="flow-article-status" aria-pressed="true"' in html
    assert why_page.page(session, WhyParameters(profile="demo", key=row.key)).html


def test_program_is_told_how_the_run_ended(demo: Demo, session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    given = RunParameters(profile="demo", flow="prices", run_id="told-by-program")
    result = wait_for(running.page(session, given))
    assert result is not None
    assert result.run.id == "told-by-program"
    assert demo.workspace.journal.get("told-by-program").notebook == "runs/told-by-program.ipynb"
