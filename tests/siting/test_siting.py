"""What a plan changes, where the best places are, and which rounds serve most: held by oracles."""

import json
import math
from collections.abc import Mapping
from functools import partial
from itertools import combinations, combinations_with_replacement, pairwise, permutations
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from scipy.optimize import OptimizeResult

from ris_map.coverage.cube import cube_of
from ris_map.coverage.findings import carriers
from ris_map.coverage.people import Residents
from ris_map.siting import page, suggest, words
from ris_map.siting.best import Problem, last, problem, search
from ris_map.siting.map import MAPS, TODAY, map_picture, map_svg, today_address
from ris_map.siting.plan import OBJECTIVES, WORKING_DAYS, Round, SitingChoice, as_plan
from ris_map.siting.scenario import (
    COUNTY,
    INLAND,
    Basis,
    Scenario,
    basis_of,
    scenario,
    state,
    worst_tenth,
)
from ris_map.travel.world import World
from ris_map.web import data
from ris_map.web.map import picture_bytes
from ris_map.words.figures import cell_text
from ris_map.words.language import Language
from tests.factories import released

CODES = ("2401", "2403", "2404")
OFFICES = ("almi/umea", "almi/lycksele", "coompanion/umea")
PLACES = tuple(f"ort-{n}" for n in range(9))


def make_basis(seed: int, *, cells: int = 40, places: int = 9, limit: float = 60.0) -> Basis:
    """Return cells, offices and places at whole positions in a plane, so that there are ties."""
    rng = np.random.default_rng(seed)
    at = {name: rng.integers(0, 160, (n, 2)) for name, n in (("c", cells), ("p", places), ("o", 3))}

    def minutes(one: str, other: str) -> np.ndarray:
        return np.abs(at[one][:, None] - at[other][None]).sum(axis=2).astype(np.float64)

    persons = rng.integers(1, 400, cells)
    hops = minutes("p", "p")
    return Basis(
        limit=limit,
        residents=Residents(
            year=2021,
            municipality_codes=CODES,
            group=rng.integers(0, 3, cells),
            groups=3,
            persons=persons,
            has_road=np.ones(cells, dtype=bool),
            seat=np.zeros(3, dtype=np.int64),
        ),
        office_ids=OFFICES,
        office_minutes=minutes("o", "c"),
        place_ids=PLACES[:places],
        place_minutes=minutes("p", "c"),
        hop_minutes=hops,
        hop_km=hops * 1.1,
        inland=frozenset(CODES[1:]),
    )


def choice(**fields: Any) -> SitingChoice:
    return SitingChoice.model_validate(fields)


def opening(place: int) -> str:
    return f"ort-{place}:radgivning:ide"


seeds = st.integers(0, 10_000)
places = st.integers(0, 8)


def equal(one: Scenario, other: Scenario) -> bool:
    return one.table.equals(other.table) and np.array_equal(one.after.minutes, other.after.minutes)


@given(seed=seeds, place=places, other=places)
def test_R4_adding_never_lengthens_and_figures_add_up(seed: int, place: int, other: int) -> None:
    basis = make_basis(seed)
    now = state(basis, choice())
    more = scenario(basis, choice(openings=(opening(place),)))
    both = scenario(basis, choice(openings=(opening(place), opening(other))))
    less = scenario(basis, choice(closings=("almi",)))
    assert (more.after.minutes <= now.minutes).all()
    assert (both.after.minutes <= more.after.minutes).all()
    assert (less.after.minutes >= now.minutes).all()
    assert (more.after.actors >= now.actors).all()
    assert (less.after.actors <= now.actors).all()
    assert (less.table["gain"] == 0).all()
    table = more.table
    assert (table["lose"] == 0).all()
    for name in ("residents", "after_within_60", "gain", "after_days_1"):
        assert table.loc[list(CODES), name].sum() == table.at[COUNTY, name]
        assert table.loc[["inland", "kust"], name].sum() == table.at[COUNTY, name]
    assert (table["after_shortfall"] <= table["before_shortfall"]).all()
    assert (table["after_worst_tenth"] <= table["before_worst_tenth"]).all()


@given(seed=seeds, order=st.permutations([opening(1), opening(4), opening(7)]))
def test_R4_taking_back_restores_every_figure_in_any_order(seed: int, order: list[str]) -> None:
    basis = make_basis(seed)
    untouched = scenario(basis, choice())
    first = scenario(basis, choice(openings=(opening(1), opening(4), opening(7))))
    assert equal(scenario(basis, choice(openings=tuple(order))), first)
    assert equal(scenario(basis, choice()), untouched)
    for column in untouched.table.filter(like="before_"):
        after = untouched.table[column.replace("before_", "after_")]
        assert untouched.table[column].equals(after.rename(column)), column
    something_else = scenario(basis, choice(openings=("ort-3:finansiering:ide",)))
    assert equal(something_else, untouched)


@given(seed=seeds, place=places)
def test_R13_one_stop_every_day_equals_an_office_within_its_limit(seed: int, place: int) -> None:
    basis = make_basis(seed)
    visited = scenario(basis, choice(rounds=(f"ort-0:ort-{place}:{WORKING_DAYS}",)))
    opened = scenario(basis, choice(openings=(opening(place),)))
    assert np.array_equal(visited.after.days, opened.after.days)
    assert np.array_equal(visited.after.minutes, visited.before.minutes)  # a visit is no office


def test_R13_days_of_different_rounds_add_up_and_stops_of_one_do_not() -> None:
    basis = make_basis(3)
    one = scenario(basis, choice(rounds=("ort-0:ort-1,ort-2:2",)))
    there = (basis.place_minutes[[1, 2]] <= 30).any(axis=0) & (one.before.days == 0)
    assert set(one.after.days[there]) <= {2}
    two = scenario(basis, choice(rounds=("ort-0:ort-1,ort-2:2", "ort-0:ort-1:3")))
    both = (basis.place_minutes[1] <= 30) & (one.before.days == 0)
    assert set(two.after.days[both]) <= {5}


def test_R13_the_order_of_stops_is_the_fastest_and_kilometres_are_of_a_year() -> None:
    basis = make_basis(5)
    (driven,) = scenario(basis, choice(rounds=("ort-0:ort-1,ort-2,ort-3:2",))).drives
    tours = [
        sum(basis.hop_minutes[a, b] for a, b in pairwise((0, *order, 0)))
        for order in permutations((1, 2, 3))
    ]
    assert driven.hours_per_year == pytest.approx(12 * 2 * min(tours) / 60)
    assert driven.km_per_year == pytest.approx(12 * 2 * min(tours) * 1.1)


@given(
    minutes=st.lists(st.integers(0, 200), min_size=1, max_size=12),
    persons=st.lists(st.integers(1, 30), min_size=12, max_size=12),
)
def test_R4_the_worst_tenth_is_the_mean_of_its_people(
    minutes: list[int], persons: list[int]
) -> None:
    everybody = sorted(
        (m for m, n in zip(minutes, persons, strict=False) for _ in range(n)), reverse=True
    )
    slowest = everybody[: -(-len(everybody) // 10)]
    found = worst_tenth(
        np.array(minutes, dtype=np.float64), np.array(persons[: len(minutes)], dtype=np.int64)
    )
    assert found == pytest.approx(sum(slowest) / len(slowest))


def test_R4_a_plan_is_its_address_and_unknown_parts_are_noticed() -> None:
    query = {
        "oppna": ["ort-1:radgivning:ide-vaxa", "okand:radgivning:ide", "ort-2"],
        "stang": ["almi@umea", "=cmd", "almi@mars"],
        "besok": ["ort-1:ort-3,ort-2:2", "ort-1:ort-2:99", "ort-1::2"],
        "grans": ["90"],
        "mal": ["tiondel", "snabbast"],
        "antal": ["7"],
    }
    context = {"places": set(PLACES), "offices": {"almi@umea", "almi"}}
    read, ignored = SitingChoice.read(query, context=context)
    assert [str(change) for _, change in read.changes] == [
        "ort-1:radgivning:ide-vaxa",
        "ort-2:radgivning:alla",
        "almi@umea",
        "ort-1:ort-2,ort-3:2",
    ]
    assert (read.limit, read.objective, read.number) == (90, "tiondel", 1)
    assert {item.key for item in ignored} == {"oppna", "stang", "besok", "mal", "antal"}
    again, nothing = SitingChoice.read(read.query(), context=context)
    assert (again, nothing) == (read, ())
    plain = {key: values for key, values in read.query().items() if key in ("oppna", "besok")}
    asked_of_api = SitingChoice.model_validate(plain, context=context)
    assert (asked_of_api.openings, asked_of_api.rounds) == (read.openings, read.rounds)


def test_R13_rounds_to_the_same_stops_are_one_and_a_month_of_them_fits_into_a_plan() -> None:
    def rounds(*texts: str) -> list[Round]:
        return [Round.read(text) for text in texts]

    again = as_plan(rounds("ort-0:ort-1:1", "ort-0:ort-2:3", "ort-0:ort-1:4"))
    assert [*map(str, again)] == ["ort-0:ort-1:5", "ort-0:ort-2:3"]
    assert as_plan(rounds("ort-0:ort-1:15", "ort-0:ort-1:15")) == (Round("ort-0", ("ort-1",), 20),)
    every_day = [f"ort-0:ort-{n}:1" for n in range(WORKING_DAYS + 1)]
    assert len(as_plan(rounds(*every_day))) == WORKING_DAYS
    read, ignored = SitingChoice.read({"besok": every_day[:WORKING_DAYS]})
    assert (len(read.rounds), ignored) == (WORKING_DAYS, ())


@given(text=st.text(max_size=40))
def test_R4_any_text_is_a_change_or_noticed_and_never_a_crash(text: str) -> None:
    for key in ("oppna", "stang", "besok"):
        read, _ = SitingChoice.read({key: [text]})
        assert SitingChoice.read(read.query())[0] == read


def brute_force(
    basis: Basis, now: np.ndarray, objective: str, number: int
) -> tuple[float, set[Any]]:
    """Return the least cost over every set, person by person, and every set that has it."""
    persons, costs = basis.residents.persons, {}
    for chosen in combinations(range(len(basis.place_ids)), number):
        minutes = np.minimum(now, basis.place_minutes[list(chosen)].min(axis=0))
        if objective == "inom":
            costs[chosen] = float(persons[minutes > basis.limit].sum())
        elif objective == "medel":
            costs[chosen] = float((minutes * persons).sum() / persons.sum())
        else:
            costs[chosen] = worst_tenth(minutes, persons)
    best = min(costs.values())
    return best, {chosen for chosen, cost in costs.items() if cost <= best * (1 + 1e-9) + 1e-9}


def problem_of(basis: Basis, now: np.ndarray, objective: str) -> Problem:
    people = basis.residents.persons
    return problem(now, basis.place_minutes, people, objective=objective, limit=basis.limit)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(4))
def test_R5_the_best_sets_are_those_of_brute_force(objective: str, number: int, seed: int) -> None:
    basis = make_basis(seed, cells=60)
    now = state(basis, choice()).minutes + 500 * (seed == 0)  # 0: every office is far from all
    answer = last(search(problem_of(basis, now, objective), number, time_limit_s=30))
    value, sets = brute_force(basis, now, objective, number)
    assert answer.is_proved
    assert answer.gap == 0
    assert answer.value == pytest.approx(value)
    if answer.has_more_ties:
        assert set(answer.sets) < sets
    else:
        assert set(answer.sets) == sets


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_R5_where_nothing_helps_any_set_is_as_good(objective: str) -> None:
    for people in (np.full(4, 10), np.zeros(4, dtype=np.int64)):
        task = problem(np.zeros(4), np.full((20, 4), 9.0), people, objective=objective, limit=60)
        for number in (3, 4):
            answer = last(search(task, number))
            assert (answer.value, answer.gap, answer.is_proved) == (0, 0, True)
            assert answer.has_more_ties


@pytest.mark.filterwarnings("ignore")  # of PuLP, about its own next version
@pytest.mark.parametrize("seed", [1, 2])
def test_R5_spopt_finds_the_same_optimum(seed: int) -> None:
    spopt = pytest.importorskip("spopt.locate")
    import pulp

    basis = make_basis(seed, cells=50)
    persons = basis.residents.persons
    far = np.full(len(persons), 1e4)  # spopt knows no offices that stay
    for number in (1, 2, 3):
        cover = spopt.MCLP.from_cost_matrix(
            basis.place_minutes.T, persons, basis.limit, p_facilities=number
        ).solve(pulp.PULP_CBC_CMD(msg=False))
        median = spopt.PMedian.from_cost_matrix(
            basis.place_minutes.T, persons, p_facilities=number
        ).solve(pulp.PULP_CBC_CMD(msg=False))
        nearest, mean = (
            last(search(problem_of(basis, far, objective), number)).value
            for objective in ("inom", "medel")
        )
        assert persons.sum() - nearest == pytest.approx(cover.problem.objective.value())
        assert mean * persons.sum() == pytest.approx(median.problem.objective.value())


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("number", [3, 4])
def test_R5_out_of_time_the_best_found_has_its_gap(objective: str, number: int) -> None:
    basis = make_basis(2, cells=80)
    asked = choice(objective=objective, number=number)
    task = suggest.task_of(basis, state(basis, asked), asked)
    *unproved, best = search(task, number)
    assert min(answer.gap for answer in unproved) < 1
    for answer in (last(search(task, number, time_limit_s=0.0)), *unproved):
        assert not answer.is_proved
        assert 0 <= answer.gap <= 1
        assert len(answer.sets[0]) == number
        assert answer.value >= best.value
        assert answer.value * (1 - answer.gap) <= best.value + 1e-6


def test_R5_steps_end_at_the_optimum_and_regret_is_never_negative() -> None:
    basis = make_basis(9, cells=60)
    asked = choice(number=3)
    found = last(suggest.suggestions(basis, asked))
    persons = basis.residents.persons
    assert found.steps[-1].within == persons.sum() - found.answer.value
    assert [step.within for step in found.steps] == sorted(step.within for step in found.steps)
    assert last(suggest.suggestions(basis, asked)).places == found.places
    told = list(suggest.regrets(found.answer.sets[0], asked, lambda _: basis))
    assert all(one.loss >= 0 for one in told)
    norms = [(one.asked.objective, one.asked.limit, one.asked.winter) for one in told]
    others = [("medel", 60, False), ("tiondel", 60, False)]
    assert norms == [("inom", 60, True), *others, *(("inom", n, False) for n in (30, 90, 120))]
    assert told[0].loss == 0  # the same roads


@pytest.mark.parametrize(
    ("days", "visits", "planned"),
    [(1, 1, []), (2, 1, []), (2, 2, []), (1, 2, []), (1, 2, ["ort-0:ort-0:1"])],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_R13_the_best_rounds_are_those_of_a_slow_twin(
    monkeypatch: pytest.MonkeyPatch, seed: int, days: int, visits: int, planned: list[str]
) -> None:
    basis = make_basis(seed, places=5)
    asked = choice(base="ort-0", month_days=days, visits=visits, rounds=planned)
    now = state(basis, asked)
    found = last(suggest.best_rounds(basis, asked))
    assert found.is_proved
    lacks_visits = (now.minutes > 30) & (now.days < visits)
    persons = np.where(lacks_visits, basis.residents.persons, 0)
    reaches = basis.place_minutes <= 30
    tours = []
    for size in (1, 2, 3):
        for stops in combinations(range(5), size):
            visit = f"ort-0:{','.join(f'ort-{s}' for s in stops)}:1"
            (driven,) = scenario(basis, choice(rounds=(visit,))).drives
            if driven.hours_per_year / 12 <= suggest.DAY_HOURS - suggest.DESK_HOURS * size:
                tours.append(reaches[list(stops)].any(axis=0))
    picks = {*combinations_with_replacement(range(len(tours)), days)}
    served = (now.days + sum(tours[k].astype(int) for k in pick) >= visits for pick in picks)
    best = max((int(persons[who].sum()) for who in served), default=0)
    assert found.served == best
    # out of time after a poor start: fifty times as many may be possible
    poor = {"status": 1, "mip_gap": 49.0, "mip_dual_bound": -50.0 * best - 50}
    solved = suggest.milp
    monkeypatch.setattr(suggest, "milp", lambda *a, **b: OptimizeResult(solved(*a, **b), **poor))
    cut = last(suggest.best_rounds(basis, asked))
    assert cut.gap == pytest.approx(1 - best / (50 * best + 50) if cut.tried else 0)
    assert (best > 0) == (days * (1 + len(planned)) >= visits)
    rounds = (*asked.rounds, *(driven.round for driven in found.drives))
    after = state(basis, asked.model_copy(update={"rounds": rounds}))
    assert int(persons[(after.days >= visits)].sum()) == best
    assert sum(driven.round.days for driven in found.drives) <= days


def test_R6_closing_an_actor_loses_the_residents_that_the_coverage_says_it_carries() -> None:
    world, asked = released(), choice()
    found = cube_of(world, asked.cube_choice).merged((asked.phase,), (asked.service_type,))
    inland = world.foundations.geography.divisions[0].inland
    assert carriers(found, inland)
    for one in carriers(found, inland):
        closed = choice(closings=(one.actor.id,))
        row = scenario(basis_of(world, closed), closed).table.loc[INLAND]
        assert row["after_within_60"] / row["residents"] == pytest.approx(one.share_without)
        assert row["before_within_60"] > row["after_within_60"]


Query = Mapping[str, list[str]]
OPENED = {"oppna": ["vilhelmina:radgivning:ide"]}
OTHER = "asele:finansiering:ide"
CHANGED = {**OPENED, "stang": ["coompanion-vasterbotten@lycksele"]}
VISITED = {**CHANGED, "besok": ["lycksele:storuman,vilhelmina:2"]}


def view_under(
    query: Query, language: Language = Language.SV, world: World | None = None
) -> words.SitingView:
    said = data.words(language)
    return words.view_of(world or data.world(), SitingChoice.read(query)[0], said)


def test_R12_K6_the_picture_shows_every_mark_of_the_plan_beside_the_others_and_names_it() -> None:
    openings = [f"{place}:radgivning:ide" for place in ("umea", "vilhelmina", "lycksele")]
    drawn = map_svg(view_under({**VISITED, "oppna": openings}, world=released()))
    signs = [mark for mark in drawn.marks if mark.radius > 5]
    for one, other in combinations(signs, 2):
        assert math.dist(one[1:3], other[1:3]) > one.radius + other.radius
    assert {mark.kind for mark in signs} == {"planned", "neutral", "office", "home"}
    assert [drawn.svg.count(f">{town}<") for town in ("Umeå", "Lycksele", "Inland")] == [1, 1, 1]
    assert all(f">{text}<" in drawn.svg for _, text in drawn.picture.legend.notes)


def fetched(address: str) -> bytes:
    where = urlsplit(address)
    pictures = {one.file_name: one for one in (MAPS, TODAY)}[where.path.rpartition("/")[2]]
    found = pictures.file(pictures.file_name, parse_qs(where.query))
    assert found
    assert f"/cells/{found[0]}/" in where.path
    return found[1]


@pytest.mark.parametrize("query", [{}, VISITED, {**VISITED, "vy": ["skillnad"], "mal": ["medel"]}])
def test_R4_the_address_of_a_plan_s_picture_gives_what_the_page_would_draw(
    query: Query, language: Language
) -> None:
    shown = view_under(query, language)
    address = page.plan_map.address_of(shown)
    assert "mal=" not in address
    assert fetched(address) == picture_bytes(map_picture(shown))


def test_R4_each_change_has_the_picture_without_it_ready_under_the_words_of_its_button() -> None:
    ready = page.next_pictures(view_under(CHANGED))
    ahead = ready["siting-remove-vilhelmina-radgivning-ide"]["Ta bort Öppna i Vilhelmina"]
    assert fetched(ahead) == picture_bytes(map_picture(view_under({"stang": CHANGED["stang"]})))
    (ahead,) = ready["siting-remove-coompanion-vasterbotten-lycksele"].values()
    assert fetched(ahead) == picture_bytes(map_picture(view_under(OPENED)))
    assert list(ready["siting-vy"]) == ["Före", "Efter", "Skillnad"]
    for query in ({"oppna": ["narnia:radgivning:ide"]}, {"x": ["1"]}, {"lang": ["de"]}):
        assert MAPS.file("plan.json", query) is None
    assert MAPS.file("restid.json", {}) is None


def test_R4_the_small_map_shows_how_it_is_whatever_the_plan_and_no_words() -> None:
    assert today_address(view_under({})) == ""
    small = [today_address(view_under(one)) for one in (OPENED, {**VISITED, "vy": ["skillnad"]})]
    assert small[0] == small[1]
    tree = etree.fromstring(fetched(small[0]))
    assert not tree.findall(".//{*}text")
    assert len(tree.findall(".//{*}path[@class='squares']")) == 6
    assert "prefers-color-scheme: dark" in "".join(tree.find("{*}style").itertext())
    now = json.loads(picture_bytes(map_picture(view_under({**OPENED, "vy": ["fore"]}))))
    assert now["classes"] == json.loads(picture_bytes(map_picture(view_under({}))))["classes"]


@pytest.mark.parametrize("query", [{}, OPENED, {"stang": ["coompanion-vasterbotten"]}])
def test_W3_equal_gains_are_equally_good_and_the_largest_change_is_first(query: Query) -> None:
    view = view_under(query, world=released())
    bars = words.most_gained(view)
    assert [bar["is_best"] for bar in bars] == [bar["text"] == bars[0]["text"] for bar in bars]
    whole, *rows, _, _ = words.side_rows(view)
    said, spans = words.still_beyond(view)[0] + whole["text"], [row["span"] for row in rows]
    assert ("→" in said) == (spans[0] > 0) == bool(query)
    assert ("ändå" in said) == ("oppna" in query)
    assert whole["is_whole"]
    for lengths in (spans, [bar["width"] for bar in bars]):
        assert lengths == sorted(lengths, reverse=True)


def test_means_too_far_are_neither_none_nor_in_town_when_they_are_few() -> None:
    for view in (view_under({}), view_under({"besok": ["storuman:vilhelmina:1"]})):
        for group, row in zip(view.scenario.table.index, words.full_table(view).rows, strict=True):
            mean = view.figure(group, "before_shortfall")
            assert ("under 5" in row) == (0 < mean < 5)
    assert words.change_words(view, view.choice.rounds[0])[1] == "Vilhelmina, 1 dag i månaden"


@pytest.mark.parametrize(
    ("query", "begins", "same"),
    [
        (OPENED, "Med rådgivning i Vilhelmina når", ["kusten"]),
        ({"oppna": [OTHER]}, "Med planen når", ["kusten", "därför"]),
        ({"oppna": ["vilhelmina:radgivning:vaxa"]}, "Med planen når", ["kusten", "därför"]),
        ({"oppna": [*OPENED["oppna"], OTHER]}, "Med rådgivning i Vilhelm", ["kusten"]),
        # what is closed changes the figures
        ({"oppna": [OTHER], "stang": ["coompanion-vasterbotten"]}, "Med planen når", []),
    ],
)
def test_W3_the_headline_names_only_what_helps_with_the_question(
    query: Query, begins: str, same: list[str]
) -> None:
    view = view_under(query, world=released())
    assert words.headline(view).startswith(begins)
    assert "Åsele" not in words.headline(view)
    before = words.lead(view).split(" ändras inga restider")[:-1]
    assert [text.split()[-1] for text in before] == same


def test_W_W4_R13_what_is_closed_is_named_and_nothing_is_said_of_what_there_is_not() -> None:
    under = partial(view_under, world=released())
    closed = {"stang": ["coompanion-vasterbotten@lycksele"]}
    for query in (closed, {**closed, "stod": ["inkubator_accelerator"]}):
        assert words.plan_text(under(query)) == "Stäng Coompanion Västerbotten, Lycksele"
    moved = under({**closed, "oppna": ["vilhelmina:radgivning:ide"]})
    assert "i snitt 25 min för" in words.gains(moved).replace("\xa0", " ")
    away = under({"besok": ["umea:holmon,vilhelmina:2"]})
    assert words.round_words(away)[1].endswith("vägnät leder till alla stopp: rundan räknas inte.")
    assert np.array_equal(away.scenario.before.days, away.scenario.after.days)
    # what is not known enough is no answer "no": Täckning has a range
    unsure = under({"fas": ["vaxa"], "stod": ["finansiering"], "bredd": ["adjacent"]})
    told = [" räknas inte. Med dem " in words.assumed(one) for one in (unsure, under({}))]
    assert told == [True, False]
    offices = under({}).scenario.basis.office_ids
    nobody = under({"stang": [name.replace("/", "@") for name in offices]})
    said, rows = words.gains(nobody), words.full_table(nobody).rows
    assert said
    assert "ingen uppgift" not in said
    assert "∞" not in [said, *(cell_text(cell, tr=nobody.tr) for row in rows for cell in row)]
    assert "ändå" not in " ".join(words.still_beyond(nobody))
