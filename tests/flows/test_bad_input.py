"""Wrong addresses, keys, folders and files: a sentence that says what to do, the right exit status, nothing lost."""

from __future__ import annotations

import pytest

from atoosync_lab.cli.demo_steps import Demo
from tests.flows.conftest import command


def change(demo: Demo, side: str, **values: object) -> None:
    """Save other connection settings."""
    profile = demo.workspace.profiles.get("demo")
    connection = getattr(profile, side).model_copy(update=values)
    revision = demo.workspace.profiles.revision("demo")
    demo.workspace.profiles.save(profile.model_copy(update={side: connection}), who="test", expected_revision=revision)


@pytest.mark.spec("SVC-05")
def test_each_wrong_connection_is_named_and_nothing_is_kept(demo: Demo) -> None:
    before = demo.profile
    change(demo, "shop", url="http://127.0.0.1:9/")
    unreachable = command(demo.home, "run", "prices")
    assert unreachable.returncode == 4, unreachable.stderr
    change(demo, "shop", url=before.shop.url)
    demo.workspace.secrets.set("demo", "shop.key", "A" * 32)
    refused = command(demo.home, "run", "prices")
    assert refused.returncode == 3, refused.stderr
    assert "clé" in refused.stderr
    assert "key" in command(demo.home, "run", "prices", env={"ATOOSYNC_LANG": "en"}).stderr
    assert not list((demo.home / "captures").rglob("*.tmp"))
    assert not list((demo.home / "plans").rglob("*.duckdb"))


@pytest.mark.spec("SVC-05", "ERP-01")
def test_wrong_folder_is_refused_with_a_sentence(demo: Demo) -> None:
    change(demo, "erp", folder="999999")
    result = command(demo.home, "run", "orders")
    assert result.returncode == 3, result.stderr
    assert "999999" in result.stderr or "dossier" in result.stderr


@pytest.mark.spec("RUN-01")
def test_half_written_files_are_never_used(demo: Demo) -> None:
    planned = demo.plan("prices").plan
    assert planned is not None
    broken = planned.path.with_name("01000000-0000-7000-8000-000000000000.duckdb")
    broken.write_bytes(planned.path.read_bytes()[:3000])
    assert command(demo.home, "plan", "show", planned.meta.id[:30]).returncode == 0
    shown = command(demo.home, "plan", "show", "01000000")
    assert shown.returncode == 1
    assert "incomplet" in shown.stderr
    for capture in (demo.home / "captures" / "demo" / "erp").glob("*.duckdb"):
        capture.chmod(0o644)
        capture.write_bytes(capture.read_bytes()[:3000])
    assert command(demo.home, "run", "prices").returncode in (0, 1)


@pytest.mark.spec("SVC-01")
def test_wrong_setting_names_its_field(demo: Demo) -> None:
    result = command(demo.home, "profile", "set", "articles.prices.precision", "9")
    assert result.returncode == 3
    assert "precision" in result.stderr
    unknown = command(demo.home, "run", "no-such-flow")
    assert unknown.returncode == 3
    assert "articles" in unknown.stderr
