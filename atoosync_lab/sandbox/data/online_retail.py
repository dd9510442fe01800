"""One real year of a web shop, loaded into both sandboxes; what is no web sale is named, counted and left out.

Choices that make the year a shop's year: shop and folder work in pounds; prices exclude tax; sales within the United
Kingdom carry 20 %, all others none; totals are rounded once (rounding type 3); every sale was paid by one bank wire of
its total, sales of 0.00 by none. Order ids, references, invoice numbers and customer ids are the file's own numbers. A
cancellation is a credit slip on an order made for it alone, in a state that no profile selects. Times are the shop's
(Europe/London). Buyers have no names in the file: all get the same one. See `retail_source` for the credit that every
showing of these data owes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from atoosync_lab.sandbox.data.retail_folder import fill_folder
from atoosync_lab.sandbox.data.retail_profile import CURRENCY, FOLDER, FOLDER_NAME, retail_settings
from atoosync_lab.sandbox.data.retail_source import (
    ADJUSTMENT,
    CANCELLATION,
    CORRECTION,
    CREDIT,
    SALE,
    Figures,
    RetailSource,
)
from atoosync_lab.sandbox.data.shop_data import ShopData
from atoosync_lab.sandbox.ebp.seed import FolderState

FILE = "online-retail.parquet"

__all__ = [
    "CURRENCY",
    "FILE",
    "FOLDER",
    "FOLDER_NAME",
    "Figures",
    "RetailReport",
    "load_retail",
    "retail_file",
    "retail_settings",
]


@dataclass(frozen=True)
class RetailReport:
    """What was loaded and what was left out.

    Attributes:
        orders: Web sales, now orders of the shop.
        credit_slips: Cancellations, now credit slips; their sum is negative in the file.
        corrections: Stock corrections, left out: no price, no buyer.
        adjustments: Accounting adjustments, left out.
        adjustment_numbers: Their numbers.
        articles: Articles of the folder that are stock codes.
        ambiguous_codes: Codes that the folder cannot hold because it ignores case.
        customers: Customers with a number.
        guests: Guest customers of the shop, one a country.
        credit: Whose data these are.
    """

    orders: Figures
    credit_slips: Figures
    corrections: Figures
    adjustments: Figures
    adjustment_numbers: tuple[str, ...]
    articles: int
    ambiguous_codes: tuple[str, ...]
    customers: int
    guests: int
    credit: str = CREDIT


def retail_file(shared: Path | None = None) -> Path:
    """Where the file lies.

    Args:
        shared: Folder of the recordings; None takes `ATOOSYNC_SHARED`, else `../shared`.

    Raises:
        FileNotFoundError: when it is not there.
    """
    folder = shared or Path(os.environ.get("ATOOSYNC_SHARED", "../shared"))
    path = folder / "data" / FILE
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: name the folder of the recordings (ATOOSYNC_SHARED)")
    return path


def load_retail(
    path: Path,
    shop: ShopData,
    state: Path,
    folder: FolderState,
    *,
    version: str | None = None,
    limit: int | None = None,
) -> RetailReport:
    """Fill a fresh state folder of a shop and a fresh folder of the ERP in pounds.

    Args:
        path: The parquet file.
        shop: The shop's part of the data.
        state: State folder of the shop's sandbox.
        folder: The folder, with its reference data.
        version: Version of the shop; None takes its usual one.
        limit: Documents to load, from the first one; articles and customers are always complete.

    Raises:
        FileNotFoundError: when there is no such file.
    """
    with RetailSource(path, limit) as source:
        codes = source.codes()
        left_out = fill_folder(folder, codes)
        customers, guests = shop.fill_retail(state, source, version)
        return RetailReport(
            orders=source.figures(SALE),
            credit_slips=source.figures(CANCELLATION),
            corrections=source.figures(CORRECTION),
            adjustments=source.figures(ADJUSTMENT),
            adjustment_numbers=tuple(source.numbers(ADJUSTMENT)),
            articles=len(codes) - len(left_out),
            ambiguous_codes=left_out,
            customers=customers,
            guests=guests,
        )
