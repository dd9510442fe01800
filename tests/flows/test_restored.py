"""A restored copy imports nothing twice: what the lost stretch imported is found again at the ERP (SEC-05)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from atoosync_lab.cli.demo_steps import Demo, sign_in
from atoosync_lab.model.errors import RetryError
from atoosync_lab.runs.backup import backup, restore
from atoosync_lab.runs.reconciling import reconcile
from atoosync_lab.runs.run import RunRequest, run
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox.ebp.seed import FolderState
from atoosync_lab.store import restored
from atoosync_lab.store.ledger import State
from atoosync_lab.store.restored import Restored
from tests.flows.conftest import command
from tests.flows.test_orders import FOLDER, documents, once

RESET = 3


def settlements(demo: Demo) -> int:
    """Settlements of ours in the folder."""
    with FolderState.open(demo.home / "sandbox" / "ebp", FOLDER) as folder:
        return sum(1 for row in folder.rows("SaleSettlement") if row["xx_AtooKey"])


def delete_documents(demo: Demo, keys: set[str]) -> None:
    """Somebody deletes documents in the ERP, so that their orders are imported anew."""
    for row in documents(demo):
        if row["xx_AtooKey"] in keys:
            demo.erp.admin(
                "POST",
                "/_admin/ebp/rows",
                {"folder": FOLDER, "table": "SaleDocument", "key": row["Id"], "delete": True},
            )


@pytest.mark.spec("SEC-05", "ORD-10")
@pytest.mark.pitfall("PB-20")
def test_restored_copy_finds_what_was_imported_since_and_sends_nothing_again(demo: Demo, tmp_path: Path) -> None:
    """The backup is made in the middle of an import: some orders are there, some on their way, most not yet. The import
    goes on, some orders are reset and imported anew; then the older copy is restored and runs against the same ERP."""
    profile = demo.workspace.profiles.get("demo")
    sizes = profile.shop.sizes.model_copy(update={"import_file": 8})
    small = profile.model_copy(update={"shop": profile.shop.model_copy(update={"sizes": sizes})})
    demo.workspace.profiles.save(small, who="test", expected_revision=demo.workspace.profiles.revision("demo"))
    killed = command(demo.home, "run", "orders", env={"ATOOSYNC_FAULT": "ledger:accepted:4"})
    assert killed.returncode == -9, killed.stderr
    archive = tmp_path / "backup.zip"
    backup(demo.home, archive)
    states = demo.workspace.ledger.counts("demo", "orders")
    demo.run("orders")
    ledger = demo.workspace.ledger
    fresh = sorted(key for key, (state, _) in ledger.states("demo", "orders").items() if state is State.DONE)
    reset = list(ledger.find("demo", "orders", fresh).values())[-RESET:]
    delete_documents(demo, {row.token for row in reset})
    assert len(ledger.reset("demo", "orders", [row.key for row in reset], who="test").done) == RESET
    demo.run("orders")
    expected, paid = len(documents(demo)), settlements(demo)
    assert expected == len(fresh) > states[State.DONE], "the backup is older than most of the import"

    root = tmp_path / "restored"
    done = restore(archive, root, who="test", key=demo.home / "master.key")
    assert done.taken_over.signed_out == 1
    with Workspace.open(root) as space:
        sign_in(space, space.profiles.get("demo"))
        # What the former place sent last may still be on its way: nothing is sent before that time is over.
        note = restored.read(root)
        assert note is not None
        restored.write(root, Restored(at=datetime.now(UTC) + timedelta(hours=1), made_at=note.made_at))
        demo.erp.reset_calls()
        with pytest.raises(RetryError) as early:
            run(space, RunRequest(profile="demo", flow="orders"))
        assert early.value.code == "restore.settling"
        assert not [call for call in demo.erp.calls() if "createImport" in call]
        restored.write(root, Restored(at=note.at - timedelta(minutes=5), made_at=note.made_at))
        for _ in range(2):
            run(space, RunRequest(profile="demo", flow="orders"))
        assert not [call for call in demo.erp.calls() if "createImport" in call], "not one file was sent"
        found = {key: state for key, (state, _) in space.ledger.states("demo", "orders").items()}
        assert {key for key, state in found.items() if state is State.DONE} == set(fresh)
        assert reconcile(space, "demo").gaps == ()
    once(demo)
    held = documents(demo)
    assert len(held) == expected
    assert settlements(demo) == paid
    assert max(Counter(str(row["DocumentNumber"]) for row in held).values()) == 1
    assert demo.reconcile().gaps == ()
