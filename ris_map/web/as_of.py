"""An earlier day on a page: the control, and what has happened since, in words and on the map."""

from collections.abc import Iterable
from typing import Any

import streamlit as st

from ris_map.common.address import DatedChoice
from ris_map.common.dates import day_of, today
from ris_map.register.in_words import by_town, town_point
from ris_map.register.model import Actor
from ris_map.register.releases import since
from ris_map.travel.world import World
from ris_map.web import data
from ris_map.web.address import PageState
from ris_map.web.map import Bubble, MarkerKind
from ris_map.words import Translator
from ris_map.words.figures import percent, whole
from ris_map.words.markup import render


def control(state: PageState[Any], *, tr: Translator) -> None:
    """Draw the choice between today and the releases of days that have been."""
    days = [r.meta.release.date for r in data.releases() if r.meta.release]
    earlier = [day for day in days if day <= today().isoformat() and day_of(day)]
    chosen = state.chosen().as_of
    with st.container(key="ris-as-of"):
        state.folded(
            st.selectbox,
            "as_of",
            tr("as-of.label"),
            list(dict.fromkeys(["", *reversed(earlier), chosen])),
            format_func=lambda day: tr("as-of.day", day=day) if day else tr("as-of.today"),
            label_visibility="collapsed",
            width=210,
        )


def since_html(
    choice: DatedChoice,
    then: World,
    *,
    tr: Translator,
    group: str = "",
    shares: tuple[float, float] | None = None,
) -> str:
    """Return what has happened since the day that is shown, which is not today.

    ``shares`` are the residents of ``group`` within the limit, then and now.
    """
    named = _since(then)
    changes = tr.listing([tr.plural(f"as-of.{k}", len(actors)) for k, actors in named.items()])
    if shares:
        points = whole(100 * shares[1]) - whole(100 * shares[0])
        key = "nearer" if points > 0 else "farther" if points < 0 else "same"
        before, after = (percent(share, tr=tr) for share in shares)
        figure = tr.plural(f"as-of.{key}", abs(points), group=group, before=before, after=after)
        changes = f"{changes}; {figure}"

    return render(
        "as_of.html",
        t=tr,
        day=choice.as_of,
        changes=changes,
        lists=[(tr(f"as-of.{k}.heading"), actors) for k, actors in named.items() if actors],
        now=choice.url(tr=tr, as_of=""),
    )


def marks(choice: DatedChoice, then: World, *, tr: Translator) -> tuple[Bubble, ...]:
    """Return where somebody has come or gone since the day that is shown; nothing for today."""
    if not choice.as_of:
        return ()
    found, now = _since(then), data.world()
    gone = [then.register.by_id[one.id] for one in (*found["ended"], *found["doubtful"])]
    return (
        *_marks("new", found["added"], now, choice=choice, tr=tr),
        *_marks("gone", gone, then, choice=choice, tr=tr),
    )


def _marks(
    kind: MarkerKind, actors: Iterable[Actor], world: World, *, choice: DatedChoice, tr: Translator
) -> Iterable[Bubble]:
    geography = world.foundations.geography
    for where, there in by_town((o, a) for a in actors for o in a.offices_on(world.on)).items():
        office, who = there[0][0], tr.listing(dict.fromkeys(actor.name for _, actor in there))
        label = tr(f"as-of.mark.{kind}", town=office.town, who=who, day=choice.as_of)
        yield Bubble.at(
            town_point(office, geography), "", id=f"{where}-{kind}", label=label, kind=kind
        )


def _since(then: World) -> dict[str, tuple[Actor, ...]]:
    now = data.world()
    return since(then.register, then.on, now.register, now.on)
