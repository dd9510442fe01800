"""Workers of two hosts never share one SQLite folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from atoosync_lab.model.errors import BusyError
from atoosync_lab.store.engine import Store
from atoosync_lab.store.tables import workers as table
from atoosync_lab.store.workers import SILENT, Workers


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store.sqlite") as opened:
        yield opened


@pytest.mark.spec("RUN-10")
def test_a_worker_of_another_host_refuses_the_folder_until_it_is_silent(store: Store) -> None:
    began = datetime(2026, 11, 28, 12, tzinfo=UTC)
    Workers(store, lambda: began).start("w1")
    with store.begin() as tx:
        tx.execute(update(table).values(host="server-2/pid:[1]", pid=1))
    with pytest.raises(BusyError) as caught:
        Workers(store, lambda: began + timedelta(seconds=5)).start("w2")
    error = caught.value
    assert error.exit_status == 6
    for language in ("fr", "en"):
        assert "server-2" in error.message.text(language)
        assert "15 second" in error.message.text(language)
    Workers(store, lambda: began + SILENT).start("w2")


@pytest.mark.spec("RUN-10")
def test_one_host_may_have_several_workers(store: Store) -> None:
    held = Workers(store)
    assert [held.start(name).id for name in ("w1", "w2")] == ["w1", "w2"]
    assert len(held.living()) == 2


@pytest.mark.spec("RUN-10")
def test_a_worker_taken_for_dead_by_a_clock_set_forward_lives_again_with_its_next_beat(store: Store) -> None:
    held = Workers(store)
    held.start("w1")
    held.bury("w1")
    assert not held.living()
    held.beat("w1")
    assert [worker.id for worker in held.living()] == ["w1"]
