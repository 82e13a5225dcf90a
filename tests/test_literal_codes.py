"""Texts as arrays are what the literal rule makes of them piece by piece."""

from __future__ import annotations

import sys
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import GAP, fold, join_pieces
from search.evaluate import literal_codes as module
from search.evaluate.literal_codes import MOST_CHARS, literal_codes, read_text


def literal(texts: list[str]) -> list[str]:
    codes, ends = literal_codes(texts)
    return [codes[first:last].tobytes().decode("utf-32-le") for first, last in pairwise(ends.tolist())]


@given(st.lists(st.text("资源縣A1，𠮷 \u3000\u2003\n", max_size=12), max_size=5))
def test_the_literal_form_of_many_texts_is_that_of_each_of_their_pieces(texts: list[str]) -> None:
    assert literal(texts) == [join_pieces(fold(piece) for piece in text.split(GAP)) for text in texts]


def test_space_between_han_goes_and_other_space_stays_one() -> None:
    assert literal(["中 峰鎮  AI　报告 ", "", "二\n\n三"]) == ["中峰镇 ai 报告\n", "", "二\n三\n"]


def test_an_article_is_read_from_its_title_on_and_not_without_end() -> None:
    assert read_text("题", None, "甲\n乙") == "题\n甲\n乙"
    assert read_text("题", "摘", "甲") == "题\n摘\n甲"
    assert len(read_text("题", None, "甲" * MOST_CHARS)) == MOST_CHARS


def test_no_white_space_is_past_the_table() -> None:
    assert not any(chr(code).isspace() for code in range(module._LAST_SPACE + 1, sys.maxunicode + 1))
