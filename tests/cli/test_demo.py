"""`atoosync demo`: what it refuses, what it says before it begins, and which settings an ERP has no place for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from atoosync_lab.cli import demo
from atoosync_lab.cli.demo_steps import without
from atoosync_lab.cli.main import app
from atoosync_lab.sandbox.data.erp_data import ERPS, erp_data
from atoosync_lab.sandbox.data.shop_data import SHOPS, shop_data


@dataclass
class Slow:
    """An ERP that has to be installed."""

    wanted: float

    def prepare(self, begun: Callable[[], None]) -> float:
        if self.wanted:
            begun()
        return self.wanted


def test_unknown_erp_is_refused_with_those_there_are(tmp_path: Path) -> None:
    words = ["demo", "--erp", "sage", "--folder", str(tmp_path / "run")]
    ended = CliRunner().invoke(app, words, env={"ATOOSYNC_HOME": str(tmp_path), "ATOOSYNC_LANG": "en"})
    assert ended.exit_code != 0
    assert "sage" in ended.output
    assert "ebp, tryton" in ended.output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("seconds", "lines"), [(0.0, 0), (83.4, 2)])
def test_installing_is_told_with_its_time(
    seconds: float, lines: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "erp_data", lambda system: Slow(seconds))
    demo.prepare("tryton")
    told = capsys.readouterr().out
    assert told.count("Tryton") == lines
    assert ("83 s" in told) is bool(lines)


def test_settings_without_a_place_are_left_out_wherever_they_stand() -> None:
    given = {"orders": {"header": {"series": "WE", "warehouse": "1"}, "maps": {"countries": {"FR": {}}}}, "series": 1}
    paths = {"orders.header.series", "orders.maps.countries"}
    assert without(given, paths) == {"orders": {"header": {"warehouse": "1"}, "maps": {}}, "series": 1}


@pytest.mark.parametrize("shop", SHOPS)
def test_first_erp_takes_the_profile_as_it_is_written(shop: str) -> None:
    document = shop_data(shop).demo_settings("http://127.0.0.1:1", "http://127.0.0.1:2", speed=0)
    first = erp_data(ERPS[0])
    assert first.demo_settings(document, None) == document  # type: ignore[arg-type]


def test_an_erp_without_data_is_no_erp_of_the_demonstration() -> None:
    with pytest.raises(ValueError, match="ebp, tryton"):
        erp_data("sage")
