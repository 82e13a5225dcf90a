"""The steps of ``arrays.py`` compiled by numba: the same answers, several times as fast. Part of the extra ``fast``.

``compiled.py`` says how they are compiled and where that is kept; ``NUMBA_DISABLE_JIT=1`` runs them as plain Python.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from search.evaluate.arrays import Docs, Floats, Ints, Mask
from search.evaluate.closeness_kernels import closeness
from search.evaluate.compiled import compiled
from search.evaluate.topk import best as numpy_best

__all__ = ["articles_of", "best", "closeness", "combined", "count_values", "mark", "scored", "shifted_intersection"]

MOST_BY_INSERTION = 128
"""Up to so many hits are kept sorted as they are found; more are left to numpy."""

FAR_APART = 16
"""A list so many times longer than the other is searched in leaps rather than walked."""


@compiled
def _articles_of(positions, starts, docs, counts):  # type: ignore[no-untyped-def]
    last = len(starts) - 1
    doc = 0
    found = -1
    end = np.uint32(0)
    for position in positions:
        if position >= end:
            low = doc
            step = 1
            while low + step < last and starts[low + step] <= position:
                low += step
                step += step
            high = min(low + step, last)
            while high - low > 1:
                middle = (low + high) // 2
                if starts[middle] <= position:
                    low = middle
                else:
                    high = middle
            doc = low
            end = starts[doc + 1]
            found += 1
            docs[found] = doc
            counts[found] = 0
        counts[found] += 1
    return found + 1


def articles_of(positions: npt.NDArray[np.uint32], starts: npt.NDArray[np.uint32]) -> tuple[Docs, Docs]:
    """See :func:`search.evaluate.arrays.articles_of`."""
    most = min(len(positions), len(starts) - 1)
    docs = np.empty(most, dtype=np.uint32)
    counts = np.empty(most, dtype=np.uint32)
    found = _articles_of(positions, starts, docs, counts)
    return docs[:found], counts[:found]


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
def _norm(length, mean, b):  # type: ignore[no-untyped-def]
    return 1.0 - b + b * length / mean if mean > 0 else 1.0


@compiled
def _combine(total, touched, found, docs, frequencies, weight):  # type: ignore[no-untyped-def]
    for at in range(len(docs)):
        doc = docs[at]
        if total[doc] == 0.0:
            touched[found] = doc
            found += 1
        total[doc] += weight * frequencies[at]
    return found


@compiled
def _normalized(docs, frequencies, weight, lengths, mean, b):  # type: ignore[no-untyped-def]
    out = np.empty(len(docs))
    for at in range(len(docs)):
        out[at] = weight * frequencies[at] / _norm(lengths[docs[at]], mean, b)
    return out


def combined(
    lists: list[tuple[Ints, Ints, float]], lengths: npt.NDArray[Any], mean_length: float, b: float
) -> tuple[Docs, Floats]:
    """See :func:`search.evaluate.arrays.combined`."""
    lists = [one for one in lists if len(one[0])]
    if not lists:
        return np.empty(0, dtype=np.uint32), np.empty(0)
    if len(lists) == 1:
        docs, frequencies, weight = lists[0]
        return docs.astype(np.uint32, copy=False), _normalized(docs, frequencies, weight, lengths, mean_length, b)
    total = np.zeros(len(lengths))
    touched = np.empty(min(len(lengths), sum(len(docs) for docs, *_ in lists)), dtype=np.uint32)
    found = 0
    for docs, frequencies, weight in lists:
        found = _combine(total, touched, found, docs, frequencies, weight)
    touched = touched[:found]
    return touched, _normalized(touched, total[touched], 1.0, lengths, mean_length, b)


@compiled
def _scored(scores, matching, docs, frequencies, weight, k1):  # type: ignore[no-untyped-def]
    for at in range(len(docs)):
        doc = docs[at]
        if matching[doc]:
            scores[doc] += weight * ((k1 + 1.0) * frequencies[at] / (k1 + frequencies[at]))


def scored(scores: Floats, matching: Mask, docs: Docs, frequencies: Floats, weight: float, k1: float) -> None:
    """See :func:`search.evaluate.arrays.scored`."""
    _scored(scores, matching, docs, frequencies, weight, k1)


@compiled
def _mark(mask, docs):  # type: ignore[no-untyped-def]
    for doc in docs:
        mask[doc] = True


def mark(mask: Mask, docs: Ints) -> None:
    """See :func:`search.evaluate.arrays.mark`."""
    _mark(mask, docs)


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
