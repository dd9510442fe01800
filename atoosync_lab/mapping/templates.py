"""Templates with merge fields: document references and settlement labels (ORD-02, ORD-22)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class MergeField:
    """A merge field that a person may insert in a template."""

    key: str
    """Two letters, the key of its value in `render`."""
    label: str
    """Message id of its name."""
    example: str
    """Value shown in the live preview."""

    @property
    def token(self) -> str:
        """What stands in the template, e.g. `%OI`."""
        return "%" + self.key


_FIELDS = (
    MergeField("OI", "mapping.field.order_id", "187"),
    MergeField("OR", "mapping.field.order_reference", "XKBKNABJK"),
    MergeField("CF", "mapping.field.first_name", "John"),
    MergeField("CL", "mapping.field.last_name", "DOE"),
    MergeField("CC", "mapping.field.company", "Bréval"),
    MergeField("IN", "mapping.field.invoice_number", "FA000187"),
    MergeField("DT", "mapping.field.date", "25/11/2026"),
)
_EXAMPLES = MappingProxyType({field.key: field.example for field in _FIELDS})
_TOKEN = re.compile("%(" + "|".join(field.key for field in _FIELDS) + ")")
_BLANKS = re.compile(r"\s+")


def fields() -> tuple[MergeField, ...]:
    """The merge fields, in the order of the insert list."""
    return _FIELDS


def render(template: str, values: Mapping[str, str]) -> str:
    """The template with its fields filled in, in one pass: a value that looks like a field is not filled in again.

    Args:
        template: text with merge fields, e.g. `Web %OI - %CF %CL`.
        values: value by key without the percent sign (`OI`, `OR`, `CF`, `CL`, `CC`, `IN`, `DT`); absent = empty.

    Returns:
        The text on one line, doubled blanks collapsed. What is no merge field (`%ZZ`, `5 %`) is left as it is.
    """
    return _BLANKS.sub(" ", _TOKEN.sub(lambda found: values.get(found[1], ""), template)).strip()


def preview(template: str) -> str:
    """The template filled in with example values, for the live preview."""
    return render(template, _EXAMPLES)
