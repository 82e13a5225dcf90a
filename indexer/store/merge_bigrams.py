"""The bigrams of segments that become one: positions move with the documents before them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.store.bigrams import key_bits, key_type
from indexer.store.merge_sources import MergeSource, list_borders, range_entries, scatter
from indexer.store.part_writer import PartWriter
from indexer.store.parts import lengths_of, narrowest, offsets_of

__all__ = ["merge_bigrams"]

Array = npt.NDArray[Any]


def merge_bigrams(path: Path, sources: Sequence[MergeSource], memory: int) -> None:
    """Writes the bigrams of the live documents of ``sources``, within about ``memory`` bytes."""
    segments = [source.segment for source in sources]
    # NOTE: a character of deleted documents alone stays in the table, which does no harm.
    chars = np.unique(np.concatenate([segment.bigrams.chars for segment in segments]))
    lists = [_MovedBigrams(source, chars) for source in sources]
    ranges = list_borders(
        [(segment.bigrams.starts, segment.bigrams.pair) for segment in segments],
        lambda number, pair: segments[number].bigrams.place(pair),
        range_entries(memory, len(sources)),
    )
    most_docs = sum(int(segment.bigrams.docs.max(initial=0)) for segment in segments)
    with PartWriter(path) as file:
        with file.streaming("gaps", np.uint32) as gaps:
            for own in lists:
                gaps.append(own.moved_gaps())
        file.add("bigrams.chars", chars)
        keys = file.spooled("bigrams.keys", key_type(len(chars)))
        starts = file.spooled("bigrams.starts", np.uint32)
        docs = file.spooled("bigrams.docs", narrowest(most_docs))
        end = 0
        with file.streaming("bigrams.positions", np.uint32) as positions:
            for borders in ranges:
                found = [own.moved(*border) for own, border in zip(lists, borders, strict=True)]
                distinct = np.unique(np.concatenate([own for own, *_ in found]))
                terms = [np.searchsorted(distinct, own) for own, *_ in found]
                counts, (merged,) = scatter(
                    len(distinct), terms, [count for _, count, _, _ in found], [[moved] for *_, moved in found]
                )
                n_docs = np.zeros(len(distinct), dtype=np.int64)
                for numbers, (_, _, count, _) in zip(terms, found, strict=True):
                    n_docs[numbers] += count
                positions.append(merged)
                keys.append(distinct)
                starts.append(end + offsets_of(counts)[:-1])
                docs.append(n_docs)
                end += len(merged)
                for source in sources:
                    source.release()
        starts.append(np.array([end]))


class _MovedBigrams:
    """The bigrams of one segment with their keys and positions as they will be."""

    def __init__(self, source: MergeSource, chars: npt.NDArray[np.uint32]) -> None:
        self._source = source
        self._lists = source.segment.bigrams
        self._numbers = np.searchsorted(chars, self._lists.chars).astype(np.uint64)
        self._bits = key_bits(len(chars))
        begins = source.segment.starts
        lengths = lengths_of(begins)
        # By how much the characters of each document move.
        self._shift = np.zeros(len(lengths), dtype=np.int64)
        self._shift[source.live] = source.char_base + offsets_of(lengths[source.live])[:-1] - begins[source.live]

    def moved(self, first: int, last: int) -> tuple[Array, Array, Array, Array]:
        """Of the bigrams ``first`` to ``last`` those that are left: keys, number of positions and of documents, positions."""
        starts = self._lists.starts[first : last + 1].astype(np.int64)
        positions = self._lists.positions[starts[0] : starts[-1]]
        keys = self._lists.renumbered(first, last, self._numbers, self._bits)
        counts, docs = lengths_of(starts), self._lists.docs[first:last]
        keep = self._source.keep
        if keep is None:
            return keys, counts, docs, positions + np.uint32(self._source.char_base)
        of_document = self._documents(positions)
        kept = keep[of_document]
        counts = lengths_of(np.append(0, np.cumsum(kept))[starts - starts[0]])
        held = counts > 0
        keys, counts, of_document = keys[held], counts[held], of_document[kept]
        begins = offsets_of(counts)[:-1]
        changes = np.append(True, of_document[1:] != of_document[:-1])[: len(of_document)]
        changes[begins] = True
        docs = np.add.reduceat(changes, begins, dtype=np.int64) if len(begins) else begins
        return keys, counts, docs, (positions[kept] + self._shift[of_document]).astype(np.uint32)

    def moved_gaps(self) -> Array:
        """The gaps of live documents."""
        gaps = self._source.segment.gaps
        if self._source.keep is None:
            return gaps + np.uint32(self._source.char_base)
        of_document = self._documents(gaps)
        kept = self._source.keep[of_document]
        return (gaps[kept] + self._shift[of_document[kept]]).astype(np.uint32)

    def _documents(self, positions: Array) -> Array:
        return np.searchsorted(self._source.segment.starts, positions, side="right") - 1
