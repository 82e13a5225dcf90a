from __future__ import annotations

import pytest

from search import RequestError, SearchRequest, UnknownParameterError
from search.request import PARAMETERS, request_from_parameters, request_to_parameters


def test_parameters_of_a_url_make_a_request_and_the_request_the_parameters() -> None:
    parameters = {
        "q": ["监督"],
        "section": ["要闻", ""],
        "from": ["2024"],
        "limit": ["5"],
        "facets": ["year, month"],
        "strict": ["1"],
    }
    request = request_from_parameters(parameters)
    assert request == SearchRequest(
        text="监督", sections=("要闻", ""), from_="2024", limit=5, facets=("year", "month"), strict=True
    )
    again: dict[str, list[str]] = {}
    for name, value in request_to_parameters(request):
        again.setdefault(name, []).append(value)
    assert request_from_parameters(again) == request


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("match", "some"),
        ("sort", "best"),
        ("limit", "101"),
        ("limit", "-1"),
        ("limit", "x"),
        ("offset", "10001"),
        ("facet_limit", "-1"),
        ("snippet_chars", "5"),
        ("snippets", "11"),
        ("facets", "section,color"),
        ("strict", "yes"),
        ("from", "2024-13"),
        ("from", "24"),
        ("to", "2024-02-30"),
        ("highlight_pre", "x" * 101),
        ("q", "长" * 2001),
        ("q", "监\udcff"),
        ("not_author", "\ud800"),
        ("highlight_post", "\udfff"),
    ],
)
def test_a_value_out_of_its_range_is_refused_by_the_name_in_the_url(name: str, value: str) -> None:
    with pytest.raises(RequestError) as caught:
        request_from_parameters({name: [value]})
    assert caught.value.parameter == name


def test_an_unknown_parameter_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(UnknownParameterError, match="did you mean 'section'") as caught:
        request_from_parameters({"sections": ["x"]})
    assert caught.value.nearest == "section"
    with pytest.raises(UnknownParameterError, match="known are q, match"):
        request_from_parameters({"utm_xyzw": ["x"]})
    assert request_from_parameters({"utm_source": ["x"]}, ignore_unknown=True) == SearchRequest()


def test_days_stand_for_all_of_a_month_or_year() -> None:
    assert SearchRequest(from_="2024", to="2024-02").days() == (20240101, 20240229)
    assert SearchRequest(to="2023").days() == (None, 20231231)
    assert SearchRequest(from_="20240506").days() == (20240506, None)


def test_a_range_that_runs_backwards_and_a_cursor_with_an_offset_are_refused() -> None:
    with pytest.raises(RequestError, match="is after"):
        SearchRequest(from_="2025", to="2024")
    with pytest.raises(RequestError, match="exclude each other"):
        SearchRequest(cursor="x", offset=1)


def test_every_field_of_a_request_has_a_parameter() -> None:
    assert sorted(PARAMETERS.values()) == sorted(SearchRequest.__dataclass_fields__)
    assert request_from_parameters({"q": [], "from": [" "]}) == SearchRequest()
