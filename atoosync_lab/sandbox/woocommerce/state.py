"""The shop's data in one SQLite file: a table a kind of record, columns for what is searched, the rest as JSON.

A row is one mapping: columns and the content of `doc` together. Times are text in GMT to the second, amounts are text.
Several processes may work on the file: each sees what the others committed at its next request.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from atoosync_lab.sandbox.woocommerce import times, versions
from atoosync_lab.sandbox.woocommerce.errors import StateVersionError

FILE_NAME = "woocommerce.sqlite"
Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A table: its columns with their SQL types, where its ids come from, its indexes."""

    columns: Mapping[str, str]
    sequence: str
    indexes: Sequence[str] = ()


_DATED = {"created": "TEXT", "modified": "TEXT"}
TABLES: dict[str, Table] = {
    "products": Table(
        {
            "parent_id": "INTEGER", "type": "TEXT", "status": "TEXT", "sku": "TEXT COLLATE NOCASE", "gtin": "TEXT",
            "name": "TEXT", "slug": "TEXT", "price": "TEXT", "on_sale": "INTEGER", "manage_stock": "INTEGER",
            "stock_quantity": "INTEGER", "stock_status": "TEXT", "menu_order": "INTEGER", "total_sales": "INTEGER",
            "featured": "INTEGER", "tax_class": "TEXT", **_DATED,
        },
        "post", ("parent_id", "sku", "gtin", "modified", "created", "slug", "status, type"),
    ),
    "images": Table({"name": "TEXT", "alt": "TEXT", "file": "TEXT", "data": "BLOB", **_DATED}, "post", ("file",)),
    "terms": Table(
        {
            "taxonomy": "TEXT", "name": "TEXT COLLATE NOCASE", "slug": "TEXT", "parent": "INTEGER",
            "menu_order": "INTEGER",
        },
        "term", ("taxonomy, name", "taxonomy, slug"),
    ),
    "attributes": Table({"name": "TEXT", "slug": "TEXT"}, "attribute"),
    "customers": Table(
        {"email": "TEXT COLLATE NOCASE", "username": "TEXT COLLATE NOCASE", "role": "TEXT", **_DATED},
        "user", ("email", "username"),
    ),
    "orders": Table(
        {"parent_id": "INTEGER", "status": "TEXT", "customer_id": "INTEGER", "total": "TEXT", **_DATED},
        "post", ("modified, id, status", "created, id, status", "customer_id", "status"),
    ),
    "refunds": Table({"order_id": "INTEGER", **_DATED}, "post", ("order_id",)),
    "fulfillments": Table({"order_id": "INTEGER", "modified": "TEXT"}, "fulfillment", ("order_id",)),
    "notes": Table({"order_id": "INTEGER", "created": "TEXT"}, "comment", ("order_id",)),
    "coupons": Table({"code": "TEXT COLLATE NOCASE", "status": "TEXT", **_DATED}, "post", ("code",)),
    "taxes": Table(
        {"country": "TEXT", "state": "TEXT", "class": "TEXT", "priority": "INTEGER", "position": "INTEGER"}, "tax"
    ),
    "tax_classes": Table({"slug": "TEXT", "name": "TEXT"}, "tax_class"),
    "webhooks": Table({"status": "TEXT", **_DATED}, "webhook"),
    "zones": Table({"name": "TEXT"}, "zone"),
    "zone_methods": Table({"zone_id": "INTEGER"}, "zone_method"),
    "keys": Table({"consumer_key": "TEXT", "consumer_secret": "TEXT", "permissions": "TEXT"}, "key", ("consumer_key",)),
    "mails": Table({"created": "TEXT", "template": "TEXT", "recipient": "TEXT"}, "mail"),
}  # fmt: skip
"""All tables; each has an `id` and a `doc` too. `images.data` is not part of a row (see `image_bytes`)."""

_EXTRA = (
    "CREATE TABLE _meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE _options (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE _sequences (name TEXT PRIMARY KEY, next INTEGER NOT NULL)",
    "CREATE TABLE product_terms (owner INTEGER, term_id INTEGER, PRIMARY KEY (owner, term_id)) WITHOUT ROWID",
    "CREATE INDEX product_terms_term ON product_terms (term_id)",
    "CREATE TABLE order_products (owner INTEGER, product_id INTEGER, PRIMARY KEY (owner, product_id)) WITHOUT ROWID",
    "CREATE INDEX order_products_product ON order_products (product_id)",
)


def terms_of(row: Row) -> set[int]:
    """Ids of all terms of a product: categories, tags, brands, shipping class, values of attributes."""
    found = {*row.get("categories", ()), *row.get("tags", ()), *row.get("brands", ())}
    for attribute in row.get("attributes", ()):
        found.update(attribute.get("terms", ()))
    if row.get("shipping_class_id"):
        found.add(row["shipping_class_id"])
    return found


def products_of(row: Row) -> set[int]:
    """Ids of all products and variations of an order's lines."""
    return {
        line[name] for line in row.get("line_items", ()) for name in ("product_id", "variation_id") if line.get(name)
    }


_LINKS: dict[str, tuple[str, Callable[[Row], set[int]]]] = {
    "products": ("product_terms", terms_of),
    "orders": ("order_products", products_of),
}


class ShopState:
    """The data of one shop. Use `ShopState.open`; calls from several threads must be one after another.

    Attributes:
        version: Version of WooCommerce that the shop plays.
        db: The SQLite connection, in autocommit mode; use `writing()` around several statements.
        path: Its file.
        clock_offset: What the shop's clock is wrong by.
        changed: What happened to orders while a webhook listens, for `webhooks` to deliver.
    """

    def __init__(self, db: sqlite3.Connection, version: str, clock: Callable[[], datetime] | None = None) -> None:
        self.db = db
        self.path = Path(str(db.execute("PRAGMA database_list").fetchone()[2]))
        self.version = version
        self.version_parts = versions.parse(version)
        self.clock_offset = timedelta()
        self._clock = clock or (lambda: datetime.now(UTC))
        self._inserts = {name: _insert(name, table) for name, table in TABLES.items()}
        self.changed: list[tuple[str, int]] = []

    @classmethod
    def open(cls, folder: Path | str, version: str | None = None) -> ShopState:
        """Open the shop of a folder, or install an empty one there.

        Args:
            folder: Folder of the state file (created).
            version: Version; None takes that of the existing shop, or 9.9.5.

        Raises:
            StateVersionError: when the folder holds a shop of another version.
        """
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path / FILE_NAME, isolation_level=None, check_same_thread=False, timeout=30)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536", "temp_store=MEMORY"):
            db.execute(f"PRAGMA {pragma}")
        found = None
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = '_meta'").fetchone():
            found = str(db.execute("SELECT value FROM _meta WHERE name = 'version'").fetchone()[0])
        if found is not None and version not in (None, found):
            db.close()
            raise StateVersionError(f"{path} holds a shop of version {found}, not {version}: take another folder")
        state = cls(db, found or version or versions.DEFAULT_VERSION)
        if found is None:
            state._install()
        else:
            # A folder of an older release of the sandbox may lack tables that came since.
            state._make_tables()
        return state

    def _install(self) -> None:
        from atoosync_lab.sandbox.woocommerce.install import install  # the installer writes through this class

        with self.writing():
            for statement in _EXTRA:
                self.db.execute(statement)
            self._make_tables()
            self.db.execute("INSERT INTO _meta VALUES ('version', ?)", (self.version,))
            install(self)

    def _make_tables(self) -> None:
        for name, table in TABLES.items():
            columns = "".join(f', "{column}" {kind}' for column, kind in table.columns.items())
            self.db.execute(f"CREATE TABLE IF NOT EXISTS {name} (id INTEGER PRIMARY KEY{columns}, doc TEXT NOT NULL)")
            for count, index in enumerate(table.indexes):
                self.db.execute(f"CREATE INDEX IF NOT EXISTS {name}_i{count} ON {name} ({index})")

    def reset(self) -> None:
        """Back to an empty installed shop; keys and the version stay."""
        keys = self.rows("keys")
        for (name,) in self.db.execute(
            "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall():
            self.db.execute(f"DROP TABLE {name}")
        self._install()
        with self.writing():
            self.db.execute("DELETE FROM keys")
            self.insert_many("keys", keys)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all or nothing. Nested calls join the outer one."""
        if self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def moment(self) -> datetime:
        """The present (aware) by the shop's clock."""
        return self._clock() + self.clock_offset

    def now(self) -> str:
        """The present as it is stored."""
        return times.text_of(self.moment())

    # ids -------------------------------------------------------------------------------------------------------------

    def reserve(self, sequence: str, count: int = 1) -> int:
        """Take ids of a sequence (`post`, `term`, `item`, `meta`, ...); the first of them."""
        sql = "INSERT INTO _sequences VALUES (?, 1 + ?) ON CONFLICT (name) DO UPDATE SET next = next + ? RETURNING next"
        return int(self.db.execute(sql, (sequence, count, count)).fetchone()[0]) - count

    # rows ------------------------------------------------------------------------------------------------------------

    def _split(self, name: str, row: Row) -> tuple[Any, ...]:
        columns = TABLES[name].columns
        doc = {key: value for key, value in row.items() if key not in columns and key not in ("id", "doc")}
        text = json.dumps(doc, separators=(",", ":"), ensure_ascii=False)
        return (row["id"], *(row.get(column) for column in columns), text)

    def insert(self, name: str, row: Row) -> int:
        """Store a new row; its id, taken from the table's sequence when the row has none."""
        return self.insert_many(name, [row])[0]

    def insert_many(self, name: str, rows: Sequence[Row]) -> list[int]:
        """Store many new rows at once; their ids."""
        missing = sum(1 for row in rows if not row.get("id"))
        following = self.reserve(TABLES[name].sequence, missing) if missing else 0
        for row in rows:
            if not row.get("id"):
                row["id"] = following
                following += 1
        self.db.executemany(self._inserts[name], (self._split(name, row) for row in rows))
        if name in _LINKS:
            table, ids_of = _LINKS[name]
            pairs = ((row["id"], other) for row in rows for other in ids_of(row))
            self.db.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", pairs)
        self._heard(name, "created", rows)
        return [row["id"] for row in rows]

    def update(self, name: str, row: Row) -> None:
        """Store a row that is there with all its values."""
        self.db.execute(self._inserts[name].replace("INSERT", "REPLACE", 1), self._split(name, row))
        if name in _LINKS:
            table, ids_of = _LINKS[name]
            self.db.execute(f"DELETE FROM {table} WHERE owner = ?", (row["id"],))
            self.db.executemany(f"INSERT INTO {table} VALUES (?, ?)", ((row["id"], other) for other in ids_of(row)))
        self._heard(name, "deleted" if row.get("status") == "trash" else "updated", [row])

    def delete(self, name: str, number: int) -> None:
        """Remove a row for good."""
        self.db.execute(f"DELETE FROM {name} WHERE id = ?", (number,))
        if name in _LINKS:
            self.db.execute(f"DELETE FROM {_LINKS[name][0]} WHERE owner = ?", (number,))
        self._heard(name, "deleted", [{"id": number}])

    def _heard(self, name: str, event: str, rows: Sequence[Row]) -> None:
        """Note what happened to orders; without a webhook that listens it costs one small look."""
        if name == "orders" and self.db.execute("SELECT 1 FROM webhooks WHERE status = 'active' LIMIT 1").fetchone():
            self.changed += [(f"order.{event}", row["id"]) for row in rows]

    def rows(self, name: str, where: str = "1", values: Iterable[Any] = (), order: str = "id") -> list[Row]:
        """Rows that fulfil a condition in SQL."""
        columns = [column for column in TABLES[name].columns if column != "data"]
        names = ", ".join(f'"{column}"' for column in columns)
        sql = f"SELECT id, doc, {names} FROM {name} WHERE {where} ORDER BY {order}"
        found = []
        for number, doc, *stored in self.db.execute(sql, tuple(values)):
            row: Row = json.loads(doc)
            row["id"] = number
            row.update(zip(columns, stored, strict=True))
            found.append(row)
        return found

    def row(self, name: str, number: int) -> Row | None:
        """One row by its id."""
        found = self.rows(name, "id = ?", (number,))
        return found[0] if found else None

    def by_ids(self, name: str, numbers: Iterable[int]) -> dict[int, Row]:
        """Rows by their ids; those that are not there are left out."""
        wanted = [int(number) for number in set(numbers) if number]
        if not wanted:
            return {}
        return {row["id"]: row for row in self.rows(name, f"id IN ({','.join(map(str, wanted))})")}

    def ids(self, name: str, where: str, values: Iterable[Any], order: str, index: str = "") -> list[int]:
        """Ids of rows in an order; `index` names the index to walk (`modified`), where SQLite would sort instead."""
        way = ""
        if index:
            found = next((n for n, text in enumerate(TABLES[name].indexes) if text.startswith(index)), None)
            way = "NOT INDEXED" if found is None else f"INDEXED BY {name}_i{found}"
        sql = f"SELECT id FROM {name} {way} WHERE {where} ORDER BY {order}"
        return [row[0] for row in self.db.execute(sql, tuple(values))]

    def count(self, name: str, where: str = "1", values: Iterable[Any] = ()) -> int:
        """Number of rows that fulfil a condition."""
        return int(self.db.execute(f"SELECT COUNT(*) FROM {name} WHERE {where}", tuple(values)).fetchone()[0])

    def image_bytes(self, file: str) -> bytes | None:
        """The content of an uploaded image by its path below `uploads/`."""
        found = self.db.execute("SELECT data FROM images WHERE file = ?", (file,)).fetchone()
        return found[0] if found else None

    # settings --------------------------------------------------------------------------------------------------------

    def option(self, name: str) -> str:
        """A setting of the shop; empty when there is none."""
        found = self.db.execute("SELECT value FROM _options WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def set_option(self, name: str, value: str) -> None:
        """Change a setting."""
        self.db.execute("INSERT OR REPLACE INTO _options VALUES (?, ?)", (name, value))

    def flag(self, name: str) -> bool:
        """Whether a setting is `yes`."""
        return self.option(name) == "yes"


def _insert(name: str, table: Table) -> str:
    names = ", ".join(f'"{column}"' for column in table.columns)
    marks = ", ".join("?" for _ in range(len(table.columns) + 2))
    return f"INSERT INTO {name} (id, {names}, doc) VALUES ({marks})"
