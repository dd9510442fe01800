"""The shop statuses whose orders are imported, and what each becomes (ORD-01)."""

from __future__ import annotations

from collections.abc import Sequence

from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.settings import Profile
from atoosync_lab.workbench.mapping_rows import GONE, MapRow, MapSpec, Option, State, Target, options_of

ACCEPTED = "Accepté"
"""The one state of a document that the ERP's import is known to take."""

_KINDS = (DocumentKind.QUOTE, DocumentKind.ORDER, DocumentKind.DELIVERY_NOTE, DocumentKind.INVOICE)


def _rows(profile: Profile, seen: Sequence[str]) -> list[MapRow]:
    listed = {i.id: i for i in profile.shop_lists.get(ListName.STATUSES)}
    rows = []
    for key in dict.fromkeys((*listed, *profile.orders.statuses, *(s for s in seen if s))):
        item = listed.get(key)
        name = item.label if item else key
        gone = str(item.extra.get(GONE, "")) if item else ""
        rows.append(MapRow(id=key, cells={"id_shown": key, "status": name}, names=(name,), gone=gone))
    return rows


def _options(profile: Profile) -> dict[str, Sequence[Option]]:
    states = dict.fromkeys((ACCEPTED, *(rule.state for rule in profile.orders.statuses.values())))
    return {
        "kind": tuple(Option(value=k.value, label=translate(f"order_settings.kind.{k.value}")) for k in _KINDS),
        "state": tuple(Option(value=text, label=text) for text in states if text),
        "set_status": options_of(profile.shop_lists.get(ListName.STATUSES)),
    }


STATUSES = MapSpec(
    name="statuses",
    path="orders.statuses",
    heads=(("id_shown", "map.head.id", "mono"), ("status", "map.head.status", "strong")),
    targets=(
        Target(column="kind", title="map.head.kind", placeholder="map.choose.kind", required=False, width=172),
        Target(
            column="state", title="map.head.document_state", placeholder="map.choose.document_state", required=False,
            initial=ACCEPTED, width=140, optional=True,
        ),
        Target(
            column="set_status", title="map.head.set_status", placeholder="map.choose.set_status", required=False,
            width=164,
        ),
    ),
    rows=_rows,
    options=_options,
    nested=True,
    presence="kind",
    words={State.DONE: "map.statuses.state_done", State.IDLE: "map.statuses.state_idle"},
    reread=("shop",),
)  # fmt: skip
