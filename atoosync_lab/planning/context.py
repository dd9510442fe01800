"""What the planners need to know, gathered by `runs/`: settings, captures, last-sent fingerprints, shop limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from atoosync_lab.connectors.picturing import ImageRules
from atoosync_lab.settings import Profile
from atoosync_lab.settings.base import BEGINNING
from atoosync_lab.snapshots.captures import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTerms:
    """How the shop keeps its prices: what a price of the ERP has to become before the two are compared."""

    incl_tax: bool = False
    """With tax; else without."""
    decimals: int = 6
    """Decimals it keeps; a profile may send fewer."""
    impact: bool = True
    """A variant holds what its price adds to its product's; else its own price, and its product has none."""
    vat: Mapping[str, Decimal] = field(default_factory=dict)
    """ERP VAT id -> percent."""

    @property
    def column(self) -> str:
        """The pivot's field that holds such a price."""
        return "price_incl_tax" if self.incl_tax else "price_excl_tax"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageTerms:
    """What the images of an article plan depend on, besides settings and captures."""

    rules: ImageRules
    """Which images the shop takes."""
    library: bool = False
    """The shop keeps images in a library."""
    sent: Mapping[str, str] = field(default_factory=dict)
    """`product id/image id` in the shop -> digest of the content we sent."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Product key -> md5 of the images last sent, or one of the marks that a record is still due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueContext:
    """Input of the article flows."""

    profile: Profile
    flow: str
    erp: Capture
    shop: Capture
    now: datetime
    fingerprints: Sequence[tuple[str, str]] | pa.Table = ()
    """(product key, md5 last sent by this flow), pairs or a table with columns `key`, `md5`; the md5 `failed` marks a
    record that is still due, and so do `undone` and `creating`."""
    mark: datetime = BEGINNING
    """Last-transfer mark of this flow, used when the profile asks for « since last transfer »."""
    keys: tuple[str, ...] = ()
    """Only these product keys; empty: all."""
    filter: str = ""
    """Further filter of this run, on top of the profile's."""
    key_column: str = "Id"
    """The ERP's name of the article key, what `ID` and `AR_REF` stand for."""
    languages: tuple[str, ...] = ("1",)
    """Shop language ids, the main one first."""
    home_category: str = ""
    """Shop's home category, used when the fallback category is empty."""
    text_rules: Mapping[str, Any] = field(default_factory=dict)
    """Shop text field -> its rules (length, forbidden characters), plain data from the connector."""
    reference_length: int = 64
    price_terms: PriceTerms = field(default_factory=PriceTerms)
    images: ImageTerms | None = None
    """None: no images are planned."""
    system_calls: Callable[[str, int], int] = lambda kind, rows: rows
    """Calls the shop needs for a number of writes of a kind."""


FAILED = "failed"
"""Fingerprint of a record that was refused or unknown at the last run: due again, whatever the marks say."""
UNDONE = "undone"
"""Fingerprint of a record whose last change a person took back: due again like one that failed, for its own reason."""
CREATING = "creating"
"""Fingerprint of an article from before its creation is sent until its end is known. Where a run broke off in between,
the next one finishes it: some shops show a new article, and all count it, by calls of their own after the first."""
IMAGES = "images"
"""Name under which the images last sent of an article are noted, beside its sheet."""
DUE = f"('{FAILED}', '{UNDONE}', '{CREATING}')"
"""All of them as a SQL list."""
