"""The words that cover a text, found for many texts at once, are those that the segmenter cuts of each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer, is_han, open_segmenter
from indexer.analysis.spans import covering_spans


@given(st.lists(st.text(st.sampled_from("监督检查资源县二十大的a1 ，。\n"), max_size=20), max_size=5))
def test_the_words_that_cover_a_text_are_those_of_the_segmenter(texts: list[str]) -> None:
    for text, spans in zip(texts, covering_spans(texts, open_segmenter()), strict=True):
        assert [span for span in spans if is_han(text[span[0]])] == _outermost_han(text)
        assert all(text[first:last].isalnum() for first, last in spans)
        assert sorted(spans) == spans


def _outermost_han(text: str) -> list[tuple[int, int]]:
    covering: list[tuple[int, int]] = []
    tokens = [token for token in Analyzer(open_segmenter()).words(text) if is_han(token.text[0])]
    for token in sorted(tokens, key=lambda token: (token.start, -token.end)):
        if not covering or token.start >= covering[-1][1]:
            covering.append((token.start, token.end))
    return covering
