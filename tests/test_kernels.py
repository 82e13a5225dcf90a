"""The compiled steps give what the numpy ones give, and those what plain Python says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store import EXCEPTION
from search.evaluate import arrays
from search.evaluate.arrays import Chosen, PositionLists, PostingLists, Terms
from search.evaluate.backend import Steps

kernels = pytest.importorskip("search.evaluate.kernels")
BOTH = (arrays, kernels)

sizes = st.lists(st.integers(1, 6) | st.integers(400, 700), min_size=1, max_size=30)
ascending = st.sets(st.integers(0, 200)).map(sorted)


def _starts(lengths: list[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)


def _chosen(matching: list[bool]) -> Chosen:
    return Chosen(np.array(matching), np.flatnonzero(matching))


def _position_lists(positions: Sequence[int], lengths: list[int]) -> PositionLists:
    starts = _starts(lengths)
    return PositionLists(np.array(positions, np.uint32), starts, np.ones(len(lengths)), arrays.first_of_blocks(starts))


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=20))
def test_a_block_begins_in_an_article(lengths: list[int]) -> None:
    owner = [doc for doc, length in enumerate(lengths) for _ in range(length)]
    assert arrays.first_of_blocks(_starts(lengths)).tolist() == owner[:: 1 << arrays.BLOCK_BITS]


@given(sizes, st.data())
def test_positions_mark_the_article_they_lie_in(lengths: list[int], data: st.DataObject) -> None:
    owner = [doc for doc, length in enumerate(lengths) for _ in range(length)]
    chosen = sorted(data.draw(st.sets(st.sampled_from(range(len(owner))))) if owner else [])
    for steps in BOTH:
        mask = np.zeros(len(lengths), dtype=np.bool_)
        steps.mark_positions(mask, np.array(chosen, dtype=np.uint32), _position_lists([], lengths))
        assert np.flatnonzero(mask).tolist() == sorted({owner[position] for position in chosen})


@given(sizes, st.data())
def test_positions_in_any_order_are_counted_by_article_and_by_a_stretch_of_each(
    lengths: list[int], data: st.DataObject
) -> None:
    starts = _starts(lengths)
    owner = [doc for doc, length in enumerate(lengths) for _ in range(length)]
    chosen = data.draw(st.lists(st.sampled_from(range(len(owner))), unique=True)) if owner else []
    begins = [
        start + data.draw(st.integers(0, length)) for start, length in zip(starts.tolist(), lengths, strict=False)
    ]
    ends = [data.draw(st.integers(begin, end)) for begin, end in zip(begins, starts[1:].tolist(), strict=True)]
    whole = Counter(owner[place] for place in chosen)
    inside = Counter(owner[place] for place in chosen if begins[owner[place]] <= place < ends[owner[place]])
    places, lists = np.array(chosen, np.uint32), _position_lists([], lengths)
    for steps in BOTH:
        assert steps.count_positions(places, lists).tolist() == [whole[doc] for doc in range(len(lengths))]
        found = steps.count_positions(places, lists, (np.array(begins, np.uint32), np.array(ends, np.uint32)))
        assert found.tolist() == [inside[doc] for doc in range(len(lengths))]


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
def _words(draw: st.DrawFn) -> tuple[int, list[dict[int, int]], list[float], list[float]]:
    """How many articles; for each word its articles and their codes, and its weight; the norm of each article."""
    n_docs = draw(st.integers(1, 12))
    codes = st.sampled_from([0, 1, 2, EXCEPTION])
    words = draw(st.lists(st.dictionaries(st.integers(0, n_docs - 1), codes), max_size=4))
    weights = draw(st.lists(st.floats(0.1, 9), min_size=len(words), max_size=len(words)))
    return n_docs, words, weights, draw(st.lists(st.floats(0.1, 4), min_size=n_docs, max_size=n_docs))


@given(_words(), st.data())
def test_words_score_the_matching_articles_by_their_frequency(
    given_words: tuple[int, list[dict[int, int]], list[float], list[float]], data: st.DataObject
) -> None:
    n_docs, words, weights, norms = given_words
    matching = data.draw(st.lists(st.booleans(), min_size=n_docs, max_size=n_docs))
    entries = [(doc, code) for word in words for doc, code in sorted(word.items())]
    large_at = [at for at, (_, code) in enumerate(entries) if code == EXCEPTION]
    large = [300.0 + at for at in large_at]
    of_code = np.zeros(256)
    of_code[:3] = [1.0, 2.5, 7.0]
    wanted = [0.0] * n_docs
    at = 0
    for word, weight in zip(words, weights, strict=True):
        for doc, code in sorted(word.items()):
            frequency = 300.0 + at if code == EXCEPTION else of_code[code]
            wanted[doc] += matching[doc] * weight * 1.5 * frequency / (frequency + norms[doc])
            at += 1
    lists = PostingLists(
        np.array([doc for doc, _ in entries], dtype=np.uint16),
        np.array([code for _, code in entries], dtype=np.uint8),
        of_code,
        np.array(large_at, dtype=np.uint64),
        np.array(large),
        np.array(norms),
    )
    borders = np.cumsum([0, *(len(word) for word in words)])
    for steps in BOTH:
        scores = np.zeros(n_docs)
        steps.score_words(
            scores,
            _chosen(matching),
            lists,
            Terms(borders[:-1], borders[1:], np.array(weights, dtype=np.float64)),
            0.5,
        )
        assert scores.tolist() == pytest.approx(wanted)


@given(sizes, st.data())
def test_positions_score_the_matching_articles_by_how_many_lie_in_them(lengths: list[int], data: st.DataObject) -> None:
    owner = [doc for doc, length in enumerate(lengths) for _ in range(length)]
    places = st.sets(st.sampled_from(range(len(owner)))).map(sorted) if owner else st.just([])
    terms = data.draw(st.lists(st.tuples(places, st.floats(0.1, 9)), max_size=3))
    matching = data.draw(st.lists(st.booleans(), min_size=len(lengths), max_size=len(lengths)))
    norms = [0.5 + length for length in lengths]
    wanted = [0.0] * len(lengths)
    for own, weight in terms:
        for doc, count in Counter(owner[place] for place in own).items():
            wanted[doc] += matching[doc] * weight * 1.5 * count / (count + norms[doc])
    borders = np.cumsum([0, *(len(own) for own, _ in terms)])
    positions = np.array([place for own, _ in terms for place in own], dtype=np.uint32)
    lists = replace(_position_lists(positions, lengths), norms=np.array(norms))
    weights = np.array([weight for _, weight in terms], dtype=np.float64)
    for steps in BOTH:
        scores = np.zeros(len(lengths))
        steps.score_positions(scores, _chosen(matching), lists, Terms(borders[:-1], borders[1:], weights), 0.5)
        assert scores.tolist() == pytest.approx(wanted)


@pytest.mark.parametrize("steps", BOTH)
def test_a_few_articles_are_found_in_long_lists_by_leaps(steps: Steps) -> None:
    n_docs, every = 3000, np.arange(3000)
    matching = [doc in (0, 5, 1700, 2999) for doc in range(n_docs)]
    terms = Terms(np.array([0]), np.array([n_docs]), np.array([2.0]))
    none = np.array([], dtype=np.uint64)
    codes = (every % 3).astype(np.uint8)
    words = PostingLists(every.astype(np.uint16), codes, np.arange(256) + 1.0, none, np.array([]), np.ones(n_docs))
    scores = np.zeros(n_docs)
    steps.score_words(scores, _chosen(matching), words, terms, 0.5)
    assert scores[[0, 5, 1700, 2999]].tolist() == pytest.approx([1.5, 2.25, 2.25, 2.25])
    lists = _position_lists(every * 4, [4] * n_docs)
    steps.score_positions(scores, _chosen(matching), lists, terms, 0.5)
    assert scores[[0, 5, 1700, 2999]].tolist() == pytest.approx([3.0, 3.75, 3.75, 3.75])
    assert np.count_nonzero(scores) == 4


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


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_keys_are_rounded_where_asked_for_and_alike(keys: list[float]) -> None:
    docs = np.arange(0, len(keys), 2)
    wanted = [round(key, 6) if at % 2 == 0 else key for at, key in enumerate(keys)]
    found = []
    for steps in BOTH:
        own = np.array(keys)
        steps.round_keys(own, docs)
        found.append(own.tolist())
    assert found[0] == found[1] == pytest.approx(wanted, abs=1e-6)


def test_a_mask_is_true_for_its_articles_alone() -> None:
    for steps in BOTH:
        mask = np.zeros(4, dtype=np.bool_)
        steps.mark(mask[1:], np.array([0, 2], np.uint32))
        assert mask.tolist() == [False, True, False, True]
