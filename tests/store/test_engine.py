"""The store's database: many writers, crashes, migrations, damage."""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from atoosync_lab.model.errors import StorageError
from atoosync_lab.store.engine import Store, upsert
from atoosync_lab.store.home import Home
from atoosync_lab.store.ledger import Ledger, NewRow, State
from atoosync_lab.store.migrations import config
from atoosync_lab.store.tables import SCHEMA_HEAD, marks, metadata, quota_use

from .conftest import Spawn, outputs

WRITER = """
import sys
from sqlalchemy import insert, select, update
from atoosync_lab.store.engine import Store
from atoosync_lab.store.tables import profile_history, quota_use
from atoosync_lab.store.types import now
store = Store.open(sys.argv[1])
for number in range(int(sys.argv[3])):
    with store.begin() as tx:
        used = tx.execute(select(quota_use.c.used)).scalar_one()
        tx.execute(update(quota_use).values(used=used + 1))
        tx.execute(insert(profile_history).values(
            profile=sys.argv[2], revision=number, at=now(), who="", action="save"))
print("done")
"""


def test_six_processes_write_at_once_without_losing_or_locking(store: Store, home: Home, spawn: Spawn) -> None:
    with store.begin() as tx:
        upsert(
            tx,
            quota_use,
            [{"profile": "p", "counter": "c", "period": "m", "used": 0, "reserved": 0}],
            update=(),
        )
    processes = [spawn(WRITER, home.store, f"p{n}", 60) for n in range(6)]
    assert outputs(processes) == ["done\n"] * 6
    with store.read() as connection:
        assert connection.execute(select(quota_use.c.used)).scalar_one() == 360


def test_six_processes_may_create_the_store_at_once(home: Home, spawn: Spawn) -> None:
    code = "import sys; from atoosync_lab.store.engine import Store; Store.open(sys.argv[1]); print('open')"
    assert outputs([spawn(code, home.store) for _ in range(6)]) == ["open\n"] * 6
    with Store.open(home.store) as store, store.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == SCHEMA_HEAD


CRASHER = """
import sys
from atoosync_lab.store.engine import Store
from atoosync_lab.store.ledger import Ledger, NewRow, State
ledger = Ledger(Store.open(sys.argv[1]))
number = 0
while True:
    rows = ledger.intend("p", "orders", [NewRow(key=str(number + n)) for n in range(5)])
    ledger.move(rows, State.SENDING)
    number += 5
"""


@pytest.mark.spec("ORD-10")
@pytest.mark.parametrize(
    ("fault", "sending", "intent"),
    [
        ("store.inside:4", 5, 5),  # the second move is never committed
        ("store.after:3", 5, 5),  # the second intention is committed, its move not begun
        ("store.before:4", 5, 5),
        ("store.after:4", 10, 0),
    ],
)
def test_a_killed_process_leaves_whole_transactions(
    home: Home, spawn: Spawn, fault: str, sending: int, intent: int
) -> None:
    process = spawn(CRASHER, home.store, ATOOSYNC_FAULT=fault)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    with Store.open(home.store) as store:
        with store.read() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        counts = Ledger(store).counts("p")
        assert (counts[State.SENDING], counts[State.INTENT]) == (sending, intent)
        assert len(Ledger(store).recover("p")) == sending
        assert Ledger(store).intend("p", "orders", [NewRow(key="0")])[0].state is State.UNKNOWN


def test_a_transaction_that_raises_writes_nothing(store: Store) -> None:
    def fail() -> None:
        with store.begin() as tx:
            tx.execute(text("INSERT INTO quota_use VALUES ('p', 'c', 'm', 1, 0)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.read() as connection:
        assert connection.execute(select(quota_use)).first() is None


def test_a_second_transaction_in_the_same_thread_is_refused_instead_of_waiting_for_itself(store: Store) -> None:
    with store.begin(), pytest.raises(RuntimeError), store.begin():
        pass
    with store.begin():
        pass


def test_readers_go_on_while_somebody_writes(store: Store) -> None:
    with store.begin() as tx:
        tx.execute(text("INSERT INTO quota_use VALUES ('p', 'c', 'm', 1, 0)"))
        with store.read() as connection:
            assert connection.execute(select(quota_use)).first() is None


def test_writes_survive_a_power_cut_and_use_wal(store: Store) -> None:
    with store.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == 30_000


def test_migrations_give_exactly_the_tables(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert ScriptDirectory.from_config(config()).get_current_head() == SCHEMA_HEAD


def test_a_migration_can_be_taken_back(store: Store) -> None:
    from alembic import command

    with store.engine.begin() as connection:
        command.downgrade(config(connection), "base")
    with store.read() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type='table'")).scalars().all()
    assert set(names) <= {"alembic_version", "sqlite_sequence"}


def test_a_store_of_a_newer_version_is_refused(home: Home) -> None:
    with Store.open(home.store) as store, store.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError) as caught:
        Store.open(home.store)
    assert caught.value.code == "store.newer"
    assert "9999" in str(caught.value)


@pytest.mark.parametrize("content", [b"no database at all, but long enough to have a header" * 20])
def test_a_file_that_is_no_store_is_said_to_be_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(content)
    with pytest.raises(StorageError) as caught:
        Store.open(path)
    assert caught.value.code == "store.corrupt"
    assert str(path) in str(caught.value)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        Store.open(tmp_path / "missing" / "store.sqlite")
    assert caught.value.code == "store.unwritable"


def test_a_full_disk_is_told_as_such_and_what_was_done_stays(store: Store) -> None:
    with store.begin() as tx:
        tx.execute(text("INSERT INTO quota_use VALUES ('p', 'c', 'm', 1, 0)"))

    def fill() -> None:
        with store.begin() as tx:
            pages = tx.execute(text("PRAGMA page_count")).scalar_one()
            tx.execute(text(f"PRAGMA max_page_count={pages}"))
            for number in range(2000):
                tx.execute(text("INSERT INTO quota_use VALUES (:p, 'c', 'm', 1, 0)"), {"p": str(number) + "x" * 500})

    with pytest.raises(StorageError) as caught:
        fill()
    assert caught.value.code == "store.full"
    with store.read() as connection:
        assert connection.execute(select(quota_use)).all() == [("p", "c", "m", 1, 0)]


def test_a_store_locked_by_another_program_is_told_as_such(store: Store, home: Home) -> None:
    other = sqlite3.connect(home.store, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def write_impatiently() -> None:
        with store.read() as reader:
            reader.exec_driver_sql("PRAGMA busy_timeout=50")
            reader.execute(marks.delete())

    try:
        with pytest.raises(StorageError) as caught:
            write_impatiently()
        assert caught.value.code == "store.locked"
    finally:
        other.close()


def test_an_address_is_shown_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "_migrate", lambda self: None)
    monkeypatch.setattr("atoosync_lab.store.engine.create_engine", _fake_engine)
    assert "CANARY" not in repr(Store.open("postgresql://u:CANARY@db/atoosync"))


def _fake_engine(url: str, **options: object) -> object:
    from sqlalchemy.engine import make_url

    class Fake:
        def __init__(self) -> None:
            self.url = make_url(url)

    return Fake()


def test_the_home_folder_is_closed_to_others(tmp_path: Path) -> None:
    home = Home.open(env={"ATOOSYNC_HOME": str(tmp_path / "h")})
    assert home.root == tmp_path / "h"
    for folder in (home.root, home.captures, home.plans, home.runs, home.sandbox):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught:
        Home.open(tmp_path / "file")
    assert caught.value.code == "store.home"


def test_a_committed_intention_is_there_for_the_next_process(home: Home) -> None:
    with Store.open(home.store) as store:
        Ledger(store).intend("p", "orders", [NewRow(key="1")])
    with Store.open(home.store) as store:
        assert Ledger(store).find("p", "orders", ["1"])["1"].state is State.INTENT
