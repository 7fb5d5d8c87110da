"""Colours: readable text, and phases that can be told apart without seeing all colours."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from ris_map.actors.town_map import (
    LETTER_SHARE,
    PHASE_COLOURS,
    PHASE_LETTERS,
    PHASE_TEXT_COLOURS,
    ring,
)
from ris_map.register.strategy import load_strategy
from ris_map.register.vocabulary import Phase

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "ris_map" / "web" / "static"
Colour = tuple[float, float, float]

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB
VISION: Mapping[str, tuple[Colour, Colour, Colour]] = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
CLEARLY_DIFFERENT = 10.0
"""CIE76 distance: 2.3 is just noticeable, up to 10 noticeable at a glance."""
LIGHTER_OR_DARKER = 8.0
"""Difference in CIE lightness between neighbours in greyscale."""


def linear(colour: str) -> Colour:
    """Return a hexadecimal sRGB colour as linear RGB."""
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return red, green, blue


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, vision: str) -> Colour:
    """Return a colour in CIE L*a*b* (D65) as somebody sees it."""
    rgb = linear(colour)
    red, green, blue = (
        min(1.0, max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True))))
        for row in VISION[vision]
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 216 / 24389 else (841 / 108) * t + 4 / 29 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: str, other: str, vision: str) -> float:
    pairs = zip(seen(one, vision), seen(other, vision), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


@cache
def styles() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.css")}


@cache
def variables() -> dict[str, str]:
    pairs = re.findall(r"(--ris-[a-z-]+):\s*([^;]+);", "\n".join(styles().values()))
    return dict(pairs)


def test_contrast_is_computed_as_in_the_guidelines() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#0b4f6c", "#ffffff") == contrast("#ffffff", "#0b4f6c")


@pytest.mark.parametrize("vision", list(VISION))
def test_X7_phases_are_told_apart_by_every_kind_of_colour_vision(vision: str) -> None:
    for one, other in itertools.combinations(PHASE_COLOURS.values(), 2):
        assert distance(one, other, vision) > CLEARLY_DIFFERENT, f"{one} and {other}"


def test_X7_phases_are_told_apart_in_greyscale() -> None:
    lightness = sorted(seen(colour, "all colours")[0] for colour in PHASE_COLOURS.values())
    steps = [b - a for a, b in itertools.pairwise(lightness)]
    assert min(steps) > LIGHTER_OR_DARKER


def test_X7_every_phase_is_carried_by_a_letter_of_its_own_as_well() -> None:
    assert set(PHASE_LETTERS) == set(PHASE_COLOURS) == set(PHASE_TEXT_COLOURS) == set(Phase)
    assert len(set(PHASE_LETTERS.values())) == len(Phase)
    strategy = load_strategy(ROOT / "data" / "strategy.yaml")
    assert {phase: strategy.phase(phase).letter for phase in Phase} == PHASE_LETTERS
    arcs = ring(dict.fromkeys(Phase, 5))
    assert [arc.letter for arc in arcs] == [PHASE_LETTERS[phase] for phase in Phase]


def test_X7_only_an_arc_without_room_goes_without_its_letter() -> None:
    for count in range(1, 100):
        counts = {Phase.IDE: count, Phase.UTVECKLING: 100 - count, Phase.VAXA: 0}
        for arc, share in zip(ring(counts), (count / 100, 1 - count / 100), strict=True):
            assert bool(arc.letter) == (share >= LETTER_SHARE)
    assert LETTER_SHARE <= 0.15


@pytest.mark.parametrize("phase", list(Phase))
def test_X7_letters_are_readable_on_their_colour(phase: Phase) -> None:
    assert contrast(PHASE_COLOURS[phase], PHASE_TEXT_COLOURS[phase]) >= 4.5


@pytest.mark.parametrize("phase", list(Phase))
def test_X7_list_and_map_use_the_same_colours(phase: Phase) -> None:
    css = styles()["app.css"]
    assert variables()[f"--ris-{phase.value}"].lower() == PHASE_COLOURS[phase].lower()
    rule = re.search(rf"\.ris-{phase.value} b \{{([^}}]*)\}}", css)
    assert rule is not None
    assert f"background: var(--ris-{phase.value})" in rule[1]
    text = re.search(r"(?<![-\w])color:\s*(#[0-9a-f]+)", rule[1])
    colour = text[1] if text else variables()["--ris-text"]
    assert contrast(PHASE_COLOURS[phase], colour) >= 4.5


@pytest.mark.parametrize("name", ["--ris-text", "--ris-quiet", "--ris-link", "--ris-mark"])
def test_X4_text_colours_are_readable_on_every_paper(name: str) -> None:
    papers = {"#ffffff", "#f3f6f8", "#fdf6e6", "#eaf2f5"}
    assert all(contrast(variables()[name], paper) >= 4.5 for paper in papers)


def test_every_colour_variable_that_is_used_is_defined() -> None:
    used = set(re.findall(r"var\((--ris-[a-z-]+)\)", "\n".join(styles().values())))
    assert used
    assert used <= set(variables())
