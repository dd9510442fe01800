"""A load replaces whole states, spares what is not its own, and keeps away from running servers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atoosync_lab.sandbox.data import __main__ as command
from atoosync_lab.sandbox.data import load as module
from atoosync_lab.sandbox.data.load import SandboxRunningError, load
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.sandbox.prestashop.seed import ShopState, insert_many
from atoosync_lab.sandbox.servers import start
from tests.sandbox.data.conftest import TODAY

pytestmark = pytest.mark.spec("BEY-10")


def orders(folder: Path) -> int:
    state = ShopState.open(folder)
    found: int = state.db.execute("SELECT COUNT(*) FROM orders").fetchone()[0]
    state.close()
    return found


def test_second_load_replaces_the_first_also_in_another_version(tmp_path: Path) -> None:
    shop, erp = tmp_path / "shop", tmp_path / "erp"
    load("demo", shop, erp, version="8", today=TODAY)
    state = ShopState.open(shop)
    insert_many(state, "tags", [{"name": "de trop", "id_lang": 2}])
    state.close()
    load("demo", shop, erp, version="9", today=TODAY)
    state = ShopState.open(shop)
    assert (state.version, state.rows("tags")) == ("9", [])
    state.close()
    assert orders(shop) == 150
    assert not list(tmp_path.glob("*/.loading-*"))


def test_other_folders_and_sessions_of_the_erp_stay(tmp_path: Path) -> None:
    erp = tmp_path / "erp"
    with FolderState.open(erp, "184977", name="Formation") as folder:
        folder.insert_many("Customer", [{"Id": "GARDE", "Name": "Reste là"}])
    (erp / "server.sqlite").write_bytes(b"sessions")
    load("demo", tmp_path / "shop", erp, today=TODAY)
    with FolderState.open(erp, "184977") as folder:
        assert [row["Id"] for row in folder.rows("Customer")] == ["GARDE"]
    assert (erp / "server.sqlite").read_bytes() == b"sessions"


def test_failed_load_leaves_the_old_data_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, erp = tmp_path / "shop", tmp_path / "erp"
    load("demo", shop, erp, today=TODAY)

    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(module, "load_demo", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        load("demo", shop, erp, today=TODAY)
    assert orders(shop) == 150
    assert not list(tmp_path.glob("*/.loading-*"))


def test_running_server_is_named_and_nothing_is_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop, erp = tmp_path / "shop", tmp_path / "erp"
    with start("prestashop", shop, speed=0) as running:
        with pytest.raises(SandboxRunningError, match=str(running.pid)):
            load("demo", shop, erp, today=TODAY)
        assert command.main(["demo", "--shop", str(shop), "--erp", str(erp)]) == 6
    assert "stop it first" in capsys.readouterr().err
    assert orders(shop) == 0


def test_command_prints_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = ["--shop", str(tmp_path / "shop"), "--erp", str(tmp_path / "erp")]
    assert command.main(["demo", *folders, "--today", "2026-11-25"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["counts"]["shop_orders"] == 150
    assert command.main(["online-retail", *folders, "--shared", str(tmp_path)]) == 2
