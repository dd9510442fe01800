"""Several stores are made at once by the threads of one process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import inspect

from atoosync_lab.store.engine import Store


def test_threads_that_open_new_stores_at_once_get_each_a_whole_one(tmp_path: Path) -> None:
    def make(number: int) -> frozenset[str]:
        with Store.open(tmp_path / f"{number}.sqlite") as store, store.read() as connection:
            return frozenset(inspect(connection).get_table_names())

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(8)))
    assert len(set(made)) == 1
    assert "entries" in made[0]
