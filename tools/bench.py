"""Runs a measurement of `bench/` and keeps its figures.

A measurement is a module `bench/<name>.py` with a docstring whose first line says what it measures, and a function
`run(folder: Path) -> Mapping[str, object]` that works in the empty `folder` and returns named figures, units in their
names (`rows`, `seconds_plan`, `mb_file`). Without a name, the measurements are listed.
"""

from __future__ import annotations

import ast
import importlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def measurements(root: Path) -> dict[str, str]:
    """Names of the measurements, each with the first line of its docstring."""
    found = {}
    for path in sorted((root / "bench").glob("[!_]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body):
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """List the measurements, or run the named ones and print their figures; 2 for an unknown name."""
    known = measurements(root)
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; known: {', '.join(known) or 'none'}", file=sys.stderr)
        return 2
    if not arguments:
        for name, title in known.items():
            print(f"  make bench NAME={name:12} {title}")
    sys.path.insert(0, str(root))
    for name in arguments:
        module = importlib.import_module(f"bench.{name}")
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            began = time.perf_counter()
            figures = dict(module.run(Path(folder)))
            figures["seconds_total"] = round(time.perf_counter() - began, 3)
        # Kilobytes on Linux, bytes on macOS; children (servers, workers) are not counted.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        figures["mb_peak"] = round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10))
        print(f"{name}: {known[name]}")
        for key, value in figures.items():
            print(f"  {key:28} {value:>14}" if isinstance(value, int | float) else f"  {key:28} {value}")
        kept = root / "test-results" / "bench"
        kept.mkdir(parents=True, exist_ok=True)
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        text = json.dumps({"at": moment, **figures}, indent=1, default=str)
        (kept / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
