from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from search.query.parse import parse
from search.query.rewrite import Plan, rewrite
from search.snippets import SnippetOptions, highlight, marks_in
from tests.conftest import article

OPTIONS = SnippetOptions(pre="[", post="]")


def plan(text: str) -> Plan:
    return rewrite(parse(text), Analyzer())


def marked(text: str, query: str) -> str:
    found = highlight(article(title=text, body=""), plan(query), Analyzer(), OPTIONS)
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
    found = highlight(
        article(body=body), plan("监督 检查"), Analyzer(), SnippetOptions(pre="[", post="]", chars=40, count=1)
    )
    (snippet,) = found.snippets
    assert "[监督]和[检查]" in snippet
    assert snippet.endswith("。")
    assert len(snippet) <= 40 + 6


def test_without_a_match_in_the_text_the_snippet_is_its_beginning() -> None:
    found = highlight(article(summary="摘要在此。", body="正文。"), plan("张三"), Analyzer(), OPTIONS)
    assert found.snippets == ("摘要在此。",)
    assert highlight(article(body=""), plan("张三"), Analyzer(), OPTIONS).snippets == ()
    assert highlight(article(), plan("正文"), Analyzer(), SnippetOptions(count=0)).snippets == ()


TEXT = st.text(st.sampled_from("监督檢查的a1 ，。<&>\n"), min_size=1, max_size=200)
QUERY = st.lists(st.sampled_from(["监督", "检查", '"督检"', "a1", "的", "，"]), min_size=1, max_size=3).map(" ".join)


@given(TEXT, QUERY, st.integers(20, 60))
def test_a_snippet_without_its_marks_is_a_piece_of_the_article(text: str, query: str, chars: int) -> None:
    options = SnippetOptions(pre="\x01", post="\x02", chars=chars, count=3)
    item = article(title=text.replace("\n", " "), body=text)
    found = highlight(item, plan(query), Analyzer(), options)
    for part in (found.title, *found.snippets):
        plain = html.unescape(re.sub("[\x01\x02]", "", part))
        assert plain in item.title or plain in item.body
        assert re.sub("[^\x01\x02]", "", part) == "\x01\x02" * part.count("\x01")


@given(TEXT, QUERY)
def test_marks_are_apart_and_each_is_a_match(text: str, query: str) -> None:
    analyzer = Analyzer()
    wanted = plan(query)
    literals = [unit.literal for unit in wanted.units if unit.literal] + [clause.literal for clause in wanted.wanted]
    words = [unit.word for unit in wanted.units if unit.word]
    end = -1
    for mark in marks_in(text, wanted, analyzer):
        assert end < mark.start < mark.end <= len(text)
        end = mark.end
        inside = analyzer.literal(text[mark.start : mark.end]).text
        assert any(literal in inside for literal in literals) or any(word in inside for word in words)
