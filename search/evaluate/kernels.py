"""The steps of ``arrays.py`` compiled by numba: the same answers, several times as fast. Part of the extra ``fast``.

``compiled.py`` says how they are compiled and where that is kept; ``NUMBA_DISABLE_JIT=1`` runs them as plain Python.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.store import EXCEPTION
from search.evaluate.arrays import (
    BLOCK_BITS,
    Chosen,
    Docs,
    Floats,
    Ints,
    Mask,
    PositionLists,
    Positions,
    PostingLists,
    Stretches,
    Terms,
)
from search.evaluate.closeness_kernels import closeness
from search.evaluate.compiled import compiled
from search.evaluate.literal_kernels import stored_codes
from search.evaluate.topk import SCORE_DECIMALS
from search.evaluate.topk import best as numpy_best

__all__ = [
    "articles_at",
    "best",
    "closeness",
    "count_positions",
    "count_values",
    "mark",
    "mark_positions",
    "round_keys",
    "score_positions",
    "score_words",
    "shifted_intersection",
    "stored_codes",
]

MOST_BY_INSERTION = 128
"""Up to so many hits are kept sorted as they are found; more are left to numpy."""

FAR_APART = 16
"""A list so many times longer than the other is searched in leaps rather than walked."""

BITS = np.uint32(BLOCK_BITS)


@compiled
def _article_of(position, starts, blocks, bits):  # type: ignore[no-untyped-def]
    """The article in which a position lies: the first of its block of ``2 ** bits``, or one of the next."""
    # NOTE: numba's cache looks at this file alone: a constant of another one would stay in it as it was.
    doc = blocks[position >> bits]
    while starts[doc + 1] <= position:
        doc += 1
    return doc


@compiled
def _walk_together(places, others, shift, kept):  # type: ignore[no-untyped-def]
    found = 0
    at = 0
    size = len(others)
    for place in places:
        wanted = np.int64(place) + shift
        while at < size and np.int64(others[at]) < wanted:
            at += 1
        if at == size:
            break
        if np.int64(others[at]) == wanted:
            kept[found] = place
            found += 1
    return found


@compiled
def _leap(places, others, shift, kept):  # type: ignore[no-untyped-def]
    found = 0
    low = 0
    size = len(others)
    for place in places:
        wanted = np.int64(place) + shift
        step = 1
        high = low
        while high < size and np.int64(others[high]) < wanted:
            low = high + 1
            high += step
            step += step
        high = min(high, size)
        while low < high:
            middle = (low + high) // 2
            if np.int64(others[middle]) < wanted:
                low = middle + 1
            else:
                high = middle
        if low == size:
            break
        if np.int64(others[low]) == wanted:
            kept[found] = place
            found += 1
    return found


def shifted_intersection(
    places: npt.NDArray[np.uint32], others: npt.NDArray[np.uint32], shift: int
) -> npt.NDArray[np.uint32]:
    """See :func:`search.evaluate.arrays.shifted_intersection`."""
    kept = np.empty(len(places), dtype=np.uint32)
    way = _leap if len(others) > FAR_APART * len(places) else _walk_together
    found = way(places, others, shift, kept)
    return kept[:found]


@compiled
def _mark(mask, docs):  # type: ignore[no-untyped-def]
    for doc in docs:
        mask[doc] = True


def mark(mask: Mask, docs: Ints) -> None:
    """See :func:`search.evaluate.arrays.mark`."""
    _mark(mask, docs)


@compiled
def _mark_positions(mask, positions, starts, blocks, bits):  # type: ignore[no-untyped-def]
    for position in positions:
        mask[_article_of(position, starts, blocks, bits)] = True


def mark_positions(mask: Mask, positions: Positions, lists: PositionLists) -> None:
    """See :func:`search.evaluate.arrays.mark_positions`."""
    _mark_positions(mask, positions, lists.starts, lists.blocks, BITS)


@compiled
def _articles_at(positions, starts, blocks, bits, docs):  # type: ignore[no-untyped-def]
    for at in range(len(positions)):
        docs[at] = _article_of(positions[at], starts, blocks, bits)


def articles_at(positions: Positions, lists: PositionLists) -> npt.NDArray[np.int64]:
    """See :func:`search.evaluate.arrays.articles_at`."""
    docs = np.empty(len(positions), dtype=np.int64)
    _articles_at(positions, lists.starts, lists.blocks, BITS, docs)
    return docs


@compiled
def _count_positions(counts, positions, starts, blocks, bits, begins, ends):  # type: ignore[no-untyped-def]
    for position in positions:
        doc = _article_of(position, starts, blocks, bits)
        if begins[doc] <= position < ends[doc]:
            counts[doc] += 1


def count_positions(positions: Positions, lists: PositionLists, stretches: Stretches | None = None) -> Docs:
    """See :func:`search.evaluate.arrays.count_positions`."""
    starts = lists.starts
    counts = np.zeros(len(starts) - 1, dtype=np.uint32)
    _count_positions(counts, positions, starts, lists.blocks, BITS, *(stretches or (starts[:-1], starts[1:])))
    return counts


@compiled
def _first_from(values, low, high, wanted):  # type: ignore[no-untyped-def]
    """The first place from ``low`` on at which ascending ``values`` are ``wanted`` or more, ``high`` when none are."""
    step = 1
    end = low
    while end < high and values[end] < wanted:
        low = end + 1
        end += step
        step += step
    end = min(end, high)
    while low < end:
        middle = (low + end) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            end = middle
    return low


@compiled
def _frequency(entry, codes, frequencies, large_at, large):  # type: ignore[no-untyped-def]
    code = codes[entry]
    if code == EXCEPTION:
        return large[np.searchsorted(large_at, np.uint64(entry))]
    return frequencies[code]


@compiled
def _score_words(  # type: ignore[no-untyped-def]
    scores, matching, chosen, docs, codes, frequencies, large_at, large, norms, firsts, lasts, weights
):
    for term in range(len(firsts)):
        weight = weights[term]
        first = firsts[term]
        last = lasts[term]
        if FAR_APART * len(chosen) < last - first:
            entry = first
            for doc in chosen:
                entry = _first_from(docs, entry, last, doc)
                if entry == last:
                    break
                if docs[entry] == doc:
                    frequency = _frequency(entry, codes, frequencies, large_at, large)
                    scores[doc] += weight * frequency / (frequency + norms[doc])
        else:
            for entry in range(first, last):
                doc = docs[entry]
                if matching[doc]:
                    frequency = _frequency(entry, codes, frequencies, large_at, large)
                    scores[doc] += weight * frequency / (frequency + norms[doc])


def score_words(scores: Floats, chosen: Chosen, lists: PostingLists, terms: Terms, k1: float) -> None:
    """See :func:`search.evaluate.arrays.score_words`."""
    _score_words(
        scores, chosen.mask, chosen.docs, lists.docs, lists.codes, lists.frequencies, lists.large_at, lists.large,
        lists.norms, terms.firsts, terms.lasts, terms.weights * (k1 + 1),
    )  # fmt: skip


@compiled
def _score_positions(  # type: ignore[no-untyped-def]
    scores, matching, chosen, positions, starts, blocks, bits, norms, firsts, lasts, weights
):
    for term in range(len(firsts)):
        weight = weights[term]
        at = firsts[term]
        last = lasts[term]
        if FAR_APART * len(chosen) < last - at:
            for doc in chosen:
                begin = _first_from(positions, at, last, starts[doc])
                at = _first_from(positions, begin, last, starts[doc + 1])
                if at > begin:
                    scores[doc] += weight * (at - begin) / (at - begin + norms[doc])
        else:
            while at < last:
                doc = _article_of(positions[at], starts, blocks, bits)
                end = starts[doc + 1]
                begin = at
                at += 1
                while at < last and positions[at] < end:
                    at += 1
                if matching[doc]:
                    scores[doc] += weight * (at - begin) / (at - begin + norms[doc])


def score_positions(scores: Floats, chosen: Chosen, lists: PositionLists, terms: Terms, k1: float) -> None:
    """See :func:`search.evaluate.arrays.score_positions`."""
    _score_positions(
        scores, chosen.mask, chosen.docs, lists.positions, lists.starts, lists.blocks, BITS, lists.norms,
        terms.firsts, terms.lasts, terms.weights * (k1 + 1),
    )  # fmt: skip


@compiled
def _count(docs, offsets, ordinals, counts):  # type: ignore[no-untyped-def]
    for doc in docs:
        for entry in range(offsets[doc], offsets[doc + 1]):
            counts[ordinals[entry]] += 1


def count_values(docs: Docs, offsets: npt.NDArray[np.uint32], ordinals: Ints, n_values: int) -> npt.NDArray[np.int64]:
    """See :func:`search.evaluate.arrays.count_values`."""
    counts = np.zeros(n_values, dtype=np.int64)
    _count(docs, offsets, ordinals, counts)
    return counts


@compiled
def _round_keys(keys, docs, unit):  # type: ignore[no-untyped-def]
    for doc in docs:
        keys[doc] = np.rint(keys[doc] * unit) / unit


def round_keys(keys: Floats, docs: Ints) -> None:
    """See :func:`search.evaluate.topk.round_keys`."""
    # PERF: 200,000 keys 0.5 ms, gathered, rounded and put back 3 ms.
    _round_keys(keys, docs, 10.0**SCORE_DECIMALS)


@compiled
def _best(keys, ranks, docs, count, kept, kept_keys):  # type: ignore[no-untyped-def]
    size = 0
    for doc in docs:
        key = keys[doc]
        if size == count:
            last = kept[size - 1]
            if key < kept_keys[size - 1] or (key == kept_keys[size - 1] and ranks[doc] > ranks[last]):
                continue
            size -= 1
        at = size
        while at > 0 and (key > kept_keys[at - 1] or (key == kept_keys[at - 1] and ranks[doc] < ranks[kept[at - 1]])):
            kept[at] = kept[at - 1]
            kept_keys[at] = kept_keys[at - 1]
            at -= 1
        kept[at] = doc
        kept_keys[at] = key
        size += 1
    return size


def best(keys: Floats, ranks: npt.NDArray[np.int32], docs: Docs, count: int) -> Docs:
    """See :func:`search.evaluate.topk.best`."""
    if count > MOST_BY_INSERTION:
        return numpy_best(keys, ranks, docs, count)
    if count <= 0:
        return docs[:0]
    kept = np.empty(count, dtype=np.uint32)
    size = _best(keys, ranks, docs, count, kept, np.empty(count))
    return kept[:size]
