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
    content_characters,
    shingle_characters,
    shingle_hashes,
)

__all__ = ["BINS", "Trace", "likely_pairs", "traces"]

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
    if not articles:
        return []
    codes, owners = content_characters([article.body for article in articles])
    titles, title_owners = content_characters([article.title for article in articles])
    n = len(articles)
    ends, title_ends = _ends(owners, n), _ends(title_owners, n)
    signatures, has_one = _signatures(*shingle_characters(codes, owners, n), n)
    found = []
    for at, article in enumerate(articles):
        body = codes[ends[at] : ends[at + 1]]
        digest = hashlib.blake2b(titles[title_ends[at] : title_ends[at + 1]].tobytes(), digest_size=16)
        digest.update(b"\n")
        digest.update(body.tobytes())
        if len(body) < SHORT_BODY_CHARS:
            digest.update((article.published or "").encode())
        found.append(Trace(digest.digest(), signatures[at].tobytes() if has_one[at] else None))
    return found


def likely_pairs(signatures: Signatures, new: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """``int64[n_pairs, 2]``: rows ``(earlier, later)`` whose signatures agree enough to compare their texts.

    ``signatures`` is ``uint16[n, BINS]`` in the order of arrival; only pairs with a row in ``new`` (``bool[n]``) are looked for.
    Sorted by the later, then by the number of equal bins, most first; of each article at most ``MOST_PARTNERS`` come with
    those before it. Time is linear in ``n`` times the logarithm of the new ones, memory a few arrays of ``n``.
    """
    keys: list[npt.NDArray[np.int64]] = []
    n = len(signatures)
    for band in range(BINS // BAND_BINS):
        columns = signatures[:, band * BAND_BINS : (band + 1) * BAND_BINS].astype(np.uint32)
        values = columns[:, 0] << np.uint32(16) | columns[:, 1]
        wanted = np.unique(values[new])
        place = np.minimum(np.searchsorted(wanted, values), len(wanted) - 1) if len(wanted) else values[:0]
        rows = np.flatnonzero(wanted[place] == values) if len(wanted) else np.zeros(0, dtype=np.int64)
        keys.append(_neighbours(values, rows, new, n))
    # Each pair is one number, so that bands are joined by sorting numbers.
    pairs = np.unique(np.concatenate(keys))
    earlier, later = pairs // n if n else pairs, pairs % n if n else pairs
    equal = np.concatenate(
        [np.zeros(0, dtype=np.int64)]
        + [
            (signatures[earlier[at : at + 65536]] == signatures[later[at : at + 65536]]).sum(axis=1)
            for at in range(0, len(pairs), 65536)
        ]
    )
    enough = equal >= FEWEST_EQUAL_BINS
    earlier, later, equal = earlier[enough], later[enough], equal[enough]
    order = np.lexsort((earlier, -equal, later))
    earlier, later = earlier[order], later[order]
    first_of_later = np.searchsorted(later, later)
    kept = np.arange(len(later)) - first_of_later < MOST_PARTNERS
    return np.stack([earlier[kept], later[kept]], axis=1).astype(np.int64)


def _signatures(codes: Codes, owners: npt.NDArray[np.int64], n: int) -> tuple[Signatures, npt.NDArray[np.bool_]]:
    """``uint16[n, BINS]``, and which of them stand for enough text."""
    hashes = shingle_hashes(codes)
    inside = owners[: len(hashes)] == owners[SHINGLE_CHARS - 1 :] if len(hashes) else np.zeros(0, dtype=np.bool_)
    hashes, of = hashes[inside], owners[: len(inside)][inside]
    lowest = np.full(n * BINS, _NO_HASH)
    np.minimum.at(lowest, of * BINS + (hashes >> _BIN_SHIFT).astype(np.int64), hashes)
    least = lowest.reshape(n, BINS)
    enough = np.bincount(owners, minlength=n) >= FEWEST_CHARS
    # An empty bin takes the value of the next one that is not, going round, marked by the distance.
    at = np.where(np.tile(least, 2) != _NO_HASH, np.arange(2 * BINS), 4 * BINS)
    following = np.minimum.accumulate(at[:, ::-1], axis=1)[:, ::-1][:, :BINS]
    distance = following - np.arange(BINS)
    values = np.take_along_axis(least, following % BINS, axis=1) >> _VALUE_SHIFT
    values += distance.astype(np.uint64) * np.uint64(0x9E37)
    return values.astype(np.uint16), enough


def _neighbours(
    values: npt.NDArray[np.uint32], rows: npt.NDArray[np.int64], new: npt.NDArray[np.bool_], n: int
) -> npt.NDArray[np.int64]:
    """Pairs of ``rows`` with the same value as ``earlier * n + later``.

    Each is paired with the first of its group and the ``MOST_PARTNERS`` before it: a group of thousands (one template) must not
    make millions of pairs.
    """
    order = rows[np.lexsort((rows, values[rows]))]
    grouped = values[order]
    found = []
    for step in range(1, MOST_PARTNERS + 1):
        same = np.flatnonzero(grouped[step:] == grouped[:-step]) if step < len(order) else rows[:0]
        if not len(same):
            break
        found.append((order[same], order[same + step]))
    if len(order):
        first = order[np.searchsorted(grouped, grouped)]
        found.append((first[first != order], order[first != order]))
    if not found:
        return np.zeros(0, dtype=np.int64)
    earlier = np.concatenate([pair[0] for pair in found])
    later = np.concatenate([pair[1] for pair in found])
    wanted = new[earlier] | new[later]
    pairs: npt.NDArray[np.int64] = earlier[wanted] * n + later[wanted]
    return pairs


def _ends(owners: npt.NDArray[np.int64], n: int) -> list[int]:
    found: list[int] = np.searchsorted(owners, np.arange(n + 1)).tolist()
    return found
