"""Words of Latin letters, and those of them that a mistyped word may stand for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

__all__ = ["LetterWords", "edit_distance"]

SHORTEST, LONGEST = 4, 40
"""Words of fewer letters are names of their own (``cba``, ``who``), longer ones are data: neither is corrected."""

TWO_EDITS_FROM = 7
"""Words of so many letters may have two mistakes in them."""

FEW_ARTICLES, LEAST_ARTICLES = 1_000, 2
"""Where there are many articles, a word of only one is as likely a mistake itself."""


class LetterWords:
    """Words of letters and digits with the number of articles that have each. Immutable."""

    def __init__(self, counts: Mapping[str, int], n_articles: int) -> None:
        least = 1 if n_articles < FEW_ARTICLES else LEAST_ARTICLES
        self._counts = {word: count for word, count in counts.items() if word.isascii()}
        kept = [word for word, count in self._counts.items() if count >= least and SHORTEST <= len(word) <= LONGEST]
        self._words = sorted(kept)
        self._lengths = np.array([len(word) for word in self._words], dtype=np.int16)
        self._letters = np.array([_letter_set(word) for word in self._words], dtype=np.uint64)

    def count(self, word: str) -> int:
        """How many articles have the word."""
        return self._counts.get(word, 0)

    def nearest(self, word: str, most: int = 3) -> list[tuple[str, int]]:
        """Words that ``word`` (folded) may be a mistyped form of, with their distance: the nearest first, then the commonest.

        One edit is a letter more, less, changed, or two neighbours swapped; words of fewer than 7 letters are one away at
        most, others two. The first letter stands, unless it is the only mistake.
        """
        if not SHORTEST <= len(word) <= LONGEST or not word.isascii():
            return []
        farthest = 2 if len(word) >= TWO_EDITS_FROM else 1
        near = np.abs(self._lengths - len(word)) <= farthest
        # One edit changes at most two members of the set of letters.
        near &= np.bitwise_count(self._letters ^ np.uint64(_letter_set(word))) <= 2 * farthest
        found: list[tuple[int, int, str]] = []
        for at in np.flatnonzero(near).tolist():
            other = self._words[at]
            distance = edit_distance(word, other)
            if 0 < distance <= (farthest if other[0] == word[0] else 1):
                found.append((distance, -self._counts[other], other))
        return [(other, distance) for distance, _, other in sorted(found)[:most]]


def edit_distance(one: str, other: str) -> int:
    """How many letters must be put in, taken out, changed or swapped with the next to make one word of the other.

    Optimal string alignment (a swapped pair is not edited again): Damerau, "A technique for computer detection and correction
    of spelling errors" (1964), in the dynamic programme of Wagner and Fischer (1974).
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, previous, row = row, before, [at]
        for place, wanted in enumerate(other, 1):
            cost = min(before[place] + 1, row[place - 1] + 1, before[place - 1] + (letter != wanted))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == wanted:
                cost = min(cost, previous[place - 2] + 1)
            row.append(cost)
    return row[-1]


def _letter_set(word: str) -> int:
    """The letters and digits of a word as bits."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % 64)
    return bits
