"""Pytest plugin: connectors that try again sooner, for tests of what comes after the last try.

How long the product waits is proved where a connector is given a `sleep` of the test's own.
"""

from __future__ import annotations

import pytest

from atoosync_lab.connectors import http
from atoosync_lab.connectors.shops.prestashop import facts


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many tries as ever, a twentieth of the waits between them."""
    monkeypatch.setattr(http, "_FIRST_WAIT", http._FIRST_WAIT / 20)
    monkeypatch.setattr(facts, "READ_WAITS", tuple(wait / 20 for wait in facts.READ_WAITS))
