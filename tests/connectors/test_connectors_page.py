"""The page of connectors says what the plug-ins say, and nothing that a system cannot do is passed over."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from atoosync_lab.connectors.base import Capability
from atoosync_lab.connectors.capabilities import ERP, MEANINGS, SHOP, missing
from atoosync_lab.connectors.plugins import ShopPlugin
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.runs.flows import FLOWS

pytestmark = pytest.mark.spec("BEY-11")


@pytest.fixture(scope="module")
def tool(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("connectors_tool", root / "tools" / "connectors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def listed(tool: ModuleType) -> list[Any]:
    return list(tool.systems())


def part(text: str, heading: str) -> str:
    """What stands under a heading, up to the next of its rank or above."""
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^##? |^### |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def test_page_is_what_the_tool_writes(root: Path, tool: ModuleType, listed: list[Any]) -> None:
    advice = "run: python tools/connectors.py"
    assert (root / "docs" / "connectors.md").read_text(encoding="utf-8") == tool.page(listed), advice


def test_page_of_the_erps_is_what_the_tool_writes(root: Path, tool: ModuleType, listed: list[Any]) -> None:
    advice = "run: python tools/connectors.py"
    assert (root / "docs" / "erps.md").read_text(encoding="utf-8") == tool.erp_page(listed), advice


def test_page_of_the_erps_tells_each_kind_and_each_rule(tool: ModuleType, listed: list[Any]) -> None:
    erps = [system for system in listed if not isinstance(system, ShopPlugin)]
    assert len(erps) >= 2
    rows = [line for line in part(tool.erp_page(listed), "## What each kind of document becomes").splitlines() if line]
    assert len(rows) == 2 + len(DocumentKind)
    for erp in erps:
        assert set(erp.documents) == set(DocumentKind), erp.system
        other = replace(erp, rules=replace(erp.rules, price_decimals=3))
        assert tool.erp_page([*listed, other]) != tool.erp_page([*listed, erp])


def test_every_capability_of_the_contract_has_words_of_its_own() -> None:
    assert list(MEANINGS.keys() ^ set(Capability)) == []
    for texts in ([m.title for m in MEANINGS.values()], [m.without for m in MEANINGS.values()]):
        assert all(text.strip() for text in texts)
        assert len(set(texts)) == len(texts)


def test_words_name_the_sides_that_flows_ask() -> None:
    for flow in FLOWS.values():
        for side, needs in ((SHOP, flow.shop_needs), (ERP, flow.erp_needs)):
            for capability in needs:
                assert side in MEANINGS[capability].sides
                assert "not start" in MEANINGS[capability].without, f"{flow.name} is refused without {capability}"


def test_table_has_a_row_a_capability_and_a_mark_a_system(tool: ModuleType, listed: list[Any]) -> None:
    text = part(tool.page(listed), "## What each system can do")
    rows = re.findall(r"^\| .* \(`(\w+)`\) \|(.*)\|$", text, re.MULTILINE)
    assert [name for name, _ in rows] == [capability.value for capability in MEANINGS]
    for name, cells in rows:
        marks = [cell.strip() for cell in cells.split("|")]
        for system, mark in zip(listed, marks, strict=True):
            side = SHOP if isinstance(system, ShopPlugin) else ERP
            able = "✓" if Capability(name) in system.capabilities else "–"
            assert mark == (able if side in MEANINGS[Capability(name)].sides else ""), (system.system, name)


def test_everything_a_system_cannot_do_has_its_sentence_under_its_name(tool: ModuleType, listed: list[Any]) -> None:
    seen = 0
    for system in listed:
        text = part(tool.page(listed), f"### {system.title}")
        lacking = missing(system.capabilities, SHOP if isinstance(system, ShopPlugin) else ERP)
        assert re.findall(r"^- `(\w+)`: \S", text, re.MULTILINE) == [capability.value for capability in lacking]
        seen += len(lacking)
    assert seen


def test_lost_capability_changes_the_page(tool: ModuleType, listed: list[Any]) -> None:
    first, *others = listed
    poorer = replace(first, capabilities=first.capabilities - {Capability.WRITE_PRICES})
    text = tool.page([poorer, *others])
    assert "`write_prices`: The flow of prices does not start." in part(text, f"### {first.title}")
    assert text != tool.page(listed)


def test_what_a_system_asks_for_is_told_whole(tool: ModuleType, listed: list[Any]) -> None:
    for system in listed:
        text = part(tool.page(listed), f"### {system.title}: `{system.system}`")
        assert system.versions in text
        told = [*(field.name for field in system.secrets), *(o.name for o in getattr(system, "options", ()))]
        assert [name for name in told if f"| `{name}` |" not in text] == []
        assert [limit for limit in system.limits if f"- {limit}" not in text] == []
        assert not re.search(rf"\b{system.system}\.(field|key_step)", text), "a sentence is missing"
