"""The bigrams of segments that become one: positions move with the documents before them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.store.merge_sources import MergeSource, list_borders, range_entries, scatter
from indexer.store.part_writer import PartWriter
from indexer.store.parts import lengths_of, narrowest, offsets_of

__all__ = ["merge_bigrams"]

Array = npt.NDArray[Any]


def merge_bigrams(path: Path, sources: Sequence[MergeSource], memory: int) -> None:
    """Writes the bigrams of the live documents of ``sources``, within about ``memory`` bytes."""
    lists = [_BigramLists(source) for source in sources]
    ranges = list_borders(
        [(own.starts, own.keys.__getitem__) for own in lists],
        lambda number, key: int(np.searchsorted(lists[number].keys, key)),
        range_entries(memory, len(sources)),
    )
    most_docs = sum(int(own.docs.max(initial=0)) for own in lists)
    with PartWriter(path) as file:
        with file.streaming("gaps", np.uint32) as gaps:
            for own in lists:
                gaps.append(own.moved_gaps())
        keys = file.spooled("bigrams.keys", np.uint64)
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


class _BigramLists:
    """The bigrams of one segment with their positions as they will be."""

    def __init__(self, source: MergeSource) -> None:
        grams = source.segment.grams
        self.keys, self.starts, self.docs = (grams[f"bigrams.{name}"] for name in ("keys", "starts", "docs"))
        self._positions = grams["bigrams.positions"]
        self._source = source
        begins = source.segment.starts
        lengths = lengths_of(begins)
        # By how much the characters of each document move.
        self._shift = np.zeros(len(lengths), dtype=np.int64)
        self._shift[source.live] = source.char_base + offsets_of(lengths[source.live])[:-1] - begins[source.live]

    def moved(self, first: int, last: int) -> tuple[Array, Array, Array, Array]:
        """Of the bigrams ``first`` to ``last`` those that are left: keys, number of positions and of documents, positions."""
        starts = self.starts[first : last + 1].astype(np.int64)
        positions = self._positions[starts[0] : starts[-1]]
        keys, counts, docs = self.keys[first:last], lengths_of(starts), self.docs[first:last]
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
