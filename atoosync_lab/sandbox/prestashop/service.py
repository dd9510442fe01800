"""One Webservice request from the parsed call to the answer."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from atoosync_lab.sandbox.prestashop.access import permit, resource_names, rights_xml
from atoosync_lab.sandbox.prestashop.answers import Call, blank_schema, synopsis_schema
from atoosync_lab.sandbox.prestashop.echo import echo_json, echo_xml
from atoosync_lab.sandbox.prestashop.errors import PlainError, WebserviceError, refuse, warning
from atoosync_lab.sandbox.prestashop.fields import Resource
from atoosync_lab.sandbox.prestashop.pricing import computed_prices
from atoosync_lab.sandbox.prestashop.query import (
    Selection,
    condition,
    full_display,
    list_error,
    parse_languages,
    parse_list,
)
from atoosync_lab.sandbox.prestashop.reading import Plan, drop_empty
from atoosync_lab.sandbox.prestashop.rules import rules_of
from atoosync_lab.sandbox.prestashop.values import int_prefix
from atoosync_lab.sandbox.prestashop.writing import Write, body_id, check_ids, parse_body, read_object, save

_IDS = re.compile(r"\d+")


class Webservice:
    """Answers calls on one shop; keeps the compiled plans."""

    def __init__(self) -> None:
        self._plans: dict[tuple[Any, ...], Plan] = {}

    def answer(self, call: Call, body: bytes) -> Response:
        """The answer to an authenticated call on a resource with fields, or on the root."""
        name = permit(call)
        if not name:
            return self._root(call)
        if name == "search":
            return self._search(call)
        resource = call.state.resources[name]
        if call.method in ("GET", "HEAD"):
            if "schema" in call.params:
                return self._schema(call, resource)
            if len(call.parts) > 1 and call.parts[1]:
                return self._single(call, resource, call.parts[1])
            return self._list(call, resource)
        if call.method == "DELETE":
            return self._delete(call, resource)
        return self._write(call, resource, body)

    def _root(self, call: Call) -> Response:
        if call.json:
            if call.state.at_least("8"):
                # The encoder stops with a fatal error.
                raise PlainError(500)
            return call.body("", [name for name in resource_names(call.state) if call.rights.get(name)])
        return call.body(rights_xml(call), None)

    def _search(self, call: Call) -> Response:
        """`search?query=...&language=1`: products whose name holds the words, as ids."""
        if not call.params.get("query") or not call.params.get("language"):
            raise refuse(400, 84, "You have to set both the 'language' and 'query' parameters to get a result")
        language = parse_languages(call.state, call.params)[:1]
        sql, values = condition(
            call.state.resources["products"].fields["name"], f"%[{call.params['query']}]%", language
        )
        ids = [
            row[0]
            for row in call.state.db.execute(f"SELECT main.id FROM products AS main WHERE {sql} ORDER BY 1", values)
        ]
        lines = "".join(f'<product id="{item}" xlink:href="{call.base}/api/products/{item}"/>\n' for item in ids)
        return call.body(
            f"<categories>\n</categories>\n<products>\n{lines}</products>\n",
            {"products": [{"id": item} for item in ids]},
        )

    def _schema(self, call: Call, resource: Resource) -> Response:
        kind = call.params["schema"]
        if kind not in ("blank", "synopsis"):
            raise list_error(call.state, 28, 'Please select a schema of type "synopsis" or "blank"')
        xml = (blank_schema if kind == "blank" else synopsis_schema)(call.state, resource)
        return call.body(xml, {resource.node: {}})

    def _plan(self, call: Call, resource: Resource, selection: Selection) -> Plan:
        if selection.display is None:
            raise ValueError("a plan needs a display")
        key = (resource.name, selection.display.key, selection.languages, call.base, id(call.state))
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) > 200:
                self._plans.clear()
            plan = self._plans[key] = Plan(call.state, resource, selection.display, selection.languages, call.base)
        return plan

    def _list(self, call: Call, resource: Resource) -> Response:
        selection = parse_list(call.state, resource, call.params)
        db, outer = call.state.db, resource.list_node
        if selection.display is None:
            sql = selection.sql(resource.name, "main.id")
            ids = [] if selection.nothing else [row[0] for row in db.execute(sql, selection.values)]
            if call.json:
                return call.body("", {outer: [{"id": item} for item in ids]} if ids else [])
            node = resource.node
            lines = "".join(
                f'<{node} id="{item}" xlink:href="{call.base}/api/{resource.name}/{item}"/>\n' for item in ids
            )
            return call.body(f"<{outer}>\n{lines}</{outer}>\n", None)
        plan = self._plan(call, resource, selection)
        columns = plan.json_columns if call.json else plan.columns
        rows = (
            [] if selection.nothing else db.execute(selection.sql(resource.name, columns), selection.values).fetchall()
        )
        if call.json:
            objects = plan.objects(rows)
            return call.body("", {outer: objects} if objects else [])
        if any(name.startswith("price[") for name in call.params) and "id" in selection.display.fields:
            # `id` is always the first column of a plan that shows it.
            shown = [self._priced(call, resource, plan.xml([row]), row[0]) for row in rows]
            return call.body(f"<{outer}>\n{''.join(shown)}</{outer}>\n", None)
        return call.body(f"<{outer}>\n{plan.xml(rows)}</{outer}>\n", None)

    @staticmethod
    def _priced(call: Call, resource: Resource, xml: str, record: int) -> str:
        """A record with the computed prices that the query asks for, before its associations."""
        row = call.state.get(resource.name, record)
        prices = computed_prices(call.state, resource.name, row, call.params) if row else {}
        nodes = "".join(f"\t<{name}><![CDATA[{value}]]></{name}>\n" for name, value in prices.items())
        marker = "<associations>\n" if "<associations>\n" in xml else f"</{resource.node}>\n"
        return xml.replace(marker, nodes + marker, 1)

    def _single(self, call: Call, resource: Resource, raw: str) -> Response:
        languages = parse_languages(call.state, call.params)
        record = int_prefix(raw) if raw.isdecimal() else 0
        row = call.state.get(resource.name, record) if record else None
        if row is None:
            return call.empty(404)
        if resource.name == "stock_availables" and not row["id_shop"]:
            raise refuse(404, 131, f"This StockAvailable ({record}) does not exists on this shop")
        shown = {"display": call.params["display"]} if "display" in call.params else {}
        if shown and not call.state.at_least("8"):
            # Before 1.7.8 `display` empties the record of a single id.
            xml = f'<{resource.node} id="{record}" xlink:href="{call.base}/api/{resource.name}/{record}"/>\n'
            return call.body(xml, {resource.list_node: [{"id": record}]})
        display = parse_list(call.state, resource, shown).display or full_display(resource)
        selection = Selection("main.id = ?", (record,), "", "", display, languages)
        plan = self._plan(call, resource, selection)
        columns = plan.json_columns if call.json else plan.columns
        rows = call.state.db.execute(selection.sql(resource.name, columns), selection.values).fetchall()
        prices = computed_prices(call.state, resource.name, row, call.params)
        if call.json:
            found = plan.objects(rows)[0]
            found.update(prices)
            if shown:
                return call.body("", {resource.list_node: [found]})
            return call.body("", {resource.node: drop_empty(call.state, found)})
        return call.body(self._priced(call, resource, plan.xml(rows), record), None)

    def _write(self, call: Call, resource: Resource, body: bytes) -> Response:
        nodes = parse_body(body)
        check_ids(call.method, nodes)
        rules = rules_of(resource.name)
        languages = parse_languages(call.state, call.params)
        done: list[Write] = []
        shown: list[str] = []
        for node in nodes:
            record, before = 0, {}
            if call.method != "POST":
                record = int_prefix(body_id(node))
                found = call.state.get(resource.name, record)
                if found is None:
                    raise refuse(404, 92, "Invalid ID")
                before = found
            write = Write(call.state, resource, call.method, record, before, params=call.params)
            read_object(write, node, rules)
            with call.state.writing():
                save(write, rules)
            done.append(write)
            if write.late is not None:
                raise write.late
            if not call.json:
                shown.append(echo_xml(write, call.base, languages))
        status = 201 if call.method == "POST" else 200
        if call.json:
            # Only the last object survives, since all have the same name.
            return call.body("", {resource.node: echo_json(done[-1], languages)} if done else [], status)
        return call.body("".join(shown), None, status)

    def _delete(self, call: Call, resource: Resource) -> Response:
        ids = self._delete_ids(call)
        if not ids:
            errors = [(87, "Id(s) not exists: 0")]
            if call.state.at_least("9"):
                errors.insert(0, warning("Undefined array key 1"))
            raise WebserviceError(404, errors)
        missing = [item for item in ids if call.state.get(resource.name, item) is None]
        if missing:
            raise refuse(404, 87, f"Id(s) not exists: {', '.join(map(str, missing))}")
        with call.state.writing():
            for item in ids:
                rules_of(resource.name).remove(call.state, item)
        return call.empty(200)

    @staticmethod
    def _delete_ids(call: Call) -> list[int]:
        if len(call.parts) > 1 and call.parts[1]:
            return [int_prefix(call.parts[1])]
        return [int_prefix(item) for item in _IDS.findall(call.params.get("id", ""))]
