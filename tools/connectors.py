"""Writes docs/connectors.md and docs/erps.md from what the installed plug-ins say of themselves.

Usage: `connectors.py` writes the pages; a test compares them with what the plug-ins say.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.capabilities import ERP, MEANINGS, SHOP, Meaning, missing
from atoosync_lab.connectors.plugins import ErpPlugin, ShopPlugin
from atoosync_lab.connectors.webhooks import SECRET
from atoosync_lab.model.documents import DocumentKind, DocumentRules, Rounding, TaxOn
from atoosync_lab.model.i18n import translate

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "connectors.md"
ERP_PAGE = ROOT / "docs" / "erps.md"
_EXAMPLE = "shop.example"

_HEAD = """\
# Connectors

What each system can do, what happens where it cannot, and what it asks for. Connectors are plug-ins:
`python tools/connectors.py` writes this page from what the installed ones say of themselves, and further ones come with
packages of their own ([write a connector](write-a-connector.md)). Flows ask what a connector can do, never its name.
How each ERP computes, and what a document becomes in it, stands on the page of [ERPs](erps.md).

## What each system can do

✓ it can · – it cannot: see below · blank: nothing that such a system is asked for
"""

_ERP_HEAD = """\
# ERPs

What each ERP can and cannot do, how it computes a document and what becomes of it there; the shops, and what each
system asks for, stand on the page of [connectors](connectors.md). `python tools/connectors.py` writes both pages.

## What each ERP can do

✓ it can · – it cannot: see below
"""

_KINDS = {
    DocumentKind.QUOTE: "Quote",
    DocumentKind.ORDER: "Order",
    DocumentKind.DELIVERY_NOTE: "Delivery note",
    DocumentKind.INVOICE: "Invoice",
    DocumentKind.CREDIT_NOTE: "Credit note",
}
_ROUNDING = {Rounding.HALF_UP: "half up", Rounding.HALF_EVEN: "half to even"}
_TAX = {
    TaxOn.BASE: "the rounded lines of each rate together",
    TaxOn.UNROUNDED: "the unrounded lines of each tax together, what is taken off apart",
    TaxOn.LINE: "each line alone",
}

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


def erp_page(listed: Sequence[System]) -> str:
    """The page of the ERPs among these systems."""
    erps = [system for system in listed if isinstance(system, ErpPlugin)]
    lines = [_ERP_HEAD, *_table(erps), "", "## How each computes a document", ""]
    lines += [*_rules(erps), "", "## What each kind of document becomes", "", *_documents(erps), ""]
    lines += ["## What happens where an ERP cannot", ""]
    for erp in erps:
        lines += _instead(erp)
    lines += ["## Settings that an ERP has no place for", "", "No page asks for them.", ""]
    for erp in erps:
        named = ", ".join(f"`{name}`" for name in sorted(erp.ignores)) or "none"
        lines.append(f"- {erp.title}: {named}")
    lines += ["", "## Limits", ""]
    for erp in erps:
        lines += [f"### {erp.title}", "", *(f"- {limit}" for limit in erp.limits), ""]
    return "\n".join(lines).rstrip() + "\n"


def _rules(erps: Sequence[ErpPlugin]) -> Iterator[str]:
    """The rules of `DocumentRules`, a column an ERP."""
    yield "| | " + " | ".join(erp.title for erp in erps) + " |"
    yield "| --- |" + " --- |" * len(erps)
    rows: Sequence[tuple[str, Callable[[DocumentRules], str]]] = (
        ("Rounding to the cent", lambda r: _ROUNDING[r.rounding]),
        ("Tax is computed from", lambda r: _TAX[r.tax_on]),
        ("Documents with prices incl. tax", lambda r: "yes" if r.tax_inclusive else "no: such orders are held"),
        ("Place for shipping", lambda r: "footer or line" if r.footer_shipping else "line"),
        ("Decimals of a unit price", lambda r: str(r.price_decimals)),
        ("A line keeps", lambda r: "its price after discounts" if r.net_prices else "its price and its discount"),
        ("VAT rates of a document", lambda r: "any number" if r.max_vat_rates is None else str(r.max_vat_rates)),
        ("Longest name, line of an address, reference",
         lambda r: f"{r.texts.name}, {r.texts.address}, {r.texts.reference}"),
    )  # fmt: skip
    for title, said in rows:
        yield f"| {title} | " + " | ".join(said(erp.rules) for erp in erps) + " |"


def _documents(erps: Sequence[ErpPlugin]) -> Iterator[str]:
    yield "| | " + " | ".join(erp.title for erp in erps) + " |"
    yield "| --- |" + " --- |" * len(erps)
    for kind, title in _KINDS.items():
        yield f"| {title} | " + " | ".join(erp.documents.get(kind, "–") for erp in erps) + " |"


def _side(system: System) -> str:
    return SHOP if isinstance(system, ShopPlugin) else ERP


def _table(listed: Sequence[System]) -> Iterator[str]:
    yield "| | " + " | ".join(system.title for system in listed) + " |"
    yield "| --- |" + " :-: |" * len(listed)
    for capability, meaning in MEANINGS.items():
        if not any(_side(system) in meaning.sides for system in listed):
            continue
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
    yield _webhooks(system)
    yield ""
    if system.options:
        yield "**Options.** Kept in `shop.options`."
        yield ""
        options = [(o.name, o.label, ", ".join(f"`{c}`" for c in o.choices if c) or "any text") for o in system.options]
        yield from _fields(options, "Option")


def _webhooks(system: ShopPlugin) -> str:
    """How orders that were made or changed are learned of."""
    rules = system.webhooks
    if rules is None:
        return "**Webhooks.** None: a [schedule](schedules.md) asks for orders."
    topics = ", ".join(f"`{topic}`" for topic in rules.topics)
    chosen = "ours to choose" if rules.chosen_secret else "the app's own"
    names = " or ".join(f"`{name}`" for name in (SECRET, *rules.other_secrets))
    return (
        f"**Webhooks.** {topics}, signed with {names} ({chosen}), to be answered within {rules.limit:g} s; registered"
        " with `atoosync door register` ([webhooks](webhooks.md))."
    )


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
    """Write the pages."""
    listed = systems()
    for path, text in ((PAGE, page(listed)), (ERP_PAGE, erp_page(listed))):
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
