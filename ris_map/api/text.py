"""Each page that computes as Markdown: its sentence, figures, tables and sources, to read or quote.

The same view objects and choice models as the pages, so that no figure can differ; what of an
address means nothing is told in a line, as on the page.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import BeforeValidator, ConfigDict, WithJsonSchema, create_model

from ris_map.actors.listing import StartChoice, headline_words, panel_words, rows_words
from ris_map.api.calls import Call, DataRouter
from ris_map.api.datasets import COVERAGE, PREFIX
from ris_map.api.queries import LanguageQuery, key
from ris_map.common.address import Choice, FreeText
from ris_map.common.dates import day_of
from ris_map.coverage.map_picture import map_view, picture
from ris_map.coverage.page import summary
from ris_map.coverage.page import tables as coverage_tables
from ris_map.coverage.page.pictures import curve_table
from ris_map.coverage.page.view import CoverageChoice, CoverageView
from ris_map.finder.answer import Entry, find_support
from ris_map.finder.need import Need
from ris_map.finder.words import FindView
from ris_map.municipality import words as municipal
from ris_map.municipality.profile import MunicipalityChoice, compared, profile
from ris_map.municipality.tables import tables
from ris_map.siting import words as siting
from ris_map.siting.plan import SitingChoice
from ris_map.travel.world import World
from ris_map.web.address import LANGUAGE_KEY, ignored_words, read_address
from ris_map.words.figures import FigureTable, cell_text
from ris_map.words.language import Language
from ris_map.words.markup import render_text

router = DataRouter("text", COVERAGE)
_BRACKETS = {60: "%3C", 62: "%3E"}
ADDRESSES: dict[str, str] = {"/.md": f"{PREFIX}/karta.md"}
"""The short addresses, beside the pages' own, and what of the API they mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextView:
    """What a page says.

    ``figures`` are numbers with what they count; an item of a list is a name, an address or none,
    and a text.
    """

    title: str
    paragraphs: Iterable[str] = ()
    figures: Iterable[tuple[str, str]] = ()
    tables: Iterable[FigureTable] = ()
    lists: Iterable[tuple[str, Sequence[tuple[str, str, str]]]] = ()
    source: str = ""


class TextQuery(LanguageQuery):
    """A page's address: what means nothing in it is told, never refused."""

    model_config = ConfigDict(extra="allow")

    lang: Annotated[
        Language,
        BeforeValidator(lambda text: text if text in set(Language) else Language.SV),
        WithJsonSchema({"type": "string", "examples": ["en"]}),
    ] = key(LANGUAGE_KEY, Language.SV)

    @property
    def address(self) -> dict[str, list[str]]:
        """The keys and values as they were written, the language left out."""
        said = self.model_dump(by_alias=True, exclude={"lang"})
        return {name: [v] if isinstance(v, str) else list(v) for name, v in said.items() if v}

    @property
    def given(self) -> Mapping[str, tuple[str, ...]]:
        """What the answer depends on, as one text."""
        return {"address": (urlencode(self.address, doseq=True),), LANGUAGE_KEY: (self.lang,)}


def _query(model: type[Choice]) -> type[TextQuery]:
    """Return the query of a page: the keys of its choices, any text allowed."""
    many = Annotated[tuple[str, ...], FreeText()]
    fields: dict[str, Any] = {one: (many, key(one, ())) for one in model.keys()}  # noqa: SIM118
    return create_model(f"{model.__name__}Text", __base__=TextQuery, **fields)


Make = Callable[[Any, World, Call[Any]], TextView]


def _page(model: type[Choice]) -> Callable[[Make], Make]:
    """Publish the text of the page that a choice is made on, here and beside the page itself."""
    address = f"/{model.path.strip('/') or 'karta'}.md"

    def publish(make: Make) -> Make:
        def text(call: Call[TextQuery]) -> bytes:
            known = model.lists(call.world)
            choice, ignored = read_address(model, call.query.address, known)
            day = getattr(choice, "as_of", "")
            moment = call.site.served.moment(day_of(day)) if day else call.moment
            notices = [ignored_words(ignored, tr=call.tr)]
            notices += [call.tr("as-of.day", day=day)] if day else []
            return render_text(
                "page.md",
                t=call.tr,
                view=make(choice, moment.world, call),
                notices=notices,
                cell=partial(cell_text, tr=call.tr),
                page=f"{call.base}{choice.url(tr=call.tr)}",
                target=partial(_target, base=call.base),
            ).encode()

        ADDRESSES[address] = f"{PREFIX}{address}"
        router.data(
            address,
            _query(model),
            media_type="text/markdown",
            names_itself=True,
            text=f"The page {model.path} as Markdown\n\nAlso at {address}, beside the page. Keys "
            "and values are those of the page's address; what means nothing is left out and told "
            "in a line.",
        )(text)
        return make

    return publish


def _target(url: str, *, base: str) -> str:
    """Return where a link leads, seen from anywhere."""
    return (f"{base}{url}" if url.startswith("/") else url).translate(_BRACKETS)


@_page(StartChoice)
def _start(choice: StartChoice, world: World, call: Call[Any]) -> TextView:
    view = map_view(world, choice, tr=call.tr)
    said, who = headline_words(view), rows_words(view, choice)
    drawn = picture(view)
    legend = drawn.legend
    rows = [(row.label, *row.texts) for row in legend.rows] if legend else []
    classes = legend and FigureTable(
        id="classes", title=legend.title, columns=legend.columns, rows=rows
    )
    places = [(drawn.sentences[code].figure, drawn.sentences[code].text) for code in view.names]
    chosen = panel_words(view, choice) if choice.municipality else None
    if chosen:
        sides = ((chosen["name"], "figures"), (chosen["beside"], "beside_figures"))
        own = [(n, f"{text} ({name})") for name, key in sides for n, text in chosen[key]]
        places = [*own, *places]
    # what is known and what is not, own and open to all, stand apart under headings of their own
    helpers = [
        (name or who["title"], [(a.name, call.tr.detail_url(a.id), where) for a, where, _ in part])
        for name, part in who["sections"]
    ]
    if helpers[0][0] != who["title"]:
        helpers.insert(0, (who["title"], []))
    return TextView(
        title=f"{said['parts'][0]}{said['figure']}{said['parts'][1]}",
        paragraphs=(said["lead"],),
        figures=places,
        tables=(classes,) if classes else (),
        lists=(
            *([(chosen["name"], [(n, "", text) for n, text in chosen["near"]])] if chosen else ()),
            *helpers,
        ),
        source=who["note"],
    )


@_page(CoverageChoice)
def _coverage(choice: CoverageChoice, world: World, call: Call[Any]) -> TextView:
    view = CoverageView(world=world, choice=choice, tr=call.tr)
    of_tab = {
        "kurva": (curve_table,) if view.is_physical else (),
        "kedjan": (coverage_tables.chain_table, coverage_tables.area_table),
        "indelningar": (coverage_tables.division_table,),
    }
    made = (coverage_tables.municipality_table, *of_tab.get(choice.tab, ()))
    return TextView(
        title=summary.headline(view),
        paragraphs=(summary.finding_sentence(view), summary.range_words(view)),
        figures=[
            (one.number, f"{one.text}{one.range and f' ({one.range})'}. {one.note}".strip())
            for one in summary.key_figures(view)
        ],
        tables=[make(view) for make in made],
        source=summary.basis(view),
    )


@_page(MunicipalityChoice)
def _municipality(choice: MunicipalityChoice, world: World, call: Call[Any]) -> TextView:
    tr = call.tr
    if choice.code is None:
        note = tr("municipality.choose.note", kind=tr.kind(*choice.kind))
        links = municipal.county_links(world, choice, tr=tr)
        return TextView(
            title=tr("page.municipality.title"),
            paragraphs=(tr("page.municipality.lead"), note),
            lists=[(tr("municipality.choose.heading"), links)],
        )
    shown = profile(world, choice.code, choice.cube)
    beside = compared(shown, other=choice.beside)
    return TextView(
        title=municipal.headline(shown, shown.cell(*choice.kind), tr=tr),
        paragraphs=(municipal.lead(shown, tr=tr), municipal.paragraph(shown, tr=tr)),
        tables=tables(shown, beside, tr=tr),
        source=municipal.source_line(shown, tr=tr),
    )


@_page(Need)
def _find(need: Need, world: World, call: Call[Any]) -> TextView:
    tr, view = call.tr, FindView(find_support(world, need), world, call.tr)
    sections = [
        (
            f"{one.title} ({tr.number(len(entries))})",
            [
                (entry.actor.name, tr.detail_url(entry.actor.id), _entry(view, entry))
                for entry in entries
            ],
        )
        for one in view.sections
        if (entries := one.rows + one.rest)
    ]
    steps = [
        (
            f"{tr(f'find.step.{kind}')}: {entry.actor.name}",
            entry.actor.homepage or tr.detail_url(entry.actor.id),
            f"{view.reach(entry)}. {view.step_text(kind, entry)}",
        )
        for kind, entry in view.steps.items()
    ]
    onward = [
        (entry.actor.name, tr.detail_url(entry.actor.id), view.onward_way(entry))
        for entry in view.answer.onward
    ]
    return TextView(
        title=view.title,
        paragraphs=(view.lead, view.choices, *view.missing),
        lists=(
            *([(tr("find.answer.heading"), steps)] if steps else ()),
            *sections,
            *([(view.onward_title, onward)] if onward else ()),
        ),
        source=view.source,
    )


def _entry(view: FindView, entry: Entry) -> str:
    parts = (view.way(entry), view.at(entry), view.tr.labels(entry.types), view.why(entry))
    return ". ".join(part[:1].upper() + part[1:] for part in parts if part)


@_page(SitingChoice)
def _siting(choice: SitingChoice, world: World, call: Call[Any]) -> TextView:
    view = siting.view_of(world, choice, call.tr)
    return TextView(
        title=siting.headline(view),
        paragraphs=(
            siting.lead(view),
            siting.plan_text(view),
            siting.gains(view),
            " ".join(siting.still_beyond(view)),
            *siting.round_words(view),
            siting.assumed(view),
        ),
        figures=[(row["text"], row["name"]) for row in siting.side_rows(view)],
        tables=(siting.full_table(view),),
        source=siting.source(view),
    )
