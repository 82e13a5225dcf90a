"""The posting lists of a snapshot over all its segments, without deleted articles: for tests to compare with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.store import Segment, Snapshot

__all__ = ["PositionPostings", "PostingLists", "WordPostings"]


@dataclass(frozen=True, slots=True)
class WordPostings:
    """Articles that hold a word, ascending (``int32[n]``), and how often (``int32[n]``)."""

    docs: npt.NDArray[np.int32]
    frequencies: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class PositionPostings:
    """Every occurrence of a bigram: its article and position (both ``int64[n]``), in that order."""

    docs: npt.NDArray[np.int64]
    positions: npt.NDArray[np.int64]


class PostingLists:
    """The posting lists of one snapshot; articles are numbered through all segments."""

    def __init__(self, snapshot: Snapshot) -> None:
        bases = accumulate((segment.n_docs for segment in snapshot.segments), initial=0)
        self._segments = list(zip(snapshot.segments, bases, strict=False))

    def word(self, field: str, word: str) -> WordPostings:
        """The articles in whose ``field`` (one of ``WORD_FIELDS``) ``word`` stands."""
        docs, frequencies = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)]
        for segment, base in self._segments:
            own, often = segment.word(field, word)
            if segment.deleted is not None:
                live = ~segment.deleted[own]
                own, often = own[live], often[live]
            docs.append(own.astype(np.int32) + np.int32(base))
            frequencies.append(often.astype(np.int32))
        return WordPostings(np.concatenate(docs), np.concatenate(frequencies))

    def bigram(self, bigram: str) -> PositionPostings:
        """The occurrences of a bigram, or of a last character alone."""
        return self._occurrences(lambda segment: segment.bigram(bigram))

    def character(self, char: str) -> PositionPostings:
        """The occurrences of one character: of all bigrams that begin with it."""
        return self._occurrences(lambda segment: np.sort(segment.character(char)))

    def _occurrences(self, read: Callable[[Segment], npt.NDArray[Any]]) -> PositionPostings:
        docs, positions = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for segment, base in self._segments:
            places = read(segment)
            own = np.searchsorted(segment.starts, places, side="right") - 1
            if segment.deleted is not None:
                live = ~segment.deleted[own]
                own, places = own[live], places[live]
            docs.append(own + base)
            positions.append(places.astype(np.int64) - segment.starts[own])
        return PositionPostings(np.concatenate(docs), np.concatenate(positions))
