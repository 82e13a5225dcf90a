"""Reporters are told from the lines that name them without a label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.authors import parse_name_line, parse_role_line, split_authors


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("本报记者 张三 李四", ("张三", "李四")),
        ("江东晚报记者 钱二", ("钱二",)),
        ("□全媒体记者 王五 文/图", ("王五",)),
        ("記者趙一／江東報導", ("趙一",)),
        ("记者杨六 特约记者陈七", ("杨六", "陈七")),
        ("通讯员 孙三 摄影报道", ("孙三",)),
        ("张三 文/图", ("张三",)),
    ],
)
def test_a_line_of_reporters_names_them(line: str, names: tuple[str, ...]) -> None:
    assert parse_role_line(line) == names


@pytest.mark.parametrize(
    "line", ["记者调查发现", "记者节快乐", "记者从现场获悉,水已经来了。", "春灌开始了", "", "记者手记"]
)
def test_lines_about_reporters_name_nobody(line: str) -> None:
    assert parse_role_line(line) == ()


@pytest.mark.parametrize("value", ["【大】【中】【小】", "admin", "佚名", "未知"])
def test_what_is_no_name_is_no_author(value: str) -> None:
    assert not set(split_authors(value)) & {"admin", "佚名", "未知", "大", "小"}


@pytest.mark.parametrize(
    ("value", "names"),
    [("图 王明", ("王明",)), ("王明（市委宣传部）", ("王明",)), ("文/图 王明、李红", ("王明", "李红"))],
)
def test_offices_in_brackets_and_the_kind_of_work_are_no_names(value: str, names: tuple[str, ...]) -> None:
    assert split_authors(value) == names


def test_one_name_alone_counts_only_where_it_is_known_to_stand_alone() -> None:
    assert parse_name_line("张三") == ()
    assert parse_name_line("张三", alone=True) == ("张三",)


@given(st.text(max_size=80))
def test_any_text_gives_names_or_none(text: str) -> None:
    assert all(isinstance(name, str) and name for name in parse_role_line(text) + split_authors(text))
