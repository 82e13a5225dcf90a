"""Postings as arrays: what the evaluator works on, read from the leaf readers of Whoosh.

Decoding is the slow part of the present codec, so decoded lists are kept, up to a number of entries.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from whoosh.reading import IndexReader as WhooshReader
from whoosh.reading import TermNotFound

from indexer.store.fields import word_field

__all__ = ["PositionPostings", "PostingLists", "WordPostings"]

CACHED_ENTRIES = 20_000_000

Key = TypeVar("Key")
Value = TypeVar("Value")


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
    """The posting lists of one snapshot; safe to use from several threads.

    Articles are numbered through all segments (``leaves``, each with its first number); deleted ones are
    left out of the lists.
    """

    def __init__(self, leaves: list[tuple[WhooshReader, int]], lock: Lock) -> None:
        self._leaves = leaves
        self._lock = lock
        self._words: _Kept[tuple[str, str], WordPostings] = _Kept()
        self._bigrams: _Kept[str, PositionPostings] = _Kept()

    def word(self, field: str, word: str) -> WordPostings:
        """The articles in whose ``field`` (one of ``WORD_FIELDS``) ``word`` stands."""
        return self._words.get((field, word), lambda: self._read_word(field, word), _word_entries)

    def bigram(self, bigram: str) -> PositionPostings:
        """The occurrences of a bigram, or of a last character alone."""
        return self._bigrams.get(bigram, lambda: self._read_bigrams([bigram]), _position_entries)

    def character(self, char: str) -> PositionPostings:
        """The occurrences of one character: of all bigrams that begin with it."""
        return self._bigrams.get(char + "*", lambda: self._read_bigrams(self._starting_with(char)), _position_entries)

    def _starting_with(self, char: str) -> list[str]:
        prefix = char.encode()
        terms: set[str] = set()
        with self._lock:
            for leaf, _ in self._leaves:
                terms.update(term.decode() for term in leaf.expand_prefix("literal", prefix))
        return sorted(terms)

    def _read_word(self, field: str, word: str) -> WordPostings:
        docs: list[int] = []
        frequencies: list[int] = []
        with self._lock:
            for leaf, base in self._leaves:
                try:
                    matcher = leaf.postings(word_field(field), word.encode())
                except TermNotFound:
                    continue
                while matcher.is_active():
                    docs.append(matcher.id() + base)
                    frequencies.append(int(matcher.weight()))
                    matcher.next()
        return WordPostings(np.array(docs, dtype=np.int32), np.array(frequencies, dtype=np.int32))

    def _read_bigrams(self, bigrams: list[str]) -> PositionPostings:
        docs: list[int] = []
        positions: list[int] = []
        with self._lock:
            for leaf, base in self._leaves:
                for bigram in bigrams:
                    try:
                        matcher = leaf.postings("literal", bigram.encode())
                    except TermNotFound:
                        continue
                    while matcher.is_active():
                        found = matcher.value_as("positions")
                        docs.extend([matcher.id() + base] * len(found))
                        positions.extend(found)
                        matcher.next()
        doc_array, position_array = np.array(docs, dtype=np.int64), np.array(positions, dtype=np.int64)
        if len(bigrams) > 1:
            order = np.lexsort((position_array, doc_array))
            doc_array, position_array = doc_array[order], position_array[order]
        return PositionPostings(doc_array, position_array)


def _word_entries(postings: WordPostings) -> int:
    return len(postings.docs) + 10


def _position_entries(postings: PositionPostings) -> int:
    return 2 * len(postings.docs) + 10


class _Kept(Generic[Key, Value]):
    """The values used last, up to ``CACHED_ENTRIES`` array entries."""

    def __init__(self) -> None:
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._entries = 0
        self._lock = Lock()

    def get(self, key: Key, read: Callable[[], Value], size: Callable[[Value], int]) -> Value:
        with self._lock:
            kept = self._values.get(key)
            if kept is not None:
                self._values.move_to_end(key)
                return kept[0]
        value = read()
        with self._lock:
            if key not in self._values:
                self._values[key] = (value, size(value))
                self._entries += size(value)
            while self._entries > CACHED_ENTRIES and len(self._values) > 1:
                _, (_, freed) = self._values.popitem(last=False)
                self._entries -= freed
        return value
