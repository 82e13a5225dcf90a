"""Segments to one, without their deleted articles: each of its files is written as it is made, if need be by its own process."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from indexer.schema import STORED_FACETS, WORD_FIELDS
from indexer.store.byte_strings import BytesList
from indexer.store.contents import SegmentEntry
from indexer.store.merge_bigrams import merge_bigrams
from indexer.store.merge_sources import MergeSource, list_borders, open_sources, range_entries
from indexer.store.merge_words import merge_words
from indexer.store.part_writer import PartWriter
from indexer.store.parts import PartFile, lengths_of, narrowest, offsets_of
from indexer.store.segment import SEGMENT_FILES

__all__ = ["merge_file", "merged_entry"]

Array = npt.NDArray[Any]

COPIED_AT_ONCE = 1 << 22
"""Items of an array that are copied from a segment in one go."""


def merge_file(end: str, folder: Path, name: str, entries: Sequence[SegmentEntry], memory: int) -> None:
    """Writes the file ``name + end``, one of ``SEGMENT_FILES``, of the segment that holds the live articles of ``entries``.

    Holds about ``memory`` bytes, and a few bytes an article.
    """
    files: dict[str, Callable[[Path, Sequence[MergeSource], int], None]] = dict(
        zip(SEGMENT_FILES, (_merge_documents, merge_bigrams, _merge_articles), strict=True)
    )
    files[end](folder / (name + end), open_sources(folder, entries), memory)


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
    numbers = [source.new_numbers() for source in sources]
    ids = [source.segment.ids for source in sources]
    orders = [source.segment.order for source in sources]
    ranks = np.empty(sum(source.n_live for source in sources), dtype=np.uint32)
    ranges = list_borders(
        [(np.arange(len(order) + 1), partial(_in_order, own, order)) for own, order in zip(ids, orders, strict=True)],
        lambda number, article_id: bisect_left(orders[number], article_id, key=ids[number].__getitem__),
        range_entries(memory, len(sources)),
    )
    place = 0
    with file.streaming("order", np.uint32) as stream:
        for borders in ranges:
            found: list[tuple[bytes, int]] = []
            for own, order, number, (first, last) in zip(ids, orders, numbers, borders, strict=True):
                docs = order[first:last]
                kept = docs[number[docs] >= 0]
                found.extend(zip([own[doc] for doc in kept.tolist()], number[kept].tolist(), strict=True))
            ordered = np.array([doc for _, doc in sorted(found)], dtype=np.int64)
            ranks[ordered] = np.arange(place, place + len(ordered))
            stream.append(ordered)
            place += len(ordered)
    file.add("ranks", ranks)


def _in_order(ids: BytesList, order: Array, at: int) -> bytes:
    article_id: bytes = ids[order[at]]
    return article_id


def _merge_facet(file: PartWriter, name: str, sources: Sequence[MergeSource]) -> None:
    forms = sorted({form for source in sources for form in source.segment.facets[name].forms})
    number = {form: at for at, form in enumerate(forms)}
    file.add(f"facets.{name}.forms", np.frombuffer(orjson.dumps(forms), dtype=np.uint8))
    offsets = file.spooled(f"facets.{name}.offsets", narrowest(sum(len(_entries(name, source)) for source in sources)))
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


def _entries(name: str, source: MergeSource) -> Array:
    return source.segment.facets[name].entries


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
            for first, last in _stretches(source):
                for at in range(int(own[first]), int(own[last]), COPIED_AT_ONCE):
                    stream.append(content[at : min(at + COPIED_AT_ONCE, int(own[last]))])
                    parts.release()
            begins = offsets_of(source.kept(lengths_of(own)))
            offsets.append(end + begins[:-1])
            end += int(begins[-1])
    offsets.append(np.array([end]))


def _stretches(source: MergeSource) -> list[tuple[int, int]]:
    """First and last (exclusive) of the live documents that follow one another."""
    breaks = np.flatnonzero(np.diff(source.live) != 1) + 1
    stretches = np.split(source.live, breaks)
    return [(int(own[0]), int(own[-1]) + 1) for own in stretches if len(own)]
