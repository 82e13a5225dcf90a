"""The order of ids over several segments, each of which knows its own: kept pair by pair, so that a commit compares what is new.

Of each two segments it is known how many ids of one come before each id of the other; a rank is the sum of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from indexer.store.segment import Segment

__all__ = ["IdPlaces"]

Places = npt.NDArray[np.int64]


class IdPlaces:
    """The order of the ids of ``segments``; what is known from ``before``, of an earlier snapshot, is not compared again."""

    def __init__(self, segments: Sequence[Segment], before: IdPlaces | None = None) -> None:
        self._segments = tuple(segments)
        names = {segment.name for segment in segments}
        known = before._known.copy() if before else {}  # other threads may add to it
        self._known: dict[tuple[str, str], Places] = {
            pair: places for pair, places in known.items() if names.issuperset(pair)
        }

    def ranks(self) -> npt.NDArray[np.int32]:
        """The place of each document among the sorted ids, ``int32[n_docs]``; of equal ids the earlier segment's comes first."""
        sizes = [segment.n_docs for segment in self._segments]
        fixed = [np.zeros(0, dtype=np.int64) for _ in sizes]
        moved: list[list[Places]] = [[] for _ in sizes]
        for one, other in combinations(range(len(sizes)), 2):
            places = self._places(one, other)
            # Of whom the places are: how many of the other's ids come before is known for the smaller segment.
            small, large = (other, one) if sizes[other] <= sizes[one] else (one, other)
            fixed[small] = fixed[small] + places if len(fixed[small]) else places
            moved[large].append(places)
        ranks = [
            self._of_segment(segment, own, others)
            for segment, own, others in zip(self._segments, fixed, moved, strict=True)
        ]
        return np.concatenate([np.zeros(0, dtype=np.int32), *ranks])

    def _of_segment(self, segment: Segment, fixed: Places, moved: Sequence[Places]) -> npt.NDArray[np.int32]:
        by_id = np.arange(segment.n_docs, dtype=np.int64)
        if len(fixed):
            by_id += fixed
        if moved:
            by_id += np.cumsum(np.bincount(np.concatenate(moved), minlength=segment.n_docs + 1))[:-1]
        ranks: npt.NDArray[np.int32] = by_id[segment.ranks].astype(np.int32)
        return ranks

    def _places(self, one: int, other: int) -> Places:
        """For each id of the smaller segment, in its order, how many ids of the larger one come before it."""
        first, second = self._segments[one], self._segments[other]
        pair = first.name, second.name
        places = self._known.get(pair)
        if places is None:
            if second.n_docs <= first.n_docs:
                places = _compared(second, first, equal_before=True)
            else:
                places = _compared(first, second, equal_before=False)
            self._known[pair] = places
        return places


def _compared(small: Segment, large: Segment, *, equal_before: bool) -> Places:
    """For each id of ``small``, in order, how many ids of ``large`` are less; or equal, if these come before it too."""
    places = np.empty(small.n_docs, dtype=np.int64)
    for at, doc in enumerate(small.order.tolist()):
        article_id = small.ids[doc]
        place = large.place_of(article_id)
        if equal_before and place < large.n_docs and large.ids[large.order[place]] == article_id:
            place += 1
        places[at] = place
    return places
