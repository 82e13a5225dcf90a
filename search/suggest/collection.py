"""How often characters, pairs of them and words of letters stand in the articles: all that corrections know of a corpus.

``Collection`` is the seam: :class:`SnapshotCollection` reads an index, tests count small texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from indexer.store import Segment, Snapshot
from search.suggest.letters import LetterWords

__all__ = ["Collection", "SnapshotCollection"]

Codes = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int64]

_CODE_POINTS = 0x110000
_KEY_BITS = 32
_NEXT_MASK = np.uint64((1 << _KEY_BITS) - 1)


class Collection(Protocol):
    """Counts over the literal texts of all articles. Characters are folded code points. Safe to use from several threads."""

    n_articles: int
    n_characters: int
    """All characters of all texts."""

    @property
    def letter_words(self) -> LetterWords:
        """The words of Latin letters that stand in the articles."""

    def characters(self, codes: Codes) -> Counts:
        """How often each character stands."""

    def bigrams(self, first: Codes, second: Codes) -> Counts:
        """How often each pair of neighbours stands; the arrays are of one length."""

    def followers(self, code: int) -> Codes:
        """The characters that stand right after ``code`` somewhere, ascending."""


class SnapshotCollection:
    """The collection of an index. Articles deleted since the last merge count: a few occurrences decide nothing."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._segments = [_Bigrams(segment) for segment in snapshot.segments]
        self._snapshot = snapshot
        self.n_articles = int(snapshot.live.sum())
        self.n_characters = sum(int(segment.starts[-1]) for segment in snapshot.segments)

    @cached_property
    def letter_words(self) -> LetterWords:
        """The words of Latin letters that stand in the articles."""
        return LetterWords(segment_words(self._snapshot.segments), self.n_articles)

    @cached_property
    def _of_character(self) -> Counts:
        """Code point → how often it stands. PERF: 1.8 MB and 15 ms once, against a search in each segment each time."""
        counts = np.zeros(_CODE_POINTS, dtype=np.int64)
        for segment in self._segments:
            segment.add_characters(counts)
        return counts

    def characters(self, codes: Codes) -> Counts:
        """How often each character stands."""
        found: Counts = self._of_character[codes]
        return found

    def bigrams(self, first: Codes, second: Codes) -> Counts:
        """How often each pair of neighbours stands."""
        keys = first.astype(np.uint64) << np.uint64(_KEY_BITS) | second
        total = np.zeros(len(keys), dtype=np.int64)
        for segment in self._segments:
            total += segment.of_pair(keys)
        return total

    def followers(self, code: int) -> Codes:
        """The characters that stand right after ``code`` somewhere, ascending."""
        found = [segment.followers(code) for segment in self._segments]
        return np.unique(np.concatenate([np.zeros(0, dtype=np.uint32), *found]))


class _Bigrams:
    """The counts of one segment: a bigram stands as often as its list of positions is long."""

    def __init__(self, segment: Segment) -> None:
        self._keys = segment.parts["bigrams.keys"]
        self._starts = segment.parts["bigrams.starts"]

    def of_pair(self, keys: npt.NDArray[np.uint64]) -> Counts:
        if not len(self._keys):
            return np.zeros(len(keys), dtype=np.int64)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        counts: Counts = self._starts[at + 1].astype(np.int64) - self._starts[at]
        counts[self._keys[at] != keys] = 0
        return counts

    def add_characters(self, counts: Counts) -> None:
        firsts = (self._keys >> np.uint64(_KEY_BITS)).astype(np.int64)
        border = np.flatnonzero(np.concatenate([[True], firsts[1:] != firsts[:-1]])) if len(firsts) else firsts
        starts = self._starts.astype(np.int64)
        counts[firsts[border]] += np.diff(np.append(starts[border], starts[-1]))

    def followers(self, code: int) -> Codes:
        borders = np.array([code << _KEY_BITS, (code + 1) << _KEY_BITS], dtype=np.uint64)
        first, last = (int(at) for at in np.searchsorted(self._keys, borders))
        after: Codes = (self._keys[first:last] & _NEXT_MASK).astype(np.uint32)
        return after[after > 0]


def segment_words(segments: Sequence[Segment]) -> dict[str, int]:
    """Words that begin with a letter from a to z → how many articles have them, deleted ones counted; a field a count."""
    counts: dict[str, int] = {}
    for segment in segments:
        for name, words in segment.words.items():
            starts = segment.parts[f"words.{name}.starts"]
            for at in range(words.place(b"a"), words.place(b"{")):
                word: str = words[at].decode()
                counts[word] = counts.get(word, 0) + int(starts[at + 1]) - int(starts[at])
    return counts
