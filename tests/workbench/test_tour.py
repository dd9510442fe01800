"""The tour: five nouns on the data at hand, and on none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from atoosync_lab.runs.parameters import TourParameters
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.workbench import tour_page
from tests.pages.home import make_home

NOUNS = ["profile", "capture", "plan", "run", "journal"]


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOOSYNC_LANG", "fr")


def test_five_nouns_tell_what_there_is(tmp_path: Path) -> None:
    make_home(tmp_path)
    with Workspace.open(tmp_path) as workspace:
        html = tour_page.page(Session(workspace, "calanques"), TourParameters()).html
    assert re.findall(r'data-noun="(\w+)"', html) == NOUNS
    assert "Comptoir des Calanques" in html
    assert "65 lignes à écrire, 1 bloquées" in html
    assert "Partielle" in html
    for args in re.findall(r'data-commandlinker-args="([^"]+)"', html):
        assert json.loads(args.replace("&quot;", '"'))["path"].endswith(".ipynb")


def test_fresh_profile_names_the_first_step_of_each(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        workspace.profiles.create(Profile.model_validate({"id": "neuf", "name": "Neuf"}), who="camille")
        html = tour_page.page(Session(workspace, "neuf"), TourParameters()).html
    assert re.findall(r'data-noun="(\w+)"', html) == NOUNS
    assert "Aucune lecture" in html
    assert "Aucun plan" in html
    assert "Le journal est vide" in html


def test_empty_workbench_leads_to_the_profile_and_the_demonstration() -> None:
    html = tour_page.page(None, TourParameters()).html
    assert "make demo" in html
    assert "profile.ipynb" in html
