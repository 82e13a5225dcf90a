"""Literal matches from bigram positions: where a string begins, exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.analysis import phrase_terms
from indexer.store import Segment
from search.evaluate.backend import Steps

__all__ = ["occurrences"]


def occurrences(segment: Segment, literal: str, steps: Steps) -> npt.NDArray[np.uint32]:
    """Every place of the segment where ``literal`` (a literal form of one or more characters) begins, ascending."""
    if len(literal) == 1:
        return segment.character(literal)
    lists = [(segment.bigram(bigram), place) for bigram, place in phrase_terms(literal)]
    if len(lists) == 1:
        return lists[0][0]
    # The rarest first: what it leaves is small, and the others are searched for that alone.
    lists.sort(key=lambda item: len(item[0]))
    (places, first), *others = lists
    for positions, place in others:
        if not len(places):
            break
        places = steps.shifted_intersection(places, positions, place - first)
    # A bigram at another place than the first says where the string begins, so many characters before.
    return places - np.uint32(first)
