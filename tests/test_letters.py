from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.suggest.letters import LetterWords, edit_distance

WORDS = LetterWords({"covid": 9, "brexit": 5, "huawei": 3, "hawaii": 2, "internet": 8, "rare": 1, "who": 9}, 9_000)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("covd", ["covid"]),
        ("brexti", ["brexit"]),
        ("huawie", ["huawei"]),
        ("intrenett", ["internet"]),
        ("covid", []),
        ("woh", []),
        ("rere", []),
        ("xovid", ["covid"]),
        ("xbntrenet", []),
        ("不是", []),
    ],
)
def test_a_mistyped_word_stands_for_the_nearest_that_articles_have(typed: str, meant: list[str]) -> None:
    assert [word for word, _ in WORDS.nearest(typed)] == meant


def test_in_a_small_corpus_one_article_is_enough() -> None:
    assert LetterWords({"rare": 1}, 10).nearest("rere") == [("rare", 1)]


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_an_edit_distance_is_the_same_both_ways_and_bounded_by_lengths(one: str, other: str) -> None:
    distance = edit_distance(one, other)
    assert distance == edit_distance(other, one)
    assert abs(len(one) - len(other)) <= distance <= max(len(one), len(other))
    assert (distance == 0) == (one == other)


@given(st.text("abcd", min_size=4, max_size=9), st.lists(st.text("abcd", min_size=4, max_size=9), max_size=8))
def test_the_short_cut_over_letters_loses_no_near_word(typed: str, words: list[str]) -> None:
    found = dict(LetterWords(dict.fromkeys(words, 3), 9_000).nearest(typed, most=99))
    farthest = 2 if len(typed) >= 7 else 1
    expected = {
        word: distance
        for word in words
        if 0 < (distance := edit_distance(typed, word)) <= (farthest if word[0] == typed[0] else 1)
    }
    assert found == expected
