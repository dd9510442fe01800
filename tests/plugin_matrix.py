"""Pytest plugin: which test proves which row, and how it went last time.

A marker that names an unknown row stops the collection. Outcomes are merged into `test-results/matrix.json`, which
`make matrix` prints; it is a record for people and never a condition of a test.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.repo.spec_ids import MARKERS

PROOFS = pytest.StashKey[dict[str, list[str]]]()
OUTCOMES = pytest.StashKey[dict[str, str]]()


def function_of(nodeid: str) -> str:
    """The test function of a node, without its parameters: `tests/a.py::test_b[x]` is `tests/a.py::test_b`."""
    path, separator, rest = nodeid.partition("::")
    return path + separator + rest.split("[", 1)[0]


def claims(item: pytest.Item) -> Iterator[str]:
    """The rows that the markers of a test name.

    Raises:
        pytest.UsageError: a row is unknown, or a marker names none.
    """
    for kind, known in MARKERS.items():
        for marker in item.iter_markers(kind):
            if not marker.args:
                raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.{kind} names no row")
            for row in marker.args:
                if row not in known:
                    raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.{kind}({row!r}) is not a known row")
                yield row


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--matrix-proofs", metavar="FILE", help="write which test proves which row, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PROOFS] = {}
    config.stash[OUTCOMES] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    proofs: dict[str, set[str]] = {}
    for item in items:
        for row in claims(item):
            proofs.setdefault(row, set()).add(function_of(item.nodeid))
    config.stash[PROOFS] = {row: sorted(functions) for row, functions in sorted(proofs.items())}
    target = config.getoption("--matrix-proofs")
    if target:
        Path(target).write_text(json.dumps(config.stash[PROOFS]), encoding="utf-8")


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Keep the worst outcome of a function over its parameters and phases: failed, skipped, passed."""
    outcomes = item.config.stash[OUTCOMES]
    function = function_of(item.nodeid)
    if call.excinfo is None:
        outcome = "passed"
    elif call.excinfo.errisinstance(pytest.skip.Exception):
        outcome = "skipped"
    else:
        outcome = "failed"
    outcomes[function] = min(outcome, outcomes.get(function, outcome), key=("failed", "skipped", "passed").index)


def pytest_sessionfinish(session: pytest.Session) -> None:
    outcomes = session.config.stash[OUTCOMES]
    if not outcomes:
        return
    folder = session.config.rootpath / "test-results"
    folder.mkdir(exist_ok=True)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with (folder / "matrix.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / "matrix.json"
        record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        record.update({function: [outcome, now] for function, outcome in outcomes.items()})
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(record, indent=0, sort_keys=True), encoding="utf-8")
        os.replace(fresh, path)
