"""Pytest plugin: the data of a demonstration are made once a test process, and copied for each that is started.

They follow from their seeds and the day alone; what a load does is proved in tests/sandbox/data.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.cli import demo_steps
from atoosync_lab.sandbox.data.load import PARIS, load


class Data:
    """Loaded states, by shop, ERP, version and day.

    Args:
        folder: where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, str, str | None, date], Path] = {}

    def load(self, kind: str, shop_state: Path, erp_state: Path, **given: Any) -> None:
        """Stands for `sandbox.data.load.load` in `started`."""
        assert kind == "demo"
        shop, erp, version = given.get("shop", "prestashop"), given.get("erp", "ebp"), given.get("version")
        wanted = (shop, erp, version, given.get("today") or datetime.now(PARIS).date())
        if wanted not in self._made:
            place = self._folder / str(len(self._made))
            load("demo", place / "shop", place / "erp", shop=shop, erp=erp, version=version, today=wanted[3])
            self._made[wanted] = place
        for name, target in (("shop", shop_state), ("erp", erp_state)):
            shutil.copytree(self._made[wanted] / name, target, dirs_exist_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _demo_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(demo_steps, "load", Data(tmp_path_factory.mktemp("demo-data")).load)
    yield
    patch.undo()
