"""Check every file in ``data/``: for the command line, and before the server starts."""

from collections.abc import Collection
from datetime import date
from functools import partial
from pathlib import Path

from ris_map.common.address import REDIRECTS, load_redirects
from ris_map.common.faults import DataFaults, Fault, refusal
from ris_map.common.files import cut_off, fault_in
from ris_map.common.region import REGION_FILE, load_region, region
from ris_map.common.tables import FaultLog
from ris_map.geography.county import Geography, check_facts, examine
from ris_map.geography.roads import Roads, load_roads
from ris_map.register.checks import MunicipalityAt
from ris_map.register.quality import HOMEPAGES, REPORTS, load_homepages, load_reports
from ris_map.register.reading import (
    RELEASES,
    SCHEMA,
    check_register,
    committed_ids,
    released_ids,
    schema_text,
)
from ris_map.register.releases import check_releases
from ris_map.register.strategy import SEARCH_WORDS, load_everyday_words, load_strategy
from ris_map.travel.people import load_cells
from ris_map.travel.routes import CHECKS, load_published
from ris_map.travel.world import REGISTER_FILE, load_sources
from ris_map.words.language import TEXTS

NOT_NEEDED = (REPORTS, RELEASES, CHECKS, TEXTS)
"""What a new region may lack, beside what :func:`check_facts` looks for."""


def check_data(data: Path, *, today: date, taken: Collection[str] = ()) -> list[Fault]:
    """Return all that is wrong with a data folder; pages have the addresses ``taken``."""
    try:
        region()
    except DataFaults as error:  # without its codes nothing can be judged
        return list(error.faults)
    faults, municipality_at = _geography_faults(data)
    faults += [fault_in(data / n, "not-yet") for n in NOT_NEEDED if not (data / n).exists()]
    path = data / REGISTER_FILE
    result = check_register(
        path,
        municipality_at=municipality_at,
        today=today,
        known_ids=released_ids(data) | committed_ids(path),
    )
    known = result.register.by_id if result.register else None
    if known and (actor := region().examples.get("aktor")) not in known:
        path = data / REGION_FILE
        faults.append(fault_in(path, "unknown-example", field="examples.aktor", actor=actor))
    strategy = refusal(load_strategy, data / "strategy.yaml")
    faults = [*result.faults, *strategy, *check_releases(data), *faults]
    for load, path in (
        (load_region, data),
        (load_sources, data / "sources.yaml"),
        (partial(load_reports, ids=known), data / REPORTS),
        (load_homepages, data / HOMEPAGES),
        (load_everyday_words, data / SEARCH_WORDS),
        (partial(load_redirects, taken=taken), data / REDIRECTS),
    ):
        faults += refusal(load, path)
    schema = data / SCHEMA
    if schema.exists() and schema.read_bytes() != schema_text().encode():
        faults.append(fault_in(schema, "stale-schema", command="schema"))
    for path in sorted([*(data / TEXTS).glob("*/*.md"), *(data / RELEASES).glob("*.md")]):
        log = FaultLog(path)
        text = log.text()
        if text is not None and not text.strip():
            log.add("empty-file")
        faults += [*log.faults, *cut_off(path, text or "")]
    return faults


def _geography_faults(data: Path) -> tuple[list[Fault], MunicipalityAt | None]:
    """Return the faults of places and roads, and, if the places are right, where points lie."""
    geography, faults = examine(data)
    is_whole = not any(fault.is_error for fault in faults)
    among: tuple[Geography, Roads] | None = None
    try:
        roads = load_roads(data)
        among = (geography, roads) if is_whole else None
    except DataFaults as error:
        faults += error.faults
    if (data / CHECKS).is_dir():
        faults += refusal(partial(load_published, among=among), data)
    faults += refusal(load_cells, data) + tuple(check_facts(data))
    if not is_whole:
        return [*faults, fault_in(data / REGISTER_FILE, "check-skipped")], None
    if region().visits_from not in {place.id for place in geography.localities}:
        faults.append(fault_in(data / REGION_FILE, "unknown-place", field="visits_from"))
    return faults, geography.municipality_at
