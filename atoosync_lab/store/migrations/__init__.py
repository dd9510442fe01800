"""Migrations of the state store, run by `Store.open` inside its own transaction."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_ONE = threading.Lock()
"""Alembic's `op` and `context` belong to the process: two threads would migrate one another's database."""


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    if connection is not None:
        made.attributes["connection"] = connection
    return made


def known_revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def upgrade(connection: Connection, to: str = "head") -> None:
    from alembic import command

    with _ONE:
        command.upgrade(config(connection), to)
