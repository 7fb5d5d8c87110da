"""What the page about open data is made of."""

from __future__ import annotations

import os

import streamlit as st

from ris_map.api.datasets import DATASETS, LICENCES, PREFIX, terms
from ris_map.api.dcat import SERIALISATION_NAMES
from ris_map.api.page_words import (
    DatasetRow,
    DownloadLink,
    OpenDataFacts,
    ParameterRow,
    open_data_html,
)
from ris_map.api.parameters import (
    ACTOR,
    Parameter,
    coverage_parameters,
    selection_parameters,
)
from ris_map.api.settings import api_settings
from ris_map.common import dates
from ris_map.register.filters import Param
from ris_map.web import data, settings
from ris_map.words import Translator
from ris_map.words.language import Language


def open_data(tr: Translator) -> None:
    """Draw everything below the page's title."""
    st.html(open_data_html(_facts(tr.language), tr=tr))


def _facts(language: Language) -> OpenDataFacts:
    rate = api_settings(os.environ).rate
    return OpenDataFacts(
        datasets=_datasets(language),
        catalogue=tuple(
            DownloadLink(label=name, address=f"{PREFIX}/dcat.{ending}")
            for ending, name in SERIALISATION_NAMES.items()
        ),
        parameters=_parameters(),
        licences=tuple(LICENCES.items()),
        prefix=PREFIX,
        on=dates.today().isoformat(),
        reference=data.register_state().register.meta.reference_date,
        rate=(rate.requests, rate.seconds) if rate else None,
        report_address=settings.report_address(),
    )


def _datasets(language: Language) -> tuple[DatasetRow, ...]:
    sources = data.sources()
    found = []
    for dataset in DATASETS:
        allowed = terms(dataset.files, sources=sources)
        found.append(
            DatasetRow(
                id=dataset.id,
                links=tuple(
                    DownloadLink(label=form.format.label, address=form.address)
                    for form in dataset.distributions
                ),
                licence=allowed.licence,
                licence_address=allowed.address,
                attribution=allowed.attribution_in(language),
            )
        )
    return tuple(found)


def _parameters() -> tuple[ParameterRow, ...]:
    """Every parameter once, in the order of the start page, places by an example only."""
    found: dict[str, Parameter] = {}
    for parameter in (*selection_parameters(()), *coverage_parameters(()), ACTOR):
        found.setdefault(parameter.name, parameter)
    return tuple(
        ParameterRow(
            name=parameter.name,
            values=parameter.values,
            example=parameter.example,
            is_id=parameter.name != Param.TEXT,
        )
        for parameter in found.values()
    )
