"""The demonstration in the EBP sandbox: a folder, beside the other default ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.data.demo import folder as demo_folder
from atoosync_lab.sandbox.ebp import settings
from atoosync_lab.sandbox.ebp.folder import folder_path
from atoosync_lab.sandbox.ebp.seed import DEFAULT_FOLDERS, FolderState


class EbpData:
    """See `erp_data.ErpData`."""

    system = "ebp"
    credentials: Mapping[str, str] = MappingProxyType(
        {
            "erp.client_id": settings.CLIENT_ID,
            "erp.client_secret": settings.CLIENT_SECRET,
            "erp.subscription_key": settings.SUBSCRIPTION_KEY,
        }
    )
    login_hint = settings.USER_EMAIL
    wanting: tuple[str, ...] = ()

    def prepare(self, begun: Callable[[], None]) -> float:
        """See `erp_data.ErpData`."""
        return 0.0

    def fill_demo(self, state: Path, today: date) -> dict[str, int]:
        """See `erp_data.ErpData`."""
        (number, _, product), *others = DEFAULT_FOLDERS
        for other, name, short_name in others:
            FolderState.open(state, other, name=name, short_name=short_name).close()
        tables = {"articles": "Item", "stock_rows": "StockItem", "customers": "Customer"}
        with FolderState.open(state, number, name=demo_folder.NAME, short_name=product) as folder:
            demo_folder.fill_folder(folder, today)
            return {name: folder.count(table) for name, table in tables.items()}

    def files(self, draft: Path, state: Path) -> Iterator[str]:
        """See `erp_data.ErpData`; other default folders are only added where they are missing."""
        wanted = folder_path(draft, DEFAULT_FOLDERS[0][0]).name
        for path in sorted(draft.glob("folder-*.sqlite")):
            if path.name == wanted or not (state / path.name).exists():
                yield path.name

    def start(self, state: Path, *, speed: float) -> servers.RunningSandbox:
        """See `erp_data.ErpData`."""
        return servers.start("ebp", state, speed=speed, args=("--auto-sign-in",))

    def demo_settings(self, document: Mapping[str, Any], server: Any) -> dict[str, Any]:
        """See `erp_data.ErpData`; the profiles are written in its ids."""
        return dict(document)


DATA = EbpData()
