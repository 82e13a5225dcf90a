"""Traces of articles, by which their like is found: a fingerprint for the same article, a signature for reprints. Pure functions.

``archive`` keeps the trace of each article. The same article under another address has the same fingerprint, so a look-up finds
it. Reprints are found in two steps: articles whose signatures agree are candidates (:func:`likely_pairs`, cheap, on arrays), and
``reprints.py`` decides on the texts themselves.

A signature is a one-permutation MinHash of the character shingles of the body (Li, Owen, Zhang, "One Permutation Hashing", 2012),
its empty bins filled from their neighbours (Shrivastava, Li, "Densifying One Permutation Hashing", 2014).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.article import Article
from indexer.cleaning.shingles import (
    FEWEST_CHARS,
    SHINGLE_CHARS,
    Codes,
    Lengths,
    content_characters,
    shingle_characters,
    shingle_hashes,
)

__all__ = ["BINS", "Trace", "fingerprints", "likely_pairs", "traces"]

BINS = 64
SHORT_BODY_CHARS = 30
"""Content characters below which equal articles must be of the same date too: 详见图表。 says nothing of its own."""

BAND_BINS = 2
FEWEST_EQUAL_BINS = 13
MOST_PARTNERS = 16

Signatures = npt.NDArray[np.uint16]

_NO_HASH = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_BIN_SHIFT = np.uint64(64 - 6)
_VALUE_SHIFT = np.uint64(20)


@dataclass(frozen=True, slots=True)
class Trace:
    """What is kept of an article to find its like.

    Articles with the same ``fingerprint`` are the same. ``signature`` is ``uint16[BINS]`` as bytes, None for a text too short to
    be a story.
    """

    fingerprint: bytes
    signature: bytes | None


def traces(articles: Sequence[Article]) -> list[Trace]:
    """The trace of each article (cleaned), computed over all of them at once."""
    codes, lengths = content_characters([article.body for article in articles])
    shingled, shingled_lengths = shingle_characters(codes, lengths)
    enough = (shingled_lengths >= FEWEST_CHARS).tolist()
    signatures = _signatures(shingled, shingled_lengths)
    return [
        Trace(fingerprint, signatures[number].tobytes() if enough[number] else None)
        for number, fingerprint in enumerate(_fingerprints(articles, codes, lengths))
    ]


def fingerprints(articles: Sequence[Article]) -> list[bytes]:
    """The fingerprint of each article (cleaned): of one by itself in a third of the time of its trace."""
    return _fingerprints(articles, *content_characters([article.body for article in articles]))


def _fingerprints(articles: Sequence[Article], codes: Codes, lengths: Lengths) -> list[bytes]:
    titles, title_lengths = content_characters([article.title for article in articles])
    content, title_content, size = codes.tobytes(), titles.tobytes(), codes.itemsize
    found = []
    at = title_at = 0
    for number, (length, title_length) in enumerate(zip(lengths.tolist(), title_lengths.tolist(), strict=True)):
        end, title_end = at + length * size, title_at + title_length * size
        digest = hashlib.blake2b(title_content[title_at:title_end] + b"\n" + content[at:end], digest_size=16)
        if length < SHORT_BODY_CHARS:
            digest.update((articles[number].published or "").encode())
        found.append(digest.digest())
        at, title_at = end, title_end
    return found


def likely_pairs(signatures: Signatures, new: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """``int64[n_pairs, 2]``: rows ``(earlier, later)`` whose signatures agree enough to compare their texts.

    ``signatures`` is ``uint16[n, BINS]`` in the order of arrival; only pairs with a row in ``new`` (``bool[n]``) are looked for.
    Sorted by the later, then by the number of equal bins, most first; of each article at most ``MOST_PARTNERS`` come with
    those before it. Time is linear in ``n`` times the logarithm of the new ones, memory a few arrays of ``n``.
    """
    keys: list[npt.NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    n = len(signatures)
    all_rows = np.arange(n)
    for band in range(BINS // BAND_BINS):
        columns = signatures[:, band * BAND_BINS : (band + 1) * BAND_BINS].astype(np.uint32)
        values = columns[:, 0] << np.uint32(16) | columns[:, 1]
        rows = all_rows if new.all() else np.flatnonzero(np.isin(values, values[new]))
        keys.append(_neighbours(values[rows], rows, new))
    # Each pair is one number, so that bands are joined by sorting numbers.
    pairs = np.unique(np.concatenate(keys))
    earlier, later = pairs // n if n else pairs, pairs % n if n else pairs
    equal = np.zeros(len(pairs), dtype=np.int64)
    for at in range(0, len(pairs), 65536):
        part = slice(at, at + 65536)
        equal[part] = np.count_nonzero(signatures[earlier[part]] == signatures[later[part]], axis=1)
    enough = equal >= FEWEST_EQUAL_BINS
    earlier, later, equal = earlier[enough], later[enough], equal[enough]
    order = np.lexsort((earlier, -equal, later))
    earlier, later = earlier[order], later[order]
    first_of_later = np.searchsorted(later, later)
    kept = np.arange(len(later)) - first_of_later < MOST_PARTNERS
    return np.stack([earlier[kept], later[kept]], axis=1).astype(np.int64)


def _signatures(codes: Codes, lengths: Lengths) -> Signatures:
    """``uint16[n, BINS]`` of ``n`` texts."""
    hashes = shingle_hashes(codes)
    n_shingles = np.maximum(lengths - (SHINGLE_CHARS - 1), 0)
    # Shingles that begin in one text and end in another are none.
    of_one_text = np.ones(len(hashes) + SHINGLE_CHARS - 1, dtype=np.bool_)[: len(codes)]
    ends = np.cumsum(lengths)
    crossing = ends[:, None] - np.arange(1, SHINGLE_CHARS)
    of_one_text[crossing[crossing >= 0]] = False
    hashes = hashes[of_one_text[: len(hashes)]]
    bins = (hashes >> _BIN_SHIFT).view(np.int64)
    bins += np.repeat(np.arange(0, len(lengths) * BINS, BINS), n_shingles)
    lowest = np.full(len(lengths) * BINS, _NO_HASH)
    np.minimum.at(lowest, bins, hashes)
    least = lowest.reshape(-1, BINS)
    # An empty bin takes the value of the next one that is not, going round, marked by the distance.
    at = np.where(np.tile(least, 2) != _NO_HASH, np.arange(2 * BINS), 4 * BINS)
    following = np.minimum.accumulate(at[:, ::-1], axis=1)[:, ::-1][:, :BINS]
    distance = following - np.arange(BINS)
    values = np.take_along_axis(least, following % BINS, axis=1) >> _VALUE_SHIFT
    values += distance.astype(np.uint64) * np.uint64(0x9E37)
    return values.astype(np.uint16)


def _neighbours(
    values: npt.NDArray[np.uint32], rows: npt.NDArray[np.int64], new: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Pairs of ``rows`` (ascending) with the same value, one a row, as ``earlier * n + later`` for ``n`` rows in all.

    Each is paired with the first of its group and the ``MOST_PARTNERS`` before it: a group of thousands (one template) must not
    make millions of pairs.
    """
    # PERF: one plain sort of packed numbers takes a fifth of the time of a stable argsort.
    packed = np.sort(values.astype(np.uint64) << np.uint64(32) | rows.astype(np.uint64))
    order = (packed & np.uint64(0xFFFF_FFFF)).view(np.int64)
    grouped = packed >> np.uint64(32)
    follows = np.flatnonzero(grouped[1:] == grouped[:-1]) + 1
    begins = np.arange(len(order))
    begins[follows] = 0
    first = np.maximum.accumulate(begins)
    found = [(order[first[follows]], order[follows])]
    for step in range(1, MOST_PARTNERS + 1):
        follows = follows[follows - step >= first[follows]]
        found.append((order[follows - step], order[follows]))
    earlier = np.concatenate([pair[0] for pair in found])
    later = np.concatenate([pair[1] for pair in found])
    wanted = new[earlier] | new[later]
    pairs: npt.NDArray[np.int64] = earlier[wanted] * len(new) + later[wanted]
    return pairs
