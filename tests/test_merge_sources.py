"""Sorted lists of several segments are walked in ranges: every term once, in order, in pieces of bounded size."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.store.merge_sources import scatter, walk
from indexer.store.parts import offsets_of

TERMS = st.dictionaries(st.text("abcd", max_size=3), st.integers(1, 40), max_size=30)


class Lists:
    """The terms of one segment with as many entries each as ``counts`` says."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.terms = sorted(counts)
        self.starts = offsets_of([counts[term] for term in self.terms])
        self.source: Any = SimpleNamespace(release=lambda: None)

    def term(self, number: int) -> str:
        return self.terms[number]

    def place(self, term: str) -> int:
        return bisect_left(self.terms, term)

    def moved(self, first: int, last: int) -> Counter[str]:
        lengths = np.diff(self.starts)[first:last].tolist()
        return Counter(dict(zip(self.terms[first:last], lengths, strict=True)))


@given(st.lists(TERMS, min_size=1, max_size=4), st.sampled_from([1, 10, 100, 10_000]))
def test_ranges_hold_every_term_once_in_order_and_not_too_much(segments: list[dict[str, int]], most: int) -> None:
    ranges = [sum(parts, Counter[str]()) for parts in walk([Lists(counts) for counts in segments], most)]
    whole = sum(map(Counter, segments), Counter[str]())
    assert sum(ranges, Counter[str]()) == whole
    assert [term for found in ranges for term in sorted(found)] == sorted(whole)
    largest = max(whole.values(), default=0)
    assert all(found.total() <= 2 * max(most, 4 * len(segments)) + largest for found in ranges)


@given(st.lists(TERMS, min_size=1, max_size=4))
def test_lists_are_scattered_to_where_they_are_appended(segments: list[dict[str, int]]) -> None:
    merged = sorted({term for counts in segments for term in counts})
    terms = [np.array([merged.index(term) for term in sorted(counts)], dtype=np.int64) for counts in segments]
    counts = [np.array([own[term] for term in sorted(own)], dtype=np.int64) for own in segments]
    values = [[np.arange(own.sum()) + 1_000 * number] for number, own in enumerate(counts)]
    appended: dict[str, list[int]] = {term: [] for term in merged}
    for own, (entries,) in zip(segments, values, strict=True):
        at = 0
        for term in sorted(own):
            appended[term] += entries[at : at + own[term]].tolist()
            at += own[term]
    lengths, (found,) = scatter(len(merged), terms, counts, values)
    assert lengths.tolist() == [len(appended[term]) for term in merged]
    assert found.tolist() == [entry for term in merged for entry in appended[term]]
