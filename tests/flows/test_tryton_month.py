"""Some documents of the real year in a real Tryton server; `make bench NAME=real_year_tryton` takes a month of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox.data.online_retail import retail_file
from atoosync_lab.sandbox.data.retail_source import RetailSource
from atoosync_lab.sandbox.tryton.retail import SAMPLE
from atoosync_lab.sandbox.tryton.template import Built
from benchmarks.real_year_tryton import measure


def here(home: Path, profile: str, flow: str) -> dict[str, Any]:
    """Run a flow in this process."""
    with Workspace.open(home) as workspace:
        return {"ok": run(workspace, RunRequest(profile=profile, flow=flow, who="test")).run.counts.ok}


@pytest.mark.spec("ORD-01", "ORD-06", "ORD-21", "BEY-10")
def test_books_hold_to_the_cent_what_the_shop_sold(shared: Path, tryton_template: Built, tmp_path: Path) -> None:
    with RetailSource(retail_file(shared), numbers=SAMPLE) as source:
        found = measure(tmp_path, source, here, "sample")
    print(f"{found['seconds']} s for {found['lines']} lines")
    assert found["orders"] == sum(not number.startswith("C") for number in SAMPLE)
    assert found["credit_notes"] == sum(number.startswith("C") for number in SAMPLE)
    assert found["orders_excl_tax_erp"] == str(found["orders_excl_tax_source"]).removesuffix("0")
    assert found["credit_notes_excl_tax_erp"] == str(found["credit_notes_excl_tax_source"]).removesuffix("0")
    assert found["trial_balance_equal"]
    assert found["fec_equal"]
    clean = ("documents_missing", "documents_doubled", "difference_lines", "rounding_lines", "second_run_creations")
    assert {name: found[name] for name in clean} == dict.fromkeys(clean, 0)
