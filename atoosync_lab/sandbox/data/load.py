"""Load a data set into the state folders of two sandboxes: everything that those shops and folders held is replaced.

Both servers must be down: they keep their files open and would go on showing the old ones. Start them again afterwards.
The new states are built beside the old ones and take their place at the end, so that a load that fails leaves the old
data whole. Signed-in sessions and the counters of the ERP's server stay; its other folders stay too.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.data.demo.load import DemoReport, load_demo
from atoosync_lab.sandbox.data.erp_data import erp_data
from atoosync_lab.sandbox.data.online_retail import (
    CURRENCY,
    FOLDER,
    FOLDER_NAME,
    RetailReport,
    load_retail,
    retail_file,
)
from atoosync_lab.sandbox.data.shop_data import shop_data
from atoosync_lab.sandbox.ebp.folder import folder_path
from atoosync_lab.sandbox.ebp.seed import FolderState

DataSet = Literal["demo", "online-retail"]
DATA_SETS: tuple[str, ...] = get_args(DataSet)
PARIS = ZoneInfo("Europe/Paris")


class SandboxRunningError(RuntimeError):
    """A server works on one of the state folders; the message names it."""


def load(
    kind: DataSet,
    shop_state: Path,
    erp_state: Path,
    *,
    shop: str = "prestashop",
    erp: str = "ebp",
    version: str | None = None,
    shared: Path | None = None,
    today: date | None = None,
    limit: int | None = None,
    case_sensitive: bool = True,
) -> DemoReport | RetailReport:
    """Load a data set.

    Args:
        kind: `demo` or `online-retail`.
        shop_state: State folder of the shop's sandbox.
        erp_state: State folder of the ERP's sandbox.
        shop: System of the shop.
        erp: System of the ERP; the real year is there for `ebp` alone.
        version: Version of the shop; None takes its usual one.
        shared: Folder of the recordings (online-retail only); None takes `ATOOSYNC_SHARED`, else `../shared`.
        today: Date from which the demonstration counts back; None takes today in Paris.
        limit: Documents of the real year to load, from the first; None loads all.
        case_sensitive: Whether the folder of the real year tells codes apart that differ by case alone.

    Returns:
        What was loaded, with its control figures.

    Raises:
        SandboxRunningError: when a server works on one of the folders.
        FileNotFoundError: when the file of the real year is not there.
        ValueError: when there is no data for the system, or no such version.
    """
    data, books = shop_data(shop), erp_data(erp)
    for place in (shop_state, erp_state):
        running = servers.find(place)
        if running is not None:
            raise SandboxRunningError(
                f"{running.kind} runs on {place} ({running.url}, process {running.pid}): stop it first"
            )
    if kind == "demo":
        day = today or datetime.now(PARIS).date()
        with _new_states(shop_state, erp_state, data.files, books.files) as (shop_draft, erp_draft):
            return load_demo(data, shop_draft, books, erp_draft, day, version)
    if erp != "ebp":
        raise ValueError(f"no real year for {erp!r}")
    source = retail_file(shared)
    with (
        _new_states(shop_state, erp_state, data.files, _retail_folder) as (shop_draft, erp_draft),
        FolderState.open(
            erp_draft, FOLDER, name=FOLDER_NAME, currency=CURRENCY, case_sensitive=case_sensitive
        ) as folder,
    ):
        return load_retail(source, data, shop_draft, folder, version=version, limit=limit)


def _retail_folder(draft: Path, state: Path) -> Iterator[str]:
    yield folder_path(draft, FOLDER).name


@contextmanager
def _new_states(
    shop_state: Path, erp_state: Path, files: Sequence[str], erp_files: Callable[[Path, Path], Iterable[str]]
) -> Iterator[tuple[Path, Path]]:
    """Empty folders to build in; what they hold takes its place when nothing went wrong."""
    drafts: list[Path] = []
    try:
        for folder in (shop_state, erp_state):
            folder.mkdir(parents=True, exist_ok=True)
            drafts.append(Path(tempfile.mkdtemp(prefix=".loading-", dir=folder)))
        yield drafts[0], drafts[1]
        for name in files:
            _replace(drafts[0] / name, shop_state / name)
        for name in erp_files(drafts[1], erp_state):
            _replace(drafts[1] / name, erp_state / name)
    finally:
        for draft in drafts:
            shutil.rmtree(draft, ignore_errors=True)


def _replace(draft: Path, target: Path) -> None:
    """Put a database in the place of another one; a log that belongs to the old one must not survive it."""
    for end in ("-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    os.replace(draft, target)
