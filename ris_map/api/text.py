"""Each page that computes as Markdown: its sentence, figures, tables and sources, to read or quote.

The same view objects and choice models as the pages, so that no figure can differ; what of an
address means nothing is told in a line, as on the page. What is said stands in ``texts/``.
"""

from collections.abc import Callable, Mapping
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
from ris_map.municipality.profile import MunicipalityChoice
from ris_map.municipality.tables import tables
from ris_map.municipality.words import county_links, view_of
from ris_map.register.in_words import Words
from ris_map.siting import words as siting
from ris_map.siting.plan import SitingChoice
from ris_map.travel.world import World
from ris_map.web.address import LANGUAGE_KEY, ignored_words, read_address
from ris_map.words.figures import cell_text
from ris_map.words.language import Language
from ris_map.words.markup import render_text

router = DataRouter("text", COVERAGE)
ADDRESSES: dict[str, str] = {"/.md": f"{PREFIX}/karta.md"}
"""The short addresses, beside the pages' own, and what of the API they mean."""


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


Values = Mapping[str, Any]
"""What the text of a page is told from, in the template of the page's name."""
Make = Callable[[Any, World, Words], Values]


def _start(choice: StartChoice, world: World, tr: Words) -> Values:
    view = map_view(world, choice, tr=tr)
    return {
        "said": headline_words(view),
        "names": view.names,
        "drawn": picture(view),
        "chosen": panel_words(view, choice) if choice.municipality else None,
        "who": rows_words(view, choice),
    }


def _coverage(choice: CoverageChoice, world: World, tr: Words) -> Values:
    view = CoverageView(world=world, choice=choice, tr=tr)
    of_tab = {
        "kurva": (curve_table,) if view.is_physical else (),
        "kedjan": (coverage_tables.chain_table, coverage_tables.area_table),
        "indelningar": (coverage_tables.division_table,),
    }
    made = (coverage_tables.municipality_table, *of_tab.get(choice.tab, ()))
    return {"view": view, "words": summary, "tables": [make(view) for make in made]}


def _municipality(choice: MunicipalityChoice, world: World, tr: Words) -> Values:
    if choice.code is None:
        links = county_links(world, choice, tr=tr)
        return {"view": None, "choice": choice, "links": links}
    view = view_of(world, choice, tr)
    return {"view": view, "tables": tables(view)}


def _find(need: Need, world: World, tr: Words) -> Values:
    view = FindView(find_support(world, need), world, tr)
    return {"view": view, "said": partial(_entry, view)}


def _entry(view: FindView, entry: Entry) -> str:
    parts = (view.way(entry), view.at(entry), view.tr.labels(entry.types), view.why(entry))
    return ". ".join(part[:1].upper() + part[1:] for part in parts if part)


def _siting(choice: SitingChoice, world: World, tr: Words) -> Values:
    return {"view": siting.view_of(world, choice, tr), "words": siting}


def _text(template: str, model: type[Choice], make: Make, call: Call[TextQuery]) -> bytes:
    known = model.lists(call.world)
    choice, ignored = read_address(model, call.query.address, known)
    day = getattr(choice, "as_of", "")
    moment = call.site.served.moment(day_of(day)) if day else call.moment
    notices = [ignored_words(ignored, tr=call.tr)]
    notices += [call.tr("as-of.day", day=day)] if day else []
    return render_text(
        template,
        t=call.tr,
        notices=notices,
        cell=partial(cell_text, tr=call.tr),
        base=call.base,
        page=choice.url(tr=call.tr),
        **make(choice, moment.world, call.tr),
    ).encode()


PAGES: tuple[tuple[type[Choice], Make], ...] = (
    (StartChoice, _start),
    (CoverageChoice, _coverage),
    (MunicipalityChoice, _municipality),
    (Need, _find),
    (SitingChoice, _siting),
)
for _model, _make in PAGES:
    _name = f"{_model.path.strip('/') or 'karta'}.md"
    # the keys of the page's choices, any text allowed
    _keys: dict[str, Any] = {
        name: (Annotated[tuple[str, ...], FreeText()], key(name, ()))
        for name in _model.keys()  # noqa: SIM118
    }
    ADDRESSES[f"/{_name}"] = f"{PREFIX}/{_name}"
    router.data(
        f"/{_name}",
        create_model(f"{_model.__name__}Text", __base__=TextQuery, **_keys),
        media_type="text/markdown",
        names_itself=True,
        text=f"The page {_model.path} as Markdown\n\nAlso at /{_name}, beside the page. Keys "
        "and values are those of the page's address; what means nothing is left out and told in a "
        "line.",
    )(partial(_text, _name, _model, _make))
