"""How much alike two names are: what suggests one value for another when no rate does."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher


def likeness(names: Iterable[str], *labels: str) -> float:
    """How much alike names are, 0 to 1: accents, case and signs left aside."""
    left = [n for n in (plain_name(n) for n in names) if n]
    right = [n for n in (plain_name(n) for n in labels) if n]
    best = 0.0
    for one in left:
        for other in right:
            if one == other:
                return 1.0
            words, theirs = set(one.split()), set(other.split())
            # Two letters are a country or a rate: only longer words or whole names make two things alike.
            shared = max((len(w) for w in words & theirs), default=0)
            best = max(best, SequenceMatcher(None, one, other).ratio(), 0.9 if shared >= 5 else 0.0)
    return best


def plain_name(text: str) -> str:
    """A name to be compared: no accents, no case, no signs."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())
