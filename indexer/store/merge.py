"""Segments to one, without their deleted articles; and which of them to merge so that their number stays small.

Lists are merged by counting: how long each list of the merged segment is says where each old list goes, and one scatter an
old segment brings it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from indexer.schema import STORED_FACETS, WORD_FIELDS
from indexer.store.contents import SegmentEntry
from indexer.store.inversion import SegmentArrays, joined, offsets_of, word_arrays
from indexer.store.parts import lengths_of, narrow
from indexer.store.segment import BytesList, Segment

__all__ = ["choose_merge", "merge_segments"]

Array = npt.NDArray[Any]

TIER_FACTOR = 4
SMALLEST_TIER = 1_000
"""Segments below this many articles count as equally small."""


def choose_merge(entries: Sequence[SegmentEntry], largest: int) -> list[SegmentEntry]:
    """The segments to merge next, none when all is well.

    ``TIER_FACTOR`` segments of one tier (sizes within that factor) become one of the next, unless it had more than ``largest``
    articles; a segment with more dead articles than live ones is written anew. So many small
    commits leave at most three segments a tier.
    """
    tiers: dict[int, list[SegmentEntry]] = {}
    for entry in entries:
        live = entry.n_docs - len(entry.deleted)
        if entry.deleted and live * 2 < entry.n_docs:
            return [entry]
        tier, bound = 0, SMALLEST_TIER
        while live >= bound:
            tier, bound = tier + 1, bound * TIER_FACTOR
        tiers.setdefault(tier, []).append(entry)
    for _, members in sorted(tiers.items()):
        chosen = members[:TIER_FACTOR]
        if len(chosen) == TIER_FACTOR and sum(entry.n_docs for entry in chosen) <= largest:
            return chosen
    return []


def merge_segments(segments: Sequence[Segment]) -> SegmentArrays:
    """The live articles of ``segments`` (at least one), in their order, as one segment."""
    keeps = [_live(segment) for segment in segments]
    n_docs = int(sum(int(keep.sum()) for keep in keeps))
    new_docs = _numbered(keeps)
    char_counts = [np.diff(segment.starts)[keep] for segment, keep in zip(segments, keeps, strict=True)]
    searched: dict[str, Array] = {"starts": offsets_of(np.concatenate(char_counts)).astype(np.uint32)}
    for name in ("borders", "days", "moments", *(f"lengths.{field}" for field in WORD_FIELDS)):
        rows = [segment.parts[name][keep] for segment, keep in zip(segments, keeps, strict=True)]
        whole = np.concatenate(rows)
        searched[name] = whole if name in ("days", "moments") else narrow(whole)
    searched |= _merged_ids(segments, keeps)
    searched |= _merged_bigrams(segments, keeps)
    for field in WORD_FIELDS:
        searched |= _merged_words(field, segments, new_docs, n_docs)
    for name in STORED_FACETS:
        searched |= _merged_facet(name, segments, keeps)
    stored: dict[str, Array] = {}
    for name in ("heads", "texts"):
        stored |= _merged_blobs(name, [segment.stored for segment in segments], keeps)
    return SegmentArrays(n_docs, searched, stored)


def _live(segment: Segment) -> npt.NDArray[np.bool_]:
    return np.ones(segment.n_docs, dtype=np.bool_) if segment.deleted is None else ~segment.deleted


def _numbered(keeps: Sequence[npt.NDArray[np.bool_]]) -> list[Array]:
    """For each segment the new number of each of its things, -1 for those that go."""
    numbers, base = [], 0
    for keep in keeps:
        number = np.cumsum(keep, dtype=np.int64) + (base - 1)
        base += int(keep.sum())
        number[~keep] = -1
        numbers.append(number)
    return numbers


def _merged_ids(segments: Sequence[Segment], keeps: Sequence[Array]) -> dict[str, Array]:
    ids = [
        segment.ids[int(doc)]
        for segment, keep in zip(segments, keeps, strict=True)
        for doc in np.flatnonzero(keep).tolist()
    ]
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.uint32)
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(ids), dtype=np.uint32)
    return joined("ids", ids) | {"order": order, "ranks": ranks}


def _merged_bigrams(segments: Sequence[Segment], keeps: Sequence[Array]) -> dict[str, Array]:
    """Positions move by what goes before them: by whole segments, and by deleted articles of their own."""
    lists = []
    gaps = []
    base = 0
    for segment, keep in zip(segments, keeps, strict=True):
        keys, starts = segment.parts["bigrams.keys"], segment.parts["bigrams.starts"].astype(np.int64)
        positions = segment.parts["bigrams.positions"]
        n_chars = int(segment.starts[-1])
        if segment.deleted is None:
            lists.append((keys, np.diff(starts), positions + np.uint32(base)))
            gaps.append(segment.gaps + np.uint32(base))
            base += n_chars
            continue
        kept_chars = np.repeat(keep, np.diff(segment.starts))
        moved = np.cumsum(kept_chars, dtype=np.int64) + (base - 1)
        kept = kept_chars[positions]
        counts = np.diff(np.append(0, np.cumsum(kept))[starts])
        held = counts > 0
        lists.append((keys[held], counts[held], moved[positions[kept]].astype(np.uint32)))
        gaps.append(moved[segment.gaps[kept_chars[segment.gaps]]].astype(np.uint32))
        base += int(kept_chars.sum())
    keys = np.unique(np.concatenate([own for own, _, _ in lists]))
    terms = [np.searchsorted(keys, own) for own, _, _ in lists]
    counts, (positions,) = _scatter(
        len(keys), terms, [count for _, count, _ in lists], [[values] for _, _, values in lists]
    )
    return {
        "gaps": np.concatenate(gaps),
        "bigrams.keys": keys,
        "bigrams.starts": offsets_of(counts).astype(np.uint32),
        "bigrams.positions": positions,
    }


def _merged_words(field: str, segments: Sequence[Segment], new_docs: Sequence[Array], n_docs: int) -> dict[str, Array]:
    names: list[list[bytes]] = []
    counted: list[Array] = []
    values: list[list[Array]] = []
    for segment, numbers in zip(segments, new_docs, strict=True):
        starts = segment.parts[f"words.{field}.starts"].astype(np.int64)
        docs = numbers[segment.parts[f"words.{field}.docs"]]
        frequencies = segment.frequencies(field, 0, len(docs)).astype(np.uint32)
        words = list(segment.words[field])
        counts = np.diff(starts)
        if segment.deleted is not None:
            kept = docs >= 0
            counts = np.diff(np.append(0, np.cumsum(kept))[starts])
            words = [word for word, count in zip(words, counts.tolist(), strict=True) if count]
            docs, frequencies, counts = docs[kept], frequencies[kept], counts[counts > 0]
        names.append(words)
        counted.append(counts)
        values.append([docs.astype(np.uint32), frequencies])
    merged = sorted(set().union(*names))
    place = {word: at for at, word in enumerate(merged)}
    terms = [np.array([place[word] for word in words], dtype=np.int64) for words in names]
    counts, (docs, frequencies) = _scatter(len(merged), terms, counted, values)
    return word_arrays(field, merged, counts, docs, frequencies, n_docs)


def _scatter(
    n_terms: int, terms: Sequence[Array], counts: Sequence[Array], values: Sequence[Sequence[Array]]
) -> tuple[Array, list[Array]]:
    """How long each merged list is, and the merged values, list by list and in each by segment.

    For each segment, ``terms`` are the merged numbers of its terms, ``counts`` how long the list of each is, and ``values``
    arrays with all its lists one after another.
    """
    totals = np.zeros(n_terms, dtype=np.int64)
    for own, count in zip(terms, counts, strict=True):
        totals[own] += count
    place = offsets_of(totals)[:-1].copy()
    merged = [np.empty(int(totals.sum()), dtype=array.dtype) for array in values[0]]
    for own, count, arrays in zip(terms, counts, values, strict=True):
        target = np.repeat(place[own] - offsets_of(count)[:-1], count) + np.arange(int(count.sum()))
        for out, array in zip(merged, arrays, strict=True):
            out[target] = array
        place[own] += count
    return totals, merged


def _merged_facet(name: str, segments: Sequence[Segment], keeps: Sequence[Array]) -> dict[str, Array]:
    forms = sorted({form for segment in segments for form in segment.facets[name].forms})
    number = {form: at for at, form in enumerate(forms)}
    entries, counts = [], []
    for segment, keep in zip(segments, keeps, strict=True):
        facet = segment.facets[name]
        own = np.array([number[form] for form in facet.forms], dtype=np.int64)
        count = lengths_of(facet.offsets)
        entries.append(own[facet.entries[np.repeat(keep, count)]])
        counts.append(count[keep])
    return {
        f"facets.{name}.forms": np.frombuffer(orjson.dumps(forms), dtype=np.uint8),
        f"facets.{name}.offsets": narrow(offsets_of(np.concatenate(counts))),
        f"facets.{name}.entries": narrow(np.concatenate(entries)),
    }


def _merged_blobs(name: str, stores: Sequence[Any], keeps: Sequence[Array]) -> dict[str, Array]:
    """Byte strings are copied as they are, whole segments at once where nothing goes."""
    contents, lengths = [], []
    for store, keep in zip(stores, keeps, strict=True):
        blobs = BytesList(store[name], store[f"{name}_offsets"])
        length = lengths_of(blobs.offsets)
        contents.append(blobs.content if keep.all() else blobs.content[np.repeat(keep, length)])
        lengths.append(length[keep])
    return {name: np.concatenate(contents), f"{name}_offsets": narrow(offsets_of(np.concatenate(lengths)))}
