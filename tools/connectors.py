"""Writes docs/connectors.md from what the installed plug-ins say of themselves.

Usage: `connectors.py` writes the page; a test compares it with what the plug-ins say.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.capabilities import ERP, MEANINGS, SHOP, Meaning, missing
from atoosync_lab.connectors.plugins import ErpPlugin, ShopPlugin
from atoosync_lab.model.i18n import translate

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "connectors.md"
_EXAMPLE = "shop.example"

_HEAD = """\
# Connectors

What each system can do, what happens where it cannot, and what it asks for. Connectors are plug-ins:
`python tools/connectors.py` writes this page from what the installed ones say of themselves, and further ones come with
packages of their own ([write a connector](write-a-connector.md)). Flows ask what a connector can do, never its name.

## What each system can do

✓ it can · – it cannot: see below · blank: nothing that such a system is asked for
"""

System = ShopPlugin | ErpPlugin


def systems() -> list[System]:
    """The installed plug-ins, shops first; one that does not say what it can do is left out.

    Raises:
        SettingsError: one of them cannot be imported, or is none.
    """
    found: list[System] = [*plugins.shops().values(), *(plugins.erp(name) for name in plugins.erp_names())]
    return [system for system in found if system.capabilities]


def page(listed: Sequence[System]) -> str:
    """The page of these systems."""
    lines = [_HEAD, *_table(listed), "", "## What happens where a system cannot", ""]
    for system in listed:
        lines += _instead(system)
    lines += ["## What each system asks for", ""]
    for system in listed:
        lines += _sheet(system)
    return "\n".join(lines).rstrip() + "\n"


def _side(system: System) -> str:
    return SHOP if isinstance(system, ShopPlugin) else ERP


def _table(listed: Sequence[System]) -> Iterator[str]:
    yield "| | " + " | ".join(system.title for system in listed) + " |"
    yield "| --- |" + " :-: |" * len(listed)
    for capability, meaning in MEANINGS.items():
        marks = [_mark(system, meaning, capability in system.capabilities) for system in listed]
        yield f"| {meaning.title} (`{capability}`) | " + " | ".join(marks) + " |"


def _mark(system: System, meaning: Meaning, can: bool) -> str:
    if _side(system) not in meaning.sides:
        return ""
    return "✓" if can else "–"


def _instead(system: System) -> Iterator[str]:
    lacking = missing(system.capabilities, _side(system))
    yield f"### {system.title}"
    yield ""
    for capability in lacking:
        yield f"- `{capability}`: {MEANINGS[capability].without}"
    if not lacking:
        yield "It can do everything that a system of its kind is asked for."
    yield ""


def _sheet(system: System) -> Iterator[str]:
    yield f"### {system.title}: `{system.system}`"
    yield ""
    yield f"**Versions.** {system.versions}"
    yield ""
    if isinstance(system, ShopPlugin):
        yield f"**Address.** `{_EXAMPLE}` becomes `{system.complete(_EXAMPLE)}`"
        yield ""
    yield "**Signing in.** " + _ways(system)
    yield ""
    yield from _fields([(field.name, field.label, "") for field in system.secrets], "Credential")
    if isinstance(system, ShopPlugin):
        yield from _shop_sheet(system)
    yield "**Limits.**"
    yield ""
    yield from (f"- {limit}" for limit in system.limits)
    yield ""


def _shop_sheet(system: ShopPlugin) -> Iterator[str]:
    if system.key_steps:
        yield "**How it is made.**"
        yield ""
        for number in range(1, system.key_steps + 1):
            yield f"{number}. {_said(f'{system.system}.key_step.{number}')}"
        yield ""
    rights = system.needed_rights("")
    if rights:
        named = "; ".join(f"{resource} ({', '.join(needed)})" for resource, needed in rights.items())
        yield f"**Rights it needs.** {named}"
        yield ""
    if system.options:
        yield "**Options.** Kept in `shop.options`."
        yield ""
        options = [(o.name, o.label, ", ".join(f"`{c}`" for c in o.choices if c) or "any text") for o in system.options]
        yield from _fields(options, "Option")


def _ways(system: System) -> str:
    """Which credentials are enough."""
    names = tuple(field.name for field in system.secrets)
    ways = (system.credentials if isinstance(system, ShopPlugin) else ()) or (names,)
    return "With " + ", or with ".join(" and ".join(f"`{name}`" for name in way) for way in ways) + "."


def _fields(rows: Sequence[tuple[str, str, str]], head: str) -> Iterator[str]:
    """Fields with label and help; what they take, where one says it."""
    if not rows:
        return
    takes = any(values for _, _, values in rows)
    yield f"| {head} | Label | Meaning |" + (" Takes |" if takes else "")
    yield "| --- | --- | --- |" + (" --- |" if takes else "")
    for name, label, values in rows:
        end = f" {values} |" if takes else ""
        yield f"| `{name}` | {_said(label)} | {_said(f'{label}.help')} |{end}"
    yield ""


def _said(code: str) -> str:
    return " ".join(translate(code, language="en").split()).replace("|", "\\|")


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(systems()), encoding="utf-8")
    print(PAGE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
