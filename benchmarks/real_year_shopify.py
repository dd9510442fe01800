"""One real year of web-shop sales, imported from the Shopify sandbox into the EBP sandbox through the product."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks import real_year


def run(folder: Path) -> Mapping[str, object]:
    """See `real_year.measure`."""
    return real_year.measure(folder, "shopify")
