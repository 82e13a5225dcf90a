from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.plain_scan import comparable_form
from indexer.analysis import Analyzer
from indexer.article import Article
from indexer.schema import clean_article
from search.engines.reference import ReferenceEngine
from search.marks import marks_in
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
from search.request import SearchRequest
from search.snippets import SnippetOptions, highlight_all
from tests.conftest import ZONE, article
from tests.hard_texts import LINE

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


def test_where_title_and_snippets_stand_is_said_in_code_points() -> None:
    item = article(title="𠮷监督", body="前文没有。\n县里的监督检查。", summary="摘要。", captions=("图一", "监督图"))
    texts = [("title", item.title), ("summary", "摘要。"), ("body", item.body), ("captions", "\n".join(item.captions))]
    found = highlight_all([texts, texts], plan("监督"), Analyzer(), SnippetOptions(count=2, offsets=True))
    assert found[0] == found[1]
    fields = dict(texts)
    shown = [found[0].title, *found[0].snippets]
    for excerpt, marked in zip(found[0].excerpts, shown, strict=True):
        text = fields[excerpt.field]
        assert text[excerpt.start : excerpt.end] == re.sub("</?mark>", "", marked)
        assert [text[start:end] for start, end in excerpt.marks] == ["监督"]
    assert [excerpt.field for excerpt in found[0].excerpts] == ["title", "body", "captions"]


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


PRE, POST = "\x01", "\x02"
MARK = re.compile(f"{PRE}([^{POST}]*){POST}")
HARD_ARTICLES = st.builds(
    lambda title, body, **fields: clean_article(
        article(title=title if comparable_form(title) else "题", body="\n".join(body), **fields)
    ),
    title=LINE,
    body=st.lists(st.lists(LINE, max_size=8).map("。".join), max_size=3),
    summary=st.none() | LINE,
    captions=st.lists(LINE, max_size=2).map(tuple),
)


def pieces_of(item: Article) -> list[str]:
    return [piece for piece in (item.summary, *item.body.split("\n"), *item.captions) if piece]


def quote(text: str) -> str:
    return '"' + text.replace('"', '""').replace("＂", "＂＂") + '"'


def matches(piece: str, wanted: str) -> set[tuple[int, int]]:
    """The spans of ``piece`` that are ``wanted`` literally, by a normaliser that is not the product's."""
    longest = 3 * len(wanted) + 4
    return {
        (start, end)
        for start in range(len(piece))
        for end in range(start + 1, min(len(piece), start + longest) + 1)
        if not piece[start].isspace() and not piece[end - 1].isspace() and comparable_form(piece[start:end]) == wanted
    }


def places_of_marks(marked: str) -> tuple[str, set[int]]:
    """The text without its marks, unescaped, and the places of its characters that are marked."""
    plain, places, inside = "", set(), False
    for part in re.split(f"([{PRE}{POST}])", marked):
        if part in (PRE, POST):
            assert inside == (part == POST), "marks lie apart and are closed"
            inside = part == PRE
        else:
            text = html.unescape(part)
            places |= set(range(len(plain), len(plain) + len(text))) if inside else set()
            plain += text
    assert not inside
    return plain, places


@settings(max_examples=200)
@given(item=HARD_ARTICLES, data=st.data(), chars=st.integers(20, 40))
def test_all_of_a_phrase_is_marked_wherever_it_stands_and_nothing_else(
    item: Article, data: st.DataObject, chars: int
) -> None:
    pieces = pieces_of(item)
    source = data.draw(st.sampled_from([item.title, *pieces]))
    start = data.draw(st.integers(0, len(source) - 1))
    text = source[start : start + data.draw(st.integers(1, 6))]
    wanted = comparable_form(text)
    if not wanted:
        return
    engine = ReferenceEngine([item], Analyzer(), ZONE, relax_share=0.5)
    request = SearchRequest(
        text=quote(text), snippet_chars=chars, snippets=10, highlight_pre=PRE, highlight_post=POST, facets=()
    )
    (hit,) = engine.search(request).hits
    title, places = places_of_marks(hit.highlights.title)
    assert title == item.title
    assert places == {place for span in matches(title, wanted) for place in range(*span)}
    for snippet in hit.highlights.snippets:
        plain, places = places_of_marks(snippet)
        assert any(
            piece.startswith(plain, at)
            and places == {place - at for span in found for place in range(*span) if at <= place < at + len(plain)}
            and not any(span[0] < edge < span[1] for span in found for edge in (at, at + len(plain)))
            for piece in pieces
            for found in [matches(piece, wanted)]
            for at in range(len(piece))
        ), (snippet, pieces)
    stands = any(matches(piece, wanted) for piece in pieces)
    assert stands == any(PRE in snippet for snippet in hit.highlights.snippets)


@given(st.lists(st.text(st.sampled_from("河边的树。 "), max_size=25), min_size=2, max_size=9), st.integers(20, 40))
def test_no_snippet_ends_within_a_match(between: list[str], chars: int) -> None:
    options = SnippetOptions(pre=PRE, post=POST, chars=chars, count=10)
    found = shown(article(body="监督检查组".join(between)), plan('"监督检查组"'), Analyzer(), options)
    marks = [mark for snippet in found.snippets for mark in MARK.findall(snippet)]
    assert set(re.split("(?<=组)(?=监)", "".join(marks))) == {"监督检查组"}
    assert len("".join(marks)) == 5 * (len(between) - 1)
    assert all(len(snippet) - snippet.count(PRE) * 2 <= chars + 5 * (len(between) - 1) for snippet in found.snippets)


SHAPES = st.sampled_from(
    [
        "{0} {1}",
        "{0}{1}",
        "{0} -{1}",
        "{0} OR {1}",
        "{0}*{1}",
        "{0}?{1}",
        "{0}*",
        '"{0} {1}"~3',
        "title:{0} {1}",
        "({0} {1})",
    ]
)


@settings(max_examples=200)
@given(item=HARD_ARTICLES, shape=SHAPES, data=st.data(), chars=st.integers(20, 40))
def test_every_mark_is_a_match_of_something_that_is_wanted(
    item: Article, shape: str, data: st.DataObject, chars: int
) -> None:
    analyzer = Analyzer()
    pieces = [item.title, *pieces_of(item)]
    words = [word.text for piece in pieces for word in analyzer.words(piece)] or ["题"]
    query = shape.format(data.draw(st.sampled_from(words)), data.draw(st.sampled_from(words)))
    wanted = rewrite(parse(query), analyzer)
    options = SnippetOptions(pre=PRE, post=POST, chars=chars, count=10)
    found = shown(item, wanted, analyzer, options)
    title, places = places_of_marks(found.title)
    assert title == item.title
    assert places <= matched_places(item.title, wanted, analyzer)
    for snippet in found.snippets:
        plain, places = places_of_marks(snippet)
        assert any(
            piece.startswith(plain, at) and {at + place for place in places} <= matched_places(piece, wanted, analyzer)
            for piece in pieces[1:]
            for at in range(len(piece))
        ), (snippet, pieces)


def matched_places(piece: str, wanted: Plan, analyzer: Analyzer) -> set[int]:
    """The places of the characters that belong to a match of any needle."""
    spans: set[tuple[int, int]] = set()
    for needle in wanted.needles:
        leaf = needle.leaf
        if isinstance(leaf, Literal):
            spans |= matches(piece, leaf.text)
        elif isinstance(leaf, Pattern):
            form = compile_pattern(leaf.parts, leaf.gaps)
            ends = range(len(piece) + 1)
            spans |= {
                (start, end)
                for start in ends
                for end in ends[start + 1 :]
                if form.fullmatch(comparable_form(piece[start:end]))
            }
        else:
            like = compile_word_pattern(leaf.text if isinstance(leaf, Word) else leaf.pattern)
            spans |= {(token.start, token.end) for token in analyzer.words(piece) if like.match(token.text)}
    return {place for span in spans for place in range(*span)}
