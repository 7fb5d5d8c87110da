"""The answer as HTML: sentence, what to do when nothing is near, list, the way onward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from ris_map.actors.listing import delivery_sentence
from ris_map.finder.entry import Entry, Group, SupportAnswer
from ris_map.finder.entry_words import (
    Expect,
    FindSection,
    find_sections,
    limit_words,
    minutes_words,
    need_words,
    office_municipality,
    start_words,
)
from ris_map.finder.need import Need
from ris_map.register.in_words import PhaseMark, Words, detail_url, phase_marks
from ris_map.register.vocabulary import Phase
from ris_map.words import Translator
from ris_map.words.markup import render

PATH = "/hitta"
COVERAGE_PATH = "/tackning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence with an optional link behind it."""

    text: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """One actor that takes over in the next phase."""

    name: str
    url: str
    way: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainStep:
    """One phase of the chain, with a link to its support where it is not the present one."""

    mark: PhaseMark
    is_here: bool
    url: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindView:
    """Everything that page and file say about an answer.

    Parameters
    ----------
    place, asked : str
        Where the search begins (empty if it was not said), and the other choices.
    summary, source : str
        What was found, in a sentence, and where it comes from.
    nothing_title : str
        Set when no office of the core is near.
    nothing : tuple of Line
        What to do then.
    sections : tuple of FindSection
        The list.
    expect : tuple of Expect
        What to expect and prepare, per type of support in the list.
    onward_title : str
        Set when a phase is chosen.
    onward : tuple of Onward
        Who takes over in the next phase.
    chain : tuple of ChainStep
        The three phases, with links.
    """

    place: str
    asked: str
    summary: str
    source: str
    nothing_title: str
    nothing: tuple[Line, ...]
    sections: tuple[FindSection, ...]
    expect: tuple[Expect, ...]
    onward_title: str
    onward: tuple[Onward, ...]
    chain: tuple[ChainStep, ...]


def find_view(
    answer: SupportAnswer,
    *,
    query: dict[str, list[str]],
    words: Words,
    on: date,
    reference: str,
) -> FindView:
    """Return an answer in words.

    Parameters
    ----------
    answer : SupportAnswer
        The answer.
    query : dict
        The address form of the need, for links that change one part of it.
    words : Words
        The words of one language.
    on : date
        The day.
    reference : str
        The date to which the register's research goes.
    """
    tr = words.tr
    place = "" if answer.start is None else start_words(answer.start, tr=tr)
    sections = find_sections(answer.entries, need=answer.need, words=words, on=on)
    is_bare = answer.start is not None and not answer.is_near
    return FindView(
        place=place,
        asked=" · ".join(need_words(answer.need, words=words)) or tr("find.chosen.none"),
        summary=_summary(answer, place=place, tr=tr),
        source=tr("find.sum.source", reference=reference),
        nothing_title=_nothing_title(answer, place=place, tr=tr) if is_bare else "",
        nothing=_nothing(answer, words=words) if is_bare else (),
        sections=sections,
        expect=tuple(
            dict.fromkeys(
                item
                for section in sections
                for row in (*section.rows, *section.rest)
                for item in row.expect
            )
        ),
        onward_title=_onward_title(answer, words=words),
        onward=tuple(_onward(entry, need=answer.need, words=words) for entry in answer.onward),
        chain=_chain(answer, query=query, words=words),
    )


def list_html(view: FindView, *, tr: Translator) -> str:
    """Return the list with its headings."""
    return render(
        "find_list.html",
        sections=view.sections,
        t=tr,
        open_all=False,
        delivery=lambda row: delivery_sentence(row, tr=tr),
    )


def nothing_html(view: FindView, *, tr: Translator) -> str:
    """Return what to do when nothing is near."""
    intro = tr("find.nothing.text")
    return render("find_nothing.html", title=view.nothing_title, intro=intro, lines=view.nothing)


def onward_html(view: FindView, *, tr: Translator) -> str:
    """Return the way onward."""
    return render("find_onward.html", view=view, t=tr)


def _summary(answer: SupportAnswer, *, place: str, tr: Translator) -> str:
    if answer.start is None:
        return tr("find.answer.start")
    count = {group: len(answer.group(group)) for group in Group}
    limit = limit_words(answer.need, tr=tr)
    key = "find.sum.near" if limit else "find.sum.near-any"
    parts = [tr.plural(key, count[Group.NEAR], place=place, limit=limit)]
    parts.extend(
        tr.plural(f"find.sum.{group}", count[group])
        for group in (Group.VISIT, Group.DIGITAL, Group.FAR)
        if count[group]
    )
    return " ".join(parts)


def _nothing_title(answer: SupportAnswer, *, place: str, tr: Translator) -> str:
    limit = limit_words(answer.need, tr=tr)
    key = "find.nothing.title" if limit else "find.nothing.title-any"
    return tr(key, limit=limit, place=place)


def _nothing(answer: SupportAnswer, *, words: Words) -> tuple[Line, ...]:
    tr = words.tr
    lines = [_nearest_line(answer, words=words), _digital_line(answer, tr=tr)]
    maybe = len(answer.group(Group.MAYBE_NEAR))
    if maybe:
        lines.insert(1, Line(text=tr.plural("find.nothing.maybe", maybe)))
    if answer.contact is not None:
        actor = answer.contact.actor
        lines.append(
            Line(
                text=tr("find.nothing.contact", name=actor.name),
                url=actor.homepage or detail_url(actor.id, words=words),
                link=tr("find.nothing.contact-page"),
            )
        )
    coverage = coverage_url(answer, tr=tr)
    lines.append(Line(text="", url=coverage, link=tr("find.nothing.coverage")))
    return tuple(lines)


def _nearest_line(answer: SupportAnswer, *, words: Words) -> Line:
    tr, nearest = words.tr, answer.nearest
    if nearest is None or nearest.office is None:
        return Line(text=tr("find.nothing.no-office"))
    key = "find.nothing.nearest" if nearest.is_sure else "find.nothing.nearest-unsure"
    return Line(
        text=tr(
            key,
            name=nearest.actor.name,
            town=nearest.office.town,
            municipality=office_municipality(nearest.office, words=words),
            minutes=minutes_words(nearest, limit=answer.need.max_minutes, tr=tr),
        )
    )


def _digital_line(answer: SupportAnswer, *, tr: Translator) -> Line:
    names = [entry.actor.name for entry in answer.group(Group.DIGITAL)]
    if not names:
        return Line(text=tr("find.nothing.no-digital"))
    return Line(text=tr("find.nothing.digital", names=tr.listing(names)))


def coverage_url(answer: SupportAnswer, *, tr: Translator) -> str:
    """Return the address of the coverage page for the same cell, as far as one is chosen."""
    need, start = answer.need, answer.start
    phases, types = need.phases[:1], need.service_types[:1]
    query = {
        "fas": phases[0].value if phases else "",
        "stod": types[0].value if types else "",
        "omrade": need.strength_area.value if need.strength_area else "",
        "grans": str(need.max_minutes) if need.max_minutes else "",
        "cell": f"{start.code}.{phases[0]}.{types[0]}" if start and phases and types else "",
        "lang": tr.language.value,
    }
    return f"{COVERAGE_PATH}?{urlencode({k: v for k, v in query.items() if v})}"


def _onward_title(answer: SupportAnswer, *, words: Words) -> str:
    tr = words.tr
    if not answer.need.phases:
        return ""
    if answer.next_phase is None:
        return tr("find.onward.last")
    if not answer.onward:
        return tr("find.onward.none")
    phase = words.strategy.label(answer.next_phase).in_(tr.language).lower()
    return tr("find.onward.next", phase=phase)


def _onward(entry: Entry, *, need: Need, words: Words) -> Onward:
    tr = words.tr
    if entry.office is None:
        way = tr(f"find.way.{entry.way or 'unknown'}").lower()
        place = ""
    else:
        way = minutes_words(entry, limit=need.max_minutes, tr=tr)
        place = entry.office.town
    return Onward(
        name=entry.actor.name,
        url=detail_url(entry.actor.id, words=words),
        way=way,
        place=place,
    )


def _chain(
    answer: SupportAnswer, *, query: dict[str, list[str]], words: Words
) -> tuple[ChainStep, ...]:
    tr = words.tr
    steps = []
    for phase, mark in zip(Phase, phase_marks(Phase, words=words), strict=True):
        target = {**query, "fas": [phase.value], "lang": [tr.language.value]}
        steps.append(
            ChainStep(
                mark=mark,
                is_here=phase in answer.need.phases,
                url=f"{PATH}?{urlencode(target, doseq=True)}",
                link=tr("find.onward.look", phase=mark.label.lower()),
            )
        )
    return tuple(steps)
