"""The room's pages: open data, the register's quality, and pages that need no script.

The latter, one per actor and municipality, are for search engines and whoever has no scripts: the
same texts, figures and order as the live page, with schema.org's description of what it is about.
"""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from ris_map.actors.detail import actor_html
from ris_map.api import dcat
from ris_map.api.datasets import DATASETS, LICENCES, PREFIX, terms
from ris_map.api.history import quality_values
from ris_map.api.hsds import known
from ris_map.api.queries import HERE, ActorQuery, CoverageQuery, Parameter, TravelQuery, parameters
from ris_map.common import dates
from ris_map.common.faults import RisMapError
from ris_map.common.region import region
from ris_map.municipality.page import embed_parts
from ris_map.municipality.profile import MunicipalityChoice
from ris_map.municipality.words import view_of
from ris_map.register.in_words import Words
from ris_map.register.model import Actor
from ris_map.register.quality import median_days
from ris_map.travel.world import World, service
from ris_map.web import data
from ris_map.web.assets import Answer, asset_url
from ris_map.web.server import base_address
from ris_map.web.settings import data_dir, read_settings
from ris_map.web.shell import ABOUT, chosen_language, not_found
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.figures import percent, whole
from ris_map.words.language import Language, other_languages
from ris_map.words.markup import render, render_text, script_json

EXAMPLES = (
    f"/actors.geojson?fas=ide&stod=radgivning&plats={HERE['plats']}",
    f"/actors/{HERE['aktor']}",
    "/coverage.csv?grans=90&omrade=life_science",
    f"/travel-times?plats={HERE['jamfor']}",
    "/actors.xlsx?bredd=adjacent",
)


def open_data_html(tr: Translator) -> str:
    """Return the page below its title."""
    known = data.sources()
    names = {one.code: one.name for one in region().municipalities}
    here, beside = (names.get(HERE[key], "") for key in ("plats", "jamfor"))
    return render(
        "open_data.html",
        t=tr,
        datasets=[(dataset, terms(dataset.files, sources=known)) for dataset in DATASETS],
        catalogue=[
            (name, f"{PREFIX}/dcat.{ending}") for ending, (*_, name) in dcat.SERIALISATIONS.items()
        ],
        parameters=all_parameters(),
        licences=LICENCES,
        prefix=PREFIX,
        on=dates.today().isoformat(),
        reference=data.register_state().register.meta.reference_date,
        settings=read_settings(),
        examples=[
            (tr(f"open-data.example.{number}", here=here, beside=beside), path)
            for number, path in enumerate(EXAMPLES, start=1)
        ],
    )


def register_quality_html(tr: Translator) -> str:
    """Return how good the register is: figures, outside count, whom to ask, reports."""
    register, served = data.register_state().register, service(data_dir())
    found = quality_values(register, served, on=dates.today())
    return render(
        "register_quality.html",
        t=tr,
        **{**found, "figures": {one.id: one for one in found["figures"]}},
        percent=partial(percent, tr=tr),
        counted=region().yardstick,
        register=register,
        days=median_days(found["reports"]),
        whole=whole,
        releases=served.releases,
    )


def all_parameters() -> tuple[Parameter, ...]:
    """Return every parameter once, in the order of the start page."""
    models = (ActorQuery, CoverageQuery, TravelQuery)
    named = {name: one for model in models for name, one in parameters(model).items()}
    return tuple(named.values())


Values = Mapping[str, Any]
"""What ``static_page.html`` asks for: ``live`` is the page with map and choices (empty where
``html`` has title and link itself), ``thing`` what it is about in schema.org's terms."""


def static_routes() -> list[BaseRoute]:
    """Give the routes of the pages and of the list that leads to them."""
    return [
        Route(ABOUT + path, _answer)
        for path in ("", "aktor/{actor}", "kommun/{code}", "{other:path}")
    ]


def _answer(request: Request) -> Response:
    language = chosen_language(request.scope.get("query_string", b""))
    tr = data.words(language)
    try:
        world = data.world()
    except RisMapError:
        return PlainTextResponse(tr("fault.title"), status_code=503)
    match request.path_params:
        case {"actor": name}:
            actor = world.register.by_id.get(name)
            page = actor_page(actor, world=world, tr=tr) if actor else None
        case {"code": code}:
            known = code in tr.municipality_names
            page = municipality_page(code, world=world, tr=tr) if known else None
        case {"other": _}:
            page = None
        case _:
            page = all_page(world=world, tr=tr)
    if page is None:
        return HTMLResponse(not_found(language), status_code=404)
    html = page_html(page, base=base_address(request), path=request.url.path, tr=tr)
    return Answer(content=html.encode(), media_type="text/html; charset=utf-8").response(request)


def page_html(page: Values, *, base: str, path: str, tr: Words) -> str:
    """Return the whole document; ``base`` is the site's address without a slash at the end."""
    language, address = tr.language, f"{base}{path}"
    described = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "@id": f"{address}?lang={language}",
        "name": page["title"],
        "inLanguage": language.value,
        "dateModified": data.register_state().register.meta.reference_date,
        "mainEntity": {"@id": f"{address}#it", **page["thing"]},
    }
    return render(
        "static_page.html",
        t=tr,
        **page,
        address=address,
        path=path,
        languages=list(Language),
        others=other_languages(language),
        style=asset_url("bundle/page.css"),
        icon=asset_url("app/icon.svg"),
        described=script_json(described),
    )


def actor_page(actor: Actor, *, world: World, tr: Words) -> Values:
    """Return the page of an actor."""
    told = render_text("schema_actor.json", t=tr, actor=actor, on=world.on)
    return {
        "title": actor.name,
        "description": actor.summary.in_(tr.language),
        "live": tr.detail_url(actor.id),
        "html": actor_html(actor, tr=tr, on=world.on),
        "thing": json.loads(told, object_hook=known),
    }


def municipality_page(code: str, *, world: World, tr: Words) -> Values:
    """Return the page of a municipality with the choices of a first visit."""
    choice = MunicipalityChoice.read({"kommun": [code]})[0]
    view = view_of(world, choice, tr)
    title, parts = tr("municipality.title", name=view.found.name), embed_parts(view)
    return {
        "title": title,
        "description": f"{parts['title']}. {parts['sentence']}",
        "live": "",
        "html": render("static_municipality.html", t=tr, view=view, **parts),
        "thing": {
            "@type": "AdministrativeArea",
            "name": title,
            "alternateName": view.found.name,
            "identifier": code,
        },
    }


def all_page(*, world: World, tr: Words) -> Values:
    """Return the list of all pages."""
    actors = {f"aktor/{actor.id}": actor.name for actor in world.register.actors}
    places = {f"kommun/{code}": name for code, name in tr.municipality_names.items()}
    lists = [
        (tr(f"about.{name}"), sorted(found.items(), key=lambda item: swedish_sort_key(item[1])))
        for name, found in (("municipalities", places), ("actors", actors))
    ]
    return {
        "title": tr("about.title"),
        "description": tr("shell.description"),
        "live": f"/?{urlencode({'lang': tr.language.value})}",
        "html": render("static_list.html", t=tr, lists=lists, about=ABOUT),
        "thing": {"@type": "ItemList", "numberOfItems": len(actors) + len(places)},
    }
