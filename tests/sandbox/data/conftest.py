"""The demonstration, loaded once, and servers on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from atoosync_lab.sandbox.data.demo.load import DemoReport
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.prestashop.seed import ShopState
from atoosync_lab.sandbox.servers import RunningSandbox, start

TODAY = date(2026, 11, 25)


@dataclass
class Demo:
    """Where the demonstration lies, and what its load said."""

    shop: Path
    erp: Path
    report: DemoReport


def load_demo(folder: Path, version: str = "9") -> Demo:
    report = load("demo", folder / "shop", folder / "erp", version=version, today=TODAY)
    assert isinstance(report, DemoReport)
    return Demo(folder / "shop", folder / "erp", report)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return load_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def shop_state(demo: Demo) -> Iterator[ShopState]:
    state = ShopState.open(demo.shop)
    yield state
    state.close()


@pytest.fixture(scope="module")
def shop_server(demo: Demo) -> Iterator[RunningSandbox]:
    with start("prestashop", demo.shop, speed=0) as running:
        yield running


@pytest.fixture(scope="module")
def erp_server(demo: Demo) -> Iterator[RunningSandbox]:
    with start("ebp", demo.erp, speed=0) as running:
        yield running
