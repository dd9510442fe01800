"""`atoosync backup` and `atoosync restore`: the whole workbench, one command each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atoosync_lab.cli.common import JsonOption, command, dump, say, when
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import backup as archives
from atoosync_lab.runs.workspace import whoami

MIB = 1 << 20


@command
def backup(
    file: Annotated[Path, typer.Argument(help="The new archive, outside the home; none is ever replaced.")],
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the master key into it: the archive then opens the credentials.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before the key is put into the archive.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the whole workbench into one archive, while workers go on."""
    if with_key and not yes and not typer.confirm(translate("cli.backup.ask_key")):
        raise SettingsError("cli.backup.key_not_wanted")
    made = archives.backup(archives.home_of(None), file, with_key=with_key)
    manifest = made.manifest
    if as_json:
        dump(
            {"file": str(made.path), "bytes": made.bytes, "files": len(manifest.files), "made_at": manifest.made_at,
             "schema": manifest.schema, "with_key": manifest.with_key, "key_id": manifest.key_id}
        )  # fmt: skip
        return
    say("cli.backup.made", path=made.path, files=len(manifest.files), size=f"{made.bytes / MIB:.1f}")
    if manifest.with_key:
        say("cli.backup.key_inside")
    else:
        say("cli.backup.key_outside", key=archives.key_place(archives.home_of(None)))


@command
def restore(
    file: Annotated[Path, typer.Argument(help="An archive made by `atoosync backup`.")],
    into: Annotated[
        Path | None, typer.Option("--into", help="The home (default: ATOOSYNC_HOME, else ./data); made if missing.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put what the home holds aside, in a folder of its own there.")
    ] = False,
    key: Annotated[
        Path | None, typer.Option("--key", help="File of the master key, where the archive has none.")
    ] = None,
    keep_sign_in: Annotated[
        bool, typer.Option("--keep-sign-in", help="The former place is gone for good: its ERP sign-ins go on here.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring an archive back: verified whole before anything changes. Schedules stay paused."""
    done = archives.restore(
        file, archives.home_of(into), who=whoami(), replace=replace, key=key, keep_sign_in=keep_sign_in
    )
    rested = done.taken_over
    if as_json:
        dump(
            {"home": str(done.root), "files": len(done.manifest.files), "made_at": done.manifest.made_at,
             "profiles": done.profiles, "paused": rested.paused, "lost": rested.lost,
             "signed_out": rested.signed_out, "sealed": done.sealed, "aside": str(done.aside or "")}
        )  # fmt: skip
        return
    say("cli.restore.done", path=done.root, files=len(done.manifest.files), at=when(done.manifest.made_at))
    if done.aside is not None:
        say("cli.restore.aside", path=done.aside)
    if done.sealed:
        say("cli.restore.sealed", count=done.sealed, path=archives.key_place(done.root))
    if rested.signed_out:
        say("cli.restore.sign_in", count=rested.signed_out)
    if rested.paused:
        say("cli.restore.paused", count=rested.paused)
    say("cli.restore.looks_first")
