"""What a merge reads: segments with the numbers that their live documents get, and the ranges in which sorted lists are merged.

The lists of all segments are walked range by range: the words from one border to the next of every segment, then the next
ones. So what is held in memory is a range, and the size of a segment does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from indexer.store.contents import SegmentEntry
from indexer.store.parts import lengths_of, offsets_of
from indexer.store.segment import Segment

__all__ = ["MergeSource", "SortedLists", "open_sources", "range_entries", "scatter", "walk"]

Array = npt.NDArray[Any]
Part = TypeVar("Part", covariant=True)

ENTRIES_A_SLICE = 1 << 14
"""Entries of a segment and range above which the steps of numpy cost more than their calls."""
USUAL_RANGE = 1 << 20


@dataclass(frozen=True, slots=True)
class MergeSource:
    """A segment that is merged: its live documents get the numbers from ``base`` on, their characters those from ``char_base``.

    ``keep`` is ``bool[n_docs]``, None when all are live; ``live`` the numbers of those that are.
    """

    segment: Segment
    keep: npt.NDArray[np.bool_] | None
    live: npt.NDArray[np.int64]
    base: int
    char_base: int

    @property
    def n_live(self) -> int:
        """How many documents go on."""
        return len(self.live)

    def kept(self, rows: Array) -> Array:
        """Of an array with a row for each document the rows of live ones."""
        return rows if self.keep is None else rows[self.keep]

    def new_numbers(self) -> npt.NDArray[np.int64]:
        """``int64[n_docs]``: the new number of each document, -1 for those that go."""
        numbers = np.full(self.segment.n_docs, -1, dtype=np.int64)
        numbers[self.live] = np.arange(self.base, self.base + self.n_live)
        return numbers

    def release(self) -> None:
        """Gives back the memory of the pages that were read: they count as the process's own though they are the system's."""
        for file in (self.segment.parts, self.segment.grams, self.segment.stored):
            file.release()


def open_sources(folder: Path, entries: Sequence[SegmentEntry]) -> list[MergeSource]:
    """The segments of ``entries`` in their order."""
    sources: list[MergeSource] = []
    base = char_base = 0
    for entry in entries:
        segment = Segment(folder, entry.name, entry.deleted)
        keep = None if segment.deleted is None else ~segment.deleted
        source = MergeSource(
            segment, keep, np.arange(segment.n_docs) if keep is None else np.flatnonzero(keep), base, char_base
        )
        sources.append(source)
        base += source.n_live
        char_base += int(source.kept(lengths_of(segment.starts)).sum())
    return sources


def range_entries(memory: int, n_sources: int, bytes_an_entry: int) -> int:
    """How many entries of all segments together a range should have, within ``memory`` bytes."""
    return max(1, min(memory // bytes_an_entry, max(USUAL_RANGE, n_sources * ENTRIES_A_SLICE)))


class SortedLists(Protocol[Part]):
    """The sorted terms of one segment with a list of entries each, as a merge reads them."""

    source: MergeSource
    starts: Array
    """Where the entries of each term begin, ascending, ``[n_terms + 1]``."""

    def term(self, number: int) -> Any:
        """The term of that number, to be compared with those of other segments."""

    def place(self, term: Any) -> int:
        """How many terms of this segment come before ``term``."""

    def moved(self, first: int, last: int) -> Part:
        """The terms ``first`` to ``last`` with their entries as they will be, copied from the files."""


def walk(lists: Sequence[SortedLists[Part]], most: int) -> Iterator[list[Part]]:
    """For each range of terms, what ``moved`` gives of every segment. A range has about ``most`` entries; no term is cut."""
    step = max(1, most // (4 * len(lists)))
    samples: list[Any] = []
    for own in lists:
        at = np.searchsorted(own.starts, np.arange(step, int(own.starts[-1]), step), side="right") - 1
        # A term of many entries is there for each of its samples, so that it weighs what it is.
        for number, often in zip(*map(np.ndarray.tolist, np.unique(at, return_counts=True)), strict=True):
            samples += [own.term(number)] * often
        own.source.release()
    samples.sort()
    borders = sorted(set(samples[4 * len(lists) :: 4 * len(lists)]))
    cuts = []
    for own in lists:
        cuts.append([0, *map(own.place, borders), len(own.starts) - 1])
        own.source.release()
    for number in range(len(borders) + 1):
        parts = []
        for own, cut in zip(lists, cuts, strict=True):
            parts.append(own.moved(cut[number], cut[number + 1]))
            own.source.release()
        yield parts


def scatter(
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
    merged = [np.empty((int(totals.sum()), *array.shape[1:]), dtype=array.dtype) for array in values[0]]
    for own, count, arrays in zip(terms, counts, values, strict=True):
        target = np.repeat(place[own] - offsets_of(count)[:-1], count)
        target += np.arange(len(target))
        for out, array in zip(merged, arrays, strict=True):
            out[target] = array
        place[own] += count
    return totals, merged
