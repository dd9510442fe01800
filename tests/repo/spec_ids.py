"""The rows of the specification and the real complaints that a test may claim to prove."""

from __future__ import annotations


def _rows(prefix: str, *spans: tuple[int, int]) -> list[str]:
    return [f"{prefix}-{number:02}" for first, last in spans for number in range(first, last + 1)]


AREAS = {
    "SVC": "Service, profiles, quota",
    "SHOP": "Shops and their access",
    "ERP": "Sales-management and accounting systems",
    "ART": "Products",
    "CLI": "Customers",
    "ORD": "Orders, payments, quotes",
    "SHP": "Shop-side rules",
    "ACC": "Accounting",
    "RUN": "Runs, journal, schedules, notifications",
    "SEC": "Access and secrets",
    "BEY": "Beyond the manual",
    "PB": "Real complaints, reproduced",
}

SPEC_IDS: tuple[str, ...] = (
    *_rows("SVC", (1, 18)),
    *_rows("SHOP", (1, 12)),
    *_rows("ERP", (1, 9)),
    *_rows("ART", (1, 13), (20, 21), (25, 26), (30, 31), (40, 41), (50, 50), (60, 61), (70, 70)),
    *_rows("CLI", (1, 8), (20, 25)),
    *_rows("ORD", (1, 33)),
    *_rows("SHP", (1, 8)),
    *_rows("ACC", (1, 3)),
    *_rows("RUN", (1, 6), (10, 11), (20, 20)),
    *_rows("SEC", (1, 5)),
    *_rows("BEY", (1, 17)),
)

PITFALL_IDS: tuple[str, ...] = tuple(_rows("PB", (1, 35), (53, 62)))

MARKERS: dict[str, tuple[str, ...]] = {"spec": SPEC_IDS, "pitfall": PITFALL_IDS}
