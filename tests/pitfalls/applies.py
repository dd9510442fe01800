"""Which complaints concern this product, and why some do not: read by the measurement and by the matrix.

A complaint applies when the product has the function that it is about, for EBP and PrestaShop. What is about a part
that does not exist yet is named here, so that its day is not forgotten: whoever builds the function moves it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from tests.repo.spec_ids import PITFALL_IDS

NOT_HERE: Mapping[str, str] = MappingProxyType(
    {
        "PB-15": "no accounting entries are written yet (ACC-03); base and tax of documents are proved to balance",
        "PB-31": "no categories are made yet (ART-20)",
    }
)
"""Complaints about functions that do not exist here, with the reason."""

IN_PART: Mapping[str, str] = MappingProxyType(
    {
        "PB-10": "documents are in the shop's currency; those in the order's own are an option to come (ORD-11)",
        "PB-13": "orders with broken-down prices; quantity breaks are not exported yet (ART-50 special prices)",
        "PB-18": "delivery territories; customers are not exported to the shop yet (CLI-01)",
        "PB-28": "stock and references of variants; variants are not created yet (ART-25), so no master is refused",
        "PB-53": "bundle lines of an order; packs are not made from bills of material yet (ART-70)",
    }
)
"""Complaints of which one part concerns a function to come; the other part is proved."""

APPLY: tuple[str, ...] = tuple(row for row in PITFALL_IDS if row not in NOT_HERE)


def marked(tests: Path) -> Iterator[tuple[str, str, bool]]:
    """(complaint, `file::function`, whether it draws its cases) of every marked test function below a folder.

    Classes that other modules inherit from count where they are written.
    """
    for path in sorted(tests.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
            drawn = any(ast.unparse(d.func).rsplit(".", 1)[-1] == "given" for d in calls)
            for call in calls:
                if ast.unparse(call.func).endswith("mark.pitfall"):
                    name = f"{path.relative_to(tests.parent).as_posix()}::{node.name}"
                    yield from ((str(ast.literal_eval(a)), name, drawn) for a in call.args)
