"""The segments of a snapshot as the parts of one collection: their lists, ready to be scored by, and who of them is live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from indexer.schema import WORD_FIELDS
from indexer.store import Segment, Snapshot
from search.evaluate.arrays import Docs, Floats, Mask, PositionLists, PostingLists, first_of_blocks
from search.evaluate.bm25 import FIELD_WEIGHTS, Bm25, length_norms

__all__ = ["Part", "make_parts"]


@dataclass(frozen=True, slots=True)
class Part:
    """A segment, its stretch ``first:last`` of the whole arrays, its live articles (``bool[n_docs]``), and its lists."""

    segment: Segment
    first: int
    last: int
    live: Mask
    words: PostingLists
    bigrams: PositionLists

    def alive_in(self, first: int, last: int) -> int:
        """How many of the articles of the word's entries ``first`` to ``last`` are live."""
        if self.segment.deleted is None:
            return last - first
        return int(self.live[self.words.docs[first:last]].sum())


def make_parts(snapshot: Snapshot, parameters: Bm25) -> list[Part]:
    """The parts of a snapshot; lengths are compared with their mean over all live articles of all parts.

    PERF: what depends on a segment alone is kept with it, or each commit would have it made again.
    """
    segments = snapshot.segments
    borders = np.cumsum([0, *(segment.n_docs for segment in segments)]).tolist()
    live = [snapshot.live[first:last] for first, last in pairwise(borders)]
    word_norms = _norms([segment.once("word lengths", _weighted_lengths) for segment in segments], live, parameters)
    literal_norms = _norms(
        [segment.once("literal lengths", _literal_lengths) for segment in segments], live, parameters
    )
    return [
        Part(segment, first, last, alive, _posting_lists(segment, of_words), _position_lists(segment, of_literal))
        for segment, (first, last), alive, of_words, of_literal in zip(
            segments, pairwise(borders), live, word_norms, literal_norms, strict=True
        )
    ]


def _posting_lists(segment: Segment, norms: Floats) -> PostingLists:
    words = segment.words
    table, large = segment.once("weighted rows", _weighted_rows)
    return PostingLists(words.docs, words.codes, table, words.large_at, large, norms)


def _position_lists(segment: Segment, norms: Floats) -> PositionLists:
    return PositionLists(segment.positions, segment.starts, norms, segment.once("blocks", _blocks))


def _blocks(segment: Segment) -> Docs:
    return first_of_blocks(segment.starts)


def _weighted_rows(segment: Segment) -> tuple[Floats, Floats]:
    """What each row of frequencies counts, those of the table and those that stand apart."""
    weights = np.array([FIELD_WEIGHTS[name] for name in WORD_FIELDS])
    return segment.words.table @ weights, segment.words.large @ weights


def _norms(lengths: Sequence[Floats], live: Sequence[Mask], parameters: Bm25) -> list[Floats]:
    n_live = sum(int(alive.sum()) for alive in live)
    total = sum(float(own[alive].sum()) for own, alive in zip(lengths, live, strict=True))
    return [length_norms(own, total / n_live if n_live else 0.0, parameters) for own in lengths]


def _weighted_lengths(segment: Segment) -> Floats:
    """The words of each article, each counted as its field weighs."""
    fields = [FIELD_WEIGHTS[name] * segment.lengths[name].astype(np.float64) for name in WORD_FIELDS]
    total: Floats = np.sum(fields, axis=0)
    return total


def _literal_lengths(segment: Segment) -> Floats:
    return np.diff(segment.starts).astype(np.float64)
