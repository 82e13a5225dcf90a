"""Which articles of a segment hold a literal string, in plain numpy: what a change of the user's words asks.

Searches have a faster way (``search/evaluate/literal.py``); this one is for the side that writes, which never imports search.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial, reduce

import numpy as np
import numpy.typing as npt

from indexer.analysis import phrase_terms
from indexer.store.segment import Segment

__all__ = ["articles_with"]


def articles_with(segments: Sequence[Segment], literals: Iterable[str]) -> tuple[str, ...]:
    """The ids, sorted, of the live articles in which one of some literal forms (of one or more characters) stands."""
    return tuple(sorted({held for literal in literals for segment in segments for held in _holding(segment, literal)}))


def _holding(segment: Segment, literal: str) -> list[str]:
    if len(literal) == 1:
        places = segment.character(literal).astype(np.int64)
    else:
        begins = (segment.bigram(bigram).astype(np.int64) - place for bigram, place in phrase_terms(literal))
        places = reduce(partial(np.intersect1d, assume_unique=True), begins)
    docs: npt.NDArray[np.int64] = np.unique(np.searchsorted(segment.starts, places, side="right") - 1)
    if segment.deleted is not None:
        docs = docs[~segment.deleted[docs]]
    return [segment.id(doc) for doc in docs.tolist()]
