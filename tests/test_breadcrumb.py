"""The breadcrumb becomes the section path."""

from __future__ import annotations

import pytest

from indexer.cleaning.breadcrumb import crumb_rest, is_separator, section_path


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("所在位置:首頁 > 清廉之窗 > 基層風采 > 正文", ("清廉之窗", "基層風采")),
        ("当前位置： 首页 >> 新闻 >> 要闻", ("新闻", "要闻")),
        ("您的位置: 学院首页学院新闻 → 正文", ("学院新闻",)),
        ("您现在的位置：网站首页 / 通知 / 公告", ("通知", "公告")),
        ("當前位置:首頁»新聞»本地", ("新聞", "本地")),
        ("首页>时政>国内", ("时政", "国内")),
        ("【当前位置】", None),
        ("位置:新闻 - 本地", ("新闻", "本地")),
    ],
)
def test_breadcrumbs_of_many_forms_are_read(line: str, path: tuple[str, ...] | None) -> None:
    rest = crumb_rest(line)
    assert (None if rest is None else section_path(rest)) == path


@pytest.mark.parametrize("line", ["他首页看新闻", "首页|新闻|专题", "位于县城的小学", "位置:" + "长" * 200])
def test_other_lines_are_no_breadcrumb(line: str) -> None:
    assert crumb_rest(line) is None


def test_the_title_at_the_end_of_a_breadcrumb_is_no_section() -> None:
    assert section_path("首页 > 新闻 > 春灌开始", title="春灌开始") == ("新闻",)


def test_a_separator_line_is_known() -> None:
    assert is_separator(">")
    assert is_separator(" » ".strip())
    assert not is_separator("新闻")
    assert not is_separator("")
