"""The field tables say what the shops' own schemas say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from atoosync_lab.sandbox.prestashop.answers import synopsis_schema
from atoosync_lab.sandbox.prestashop.fields import VERSIONS, Version, catalogue
from atoosync_lab.sandbox.prestashop.state import ShopState

NOT_TABLES = {"images"}
MARKS = ("required", "maxSize", "format", "readOnly", "notFilterable")


def _fields(node: ET.Element) -> dict[str, tuple[object, ...]]:
    return {
        child.tag: (*(child.get(mark) for mark in MARKS), len(child) > 0)
        for child in node
        if child.tag != "associations"
    }


def _associations(node: ET.Element) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    for item in node.findall("associations/*"):
        parts = {part.tag: (part.get("required"), part.get("readOnly")) for part in item[0]}
        found[item.tag] = (item.get("nodeType"), item.get("api"), item.get("virtualEntity"), parts)
    return found


@pytest.mark.spec("BEY-10")
@pytest.mark.parametrize(("version", "folder"), [("9", "prestashop-9.1.4"), ("1.7.7", "prestashop-1.7.7.2")])
def test_schemas_have_the_fields_and_rules_of_real_shops(
    version: Version, folder: str, shared: Path, tmp_path: Path
) -> None:
    state = ShopState.open(tmp_path, version)
    files = sorted((shared / "data" / "schemas" / folder).glob("*.synopsis.xml"))
    names = {file.name.removesuffix(".synopsis.xml") for file in files} - NOT_TABLES
    assert names == set(state.resources) - {"order_returns"}
    for file in files:
        name = file.name.removesuffix(".synopsis.xml")
        if name in NOT_TABLES:
            continue
        theirs = ET.parse(file).getroot()[0]
        ours = ET.fromstring(synopsis_schema(state, state.resources[name]))
        assert ours.tag == theirs.tag, name
        assert _fields(ours) == _fields(theirs), name
        assert _associations(ours) == _associations(theirs), name


@pytest.mark.spec("BEY-10")
def test_version_8_lies_between_its_neighbours() -> None:
    old, middle, new = (catalogue(version) for version in VERSIONS)
    assert "note" in middle["orders"].fields
    assert "note" not in old["orders"].fields
    assert "meta_keywords" in middle["products"].fields
    assert "meta_keywords" not in new["products"].fields
    assert "quantity" in old["combinations"].fields
    assert "quantity" not in middle["combinations"].fields
    assert "supply_orders" in middle
    assert "supply_orders" not in new
    assert middle["products"].fields["ean13"].size == 13
    assert new["products"].fields["ean13"].size == 14


@pytest.mark.spec("BEY-10")
def test_an_unknown_version_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"1\.6.*1\.7\.7, 8, 9"):
        catalogue("1.6")
