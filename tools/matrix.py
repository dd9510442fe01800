"""Which test proves which row of the specification: writes docs/matrix.md, prints how the tests went last time.

Usage: `matrix.py` writes and prints the table; `matrix.py ART-07` lists the tests of one row.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "matrix.md"
RECORD = ROOT / "test-results" / "matrix.json"

Proofs = Mapping[str, Sequence[str]]

_HEAD = """\
# What is proved

Each row of the specification that tests prove, and where. A row without a test is not listed as done: see the last
section. This page is written by `make matrix`, which also prints whether the tests pass; a test keeps it true.
"""


def collect() -> Proofs:
    """Test functions of each row, as pytest collects them.

    Raises:
        RuntimeError: the tests cannot be collected; the text is pytest's.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "proofs.json"
        command = [sys.executable, "-m", "pytest", "-p", "tests.plugin_matrix", "--collect-only", "-qq"]
        done = subprocess.run(
            [*command, f"--matrix-proofs={target}", "-p", "no:cacheprovider"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
        proofs: dict[str, list[str]] = json.loads(target.read_text(encoding="utf-8"))
        return proofs


def complaints() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Complaints that do not apply here, and those that apply in part, each with the reason."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from tests.pitfalls.applies import IN_PART, NOT_HERE

    return NOT_HERE, IN_PART


def page(proofs: Proofs, rows: Sequence[str], areas: Mapping[str, str]) -> str:
    """The text of docs/matrix.md: rows in the order of the specification, tests counted by file.

    Complaints about functions that do not exist here are listed apart with their reason, also where a test proves a
    part of them.
    """
    parts = [_HEAD]
    apart, in_part = complaints()
    for prefix, title in areas.items():
        lines = []
        for row in rows:
            if row.split("-")[0] != prefix or row not in proofs:
                continue
            files = Counter(function.split("::")[0] for function in proofs[row])
            cells = ", ".join(f"[{_short(name)}](../{name}) {count}" for name, count in sorted(files.items()))
            lines.append(f"| {row} | {sum(files.values())} | {cells} |")
        if lines:
            parts.append("\n".join([f"## {title}\n", "| Row | Tests | Where |", "| --- | ---: | --- |", *lines]) + "\n")
    for title, reasons in (("Complaints that do not apply", apart), ("Complaints that apply in part", in_part)):
        known = [f"| {row} | {reason} |" for row, reason in reasons.items() if row in rows]
        if known:
            parts.append("\n".join([f"## {title}\n", "| Row | Why |", "| --- | --- |", *known]) + "\n")
    missing = [row for row in rows if row not in proofs and row not in apart]
    parts.append(f"## Not proved yet\n\n{', '.join(missing) or 'Nothing.'}\n")
    return "\n".join(parts)


def _short(name: str) -> str:
    return name.removeprefix("tests/").removesuffix(".py").replace("test_", "")


def _outcomes() -> dict[str, tuple[str, str]]:
    if not RECORD.exists():
        return {}
    return {name: (outcome, at) for name, (outcome, at) in json.loads(RECORD.read_text(encoding="utf-8")).items()}


def verdict(functions: Sequence[str], outcomes: Mapping[str, tuple[str, str]]) -> str:
    """One word for a row: FAILED, not run, skipped or passed; the first that holds for any of its tests."""
    found = {outcomes[name][0] if name in outcomes else "not run" for name in functions}
    if "failed" in found:
        return "FAILED"
    return next(word for word in ("not run", "skipped", "passed") if word in found)


def main(arguments: Sequence[str]) -> int:
    """Write the page and print the table, or print one row's tests; 1 when a listed test failed last time."""
    sys.path.insert(0, str(ROOT))
    from tests.repo.spec_ids import AREAS, PITFALL_IDS, SPEC_IDS

    rows = [*SPEC_IDS, *PITFALL_IDS]
    unknown = [row for row in arguments if row not in rows]
    if unknown:
        print(f"not a row of the specification: {', '.join(unknown)}", file=sys.stderr)
        return 2
    proofs, outcomes = collect(), _outcomes()
    apart, _ = complaints()
    failed = False
    for row in arguments or [row for row in rows if row in proofs or row in apart]:
        word = verdict(proofs[row], outcomes) if row in proofs else "no test"
        failed = failed or word == "FAILED"
        if row in apart:
            word += f"   does not apply: {apart[row]}"
        print(f"{row:8} {len(proofs.get(row, ())):4} tests   {word}")
        if arguments:
            for name in proofs.get(row, ()):
                print(f"           {outcomes.get(name, ('not run', ''))[0]:8} {name}")
    if not arguments:
        PAGE.write_text(page(proofs, rows, AREAS), encoding="utf-8")
        print(f"\n{len(proofs)} of {len(rows)} rows have tests; {PAGE.relative_to(ROOT)} is written.")
        times = sorted(at for _, at in outcomes.values())
        print(f"Outcomes recorded from {times[0]} to {times[-1]}." if times else "No outcome recorded yet: make test")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
