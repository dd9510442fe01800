"""What a person decides about orders that were imported and edited afterwards (PB-23)."""

from __future__ import annotations

from atoosync_lab.connectors.base import Scope
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.orders.edits import OrderContent, content_of, edit
from atoosync_lab.planning.order_reading import OrderReader
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.snapshots import captures
from atoosync_lab.store.ledger import State


def take_edit(workspace: Workspace, profile_id: str, key: str, *, who: str) -> str:
    """Take an edit as dealt with in the ERP: the order as it was last read is from now on what was imported.

    Args:
        workspace: the workbench.
        profile_id: whose order.
        key: id of the shop's order.
        who: person who decided.

    Returns:
        Number of its document.

    Raises:
        SettingsError: the order was never imported, or was not edited as far as was read.
    """
    row = workspace.ledger.find(profile_id, "orders", [key]).get(key)
    if row is None or row.state is not State.DONE or not row.payload:
        raise SettingsError("review.not_edited", key=key)
    for capture in captures.each(workspace.home.captures, profile_id, "shop"):
        if Scope.ORDERS.value not in capture.scopes:
            continue
        reader = OrderReader(capture.path)
        try:
            now = next((content_of(b) for b in reader.bundles() if b.order.remote_id == key), None)
        finally:
            reader.close()
        if now is not None:
            if edit(OrderContent.load(row.payload), now, order=key, number=row.target_number) is None:
                break
            workspace.ledger.keep(row, now.dump(), who=who)
            return row.target_number
    raise SettingsError("review.not_edited", key=key)
