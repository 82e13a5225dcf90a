"""Texts as arrays are what the literal rule makes of them piece by piece."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import GAP, fold, join_pieces
from indexer.store.texts import text_parts
from search.evaluate import arrays
from search.evaluate import literal_codes as module
from search.evaluate.literal_codes import MOST_CHARS, literal_codes, read_text
from tests.conftest import article

if find_spec("numba"):
    from search.evaluate import kernels

    KERNELS = [kernels.stored_codes]
else:
    KERNELS = []


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


STORED = st.text(st.sampled_from("资源縣A1，𠮷丽 \u3000\u2003\n\ud83d"), max_size=12)


@given(st.lists(st.tuples(STORED.filter(bool), st.none() | STORED, STORED, st.lists(STORED, max_size=2)), max_size=4))
def test_stored_texts_are_read_as_their_strings_are(stored: list[tuple[str, str | None, str, list[str]]]) -> None:
    articles = [
        article(
            title.replace("\n", " "),
            title=title.replace("\n", " "),
            body=body,
            summary=summary,
            captions=tuple(captions),
        )
        for title, summary, body, captions in stored
    ]
    parts = text_parts(articles)
    ends = parts["texts_offsets"].astype(np.int64)
    codes, offsets = literal_codes([read_text(own.title, own.summary, own.body) for own in articles])
    for read in (arrays.stored_codes, *KERNELS):
        found, found_offsets = read(parts["texts"], ends)
        assert (found.tolist(), found_offsets.tolist()) == (codes.tolist(), offsets.tolist())


def test_a_long_article_is_read_to_the_same_place_by_all() -> None:
    parts = text_parts([article("a", title="题", summary="摘" * 9, body="甲 a" * MOST_CHARS)])
    ends = parts["texts_offsets"].astype(np.int64)
    first, *others = [read(parts["texts"], ends) for read in (arrays.stored_codes, *KERNELS)]
    for codes, offsets in others:
        assert codes.tolist() == first[0].tolist()
        assert offsets.tolist() == first[1].tolist()


def test_no_white_space_is_past_the_table() -> None:
    assert not any(chr(code).isspace() for code in range(module._LAST_SPACE + 1, sys.maxunicode + 1))
