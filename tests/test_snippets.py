from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.article import Article
from search.page import Highlights
from search.query.parse import parse
from search.query.plan import (
    Literal,
    Pattern,
    Plan,
    Word,
    WordPattern,
    compile_pattern,
    compile_word_pattern,
)
from search.query.rewrite import rewrite
from search.snippets import SnippetOptions, highlight_all, marks_in
from tests.conftest import article

OPTIONS = SnippetOptions(pre="[", post="]")


def shown(item: Article, wanted: Plan, analyzer: Analyzer, options: SnippetOptions) -> Highlights:
    texts = [("title", item.title), ("summary", item.summary or ""), ("body", item.body)]
    texts += [("captions", "\n".join(item.captions))]
    return highlight_all([[pair for pair in texts if pair[1]]], wanted, analyzer, options)[0]


def plan(text: str) -> Plan:
    return rewrite(parse(text), Analyzer())


def marked(text: str, query: str) -> str:
    found = shown(article(title=text, body=""), plan(query), Analyzer(), OPTIONS)
    return found.title


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("白名单制度", "白名单", "[白名单]制度"),
        ("台中市政府", "台中", "[台中]市政府"),
        ("國際論壇開幕", "国际论坛", "[國際論壇]開幕"),
        ("監 督檢查", "监督", "[監 督]檢查"),
        ("监督检查", "监督 检查", "[监督检查]"),
        ("COVID-19疫情", "covid", "[COVID]-19疫情"),
        ("COVID19疫情", "COVID-19", "[COVID19]疫情"),
        ("SAID AI", "ai", "SAID [AI]"),
        ("我们的监督", "监督的力量", "我们的[监督]"),
        ("的确", "的", "[的]确"),
        ("没有", "监督", "没有"),
        ("A<B>监督&", "监督", "A&lt;B&gt;[监督]&amp;"),
        ("监督和检查", "监督 -检查", "[监督]和检查"),
    ],
)
def test_the_longest_match_is_marked_in_the_articles_own_script(text: str, query: str, expected: str) -> None:
    assert marked(text, query) == expected


def test_the_snippet_with_most_words_is_chosen_and_cut_at_sentence_ends() -> None:
    body = "无关的开头。" * 30 + "这里说监督。这里说监督和检查，两样都有。" + "无关的结尾。" * 30
    found = shown(
        article(body=body), plan("监督 检查"), Analyzer(), SnippetOptions(pre="[", post="]", chars=40, count=1)
    )
    (snippet,) = found.snippets
    assert "[监督]和[检查]" in snippet
    assert snippet.endswith("。")
    assert len(snippet) <= 40 + 6


def test_without_a_match_in_the_text_the_snippet_is_its_beginning() -> None:
    found = shown(article(summary="摘要在此。", body="正文。"), plan("张三"), Analyzer(), OPTIONS)
    assert found.snippets == ("摘要在此。",)
    assert shown(article(body=""), plan("张三"), Analyzer(), OPTIONS).snippets == ()
    assert shown(article(), plan("正文"), Analyzer(), SnippetOptions(count=0)).snippets == ()


TEXT = st.text(st.sampled_from("监督檢查的a1 ，。<&>\n"), min_size=1, max_size=200)
QUERY = st.lists(
    st.sampled_from(["监督", "检查", '"督检"', "a1", "的", "，", "监*查", "a*", '"监督 的"~3']), min_size=1, max_size=3
).map(" ".join)


@given(TEXT, QUERY, st.integers(20, 60))
def test_a_snippet_without_its_marks_is_a_piece_of_the_article(text: str, query: str, chars: int) -> None:
    options = SnippetOptions(pre="\x01", post="\x02", chars=chars, count=3)
    item = article(title=text.replace("\n", " "), body=text)
    found = shown(item, plan(query), Analyzer(), options)
    for part in (found.title, *found.snippets):
        plain = html.unescape(re.sub("[\x01\x02]", "", part))
        assert plain in item.title or plain in item.body
        assert re.sub("[^\x01\x02]", "", part) == "\x01\x02" * part.count("\x01")


@given(TEXT, QUERY)
def test_marks_are_apart_and_each_is_a_match(text: str, query: str) -> None:
    analyzer = Analyzer()
    wanted = plan(query)
    end = -1
    for mark in marks_in(text, wanted, analyzer):
        assert end < mark.start < mark.end <= len(text)
        end = mark.end
        inside = analyzer.literal(text[mark.start : mark.end]).text
        assert any(_stands(needle.leaf, inside) for needle in wanted.needles)


def _stands(leaf: Literal | Word | Pattern | WordPattern, inside: str) -> bool:
    if isinstance(leaf, Literal | Word):
        return leaf.text in inside
    if isinstance(leaf, Pattern):
        return compile_pattern(leaf.parts, leaf.gaps).search(inside) is not None
    return compile_word_pattern(leaf.pattern).match(inside) is not None


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("监督*中心", "<mark>监督检查中心</mark>的COVID疫情"),
        ("监*查", "<mark>监督检查</mark>中心的COVID疫情"),
        ("cov*", "监督检查中心的<mark>COVID</mark>疫情"),
        ('"监督 疫情"~20', "<mark>监督</mark>检查中心的COVID<mark>疫情</mark>"),
        ("title:检查", "监督<mark>检查</mark>中心的COVID疫情"),
        ("body:检查", "监督检查中心的COVID疫情"),
        ("检查 OR -疫情", "监督<mark>检查</mark>中心的COVID疫情"),
    ],
)
def test_wildcards_proximity_and_fields_are_marked_where_they_match(query: str, title: str) -> None:
    found = shown(article(title="监督检查中心的COVID疫情", body="无"), plan(query), Analyzer(), OPTIONS)
    assert found.title == title.replace("<mark>", OPTIONS.pre).replace("</mark>", OPTIONS.post)
