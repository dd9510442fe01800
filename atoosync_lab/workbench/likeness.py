"""How much alike two names are: what suggests one value for another when no rate does."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache


def likeness(names: Iterable[str], *labels: str, least: float = 0.0) -> float:
    """How much alike names are, 0 to 1: accents, case and signs left aside.

    Args:
        names: names of one side.
        labels: names of the other.
        least: what is below may be told as 0: long lists are compared faster.
    """
    left = [n for n in map(plain_name, names) if n]
    right = [n for n in map(plain_name, labels) if n]
    best = least
    found = 0.0
    for one in left:
        for other in right:
            if one == other:
                return 1.0
            words = set(one.split()) & set(other.split())
            # Two letters are a country or a rate: only longer words or whole names make two things alike.
            if max(map(len, words), default=0) >= 5:
                best = found = max(best, 0.9)
            pair = SequenceMatcher(None, one, other, autojunk=False)
            if pair.real_quick_ratio() >= best and pair.quick_ratio() >= best and (score := pair.ratio()) >= best:
                best = found = score
    return found


@lru_cache(maxsize=20_000)
def plain_name(text: str) -> str:
    """A name to be compared: no accents, no case, no signs."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())
