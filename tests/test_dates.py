"""Dates as Chinese pages write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.dates import find_day, is_date_line


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-06",
        "发布于2024年5月6日",
        "2024/5/6 08:13",
        "2024.05.06",
        "20240506",
        "06.05.2024 08:13",
        "２０２４年５月６日",
        "民國113年5月6日",
        "中华民国 113 年 5 月 6 日",
        "113-05-06",
        "113/5/6",
        "二〇二四年五月六日",
        "2024-13-40,改为2024-05-06",
    ],
)
def test_every_form_is_the_same_day(text: str) -> None:
    assert find_day(text) == "2024-05-06"


@pytest.mark.parametrize(
    "text",
    [
        "01-09 08:15",
        "5月6日",
        "编号113-05-06",
        "12-05-06",
        "2024年13月6日",
        "民國999年5月6日",
        "二〇二四年五五月六日",
        "二〇二四年五月一一一日",
        "二〇二四年五月二二十日",
        "",
    ],
)
def test_what_names_no_day_that_exists_is_none(text: str) -> None:
    assert find_day(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇一九年十二月三十一日", "2019-12-31"),
        ("一九九八年十月二十日", "1998-10-20"),
        ("二○二○年一月十五日", "2020-01-15"),
    ],
)
def test_han_numbers_are_read(text: str, day: str) -> None:
    assert find_day(text) == day


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_any_day_written_out_is_found(day: date) -> None:
    assert find_day(f"时间:{day.year}年{day.month}月{day.day}日") == day.isoformat()


@pytest.mark.parametrize(
    "line", ["2019年1月17日 星期", "2022-04-26", "[2009-04-17]", "2024-05-06 10:22:01", "2019年1月17日 星期四"]
)
def test_a_line_that_is_only_a_date_is_known(line: str) -> None:
    assert is_date_line(line)


@pytest.mark.parametrize("line", ["2019年1月17日,县里开会。", "日期", "2022-04-26 新华网"])
def test_a_line_with_more_than_a_date_is_not_a_date_line(line: str) -> None:
    assert not is_date_line(line)
