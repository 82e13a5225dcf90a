from __future__ import annotations

from search import SearchRequest
from search.evaluate.filters import FILTER_OF_FACET, field_choices


def test_chosen_values_are_folded_and_sections_may_be_written_in_any_way() -> None:
    choices = field_choices(SearchRequest(sections=("國際＞亞洲", "国际 > 亚洲"), authors=("Ａnn",), not_sources=("",)))
    assert choices["section"].wanted == ("国际 > 亚洲",)
    assert choices["author"].wanted == ("ann",)
    assert choices["source"].unwanted == ("",)


def test_years_and_months_are_filtered_by_date() -> None:
    assert {FILTER_OF_FACET["year"], FILTER_OF_FACET["month"]} == {"date"}
