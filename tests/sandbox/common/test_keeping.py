"""State kept and brought back while the servers run."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.ebp.seed import DEFAULT_FOLDERS
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY

pytestmark = pytest.mark.spec("BEY-10")


def test_shop_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    with servers.start("prestashop", tmp_path, version="9") as shop, httpx.Client(auth=(DEFAULT_KEY, "")) as http:

        def brands() -> int:
            return http.get(shop.url + "/api/manufacturers").text.count("<manufacturer ")

        shop.admin("POST", "/_admin/keep/new")
        before = brands()
        body = "<prestashop><manufacturer><name>Bréval</name><active>1</active></manufacturer></prestashop>"
        assert http.post(shop.url + "/api/manufacturers", content=body).status_code == 201
        assert brands() == before + 1
        shop.admin("POST", "/_admin/restore/new")
        assert brands() == before
        assert http.post(shop.url + "/api/manufacturers", content=body).status_code == 201
        with pytest.raises(OSError, match="404"):
            shop.admin("POST", "/_admin/restore/never")


def test_folder_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    with servers.start("ebp", tmp_path, speed=1000) as erp:
        asked = {"folder": DEFAULT_FOLDERS[0][0], "table": "Bank"}
        before = erp.admin("POST", "/_admin/ebp/rows", asked)["rows"]
        erp.admin("POST", "/_admin/ebp/keep/new")
        erp.admin("POST", "/_admin/ebp/rows", {**asked, "insert": [{"Id": "NEUVE", "Caption": "Banque neuve"}]})
        assert len(erp.admin("POST", "/_admin/ebp/rows", asked)["rows"]) == len(before) + 1
        erp.admin("POST", "/_admin/ebp/restore/new")
        assert erp.admin("POST", "/_admin/ebp/rows", asked)["rows"] == before
