"""The compiled steps give what the numpy ones give, and those what plain Python says."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.evaluate import arrays
from search.evaluate.backend import Steps

kernels = pytest.importorskip("search.evaluate.kernels")
BOTH = (arrays, kernels)

sizes = st.lists(st.integers(0, 6), min_size=1, max_size=30)
ascending = st.sets(st.integers(0, 200)).map(sorted)


def _starts(lengths: list[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)


@given(sizes, st.data())
def test_positions_belong_to_the_article_they_lie_in(lengths: list[int], data: st.DataObject) -> None:
    owner = [doc for doc, length in enumerate(lengths) for _ in range(length)]
    chosen = sorted(data.draw(st.sets(st.sampled_from(range(len(owner))))) if owner else [])
    counts = Counter(owner[position] for position in chosen)
    for steps in BOTH:
        docs, found = steps.articles_of(np.array(chosen, dtype=np.uint32), _starts(lengths))
        assert dict(zip(docs.tolist(), found.tolist(), strict=True)) == dict(counts)
        assert docs.tolist() == sorted(counts)


@given(ascending, ascending, st.integers(-3, 3))
def test_places_are_kept_where_the_other_list_goes_on(places: list[int], others: list[int], shift: int) -> None:
    wanted = [place for place in places if place + shift in set(others)]
    for steps in BOTH:
        found = steps.shifted_intersection(np.array(places, np.uint32), np.array(others, np.uint32), shift)
        assert found.tolist() == wanted


@pytest.mark.parametrize("steps", BOTH)
def test_a_short_list_is_found_in_a_long_one_by_leaps(steps: Steps) -> None:
    others = np.arange(0, 300_000, 3, dtype=np.uint32)
    places = np.array([0, 7, 9, 299_997], dtype=np.uint32)
    assert steps.shifted_intersection(places, others, 0).tolist() == [0, 9, 299_997]
    assert steps.shifted_intersection(places, others, 2).tolist() == [7]


@st.composite
def _posting_lists(draw: st.DrawFn) -> tuple[list[tuple[np.ndarray, np.ndarray, float]], np.ndarray]:
    n_docs = draw(st.integers(1, 20))
    lists = []
    for _ in range(draw(st.integers(0, 3))):
        docs = sorted(draw(st.sets(st.integers(0, n_docs - 1))))
        frequencies = [draw(st.integers(1, 9)) for _ in docs]
        weight = draw(st.sampled_from([0.5, 1.0, 2.0]))
        lists.append((np.array(docs, np.uint16), np.array(frequencies, np.uint8), weight))
    lengths = [draw(st.integers(1, 300)) for _ in range(n_docs)]
    return lists, np.array(lengths, draw(st.sampled_from([np.uint32, np.float64])))


@given(_posting_lists(), st.sampled_from([0.0, 7.5, 120.0]))
def test_the_fields_of_a_word_are_added_up_before_they_are_normalised(
    given_lists: tuple[list, np.ndarray], mean: float
) -> None:
    lists, lengths = given_lists
    wanted: dict[int, float] = {}
    for docs, frequencies, weight in lists:
        for doc, frequency in zip(docs.tolist(), frequencies.tolist(), strict=True):
            norm = 0.25 + 0.75 * float(lengths[doc]) / mean if mean else 1.0
            wanted[doc] = wanted.get(doc, 0.0) + weight * frequency / norm
    for steps in BOTH:
        docs, values = steps.combined(lists, lengths, mean, 0.75)
        assert dict(zip(docs.tolist(), values.tolist(), strict=True)) == pytest.approx(wanted)


@given(st.lists(st.booleans(), min_size=1, max_size=20), st.data())
def test_only_matching_articles_are_scored(matching: list[bool], data: st.DataObject) -> None:
    docs = sorted(data.draw(st.sets(st.integers(0, len(matching) - 1))))
    frequencies = np.array([1.5 + doc for doc in docs])
    wanted = [0.0] * len(matching)
    for doc, frequency in zip(docs, frequencies.tolist(), strict=True):
        if matching[doc]:
            wanted[doc] = 2.0 * 1.5 * frequency / (0.5 + frequency)
    for steps in BOTH:
        scores = np.zeros(len(matching))
        steps.scored(scores, np.array(matching), np.array(docs, np.uint32), frequencies, 2.0, 0.5)
        assert scores.tolist() == pytest.approx(wanted)


@given(st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=1, max_size=20), st.data())
def test_values_are_counted_for_the_chosen_articles(values: list[list[int]], data: st.DataObject) -> None:
    docs = np.array(sorted(data.draw(st.sets(st.integers(0, len(values) - 1)))), dtype=np.uint32)
    wanted = Counter(value for doc in docs.tolist() for value in values[doc])
    offsets = _starts([len(own) for own in values])
    ordinals = np.array([value for own in values for value in own], dtype=np.uint8)
    for steps in BOTH:
        assert steps.count_values(docs, offsets, ordinals, 5).tolist() == [wanted[value] for value in range(5)]


@given(st.lists(st.sampled_from([0.0, 1.0, 1.5, 2.0, -np.inf]), min_size=1, max_size=40), st.integers(0, 45), st.data())
def test_the_best_come_by_key_and_equal_ones_by_rank(keys: list[float], count: int, data: st.DataObject) -> None:
    ranks = np.array(data.draw(st.permutations(range(len(keys)))), dtype=np.uint32)
    docs = sorted(data.draw(st.sets(st.integers(0, len(keys) - 1))))
    wanted = sorted(docs, key=lambda doc: (-keys[doc], int(ranks[doc])))[:count]
    for steps in BOTH:
        found = steps.best(np.array(keys), ranks, np.array(docs, dtype=np.uint32), count)
        assert found.tolist() == wanted


def test_a_mask_is_true_for_its_articles_alone() -> None:
    for steps in BOTH:
        mask = np.zeros(4, dtype=np.bool_)
        steps.mark(mask[1:], np.array([0, 2], np.uint32))
        assert mask.tolist() == [False, True, False, True]
