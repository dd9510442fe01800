"""Runs the measurements of `benchmarks/` and prints one JSON object a line, with the field names each promises.

A measurement is a module `benchmarks/<name>.py` with a docstring whose first line says what it measures, and a function
`run(folder: Path)` that works in the empty `folder` and gives one mapping, or several: a line each. Without a name, all
are run. Each line also says what machine it was measured on.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def measurements(root: Path) -> dict[str, str]:
    """Names of the measurements, each with the first line of its docstring."""
    found = {}
    for path in sorted((root / "benchmarks").glob("[!_]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body):
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


def machine() -> dict[str, object]:
    """What a figure was measured on: cores this process may use, memory, how busy others keep it, Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found: dict[str, object] = {"cores": cores, "memory_gib": _memory_gib()}
    if hasattr(os, "getloadavg"):
        found["load"] = round(os.getloadavg()[0], 1)
    return {**found, "python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}


def _memory_gib() -> float:
    """Memory of the machine, or of the container where that is less (cgroup v2, v1)."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        with suppress(OSError, ValueError):
            limits.append(int(path.read_text(encoding="ascii")))
    return round(min(limits) / 2**30, 1)


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Run the named measurements, or all; 2 for an unknown name."""
    known = measurements(root)
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; known: {', '.join(known) or 'none'}", file=sys.stderr)
        return 2
    sys.path.insert(0, str(root))
    for name in arguments or known:
        print(f"{name}: {known[name]}", file=sys.stderr)
        module = importlib.import_module(f"benchmarks.{name}")
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            measured = module.run(Path(folder))
        for figures in [measured] if isinstance(measured, Mapping) else measured:
            line = {"bench": name, **figures, "machine": machine()}
            print(json.dumps(line, ensure_ascii=False, default=str), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
