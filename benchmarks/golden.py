"""Exchanges recorded with real shops, replayed against the sandboxes: how many are answered alike."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from atoosync_lab.sandbox import servers
from tests.sandbox.prestashop.golden import Replay, closure, read_exchanges
from tests.sandbox.woocommerce import golden as woocommerce

ROOT = Path(__file__).resolve().parent.parent
ALONE = "ATOOSYNC_GOLDEN_ALONE"
"""Environment: `1` replays each exchange a second time, in an empty shop, after nothing but its closure."""


def run(folder: Path) -> Iterator[Mapping[str, object]]:
    """One line a recording file of PrestaShop and WooCommerce in the shared folder.

    Raises:
        FileNotFoundError: the shared folder holds no recording.
    """
    source = Path(os.environ.get("ATOOSYNC_SHARED", ROOT.parent / "shared")) / "data" / "golden"
    files = sorted(source.glob("prestashop-*.jsonl"))
    if not files:
        raise FileNotFoundError(f"{source}/prestashop-*.jsonl (ATOOSYNC_SHARED)")
    for file in files:
        yield _figures(file, folder / file.stem)
    for file in sorted(source.glob("woocommerce-*.jsonl")):
        yield _woocommerce(file, folder / file.stem)


def _woocommerce(file: Path, state: Path) -> Mapping[str, object]:
    exchanges = woocommerce.read_exchanges(file)
    version = file.stem.partition("-")[2]
    with servers.start("woocommerce", state, version=version, speed=0, args=["--tls"]) as server:
        differing = woocommerce.replayed(server, exchanges)
        _tell(file, differing)
        figures: dict[str, object] = {
            "shop": "woocommerce",
            "version": version,
            "exchanges": len(exchanges),
            "agree": len(exchanges) - len(differing),
            "share": round((len(exchanges) - len(differing)) / len(exchanges), 4),
            "given": sum(1 for e in exchanges if e.get("given")),
        }
        if os.environ.get(ALONE) == "1":
            server.admin("POST", "/_admin/reset", timeout=30)
            alone = woocommerce.replayed_alone(server, exchanges, exchanges)
            _tell(file, {f"{name} (alone)": reason for name, reason in alone.items()})
            figures["alone"] = len(exchanges) - len(alone)
    return figures


def _figures(file: Path, state: Path) -> Mapping[str, object]:
    exchanges = read_exchanges(file)
    version = str(exchanges[0]["version"])
    with servers.start("prestashop", state, version=_played(version), speed=0) as server:
        replay = Replay(server)
        with replay:
            outcomes = {e["name"]: replay.one(e) for e in exchanges}
        ran = {name for name, outcome in outcomes.items() if outcome.sent}
        differing: dict[str, str] = {}
        for exchange in exchanges:
            name, outcome = exchange["name"], outcomes[exchange["name"]]
            missing = sorted(closure(exchanges, name) - ran)
            if missing:
                differing[name] = f"ran without {', '.join(missing[:3])}, which must come before"
            elif outcome.differences:
                differing[name] = "; ".join(outcome.differences[:3])
        _tell(file, differing)
        figures: dict[str, object] = {
            "shop": str(exchanges[0]["shop"]),
            "version": version,
            "exchanges": len(exchanges),
            "agree": len(exchanges) - len(differing),
            "share": round((len(exchanges) - len(differing)) / len(exchanges), 4),
            "given": sum(1 for e in exchanges if e.get("given")),
        }
        if os.environ.get(ALONE) == "1":
            figures["alone"] = _alone(file, exchanges, server)
    return figures


def _alone(file: Path, exchanges: Sequence[dict[str, Any]], server: servers.RunningSandbox) -> int:
    """How many agree in a shop that saw nothing but their closure; lists then see fewer records than recorded."""
    differing: dict[str, str] = {}
    for exchange in exchanges:
        needed = closure(exchanges, exchange["name"])
        server.admin("POST", "/_admin/reset", timeout=30)
        with Replay(server) as replay:
            for earlier in exchanges:
                if earlier["name"] in needed:
                    replay.one(earlier)
            outcome = replay.one(exchange)
        if outcome.differences:
            differing[exchange["name"]] = "; ".join(outcome.differences[:3])
    _tell(file, {f"{name} (alone)": reason for name, reason in differing.items()})
    return len(exchanges) - len(differing)


def _tell(file: Path, differing: Mapping[str, str]) -> None:
    for name, reason in differing.items():
        print(f"{file.name}: {name}: {reason[:300]}", file=sys.stderr)


def _played(version: str) -> str:
    """The version of the sandbox that plays a recorded one: `9.1.4` -> `9`, `1.7.7.2` -> `1.7.7`."""
    parts = version.split(".")
    return ".".join(parts[:3]) if parts[0] == "1" else parts[0]
