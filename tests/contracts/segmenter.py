"""What every segmenter must do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Segmenter, Token

HAN_RUNS = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5), max_size=30)


class SegmenterContract:
    """Subclass it and say which segmenter it is."""

    segmenter: Segmenter

    @given(run=HAN_RUNS)
    def test_outermost_words_joined_are_the_run(self, run: str) -> None:
        end = 0
        pieces = []
        for token in sorted(self.segmenter.cut(run), key=lambda token: (token.start, -token.end)):
            if token.start >= end:
                assert token.start == end, "a character was dropped"
                pieces.append(token.text)
                end = token.end
        assert "".join(pieces) == run

    @given(run=HAN_RUNS)
    def test_every_word_is_its_span_of_the_run(self, run: str) -> None:
        for token in self.segmenter.cut(run):
            assert run[token.start : token.end] == token.text

    def test_an_empty_run_has_no_words(self) -> None:
        assert self.segmenter.cut("") == []

    def test_long_words_come_after_the_shorter_ones_inside_them(self) -> None:
        assert self.segmenter.cut("中华人民共和国")[-1] == Token("中华人民共和国", 0, 7)

    def test_words_that_folding_would_break_stay_whole(self) -> None:
        # 乾隆皇帝 folds to 干隆皇帝, which jieba's own dictionary does not hold.
        assert Token("干隆皇帝", 0, 4) in self.segmenter.cut("干隆皇帝")
