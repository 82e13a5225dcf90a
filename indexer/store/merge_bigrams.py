"""The bigrams of segments that become one: positions move with the documents before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.store.bigrams import key_bits, key_type
from indexer.store.merge_sources import MergeSource, range_entries, scatter, walk
from indexer.store.part_writer import PartWriter
from indexer.store.parts import lengths_of, narrowest, offsets_of

__all__ = ["merge_bigrams"]

Array = npt.NDArray[Any]

BLOCK = 128
BYTES_AN_ENTRY = 64
"""What a position takes while its range is merged, at most."""


def merge_bigrams(path: Path, sources: Sequence[MergeSource], memory: int) -> None:
    """Writes the bigrams of the live documents of ``sources``, within about ``memory`` bytes."""
    # NOTE: a character of deleted documents alone stays in the table, which does no harm.
    chars = np.unique(np.concatenate([source.segment.bigrams.chars for source in sources]))
    lists = [_MovedBigrams(source, chars) for source in sources]
    with PartWriter(path) as file:
        with file.streaming("gaps", np.uint32) as gaps:
            for own in lists:
                gaps.append(own.moved_gaps())
                own.source.release()
        file.add("bigrams.chars", chars)
        keys = file.spooled("bigrams.keys", key_type(len(chars)))
        starts = file.spooled("bigrams.starts", np.uint32)
        docs = file.spooled("bigrams.docs", narrowest(sum(own.most_docs for own in lists)))
        end = 0
        with file.streaming("bigrams.positions", np.uint32) as positions:
            for parts in walk(lists, range_entries(memory, len(sources), BYTES_AN_ENTRY)):
                merged = _merged(parts)
                positions.append(merged.positions)
                keys.append(merged.keys)
                starts.append(end + offsets_of(merged.counts)[:-1])
                docs.append(merged.docs)
                end += len(merged.positions)
        starts.append(np.array([end]))


@dataclass(frozen=True, slots=True)
class _Range:
    """Bigrams, how many positions and documents each has, and all positions."""

    keys: npt.NDArray[np.uint64]
    counts: Array
    docs: Array
    positions: npt.NDArray[np.uint32]


def _merged(parts: Sequence[_Range]) -> _Range:
    """The same range of bigrams of all segments as one."""
    # PERF: the 12 M keys of 80 segments are sorted in .09 s; np.unique, which hashes them, takes .4 s.
    keys = np.sort(np.concatenate([part.keys for part in parts]))
    keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
    terms = [np.searchsorted(keys, part.keys) for part in parts]
    counts, (positions,) = scatter(
        len(keys), terms, [part.counts for part in parts], [[part.positions] for part in parts]
    )
    docs = np.zeros(len(keys), dtype=np.int64)
    for own, part in zip(terms, parts, strict=True):
        docs[own] += part.docs
    return _Range(keys, counts, docs, positions)


class _MovedBigrams:
    """The bigrams of one segment with their keys and positions as they will be."""

    def __init__(self, source: MergeSource, chars: npt.NDArray[np.uint32]) -> None:
        self.source = source
        self._lists = source.segment.bigrams
        self.starts = self._lists.starts
        self.term = self._lists.pair
        self.place = self._lists.place
        self.most_docs = int(self._lists.docs.max(initial=0))
        self._numbers = np.searchsorted(chars, self._lists.chars).astype(np.uint64)
        self._bits = key_bits(len(chars))
        begins = source.segment.starts
        lengths = lengths_of(begins)
        # By how much the characters of each document move.
        self._shift = np.zeros(len(lengths), dtype=np.int64)
        self._shift[source.live] = source.char_base + offsets_of(lengths[source.live])[:-1] - begins[source.live]
        blocks = np.arange(0, int(begins[-1]) + BLOCK, BLOCK)
        self._first_of_block = np.searchsorted(begins, blocks, side="right") - 1
        source.release()

    def moved(self, first: int, last: int) -> _Range:
        """The bigrams ``first`` to ``last``, those that are left."""
        starts = self.starts[first : last + 1].astype(np.int64)
        positions = self._lists.positions[starts[0] : starts[-1]]
        keys = self._lists.renumbered(first, last, self._numbers, self._bits)
        counts, docs = lengths_of(starts), self._lists.docs[first:last].astype(np.int64)
        keep = self.source.keep
        if keep is None:
            return _Range(keys, counts, docs, positions + np.uint32(self.source.char_base))
        of_document = self._documents(positions)
        kept = keep[of_document]
        counts = lengths_of(np.append(0, np.cumsum(kept))[starts - starts[0]])
        held = counts > 0
        keys, counts, of_document = keys[held], counts[held], of_document[kept]
        begins = offsets_of(counts)[:-1]
        changes = np.append(True, of_document[1:] != of_document[:-1])[: len(of_document)]
        changes[begins] = True
        docs = np.add.reduceat(changes, begins, dtype=np.int64) if len(begins) else begins
        return _Range(keys, counts, docs, (positions[kept] + self._shift[of_document]).astype(np.uint32))

    def moved_gaps(self) -> Array:
        """The gaps of live documents."""
        gaps = self.source.segment.gaps
        if self.source.keep is None:
            return gaps + np.uint32(self.source.char_base)
        of_document = self._documents(gaps)
        kept = self.source.keep[of_document]
        return (gaps[kept] + self._shift[of_document[kept]]).astype(np.uint32)

    def _documents(self, positions: Array) -> Array:
        """The document of each position."""
        # PERF: the first document of a block of characters is mostly the one: 9 ns a position, searched for among all 35 ns.
        begins = self.source.segment.starts
        documents = self._first_of_block[positions // np.uint32(BLOCK)]
        beyond = np.flatnonzero(begins[documents + 1] <= positions)
        while len(beyond):
            documents[beyond] += 1
            beyond = beyond[begins[documents[beyond] + 1] <= positions[beyond]]
        return documents
