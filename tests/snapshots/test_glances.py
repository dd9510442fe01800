"""Looking into many finished files by one connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from atoosync_lab.model.errors import StorageError
from atoosync_lab.snapshots import duck


def told(path: Path, **values: str) -> Path:
    """A finished file that says something of itself."""
    con = duck.connect(path)
    duck.keep_names(con, "capture", values)
    con.close()
    return path


def test_each_file_is_told_apart_and_let_go_again(tmp_path: Path) -> None:
    first, second = told(tmp_path / "a.duckdb", id="1", name="l’été"), told(tmp_path / "b.duckdb", id="2")
    with duck.Glances() as glances:
        assert glances.names(first, "capture") == {"id": "1", "name": "l’été"}
        assert glances.names(second, "capture") == {"id": "2"}
        assert glances.names(first, "capture")["id"] == "1"
        # Nothing is kept of a file that was looked into: another one may take its place.
        first.unlink()
        assert glances.names(told(tmp_path / "a.duckdb", id="3"), "capture") == {"id": "3"}


def test_file_that_says_nothing_stops_no_other(tmp_path: Path) -> None:
    whole, torn, foreign = told(tmp_path / "a.duckdb", id="1"), tmp_path / "b.duckdb", tmp_path / "c.duckdb"
    torn.write_bytes(whole.read_bytes()[:5000])
    duck.connect(foreign).close()
    with duck.Glances() as glances:
        for path, code in ((torn, "capture.unreadable"), (foreign, "capture.unreadable"),
                           (tmp_path / "none.duckdb", "capture.missing")):  # fmt: skip
            with pytest.raises(StorageError) as caught:
                glances.names(path, "capture")
            assert caught.value.code == code
            assert glances.names(whole, "capture") == {"id": "1"}


def test_names_of_none_make_an_empty_table(tmp_path: Path) -> None:
    with duck.Glances() as glances:
        assert glances.names(told(tmp_path / "a.duckdb"), "capture") == {}


def test_tables_are_made_together_or_not_at_all(tmp_path: Path) -> None:
    con = duck.connect(tmp_path / "a.duckdb")
    duck.create_tables(con, {"one": "a VARCHAR", '"order"': "b BIGINT"})
    assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(2,)]
    with pytest.raises(Exception, match="nonsense"):
        duck.create_tables(con, {"three": "a VARCHAR", "four": "b nonsense"})
    con.close()
    con = duck.connect(tmp_path / "a.duckdb", read_only=True)
    assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(2,)]
    con.close()
