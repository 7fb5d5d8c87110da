"""The page about open data: what can be fetched, how, and on which terms."""

from ris_map.api import dcat
from ris_map.api.datasets import DATASETS, LICENCES, PREFIX, terms
from ris_map.api.history import quality_values
from ris_map.api.queries import HERE, ActorQuery, CoverageQuery, Parameter, TravelQuery, parameters
from ris_map.common import dates
from ris_map.common.region import region
from ris_map.register.quality import Quality, median_days
from ris_map.travel.world import service
from ris_map.web import data
from ris_map.web.settings import data_dir, read_settings
from ris_map.words import Translator
from ris_map.words.figures import percent, whole
from ris_map.words.markup import render

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
        share=lambda one: _share(one, tr=tr),
        percent=lambda share: percent(share, tr=tr),
        counted=region().yardstick,
        register=register,
        days=median_days(found["reports"]),
        whole=whole,
        releases=served.releases,
    )


def _share(one: Quality, *, tr: Translator) -> str:
    if one.share is None:
        return tr("quality.untried")
    share = tr("quality.share", count=one.count, n=one.of, share=percent(one.share, tr=tr))
    return f"{share}, {one.on}" if one.on else share


def all_parameters() -> tuple[Parameter, ...]:
    """Return every parameter once, in the order of the start page."""
    models = (ActorQuery, CoverageQuery, TravelQuery)
    named = {name: one for model in models for name, one in parameters(model).items()}
    return tuple(named.values())
