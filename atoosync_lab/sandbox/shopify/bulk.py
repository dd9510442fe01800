"""Bulk operations: queries that become files of lines, mutations that read one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    get_variable_values,
    parse,
    validate,
)

from atoosync_lab.sandbox.shopify.access import Session
from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Engine, FieldError, Plan
from atoosync_lab.sandbox.shopify.errors import validation_error
from atoosync_lab.sandbox.shopify.facts import MAX_BULK_CONNECTIONS, MAX_BULK_DEPTH, MAX_PAGE
from atoosync_lab.sandbox.shopify.reading.registry import RESOLVERS
from atoosync_lab.sandbox.shopify.schema import schema_of
from atoosync_lab.sandbox.shopify.service import Call, Service
from atoosync_lab.sandbox.shopify.uploads import stored_path
from atoosync_lab.sandbox.shopify.values import Row


class BulkDocumentError(ValueError):
    """A query or mutation that cannot be run in bulk; the message is that of the user error."""


def check_query(version: str, text: str) -> DocumentNode:
    """The document of a bulk query.

    Raises:
        BulkDocumentError: it is no query of one connection, nested at most twice.
    """
    document = _document(version, text)
    operation = _only(document)
    if operation.operation is not OperationType.QUERY:
        raise BulkDocumentError("Invalid bulk query: Only query operations are allowed.")
    fields = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    if len(fields) != 1:
        raise BulkDocumentError("Invalid bulk query: Only a single top-level field is allowed.")
    schema = schema_of(version)
    assert schema.query_type is not None
    definition = schema.query_type.fields[fields[0].name.value]
    if not get_named_type(definition.type).name.endswith("Connection"):
        raise BulkDocumentError("Invalid bulk query: Bulk queries must contain at least one connection.")
    fragments = {item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)}
    counted = _Connections(version, fragments)
    counted.walk(schema.query_type.name, operation.selection_set)
    if counted.count > MAX_BULK_CONNECTIONS:
        raise BulkDocumentError(f"Bulk queries cannot contain more than {MAX_BULK_CONNECTIONS} connections.")
    if counted.depth > MAX_BULK_DEPTH + 1:
        raise BulkDocumentError(
            f"Bulk queries cannot contain connections with a nesting depth greater than {MAX_BULK_DEPTH}."
        )
    return document


class _Connections:
    """Counts the connections of a document, and how deep they lie in each other."""

    def __init__(self, version: str, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._schema = schema_of(version)
        self._fragments = fragments
        self.count = 0
        self.depth = 0

    def walk(
        self, kind: str, selection: SelectionSetNode, depth: int = 0, node: SelectionSetNode | None = None
    ) -> None:
        """Look at a selection of a type; `node` is that of the node of the connection around it."""
        found: Any = self._schema.type_map[kind]
        self.depth = max(self.depth, depth)
        for item in selection.selections:
            if isinstance(item, FieldNode):
                if item.selection_set is None or item.name.value not in getattr(found, "fields", {}):
                    continue
                name = get_named_type(found.fields[item.name.value].type).name
                connection = name.endswith("Connection")
                self.count += connection
                if connection and depth > 0 and (node is None or not self._has_id(node)):
                    raise BulkDocumentError(
                        "The parent 'node' field for a nested connection must select the 'id' field without an alias "
                        "and must be of 'ID' type."
                    )
                inner = item.selection_set if item.name.value in ("node", "nodes") else node
                self.walk(name, item.selection_set, depth + connection, inner)
            elif isinstance(item, InlineFragmentNode):
                self.walk(
                    item.type_condition.name.value if item.type_condition else kind, item.selection_set, depth, node
                )
            elif isinstance(item, FragmentSpreadNode):
                fragment = self._fragments[item.name.value]
                self.walk(fragment.type_condition.name.value, fragment.selection_set, depth, node)

    def _has_id(self, selection: SelectionSetNode) -> bool:
        for item in selection.selections:
            if isinstance(item, FieldNode) and item.name.value == "id" and item.alias is None:
                return True
            if isinstance(item, FragmentSpreadNode) and self._has_id(self._fragments[item.name.value].selection_set):
                return True
        return False


def check_mutation(version: str, text: str) -> None:
    """Check the document of a bulk mutation.

    Raises:
        BulkDocumentError: it is no mutation of one field.
    """
    operation = _only(_document(version, text))
    if operation.operation is not OperationType.MUTATION or len(operation.selection_set.selections) != 1:
        raise BulkDocumentError("The mutation must contain exactly one mutation field.")


def _document(version: str, text: str) -> DocumentNode:
    try:
        document = parse(text)
    except GraphQLError as error:
        raise BulkDocumentError(f"Invalid bulk query: {error.message}") from error
    wrong = validate(schema_of(version), document)
    if wrong:
        raise BulkDocumentError("; ".join(validation_error(error)["message"] for error in wrong))
    return document


def _only(document: DocumentNode) -> OperationDefinitionNode:
    found = [item for item in document.definitions if isinstance(item, OperationDefinitionNode)]
    if len(found) != 1:
        raise BulkDocumentError("Only a single operation is allowed.")
    return found[0]


@dataclass
class Progress:
    """How far an operation is."""

    objects: int = 0
    roots: int = 0


class Export:
    """Runs a bulk query.

    Args:
        context: The request that it stands for, without limits.
        document: The query.
        grouped: Whether children follow their parent at once; else they come at the end of each page.
    """

    def __init__(self, context: Context, document: DocumentNode, grouped: bool) -> None:
        operation = _only(document)
        schema = schema_of(context.version)
        variables = get_variable_values(schema, operation.variable_definitions or (), {})
        if isinstance(variables, list):
            raise BulkDocumentError("Invalid bulk query: variables are not supported.")
        fragments = {item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)}
        self._engine = Engine(schema, RESOLVERS, fragments, variables, context)
        self._context = context
        self._grouped = grouped
        assert schema.query_type is not None
        self._root = schema.query_type
        self._plan = self._engine.root(self._root, operation.selection_set)[0]

    def write(self, out: IO[str]) -> Iterator[Progress]:
        """Write lines page by page; gives the progress after each.

        Raises:
            FieldError: something of the query is refused.
        """
        progress = Progress()
        args: dict[str, Any] = {**self._plan.args, "first": MAX_PAGE}
        while True:
            self._context.forget()
            plan = Plan(self._plan.key, self._plan.name, self._plan.type, args, self._plan.resolve, self._plan.nodes)
            pages = self._engine.resolve(self._root, plan, [{}], (plan.key,))
            shown = self._engine.complete(plan, pages, (plan.key,), [0], self._root.name)[0]
            if self._context.errors:
                error = self._context.errors[0]
                raise FieldError(error["message"], error.get("extensions"))
            raw = pages[0]
            late: list[Row] = []
            named = get_named_type(plan.type)
            assert isinstance(named, GraphQLObjectType)
            selections = [node.selection_set for node in plan.nodes if node.selection_set is not None]
            for line in self._nodes(named, selections, shown):
                progress.roots += 1
                for place, row in enumerate(line):
                    progress.objects += 1
                    if place and not self._grouped:
                        late.append(row)
                    else:
                        out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
            for row in late:
                out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
            yield progress
            if not raw["next"]:
                return
            args = {**args, "after": raw["cursors"][-1]}

    def _nodes(
        self, kind: GraphQLObjectType, selections: Sequence[SelectionSetNode], page: Row, parent: str | None = None
    ) -> Iterator[list[Row]]:
        """For each node of a page: its line, then those of its children."""
        for plan in self._engine.collect(kind, selections):
            inner = [node.selection_set for node in plan.nodes if node.selection_set is not None]
            named = get_named_type(plan.type)
            if plan.name == "nodes":
                for node in page[plan.key]:
                    yield self._lines(named, inner, node, parent)
            elif plan.name == "edges" and isinstance(named, GraphQLObjectType):
                for below in self._engine.collect(named, inner):
                    if below.name == "node":
                        deeper = [node.selection_set for node in below.nodes if node.selection_set is not None]
                        for edge in page[plan.key]:
                            yield self._lines(get_named_type(below.type), deeper, edge[below.key], parent)

    def _lines(self, kind: Any, selections: Sequence[SelectionSetNode], node: Row, parent: str | None) -> list[Row]:
        children: list[Row] = []
        line = self._cut(kind, selections, node, node.get("id"), children) if node else {}
        if parent is not None:
            line["__parentId"] = parent
        return [line, *children]

    def _cut(
        self, kind: Any, selections: Sequence[SelectionSetNode], node: Row, parent: str | None, children: list[Row]
    ) -> Row:
        """An object without its connections, which become lines of their own."""
        if not isinstance(kind, GraphQLObjectType):
            return dict(node)
        line: Row = {}
        for plan in self._engine.collect(kind, selections):
            value = node[plan.key]
            named = get_named_type(plan.type)
            inner = [item.selection_set for item in plan.nodes if item.selection_set is not None]
            if named.name.endswith("Connection") and isinstance(named, GraphQLObjectType):
                for lines in self._nodes(named, inner, value, parent) if value else ():
                    children += lines
            elif isinstance(value, dict):
                line[plan.key] = self._cut(named, inner, value, parent, children)
            else:
                line[plan.key] = value
        return line


class Import:
    """Runs a bulk mutation: one call for each line of its file.

    Args:
        service: The service of the worker.
        row: The operation.
    """

    def __init__(self, service: Service, row: Row) -> None:
        self._service = service
        self._row = row
        self._path = stored_path(service.state, row["staged_path"])

    def write(self, out: IO[str]) -> Iterator[Progress]:
        """Write a line for each line read; lines done before are passed over."""
        done = int(self._row["object_count"])
        progress = Progress(done, done)
        session = Session("bulk", frozenset(self._row["scopes"].split(",")))
        settings = self._service.settings()
        if self._path is None:
            return
        with self._path.open(encoding="utf-8") as source:
            lines = (line for line in source if line.strip())
            for number, line in enumerate(lines):
                if number < done:
                    continue
                answer = self._one(line, session, settings)
                answer.pop("extensions", None)
                out.write(
                    json.dumps({**answer, "__lineNumber": number}, ensure_ascii=False, separators=(",", ":")) + "\n"
                )
                progress.objects += 1
                progress.roots += 1
                yield progress

    def _one(self, line: str, session: Session, settings: dict[str, Any]) -> dict[str, Any]:
        try:
            variables = json.loads(line)
        except ValueError:
            return {"errors": [{"message": "The line is not valid JSON."}]}
        if not isinstance(variables, dict):
            return {"errors": [{"message": "The line is not a JSON object."}]}
        return self._service.answer(
            Call(self._row["query"], variables, None, self._row["version"], session, self._row["base"],
                 unlimited=True, settings=settings)
        )  # fmt: skip


def result_name(row: Row) -> str:
    """Name of the file of an operation's result."""
    return f"bulk-{row['id']}.jsonl"
