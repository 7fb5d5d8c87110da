"""What the answer says: every entry complete, hostile text harmless, numbers as written."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest

from ris_map.actors.files import TERMS
from ris_map.coverage.cube import cube_of
from ris_map.coverage.findings import cell_evidence
from ris_map.coverage.map_picture import MapChoice, map_view
from ris_map.coverage.map_picture import picture as picture_of
from ris_map.coverage.support import CubeChoice
from ris_map.finder.answer import Entry, Group, Road, SupportAnswer, find_support
from ris_map.finder.need import Caution, Limit, Need, Who, Why, all_starts
from ris_map.finder.page import MAPS, NOTES, _place_html, _types_html, find_picture, map_layer
from ris_map.finder.words import (
    FindView,
    find_file,
    marker_of,
    minutes_words,
    range_words,
    rest_html,
)
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.vocabulary import (
    Answer,
    Availability,
    Delivery,
    Phase,
    ServiceScope,
    ServiceType,
    Status,
)
from ris_map.travel.network import SPEED_MODELS
from ris_map.travel.routes import routes_from
from ris_map.travel.world import World
from ris_map.web.map import picture_bytes
from ris_map.words.figures import rounded
from ris_map.words.language import Language
from ris_map.words.markup import render
from tests import factories as make
from tests.factories import DAY, real_words, real_world, released
from tests.finder.test_finder import world_with
from tests.pages.opened import words_apart

HARD_SPACE = "\u00a0"


def view_of(
    answer: SupportAnswer, language: Language = Language.SV, *, world: World | None = None
) -> FindView:
    return FindView(answer, world or released(), real_words(language))


def list_html(view: FindView) -> str:
    """Return the list with every group unfolded."""
    return "".join(html + (rest_html(view, rest) if rest else "") for html, rest in view.parts)


def file_of(view: FindView, **query: str) -> str:
    asked = {key: [value] for key, value in query.items()}
    return find_file(view, site="https://example.org", query=asked, on=DAY)


def real_view(language: Language = Language.SV, **need: object) -> FindView:
    asked = Need(**({"place": "2462", "phase": Phase.IDE} | need))  # type: ignore[arg-type]
    return view_of(find_support(released(), asked), language)


def all_rows(view: FindView) -> list[Entry]:
    return [row for section in view.sections for row in (*section.rows, *section.rest)]


@pytest.mark.parametrize(
    ("place", "language"),
    [("2462", Language.SV), ("2480", Language.EN), ("saxnas", Language.SV), (None, Language.EN)],
)
def test_I2_I8_M5_every_entry_says_everything(place: str | None, language: Language) -> None:
    """Name, phases, types, way, place, evidence, confirmation, link; a report names the entry."""
    view = real_view(language, place=place, phase=None)
    html, tr = list_html(view), view.tr
    found = words_apart(html)
    links = found.xpath("//a/@href")
    folded = html.split('<details class="ris-find-detail">')
    assert not any("/bekrafta?" in piece.split("</details>")[-1] for piece in folded)
    assert html.count("mailto:") == len(all_rows(view))
    ids = found.xpath("//@id")
    assert len(ids) == len(set(ids))
    for entry in all_rows(view):
        actor, own = entry.actor, {tr.detail_url(entry.actor.id), tr.confirm_url(entry.actor.id)}
        (shown,) = found.xpath(f"//li[@id='{view.element_id(entry)}']")
        text = shown.text_content()
        said = [actor.name, actor.summary.in_(language), view.way(entry), view.why(entry)]
        said += [tr(f"confidence.{actor.confidence}"), actor.last_evidence or tr("unknown")]
        said += [actor.last_confirmed or tr("confirmed.never"), *map(tr.label, entry.types)]
        said += [tr(f"find.expect.{kind}") for kind in entry.types]
        if entry.way in (Delivery.OFFICE, None):
            said.append(f"{view.way(entry)}, {view.at(entry)}")
        assert all(part.strip() and part in text for part in said)
        assert view.why(entry)[0].isupper()
        (report,) = shown.xpath(".//a[starts-with(@href, 'mailto:fel@example.org?')]/@href")
        assert actor.id in report
        assert {*own, *filter(None, [actor.homepage])} <= set(links)
        assert f"a-{actor.id}" in ids
        assert not marker_of(entry)[1] or view.element_id(entry) == f"a-{actor.id}"


def test_I2_an_entry_says_the_terms_that_are_known_and_no_others(language: Language) -> None:
    tr, said = real_words(language), make.TERMS
    office = (make.make_office(code="2482", town="Skellefteå"),)
    for fields in (said, {}):
        world = world_with(make.make_actor(**fields, offices=office))
        view = view_of(find_support(world, Need(place="2482")), language, world=world)
        for html in (list_html(view), file_of(view)):
            found = words_apart(html)
            assert (said["contact_url"] in found.xpath("//a/@href")) == bool(fields)
            text = found.text_content()
            for field in TERMS:
                assert (f"{tr(f'csv.column.{field}')}:" in text) == bool(fields), field
            for field in ("eligibility", "how_to_apply"):
                assert (said[field].in_(language) in text) == bool(fields)


def test_long_groups_are_folded_and_nothing_is_lost() -> None:
    answer = find_support(released(), Need(place="2462", phase=Phase.IDE))
    view = view_of(answer)
    far = next(section for section in view.sections if section.id == "far")
    assert len(far.rest) == len(answer.group(Group.FAR)) - len(far.rows) > 0
    assert str(len(far.rest)) in far.rest_label
    # a press on a town opens the part where its first row is folded
    (listed,) = words_apart(list_html(view)).xpath("//@data-folded")
    folded = json.loads(listed)
    keys = {one.rest_key: {marker_of(entry)[1] for entry in one.rest} for one in view.sections}
    assert set(folded) == set.union(*keys.values())
    assert all(town in keys[key] for town, key in folded.items())
    assert len(all_rows(view)) == len(answer.entries) - len(answer.group(Group.LOCAL))
    # who names those who ask stands open and says so, but not who may have ended
    view = real_view(who=Who.SAMI)
    open_to_sami = [row for section in view.sections for row in section.rows]
    named = {row.actor.id: said for row in open_to_sami if (said := view.named(row))}
    assert named == {"sametinget-naringsstod": "vänder sig till samiska företag"}


def test_minutes_are_never_said_across_the_limit() -> None:
    tr, times = real_words(Language.SV), (4.0, 62.5, 60.1, math.inf)
    said = [minutes_words(minutes, limit=60, tr=tr).replace(HARD_SPACE, " ") for minutes in times]
    assert said[:2] == ["i orten", "cirka 65 min med bil"]
    assert said[2:] == ["drygt 60 min med bil", "ingen väg i vårt vägnät"]


def roads_from(place: str) -> dict[str, str]:
    view = real_view(place=place)
    return {row.actor.id: view.roads(row) for row in all_rows(view) if marker_of(row)[1]}


def test_P3_roads_are_said_by_their_numbers_and_what_is_sketched_says_so() -> None:
    said = roads_from("2462")
    assert f"väg{HARD_SPACE}360" in said["coompanion-vasterbotten"]
    everything = " ".join(said.values())
    assert not re.search(r"Lv |Rv |local|street", everything)
    assert "E12" in everything
    sketched = roads_from("dikanas")["coompanion-vasterbotten"]
    assert "lokal väg (vår skiss)" in sketched
    assert re.search(rf"varav \d+{HARD_SPACE}km på vägar som vi bara skissat", sketched)


def test_P3_the_range_over_the_speed_models_stands_with_the_roads_and_under_the_map() -> None:
    """The figures are those of the way in full, which the API answers with."""
    world = released()
    for place in ("2462", "dikanas"):
        answer = find_support(world, Need(place=place, phase=Phase.IDE))
        nearest, here = answer.nearest, answer.start.locality
        ends = [world.foundations.joined([at.lat], [at.lon]) for at in (here, nearest.office)]
        route, *others = (routes_from(*ends, speed_model=m)[0] for m in SPEED_MODELS)
        road, times = nearest.road, [one.minutes for one in (route, *others)]
        assert (road.fastest, road.slowest) == pytest.approx((min(times), max(times)))
        assert road.minutes == pytest.approx(route.minutes)
        said = range_words(nearest, tr=real_words(Language.SV))
        assert all(str(round(rounded(time))) in said for time in (min(times), max(times)))
        told = roads_from(place)[nearest.actor.id]
        assert said in told
        assert f"{round(route.km)}{HARD_SPACE}km" in told
        picture = find_picture(world, answer, tr=real_words(Language.SV))
        assert said in picture.sentences[""].text


def test_P3_a_range_is_said_only_where_its_ends_are_said_apart() -> None:
    entry = find_support(released(), Need(place="2462", phase=Phase.IDE)).nearest
    tr = real_words(Language.SV)
    ends = [(4.0, 6.0), (14.0, 16.0), (14.0, 24.0), (math.inf, math.inf)]
    said = [range_words(replace(entry, road=Road(15.0, *two)), tr=tr) for two in ends]
    assert [bool(words) for words in said] == [False, False, True, False]


NO_ROAD, NO_OFFICE = "Ingen väg i vårt vägnät", "känner inte till något kontor i länet"


@pytest.mark.parametrize(("place", "why"), [("holmon", NO_ROAD), ("2462", NO_OFFICE)])
@pytest.mark.parametrize("limit", [Limit.M60, Limit.ANY])
def test_W_that_no_office_is_reached_is_said_once_and_why(place, why: str, limit: Limit) -> None:
    need = Need(place=place, service_types=("inkubator_accelerator",), limit=limit)
    answer = find_support(released(), need.model_copy(update={"strength_area": "besoksnaring"}))
    view, picture = view_of(answer), find_picture(released(), answer, tr=real_words(Language.SV))
    said = [view.lead, *view.missing, picture.sentences[""].text]
    assert [why in text for text in said] == [True, *[False] * (len(said) - 1)]


def test_W1_the_map_says_the_minutes_as_the_steps_do_never_across_the_limit() -> None:
    answer = find_support(released(), Need(place="slussfors", phase=Phase.IDE, limit=Limit.M120))
    said, layer = "drygt 120\u00a0min", map_layer(released(), answer, tr=real_words(Language.SV))
    picture = find_picture(released(), answer, tr=real_words(Language.SV))
    view = view_of(answer)
    assert view.reach(view.steps["office"]).endswith(said)
    assert [said] == [route.label for route in layer.routes] == [picture.sentences[""].figure]


def test_who_comes_to_you_is_with_you_and_not_at_a_distance() -> None:
    modes = make.make_modes(office=Availability.NOT_OFFERED, visit=Availability.OFFERED)
    actor = make.make_actor(offers=(make.make_offer(delivery=modes),), offices=())
    world = world_with(actor)
    view = view_of(find_support(world, Need(place="2462")), world=world)
    (row,) = all_rows(view)
    assert (view.way(row), view.at(row)) == ("Besöker dig", "hos dig")


def test_who_may_receive_is_to_be_asked_first() -> None:
    world, need = make.unsure_world(), Need(place="2481", phase=Phase.IDE)
    view = view_of(find_support(world, need), world=world)
    ((kind, step),) = view.steps.items()
    assert view.step_text(kind, step).endswith("Fråga först om de tar emot dig.")
    assert view.missing[0].startswith("1 aktör med kontor inom gränsen kan passa")
    assert view.onward_title.startswith("Ingen säker fortsättning")


def test_winter_is_longer_within_the_same_range_and_says_so() -> None:
    roads = []
    for is_winter, season in ((False, "sommar"), (True, "vinter")):
        answer = find_support(released(), Need(place="2462", phase=Phase.IDE, winter=is_winter))
        assert f"på {season}väg" in view_of(answer).source
        roads.append(answer.nearest.road)
    summer, winter = roads
    assert summer.minutes < winter.minutes
    assert summer.slowest == winter.slowest


@pytest.mark.parametrize("code", MUNICIPALITY_CODES)
def test_I4_X6_nothing_near_is_said_with_a_way_on(code: str) -> None:
    """Says so; nearest office with minutes and municipality; digital; contact; coverage.

    What is sure here is what counts on the coverage page; the finder only adds who gives more.
    """
    cube = cube_of(real_world(), CubeChoice())
    for index, (phase, kind) in enumerate(product(Phase, ServiceType)):
        tr = real_words([*Language][index % 2])
        answer = find_support(real_world(), Need(place=code, phase=phase, service_types=(kind,)))
        theirs: dict[str, float] = {}
        for way in cell_evidence(cube, code=code, phase=phase, service_type=kind):
            if way.office_id and way.answer is Answer.YES and not way.actor.is_doubtful:
                known = theirs.get(way.actor.id, math.inf)
                theirs[way.actor.id] = min(known, way.minutes_from_seat)
        assert theirs == pytest.approx(
            {
                entry.actor.id: entry.minutes
                for entry in (*answer.group(Group.NEAR), *answer.group(Group.FAR))
                if entry.is_sure and any(offer.service_type is kind for offer in entry.offers)
            }
        )
        view = view_of(answer, tr.language, world=real_world())
        drawn = find_picture(real_world(), answer, tr=tr).sentences[""].text
        said = [view.lead, *view.missing, drawn, *map(view.reach, view.steps.values())]
        said += [say(row) for row in all_rows(view) for say in (view.way, view.roads, view.why)]
        assert not re.search(r"\d (min|km)\b", "\n".join(said))
        is_remote = bool(re.search("på distans|online", view.lead))
        assert not is_remote or answer.group(Group.DIGITAL), "no way on that is not there"
        assert tr.language is Language.EN or not re.search(r"\d\.\d", "\n".join(said))
        steps = render("find_steps.html", t=tr, view=view, is_answered=True)
        text = words_apart(steps).text_content()
        assert not any(section.rows and len(section.rest) == 1 for section in view.sections)
        assert view.steps
        leading = [*answer.entries[:1], answer.nearest, answer.contact, *answer.onward]
        assert all(e is None or e.actor.status is Status.ACTIVE for e in leading)
        assert answer.contact.actor.homepage
        if answer.is_near:
            assert (view.missing, answer.nearest) == ([], None)
            assert re.match(rf"{len(answer.group(Group.NEAR))} (aktör|actor)", view.lead)
            continue
        assert answer.group(Group.LOCAL)[0].actor.municipal
        assert f"60{HARD_SPACE}min" in view.lead
        is_remote = tr("find.nothing.home-remote") in view.lead
        assert is_remote == bool(answer.group(Group.DIGITAL))
        assert answer.contact.actor.name in text
        assert answer.nearest.is_reached
        assert answer.nearest.office.municipality in MUNICIPALITY_CODES
        assert answer.nearest.office.town in text
        assert re.search(rf"\d{HARD_SPACE}min|i orten|in town", text)
        digital = [e.actor.name for e in answer.group(Group.DIGITAL) if e.is_sure]
        assert "digital" not in view.steps or view.steps["digital"].actor.name in digital
        is_said = any(name in text for name in digital)
        assert is_said or tr("find.nothing.no-digital") in text or digital == []
        assert f"cell={code}.{phase}.{kind}" in view.coverage_url


def test_the_link_to_the_coverage_page_means_the_same_cell() -> None:
    asked = {"plats": "2462", "fas": "ide", "stod": "radgivning", "omrade": "life_science"}
    need, _ = Need.read({key: [value] for key, value in {**asked, "grans": "90"}.items()})
    url = urlsplit(view_of(find_support(released(), need)).coverage_url)
    assert url.path == "/tackning"
    assert parse_qs(url.query) == {
        **{key: [value] for key, value in asked.items() if key != "plats"},
        "grans": ["90"],
        "cell": ["2462.ide.radgivning"],
        "lang": ["sv"],
    }
    bare = find_support(released(), Need(place="2462", limit=Limit.ANY))
    query = parse_qs(urlsplit(view_of(bare).coverage_url).query)
    assert query == {"lang": ["sv"]}


def test_I9_every_member_of_every_vocabulary_has_its_texts(language: Language) -> None:
    scopes = set(ServiceScope) - {ServiceScope.UNKNOWN, ServiceScope.OTHER_COUNTY}
    texts: dict[str, Iterable[object]] = {
        "group.{}.title": Group,
        "group.{}.note": Group,
        "who.{}": Who,
        "caution.{}": Caution,
        "why.serves.{}": scopes,
        "why.{}": set(Why) - {Why.OFFER, Why.AREA, Why.WHO, Why.SERVES},
    }
    for pattern, members in texts.items():
        for member in members:
            assert real_words(language)(f"find.{pattern.format(member)}")


def test_the_questions_explain_themselves_and_every_place_can_be_chosen() -> None:
    foundations = released().foundations
    for language in Language:
        types = words_apart(_types_html(real_words(language))).text_content()
        for kind in foundations.strategy.service_types:
            assert kind.everyday.in_(language) in types
    asked = words_apart(_place_html(Need(phase=Phase.IDE), tr=real_words(Language.SV)))
    (listed,) = asked.xpath("//@data-ris-places")
    places = json.loads(listed)
    localities = (locality.id for locality in foundations.geography.localities)
    assert {place[0] for place in places} == {*MUNICIPALITY_CODES, *localities}
    names = [place[1] for place in places]
    assert len(names) == len(set(names)), "two places that cannot be told apart"
    assert list(all_starts(foundations.geography)) == [place[0] for place in places]
    targets = [parse_qs(href[1:]) for href in asked.xpath("//a/@href")]
    assert all(target["fas"] == ["ide"] for target in targets)
    assert {target["plats"][0] for target in targets} == set(MUNICIPALITY_CODES)


def test_the_chain_can_be_followed(language: Language) -> None:
    view = real_view(language)
    after = dict.fromkeys(Phase, "")
    html = render("find_onward.html", view=view, after=after, t=real_words(language))
    found = words_apart(html)
    links = [parse_qs(urlsplit(href).query) for href in found.xpath("//*[@data-ris-go]/@href")]
    assert [link["fas"] for link in links] == [["utveckling"], ["vaxa"]]
    assert all(link["plats"] == ["2462"] for link in links)
    assert len(found.xpath("//@aria-current")) == 1
    assert view.answer.onward


def test_W1_before_a_place_is_chosen_the_map_is_that_of_the_page_karta() -> None:
    world, kind = real_world(), ServiceType.INKUBATOR_ACCELERATOR
    answer = find_support(world, Need(phase=Phase.IDE, service_types=(kind,)))
    here = find_picture(world, answer, tr=real_words(Language.SV))
    choice = MapChoice(phase=Phase.IDE, service_type=kind)
    karta = picture_of(map_view(world, choice, tr=real_words(Language.SV)))
    assert list(here.classes) == list(karta.classes)
    drawn = ({(one.id, one.lat, one.lon) for one in found.bubbles} for found in (here, karta))
    assert next(drawn) == next(drawn)
    towns = {(place.lat, place.lon) for place in world.foundations.geography.localities}
    assert {(one.lat, one.lon) for one in here.bubbles} <= towns, "not at its first office"
    assert here.sentences["2462"].text.startswith("Vilhelmina: klicka")
    assert set(here.sentences) == set(karta.sentences)


@pytest.mark.parametrize("code", ["2462", "2480"])
def test_I6_K3_list_and_map_have_the_same_towns_and_every_square_its_class(code: str) -> None:
    answer = find_support(real_world(), Need(place=code))
    layer = map_layer(real_world(), answer, tr=real_words(Language.SV))
    picture = find_picture(real_world(), answer, tr=real_words(Language.SV))
    marks = {one.id: one for one in picture.bubbles if one.kind != "home"}
    rows = all_rows(view_of(answer, world=real_world()))
    assert set(marks) == {marker_of(row)[1] for row in rows} - {""}
    # a number counts who fits; who has a wider remit or is doubtful is named, and not counted
    for mark_id, mark in marks.items():
        there = [e for e in answer.entries if marker_of(e)[1] == mark_id]
        is_counted = {e.group in {Group.NEAR, Group.MAYBE_NEAR, Group.FAR} for e in there}
        assert is_counted == {mark.kind == "office"}
        assert mark.count == (len({e.actor.id for e in there}) if mark.kind == "office" else None)
    kinds = {"scale", "unknown" if code == "2480" else "", *(one.kind for one in picture.bubbles)}
    tr, noted = real_words(Language.SV), {k: v for k, v in NOTES.items() if k in kinds}
    assert [*picture.legend.notes] == [(k, tr(v, last="över 120")) for k, v in noted.items()]
    assert layer.chosen == code
    assert layer.place is not None
    assert len(picture.classes or ()) == len(real_world().cells)
    # what the frame fetches is this picture, and those of the phases are where their choices are
    urls = [layer.picture, *layer.next_pictures["hitta-fas"].values()]
    read = [MAPS.file("hitta.json", parse_qs(urlsplit(str(url)).query)) for url in urls]
    assert read[0][1] == picture_bytes(picture)
    assert len({one[1] for one in read if one}) == 1 + len(Phase)


def test_the_file_needs_nothing_else(language: Language) -> None:
    view = real_view(language)
    html = file_of(view, plats="2462", fas="ide", lang=language.value)
    found = words_apart(html)
    assert not found.xpath("//script | //link | //img | //iframe | //form")
    assert f'<html lang="{language.value}">' in html
    assert not re.search(r"url\(|@import", html)
    hrefs = found.xpath("//a/@href")
    assert all(href.startswith("http") for href in hrefs)
    assert f"https://example.org/hitta?plats=2462&fas=ide&lang={language}" in hrefs
    names = [row.actor.name for row in all_rows(view)]
    for text in (*names, *(real_words(language)(f"find.expect.{kind}") for kind in view.types)):
        assert text in found.text_content()
    assert DAY.isoformat() in html
