"""The breadcrumb becomes the section path."""

from __future__ import annotations

import pytest

from indexer.cleaning.breadcrumb import crumb_rest, is_separator, read_crumbs, section_path


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
        ("首页 - 新闻中心 - 医院动态", ("新闻中心", "医院动态")),
        ("首页 / 新闻中心 / 公司新闻", ("新闻中心", "公司新闻")),
        ("您当前的位置 :江东新闻网 > 时政新闻 正文", ("时政新闻",)),
        ("江东网>>社会·法治", ("社会·法治",)),
        ("您现在的位置首页集团动态", ("集团动态",)),
        ("长三角政商 >", ("长三角政商",)),
        ("首頁 校園焦點", ("校園焦點",)),
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


@pytest.mark.parametrize(
    ("lines", "taken"),
    [
        (["江东网", ">", "社会", ">", "正文", "春灌开始了"], 5),
        (["您的位置：首页", ">>", "社会", ">>", "正文", "春灌开始了"], 5),
        (["当前位置:", "首页", ">", "社会", "春灌开始了"], 4),
        (["首頁", "/", "社会", "春灌开始了"], 3),
        (["首页 > 社会 > 正文", "> 春灌"], 1),
    ],
)
def test_crumbs_on_lines_of_their_own_are_joined(lines: list[str], taken: int) -> None:
    crumbs, count = read_crumbs(lines)
    assert (section_path(crumbs), count) == (("社会",), taken)


def test_lines_without_separators_are_no_crumbs() -> None:
    assert read_crumbs(["春灌开始了", "社会"]) == ("", 0)
