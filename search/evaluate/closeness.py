"""How close a query's terms stand in an article: three figures by which the best of a first pass are ordered anew, in numpy.

The order of a first pass knows how often each term stands in an article, not where. For the few best articles the texts
themselves are read: their single characters, the best stretch of them, and the order of the query's words.
``closeness_kernels.py`` has the same compiled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search.evaluate.bm25 import Bm25, length_norms, saturated

__all__ = ["Needles", "closeness", "pack_needles"]

Codes = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]

ORDER_SCALE = 10.0
"""So many characters between two words of the query make their order count 1/e of what it counts for neighbours."""

_CODE_POINTS = 0x110000


@dataclass(frozen=True, slots=True, kw_only=True)
class Needles:
    """What is looked for in the texts.

    Attributes:
        codes: the code points of all terms one after another; term ``t`` is ``codes[starts[t]:starts[t + 1]]``
            (``int64[n_terms + 1]``), one code point or more.
        gains: what each term is worth in a window, ``float64[n_terms]``.
        pairs: terms that follow one another in the query, ``int64[n_pairs, 2]``; pair_gains: what each is worth.
        characters: ``uint32[n_characters]``, distinct; character_gains: weight × idf of each.
        mean_length: of the texts of all articles, in characters; k1, b: as in ``Bm25``.
        window: characters within which terms must begin to count as near.
    """

    codes: Codes
    starts: npt.NDArray[np.int64]
    gains: Floats
    pairs: npt.NDArray[np.int64]
    pair_gains: Floats
    characters: Codes
    character_gains: Floats
    mean_length: float
    k1: float
    b: float
    window: int


def pack_needles(
    gains: dict[str, float],
    pairs: dict[tuple[str, str], float],
    characters: dict[str, float],
    *,
    mean_length: float,
    k1: float,
    b: float,
    window: int,
) -> Needles:
    """The arrays of a query: what each of its terms is worth, each pair of these terms, and each of its characters."""
    number = {term: at for at, term in enumerate(gains)}
    return Needles(
        codes=_codes("".join(gains)),
        starts=np.cumsum([0, *map(len, gains)]).astype(np.int64),
        gains=np.array(list(gains.values()), dtype=np.float64),
        pairs=np.array([(number[first], number[second]) for first, second in pairs], dtype=np.int64).reshape(-1, 2),
        pair_gains=np.array(list(pairs.values()), dtype=np.float64),
        characters=_codes("".join(characters)),
        character_gains=np.array(list(characters.values()), dtype=np.float64),
        mean_length=mean_length,
        k1=k1,
        b=b,
        window=window,
    )


def closeness(codes: Codes, offsets: npt.NDArray[np.int64], needles: Needles) -> Floats:
    """``float64[n_texts, 3]``: for each text, what its characters, its best window and its order of words are worth.

    Text ``d`` is ``codes[offsets[d]:offsets[d + 1]]`` (``int64[n_texts + 1]``): a literal text, which is empty or ends with a
    gap, and no term holds a gap.

    - Characters: BM25 over the characters asked for, each ``gain · (k1 + 1) · tf / (k1 · (1 − b + b · L / mean L) + tf)``.
    - Window: the largest sum of the gains of distinct terms that begin within ``window`` characters (compare Tao and Zhai,
      "An Exploration of Proximity Measures in Information Retrieval", 2007).
    - Order: for each pair, its gain · exp(−g / 10), ``g`` the fewest characters between the first and a later second.
    """
    n_texts = len(offsets) - 1
    parts = np.zeros((n_texts, 3))
    asked = np.zeros(_CODE_POINTS, dtype=np.bool_)
    asked[needles.codes[needles.starts[:-1]]] = True
    asked[needles.characters] = True
    # PERF: most characters begin nothing that is asked for; what is left is a tenth to a third.
    places = np.flatnonzero(asked[codes])
    found = codes[places]
    parts[:, 0] = _characters(found, places, offsets, needles)
    occurrences = [_occurrences(codes, places, found, term) for term in _terms(needles)]
    parts[:, 1] = _windows(occurrences, offsets, needles)
    lengths = np.diff(needles.starts).tolist()
    for (first, second), gain in zip(needles.pairs.tolist(), needles.pair_gains.tolist(), strict=True):
        gaps = _fewest_between(occurrences[first] + lengths[first], occurrences[second], offsets)
        parts[:, 2] += gain * np.exp(-gaps / ORDER_SCALE)
    return parts


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _terms(needles: Needles) -> Iterator[Codes]:
    for first, last in zip(needles.starts[:-1].tolist(), needles.starts[1:].tolist(), strict=True):
        yield needles.codes[first:last]


def _characters(
    found: Codes, places: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64], needles: Needles
) -> Floats:
    n_texts, n_characters = len(offsets) - 1, len(needles.characters)
    if not n_characters:
        return np.zeros(n_texts)
    order = np.argsort(needles.characters)
    at = np.minimum(np.searchsorted(needles.characters[order], found), n_characters - 1)
    known = needles.characters[order][at] == found
    cells = _text_of(places[known], offsets) * n_characters + order[at[known]]
    counts = np.bincount(cells, minlength=n_texts * n_characters).reshape(n_texts, n_characters)
    norms = length_norms(np.diff(offsets).astype(np.float64), needles.mean_length, Bm25(k1=needles.k1, b=needles.b))
    worth: Floats = saturated(counts.astype(np.float64), norms[:, None], needles.k1) @ needles.character_gains
    return worth


def _occurrences(codes: Codes, places: npt.NDArray[np.int64], found: Codes, term: Codes) -> npt.NDArray[np.int64]:
    """Where ``term`` stands, ascending."""
    starts: npt.NDArray[np.int64] = places[found == term[0]]
    for shift in range(1, len(term)):
        starts = starts[starts + shift < len(codes)]
        starts = starts[codes[starts + shift] == term[shift]]
    return starts


def _windows(occurrences: list[npt.NDArray[np.int64]], offsets: npt.NDArray[np.int64], needles: Needles) -> Floats:
    """The best window of each text. The best begins where a term does, so only such windows are looked at.

    An occurrence counts for the windows that begin at it or before it, after the one before it of the same term, and less
    than a window away: a range of windows, so that all sums come from one running sum.
    """
    best = np.zeros(len(offsets) - 1)
    starts = np.concatenate([np.zeros(0, dtype=np.int64), *occurrences])
    if not len(starts):
        return best
    counts = [len(own) for own in occurrences]
    before = np.full(len(starts), -1, dtype=np.int64)
    before[1:] = starts[:-1]
    before[np.cumsum([0, *counts])[:-1][np.array(counts) > 0]] = -1
    gains = np.repeat(needles.gains, counts)
    begins = np.sort(starts)
    earliest = np.maximum(np.maximum(before, starts - needles.window) + 1, offsets[:-1][_text_of(starts, offsets)])
    sums = np.zeros(len(begins) + 1)
    np.add.at(sums, np.searchsorted(begins, earliest), gains)
    np.add.at(sums, np.searchsorted(begins, starts, side="right"), -gains)
    np.maximum.at(best, _text_of(begins, offsets), np.cumsum(sums)[:-1])
    return best


def _fewest_between(
    ends: npt.NDArray[np.int64], starts: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64]
) -> Floats:
    """``float64[n_texts]``: the fewest characters from one of ``ends`` to one of ``starts`` at or after it; else infinite."""
    fewest = np.full(len(offsets) - 1, np.inf)
    nearest = np.searchsorted(ends, starts, side="right") - 1
    starts, nearest = starts[nearest >= 0], nearest[nearest >= 0]
    gaps = starts - ends[nearest]
    texts = _text_of(starts, offsets)
    # The last character before an end tells its text: an end may be the border itself.
    together = texts == _text_of(ends[nearest] - 1, offsets)
    np.minimum.at(fewest, texts[together], gaps[together])
    return fewest


def _text_of(places: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    texts: npt.NDArray[np.int64] = np.searchsorted(offsets, places, side="right") - 1
    return texts
