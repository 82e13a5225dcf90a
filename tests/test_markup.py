"""HTML becomes lines, and its markup says what is known of the article, with and without the extractor."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning import KnownFields, RawPage, explain_raw, extract, extract_page, extract_raw, is_html, page_text
from indexer.cleaning import raw as raw_module
from indexer.cleaning.markup import read_markup
from indexer.errors import IngestError

FIRST = "十二个村的水渠全部清淤完毕，村民们一早就下地放水，今年的水比往年来得早了五天。"
LAST = "镇里说，水价不变，先到先放，谁家的田在渠尾，谁家先放，这是三十年前就定下的老规矩。"


@pytest.fixture(params=[True, False], ids=["extractor", "plain"])
def extractor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param:
        pytest.importorskip("trafilatura")
    else:
        monkeypatch.setattr(raw_module, "_extractor", lambda: None)
    return bool(request.param)


def page(head: str, body: str) -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


GOV = page(
    "<title>春灌开始了_岫川市人民政府</title>"
    '<meta name="ArticleTitle" content="春灌开始了"><meta name="PubDate" content="2024-03-05 08:00">'
    '<meta name="ContentSource" content="岫川市水利局"><meta name="ColumnName" content="通知公告">',
    '<div><a href="/">网站首页</a><a>政务公开</a></div><div>当前位置：<a>首页</a> > <a>政务公开</a> > <a>通知公告</a></div>'
    f"<h1>春灌开始了</h1><p>字号：[大 中 小]</p><p>{FIRST}</p><p>{LAST}</p>"
    "<div>分享到：</div><p>主办单位：岫川市人民政府　备案号：00000000</p>",
)
PORTAL = page(
    "<title>春灌开始了-江东网</title><script type='application/ld+json'>"
    '[{"@type": "BreadcrumbList"}, {"@type": ["NewsArticle"], "headline": "春灌开始了",'
    ' "datePublished": "2024-03-05T08:00:00+08:00",'
    ' "author": [{"name": "陈晓禾"}, {"name": "罗雨亭"}], "publisher": {"name": "江东网"}, "articleSection": "三农"}]</script>',
    f"<nav><a>首页</a><a>三农</a></nav><article><h1>春灌开始了</h1><p>{FIRST}</p>"
    "<figure><img><figcaption>放水</figcaption></figure>"
    f"<p>{LAST}</p></article>"
    "<aside><p>热门：一条与水无关的很长很长的新闻，写了好几十个字，还有句号。</p></aside>"
    "<footer>版权所有</footer>",
)
BLOG = page(
    '<meta property="og:title" content="春灌开始了 - 云棹笔记">'
    '<meta property="article:published_time" content="2024-03-05T08:00:00+08:00">'
    '<meta name="author" content="谢稻生"><link rel="canonical" href="https://blog.example.com/water">',
    f'<ol class="breadcrumb"><li>首页</li><li>乡野</li></ol><h2>春灌开始了</h2><div>{FIRST}<br>{LAST}</div>',
)


def test_what_a_government_page_says_in_its_meta_tags_comes_first(extractor: bool) -> None:
    article = extract(GOV)
    assert (article.title, article.source, article.published) == ("春灌开始了", "岫川市水利局", "2024-03-05")
    assert article.section == ("政务公开", "通知公告")
    assert article.body == f"{FIRST}\n{LAST}"


def test_linked_data_names_authors_and_publisher_and_captions_stand_apart(extractor: bool) -> None:
    article = extract(PORTAL)
    assert (article.title, article.authors, article.source) == ("春灌开始了", ("陈晓禾", "罗雨亭"), "江东网")
    assert (article.section, article.published) == (("三农",), "2024-03-05T08:00:00+08:00")
    assert (article.body, article.captions) == (f"{FIRST}\n{LAST}", ("放水",))


def test_open_graph_and_a_list_as_breadcrumb_are_read(extractor: bool) -> None:
    article = extract(BLOG)
    assert (article.title, article.authors, article.section) == ("春灌开始了", ("谢稻生",), ("乡野",))
    assert (article.body, article.url) == (f"{FIRST}\n{LAST}", "https://blog.example.com/water")
    assert article.id == extract(BLOG, "https://blog.example.com/water").id


def test_without_any_title_the_first_sentence_is_one_and_with_one_in_the_head_that_is(extractor: bool) -> None:
    assert extract(page("", f"<p>水来了。{FIRST}</p><p>{LAST}</p>")).title == "水来了"
    headed = extract(page("<title>春灌 | 江东网</title>", f"<p>{FIRST}</p><p>{LAST}</p>"))
    assert (headed.title, headed.body) == ("春灌", f"{FIRST}\n{LAST}")


def test_bylines_below_the_title_are_read_where_the_markup_is_silent(extractor: bool) -> None:
    body = f"<h1>春灌开始了</h1><p>2024年3月5日　来源：江东日报　作者：陈晓禾</p><p>{FIRST}</p><p>{LAST}</p>"
    article = extract(page("", body))
    assert (article.title, article.authors, article.source) == ("春灌开始了", ("陈晓禾",), "江东日报")
    assert article.published == "2024-03-05"


def test_what_was_left_out_is_told_with_its_line_in_the_text_of_the_page() -> None:
    raw = RawPage(text=PORTAL, fallback_id="a", host="江东网")
    lines = page_text(raw).split("\n")
    removed = explain_raw(raw).removed
    assert removed
    assert [removal for removal in removed if lines[removal.line - 1] != removal.text] == []


def test_text_goes_its_own_way_and_is_no_html() -> None:
    text = f"春灌开始了\n来源:江东日报\n{FIRST}"
    raw = RawPage(text=text, fallback_id="a", host="h")
    assert extract_raw(raw) == extract_page(text, fallback_id="a").article
    assert page_text(raw) == text
    assert not is_html("<春灌>开始了</春灌>")
    assert not is_html("正文里说<p>是一个标签</p>")


def test_broken_linked_data_and_unclosed_zones_take_nothing_from_the_page() -> None:
    markup = read_markup(
        f"<script type='application/ld+json'>{{x</script><nav><p>首页</p><p>{FIRST}</p><![if x]><b>x</b>"
    )
    assert markup.known == KnownFields()
    assert FIRST in markup.lines


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<nav>", "</nav>", "<![", "<script>", "</script>", "春", "<!--", "&#0;", "<", '"']
        )
    )
)
def test_any_markup_is_lines_or_an_ingest_error(pieces: list[str]) -> None:
    with suppress(IngestError):
        assert extract("<html>" + "".join(pieces) + "</html>").title
