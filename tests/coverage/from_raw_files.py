"""The coverage of the county from the raw files, with pandas; nothing of the product.

Written from the method notes on travel and coverage alone, so that a fault shared by the product's
own rooms cannot hide: only `data/people`, `data/roads`, `data/actors.yaml` and, for the
list of types, `data/strategy.yaml` are read.
"""

from datetime import date

import numpy as np
import pandas as pd
import yaml

from tests.travel import raw

PHASES = ("ide", "utveckling", "vaxa")
LIMITS = (30, 60, 90, 120)


def people_within(on: date) -> pd.Series:
    """Return residents by municipality, phase, service type and limit."""
    people = raw.cells()
    types = [one["id"] for one in _read("strategy.yaml")["service_types"]]
    actors = _read("actors.yaml")
    offices = [
        (actor, office)
        for actor in actors["actors"]
        if actor["scope"] == "core" and not actor["outside_county"] and is_active(actor, on)
        for office in actor["offices"]
        if office["municipality"] and is_valid(office, on)
    ]
    homes = people["municipality_code"].to_numpy()
    minutes = np.full((len(offices), len(people)), np.inf)
    for row, (actor, office) in enumerate(offices):
        served = np.isin(homes, [code for code in np.unique(homes) if _serves(actor, office, code)])
        minutes[row, served] = raw.minutes_at(office["lat"], office["lon"])[served].round(6)
    counts = {}
    for phase in PHASES:
        for kind in types:
            rows = [
                row
                for row, (actor, _) in enumerate(offices)
                if any(
                    offer["service_type"] == kind
                    and phase in offer["phases"]
                    and offer["delivery"]["office"] == "offered"
                    for offer in actor["offers"]
                )
            ]
            nearest = minutes[rows].min(axis=0, initial=np.inf)
            for limit in LIMITS:
                here = people["population"].where(nearest <= limit, 0)
                for code, number in here.groupby(homes).sum().items():
                    counts[code, phase, kind, limit] = number
    return pd.Series(counts)


def _read(name: str) -> dict:
    return yaml.load((raw.DATA / name).read_text(encoding="utf-8"), yaml.CSafeLoader)


def _serves(actor: dict, office: dict, code: str) -> bool:
    area = actor["service_area"]
    if area["scope"] == "municipalities":
        return code in area["municipalities"]
    if area["scope"] == "unknown":
        return code == office["municipality"]
    return area["scope"] != "other_county"


def is_active(actor: dict, on: date) -> bool:
    """Whether an actor is at work on a day."""
    if actor["status"] == "planned" or (actor["status"] == "ended" and not actor["valid_to"]):
        return False
    return is_valid(actor, on)


def is_valid(item: dict, on: date) -> bool:
    """Whether a thing exists on a day; "2023" begins in January and ends in December."""
    first, last = str(item["valid_from"] or ""), str(item["valid_to"] or "")
    day = on.isoformat()
    return first <= day and (not last or day[: len(last)] <= last)
