"""The command line on the demonstration: main paths, JSON for scripts, refusals with their exit status."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from os import environ
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from atoosync_lab.cli.demo_steps import Demo, started
from atoosync_lab.cli.main import app
from atoosync_lab.store.ledger import NewRow, State


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with started(Path(tmp_path_factory.mktemp("cli")) / "home", speed=2000.0) as under_way:
        yield under_way


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def call(demo: Demo, *words: str, typed: str | None = None) -> Ended:
    """A command in this process: a start of Python each would take minutes. Errors of ours never get out of it."""
    result = CliRunner().invoke(app, list(words), input=typed, env={"ATOOSYNC_HOME": str(demo.home)})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


def ok(demo: Demo, *words: str, status: tuple[int, ...] = (0,)) -> str:
    result = call(demo, *words)
    assert result.returncode in status, result.stdout + result.stderr
    return result.stdout


def parsed(demo: Demo, *words: str, status: tuple[int, ...] = (0,)) -> Any:
    return json.loads(ok(demo, *words, "--json", status=status))


def typed_in(demo: Demo, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with standard input."""
    return subprocess.run(
        [sys.executable, "-m", "atoosync_lab.cli.main", *words],
        input=text, capture_output=True, text=True, timeout=60, check=False,
        env={**environ, "ATOOSYNC_HOME": str(demo.home)},
    )  # fmt: skip


@pytest.mark.spec("BEY-01", "RUN-03", "BEY-02")
def test_plan_apply_journal_and_explain_speak_json(demo: Demo) -> None:
    plan = parsed(demo, "plan", "make", "prices")
    assert plan["actions"]["update"] > 0
    assert any(e["id"] == plan["plan"] for e in parsed(demo, "plan", "list"))
    shown = parsed(demo, "plan", "show", plan["plan"][:30], "--action", "update", "--limit", "2")
    assert [r["action"] for r in shown["rows"]] == ["update", "update"]
    ok(demo, "plan", "approve", plan["plan"])
    applied = parsed(demo, "apply", plan["plan"], status=(0, 1))
    assert applied["ok"] == plan["actions"]["update"]
    assert applied["plan"] == plan["plan"]
    runs = parsed(demo, "journal", "list")
    assert runs[0]["id"] == applied["run"]
    journal = parsed(demo, "journal", "show", applied["run"])
    assert journal["counts"]["ok"] == applied["ok"]
    again = call(demo, "apply", plan["plan"])
    assert again.returncode == 5
    key = shown["rows"][0]["key"]
    assert {s["kind"] for s in parsed(demo, "explain", key)["steps"]} >= {"read", "decided"}


@pytest.mark.spec("RUN-01")
def test_dry_run_says_what_it_would_do_and_writes_nothing(demo: Demo) -> None:
    demo.shop.reset_calls()
    result = parsed(demo, "run", "stocks", "--dry-run", "--key", "CAV-0002", status=(0, 1))
    assert result["ok"] == 0
    assert not [c for c in demo.shop.calls() if not c.startswith("GET")]


@pytest.mark.spec("BEY-04")
def test_captures_are_taken_listed_and_compared(demo: Demo) -> None:
    first = parsed(demo, "capture", "run", "articles", "--full")
    demo.erp.admin(
        "POST", "/_admin/ebp/rows",
        {"folder": "184976", "table": "Item", "key": "CAV-0005", "change": {"Caption": "Verre à pied"}},
    )  # fmt: skip
    second = parsed(demo, "capture", "run", "articles", "--full")
    assert second["erp"]["counts"] == first["erp"]["counts"]
    listed = {c["id"]: c for c in parsed(demo, "capture", "list")}
    assert listed[second["erp"]["id"]]["side"] == "erp"
    differences = parsed(demo, "capture", "diff", first["erp"]["id"], second["erp"]["id"])
    changed = [d for d in differences if d["table"] == "product"]
    assert [(d["change"], d["key"].split("/")[-1]) for d in changed] == [("changed", "CAV-0005")]
    assert "Verre à pied" in json.dumps(changed, ensure_ascii=False)


@pytest.mark.spec("BEY-16", "SEC-01")
def test_profile_goes_out_and_comes_back_without_secrets(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "profile.yaml"
    ok(demo, "profile", "export", "--file", str(file))
    text = file.read_text(encoding="utf-8")
    for secret in demo.workspace.secrets.known_values("demo"):
        assert len(secret) < 6 or secret not in text
    document = yaml.safe_load(text)
    document["name"] = "Renommé"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    before = demo.workspace.profiles.get("demo")
    ok(demo, "profile", "import", str(file))
    after = demo.workspace.profiles.get("demo")
    assert after.name == "Renommé"
    assert after.model_copy(update={"name": before.name}) == before
    assert "Renommé" in ok(demo, "profile", "list")
    ok(demo, "profile", "set", "name", before.name)
    assert demo.workspace.profiles.get("demo") == before
    assert "name" in ok(demo, "profile", "history")


@pytest.mark.spec("SEC-01")
def test_secret_comes_from_standard_input_and_is_never_shown(demo: Demo) -> None:
    key = demo.workspace.secrets.get("demo", "shop.key")
    assert key is not None
    try:
        result = typed_in(demo, "CANARY0123456789CANARY0123456789\n", "profile", "secret", "shop.key")
        assert result.returncode == 0
        assert "CANARY" not in result.stdout + result.stderr
        assert demo.workspace.secrets.get("demo", "shop.key") == "CANARY0123456789CANARY0123456789"
        assert "CANARY" not in ok(demo, "profile", "show") + ok(demo, "profile", "export")
    finally:
        demo.workspace.secrets.set("demo", "shop.key", key)
    empty = typed_in(demo, "\n", "profile", "secret", "shop.key")
    assert empty.returncode == 3
    unknown = typed_in(demo, "x\n", "profile", "secret", "shop.password")
    assert unknown.returncode == 3
    assert "shop.key" in unknown.stderr


REFUSED = [
    (("articles.prices.precision", "9"), ("articles.prices.precision", "9", "6")),
    (("articles.prices.precizion", "2"), ("articles.prices.precizion", "precision")),
    (("articles.pricez.precision", "2"), ("articles.pricez.precision", "prices")),
    (("erp.settlements", "perhaps"), ("erp.settlements", "perhaps")),
    (("orders.period", "yesterday"), ("orders.period", "yesterday", "last_month")),
    (("orders.options.net_prices", "maybe"), ("orders.options.net_prices", "maybe")),
    (("--", "subscription.exports", "-1"), ("subscription.exports", "-1", "0")),
    (("orders.maps", "[]"), ("orders.maps", "[]")),
]


@pytest.mark.spec("SVC-01")
@pytest.mark.parametrize(("words", "named"), REFUSED, ids=lambda v: v[0] if isinstance(v, tuple) else "")
def test_refused_setting_is_named_with_its_value_and_limit(
    demo: Demo, words: tuple[str, ...], named: tuple[str, ...]
) -> None:
    revision = demo.workspace.profiles.revision("demo")
    result = call(demo, "profile", "set", *words)
    assert result.returncode == 3
    for word in named:
        assert word in result.stderr
    assert "Input should" not in result.stderr
    assert demo.workspace.profiles.revision("demo") == revision


@pytest.mark.spec("SVC-01")
def test_figures_are_kept_as_the_text_they_are(demo: Demo) -> None:
    """A folder or an account is a text of figures; a ceiling is an exact number."""
    before = demo.workspace.profiles.get("demo")
    try:
        ok(demo, "profile", "set", "customers.account", "41100001")
        ok(demo, "profile", "set", "orders.options.ceiling", "0.10")
        profile = demo.workspace.profiles.get("demo")
        assert profile.customers.account == "41100001"
        assert str(profile.orders.options.ceiling) == "0.10"
    finally:
        revision = demo.workspace.profiles.revision("demo")
        demo.workspace.profiles.save(before, who="test", expected_revision=revision)


@pytest.mark.spec("ART-12")
def test_last_transfer_date_is_shown_set_and_refused(demo: Demo) -> None:
    ok(demo, "profile", "mark", "article-status", "--set", "2026-11-01T08:00")
    assert demo.workspace.marks.get("demo", "article-status").isoformat() == "2026-11-01T07:00:00+00:00"
    assert "01/11/2026 08:00" in ok(demo, "profile", "mark")
    for words, named in ((("pricez", "--set", "2026-11-01"), "prices"), (("prices", "--set", "hier"), "hier")):
        result = call(demo, "profile", "mark", *words)
        assert result.returncode == 3
        assert named in result.stderr


@pytest.mark.spec("SVC-01", "SVC-03")
def test_profile_is_created_listed_and_deleted(demo: Demo) -> None:
    ok(demo, "profile", "create", "second", "--name", "Deuxième", "--shop-url", "shop.example.test")
    assert {p["id"] for p in parsed(demo, "profile", "list")} == {"demo", "second"}
    assert parsed(demo, "profile", "show", "-p", "second")["shop"]["url"] == "https://shop.example.test/"
    missing = call(demo, "run", "prices", "-p", "second")
    assert missing.returncode == 3
    assert "shop.key" in missing.stderr
    ok(demo, "profile", "delete", "second", "--yes")
    assert {p["id"] for p in parsed(demo, "profile", "list")} == {"demo"}
    assert call(demo, "profile", "create", "Mauvais nom").returncode == 3


@pytest.mark.spec("SVC-05", "SVC-06")
def test_connections_are_tested_and_lists_refreshed(demo: Demo) -> None:
    found = parsed(demo, "connect", "test")
    assert found["shop"]["ok"]
    assert found["erp"]["ok"]
    ok(demo, "connect", "refresh", "--side", "shop")
    assert call(demo, "connect", "test", "--side", "left").returncode == 3


@pytest.mark.spec("ORD-10")
def test_person_decides_about_records_in_review(demo: Demo) -> None:
    ledger = demo.workspace.ledger
    rows = ledger.intend("demo", "orders", [NewRow(key=k, units=1) for k in ("9001", "9002")])
    rows = ledger.move(ledger.move(rows, State.SENDING), State.UNKNOWN)
    ledger.move(rows, State.REVIEW)
    assert [r["key"] for r in parsed(demo, "review", "list")] == ["9001", "9002"]
    ok(demo, "review", "close", "9001", "--number", "CMWE00009999")
    closed = ledger.find("demo", "orders", ["9001"])["9001"]
    assert (closed.state, closed.target_number) == (State.DONE, "CMWE00009999")
    declined = call(demo, "review", "send", "9002", typed="n\n")
    assert declined.returncode == 1
    assert ledger.find("demo", "orders", ["9002"])["9002"].state is State.REVIEW
    ok(demo, "review", "send", "9002", "--yes")
    assert ledger.find("demo", "orders", ["9002"])["9002"].state is State.INTENT
    twice = call(demo, "review", "send", "9002", "--yes")
    assert twice.returncode == 3
    assert "9002" in twice.stderr


UNKNOWN = [
    (("plan", "show", "zzz"), "plan list"),
    (("apply", "*"), "plan list"),
    (("journal", "show", "zzz"), "zzz"),
    (("journal", "stop", "zzz"), "zzz"),
    (("capture", "diff", "zzz", "zzz"), "capture list"),
    (("run", "articlez"), "article-status"),
    (("profile", "import", "/nowhere/none.yaml"), "none.yaml"),
    (("profile", "delete", "nobody", "--yes"), "nobody"),
    (("sandbox", "up", "sage"), "prestashop"),
    (("sandbox", "fault", "ebp", "{"), "JSON"),
    (("sandbox", "fault", "ebp", '[{"knd": 1}]'), "knd"),
    (("sandbox", "load"), "sandbox down"),
]


@pytest.mark.parametrize(("words", "named"), UNKNOWN, ids=lambda v: " ".join(v) if isinstance(v, tuple) else "")
def test_what_is_not_there_is_a_sentence_and_status_three(demo: Demo, words: tuple[str, ...], named: str) -> None:
    result = call(demo, *words)
    assert result.returncode == 3, result.stdout + result.stderr
    assert named in re.sub(r"\s+", " ", result.stderr)


@pytest.mark.spec("BEY-10")
def test_sandbox_faults_are_set_and_cleared(demo: Demo) -> None:
    ok(demo, "sandbox", "fault", "prestashop", '[{"kind": "status", "value": 503, "times": null}]')
    assert call(demo, "connect", "test", "--side", "shop").returncode == 3
    ok(demo, "sandbox", "fault", "prestashop", "[]")
    ok(demo, "connect", "test", "--side", "shop")
