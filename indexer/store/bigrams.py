"""The bigrams of a segment: a sorted list of pairs of characters, and for each pair the positions where it stands.

A pair is one number made of two, the places of its characters in the sorted table of those that occur; so it mostly fits 32 bits.
The number 0 stands for no character: what comes after a last one.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.store.parts import PartFile

__all__ = ["BigramLists", "key_bits", "key_type"]

RANGES_KEPT = 4096
"""So many bigrams are kept in mind that were looked up."""


Codes = npt.NDArray[np.uint32]


def key_bits(n_chars: int) -> int:
    """How many bits of a pair each of its characters takes, by how many characters the table has."""
    return 16 if n_chars < 1 << 16 else 32


def key_type(n_chars: int) -> type[np.unsignedinteger[Any]]:
    """The type of a pair."""
    return np.uint32 if key_bits(n_chars) == 16 else np.uint64


class BigramLists:
    """The bigrams of a segment, read in place; safe to share between threads.

    Attributes:
        chars: the code points that occur, ascending, ``uint32[n_chars]``; the first is 0 and stands for no character.
        keys: the pairs, ascending; starts: where the positions of each begin, ``uint32[n_bigrams + 1]``.
        docs: how many documents hold each, deleted ones included.
        positions: of characters in the segment, ascending for each bigram, ``uint32[]``.
    """

    def __init__(self, parts: PartFile) -> None:
        self.chars: npt.NDArray[np.uint32] = parts["bigrams.chars"]
        self.keys = parts["bigrams.keys"]
        self.starts = parts["bigrams.starts"]
        self.docs = parts["bigrams.docs"]
        self.positions: npt.NDArray[np.uint32] = parts["bigrams.positions"]
        self._bits = key_bits(len(self.chars))
        self._known: dict[str, tuple[int, int, int]] = {}

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {code: number for number, code in enumerate(self.chars.tolist())}

    def range(self, term: str) -> tuple[int, int, int]:
        """The first of a bigram's places in ``positions``, the one after its last, and how many documents hold it.

        ``term`` is two characters, or one that is the last before a gap.
        """
        # PERF: a search asks for the same bigram to match, to score and for titles: 0.1 µs, looked up again 3 µs.
        known = self._known.get(term)
        if known is None:
            if len(self._known) >= RANGES_KEPT:
                self._known.clear()
            known = self._known[term] = self._look_up(term)
        return known

    def _look_up(self, term: str) -> tuple[int, int, int]:
        first = self._numbers.get(ord(term[0]))
        second = self._numbers.get(ord(term[1])) if len(term) > 1 else 0
        if first is None or second is None:
            return 0, 0, 0
        key = self._key(first, second)
        at = int(np.searchsorted(self.keys, key))
        if at == len(self.keys) or self.keys[at] != key:
            return 0, 0, 0
        return int(self.starts[at]), int(self.starts[at + 1]), int(self.docs[at])

    def beginning(self, char: str) -> tuple[int, int]:
        """The first of the places in ``positions`` of all bigrams that begin with a character, and the one after the last."""
        number = self._numbers.get(ord(char))
        if number is None:
            return 0, 0
        borders = [np.searchsorted(self.keys, self._key(number, 0)), self.place((ord(char) + 1, 0))]
        first, last = self.starts[borders].tolist()
        return first, last

    def counts(self, first: Codes, second: Codes) -> npt.NDArray[np.int64]:
        """How often each pair of code points stands, ``int64[n]``; the arrays are of one length."""
        numbers = [np.minimum(np.searchsorted(self.chars, codes), len(self.chars) - 1) for codes in (first, second)]
        known = (self.chars[numbers[0]] == first) & (self.chars[numbers[1]] == second)
        keys = (numbers[0].astype(np.uint64) << np.uint64(self._bits) | numbers[1].astype(np.uint64))[known]
        counts = np.zeros(len(first), dtype=np.int64)
        if len(keys) and len(self.keys):
            keys = keys.astype(self.keys.dtype)
            at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            counts[known] = np.where(self.keys[at] == keys, self.starts[at + 1].astype(np.int64) - self.starts[at], 0)
        return counts

    def character_counts(self) -> npt.NDArray[np.int64]:
        """How often each of ``chars`` stands, ``int64[n_chars]``."""
        firsts = (self.keys >> self.keys.dtype.type(self._bits)).astype(np.int64)
        borders = np.searchsorted(firsts, np.arange(len(self.chars) + 1))
        ends = self.starts[borders].astype(np.int64)
        return ends[1:] - ends[:-1]

    def followers(self, code: int) -> Codes:
        """The code points that stand right after ``code`` somewhere, ascending."""
        number = self._numbers.get(code)
        if number is None:
            return self.chars[:0]
        first, last = np.searchsorted(self.keys, np.array([self._key(number, 0), self._key(number + 1, 0)]))
        after: Codes = self.chars[self.keys[first:last] & self._key(0, (1 << self._bits) - 1)]
        return after[after > 0]

    def pair(self, at: int) -> tuple[int, int]:
        """The code points of bigram number ``at``; the second is 0 for a last character alone."""
        first, second = divmod(int(self.keys[at]), 1 << self._bits)
        return int(self.chars[first]), int(self.chars[second])

    def place(self, pair: tuple[int, int]) -> int:
        """How many bigrams come before a pair of code points, whether it is there or not."""
        first, second = np.searchsorted(self.chars, np.array(pair, dtype=np.uint32)).tolist()
        if first == len(self.chars):
            return len(self.keys)
        known = self.chars[first] == pair[0]
        return int(np.searchsorted(self.keys, self._key(first, second if known else 0)))

    def renumbered(self, first: int, last: int, numbers: npt.NDArray[np.uint64], bits: int) -> npt.NDArray[np.uint64]:
        """The keys ``first`` to ``last`` in a table in which the characters have these ``numbers``."""
        keys = self.keys[first:last].astype(np.uint64)
        firsts, seconds = keys >> np.uint64(self._bits), keys & np.uint64((1 << self._bits) - 1)
        moved: npt.NDArray[np.uint64] = numbers[firsts] << np.uint64(bits) | numbers[seconds]
        return moved

    def _key(self, first: int, second: int) -> Any:
        # NOTE: a key of another type than the array would have all of the array converted first.
        return self.keys.dtype.type(first << self._bits | second)
