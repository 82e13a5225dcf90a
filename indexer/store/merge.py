"""Segments to one, without their deleted articles: each of its files is written as it is made, if need be by its own process."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from indexer.schema import STORED_FACETS, WORD_FIELDS
from indexer.store.contents import SegmentEntry
from indexer.store.merge_bigrams import merge_bigrams
from indexer.store.merge_sources import MergeSource, open_sources, range_entries, walk
from indexer.store.merge_words import merge_words
from indexer.store.part_writer import PartWriter
from indexer.store.parts import PartFile, lengths_of, narrowest, offsets_of
from indexer.store.segment import SEGMENT_FILES

__all__ = ["merge_file", "merged_entry"]

Array = npt.NDArray[Any]

COPIED_AT_ONCE = 1 << 22
"""Items of an array that are copied from a segment in one go."""
BYTES_AN_ID = 1024
"""What an id takes while its range is sorted, at most."""


def merge_file(end: str, folder: Path, name: str, entries: Sequence[SegmentEntry], memory: int) -> None:
    """Writes the file ``name + end``, one of ``SEGMENT_FILES``, of the segment that holds the live articles of ``entries``.

    Holds about ``memory`` bytes, and a few bytes an article.

    Raises:
        IndexDamagedError: the file of an entry that was committed is damaged: what is merged would get good checksums.
    """
    files: dict[str, Callable[[Path, Sequence[MergeSource], int], None]] = dict(
        zip(SEGMENT_FILES, (_merge_documents, merge_bigrams, _merge_articles), strict=True)
    )
    sources = open_sources(folder, entries)
    for entry, source in zip(entries, sources, strict=True):
        if entry.checksums:
            source.segment.files[SEGMENT_FILES.index(end)].verify()
            source.release()
    files[end](folder / (name + end), sources, memory)


def merged_entry(folder: Path, name: str, entries: Sequence[SegmentEntry]) -> SegmentEntry:
    """What the table of contents says of the segment that is made of ``entries``."""
    last = open_sources(folder, entries)[-1]
    n_chars = last.char_base + int(last.kept(lengths_of(last.segment.starts)).sum())
    return SegmentEntry(name=name, n_docs=last.base + last.n_live, n_chars=n_chars)


def _merge_documents(path: Path, sources: Sequence[MergeSource], memory: int) -> None:
    with PartWriter(path) as file:
        with file.streaming("starts", np.uint32) as starts:
            end = 0
            for source in sources:
                own = offsets_of(source.kept(lengths_of(source.segment.starts)))
                starts.append(end + own[:-1])
                end += int(own[-1])
            starts.append(np.array([end]))
        for name in ("borders", "days", "moments", *(f"lengths.{field}" for field in WORD_FIELDS)):
            arrays = [source.segment.parts[name] for source in sources]
            widest = max((array.dtype for array in arrays), key=lambda kind: kind.itemsize)
            with file.streaming(name, widest, arrays[0].shape[1:]) as stream:
                for source, array in zip(sources, arrays, strict=True):
                    stream.append(source.kept(array))
        _merge_strings(file, "ids", [(source, source.segment.parts) for source in sources])
        _merge_order(file, sources, memory)
        for name in STORED_FACETS:
            _merge_facet(file, name, sources)
        merge_words(file, sources, memory)


def _merge_order(file: PartWriter, sources: Sequence[MergeSource], memory: int) -> None:
    """The documents by id, and the place of each in that."""
    ranks = np.empty(sum(source.n_live for source in sources), dtype=np.uint32)
    place = 0
    with file.streaming("order", np.uint32) as stream:
        for parts in walk(
            [_OrderedIds(source) for source in sources], range_entries(memory, len(sources), BYTES_AN_ID)
        ):
            ordered = np.array([doc for _, doc in sorted(chain.from_iterable(parts))], dtype=np.int64)
            ranks[ordered] = np.arange(place, place + len(ordered))
            stream.append(ordered)
            place += len(ordered)
    file.add("ranks", ranks)


class _OrderedIds:
    """The ids of one segment in their order, with the documents as they will be numbered."""

    def __init__(self, source: MergeSource) -> None:
        self.source = source
        self.starts = np.arange(source.segment.n_docs + 1)
        self._ids, self._order, self._numbers = source.segment.ids, source.segment.order, source.new_numbers()

    def term(self, number: int) -> bytes:
        """The id that has that place."""
        article_id: bytes = self._ids[self._order[number]]
        return article_id

    def place(self, term: bytes) -> int:
        """How many ids come before ``term``."""
        return bisect_left(self._order, term, key=self._ids.__getitem__)

    def moved(self, first: int, last: int) -> list[tuple[bytes, int]]:
        """The ids ``first`` to ``last`` of live documents, and these."""
        docs = self._order[first:last]
        docs = docs[self._numbers[docs] >= 0]
        return list(zip([self._ids[doc] for doc in docs.tolist()], self._numbers[docs].tolist(), strict=True))


def _merge_facet(file: PartWriter, name: str, sources: Sequence[MergeSource]) -> None:
    forms = sorted({form for source in sources for form in source.segment.facets[name].forms})
    number = {form: at for at, form in enumerate(forms)}
    file.add(f"facets.{name}.forms", np.frombuffer(orjson.dumps(forms), dtype=np.uint8))
    total = sum(len(source.segment.facets[name].entries) for source in sources)
    offsets = file.spooled(f"facets.{name}.offsets", narrowest(total))
    end = 0
    with file.streaming(f"facets.{name}.entries", narrowest(len(forms))) as entries:
        for source in sources:
            facet = source.segment.facets[name]
            own = np.array([number[form] for form in facet.forms], dtype=np.int64)
            counts = lengths_of(facet.offsets)
            kept = facet.entries if source.keep is None else facet.entries[np.repeat(source.keep, counts)]
            entries.append(own[kept])
            offsets.append(end + offsets_of(source.kept(counts))[:-1])
            end += len(kept)
    offsets.append(np.array([end]))


def _merge_articles(path: Path, sources: Sequence[MergeSource], _memory: int) -> None:
    with PartWriter(path) as file:
        for name in ("heads", "texts"):
            _merge_strings(file, name, [(source, source.segment.stored) for source in sources])


def _merge_strings(file: PartWriter, name: str, files: Sequence[tuple[MergeSource, PartFile]]) -> None:
    """Strings are copied as they are, stretches of live documents at once."""
    total = sum(len(parts[name]) for _, parts in files)
    offsets = file.spooled(f"{name}_offsets", narrowest(total))
    end = 0
    with file.streaming(name, files[0][1][name].dtype) as stream:
        for source, parts in files:
            content, own = parts[name], parts[f"{name}_offsets"]
            released = 0
            for at, until in _chunks(source, own):
                stream.append(content[at:until])
                if until - released > COPIED_AT_ONCE:
                    released = until
                    source.release()
            source.release()
            begins = offsets_of(source.kept(lengths_of(own)))
            offsets.append(end + begins[:-1])
            end += int(begins[-1])
    offsets.append(np.array([end]))


def _chunks(source: MergeSource, offsets: Array) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) of the items of live documents, as many at once as follow one another and are not too many."""
    live = source.live
    for stretch in np.split(live, np.flatnonzero(np.diff(live) != 1) + 1):
        if len(stretch):
            first, last = int(offsets[stretch[0]]), int(offsets[stretch[-1] + 1])
            yield from ((at, min(at + COPIED_AT_ONCE, last)) for at in range(first, last, COPIED_AT_ONCE))
