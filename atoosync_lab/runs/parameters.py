"""Parameters of the pages that can be executed: one model a page, checked before anything is done.

papermill checks neither names nor types (an unknown parameter is a log line to it, and a number given as text stays
text), so both the caller and the page itself pass through `checked`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs import flows

Language = Literal["", "fr", "en"]


class PageParameters(BaseModel):
    """What every page takes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    profile: str = ""
    """Profile id; empty: the default profile."""
    language: Language = ""
    """Language of the page; empty: that of the workbench."""


class PreviewParameters(PageParameters):
    """The preview: a plan, read before anything is written."""

    flow: str = "articles"
    filter: str = ""
    """A further filter, for this plan alone."""
    plan: str = ""
    """Id of a saved plan; empty: read both sides and make one."""


class TourParameters(PageParameters):
    """The tour of a profile."""


class WhyParameters(PageParameters):
    """The explanation of one record."""

    key: str = ""
    """Article reference, order number or reference, or part of a customer's name; empty: asked on the page."""


class RunParameters(PageParameters):
    """The run: one execution of one flow."""

    flow: str = "articles"
    dry_run: bool = True
    filter: str = ""
    keys: list[str] = Field(default_factory=list)
    """Only these records."""
    full: bool = False
    """Read the ERP in full."""
    plan: str = ""
    """Id of a saved plan to apply; empty: read, plan, write."""
    run_id: str = ""
    """Id under which it stands in the journal; empty: a new one."""


Parameters = TypeVar("Parameters", bound=PageParameters)

_EXPECTED = {
    "bool_type": "page.expects.bool",
    "string_type": "page.expects.text",
    "list_type": "page.expects.list",
    "literal_error": "page.expects.language",
}


def checked(model: type[Parameters], values: Mapping[str, Any]) -> Parameters:
    """The parameters of a page.

    Raises:
        SettingsError: a name is unknown, a value has the wrong type, or there is no such flow; the message says which.
    """
    try:
        given = model.model_validate(dict(values))
    except ValidationError as error:
        raise _explained(model, error) from None
    flow = getattr(given, "flow", None)
    if flow is not None:
        flows.get(flow)
    return given


def _explained(model: type[PageParameters], error: ValidationError) -> SettingsError:
    problem = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return SettingsError("page.parameter_unknown", name=name, known=", ".join(model.model_fields))
    expected = translate(_EXPECTED.get(problem["type"], "page.expects.text"))
    return SettingsError("page.parameter_wrong", name=name, value=repr(problem["input"])[:80], expected=expected)
