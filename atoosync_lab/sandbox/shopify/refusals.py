"""User errors: what a mutation refuses, in its payload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atoosync_lab.sandbox.shopify.values import Row


def user_error(message: str, field: Sequence[str] | None = None, code: str | None = None, **more: Any) -> Row:
    """One user error as an object."""
    return {"message": message, "field": list(field) if field is not None else None, "code": code, **more}


class RefusedError(Exception):
    """A mutation that does nothing but tell why.

    Attributes:
        errors: Its user errors.
    """

    def __init__(self, errors: Sequence[Row]) -> None:
        super().__init__("; ".join(error["message"] for error in errors))
        self.errors = list(errors)


def refuse(message: str, field: Sequence[str] | None = None, code: str | None = None) -> RefusedError:
    """A refusal with one user error."""
    return RefusedError([user_error(message, field, code)])
