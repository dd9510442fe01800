"""Creations are noted before they are sent, so that one that breaks off is finished by the next run."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from atoosync_lab.applying.catalogue import _forget_finished, _product, _send
from atoosync_lab.connectors.base import Outcome, WriteResult
from atoosync_lab.model.i18n import Message
from atoosync_lab.planning.context import CREATING, FAILED
from atoosync_lab.planning.plan import Action, PlanRow

KEYS = ("done", "unknown", "silent", "half", "refused")
REFUSED = Message("apply.refused", {"record": "x", "code": ""})


def context(noted: dict[str, str], **more: Any) -> Any:
    links = SimpleNamespace(
        note_sent=lambda profile, flow, sent: noted.update({f.key: f.md5 for f in sent}),
        noted=lambda profile, flow, md5: [key for key, each in noted.items() if each == md5],
        forget_sent=lambda profile, flow, keys: [noted.pop(key) for key in keys],
    )
    nothing = lambda *given, **named: None  # noqa: E731
    return SimpleNamespace(
        profile=SimpleNamespace(id="velo"), clock=lambda: datetime.now(UTC), links=links, done=nothing, failed=nothing,
        in_doubt=nothing, made={}, quota=SimpleNamespace(count=nothing, give_back=nothing),
        plan=SimpleNamespace(meta=SimpleNamespace(flow="articles"), **more),
    )  # fmt: skip


@pytest.mark.spec("ART-01")
@pytest.mark.pitfall("PB-20")
def test_article_that_the_shop_may_hold_stays_unfinished_until_its_end_is_known() -> None:
    noted: dict[str, str] = {}
    rows = [
        PlanRow(seq=n, action=Action.CREATE, entity="product", key=key, fingerprint="f") for n, key in enumerate(KEYS)
    ]
    rows.append(PlanRow(seq=9, action=Action.UPDATE, entity="product", key="old", target_id="1", fingerprint="f"))
    results = [
        WriteResult(key="done", outcome=Outcome.DONE, target_id="7"),
        WriteResult(key="unknown", outcome=Outcome.UNKNOWN),
        WriteResult(key="half", outcome=Outcome.REFUSED, target_id="8", error=REFUSED),
        WriteResult(key="refused", outcome=Outcome.REFUSED, error=REFUSED),
        WriteResult(key="old", outcome=Outcome.UNKNOWN, target_id="1"),
    ]

    def write(batch: Any) -> list[WriteResult]:
        assert noted == dict.fromkeys(KEYS, CREATING), "known before anything leaves"
        return results

    _send(context(noted), [(row, {}) for row in rows], write)
    assert noted == {
        "done": "f", "unknown": CREATING, "silent": CREATING, "half": CREATING, "refused": FAILED, "old": FAILED,
    }  # fmt: skip


@pytest.mark.spec("ART-01")
def test_creation_that_was_whole_when_its_run_broke_off_is_forgotten() -> None:
    noted = {"whole": CREATING, "half": CREATING, "other": "f"}
    _forget_finished(context(noted, unchanged_among=lambda keys: [key for key in keys if key == "whole"]))
    assert noted == {"half": CREATING, "other": "f"}


def test_shown_is_written_as_shops_take_it() -> None:
    row = PlanRow(seq=1, action=Action.UPDATE, entity="product", key="A", target_id="1")
    payload = {"kind": "product", "parent_id": "", "texts": [], "values": [{"k": "active", "v": "true"}]}
    assert _product(context({}), row, payload).values == {"active": "1"}
