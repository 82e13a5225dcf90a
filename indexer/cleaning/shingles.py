"""The characters of texts that are compared, and their shingles: what fingerprints, signatures and alignment are made of.

Below ``duplicates.py`` and ``reprints.py``. Content characters are Han, digits and letters, folded. Shingles are over Han and
digits alone: glosses, punctuation and white space come and go between reprints.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from indexer.analysis import fold, is_han

__all__ = [
    "FEWEST_CHARS",
    "SHINGLE_CHARS",
    "Codes",
    "Hashes",
    "content_characters",
    "shingle_characters",
    "shingle_hashes",
]

SHINGLE_CHARS = 6
FEWEST_CHARS = 40
"""Characters below which a text says too little to be a story; it has no signature then."""

Codes = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]

_HAN, _DIGIT, _LETTER = 1, 2, 3


def content_characters(texts: Sequence[str]) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Content characters of all texts, folded, one after another, and for each the number of its text."""
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    codes = np.frombuffer(fold("".join(texts)).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    content = _class_table()[codes] > 0
    return codes[content], owners[content]


def shingle_characters(codes: Codes, owners: npt.NDArray[np.int64], n: int) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Those of the content characters that shingles are made of: Han and digits, or all where a text has hardly any Han.

    A single digit after a letter is a tone (zhong1) or part of a name, and goes with it.
    """
    classes = _class_table()[codes]
    after_letter = np.zeros(len(codes), dtype=np.bool_)
    after_letter[1:] = (classes[:-1] == _LETTER) & (owners[1:] == owners[:-1])
    after_letter[:-1] &= classes[1:] != _DIGIT
    han = classes == _HAN
    of_han = np.bincount(owners[han], minlength=n) >= FEWEST_CHARS
    kept = han | ((classes == _DIGIT) & ~after_letter) | ~of_han[owners]
    return codes[kept], owners[kept]


def shingle_hashes(codes: Codes) -> Hashes:
    """``uint64[n - SHINGLE_CHARS + 1]``: a hash of the shingle that begins at each character, spread over all bits."""
    n = len(codes) - SHINGLE_CHARS + 1
    if n <= 0:
        return np.zeros(0, dtype=np.uint64)
    hashes = codes[:n].astype(np.uint64)
    for offset in range(1, SHINGLE_CHARS):
        hashes *= np.uint64(0x0000_0100_0000_01B3)
        hashes += codes[offset : n + offset]
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
    table = np.zeros(0x110000, dtype=np.uint8)
    for code in range(0x40000):
        char = chr(code)
        if is_han(char):
            table[code] = _HAN
        elif char.isnumeric():
            table[code] = _DIGIT
        elif char.isalpha():
            table[code] = _LETTER
    return table
