"""What is bundled is what the lock names, loads nothing from elsewhere, and its licences are here."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.repo.tree import ROOT

KIT = ROOT / "atoosync_lab" / "kit"
HOLDS = {"grid": ("tabulator-tables",), "chart": ("echarts", "zrender", "tslib")}
LOCK = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))["packages"]


def locked(name: str) -> str:
    return str(LOCK[f"node_modules/{name}"]["version"])


@pytest.mark.parametrize("bundle", HOLDS)
def test_bundle_names_the_versions_of_the_lock(bundle: str) -> None:
    head = (KIT / f"{bundle}.js").read_text(encoding="utf-8").splitlines()[0]
    for name in HOLDS[bundle]:
        assert f"{name}@{locked(name)}" in head
    assert f"esbuild@{locked('esbuild')}" in head


@pytest.mark.parametrize("script", ["grid.js", "chart.js", "view.js"])
def test_scripts_load_nothing_from_elsewhere(script: str) -> None:
    text = (KIT / script).read_text(encoding="utf-8")
    # Names of XML namespaces are never fetched.
    assert set(re.findall(r"https?://[\w.-]+", text)) <= {"http://www.w3.org"}
    assert not re.search(r"\bimport\s*\(|\bfrom\s*\"(?!\.)|importScripts|new Worker|XMLHttpRequest\(|\bfetch\(", text)


def test_style_sheets_load_nothing() -> None:
    for path in KIT.glob("*.css"):
        addresses = re.findall(r"url\(\s*[\"']?([^)]{0,40})", path.read_text(encoding="utf-8"))
        assert all(address.startswith("data:") for address in addresses), (path.name, addresses)
        assert "@import" not in path.read_text(encoding="utf-8")


def test_lock_holds_hashes_and_no_addresses() -> None:
    assert all("resolved" not in entry for entry in LOCK.values())
    assert all(entry.get("integrity", "").startswith("sha512-") for path, entry in LOCK.items() if path)


def test_every_bundled_package_has_its_licence_text() -> None:
    table = (ROOT / "LICENSES" / "THIRD_PARTY.md").read_text(encoding="utf-8")
    for name in {name for names in HOLDS.values() for name in names}:
        assert locked(name) in table, name
        assert (ROOT / "LICENSES" / f"{name}.txt").stat().st_size > 300
    for text in re.findall(r"\]\(([\w.-]+)\)", table):
        assert (ROOT / "LICENSES" / text).exists(), text


def test_bundle_is_built_from_the_committed_sources(tmp_path: Path) -> None:
    """Where node and its packages are, the build gives the committed bytes."""
    front = ROOT / "frontend"
    if not (front / "node_modules" / "esbuild").exists():
        pytest.skip("needs node and the packages of frontend/ (npm ci --ignore-scripts)")
    before = {name: (KIT / f"{name}.js").read_bytes() for name in HOLDS}
    script = (front / "build.mjs").read_text(encoding="utf-8").replace("../atoosync_lab/kit", str(tmp_path))
    built = front / "build.check.mjs"
    built.write_text(script, encoding="utf-8")
    try:
        subprocess.run(["node", built.name], cwd=front, check=True, capture_output=True, timeout=60)
    finally:
        built.unlink()
    for name, committed in before.items():
        assert (tmp_path / f"{name}.js").read_bytes() == committed, f"{name}.js: run npm run build in frontend/"
