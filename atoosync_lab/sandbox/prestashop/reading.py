"""Lists and single records as XML or JSON, through a plan compiled once for each resource and display.

The XML of a record is one `%` template over one row of SQL: lists of thousands of records need no object and no further
query a record. Associations that follow from other tables are read in one query a page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from atoosync_lab.sandbox.prestashop.fields import Association, Field, Resource
from atoosync_lab.sandbox.prestashop.links import COMPUTED, DERIVED
from atoosync_lab.sandbox.prestashop.query import Display
from atoosync_lab.sandbox.prestashop.state import ShopState
from atoosync_lab.sandbox.prestashop.values import language_map

Row = tuple[Any, ...]
Renderer = Callable[[Any], str]
_PAGE = 900
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'
TAIL = "</prestashop>\n"


def document(inner: str) -> str:
    """An XML answer around its content."""
    return HEAD + inner + TAIL


def languages_xml(base: str, languages: Sequence[int]) -> Renderer:
    """How the texts of a language column are written."""
    nodes = [(item, f'<language id="{item}" xlink:href="{base}/api/languages/{item}"><![CDATA[') for item in languages]

    def render(column: Any) -> str:
        texts = language_map(column)
        return "".join(f"{head}{texts.get(item, '')}]]></language>" for item, head in nodes)

    return render


def item_template(association: Association, parts: Sequence[str], base: str) -> tuple[str, list[int]]:
    """Template of an association's item and the places of its values in a row."""
    names = [part.name for part in association.parts]
    shown = [part for part in association.parts if not parts or part.name in parts]
    places: list[int] = []
    link = ""
    if association.api and not association.virtual and "id" in names:
        link = f' xlink:href="{base}/api/{association.api}/%s"'
        places.append(names.index("id"))
    lines = [f"\t<{association.node}{link}>\n"]
    for part in shown:
        href = ""
        place = names.index(part.name)
        if part.link:
            href = f' xlink:href="{base}/api/{part.link}/%s"'
            places.append(place)
        lines.append(f"\t<{part.name}{href}><![CDATA[%s]]></{part.name}>\n")
        places.append(place)
    lines.append(f"\t</{association.node}>\n")
    return "".join(lines), places


def association_xml(
    association: Association, parts: Sequence[str], base: str
) -> Callable[[Sequence[Sequence[Any]]], str]:
    """How an association is written."""
    kind = ' virtualEntity="true"' if association.virtual else f' api="{association.api}"'
    head = f'<{association.name} nodeType="{association.node}"{kind}'
    template, places = item_template(association, parts, base)

    def render(rows: Sequence[Sequence[Any]]) -> str:
        if not rows:
            return f"{head}/>\n"
        items = "".join(template % tuple("" if row[place] is None else row[place] for place in places) for row in rows)
        return f"{head}>\n{items}</{association.name}>\n"

    return render


def column_sql(resource: Resource, field: Field) -> str:
    """SQL of a field's value."""
    computed = COMPUTED.get((resource.name, field.name))
    return computed if computed is not None else f'main."{field.name}"'


class Plan:
    """A compiled way to read one display of one resource.

    Attributes:
        columns: SQL of the columns, in the order of the template.
    """

    def __init__(
        self, state: ShopState, resource: Resource, display: Display, languages: Sequence[int], base: str
    ) -> None:
        self._state = state
        self._resource = resource
        self._display = display
        self._languages = languages
        columns: list[str] = []
        pieces: list[str] = [f"<{resource.node}>\n"]
        self._texts: list[tuple[int, Renderer]] = []
        self._lists: list[tuple[int, str, Callable[[Sequence[Sequence[Any]]], str]]] = []
        render_texts = languages_xml(base, languages)
        for name in display.fields:
            field = resource.fields.get(name) or Field("id", "int")
            sql = "main.id" if name == "id" else column_sql(resource, field)
            mark = ' notFilterable="true"' if field.computed else ""
            if field.language:
                self._texts.append((len(columns), render_texts))
                columns.append(sql)
                pieces.append(f"\t<{name}>%s</{name}>\n")
                continue
            if field.link:
                owner = "||main.id||'/'" if field.link == "images/products" else ""
                address = f"' xlink:href=\"{base}/api/{field.link}/'{owner}||{sql}||'\"'"
                if name.startswith("id_"):
                    # The address of an empty `id_...` is left out, that of other links (product_attribute_id) never.
                    address = f"CASE WHEN COALESCE({sql}, '') NOT IN (0, '0', '') THEN {address} ELSE '' END"
                columns.append(address)
                mark += "%s"
            columns.append(f"COALESCE({sql}, '')" if field.nullable else sql)
            pieces.append(f"\t<{name}{mark}><![CDATA[%s]]></{name}>\n")
        if display.associations:
            pieces.append("<associations>\n")
            for name, parts in display.associations.items():
                association = resource.associations[name]
                self._lists.append((len(columns), name, association_xml(association, parts, base)))
                columns.append("main.id" if (resource.name, name) in DERIVED else f'main."a_{name}"')
                pieces.append("%s")
            pieces.append("</associations>\n")
        pieces.append(f"</{resource.node}>\n")
        self.columns = ", ".join(columns)
        self._template = "".join(pieces)
        self._cache: dict[tuple[int, str], str] = {}

    def xml(self, rows: list[Row]) -> str:
        """The records as sibling nodes."""
        template = self._template
        if not self._texts and not self._lists:
            return "".join([template % row for row in rows])
        changed: list[list[Any]] = [list(row) for row in rows]
        for place, render in self._texts:
            for record in changed:
                record[place] = render(record[place])
        for place, name, render_list in self._lists:
            if (self._resource.name, name) in DERIVED:
                found = derived(self._state, self._resource, name, [row[place] for row in rows])
                for record in changed:
                    record[place] = render_list(found.get(record[place], ()))
            else:
                self._stored_lists(changed, place, render_list)
        return "".join([template % tuple(record) for record in changed])

    def _stored_lists(
        self, records: list[list[Any]], place: int, render: Callable[[Sequence[Sequence[Any]]], str]
    ) -> None:
        """Stored associations repeat (the tax ids of order lines, say): each text is parsed and written once."""
        cache = self._cache
        for record in records:
            text = record[place]
            written = cache.get((place, text))
            if written is None:
                written = render(json.loads(text) if text else ())
                if len(cache) < 10_000:
                    cache[place, text] = written
            record[place] = written

    def objects(self, rows: list[Row]) -> list[dict[str, Any]]:
        """The records as JSON objects (rows of `json_columns`)."""
        names = list(self._display.fields)
        kinds = [self._resource.fields.get(name) for name in names]
        shown: list[dict[str, Any]] = []
        for row in rows:
            shown.append(
                {name: self._json_value(kind, value) for name, kind, value in zip(names, kinds, row, strict=False)}
            )
        for number, (name, parts) in enumerate(self._display.associations.items()):
            place = len(names) + number
            association = self._resource.associations[name]
            follows = (self._resource.name, name) in DERIVED
            found = derived(self._state, self._resource, name, [row[place] for row in rows]) if follows else {}
            for row, record in zip(rows, shown, strict=True):
                items = found.get(row[place], []) if follows else json.loads(row[place] or "[]")
                # An empty association vanishes from JSON.
                if items:
                    record.setdefault("associations", {})[name] = [
                        self._json_item(association, parts, item) for item in items
                    ]
        return shown

    @property
    def json_columns(self) -> str:
        """SQL of the plain columns, for `objects`."""
        columns = [
            "main.id" if name == "id" else column_sql(self._resource, self._resource.fields[name])
            for name in self._display.fields
        ]
        for name in self._display.associations:
            columns.append("main.id" if (self._resource.name, name) in DERIVED else f'main."a_{name}"')
        return ", ".join(columns)

    def _json_value(self, field: Field | None, value: Any) -> Any:
        if field is not None and field.language:
            texts = language_map(value)
            if len(self._languages) == 1:
                return texts.get(self._languages[0], "")
            return [
                {"id": item if self._state.at_least("8") else str(item), "value": texts.get(item, "")}
                for item in self._languages
            ]
        return json_value(self._state, field, value)

    def _json_item(self, association: Association, parts: Sequence[str], item: Sequence[Any]) -> dict[str, Any]:
        numbers = self._state.at_least("9")
        return {
            part.name: value if numbers and isinstance(value, int) else ("" if value is None else str(value))
            for part, value in zip(association.parts, item, strict=False)
            if not parts or part.name in parts
        }


def json_value(state: ShopState, field: Field | None, value: Any) -> Any:
    """A value as the JSON of a version shows it: numbers from version 9 only, flags and amounts always text; `id` is
    a number.
    """
    if field is None or value is None:
        return value
    if isinstance(value, int) and (
        (field.kind == "int" and state.at_least("9")) or field.name == "id_default_combination"
    ):
        return value
    return str(value)


def derived(state: ShopState, resource: Resource, name: str, ids: Sequence[Any]) -> dict[Any, list[Row]]:
    """The items of an association that follows from other tables, by owner."""
    sql = DERIVED[resource.name, name]
    parts = ", ".join(f'"{part.name}"' for part in resource.associations[name].parts)
    found: dict[Any, list[Row]] = {}
    for start in range(0, len(ids), _PAGE):
        chunk = ids[start : start + _PAGE]
        statement = sql.replace("{ids}", ", ".join("?" * len(chunk))).replace("{parts}", parts)
        for owner, *item in state.db.execute(statement, tuple(chunk)):
            found.setdefault(owner, []).append(tuple(item))
    return found


def dump_json(value: Any) -> str:
    """JSON as PHP writes it: no blanks, slashes escaped, other letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")


def drop_empty(state: ShopState, record: Mapping[str, Any]) -> dict[str, Any]:
    """The single form of JSON from version 8 on loses every value that PHP holds for false."""
    if not state.at_least("8"):
        return dict(record)
    return {name: value for name, value in record.items() if value not in (0, "0", "", None, [])}
