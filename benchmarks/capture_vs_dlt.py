"""20 000 products of the WooCommerce sandbox into DuckDB: our capture against dlt, which this measurement installs.

Both read the same 100 products a page over TLS. dlt gets what its documentation offers: pages, parallel extraction, and
several workers to normalise and to load.
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import subprocess
import sys
import venv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.plugins import Services
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.woocommerce.install import WRITE_KEY, WRITE_SECRET
from atoosync_lab.sandbox.woocommerce.seed import add_products
from atoosync_lab.sandbox.woocommerce.state import ShopState
from atoosync_lab.settings.connection import ShopConnection
from atoosync_lab.snapshots import captures
from benchmarks.children import ROOT, child, measured

RECORDS = 20_000
REPEATS = 3
PEER = "dlt[duckdb]==1.31.0"
WORKERS = {"EXTRACT__WORKERS": "4", "NORMALIZE__WORKERS": "2", "LOAD__WORKERS": "2"}


def run(folder: Path, *, records: int = RECORDS, repeats: int = REPEATS) -> Mapping[str, object]:
    """Both in turn, each time in a process of its own; medians count.

    Raises:
        RuntimeError: one of them does not hold the records that the shop has.
        subprocess.CalledProcessError: dlt cannot be installed, or failed.
    """
    python = _peer(folder / "peer")
    state = folder / "shop"
    opened = ShopState.open(state)
    try:
        with opened.writing():
            add_products(opened, _products(records))
    finally:
        opened.close()
    with servers.start("woocommerce", state, speed=0, args=("--tls",)) as server:
        told = json.loads((state / "tls.json").read_text(encoding="utf-8"))
        ours, theirs, calls = [], [], []
        for turn in range(repeats):
            server.reset_calls()
            ours.append(
                child("capture_vs_dlt", told["url"], str(folder / f"ours-{turn}"),
                      env={"SSL_CERT_FILE": told["certificate"]})
            )  # fmt: skip
            calls.append(sum(n for name, n in server.calls().items() if "_admin" not in name))
            server.reset_calls()
            theirs.append(_dlt(python, told, folder / f"dlt-{turn}"))
            calls.append(sum(n for name, n in server.calls().items() if "_admin" not in name))
    if any(found["records"] != records for found in (*ours, *theirs)):
        raise RuntimeError(f"{ours[0]['records']} captured, {theirs[0]['records']} loaded, {records} are there")
    seconds, other = (statistics.median(found["seconds"] for found in all_) for all_ in (ours, theirs))
    peak, other_peak = (max(found["peak_mib"] for found in all_) for all_ in (ours, theirs))
    return {
        "records": records,
        "seconds": round(seconds, 2),
        "dlt_seconds": round(other, 2),
        "ratio": round(seconds / other, 3),
        "peak_mib": round(peak),
        "dlt_peak_mib": round(other_peak),
        "calls": calls[0],
        "dlt_calls": calls[1],
        "dlt_version": PEER.rpartition("=")[2],
        "repeats": repeats,
    }


def _products(count: int) -> Iterable[dict[str, Any]]:
    for n in range(count):
        yield {
            "sku": f"GR{n:06d}", "name": f"Coffret {n}", "regular_price": f"{n % 90}.90", "weight": "0.25",
            "description": f"<p>Le coffret numéro {n}, fait à la maison.</p>", "short_description": "Fait maison",
            "stock_quantity": n % 50,
        }  # fmt: skip


def _peer(folder: Path) -> Path:
    """An environment with dlt alone; its Python."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", PEER], check=True, stdout=subprocess.DEVNULL)
    return python


def _dlt(python: Path, told: Mapping[str, str], folder: Path) -> dict[str, Any]:
    folder.mkdir()
    env = {**os.environ, **WORKERS, "REQUESTS_CA_BUNDLE": told["certificate"], "DLT_DATA_DIR": str(folder),
           "RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}  # fmt: skip
    done = subprocess.run(
        [python, ROOT / "benchmarks" / "dlt_peer.py", f"{told['url']}/wp-json/wc/v3/", WRITE_KEY, WRITE_SECRET, folder],
        env=env, cwd=folder, check=True, capture_output=True, text=True, timeout=1800,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(address: str, folder: str) -> None:
    """Our capture, in this process."""
    importlib.import_module("pandas")  # pyarrow loads it at its first array: once a process, not once a capture
    secrets = {"shop.consumer_key": WRITE_KEY, "shop.consumer_secret": WRITE_SECRET}
    connector = plugins.shop("woocommerce").open(ShopConnection(system="woocommerce", url=address), secrets, Services())

    def work() -> Mapping[str, Any]:
        taken = captures.take(
            connector, Path(folder), profile="bench", side="shop", scopes=[(Scope.PRODUCTS, ReadRequest())]
        )
        return {"records": taken.counts["product"]}

    try:
        print(json.dumps(measured(work)))
    finally:
        connector.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
