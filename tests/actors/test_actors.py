"""Detail view, list, table and downloads: the same actors, everything that is known of them."""

import re
from collections import Counter
from datetime import date
from functools import cache
from itertools import product
from urllib.parse import parse_qs, urlsplit

import html5rdf
import numpy as np
import pytest
from lxml import html
from lxml.html import HtmlElement

from ris_map.actors.detail import actor_html, detail_layer
from ris_map.actors.files import COLUMNS, actors_csv
from ris_map.actors.listing import (
    StartChoice,
    all_html,
    lead,
    panel_words,
    rows_words,
    table_html,
)
from ris_map.coverage.cube import cube_of
from ris_map.coverage.findings import ways
from ris_map.coverage.map_picture import map_view, picture, way_to_help
from ris_map.export.tables import CsvFlavour
from ris_map.register.in_words import TERMS, words_of
from ris_map.register.model import Actor
from ris_map.register.selection import Filter, Group, Match, select
from ris_map.register.vocabulary import (
    Availability,
    Delivery,
    Phase,
    Precision,
    Scope,
    ServiceType,
    Status,
    StrengthArea,
)
from ris_map.words.figures import percent, rounded
from ris_map.words.language import Language
from tests import factories
from tests.factories import DAY, csv_rows, real_register, real_words, real_world, released, strategy
from tests.pages.opened import words_apart


class Detail:
    """Text, links and elements of a detail view; what stands in another element is another word."""

    def __init__(self, source: str) -> None:
        self.html = words_apart(source)
        self.text = flat(self.html.text_content())
        self.links = self.html.xpath("//a/@href")
        self.terms = [term.text_content().strip() for term in self.html.iter("dt")]


def detail(actor: Actor, language: Language = Language.SV, *, on: date = DAY) -> Detail:
    return Detail(actor_html(actor, tr=real_words(language), on=on))


@cache
def details(language: Language) -> list[tuple[Actor, Detail]]:
    """Give every actor of the register with its detail view, read once."""
    return [(actor, detail(actor, language)) for actor in real_register().actors]


def flat(text: str) -> str:
    return " ".join(text.split())


def test_I2_all_that_is_known_of_every_actor_is_shown_with_its_sources(language: Language) -> None:
    """What is limited is named in the offers as in the contact, and what is unknown says so."""
    tr = real_words(language)
    for actor, found in details(language):
        claims = (*actor.sources, *actor.delivery_claims)
        notes = (actor.note, *(office.note for office in actor.offices))
        texts = [
            *(actor.id, *actor.aliases, actor.summary.in_(language)),
            *(tr(f"{name}.{getattr(actor, name)}") for name in ("kind", "status", "confidence")),
            *(strategy().label(offer.service_type).in_(language) for offer in actor.offers),
            *(real_words(language).labels(offer.phases) for offer in actor.offers),
            *(office.town for office in actor.offices),
            *(note.in_(language) for note in notes if note),
            *(claim.supports.in_(language) for claim in claims),
            *(claim.year or "" for claim in claims),
            actor.status_note.finding.in_(language) if actor.status_note else "",
            *(actor.valid_from or "", actor.valid_to or ""),
            tr("detail.period") if actor.valid_from or actor.valid_to else "",
            tr("detail.successor") if actor.successor else "",
            actor.last_evidence or tr("unknown"),
            actor.last_confirmed or tr("confirmed.never"),
            f"{tr('status.unknown')}." if actor.status is Status.UNKNOWN else "",
            "" if actor.homepage else tr("row.no-homepage"),
            "" if actor.offices else tr("detail.no-office"),
        ]
        rows = (*actor.offers, *actor.offices, *claims)
        assert len(found.html.xpath("//table/tbody/tr")) == len(rows), actor.id
        assert any(link.startswith("mailto:") and actor.id in link for link in found.links)
        silent = [*(claim.year for claim in claims), *(office.street for office in actor.offices)]
        assert found.text.count(tr("unknown")) >= [*silent, actor.last_evidence].count(None)
        judged = (actor.strength_areas, *actor.offers, *actor.offices)
        for basis, number in Counter([actor.scope_basis, *(one.basis for one in judged)]).items():
            assert found.text.count(tr(f"basis.{basis}")) >= number, (actor.id, basis)
        # what is known of one at work is no warning, and comes after the way to it
        warned = bool(found.html.find_class("ris-notice"))
        assert warned == (actor.status is not Status.ACTIVE), actor.id
        missing = [text for text in texts if flat(text) not in found.text]
        assert not missing, f"{actor.id}: {missing}"
        assert {claim.url for claim in claims} <= set(found.links), actor.id
        assert (actor.homepage in found.links) == (actor.homepage is not None)
        for way in Delivery if actor.is_active(DAY) else ():
            if actor.availability(way) == "limited":
                known, mode = tr("availability.limited"), tr(f"mode.{way}")
                words = tr("row.mode-limited", mode=mode, known=known)
                assert found.text.count(words) >= 2, (actor.id, words)


def test_the_html_of_every_actor_is_in_order(language: Language) -> None:
    """No Python shines through, headings begin below the page's, tables are named, links lead."""
    for actor, found in details(language):
        python = r"\bNone\b|<[A-Z]\w+\.|\w+\.[A-Z]{3,}\b|\{\w+\}"
        assert not re.search(python, found.text), actor.id
        tags = [element.tag for element in found.html.iter()]
        assert {tag for tag in tags if re.fullmatch(r"h\d", tag)} == {"h2"}
        ids = found.html.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert tags.count("table") == tags.count("caption") > 0
        starts = ("http", "mailto:", "/bekrafta?", f"/aktor?id={actor.successor}&")
        assert all(link.startswith(starts) for link in found.links), actor.id


def test_I2_M5_terms_that_are_known_are_shown_and_the_record_can_be_confirmed(
    language: Language,
) -> None:
    tr, said = real_words(language), factories.TERMS
    full, bare = (detail(factories.make_actor(**fields), language) for fields in (said, {}))
    assert said["contact_url"] in full.links
    for text in (
        *(said[field].in_(language) for field in ("eligibility", "how_to_apply")),
        *(said["funding"].source.in_(language), said["funding"].until, said["last_checked"]),
        *(tr(f"target.{group}") for group in said["target_groups"]),
        *(tr(f"cost.{cost}") for cost in said["cost"]),
    ):
        assert text in full.text
    labels = [tr(f"csv.column.{field}") for field in TERMS]
    assert [label for label in full.terms if label in labels] == labels
    assert not set(bare.terms) & set(labels)
    assert "2025-06-01" in bare.text, "when it was confirmed"
    assert f"/bekrafta?id=exempel-aktor&lang={language}" in bare.links


def test_a_street_that_no_longer_holds_is_marked_as_old() -> None:
    office = factories.make_office(street="Gamla gatan 1", address_valid_to="2020")
    tr = real_words(Language.SV)
    old = tr("detail.office.address-outdated", street="Gamla gatan 1, 900 00", date="2020")
    actor = factories.make_actor(offices=(office,))
    assert old in detail(actor).text
    assert old not in detail(actor, on=date(2020, 12, 31)).text
    assert "Gamla gatan 1" in detail(actor, on=date(2020, 12, 31)).text


def test_who_is_not_at_work_has_no_office_to_visit() -> None:
    for fields, is_open in (({}, True), ({"status": Status.PLANNED}, False)):
        actor = factories.make_actor(**fields)
        layer, said = detail_layer(actor, tr=real_words(Language.SV), on=DAY), detail(actor).text
        assert ("Umeå: Storgatan" in said) is (layer is not None) is is_open
        assert ("Det här ger de" in said) is ("Så får du kontakt" in said) is is_open


def test_offices_of_a_town_are_counted_as_its_bubble_counts_them() -> None:
    tr = real_words(Language.SV)
    choice = StartChoice(phase=None, service_type=None, town="2480-umea")
    view = map_view(real_world(), choice, tr=tr)
    (bubble,) = (one for one in picture(view).bubbles if one.id == choice.town)
    found = rows_words(view, choice)
    assert found["note"] == tr.plural("karta.offices.count", bubble.count)
    assert bubble.count > sum(len(rows) for _, rows in found["sections"]), "two of one actor"


def test_a_town_where_nobody_gives_what_is_asked_is_named_with_its_nought() -> None:
    titles = []
    for town in ("2481-lycksele", "2481-ingenstans", ""):
        choice = StartChoice(service_type=ServiceType.FINANSIERING_RADGIVNING, town=town)
        view = map_view(released(), choice, tr=real_words(Language.SV))
        titles.append(rows_words(view, choice)["title"])
    assert titles[0].startswith("Lycksele: 0 aktörer")
    assert titles[1] == titles[2] != "0 aktörer"
    asked = StartChoice(municipality="2480", cell="0")
    said = panel_words(map_view(factories.unsure_world(), asked, tr=view.tr), asked)["square"]
    assert said == "Vi känner inte till något kontor för rådgivning som nås härifrån."


@pytest.mark.parametrize("kind", [None, *ServiceType])
@pytest.mark.parametrize("delivery", [d for d in Delivery if d is not Delivery.OFFICE])
def test_R7_at_a_distance_the_list_is_of_who_gives_it_so_with_or_without_an_office(
    delivery: Delivery, kind: ServiceType | None
) -> None:
    area, tr = StrengthArea.LIVSMEDEL, real_words(Language.SV)
    choice = StartChoice(delivery=delivery, service_type=kind, strength_area=area)
    view = map_view(real_world(), choice, tr=tr)
    said = tr("karta.lead.remote", kind=view.kind, phase="i idéfasen", area=" för livsmedel")
    assert lead(view) in {said, f"{said} {tr('karta.lead.unsure')}"}
    cube = cube_of(view.world, choice.cube_choice)
    wanted = {(choice.phase, one) for one in choice.shown_types}
    found = [w for code in view.names for w in ways(cube, code) if w.mode is delivery]
    known = {way.actor.name for way in found if wanted & set(way.kinds)}
    unsure = {way.actor.name for way in found if wanted & set(way.possible)} - known
    listed = rows_words(view, choice)["sections"]
    assert [{actor.name for actor, *_ in rows} for _, rows in listed] == [known, unsure]
    numbers = [int(heading.rpartition(" ")[2]) for heading, _ in listed]
    assert numbers == [len(known), len(unsure)]


@pytest.mark.parametrize("kind", [None, *ServiceType])
def test_W11_panel_and_square_say_the_minutes_of_the_map(kind: ServiceType | None) -> None:
    view = map_view(real_world(), StartChoice(service_type=kind), tr=real_words(Language.SV))
    for code in view.names:
        figures = panel_words(view, StartChoice(municipality=code))["figures"]
        (share, _), (median, _), (actors, said) = figures
        assert re.fullmatch(rf"aktör{'er' * (actors != '1')} inom 60.min för hälften", said)
        minutes = float(view.found.figures.median_minutes[view.at(code)])
        assert share == percent(float(view.found.share[view.at(code)]), tr=view.tr)
        assert median.split()[0] == f"{max(rounded(minutes), 5):.0f}"
    ferry = np.asarray(real_world().cells.is_ferry)
    # where the nearest office that helps is farthest beyond one that serves others alone
    minutes = view.found.minutes
    at_all = view.found.shared.minutes[view.found.offices].min(axis=0)
    farther = np.subtract(*(np.nan_to_num(one, posinf=0) for one in (minutes, at_all))).argmax()
    for cell, said in (
        (ferry.argmax(), view.tr("karta.square.ferry")),
        (farther, view.minutes_words(minutes[farther])),
    ):
        asked = StartChoice(municipality="2480", cell=str(cell))
        assert said in panel_words(view, asked)["square"]


def test_X6_an_office_says_where_it_is_how_exactly_and_with_hard_spaces() -> None:
    actor = factories.make_actor(outside_county=True, offices=(factories.make_outside_office(),))
    assert "Örnsköldsvik (Västernorrland)" in detail(actor).text
    for precision, language in product(Precision, Language):
        office = factories.make_office(precision=precision, uncertainty_m=12500)
        actor = factories.make_actor(offices=(office,))
        html = actor_html(actor, tr=real_words(language), on=DAY)
        is_exact = precision is Precision.ADDRESS
        assert (real_words(language).number(12500) in html) == is_exact
        assert "12500" not in html


EVERYBODY = Filter(scope=Scope.ADJACENT)


@cache
def selected(chosen: Filter) -> tuple[Match, ...]:
    return select(real_register(), chosen, groups={}, on=DAY)


def match_of(group: Group = Group.OFFICE, **fields: object) -> Match:
    actor = factories.make_actor(**fields)
    return Match(actor=actor, group=group, offices=actor.offices)


def parsed(text: str) -> HtmlElement:
    """Read HTML; a single fault, as an element that is not closed, is refused."""
    html5rdf.HTMLParser(strict=True).parse(f"<!DOCTYPE html><title>x</title>{text}")
    return html.fragment_fromstring(text, create_parent="div")


def test_I6_rows_and_download_hold_the_same_actors_in_the_same_order(language: Language) -> None:
    tr = real_words(language)
    for chosen in (EVERYBODY, Filter(phases=(Phase.VAXA,))):
        rows = selected(chosen)
        hrefs = html.fromstring(all_html(rows, tr=tr, on=DAY)).xpath("//a[@class='ris-row']/@href")
        in_rows = [parse_qs(urlsplit(href).query)["id"][0] for href in hrefs]
        file = actors_csv(rows, flavour=CsvFlavour.PLAIN, tr=tr)
        in_file = [line[0] for line in csv_rows(file)][1:]
        assert in_rows == in_file == [row.actor.id for row in rows], chosen


def test_the_table_has_a_cell_with_words_for_every_column(language: Language) -> None:
    tr, rows = real_words(language), selected(EVERYBODY)
    parsed(all_html(rows, tr=tr, on=DAY))
    table = parsed(table_html(rows, tr=tr))
    names, cells, captions = (
        [flat(one.text_content()) for one in table.iter(tag)] for tag in ("th", "td", "caption")
    )
    columns = names[: -len(rows)]
    assert len(set(columns)) == len(columns)
    assert len(cells) == (len(columns) - 1) * len(rows)
    assert all((*names, *cells))
    assert len({tr(f"group.{group.value}.title") for group in Group}) == len(Group)
    assert captions == [flat(tr.plural("table.caption", len(rows)))]
    assert table.xpath("//th/@scope") == ["col"] * len(columns) + ["row"] * len(rows)


def match_with(states: tuple[Availability, ...], group: Group = Group.OFFICE) -> Match:
    ways = dict(zip(("office", "visit", "digital", "phone"), states, strict=True))
    return match_of(group, offers=(factories.make_offer(delivery=factories.make_modes(**ways)),))


def test_the_sentence_keeps_yes_limited_no_and_unknown_ways_apart(language: Language) -> None:
    tr = real_words(language)
    seen = {}
    said = {
        Availability.OFFERED: lambda name: name,
        Availability.NOT_OFFERED: lambda name: tr("row.mode-not-offered", mode=name),
        Availability.LIMITED: lambda name: tr(
            "row.mode-limited", mode=name, known=tr("availability.limited")
        ),
    }
    names = [tr(f"mode.{mode.value}") for mode in Delivery]
    for states in product(Availability, repeat=4):
        text = words_of(match_with(states), tr=tr)["delivery"]
        pairs = [*zip(names, states, strict=True)]
        denied = Availability.NOT_OFFERED  # last: "not at an office and digitally" denies both
        in_order = sorted(pairs, key=lambda pair: pair[1] is denied)
        stated = [said[state](name) for name, state in in_order if state in said]
        silent = [name for name, state in pairs if state not in said]
        expected = [tr("row.delivery", modes=tr.listing(stated))]
        expected += [tr("row.no-information-about", modes=tr.listing(silent))] if silent else []
        assert text == (" ".join(expected) if stated else tr("row.delivery-unknown"))
        assert text not in seen, f"{states} reads like {seen.get(text)}"
        seen[text] = states
    ended = match_with((Availability.OFFERED,) * 4, Group.ENDED)
    assert words_of(ended, tr=tr)["delivery"] == tr("row.delivery-ended")


def test_the_words_of_both_flavours_are_those_of_the_screen(language: Language) -> None:
    tr, rows = real_words(language), selected(EVERYBODY)
    swedish, plain = (
        csv_rows(actors_csv(rows, flavour=flavour, tr=tr), flavour) for flavour in CsvFlavour
    )
    assert swedish == plain
    header, *lines = plain
    assert header == [tr(f"csv.column.{name}") for name in COLUMNS]
    assert len(set(header)) == len(header)
    for row, line in zip(rows, lines, strict=True):
        cells, actor = dict(zip(COLUMNS, line, strict=True)), row.actor
        said = [actor.id, actor.name, actor.summary.in_(language), actor.homepage or ""]
        assert [cells[name] for name in ("id", "name", "summary", "homepage")] == said
        assert cells["phases"] == (", ".join(map(tr.label, actor.phases)) or tr("unknown"))
        assert cells["service-types"] == ", ".join(map(tr.label, actor.service_types))
        assert cells["last-evidence"] == (actor.last_evidence or tr("unknown"))
        assert cells["group"] == tr(f"group.{row.group}.short")
        assert cells["towns"]
        assert all(cells[m] == tr(f"availability.{actor.availability(m)}") for m in Delivery)


def test_I2_every_term_is_a_column_and_what_is_unknown_says_so(language: Language) -> None:
    tr, said = real_words(language), factories.TERMS
    rows = [match_of(**said), match_of()]
    content = actors_csv(rows, flavour=CsvFlavour.PLAIN, tr=tr)
    _, *lines = csv_rows(content)
    known, unknown = (dict(zip(COLUMNS, line, strict=True)) for line in lines)
    assert known["contact_url"] == said["contact_url"]
    assert known["last-checked"] == said["last_checked"]
    assert {field: known[field] for field in TERMS} == tr.terms(rows[0].actor)
    assert {unknown[field] for field in TERMS} == {tr("unknown")}
    assert unknown["contact_url"] == ""
    assert unknown["last-checked"] == tr("record.never-checked")


def test_a_way_whose_course_is_mostly_sketched_is_drawn_as_an_estimate() -> None:
    view = map_view(real_world(), StartChoice(), tr=real_words(Language.SV))
    (way,) = way_to_help(view, "2418")  # Malå
    assert way.schematic
