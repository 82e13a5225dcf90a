from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Token, fold, open_segmenter
from indexer.analysis.words import MAX_WORD_CHARS, is_plain_word, words_of

PIECES = st.lists(
    st.sampled_from(["監督", "資源縣", "C919", "COVID-19", "1,000", "𠮷", "かな", "，", " ", "a.b@c.com", "한국", "_"])
)


def texts(text: str) -> list[str]:
    return [token.text for token in words_of(fold(text), open_segmenter())]


@given(PIECES)
def test_every_word_lies_in_its_span(pieces: list[str]) -> None:
    folded = fold("".join(pieces))
    for token in words_of(folded, open_segmenter()):
        assert 0 <= token.start < token.end <= len(folded)
        span = folded[token.start : token.end]
        assert token.text in (span, span.replace("-", ""), span.replace(",", ""))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C919", ["919", "c919"]),
        ("5G", ["5g"]),
        ("COVID-19", ["covid", "19", "covid19"]),
        ("S-300", ["s", "300", "s300"]),
        ("1,000", ["1", "000", "1000"]),
        ("3.14", ["3", "14"]),
        ("2024-05-06", ["2024", "05", "06"]),
        ("iPhone15", ["iphone", "15", "iphone15"]),
        ("news@example.com", ["news", "example", "com"]),
        ("http://www.example.com/a_b", ["http", "www", "example", "com", "a", "b"]),
        ("ＡＩ時代", ["ai", "时代"]),
        ("𠮷野家", ["𠮷", "野家"]),
        ("ひらがな", ["ひらがな"]),
        ("", []),
        ("，。！", []),
    ],
)
def test_words_are_what_a_user_would_type(text: str, words: list[str]) -> None:
    assert texts(text) == words


def test_spans_point_into_the_text() -> None:
    assert words_of("用c919飞", open_segmenter())[:3] == [Token("用", 0, 1), Token("919", 2, 5), Token("c919", 1, 5)]


def test_endless_runs_of_letters_make_no_word() -> None:
    assert texts("a" * (MAX_WORD_CHARS + 1)) == []
    assert texts("a1" * MAX_WORD_CHARS) == []


@pytest.mark.parametrize(
    ("text", "plain"), [("c919", True), ("监督", False), ("a-b", False), ("", False), ("かな", False)]
)
def test_plain_words_are_letters_and_digits_alone(text: str, plain: bool) -> None:
    assert is_plain_word(text) is plain
