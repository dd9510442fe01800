"""Clients: what is kept of them, what their server is given, and what it is not."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from atoosync_lab.boards.access import Client, Door, client_of
from atoosync_lab.cli.main import app
from atoosync_lab.model.errors import SettingsError, StorageError
from atoosync_lab.runs.clients import Clients
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile

PASSWORD = "Calanques-2026-ouvre"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path) as opened:
        for name in ("calanques", "velo"):
            opened.profiles.create(Profile.model_validate({"id": name, "name": name}), who="camille")
        yield opened


@pytest.mark.spec("SEC-02")
def test_client_is_kept_without_its_password_for_its_owner_alone(workspace: Workspace) -> None:
    clients = Clients(workspace)
    added = clients.add("dupont", ["velo", "velo"], PASSWORD, name="Vélos Dupont")
    path = clients.file("dupont")
    text = path.read_text(encoding="utf-8")
    assert PASSWORD not in text
    assert added.password.startswith("argon2:")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert clients.list() == [added]
    assert added.profiles == ("velo",)
    assert Client.read(path).name == "Vélos Dupont"
    assert client_of({"ATOOSYNC_BOARD_CLIENT": str(path)}) == Client.read(path)
    assert client_of({}) is None


@pytest.mark.parametrize(
    ("client", "profiles", "password", "code"),
    [
        ("Dupont & fils", ["velo"], PASSWORD, "client.id"),
        ("../velo", ["velo"], PASSWORD, "client.id"),
        ("dupont", [], PASSWORD, "client.no_profile"),
        ("dupont", ["velo"], "court", "client.password_short"),
        ("martin", ["velo"], PASSWORD, "client.exists"),
        ("dupont", ["inconnu"], PASSWORD, "profile.unknown"),
    ],
)
def test_client_that_will_not_do_is_refused(
    workspace: Workspace, client: str, profiles: list[str], password: str, code: str
) -> None:
    clients = Clients(workspace)
    clients.add("martin", ["velo"], PASSWORD)
    with pytest.raises(SettingsError) as caught:
        clients.add(client, profiles, password)
    assert caught.value.code == code
    assert password not in str(caught.value)
    assert [each.id for each in clients.list()] == ["martin"]


def test_unknown_and_unreadable_clients_are_named(workspace: Workspace) -> None:
    clients = Clients(workspace)
    clients.add("dupont", ["velo"], PASSWORD)
    with pytest.raises(SettingsError, match="dupont"):
        clients.get("durand")
    clients.file("dupont").write_text("{", encoding="utf-8")
    with pytest.raises(StorageError, match="dupont"):
        clients.get("dupont")


@pytest.mark.spec("SEC-02", "SEC-01")
def test_server_of_a_client_is_given_its_exports_and_no_home(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOOSYNC_HOME", str(workspace.home.root))
    monkeypatch.setenv("ATOOSYNC_MASTER_KEY", "never")
    clients = Clients(workspace)
    client = clients.add("dupont", ["velo"], PASSWORD)
    command, env = clients.served(client, 8999)
    assert env["ATOOSYNC_BOARD"] == str(workspace.home.root / "exports" / "velo")
    assert "ATOOSYNC_HOME" not in env
    assert "never" not in "".join(env.values())
    pages = Path(command[3])
    assert pages.parent == clients.file("dupont").parent
    assert {"home.ipynb", "journal.ipynb", "run.ipynb", "running.ipynb"} <= {p.name for p in pages.iterdir()}
    assert command[-2:] == ["--port", "8999"]
    _, every = clients.served(None, 8999, token="jeton")
    assert every["ATOOSYNC_BOARD"] == str(workspace.home.root / "exports")
    assert every["ATOOSYNC_BOARD_TOKEN"] == "jeton"


def test_missing_dashboards_are_named_with_their_variable(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOOSYNC_DASHBOARDS", str(workspace.home.root / "nowhere"))
    with pytest.raises(SettingsError, match="ATOOSYNC_DASHBOARDS"):
        Clients(workspace).served(None, 8999)


def test_commands_add_list_and_remove_clients(tmp_path: Path) -> None:
    env = {**os.environ, "ATOOSYNC_HOME": str(tmp_path), "ATOOSYNC_LANG": "fr"}
    with Workspace.open(tmp_path) as opened:
        opened.profiles.create(Profile.model_validate({"id": "velo", "name": "Vélo Nord"}), who="camille")
    runner = CliRunner()
    added = runner.invoke(app, ["board", "add", "dupont", "-p", "velo"], input=PASSWORD + "\n", env=env)
    assert added.exit_code == 0, added.output
    assert PASSWORD not in added.output
    listed = runner.invoke(app, ["board", "list", "--json"], env=env)
    assert json.loads(listed.output) == [{"id": "dupont", "name": "dupont", "profiles": ["velo"]}]
    assert "Profils montrés" in runner.invoke(app, ["board", "list"], env=env).output
    assert runner.invoke(app, ["board", "remove", "durand"], env=env).exit_code != 0
    removed = runner.invoke(app, ["board", "remove", "dupont"], env=env)
    assert removed.exit_code == 0
    assert not (tmp_path / "clients" / "dupont").exists()


def test_door_closes_after_wrong_passwords_and_opens_again() -> None:
    now = [0.0]
    door = Door(clock=lambda: now[0])
    for _ in range(5):
        assert not door.closed()
        door.wrong()
    assert door.closed()
    now[0] = 61.0
    assert not door.closed()
