"""The validation cell of a page: the values of its parameters cell, checked; names that no page knows are an error."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.runs.parameters import PageParameters, checked

Parameters = TypeVar("Parameters", bound=PageParameters)

_INJECTED = "# Parameters"
"""First line of the cell that papermill adds."""


def given(model: type[Parameters], namespace: Mapping[str, Any]) -> Parameters:
    """The parameters of a page, and its language set for every sentence that follows.

    Args:
        model: the page's parameters.
        namespace: `globals()` of the page.

    Raises:
        SettingsError: a parameter is unknown or has the wrong type.
    """
    _plain_errors()
    known = {name: namespace[name] for name in model.model_fields if name in namespace}
    unknown = {name: namespace.get(name) for name in _assigned(model, namespace) if name not in known}
    parameters = checked(model, {**known, **unknown})
    if parameters.language:
        # A page is a process of its own: what is set here is the language of this page alone.
        os.environ["ATOOSYNC_LANG"] = parameters.language
    return parameters


def _assigned(model: type[PageParameters], namespace: Mapping[str, Any]) -> Iterator[str]:
    """Names that the parameters cell, or the cell papermill adds after it, gives a value to.

    Neither reaches us otherwise: a misspelt parameter is a variable like any other.
    """
    for source in namespace.get("In", []):
        try:
            body = ast.parse(source).body
        except SyntaxError:
            continue
        names = [name for statement in body for name in _targets(statement)]
        if source.startswith(_INJECTED) or (names and len(names) == len(body) and set(names) & set(model.model_fields)):
            yield from names


def _targets(statement: ast.stmt) -> Iterator[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id


def _plain_errors() -> None:
    """In a notebook our errors show their sentence, which names the cure, and no stack of calls."""
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is None:
        return

    def show(
        shell: Any, kind: type[AtooSyncError], error: AtooSyncError, trace: Any, tb_offset: Any = None
    ) -> list[str]:
        lines = [str(error)]
        shell._showtraceback(kind, error, lines)
        return lines

    shell.set_custom_exc((AtooSyncError,), show)
