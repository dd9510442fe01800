"""Common shape of settings: frozen pydantic models, unknown fields refused, help beside each field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

BEGINNING = datetime(2001, 1, 1, tzinfo=UTC)
"""Default of every last-transfer mark: everything is due (ART-12). The marks themselves are kept by the store."""


class Settings(BaseModel):
    """Base of all settings models."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True, validate_default=True
    )


ListId = Annotated[str, Field(max_length=100)]
"""Id of an item of a reference list, as text; empty = none."""
