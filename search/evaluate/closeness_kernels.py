"""``closeness`` compiled by numba: one pass over each text, with the terms looked up by their first character."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from search.evaluate.closeness import ORDER_SCALE, Codes, Floats, Needles
from search.evaluate.compiled import compiled

__all__ = ["closeness"]

_SLOTS = 1 << 10
"""A character goes to the slot of its lowest ten bits; most slots stay empty."""
_END = -1


@compiled
def _group_by_first(codes, starts, characters, slots, next_term, column_of):  # type: ignore[no-untyped-def]
    """Chains the terms by their first character: ``slots`` holds the first of each chain, by the low bits of the character.

    Chain 0 means none; term ``t`` is number ``t + 1``, and a character without a term of its own is put after the terms.
    """
    n_terms = len(starts) - 1
    for term in range(n_terms - 1, -1, -1):
        slot = codes[starts[term]] & (_SLOTS - 1)
        next_term[term] = slots[slot]
        slots[slot] = term + 1
    for at in range(len(characters)):
        slot = characters[at] & (_SLOTS - 1)
        column_of[at] = slots[slot]
        slots[slot] = n_terms + at + 1


@compiled
def _occurrences(text, codes, starts, characters, slots, next_term, column_of, counts, places, terms):  # type: ignore[no-untyped-def]
    """Counts the characters of a text, and writes down where which term begins; as many as there is room for.

    Returns how many there are in all.
    """
    n_terms = len(starts) - 1
    found = 0
    for at in range(len(text)):
        link = slots[text[at] & (_SLOTS - 1)]
        while link != 0:
            if link > n_terms:
                column = link - n_terms - 1
                if characters[column] == text[at]:
                    counts[column] += 1
                link = column_of[column]
                continue
            term = link - 1
            first = starts[term]
            length = starts[term + 1] - first
            if at + length <= len(text):
                same = True
                for shift in range(length):
                    if text[at + shift] != codes[first + shift]:
                        same = False
                        break
                if same:
                    if found < len(places):
                        places[found] = at
                        terms[found] = term
                    found += 1
            link = next_term[term]
    return found


@compiled
def _best_window(places, terms, found, gains, window, inside):  # type: ignore[no-untyped-def]
    inside[:] = 0
    best = 0.0
    total = 0.0
    low = 0
    for at in range(found):
        while places[low] <= places[at] - window:
            leaving = terms[low]
            inside[leaving] -= 1
            if inside[leaving] == 0:
                total -= gains[leaving]
            low += 1
        term = terms[at]
        inside[term] += 1
        if inside[term] == 1:
            total += gains[term]
        best = max(best, total)
    return best


@compiled
def _in_order(places, terms, found, starts, pairs, pair_gains, scale, last, before, gaps):  # type: ignore[no-untyped-def]
    """What the pairs are worth in one text. ``before`` leads from each occurrence to the one before it of the same term."""
    last[:] = _END
    gaps[:] = np.inf
    for at in range(found):
        term = terms[at]
        for pair in range(len(pairs)):
            if pairs[pair, 1] != term:
                continue
            first = pairs[pair, 0]
            length = starts[first + 1] - starts[first]
            other = last[first]
            while other != _END and places[other] + length > places[at]:
                other = before[other]
            if other != _END:
                gaps[pair] = min(gaps[pair], places[at] - places[other] - length)
        before[at] = last[term]
        last[term] = at
    worth = 0.0
    for pair in range(len(pairs)):
        worth += pair_gains[pair] * np.exp(-gaps[pair] / scale)
    return worth


@compiled
def _closeness(  # type: ignore[no-untyped-def]
    text_codes,
    offsets,
    codes,
    starts,
    gains,
    pairs,
    pair_gains,
    characters,
    character_gains,
    mean,
    k1,
    b,
    window,
    scale,
):
    n_terms, n_characters = len(starts) - 1, len(characters)
    slots = np.zeros(_SLOTS, dtype=np.int32)
    next_term = np.zeros(n_terms, dtype=np.int32)
    column_of = np.zeros(n_characters, dtype=np.int32)
    _group_by_first(codes, starts, characters, slots, next_term, column_of)
    counts = np.zeros(n_characters, dtype=np.int64)
    inside = np.zeros(n_terms, dtype=np.int64)
    last = np.zeros(n_terms, dtype=np.int64)
    gaps = np.zeros(len(pairs))
    parts = np.zeros((len(offsets) - 1, 3))
    places = np.empty(4096, dtype=np.int64)
    terms = np.empty(4096, dtype=np.int64)
    for doc in range(len(offsets) - 1):
        text = text_codes[offsets[doc] : offsets[doc + 1]]
        counts[:] = 0
        found = _occurrences(text, codes, starts, characters, slots, next_term, column_of, counts, places, terms)
        if found > len(places):
            places = np.empty(found, dtype=np.int64)
            terms = np.empty(found, dtype=np.int64)
            counts[:] = 0
            _occurrences(text, codes, starts, characters, slots, next_term, column_of, counts, places, terms)
        norm = 1.0 - b + b * len(text) / mean if mean > 0 else 1.0
        for at in range(n_characters):
            frequency = counts[at] / norm
            parts[doc, 0] += character_gains[at] * ((k1 + 1.0) * frequency / (k1 + frequency))
        parts[doc, 1] = _best_window(places, terms, found, gains, window, inside)
        if len(pairs):
            before = np.empty(found, dtype=np.int64)
            parts[doc, 2] = _in_order(places, terms, found, starts, pairs, pair_gains, scale, last, before, gaps)
    return parts


def closeness(codes: Codes, offsets: npt.NDArray[np.int64], needles: Needles) -> Floats:
    """See :func:`search.evaluate.closeness.closeness`."""
    parts: Floats = _closeness(
        codes, offsets, needles.codes, needles.starts, needles.gains, needles.pairs, needles.pair_gains,
        needles.characters, needles.character_gains, needles.mean_length, needles.k1, needles.b, needles.window,
        ORDER_SCALE,
    )  # fmt: skip
    return parts
