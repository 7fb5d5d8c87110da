"""What a reader of the start page has chosen: its widgets and its address."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from ris_map.common.address import Flag
from ris_map.coverage.map_picture import MapChoice
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.travel.people import number_of_squares


def _code(text: str) -> str:
    if text and text not in MUNICIPALITY_CODES:
        raise ValueError("no municipality of the county")
    return text


def _town(text: str) -> str:
    if text and (text[:4] not in MUNICIPALITY_CODES or not text[4:].startswith("-")):
        raise ValueError("no town of the county")
    return text


def _cell(text: str) -> str:
    # a square's number is its place in their file
    if text and not (text.isascii() and text.isdigit() and int(text) < number_of_squares()):
        raise ValueError("no square")
    return text


MunicipalityCode = Annotated[str, AfterValidator(_code)]
TownId = Annotated[str, AfterValidator(_town)]


class StartChoice(MapChoice):
    """The map's choice, and what is looked at in it."""

    municipality: MunicipalityCode = Field("", alias="kommun")
    beside: MunicipalityCode = Field("", alias="jamfor")
    town: TownId = Field("", alias="tatort")
    cell: Annotated[str, AfterValidator(_cell)] = Field("", alias="ruta")
    everybody: Flag = Field(default=False, alias="alla")
