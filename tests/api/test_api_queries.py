"""The filter of the register as an address: stable, told back, and nothing but what is asked."""

from hypothesis import given
from hypothesis import strategies as st

from ris_map.api.queries import ActorQuery, parameters
from ris_map.common.address import MAX_TEXT_LENGTH
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, Scope, ServiceType

VALUES = {
    "fas": tuple(map(str, Phase)),
    "stod": tuple(map(str, ServiceType)),
    "omrade": tuple(map(str, STRENGTH_AREAS)),
    "satt": tuple(map(str, Delivery)),
    "bredd": tuple(map(str, Scope)),
}


def test_I5_keys_and_values_of_the_address_are_stable() -> None:
    known = parameters(ActorQuery)
    keys = ["datum", "fas", "stod", "omrade", "plats", "satt", "bredd", "q", "lang"]
    assert list(known) == keys
    assert {name: known[name].values for name in VALUES} == VALUES
    assert VALUES["fas"] == ("ide", "utveckling", "vaxa")
    assert VALUES["satt"] == ("office", "visit", "digital", "phone")


@given(
    st.fixed_dictionaries(
        {},
        optional={
            **{k: st.lists(st.sampled_from(v), min_size=1) for k, v in VALUES.items()},
            "bredd": st.sampled_from(VALUES["bredd"]),
            "q": st.text(st.characters(exclude_categories=["Cs"]), max_size=MAX_TEXT_LENGTH),
        },
    )
)
def test_I5_order_and_repetition_do_not_matter_and_the_filter_comes_back(
    asked: dict[str, list[str] | str],
) -> None:
    query = ActorQuery.model_validate(asked)
    again = ActorQuery.model_validate(
        {k: list(v) if isinstance(asked[k], list) else v[0] for k, v in query.given.items()}
    )
    assert again.filter() == query.filter()
    assert again.given == query.given
    for key in asked.keys() & VALUES.keys():
        assert query.given[key] == tuple(value for value in VALUES[key] if value in asked[key])
    assert query.filter().text == " ".join(str(asked.get("q", "")).split())  # one line
