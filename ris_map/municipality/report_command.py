"""The command ``report``: one municipality's report as a self-contained HTML file."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ris_map.common import dates
from ris_map.export.sources import load_sources
from ris_map.geography.boundaries import county_shapes
from ris_map.geography.language_rights import language_rights, rights_of
from ris_map.municipality.profile import profile
from ris_map.municipality.report import ReportParts, report_html
from ris_map.register.in_words import Words
from ris_map.register.register import load_register
from ris_map.register.vocabulary import Scope
from ris_map.travel.world import CubeChoice, foundations, world_of
from ris_map.words import translator
from ris_map.words.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOrder:
    """What the command line asks for."""

    code: str
    language: Language
    choice: CubeChoice
    on: date


def written_report(data: Path, order: ReportOrder) -> str:
    """Return a municipality's report from a data folder.

    Raises
    ------
    DataFaults
        With every fault of the first file that is refused.
    """
    base = foundations(data)
    register = load_register(
        data / "actors.yaml", municipality_at=base.geography.municipality_at, today=order.on
    )
    world = world_of(data, register=register, on=order.on)
    words = Words(
        tr=translator(order.language),
        strategy=base.strategy,
        municipality_names={item.code: item.name for item in base.geography.municipalities},
        report_address="",
    )
    return report_html(
        ReportParts(
            profile=profile(world, order.code, order.choice),
            world=world,
            shapes=county_shapes(data),
            rights=rights_of(order.code, language_rights(data)),
            sources=load_sources(data / "sources.yaml"),
            words=words,
        )
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the report that the command line asks for and return the exit code."""
    data: Path = arguments.data
    if not data.is_dir():
        words = f"{data}: This folder does not exist. Give the data folder with --data."
        print(words, file=sys.stderr)
        return 2
    order = ReportOrder(
        code=arguments.code,
        language=Language(arguments.lang),
        choice=CubeChoice(
            threshold=arguments.limit,
            scope=Scope.ADJACENT if arguments.adjacent else Scope.CORE,
        ),
        on=arguments.today or dates.today(),
    )
    output: Path = arguments.output
    output.write_text(written_report(data, order), encoding="utf-8")
    print(f"{output}: written.")
    return 0
