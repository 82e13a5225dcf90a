"""Text made comparable: cleaning, which is what is shown, and the fold, which is what is compared.

First step of the analysis: ``clean`` → ``fold`` → runs → words and bigrams. Cleaning may change the length of a
text, so it comes before anything keeps an offset; the fold maps one code point to one code point, so that a span
in folded text is the same span in the text a reader sees. Both are idempotent.

The fold joins width, case, Kangxi radicals and compatibility Han, and classes of Han characters that are written for one
another in Simplified, Taiwan and Hong Kong usage. The classes are a table of our own
(``dictionaries/variants.tsv``), closed under OpenCC's character conversions: OpenCC's own ``t2s`` is not, and a text
converted and folded back would differ.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

__all__ = [
    "HAN_RANGES",
    "clean",
    "fold",
    "fold_codes",
    "fold_table",
    "han_codes",
    "han_ranges",
    "is_han",
    "normalization_rules",
    "variant_classes",
]

# Zero-width characters, soft hyphen, bidirectional marks, variation selectors, BOM, and controls but tab and line feed.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNCLEAN = re.compile(f"{_INVISIBLE.pattern[:-1]}\r\x0b\x0c\x85\u2028\u2029]")
_CODE_POINTS = 0x110000
SHORT_CHARS = 32
"""A text of fewer characters is folded one by one."""

# Where characters with case, width or compatibility forms are; between them lie Han, Hangul, surrogates, private use.
_FOLDED_RANGES = ((0, 0x33FF), (0xA640, 0xABBF), (0xF900, 0xFFFF), (0x10400, 0x1E943), (0x2F800, 0x2FA1F))

HAN_RANGES = (
    (0x2E80, 0x2FD5),  # radicals, which the fold turns into characters where they stand for one
    (0x3005, 0x3007),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


_HAN_BORDERS = np.array([(first, last + 1) for first, last in HAN_RANGES], dtype=np.uint32).ravel()


def clean(text: str) -> str:
    r"""``text`` as it is shown and searched: NFC, no invisible characters, lines end in ``\n``.

    White space inside a line is kept; what it means for a match is the literal rule's to say (``bigrams.py``).
    """
    # PERF: one look for what hardly any text has takes 1.9 µs for 500 characters, both replacements 7.3.
    without = _INVISIBLE.sub("", _NEWLINES.sub("\n", text)) if _UNCLEAN.search(text) else text
    # NOTE: U+0340, U+0341 and their like compose only after invisible characters between them are gone.
    return unicodedata.normalize("NFC", without)


def fold(text: str) -> str:
    """``text`` with characters that count as the same made the same; as many code points as before."""
    if text.isascii():
        return text.lower()
    if len(text) < SHORT_CHARS:
        # PERF: a word 0.4 µs, over the table 2 µs.
        return text.translate(_changed_characters())
    # PERF: a table over UTF-32 folds 10 M characters in .08 s, str.translate in 0.9 s.
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return fold_codes(codes).tobytes().decode("utf-32-le", "surrogatepass")


def fold_codes(codes: npt.NDArray[np.uint32] | npt.NDArray[np.uint16]) -> npt.NDArray[np.uint32]:
    """``fold`` of a text given as its code points, one a number."""
    folded: npt.NDArray[np.uint32] = fold_table()[codes]
    return folded


def is_han(char: str) -> bool:
    """Whether the one character is Han, those beyond the basic plane included."""
    code = ord(char)
    # PERF: nearly all are of one range: 0.1 µs, looked for in each 0.6 µs.
    return 0x4E00 <= code <= 0x9FFF or (code >= 0x2E80 and any(first <= code <= last for first, last in HAN_RANGES))


@cache
def han_ranges() -> npt.NDArray[np.uint32]:
    """The first and last code point of each range of Han, ``uint32[n, 2]``."""
    return np.array(HAN_RANGES, dtype=np.uint32)


def han_codes(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """``is_han`` of each of some code points."""
    within: npt.NDArray[np.bool_] = np.searchsorted(_HAN_BORDERS, codes, side="right") % 2 == 1
    return within


@cache
def variant_classes() -> tuple[str, ...]:
    """Classes of Han characters that count as one; the first character of each stands for the rest."""
    table = resources.files("indexer.analysis") / "dictionaries" / "variants.tsv"
    lines = table.read_text(encoding="utf-8").splitlines()
    return tuple("".join(line.split("\t")) for line in lines if line and not line.startswith("#"))


def normalization_rules() -> str:
    """What the fold does to every character, in words that change when it does: part of the fingerprint."""
    pairs = np.array([*zip(*_changed_characters().items(), strict=True)], dtype=np.uint32)
    return f"{_INVISIBLE.pattern!r} {_NEWLINES.pattern!r} {pairs.tobytes().hex()}"


@cache
def fold_table() -> npt.NDArray[np.uint32]:
    """What each code point is folded to, ``uint32[0x110000]``, read-only."""
    table = np.arange(_CODE_POINTS, dtype=np.uint32)
    for first, last in _FOLDED_RANGES:
        for code in range(first, last + 1):
            table[code] = _single_fold(code)
    for members in variant_classes():
        for member in members[1:]:
            table[ord(member)] = ord(members[0])
    # Two rounds close the chains (a compatibility form of a variant, a capital of a full-width letter).
    table = table[table]
    closed: npt.NDArray[np.uint32] = table[table]
    closed.flags.writeable = False
    return closed


@cache
def _changed_characters() -> dict[int, int]:
    """The characters that folding changes → what each becomes."""
    table = fold_table()
    changed = np.flatnonzero(table != np.arange(_CODE_POINTS, dtype=np.uint32))
    return dict(zip(changed.tolist(), table[changed].tolist(), strict=True))


def _single_fold(code: int) -> int:
    """Width, case and compatibility Han of one character, where the answer is one character too."""
    if code in (0x3000, 0xA0):
        return 0x20
    char = chr(code)
    width_or_han = 0xFF01 <= code <= 0xFFEE or 0x2E80 <= code <= 0x2FD5 or 0xF900 <= code <= 0xFAFF or code >= 0x2F800
    if width_or_han:
        plain = unicodedata.normalize("NFKC", char)
        char = plain if len(plain) == 1 else char
    # Folding and not just lower case: a capital stands for both forms of sigma.
    folded = char.casefold()
    lower = folded if len(folded) == 1 else char.lower()
    return ord(lower) if len(lower) == 1 else ord(char)
