"""A measurement that was broken off goes on where it was, its figures counted on."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import _kept


def test_attempts_add_up_though_counters_begin_anew(tmp_path: Path) -> None:
    _kept.write(tmp_path, {"port": 8705})
    for rise in (3, 4):
        counted = [0]
        with _kept.counting(tmp_path, {"calls": lambda counted=counted: counted[0]}):
            counted[0] += rise
    found = _kept.read(tmp_path)
    assert (found["port"], found["calls"]) == (8705, 7)
    assert found["seconds"] > 0


def test_an_attempt_that_fails_has_noted_what_it_did(tmp_path: Path) -> None:
    calls = [0]

    def broken_off() -> None:
        with _kept.counting(tmp_path, {"calls": lambda: calls[0]}):
            calls[0] = 5
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        broken_off()
    assert _kept.read(tmp_path)["calls"] == 5


def test_folder_is_its_own_unless_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(_kept.VARIABLE, raising=False)
    assert _kept.folder_of(tmp_path) == tmp_path
    assert _kept.read(tmp_path) == {}
    monkeypatch.setenv(_kept.VARIABLE, str(tmp_path / "kept"))
    assert _kept.folder_of(tmp_path) == tmp_path / "kept"
    assert (tmp_path / "kept").is_dir()
