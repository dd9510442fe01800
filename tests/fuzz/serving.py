"""The servers that are fuzzed over HTTP, each started empty in a folder, and what is sent to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import httpx

from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.ebp.folder import FolderState
from atoosync_lab.sandbox.ebp.settings import SUBSCRIPTION_KEY
from atoosync_lab.sandbox.prestashop.fields import Version
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from tests.fuzz import described
from tests.fuzz.sending import Tried, of_board, of_erp, of_shop, send
from tests.pages.servers import voila

FOLDER = "184976"
SAMPLE = frozenset({"products", "orders", "customers", "addresses", "zones", "stock_availables", "carts", "categories"})
"""Resources of a short round."""

SHORT = 100
"""Operations below which a round is a sample."""


def _examples(most: int) -> int:
    """Requests of an operation at a time."""
    return 3 if most < SHORT else 15


Round = Callable[[Path, float, int, int], Tried]
"""Fuzzes a server in a folder: seconds, most operations, start."""


def shop(version: Version) -> Round:
    """The Webservice of a version."""

    def one(folder: Path, seconds: float, most: int, start: int) -> Tried:
        only = SAMPLE if most < SHORT else frozenset[str]()
        with servers.start("prestashop", folder, version=version, speed=0) as server:
            return send(
                described.shop(version, only),
                server.url,
                of_shop,
                log=folder / servers.LOG_FILE,
                examples=_examples(most),
                seconds=seconds,
                most=most,
                start=start,
                auth=(DEFAULT_KEY, ""),
            )

    return one


def erp(folder: Path, seconds: float, most: int, start: int) -> Tried:
    """The services of the ERP, signed in."""
    FolderState.open(folder, FOLDER).close()
    with servers.start("ebp", folder, speed=0) as server:
        token = server.admin("POST", "/_admin/ebp/sign-in")["access_token"]
        headers = {"Authorization": f"Bearer {token}", "ebp-subscription-key": SUBSCRIPTION_KEY}
        return send(
            described.erp(FOLDER),
            server.url,
            of_erp,
            log=folder / servers.LOG_FILE,
            examples=_examples(most),
            seconds=seconds,
            most=most,
            start=start,
            headers=headers,
        )


def board(folder: Path, seconds: float, most: int, start: int) -> Tried:
    """The dashboards' server without pages, for a stranger and for who holds its token: no kernel is started."""
    pages, data = folder / "pages", folder / "exports"
    pages.mkdir()
    data.mkdir()
    with voila(folder, data, pages) as server:
        tried = Tried()
        for headers in ({}, {"Authorization": f"token {server.token}"}):
            found = send(
                described.board(["home"]),
                server.url.rstrip("/"),
                of_board,
                log=server.log,
                examples=_examples(most),
                seconds=seconds / 2,
                most=most // 2,
                start=start,
                headers=headers,
            )
            tried.cases += found.cases
            tried.failures |= found.failures
        if httpx.get(f"{server.url}login", timeout=10).status_code != 200:
            tried.failures["sign-in"] = "no longer there"
        return tried


ROUNDS: Mapping[str, Round] = MappingProxyType(
    {"shop_server": shop("9"), "shop_server_1_7_7": shop("1.7.7"), "erp_server": erp, "board_server": board}
)
"""Servers by the name of their target."""
