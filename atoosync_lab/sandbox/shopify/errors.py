"""Errors of documents and variables, in the shape that the real service gives them (`clients`)."""

from __future__ import annotations

import re
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, print_ast

_RULES: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern), message, code)
    for pattern, message, code in (
        (r"Cannot query field '(\w+)' on type '(\w+)'", "Field '{0}' doesn't exist on type '{1}'", "undefinedField"),
        (r"Unknown argument '(\w+)' on field '(\w+)\.(\w+)'",
         "Field '{2}' doesn't accept argument '{0}'", "argumentNotAccepted"),
        (r"Field '(\w+)\.?(\w*)' argument '(\w+)' of type '[^']+' is required",
         "Field '{1}' is missing required arguments: {2}", "missingRequiredArguments"),
        (r"Argument '(\w+)\.(\w+)\((\w+):\)' of type '[^']+' is required",
         "Field '{1}' is missing required arguments: {2}", "missingRequiredArguments"),
        (r"Unknown type '(\w+)'", "{0} isn't a defined input type", "undefinedType"),
        (r"Unknown fragment '(\w+)'", "Fragment {0} was used, but not defined", "useAndDefineFragment"),
        (r"Unknown directive '@(\w+)'", "Directive @{0} is not defined", "undefinedDirective"),
        (r"Variable '\$(\w+)' is not defined", "Variable ${0} is used but not declared", "variableNotDefined"),
        (r"Variable '\$(\w+)' is never used", "Variable ${0} is declared by anonymous query but not used",
         "variableNotUsed"),
        (r"Field '(\w+)' of type '([^']+)' must have a selection",
         "Field must have selections (field '{0}' returns {1} "
         "but has no selections. Did you mean '{0} {{ ... }}'?)", "selectionMismatch"),
    )
)  # fmt: skip


def _locations(error: GraphQLError) -> list[dict[str, int]]:
    return [{"line": place.line, "column": place.column} for place in error.locations or ()]


def validation_error(error: GraphQLError) -> dict[str, Any]:
    """An error of a document."""
    for pattern, message, code in _RULES:
        found = pattern.search(error.message)
        if found:
            extensions: dict[str, Any] = {"code": code}
            if code == "undefinedField":
                extensions |= {"typeName": found[2], "fieldName": found[1]}
            return {
                "message": message.format(*found.groups()),
                "locations": _locations(error),
                "path": ["query"],
                "extensions": extensions,
            }
    shown: dict[str, Any] = {"message": error.message, "locations": _locations(error)}
    if error.message.startswith("Syntax Error"):
        shown["extensions"] = {"code": "parseError"}
    return shown


def variable_error(error: GraphQLError, operation: OperationDefinitionNode, values: dict[str, Any]) -> dict[str, Any]:
    """An error of the values of variables."""
    found = re.search(r"'\$(\w+)'|\$(\w+)", error.message)
    name = (found[1] or found[2]) if found else ""
    kinds = {item.variable.name.value: item for item in operation.variable_definitions or ()}
    kind = kinds.get(name)
    shown = print_ast(kind.type) if kind else ""
    where, _, why = error.message.partition(": ")
    path = re.findall(r"[.\[](\w+)", where)
    explanation = why or error.message
    detail = f" ({explanation})" if not path else f" for {'.'.join(path)} ({explanation})"
    return {
        "message": f"Variable ${name} of type {shown} was provided invalid value{detail}",
        "locations": _locations(error),
        "extensions": {
            "code": "INVALID_VARIABLE",
            "value": values.get(name),
            "problems": [{"path": path, "explanation": explanation}],
        },
    }
