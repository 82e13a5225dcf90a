"""The title is chosen by what surrounds it and by what it says."""

from __future__ import annotations

from indexer.cleaning.title import (
    Block,
    Candidate,
    choose_title,
    is_same_title,
    is_subtitle,
    names_section,
)

BLOCK = Block(first=10, last=11, weight=4)


def candidates(*texts: str, first: int = 0) -> list[Candidate]:
    return [Candidate(first + at, text) for at, text in enumerate(texts)]


def chosen(*texts: str, crumbs: str = "", blocks: tuple[Block, ...] = (BLOCK,)) -> str | None:
    title = choose_title(candidates(*texts), blocks, crumbs=crumbs, complete=True)
    return title.text if title else None


def test_the_line_above_the_byline_is_the_title() -> None:
    assert chosen("水利要闻", "春灌的水今年来得早") == "春灌的水今年来得早"


def test_a_line_that_is_repeated_or_in_the_breadcrumb_comes_first() -> None:
    assert chosen("春灌的水今年来得早", "春灌的水今年来得早", "专栏作家") == "春灌的水今年来得早"
    assert chosen("春灌的水今年来得早", "江东频道直播间", crumbs="首页 > 春灌的水今年来得早") == "春灌的水今年来得早"


def test_document_numbers_and_fields_are_no_titles() -> None:
    assert chosen("关于做好春灌工作的通知", "江政办发〔2019〕12号") == "关于做好春灌工作的通知"
    assert chosen("关于做好春灌工作的通知", "索引号: 0037/2024") == "关于做好春灌工作的通知"


def test_names_of_the_site_are_passed_over_where_there_is_no_byline() -> None:
    assert chosen("江东数字报平台", "水利新闻", "金秋柠檬香", blocks=()) == "金秋柠檬香"


def test_a_line_of_other_pages_is_the_title_only_where_nothing_else_is() -> None:
    lines = candidates("今日菜价和水价", first=9)
    assert choose_title(lines, [BLOCK], repeated={9}) == lines[0]
    assert choose_title([], [BLOCK]) is None
    assert choose_title([], []) is None


def test_a_subtitle_begins_with_a_dash() -> None:
    assert is_subtitle("——记水管员张三")
    assert not is_subtitle("记水管员张三")


def test_a_known_title_is_found_with_the_name_of_the_site_behind_it() -> None:
    assert is_same_title("春灌的水今年来得早", "春灌的水今年来得早")
    assert is_same_title("春灌的水今年来得早-江东网", "春灌的水今年来得早")
    assert not is_same_title("春灌", "春灌的水今年来得早")


def test_one_short_line_above_the_title_names_its_section() -> None:
    assert names_section(candidates("思想观点"))
    assert not names_section(candidates("首页新闻", "思想观点"))
    assert not names_section(candidates("江东日报"))
