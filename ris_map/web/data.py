"""The product's data, read once per process and shared by all sessions."""

from ris_map.common.dates import day_of
from ris_map.geography.county import Geography
from ris_map.register.in_words import Words
from ris_map.register.model import Register
from ris_map.register.reading import LiveState
from ris_map.travel.world import DataSource, World, foundations, service
from ris_map.travel.world import sources as all_sources
from ris_map.web import settings
from ris_map.words import swedish_sort_key
from ris_map.words.language import Language


def geography() -> Geography:
    """Return the county's geography."""
    return foundations(settings.data_dir()).geography


def world(as_of: str = "") -> World:
    """Return what every figure is computed from, as of a day; empty = today."""
    return service(settings.data_dir()).moment(day_of(as_of)).world


def releases() -> tuple[Register, ...]:
    """Return the frozen releases of the register, the oldest first."""
    return service(settings.data_dir()).releases


def sources() -> tuple[DataSource, ...]:
    """Return the provenance of all data files."""
    return all_sources(settings.data_dir())


def register_state() -> LiveState:
    """Return the register as it is served, with the faults of a newer file if it has any."""
    return service(settings.data_dir()).register_state()


def words(language: Language) -> Words:
    """Return the words of a language."""
    return foundations(settings.data_dir()).words(
        language, report_address=settings.read_settings().report_address
    )


def places(language: Language) -> dict[str, str]:
    """Return the names of the places to choose from by id: groups, then municipalities by name."""
    grouped = {
        name: f"{group.label.in_(language)} ({division.label.in_(language).lower()})"
        for name, (division, group) in geography().groups.items()
    }
    names = geography().names.items()
    return {**grouped, **dict(sorted(names, key=lambda item: swedish_sort_key(item[1])))}
