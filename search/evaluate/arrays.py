"""The steps of an evaluation in numpy: the complete path, and what the compiled one (``kernels.py``) is held to.

Each function works on the arrays of one segment, whose articles are numbered from 0. Positions are those of characters in
the literal texts of the segment, which stand one after another.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from search.evaluate.bm25 import normalized_frequency, saturated
from search.evaluate.closeness import closeness
from search.evaluate.topk import best

__all__ = ["articles_of", "best", "closeness", "combined", "count_values", "mark", "scored", "shifted_intersection"]

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]
Docs = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]


def articles_of(positions: npt.NDArray[np.uint32], starts: npt.NDArray[np.uint32]) -> tuple[Docs, Docs]:
    """The articles in which ascending ``positions`` lie, each once and ascending, and how many lie in each.

    ``starts`` is ``uint32[n_docs + 1]``: article ``d`` stands at ``starts[d]:starts[d + 1]``.
    """
    docs = (np.searchsorted(starts, positions, side="right") - 1).astype(np.uint32)
    if not len(docs):
        return docs, docs
    first = np.flatnonzero(np.concatenate([[True], docs[1:] != docs[:-1]]))
    counts = np.diff(np.append(first, len(docs))).astype(np.uint32)
    return docs[first], counts


def shifted_intersection(
    places: npt.NDArray[np.uint32], others: npt.NDArray[np.uint32], shift: int
) -> npt.NDArray[np.uint32]:
    """Those of ``places`` for which ``place + shift`` is among ``others``; both ascending, without repeats."""
    if not len(places) or not len(others):
        return places[:0]
    wanted = places.astype(np.int64) + shift
    found = np.minimum(np.searchsorted(others, wanted), len(others) - 1)
    kept: npt.NDArray[np.uint32] = places[others[found] == wanted]
    return kept


def combined(
    lists: list[tuple[Ints, Ints, float]], lengths: npt.NDArray[Any], mean_length: float, b: float
) -> tuple[Docs, Floats]:
    """The articles of several posting lists, each once and ascending, with their summed normalised frequencies.

    Each list is its articles, their frequencies and what an occurrence counts; ``lengths`` are those of all articles of the
    segment, with the fields counted as the occurrences are (BM25F in its simple form: Robertson, Zaragoza and Taylor, "Simple
    BM25 Extension to Multiple Weighted Fields", 2004).
    """
    total = np.zeros(len(lengths))
    for docs, frequencies, weight in lists:
        total[docs] += weight * frequencies
    found = np.flatnonzero(total).astype(np.uint32)
    return found, normalized_frequency(total[found], lengths[found].astype(np.float64), mean_length, b)


def scored(scores: Floats, matching: Mask, docs: Docs, frequencies: Floats, weight: float, k1: float) -> None:
    """Adds ``weight · (k1 + 1) · tf / (k1 + tf)`` to the scores of those of ``docs`` that are ``matching``."""
    chosen = matching[docs]
    own = frequencies[chosen]
    scores[docs[chosen]] += weight * saturated(own, k1)


def mark(mask: Mask, docs: Ints) -> None:
    """Makes ``mask`` (``bool[n_docs]``) True for ``docs``."""
    mask[docs] = True


def count_values(docs: Docs, offsets: npt.NDArray[np.uint32], ordinals: Ints, n_values: int) -> npt.NDArray[np.int64]:
    """``int64[n_values]``: how many of ``docs`` have each value; article ``d`` has ``ordinals[offsets[d]:offsets[d + 1]]``."""
    first = offsets[docs].astype(np.int64)
    sizes = offsets[1:][docs].astype(np.int64) - first
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    entries = np.arange(total) - np.repeat(ends - sizes - first, sizes)
    return np.bincount(ordinals[entries], minlength=n_values)
