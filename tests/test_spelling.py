from __future__ import annotations

import pytest

from search.suggest.spelling import initials_of_parts, letters_of_query, pattern_of_parts, spell, split_mixed


def test_a_word_is_spelt_as_the_phrase_it_is() -> None:
    assert spell("重庆") == ("chong", "qing")
    assert spell("重") == ("zhong",)
    assert spell("c919，") == ("c", "9", "1", "9", "")


@pytest.mark.parametrize(
    ("query", "letters"),
    [("ziyuan", "ziyuan"), ("zi yuan", "ziyuan"), ("xi'an", "xian"), ("资源", ""), ("c919", ""), ("", "")],
)
def test_only_letters_may_be_pinyin(query: str, letters: str) -> None:
    assert letters_of_query(query) == letters


def test_letters_are_read_as_syllables_and_initials() -> None:
    assert ("zi", "yuan", "x") in split_mixed("ziyuanx")
    assert split_mixed("zyx") == [("z", "y", "x")]
    assert ("zi", "yu") in split_mixed("ziyu")
    assert len(split_mixed("xianianianianianianian")) <= 12


def test_initials_stand_for_any_syllable() -> None:
    parts = ("zi", "y", "xian")
    assert initials_of_parts(parts) == "zyx"
    assert pattern_of_parts(parts).match("ziyuanxian")
    assert not pattern_of_parts(parts).match("ziyuanxi")
