"""How often characters, pairs of them and words of letters stand in the articles: all that corrections know of a corpus.

``Collection`` is the seam: :class:`SnapshotCollection` reads an index, tests count small texts.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from string import ascii_lowercase
from typing import Protocol

import numpy as np
import numpy.typing as npt

from indexer.store import Segment, Snapshot
from search.suggest.letters import LetterWords

__all__ = ["Collection", "SnapshotCollection"]

Codes = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int64]


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
        self._segments = snapshot.segments
        self.n_articles = int(snapshot.live.sum())
        self.n_characters = sum(int(segment.starts[-1]) for segment in snapshot.segments)

    @cached_property
    def letter_words(self) -> LetterWords:
        """The words of Latin letters that stand in the articles."""
        counts: Counter[str] = Counter()
        for segment in self._segments:
            counts.update(segment.once("letter words", _letter_words))
        return LetterWords(counts, self.n_articles)

    def characters(self, codes: Codes) -> Counts:
        """How often each character stands."""
        total = np.zeros(len(codes), dtype=np.int64)
        for segment in self._segments:
            counts, chars = segment.once("character counts", _character_counts), segment.bigrams.chars
            numbers = np.minimum(np.searchsorted(chars, codes), len(chars) - 1)
            total += np.where(chars[numbers] == codes, counts[numbers], 0)
        return total

    def bigrams(self, first: Codes, second: Codes) -> Counts:
        """How often each pair of neighbours stands."""
        total = np.zeros(len(first), dtype=np.int64)
        for segment in self._segments:
            total += segment.bigrams.counts(first, second)
        return total

    def followers(self, code: int) -> Codes:
        """The characters that stand right after ``code`` somewhere, ascending."""
        found = [segment.bigrams.followers(code) for segment in self._segments]
        return np.unique(np.concatenate([np.zeros(0, dtype=np.uint32), *found]))


def _letter_words(segment: Segment) -> dict[str, int]:
    """The words of Latin letters of a segment, each with how many of its articles have it."""
    return {word: having for letter in ascii_lowercase for word, having in segment.words_between(letter)}


def _character_counts(segment: Segment) -> Counts:
    """PERF: 12 ms for 20,000 articles; kept with the segment, a commit has only what is new counted."""
    return segment.bigrams.character_counts()
