"""The « Import des commandes » tab: period, statuses, reading options, credit notes, status updates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings.orders import Period
from atoosync_lab.workbench.import_page import ImportPage, ImportParameters, show
from tests.workbench.orders_home import furnished, saves, session

__all__ = ["furnished", "session"]


@pytest.mark.spec("ORD-01")
def test_period_says_which_days_it_means(session: Session) -> None:
    page = ImportPage(session)
    assert page.page.shown == "period"
    own = page.cards["period"][0]
    own._typed("orders.period", "last_year")
    year = datetime.now(UTC).year - 1
    assert f"du 01/01/{year} au 31/12/{year}" in own.view.html
    own._typed("orders.period", "all")
    assert "toutes les commandes" in own.view.html
    own._typed("orders.period", "since_ever")
    assert not own.save()
    own._typed("orders.period", "this_month")
    assert own.save()
    assert session.profile.orders.period is Period.THIS_MONTH


@pytest.mark.spec("ORD-01")
def test_without_a_status_the_page_opens_there(session: Session) -> None:
    saves(session, "marc", statuses={})
    page = ImportPage(session)
    assert page.page.shown == "statuses"
    assert page.state("statuses").todo == 1
    table = page.tables["statuses"][0]
    table.grid.changes = {"2": {"kind": "order", "set_status": "3"}}
    assert table.save()
    rule = session.profile.orders.statuses["2"]
    assert (rule.kind.value, rule.state, rule.set_status) == ("order", "Accepté", "3")
    assert page.state("statuses").todo == 0


@pytest.mark.spec("ORD-29")
def test_guest_account_is_a_customer_of_the_erp(session: Session) -> None:
    page = ImportPage(session, "reading")
    own = page.cards["reading"][0]
    own._typed("orders.reading.guest_account", "NOBODY")
    assert not own.save()
    own._typed("orders.reading.guest_account", "WEBINVITE")
    own._typed("orders.reading.method_source", "label")
    assert own.save()
    reading = session.profile.orders.reading
    assert (reading.guest_account, reading.method_source) == ("WEBINVITE", "label")


@pytest.mark.spec("ORD-24")
def test_status_update_keeps_a_status_the_shop_has_lost(session: Session) -> None:
    saves(session, "marc", status_update={"invoice": "99"})
    own = ImportPage(session, "update").page
    own.show("update")
    html = str(own.main.html)
    assert "Ne pas modifier le statut" in html
    assert "n’existe plus" in html or "plus dans" in html
    assert session.profile.orders.status_update.invoice == "99"


@pytest.mark.spec("ORD-33")
def test_period_of_credit_notes_shows_once_they_are_on(session: Session) -> None:
    page = ImportPage(session, "credit_notes")
    own = page.cards["credit_notes"][0]
    assert "orders.credit_notes.period" not in own.view.html
    own._typed("orders.credit_notes.enabled", "1")
    assert "orders.credit_notes.period" in own.view.html
    assert own.save()
    assert session.profile.orders.credit_notes.enabled


def test_home_without_profile_names_the_cure(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOOSYNC_HOME", str(tmp_path / "bare"))
    Workspace.open(tmp_path / "bare").close()
    assert "profile.ipynb" in show(ImportParameters()).html
