"""A snapshot of the index as arrays over numbered articles: all the evaluator and the engine read.

A snapshot never changes; a commit or a new generation is seen by opening another. What it reads lies in memory-mapped files,
which processes share.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from indexer.errors import IndexDamagedError
from indexer.store.columns import FacetColumn, period_column, stored_column
from indexer.store.contents import Contents, SegmentEntry, read_contents
from indexer.store.id_places import IdPlaces
from indexer.store.inversion import NO_MOMENT
from indexer.store.segment import SEGMENT_FILES, Segment

__all__ = ["Snapshot", "open_segments", "open_snapshot"]

OPEN_ATTEMPTS = 20
RETRY_S = 0.01


class Snapshot:
    """The articles of an index at one moment, numbered from 0 to ``n_docs``; safe to share between threads.

    Attributes:
        segments: where they lie, in order.
        live: ``bool[n_docs]``, False for deleted articles, which are in no posting list.
        days: first and last day, ``int32[n_docs, 2]``; moments: seconds, ``int64[n_docs]``; dated: ``bool[n_docs]``.
    """

    def __init__(self, segments: Sequence[Segment], before: Snapshot | None = None) -> None:
        self.segments = tuple(segments)
        self._id_places: IdPlaces = IdPlaces(segments, before._id_places if before else None)
        self.n_docs = sum(segment.n_docs for segment in segments)
        self._bases = [sum(segment.n_docs for segment in segments[:at]) for at in range(len(segments))]
        self._based = list(zip(self.segments, self._bases, strict=True))
        self.live = np.ones(self.n_docs, dtype=np.bool_)
        for segment, base in self._based:
            if segment.deleted is not None:
                self.live[base : base + segment.n_docs] = ~segment.deleted
        self.moments: npt.NDArray[np.int64] = _one([segment.moments for segment in segments], (0,), np.int64)
        self.dated: npt.NDArray[np.bool_] = self.moments != NO_MOMENT
        self.days: npt.NDArray[np.int32] = _one([segment.days for segment in segments], (0, 2), np.int32)

    @cached_property
    def ids(self) -> list[str]:
        """The id of each article."""
        return [found.decode() for segment in self.segments for found in segment.ids]

    @cached_property
    def ranks(self) -> npt.NDArray[np.int32]:
        """The place of each article among the sorted ids, ``int32[n_docs]``."""
        return self._id_places.ranks()

    @cached_property
    def facets(self) -> Mapping[str, FacetColumn]:
        """The column of each facet, and of the story; made when it is first asked for."""
        return _Columns(self.segments, self.live, self.days)

    def make_ready(self, facets: Iterable[str]) -> None:
        """Makes the ranks and the columns of ``facets``, which else each of the threads would that ask for them first."""
        _ = self.ranks, [self.facets[name] for name in facets]

    def text_units(self, doc: int) -> npt.NDArray[np.uint16]:
        """The code units of all texts of the article numbered ``doc``, as ``texts.py`` has them."""
        at = bisect_right(self._bases, doc) - 1
        return self.segments[at].text_units(doc - self._bases[at])

    def record(self, doc: int) -> dict[str, Any]:
        """The article numbered ``doc`` as the JSON object that was stored."""
        at = bisect_right(self._bases, doc) - 1
        return self.segments[at].record(doc - self._bases[at])

    def head(self, doc: int) -> dict[str, Any]:
        """The article numbered ``doc`` without its texts, as the JSON object that was stored: cheaper than all of it."""
        at = bisect_right(self._bases, doc) - 1
        head: dict[str, Any] = orjson.loads(self.segments[at].head(doc - self._bases[at]))
        return head

    def find(self, article_id: str) -> int | None:
        """The number of the live article with that id."""
        for segment, base in self._based:
            doc = segment.find(article_id)
            if doc is not None:
                return base + doc
        return None

    def rank_of(self, article_id: str) -> int:
        """The rank of that id, or of the one before it when no article has it; -1 when all come after."""
        return sum(segment.rank_of(article_id) + 1 for segment in self.segments) - 1


class _Columns(dict[str, FacetColumn]):
    """The columns of the facets of a snapshot. Two threads may make the same one, which does no harm."""

    def __init__(self, segments: Sequence[Segment], live: npt.NDArray[np.bool_], days: npt.NDArray[np.int32]) -> None:
        super().__init__()
        # NOTE: not the snapshot, or both would live on in a circle, and with them the files that it has open.
        self._segments, self._live, self._days = segments, live, days

    def __missing__(self, name: str) -> FacetColumn:
        if name == "year":
            column = period_column(self._days // 10000, self._live, lambda year: f"{year:04d}")
        elif name == "month":
            column = period_column(self._days // 100, self._live, lambda month: f"{month // 100:04d}-{month % 100:02d}")
        else:
            column = stored_column([segment.facets[name] for segment in self._segments], self._live)
        self[name] = column
        return column


def open_snapshot(folder: Path, *, commit: int = 0, before: Snapshot | None = None, verify: bool = False) -> Snapshot:
    """The newest commit of the generation in ``folder``, number ``commit`` or later.

    What ``before``, an earlier snapshot, has open already is taken from there, with all that was computed of it. With ``verify``
    every byte of what is opened is compared with its checksum.

    Raises:
        IndexDamagedError: it cannot be read.
    """
    for attempt in range(OPEN_ATTEMPTS):
        try:
            contents = read_contents(folder, commit=commit)
            return Snapshot(open_segments(folder, contents, before.segments if before else (), verify=verify), before)
        except FileNotFoundError as error:
            # NOTE: a commit may remove what the table of contents names between its reading and the opening of the files.
            if attempt == OPEN_ATTEMPTS - 1:
                raise _damaged(folder, error) from error
            time.sleep(RETRY_S)
        except (OSError, ValueError) as error:
            raise _damaged(folder, error) from error
    raise AssertionError("unreachable")


def open_segments(
    folder: Path, contents: Contents, known: Sequence[Segment] = (), *, verify: bool = False
) -> list[Segment]:
    """The segments that a table of contents names, in its order; those that are among the ``known`` are not opened again.

    Raises:
        FileNotFoundError: a file is missing.
        IndexDamagedError: a file is damaged, or is another one than that which was committed.
    """
    # NOTE: no two segments ever have the same name.
    held = {segment.name: segment for segment in known}
    segments = [
        held[entry.name].with_deleted(entry.deleted)
        if entry.name in held
        else Segment(folder, entry.name, entry.deleted, verify=verify)
        for entry in contents.segments
    ]
    for entry, segment in zip(contents.segments, segments, strict=True):
        _check_files(folder, entry, segment)
    return segments


def _check_files(folder: Path, entry: SegmentEntry, segment: Segment) -> None:
    """Passes when the files of a segment are those that were committed, whatever their names say."""
    if entry.n_docs != segment.n_docs or entry.n_chars != segment.starts[-1]:
        raise _damaged(folder, ValueError(f"{entry.name} should have {entry.n_docs} articles"))
    for end, checksum, file in zip(SEGMENT_FILES, entry.checksums, segment.files, strict=False):
        if file.checksum != checksum:
            raise _damaged(folder, ValueError(f"{entry.name}{end} is another file than the one that was committed"))


def _damaged(folder: Path, error: Exception) -> IndexDamagedError:
    return IndexDamagedError(
        f"the index in {folder} cannot be read ({type(error).__name__}: {error}); build it anew: article-search rebuild",
        path=folder,
    )


def _one(arrays: Sequence[npt.NDArray[Any]], empty: tuple[int, ...], kind: type) -> npt.NDArray[Any]:
    """The arrays as one of type ``kind``; without any, one of shape ``empty``."""
    whole = np.concatenate(arrays) if arrays else np.zeros(empty)
    return whole.astype(kind, copy=False)
