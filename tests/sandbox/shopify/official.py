"""The official schema of the Admin API, as its publisher ships it in an npm package of developer tools.

It is fetched once into a cache folder by the machine's npm, with whatever registry that is set to, and never becomes
part of this repository. Where npm or the registry is out of reach, tests that need it are skipped and say so.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_client_schema

PACKAGE = "@shopify/dev-mcp@1.16.0"
"""The package, pinned: its schemas of a version may change as long as the version is not final."""
FETCH_SECONDS = 120


def _cache() -> Path:
    given = os.environ.get("ATOOSYNC_CACHE")
    base = Path(given) if given else Path.home() / ".cache" / "atoosync-lab"
    return base / "shopify-schema-1.16.0"


def folder() -> Path:
    """The folder with one file a version; the running test is skipped when it cannot be had."""
    target = _cache()
    if target.is_dir():
        return target
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm, to fetch the official schema of Shopify")
    with tempfile.TemporaryDirectory() as work:
        command = [npm, "pack", PACKAGE, "--pack-destination", work, "--silent"]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=FETCH_SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"needs the official schema of Shopify, which npm could not fetch: {type(error).__name__}")
        _unpack(next(Path(work).glob("*.tgz")), target)
    return target


def _unpack(archive: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    with tarfile.open(archive) as content:
        for member in content:
            name = Path(member.name).name
            if member.isfile() and name.startswith("admin_2") and name.endswith(".json.gz"):
                source = content.extractfile(member)
                assert source is not None
                (draft / name).write_bytes(source.read())
    try:
        draft.rename(target)
    except OSError:
        # Another process was faster: its folder is as good.
        shutil.rmtree(draft)


@lru_cache(maxsize=2)
def introspection(version: str) -> dict[str, Any]:
    """The introspection of a version; the running test is skipped when it cannot be had."""
    content = json.loads(gzip.decompress((folder() / f"admin_{version}.json.gz").read_bytes()))
    found: dict[str, Any] = content.get("data", content)
    return found


@lru_cache(maxsize=2)
def schema(version: str) -> GraphQLSchema:
    """The schema of a version, to validate documents against (about a second and a half to build)."""
    return build_client_schema(introspection(version), assume_valid=True)  # type: ignore[arg-type]
