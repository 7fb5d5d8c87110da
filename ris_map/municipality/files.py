"""A municipality to take along: CSV and XLSX of the tables, and the report that prints on A4.

The report is one self-contained HTML file: no script, no address that is fetched, no font. Every
figure comes from the tables that the page shows.
"""

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ris_map.common import dates
from ris_map.common.files import write_whole
from ris_map.coverage.map_picture import class_words
from ris_map.export.tables import CsvFlavour, Sheet, plain, sheets_xlsx, text_csv
from ris_map.geography.county import rights_of
from ris_map.municipality.pictures import map_picture, supply
from ris_map.municipality.profile import ListKind, MunicipalityChoice, Profile, compared, profile
from ris_map.municipality.tables import Table, season, tables
from ris_map.municipality.words import ListPart, headline, lead, list_parts, paragraph, source_line
from ris_map.register.in_words import Words, ascii_name
from ris_map.register.reading import load_register
from ris_map.register.vocabulary import Scope
from ris_map.travel.world import World, foundations, load_sources
from ris_map.web import settings
from ris_map.words import Translator
from ris_map.words.language import Language
from ris_map.words.markup import render

CSV_COLUMNS = ("code", "name", "table", "row", "column", "value", "note", "date", "source")
USED_FILES = (
    "data/actors.yaml",
    "data/localities.csv",
    "data/municipalities.geojson",
    "data/people/population_1km.csv",
    "data/roads/edges.csv",
    "data/statistics.csv",
)
"""Files whose source stands in the report."""


def file_name(profile: Profile, choice: MunicipalityChoice, *, tr: Translator) -> str:
    """Return the name of the files without its ending: what, choice, date, in plain ASCII."""
    name = ascii_name(profile.name)
    chosen = [f"{choice.limit}min"]
    chosen += [choice.scope] if choice.scope is not Scope.CORE else []
    chosen += [tr("municipality.file.winter")] if choice.winter else []
    return tr("municipality.file", name=name, choice="-".join(chosen), date=profile.reference_date)


def profile_csv(
    profile: Profile, shown: Sequence[Table], *, flavour: CsvFlavour, tr: Translator
) -> bytes:
    """Return the tables as one CSV file: a line per cell, named by table, row and column.

    ``SWEDISH``: semicolons, decimal commas and a byte order mark; ``PLAIN``: RFC 4180.
    """
    about = (profile.reference_date, source_line(profile, tr=tr))
    lines = []
    for table in shown:
        for row in table.rows:
            name = " – ".join(filter(None, (row[0].text, row[0].small)))
            for column, cell in zip(table.columns[1:], row[1:], strict=True):
                value = cell.text if cell.value is None else f"{cell.value:.10g}"
                if cell.value is not None and flavour is CsvFlavour.SWEDISH:
                    value = value.replace(".", ",")
                line = (profile.code, profile.name, table.title, name, column, value, cell.small)
                lines.append([plain(part) for part in (*line, *about)])
    return text_csv(
        [tr(f"municipality.csv.{name}") for name in CSV_COLUMNS], lines, flavour=flavour
    )


def profile_xlsx(profile: Profile, shown: Sequence[Table], *, tr: Translator) -> bytes:
    """Return the tables as a workbook: a sheet per table and one about the file."""
    title, source = tr("municipality.report.title", name=profile.name), source_line(profile, tr=tr)
    about = Sheet(
        name=tr("municipality.sheet.about"),
        heads=(),
        rows=[[table.title, table.sentence] for table in shown],
        above=(title, source),
        has_named_rows=False,
    )
    sheets = [
        Sheet(
            name=tr(f"municipality.sheet.{table.id}"),
            heads=table.columns,
            rows=table.rows,
            above=(table.title,),
        )
        for table in shown
    ]
    return sheets_xlsx([about, *sheets], title=title, tr=tr)


def report_html(choice: MunicipalityChoice, *, world: World, tr: Words, site: str = "") -> str:
    """Return the report as a whole HTML document; no link without a ``site``."""
    data, code = world.foundations.data_dir, choice.code or ""
    rights = rights_of(code, data)
    language = tr.language
    shown, found = profile(world, code, choice.cube), supply(world, choice)
    beside = compared(shown, other=choice.beside)
    made = tables(shown, beside, tr=tr)
    links = ((link.title.in_(language), link.url) for r in rights for link in r.links)
    used = (
        f"{item.title.in_(language)}: {item.publisher.in_(language)} ({item.licence_out})"
        for item in load_sources(data / "sources.yaml")
        if item.file in USED_FILES
    )
    return render(
        "report.html",
        t=tr,
        shown=shown,
        choice=choice,
        headline=headline(shown, shown.cell(*choice.kind), tr=tr),
        lead=lead(shown, tr=tr),
        back=site and f"{site}{choice.url(tr=tr)}",
        paragraph=paragraph(shown, tr=tr),
        map=map_picture(shown, choice, tr=tr),
        classes=class_words(found.minutes, found.is_unknown, tr=tr),
        lists=[(part, _by_place(part)) for part in list_parts(shown, tr=tr)],
        tables={table.id: table for table in made},
        rights=rights,
        links=list(dict.fromkeys(links)),
        source=source_line(shown, tr=tr),
        season=season(shown, tr=tr),
        sources=list(dict.fromkeys(used)),
    )


def _by_place(part: ListPart) -> list[tuple[str, list[str]]]:
    """Return the names of a list; of offices elsewhere by town, the nearest first."""
    names: dict[str, list[str]] = {}
    for entry in part.entries:
        for place in entry.places if part.id == ListKind.REACHABLE else ("",):
            names.setdefault(place, []).append(entry.actor.name)
    return list(names.items())


def written_report(data: Path, choice: MunicipalityChoice, *, language: Language, on: date) -> str:
    """Return a municipality's report from a data folder; ``DataFaults`` with all that is wrong."""
    base = foundations(data)
    register = load_register(
        data / "actors.yaml", municipality_at=base.geography.municipality_at, today=on
    )
    world = World(foundations=base, register=register, on=on)
    site = settings.read_settings().base_url
    return report_html(choice, world=world, tr=base.words(language), site=site)


def run_report(arguments: argparse.Namespace) -> int:
    """Write the report that the command line asks for and return the exit code."""
    data: Path = arguments.data
    asked = {"kommun": arguments.code, "grans": int(arguments.limit)}
    asked |= {"bredd": Scope.ADJACENT} if arguments.adjacent else {}
    choice = MunicipalityChoice.model_validate(asked)
    output: Path = arguments.output
    report = written_report(
        data, choice, language=Language(arguments.lang), on=arguments.today or dates.today()
    )
    write_whole(output, report.encode())
    print(f"{output}: written.")
    return 0
