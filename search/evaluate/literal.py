"""Literal matches from bigram positions: where a string begins, exactly, and where strings stand near each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from indexer.analysis import phrase_terms
from indexer.schema import LITERAL_FIELDS
from indexer.store import Segment
from search.evaluate.arrays import Stretches
from search.evaluate.backend import Steps
from search.query.plan import Pattern

__all__ = ["in_fields", "occurrences", "pattern_occurrences", "stretches_of"]

Positions = npt.NDArray[np.uint32]
FollowingPart = tuple[str, tuple[int, int]]
"""A part of a pattern and the characters that may lie before it, at least and at most."""

InTime = Callable[[Sequence[FollowingPart]], Iterable[FollowingPart]]


def occurrences(segment: Segment, literal: str, steps: Steps) -> Positions:
    """Every place of the segment where ``literal`` (a literal form of one or more characters) begins, ascending."""
    if len(literal) == 1:
        return np.sort(segment.character(literal))
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


def pattern_occurrences(segment: Segment, pattern: Pattern, steps: Steps, in_time: InTime = iter) -> Positions:
    """Every place of the segment where the last part of ``pattern`` begins, after all others in its piece; ascending.

    ``in_time`` hands back those of the parts after the first for which there is time.
    """
    first, *others = pattern.parts
    places = occurrences(segment, first, steps)
    length = len(first)
    for part, (low, high) in in_time(tuple(zip(others, pattern.gaps, strict=True))):
        if not len(places):
            break
        ends = places.astype(np.int64) + length
        places = occurrences(segment, part, steps)
        begins = places.astype(np.int64)
        # What came before must end in the same piece: behind the last gap before this part.
        piece = np.append(-1, segment.gaps.astype(np.int64))[np.searchsorted(segment.gaps, places)] + 1
        earliest = np.searchsorted(ends, np.maximum(begins - high, piece))
        latest = np.searchsorted(ends, begins - low, side="right")
        places = places[latest > earliest]
        length = len(part)
    return places


def stretches_of(segment: Segment, field: str) -> Stretches:
    """Where one of ``LITERAL_FIELDS`` begins and ends in each article of the segment."""
    starts, at = segment.starts[:-1], LITERAL_FIELDS.index(field)
    return starts + segment.borders[:, at], starts + segment.borders[:, at + 1]


def in_fields(segment: Segment, places: Positions, fields: tuple[str, ...]) -> Positions:
    """Those of ascending ``places`` that lie in one of ``fields`` (of ``LITERAL_FIELDS``)."""
    docs = np.searchsorted(segment.starts, places, side="right") - 1
    within = places - segment.starts[docs]
    inside = np.zeros(len(places), dtype=np.bool_)
    for field in map(LITERAL_FIELDS.index, fields):
        inside |= (within >= segment.borders[docs, field]) & (within < segment.borders[docs, field + 1])
    return places[inside]
