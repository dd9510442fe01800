"""Every name, limit and version of the Carnet API. Source of all of them: its manual, version 2.

What may be sent again after a lost answer: everything. A product's reference is unique, so that a POST repeated is
answered 409 with the id of the first; values of a PATCH and the status of an order are absolute.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SYSTEM = "carnet"
API_PATH = "v1/"
OLDEST = "2.0"
"""First version whose lists say `more` and whose products say when they changed."""
LONGEST_PAGE = 200
"""Records of one answer at most; more are asked for in vain."""
IDS_A_CALL = 50
"""Ids named in one address."""
TIMEOUT = 30.0

FIELDS: Mapping[str, str] = {
    "reference": "reference",
    "price_excl_tax": "price",
    "tax_id": "tax",
    "active": "shown",
    "barcode": "barcode",
    "category_id": "shelf",
    "weight": "weight",
    "brand": "brand",
}
"""Pivot field -> member of a product. A shelf or a brand is made by naming it."""
TEXTS = ("name", "description")

TEXT_RULES: Mapping[str, Mapping[str, Any]] = {
    "reference": {"max_length": 40, "forbidden": "/", "html": False, "single_line": True},
    "name": {"max_length": 120, "forbidden": "", "html": False, "single_line": True},
    "description": {"max_length": 20_000, "forbidden": "", "html": True, "single_line": False},
}
