"""A running EBP sandbox for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from atoosync_lab.sandbox.ebp.settings import SUBSCRIPTION_KEY
from atoosync_lab.sandbox.servers import RunningSandbox, start
from tests.sandbox.ebp.helpers import Api, load_articles


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    state = tmp_path_factory.mktemp("ebp")
    load_articles(state)
    with start("ebp", state, speed=0) as running:
        yield running


@pytest.fixture
def api(server: RunningSandbox) -> Iterator[Api]:
    before = server.admin("GET", "/_admin/ebp/settings")
    server.faults([])
    token = server.admin("POST", "/_admin/ebp/sign-in")["access_token"]
    headers = {"Authorization": f"Bearer {token}", "ebp-subscription-key": SUBSCRIPTION_KEY}
    with httpx.Client(base_url=server.url, headers=headers, timeout=10) as http:
        yield Api(server, http)
    server.faults([])
    server.admin("POST", "/_admin/ebp/settings", before)
    server.admin("DELETE", "/_admin/ebp/quota")
