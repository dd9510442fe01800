"""Pytest plugin: tests without a browser run as if none had been open before them.

Playwright's synchronous browser keeps an event loop in the thread for the whole session. Code that asks whether a loop
runs, as a page does in a kernel, would hear that it does, and `asyncio.run` would refuse to work.
"""

from __future__ import annotations

from asyncio import events
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Hide the browser's loop during a test that does not use it."""
    if "playwright" in getattr(item, "fixturenames", ()):
        return (yield)
    loop = events._get_running_loop()
    events._set_running_loop(None)
    try:
        return (yield)
    finally:
        events._set_running_loop(loop)
