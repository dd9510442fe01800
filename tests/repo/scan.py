"""Reads message codes out of the source, and sentences out of the catalogues, without running either."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

CODE = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")
REASON_KEYWORDS = {"reason", "reason_code", "message_code"}
# Keywords of an error that are not fields of its sentence.
NOT_FIELDS = {"facts", "retry_after"}


@dataclass(frozen=True, slots=True)
class Use:
    """A message code in the source; `fields` is None when they cannot be read off the call."""

    code: str
    where: str
    fields: frozenset[str] | None


def uses(path: Path) -> Iterator[Use]:
    """The codes that a module passes to errors, messages, `translate` and `reason` arguments."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        where = f"{path}:{node.lineno}"
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        speaks = name.endswith("Error") or name in {"Message", "translate", "Reason"}
        if speaks and node.args and (code := _code(node.args[0])):
            yield Use(code, where, _fields(name, node))
        for keyword in node.keywords:
            if keyword.arg in REASON_KEYWORDS and (code := _code(keyword.value)):
                yield Use(code, where, None)


def _code(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.match(node.value):
        return node.value
    return None


def _fields(name: str, node: ast.Call) -> frozenset[str] | None:
    if name.endswith("Error"):
        if any(keyword.arg is None for keyword in node.keywords):
            return None
        return frozenset(k.arg for k in node.keywords if k.arg and k.arg not in NOT_FIELDS)
    if len(node.args) == 1 and not node.keywords:
        return frozenset()
    params = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "params"), None)
    if isinstance(params, ast.Dict) and all(isinstance(key, ast.Constant) for key in params.keys):
        return frozenset(str(key.value) for key in params.keys if isinstance(key, ast.Constant))
    return None


def placeholders(sentence: str) -> frozenset[str]:
    """The named fields of a sentence.

    Raises:
        ValueError: a brace is not closed.
    """
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def sentences(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(file, code, sentence) of each entry of a language's catalogues, fuzzy ones with an empty sentence."""
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as source:
            for entry in read_po(source):
                if entry.id:
                    yield path.name, str(entry.id), "" if entry.fuzzy else str(entry.string)


QUOTED = re.compile(r"'([a-z][a-z0-9_]+(?:\.[a-z0-9_]+)+)'")
FILE_SUFFIXES = (
    "key",
    "sqlite",
    "duckdb",
    "json",
    "jsonl",
    "yaml",
    "csv",
    "zip",
    "pdf",
    "po",
    "css",
    "html",
    "js",
    "ini",
    "log",
    "ipynb",
)


def literals(path: Path) -> Iterator[tuple[str, str]]:
    """(code, place) of every literal that looks like a message code, also quoted inside SQL text.

    Left out: names of crash points, column names behind a one-letter alias, file names.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    points = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "point" and node.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in points:
            for code in [node.value] if CODE.match(node.value) else QUOTED.findall(node.value):
                if len(code.partition(".")[0]) > 1 and code.rpartition(".")[2] not in FILE_SUFFIXES:
                    yield code, f"{path}:{node.lineno}"
