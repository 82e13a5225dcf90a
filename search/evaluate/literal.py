"""Literal matches from bigram positions: where a string begins, exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.analysis import phrase_terms
from indexer.store import PositionPostings, Snapshot

__all__ = ["occurrences"]

_POSITION_BITS = 32


def occurrences(snapshot: Snapshot, literal: str) -> PositionPostings:
    """Every place where ``literal`` (a literal form of one or more characters) begins, by article and position."""
    if len(literal) == 1:
        return snapshot.postings.character(literal)
    lists = [(snapshot.postings.bigram(bigram), place) for bigram, place in phrase_terms(literal)]
    # The rarest first: what it leaves is small, and the others are searched for that alone.
    lists.sort(key=lambda item: len(item[0].docs))
    (first, place), *others = lists
    starts = _keys(first, place)
    for postings, place in others:
        if not len(starts):
            break
        starts = starts[_among(_keys(postings, place), starts)]
    return PositionPostings(starts >> _POSITION_BITS, starts & ((1 << _POSITION_BITS) - 1))


def _keys(postings: PositionPostings, place: int) -> npt.NDArray[np.int64]:
    """Article and place where the whole string would begin, in one ascending number each."""
    keys: npt.NDArray[np.int64] = (postings.docs << _POSITION_BITS) + postings.positions - place
    return keys


def _among(keys: npt.NDArray[np.int64], wanted: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which of ``wanted`` are in ``keys``, both ascending."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.bool_)
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: npt.NDArray[np.bool_] = keys[places] == wanted
    return found
