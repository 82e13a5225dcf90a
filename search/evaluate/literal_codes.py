"""Stored texts made comparable, many at once: their code points to those of their literal forms.

What the literal rule of ``indexer/analysis/bigrams.py`` says of one piece, said of arrays; ``closeness.py`` reads the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from indexer.analysis import GAP, fold_codes, han_codes

__all__ = ["MOST_CHARS", "literal_codes", "read_text", "stored_codes", "white_space"]

MOST_CHARS = 20_000
"""So many characters at most of an article are read to re-rank it, so that a few books do not slow a search."""

_GAP = ord(GAP)
_SPACE = ord(" ")
_LAST_SPACE = 0x3000

Codes = npt.NDArray[np.uint32]


def read_text(title: str, summary: str | None, body: str) -> str:
    """What is read of an article to re-rank it: title, summary and body, one after another with gaps."""
    return GAP.join(piece for piece in (title, summary, body) if piece)[:MOST_CHARS]


def literal_codes(texts: Sequence[str]) -> tuple[Codes, npt.NDArray[np.int64]]:
    """The literal forms of texts whose pieces are set apart by gaps: code points, and where each text begins.

    Text ``d`` is ``codes[offsets[d]:offsets[d + 1]]`` (``int64[n_texts + 1]``), which is what ``join_pieces`` gives of its folded
    pieces: each followed by a gap.
    """
    joined = "".join(f"{text}{GAP}" for text in texts)
    codes = fold_codes(np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32))
    ends = np.cumsum([0, *(len(text) + 1 for text in texts)])
    codes, ends = _without(codes, ends, _superfluous_spaces(codes))
    gaps = np.flatnonzero(codes == _GAP)
    return _without(codes, ends, gaps[np.diff(gaps, prepend=-1) == 1])


def stored_codes(units: npt.NDArray[np.uint16], ends: npt.NDArray[np.int64]) -> tuple[Codes, npt.NDArray[np.int64]]:
    """The literal forms of what is read of stored articles, as :func:`literal_codes` gives them.

    ``units`` are the texts of the articles as the store has them (``Segment.text_units``), one after another; those of article
    ``d`` are ``units[ends[d]:ends[d + 1]]``.
    """
    texts = []
    for first, last in pairwise(ends.tolist()):
        title, summary, body, *_ = units[first:last].tobytes().decode("utf-16-le", "surrogatepass").split("\0")
        texts.append(read_text(title, summary, body))
    return literal_codes(texts)


def _superfluous_spaces(codes: Codes) -> npt.NDArray[np.int64]:
    """Where white space is that goes: at the borders of a piece, between two Han characters, all of a run but one.

    What stays is made a space, in place.
    """
    # PERF: few characters are so low, and only those are looked up: 25 µs for 11,000 characters, 60 µs for all of them.
    low = np.flatnonzero(codes <= _LAST_SPACE)
    spaces = low[white_space()[codes[low]]]
    if not len(spaces):
        return spaces
    first = np.flatnonzero(np.diff(spaces, prepend=-2) > 1)
    # The last character of all is a gap; before the first the index wraps around to it.
    left, right = codes[spaces[first] - 1], codes[spaces[np.append(first[1:], len(spaces)) - 1] + 1]
    kept = first[(left != _GAP) & (right != _GAP) & ~(han_codes(left) & han_codes(right))]
    codes[spaces[kept]] = _SPACE
    return np.delete(spaces, kept)


def _without(
    codes: Codes, ends: npt.NDArray[np.int64], places: npt.NDArray[np.int64]
) -> tuple[Codes, npt.NDArray[np.int64]]:
    """The characters but those at ``places``, ascending; ``ends`` follow."""
    if not len(places):
        return codes, ends
    kept = np.ones(len(codes), dtype=np.bool_)
    kept[places] = False
    return codes[kept], ends - np.searchsorted(places, ends)


@cache
def white_space() -> npt.NDArray[np.bool_]:
    """Which code points are white space but the gap; no higher one is."""
    return np.array([chr(code).isspace() and code != _GAP for code in range(_LAST_SPACE + 1)])
