"""Fill a folder for the real year: VAT of the United Kingdom, every code an article, the guest account."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.data.retail_profile import (
    CURRENCY,
    GUEST_CODE,
    SPECIAL_ARTICLES,
    TERRITORY_UK,
    VAT_UK_0,
    VAT_UK_20,
)
from atoosync_lab.sandbox.data.retail_shop import COUNTRIES
from atoosync_lab.sandbox.data.retail_source import Code
from atoosync_lab.sandbox.ebp.seed import MAIN_STOREHOUSE, FolderState, fixed_id

_FIRST_DAY = "2010-12-01T00:00:00"
_STOCK = Decimal(1000)


def fill_folder(folder: FolderState, codes: Sequence[Code]) -> tuple[str, ...]:
    """Add reference data, articles, stock and the guest account to a fresh folder.

    Args:
        folder: Folder in pounds with its reference data only.
        codes: All stock codes.

    Returns:
        Codes left out because the folder ignores case and holds them already in another spelling.
    """
    dates = {"sysCreatedDate": _FIRST_DAY, "sysModifiedDate": _FIRST_DAY}
    folder.insert_many("Territoriality", [{"Id": TERRITORY_UK, "Caption": "United Kingdom", "Inactive": False}])
    folder.insert_many("Vat", (_vat(key, rate) for key, rate in ((VAT_UK_20, Decimal(20)), (VAT_UK_0, Decimal(0)))))
    known = {row["Id"] for row in folder.rows("Country")}
    folder.insert_many(
        "Country",
        [{"Id": iso, "Name": name, "IsoCode": iso} for name, iso in COUNTRIES.items() if iso not in known],
    )
    kept, left_out = _spellings(codes, case_sensitive=bool(folder.meta["case_sensitive"]))
    folder.insert_many("Item", ({**_item(code), **dates} for code in kept))
    folder.insert_many("Item", ({**_special(code), **dates} for code in SPECIAL_ARTICLES.values()))
    folder.insert_many("StockItem", ({**_stock(code), "sysModifiedDate": _FIRST_DAY} for code in kept if code.goods))
    guest = {"Id": GUEST_CODE, "UniqueId": fixed_id("retail-guest"), "Name": "Guests of the web shop", "Type": 0}
    folder.insert_many("Customer", [{**guest, "ActiveState": 0, "FamilyId": "WEB", "CurrencyId": CURRENCY, **dates}])
    return left_out


def _spellings(codes: Sequence[Code], *, case_sensitive: bool) -> tuple[list[Code], tuple[str, ...]]:
    """Codes that the folder can hold, and those that it takes for one it has."""
    if case_sensitive:
        return list(codes), ()
    first: dict[str, Code] = {}
    for code in codes:
        first.setdefault(code.code.casefold(), code)
    kept = list(first.values())
    return kept, tuple(sorted({code.code for code in codes} - {code.code for code in kept}))


def _vat(key: str, rate: Decimal) -> dict[str, Any]:
    return {
        "Id": key, "Rate": rate, "Description": f"UK VAT {rate} %", "TerritorialityId": TERRITORY_UK,
        "TerritorialityDefaultRate": bool(rate), "Inactive": False, "Npr": False,
    }  # fmt: skip


def _item(code: Code) -> dict[str, Any]:
    return {
        "Id": code.code, "UniqueId": fixed_id(f"retail-item-{code.code}"), "Caption": code.name[:80],
        "ItemType": int(not code.goods), "ActiveState": 0, "AllowPublishOnWeb": code.goods, "FamilyId": "DIV",
        "SalePriceVatExcluded": code.price, "VatId": VAT_UK_20, "ManageStock": code.goods, "UnitId": "U",
        "RealStock": _STOCK if code.goods else Decimal(0), "VirtualStock": _STOCK if code.goods else Decimal(0),
    }  # fmt: skip


def _special(code: str) -> dict[str, Any]:
    return {
        "Id": code, "UniqueId": fixed_id(f"retail-item-{code}"), "Caption": f"Special article {code}", "ItemType": 1,
        "ActiveState": 0, "AllowPublishOnWeb": False, "FamilyId": "DIV", "SalePriceVatExcluded": Decimal(0),
        "VatId": VAT_UK_0 if code == SPECIAL_ARTICLES["difference"] else VAT_UK_20, "ManageStock": False, "UnitId": "U",
    }  # fmt: skip


def _stock(code: Code) -> dict[str, Any]:
    return {
        "Id": fixed_id(f"retail-stock-{code.code}"), "ItemId": code.code, "StorehouseId": MAIN_STOREHOUSE,
        "RealStock": _STOCK, "VirtualStock": _STOCK, "StorageEnable": True,
    }  # fmt: skip
