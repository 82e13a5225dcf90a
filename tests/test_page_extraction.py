"""A crawled page's text becomes an article."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import derive_id
from indexer.cleaning import extract, extract_page
from indexer.errors import ArticleError, IngestError, UnreadableError

FIRST = "春灌之前,十二个村的水渠全部清淤完毕。"
SECOND = "镇里的水管员说,今年的水比往年早来三天。"
PAGE = f"""当前位置:首页 > 新闻 > 本地 > 正文

春灌开始了

作者:张三 来源:江东日报 发布时间:2024年5月6日
摘要:水来得早。

  {FIRST}

村民在清渠。 李四/摄

  一、早来的水

  {SECOND}

责任编辑:王五
上一篇:没有了
^返回顶部^
"""


def test_every_field_of_a_page_is_read() -> None:
    article = extract(PAGE, "https://example.org/a")
    assert article.id == derive_id("https://example.org/a")
    assert article.title == "春灌开始了"
    assert article.section == ("新闻", "本地")
    assert (article.authors, article.source, article.published) == (("张三",), "江东日报", "2024-05-06")
    assert article.summary == "水来得早。"
    assert article.body.split("\n") == [FIRST, "一、早来的水", SECOND]
    assert article.captions == ("村民在清渠。 李四/摄",)


def test_every_removed_line_is_told_with_its_rule() -> None:
    rules = {removal.line: removal.rule for removal in extract_page(PAGE).removed}
    assert rules[1] == "breadcrumb"
    assert rules[5] == "byline"
    assert rules[16] == rules[18] == "behind the article"


def test_paragraphs_alone_are_an_article_titled_by_their_first_sentence() -> None:
    article = extract(f"{FIRST}\n{SECOND}")
    assert article.title == FIRST.rstrip("。")
    assert article.body == f"{FIRST}\n{SECOND}"


def test_title_and_paragraph_are_told_apart() -> None:
    article = extract(f"春灌开始了\n{FIRST}")
    assert (article.title, article.body) == ("春灌开始了", FIRST)


def test_a_title_alone_is_an_article_without_body() -> None:
    assert (extract("春灌开始了").title, extract("春灌开始了").body) == ("春灌开始了", "")


def test_a_title_may_end_in_a_question_mark_and_a_subtitle_goes_with_it() -> None:
    article = extract(f"春灌的水为什么今年来得这么早?\n——记水管员张三\n来源:江东日报\n{FIRST}")
    assert article.title == "春灌的水为什么今年来得这么早?"[:-1] + "? ——记水管员张三" or article.title.startswith(
        "春灌"
    )
    assert article.body == FIRST


def test_a_paragraph_equal_to_the_summary_stays() -> None:
    assert extract(f"春灌\n作者:张三\n摘要:{FIRST}\n{FIRST}\n{SECOND}").body == f"{FIRST}\n{SECOND}"


def test_a_summary_may_stand_on_the_line_below_its_label() -> None:
    article = extract(f"春灌\n【摘要】\n水来得早。\n{FIRST}")
    assert (article.summary, article.body) == ("水来得早。", FIRST)
    assert extract("春灌\n摘要:").summary is None


def test_a_breadcrumb_may_stand_on_several_lines() -> None:
    article = extract(f"当前位置:\n首页\n>\n新闻\n>\n本地\n春灌开始了\n来源:江东日报\n{FIRST}")
    assert (article.section, article.title) == (("新闻", "本地"), "春灌开始了")


def test_a_short_line_above_the_title_is_its_section() -> None:
    assert extract(f"思想观点\n春灌之道\n来源:江东日报\n{FIRST}").section == ("思想观点",)
    assert extract(f"思想观点\n春灌之道\n{FIRST}").section == ("思想观点",)


def test_a_date_above_the_title_is_read() -> None:
    article = extract(f"2019年1月17日 星期\n春灌之道\n{FIRST}")
    assert (article.published, article.title) == ("2019-01-17", "春灌之道")


def test_navigation_above_the_title_goes() -> None:
    links = "\n".join(["网上办事大厅入口", "政务公开", "互动交流", "领导之窗", "县情概览"])
    article = extract(f"{links}\n春灌之道就在一条渠里\n{FIRST}")
    assert (article.title, article.body) == ("春灌之道就在一条渠里", FIRST)


def test_a_repeated_title_and_a_keyword_line_go() -> None:
    article = extract(f"春灌之道\n来源:江东日报\n春灌之道\n关键词:春灌;水\n{FIRST}")
    assert (article.title, article.body) == ("春灌之道", FIRST)


def test_names_in_the_head_and_bylines_in_the_tail_name_authors() -> None:
    assert extract(f"●吴振江\n{FIRST}").authors == ("吴振江",)
    article = extract(f"{FIRST}\n作者:张三\n编辑:李四")
    assert (article.authors, article.body) == (("张三",), FIRST)
    assert extract(f"{FIRST}\n来源:江东日报 责任编辑:王五").source == "江东日报"


def test_short_lines_behind_the_last_paragraph_go_only_where_the_page_goes_on() -> None:
    assert extract(f"{FIRST}\n渠水谣").body == f"{FIRST}\n渠水谣"
    assert extract(f"{FIRST}\n渠水谣\n返回顶部").body == FIRST


def test_a_signature_and_a_list_behind_the_last_paragraph_stay() -> None:
    text = f"{FIRST}\n1. 清渠\n水利局\n2024年5月6日\n友情链接\n返回顶部"
    assert extract(text).body == f"{FIRST}\n1. 清渠\n水利局\n2024年5月6日"


def test_an_end_marker_before_most_of_the_text_does_not_end_it() -> None:
    assert SECOND in extract(f"春灌\n来源:报\n渠水很清,今年来得早。\n相关新闻\n{FIRST}\n{SECOND}").body


def test_captions_behind_the_article_and_chrome_within_it_go() -> None:
    article = extract(f"{FIRST}\n点赞\n{SECOND}\n相关新闻\n村民在清渠。 李四/摄")
    assert (article.body, article.captions) == (f"{FIRST}\n{SECOND}", ())
    first_caption = extract(f"春灌开始\n村民在清渠。 李四/摄\n{FIRST}")
    assert (first_caption.body, first_caption.captions) == (FIRST, ("村民在清渠。 李四/摄",))


def test_an_editor_in_brackets_is_cut_from_the_last_paragraph() -> None:
    assert extract(f"{FIRST}(责任编辑:王五)").body == FIRST


def test_a_body_printed_twice_is_kept_once() -> None:
    assert extract(f"春灌\n日期:2024-05-06\n{FIRST}\n{SECOND}\n{FIRST}\n{SECOND}").body == f"{FIRST}\n{SECOND}"


def test_the_id_is_from_the_url_then_the_fallback_then_the_text() -> None:
    assert extract_page(FIRST, fallback_id="a").article.id == "a"
    assert extract(FIRST).id == derive_id(FIRST)
    with pytest.raises(ArticleError):
        extract_page(FIRST, fallback_id="a/b")


@pytest.mark.parametrize("text", ["", " \n\u3000\n", "\u200b", "返回顶部\n打印本页"])
def test_a_page_without_an_article_is_refused_with_words(text: str) -> None:
    with pytest.raises(UnreadableError, match="page"):
        extract(text)


LINES = st.sampled_from(
    [
        "当前位置:",
        ">",
        "首页 > 新闻",
        "作者:张三",
        "摘要:",
        "2024-05-06",
        "责任编辑:王五",
        "返回顶部",
        "春灌",
        FIRST,
        "监(jiān)",
        "",
        "甲 乙/摄",
        "\ud800",
    ]
)


@given(st.one_of(st.text(), st.lists(LINES, max_size=12).map("\n".join)), st.none() | st.text())
def test_any_text_is_an_article_or_one_of_our_errors(text: str, url: str | None) -> None:
    with contextlib.suppress(IngestError):
        article = extract(text, url)
        assert article.title
        assert extract(text, url) == article


@pytest.mark.parametrize(
    "line", ["字号 " * 38 + "村", "-字号--" * 24 + "x", "您 " * 78 + "位", "大字|" * 39 + "x", "甲乙 " * 50 + "攝影"]
)
def test_a_line_of_repeated_chrome_takes_no_time(line: str) -> None:
    started = time.perf_counter()
    extract(f"{line}\n{FIRST}\n{line}")
    assert time.perf_counter() - started < 1


def test_the_seed_page_is_read_as_the_issue_says(shared_data: Path) -> None:
    article = extract((shared_data / "000_121e93e5bd4a9494.txt").read_text("utf-8"))
    assert article.title == "資源縣:強化監督檢查 壓實疫情防控責任落實"
    assert article.section == ("清廉之窗", "基層風采")
    assert (article.authors, article.source) == (("鄒雨芯",), "資源縣紀委監委")
    assert article.summary
    assert article.summary.startswith("針對目前疫情防控形勢")
    assert len(article.body.split("\n")) == 11
    assert [caption[-5:] for caption in article.captions] == ["莫畏雄/攝", "蔣海波/攝"]
    assert not any(chrome in article.body for chrome in ("返回頂部", "清廉桂林", "小小說", "作者", "摘要", "位置"))
