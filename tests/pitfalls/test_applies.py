"""Every complaint that applies is proved by its case and by its kind; the others say why they do not apply."""

from __future__ import annotations

from pathlib import Path

from tests.pitfalls.applies import APPLY, IN_PART, NOT_HERE, marked
from tests.repo.spec_ids import PITFALL_IDS

TESTS = Path(__file__).resolve().parent.parent


def test_every_complaint_that_applies_has_its_case_and_its_kind() -> None:
    found = list(marked(TESTS))
    cases = {row for row, _, drawn in found if not drawn}
    kinds = {row for row, _, drawn in found if drawn}
    assert set(APPLY) - cases == set()
    assert set(APPLY) - kinds == set()


def test_what_does_not_apply_is_known_and_says_why() -> None:
    assert (NOT_HERE.keys() | IN_PART.keys()) <= set(PITFALL_IDS)
    assert not NOT_HERE.keys() & IN_PART.keys()
    assert all(len(reason) > 20 for reason in (*NOT_HERE.values(), *IN_PART.values()))
