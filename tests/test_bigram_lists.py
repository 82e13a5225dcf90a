"""A pair of characters is found, and placed among the others, as plain sorting has it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Analyzer, bigram_positions
from indexer.schema import prepare, prepare_run
from indexer.store.bigrams import key_bits
from indexer.store.inversion import invert
from indexer.store.segment import Segment
from tests.conftest import ZONE, article

CHARS = "监督检a1𠮷𠮸\U0010ffff"
TEXTS = st.lists(st.text(CHARS, max_size=8), min_size=1, max_size=3)


def code_points(term: str) -> tuple[int, int]:
    return ord(term[0]), ord(term[1]) if len(term) > 1 else 0


@pytest.mark.parametrize("bits", [16, 32])
@given(texts=TEXTS, other=st.text(CHARS, min_size=1, max_size=2))
def test_pairs_stand_where_sorting_puts_them(bits: int, texts: list[str], other: str) -> None:
    articles = [article(f"{number}", body=text) for number, text in enumerate(texts)]
    literals = [prepare(one, Analyzer(), ZONE).literal for one in articles]
    terms = [bigram_positions(literal) for literal in literals]
    known = sorted({term for own in terms for term in own}, key=code_points)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for module in ("bigrams", "inversion"):
            patch.setattr(f"indexer.store.{module}.key_bits", lambda _: bits)
        invert(prepare_run(articles, Analyzer(), ZONE)).write(Path(folder), "s")
        lists = Segment(Path(folder), "s").bigrams
        assert lists.keys.itemsize * 4 == bits
        assert [lists.pair(at) for at in range(len(lists.keys))] == [code_points(term) for term in known]
        for term in [*known, other]:
            first, last, n_docs = lists.range(term)
            assert last - first == sum(len(own.get(term, ())) for own in terms)
            assert n_docs == sum(term in own for own in terms)
            assert lists.place(code_points(term)) == sum(code_points(one) < code_points(term) for one in known)
            begin, end = lists.beginning(term[0])
            assert end - begin == sum(literal.count(term[0]) for literal in literals)


def test_pairs_are_twice_as_wide_beyond_65535_characters() -> None:
    assert [key_bits(most) for most in (1, 65_535, 65_536)] == [16, 16, 32]
