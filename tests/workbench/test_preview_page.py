"""The preview page without a browser: tiles, rows, groups, the question, and what it says when it cannot apply."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atoosync_lab.planning.plan import Action, Plan, PlanMeta, PlanRow, PlanWriter
from atoosync_lab.runs.parameters import PreviewParameters
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.workbench import opening, preview
from atoosync_lab.workbench.plan_table import PAGE, PlanTable
from atoosync_lab.workbench.preview import PreviewPage
from tests.pages.home import FOREIGN, make_home
from tests.workbench.waiting import wait_for

pytestmark = pytest.mark.spec("BEY-01")


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOOSYNC_LANG", "fr")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Session, Plan]]:
    root = tmp_path_factory.mktemp("preview")
    made = make_home(root)
    with Workspace.open(root) as workspace:
        yield Session(workspace, "calanques"), made


def opened(session: Session, plan_id: str) -> PreviewPage:
    page = PreviewPage(session, PreviewParameters(profile="calanques", plan=plan_id))
    wait_for(page.begin())
    return page


@pytest.fixture
def shown(plan: tuple[Session, Plan]) -> PreviewPage:
    return opened(plan[0], plan[1].meta.id)


def press(page: PreviewPage, action: str, value: str = "") -> str:
    """What the browser sends; the page afterwards."""
    page.view._received(None, {"do": action, "value": value}, None)
    return page.view.html


def keys(html: str) -> list[str]:
    return re.findall(r'data-key="([^"]+)"', html)


def test_seven_tiles_stand_in_order_with_their_zeros_and_filter(shown: PreviewPage) -> None:
    html = shown.view.html
    assert re.findall(r'data-action="(\w+)"', html) == [
        "create", "update", "activate", "deactivate", "link", "skip", "block",
    ]  # fmt: skip
    counts = re.findall(r'<span class="v"[^>]*>([^<]+)</span>', html)
    assert counts == ["1", "62", "1", "1", "0", "1 656".replace(" ", "\u202f"), "1"]
    assert keys(press(shown, "action", "block")) == ["TAP-OLIV-90"]
    assert 'data-action="block"' in shown.view.html
    assert len(keys(press(shown, "action", "block"))) == PAGE, "pressed again, a tile lets go"


def test_rows_to_be_changed_are_filtered_by_what_changes(shown: PreviewPage) -> None:
    assert keys(press(shown, "action", "prices")) == ["MIEL-LAV-500"]
    assert set(keys(press(shown, "action", "texts"))) == {"MIEL-LAV-500", "FOREIGN-1"}
    assert "Lignes 1 à 20 sur 60" in press(shown, "action", "stocks")


def test_pages_turn_and_search_starts_over(shown: PreviewPage) -> None:
    assert "Lignes 21 à 40 sur 67" in press(shown, "page", "next")
    assert "Lignes 1 à 1 sur 1" in press(shown, "search", "lavande")
    assert "Aucune ligne ne répond" in press(shown, "search", "introuvable")
    assert "Lignes 1 à 20 sur 67" in press(shown, "search", "")


def test_identical_records_are_searched_among_all_of_them(shown: PreviewPage) -> None:
    assert "Lignes 1 à 20 sur 1\u202f655" in press(shown, "action", "same")
    assert "PAREIL-1500" in press(shown, "search", "pareil-1500")


def test_opened_row_says_why_and_marks_words_that_differ(shown: PreviewPage) -> None:
    closed = press(shown, "search", "MIEL")
    assert "8,90" in closed
    assert "et 2 autres" in closed
    html = press(shown, "row", "2")
    assert "Pourquoi « Modifier »" in html.replace("\u00a0", " ").replace("\u202f", " ")
    assert "<del>AOP</del>" in html
    assert "<ins>IGP" in html
    assert 'data-field="barcode"' in html


def test_foreign_text_is_read_and_never_run(shown: PreviewPage) -> None:
    html = press(shown, "search", "FOREIGN")
    assert "<img" not in html
    assert "&lt;img" in html
    assert FOREIGN not in html


def test_held_row_carries_its_cure_and_the_form_that_mends_it(shown: PreviewPage) -> None:
    html = press(shown, "action", "block")
    assert "articles.ipynb" in html
    assert "docmanager:open" in html
    number = re.findall(r'data-at-value="(\d+)" data-key="TAP-OLIV-90"', html)[0]
    assert 'class="cures' in press(shown, "row", number)


def test_cost_tells_calls_units_key_and_way_back(shown: PreviewPage) -> None:
    html = shown.view.html
    assert re.findall(r'data-cost="(\w+)"', html) == ["calls", "units", "key", "back"]
    assert "64 appels" in html
    assert "environ 5" in html


def test_nothing_is_applied_that_was_not_asked_by_name(plan: tuple[Session, Plan], shown: PreviewPage) -> None:
    session, made = plan
    press(shown, "apply")
    assert shown.panel is None
    html = press(shown, "ask")
    assert "Appliquer 65 lignes à PrestaShop" in html.replace("\u00a0", " ")
    assert "Garder le plan" in html
    assert "Garder le plan" not in press(shown, "keep")
    press(shown, "apply")
    assert session.workspace.plans.get(made.meta.id).applied_at is None


def test_unknown_actions_and_values_are_dropped(shown: PreviewPage) -> None:
    before = shown.view.html
    for action, value in (
        ("action", "everything"),
        ("row", "x"),
        ("page", "sideways"),
        ("explain", "-1"),
        ("nothing", ""),
    ):
        press(shown, action, value)
    shown.view._received(None, {"field": "flow", "value": "prices; DROP"}, None)
    assert shown.view.html == before


def test_applied_plan_cannot_be_applied_again(tmp_path: Path) -> None:
    made = make_home(tmp_path)
    with Workspace.open(tmp_path) as workspace:
        session = Session(workspace, "calanques")
        workspace.plans.apply(made.meta.id, who="camille")
        page = opened(session, made.meta.id)
        html = press(page, "ask")
        assert "a été appliqué" in html
        assert "Ce plan est appliqué ou dépassé" in html
        assert "Garder le plan" not in html


def test_unknown_plan_is_a_sentence_with_its_cure(plan: tuple[Session, Plan]) -> None:
    html = opened(plan[0], "ffffffff").view.html
    assert "banner-block" in html
    assert "connect.ipynb" in html
    assert 'data-at-do="read"' in html


def test_empty_workbench_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOOSYNC_HOME", str(tmp_path))
    session = opening.opened(PreviewParameters())
    assert session is None
    assert wait_for(preview.page(session, PreviewParameters())) is None
    html = opening.no_profile()
    assert "profile.ipynb" in html
    assert "make demo" in html


def test_hundred_thousand_rows_turn_a_page_at_once(tmp_path: Path) -> None:
    """Paged and filtered in DuckDB: a page turn reads twenty rows, whatever the plan holds."""
    out = PlanWriter(tmp_path, "big")
    for number in range(100_000):
        out.add(
            PlanRow(
                seq=number + 1, action=Action.UPDATE, entity="price", key=f"R{number:06d}", label=f"Article {number}",
                changes=(("price_excl_tax", "1.00", "2.00"),), reason="product.differs", units=1,
                params={"reference": f"R{number:06d}"},
            )
        )  # fmt: skip
    table = PlanTable(out.finish(PlanMeta(id=out.id, profile="big", flow="prices", made_at=datetime.now(UTC))))
    table.html()
    begun = time.monotonic()
    table.actions["page"]("next")
    assert "Lignes 21 à 40 sur 100\u202f000" in table.html()
    turned = time.monotonic() - begun
    begun = time.monotonic()
    table.actions["search"]("article 99999")
    assert keys(table.html()) == ["R099999"]
    searched = time.monotonic() - begun
    assert turned < 1.5, f"a page turn takes {turned:.2f} s"
    assert searched < 2.5, f"a search takes {searched:.2f} s"
