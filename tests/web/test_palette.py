"""Colours of tokens.css: readable text, and classes told apart without seeing all colours."""

import itertools
import re
from functools import cache

import pytest
from coloraide import Color

from ris_map.register.vocabulary import Phase
from ris_map.web.settings import ROOT

STATIC = ROOT / "ris_map" / "web" / "static"
VISIONS = ("", "protan", "deutan", "tritan")
MODES = ("light", "dark")
CLASSES = [f"--c{i}" for i in range(5)]
PHASES = [f"--{phase.value}" for phase in Phase]
CSS = "\n".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.css"))


@cache
def tokens(mode: str) -> dict[str, str]:
    light, _, dark = (STATIC / "tokens.css").read_text(encoding="utf-8").partition("@media")
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]+);", light + (dark if mode == "dark" else "")))


def seen(colour: str, vision: str) -> Color:
    found = Color(colour)
    return found.filter(vision, method="machado", space="srgb-linear") if vision else found


def distance(one: str, other: str, vision: str = "") -> float:
    return float(seen(one, vision).delta_e(seen(other, vision), method="2000"))


def contrast(one: str, other: str) -> float:
    return float(Color(one).contrast(Color(other), method="wcag21"))


@pytest.mark.parametrize("mode", MODES)
def test_K5_X7_farther_is_more_contrast_to_the_land_in_greyscale_too(mode: str) -> None:
    colours = tokens(mode)
    contrasts = [contrast(colours[name], colours["--land"]) for name in CLASSES]
    assert contrasts == sorted(contrasts)
    assert all(later > 1.3 * earlier for earlier, later in itertools.pairwise(contrasts))
    lightness = [Color(colours[name]).convert("lab-d65")["l"] for name in CLASSES]
    assert lightness == sorted(lightness, reverse=mode == "light")
    assert min(abs(b - a) for a, b in itertools.pairwise(lightness)) > 12


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("mode", MODES)
def test_K5_X7_classes_unknown_and_phases_are_told_apart(mode: str, vision: str) -> None:
    colours = tokens(mode)
    far = [distance(colours["--hatch"], colours[name], vision) for name in CLASSES]
    assert min(far) >= 15
    steps = itertools.pairwise(CLASSES)
    assert min(distance(colours[a], colours[b], vision) for a, b in steps) >= 9.5
    pairs = itertools.combinations(PHASES, 2)
    assert min(distance(colours[a], colours[b], vision) for a, b in pairs) >= 12


@pytest.mark.parametrize("mode", MODES)
def test_X4_text_is_readable_on_everything_it_stands_on(mode: str) -> None:
    colours = tokens(mode)
    for ink in ("--ink", "--soft", "--accent", "--gap"):
        for paper in ("--bg", "--panel", "--accent-bg"):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    assert contrast(colours["--on-accent"], colours["--accent"]) >= 4.5
    for name in (*CLASSES, *PHASES):
        on = colours.get(f"--on-{name.removeprefix('--')}")
        assert contrast(on, colours[name]) >= 4.5, name


def test_G4_a_class_has_one_colour_on_map_matrix_and_legend() -> None:
    """The far is never the colour of the near on another page: all take it from tokens.css."""
    rules = re.findall(r"\.(?:is-c|c|q)([0-4])\b[^{}]*\{([^}]*)\}", CSS)
    assert len(rules) >= 15
    for code, body in rules:
        assert set(re.findall(r"--c([0-4])", body)) <= {code}, body


def test_every_colour_variable_that_is_used_is_defined() -> None:
    defined = set(re.findall(r"(--[\w-]+):", CSS))
    used = set(re.findall(r"var\((--[\w-]+)", CSS))
    js = "\n".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    measured = {*re.findall(r"--map-[a-z]+", js)}  # set by a script, with a value to fall back on
    assert used <= defined | measured
