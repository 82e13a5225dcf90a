"""Bylines in the forms that sites use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.authors import parse_name_line, split_authors
from indexer.cleaning.byline import Byline, parse_byline


def read(line: str) -> tuple[tuple[str, ...], str | None, str | None]:
    byline = parse_byline(line)
    assert byline is not None, line
    return byline.authors, byline.source, byline.published


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("作者:鄒雨芯", (("鄒雨芯",), None, None)),
        ("來源：資源縣紀委監委", ((), "資源縣紀委監委", None)),
        ("稿源:新华网  发布时间:2024-05-06 08:13", ((), "新华网", "2024-05-06")),
        ("通讯员:于海澜来源:江北理工大学 阅读:发布时间:2013-04-22审稿:", (("于海澜",), "江北理工大学", "2013-04-22")),
        ("2020-08-13 10:05    来源:市人大     字号:    点击数:{{ pvCount }} 次", ((), "市人大", "2020-08-13")),
        ("来源: 作者: 发表时间:01-09 08:15", ((), None, None)),
        ("2009-03-18 10:18来源:公路网通讯员 石桥县交通局 通讯员 潘丽 张海", (("潘丽", "张海"), "公路网", "2009-03-18")),
        ("[日期:2009-04-17]", ((), None, "2009-04-17")),
        ("2024年05月06日 08:13 新华网", ((), "新华网", "2024-05-06")),
        ("2024-05-06 08:13", ((), None, "2024-05-06")),
        ("作 者：张 三", (("张三",), None, None)),
        ("記者甲乙丙/綜合報導", None),
        ("文/张三 图/李四", (("张三",), None, None)),
        ("来源:《江东日报》", ((), "江东日报", None)),
        ("發布日期:民國113年5月6日", ((), None, "2024-05-06")),
        ("撰文:王五 责任编辑:赵六", (("王五",), None, None)),
        ("来源:区政府办作者:区政府办时间:2017-12-28", (("区政府办",), "区政府办", "2017-12-28")),
        ("发布于:2014-10-09 02:38   文字:【大】【中】【小】", ((), None, "2014-10-09")),
        ("2010/1/6 16:43:13 次浏览 分类:政府动态    来源:", ((), None, "2010-01-06")),
        ("更新时间 2012年12月10日, 格林尼治标准时间10:41", ((), None, "2012-12-10")),
        ("www.example.org | 2016-03-16 21:19:10  江东网 | 0条评论", ((), "江东网", "2016-03-16")),
        ("2026/03/13 21:32 記者吳仁／新北報導", (("吳仁",), None, "2026-03-13")),
        ("江東報／ 記者尤光／台東即時報導", (("尤光",), "江東報", None)),
        ("张三 · 2019-05-06 09:00", (("张三",), None, "2019-05-06")),
        ("07-27 18:10", ((), None, None)),
        ("信息来源:未知", ((), None, None)),
        ("2020-05-06 新华网 作者:张三", (("张三",), "新华网", "2020-05-06")),
    ],
)
def test_bylines_are_read(line: str, fields: tuple[tuple[str, ...], str | None, str | None] | None) -> None:
    if fields is None:
        assert parse_byline(line) is None
    else:
        assert read(line) == fields


@pytest.mark.parametrize(
    "line",
    [
        "记者:你怎么看这件事?我想听听。",
        "春灌开始了。",
        "他说:时间不等人。",
        "短文:一个故事",
        "作者:" + "长" * 60 + "。",
        "作者:" + "长" * 220,
        "2024年5月6日,县里开会。",
        "2024年5月6日县里召开了春灌准备会议",
        "2024年5月6日县里召开了春灌准备会议" * 5,
        "1234-99-99 新华网",
    ],
)
def test_prose_is_no_byline(line: str) -> None:
    assert parse_byline(line) is None


@pytest.mark.parametrize(
    ("value", "authors"),
    [
        ("张三、李四", ("张三", "李四")),
        ("张三 李四", ("张三", "李四")),
        ("张 三", ("张三",)),
        ("本报记者 张三 通讯员 李四", ("张三", "李四")),
        ("記者張三/綜合報導", ("張三",)),
        ("宋以文", ("宋以文",)),
        ("张三 文/图", ("张三",)),
        ("宣传部", ("宣传部",)),
        ("John Smith", ("John Smith",)),
        ("张三,张三", ("张三",)),
        ("石桥县交通局 张三", ("张三",)),
        ("", ()),
    ],
)
def test_authors_are_split_and_unified(value: str, authors: tuple[str, ...]) -> None:
    assert split_authors(value) == authors


def test_a_line_of_names_alone_names_authors() -> None:
    assert parse_name_line("●吳振江") == ("吳振江",)
    assert parse_name_line("陳文 余潔") == ("陳文", "余潔")
    assert parse_name_line("思想观点") == ()
    assert parse_name_line("新闻 要闻") == ()


@given(st.text(max_size=120))
def test_any_line_is_read_or_refused(line: str) -> None:
    assert parse_byline(line) is None or isinstance(parse_byline(line), Byline)


@pytest.mark.parametrize(
    ("line", "authors"), [("文丨沈木", ("沈木",)), ("撰文 | 沈木 何欣", ("沈木", "何欣")), ("编辑丨许诺", ())]
)
def test_a_bar_may_stand_for_the_colon_of_a_label(line: str, authors: tuple[str, ...]) -> None:
    byline = parse_byline(line)
    assert byline is not None
    assert byline.authors == authors
