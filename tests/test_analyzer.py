from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer, clean, fold, open_segmenter


def test_tokens_keep_their_span_of_the_shown_text(analyzer: Analyzer) -> None:
    text = "資源縣紀委監委"
    assert [text[token.start : token.end] for token in analyzer.words(text)] == ["資源", "縣", "紀委", "監委"]


@given(st.text(max_size=40))
def test_words_of_any_text_lie_inside_it(text: str) -> None:
    shown = clean(text)
    for token in Analyzer().words(shown):
        assert 0 <= token.start < token.end <= len(shown)
        assert token.text == fold(token.text)


def test_the_fingerprint_does_not_depend_on_the_library_that_cuts() -> None:
    assert Analyzer(open_segmenter("jieba")).fingerprint == Analyzer(open_segmenter("rjieba")).fingerprint


def test_a_query_in_either_script_has_the_same_literal_form(analyzer: Analyzer) -> None:
    assert analyzer.literal("資源 縣").text == analyzer.literal("资源县").text
