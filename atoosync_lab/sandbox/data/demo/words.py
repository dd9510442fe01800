"""Names of goods in three languages, and what they come in (`words.json`): invented or generic, brands do not exist."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

Three = tuple[str, str, str]
"""French, English, German."""


@dataclass(frozen=True)
class Family:
    """A family of articles.

    Attributes:
        code: Its code in the folder; articles are numbered after it.
        names: Its name.
        parent: Category above it in the shop.
        vat: Percent of VAT.
        goods: What is sold.
        sizes: What it is sold in; each makes one article.
        prices: Lowest and highest net price of the smallest size, in cents.
        brands: Makers.
        tracked: Whether stock is kept.
        ecotax: Net ecotax of a piece, in cents.
        grams: Net weight of the smallest size.
    """

    code: str
    names: Three
    parent: str
    vat: str
    goods: Sequence[Three]
    sizes: Sequence[Three]
    prices: tuple[int, int]
    brands: Sequence[str]
    tracked: bool
    ecotax: int
    grams: int


@dataclass(frozen=True)
class Axis:
    """An attribute of articles with variants, and its values."""

    names: Three
    values: Sequence[Three]


@dataclass(frozen=True)
class Master:
    """An article with variants; `price` is net, in cents."""

    code: str
    names: Three
    family: str
    price: int
    axes: Sequence[Axis]


@dataclass(frozen=True)
class Words:
    """All families and all articles with variants."""

    families: tuple[Family, ...]
    masters: tuple[Master, ...]

    def family(self, code: str) -> Family:
        """The family of that code.

        Raises:
            KeyError: when there is none.
        """
        for family in self.families:
            if family.code == code:
                return family
        raise KeyError(code)


def _three(texts: Sequence[str]) -> Three:
    french, english, german = texts
    return french, english, german


def _family(raw: dict[str, Any]) -> Family:
    low, high = raw["prices"]
    texts = {name: tuple(_three(item) for item in raw[name]) for name in ("goods", "sizes")}
    return Family(**{**raw, **texts, "names": _three(raw["names"]), "prices": (low, high)})


def _master(raw: dict[str, Any]) -> Master:
    axes = tuple(Axis(_three(axis["names"]), tuple(_three(value) for value in axis["values"])) for axis in raw["axes"])
    return Master(**{**raw, "names": _three(raw["names"]), "axes": axes})


@lru_cache(maxsize=1)
def words() -> Words:
    """The words of the demonstration."""
    raw = json.loads((files(__package__) / "words.json").read_text(encoding="utf-8"))
    return Words(tuple(_family(item) for item in raw["families"]), tuple(_master(item) for item in raw["masters"]))
