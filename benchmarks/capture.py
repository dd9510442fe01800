"""Captures of 20 000 shop products and 20 000 ERP articles, against a bare loop that parses the same pages."""

from __future__ import annotations

import importlib
import json
import statistics
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
from lxml import etree

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.snapshots import captures
from atoosync_lab.store.limits import SlotLimiter
from benchmarks.children import child, measured
from benchmarks.grown import grow, opened

RECORDS = 20_000
REPEATS = 3
SIDES = {"shop": "prestashop", "erp": "ebp"}


def run(folder: Path, *, records: int = RECORDS, repeats: int = REPEATS) -> Iterator[Mapping[str, object]]:
    """One line a system; both are read in turn, each time in a process of its own; medians count.

    Raises:
        RuntimeError: the capture does not hold the records that the sandbox has.
    """
    home = folder / "home"
    states = grow(home, items=records, products=records)
    with opened(home, states) as demo:
        for side, system in SIDES.items():
            # What the loop asks for is noted while the product reads, so that both read the same pages.
            child("capture", "note", str(home), side, demo.profile.id)
            ours, bare = [], []
            for _ in range(repeats):
                ours.append(child("capture", "ours", str(home), side, demo.profile.id))
                bare.append(child("capture", "bare", str(home), side, demo.profile.id))
            held = ours[0]["records"]
            if held < records or any(told["records"] != held for told in (*ours, *bare)):
                raise RuntimeError(f"{system}: {held} records captured, {bare[0]['records']} downloaded")
            seconds, loop = (statistics.median(told["seconds"] for told in told_by) for told_by in (ours, bare))
            used, loop_used = (statistics.median(told["cpu_seconds"] for told in told_by) for told_by in (ours, bare))
            yield {
                "side": system,
                "records": held,
                "pages": bare[0]["pages"],
                "seconds": round(seconds, 2),
                "bare_seconds": round(loop, 2),
                "records_per_second": round(held / seconds),
                "ratio": round(seconds / loop, 2),
                "cpu_seconds": round(used, 2),
                "bare_cpu_seconds": round(loop_used, 2),
                "peak_mib": round(max(told["peak_mib"] for told in ours)),
                "file_kib_per_record": round(ours[0]["file_bytes"] / 1024 / held, 2),
                "repeats": repeats,
            }


def ours(home: Path, side: str, profile_id: str) -> dict[str, Any]:
    """A capture of the products of one side, as every flow takes it, without the ERP's shared limit."""
    importlib.import_module("pandas")  # pyarrow loads it at its first array: once a process, not once a capture
    SlotLimiter.acquire = lambda limiter: 0.0  # type: ignore[method-assign, assignment]
    with Workspace.open(home) as workspace:
        profile = workspace.profiles.get(profile_id)
        with workspace.shop(profile) if side == "shop" else workspace.erp(profile) as connector:

            def work() -> Mapping[str, Any]:
                taken = captures.take(
                    connector, home / "bench-captures", profile=profile_id, side=side,
                    scopes=[(Scope.PRODUCTS, ReadRequest())],
                )  # fmt: skip
                return {"records": taken.counts["product"], "file_bytes": taken.path.stat().st_size}

            return measured(work)


def note(home: Path, side: str, profile_id: str) -> dict[str, Any]:
    """A capture whose requests are noted: address and headers of every page."""
    asked: list[tuple[str, dict[str, str]]] = []
    send = httpx.HTTPTransport.handle_request

    def noting(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            asked.append((str(request.url), dict(request.headers)))
        return send(transport, request)

    httpx.HTTPTransport.handle_request = noting  # type: ignore[method-assign, assignment]
    told = ours(home, side, profile_id)
    (home / f"pages-{side}.json").write_text(json.dumps(asked), encoding="utf-8")
    return told


def bare(home: Path, side: str) -> dict[str, Any]:
    """The same pages, downloaded one after the other and parsed, nothing kept."""
    pages = [(url, headers) for url, headers in json.loads((home / f"pages-{side}.json").read_text(encoding="utf-8"))]

    def work() -> Mapping[str, Any]:
        seen: set[str] = set()
        with httpx.Client(timeout=60) as client:
            for url, headers in pages:
                content = client.get(url, headers=headers).raise_for_status().content
                seen.update(_shop_ids(content) if side == "shop" else _erp_ids(content))
        return {"records": len(seen), "pages": len(pages)}

    return measured(work)


def _shop_ids(content: bytes) -> list[str]:
    root = etree.fromstring(content)
    return [
        f"{record.tag}{record.findtext('id')}"
        for tag in ("product", "combination")
        for record in root.iterfind(f"*/{tag}")
    ]


def _erp_ids(content: bytes) -> list[str]:
    answer = json.loads(content)
    return [row["Id"] for row in answer.get("results", ()) if "Id" in row] if isinstance(answer, dict) else []


def main(what: str, home: str, side: str, profile_id: str) -> None:
    """One of the measured works, in this process."""
    works = {
        "ours": lambda: ours(Path(home), side, profile_id),
        "note": lambda: note(Path(home), side, profile_id),
        "bare": lambda: bare(Path(home), side),
    }
    print(json.dumps(works[what]()))


if __name__ == "__main__":
    main(*sys.argv[1:])
