"""`atoosync profile`: create, show, change, export, import, delete."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
import yaml

from atoosync_lab.cli.common import JsonOption, ProfileOption, chosen, command, dump, out, say, table, when, workspace
from atoosync_lab.cli.validation import changed, from_file, validated
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import creating
from atoosync_lab.runs.systems import hook_secret_fields, secret_fields
from atoosync_lab.runs.workspace import whoami

app = typer.Typer(no_args_is_help=True)

MARKS = ("articles", "prices", "stocks", "article-status")
"""Flows that keep a last-transfer date (ART-12)."""

LISTS = {"shop_lists", "erp_lists"}
"""Read from the systems, not settings: left out of exports."""


@app.command()
@command
def create(
    profile_id: Annotated[str, typer.Argument(metavar="ID", help="Short name, fixed: letters, figures, dashes.")],
    name: Annotated[str, typer.Option(help="Name people see.")] = "",
    shop: Annotated[str, typer.Option(help="Shop system.")] = "prestashop",
    shop_url: Annotated[str, typer.Option(help="Address of the shop.")] = "",
    erp: Annotated[str, typer.Option(help="ERP system.")] = "ebp",
    folder: Annotated[str, typer.Option(help="Folder (dossier) of the ERP.")] = "",
) -> None:
    """Create a profile; credentials are given with `profile secret`."""
    document = {
        "id": profile_id,
        "name": name or f"{erp.upper()} x {shop.capitalize()}",
        "shop": {"system": shop, "url": shop_url},
        "erp": {"system": erp, "folder": folder},
    }
    with workspace() as space:
        profile = validated(creating.with_defaults(document))
        wanted = secret_fields(profile)
        space.profiles.create(profile, who=whoami())
        say("cli.profile.created", profile=profile.name, id=profile.id)
        say("cli.profile.secrets_needed", fields=", ".join(wanted))


@app.command("list")
@command
def list_profiles(as_json: JsonOption = False) -> None:
    """List the profiles."""
    with workspace() as space:
        entries = space.profiles.list()
        if as_json:
            dump([{"id": e.id, "name": e.name, "revision": e.revision, "default": e.is_default} for e in entries])
            return
        table(
            ["cli.head.id", "cli.head.name", "cli.head.revision", "cli.head.default"],
            [(e.id, e.name, e.revision, "★" if e.is_default else "") for e in entries],
            right=[2],
        )


@app.command()
@command
def show(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Show every setting of a profile."""
    with workspace() as space:
        found = chosen(space, profile)
        document = found.model_dump(mode="json", exclude=LISTS)
        if as_json:
            dump(document)
        else:
            out.print(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), markup=False)


@app.command("set")
@command
def set_value(
    path: Annotated[str, typer.Argument(metavar="SETTING", help="Path, e.g. articles.stocks.warehouses")],
    value: Annotated[str, typer.Argument(help="JSON, or plain text.")],
    profile: ProfileOption = None,
) -> None:
    """Change one setting."""
    with workspace() as space:
        found = chosen(space, profile)
        revision = space.profiles.revision(found.id)
        profile_now = changed(found.model_dump(mode="json"), path, value)
        space.profiles.save(profile_now, who=whoami(), expected_revision=revision)
        say("cli.profile.saved", setting=path, value=value)


@app.command()
@command
def secret(
    field: Annotated[str, typer.Argument(help="e.g. shop.key, erp.subscription_key")],
    profile: ProfileOption = None,
) -> None:
    """Give a credential: typed unseen, or read from standard input; never an argument."""
    with workspace() as space:
        found = chosen(space, profile)
        known = (*secret_fields(found), *hook_secret_fields(found))
        if field not in known:
            raise SettingsError("settings.unknown_secret", field=field, known=", ".join(known))
        value = getpass.getpass(f"{field}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        if not value:
            raise SettingsError("settings.secret_missing", field=field, profile=found.id)
        space.secrets.set(found.id, field, value)
        say("cli.profile.secret_saved", field=field)


@app.command("export")
@command
def export_profile(
    profile: ProfileOption = None,
    file: Annotated[Path | None, typer.Option("--file", "-o", help="File to write; default: standard output.")] = None,
) -> None:
    """Write a profile as YAML, without secrets."""
    with workspace() as space:
        document = chosen(space, profile).model_dump(mode="json", exclude=LISTS)
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    if file is None:
        sys.stdout.write(text)
    else:
        file.write_text(text, encoding="utf-8")
        say("cli.profile.exported", file=file.name)


@app.command("import")
@command
def import_profile(file: Annotated[Path, typer.Argument(help="YAML file.")]) -> None:
    """Create or replace a profile from YAML."""
    profile = from_file(file)
    with workspace() as space:
        if profile.id in {e.id for e in space.profiles.list()}:
            kept = space.profiles.get(profile.id)
            merged = profile.model_copy(update={"shop_lists": kept.shop_lists, "erp_lists": kept.erp_lists})
            space.profiles.save(merged, who=whoami(), expected_revision=space.profiles.revision(profile.id))
        else:
            space.profiles.create(profile, who=whoami())
    say("cli.profile.imported", profile=profile.name)


@app.command()
@command
def delete(
    profile_id: Annotated[str, typer.Argument(metavar="ID", help="Profile id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a profile with its credentials; its journal stays."""
    with workspace() as space:
        found = space.profiles.get(profile_id)
        if not yes and not typer.confirm(translate("cli.profile.delete_ask", {"profile": found.name})):
            raise typer.Exit(1)
        space.profiles.delete(found.id, who=whoami())
        say("cli.profile.deleted", profile=found.name)


@app.command()
@command
def history(profile: ProfileOption = None) -> None:
    """Who changed what, when."""
    with workspace() as space:
        found = chosen(space, profile)
        rows = []
        for change in space.profiles.history(found.id):
            fields = ", ".join(f for f in change.fields() if not f.startswith(("shop_lists", "erp_lists")))
            rows.append((change.revision, when(change.at, found.timezone), change.who, change.action, fields[:200]))
        table(["cli.head.revision", "cli.head.when", "cli.head.who", "cli.head.action", "cli.head.fields"], rows)


@app.command()
@command
def mark(
    flow: Annotated[str | None, typer.Argument(help="articles, prices, stocks, article-status")] = None,
    at: Annotated[str | None, typer.Option("--set", help="New date, e.g. 2026-11-01 or 2026-11-01T08:00.")] = None,
    profile: ProfileOption = None,
) -> None:
    """Show the last-transfer dates, or set one (ART-12)."""
    with workspace() as space:
        found = chosen(space, profile)
        if flow and flow not in MARKS:
            raise SettingsError("settings.unknown_mark", flow=flow, known=", ".join(MARKS))
        if flow and at:
            try:
                moment = datetime.fromisoformat(at)
            except ValueError as error:
                raise SettingsError("settings.bad_date", value=at) from error
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=ZoneInfo(found.timezone))
            space.marks.set(found.id, flow, moment.astimezone(UTC), who=whoami())
        rows = [(translate(f"flow.{n}"), n, when(space.marks.get(found.id, n), found.timezone)) for n in MARKS]
        table(["cli.head.task", "cli.head.id", "cli.head.when"], rows)
