"""Writes docs/commands.md from the command line itself and docs/settings.md from the profile's models.

Usage: `commands.py` writes both pages; a test compares them with what the code says.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from typer.main import get_command

from atoosync_lab.cli.main import app
from atoosync_lab.settings import Profile

ROOT = Path(__file__).resolve().parent.parent
COMMANDS, SETTINGS = ROOT / "docs" / "commands.md", ROOT / "docs" / "settings.md"
LISTS = {"shop_lists", "erp_lists"}
"""Read from the systems, not settings."""

_HEAD = """\
# Commands

`atoosync <noun> <verb>`; `--help` on each says the same as this page, which `python tools/commands.py` writes.
Without `--profile` the default profile is meant. `--json` prints one JSON document on standard output, for scripts;
what went wrong is always told on standard error, in the language of `ATOOSYNC_LANG` (`fr` by default, or `en`).
The data are in `ATOOSYNC_HOME` (`./data` by default).

## Exit status

| Status | Meaning | What now |
| --- | --- | --- |
| 0 | done | |
| 1 | done with failures or held records; or a full disk, an unreadable file | `journal show --errors` |
| 2 | usage: an argument is missing or unknown | `--help` |
| 3 | a setting is wrong or missing, an id is unknown, a sign-in is needed | the message names the field |
| 4 | the shop or the ERP does not answer | run again; nothing is lost |
| 5 | the saved plan has gone stale | plan again |
| 6 | another run of the same task is going | wait, or `journal stop` |
| 7 | the subscription's units or the system's own call limit are used up | the rest is due next time |
| 130 | stopped by a person | run again |

## A day

```sh
atoosync plan make articles               # what would change, row by row; nothing is written
atoosync apply 01a21163                   # the beginning of a plan's id is enough
atoosync run orders --json                # capture, plan, apply, confirm
atoosync journal show --errors            # what was held or refused, and the cure
atoosync explain ART001                   # why it was sent, skipped or held
echo "$KEY" | atoosync profile secret shop.key
```
"""


def commands_page() -> str:
    """The page of all commands."""
    root: Any = get_command(app)
    parts = [_HEAD]
    for name, command in sorted(root.commands.items(), key=lambda item: (not hasattr(item[1], "commands"), item[0])):
        if hasattr(command, "commands"):
            parts.append(f"## {name}\n\n{command.help}\n")
            parts += [_command(f"{name} {verb}", sub, "###") for verb, sub in command.commands.items()]
        else:
            parts.append(_command(name, command, "##"))
    return "\n".join(parts)


def _command(name: str, command: Any, level: str) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join(["atoosync", name, *(_argument(a) for a in arguments), *(["[OPTIONS]"] if options else [])])
    lines = [f"{level} {name}", "", command.help.strip(), "", f"`{usage}`", ""]
    rows = [(f"`{_argument(p)}`", p) for p in arguments] + [(f"`{', '.join(p.opts)}`", p) for p in options]
    if rows:
        lines += ["| Name | Meaning | Default |", "| --- | --- | --- |"]
        lines += [f"| {shown} | {_cell(p.help or '')} | {_default(p)} |" for shown, p in rows] + [""]
    return "\n".join(lines)


def _argument(param: Any) -> str:
    name = (param.metavar or param.name).upper().strip("[]{}")
    return name if param.required else f"[{name}]"


def _default(param: Any) -> str:
    value = param.default
    if value is None or value is False or value == "" or param.required or callable(value) or "Sentinel" in repr(value):
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"


_SETTINGS_HEAD = """\
# Settings

Every setting of a profile: its path (for `atoosync profile set PATH VALUE`), what it takes, its default, what it means.
`python tools/commands.py` writes this page. Credentials are no settings: see `atoosync profile secret`.
"""


def settings_page() -> str:
    """The page of all settings."""
    lines = [_SETTINGS_HEAD]
    own = {n: f for n, f in Profile.model_fields.items() if n not in LISTS and _model(f.annotation) is None}
    lines += ["## The profile", "", *_table(own.items(), Profile, "")]
    for name, field in Profile.model_fields.items():
        model = _model(field.annotation)
        if model is not None and name not in LISTS:
            lines += [f"## {name}", "", _cell(model.__doc__ or ""), "", *_table(_leaves(model), model, f"{name}.")]
    return "\n".join(lines)


def _table(fields: Any, model: type[BaseModel], prefix: str) -> list[str]:
    rows = ["| Path | Takes | Default | Meaning |", "| --- | --- | --- | --- |"]
    for path, field in fields:
        default = "" if field.is_required() else _shown(field.get_default(call_default_factory=True))
        rows.append(f"| `{prefix}{path}` | {_kind(field)} | {default} | {_cell(field.description or '')} |")
    return [*rows, ""]


def _leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        inner = _model(field.annotation)
        if inner is not None:
            yield from _leaves(inner, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _model(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _kind(field: Any) -> str:
    """The type in words, with its limits."""
    limits = [
        f"{word} {getattr(m, name)}"
        for m in field.metadata
        for name, word in (("ge", "from"), ("gt", "above"), ("le", "to"), ("lt", "below"), ("max_length", "at most"))
        if getattr(m, name, None) is not None
    ]
    return ", ".join([_words(field.annotation), *limits])


def _words(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{m.value}`" for m in annotation)
    arguments = [a for a in get_args(annotation) if a is not type(None)]
    origin = getattr(annotation, "__origin__", None)
    if origin is dict:
        model = _model(arguments[1])
        return f"map to {{{', '.join(model.model_fields)}}}" if model else "map"
    if origin in (tuple, list):
        return "list"
    if arguments and all(isinstance(a, str | int) for a in arguments):
        return " or ".join(f"`{a}`" for a in arguments)
    if arguments:
        return _words(arguments[0])
    names = {"str": "text", "bool": "yes or no", "int": "whole number", "Decimal": "number", "float": "number"}
    return names.get(getattr(annotation, "__name__", ""), getattr(annotation, "__name__", str(annotation)))


def _shown(value: Any) -> str:
    if value is None or value == "" or value == () or value == {}:
        return ""
    if isinstance(value, BaseModel):
        given = value.model_dump(mode="json", exclude_defaults=True)
        return f"`{given}`" if given else ""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, tuple | list):
        value = ", ".join(str(v.value if isinstance(v, Enum) else v) for v in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    """Write both pages."""
    for path, text in ((COMMANDS, commands_page()), (SETTINGS, settings_page())):
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
