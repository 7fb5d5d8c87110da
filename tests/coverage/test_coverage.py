"""Coverage on worlds small enough to count on one's fingers, and what always holds."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ris_map.coverage.cube import (
    CellState,
    Certainty,
    CoverageCell,
    coverage_cube,
    cube_of,
    population_of,
)
from ris_map.coverage.people import seats
from ris_map.coverage.support import ANSWERS, CubeChoice, truth_tensor
from ris_map.register.model import Actor, DeliveryBasis
from ris_map.register.selection import Filter, actor_truth
from ris_map.register.vocabulary import (
    Answer,
    Availability,
    Basis,
    Delivery,
    Phase,
    Scope,
    ServiceScope,
    ServiceType,
    Status,
    StrengthArea,
)
from tests.coverage.slow_twin import assert_same
from tests.coverage.worlds import (
    CODES,
    World,
    make_geography,
    make_locality,
    make_matrix,
    make_world,
    residents_of,
    worlds,
)
from tests.factories import (
    make_actor,
    make_modes,
    make_offer,
    make_office,
    make_outside_office,
    make_service_area,
    make_strength,
    real_world,
)

HERE, THERE = CODES[0], CODES[1]
IDEA, ADVICE = Phase.IDE, ServiceType.RADGIVNING


def office_in(code: str, office_id: str = "kontor") -> object:
    return make_office(id=office_id).model_copy(update={"municipality": code})


def offering(**modes: Availability) -> dict[str, object]:
    return {"offers": (make_offer(delivery=make_modes(**modes)),)}


def one_place(*actors: Actor, minutes: object, **changes: object) -> World:
    """Return a world with a seat of ten people, in the first municipality."""
    seat = make_locality(0, code=HERE, is_seat=True)
    return make_world(*actors, localities=(seat,), minutes=minutes, **changes)


def here(world: World, **changes: object) -> CoverageCell:
    return world.cube(**changes).cell(HERE, phase=IDEA, service_type=ADVICE)


HOME, AWAY = CellState.ON_SITE, CellState.OUT_OF_REACH
UNKNOWN_AREA = make_service_area(ServiceScope.UNKNOWN)
ELSEWHERE = make_service_area(ServiceScope.MUNICIPALITIES, municipalities=(THERE,))
TWO_HALVES = (
    make_offer(phases=(Phase.VAXA,)),
    *offering(office=Availability.NOT_OFFERED)["offers"],
)
LIFE, ADJACENT = {"strength_area": StrengthArea.LIFE_SCIENCE}, {"scope": Scope.ADJACENT}
WOOD, SILENT = make_strength(StrengthArea.SKOGLIG_BIOEKONOMI), make_strength()
SILENT = SILENT.model_copy(update={"areas": ()})


@pytest.mark.parametrize(
    ("actor", "choice", "state"),
    [
        ({"service_area": UNKNOWN_AREA}, {}, HOME),  # an office serves its own municipality
        ({"service_area": ELSEWHERE}, {}, AWAY),  # unless its area leaves that out
        ({"strength_areas": make_strength()}, LIFE, HOME),  # neutral: serves every area
        ({"strength_areas": WOOD}, LIFE, AWAY),
        ({"strength_areas": SILENT}, LIFE, AWAY),  # does not say which
        (ADJACENT, {}, AWAY),
        (ADJACENT, ADJACENT, HOME),
        ({"offers": TWO_HALVES}, {}, AWAY),  # phase and way must hold for one and the same offer
        ({"status": Status.ENDED, "valid_to": "2022"}, {}, AWAY),
        ({"status": Status.PLANNED}, {}, AWAY),
        ({"valid_from": "2023-06-02"}, {}, AWAY),
        ({"valid_from": "2023-06-01"}, {}, HOME),
        ({"status": Status.UNKNOWN}, {}, HOME),
    ],
)
def test_who_counts_on_site(actor, choice, state) -> None:
    world = one_place(make_actor(offices=(office_in(HERE),), **actor), minutes=[150])
    cell = here(world, **choice)
    assert (cell.state, cell.people_within) == (state, (0, 0, 0, 0))
    closed = office_in(HERE).model_copy(update={"valid_to": "2023-05"})
    assert here(one_place(make_actor(offices=(closed,), **actor), minutes=[5])).state is AWAY


def test_W13_an_actor_without_an_office_is_nowhere_on_site() -> None:
    """A fund in another town is not possibly on site here because nobody wrote down where it is."""
    limited = offering(office=Availability.NOT_OFFERED, digital=Availability.LIMITED)
    nobody, fund, vague = (
        here(one_place(*actors, minutes=[]))
        for actors in ([], [make_actor(offices=())], [make_actor(offices=(), **limited)])
    )
    assert (fund.state, fund.certainty) == (CellState.OUT_OF_REACH, Certainty.SURE)
    assert not fund.is_maybe_physical
    assert (nobody.median_minutes, nobody.nearest_minutes_from_seat) == (math.inf, math.inf)
    assert (nobody.nearest_office_id, nobody.is_maybe_remote) == (None, False)
    assert (vague.digital, vague.is_maybe_remote) == (Answer.UNKNOWN, True)


def test_nearest_office_is_seen_from_the_seat_and_the_first_id_wins_a_tie() -> None:
    actors = [make_actor(id=name, offices=(office_in(THERE),)) for name in ("b", "a", "c")]
    cell = here(one_place(*actors, minutes=[20, 20, 30]))
    assert (cell.nearest_office_id, cell.nearest_minutes_from_seat) == ("a/kontor", 20)


@pytest.mark.parametrize(
    ("minutes", "people"),
    [(59.999999, (0, 10, 10, 10)), (60.0, (0, 10, 10, 10)), (60.000001, (0, 0, 10, 10))],
)
def test_r1_thresholds_are_inclusive_below_at_and_above_sixty(minutes, people) -> None:
    cell = here(one_place(make_actor(offices=(office_in(THERE),)), minutes=[minutes]))
    assert cell.people_within == people
    assert cell.share_within == tuple(number / 10 for number in people)
    expected = CellState.WITHIN_REACH if minutes <= 60 else CellState.OUT_OF_REACH
    assert cell.state is expected


def test_r1_median_and_ninetieth_percentile_are_times_that_somebody_has() -> None:
    places = tuple(make_locality(i, population=n) for i, n in enumerate((5, 4, 1)))
    world = make_world(
        make_actor(offices=(office_in(THERE),)), localities=places, minutes=[10, 50, 100]
    )
    cell = here(world)
    assert (cell.median_minutes, cell.p90_minutes) == (10, 50)
    assert cell.mean_minutes == pytest.approx((5 * 10 + 4 * 50 + 100) / 10)
    fewer = (*places[:2], places[2].model_copy(update={"population": 2}))
    other = make_world(
        make_actor(offices=(office_in(THERE),)), localities=fewer, minutes=[10, 50, 100]
    )
    assert (here(other).median_minutes, here(other).p90_minutes) == (50, 100)


def test_r7_remote_help_never_counts_as_minutes_and_offices_never_as_remote() -> None:
    digital = offering(office=Availability.NOT_OFFERED, digital=Availability.OFFERED)
    cell = here(one_place(make_actor(offices=(office_in(HERE),), **digital), minutes=[0]))
    assert cell.state is CellState.REMOTE_ONLY
    assert (cell.digital, cell.visit, cell.phone) == (Answer.YES, Answer.UNKNOWN, Answer.UNKNOWN)
    assert cell.people_within == (0, 0, 0, 0)
    assert cell.median_minutes == math.inf
    office_only = offering(
        visit=Availability.NOT_OFFERED,
        digital=Availability.NOT_OFFERED,
        phone=Availability.NOT_OFFERED,
    )
    cell = here(one_place(make_actor(offices=(office_in(HERE),), **office_only), minutes=[0]))
    assert (cell.visit, cell.digital, cell.phone) == (Answer.NO, Answer.NO, Answer.NO)


@pytest.mark.parametrize("mode", [Delivery.VISIT, Delivery.DIGITAL, Delivery.PHONE])
def test_r7_remote_help_counts_only_where_the_service_area_reaches(mode: Delivery) -> None:
    modes = offering(office=Availability.NOT_OFFERED, **{mode.value: Availability.OFFERED})
    for scope, answer in (
        (ServiceScope.COUNTY, Answer.YES),
        (ServiceScope.UNKNOWN, Answer.UNKNOWN),
        (ServiceScope.OTHER_COUNTY, Answer.NO),
    ):
        actor = make_actor(offices=(), service_area=make_service_area(scope), **modes)
        assert getattr(here(one_place(actor, minutes=[])), mode.value) is answer


@pytest.mark.parametrize(
    "unknown",
    [
        {"offers": (make_offer(delivery=make_modes(office=Availability.LIMITED)),)},
        {"offers": (make_offer(phases=()),)},
        {"service_area": make_service_area(ServiceScope.UNKNOWN)},
    ],
    ids=["limited office", "phases", "service area"],
)
def test_ignorance_about_a_near_office_is_no_information_and_about_a_far_one_is_not(
    unknown,
) -> None:
    actor = make_actor(offices=(office_in(THERE),), **unknown)
    near, far = here(one_place(actor, minutes=[40])), here(one_place(actor, minutes=[140]))
    assert near.state is CellState.OUT_OF_REACH
    assert near.certainty is Certainty.DEPENDS
    assert (near.share_within[1], near.share_at_best) == (0, 1)  # W2: a range, never 0 %
    assert near.is_maybe_physical
    assert near.people_within == (0, 0, 0, 0)
    assert near.median_minutes_at_best == 40
    assert (far.state, far.certainty) == (CellState.OUT_OF_REACH, Certainty.SURE)


def test_W2_what_is_assumed_of_an_office_counts_and_what_is_sourced_alone_is_a_switch() -> None:
    def office_known_by(basis: Basis) -> World:
        offer = make_offer(delivery=make_modes(office=Availability.OFFERED))
        offer = offer.model_copy(update={"delivery_basis": DeliveryBasis(office=basis)})
        return one_place(make_actor(offers=(offer,), offices=(office_in(HERE),)), minutes=[5])

    assumed, sourced = office_known_by(Basis.ASSUMED), office_known_by(Basis.SOURCE)
    assert here(assumed).state is here(sourced).state is CellState.ON_SITE
    assert here(sourced, sourced_only=True).state is CellState.ON_SITE
    strict = here(assumed, sourced_only=True)
    assert strict.state is not CellState.ON_SITE
    assert strict.certainty is Certainty.DEPENDS
    assert (strict.share_within[1], strict.share_at_best) == (0, 1)


def test_an_open_status_counts_and_is_flagged_by_the_people_who_depend_on_it() -> None:
    places = (make_locality(0, population=7), make_locality(1, population=3))
    doubtful = make_actor(id="a", status=Status.UNKNOWN, offices=(office_in(THERE),))
    settled = make_actor(id="b", offices=(office_in(THERE),))
    world = make_world(doubtful, settled, localities=places, minutes=[20, 100, 20, 30])
    assert here(world).people_within == (10, 10, 10, 10)
    assert here(world).doubtful_share == pytest.approx(0.7)


def test_neighbours_outside_the_county_count_only_when_asked_for() -> None:
    neighbour = make_actor(
        outside_county=True,
        offices=(make_outside_office(),),
        service_area=make_service_area(ServiceScope.OTHER_COUNTY),
        **offering(digital=Availability.OFFERED),
    )
    world = one_place(neighbour, minutes=[50])
    without, with_them = here(world), here(world, include_outside=True)
    assert without.state is CellState.OUT_OF_REACH
    assert (with_them.state, with_them.median_minutes) == (CellState.WITHIN_REACH, 50)
    assert with_them.digital is Answer.NO  # its service area is another county


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(54.5, False), (54.6, True), (60.0, True), (64.0, True), (66.6, True), (66.7, False)],
)
def test_W9_a_median_within_the_stated_error_of_the_threshold_is_near_it(minutes, expected) -> None:
    cell = here(one_place(make_actor(offices=(office_in(THERE),)), minutes=[minutes]))
    assert cell.is_borderline is expected
    assert cell.certainty is (Certainty.NEAR_LIMIT if expected else Certainty.SURE)


def test_people_of_unknown_number_have_no_weight_and_empty_municipalities_no_figures() -> None:
    places = (make_locality(0, population=None), make_locality(1, code=THERE, population=8))
    world = make_world(make_actor(offices=(office_in(HERE),)), localities=places, minutes=[5, 70])
    cell = here(world)
    assert cell.located_residents == 0
    assert all(math.isnan(value) for value in (*cell.share_within, cell.median_minutes))
    assert cell.state is CellState.ON_SITE


def test_bad_input_is_refused_by_name() -> None:
    world = one_place(make_actor(offices=(office_in(HERE),)), minutes=[5])
    table, people = world.table, world.population
    with pytest.raises(KeyError, match="exempel-aktor/kontor"):
        coverage_cube(table, make_matrix(("ort-0",), (), []), population=people)
    with pytest.raises(ValueError, match="45"):
        world.cube(threshold=45.0)
    twice = (make_locality(0, is_seat=True), make_locality(1, is_seat=True))
    with pytest.raises(ValueError, match=HERE):
        seats(make_geography(twice), CODES)
    other = residents_of(make_geography((), codes=(HERE,)))
    with pytest.raises(ValueError, match="different municipalities"):
        coverage_cube(table, world.matrix, population=other)


def test_a_county_without_settlements_has_cells_without_figures() -> None:
    cell = here(make_world(localities=(), minutes=[]))
    assert (cell.located_residents, cell.state) == (0, CellState.OUT_OF_REACH)
    assert math.isnan(cell.p90_minutes)


def test_results_are_frozen() -> None:
    cube = one_place(make_actor(offices=(office_in(HERE),)), minutes=[5]).cube()
    for array in (cube.rows, cube.state, cube.figures.people_within, cube.table.serves):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@given(worlds(), st.data())
def test_r4_adding_an_office_never_lengthens_and_removing_never_shortens(world, data) -> None:
    actors = world.register.actors
    if not actors:
        return
    chosen = data.draw(st.sampled_from(actors))
    more = office_in(data.draw(st.sampled_from(CODES)), "zz-nytt")
    grown = chosen.model_copy(update={"offices": (*chosen.offices, more)})
    places = world.matrix.cell_ids
    new_minutes = data.draw(
        st.lists(
            st.sampled_from((0.0, 45.0, 60.0, 200.0)), min_size=len(places), max_size=len(places)
        )
    )
    key = f"{chosen.id}/zz-nytt"
    bigger = replace(
        world.with_actors(tuple(grown if a is chosen else a for a in actors)),
        matrix=make_matrix(
            places,
            (*world.matrix.office_ids, key),
            np.column_stack([world.matrix.minutes.T, np.array(new_minutes)]),
        ),
    )
    before, after = world.cube(), bigger.cube()
    assert (after.minutes <= before.minutes).all()
    assert (after.figures.people_within >= before.figures.people_within).all()
    assert (after.offices_on_site >= before.offices_on_site).all()
    known_longer = after.figures.median_minutes > before.figures.median_minutes
    assert not known_longer.any()
    restored = replace(bigger, register=world.register).cube()
    assert [repr(c) for c in restored.cells()] == [repr(c) for c in before.cells()]


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_actors_and_offices_changes_nothing(world, random) -> None:
    actors = [
        actor.model_copy(
            update={
                "offices": tuple(random.sample(actor.offices, len(actor.offices))),
                "offers": tuple(random.sample(actor.offers, len(actor.offers))),
            }
        )
        for actor in world.register.actors
    ]
    random.shuffle(actors)
    shuffled = world.with_actors(tuple(actors))
    for one, other in zip(world.cube().cells(), shuffled.cube().cells(), strict=True):
        assert_same(one, other)


@given(worlds())
def test_shares_lie_in_zero_to_one_and_figures_agree_with_each_other(world: World) -> None:
    cube = world.cube()
    figures = cube.figures
    shares = figures.share_within[np.isfinite(figures.share_within)]
    assert ((shares >= 0) & (shares <= 1)).all()
    assert (np.diff(figures.people_within, axis=-1) >= 0).all()
    has_people = figures.persons > 0
    assert (figures.median_minutes[has_people] <= figures.p90_minutes[has_people]).all()
    assert (cube.minutes_at_best <= cube.minutes).all()
    within = figures.share_within[has_people][..., 1] >= 0.5
    assert np.array_equal(within, figures.median_minutes[has_people] <= 60)
    doubtful = cube.doubtful_share[has_people]
    assert ((doubtful >= 0) & (doubtful <= figures.share_within[has_people][..., 1])).all()
    assert not (cube.is_maybe_physical & (cube.offices_on_site > 0)).any()


@given(worlds())
def test_an_offer_counts_here_exactly_when_the_list_of_actors_says_so(world: World) -> None:
    table = world.table
    tensor = truth_tensor(table, CubeChoice(scope=Scope.ADJACENT, include_outside=True))
    by_id = world.register.by_id
    for index, actor_id in enumerate(table.actor_ids):
        for m, mode in enumerate(Delivery):
            for p, phase in enumerate(Phase):
                for s, kind in enumerate(ServiceType):
                    chosen = Filter(phases=(phase,), service_types=(kind,), delivery=(mode,))
                    listed = actor_truth(by_id[actor_id], chosen)
                    assert ANSWERS[int(tensor[index, m, p, s])] is listed


def test_P1_everybody_in_the_county_is_counted() -> None:
    """No figure of the register is fixed here: it may be edited without touching a test."""
    cube, residents = cube_of(real_world(), CubeChoice()), population_of(real_world())
    assert residents.persons.sum() == 274_448
    assert np.isfinite(cube.nearest_minutes[cube.nearest_office >= 0]).all()
    assert (residents.seat >= 0).all()
