"""Whether two texts are reprints of one story: they are aligned, and what stands in place of something else counts.

Pure; the last word after the candidates of ``duplicates.py``. A share of common shingles cannot decide: yesterday's item of a
daily series has as many of them as a reprint. What differs is how the two texts depart from one another. A reprint leaves out
or adds whole stretches; an item made from the same template has something else in the same place, a number above all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from indexer.analysis import fold
from indexer.cleaning.shingles import (
    FEWEST_CHARS,
    SHINGLE_CHARS,
    Codes,
    Hashes,
    content_characters,
    shingle_characters,
    shingle_hashes,
)

__all__ = ["Comparable", "comparables", "is_reprint"]

# NOTE: chosen on one half of the pairs of benchmarks/duplicates.py, and held against the other.
LEAST_COVERED = 0.8
LEAST_LENGTH_RATIO = 0.3
MOST_REPLACED_PER_CHAR = 0.005
LONGEST_REPLACEMENT = 100

KEPT_PLACES = 256
_SEEN_MASK = np.uint64(0xFFFF)
_NUMERALS = "0123456789〇零一二三四五六七八九十百千万亿两"


@dataclass(frozen=True, slots=True, eq=False)
class Comparable:
    """A text ready for :func:`is_reprint`: content characters (``uint32[n]``) and the hashes of their shingles."""

    codes: Codes
    hashes: Hashes


def comparables(bodies: Sequence[str]) -> list[Comparable]:
    """Texts ready to be compared, made all at once."""
    codes, lengths = shingle_characters(*content_characters(bodies))
    hashes = shingle_hashes(codes)
    ends = np.cumsum(lengths).tolist()
    return [
        Comparable(codes[begin:end], hashes[begin : max(begin, end - SHINGLE_CHARS + 1)])
        for begin, end in zip([0, *ends], ends, strict=False)
    ]


def is_reprint(one: Comparable, other: Comparable) -> bool:
    """Whether the two texts are one story: the shorter stands in the longer, and next to nothing stands in place of another.

    What may differ are stretches left out or added, script, punctuation, glosses. A number in place of another makes two stories.
    """
    short, long = (one, other) if len(one.codes) <= len(other.codes) else (other, one)
    if len(short.codes) < FEWEST_CHARS or len(short.codes) < LEAST_LENGTH_RATIO * len(long.codes):
        return False
    if _covered(_likely_common(short.hashes, long.hashes)) < LEAST_COVERED * len(short.codes):
        return False
    known, first = _places(long)
    place = np.minimum(np.searchsorted(known, short.hashes), len(known) - 1)
    at_short = np.flatnonzero(known[place] == short.hashes)
    if _covered(at_short) < LEAST_COVERED * len(short.codes):
        return False
    at_long = first[place[at_short]]
    replaced = 0
    for one_part, other_part in _departures(short.codes, long.codes, at_short, at_long):
        if _numbers(one_part) != _numbers(other_part):
            return False
        replaced += bool(len(one_part) and len(other_part))
    if any(_conflict(*parts) for parts in _edges(short.codes, long.codes, at_short, at_long)):
        return False
    return replaced <= MOST_REPLACED_PER_CHAR * len(at_short)


def _likely_common(short: Hashes, long: Hashes) -> npt.NDArray[np.int64]:
    """Where in ``short`` shingles of ``long`` begin, all of them and by chance a few others.

    PERF: 8 µs for texts of 500 characters where sorting and looking up take 45; most candidates end here.
    """
    seen = _seen()
    marks = long & _SEEN_MASK
    seen[marks] = True
    found = np.flatnonzero(seen[short & _SEEN_MASK])
    seen[marks] = False
    return found


@cache
def _seen() -> npt.NDArray[np.bool_]:
    """The table of :func:`_likely_common`, all of it False between the calls."""
    return np.zeros(int(_SEEN_MASK) + 1, dtype=np.bool_)


@lru_cache(maxsize=KEPT_PLACES)
def _places(text: Comparable) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """The distinct shingles of a text, sorted, and where each stands first."""
    known, first = np.unique(text.hashes, return_index=True)
    return known, first


def _covered(at: npt.NDArray[np.int64]) -> int:
    """How many characters the shingles that begin at ``at`` (ascending) cover."""
    return int(np.minimum(np.diff(at), SHINGLE_CHARS).sum()) + SHINGLE_CHARS if len(at) else 0


def _departures(
    short: Codes, long: Codes, at_short: npt.NDArray[np.int64], at_long: npt.NDArray[np.int64]
) -> list[tuple[Codes, Codes]]:
    """The short stretches between two common ones in which the texts differ, as they stand in each.

    Common stretches are where shingles of both follow one another; a long stretch in one alone is a passage left out, not a
    departure, unless it is but numerals (第一次, 第十一次).
    """
    begin_short, end_short = at_short[:-1] + SHINGLE_CHARS, at_short[1:]
    begin_long, end_long = at_long[:-1] + SHINGLE_CHARS, at_long[1:]
    # A character that stands on both sides of a departure belongs to both stretches: 第十次, 第十十次.
    overlap = np.maximum(0, np.maximum(begin_short - end_short, begin_long - end_long))
    gap_short, gap_long = end_short - begin_short + overlap, end_long - begin_long + overlap
    broken = np.diff(at_short) > 1
    broken |= np.diff(at_long) > 1
    small = (gap_short >= 0) & (gap_long >= 0) & (gap_short <= LONGEST_REPLACEMENT) & (gap_long <= LONGEST_REPLACEMENT)
    found = []
    for at in np.flatnonzero(broken & small & (gap_short + gap_long > 0)).tolist():
        one = short[begin_short[at] : begin_short[at] + gap_short[at]]
        other = long[begin_long[at] : begin_long[at] + gap_long[at]]
        if (len(one) and len(other)) or _is_number(one if len(one) else other):
            found.append((one, other))
    return found


def _edges(
    short: Codes, long: Codes, at_short: npt.NDArray[np.int64], at_long: npt.NDArray[np.int64]
) -> list[tuple[Codes, Codes]]:
    """What stands before the first common stretch and after the last, where that is short in both texts."""
    end_short, end_long = int(at_short[-1]) + SHINGLE_CHARS, int(at_long[-1]) + SHINGLE_CHARS
    edges = [(short[: at_short[0]], long[: at_long[0]]), (short[end_short:], long[end_long:])]
    return [(one, other) for one, other in edges if max(len(one), len(other)) <= LONGEST_REPLACEMENT]


def _conflict(one: Codes, other: Codes) -> bool:
    """Whether both have numbers, and not the same: a heading of another site has none, tomorrow's programme another."""
    numbers = _numbers(one), _numbers(other)
    return all(numbers) and numbers[0] != numbers[1]


def _is_number(codes: Codes) -> bool:
    """Whether these are numerals alone. One Arabic digit is none: it may be a tone, or come after a gloss (长zhǎng5%)."""
    return bool(_numeral_table()[codes].all()) and (len(codes) > 1 or codes[0] > ord("9"))


def _numbers(codes: Codes) -> bytes:
    return codes[_numeral_table()[codes]].tobytes()


@cache
def _numeral_table() -> npt.NDArray[np.bool_]:
    table = np.zeros(0x110000, dtype=np.bool_)
    for char in _NUMERALS:
        table[ord(fold(char))] = True
    return table
