"""Real complaints: how many concern this product, and how many of them its tests prove, case and kind."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(folder: Path) -> Mapping[str, object]:
    """Run every test that is marked with a complaint; a complaint is proved when all its tests passed, none skipped.

    Raises:
        RuntimeError: the tests could not be run; the text is pytest's.
    """
    from tests.pitfalls.applies import APPLY, IN_PART, NOT_HERE, marked

    proofs, report = folder / "proofs.json", folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-m", "pitfall", "-q", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(
        [*command, f"--matrix-proofs={proofs}", f"--junitxml={report}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1) or not report.exists():
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
    functions: dict[str, list[str]] = json.loads(proofs.read_text(encoding="utf-8"))
    outcomes = _outcomes(report)
    kinds = {row for row, _, drawn in marked(ROOT / "tests") if drawn}
    cases = {row for row, _, drawn in marked(ROOT / "tests") if not drawn}
    proved = []
    for row in APPLY:
        found = {name: outcomes.get(_key(name), "not run") for name in functions.get(row, ())}
        if row in kinds and row in cases and found and set(found.values()) == {"passed"}:
            proved.append(row)
            continue
        wrong = [f"{name} {outcome}" for name, outcome in found.items() if outcome != "passed"]
        lacks = [word for word, known in (("case", cases), ("kind", kinds)) if row not in known]
        print(f"{row}: {'; '.join(wrong + [f'no {word}' for word in lacks])}", file=sys.stderr)
    for row, reason in NOT_HERE.items():
        print(f"{row} does not apply: {reason}", file=sys.stderr)
    for row, reason in IN_PART.items():
        print(f"{row} applies in part: {reason}", file=sys.stderr)
    return {"apply": len(APPLY), "proved": len(proved), "tests": len(outcomes)}


def _key(function: str) -> tuple[str, str]:
    """`tests/a/test_b.py::Class::test_c` as the report names it: (`tests.a.test_b.Class`, `test_c`)."""
    path, *inner = function.split("::")
    return ".".join([*Path(path).with_suffix("").parts, *inner[:-1]]), inner[-1]


def _outcomes(report: Path) -> dict[tuple[str, str], str]:
    """The worst outcome of each test function over its parameters: failed, skipped, passed."""
    order = ("failed", "skipped", "passed")
    found: dict[tuple[str, str], str] = {}
    for case in ET.parse(report).getroot().iter("testcase"):
        outcome = "passed"
        if case.find("failure") is not None or case.find("error") is not None:
            outcome = "failed"
        elif case.find("skipped") is not None:
            outcome = "skipped"
        key = (case.get("classname", ""), case.get("name", "").split("[", 1)[0])
        found[key] = min(outcome, found.get(key, outcome), key=order.index)
    return found
