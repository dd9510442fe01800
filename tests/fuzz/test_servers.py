"""No request makes a server fail of itself: sandboxes and dashboards, a sample of what the measurement sends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.serving import ROUNDS


@pytest.mark.spec("SEC-02")
@pytest.mark.parametrize("name", ["shop_server", "erp_server", "board_server"])
def test_any_request_is_answered_or_refused_as_the_system_does(name: str, tmp_path: Path) -> None:
    tried = ROUNDS[name](tmp_path, 120.0, 8, 7)
    assert tried.cases >= 8
    assert tried.failures == {}
