"""Fill a sandbox folder directly, without HTTP: the interface for data generators.

    from atoosync_lab.sandbox.ebp.seed import FolderState, VAT_FR_20

    with FolderState.open(state_directory, "184976", name="Bréval Test") as folder:
        folder.insert_many("Item", [{"Id": "ART001", "Caption": "Tasse", "ItemType": 0, "ActiveState": 0,
                                     "SalePriceVatExcluded": Decimal("12.50"), "VatId": VAT_FR_20}])

A folder may be filled while no server runs, or while one runs on the same state folder (each call is one transaction).
"""

from __future__ import annotations

from pathlib import Path

from atoosync_lab.sandbox.ebp.folder import ATOO_KEY, FolderError, FolderState
from atoosync_lab.sandbox.ebp.reference import (
    IMPORT_FORMATS,
    MAIN_STOREHOUSE,
    SECOND_STOREHOUSE,
    TERRITORY_DOM,
    TERRITORY_EU,
    TERRITORY_EXPORT,
    TERRITORY_FR,
    VAT_DOM_2_1,
    VAT_DOM_8_5,
    VAT_EU_0,
    VAT_EXPORT_0,
    VAT_FR_0,
    VAT_FR_2_1,
    VAT_FR_5_5,
    VAT_FR_10,
    VAT_FR_20,
    fixed_id,
)
from atoosync_lab.sandbox.ebp.schema import Kind
from atoosync_lab.sandbox.ebp.values import ValueRefusedError

DEFAULT_FOLDERS = (("184976", "Bréval Test", "INV30"), ("184977", "Bréval Formation", "INV40"))
"""Id, name and product of the folders of a fresh sandbox."""


def ensure_default_folders(directory: Path) -> None:
    """Create the default folders, with reference data only, when the sandbox has none yet."""
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.glob("folder-*.sqlite")):
        return
    for folder_id, name, short_name in DEFAULT_FOLDERS:
        FolderState.open(directory, folder_id, name=name, short_name=short_name).close()


__all__ = [
    "ATOO_KEY",
    "DEFAULT_FOLDERS",
    "IMPORT_FORMATS",
    "MAIN_STOREHOUSE",
    "SECOND_STOREHOUSE",
    "TERRITORY_DOM",
    "TERRITORY_EU",
    "TERRITORY_EXPORT",
    "TERRITORY_FR",
    "VAT_DOM_2_1",
    "VAT_DOM_8_5",
    "VAT_EU_0",
    "VAT_EXPORT_0",
    "VAT_FR_0",
    "VAT_FR_2_1",
    "VAT_FR_5_5",
    "VAT_FR_10",
    "VAT_FR_20",
    "FolderError",
    "FolderState",
    "Kind",
    "ValueRefusedError",
    "ensure_default_folders",
    "fixed_id",
]  # fmt: skip
