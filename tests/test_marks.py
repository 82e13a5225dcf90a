from __future__ import annotations

from fnmatch import translate
from re import compile as compile_regex
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer, Token
from search.marks import marks_in, pattern_spans
from search.query.parse import parse
from search.query.plan import Pattern, compile_pattern, compile_word_pattern
from search.query.rewrite import rewrite

GAPS = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda pair: (min(pair), max(pair)))
PATTERNS = st.lists(st.text("督查", min_size=1, max_size=2), min_size=1, max_size=5).flatmap(
    lambda parts: st.tuples(
        st.just(tuple(parts)), st.lists(GAPS, min_size=len(parts) - 1, max_size=len(parts) - 1).map(tuple)
    )
)


@given(st.text("督查的\n", max_size=40), PATTERNS)
def test_a_pattern_stands_where_its_definition_says(
    text: str, pattern: tuple[tuple[str, ...], tuple[tuple[int, int], ...]]
) -> None:
    expected = [match.span() for match in compile_pattern(*pattern).finditer(text)]
    assert pattern_spans(text, Pattern(*pattern)) == expected


def test_a_pattern_that_nearly_stands_in_a_thousand_ways_costs_little() -> None:
    parts = ("的",) * 12 + ("龘",)
    assert pattern_spans("的" * 2_000, Pattern(parts, ((0, 20),) * 12)) == []


@given(st.text("ab?*", max_size=8), st.text("abc", max_size=8))
def test_a_word_is_like_a_pattern_as_file_names_are(pattern: str, word: str) -> None:
    assert bool(compile_word_pattern(pattern).match(word)) == bool(compile_regex(translate(pattern)).match(word))


def test_a_word_that_is_nearly_like_a_pattern_costs_little() -> None:
    assert not compile_word_pattern("a" + "*a" * 40 + "*b").match("a" * 100)
    assert not compile_word_pattern("a" + "?*" * 30 + "b").match("a" * 100)


def test_a_line_is_cut_into_words_once_for_all_that_is_looked_for(monkeypatch: Any) -> None:
    analyzer = Analyzer()
    plan = rewrite(parse("cov* vac* test AI 5g*"), analyzer)
    cut: list[str] = []

    def words(_: Analyzer, text: str) -> list[Token]:
        cut.append(text)
        return []

    monkeypatch.setattr(Analyzer, "words", words)
    marks_in("COVID test\nAI", plan, analyzer)
    assert sorted(cut) == ["AI", "COVID test"]
