"""Every form of the workbench, by name: what the tests walk to try each field with bad input.

A page that has a form adds a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from atoosync_lab.kit.form import Field
from atoosync_lab.runs.session import Session
from atoosync_lab.workbench import articles_fields, connecting_fields, orders_fields, profile_fields

FieldsOf = Callable[[Session], Sequence[Field]]
"""Fields of a form for an opened profile, whose lists they choose from."""

FORMS: Mapping[str, FieldsOf] = {
    "profile": profile_fields.identity,
    "functions": profile_fields.functions_on,
    "sizes": profile_fields.sizes,
    "shop": connecting_fields.shop,
    "erp": connecting_fields.erp,
    "advanced": connecting_fields.advanced,
    "articles": articles_fields.every,
    "orders": orders_fields.every,
}


def by_path(session: Session) -> dict[str, Field]:
    """Every field of every form, by the setting it edits: the words for a change of settings."""
    return {field.name: field for fields in FORMS.values() for field in fields(session)}
