"""The answer to a write: what was sent and what the shop set, the rest empty; after a PATCH the whole record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from atoosync_lab.sandbox.prestashop.fields import Field
from atoosync_lab.sandbox.prestashop.links import DERIVED
from atoosync_lab.sandbox.prestashop.reading import association_xml, column_sql, derived
from atoosync_lab.sandbox.prestashop.values import clean, language_map
from atoosync_lab.sandbox.prestashop.writing import Write


def echo_values(write: Write) -> dict[str, Any]:
    """The plain fields of the answer by name, in order, with `id` first."""
    partial = write.method == "PATCH"
    shown: dict[str, Any] = {"id": str(write.record)}
    for name, known in write.resource.fields.items():
        if known.language:
            continue
        if name in write.echo:
            value = write.echo[name]
        elif name in write.sent:
            value = write.sent[name]
        elif known.computed:
            value = computed(write, known)
        elif partial:
            value = write.before.get(name)
        else:
            value = ""
        shown[name] = clean("" if value is None else str(value))
    return shown


def computed(write: Write, known: Field) -> Any:
    """The present value of a field with a getter."""
    sql = f'SELECT {column_sql(write.resource, known)} FROM "{write.resource.name}" AS main WHERE main.id = ?'
    row = write.state.db.execute(sql, (write.record,)).fetchone()
    return row[0] if row else ""


def echo_texts(write: Write, name: str, languages: Sequence[int]) -> dict[int, str]:
    """The texts of a language field; a plain text is shown as the shop does: one of its letters for each language."""
    texts = write.texts.get(name)
    if texts is None:
        return language_map(write.before.get(name)) if write.method == "PATCH" else {}
    if isinstance(texts, str):
        if not write.state.at_least("8"):
            return {}
        return {item: texts[item] for item in languages if item < len(texts)}
    return texts


def echo_lists(write: Write) -> dict[str, list[Sequence[Any]]]:
    """The associations of the answer, as they now are."""
    found: dict[str, list[Sequence[Any]]] = {}
    for name in write.resource.associations:
        if (write.resource.name, name) in DERIVED:
            rows: list[Sequence[Any]] = list(
                derived(write.state, write.resource, name, [write.record]).get(write.record, [])
            )
        else:
            row = write.state.db.execute(
                f'SELECT "a_{name}" FROM "{write.resource.name}" WHERE id = ?', (write.record,)
            ).fetchone()
            rows = json.loads(row[0] or "[]") if row else []
        found[name] = rows
    return found


def echo_xml(write: Write, base: str, languages: Sequence[int]) -> str:
    """The object as XML."""
    values = echo_values(write)
    lines = [f"<{write.resource.node}>\n", f"\t<id><![CDATA[{values['id']}]]></id>\n"]
    for name, known in write.resource.fields.items():
        if known.language:
            texts = echo_texts(write, name, languages)
            linked = isinstance(write.texts.get(name), dict) or (name not in write.texts and write.method == "PATCH")
            nodes = "".join(_language_node(base, item, texts, linked) for item in languages)
            lines.append(f"\t<{name}>{nodes}</{name}>\n")
            continue
        value = values[name]
        mark = ' notFilterable="true"' if known.computed else ""
        if known.link and (value not in ("", "0") or not name.startswith("id_")):
            mark += f' xlink:href="{base}/api/{known.link}/{value}"'
        lines.append(f"\t<{name}{mark}><![CDATA[{value}]]></{name}>\n")
    if write.resource.associations:
        lines.append("<associations>\n")
        for name, rows in echo_lists(write).items():
            lines.append(association_xml(write.resource.associations[name], (), base)(rows))
        lines.append("</associations>\n")
    lines.append(f"</{write.resource.node}>\n")
    return "".join(lines)


def _language_node(base: str, language: int, texts: Mapping[int, str], linked: bool) -> str:
    text = texts.get(language, "")
    link = f' xlink:href="{base}/api/languages/{language}"' if linked else ""
    return f'<language id="{language}"{link}><![CDATA[{clean(text)}]]></language>'


def echo_json(write: Write, languages: Sequence[int]) -> dict[str, Any]:
    """The object as JSON: every value as text, as it was sent."""
    shown: dict[str, Any] = dict(echo_values(write))
    for name, known in write.resource.fields.items():
        if known.language:
            texts = echo_texts(write, name, languages)
            shown[name] = [{"id": str(item), "value": texts.get(item, "")} for item in languages]
    for name, rows in echo_lists(write).items():
        parts = [part.name for part in write.resource.associations[name].parts]
        items = [
            {part: "" if value is None else str(value) for part, value in zip(parts, row, strict=False)} for row in rows
        ]
        if items:
            shown.setdefault("associations", {})[name] = items
    return shown
