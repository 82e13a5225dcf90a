"""The characters of texts that are compared, and their shingles: what fingerprints, signatures and alignment are made of.

Below ``duplicates.py`` and ``reprints.py``. Content characters are Han, digits and letters, folded. Shingles are over Han and
digits alone: glosses, punctuation and white space come and go between reprints.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from indexer.analysis import HAN_RANGES, fold

__all__ = [
    "FEWEST_CHARS",
    "SHINGLE_CHARS",
    "Codes",
    "Hashes",
    "Lengths",
    "content_characters",
    "shingle_characters",
    "shingle_hashes",
]

SHINGLE_CHARS = 6
FEWEST_CHARS = 40
"""Characters below which a text says too little to be a story; it has no signature then."""

Codes = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]
Lengths = npt.NDArray[np.int64]

_HAN, _DIGIT, _LETTER = 1, 2, 3
_CODE_POINTS = 0x110000
_LETTERS_END = 0x40000
"""No letter or number lies from here on."""

_BASE = np.uint64(0x0000_0100_0000_01B3)
_BASE_2 = np.uint64(0x0000_0100_0000_01B3**2 % 2**64)


def content_characters(texts: Sequence[str]) -> tuple[Codes, Lengths]:
    """Content characters of all texts, folded, one after another, and how many each text has."""
    codes = _content_table()[np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)]
    places = np.flatnonzero(codes)
    borders = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum([len(text) for text in texts], out=borders[1:])
    return codes[places], np.diff(np.searchsorted(places, borders))


def shingle_characters(codes: Codes, lengths: Lengths) -> tuple[Codes, Lengths]:
    """Those of the content characters that shingles are made of: Han and digits, or all where a text has hardly any Han.

    A single digit after a letter is a tone (zhong1) or part of a name, and goes with it.
    """
    classes = _class_table()[codes]
    # PERF: but one character in twenty is not Han, so these are looked at by their places.
    others = np.flatnonzero(classes != _HAN)
    text_of = np.searchsorted(np.cumsum(lengths), others, side="right")
    is_letter = classes[others] == _LETTER
    adjacent = (np.diff(others) == 1) & (np.diff(text_of) == 0)
    after_letter, before_digit = np.zeros((2, len(others)), dtype=np.bool_)
    after_letter[1:] = is_letter[:-1] & adjacent
    before_digit[:-1] = ~is_letter[1:] & adjacent
    enough_han = lengths - np.bincount(text_of, minlength=len(lengths)) >= FEWEST_CHARS
    left_out = (is_letter | (after_letter & ~before_digit)) & enough_han[text_of]
    kept = np.ones(len(codes), dtype=np.bool_)
    kept[others[left_out]] = False
    return codes[kept], lengths - np.bincount(text_of[left_out], minlength=len(lengths))


def shingle_hashes(codes: Codes) -> Hashes:
    """``uint64[n - SHINGLE_CHARS + 1]``: a hash of the shingle that begins at each character, spread over all bits."""
    n = len(codes) - SHINGLE_CHARS + 1
    if n <= 0:
        return np.zeros(0, dtype=np.uint64)
    # The polynomial of the six characters, from those of two: PERF: six operations on the whole instead of ten.
    wide = codes.astype(np.uint64)
    pairs = wide[:-1] * _BASE
    pairs += wide[1:]
    hashes = pairs[:n] * _BASE_2
    hashes += pairs[2 : n + 2]
    hashes *= _BASE_2
    hashes += pairs[4 : n + 4]
    # The finalizer of splitmix64 (Steele, Lea, Flood, 2014).
    hashes ^= hashes >> np.uint64(30)
    hashes *= np.uint64(0xBF58_476D_1CE4_E5B9)
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(0x94D0_49BB_1331_11EB)
    hashes ^= hashes >> np.uint64(31)
    return hashes


@cache
def _class_table() -> npt.NDArray[np.uint8]:
    """``uint8`` a code point: Han, digit, other letter, or 0 for what is no content."""
    table = np.zeros(_CODE_POINTS, dtype=np.uint8)
    for first, last in HAN_RANGES:
        table[first : last + 1] = _HAN
    for code in np.flatnonzero(table[:_LETTERS_END] != _HAN).tolist():
        char = chr(code)
        if char.isnumeric():
            table[code] = _DIGIT
        elif char.isalpha():
            table[code] = _LETTER
    return table


@cache
def _content_table() -> Codes:
    """The folded character for each that is content, 0 for each that is not."""
    characters = np.arange(_CODE_POINTS, dtype=np.uint32).tobytes().decode("utf-32-le", "surrogatepass")
    folded = np.frombuffer(fold(characters).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.where(_class_table()[folded] > 0, folded, np.uint32(0))
