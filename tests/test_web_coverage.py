"""When what was found appeared, as a chart and as spans to choose."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.request import SearchRequest
from search.web.coverage import BARS_HEIGHT, MARGIN, WIDTH, anchor_day, date_presets, draw_coverage

MONTHS = {"2023-11": 2, "2024-01": 4, "2024-12": 1}
LONG = {"2001-05": 1, "2014-02": 3, "2023-01": 2}
LONG_YEARS = {"2001": 1, "2014": 3, "2023": 2, "2010": 1}


def test_each_month_with_articles_has_a_bar_at_its_place_and_a_month_without_none() -> None:
    chart = draw_coverage(SearchRequest(text="x"), MONTHS, dict)
    assert chart is not None
    assert (chart.unit, chart.first, chart.last, chart.size) == ("month", "2023-11", "2024-12", 14)
    assert [(bar.label, bar.count) for bar in chart.bars] == [("2023-11", 2), ("2024-01", 4), ("2024-12", 1)]
    assert chart.bars[1].x == pytest.approx(MARGIN + 2 * chart.step, abs=0.1)
    assert chart.bars[1].href == "search?q=x&from=2024-01&to=2024-01"
    assert f"M{chart.bars[1].x} 0h" in chart.inside  # the largest is as high as can be
    assert (chart.outside, chart.chosen, chart.whole) == ("", None, True)


def test_a_year_wide_enough_has_its_name_below_and_is_chosen_by_it() -> None:
    chart = draw_coverage(SearchRequest(from_="2024", to="2024"), MONTHS, dict)
    assert chart is not None
    assert [(tick.label, tick.selected, tick.href) for tick in chart.ticks] == [("2024", True, "./")]
    assert chart.chosen == (2, 13)
    assert chart.inside.count("M") == 2
    assert chart.outside.count("M") == 1


def test_a_long_time_is_drawn_by_years_until_a_part_of_it_is_chosen() -> None:
    whole = draw_coverage(SearchRequest(), LONG, lambda: LONG_YEARS)
    assert whole is not None
    assert (whole.unit, whole.first, whole.size, len(whole.bars), whole.ticks) == ("year", "2001", 23, 4, ())
    part = draw_coverage(SearchRequest(from_="2014-02-10", to="2014-02-12"), LONG | {"2014-07": 1}, lambda: LONG_YEARS)
    assert part is not None
    assert (part.unit, part.first, part.last, part.chosen, part.whole) == ("month", "2014-02", "2014-07", (0, 0), False)
    nothing = draw_coverage(SearchRequest(from_="2018", to="2019"), LONG, lambda: LONG_YEARS)
    assert nothing is not None
    assert (nothing.unit, nothing.outside.count("M")) == ("year", 4)


def test_there_is_no_chart_where_there_is_nothing_to_choose() -> None:
    assert draw_coverage(SearchRequest(), {}, dict) is None
    assert draw_coverage(SearchRequest(), {"2024-01": 9}, dict) is None
    assert draw_coverage(SearchRequest(from_="2024"), {"2024-01": 9}, dict) is not None


def test_days_outside_of_all_months_choose_no_bar() -> None:
    chart = draw_coverage(SearchRequest(from_="2025"), MONTHS, dict)
    assert chart is not None
    assert (chart.inside, chart.chosen) == ("", (0, -1))


@given(st.dictionaries(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1, 10**6), min_size=2, max_size=40))
def test_every_bar_lies_within_the_drawing(counts: dict[date, int]) -> None:
    months: dict[str, int] = {}
    years: dict[str, int] = {}
    for day, count in counts.items():
        months[f"{day:%Y-%m}"] = months.get(f"{day:%Y-%m}", 0) + count
        years[f"{day:%Y}"] = years.get(f"{day:%Y}", 0) + count
    chart = draw_coverage(SearchRequest(), months, lambda: years)
    if chart is None:
        assert len(months) == 1
        return
    assert sum(bar.count for bar in chart.bars) == sum(counts.values())
    assert all(MARGIN <= bar.x <= WIDTH - MARGIN - chart.step + 0.1 for bar in chart.bars)
    heights = [float(part.partition(" ")[2].partition("h")[0]) for part in chart.inside.split("M")[1:]]
    assert all(0 <= top < BARS_HEIGHT for top in heights)


def test_presets_end_today_or_with_the_newest_article_of_an_old_corpus() -> None:
    today = date(2026, 11, 28)
    assert anchor_day(today, date(2026, 11, 1)) == today
    assert anchor_day(today, date(2026, 3, 9)) == date(2026, 3, 9)
    assert anchor_day(today, None) == today
    assert anchor_day(today, date(2027, 1, 1)) == today


def test_a_preset_is_a_span_of_days_and_a_chosen_one_is_taken_back() -> None:
    request = SearchRequest(text="x", from_="2026-02-07", to=None)
    presets = date_presets(request, date(2026, 3, 9))
    assert presets == [
        ("past_week", "search?q=x&from=2026-03-03", False),
        ("past_month", "search?q=x", True),
        ("past_year", "search?q=x&from=2025-03-10", False),
    ]
