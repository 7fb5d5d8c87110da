"""The base of every record that is read from a file, and the kinds of text in them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1200)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=160)]
Url = Annotated[str, StringConstraints(pattern="^https?://[^\\s<>\"']+$", max_length=500)]
MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class Record(BaseModel):
    """Frozen and strict: nothing is coerced, unknown keys are refused."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True
    )
