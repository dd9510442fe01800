"""Identity links between a shop and an ERP, and fingerprints of what was last sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Text, delete, select, type_coerce

from atoosync_lab.store.engine import Store, upsert
from atoosync_lab.store.tables import fingerprints, links
from atoosync_lab.store.types import now

_CHUNK = 400
MOMENT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What was last sent for one record of a flow."""

    key: str
    md5: str
    """Hash of the canonical mapped row."""
    target_id: str
    sent_at: datetime


class Links:
    """Links and fingerprints of all profiles. Methods with `tx` take part in a transaction of the caller."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def link(self, profile: str, entity: str, pairs: Mapping[str, str], tx: Connection | None = None) -> None:
        """Link shop ids with ERP keys; a shop id that is linked already gets the new key.

        Args:
            profile: profile id.
            entity: `product`, `variant`, `customer`, `order`, ...
            pairs: ERP key by shop id.
            tx: transaction to take part in.
        """
        moment = now()
        rows = [
            {"profile": profile, "entity": entity, "shop_id": shop, "erp_key": erp, "linked_at": moment}
            for shop, erp in pairs.items()
        ]
        self._write(links, rows, ("erp_key", "linked_at"), tx)

    def unlink(self, profile: str, entity: str, shop_ids: Sequence[str]) -> None:
        """Forget links."""
        with self._store.begin() as tx:
            for start in range(0, len(shop_ids), _CHUNK):
                part = shop_ids[start : start + _CHUNK]
                tx.execute(
                    delete(links).where(links.c.profile == profile, links.c.entity == entity, links.c.shop_id.in_(part))
                )

    def by_shop_id(self, profile: str, entity: str) -> dict[str, str]:
        """ERP key by shop id."""
        query = select(links.c.shop_id, links.c.erp_key).where(links.c.profile == profile, links.c.entity == entity)
        with self._store.read() as connection:
            return {row.shop_id: row.erp_key for row in connection.execute(query)}

    def shop_ids(self, profile: str, entity: str, erp_key: str) -> list[str]:
        """Shop ids linked with an ERP key: several shop accounts may be one customer."""
        query = select(links.c.shop_id).where(
            links.c.profile == profile, links.c.entity == entity, links.c.erp_key == erp_key
        )
        with self._store.read() as connection:
            return list(connection.execute(query.order_by(links.c.shop_id)).scalars())

    def note_sent(
        self, profile: str, flow: str, sent: Iterable[Fingerprint], tx: Connection | None = None
    ) -> None:  # fmt: skip
        """Remember what was sent, with the journal line that says so."""
        rows = [
            {
                "profile": profile, "flow": flow, "key": each.key, "md5": each.md5, "target_id": each.target_id,
                "sent_at": each.sent_at,
            }
            for each in sent
        ]  # fmt: skip
        self._write(fingerprints, rows, ("md5", "target_id", "sent_at"), tx)

    def forget_sent(self, profile: str, flow: str, keys: Sequence[str] | None = None) -> None:
        """Forget what was sent, so that it is compared and sent anew; None: all of the flow."""
        mine = delete(fingerprints).where(fingerprints.c.profile == profile, fingerprints.c.flow == flow)
        with self._store.begin() as tx:
            if keys is None:
                tx.execute(mine)
                return
            for start in range(0, len(keys), _CHUNK):
                tx.execute(mine.where(fingerprints.c.key.in_(keys[start : start + _CHUNK])))

    def noted(self, profile: str, flow: str, md5: str) -> list[str]:
        """Keys of the records of a flow whose fingerprint is this one."""
        mine = (fingerprints.c.profile == profile, fingerprints.c.flow == flow, fingerprints.c.md5 == md5)
        with self._store.read() as connection:
            return list(connection.execute(select(fingerprints.c.key).where(*mine)).scalars())

    def fingerprints(self, profile: str, flow: str) -> pa.Table:
        """Last-sent fingerprints as a table (key, md5, target_id, sent_at), to be joined by the planner."""
        columns: list[Any] = [fingerprints.c.key, fingerprints.c.md5, fingerprints.c.target_id]
        mine = (fingerprints.c.profile == profile, fingerprints.c.flow == flow)
        with self._store.read() as connection:
            # SQLite keeps moments as text, which Arrow reads a hundred times faster than Python would.
            as_text = connection.dialect.name == "sqlite"
            columns.append(type_coerce(fingerprints.c.sent_at, Text) if as_text else fingerprints.c.sent_at)
            rows = connection.execute(select(*columns).where(*mine)).all()
        key, md5, target, sent = zip(*rows, strict=True) if rows else ((), (), (), ())
        moments = pa.array(sent, pa.string() if as_text else MOMENT).cast(MOMENT)
        texts = [pa.array(values, pa.string()) for values in (key, md5, target)]
        return pa.table([*texts, moments], names=["key", "md5", "target_id", "sent_at"])

    def _write(self, table: Any, rows: list[dict[str, Any]], columns: tuple[str, ...], tx: Connection | None) -> None:
        if tx is not None:
            upsert(tx, table, rows, update=columns)
        elif rows:
            with self._store.begin() as own:
                upsert(own, table, rows, update=columns)
